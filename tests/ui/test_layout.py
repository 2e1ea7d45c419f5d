from dataclasses import replace

import pytest
from rich.cells import cell_len

from mergetui.records.views import Cell, QueueRow
from mergetui.ui import beside, layout
from mergetui.ui.screens.queue import preview_rows
from mergetui.ui.widgets.bars import header_rows
from mergetui.ui.widgets.queue_list import queue_columns, queue_head, queue_spans
from mergetui.ui.widgets.runs_list import history_head, history_spans, run_spans, runs_head

from .fake_desk import VIEW, FakeDesk, field, runs_view
from .test_text import HOSTILE


def text(spans):
    return "".join(part for part, _ in spans)


def width_of(spans):
    return cell_len(text(spans))


# queue


@pytest.mark.parametrize("width", [60, 80, 99, 100, 118, 119, 250])
def test_queue_rows_line_up_with_their_head(width):
    columns = queue_columns(width)
    rows = [
        QueueRow("1", 0.98, "山田 太郎 · Taro Yamada", "山田株式会社", "C H", "one-way", "—", "▲2"),
        QueueRow("2", 0.5, "Jane " * 20, "Acme " * 20, "L L C L L C", "both", "37 opens " * 9, "·"),
        QueueRow("3", 1.0, HOSTILE, HOSTILE, "C", "none", HOSTILE, "", "not duplicates"),
    ]
    lengths = {width_of(queue_spans(row, columns, current=False, marked=False)) for row in rows}
    assert lengths == {width_of(queue_head(columns))}
    assert lengths.pop() <= width


def test_narrow_queue_drops_company_before_link():
    assert queue_columns(80).company == 0
    assert queue_columns(80).link > 0
    assert queue_columns(60).link == 0


def test_queue_row_says_everything_by_sign():
    row = QueueRow("1", 0.98, "Jane", "Acme", "C C", "both", "—", "▲2", "staged")
    line = text(queue_spans(row, queue_columns(120), current=True, marked=True))
    assert line.startswith("▸+✓")
    assert "staged" in line


def test_preview_keeps_the_warning():
    preview = FakeDesk().queue_preview("set-0")
    for width, most in ((78, 4), (78, 5), (118, 6)):
        rows = preview_rows(replace(preview, people=preview.people * 4), width, most)
        assert len(rows) <= most
        assert any("would be deleted" in text(row) or "if only" in text(row) for row in rows)


def test_header_drops_the_api_first_and_keeps_what_matters():
    view = replace(FakeDesk(read_only=True).header(), runner="runner: merging the pair of Jane, pid 4711")
    for width in (80, 100, 120, 200):
        rows = header_rows(view, width)
        assert all(width_of(row) <= width for row in rows)
        shown = " ".join(text(row) for row in rows)
        for piece in ("READ-ONLY", "Acme (PRODUCTION)", "≤ 08:40", "contacts ON", "pid 4711"):
            assert piece in shown


# review


def rows_of(lines):
    return [line.row.key for line in lines if line.row is not None]


def test_differing_rows_come_first_and_equal_ones_fold():
    folded = layout.grid_lines(VIEW, True)
    assert "sf:FirstName" not in rows_of(folded)
    identity = next(line for line in folded if line.row is None and line.group == "identity")
    assert identity.note == "2 equal ▸"
    opened = rows_of(layout.grid_lines(VIEW, False))
    assert opened.index("sf:LastName") < opened.index("sf:Salutation")
    assert len(opened) == len(VIEW.rows)


def test_activity_never_folds():
    same = replace(VIEW, rows=(field("=activity", "Activity", "activity", ("2 opens", "2 opens")),))
    assert rows_of(layout.grid_lines(same, True)) == ["=activity"]


def test_groups_without_differences_go_last():
    rows = (field("sf:A", "A", "equal group", ("x", "x")), field("sf:B", "B", "other", ("x", "y")))
    lines = layout.grid_lines(replace(VIEW, rows=rows), True)
    assert [line.group for line in lines] == ["other", "other", "equal group"]


