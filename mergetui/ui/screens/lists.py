"""What the screens that are one list have in common: moving, opening, the typed filter, and one line to type into."""

from __future__ import annotations

from collections.abc import Callable

from textual import on
from textual.widgets import Input

from mergetui.errors import Problem
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

    def draw_note(self) -> None:
        """Say below the list what there is to say of the row under the cursor."""
        raise NotImplementedError

    def moved(self) -> None:
        """The cursor is on another row."""
        self.draw_note()

    def resized(self) -> None:
        """Draw anew what depends on the screen's size."""
        self.draw_note()

    def on_resize(self) -> None:
        if self.query(LineList):
            self.call_after_refresh(self.resized)

    # one handler for all lists: Textual would call the handlers of every class, not only the last
    @on(LineList.Moved)
    def _moved(self) -> None:
        self.moved()

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.do_open("")


class FilteredScreen(ListScreen):
    """A list with a filter: ``/`` opens it, enter keeps it, esc ends it."""

    def __init__(self) -> None:
        super().__init__()
        self._text = ""
        self._typed_for: Callable[[str], str] | None = None

    def reload(self) -> None:
        """Read the rows that fit ``_text`` anew."""
        raise NotImplementedError

    def filter_changed(self) -> None:
        """The filter's text is another one."""
        self.reload()

    @staticmethod
    def filter_field(what: str) -> PlainInput:
        return PlainInput(placeholder=f"{what}, enter to keep, esc to leave", id="filter", select_on_focus=False)

    @staticmethod
    def entry_field() -> PlainInput:
        return PlainInput(id="entry", select_on_focus=False)

    def do_filter(self, _: str) -> None:
        field = self.query_one("#filter", PlainInput)
        field.add_class("-open")
        field.value = self._text
        field.cursor_position = len(self._text)
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

    def use_filter(self, text: str) -> None:
        """Show only what fits ``text``."""
        self._close_filter()
        self._text = text
        self.reload()

    def _close_filter(self) -> None:
        self.query_one("#filter").remove_class("-open")
        self.set_focus(self.listing)

    @on(Input.Changed, "#filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.input.has_class("-open") and event.value != self._text:
            self._text = event.value
            self.filter_changed()

    @on(Input.Submitted, "#filter")
    def _kept(self, event: Input.Submitted) -> None:
        self._close_filter()

    # one line to type into ----------------------------------------------------------------------------------------
    def ask_line(self, what: str, value: str, then: Callable[[str], str]) -> None:
        """Open the entry for ``what``; enter calls ``then`` with the text and says its answer, esc leaves."""
        entry = self.query_one("#entry", PlainInput)
        self._typed_for = then
        entry.placeholder = f"{what}: enter keeps it, esc leaves"
        entry.value = value
        entry.add_class("-open")
        entry.cursor_position = len(entry.value)
        self.set_focus(entry)
        self.say(f"{what}: enter keeps it, esc leaves it as it was")

    @property
    def is_asking(self) -> bool:
        return self._typed_for is not None

    def close_entry(self) -> None:
        self._typed_for = None
        entry = self.query_one("#entry", PlainInput)
        entry.remove_class("-open")
        entry.value = ""
        self.set_focus(self.listing)

    @on(Input.Submitted, "#entry")
    def _entered(self, event: Input.Submitted) -> None:
        then = self._typed_for
        if then is None:
            return
        try:
            sentence = then(event.value)
        except Problem as problem:
            self.fail(problem)
            return
        self.close_entry()
        self.say(sentence)
