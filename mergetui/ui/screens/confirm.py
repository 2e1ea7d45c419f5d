"""The confirmation: what happens, what is lost, ticks, the typed word. It answers or leaves without a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.geometry import Region
from textual.strip import Strip
from textual.widgets import Input

from mergetui.errors import Problem
from mergetui.records.views import CheckView, ConfirmationView
from mergetui.ui import keys
from mergetui.ui.layout import Span
from mergetui.ui.screens.base import Dialog, PlainInput, key_name
from mergetui.ui.text import clip, left, safe, wrap
from mergetui.ui.widgets.bars import KeyBar
from mergetui.ui.widgets.lines import Lines, strip

Rows = list[list[Span]]
CHROME = 10
"""Lines of the dialog that do not scroll: border, heading, window, prompt, field, answer, keys."""
TITLE_WIDTH = 13
TICK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person ticked these warnings and typed this."""

    ticked: tuple[str, ...]
    typed: str


def section_rows(view: ConfirmationView, width: int) -> Rows:
    """What will happen in each CRM, then every loss by name."""
    rows: Rows = []
    for title, text in view.sections:
        lines = wrap(text, width - TITLE_WIDTH)
        if cell_len(safe(title)) < TITLE_WIDTH:
            rows.append([(left(title, TITLE_WIDTH), "title"), (lines.pop(0), "plain")])
        else:
            rows += [[(line, "title")] for line in wrap(title, width)]
        rows += [[(" " * TITLE_WIDTH + line, "plain")] for line in lines]
    rows.append([])
    rows.append([("Lost for good" if view.losses else "Lost for good: nothing known", "title")])
    for loss in view.losses:
        first, *rest = wrap(loss, width - 4)
        rows.append([("  − ", "bad"), (first, "plain")])
        rows += [[("    " + line, "plain")] for line in rest]
    rows.append([])
    return rows


def warning_rows(check: CheckView, ticked: bool, width: int, most: int) -> Rows:
    """One warning with its box, in at most ``most`` lines so that it can be seen whole."""
    first, *rest = wrap(check.what, width - 6, max(1, most - 2))
    rows: Rows = [[("[x] " if ticked else "[ ] ", "good" if ticked else "accent"), ("▲ ", "warn"), (first, "strong")]]
    rows += [[("      " + line, "strong")] for line in rest]
    for text in (check.why, f"→ {check.todo}" if check.todo else ""):
        left_over = most - len(rows)
        if text and left_over > 0:
            rows += [[("      " + line, "muted")] for line in wrap(text, width - 6, min(3, left_over))]
    return rows


class Tick(Lines, can_focus=True):
    """One warning that needs a tick. Only ``space`` (by way of the dialog) ticks it."""

    def __init__(self, check: CheckView) -> None:
        super().__init__(classes="tick")
        self.check = check
        self.ticked = False

    def draw(self, width: int, most: int) -> None:
        self.show(warning_rows(self.check, self.ticked, width, most))

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        name = "span--cursor" if self.has_focus else "span--plain"
        color = self.get_component_rich_style(name).bgcolor if self.has_focus else self.rich_style.bgcolor
        return strip(self, self._rows[y] if y < len(self._rows) else [], self.size.width, Style(bgcolor=color))


class Facts(VerticalScroll, can_focus=False, inherit_bindings=False):
    """The part that scrolls. Without keys of its own: Textual's would take ↑ and ↓ before the dialog has them."""


