"""A list to choose one thing from, over any screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from mergetui.ui import keys
from mergetui.ui.screens.base import Dialog
from mergetui.ui.text import clip, left, safe
from mergetui.ui.widgets.bars import KeyBar
from mergetui.ui.widgets.lines import LineList, Lines, Span

MOST_ROWS = 20
TITLE_SHARE = 0.42


@dataclass(frozen=True, slots=True)
class Item:
    """``key`` is what is answered; ``sign`` stands before the title, such as ``●``."""

    key: str
    title: str
    detail: str = ""
    sign: str = " "


@dataclass(frozen=True, slots=True)
class Picked:
    """What was chosen and by which key. ``key`` is empty when the list was."""

    key: str
    act: Literal["choose", "keep", "drop"] = "choose"


class ItemList(LineList):
    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__(ident="items")
        self._items = items
        self.empty = "  nothing here"

    def spans(self, index: int, width: int) -> list[Span]:
        item = self._items[index]
        longest = max(cell_len(safe(each.title)) for each in self._items)
        title = max(8, min(longest, int(width * TITLE_SHARE)))
        return [
            ("▸" if index == self.cursor else " ", "mark"),
            (f"{item.sign} ", "accent"),
            (left(item.title, title) + "  ", "strong" if index == self.cursor else "plain"),
            (clip(item.detail, width - title - 5), "muted"),
        ]


class PickScreen(Dialog[Picked | None]):
    """``acts``: which of ``keep`` and ``drop`` mean something here."""

    BINDINGS = keys.bindings("picking")

    def __init__(
        self, heading: str, items: Sequence[Item], *, acts: Sequence[str] = (), cursor: str = "", note: str = ""
    ) -> None:
        super().__init__()
        self._heading = heading
        self._items = items
        self._acts = frozenset(acts)
        self._first = next((n for n, item in enumerate(items) if item.key == cursor), 0)
        self._note = note

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(ident="pick-heading", classes="head")
            yield ItemList(self._items)
            yield KeyBar("picking", read_only=False, without=frozenset({"keep", "drop"}) - self._acts)

    @property
    def listing(self) -> ItemList:
        return self.query_one(ItemList)

    def started(self) -> None:
        self._fill()
        self.listing.set_count(len(self._items), self._first)
        self.set_focus(self.listing)

    def on_resize(self) -> None:
        self._fill()

    def _fill(self) -> None:
        width = min(108, self.app.size.width) - 5
        rows: list[list[Span]] = [[(clip(self._heading, width), "title")]]
        if self._note:
            rows.append([(clip(self._note, width), "muted")])
        self.query_one("#pick-heading", Lines).show([*rows, []])
        self.listing.styles.height = max(1, min(len(self._items) or 1, MOST_ROWS, self.app.size.height - 8))

    @on(LineList.Opened)
    def _opened(self) -> None:
        self.action_act("choose", "")

    def action_act(self, act: str, arg: str) -> None:
        if act == "close":
            self.dismiss(None)
        elif act == "move":
            if arg in ("first", "last"):
                self.listing.to_end(arg)
            else:
                self.listing.step(int(arg))
        elif act == "choose" and self._items:
            self.dismiss(Picked(self._items[self.listing.cursor].key))
        elif act == "keep" and "keep" in self._acts:
            self.dismiss(Picked(self._items[self.listing.cursor].key if self._items else "", "keep"))
        elif act == "drop" and "drop" in self._acts and self._items:
            self.dismiss(Picked(self._items[self.listing.cursor].key, "drop"))
