"""A robot user: a desk, keys, and what is then seen on the screen and told to the desk."""

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from rich.console import Console
from textual.command import CommandPalette
from textual.widgets import Input, OptionList

from mergetui.errors import Problem, Unreachable
from mergetui.records.views import CheckView, QueuePreview, ReviewColumn, RunRow, RunsView
from mergetui.ui.app import MergetuiApp
from mergetui.ui.screens.checks import ChecksScreen
from mergetui.ui.screens.confirm import ConfirmScreen, Tick
from mergetui.ui.screens.connections import ConnectionsScreen
from mergetui.ui.screens.fields import FieldsScreen
from mergetui.ui.screens.health import HealthScreen
from mergetui.ui.screens.history import HistoryScreen
from mergetui.ui.screens.info import InfoScreen
from mergetui.ui.screens.pick import PickScreen
from mergetui.ui.screens.queue import QueueScreen
from mergetui.ui.screens.record import RecordScreen
from mergetui.ui.screens.review import ReviewScreen
from mergetui.ui.screens.runs import RunsScreen
from mergetui.ui.widgets.bars import MessageLine
from mergetui.ui.widgets.queue_list import QueueList
from mergetui.ui.widgets.review_grid import ReviewGrid
from mergetui.workflow.ports import Refusal

from .fake_desk import ROWS, VALUABLE, VIEW, FakeDesk, runs_view, stages
from .test_text import HOSTILE

CLEAN = replace(VIEW, checks=())


def lines(app):
    """The screen as lines of text."""
    update = app.screen._compositor.render_full_update()
    return ["".join(segment.text for segment in strip) for strip in update.strips]


def shown(app):
    return "\n".join(lines(app))


def said(app):
    """The line that answers the last key."""
    return "\n".join("".join(text for text, _ in row) for row in app.screen.query_one(MessageLine)._rows)


@asynccontextmanager
async def cockpit(desk=None, size=(120, 40), notifications=False):
    if hasattr(asyncio, "eager_task_factory"):  # as Textual does outside tests, from Python 3.12 on
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    app = MergetuiApp(desk or FakeDesk())
    async with app.run_test(size=size, notifications=notifications) as pilot:
        await pilot.pause()
        yield app, pilot


async def press(pilot, *keys):
    await pilot.press(*keys)
    await pilot.pause()


# queue ---------------------------------------------------------------------------------------------------------------


async def test_queue_shows_sets_preview_and_keys_at_once():
    async with cockpit() as (app, pilot):
        assert isinstance(app.screen, QueueScreen)
        shown(app)  # the rows are painted first, then what is read for one of them
        await pilot.pause(0.1)
        text = shown(app)
        for piece in ("Jane Francis · Jane F", "▲2", "40 sets", "would be deleted", "↵ review", "? help", "PRODUCTION"):
            assert piece in text


async def test_cursor_moves_and_stops_at_the_ends():
    async with cockpit() as (app, pilot):
        queue = app.screen.query_one(QueueList)
        await press(pilot, "k")
        assert queue.cursor == 0
        await press(pilot, "j", "down")
        assert queue.cursor == 2
        await press(pilot, "G")
        assert queue.cursor == 39 and "0.59" in shown(app)
        await press(pilot, "j", "g")
        assert queue.cursor == 0


async def test_filter_takes_letters_and_esc_leaves_it_first():
    async with cockpit() as (app, pilot):
        await press(pilot, "slash", *"stoneq1")
        assert isinstance(app.screen.focused, Input)
        assert app.screen.query_one(QueueList).count == 0
        await press(pilot, "backspace", "backspace", "enter")
        assert app.screen.query_one(QueueList).count == 5
        assert "/stone shows 5" in shown(app)
        await press(pilot, "escape")
        assert app.screen.query_one(QueueList).count == 40


async def test_decisions_apply_to_the_marked_and_can_be_taken_back():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "space", "space", "x")
        assert desk.told[-1] == ("not duplicates", ("set-0", "set-1"))
        assert shown(app).count("≠") == 2
        await press(pilot, "G", "u")
        assert desk.told[-1] == ("take back", ("set-0", "set-1"))
        assert app.screen.query_one(QueueList).cursor == 0
        await pilot.pause(0.15)
        await press(pilot, "s")
        assert desk.told[-1] == ("later", ("set-0",))
        assert app.screen.query_one(QueueList).cursor == 1
        assert "put down as later" in said(app)


