"""What screens show. Made by ``workflow``, drawn by ``ui``: text and states, no rules.

All text here may come from a CRM and is hostile until ``ui`` has passed it through its one ``safe()`` function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mergetui.records.plan import Severity


@dataclass(frozen=True, slots=True)
class HeaderView:
    """The top line, the same on every screen."""

    profile: str
    salesforce: str
    """``Acme (PRODUCTION)``, or ``not signed in``."""
    hubspot: str
    window: str
    """``next sync ≤ 08:40, may be now`` with the remaining time as mm:ss, or ``next sync unknown, may be now``."""
    deletes: str
    """``delete on sync: contacts ON, leads ?``."""
    api: str
    runner: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class QueueRow:
    set_id: str
    score: float
    who: str
    company: str
    objects: str
    """``C C``, ``L C H`` …"""
    link: str
    """``both``, ``1 of 3``, ``one-way``, ``none``."""
    stake: str
    """Activity of the non-masters: ``37 opens · 2 forms · 1 deal`` or ``—``."""
    checks: str
    """``▲2``, ``■1``, ``·``."""
    status: Literal["", "staged", "not duplicates", "later", "approved", "running", "done"] = ""
    tags: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class QueuePreview:
    """The lines under the queue for the set under the cursor."""

    people: tuple[str, ...]
    why: str
    warning: str
    remark: str = ""
    """``✎ asked for by M. Ruiz  #vip``."""


@dataclass(frozen=True, slots=True)
class QueueProgress:
    sets: int
    decided: int
    text: str
    """``1,840 sets · 312 decided · 41/h · ~2 h left``."""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str
    chosen: bool = False
    edited: bool = False
    blank: bool = False
    note: str = ""
    """A short remark after the value: ``work``, ``private``, ``HubSpot: CTO``."""


