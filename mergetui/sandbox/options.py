"""The options that ``demo`` and ``sandbox`` share."""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass, field

_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """Durations in ms. Port 0 takes a free one. ``linger``: outlive a closed stdin by ten quiet minutes."""

    people: int = 400
    seed: int = 1
    scenario: str | None = None
    sync_every_ms: int = 900_000
    event_delay_ms: tuple[int, int] = (30_000, 300_000)
    auto_delete: bool = True
    latency_ms: int = 0
    faults: list[str] = field(default_factory=list)
    salesforce_port: int = 0
    hubspot_port: int = 0
    linger: bool = False
    colleagues: int = 6
    """Background edits per poll interval; there is no flag for it, ``POST /settings`` changes it."""


def duration(text: str) -> int:
    """``80ms``, ``30s``, ``15m``, ``1h`` or plain seconds, as ms. Raises argparse.ArgumentTypeError."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", text.strip())
    if not found:
        raise argparse.ArgumentTypeError(f"not a duration: {text!r} (try 80ms, 30s or 15m)")
    return round(float(found[1]) * _UNITS[found[2] or "s"])


def span(text: str) -> tuple[int, int]:
    """``30s..300s`` (or one duration for both ends), as ms. Raises argparse.ArgumentTypeError."""
    low, dots, high = text.partition("..")
    ends = (duration(low), duration(high if dots else low))
    if ends[0] > ends[1]:
        raise argparse.ArgumentTypeError(f"the first end is later than the second: {text!r}")
    return ends


def add_arguments(parser: argparse.ArgumentParser, *, event_delay: str = "30s..300s") -> None:
    """Add the shared flags; ``demo`` passes its own default delay."""
    parser.add_argument("--people", type=int, default=400, metavar="N", help="humans in the demo orgs (400)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="which invented people (1)")
    parser.add_argument("--scenario", metavar="T05", help="make sure of a pair of this scenario")
    parser.add_argument(
        "--sync-every", type=duration, default=duration("15m"), metavar="15m", help="time between polls"
    )
    parser.add_argument(
        "--event-delay", type=span, default=span(event_delay), metavar=event_delay,
        help="from a HubSpot change to its sync",
    )  # fmt: skip
    parser.add_argument(
        "--auto-delete", action=argparse.BooleanOptionalAction, default=True,
        help="a deleted Salesforce record takes its HubSpot contact with it",
    )  # fmt: skip
    parser.add_argument("--latency", type=duration, default=0, metavar="80ms", help="added to every answer")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="SPEC", dest="faults",
        help="such as salesforce.merge:drop_after_commit:times=1 (may be given more than once)",
    )  # fmt: skip


def add_server_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the flags of ``sandbox`` alone."""
    parser.add_argument("--salesforce-port", type=int, default=0, metavar="PORT", help="0 takes a free one")
    parser.add_argument("--hubspot-port", type=int, default=0, metavar="PORT", help="0 takes a free one")
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
    )
