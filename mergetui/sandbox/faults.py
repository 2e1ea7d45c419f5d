"""Faults on purpose: which calls they hit, how often, and what they do."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

KINDS = frozenset(
    {
        "delay",
        "hold",
        "status",
        "status_after_commit",
        "drop_before",
        "drop_after_commit",
        "commit_later",
        "expire_token",
        "rate_limit",
        "lock_row",
    }
)
WAITING = frozenset({"delay", "hold"})
"""Kinds that only wait: another fault may follow them on the same call."""

_MEMBERS = {"id", "at", "kind", "times", "ms", "s", "code", "status", "body", "policy", "retry_after_s"}


@dataclass(slots=True)
class Fault:
    """``at``: a call's name, or a pattern such as ``salesforce.*`` or ``*``. ``times`` None: until deleted.

    ``ms`` of ``delay``, ``s`` of ``commit_later``; ``code`` (HTTP status) and ``body`` of the two status kinds;
    ``policy`` and ``retry_after_s`` of ``rate_limit``.
    """

    id: str
    at: str
    kind: str
    times: int | None = 1
    ms: int = 0
    s: float = 0.0
    code: int = 503
    body: Any = None
    policy: str = ""
    retry_after_s: float | None = None
    used: int = 0
    held: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def matches(self, name: str) -> bool:
        return (self.times is None or self.used < self.times) and fnmatchcase(name, self.at)

    def shown(self) -> dict[str, Any]:
        left = None if self.times is None else max(0, self.times - self.used)
        return {"id": self.id, "at": self.at, "kind": self.kind, "left": left, "used": self.used, "held": self.held}


class Faults:
    """The faults that are set, in the order they were set."""

    def __init__(self) -> None:
        self._found: dict[str, Fault] = {}
        self._made = 0
        self.names: set[str] = set()
        """The calls there are; while it is empty, any name is taken."""

    def add(self, spec: Mapping[str, Any]) -> Fault:
        """Raises ValueError naming what is wrong."""
        unknown = sorted(set(spec) - _MEMBERS)
        if unknown:
            raise ValueError(f"a fault has no member {unknown[0]!r}")
        kind = str(spec.get("kind", ""))
        if kind not in KINDS:
            raise ValueError(f"no such kind of fault: {kind!r}; there are {', '.join(sorted(KINDS))}")
        at = str(spec.get("at") or "")
        if not at:
            raise ValueError("a fault needs 'at', the name of a call such as salesforce.merge")
        self._check_aim(at)
        times = None if spec.get("times", 1) is None else round(_number(spec, "times", 1, low=1))
        wait = _number(spec, "ms", 0)
        if kind == "delay" and not wait:
            wait = _number(spec, "s", 0) * 1000
        retry = spec.get("retry_after_s")
        self._made += 1
        fault = Fault(
            id=str(self._made),
            at=at,
            kind=kind,
            times=times,
            ms=round(wait),
            s=_number(spec, "s", 0),
            code=round(_number(spec, "code" if "code" in spec else "status", 503, low=200, high=599)),
            body=spec.get("body"),
            policy=str(spec.get("policy", "")),
            retry_after_s=None if retry is None else _number(spec, "retry_after_s", 0),
        )
        self._found[fault.id] = fault
        return fault

    def _check_aim(self, at: str) -> None:
        if self.names and not any(fnmatchcase(name, at) for name in self.names):
            near = get_close_matches(at, sorted(self.names), n=4, cutoff=0.5) or ["salesforce.merge", "hubspot.*", "*"]
            raise ValueError(f"there is no call {at!r}; try {', '.join(near)} (GET /faults lists all)")

    def check_aims(self) -> None:
        """Raises ValueError when a fault aims at no call there is: for those set before the calls were known."""
        for fault in self._found.values():
            self._check_aim(fault.at)

    def take(self, name: str) -> list[Fault]:
        """The faults that hit this call now: any that wait, and the first that does more. Counts them as used."""
        taken: list[Fault] = []
        for fault in self._found.values():
            if fault.matches(name):
                fault.used += 1
                taken.append(fault)
                if fault.kind not in WAITING:
                    break
        return taken

    def release(self, at: str | None = None) -> int:
        """End the holds set for ``at`` (None: all of them); returns how many requests were waiting."""
        waiting = 0
        for fault in list(self._found.values()):
            if fault.kind == "hold" and (at is None or at in (fault.at, fault.id) or fnmatchcase(fault.at, at)):
                waiting += fault.held
                fault.released.set()
                del self._found[fault.id]
        return waiting

    def clear(self) -> int:
        waiting = self.release()
        self._found.clear()
        return waiting

    def shown(self) -> list[dict[str, Any]]:
        return [fault.shown() for fault in self._found.values()]


def _number(spec: Mapping[str, Any], name: str, default: float, *, low: float = 0, high: float = 10**9) -> float:
    """A member that is a number, also as text. Raises ValueError with one clear sentence."""
    given = spec.get(name, default)
    try:
        found = float(given) if isinstance(given, (int, float, str)) and not isinstance(given, bool) else None
    except ValueError:
        found = None
    if found is None or not low <= found <= high:
        raise ValueError(f"{name} of a fault is a number from {low:g} to {high:g}, not {str(given)[:40]!r}")
    return found


def parse_spec(text: str) -> dict[str, Any]:
    """``salesforce.merge:drop_after_commit:times=1`` as a fault's members. Raises ValueError."""
    at, _, rest = text.partition(":")
    kind, *extras = rest.split(":")
    spec: dict[str, Any] = {"at": at, "kind": kind}
    for extra in extras:
        name, equals, value = extra.partition("=")
        if not equals:
            raise ValueError(f"not a fault: {text!r} (try salesforce.merge:drop_after_commit:times=1)")
        spec[name] = value
    Faults().add(spec)
    return spec
