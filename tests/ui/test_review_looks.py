"""The review's further keys: rules, picklists, fields, checks that act, records, timelines, copying."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from mergetui.records.views import Cell, Remedy, ReviewRow
from mergetui.ui import beside, browser, layout
from mergetui.ui.screens.checks import ChecksScreen
from mergetui.ui.screens.fields import FieldsScreen
from mergetui.ui.screens.pick import PickScreen
from mergetui.ui.screens.record import RecordScreen
from mergetui.ui.screens.review import ReviewScreen
from mergetui.ui.widgets.review_grid import ReviewGrid
from mergetui.ui.worddiff import part_differences, word_differences

from .fake_desk import ROWS, VALUABLE, VIEW, FakeDesk
from .test_screens import cockpit, press, said, shown

HUBSPOT_SAYS = replace(
    ROWS[6],
    hubspot=("CTO", ""),
    sync_note="the sync brings Salesforce's value to HubSpot",
    api="Contact.Title ⇄ jobtitle",
)
COLOURS = ReviewRow("sf:Colours__c", "Colours", "custom", (Cell("Red;Green", True), Cell("Green;Blue")), True, True,
                    several=True)  # fmt: skip


def text(row):
    return "".join(part for part, _ in row)


async def opened(pilot, *keys):
    await press(pilot, "enter")
    await pilot.pause()
    if keys:
        await press(pilot, *keys)


# pure parts ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("value", "other", "marked"),
    [
        ("Head of Sales", "Sales", ["Head", "of"]),
        ("jane.f@acme.com", "jane.francis@acme.com", ["f"]),
        ("Berlin", "Paris", []),
        ("gian.brunner98@yahoo.example", "g.b@ruegg.example", []),
        ("same", "same", []),
        ("", "x", []),
        ("HEAD of sales", "head of Sales", []),
        ("Jane Anna Francis", "Jane Francis", ["Anna"]),
    ],
)
def test_only_words_that_the_other_lacks_are_marked(value, other, marked):
    pieces = word_differences(value, other)
    assert "".join(part for part, _ in pieces) == value
    assert [part.strip() for part, differs in pieces if differs] == [part.strip() for part in marked]


def test_parts_of_a_list_are_compared_whatever_their_order():
    assert part_differences("Red; Green", "green;Blue") == [("Red", True), ("Green", False)]


def test_a_field_in_full_keeps_line_breaks_and_marks_parts():
    rows = [text(row) for row in beside.field_rows(VIEW, COLOURS, 60)]
    assert any("○ 2" in row for row in rows) and any("+ Blue" in row for row in rows)
    assert not any("+ Green" in row for row in rows)
    long = replace(ROWS[7], cells=(Cell("one\ntwo " + "x" * 90, True), Cell("one\nthree")))
    rows = [text(row) for row in beside.field_rows(VIEW, long, 40)]
    assert "    one" in rows and "    three" in rows and max(len(row) for row in rows) <= 44


def test_what_hubspot_has_instead_stands_under_the_row():
    view = replace(VIEW, rows=(HUBSPOT_SAYS,))
    lines = layout.grid_lines(view, True)
    assert [line.stops for line in lines] == [False, True, False]
    columns = layout.grid_columns(110, 2)
    shown_line = text(layout.line_spans(lines[2], columns, False))
    assert "in HubSpot" in shown_line and "≠ CTO" in shown_line and "the sync brings" in shown_line


# keys ----------------------------------------------------------------------------------------------------------------
async def test_rules_are_chosen_for_one_field_or_saved_for_all():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await opened(pilot, "r")
        assert isinstance(app.screen, PickScreen) and "Head of Sales" in shown(app) and "(it is blank" in shown(app)
        await press(pilot, "enter")
        assert ("rule", "sf:LastName", "newest") in desk.told and isinstance(app.screen, ReviewScreen)
        await press(pilot, "r", "j", "s")
        assert desk.told[-1] == ("save rule", "sf:LastName", "longest") and "from now on" in said(app)
        await press(pilot, "r", "x")
        assert desk.told[-1] == ("save rule", "sf:LastName", "")
        await press(pilot, "r", "G", "enter")
        assert "blank everywhere" in said(app)


async def test_newest_and_longest_are_one_key_for_all_fields():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await opened(pilot, "L")
        assert ("everywhere", "longest") in desk.told and "u undoes it" in said(app)
        await press(pilot, "N")
        assert ("everywhere", "newest") in desk.told


async def test_a_picklist_is_chosen_from_and_not_typed():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await opened(pilot, "d", "g")
        while app.screen.grid.row.key != "sf:Salutation":
            await press(pilot, "j")
        await press(pilot, "e")
        assert isinstance(app.screen, PickScreen) and "Doctor" in shown(app)
        await press(pilot, "j", "enter")
        assert ("edit", "sf:Salutation", "Dr.") in desk.told


async def test_fields_are_hidden_and_moved_inside_their_group():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await opened(pilot, "o")
        assert isinstance(app.screen, FieldsScreen)
        await press(pilot, "g", "space", "K", "escape")
        assert desk.told[-1] == ("fields", ("sf:Salutation",), ("sf:FirstName", "sf:Salutation", "sf:LastName"))
        await press(pilot, "o", "escape")
        assert desk.told[-1][0] == "fields", "nothing changed, nothing told"
        await press(pilot, "o", "r", "escape")
        assert desk.told[-1] == ("fields", (), ())


async def test_a_check_is_answered_by_its_key():
    desk = FakeDesk()
    linked = replace(
        VALUABLE, id="master-not-linked", severity="blocks", remedy=Remedy("master", "make column 2 the master", 1)
    )
    desk.reviews["set-0"] = replace(VIEW, checks=(VALUABLE, linked))
    async with cockpit(desk) as (app, pilot):
        await opened(pilot, "c")
        assert isinstance(app.screen, ChecksScreen) and "↵ make column 2 the master" in shown(app)
        await press(pilot, "j", "enter")
        assert isinstance(app.screen, ChecksScreen) and "no key can do this" in shown(app)
        await press(pilot, "k", "enter")
        assert isinstance(app.screen, ReviewScreen) and desk.told[-1] == ("set_master", 1)


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_record_in_full_and_the_timeline(size):
    desk = FakeDesk()
    desk.gate = asyncio.Event()
    async with cockpit(desk, size=size) as (app, pilot):
        desk.gate.set()
        await opened(pilot)
        desk.gate.clear()
        await press(pilot, "i")
        assert isinstance(app.screen, RecordScreen)
        assert "reading who changed what" in shown(app) and "SALESFORCE: TASK (2)" in shown(app)
        assert "\x1b" not in shown(app) and "<1B>" in shown(app)
        desk.gate.set()
        await pilot.pause(0.05)
        assert "3 days ago by the sync" in shown(app) and "reading who" not in shown(app)
        await press(pilot, "tab")
        assert "2  Jane F" in shown(app)
        await press(pilot, "t")
        assert "▁▂▅▇▃▁▁▂▁▁▃█" in shown(app) and "Spring catalogue" in shown(app) and "no date" in shown(app)
        await press(pilot, "slash", *"call", "enter")
        assert "Call back (Open)" in shown(app) and "Spring catalogue" not in shown(app)
        await press(pilot, "escape")
        assert "Spring catalogue" in shown(app)
        await press(pilot, "escape")
        assert isinstance(app.screen, ReviewScreen)


async def test_y_copies_what_is_chosen_and_O_copies_the_address_without_a_browser(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(browser.sys, "platform", "linux")
    async with cockpit() as (app, pilot):
        await opened(pilot, "y")
        assert app.clipboard == "Francis" and "copied Last name" in said(app)
        await press(pilot, "O")
        assert app.clipboard == "https://acme.my.salesforce.com/0" and "no browser here" in said(app)
        await press(pilot, "i", "j", "y")
        assert app.clipboard.startswith("+44 \x1b]52"), "the clipboard gets the true value, the screen a harmless one"


def test_only_web_addresses_are_opened(monkeypatch):
    started = []
    monkeypatch.setattr(browser.subprocess, "Popen", lambda words, **_: started.append(words))
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(browser.sys, "platform", "linux")
    assert not browser.open_in_browser("javascript:alert(1)") and not browser.open_in_browser("file:///etc/passwd")
    assert browser.open_in_browser("https://app.hubspot.com/x") and started == [
        ["xdg-open", "https://app.hubspot.com/x"]
    ]


async def test_the_next_sets_are_read_ahead():
    desk = FakeDesk()
    async with cockpit(desk) as (_, pilot):
        await opened(pilot)
        assert desk.ahead == [("set-1", "set-2")]


async def test_enter_shows_a_field_in_full():
    async with cockpit() as (app, pilot):
        await opened(pilot)
        while app.screen.query_one(ReviewGrid).row.key != "sf:Description":
            await press(pilot, "j")
        await press(pilot, "enter")
        assert "before the end of the quarter" in shown(app).replace("\n", " ") and "characters" in shown(app)
