"""How the cockpit answers: one place for what is said, nothing decided by accident, nothing cut that has room."""

import os
import pty
import sys
from dataclasses import replace

import pytest
from textual.widgets import Input

from mergetui.errors import Problem
from mergetui.records.views import QueuePreview, ReviewColumn
from mergetui.ui import app as cockpit_app
from mergetui.ui import beside, keys, layout
from mergetui.ui.app import MergetuiApp
from mergetui.ui.screens import review
from mergetui.ui.screens.confirm import ConfirmScreen, Tick, section_rows
from mergetui.ui.screens.info import InfoScreen, help_rows
from mergetui.ui.screens.queue import preview_rows
from mergetui.ui.text import score_text
from mergetui.ui.widgets.bars import HeaderBar, answer_rows
from mergetui.ui.widgets.queue_list import QueueList
from mergetui.ui.widgets.review_grid import ReviewGrid
from mergetui.ui.widgets.runs_list import run_columns, run_spans, runs_head
from mergetui.workflow.ports import Refusal

from .fake_desk import ROWS, VALUABLE, VIEW, FakeDesk, field, runs_view
from .test_screens import cockpit, lines, press, said, shown

LONG = Problem(
    "Salesforce refused the merge of 003…A1 and 003…B7, because a rule of the org that nobody has heard of for years "
    "says that contacts of closed accounts may not be touched by an integration user.",
    "Nothing was merged.",
    "Ask an administrator, then press R.",
)


def text(rows):
    return " ".join("".join(part for part, _ in row).strip() for row in rows)


async def until(pilot, wanted, seconds=3.0):
    """Wait for what a timer does; as short as it takes."""
    for _ in range(int(seconds / 0.05)):
        if wanted():
            return
        await pilot.pause(0.05)
    raise AssertionError("it did not happen")


# what is said --------------------------------------------------------------------------------------------------------


def test_a_long_problem_keeps_what_was_not_done_and_what_to_do():
    rows = answer_rows(LONG, 78, 3)
    assert len(rows) == 3
    assert "Nothing was merged. Ask an administrator, then press R." in " ".join(rows)
    assert rows[1].endswith("…")
    assert answer_rows(Problem("Short.", "Nothing was done."), 78, 3) == ["Short. Nothing was done."]


async def test_problems_and_refusals_are_told_once_and_never_as_toasts():
    desk = FakeDesk()

    def retry(plan_id):
        raise LONG

    desk.retry = retry
    async with cockpit(desk, (80, 24), notifications=True) as (app, pilot):
        await press(pilot, "a", "2", "R")
        assert len(app._notifications) == 0
        assert "Nothing was merged." in shown(app) and "then press R." in shown(app)
        app.notify("a toast of somebody else", timeout=60)
        await pilot.pause()
        await press(pilot, "C")
        assert isinstance(app.screen, ConfirmScreen) and len(app._notifications) == 0


async def test_a_key_without_meaning_says_so_and_an_act_clears_the_answer():
    async with cockpit() as (app, pilot):
        await press(pilot, "z")
        assert "z does nothing here (? shows the keys)" in shown(app)
        await press(pilot, "j")
        assert "does nothing here" not in shown(app)
        await press(pilot, "f5", "question_mark", "escape")
        assert "does nothing here" not in shown(app)
        await press(pilot, "enter", "g", "z")
        assert "z does nothing here" in shown(app)


@pytest.mark.parametrize("way", [["enter", "enter"], ["enter", "w"], ["2", "enter"], ["question_mark"]])
async def test_only_esc_closes_a_text(way):
    async with cockpit() as (app, pilot):
        await press(pilot, *way)
        await press(pilot, "question_mark", "enter", "q", "x", "j", "G")
        assert isinstance(app.screen, InfoScreen)
        await press(pilot, "escape")
        assert not isinstance(app.screen, InfoScreen)


# time that passes ----------------------------------------------------------------------------------------------------


