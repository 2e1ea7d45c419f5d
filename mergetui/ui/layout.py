"""How the review is laid out: which rows are seen, how wide columns are, what a line says. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from mergetui.records.views import Cell, ReviewRow, ReviewView
from mergetui.ui.text import clip, left, safe, wrap
from mergetui.ui.worddiff import word_differences

Span = tuple[str, str]
LEAST_COLUMN = 22
NARROW = 100
"""Below, the review has no panel at the side."""
BAR: Span = ("│", "muted")


@dataclass(frozen=True, slots=True)
class GridLine:
    """One line of the grid: a group's heading (``row`` None), a row of the view, or what HubSpot has instead."""

    group: str
    row: ReviewRow | None = None
    note: str = ""
    hubspot: bool = False
    """The line under a row on which HubSpot disagrees with Salesforce."""

    @property
    def stops(self) -> bool:
        """Whether the cursor may stand here."""
        return self.row is not None and not self.hubspot


def shows_only(row: ReviewRow) -> bool:
    """Rows that only show (activity, related): never folded."""
    return row.key.startswith("=")


def grid_lines(view: ReviewView, only_differences: bool) -> list[GridLine]:
    """Groups in the view's order; in each the differing rows first. Equal rows are counted in the heading while
    folded, or follow the differing ones. Groups in which all is equal go last while folded."""
    groups: dict[str, list[ReviewRow]] = {}
    for row in view.rows:
        groups.setdefault(row.group, []).append(row)
    lines: list[GridLine] = []
    folded: list[GridLine] = []
    for group, rows in groups.items():
        differing = [row for row in rows if row.differs or row.hubspot or shows_only(row)]
        equal = [row for row in rows if not (row.differs or row.hubspot or shows_only(row))]
        note = f"{len(equal)} equal" if equal else ""
        if only_differences:
            if not differing:
                folded.append(GridLine(group, None, note + " ▸"))
                continue
            lines.append(GridLine(group, None, note + " ▸" if note else ""))
            lines += _with_hubspot(group, differing)
        else:
            lines.append(GridLine(group, None, note))
            lines += _with_hubspot(group, [*differing, *equal])
    return lines + folded


def _with_hubspot(group: str, rows: Sequence[ReviewRow]) -> list[GridLine]:
    lines = []
    for row in rows:
        lines.append(GridLine(group, row))
        if row.hubspot:
            lines.append(GridLine(group, row, hubspot=True))
    return lines


@dataclass(frozen=True, slots=True)
class GridColumns:
    """Widths in cells: the field's name, then each visible member from ``first`` on."""

    label: int
    members: tuple[int, ...]
    first: int
    total: int

    def sees(self, column: int) -> bool:
        return self.first <= column < self.first + len(self.members)