async def test_staging_takes_only_sets_with_clean_checks():
    desk = FakeDesk()
    desk.reviews = {"set-0": replace(CLEAN, set_id="set-0"), "set-1": replace(VIEW, set_id="set-1")}
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "a")
        assert "nothing is marked" in said(app)
        await press(pilot, "space", "space", "a")
        await app.workers.wait_for_complete([worker for worker in app.workers if worker.group == "staging"])
        await pilot.pause()
        assert desk.status == {"set-0": "staged"}
        assert app.screen.query_one(QueueList).marked == {"set-1"}
        assert "staged 1 of 2" in shown(app)


async def test_order_changes_and_says_so():
    async with cockpit() as (app, pilot):
        await press(pilot, "o")
        assert "by certainty" in shown(app)
        assert app.screen.query_one(QueueList).current == "set-0"


async def test_one_key_paints_rows_of_a_large_queue_only_as_seen():
    desk = FakeDesk(5000)
    asked = []
    rows_of = desk.queue_rows
    desk.queue_rows = lambda ids: asked.append(len(ids)) or rows_of(ids)
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "G")
        assert app.screen.query_one(QueueList).cursor == 4999
        assert sum(asked) < 500


# review --------------------------------------------------------------------------------------------------------------


async def test_review_reads_behind_the_screen_and_esc_cancels():
    desk = FakeDesk()
    desk.gate = asyncio.Event()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter")
        assert "reading both CRMs" in shown(app)
        await press(pilot, "a")
        assert "has not been read" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, QueueScreen)
        assert ("stage", "set-0") not in desk.told
        desk.gate.set()
        await pilot.pause()
        assert isinstance(app.screen, QueueScreen)


async def test_a_problem_is_told_in_three_parts_without_leaving():
    desk = FakeDesk()
    desk.review_problem = Unreachable("HubSpot", "HubSpot could not be reached.", "Nothing was read.", "Try again.")
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter")
        text = shown(app)
        for part in ("HubSpot could not be reached.", "Not done: Nothing was read.", "Next: Try again."):
            assert part in text
        await press(pilot, "escape")
        assert isinstance(app.screen, QueueScreen)


async def test_keys_choose_values_and_the_edge_stops():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "l")
        assert desk.told[-1] == ("choose", "sf:LastName", 1)
        told = len(desk.told)
        await press(pilot, "l")
        assert len(desk.told) == told and "last column" in lines(app)[-3]
        await press(pilot, "1")
        assert desk.told[-1] == ("choose", "sf:LastName", 0)
        await press(pilot, "9")
        assert "only 2 columns" in shown(app)
        await press(pilot, "u")
        row = app.screen.query_one(ReviewGrid).row
        assert row is not None and row.cells[1].chosen
        await press(pilot, "ctrl+r", "u", "u", "u")
        assert "nothing to undo" in shown(app)


async def test_a_row_that_cannot_be_written_says_why():
    async with cockpit() as (app, pilot):
        await press(pilot, "enter")
        grid = app.screen.query_one(ReviewGrid)
        while grid.row is None or grid.row.key != "hs:hs_calc":
            await pilot.press("j")
        await press(pilot, "l")
        assert "HubSpot calculates this value" in lines(app)[-3]


async def test_column_mark_serves_master_all_and_blanks():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "tab", "m")
        assert desk.told[-1] == ("set_master", 1)
        assert "★[2]" in shown(app)
        await press(pilot, "f", "shift+tab", "b")
        assert desk.told[-2:] == [("choose_all", 1), ("fill_blanks", 0)]


async def test_editor_stores_on_enter_and_forgets_on_esc():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "e", *"qa1", "escape")
        assert isinstance(app.screen, ReviewScreen)
        assert not any(told[0] == "edit" for told in desk.told)
        await press(pilot, "e", "X", "enter")
        assert desk.told[-1] == ("edit", "sf:LastName", "FrancisX")
        assert "◆ FrancisX" in shown(app)
        await press(pilot, "e", *(["backspace"] * 8), *"bad", "enter")
        assert "not a phone number" in shown(app)