@dataclass(frozen=True, slots=True)
class ReviewRow:
    key: str
    """``sf:Title`` / ``hs:lead_score``; ``=…`` for rows that only show."""
    label: str
    group: str
    cells: tuple[Cell, ...]
    differs: bool
    selectable: bool
    reason: str = ""
    """Why the row cannot be chosen or written; shown when a key is refused."""
    editable: bool = True
    """Whether a value may be typed for it; rows that cannot be chosen cannot be typed either."""
    edit_reason: str = ""
    """Why no value may be typed; shown before an editor opens."""
    api: str = ""
    """``Contact.Title ⇄ jobtitle``: the API names."""
    hubspot: tuple[str, ...] = ()
    """Where the CRMs disagree on a member: what HubSpot has, one text per column, empty where they agree."""
    sync_note: str = ""
    """What the sync does with such a disagreement."""
    several: bool = False
    """The values are lists with semicolons between the parts."""
    rule: str = ""
    """Title of the saved survivorship rule."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """One survivorship rule offered for a field."""

    id: str
    title: str
    why: str
    result: str
    """What it would make of this set; empty when it has no answer here, with the reason in ``why_not``."""
    why_not: str = ""
    saved: bool = False


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field of the review in the list of fields to show."""

    key: str
    label: str
    group: str
    api: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class ReviewColumn:
    key: str
    title: str
    """``Contact 003…A1`` or ``HubSpot only 90211``."""
    subtitle: str
    """``HubSpot 90211 · synced 6 min ago``, ``no HubSpot contact``."""
    name: str
    is_master: bool


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a key does about a check."""

    act: Literal["master", "open", "field", "timeline", "later"]
    words: str
    column: int = -1
    row_key: str = ""
    record: str = ""
    """``sf:…`` or ``hs:…`` of the record to open."""


@dataclass(frozen=True, slots=True)
class CheckView:
    id: str
    severity: Severity
    what: str
    why: str
    todo: str
    remedy: Remedy | None = None


@dataclass(frozen=True, slots=True)
class ReviewView:
    """The whole review screen as text."""

    set_id: str
    title: str
    score: float
    columns: tuple[ReviewColumn, ...]
    rows: tuple[ReviewRow, ...]
    checks: tuple[CheckView, ...]
    master_reasons: tuple[str, ...]
    after_sync: tuple[str, ...]
    evidence: tuple[tuple[str, float], ...]
    plan_line: str
    can_undo: bool
    can_redo: bool
    hidden: int = 0
    """Fields that the admin chose not to show."""
    hidden_differ: int = 0
    read_ago: str = ""
    """``read 20 s ago``; empty when just now."""


@dataclass(frozen=True, slots=True)
class ConfirmationView:
    """What the confirmation dialog says. ``word`` is what must be typed: ``merge`` or ``merge 37``."""

    plan_ids: tuple[str, ...]
    digest: str
    heading: str
    sections: tuple[tuple[str, str], ...]
    """(``Salesforce``, text), (``HubSpot``, text), (``Snapshot``, text) …"""
    losses: tuple[str, ...]
    warnings: tuple[CheckView, ...]
    """Those that need a tick, each with an id that is unique in this dialog."""
    word: str


@dataclass(frozen=True, slots=True)
class StageCell:
    """One stage of a running plan: sign and text, such as ``✓ 0.31 s`` or ``…``."""

    text: str
    state: Literal["done", "doing", "todo", "failed", "warn"]


@dataclass(frozen=True, slots=True)
class RunRow:
    plan_id: str
    title: str
    state: str
    sign: str
    """`` ``, ``▲`` surprised or waiting for a person, ``■`` failed, ``?`` unknown, ``✓`` settled."""
    stages: tuple[StageCell, ...]
    """preflight, snapshot, Salesforce, HubSpot, values, linked, settled."""
    since: str
    note: str


STAGES = ("preflight", "snapshot", "Salesforce", "HubSpot", "values", "linked", "settled")


@dataclass(frozen=True, slots=True)
class RunsView:
    counts: Mapping[str, int]
    rows: tuple[RunRow, ...]
    runner: str
    revision: int
    """Grows whenever anything here changed; screens redraw only then."""


@dataclass(frozen=True, slots=True)
class HistoryRow:
    plan_id: str
    when: str
    who: str
    title: str
    state: str
    salesforce: str
    """``003…B7 → 003…A1``."""
    hubspot: str
    """``90211 + 90377 → 91544``."""
    snapshot: str
    detail: tuple[str, ...]
    """Lines for ``enter``: every journal entry in words, before and after."""


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of a record in full."""

    section: str
    label: str
    text: str
    api: str = ""
    note: str = ""
    """Who changed it when, or what HubSpot has instead."""
    value: str = ""
    """What ``y`` copies; empty stands for ``text``."""


@dataclass(frozen=True, slots=True)
class RecordView:
    """One member with every field of both CRMs and its related lists."""

    title: str
    subtitle: str
    lines: tuple[RecordLine, ...]
    reading: bool = False
    """The histories are not here yet."""


@dataclass(frozen=True, slots=True)
class TimelineLine:
    when: str
    """``2026-03-09 14:05``; empty when the CRM does not say."""
    ago: str
    crm: Literal["Salesforce", "HubSpot"]
    kind: str
    title: str
    column: int
    """0-based column of the person."""


@dataclass(frozen=True, slots=True)
class TimelineView:
    title: str
    persons: tuple[tuple[str, str, str], ...]
    """(name, sparkline of the last twelve months, what HubSpot's counters say) per column."""
    lines: tuple[TimelineLine, ...]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One HubSpot contact whose link wants a look."""

    key: str
    state: str
    name: str
    email: str
    salesforce: str
    """The id that the contact holds."""
    hubspot: str
    synced: str
    """``3 days ago``, ``never``."""


@dataclass(frozen=True, slots=True)
class HealthView:
    """The screen sync health."""

    links: tuple[tuple[str, int, str], ...]
    """(state, how many, what it means)."""
    window: str
    polls: tuple[str, ...]
    """The last observed polls: a plot and its words, a line each."""
    switches: tuple[str, ...]
    """What is known of the switches that delete, a line each."""
    rows: tuple[LinkRow, ...]
    more: int = 0
    """Rows beyond those listed."""


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    sign: Literal["✓", "▲", "■", "·"]
    text: str
    remedy: str = ""
