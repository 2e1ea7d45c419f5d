"""Which fields reviews show, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Vertical

from mergetui.records.views import FieldView
from mergetui.ui import keys
from mergetui.ui.screens.base import Dialog
from mergetui.ui.text import clip, left, safe
from mergetui.ui.widgets.bars import KeyBar
from mergetui.ui.widgets.lines import LineList, Lines, Span


@dataclass(frozen=True, slots=True)
class FieldsChosen:
    hidden: tuple[str, ...]
    order: tuple[str, ...]


class FieldLines(LineList):
    def __init__(self, fields: Sequence[FieldView]) -> None:
        super().__init__(ident="fields")
        self.fields = list(fields)
        self.hidden = {field.key for field in fields if field.hidden}

    def spans(self, index: int, width: int) -> list[Span]:
        field = self.fields[index]
        hidden = field.key in self.hidden
        first = index == 0 or self.fields[index - 1].group != field.group
        label = max(12, width // 3)
        return [
            ("▸" if index == self.cursor else " ", "mark"),
            ("[ ] " if hidden else "[x] ", "muted" if hidden else "good"),
            (left(field.label, label) + " ", "muted" if hidden else "plain"),
            (left(safe(field.group).upper() if first else "", 14), "title"),
            (clip(field.api, max(0, width - label - 21)), "muted"),
        ]


class FieldsScreen(Dialog[FieldsChosen | None]):
    """``esc`` keeps what was chosen; None when nothing was changed."""

    BINDINGS = keys.bindings("fields")

    def __init__(self, fields: Sequence[FieldView], cursor: str) -> None:
        super().__init__()
        self._fields = fields
        self._first = next((n for n, field in enumerate(fields) if field.key == cursor), 0)
        self._reset = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(ident="fields-head", classes="head")
            yield FieldLines(self._fields)
            yield KeyBar("fields", read_only=False)

    @property
    def listing(self) -> FieldLines:
        return self.query_one(FieldLines)

    def started(self) -> None:
        self._fill()
        self.listing.set_count(len(self._fields), self._first)
        self.set_focus(self.listing)

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        hidden = len(self.listing.hidden)
        words = f"{len(self._fields)} fields of this set, {hidden} hidden; this holds in all reviews"
        width = min(108, self.app.size.width) - 5
        self.query_one("#fields-head", Lines).show([[("Fields to show", "title")], [(clip(words, width), "muted")], []])
        self.listing.styles.height = max(3, min(len(self._fields), self.app.size.height - 9))

    def action_act(self, act: str, arg: str) -> None:
        listing = self.listing
        if act == "close":
            self._close()
        elif act == "page":
            listing.page(int(arg))
        elif act == "move":
            if arg in ("first", "last"):
                listing.to_end(arg)
            else:
                listing.step(int(arg))
        elif act == "reset":
            self._reset = True
            listing.hidden = set()
            listing.refresh()
            self._fill()
        elif act == "toggle" and listing.fields:
            listing.hidden ^= {listing.fields[listing.cursor].key}
            listing.refresh_line(listing.cursor)
            listing.step(1)
            self._fill()
        elif act == "raise" and listing.fields:
            self._raise(int(arg))

    def _raise(self, by: int) -> None:
        fields, at = self.listing.fields, self.listing.cursor
        to = at + by
        if 0 <= to < len(fields) and fields[to].group == fields[at].group:
            fields[at], fields[to] = fields[to], fields[at]
            self._reset = False
            self.listing.cursor = to
            self.listing.refresh()

    def _close(self) -> None:
        hidden = tuple(sorted(self.listing.hidden))
        order = tuple(field.key for field in self.listing.fields)
        before = tuple(sorted(field.key for field in self._fields if field.hidden))
        if self._reset:
            self.dismiss(FieldsChosen((), ()))
        elif hidden == before and order == tuple(field.key for field in self._fields):
            self.dismiss(None)
        else:
            self.dismiss(FieldsChosen(hidden, order))