async def test_differences_fold_and_unfold():
    async with cockpit() as (app, pilot):
        await press(pilot, "enter")
        assert "First name" not in shown(app)
        await press(pilot, "d")
        assert "First name" in shown(app)


async def test_why_shows_the_sum_and_checks_open_at_80_columns():
    async with cockpit(size=(80, 24)) as (app, pilot):
        await press(pilot, "enter")
        assert "▲2" in shown(app) and "Contact 90377 would" not in shown(app)
        await press(pilot, "c")
        assert isinstance(app.screen, ChecksScreen)
        assert "Contact 90377 would take it along" in shown(app)
        await press(pilot, "escape", "w")
        assert "sum of the weights" in shown(app) and "+3.9" in shown(app)


async def test_a_refused_stage_moves_to_the_row_it_names():
    desk = FakeDesk()
    desk.stage_answer = Refusal("2 fields still differ: First name, Title", "sf:FirstName")
    async with cockpit(desk, notifications=True) as (app, pilot):
        await press(pilot, "enter", "a")
        assert "2 fields still differ" in shown(app)
        row = app.screen.query_one(ReviewGrid).row
        assert row is not None and row.key == "sf:FirstName"


async def test_staging_a_clean_set_goes_on_to_the_next():
    desk = FakeDesk()
    desk.reviews = {"set-0": replace(CLEAN, set_id="set-0")}
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "a")
        assert desk.told[-1] == ("open", "set-1")
        assert isinstance(app.screen, ReviewScreen) and "2 of 40" in shown(app)
        await press(pilot, "x", "s", "p")
        assert desk.told[-1] == ("open", "set-1") or "no undecided set before" in shown(app)
        await press(pilot, "escape")
        assert app.screen.query_one(QueueList).cursor > 0


# confirmation --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_confirming_needs_ticks_and_the_word_and_ends_where_enter_is_harmless(size):
    desk = FakeDesk()
    async with cockpit(desk, size) as (app, pilot):
        await press(pilot, "enter", "a")
        assert isinstance(app.screen, ConfirmScreen)
        ticks = list(app.screen.query(Tick))
        assert app.screen.focused is ticks[0]
        await press(pilot, *"merge", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "space")
        assert [tick.ticked for tick in ticks] == [True, False]
        await press(pilot, "space")
        if not ticks[1].ticked:
            await press(pilot, "space")
        assert isinstance(app.screen.focused, Input)
        await press(pilot, "space", *"merg", "enter")
        assert isinstance(app.screen, ConfirmScreen) and "type merge" in shown(app)
        assert not any(told[0] == "confirm" for told in desk.told)
        await press(pilot, "e", "space", "enter")
        assert desk.told[-1] == ("confirm", ("plan-0",), ("valuable", "auto-delete"), "merge")
        assert isinstance(app.screen, RunsScreen) and "approved; the runner begins" in shown(app)
        told = len(desk.told)
        await press(pilot, "enter", "escape", "space", "space")
        assert len(desk.told) == told
        await press(pilot, "1")
        assert isinstance(app.screen, QueueScreen)


async def test_held_keys_decide_nothing():
    desk = FakeDesk()
    for key in ("enter", "space"):
        async with cockpit(desk) as (_, pilot):
            await press(pilot, "enter", "a", *([key] * 12))
            assert not any(told[0] == "confirm" for told in desk.told)


async def test_esc_leaves_without_a_trace():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "a", "space", "escape")
        assert isinstance(app.screen, ReviewScreen)
        assert not any(told[0] == "confirm" for told in desk.told)
        await press(pilot, "a")
        assert not any(tick.ticked for tick in app.screen.query(Tick))


