"""Connections: sign-ins, orgs, the mirror's age, each line with its remedy."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual.app import ComposeResult

from mergetui.errors import Problem
from mergetui.records.views import ConnectionLine
from mergetui.ui.keys import bindings
from mergetui.ui.screens.info import InfoScreen, plain_rows
from mergetui.ui.screens.lists import ListScreen
from mergetui.ui.text import clip, wrap
from mergetui.ui.widgets.lines import LineList, Lines, Span
from mergetui.workflow.ports import Refusal

TONES = {"✓": "good", "▲": "warn", "■": "bad", "·": "muted"}


class ConnectionList(LineList):
    def __init__(self) -> None:
        super().__init__(ident="connections")
        self._found: Sequence[ConnectionLine] = ()
        self.empty = "  looking …"

    def load(self, found: Sequence[ConnectionLine]) -> None:
        self._found = found
        self.set_count(len(found))

    @property
    def current(self) -> ConnectionLine | None:
        return self._found[self.cursor] if self._found else None

    def spans(self, index: int, width: int) -> list[Span]:
        line = self._found[index]
        return [
            ("▸" if index == self.cursor else " ", "mark"),
            (f"{line.sign} ", TONES[line.sign]),
            (clip(line.text, width - 4), "strong" if line.sign in "▲■" else "plain"),
        ]


class ConnectionsScreen(ListScreen):
    PLACE = "connections"
    BINDINGS = bindings("main", "connections")

    def body(self) -> ComposeResult:
        yield Lines(ident="connections-head", classes="head")
        yield ConnectionList()
        yield Lines(ident="note", classes="foot")

    @property
    def found(self) -> ConnectionList:
        return self.query_one(ConnectionList)

    def started(self) -> None:
        self.query_one("#connections-head", Lines).show([[(" Connections of this profile", "title")], []])
        self.set_focus(self.found)
        self.do_look("")

    def returned(self) -> None:
        self.set_focus(self.found)

    def do_look(self, _: str) -> None:
        self.run_worker(self._look(), group="connections", exclusive=True, exit_on_error=False,
                        description="look at connections")  # fmt: skip

    async def _look(self) -> None:
        try:
            found = await asyncio.to_thread(self.desk.connections)
        except Problem as problem:
            self.fail(problem)
            return
        if self.is_attached:
            self.found.load(found)
            self.draw_note()

    def draw_note(self) -> None:
        line = self.found.current
        text = "" if line is None else f"{line.text}   → {line.remedy}" if line.remedy else line.text
        rows = wrap(text, self.app.size.width - 2, 3)
        self.query_one("#note", Lines).show([[(" " + row, "plain")] for row in rows])

    def do_open(self, _: str) -> Refusal | None:
        line = self.found.current
        if line is None:
            return Refusal("nothing was read yet")
        rows = (line.text, "", f"→ {line.remedy}") if line.remedy else (line.text,)
        self.app.push_screen(InfoScreen("Connection", plain_rows(rows)))
        return None

    def go_back(self) -> None:
        self.cockpit.go("queue")
