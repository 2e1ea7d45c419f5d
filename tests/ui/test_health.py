"""Sync health and connections: what is shown, filtered, copied, declared."""

from __future__ import annotations

import pytest

from mergetui.records.sync import ObservedPoll
from mergetui.ui.screens.connections import ConnectionsScreen
from mergetui.ui.screens.health import HealthScreen
from mergetui.workflow.health import poll_lines

from .fake_desk import FakeDesk
from .test_screens import cockpit, press, said, shown

MINUTE = 60_000
NOW = 1_790_000_000_000


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_links_are_counted_and_the_odd_ones_listed_with_what_to_do(size):
    async with cockpit(size=size) as (app, pilot):
        await press(pilot, "4")
        await pilot.pause(0.1)
        assert isinstance(app.screen, HealthScreen)
        for piece in ("orphaned", "812", "next sync ≤ 08:40", "Bob Stone", "2 links want a look", "joins them again"):
            assert piece in shown(app), piece
        await press(pilot, "j", "enter")
        assert "Two HubSpot contacts mean one" in shown(app) and "counts as ON" in shown(app)
        await press(pilot, "escape", "slash", *"stale", "enter")
        assert "Bob Stone" in shown(app) and "Eva Novak" not in shown(app)
        await press(pilot, "y")
        assert app.clipboard == "90402"


async def test_switches_are_declared_by_choosing():
    desk = FakeDesk()
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "4", "D", "j", "enter")
        assert desk.told[-1] == ("declare", "off", "") and "off until" in said(app)


async def test_read_only_declares_nothing():
    desk = FakeDesk(read_only=True)
    async with cockpit(desk) as (app, pilot):
        await press(pilot, "4", "D")
        assert isinstance(app.screen, HealthScreen) and "not with --read-only" in said(app)


async def test_connections_come_with_their_remedy():
    async with cockpit() as (app, pilot):
        await press(pilot, "5")
        await pilot.pause(0.1)
        assert isinstance(app.screen, ConnectionsScreen) and "pinned to Acme" in shown(app)
        await press(pilot, "j")
        assert "→ r in the queue pulls anew" in shown(app)
        await press(pilot, "escape")
        assert not isinstance(app.screen, ConnectionsScreen)


def test_polls_are_drawn_where_they_fell():
    polls = [ObservedPoll(NOW - 15 * n * MINUTE - MINUTE, NOW - 15 * n * MINUTE, 10 + n) for n in range(3)]
    plot, words = poll_lines(polls, 15 * MINUTE, NOW)
    assert plot.count("┃") == 3 and plot.endswith("┃▕ now") and plot.startswith("120 min ago")
    assert "3 seen" in words and "(10 contacts)" in words
    assert poll_lines([], 15 * MINUTE, NOW) == ("no sync was seen yet",)
