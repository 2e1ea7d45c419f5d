"""The integration in time, and whole scenarios of facts/integration.md part B. Rows: ``test_integration_rows``."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin.events import (
    ChangeSettings,
    MergeContacts,
    MergeRows,
    Poll,
    Resync,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.integration import MISSING
from mergetui.twin.stamps import parse_iso
from tests.twin.rows import AFTER_POLL, live, values
from tests.twin.worlds import (
    MINUTE,
    NOW,
    POLL,
    happened,
    hs_contact,
    make_world,
    pair,
    sf_contact,
)

# timing -------------------------------------------------------------------------------------------------------------


def test_polls_come_every_quarter_hour_after_the_last_visible_one() -> None:
    world = make_world()
    world.advance(NOW + 2 * POLL)
    assert [event["at"] for event in happened(world, "poll_started")] == [NOW - 30_000 + POLL, NOW - 30_000 + 2 * POLL]
    assert [event["at"] for event in happened(world, "poll_ended")] == [NOW - 30_000 + POLL + 40_000]


def test_a_forced_poll_replaces_the_rhythm() -> None:
    world = make_world()
    world.apply(Poll(), NOW + MINUTE)
    world.advance(NOW + MINUTE + POLL)
    assert [event["at"] for event in happened(world, "poll_started")] == [NOW + MINUTE, NOW + MINUTE + POLL]


def test_a_poll_writes_what_it_read_at_its_beginning() -> None:
    world, master, _ = pair()
    world.apply(UpdateRow("Contact", master, {"Phone": "read"}), NOW)
    world.apply(Poll(), NOW + MINUTE)
    world.apply(UpdateRow("Contact", master, {"Phone": "too late"}), NOW + MINUTE + 1)
    world.advance(NOW + 2 * MINUTE)
    contact = live(world, "11")
    assert contact.get("phone") == "read"
    assert 0 <= parse_iso(contact.get("salesforcelastsynctime")) - (NOW + MINUTE) <= 3_000, "the start of the pass"
    assert happened(world, "pass")[0]["at"] > NOW + MINUTE + 3_000


def test_a_linked_pass_is_dated_after_the_merge_it_follows() -> None:
    world, _, _ = pair()
    merged = world.apply(MergeContacts("11", "12"), NOW)
    world.advance(NOW + MINUTE)
    assert parse_iso(merged.get("salesforcelastsynctime")) == NOW + 30_000


# scenarios ----------------------------------------------------------------------------------------------------------


def test_the_safe_order_keeps_everything_with_deletes_on() -> None:
    world, master, loser = pair(del_contact="delete")
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    merged = world.apply(MergeContacts("11", "12"), NOW + 1_000)
    world.advance(NOW + 3 * POLL)
    assert live(world, merged.id).get("salesforcecontactid") == master
    assert not happened(world, "archive") and not happened(world, "create")


@pytest.mark.parametrize("follows", [True, False])
def test_t16_a_poll_that_read_between_the_two_merges(follows: bool) -> None:
    world, master, loser = pair(del_contact="delete", delete_follows_alias=follows)
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    world.apply(Poll(), NOW + 1)
    merged = world.apply(MergeContacts("11", "12"), NOW + 2)
    world.advance(NOW + MINUTE)
    assert (merged.archived_at is not None) is follows


def test_t02_wrong_master_without_deletes_needs_resync() -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example")
    world = make_world(master, loser, hs_contact(11, "a@x.example", loser))
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.advance(AFTER_POLL)
    assert (live(world, "11").get("salesforcecontactid"), live(world, "11").sync_error) == (loser.id, MISSING)
    world.apply(Resync("11"), AFTER_POLL)  # row 29: dead, with an e-mail match
    world.advance(AFTER_POLL + MINUTE)
    assert (live(world, "11").get("salesforcecontactid"), live(world, "11").sync_error) == (master.id, "")


def test_t22b_a_blank_comes_back_through_the_hubspot_merge_unless_written() -> None:
    def play(*, write_blank: bool) -> Any:
        master, loser = sf_contact(1, "a@x.example", Phone=None), sf_contact(2, "b@x.example", Phone="2")
        world = make_world(
            master, loser, hs_contact(11, "a@x.example", master), hs_contact(12, "b@x.example", loser, phone="2")
        )
        world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
        merged = world.apply(MergeContacts("11", "12"), NOW + 500)
        if write_blank:
            world.apply(UpdateContact(merged.id, {"phone": ""}), NOW + 900)
        world.advance(AFTER_POLL)
        return values(world, master.id)["Phone"]

    assert play(write_blank=False) == "2"
    assert play(write_blank=True) is None


def test_two_way_fields_take_the_newest_side() -> None:
    row = sf_contact(1, "a@x.example", Title="CTO")
    world = make_world(row, hs_contact(11, "a@x.example", row, jobtitle="CTO"), rules={"jobtitle": "two_way"})
    world.apply(UpdateRow("Contact", row.id, {"Title": "CFO"}), NOW)
    world.apply(UpdateContact("11", {"jobtitle": "CEO"}), NOW + 1)
    world.advance(NOW + MINUTE)
    assert values(world, row.id)["Title"] == "CEO"
    world.apply(UpdateContact("11", {"jobtitle": ""}), NOW + MINUTE)
    world.advance(NOW + 2 * MINUTE)
    assert values(world, row.id)["Title"] is None


def test_settings_are_checked() -> None:
    world = make_world()
    for bad in ({"nope": 1}, {"del_contact": "maybe"}, {"poll_ms": "soon"}, {"seed": 2}):
        with pytest.raises(ValueError, match="setting"):
            world.apply(ChangeSettings(bad), NOW)
    world.apply(ChangeSettings({"poll_ms": 60_000, "event_delay_ms": [1, 2]}), NOW)
    world.advance(NOW + 3 * MINUTE)
    assert len(happened(world, "poll_started")) == 3
