"""An activity that is logged at a contact: what it counts, and when it starts a pass (facts/integration.md §1)."""

from __future__ import annotations

import pytest

from mergetui.twin.hubspot import live
from mergetui.twin.portal_events import Associate, CreateObject
from tests.twin.worlds import MINUTE, NOW, hs_contact, make_world, sf_contact


@pytest.mark.parametrize(
    ("kind", "syncing", "passes"),
    [("notes", True, True), ("calls", True, True), ("notes", False, False), ("communications", True, False)],
)
def test_a_logged_activity_counts_and_starts_a_pass_where_it_syncs(kind: str, syncing: bool, passes: bool) -> None:
    row = sf_contact(1, "a@x.example")
    triggers = ("note", "call") if syncing else ()
    world = make_world(row, hs_contact(11, "a@x.example", row), activity_triggers=triggers)
    made = world.apply(CreateObject(kind, {"hs_timestamp": "2026-01-02T03:04:05Z"}), NOW)
    for _ in range(2):  # the second time nothing is new
        world.apply(Associate(kind, made.id, "contacts", "11"), NOW)
    contact = live(world.state, "11")
    counted = kind != "communications"
    assert contact.get("num_notes") == ("1" if counted else "")
    assert contact.get("notes_last_updated") == ("2026-01-02T03:04:05.000Z" if counted else "")
    assert contact.get("num_contacted_notes") == ("1" if kind == "calls" else "")
    assert contact.get("hs_last_sales_activity_type") == ("CALL" if kind == "calls" else "")
    before = contact.get("salesforcelastsynctime")
    world.advance(NOW + 10 * MINUTE)
    assert (live(world.state, "11").get("salesforcelastsynctime") != before) is passes