async def test_the_window_is_in_the_confirmation_and_goes_on_ticking_there_and_in_the_header():
    desk = FakeDesk()
    async with cockpit(desk, (120, 50)) as (app, pilot):
        await press(pilot, "enter", "a")
        assert shown(app).count("next sync ≤ 08:40, may be now") == 2
        desk.header_view = replace(desk.header_view, window="next sync ≤ 00:48, may be now")
        await until(pilot, lambda: shown(app).count("next sync ≤ 00:48, may be now") == 2)
    async with cockpit(desk, (80, 24)) as (app, pilot):
        await press(pilot, "enter", "a")
        assert "next sync ≤ 00:48, may be now" in shown(app)


async def test_the_plan_line_is_asked_anew_every_second_and_nothing_else_is_drawn():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "j")
        grid = app.screen.query_one(ReviewGrid)
        drawn = []
        grid.show_view = lambda *args: drawn.append(args)
        desk.plan_line = "2 steps · will wait for the next sync"
        await until(pilot, lambda: "will wait for the next sync" in shown(app))
        assert drawn == []
        await press(pilot, "w")
        asked = desk.views
        app.screen_stack[-2]._look_at_plan()
        assert desk.views == asked


async def test_a_view_that_takes_long_is_asked_every_third_second(monkeypatch):
    desk = FakeDesk()
    clock = iter(number / 20 for number in range(1000))
    monkeypatch.setattr(review, "perf_counter", lambda: next(clock))
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter")
        asked = desk.views
        for _ in range(6):
            app.screen._look_at_plan()
        assert desk.views - asked in (2, 3)  # the screen's own timer may have asked once


async def test_the_header_takes_only_the_lines_it_needs_after_growing():
    async with cockpit(size=(20, 6)) as (app, pilot):
        await pilot.resize_terminal(200, 50)
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query_one(HeaderBar).size.height == 1


# deciding ------------------------------------------------------------------------------------------------------------


async def test_a_held_key_decides_one_set(monkeypatch):
    desk = FakeDesk()
    # long enough that a slow machine's pauses between two presses are still those of a held key
    monkeypatch.setattr("mergetui.ui.screens.base.HELD_WITHIN_S", 30.0)
    async with cockpit(desk) as (app, pilot):
        await press(pilot, *("x" * 12))
        assert [told for told in desk.told if told[0] == "not duplicates"] == [("not duplicates", ("set-0",))]
        assert "slower: one set at a time" in shown(app)
        monkeypatch.setattr("mergetui.ui.screens.base.HELD_WITHIN_S", 0.0)
        await press(pilot, "s")
        assert desk.told[-1] == ("later", ("set-1",))


async def test_two_hundred_and_forty_sets_are_decided_as_fast_as_keys_come():
    """No key is dropped: what decides is never the same key twice without another between."""
    desk = FakeDesk(300)
    async with cockpit(desk) as (app, pilot):
        for number in range(240):
            app.simulate_key("xs"[number % 2])
        for _ in range(400):
            if len(desk.status) == 240:
                break
            await pilot.pause(0.02)
        decided = [told[1] for told in desk.told if told[0] in ("not duplicates", "later")]
        assert decided == [(f"set-{number}",) for number in range(240)]
        assert "240 decided" in shown(app)


async def test_u_takes_back_the_last_decision_wherever_the_cursor_is():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        queue = app.screen.query_one(QueueList)
        await press(pilot, "x")
        await pilot.pause(0.15)
        await press(pilot, "s")
        assert queue.cursor == 2
        await press(pilot, "G", "u")
        assert desk.told[-1] == ("take back", ("set-1",)) and queue.cursor == 1
        assert "Łukasz Wójcik" in said(app)
        desk.status["set-0"] = "staged"  # the decision on it no longer stands: u must not touch it
        desk.status["set-5"] = "later"
        await press(pilot, "j", "j", "j", "j", "u")
        assert desk.told[-1] == ("take back", ("set-5",))
        assert desk.status == {"set-0": "staged"}