async def test_a_warning_out_of_view_is_shown_before_it_can_be_ticked():
    desk = FakeDesk()
    many = tuple(replace(VALUABLE, id=f"w{n}", what=f"warning {n} " + "text " * 40) for n in range(6))
    desk.confirm_view = replace(desk.confirm_view, warnings=many, losses=tuple(f"loss {n}" for n in range(40)))
    async with cockpit(desk, (80, 24)) as (app, pilot):
        await press(pilot, "enter", "a")
        ticks = list(app.screen.query(Tick))
        screen = app.screen
        await press(pilot, "pageup", "pageup", "pageup", "pageup", "pageup", "pageup", "pageup", "pageup")
        await press(pilot, "space")
        assert not ticks[0].ticked and "not fully in view" in shown(app)
        await press(pilot, "space")
        assert ticks[0].ticked
        for _ in range(12):
            await press(pilot, "space")
        assert all(tick.ticked for tick in ticks)
        assert isinstance(screen.focused, Input)


async def test_only_the_keys_of_the_confirmation_act():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "a", "question_mark", "ctrl+p", "tab", "2", "x", "j", "q")
        assert isinstance(app.screen, ConfirmScreen)
        assert app.screen.focused is app.screen.query(Tick)[1]
        assert app.return_value is None and "q does nothing here" in shown(app)
        await press(pilot, "ctrl+c")
    assert desk.told[-1] == ("close",)
    assert app.return_value == "3 plans are approved; mergetui resume goes on."


async def test_a_refused_confirmation_stays_in_the_review():
    desk = FakeDesk()
    desk.confirm_problem = Problem("The records changed since.", "Nothing was approved.", "Review them again.")
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "a", "space", "space", *"merge", "enter")
        assert isinstance(app.screen, ReviewScreen)
        assert "Nothing was approved." in shown(app)


async def test_a_batch_names_every_loss_and_the_count_is_typed():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "2", "C")
        assert "plan-7: the split" in shown(app) and "plan-8: the split" in shown(app)
        await press(pilot, *"merge", "enter")
        assert isinstance(app.screen, ConfirmScreen)
        await press(pilot, "space", "2", "enter")
        assert desk.told[-1] == ("confirm", ("plan-7", "plan-8"), (), "merge 2")


# approved & running, history -----------------------------------------------------------------------------------------


async def test_runs_redraw_only_when_something_changed():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "2")
        assert "Eva Novak" in shown(app)
        desk.runs_view = replace(desk.runs_view, rows=())
        app.screen._look()
        assert "Eva Novak" in shown(app)
        desk.runs_view = replace(desk.runs_view, revision=2)
        app.screen._look()
        await pilot.pause()
        assert "Eva Novak" not in shown(app)


async def test_runs_keys_tell_the_desk():
    desk = FakeDesk()
    async with cockpit(desk, notifications=True) as (app, pilot):
        await press(pilot, "2", "j", "c", "p")
        assert desk.told[-2:] == [("take_back", "plan-1"), ("pause",)]
        await press(pilot, "R")
        assert "Nothing was sent." in shown(app)
        await press(pilot, "enter")
        assert "10:21:04 Salesforce: merged" in shown(app)
        await press(pilot, "escape", "escape")
        assert isinstance(app.screen, QueueScreen)
        desk.staged = []
        await press(pilot, "2", "C")
        assert "nothing is staged" in shown(app)


async def test_history_filters_and_opens():
    async with cockpit() as (app, pilot):
        await press(pilot, "3", "slash", *"eva", "enter")
        assert isinstance(app.screen, HistoryScreen)
        assert "Bob Stone" not in shown(app)
        await press(pilot, "enter")
        assert "10:21:05 HubSpot: merged, id 91544" in shown(app)


# everywhere ----------------------------------------------------------------------------------------------------------


async def test_help_lists_the_keys_of_the_screen():
    async with cockpit() as (app, pilot):
        await press(pilot, "2", "question_mark")
        text = shown(app)
        assert "Confirm the whole staged batch." in text and "Put the set aside" not in text
        await press(pilot, "question_mark", "enter", "q", "x")
        assert isinstance(app.screen, InfoScreen)
        await press(pilot, "escape")
        assert isinstance(app.screen, RunsScreen)


