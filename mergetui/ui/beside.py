"""What stands beside the comparison: its title, the checks, the evidence, one field in full. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from rich.cells import cell_len

from mergetui.records.views import CheckView, ReviewColumn, ReviewRow, ReviewView
from mergetui.ui.layout import NARROW, Span
from mergetui.ui.text import clip, left, right, safe, score_text, wrap
from mergetui.ui.worddiff import Piece, part_differences, word_differences

SIGNS = {"blocks": ("■", "bad"), "acknowledge": ("▲", "warn"), "informs": ("·", "muted")}
MOST_VALUE_LINES = 400


def title_rows(view: ReviewView, place: str, width: int) -> list[list[Span]]:
    """Where we are, who they are, the score; on the same line if it fits, else below, what the plan will do."""
    lead: list[Span] = [(f" {place}   " if place else " ", "muted")]
    score = f"   score {score_text(view.score)} "
    hint: list[Span] = [(score, "strong"), ("(w why)", "muted")]
    if view.hidden:
        differ = f", {view.hidden_differ} differ" if view.hidden_differ else ""
        hint.append((f"  {view.hidden} hidden{differ} (o)", "warn" if differ else "muted"))
    if view.read_ago:
        hint.append((f"  {safe(view.read_ago)}", "muted"))
    plan = safe(view.plan_line)
    narrow = width < NARROW
    tail = checks_summary(view.checks) if narrow else []
    fixed = sum(cell_len(text) for text, _ in [*lead, *hint])
    title = clip(view.title, width - fixed - 1)
    used = fixed + cell_len(title)
    row: list[Span] = [*lead, (title, "title"), *hint]
    if not tail and used + 3 + cell_len(plan) < width:
        return [[*row, (" " * (width - used - cell_len(plan) - 1), "plain"), (plan, "plain")]]
    tail_width = sum(cell_len(text) for text, _ in tail)
    second = clip(plan, width - tail_width - 3)
    pad = " " * max(1, width - tail_width - cell_len(second) - 2)
    return [row, [(" " + second, "plain"), (pad, "plain"), *tail]]


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
    for severity in SIGNS:
        for check in (each for each in view.checks if each.severity == severity):
            rows += check_rows(check, width)
    return rows + other_rows(view, width)


def check_rows(check: CheckView, width: int, key: str = "c ↵") -> list[list[Span]]:
    """One check: its sign and what, why, what to do, and the ``key`` that does it."""
    sign, tone = SIGNS[check.severity]
    strength = "muted" if check.severity == "informs" else "strong"
    first, *rest = wrap(check.what, width - 2)
    rows: list[list[Span]] = [[(f"{sign} ", tone), (first, strength)]]
    rows += [[("  " + line, strength)] for line in rest]
    if check.why:
        rows += [[("  " + line, "muted")] for line in wrap(check.why, width - 2)]
    if check.todo:
        rows += [[("  " + line, "plain")] for line in wrap(f"→ {check.todo}", width - 2)]
    if check.remedy is not None:
        rows += [[("  " + line, "accent")] for line in wrap(f"{key} {check.remedy.words}", width - 2)]
    return rows


def other_rows(view: ReviewView, width: int) -> list[list[Span]]:
    """The state after the sync, and why this master."""
    rows: list[list[Span]] = []
    for title, sentences in (("AFTER THE SYNC", view.after_sync), ("★ WHY THIS MASTER", view.master_reasons)):
        if sentences:
            rows += [[], [(title, "title")]]
            for sentence in sentences:
                rows += [[(line, "plain")] for line in wrap(sentence, width)]
    return rows


def field_rows(view: ReviewView, row: ReviewRow, width: int) -> list[list[Span]]:
    """One field in full: each value in all its lines, the parts of a list under each other, what differs from the
    chosen value marked (underlined, and ``+`` before a part), then what is known of the field."""
    rows: list[list[Span]] = []
    chosen = next((cell.text for cell in row.cells if cell.chosen and not cell.blank), "")
    for number, (column, cell) in enumerate(zip(view.columns, row.cells, strict=False), 1):
        sign = "◆" if cell.edited else "●" if cell.chosen else "○" if row.selectable else " "
        rows.append(
            [(f"{sign} {number} ", "good" if cell.chosen else "muted"), (_column_words(column, width - 8), "title")]
        )
        if cell.blank:
            rows.append([("    —", "muted")])
        elif row.several:
            rows += _parts(part_differences(cell.text, chosen or cell.text), width - 6, cell.chosen)
        else:
            pieces = word_differences(cell.text, chosen) if not cell.chosen else ((cell.text, False),)
            rows += [[("    ", "plain"), *line] for line in wrap_pieces(pieces, width - 4)]
        if cell.note:
            rows.append([(f"    ({clip(cell.note, width - 8)})", "muted")])
        held = row.hubspot[number - 1] if number <= len(row.hubspot) else ""
        if held:
            rows += [[("    ≠ in HubSpot: " if not n else "      ", "warn"), (line, "plain")]
                     for n, line in enumerate(wrap(held, width - 20))]  # fmt: skip
        rows.append([])
    for title, text in (
        ("cannot be chosen: ", row.reason),
        ("the sync: ", row.sync_note),
        ("rule for all sets: ", row.rule),
        ("API names: ", row.api),
    ):
        if text:
            rows += [[(line, "muted")] for line in wrap(title + text, width)]
    lengths = " · ".join(f"{n}: {len(cell.text):,}" for n, cell in enumerate(row.cells, 1) if not cell.blank)
    if any(len(cell.text) > 60 for cell in row.cells):
        rows.append([(f"characters  {lengths}", "muted")])
    return rows


def _column_words(column: ReviewColumn, width: int) -> str:
    return clip(f"{'★ ' if column.is_master else ''}{column.title}  {column.name}", width)


def _parts(pieces: Sequence[Piece], width: int, chosen: bool) -> list[list[Span]]:
    rows: list[list[Span]] = []
    for part, extra in pieces:
        mark = "+ " if extra and not chosen else "  "
        rows.append([("    ", "plain"), (mark, "accent"), (clip(part, width), "diff" if mark.strip() else "plain")])
    return rows


def wrap_pieces(pieces: Sequence[Piece], width: int) -> list[list[Span]]:
    """Marked text in lines: line breaks of the value are kept, long lines are broken at spaces."""
    marks: list[bool] = []
    for text, differs in pieces:
        marks += [differs] * len(text)
    whole = "".join(text for text, _ in pieces)
    lines: list[list[Span]] = []
    at = 0
    for paragraph in whole.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        rest = paragraph
        while len(lines) < MOST_VALUE_LINES:
            shown = rest
            if cell_len(safe(shown)) > width:
                shown = rest[: max(1, _fitting(rest, width))]
            lines.append(_spans(shown, marks[at : at + len(shown)]))
            at += len(shown)
            rest = rest[len(shown) :]
            if not rest:
                break
        at += 1  # the line break; of \r\n one mark too few moves on, which only shifts an underline
    if len(lines) >= MOST_VALUE_LINES:
        lines.append([("… y copies the whole value", "muted")])
    return lines


def _fitting(text: str, width: int) -> int:
    """How many characters of ``text`` fit, at the last space where there is one in the second half."""
    used, count = 0, 0
    for char in text[: width + 1]:
        used += cell_len(safe(char))
        if used > width:
            break
        count += 1
    space = text.rfind(" ", count // 2, count)
    return space + 1 if space > 0 else count


def _spans(text: str, marks: Sequence[bool]) -> list[Span]:
    spans: list[Span] = []
    for char, marked in zip(text, marks, strict=False):
        tone = "diff" if marked else "plain"
        if spans and spans[-1][1] == tone:
            spans[-1] = (spans[-1][0] + safe(char), tone)
        else:
            spans.append((safe(char), tone))
    return spans or [("", "plain")]


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
