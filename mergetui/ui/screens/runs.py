"""Approved & running: what is staged, what the runner does, what waits for a person."""

from __future__ import annotations

from textual.app import ComposeResult

from mergetui.records.views import RunsView
from mergetui.ui.keys import bindings
from mergetui.ui.screens.info import InfoScreen, plain_rows
from mergetui.ui.screens.lists import ListScreen
from mergetui.ui.text import wrap
from mergetui.ui.widgets.lines import Lines
from mergetui.ui.widgets.runs_list import RunsList, counts_spans, runs_head
from mergetui.workflow.ports import Refusal

LOOK_EVERY_S = 0.25
NOTE_LINES = 3


class RunsScreen(ListScreen):
    PLACE = "runs"
    BINDINGS = bindings("main", "runs")

    def __init__(self) -> None:
        super().__init__()
        self._view: RunsView | None = None

    def body(self) -> ComposeResult:
        yield Lines(ident="counts", classes="head")
        yield Lines(ident="runs-head", classes="head")
        yield RunsList()
        yield Lines(ident="note", classes="foot")

    @property
    def plans(self) -> RunsList:
        return self.query_one(RunsList)

    def started(self) -> None:
        self.set_focus(self.plans)
        self.set_interval(LOOK_EVERY_S, self._look)
        self._look()

    def returned(self) -> None:
        self._look()
        self.set_focus(self.plans)

    def _look(self) -> None:
        """Ask the desk and redraw only when something changed."""
        if not self.is_current and self._view is not None:
            return
        view = self.ask(self.desk.runs, None)
        if view is None:
            return
        if self._view is None or view.revision != self._view.revision:
            self._view = view
            self._draw()

    def _draw(self) -> None:
        if self._view is None:
            return
        width = self.app.size.width
        self.query_one("#counts", Lines).show(counts_spans(self._view.counts, self._view.runner, width))
        self.plans.load(self._view.rows)
        inside = self.plans.scrollable_content_region.width or width
        self.query_one("#runs-head", Lines).show([runs_head(inside, self.plans.columns(inside))])
        self.draw_note()

    def draw_note(self) -> None:
        row = self.plans.current
        if row is None:
            rows = ["nothing is staged, approved or running; 1 goes to the queue"]
        else:
            state = f"{row.state}: {row.note}" if row.note else row.state
            rows = wrap(f"{row.title}   {state}", self.app.size.width - 2, NOTE_LINES)
        self.query_one("#note", Lines).show([[(" " + text, "plain" if row else "muted")] for text in rows])

    def go_to(self, plan_id: str) -> None:
        """Put the cursor on a plan."""
        self._look()
        self.plans.go_to(plan_id)

    def resized(self) -> None:
        self._draw()

    # acts -------------------------------------------------------------------------------------------------------
    def do_open(self, _: str) -> Refusal | None:
        row = self.plans.current
        if row is None:
            return Refusal("there is no plan to look at")
        lines = self.desk.run_detail(row.plan_id)
        self.app.push_screen(InfoScreen(f"{row.title}: {row.state}", plain_rows(lines)))
        return None

    def do_confirm(self, _: str) -> Refusal | None:
        staged = self.desk.staged_ids()
        if not staged:
            return Refusal("nothing is staged: a in a review or in the queue stages")
        self.cockpit.ask_confirmation(self.desk.confirmation(staged), self)
        return None

    def do_take_back(self, _: str) -> Refusal | None:
        row = self.plans.current
        if row is None:
            return Refusal("there is no plan to take back")
        self.say(self.desk.take_back(row.plan_id))
        self._look()
        return None

    def do_pause(self, _: str) -> None:
        self.say(self.desk.pause())
        self._look()

    def do_retry(self, _: str) -> Refusal | None:
        row = self.plans.current
        if row is None:
            return Refusal("there is no plan to try again")
        self.say(self.desk.retry(row.plan_id))
        self._look()
        return None

    def go_back(self) -> None:
        self.cockpit.go("queue")