def grid_columns(width: int, members: int, first: int = 0) -> GridColumns:
    """As many member columns as fit with at least 22 cells each, beginning with column ``first`` (moved back when
    the last ones leave room)."""
    label = 20 if width >= 84 else 16 if width >= 64 else 12
    visible = max(1, min(members, (width - label - 1) // (LEAST_COLUMN + 1)))
    first = max(0, min(first, members - visible))
    room = width - label - 1 - visible
    base, extra = divmod(max(0, room), visible)
    return GridColumns(label, tuple(base + (1 if n < extra else 0) for n in range(visible)), first, members)


def follow(columns: GridColumns, width: int, column: int) -> GridColumns:
    """The same grid scrolled sideways so that ``column`` is seen."""
    if columns.sees(column):
        return columns
    first = column if column < columns.first else column - len(columns.members) + 1
    return grid_columns(width, columns.total, first)


def head_rows(view: ReviewView, columns: GridColumns, mark: int, names: bool) -> list[list[Span]]:
    """The columns' heads. The marked column's number stands in brackets; ‹ › say that there are more columns."""
    more_left = "‹" if columns.first else " "
    more_right = "›" if columns.first + len(columns.members) < columns.total else " "
    first: list[Span] = [(left(f" field {more_left}{more_right}", columns.label), "muted")]
    second: list[Span] = [(left("", columns.label), "muted")]
    third: list[Span] = [(left("", columns.label), "muted")]
    for offset, width in enumerate(columns.members):
        number = columns.first + offset
        column = view.columns[number]
        star = "★" if column.is_master else " "
        label = f"[{number + 1}]" if number == mark else f" {number + 1} "
        tone = "title" if number == mark else "strong"
        first += [BAR, (left(f"{star}{label} {fit_title(column.title, width - 5)}", width), tone)]
        second += [BAR, (left(f"     {safe(column.name)}", width), "plain")]
        third += [BAR, (left(f"     {fit_subtitle(column.subtitle, width - 5)}", width), "muted")]
    return [first, second, third] if names else [first, third]


def fit_title(title: str, width: int) -> str:
    """A column's title; where it does not fit, the words before an id go first: half an id is none."""
    shorter = title.replace("HubSpot only ", "HubSpot ")
    return _first_that_fits((title, shorter, shorter.replace("HubSpot ", "")), width)


_AGES = (("years", "y"), ("months", "mo"), ("weeks", "wk"), ("days", "d"), ("hours", "h"))


def fit_subtitle(subtitle: str, width: int) -> str:
    """``HubSpot 90211 · synced 7 hours ago``, or shorter: ``90211 · 7 h ago``, ``90211``. What went wrong with the link
    stays longer than the time of the last sync."""
    shorter = subtitle.removeprefix("HubSpot ").replace("synced ", "")
    shorter = shorter if not subtitle.startswith("never") else subtitle
    for word, unit in _AGES:
        shorter = shorter.replace(f" {word} ago", f" {unit} ago")
    ident, *rest = shorter.split(" · ")
    forms = [subtitle, shorter]
    if len(rest) > 1:
        forms.append(" · ".join((ident, *rest[1:])))
    return _first_that_fits((*forms, ident), width)


def _first_that_fits(forms: Sequence[str], width: int) -> str:
    made = (clip(form, width) for form in forms)
    return next((text for text, form in zip(made, forms, strict=True) if text == safe(form)), clip(forms[-1], width))


def line_spans(line: GridLine, columns: GridColumns, current: bool) -> list[Span]:
    """One line of the grid."""
    if line.row is None:
        heading: list[Span] = [(left(f" {safe(line.group).upper()}", columns.label), "title")]
        note = line.note
        for width in columns.members:
            heading += [BAR, (left(f" {note}" if note else "", width), "muted")]
            note = ""
        return heading
    row = line.row
    if line.hubspot:
        return _hubspot_spans(row, columns)
    chosen = next((cell.text for cell in row.cells if cell.chosen), "")
    spans: list[Span] = [
        ("▸" if current else " ", "mark"),
        (left(row.label, columns.label - 1), "strong" if current else "plain" if row.differs else "muted"),
    ]
    last = columns.first + len(columns.members) - 1
    for offset, width in enumerate(columns.members):
        number = columns.first + offset
        spans.append(BAR)
        if number < len(row.cells):
            spans += cell_spans(row.cells[number], width, row, explain=number == last, other=chosen)
        else:
            spans.append((" " * width, "plain"))
    return spans


def _hubspot_spans(row: ReviewRow, columns: GridColumns) -> list[Span]:
    """What HubSpot has where it disagrees; what the sync does stands under the first column where all agree."""
    spans: list[Span] = [(left("   in HubSpot", columns.label), "muted")]
    told = False
    for offset, width in enumerate(columns.members):
        number = columns.first + offset
        held = row.hubspot[number] if number < len(row.hubspot) else ""
        spans.append(BAR)
        if held:
            spans.append((left(f" ≠ {clip(held, width - 4)}", width), "warn"))
        elif not told and row.sync_note:
            spans.append((left(f"   {row.sync_note}", width), "muted"))
            told = True
        else:
            spans.append((" " * width, "plain"))
    return spans


LEAST_REASON = 6


def cell_spans(cell: Cell, width: int, row: ReviewRow, *, explain: bool = False, other: str = "") -> list[Span]:
    """Sign, value, remark in exactly ``width`` cells. The remark gives way to the value. A row that cannot be chosen
    has no sign; where ``explain`` is set, its reason stands after the value as far as there is room. Words that
    ``other``, the chosen value, lacks are marked."""
    if shows_only(row):
        return [(left(" " + safe(cell.text[: width * 4]), width), "muted" if cell.blank else "plain")]
    sign = "◆" if cell.edited else "●" if cell.chosen else "○" if row.selectable else " "
    tone = "accent" if cell.edited else "good" if cell.chosen else "muted"
    value = "—" if cell.blank else clip(cell.text, width - 3)
    spans: list[Span] = [(f" {sign} ", tone if row.differs or cell.edited else "muted")]
    strength = "strong" if cell.chosen and row.differs else "muted" if cell.blank or not cell.chosen else "plain"
    room = width - 3 - cell_len(value)
    note = safe(cell.note)
    if explain and not row.selectable and row.reason and room > LEAST_REASON + 1:
        return [*spans, (value + "  ", strength), (left(row.reason, room - 2), "muted")]
    words = _marked(value, other, strength) if row.differs and not (cell.chosen or cell.blank) else [(value, strength)]
    if note and room >= cell_len(note) + 2:
        pad = room - cell_len(note) - 1
        return [*spans, *words, (" " * pad, strength), (note + " ", "muted")]
    return [*spans, *words, (" " * max(0, room), strength)]


def _marked(value: str, other: str, tone: str) -> list[Span]:
    """A value with the words that the chosen one lacks underlined. ``value`` is safe already."""
    cut = value.endswith("…") and not other.endswith("…")
    pieces = word_differences(value.removesuffix("…") if cut else value, safe(other[:2000]))
    spans = [(text, "diff" if differs else tone) for text, differs in pieces]
    return [*spans, ("…", tone)] if cut else spans


def detail_rows(row: ReviewRow | None, width: int, most: int) -> list[list[Span]]:
    """The whole values of one row under the grid, in at most ``most`` lines; with the reason when it cannot be
    chosen."""
    if row is None:
        return []
    parts = [row.label]
    for number, cell in enumerate(row.cells, 1):
        sign = "" if not row.selectable else "◆ " if cell.edited else "● " if cell.chosen else "○ "
        value = "—" if cell.blank else cell.text
        parts.append(f"{number} {sign}{value}" + (f" ({cell.note})" if cell.note else ""))
    rows: list[list[Span]] = []
    if row.reason:
        rows.append([(" " + clip(f"{row.label}: {row.reason}", width - 2), "warn")])
    elif row.sync_note:
        rows.append([(" " + clip(f"{row.label}: HubSpot disagrees; {row.sync_note}", width - 2), "warn")])
    elif row.rule and most > 1:
        rows.append([(" " + clip(f"{row.label}: rule “{row.rule}” (r)", width - 2), "muted")])
    share = max(1, (most - len(rows)))
    together = "   ".join(parts[1:])
    lines = wrap(f"{parts[0]}   {together}", width - 2, share)
    if len(row.cells) > 1 and lines[-1].endswith("…") and share >= len(row.cells):
        lines = [clip(part, width - 2) for part in parts[1:]][:share]
    return rows + [[(" " + line, "plain")] for line in lines]


def changed_rows(before: ReviewView, after: ReviewView) -> list[ReviewRow]:
    """The rows of ``after`` whose choice or value is another than before; rows of the view's order."""
    old = {row.key: row.cells for row in before.rows}
    return [row for row in after.rows if old.get(row.key) != row.cells]


def change_words(before: ReviewView, after: ReviewView) -> str:
    """What an undo or redo changed, in a few words."""
    master = next((column for column in after.columns if column.is_master), None)
    if master is not None and all(column.key != master.key for column in before.columns if column.is_master):
        return f"the master is {master.title} again"
    names = [row.label for row in changed_rows(before, after)]
    if not names:
        return "no value looks different"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
