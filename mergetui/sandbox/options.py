"""The options that ``demo`` and ``sandbox`` share."""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_DAY = 86_400_000
SHORTEST_PERIOD_MS = 30_000
MOST_PEOPLE = 1_000_000


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Durations in ms. Port 0 takes a free one. ``linger``: outlive a closed stdin by ten quiet minutes."""

    people: int = 400
    seed: int = 1
    scenario: str | None = None
    sync_every_ms: int = 900_000
    event_delay_ms: tuple[int, int] = (30_000, 300_000)
    auto_delete: bool | None = None
    """None: as the scenario wants it, else on."""
    latency_ms: int = 0
    faults: list[str] = field(default_factory=list)
    salesforce_port: int = 0
    hubspot_port: int = 0
    linger: bool = False
    colleagues: int = 6
    """Background edits per poll interval; there is no flag for it, ``POST /settings`` changes it."""
    rate_limits: bool = True
    search_lag_ms: int = 3_000
    """How long HubSpot's search does not see a change (facts/hubspot.md §3: "moments")."""


def duration(text: str) -> int:
    """``80ms``, ``30s``, ``15m``, ``1h`` or plain seconds, as ms; a day at most. Raises argparse.ArgumentTypeError."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)?", text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"not a duration: {text[:40]!r} (try 80ms, 30s or 15m)")
    made = round(float(found[1]) * _UNITS[found[2] or "s"])
    if made > _DAY:
        raise argparse.ArgumentTypeError(f"{text[:40]} is longer than a day")
    return made


def period(text: str) -> int:
    """The time between two polls, as ms. Raises argparse.ArgumentTypeError below 30 s: a poll and its second pass
    take that long, so that shorter ones could not be told apart (facts/integration.md §1)."""
    made = duration(text)
    if made < SHORTEST_PERIOD_MS:
        raise argparse.ArgumentTypeError(f"{text[:40]} is too short: 30s is the least, 15m is what HubSpot does")
    return made


def span(text: str) -> tuple[int, int]:
    """``30s..300s`` (or one duration for both ends), as ms. Raises argparse.ArgumentTypeError."""
    low, dots, high = text.partition("..")
    ends = (duration(low), duration(high if dots else low))
    if ends[0] > ends[1]:
        raise argparse.ArgumentTypeError(f"the first end is later than the second: {text[:40]!r}")
    return ends


def whole(low: int, high: int) -> Callable[[str], int]:
    """A reader of whole numbers from ``low`` to ``high``; it raises argparse.ArgumentTypeError for anything else."""

    def read(text: str) -> int:
        found = re.fullmatch(r"[-+]?[0-9]{1,12}", text.strip())
        if not found or not low <= int(found[0]) <= high:
            raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a whole number from {low:,} to {high:,}")
        return int(found[0])

    return read


def scenario(text: str) -> str:
    """The name of a scenario, in any case, or ``list``. Raises argparse.ArgumentTypeError naming the known ones."""
    from mergetui.twin.scenes import SCENES

    known = {name.casefold(): name for name in (*SCENES, "list")}
    if text.casefold() not in known:
        raise argparse.ArgumentTypeError(
            f"unknown scenario {text[:40]!r}; known: {', '.join(SCENES)} (list says what they are)"
        )
    return known[text.casefold()]


class _Scenario(argparse.Action):
    """Keeps the name; ``list`` prints what there is instead, and ends."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option_string: Any = None
    ) -> None:
        if values != "list":
            setattr(namespace, self.dest, values)
            return
        from mergetui.twin.scenes import SCENES

        width = shutil.get_terminal_size().columns - 1
        lines = []
        for name, scene in SCENES.items():
            told = scene.about + (f" ({scene.on_merge.says}, once)" if scene.on_merge else "")
            lines += textwrap.wrap(told, max(40, width), initial_indent=f"{name:<5} ", subsequent_indent="      ")
        sys.stdout.write("\n".join(lines) + "\n")
        parser.exit(0)


