"""All checks of a review in full, each with the key that does what it advises."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from mergetui.records.views import CheckView, Remedy, ReviewView
from mergetui.ui import keys
from mergetui.ui.beside import SIGNS, check_rows, other_rows
from mergetui.ui.screens.base import Dialog
from mergetui.ui.text import wrap
from mergetui.ui.widgets.bars import KeyBar
from mergetui.ui.widgets.lines import LineList, Lines, Span


class CheckLines(LineList):
    """Checks of several lines each; the cursor stands on a check and the view follows it whole."""

    def __init__(self) -> None:
        super().__init__(ident="checks")
        self._rows: list[list[Span]] = []
        self._heads: dict[int, CheckView] = {}

    def load(self, view: ReviewView, width: int) -> None:
        self._rows, self._heads = [], {}
        order = {severity: number for number, severity in enumerate(SIGNS)}
        for check in sorted(view.checks, key=lambda each: order[each.severity]):
            self._heads[len(self._rows)] = check
            self._rows += [*check_rows(check, width, "↵"), []]
        if not view.checks:
            self._rows.append([("✓ nothing found", "good")])
        self._rows += other_rows(view, width)
        self.set_count(len(self._rows), min(self._heads, default=0))
        self.styles.height = len(self._rows)

    @property
    def check(self) -> CheckView | None:
        return self._heads.get(self.cursor)

    def stops(self, index: int) -> bool:
        return index in self._heads

    def show_cursor(self) -> None:
        """The whole check comes into view; at the last one also what follows the checks."""
        super().show_cursor()
        after = min((place for place in self._heads if place > self.cursor), default=len(self._rows))
        bottom = self.scroll_offset.y + self.scrollable_content_region.height
        if self.scrollable_content_region.height and after > bottom:
            self.scroll_to(y=min(self.cursor, after - self.scrollable_content_region.height), animate=False)

    def spans(self, index: int, width: int) -> list[Span]:
        return self._rows[index]


class ChecksScreen(Dialog[Remedy | None]):
    """Answers with the remedy of the check that enter was pressed on."""

    BINDINGS = keys.bindings("checks")

    def __init__(self, view: ReviewView) -> None:
        super().__init__()
        self._view = view

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(ident="checks-head", classes="head")
            yield CheckLines()
            yield Lines(ident="checks-answer")
            yield KeyBar("checks", read_only=False)

    @property
    def listing(self) -> CheckLines:
        return self.query_one(CheckLines)

    def started(self) -> None:
        self._fill()
        self.set_focus(self.listing)

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        width = min(108, self.app.size.width) - 6
        heading: list[list[Span]] = [[(line, "title")] for line in wrap(self._view.title, width, 2)]
        self.query_one("#checks-head", Lines).show([*heading, []])
        self.listing.styles.max_height = max(3, self.app.size.height - 8)
        self.listing.load(self._view, width)

    def action_act(self, act: str, arg: str) -> None:
        self.query_one("#checks-answer", Lines).show([])
        if act == "close":
            self.dismiss(None)
        elif act == "page":
            height = max(1, self.listing.size.height - 1)
            self.listing.scroll_to(y=self.listing.scroll_offset.y + int(arg) * height, animate=False)
        elif act == "move":
            if arg in ("first", "last"):
                self.listing.to_end(arg)
            else:
                self.listing.step(int(arg))
        elif act == "do":
            check = self.listing.check
            if check is not None and check.remedy is not None:
                self.dismiss(check.remedy)
            else:
                what = "no key can do this: " + check.todo if check is not None and check.todo else "nothing to do here"
                rows: list[list[Span]] = [[(line, "warn")] for line in wrap(what, min(108, self.app.size.width) - 6, 2)]
                self.query_one("#checks-answer", Lines).show(rows)