async def test_palette_does_what_the_keys_do():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "ctrl+p", *"later")
        found = app.screen.query_one(OptionList)
        for _ in range(200):
            if found.highlighted is not None:
                break
            await pilot.pause(0.02)
        for _ in range(2):
            if isinstance(app.screen, CommandPalette):
                await press(pilot, "enter")
        await pilot.pause()
        assert ("later", ("set-0",)) in desk.told
        assert isinstance(app.screen, QueueScreen)


async def test_read_only_removes_every_key_that_writes_and_says_so():
    desk = FakeDesk(read_only=True)
    async with cockpit(desk) as (app, pilot):
        assert "READ-ONLY" in shown(app) and "not duplicates" not in lines(app)[-1]
        await press(pilot, "x", "s", "u", "space", "a", "enter")
        assert isinstance(app.screen, ReviewScreen)
        await press(pilot, "l", "2", "f", "b", "m", "e", "a", "x")
        assert isinstance(app.screen, ReviewScreen)
        assert "--read-only" in shown(app)
        await press(pilot, "escape", "2", "C", "c", "p", "R")
    assert [told for told in desk.told if told[0] not in ("open", "close")] == []


async def test_every_way_out_closes_the_desk_once():
    for key in ("q", "ctrl+c", "ctrl+q"):
        desk = FakeDesk()
        async with cockpit(desk) as (app, pilot):
            await press(pilot, key)
        assert desk.told.count(("close",)) == 1
        assert app.return_value == "3 plans are approved; mergetui resume goes on."


async def test_a_desk_that_does_not_close_can_be_left_by_a_second_key():
    desk = FakeDesk()
    never = asyncio.Event()

    async def close():
        await never.wait()
        return ""

    desk.close = close
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "ctrl+c", "ctrl+c")
    assert "mergetui resume" in (app.return_value or "")


@pytest.mark.parametrize("where", [[], ["enter"], ["2"], ["enter", "a"]])
async def test_resizing_keeps_every_screen_whole(where):
    async with cockpit() as (app, pilot):
        await press(pilot, *where)
        for size in ((80, 24), (60, 15), (250, 70)):
            await pilot.resize_terminal(*size)
            await pilot.pause()
            assert all(len(line) <= size[0] * 2 for line in lines(app))
        assert app._exception is None


async def test_header_is_refreshed_and_its_problem_said_once():
    desk = FakeDesk()
    problem = Unreachable("HubSpot", "HubSpot could not be reached.")

    async def refresh():
        desk.headers += 1
        raise problem

    desk.refresh_header = refresh
    async with cockpit(desk) as (app, pilot):
        await pilot.pause()
        assert desk.headers == 1
        assert "HubSpot could not be reached." in said(app)
        app.screen.say("")
        app._refresh_header()
        await pilot.pause()
        assert desk.headers == 2 and "could not be reached" not in shown(app)


# hostile text --------------------------------------------------------------------------------------------------------

SGR = re.compile(r"\x1b\[[0-9;]*m")
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def hostile_desk():
    desk = FakeDesk(8)
    evil = HOSTILE
    desk.rows = [replace(row, who=evil, company=evil, stake=evil, link=evil, objects=evil) for row in desk.rows]
    desk.header_view = replace(
        desk.header_view, profile=evil[:20], salesforce=evil, hubspot=evil, window=evil, api=evil
    )
    desk.queue_preview = lambda set_id: QueuePreview((evil, evil), evil, evil)
    row = replace(ROWS[2], label=evil, group=evil, reason=evil,
                  cells=tuple(replace(cell, text=evil * 40, note=evil) for cell in ROWS[2].cells))  # fmt: skip
    desk.reviews = {
        each.set_id: replace(
            VIEW, set_id=each.set_id, title=evil, plan_line=evil, evidence=((evil, 1.0),), master_reasons=(evil,),
            after_sync=(evil,), rows=(row,), checks=(CheckView("valuable", "acknowledge", evil, evil, evil),),
            columns=tuple(ReviewColumn(evil, evil, evil, evil, n == 0) for n in range(2)),
        )
        for each in desk.rows
    }  # fmt: skip
    desk.confirm_view = replace(
        desk.confirm_view, heading=evil, digest=evil, sections=((evil, evil),), losses=(evil,),
        warnings=(CheckView("w", "acknowledge", evil, evil, evil),),
    )  # fmt: skip
    desk.runs_view = RunsView({evil: 1}, (RunRow("p", evil, evil, "▲", stages(3, evil), evil, evil),), evil, 9)
    desk.run_detail = lambda plan_id: (evil,)
    desk.histories = [
        replace(row, title=evil, who=evil, when=evil, state=evil, salesforce=evil, hubspot=evil, detail=(evil,))
        for row in desk.histories
    ]
    desk.later = lambda ids: evil
    return desk


