"""The review: both people side by side, what would be lost, and every choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from mergetui.errors import Problem
from mergetui.records.views import ConfirmationView, ReviewRow, ReviewView
from mergetui.ui import layout
from mergetui.ui.keys import bindings
from mergetui.ui.screens.base import SLOWER, Cockpit, PlainInput
from mergetui.ui.screens.info import InfoScreen, TextLines, problem_rows
from mergetui.ui.text import clip, harmless, safe, score_text
from mergetui.ui.widgets.lines import LineList, Lines, Span
from mergetui.ui.widgets.review_grid import ReviewGrid
from mergetui.workflow.ports import Refusal, ReviewSession

PANEL_WIDTH = 34
NARROW = 100
PLAN_EVERY_S = 1.0
SLOW_VIEW_S = 0.02


class ReviewScreen(Cockpit):
    PLACE = "review"
    BINDINGS = bindings("review")

    def __init__(self, set_id: str, place_of: Callable[[str], str]) -> None:
        """``place_of`` says where a set stands in the queue, such as ``14 of 1,840``."""
        super().__init__()
        self._set_id = set_id
        self._place_of = place_of
        self._place = ""
        self._session: ReviewSession | None = None
        self._view: ReviewView | None = None
        self._edited_row = ""
        self._rest = 0

    def body(self) -> ComposeResult:
        yield Lines(ident="review-title", classes="head")
        yield Lines(ident="loading")
        with Horizontal(id="review-body"):
            with Vertical(id="review-main"):
                yield Lines(ident="grid-head", classes="head")
                yield ReviewGrid()
                yield Lines(ident="detail")
                yield PlainInput(id="editor", select_on_focus=False)
            yield TextLinesPanel()

    @property
    def grid(self) -> ReviewGrid:
        return self.query_one(ReviewGrid)

    def started(self) -> None:
        self._size_classes()
        self.set_interval(PLAN_EVERY_S, self._look_at_plan)
        self.read(self._set_id)

    def returned(self) -> None:
        if self._session is not None:
            self.set_focus(self.grid)

    # reading ----------------------------------------------------------------------------------------------------
    def read(self, set_id: str) -> None:
        """Read a set fresh behind the screen; ``esc`` cancels by leaving."""
        self._set_id = set_id
        self._session = None
        self._view = None
        self._place = self._place_of(set_id)
        self._loading([[("reading both CRMs …   esc to go back", "plain")]])
        self.query_one("#review-title", Lines).show([[(f" {self._place}", "muted")]])
        self.workers.cancel_group(self, "reading")
        self.run_worker(self._read(set_id), group="reading", exit_on_error=False, description="read both CRMs")

    def _loading(self, rows: list[list[Span]] | None) -> None:
        """Show a text in place of the review; None shows the review."""
        self.query_one("#loading", Lines).display = rows is not None
        self.query_one("#review-body").display = rows is None
        if rows is not None:
            self.query_one("#loading", Lines).show(rows)
            self.set_focus(None)

    async def _read(self, set_id: str) -> None:
        try:
            session = await self.desk.open_review(set_id)
            view = session.view()
        except Problem as problem:
            if set_id == self._set_id:
                self.broken(problem)
            return
        if set_id != self._set_id:  # with eager tasks this runs before the screen counts as mounted
            return
        self._session = session
        self.grid.mark = next((n for n, column in enumerate(view.columns) if column.is_master), 0)
        self.grid.only_differences = True
        self._loading(None)
        self.draw(view)
        self.set_focus(self.grid)

    def broken(self, problem: Problem) -> None:
        """The set could not be read: the text stands where the review would be."""
        if self._session is None:
            rows = problem_rows(problem.happened, problem.not_done, problem.todo, self.app.size.width - 6)
            self._loading([*rows, [], [("esc goes back to the queue", "muted")]])
        self.fail(problem)

    def confirmed(self) -> None:
        self.dismiss(None)

    # drawing ----------------------------------------------------------------------------------------------------
    def draw(self, view: ReviewView, row_key: str | None = None) -> None:
        self._view = view
        self.grid.show_view(view, row_key)
        self.call_after_refresh(self._draw_rest)

    def _draw_rest(self) -> None:
        view = self._view
        if view is None or not self.is_attached:
            return
        self._draw_title()
        self._draw_head()
        self._draw_detail()
        self.query_one(TextLinesPanel).show(layout.checks_rows(view, PANEL_WIDTH - 3))

    def _draw_title(self) -> None:
        if self._view is not None:
            rows = title_rows(self._view, self._place, self.app.size.width)
            self.query_one("#review-title", Lines).show(rows)

    def _look_at_plan(self) -> None:
        """Once a second: does the plan still fit before the next sync? Only that line is drawn anew. Where making the
        view takes long, it is asked every third second."""
        if self._session is None or self._view is None or not self.is_active:
            return
        if self._rest:
            self._rest -= 1
            return
        began = perf_counter()
        try:
            line = self._session.view().plan_line
        except Problem as problem:
            self.say(problem, "bad")
            return
        if perf_counter() - began > SLOW_VIEW_S:
            self._rest = 2
        if line != self._view.plan_line:
            self._view = replace(self._view, plan_line=line)
            self._draw_title()

    def _draw_head(self) -> None:
        if self._view is not None:
            names = self.app.size.height >= 30
            head = layout.head_rows(self._view, self.grid.columns, self.grid.mark, names)
            self.query_one("#grid-head", Lines).show(head)

    def _draw_detail(self) -> None:
        most = 2 if self.app.size.height < 30 else 3
        width = self.grid.size.width or self.app.size.width
        rows = layout.detail_rows(self.grid.row, width, most)
        self.query_one("#detail", Lines).show(rows)

    def _size_classes(self) -> None:
        self.set_class(self.app.size.width < NARROW, "-narrow")
        self.set_class(self.app.size.height < 30, "-short")

    def on_resize(self) -> None:
        if self.query("#grid"):
            self._size_classes()
            self.call_after_refresh(self._draw_rest)

    @on(LineList.Moved)
    def _moved(self) -> None:
        self._draw_detail()

    # acts that look ---------------------------------------------------------------------------------------------
    def do_move(self, arg: str) -> None:
        self.grid.step(int(arg))

    def do_page(self, arg: str) -> None:
        self.grid.page(int(arg))

    def do_ends(self, arg: str) -> None:
        self.grid.to_end(arg)

    def do_column(self, arg: str) -> Refusal | None:
        if self._view is None:
            return STILL_READING
        self.grid.mark = (self.grid.mark + int(arg)) % len(self._view.columns)
        self.grid.look_at(self.grid.mark)
        self._draw_head()
        return None

    def do_differences(self, _: str) -> Refusal | None:
        if self._view is None:
            return STILL_READING
        self.grid.only_differences = not self.grid.only_differences
        self.grid.show_view(self._view)
        self.say("only what differs" if self.grid.only_differences else "all fields")
        return None

    def do_why(self, _: str) -> Refusal | None:
        view = self._view
        if view is None:
            return STILL_READING
        self.app.push_screen(
            InfoScreen("Why these are believed to be one person", lambda w: layout.evidence_rows(view, w))
        )
        return None

    def do_checks(self, _: str) -> Refusal | None:
        view = self._view
        if view is None:
            return STILL_READING
        self.app.push_screen(InfoScreen(view.title, lambda width: layout.checks_rows(view, width)))
        return None

    # acts that choose -------------------------------------------------------------------------------------------
    def _answer(self, refused: Refusal | None, sentence: str = "") -> Refusal | None:
        """Draw the review anew after a choice, or go to the row that a refusal names."""
        if self._session is None:
            return STILL_READING
        view = self._session.view()
        self.draw(view, refused.row_key if refused is not None else None)
        if refused is None and sentence:
            self.say(sentence)
        return refused

    def _row(self) -> ReviewRow | Refusal:
        if self._session is None:
            return STILL_READING
        row = self.grid.row
        if row is None:
            return Refusal("there is no field here; d shows all fields")
        if not row.selectable:
            return Refusal(f"{row.label}: {row.reason or 'this row only shows'}")
        return row

    def _choose(self, row: ReviewRow, column: int) -> Refusal | None:
        assert self._session is not None
        refused = self._session.choose(row.key, column)
        self.grid.look_at(column)
        return self._answer(refused)

    def do_shift(self, arg: str) -> Refusal | None:
        row = self._row()
        if isinstance(row, Refusal):
            return row
        now = next((n for n, cell in enumerate(row.cells) if cell.chosen), 0)
        column = now + int(arg)
        if not 0 <= column < len(row.cells):
            self.say("this is the last column" if int(arg) > 0 else "this is the first column")
            return None
        return self._choose(row, column)

    def do_choose(self, arg: str) -> Refusal | None:
        row = self._row()
        if isinstance(row, Refusal):
            return row
        if int(arg) > len(row.cells):
            return Refusal(f"there are only {len(row.cells)} columns")
        return self._choose(row, int(arg) - 1)

    def do_all(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        return self._answer(self._session.choose_all(self.grid.mark), f"all values from {self._marked()}")

    def do_blanks(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        return self._answer(self._session.fill_blanks(self.grid.mark), f"blanks filled from {self._marked()}")

    def do_master(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        return self._answer(self._session.set_master(self.grid.mark), f"master: {self._marked()}; checks made anew")

    def _marked(self) -> str:
        assert self._view is not None
        return f"column {self.grid.mark + 1}, {self._view.columns[self.grid.mark].title}"

    def do_undo(self, _: str) -> Refusal | None:
        return self._step_in_time("undone")

    def do_redo(self, _: str) -> Refusal | None:
        return self._step_in_time("done again")

    def _step_in_time(self, word: str) -> Refusal | None:
        """Undo or redo; the cursor goes to the first row that changed, and the answer names it."""
        if self._session is None or self._view is None:
            return STILL_READING
        before = self._view
        refused = self._session.undo() if word == "undone" else self._session.redo()
        if refused is not None:
            return self._answer(refused)
        after = self._session.view()
        changed = layout.changed_rows(before, after)
        self.draw(after, changed[0].key if changed else None)
        self.say(f"{word}: {layout.change_words(before, after)}")
        return None

    # editor -----------------------------------------------------------------------------------------------------
    def do_edit(self, _: str) -> Refusal | None:
        row = self._row()
        if isinstance(row, Refusal):
            return row
        if not row.editable:
            return Refusal(f"{row.label}: {row.edit_reason or 'no value can be typed here'}")
        self._edited_row = row.key
        cell = next((cell for cell in row.cells if cell.edited), None) or next(
            (cell for cell in row.cells if cell.chosen), None
        )
        value = "" if cell is None or cell.blank else cell.text
        editor = self.query_one("#editor", PlainInput)
        editor.value = value if harmless(value) else ""
        editor.placeholder = f"{clip(row.label, 24)}: enter keeps it, esc leaves"
        editor.add_class("-open")
        self.query_one("#detail").display = False
        self.set_focus(editor)
        editor.cursor_position = len(editor.value)
        if harmless(value):
            self.say(f"{row.label}: type the value; enter keeps it, esc leaves it as it was")
        else:
            self.say(f"{row.label}: the value has line breaks or control characters; what you type replaces it", "warn")
        return None

    @on(Input.Submitted, "#editor")
    def _edited(self, event: Input.Submitted) -> None:
        """Only what was taken closes the editor; what was refused stays in it."""
        if self._session is None or self._view is None:
            return
        label = next((row.label for row in self._view.rows if row.key == self._edited_row), "")
        try:
            refused = self._session.edit(self._edited_row, event.value)
        except Problem as problem:
            self.fail(problem)
            return
        if refused is not None:
            self.refuse(
                f"{refused.why}{'' if refused.why.endswith('.') else '.'} Change it, or esc leaves it as it was."
            )
            return
        self._close_editor()
        self._answer(None, f"{label}: edited")

    def _close_editor(self) -> None:
        self.query_one("#editor").remove_class("-open")
        self.query_one("#detail").display = True
        self.set_focus(self.grid)

    # acts that end the review -----------------------------------------------------------------------------------
    def do_stage(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        answer = self._session.stage()
        if isinstance(answer, Refusal):
            return self._answer(answer)
        if answer.confirm is not None:
            self._confirm(answer.confirm)
        else:
            self._go_on(answer.message)
        return None

    def _confirm(self, view: ConfirmationView) -> None:
        self.cockpit.ask_confirmation(view, self)

    def do_not_duplicates(self, _: str) -> Refusal | None:
        if self.held():
            return SLOWER
        if self._session is None:
            return STILL_READING
        self._go_on(self.desk.not_duplicates([self._set_id]))
        return None

    def do_later(self, _: str) -> Refusal | None:
        if self.held():
            return SLOWER
        if self._session is None:
            return STILL_READING
        self._go_on(self.desk.later([self._set_id]))
        return None

    def _go_on(self, sentence: str) -> None:
        """To the next undecided set, or back to the queue when this was the last one."""
        following = self.desk.next_undecided(self._set_id, 1) or self.desk.next_undecided(self._set_id, -1)
        if following is None or following == self._set_id:
            self.say(f"{sentence} · nothing is undecided any more")
            self.dismiss(None)
        else:
            self.read(following)
            self.say(sentence, "good")

    def do_next(self, arg: str) -> Refusal | None:
        following = self.desk.next_undecided(self._set_id, int(arg))
        if following is None:
            return Refusal("no undecided set after this one" if int(arg) > 0 else "no undecided set before this one")
        self.read(following)
        return None

    def go_back(self) -> None:
        if self.query_one("#editor").has_class("-open"):
            self._close_editor()
            self.say("left as it was")
        else:
            self.workers.cancel_group(self, "reading")
            self.dismiss(None)


STILL_READING = Refusal("nothing to do this with yet: the set has not been read")


class TextLinesPanel(TextLines):
    """The checks at the right. It scrolls with the wheel; ``c`` shows it in full."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__("panel")

    def show(self, rows: list[list[Span]]) -> None:
        self._rows = rows
        self.set_count(len(rows))


def title_rows(view: ReviewView, place: str, width: int) -> list[list[Span]]:
    """Where we are, who they are, the score; on the same line if it fits, else below, what the plan will do."""
    lead: list[Span] = [(f" {place}   " if place else " ", "muted")]
    score = f"   score {score_text(view.score)} "
    hint: list[Span] = [(score, "strong"), ("(w why)", "muted")]
    plan = safe(view.plan_line)
    narrow = width < NARROW
    tail = layout.checks_summary(view.checks) if narrow else []
    fixed = sum(cell_len(text) for text, _ in [*lead, *hint])
    title = clip(view.title, width - fixed - 1)
    used = fixed + cell_len(title)
    row: list[Span] = [*lead, (title, "title"), *hint]
    if not tail and used + 3 + cell_len(plan) < width:
        return [[*row, (" " * (width - used - cell_len(plan) - 1), "plain"), (plan, "plain")]]
    tail_width = sum(cell_len(text) for text, _ in tail)
    second = clip(plan, width - tail_width - 3)
    pad = " " * max(1, width - tail_width - cell_len(second) - 2)
    return [row, [(" " + second, "plain"), (pad, "plain"), *tail]]
