"""What a screen may ask for. ``ui`` knows these protocols only; ``workflow.desk`` fills them in.

Methods without ``async`` answer from the local store within a few milliseconds. Methods with ``async`` may read the
CRMs; they never write there. All raise ``errors.Problem`` with a text that can be shown as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mergetui.records.queue import Remark
    from mergetui.records.views import (
        ConfirmationView,
        ConnectionLine,
        FieldView,
        HeaderView,
        HealthView,
        HistoryRow,
        QueuePreview,
        QueueProgress,
        QueueRow,
        RecordView,
        ReviewRow,
        ReviewView,
        RuleView,
        RunsView,
        TimelineView,
    )

ORDERS = ("stake", "certainty", "size")


@dataclass(frozen=True, slots=True)
class Staged:
    """``stage()`` worked. ``confirm`` is set when the set has acknowledgements of its own and must be confirmed now."""

    plan_id: str
    confirm: ConfirmationView | None
    message: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A key was refused: why, and the row to move to, if any (``2 fields still differ: Phone, Owner``)."""

    why: str
    row_key: str | None = None


class ReviewSession(Protocol):
    """One open review. Every change is stored at once and can be undone until confirmed."""

    set_id: str

    def view(self) -> ReviewView: ...
    def row_view(self, row_key: str) -> ReviewRow | None:
        """One row of ``view`` at once, for a repaint that does not wait for plan and checks."""

    def choose(self, row_key: str, column: int) -> Refusal | None:
        """Take this row's value from a column (0-based)."""

    def choose_all(self, column: int) -> Refusal | None: ...
    def fill_blanks(self, column: int) -> Refusal | None: ...
    def edit(self, row_key: str, text: str) -> Refusal | None: ...
    def set_master(self, column: int) -> Refusal | None: ...
    def rules_for(self, row_key: str) -> Sequence[RuleView]: ...
    def apply_rule(self, row_key: str, rule: str) -> Refusal | None: ...
    def apply_everywhere(self, rule: str) -> Refusal | None:
        """On every differing field that the rule fits, as one step of undo."""

    def save_rule(self, row_key: str, rule: str) -> str:
        """For all reviews to come; an empty rule ends it. Returns the sentence to show."""

    def options(self, row_key: str) -> Sequence[tuple[str, str]]:
        """(value, label) where one of a list is to be chosen; empty otherwise."""

    def fields(self) -> Sequence[FieldView]: ...
    def show_fields(self, hidden: Sequence[str], order: Sequence[str]) -> str:
        """Row keys to hide, and all row keys in the wished order. Returns the sentence to show."""

    def record(self, column: int) -> RecordView: ...
    async def read_histories(self) -> None:
        """Read who changed what when; ``record`` has it afterwards."""

    def timeline(self) -> TimelineView: ...
    def addresses(self, column: int) -> Sequence[tuple[str, str]]:
        """(``Salesforce``/``HubSpot``, address in the browser)."""

    def address_of(self, record: str) -> str:
        """The address of ``sf:…``/``hs:…``, empty when unknown."""

    def undo(self) -> Refusal | None: ...
    def redo(self) -> Refusal | None: ...
    def stage(self) -> Staged | Refusal: ...


class Desk(Protocol):
    """One profile, seen from its cockpit."""

    profile: str
    read_only: bool

    def start(self) -> str:
        """Called once after the first paint. Wakes the runner when there is work; says what an earlier run left."""

    def header(self) -> HeaderView: ...

    async def refresh_header(self) -> None:
        """Read window, API use and the like anew; called every few seconds behind the screen."""

    # queue -----------------------------------------------------------------------------------------------------
    def queue_ids(self, order: str = "stake", text: str = "") -> Sequence[str]:
        """Set ids in order. ``text`` is a typed filter (``workflow.filters``); Usage when it is not understood.
        May be called from a thread."""

    def queue_rows(self, set_ids: Sequence[str]) -> list[QueueRow]: ...
    def queue_preview(self, set_id: str) -> QueuePreview: ...
    def queue_progress(self) -> QueueProgress: ...
    def queue_size(self) -> int:
        """How many sets there are, shown or not, as of the last ``queue_progress``."""

    def not_duplicates(self, set_ids: Sequence[str]) -> str:
        """Returns the sentence to show. The same for the next two."""

    def later(self, set_ids: Sequence[str]) -> str: ...
    def take_back_decision(self, set_ids: Sequence[str]) -> str: ...
    def next_undecided(self, set_id: str, step: int) -> str | None:
        """The nearest undecided set after (``step`` 1) or before (-1) this one in queue order; None at the end."""

    def remark(self, set_id: str) -> Remark: ...
    def write_note(self, set_id: str, note: str) -> str: ...
    def write_tags(self, set_ids: Sequence[str], text: str) -> str:
        """``vip -old`` adds and removes. Returns the sentence to show."""

    def saved_filters(self) -> dict[str, str]: ...
    def save_filter(self, name: str, text: str) -> str:
        """An empty text removes it."""

    def session_lines(self) -> tuple[str, ...]: ...
    async def refresh(self, told: Callable[[str], None]) -> str:
        """Pull and match in a process of its own; ``told`` gets its progress. Cancelling ends that process."""

    # review ----------------------------------------------------------------------------------------------------
    async def open_review(self, set_id: str) -> ReviewSession:
        """Read the set's records fresh from both CRMs and propose master, values, checks."""

    async def read_ahead(self, set_ids: Sequence[str]) -> None:
        """Read these sets behind the screen, so that their reviews open at once."""

    # confirmation ----------------------------------------------------------------------------------------------
    def confirmation(self, plan_ids: Sequence[str]) -> ConfirmationView: ...
    def confirm(self, view: ConfirmationView, ticked: Sequence[str], typed: str) -> str:
        """Approve, wake the runner; returns a sentence. Raises Problem when a tick, the word or a digest is wrong."""

    # approved & running, history -------------------------------------------------------------------------------
    def staged_ids(self) -> Sequence[str]: ...
    def runs(self) -> RunsView:
        """Cheap: asked up to 4 times a second."""

    def run_detail(self, plan_id: str) -> tuple[str, ...]: ...
    def take_back(self, plan_id: str) -> str: ...
    def pause(self) -> str:
        """Toggle the wish to pause. Returns the sentence to show."""

    def retry(self, plan_id: str) -> str: ...
    def history(self, text: str = "") -> Sequence[HistoryRow]: ...

    # sync health, connections ----------------------------------------------------------------------------------
    def health(self) -> HealthView: ...
    def declare_deletes(self, contacts: str, leads: str) -> str:
        """The admin's word on the two *Deleting Contacts* switches: ``on``, ``off``, ``unknown``, or empty for one that
        is not spoken of. Returns the sentence to show."""

    def connections(self) -> Sequence[ConnectionLine]:
        """May take a moment (the keyring): called from a thread."""

    # leaving ---------------------------------------------------------------------------------------------------
    async def close(self) -> str:
        """Ask the runner to stop after the pair it is in; returns what is left, for the last line in the terminal."""