async def test_a_filter_that_matches_nothing_says_how_to_get_out():
    async with cockpit() as (app, pilot):
        await press(pilot, "slash", *"qqq", "enter")
        assert "nothing matches; esc shows all" in lines(app)[4]
        await press(pilot, "x")
        assert "nothing matches; esc shows all" in said(app)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_ticks_can_be_gone_through_and_taken_back(size):
    desk = FakeDesk()
    async with cockpit(desk, size) as (app, pilot):
        await press(pilot, "enter", "a")
        first, second = app.screen.query(Tick)
        await press(pilot, "up")
        assert app.screen.focused is first and "this is the first" in shown(app)
        await press(pilot, "space", "space")
        assert first.ticked and second.ticked and isinstance(app.screen.focused, Input)
        await press(pilot, "down")
        assert isinstance(app.screen.focused, Input) and "this is the last" in shown(app)
        await press(pilot, "shift+tab", "space")
        assert app.screen.focused is second and not second.ticked and "taken back" in shown(app)
        await press(pilot, "tab", *"merge", "enter")
        assert app.screen.focused is second and not any(told[0] == "confirm" for told in desk.told)
        await press(pilot, "space", "enter")
        assert desk.told[-1][0] == "confirm"


async def test_keys_before_the_first_paint_are_not_heard():
    app = MergetuiApp(FakeDesk())
    async with app.run_test() as pilot:
        await pilot.pause()
        app._open = False
        await press(pilot, "x", "enter")
        assert app.desk.told == []
        app._open = True
        await press(pilot, "x")
        assert app.desk.told != []


@pytest.mark.skipif(sys.platform == "win32", reason="no terminals of this kind")
def test_what_was_typed_before_is_thrown_away(monkeypatch):
    import tty

    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    try:
        os.write(ours, b"xxx")
        with os.fdopen(os.dup(theirs)) as terminal:
            monkeypatch.setattr(sys, "stdin", terminal)
            cockpit_app.forget_typed()
        os.set_blocking(theirs, False)
        with pytest.raises(BlockingIOError):
            os.read(theirs, 10)
    finally:
        os.close(ours)
        os.close(theirs)


def test_no_terminal_is_no_reason_to_fail(monkeypatch, tmp_path):
    for stdin in (None, (tmp_path / "file").open("w+")):
        monkeypatch.setattr(sys, "stdin", stdin)
        cockpit_app.forget_typed()


# choosing and typing -------------------------------------------------------------------------------------------------


async def test_a_refused_value_stays_in_the_editor():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "e", *(["backspace"] * 7), *"bad", "enter")
        editor = app.screen.query_one("#editor", Input)
        assert editor.has_class("-open") and editor.value == "bad" and app.screen.focused is editor
        assert "that is not a phone number" in shown(app)
        await press(pilot, "d", "enter")
        assert not editor.has_class("-open") and "◆ badd" in shown(app)


async def test_a_row_that_cannot_be_typed_says_so_before_an_editor_opens():
    desk = FakeDesk()
    row = replace(ROWS[2], editable=False, edit_reason="an address must be one that a member already has")
    desk.reviews = {"set-0": replace(VIEW, rows=(row,))}
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "e")
        assert not app.screen.query_one("#editor").has_class("-open")
        assert "Last name: an address must be one" in shown(app)


async def test_undo_names_what_it_changed_and_goes_there():
    async with cockpit() as (app, pilot):
        await press(pilot, "enter", "l", "j", "j", "u")
        assert app.screen.query_one(ReviewGrid).row.key == "sf:LastName"
        assert "undone: Last name" in shown(app)
        await press(pilot, "j", "ctrl+r")
        assert "done again: Last name" in shown(app)
        await press(pilot, "tab", "m", "u")
        assert "undone: the master is Contact 003…A1 again" in shown(app)


def test_changes_are_counted():
    rows = tuple(replace(row, cells=row.cells[::-1]) for row in VIEW.rows)
    assert layout.change_words(VIEW, VIEW) == "no value looks different"
    assert layout.change_words(VIEW, replace(VIEW, rows=rows)).endswith(f"and {len(ROWS) - 1} more")


# what is shown whole -------------------------------------------------------------------------------------------------


def test_certainty_is_never_rounded_up():
    assert [score_text(score) for score in (0.9999999, 1.0, 0.98, 0.57, 0.5, 0.0)] == [
        "0.999", "0.999", "0.980", "0.570", "0.500", "0.000",
    ]  # fmt: skip