class ConfirmScreen(Dialog[Confirmed | None]):
    """The focus starts on the first warning; afterwards on the word. Only these keys act, ctrl+c and ctrl+q beside
    them. Nothing is decided here: the answer is what was ticked and typed, or None.

    ``window`` gives the words about the next sync; it is asked every second, as the dialog may hide the header."""

    BINDINGS = keys.bindings("confirm")
    AUTO_FOCUS = ""

    def __init__(self, view: ConfirmationView, window: Callable[[], str]) -> None:
        super().__init__()
        self._view = view
        self._window = window

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Lines(ident="heading", classes="head")
            yield Lines(ident="window")
            with Facts(id="facts"):
                yield Lines(ident="sections")
                for check in self._view.warnings:
                    yield Tick(check)
            yield Lines(ident="prompt")
            yield PlainInput(id="word", classes="-open", select_on_focus=False)
            yield Lines(ident="answer")
            yield KeyBar("confirm", read_only=False)

    def started(self) -> None:
        self._fill()
        self.set_interval(TICK_EVERY_S, self._show_window)
        self.call_after_refresh(self._focus_next)

    def on_resize(self) -> None:
        self._fill()

    @property
    def _ticks(self) -> list[Tick]:
        return list(self.query(Tick))

    @property
    def _facts(self) -> Facts:
        return self.query_one(Facts)

    def _width(self) -> int:
        return min(108, self.app.size.width) - 5

    def _most(self) -> int:
        """The most lines a warning may take: fewer than the dialog shows, so that each can be fully in view."""
        return max(3, min(8, self._room() - 2))

    def _room(self) -> int:
        """Lines left for what scrolls; on tall terminals the keys may take two."""
        height = self.app.size.height
        return height - CHROME - (height >= 30)

    def _fill(self) -> None:
        width = self._width()
        digest = f"digest {safe(self._view.digest[:4])}…{safe(self._view.digest[-2:])} · void in 24 h"
        heading = clip(self._view.heading, width - len(digest) - 2)
        self.query_one("#heading", Lines).show([
            [(left(heading, width - len(digest)), "warn"), (digest, "muted")],
        ])  # fmt: skip
        self._show_window()
        self.query_one("#sections", Lines).show(section_rows(self._view, width - 1))
        for tick in self._ticks:
            tick.draw(width - 1, self._most())
        self._facts.styles.max_height = max(4, self._room())
        self.query_one("#prompt", Lines).show([[], [("Type ", "plain"), (clip(self._view.word, 40), "accent"),
                                                    (" to go on:", "plain")]])  # fmt: skip

    def _show_window(self) -> None:
        try:
            text = self._window()
        except Problem as problem:
            text = str(problem)
        self.query_one("#window", Lines).show([
            [(clip(text, self._width()), "warn" if "now" in text else "plain")], [],
        ])  # fmt: skip

    def _say(self, text: str) -> None:
        self.query_one("#answer", Lines).show([[(clip(text, self._width()), "warn")]] if text else [])

    def _focus_next(self) -> None:
        """Focus the first warning without a tick, else the word."""
        target = next((tick for tick in self._ticks if not tick.ticked), None) or self.query_one("#word", PlainInput)
        self._focus(target)

    def _focus(self, target: Tick | PlainInput) -> None:
        self.set_focus(target, scroll_visible=False)
        if isinstance(target, Tick):
            self._bring(target)

    def _bring(self, tick: Tick) -> None:
        self._facts.scroll_to_region(tick.virtual_region, animate=False, force=True)

    def _in_view(self, tick: Tick) -> bool:
        """Whether every line of a warning is on the screen now."""
        facts = self._facts
        shown = Region(0, facts.scroll_offset.y, facts.size.width, facts.size.height)
        region = tick.virtual_region
        return shown.y <= region.y and region.bottom <= shown.bottom

    def action_act(self, act: str, arg: str) -> None:
        self._say("")
        if act == "refuse":
            self.dismiss(None)
        elif act == "scroll":
            facts = self._facts
            facts.scroll_to(y=facts.scroll_offset.y + int(arg) * max(1, facts.size.height // 2), animate=False)
        elif act == "tick":
            self._tick()
        elif act == "move":
            self._move(int(arg))

    def _move(self, by: int) -> None:
        """To the next or previous warning or the word; at the ends a sentence says so."""
        stops: list[Tick | PlainInput] = [*self._ticks, self.query_one("#word", PlainInput)]
        at = next((number for number, stop in enumerate(stops) if stop is self.focused), None)
        to = 0 if at is None else at + by
        if to < 0:
            self._say("this is the first; pgup and pgdn scroll the text")
        elif to >= len(stops):
            self._say("this is the last: the word is typed here; pgup and pgdn scroll the text")
        else:
            self._focus(stops[to])

    def on_key(self, event: events.Key) -> None:
        if isinstance(self.focused, Tick) and event.key not in keys.bound("confirm"):
            self._say(f"{key_name(event)} does nothing here: space ticks, tab moves on, esc leaves without a trace")

    def _tick(self) -> None:
        tick = self.focused
        if not isinstance(tick, Tick):
            return
        if tick.ticked:
            tick.ticked = False
            tick.draw(self._width() - 1, self._most())
            self._say("the tick is taken back")
            return
        if not self._in_view(tick):
            self._bring(tick)
            self._say("this warning was not fully in view; now it is: space ticks it")
            return
        tick.ticked = True
        tick.draw(self._width() - 1, self._most())
        self._focus_next()

    @on(events.Click, "Tick")
    def _clicked(self) -> None:
        """A click focuses a warning (Textual does that); ticking is for the space key only."""

    @on(Input.Submitted, "#word")
    def _accept(self, event: Input.Submitted) -> None:
        missing = next((tick for tick in self._ticks if not tick.ticked), None)
        if missing is not None:
            self._say("each warning needs its tick first: space")
            self._focus_next()
            return
        if event.value.strip() != self._view.word:
            self._say(f"type {self._view.word} and press enter; esc leaves without a trace")
            return
        self.dismiss(Confirmed(tuple(tick.check.id for tick in self._ticks), event.value.strip()))