WALK = (
    "s", "F", "escape", "enter", "d", "h", "w", "escape", "c", "escape", "e", "escape", "o", "escape",
    "i", "t", "escape", "r", "escape", "a", "space", "escape", "escape",
    "2", "R", "enter", "escape", "3", "enter", "escape", "4", "enter", "escape", "5", "j", "enter", "escape", "1",
)  # fmt: skip
"""Through every screen and dialog."""


def assert_harmless(app):
    """What the terminal would be sent holds no control sequence but colours, and no link."""
    width = app.size.width
    console = Console(color_system="truecolor", force_terminal=True, width=width, legacy_windows=False)
    for chops in app.screen._compositor.render_full_update().strips:
        for strip in chops:
            assert not FORBIDDEN.search(SGR.sub("", strip.render(console))), strip.text
            for segment in strip:
                assert not (segment.style and (segment.style.link or segment.style.meta.get("@click"))), strip.text
    assert not FORBIDDEN.search(app.export_screenshot().replace("\n", "").replace("\t", ""))


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_nothing_hostile_reaches_the_terminal(size):
    desk = hostile_desk()

    def retry(plan_id):
        raise Problem(HOSTILE, HOSTILE, HOSTILE)

    desk.retry = retry
    async with cockpit(desk, size, notifications=True) as (app, pilot):
        assert_harmless(app)
        seen = set()
        for key in WALK:
            await press(pilot, key)
            assert_harmless(app)
            assert "[b]x[/b]" in shown(app) or "<1B>" in shown(app), key
            seen.add(type(app.screen))
        assert seen == {
            QueueScreen, ReviewScreen, InfoScreen, ConfirmScreen, RunsScreen, HistoryScreen,
            ChecksScreen, FieldsScreen, PickScreen, RecordScreen, HealthScreen, ConnectionsScreen,
        }  # fmt: skip


async def test_pasted_control_characters_never_enter_a_field():
    async with cockpit() as (app, pilot):
        await press(pilot, "slash")
        field = app.screen.query_one("#filter", Input)
        field.insert_text_at_cursor("a\x1b]52;c;x\x07\u202eb")
        await pilot.pause()
        assert field.value == "a]52;c;xb"


async def test_a_value_with_control_characters_is_not_put_into_the_editor():
    desk = FakeDesk()
    row = replace(ROWS[2], cells=(replace(ROWS[2].cells[0], text="a\nb"), ROWS[2].cells[1]))
    desk.reviews = {"set-0": replace(VIEW, rows=(row,))}
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter", "e")
        assert app.screen.query_one("#editor", Input).value == ""
        assert "line breaks" in shown(app)


async def test_unknown_states_and_empty_stores_are_shown():
    desk = FakeDesk(0)
    desk.runs_view = replace(runs_view(), rows=(), counts={})
    desk.histories = []
    async with cockpit(desk) as (app, pilot):
        assert "no duplicate sets" in shown(app)
        await press(pilot, "enter", "x", "s", "u", "space", "G", "2", "enter", "c", "R", "3", "enter", "1")
        assert isinstance(app.screen, QueueScreen)


# what fails behind the screen ----------------------------------------------------------------------------------------


async def test_a_mistake_while_reading_is_told_without_its_text():
    desk = FakeDesk()

    async def broken(set_id):
        raise KeyError("sentinel-secret")

    desk.open_review = broken
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "enter")
        text = shown(app)
        assert "KeyError at" in text and "reading both CRMs" not in text
        assert "sentinel-secret" not in text
        await press(pilot, "escape")
        assert isinstance(app.screen, QueueScreen)


