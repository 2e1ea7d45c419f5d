"""The lines that every screen has: the header, the line that answers the last key, and the keys."""

from __future__ import annotations

from rich.cells import cell_len
from textual import events

from mergetui.errors import Problem
from mergetui.records.views import HeaderView
from mergetui.ui import keys
from mergetui.ui.text import clip, safe, wrap
from mergetui.ui.widgets.lines import Lines, Span

SEPARATOR: Span = (" │ ", "muted")


def header_rows(view: HeaderView, width: int) -> list[list[Span]]:
    """The header's pieces packed into as few lines as they need; the use of the API is left out where that saves a
    line."""
    orgs: list[Span] = [(safe(view.profile), "title")]
    if view.read_only:
        orgs += [("  READ-ONLY", "warn")]
    orgs += [("  Salesforce ", "muted"), (safe(view.salesforce), _production(view.salesforce)), (" ⇄ ", "muted")]
    orgs += [("HubSpot ", "muted"), (safe(view.hubspot), _production(view.hubspot))]
    window: list[Span] = [(safe(view.window), "warn" if "now" in view.window else "plain")]
    deletes: list[Span] = [(safe(view.deletes), "warn" if "ON" in view.deletes or "?" in view.deletes else "plain")]
    api: list[Span] = [(safe(view.api), "plain")]
    runner: list[Span] = [(safe(view.runner), "plain")]
    rows = _pack([orgs, window, deletes, api, runner], width)
    fewer = _pack([orgs, window, deletes, runner], width) if len(rows) > 2 else rows
    return fewer if len(fewer) < len(rows) else rows


def _production(text: str) -> str:
    return "strong" if "PRODUCTION" in text else "plain"


def _length(spans: list[Span]) -> int:
    return sum(cell_len(text) for text, _ in spans)


def _pack(pieces: list[list[Span]], width: int) -> list[list[Span]]:
    rows: list[list[Span]] = []
    for piece in pieces:
        if not _length(piece):
            continue
        for row in rows:  # the first line with room, so that short pieces fill the gaps
            if _length(row) + 3 + _length(piece) <= width:
                row += [SEPARATOR, *piece]
                break
        else:
            rows.append([(" ", "plain"), *_cut(piece, width - 1)])
    return rows


def _cut(spans: list[Span], width: int) -> list[Span]:
    out: list[Span] = []
    for text, name in spans:
        out.append((clip(text, width), name))
        width -= cell_len(out[-1][0])
        if width <= 0:
            break
    return out


class HeaderBar(Lines):
    """The top line, the same on every screen."""

    def __init__(self) -> None:
        super().__init__(ident="header")
        self._view: HeaderView | None = None

    def show_header(self, view: HeaderView) -> None:
        self._view = view
        self.show(header_rows(view, self.app.size.width))

    def on_resize(self) -> None:
        # A layout asked for while the screen is being laid out is lost: it is asked for once that is over.
        self.call_after_refresh(self._again)

    def _again(self) -> None:
        if self._view is not None:
            self.show_header(self._view)


ANSWER_LINES = 3
"""The most lines an answer may take."""


def answer_rows(answer: str | Problem, width: int, most: int) -> list[str]:
    """An answer in at most ``most`` lines. Of a problem too long for them what happened is cut first: what was not
    done and what to do next stay."""
    rows = wrap(answer, width, most)
    if not isinstance(answer, Problem) or len(wrap(answer, width, most + 1)) <= most:
        return rows
    rest = " ".join(part for part in (answer.not_done, answer.todo) if part)
    if not rest or most < 2:
        return rows
    after = wrap(rest, width, most - 1)
    return wrap(answer.happened, width, most - len(after)) + after


class MessageLine(Lines):
    """Answers the last key, in as many lines as the answer needs."""

    def __init__(self) -> None:
        super().__init__(ident="message")
        self._said: tuple[str | Problem, str] = ("", "plain")

    def say(self, answer: str | Problem, tone: str = "plain") -> None:
        self._said = (answer, tone)
        size = self.app.size
        rows = answer_rows(answer, size.width - 2, ANSWER_LINES if size.height >= 16 else 1)
        self.show([[(" " + row, tone)] for row in rows])

    def on_resize(self) -> None:
        self.call_after_refresh(self._again)

    def _again(self) -> None:
        self.say(*self._said)


class KeyBar(Lines):
    """The keys of a place. What does not fit is left out, least useful first; help is always there."""

    def __init__(self, place: str, read_only: bool, without: frozenset[str] = frozenset()) -> None:
        super().__init__(ident="keys")
        self._acts = [act for act in keys.footer(place, read_only) if act.id not in without]
        self._help = [act for act in keys.EVERYWHERE if act.id == "help" and place in keys.SCREENS]
        self._spots: list[tuple[int, int, int, str]] = []

    def on_mount(self) -> None:
        self._draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self._draw)

    def _draw(self) -> None:
        width = self.app.size.width
        lines = 2 if self.app.size.height >= 30 else 1
        rows: list[list[Span]] = [[(" ", "plain")]]
        self._spots = []
        reserve = sum(_width(act) for act in self._help)
        for act in [*self._acts, *self._help]:
            kept = 0 if act in self._help else reserve
            if _length(rows[-1]) + _width(act) > width - (kept if len(rows) == lines else 0):
                if len(rows) == lines:
                    continue
                rows.append([(" ", "plain")])
            start = _length(rows[-1])
            rows[-1] += [(act.brief or act.shown, "accent"), (f" {act.label}  ", "plain")]
            self._spots.append((len(rows) - 1, start, _length(rows[-1]) - 2, act.keys[0][0].split(",")[0]))
        self.show(rows)

    def on_click(self, event: events.Click) -> None:
        for row, start, end, key in self._spots:
            if event.y == row and start <= event.x < end:
                self.app.simulate_key(key)


def _width(act: keys.Act) -> int:
    return cell_len(act.brief or act.shown) + cell_len(act.label) + 3
