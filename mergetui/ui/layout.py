"""How the review is laid out: which rows are seen, how wide columns are, what a line says. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from rich.cells import cell_len

from mergetui.records.views import Cell, CheckView, ReviewRow, ReviewView
from mergetui.ui.text import clip, left, right, safe, score_text, wrap

Span = tuple[str, str]
LEAST_COLUMN = 22
BAR: Span = ("│", "muted")
SIGNS = {"blocks": ("■", "bad"), "acknowledge": ("▲", "warn"), "informs": ("·", "muted")}


@dataclass(frozen=True, slots=True)
class GridLine:
    """One line of the grid: a group's heading (``row`` None) or a row of the view."""

    group: str
    row: ReviewRow | None = None
    note: str = ""


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
        differing = [row for row in rows if row.differs or shows_only(row)]
        equal = [row for row in rows if not (row.differs or shows_only(row))]
        note = f"{len(equal)} equal" if equal else ""
        if only_differences:
            if not differing:
                folded.append(GridLine(group, None, note + " ▸"))
                continue
            lines.append(GridLine(group, None, note + " ▸" if note else ""))
            lines += [GridLine(group, row) for row in differing]
        else:
            lines.append(GridLine(group, None, note))
            lines += [GridLine(group, row) for row in (*differing, *equal)]
    return lines + folded


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
    spans: list[Span] = [
        ("▸" if current else " ", "mark"),
        (left(row.label, columns.label - 1), "strong" if current else "plain" if row.differs else "muted"),
    ]
    last = columns.first + len(columns.members) - 1
    for offset, width in enumerate(columns.members):
        number = columns.first + offset
        spans.append(BAR)
        if number < len(row.cells):
            spans += cell_spans(row.cells[number], width, row, explain=number == last)
        else:
            spans.append((" " * width, "plain"))
    return spans


LEAST_REASON = 6


def cell_spans(cell: Cell, width: int, row: ReviewRow, *, explain: bool = False) -> list[Span]:
    """Sign, value, remark in exactly ``width`` cells. The remark gives way to the value. A row that cannot be chosen
    has no sign; where ``explain`` is set, its reason stands after the value as far as there is room."""
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
    if note and room >= cell_len(note) + 2:
        pad = room - cell_len(note) - 1
        return [*spans, (value + " " * pad, strength), (note + " ", "muted")]
    return [*spans, (value + " " * max(0, room), strength)]


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
    share = max(1, (most - len(rows)))
    together = "   ".join(parts[1:])
    lines = wrap(f"{parts[0]}   {together}", width - 2, share)
    if len(row.cells) > 1 and lines[-1].endswith("…") and share >= len(row.cells):
        lines = [clip(part, width - 2) for part in parts[1:]][:share]
    return rows + [[(" " + line, "plain")] for line in lines]


def checks_summary(checks: tuple[CheckView, ...]) -> list[Span]:
    """``■1 ▲2 ·3  c checks`` for terminals without room for the panel."""
    spans: list[Span] = []
    for severity, (sign, tone) in SIGNS.items():
        count = sum(check.severity == severity for check in checks)
        if count:
            spans.append((f"{sign}{count} ", tone))
    return [*spans, ("c ", "accent"), ("checks", "plain")]


def checks_rows(view: ReviewView, width: int) -> list[list[Span]]:
    """The panel: checks with why and what to do, then the state after the sync, then why this master."""
    rows: list[list[Span]] = [[("CHECKS", "title")]]
    if not view.checks:
        rows.append([("✓ nothing found", "good")])
    for severity, (sign, tone) in SIGNS.items():
        for check in (each for each in view.checks if each.severity == severity):
            first, *rest = wrap(check.what, width - 2)
            rows.append([(f"{sign} ", tone), (first, "muted" if severity == "informs" else "strong")])
            rows += [[("  " + line, "muted" if severity == "informs" else "strong")] for line in rest]
            if check.why:
                rows += [[("  " + line, "muted")] for line in wrap(check.why, width - 2)]
            if check.todo:
                rows += [[("  " + line, "plain")] for line in wrap(f"→ {check.todo}", width - 2)]
    for title, sentences in (("AFTER THE SYNC", view.after_sync), ("★ WHY THIS MASTER", view.master_reasons)):
        if sentences:
            rows += [[], [(title, "title")]]
            for sentence in sentences:
                rows += [[(line, "plain")] for line in wrap(sentence, width)]
    return rows


def evidence_rows(view: ReviewView, width: int) -> list[list[Span]]:
    """The waterfall: each reason with a bar from where the last one ended, its weight, and the sum."""
    rows: list[list[Span]] = []
    total = fsum(weight for _, weight in view.evidence)
    bar_width = max(10, min(30, width // 3))
    text_width = width - bar_width - 10
    low, high, at = 0.0, 0.0, 0.0
    for _, weight in view.evidence:
        at += weight
        low, high = min(low, at), max(high, at)
    scale = (bar_width - 1) / ((high - low) or 1.0)
    at = 0.0
    for sentence, weight in view.evidence:
        start, end = sorted(((at - low) * scale, (at + weight - low) * scale))
        at += weight
        length = max(1, round(end) - round(start))
        bar = " " * round(start) + ("█" if weight >= 0 else "░") * length
        lines = wrap(sentence, text_width, 4)
        tone = "good" if weight >= 0 else "warn"
        rows.append([
            (left(lines[0], text_width), "plain"), (right(_signed(weight), 8), tone),
            ("  " + left(bar, bar_width), tone),
        ])  # fmt: skip
        rows += [[(line, "plain")] for line in lines[1:]]
    rows.append([("─" * (text_width + 8), "muted")])
    rows.append([
        (left("sum of the weights (log-odds)", text_width), "strong"), (right(_signed(total), 8), "strong"),
        (f"  score {score_text(view.score)}", "strong"),
    ])  # fmt: skip
    return rows


def _signed(weight: float) -> str:
    return f"{weight:+.1f}".replace("-", "−")


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
