"""Line-API widgets: a row is drawn when it is seen, from spans of text that name their style.

A *span* is (text, style name). Text in spans is already safe. Style names are those of ``STYLES``; the style sheet
gives each a colour of the theme, and every sign also means something without colour.
"""

from __future__ import annotations

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from mergetui.ui.text import safe

Span = tuple[str, str]

STYLES = frozenset({"plain", "muted", "strong", "good", "warn", "bad", "accent", "title", "mark", "diff"})
COMPONENTS = {f"span--{name}" for name in STYLES} | {"span--cursor", "span--blurred"}


def ink(widget: Widget, name: str) -> Style:
    """The foreground half of a named style of ``widget``; backgrounds belong to rows."""
    full = widget.get_component_rich_style(f"span--{name}")
    return Style(color=full.color, bold=full.bold, underline=full.underline, italic=full.italic)


def strip(widget: Widget, spans: list[Span], width: int, background: Style) -> Strip:
    """One line of exactly ``width`` cells on the row's background. No style carries a link or other meta, and what
    was forgotten to be made safe is made so here."""
    plain = background + ink(widget, "plain")
    segments = [
        Segment(safe(text), plain if name == "plain" else background + ink(widget, name))
        for text, name in spans
        if text
    ]
    return Strip(segments).adjust_cell_length(width, plain)


class Lines(Widget):
    """A few fixed lines of spans, such as the head of a table."""

    COMPONENT_CLASSES = COMPONENTS
    ALLOW_SELECT = False

    def __init__(self, *, ident: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=ident, classes=classes)
        self._rows: list[list[Span]] = []

    def show(self, rows: list[list[Span]]) -> None:
        """Replace the lines; the height follows when the style sheet says ``auto``."""
        if rows != self._rows:
            grown = len(rows) != len(self._rows)
            self._rows = rows
            self.refresh(layout=grown)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._rows)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        background = Style(bgcolor=self.rich_style.bgcolor)
        return strip(self, self._rows[y] if y < len(self._rows) else [], width, background)


class LineList(ScrollView, can_focus=True, inherit_bindings=False):
    """A list with a cursor. Subclasses say how many rows there are and give the spans of one."""

    COMPONENT_CLASSES = COMPONENTS
    ALLOW_SELECT = False

    cursor: reactive[int] = reactive(0, repaint=False)
    """Index of the row under the cursor."""

    class Moved(Message):
        """The cursor stands on another row. A newer one replaces an older one still waiting."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LineList.Moved)

    class Opened(Message):
        """The row under the cursor was clicked twice."""

    def __init__(self, *, ident: str | None = None) -> None:
        super().__init__(id=ident)
        self._count = 0
        self.empty = ""
        """What stands in the first line while there is no row."""

    @property
    def count(self) -> int:
        return self._count

    def spans(self, index: int, width: int) -> list[Span]:
        """The spans of row ``index``, at most ``width`` cells."""
        raise NotImplementedError

    def stops(self, index: int) -> bool:
        """Whether the cursor may stand on this row."""
        return True

    def set_count(self, count: int, cursor: int | None = None) -> None:
        """Tell how many rows there are now and repaint all."""
        self._count = count
        self.virtual_size = Size(0, count)
        self.cursor = max(0, min(self.cursor if cursor is None else cursor, count - 1))
        self.repaint()
        self.show_cursor()

    def repaint(self) -> None:
        self.refresh()

    def validate_cursor(self, cursor: int) -> int:
        return max(0, min(cursor, self._count - 1))

    def watch_cursor(self, old: int, new: int) -> None:
        for row in (old, new):
            self.refresh(Region(0, row - self.scroll_offset.y, self.size.width, 1))
        self.show_cursor()
        self.post_message(self.Moved())

    def show_cursor(self) -> None:
        """Scroll so that the cursor is in view."""
        height = self.scrollable_content_region.height
        if not height:
            return
        top = self.scroll_offset.y
        if self.cursor < top:
            target = self.cursor
            while target > 0 and not self.stops(target - 1):
                target -= 1  # the heading above comes into view with its first row
            self.scroll_to(y=target, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)

    def step(self, by: int) -> None:
        """Move the cursor by rows it may stand on; stops at the ends."""
        direction = 1 if by > 0 else -1
        place = self.cursor
        for _ in range(abs(by)):
            ahead = place + direction
            while 0 <= ahead < self._count and not self.stops(ahead):
                ahead += direction
            if not 0 <= ahead < self._count:
                break
            place = ahead
        self.cursor = place

    def page(self, direction: int) -> None:
        self.step(direction * max(1, self.scrollable_content_region.height - 1))

    def to_end(self, which: str) -> None:
        rows = range(self._count) if which == "first" else range(self._count - 1, -1, -1)
        for row in rows:
            if self.stops(row):
                self.cursor = row
                return

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        index = self.scroll_offset.y + y
        if index >= self._count:
            said: list[Span] = [(self.empty, "muted")] if not self._count and not y else []
            return strip(self, said, width, Style(bgcolor=self.rich_style.bgcolor))
        if index == self.cursor and self.stops(index):
            name = "span--cursor" if self.has_focus else "span--blurred"
            background = Style(bgcolor=self.get_component_rich_style(name).bgcolor)
        else:
            background = Style(bgcolor=self.rich_style.bgcolor)
        return strip(self, self.spans(index, width), width, background)

    def on_resize(self) -> None:
        self.repaint()
        self.show_cursor()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        index = self.scroll_offset.y + event.y
        if 0 <= index < self._count and self.stops(index):
            self.cursor = index
            if event.chain == 2:
                self.post_message(self.Opened())
