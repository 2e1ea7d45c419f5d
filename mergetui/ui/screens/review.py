"""The review: both people side by side, what would be lost, and every choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer

from mergetui.errors import Problem
from mergetui.records.views import ConfirmationView, ReviewView
from mergetui.ui import layout
from mergetui.ui.beside import checks_rows, title_rows
from mergetui.ui.keys import bindings
from mergetui.ui.layout import NARROW
from mergetui.ui.screens.base import SLOWER, PlainInput
from mergetui.ui.screens.info import TextLines, problem_rows
from mergetui.ui.screens.review_choose import STILL_READING, FieldActs
from mergetui.ui.screens.review_look import LookActs
from mergetui.ui.widgets.lines import LineList, Lines, Span
from mergetui.ui.widgets.review_grid import ReviewGrid
from mergetui.workflow.ports import Refusal

PANEL_WIDTH = 34
PLAN_EVERY_S = 1.0
SLOW_VIEW_S = 0.02
FOLLOWS_AFTER_S = 0.04
"""After the last of several quick choices, plan and checks are made anew."""


class ReviewScreen(FieldActs, LookActs):
    PLACE = "review"
    BINDINGS = bindings("review")

    def __init__(self, set_id: str, place_of: Callable[[str], str]) -> None:
        """``place_of`` says where a set stands in the queue, such as ``14 of 1,840``."""
        super().__init__()
        self._set_id = set_id
        self._place_of = place_of
        self._place = ""
        self._rest = 0
        self._following: Timer | None = None

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
        self._read_ahead(set_id)

    def _read_ahead(self, set_id: str) -> None:
        """The next two undecided sets, behind the screen."""
        following: list[str] = []
        while len(following) < 2:
            one = self.ask(lambda: self.desk.next_undecided(following[-1] if following else set_id, 1), None)
            if one is None or one in following:
                break
            following.append(one)
        if following:
            self.run_worker(self.desk.read_ahead(following), group="ahead", exit_on_error=False,
                            description="read the next sets")  # fmt: skip

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

    def draw_row(self, row_key: str) -> None:
        session, view = self._session, self._view
        row = session.row_view(row_key) if session is not None else None
        if view is None or row is None:
            return
        rows = tuple(row if each.key == row_key else each for each in view.rows)
        self._view = replace(view, rows=rows)
        self.grid.show_view(self._view)
        self._draw_detail()
        if self._following is not None:
            self._following.stop()
        self._following = self.set_timer(FOLLOWS_AFTER_S, self._follow)

    def _follow(self) -> None:
        """Plan, checks and forecast of the last choice."""
        if self._session is not None and self.is_attached:
            self.draw(self._session.view())

    def _draw_rest(self) -> None:
        view = self._view
        if view is None or not self.is_attached:
            return
        self._draw_title()
        self._draw_head()
        self._draw_detail()
        self.query_one(TextLinesPanel).show(checks_rows(view, PANEL_WIDTH - 3))

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


class TextLinesPanel(TextLines):
    """The checks at the right. It scrolls with the wheel; ``c`` shows it in full."""

    can_focus = False

    def __init__(self) -> None:
        super().__init__("panel")

    def show(self, rows: list[list[Span]]) -> None:
        self._rows = rows
        self.set_count(len(rows))
