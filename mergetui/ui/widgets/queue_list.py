"""The queue of duplicate sets: ids in memory, rows fetched by id as they are seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mergetui.records.views import QueueRow
from mergetui.ui.text import clip, left, right, safe, score_text
from mergetui.ui.widgets.lines import LineList, Span

STATUS_SIGNS = {
    "": " ",
    "staged": "✓",
    "approved": "✓",
    "running": "✓",
    "done": "✓",
    "not duplicates": "≠",
    "later": "…",
}
CACHE_ROWS = 2000


@dataclass(frozen=True, slots=True)
class QueueColumns:
    """Widths in cells; 0 leaves a column out. Narrow terminals lose company, then objects, then link."""

    who: int
    company: int
    objects: int
    link: int
    stake: int
    checks: int


def queue_columns(width: int) -> QueueColumns:
    """The columns that fit into ``width`` cells, beside the cursor, the sign and the score (11 cells)."""
    room = width - 11
    checks = 14
    if width >= 100:
        objects, link = 9, 9
        flexible = room - checks - objects - link - 4
        company = flexible * 26 // 100
        who = flexible * 38 // 100
        return QueueColumns(who, company, objects, link, flexible - who - company - 1, checks)
    link = 8 if width >= 70 else 0
    flexible = room - checks - link - (2 if link else 1)
    who = flexible * 50 // 100
    return QueueColumns(who, 0, 0, link, flexible - who - 1, checks)


def queue_head(columns: QueueColumns) -> list[Span]:
    titles = ["    score", left("who", columns.who)]
    if columns.company:
        titles.append(left("company", columns.company))
    if columns.objects:
        titles.append(left("objects", columns.objects))
    if columns.link:
        titles.append(left("link", columns.link))
    titles += [
        left("at stake (non-masters)" if columns.stake >= 22 else "at stake", columns.stake),
        left("checks", columns.checks),
    ]
    return [(" ".join(titles), "muted")]


def queue_spans(row: QueueRow | None, columns: QueueColumns, *, current: bool, marked: bool) -> list[Span]:
    """One row. A mark is a ``+``, the cursor a ``▸``, a decision its sign and its word in place of the checks."""
    lead = ("▸" if current else " ") + ("+" if marked else " ")
    if row is None:
        return [(lead, "mark")]
    sign = STATUS_SIGNS.get(row.status, " ")
    faint = "muted" if row.status else "plain"
    spans: list[Span] = [
        (lead, "mark"),
        (sign + " ", "good" if sign == "✓" else "muted"),
        (right(score_text(row.score), 5) + " ", faint),
    ]
    remark = remark_text(row, columns.who // 2)
    who = columns.who - cell_len(remark)
    spans.append((left(row.who, who), "strong" if current else faint))
    spans += [(remark, "accent"), (" ", "plain")] if remark else [(" ", "plain")]
    if columns.company:
        spans.append((left(row.company, columns.company) + " ", faint))
    if columns.objects:
        spans.append((left(row.objects, columns.objects) + " ", faint))
    if columns.link:
        spans.append((left(row.link, columns.link) + " ", faint))
    spans.append((left(row.stake, columns.stake) + " ", faint))
    if row.status:
        spans.append((left(row.status, columns.checks), "good" if sign == "✓" else "muted"))
    else:
        tone = "bad" if "■" in row.checks else "warn" if "▲" in row.checks else "muted"
        spans.append((left(row.checks, columns.checks), tone))
    return spans


def remark_text(row: QueueRow, width: int) -> str:
    """`` ✎ #vip``: a pencil for a note, then the tags, in at most ``width`` cells."""
    parts = (["✎"] if row.note else []) + [f"#{safe(tag)}" for tag in row.tags]
    return " " + clip(" ".join(parts), width - 1) if parts else ""


class QueueList(LineList):
    """Shows ``ids``; ``fetch`` gives the rows of some ids and is asked for a page at a time."""

    def __init__(self, fetch: Callable[[Sequence[str]], list[QueueRow]]) -> None:
        super().__init__(ident="queue")
        self._fetch = fetch
        self._ids: Sequence[str] = ()
        self._rows: dict[str, QueueRow] = {}
        self.marked: set[str] = set()

    @property
    def ids(self) -> Sequence[str]:
        return self._ids

    @property
    def current(self) -> str | None:
        """The set under the cursor."""
        return self._ids[self.cursor] if self._ids else None

    def load(self, ids: Sequence[str], keep: str | None = None) -> None:
        """Show these ids; the cursor stays on set ``keep`` when it is among them, else on its line."""
        self._ids = ids
        self._rows.clear()
        cursor = None
        if keep is not None:
            try:
                cursor = ids.index(keep)
            except ValueError:
                cursor = None
        self.set_count(len(ids), cursor)

    def forget(self) -> None:
        """Fetch what is seen anew."""
        self._rows.clear()
        self.refresh()

    def row(self, index: int) -> QueueRow | None:
        set_id = self._ids[index]
        if set_id not in self._rows:
            top = min(index, self.scroll_offset.y)
            height = self.scrollable_content_region.height or 1
            wanted = [
                each
                for each in self._ids[max(0, top - height) : max(index, top) + 2 * height]
                if each not in self._rows
            ]
            if len(self._rows) + len(wanted) > CACHE_ROWS:
                self._rows.clear()
            self._rows.update((row.set_id, row) for row in self._fetch(wanted))
        return self._rows.get(set_id)

    def spans(self, index: int, width: int) -> list[Span]:
        return queue_spans(
            self.row(index),
            queue_columns(width),
            current=index == self.cursor,
            marked=self._ids[index] in self.marked,
        )
