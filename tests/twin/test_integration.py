"""The integration, row by row of facts/integration.md part A."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin.cast import CastList
from mergetui.twin.events import (
    ArchiveContact,
    ChangeSettings,
    CreateContact,
    CreateRow,
    DeleteRow,
    MergeContacts,
    MergeRows,
    Poll,
    Resync,
    UndeleteRow,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.integration import MISSING, TAKEN
from mergetui.twin.stamps import parse_iso
from mergetui.twin.state import Contact
from mergetui.twin.world import World
from tests.twin.worlds import (
    INTEGRATION,
    MINUTE,
    NOW,
    POLL,
    happened,
    hs_contact,
    make_world,
    pair,
    sf_contact,
    sf_lead,
)

AFTER_POLL = NOW + POLL
"""Past the first poll (NOW + 14:30) and its writes, before the second."""


def live(world: World, contact_id: str) -> Contact:
    contact = world.state.contacts[contact_id]
    assert contact.archived_at is None
    return contact


def values(world: World, row_id: str) -> dict[str, Any]:
    row = world.state.row(row_id)
    assert row is not None
    return row.values


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


# HubSpot-side events: rows 1 to 5 -----------------------------------------------------------------------------------


def test_row_1_no_address_outside_the_list_or_paused_nothing() -> None:
    row = sf_contact(1, "a@x.example")
    world = make_world(
        row, hs_contact(11, "a@x.example", row), CastList("91", "In", "DYNAMIC", ()), inclusion_list="91"
    )
    world.apply(UpdateContact("11", {"phone": "9"}), NOW)
    world.apply(CreateContact({"lastname": "Nameless"}), NOW)
    assert not world.state.pending_passes
    world.apply(ChangeSettings({"inclusion_list": None, "paused": True}), NOW)
    world.apply(UpdateContact("11", {"phone": "8"}), NOW)
    world.advance(AFTER_POLL)
    assert not happened(world, "pass") and not happened(world, "poll_started")
    world.apply(ChangeSettings({"paused": False}), AFTER_POLL)
    world.advance(AFTER_POLL + MINUTE)
    assert len(happened(world, "pass")) == 1


def test_row_2_a_pass_carries_values_both_ways() -> None:
    row = sf_contact(1, "a@x.example", Title="CTO", Phone=None, Description="untouched")
    world = make_world(row, hs_contact(11, "a@x.example", row, jobtitle="CTO"))
    world.apply(UpdateContact("11", {"jobtitle": "CFO", "phone": "9"}), NOW)
    world.advance(NOW + 29_999)
    assert not happened(world, "pass")
    world.advance(NOW + 30_000)
    assert values(world, row.id)["Phone"] == "9", "prefer Salesforce unless blank: filled"
    assert values(world, row.id)["LastModifiedById"] == INTEGRATION
    assert live(world, "11").get("jobtitle") == "CTO", "put back to Salesforce's value"
    assert world.state.row_changes == {}, "its own writes do not come back in the next poll"


def test_unmapped_properties_start_nothing() -> None:
    row = sf_contact(1, "a@x.example")
    world = make_world(row, hs_contact(11, "a@x.example", row))
    world.apply(UpdateContact("11", {"persona_notes": "x"}), NOW)
    world.apply(UpdateRow("Contact", row.id, {"Description": "x"}), NOW)
    world.advance(AFTER_POLL)
    assert not happened(world, "pass")


def test_rows_3_and_4_first_link_or_create() -> None:
    row = sf_lead(1, "a@x.example")
    world = make_world(row)
    one = world.apply(CreateContact({"email": "a@x.example"}), NOW)
    two = world.apply(CreateContact({"email": "new@x.example", "firstname": "Nia", "company": "N Ltd"}), NOW)
    world.advance(NOW + MINUTE)
    assert one.get("salesforceleadid") == row.id
    made = two.get("salesforceleadid")
    assert (values(world, made)["Company"], values(world, made)["LastName"]) == ("N Ltd", "new")
    world.apply(ChangeSettings({"create_sf": "contact"}), NOW + MINUTE)
    three = world.apply(CreateContact({"email": "third@x.example"}), NOW + MINUTE)
    world.advance(NOW + 2 * MINUTE)
    assert three.get("salesforcecontactid")


def test_row_5_a_push_to_a_deleted_row_fails_and_is_tried_again() -> None:
    world, master, _ = pair()
    world.apply(DeleteRow("Contact", master), NOW)
    world.apply(UpdateContact("11", {"phone": "9"}), NOW)
    world.advance(NOW + MINUTE)
    assert live(world, "11").sync_error == MISSING
    world.apply(UndeleteRow(master), NOW + MINUTE)
    world.advance(NOW + 22 * MINUTE)
    assert live(world, "11").sync_error == ""


# Salesforce-side events: rows 6 to 14 -------------------------------------------------------------------------------


def test_row_6_a_change_reaches_hubspot_and_clearing_clears() -> None:
    world, master, _ = pair()
    world.apply(UpdateRow("Contact", master, {"Title": "CFO", "Phone": None}), NOW)
    world.advance(AFTER_POLL)
    assert (live(world, "11").get("jobtitle"), live(world, "11").get("phone")) == ("CFO", "")
    assert [v.source for v in world.state.contacts["11"].history["jobtitle"]] == ["SALESFORCE"]


def test_rows_7_and_8_match_by_address() -> None:
    old, new, free = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example"), sf_lead(3, "f@x.example")
    world = make_world(old, new, free, hs_contact(11, "a@x.example", old), hs_contact(12, "f@x.example"))
    world.apply(UpdateRow("Contact", new.id, {"Phone": "2"}), NOW)
    world.apply(UpdateRow("Lead", free.id, {"Phone": "3"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("salesforcecontactid") == new.id, "most recently updated wins"
    assert live(world, "12").get("salesforceleadid") == free.id
    assert [event["what"] for event in world.events if event["what"] in ("link", "relink")].count("relink") == 1


@pytest.mark.parametrize("rematch", ["error_until_resync", "relink"])
def test_row_8b_an_orphan_with_a_matching_address(rematch: str) -> None:
    dead, other = sf_contact(1, "a@x.example", IsDeleted=True), sf_contact(2, "a@x.example")
    world = make_world(dead, other, hs_contact(11, "a@x.example", dead), orphan_rematch=rematch)
    world.apply(UpdateRow("Contact", other.id, {"Phone": "2"}), NOW)
    world.advance(AFTER_POLL)
    contact = live(world, "11")
    if rematch == "relink":
        assert contact.get("salesforcecontactid") == other.id
    else:
        assert (contact.get("salesforcecontactid"), contact.sync_error) == (dead.id, MISSING)


@pytest.mark.parametrize("create", [True, False])
def test_row_9_a_row_nobody_knows(create: bool) -> None:
    world = make_world(create_hs=create)
    made = world.apply(CreateRow("Contact", {"LastName": "New", "Email": "N@x.example", "Title": "CTO"}), NOW)
    world.apply(CreateRow("Contact", {"LastName": "Mute"}), NOW)
    world.advance(AFTER_POLL)
    found = list(world.state.contacts.values())
    assert len(found) == (1 if create else 0)
    if create:
        assert (found[0].get("salesforcecontactid"), found[0].get("jobtitle")) == (made, "CTO")
        assert found[0].address == "n@x.example"


def test_row_10_outside_the_list_no_update_but_row_9_creates() -> None:
    row = sf_contact(1, "a@x.example", Phone="1")
    world = make_world(
        row, hs_contact(11, "a@x.example", row), CastList("91", "In", "DYNAMIC", ()), inclusion_list="91"
    )
    world.apply(UpdateRow("Contact", row.id, {"Phone": "9"}), NOW)
    world.apply(CreateRow("Contact", {"LastName": "New", "Email": "n@x.example"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("phone") == ""
    assert "n@x.example" in world.state.addresses


@pytest.mark.parametrize("taken", ["error", "relink"])
def test_row_12_an_address_owned_by_another_contact(taken: str) -> None:
    world, master, loser = pair(email_taken=taken)
    world.apply(UpdateRow("Contact", master, {"Email": "b@x.example"}), NOW)
    world.advance(AFTER_POLL)
    if taken == "error":
        assert (live(world, "11").address, live(world, "11").sync_error) == ("a@x.example", TAKEN)
        assert live(world, "12").get("salesforcecontactid") == loser
    else:
        assert live(world, "12").get("salesforcecontactid") == master
        assert live(world, "11").get("salesforcecontactid") == master, "the old one keeps a stale link"


def test_row_13_a_blanked_address_is_written_back() -> None:
    world, master, _ = pair()
    world.apply(UpdateRow("Contact", master, {"Email": None}), NOW)
    world.advance(AFTER_POLL)
    assert values(world, master)["Email"] == "a@x.example"
    assert live(world, "11").address == "a@x.example"


# deletions: rows 15 to 21 -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Contact", "Lead"])
def test_rows_15_and_17_each_object_has_its_own_switch(kind: str) -> None:
    make = sf_contact if kind == "Contact" else sf_lead
    row = make(1, "a@x.example")
    for switch, archived in (("delete", True), ("nothing", False)):
        settings: dict[str, Any] = {"del_contact": "nothing", "del_lead": "nothing", f"del_{kind.lower()}": switch}
        world = make_world(row, hs_contact(11, "a@x.example", row), **settings)
        world.apply(DeleteRow(kind, row.id), NOW)
        world.advance(AFTER_POLL)
        assert (world.state.contacts["11"].archived_at is not None) is archived
        if not archived:
            assert live(world, "11").get("salesforcecontactid") + live(world, "11").get("salesforceleadid") == row.id


def test_row_15_a_dead_lead_id_beside_a_live_contact_link_archives_the_customer() -> None:
    contact, lead = sf_contact(1, "a@x.example"), sf_lead(2, "b@x.example")
    both = hs_contact(11, "a@x.example", contact, salesforceleadid=lead.id)
    world = make_world(contact, lead, both, del_lead="delete")
    world.apply(DeleteRow("Lead", lead.id), NOW)
    world.advance(AFTER_POLL)
    assert world.state.contacts["11"].archived_at is not None


def test_row_16_outside_the_list_a_delete_leaves_an_orphan() -> None:
    row = sf_contact(1, "a@x.example")
    world = make_world(
        row, hs_contact(11, "a@x.example", row), CastList("91", "In", "DYNAMIC", ()), inclusion_list="91",
        del_contact="delete",
    )  # fmt: skip
    world.apply(DeleteRow("Contact", row.id), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("salesforcecontactid") == row.id


def test_row_17_the_id_can_be_cleared() -> None:
    world, master, _ = pair(clear_id_on_delete=True)
    world.apply(DeleteRow("Contact", master), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("salesforcecontactid") == ""


@pytest.mark.parametrize("switch", ["delete", "nothing"])
def test_row_18_a_salesforce_merge_never_merges_in_hubspot(switch: str) -> None:
    world, master, loser = pair(del_contact=switch)
    world.apply(MergeRows("Contact", master, (loser,), {"Title": "CFO"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("jobtitle") == "CFO"
    assert (world.state.contacts["12"].archived_at is not None) is (switch == "delete")


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


def test_row_19_same_address_linked_to_the_master() -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example")
    world = make_world(master, loser, hs_contact(11, "a@x.example", master), del_contact="delete")
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("salesforcecontactid") == master.id


@pytest.mark.parametrize(("first", "rebuilt"), [(True, True), (False, False)])
def test_row_20_same_address_linked_to_the_loser(first: bool, rebuilt: bool) -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example")
    linked = hs_contact(11, "a@x.example", loser, hs_email_open="12")
    world = make_world(master, loser, linked, del_contact="delete", deletes_first=first)
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.advance(AFTER_POLL)
    [survivor] = world.state.holders(master.id)
    assert (survivor.id != "11") is rebuilt
    assert (survivor.get("hs_email_open") == "") is rebuilt, "recreated empty"


def test_t02_wrong_master_without_deletes_needs_resync() -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example")
    world = make_world(master, loser, hs_contact(11, "a@x.example", loser))
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.advance(AFTER_POLL)
    assert (live(world, "11").get("salesforcecontactid"), live(world, "11").sync_error) == (loser.id, MISSING)
    world.apply(Resync("11"), AFTER_POLL)  # row 29: dead, with an e-mail match
    world.advance(AFTER_POLL + MINUTE)
    assert (live(world, "11").get("salesforcecontactid"), live(world, "11").sync_error) == (master.id, "")


def test_row_21_the_losers_address_on_the_master() -> None:
    world, master, loser = pair()
    world.apply(MergeRows("Contact", master, (loser,), {"Email": "b@x.example"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").sync_error == TAKEN
    world, master, loser = pair()
    world.apply(MergeRows("Contact", master, (loser,), {"Email": "b@x.example"}), NOW)
    merged = world.apply(MergeContacts("11", "12"), NOW)
    world.advance(AFTER_POLL)
    assert merged.addresses == ("b@x.example", "a@x.example") and merged.sync_error == ""


# HubSpot merges: rows 25 and 26, T22b -------------------------------------------------------------------------------


def test_row_25_the_merge_starts_a_pass_of_its_own() -> None:
    world, master, loser = pair()
    merged = world.apply(MergeContacts("11", "12"), NOW)
    world.advance(NOW + MINUTE)
    [passed] = happened(world, "pass")
    assert (passed["contact"], passed["salesforce"]) == (merged.id, master)
    assert world.state.rows["Contact"][loser].deleted is False, "the secondary's row lives on"


@pytest.mark.parametrize("matching", [True, False])
def test_row_26_an_edit_of_the_secondarys_row_afterwards(matching: bool) -> None:
    world, master, loser = pair(match_secondary=matching)
    merged = world.apply(MergeContacts("11", "12"), NOW)
    world.apply(UpdateRow("Contact", loser, {"Title": "x"}), NOW)
    world.advance(AFTER_POLL)
    assert merged.get("salesforcecontactid") == (loser if matching else master)
    assert bool(happened(world, "error")) is not matching


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


def test_row_27_an_archived_contact_comes_back_empty_at_the_next_change() -> None:
    world, master, _ = pair()
    world.apply(ArchiveContact("11"), NOW)
    world.advance(AFTER_POLL)
    assert world.state.holders(master) == []
    world.apply(UpdateRow("Contact", master, {"Title": "x"}), AFTER_POLL)
    world.advance(AFTER_POLL + POLL)
    [made] = world.state.holders(master)
    assert made.id != "11" and made.address == "a@x.example"


def test_row_29_resync_of_a_live_link_and_of_nothing_left() -> None:
    world, master, _ = pair(orphan_rematch="error_until_resync")
    world.apply(Resync("11"), NOW)
    world.advance(NOW + MINUTE)
    assert happened(world, "pass")[0]["salesforce"] == master
    world.apply(DeleteRow("Contact", master), NOW + MINUTE)
    world.apply(Resync("11"), NOW + MINUTE)
    world.advance(NOW + 2 * MINUTE)
    assert live(world, "11").get("salesforceleadid"), "no match: created as create_sf says"


def test_settings_are_checked() -> None:
    world = make_world()
    for bad in ({"nope": 1}, {"del_contact": "maybe"}, {"poll_ms": "soon"}, {"seed": 2}):
        with pytest.raises(ValueError, match="setting"):
            world.apply(ChangeSettings(bad), NOW)
    world.apply(ChangeSettings({"poll_ms": 60_000, "event_delay_ms": [1, 2]}), NOW)
    world.advance(NOW + 3 * MINUTE)
    assert len(happened(world, "poll_started")) == 3