@pytest.mark.parametrize("width", [40, 60, 80, 85, 86, 120])
@pytest.mark.parametrize("members", [1, 2, 3, 5])
def test_grid_lines_are_as_wide_as_the_grid(width, members):
    columns = layout.grid_columns(width, members)
    texts = tuple(["山田太郎" * 9, HOSTILE, "", "x" * 32000, "Sales"][:members])
    row = field("sf:X", "A very long label indeed, longer than any", "g", texts, ("private",) * members)
    for line in (layout.GridLine("g", row), layout.GridLine("g", None, "2 equal ▸")):
        assert width_of(layout.line_spans(line, columns, True)) == width - 1


def test_the_view_follows_the_column():
    columns = layout.grid_columns(80, 5)
    assert len(columns.members) == 2
    assert not columns.sees(4)
    columns = layout.follow(columns, 80, 4)
    assert columns.sees(4) and columns.first == 3
    assert layout.follow(columns, 80, 0).first == 0


def test_signs_tell_chosen_other_edited_and_blank():
    row = field("sf:X", "X", "g", ("a", ""))
    assert text(layout.cell_spans(Cell("a", chosen=True), 10, row)).startswith(" ● a")
    assert text(layout.cell_spans(Cell("a"), 10, row)).startswith(" ○ a")
    assert text(layout.cell_spans(Cell("a", chosen=True, edited=True), 10, row)).startswith(" ◆ a")
    assert text(layout.cell_spans(Cell("", blank=True), 10, row)).startswith(" ○ —")


def test_a_remark_gives_way_to_the_value():
    row = field("sf:X", "X", "g", ("a", "b"))
    assert "private" in text(layout.cell_spans(Cell("jane@gmail.com", note="private"), 30, row))
    assert "private" not in text(layout.cell_spans(Cell("jane@gmail.com", note="private"), 20, row))


def test_detail_shows_whole_values_and_the_reason():
    row = next(row for row in VIEW.rows if row.key == "sf:Description")
    shown = " ".join(text(line) for line in layout.detail_rows(row, 120, 3))
    assert "M. Ruiz" in shown
    calculated = next(row for row in VIEW.rows if row.key == "hs:hs_calc")
    assert "HubSpot calculates this value" in text(layout.detail_rows(calculated, 80, 2)[0])
    huge = field("sf:X", "X", "g", ("y" * 32000, HOSTILE))
    assert len(layout.detail_rows(huge, 80, 3)) <= 3


def test_head_marks_master_and_column():
    columns = layout.grid_columns(86, 2)
    first = text(layout.head_rows(VIEW, columns, 1, True)[0])
    assert "★ 1  Contact 003…A1" in first
    assert " [2] Contact 003…B7" in first
    narrow = layout.grid_columns(40, 2)
    assert "›" in text(layout.head_rows(VIEW, narrow, 0, False)[0])


def test_evidence_sums_to_what_is_shown():
    rows = [text(row) for row in beside.evidence_rows(VIEW, 75)]
    assert any("different e-mail" in row and "−0.7" in row for row in rows)
    assert "+3.9" in rows[-1] and "score 0.98" in rows[-1]


def test_checks_panel_orders_by_severity_and_says_what_to_do():
    shown = [text(row) for row in beside.checks_rows(VIEW, 31)]
    assert shown.index("· Owner does not differ") > next(n for n, line in enumerate(shown) if line.startswith("▲"))
    assert any(line.strip().startswith("→") for line in shown)
    assert all(cell_len(line) <= 31 for line in shown)
    assert text(beside.checks_summary(VIEW.checks)) == "▲2 ·1 c checks"


# runs and history


@pytest.mark.parametrize("width", [80, 110, 120, 200])
def test_runs_fit_and_show_every_state(width):
    for row in runs_view().rows:
        line = text(run_spans(row, width, False))
        assert cell_len(line) <= width
        assert row.state in line
        assert row.sign.strip() in line
    assert width_of(runs_head(width)) <= width


def test_a_note_takes_the_place_of_stages_to_come():
    failed = next(row for row in runs_view().rows if row.state == "failed")
    assert "■ locked" in text(run_spans(failed, 120, False))
    assert "Salesforce refused" in text(run_spans(failed, 120, False))
    assert "✓✓■····" in text(run_spans(failed, 80, False))


@pytest.mark.parametrize("width", [80, 120])
def test_history_fits(width):
    for row in FakeDesk().history():
        assert width_of(history_spans(replace(row, title=HOSTILE * 9), width, True)) <= width
    assert width_of(history_head(width)) <= width
