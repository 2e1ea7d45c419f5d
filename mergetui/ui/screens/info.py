"""A text in a dialog: help, evidence, checks, details. It only shows and closes."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Vertical

from mergetui.ui import keys
from mergetui.ui.layout import Span
from mergetui.ui.screens.base import Dialog
from mergetui.ui.text import left, safe, wrap
from mergetui.ui.widgets.bars import KeyBar
from mergetui.ui.widgets.lines import LineList

Rows = list[list[Span]]
KEYS_WIDTH = 21
"""Cells for the keys in help: the longest of the table and two on each side."""


class TextLines(LineList):
    """Scrolling text: the cursor is not shown, keys move the view."""

    def __init__(self, ident: str = "text") -> None:
        super().__init__(ident=ident)
        self._rows: Rows = []

    def show(self, rows: Rows) -> None:
        self._rows = rows
        self.set_count(len(rows))
        self.styles.height = len(rows)

    def stops(self, index: int) -> bool:
        return False

    def show_cursor(self) -> None:
        return

    def spans(self, index: int, width: int) -> list[Span]:
        return self._rows[index]


class InfoScreen(Dialog[None]):
    """``rows(width)`` makes the text for a width; it is asked again when the size changes. Only ``esc`` closes it."""

    BINDINGS = keys.bindings("reading")

    def __init__(self, heading: str, rows: Callable[[int], Rows]) -> None:
        super().__init__()
        self._heading = heading
        self._make = rows

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield TextLines()
            yield KeyBar("reading", read_only=True)

    def started(self) -> None:
        self._fill()
        self.set_focus(self.query_one(TextLines))

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        width = min(108, self.app.size.width) - 5
        head: Rows = [[(line, "title")] for line in wrap(self._heading, width, 3)]
        text = self.query_one(TextLines)
        text.styles.max_height = max(3, self.app.size.height - 5)
        text.show([*head, [], *self._make(width)])

    def action_act(self, act: str, arg: str) -> None:
        text = self.query_one(TextLines)
        if act == "close":
            self.dismiss(None)
        elif arg in ("first", "last"):
            text.scroll_to(y=0 if arg == "first" else text.count, animate=False)
        else:
            by = {"page": text.size.height - 1, "-page": 1 - text.size.height}.get(arg)
            text.scroll_to(y=text.scroll_offset.y + (by if by is not None else int(arg)), animate=False)


def plain_rows(lines: tuple[str, ...]) -> Callable[[int], Rows]:
    """Lines from the desk, each wrapped."""
    return lambda width: [[(row, "plain")] for line in lines for row in wrap(line, width)]


def help_rows(places: tuple[str, ...], read_only: bool) -> Callable[[int], Rows]:
    """The keys of some places, from the one table."""

    def rows(width: int) -> Rows:
        made: Rows = []
        title = ""
        for place, shown, why in keys.help_lines(places, read_only):
            if place != title:
                made += [[]] if made else []
                made.append([(place.upper(), "title")])
                title = place
            first, *rest = wrap(why, width - KEYS_WIDTH)
            made.append([("  " + left(shown, KEYS_WIDTH - 2), "accent"), (first, "plain")])
            made += [[(" " * KEYS_WIDTH + line, "plain")] for line in rest]
        made += [[], [("● chosen  ○ other  ◆ edited  ★ master  — blank", "muted")]]
        made += [[("▲ needs acknowledgement  ■ blocks  · informs  ✓ done  ? unknown", "muted")]]
        if read_only:
            made += [[], [("--read-only: keys that write are off", "warn")]]
        return made

    return rows


def problem_rows(happened: str, not_done: str, todo: str, width: int) -> Rows:
    """An error in a person's words: what happened, what was not done, what to do next."""
    rows: Rows = [[(line, "bad")] for line in wrap(happened, width, 6)]
    for title, text in (("Not done: ", not_done), ("Next: ", todo)):
        if text:
            first, *rest = wrap(safe(title) + text, width, 6)
            rows += [[(first, "plain")], *[[(line, "plain")] for line in rest]]
    return rows
