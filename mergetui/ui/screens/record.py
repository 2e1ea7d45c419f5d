"""A record in full and the timeline of its set, over the review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from mergetui.errors import Problem
from mergetui.records.views import RecordView, TimelineView
from mergetui.ui import keys
from mergetui.ui.browser import browse
from mergetui.ui.screens.base import Dialog, PlainInput
from mergetui.ui.text import clip, left, safe
from mergetui.ui.widgets.bars import KeyBar
from mergetui.ui.widgets.lines import LineList, Lines, Span
from mergetui.workflow.ports import ReviewSession

Mode = Literal["inspect", "timeline"]
WIDE_API = 90
"""From so many cells on API names have a column."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of the list: a heading (``value`` None) or something that ``y`` copies."""

    spans: tuple[Span, ...]
    words: str
    """What a search looks in, lower case."""
    value: str | None = None


def record_lines(view: RecordView, width: int) -> list[Shown]:
    """Sections with their headings; label, value, API name, note."""
    lines: list[Shown] = []
    section = ""
    label = max(14, min(30, width // 4))
    api = min(28, width // 5) if width >= WIDE_API else 0
    for line in view.lines:
        if line.section != section:
            section = line.section
            if lines:
                lines.append(Shown((), ""))
            lines.append(Shown(((" " + safe(section).upper(), "title"),), ""))
        note = clip(line.note, max(0, (width - label - api) // 2 - 2)) if line.note else ""
        room = width - label - api - 3 - (cell_len(note) + 2 if note else 0)
        spans: list[Span] = [
            ("  ", "plain"),
            (left(line.label, label) + " ", "muted"),
            (left(line.text, room), "plain"),
        ]
        if note:
            spans.append(("  " + note, "accent" if note.startswith("≠") else "muted"))
        if api:
            spans.append((" " + left(line.api, api - 1), "muted"))
        words = f"{line.label} {line.api} {line.text} {line.note}".casefold()
        lines.append(Shown(tuple(spans), words, line.value or line.text))
    if view.reading:
        lines += [Shown((), ""), Shown(((" reading who changed what when …", "muted"),), "")]
    return lines


def timeline_lines(view: TimelineView, width: int) -> list[Shown]:
    """A sparkline per person, then what happened, newest first."""
    lines = [
        Shown(
            (
                (f" {n} ", "accent"), (left(name, min(26, width // 4)) + " ", "strong"), (spark, "accent"),
                ("  last 12 months   ", "muted"), (clip(counters, max(0, width - min(26, width // 4) - 38)), "plain"),
            ),
            "", counters,
        )
        for n, (name, spark, counters) in enumerate(view.persons, 1)
    ]  # fmt: skip
    lines.append(Shown((), ""))
    many = len(view.persons) > 1
    for line in view.lines:
        spans: list[Span] = [
            (f" {line.column + 1} " if many else " ", "accent"),
            (left(line.when or "no date", 17), "plain"),
        ]
        if width >= WIDE_API:
            spans.append((left(line.ago, 15), "muted"))
        crm = "SF" if line.crm == "Salesforce" else "HS"
        spans += [(crm + " ", "muted"), (left(line.kind, 16) + " ", "strong")]
        used = sum(cell_len(text) for text, _ in spans)
        spans.append((clip(line.title, max(0, width - used)), "plain"))
        words = f"{line.when} {line.crm} {line.kind} {line.title}".casefold()
        lines.append(Shown(tuple(spans), words, line.title or line.kind))
    if not view.lines:
        lines.append(Shown(((" nothing is known to have happened", "muted"),), ""))
    return lines


class ShownList(LineList):
    def __init__(self) -> None:
        super().__init__(ident="record-lines")
        self.lines: list[Shown] = []

    def load(self, lines: list[Shown], cursor: int) -> None:
        self.lines = lines
        first = next((n for n, line in enumerate(lines) if line.value is not None), 0)
        self.set_count(len(lines), max(first, min(cursor, len(lines) - 1)))

    @property
    def value(self) -> str | None:
        return self.lines[self.cursor].value if self.lines else None

    def stops(self, index: int) -> bool:
        return self.lines[index].value is not None

    def spans(self, index: int, width: int) -> list[Span]:
        return list(self.lines[index].spans)


class RecordScreen(Dialog[None]):
    """``column`` is the one shown first; ``i`` and ``t`` turn between the record and the timeline of the set."""

    BINDINGS = keys.bindings("record")

    def __init__(self, session: ReviewSession, column: int, columns: int, mode: Mode) -> None:
        super().__init__()
        self._session = session
        self._column = column
        self._columns = columns
        self._mode: Mode = mode
        self._text = ""

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -large"):
            yield Lines(ident="record-head", classes="head")
            yield ShownList()
            yield PlainInput(
                id="record-filter", placeholder="show only lines with this text; enter keeps it, esc ends it"
            )
            yield Lines(ident="record-answer")
            yield KeyBar("record", read_only=False)

    @property
    def listing(self) -> ShownList:
        return self.query_one(ShownList)

    def started(self) -> None:
        self._draw()
        self.set_focus(self.listing)
        self._read()

    def _read(self) -> None:
        self.run_worker(self._histories(), group="histories", exit_on_error=False, description="read histories")

    async def _histories(self) -> None:
        try:
            await self._session.read_histories()
        except Problem as problem:
            self._say(f"{problem} The rest is shown.", "warn")
            return
        if self.is_attached and self._mode == "inspect":
            self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        if not self.query(ShownList):
            return
        width = self.app.size.width - 5
        if self._mode == "inspect":
            view = self._session.record(self._column)
            head = f"{safe(view.title)}  of {self._columns}"
            subtitle = view.subtitle
            lines = record_lines(view, width)
        else:
            timeline = self._session.timeline()
            head, subtitle = "What happened in both CRMs", timeline.title
            lines = timeline_lines(timeline, width)
        if self._text:
            wanted = self._text.casefold()
            lines = [line for line in lines if line.value is not None and wanted in line.words]
            subtitle += f"   /{self._text} shows {len(lines)}"
        self.query_one("#record-head", Lines).show([
            [(clip(head, width), "title")], [(clip(subtitle, width), "muted")], [],
        ])  # fmt: skip
        self.listing.empty = " no line has this text; esc shows all"
        self.listing.load(lines, self.listing.cursor)

    def _say(self, text: str, tone: str = "plain") -> None:
        self.query_one("#record-answer", Lines).show([[(clip(text, self.app.size.width - 6), tone)]] if text else [])

    def action_act(self, act: str, arg: str) -> None:
        self._say("")
        getattr(self, f"do_{act}")(arg)

    def do_move(self, arg: str) -> None:
        if arg in ("first", "last"):
            self.listing.to_end(arg)
        else:
            self.listing.step(int(arg))

    def do_page(self, arg: str) -> None:
        self.listing.page(int(arg))

    def do_person(self, arg: str) -> None:
        self._column = (self._column + int(arg)) % self._columns
        self._mode = "inspect"
        self._draw()

    def do_turn(self, arg: str) -> None:
        self._mode = "inspect" if arg == "inspect" else "timeline"
        self.listing.cursor = 0
        self._draw()

    def do_filter(self, _: str) -> None:
        field = self.query_one("#record-filter", PlainInput)
        field.add_class("-open")
        field.value = self._text
        self.set_focus(field)

    def do_copy(self, _: str) -> None:
        value = self.listing.value
        if value is None:
            self._say("there is nothing to copy here", "warn")
            return
        self.app.copy_to_clipboard(value)
        self._say(f"copied: {clip(value, 60)}", "good")

    def do_browse(self, _: str) -> None:
        self._say(*browse(self._session.addresses(self._column), self.app.copy_to_clipboard))

    def do_close(self, _: str) -> None:
        field = self.query_one("#record-filter", PlainInput)
        if self._text or field.has_class("-open"):
            field.value = ""
            field.remove_class("-open")
            self._text = ""
            self._draw()
            self.set_focus(self.listing)
        else:
            self.dismiss(None)

    @on(Input.Changed, "#record-filter")
    def _typed(self, event: Input.Changed) -> None:
        if event.input.has_class("-open") and event.value != self._text:
            self._text = event.value
            self._draw()

    @on(Input.Submitted, "#record-filter")
    def _kept(self) -> None:
        self.query_one("#record-filter").remove_class("-open")
        self.set_focus(self.listing)