def test_checks_and_sections_are_shown_whole():
    end = "and here it ends"
    what = "word " * 200 + end
    view = replace(VIEW, checks=(replace(VALUABLE, what=what, why=what, todo=what),), after_sync=(what,))
    assert text(beside.checks_rows(view, 31)).replace("  ", " ").count(end) == 4
    confirmation = replace(FakeDesk().confirm_view, sections=(("A title that is long", what),), losses=(what,))
    said = text(section_rows(confirmation, 74))
    assert said.count(end) == 2 and "A title that is long" in said and "…  " not in said


def test_an_id_in_a_columns_head_is_never_cut():
    subtitle = "HubSpot 91909 · synced 7 hours ago"
    assert layout.fit_subtitle(subtitle, 40) == subtitle
    assert layout.fit_subtitle(subtitle, 20) == "91909 · 7 h ago"
    assert layout.fit_subtitle(subtitle, 10) == "91909"
    assert layout.fit_subtitle("HubSpot 91909 · synced 7 hours ago · link broken", 20) == "91909 · link broken"
    assert layout.fit_subtitle("no HubSpot contact", 20) == "no HubSpot contact"
    assert layout.fit_title("HubSpot only 91909123456", 17) == "91909123456"
    columns = (VIEW.columns[0], ReviewColumn("hs", "HubSpot only 91909123456", subtitle, "Jane", False))
    shown_heads = text(layout.head_rows(replace(VIEW, columns=columns), layout.grid_columns(60, 2), 0, True))
    assert "91909123456" in shown_heads and "91909 · 7 h ago" in shown_heads


def test_why_uses_the_lines_that_are_free():
    preview = QueuePreview(("Jane", "Jan"), "reason " * 40 + "last one", "")
    rows = preview_rows(preview, 118, 6)
    assert len(rows) <= 6 and "last one" in text(rows)


def test_a_row_that_cannot_be_chosen_shows_why_and_no_empty_ring():
    row = next(row for row in ROWS if row.key == "hs:hs_calc")
    line = text([layout.line_spans(layout.GridLine("g", row), layout.grid_columns(86, 2), False)])
    assert "○" not in line and "HubSpot calculates this" in line
    assert "○" not in text(layout.detail_rows(row, 120, 3))


def test_stages_get_the_width_that_titles_do_not_need():
    view = runs_view()
    rows = tuple(replace(row, stages=(*row.stages[:6], replace(row.stages[6], text="after next sync", state="doing")))
                 for row in view.rows)  # fmt: skip
    columns = run_columns(118, rows)
    for row in rows:
        assert "after next sync" in text([run_spans(replace(row, note=""), 118, False, columns)])
    head = text([runs_head(118, columns)])
    line = text([run_spans(replace(rows[1], note="", sign="✓"), 118, True, columns)])
    assert head.index("settled") + 4 == line.index("after next sync")


def test_a_half_that_is_not_done_is_marked_in_its_row():
    row = replace(runs_view().rows[0], note="")
    cell = replace(row.stages[3], text="0/1", state="warn")
    row = replace(row, stages=(*row.stages[:3], cell, *row.stages[4:]))
    assert "▲ 0/1" in text([run_spans(row, 118, False)])
    assert "▲" in text([run_spans(row, 80, False)])


async def test_a_long_note_is_readable_under_the_plans():
    desk = FakeDesk()
    note = "The HubSpot half was not done because " + "of a reason that takes a while to tell " * 4
    desk.runs_view = replace(runs_view(), rows=(replace(runs_view().rows[2], note=note),))
    async with cockpit(desk, (80, 24)) as (app, pilot):
        await press(pilot, "2")
        assert app.screen.query_one("#note").size.height == 3


def test_bound_keys_come_from_the_table():
    assert "tab" in keys.bound("confirm") and "z" not in keys.bound("queue", "main", "everywhere")
    assert keys.bound("reading") >= {"escape"} and not keys.bound("reading") & {"q", "enter", "question_mark"}


def test_help_cuts_no_key():
    for place, acts in keys.PLACES.items():
        said = text(help_rows((place,), False)(103))
        assert all(act.shown in said for act in acts)


async def test_a_refusal_that_names_a_row_still_goes_there():
    desk = FakeDesk()
    desk.stage_answer = Refusal("Title may not be empty", "sf:Title")
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "a")
        assert app.screen.query_one(ReviewGrid).row.key == "sf:Title"
        assert field("a", "b", "c", ("x",)).editable
