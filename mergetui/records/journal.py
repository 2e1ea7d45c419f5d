"""The append-only record of what was done: what recovery reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

EntryKind = Literal["state", "intent", "sent", "outcome", "note"]


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One line of the journal.

    ``state``: the plan moved to ``step`` (a PlanState), ``body['why']`` says why.
    ``intent``: about to do ``step``; ``body`` holds what will be sent. One intent covers a merge pair.
    ``sent``: the request has left. ``outcome``: its answer, or what reading found. ``note``: for people.
    """

    seq: int
    plan_id: str
    at: int
    """Local clock, ms UTC; only for people. Order is ``seq``."""
    kind: EntryKind
    step: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with its current state, as lists show it."""

    plan_id: str
    set_id: str
    title: str
    state: str
    since: int
    why: str
    digest: str
    master_key: str
    snapshot: str | None = None
    returned_hubspot_id: str | None = None


@dataclass(frozen=True, slots=True)
class RunnerInfo:
    """Who holds the runner's lock, if anyone."""

    pid: int
    host: str
    started_at: int
    doing: str = ""