async def test_a_mistake_while_leaving_still_leaves():
    desk = FakeDesk()

    async def close():
        raise KeyError("sentinel-secret")

    desk.close = close
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "q")
    assert "KeyError at" in (app.return_value or "") and "sentinel" not in (app.return_value or "")


@pytest.mark.parametrize("method", ["header", "queue_rows", "queue_preview", "queue_progress", "queue_ids", "runs"])
async def test_a_store_that_refuses_is_told_on_the_message_line(method):
    desk = FakeDesk()

    def refuse(*_):
        raise Problem("The ledger is locked.", "Nothing was changed.", "Close the other mergetui.")

    setattr(desk, method, refuse)
    async with cockpit(desk) as (app, pilot):
        await press(pilot, *(["2"] if method == "runs" else ["2", "1"]))
        assert "The ledger is locked." in shown(app)
        assert app._exception is None


async def test_a_crash_of_the_terminal_ends_in_order():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        app._signalled()
        await pilot.pause()
    assert ("close",) in desk.told


async def test_what_an_earlier_run_left_is_said_at_the_start():
    desk = FakeDesk()
    desk.left = "Jane Francis: was merging when the last run ended. The runner reads both CRMs and goes on; see 2."
    async with cockpit(desk) as (app, pilot):
        await pilot.pause(0.2)
        assert "was merging when the last run ended" in shown(app)


# filters, remarks, refresh ------------------------------------------------------------------------------------------


async def test_a_filter_that_is_not_understood_says_so_and_leaves_the_rows():
    async with cockpit() as (app, pilot):
        app.screen.use_filter("stone")
        assert app.screen.query_one(QueueList).count == 5
        app.screen.use_filter("risky:x")
        await pilot.pause()
        assert "no filter word" in said(app) and "Did you mean risk:?" in said(app)
        assert app.screen.query_one(QueueList).count == 5
        await press(pilot, "escape")
        assert app.screen.query_one(QueueList).count == 40


async def test_saved_filters_are_chosen_saved_and_removed():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "F")
        assert "is:undecided" in shown(app)
        await press(pilot, "j", "enter")
        assert app.screen.query_one(QueueList).count == 5
        await press(pilot, "F", "s")
        await press(pilot, *"mine", "enter")
        assert desk.told[-1] == ("save filter", "mine", "stone")
        await press(pilot, "F", "G", "x")
        assert desk.told[-1] == ("save filter", "mine", "")


async def test_notes_and_tags_are_typed_and_shown_in_the_row():
    desk = FakeDesk()
    async with cockpit(desk, size=(120, 40)) as (app, pilot):
        await press(pilot, "e", *"ask Ruiz", "enter")
        await press(pilot, "t", *"vip", "enter")
        assert desk.told[-2:] == [("note", "set-0", "ask Ruiz"), ("tags", ("set-0",), "vip")]
        assert "✎ #vip" in shown(app)
        await press(pilot, "t", "x", "escape")
        assert desk.told[-1][0] == "tags" and "left as it was" in shown(app)
        assert app.screen.focused is app.screen.query_one(QueueList)


async def test_all_shown_sets_are_marked_and_unmarked():
    async with cockpit() as (app, pilot):
        await press(pilot, "slash", *"stone", "enter", "A")
        assert len(app.screen.query_one(QueueList).marked) == 5 and "5 marked" in shown(app)
        await press(pilot, "A")
        assert not app.screen.query_one(QueueList).marked


async def test_refresh_shows_progress_and_esc_stops_it():
    desk = FakeDesk()
    desk.gate = asyncio.Event()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "r")
        app.screen._show_progress()
        assert "HubSpot contacts: 100" in shown(app)
        await press(pilot, "r")
        assert "pulling already" in shown(app)
        await press(pilot, "escape")
        await pilot.pause(0.05)
        assert "stays as it was" in shown(app) and "HubSpot contacts" not in shown(app)
        desk.gate.set()
        await press(pilot, "r")
        await pilot.pause(0.05)
        assert "12 duplicate sets found" in shown(app)


async def test_the_session_is_summed_up():
    async with cockpit() as (app, pilot):
        await press(pilot, "S")
        assert "46 sets decided in 21 min" in shown(app)
