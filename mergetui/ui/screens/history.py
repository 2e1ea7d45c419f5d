"""History: every merge with its ids before and after, who did it and how it ended."""

from __future__ import annotations

from textual.app import ComposeResult

from mergetui.errors import Problem
from mergetui.ui.keys import bindings
from mergetui.ui.screens.info import InfoScreen, plain_rows
from mergetui.ui.screens.lists import FilteredScreen
from mergetui.ui.text import wrap
from mergetui.ui.widgets.lines import Lines
from mergetui.ui.widgets.runs_list import HistoryList, history_head
from mergetui.workflow.ports import Refusal


class HistoryScreen(FilteredScreen):
    PLACE = "history"
    BINDINGS = bindings("main", "history")

    def body(self) -> ComposeResult:
        yield Lines(ident="history-head", classes="head")
        yield HistoryList()
        yield Lines(ident="note", classes="foot")
        yield self.filter_field("any text")

    @property
    def merges(self) -> HistoryList:
        return self.query_one(HistoryList)

    def started(self) -> None:
        self.reload()
        self.set_focus(self.merges)

    def returned(self) -> None:
        self.reload()
        self.set_focus(self.merges)

    def reload(self) -> None:
        try:
            rows = self.desk.history(self._text)
        except Problem as problem:
            self.fail(problem)
            return
        self.merges.load(rows)
        self.draw_note()

    def draw_note(self) -> None:
        width = self.merges.scrollable_content_region.width or self.app.size.width
        self.query_one("#history-head", Lines).show([history_head(width)])
        row = self.merges.current
        if row is None:
            rows = ["nothing matches; esc shows all" if self._text else "nothing was merged yet"]
        else:
            ids = f"Salesforce {row.salesforce}   HubSpot {row.hubspot}   snapshot {row.snapshot}"
            rows = wrap(f"{row.when} by {row.who}   {ids}", self.app.size.width - 2, 2)
        self.query_one("#note", Lines).show([[(" " + text, "plain" if row else "muted")] for text in rows])

    def do_open(self, _: str) -> Refusal | None:
        row = self.merges.current
        if row is None:
            return Refusal("there is no merge to look at")
        self.app.push_screen(InfoScreen(f"{row.title}: {row.state}", plain_rows(row.detail)))
        return None

    def go_back(self) -> None:
        if self.is_filtered:
            self.end_filter()
        else:
            self.cockpit.go("queue")