def fault(text: str) -> str:
    """A fault's text, once it is known to be one. Raises argparse.ArgumentTypeError naming the known kinds."""
    from mergetui.sandbox.faults import KINDS, parse_spec

    at, _, rest = text.partition(":")
    kind = rest.partition(":")[0]
    example = "try salesforce.merge:drop_after_commit:times=1"
    if kind not in KINDS:
        raise argparse.ArgumentTypeError(
            f"{text[:60]!r} names no kind of fault after the call; known: {', '.join(sorted(KINDS))} ({example})"
        )
    if not at.startswith(("salesforce.", "hubspot.", "*")):
        raise argparse.ArgumentTypeError(
            f"{at[:60]!r} is no call; calls begin with salesforce. or hubspot., and * stands for any ({example})"
        )
    try:
        parse_spec(text)
    except ValueError as error:
        why = str(error).split(" (try")[0]
        raise argparse.ArgumentTypeError(f"{text[:60]!r}: {why} ({example})") from None
    return text


def add_arguments(parser: argparse.ArgumentParser, *, event_delay: str = "30s..300s") -> None:
    """Add the shared flags; ``demo`` passes its own default delay."""
    parser.add_argument(
        "--people", type=whole(1, MOST_PEOPLE), default=400, metavar="N", help="humans in the demo orgs (400)"
    )
    parser.add_argument("--seed", type=whole(0, 2**31 - 1), default=1, metavar="N", help="which invented people (1)")
    parser.add_argument(
        "--scenario", type=scenario, action=_Scenario, metavar="T05",
        help="arrange this merge scenario, with its people first; list says which there are",
    )  # fmt: skip
    parser.add_argument("--sync-every", type=period, default=period("15m"), metavar="15m", help="time between polls")
    parser.add_argument(
        "--event-delay", type=span, default=span(event_delay), metavar=event_delay,
        help="from a HubSpot change to its sync",
    )  # fmt: skip
    parser.add_argument(
        "--auto-delete", action=argparse.BooleanOptionalAction, default=None,
        help="a deleted Salesforce record takes its HubSpot contact with it",
    )  # fmt: skip
    parser.add_argument("--latency", type=duration, default=0, metavar="80ms", help="added to every answer")
    parser.add_argument(
        "--rate-limits", action=argparse.BooleanOptionalAction, default=True,
        help="refuse calls as the CRMs do when they come too fast",
    )  # fmt: skip
    parser.add_argument(
        "--search-lag", type=duration, default=3_000, metavar="3s", help="from a HubSpot change to its being searchable"
    )
    parser.add_argument(
        "--fault", action="append", type=fault, default=[], metavar="SPEC", dest="faults",
        help="such as salesforce.merge:drop_after_commit:times=1 (may be given more than once)",
    )  # fmt: skip


_TEACHING = """\
Prints one JSON line (addresses, tokens, client ids) once all ports answer. Any client can be pointed at the two
servers; the control port steers the world:
  GET  /state /people /events?since=N /settings      what is, who is who, what happened, every switch and its doubt
  POST /tick                                         a poll of the integration, now
  POST /clock {"advance_s": 900}                     let time pass
  POST /settings {"del_contact": "nothing"}          turn a switch
  POST /faults {"at": "salesforce.merge", "kind": "drop_after_commit", "times": 1}
  POST /reset                                        begin anew

kinds of faults: delay:ms=500  hold  status:code=503  status_after_commit:code=502  drop_before  drop_after_commit
                 commit_later:s=60  expire_token  rate_limit  lock_row
examples:
  mergetui sandbox --scenario list
  mergetui sandbox --scenario T16 --sync-every 5m
  mergetui sandbox --fault 'hubspot.*:delay:ms=800:times=20' --fault salesforce.merge:lock_row
"""


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``sandbox`` alone."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _TEACHING
    port = whole(0, 65_535)
    parser.add_argument("--salesforce-port", type=port, default=0, metavar="PORT", help="0 takes a free one")
    parser.add_argument("--hubspot-port", type=port, default=0, metavar="PORT", help="0 takes a free one")
    parser.add_argument("--linger", action="store_true", help=argparse.SUPPRESS)


def from_namespace(found: argparse.Namespace) -> SandboxOptions:
    """The options of parsed flags; flags that a command does not have keep their defaults."""
    return SandboxOptions(
        people=found.people,
        seed=found.seed,
        scenario=found.scenario,
        sync_every_ms=found.sync_every,
        event_delay_ms=found.event_delay,
        auto_delete=found.auto_delete,
        latency_ms=found.latency,
        faults=list(found.faults),
        salesforce_port=getattr(found, "salesforce_port", 0),
        hubspot_port=getattr(found, "hubspot_port", 0),
        linger=getattr(found, "linger", False),
        rate_limits=found.rate_limits,
        search_lag_ms=found.search_lag,
    )
