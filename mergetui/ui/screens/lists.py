"""What the screens that are one list have in common: moving, opening, and the typed filter."""

from __future__ import annotations

from textual import on
from textual.widgets import Input

from mergetui.ui.screens.base import Cockpit, PlainInput
from mergetui.ui.widgets.lines import LineList


class ListScreen(Cockpit):
    """One list under the keys ``j/k``, pages, ends, enter and the numbers."""

    @property
    def listing(self) -> LineList:
        return self.query_one(LineList)

    def do_go(self, arg: str) -> None:
        self.cockpit.go(arg)

    def do_move(self, arg: str) -> None:
        self.listing.step(int(arg))

    def do_page(self, arg: str) -> None:
        self.listing.page(int(arg))

    def do_ends(self, arg: str) -> None:
        self.listing.to_end(arg)

    def do_open(self, _: str) -> object:
        """What enter does with the row under the cursor."""
        raise NotImplementedError

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.do_open("")


class FilteredScreen(ListScreen):
    """A list with a filter: ``/`` opens it, enter keeps it, esc ends it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def reload(self) -> None:
        """Read the rows that fit ``_text`` anew."""
        raise NotImplementedError

    @staticmethod
    def filter_field(what: str) -> PlainInput:
        return PlainInput(placeholder=f"{what}, enter to keep, esc to leave", id="filter", select_on_focus=False)

    def do_filter(self, _: str) -> None:
        field = self.query_one("#filter", PlainInput)
        field.add_class("-open")
        field.value = self._text
        self.set_focus(field)

    @property
    def is_filtered(self) -> bool:
        return bool(self._text) or self.query_one("#filter").has_class("-open")

    def end_filter(self) -> None:
        """Close the field, forget its text, show everything."""
        self._close_filter()
        self.query_one("#filter", PlainInput).value = ""
        self._text = ""
        self.reload()

    def _close_filter(self) -> None:
        self.query_one("#filter").remove_class("-open")
        self.set_focus(self.listing)

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.input.has_class("-open"):
            self._text = event.value
            self.reload()

    @on(Input.Submitted, "#filter")
    def _kept(self, event: Input.Submitted) -> None:
        self._close_filter()
