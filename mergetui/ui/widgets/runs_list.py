"""Lists of plans: the running ones with their stages, the finished ones of the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mergetui.records.views import STAGES, HistoryRow, RunRow, StageCell
from mergetui.ui.text import clip, left, right, safe
from mergetui.ui.widgets.lines import LineList, Span

STAGE_TONES: Mapping[str, str] = {
    "done": "good",
    "doing": "accent",
    "todo": "muted",
    "failed": "bad",
    "warn": "warn",
}
STAGE_SIGNS: Mapping[str, str] = {"done": "✓", "doing": "…", "todo": "·", "failed": "■", "warn": "▲"}
SIGN_TONES: Mapping[str, str] = {"▲": "warn", "■": "bad", "?": "warn", "✓": "good"}
STAGE_WIDTHS = (10, 9, 11, 9, 8, 8, 11)
LEAST_TITLE = 20
WIDE = 110
"""From here on each stage has its own column; below, one character each."""
COUNTED = (
    "staged", "approved", "preparing", "merging", "linked", "waiting", "settled", "surprised", "failed", "unknown",
)  # fmt: skip


def counts_spans(counts: Mapping[str, int], runner: str, width: int) -> list[list[Span]]:
    """How many plans are in each state; states unknown to this version are shown too."""
    order = [*COUNTED, *(state for state in counts if state not in COUNTED)]
    always = ("staged", "approved", "settled")
    pieces: list[list[Span]] = []
    for state in order:
        number = counts.get(state, 0)
        if number or state in always:
            bad = state in ("failed", "unknown", "surprised") and number
            pieces.append([(f"{safe(state)} ", "muted"), (f"{number:,}", "bad" if bad else "strong")])
    pieces.append([("runner: ", "muted"), (safe(runner), "plain")])
    rows: list[list[Span]] = [[]]
    used = 1
    for piece in pieces:
        length = sum(len(text) for text, _ in piece) + 3
        if used + length > width and rows[-1]:
            rows.append([])
            used = 1
        rows[-1] += [(" " if not rows[-1] else "   ", "plain"), *piece]
        used += length
    return rows


@dataclass(frozen=True, slots=True)
class RunColumns:
    """Widths in cells. On wide terminals (``note`` 0) the note takes the place of the stages still to come."""

    title: int
    note: int
    stages: tuple[int, ...] = STAGE_WIDTHS


def run_columns(width: int, rows: Sequence[RunRow] = ()) -> RunColumns:
    """The columns for some plans: what titles do not need goes to the stages that want more, the last ones first."""
    rest = width - 4 - 12 - 9
    if width < WIDE:
        title = max(12, (rest - 8) * 50 // 100)
        return RunColumns(title, max(0, rest - 8 - title))
    title = rest - sum(STAGE_WIDTHS)
    spare = max(0, title - min(LEAST_TITLE, max((cell_len(safe(row.title)) for row in rows), default=title)))
    stages = list(STAGE_WIDTHS)
    for number in reversed(range(len(stages))):
        wanted = max(
            (cell_len(stage_text(row.stages[number])) + 1 for row in rows if number < len(row.stages)), default=0
        )
        more = max(0, min(spare, wanted - stages[number]))
        stages[number] += more
        spare -= more
    return RunColumns(rest - sum(stages), 0, tuple(stages))


def stage_text(cell: StageCell) -> str:
    """A stage in words; one that went wrong shows its sign even where the text forgot it."""
    text, sign = safe(cell.text), STAGE_SIGNS[cell.state]
    return f"{sign} {text}".rstrip() if cell.state in ("failed", "warn") and text[:1] not in ("▲", "■", "?") else text


def runs_head(width: int, columns: RunColumns | None = None) -> list[Span]:
    columns = columns or run_columns(width)
    text = f"    {left('set', columns.title)} {left('state', 10)} {right('since', 7)}  "
    if width >= WIDE:
        stages = (left(name, cells) for name, cells in zip(STAGES, columns.stages, strict=True))
        return [(text + "".join(stages), "muted")]
    return [(text + left("steps", 8) + left("note", columns.note), "muted")]


def run_spans(row: RunRow, width: int, current: bool, columns: RunColumns | None = None) -> list[Span]:
    """One plan: sign, people, state, since when, stages, and what there is to say about it."""
    columns = columns or run_columns(width)
    title, note = columns.title, columns.note
    tone = SIGN_TONES.get(row.sign, "plain")
    note_tone = tone if tone != "plain" else "muted"
    spans: list[Span] = [
        ("▸" if current else " ", "mark"),
        (left(row.sign.strip() or " ", 2) + " ", tone),
        (left(row.title, title) + " ", "strong" if current else "plain"),
        (left(row.state, 10) + " ", tone),
        (right(row.since, 7) + "  ", "muted"),
    ]
    if width < WIDE:
        spans += [(STAGE_SIGNS[cell.state], STAGE_TONES[cell.state]) for cell in row.stages]
        spans.append((" " * max(0, 8 - len(row.stages)), "plain"))
        return [*spans, (left(row.note, note), note_tone)]
    begun = row.stages
    while row.note and begun and begun[-1].state == "todo":
        begun = begun[:-1]
    for cell, cells in zip(begun, columns.stages, strict=False):
        spans.append((left(stage_text(cell), cells - 1) + " ", STAGE_TONES[cell.state]))
    return [*spans, (clip(row.note, sum(columns.stages[len(begun) :])), note_tone)]


class RunsList(LineList):
    """The plans that are staged, approved, running or settled."""

    def __init__(self) -> None:
        super().__init__(ident="runs")
        self._rows: Sequence[RunRow] = ()
        self._columns: tuple[int, RunColumns] | None = None

    @property
    def current(self) -> RunRow | None:
        return self._rows[self.cursor] if self._rows else None

    def load(self, rows: Sequence[RunRow]) -> None:
        """Show these plans; the cursor stays on its plan."""
        before = self.current.plan_id if self.current is not None else None
        self._rows = rows
        self._columns = None
        cursor = next((n for n, row in enumerate(rows) if row.plan_id == before), None)
        self.set_count(len(rows), cursor)

    def columns(self, width: int) -> RunColumns:
        """The columns of these plans at a width."""
        if self._columns is None or self._columns[0] != width:
            self._columns = (width, run_columns(width, self._rows))
        return self._columns[1]

    def go_to(self, plan_id: str) -> None:
        for number, row in enumerate(self._rows):
            if row.plan_id == plan_id:
                self.cursor = number

    def spans(self, index: int, width: int) -> list[Span]:
        return run_spans(self._rows[index], width, index == self.cursor, self.columns(width))


def history_head(width: int) -> list[Span]:
    when, title, state, crm = history_widths(width)
    text = f"  {left('when', when)} {left('set', title)} {left('how it ended', state)}"
    if crm:
        text += f" {left('Salesforce', crm)} {left('HubSpot', crm)} {left('by', 12)}"
    return [(text, "muted")]


def history_widths(width: int) -> tuple[int, int, int, int]:
    """Widths of when, title, state and each of the two CRMs' ids (0 leaves them out)."""
    when, state = 16, 12
    if width >= 100:
        crm = min(26, (width - when - state - 12 - 8) // 3)
        return when, width - when - state - 2 * crm - 12 - 9, state, crm
    return when, width - when - state - 6, state, 0


def history_spans(row: HistoryRow, width: int, current: bool) -> list[Span]:
    when, title, state, crm = history_widths(width)
    good = row.state == "settled"
    spans: list[Span] = [
        ("▸ " if current else "  ", "mark"),
        (left(row.when, when) + " ", "muted"),
        (left(row.title, title) + " ", "strong" if current else "plain"),
        (left(("✓ " if good else "▲ ") + safe(row.state), state), "good" if good else "warn"),
    ]
    if crm:
        spans.append((f" {left(row.salesforce, crm)} {left(row.hubspot, crm)} {left(row.who, 12)}", "plain"))
    return spans


class HistoryList(LineList):
    """What was merged, newest first."""

    def __init__(self) -> None:
        super().__init__(ident="history")
        self._rows: Sequence[HistoryRow] = ()

    @property
    def current(self) -> HistoryRow | None:
        return self._rows[self.cursor] if self._rows else None

    def load(self, rows: Sequence[HistoryRow]) -> None:
        before = self.current.plan_id if self.current is not None else None
        self._rows = rows
        cursor = next((n for n, row in enumerate(rows) if row.plan_id == before), None)
        self.set_count(len(rows), cursor)

    def spans(self, index: int, width: int) -> list[Span]:
        return history_spans(self._rows[index], width, index == self.cursor)
