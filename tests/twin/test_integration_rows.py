"""Rows 1 to 22 of facts/integration.md part A, once for each answer of the switches they depend on."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from mergetui.twin.cast import CastRow
from mergetui.twin.events import (
    ChangeSettings,
    CreateContact,
    CreateRow,
    DeleteRow,
    MergeContacts,
    MergeRows,
    UndeleteRow,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.ids import salesforce_id
from mergetui.twin.integration import MERGED, MISSING, ROWS, TAKEN, category, rights
from mergetui.twin.stamps import parse_iso
from tests.twin.rows import AFTER_POLL, DAY, EMPTY_LIST, link_of, live, one, row_of, values
from tests.twin.worlds import (
    ACCOUNT,
    ADMIN,
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


def test_every_row_has_a_function_that_names_it_and_a_test() -> None:
    files = Path(__file__).parent.glob("test_integration_rows*.py")
    text = "".join(file.read_text(encoding="utf-8") for file in files)
    tested = {name.lstrip("0") for name in re.findall(r"\ndef test_row_(\d\d[a-z]?)_", text)}
    assert set(ROWS) == {*map(str, range(1, 33)), "8b"}
    assert set(ROWS) == tested
    for functions in ROWS.values():
        assert all(function.__doc__ for function in functions)


# HubSpot-side events ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("why", ["no address", "outside the list", "paused", "suspended"])
def test_row_01_nothing_and_no_error(why: str) -> None:
    world, _ = one(
        inclusion_list="91" if why == "outside the list" else None,
        paused=why == "paused",
        suspension="unknown" if why == "suspended" else "none",
    )
    if why == "no address":
        world.apply(CreateContact({"lastname": "Nameless"}), NOW)
    else:
        world.apply(UpdateContact("11", {"jobtitle": "CFO"}), NOW)
    world.advance(AFTER_POLL)
    assert not happened(world, "pass") and not happened(world, "error")


def test_row_02_values_go_both_ways_after_the_event_delay() -> None:
    world, row_id = one()
    world.apply(UpdateContact("11", {"jobtitle": "CFO", "phone": "9"}), NOW)
    world.advance(NOW + 29_999)
    assert not happened(world, "pass")
    world.advance(NOW + 30_000)
    assert values(world, row_id)["Phone"] == "9", "prefer Salesforce unless blank: filled"
    assert values(world, row_id)["LastModifiedById"] == INTEGRATION
    assert live(world, "11").get("jobtitle") == "CTO", "put back to Salesforce's value"
    assert parse_iso(live(world, "11").get("salesforcelastsynctime")) == NOW + 30_000
    assert world.state.row_changes == {}, "its own writes do not come back in the next poll"
    assert happened(world, "pass")[0]["reason"] == "property"


@pytest.mark.parametrize(("order", "wanted"), [("newest", 2), ("oldest", 3), ("random", None)])
def test_row_03_first_link_to_the_first_match(order: str, wanted: int | None) -> None:
    rows = {
        1: sf_contact(1, "a@x.example"),
        2: sf_lead(2, "a@x.example", SystemModstamp=NOW - 5_000),
        3: sf_contact(3, "a@x.example"),
    }
    found = set()
    for seed in range(12):
        world = make_world(*rows.values(), match_order=order, seed=seed)
        made = world.apply(CreateContact({"email": "a@x.example"}), NOW)
        world.advance(NOW + MINUTE)
        assert made.get("salesforcedeleted") == "false" and made.get("salesforcelastsynctime")
        found.add(link_of(made))
    assert found == ({row.id for row in rows.values()} if wanted is None else {rows[wanted].id})


@pytest.mark.parametrize("create", ["lead", "contact", "nothing"])
def test_row_04_no_match_creates(create: str) -> None:
    world = make_world(create_sf=create)
    made = world.apply(CreateContact({"email": "new@x.example", "firstname": "Nia", "company": "N Ltd"}), NOW)
    world.advance(NOW + MINUTE)
    assert bool(made.get("salesforceleadid")) is (create == "lead")
    assert bool(made.get("salesforcecontactid")) is (create == "contact")
    if create == "lead":
        born = values(world, made.get("salesforceleadid"))
        assert (born["Company"], born["LastName"], born["FirstName"]) == ("N Ltd", "new", "Nia")


@pytest.mark.parametrize(
    ("rule", "card"),
    [
        ({"validation_rules": ["Lead.Title: Give a title."]}, "Custom code"),
        ({"failing_triggers": ["Lead.create: no"]}, "Custom code"),
    ],
)
def test_row_04_salesforce_may_refuse(rule: dict[str, Any], card: str) -> None:
    world = make_world()
    world.apply(ChangeSettings(rule), NOW)
    made = world.apply(CreateContact({"email": "new@x.example"}), NOW)
    world.advance(NOW + MINUTE)
    assert category(made.sync_error) == card
    assert not link_of(made)


@pytest.mark.parametrize(("detect", "text"), [("plain_delete", MISSING), ("merged_error", MERGED)])
def test_row_05_a_push_to_a_deleted_row_fails_and_is_tried_again(detect: str, text: str) -> None:
    world, master, loser = pair(merge_detect=detect)
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    world.apply(UpdateContact("12", {"phone": "9"}), NOW)
    world.advance(NOW + MINUTE)
    assert live(world, "12").sync_error == text
    world.apply(UndeleteRow(loser), NOW + MINUTE)
    world.advance(NOW + 30_000 + 20 * MINUTE)
    assert live(world, "12").sync_error == ""


@pytest.mark.parametrize("minutes", [20, 30])
def test_row_05_retries_ten_times_and_then_at_midnight_gmt(minutes: int) -> None:
    world, master, _ = pair(retry_ms=minutes * MINUTE)
    world.apply(DeleteRow("Contact", master), NOW)
    world.apply(UpdateContact("11", {"phone": "9"}), NOW)
    world.advance(NOW + 3 * DAY)
    tries = [event["at"] for event in happened(world, "error")]
    assert tries[:11] == [NOW + 30_000 + number * minutes * MINUTE for number in range(11)]
    assert len(tries) >= 13
    assert all(at % DAY == 0 for at in tries[11:])


# Salesforce-side events ---------------------------------------------------------------------------------------------


def test_row_06_a_change_reaches_hubspot_and_clearing_clears() -> None:
    world, master, _ = pair()
    world.apply(UpdateRow("Contact", master, {"Title": "CFO", "Phone": None}), NOW)
    world.advance(AFTER_POLL)
    contact = live(world, "11")
    assert (contact.get("jobtitle"), contact.get("phone")) == ("CFO", "")
    assert [version.source for version in contact.history["jobtitle"]] == ["SALESFORCE"]
    assert values(world, master)["Phone"] is None


@pytest.mark.parametrize("jumps", [True, False])
def test_row_07_the_row_edited_last_takes_the_link(jumps: bool) -> None:
    old, new = sf_contact(1, "a@x.example"), sf_lead(2, "a@x.example")
    world = make_world(old, new, hs_contact(11, "a@x.example", old), link_jumps=jumps)
    world.apply(UpdateRow("Lead", new.id, {"Phone": "2"}), NOW)
    world.advance(AFTER_POLL)
    assert link_of(live(world, "11")) == (new.id if jumps else old.id)
    assert live(world, "11").get("phone") == ("2" if jumps else "")


def test_row_08_an_unlinked_match_is_linked_even_outside_the_list() -> None:
    free = sf_lead(3, "f@x.example")
    world = make_world(free, hs_contact(12, "f@x.example"), EMPTY_LIST, inclusion_list="91")
    world.apply(UpdateRow("Lead", free.id, {"Phone": "3"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "12").get("salesforceleadid") == free.id
    assert [event["what"] for event in world.events if event["what"] in ("link", "relink")] == ["link"]


@pytest.mark.parametrize("rematch", ["error_until_resync", "relink"])
def test_row_08b_an_orphan_with_a_matching_address(rematch: str) -> None:
    dead, other = sf_contact(1, "a@x.example", IsDeleted=True), sf_contact(2, "a@x.example")
    world = make_world(dead, other, hs_contact(11, "a@x.example", dead), orphan_rematch=rematch)
    world.apply(UpdateRow("Contact", other.id, {"Phone": "2"}), NOW)
    world.advance(AFTER_POLL)
    contact = live(world, "11")
    wanted = (other.id, "") if rematch == "relink" else (dead.id, MISSING)
    assert (contact.get("salesforcecontactid"), contact.sync_error) == wanted


@pytest.mark.parametrize(
    ("create", "whom", "made"),
    [(True, "both", 2), (True, "leads", 1), (True, "contacts", 1), (False, "both", 0)],
)
def test_row_09_a_row_nobody_knows(create: bool, whom: str, made: int) -> None:
    world = make_world(EMPTY_LIST, create_hs=create, create_hs_of=whom, inclusion_list="91")
    contact = world.apply(CreateRow("Contact", {"LastName": "New", "Email": "N@x.example", "Title": "CTO"}), NOW)
    world.apply(CreateRow("Lead", {"LastName": "New", "Company": "C", "Email": "l@x.example"}), NOW)
    world.apply(CreateRow("Contact", {"LastName": "Mute"}), NOW)
    world.advance(AFTER_POLL)
    assert len(world.state.contacts) == made, "outside the list too"
    if whom in ("both", "contacts") and create:
        [born] = world.state.holders(contact)
        assert (born.get("jobtitle"), born.address) == ("CTO", "n@x.example")
        assert born.get("hs_object_source") == "SALESFORCE"


def test_row_10_outside_the_list_no_update() -> None:
    world, row_id = one(inclusion_list="91")
    world.apply(UpdateRow("Contact", row_id, {"Phone": "9"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("phone") == ""
    assert not happened(world, "error")


@pytest.mark.parametrize("how", ["invisible_rows", "invisible_owners", "read_only_rows"])
def test_row_11_what_the_integration_user_cannot_reach(how: str) -> None:
    world, row_id = one()
    world.apply(ChangeSettings({how: [ADMIN if how == "invisible_owners" else row_id]}), NOW)
    row = row_of(world, row_id)
    assert rights(world.state, INTEGRATION, row).edit is False
    assert rights(world.state, INTEGRATION, row).read is (how == "read_only_rows")
    assert rights(world.state, ADMIN, row).edit is True
    world.apply(UpdateRow("Contact", row_id, {"Title": "CFO"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("jobtitle") == "CTO" and not happened(world, "error"), "a change is not seen"
    world.apply(UpdateContact("11", {"phone": "9"}), AFTER_POLL)
    world.advance(AFTER_POLL + MINUTE)
    assert live(world, "11").sync_error == MISSING
    assert category(MISSING) == "Permissions"
    assert values(world, row_id).get("Phone") is None


def test_row_11_a_hidden_row_is_no_match_and_a_hidden_delete_no_delete() -> None:
    row = sf_contact(1, "a@x.example")
    world = make_world(row, invisible_rows=(row.id,), del_contact="delete")
    made = world.apply(CreateContact({"email": "a@x.example"}), NOW)
    world.advance(NOW + MINUTE)
    assert made.get("salesforceleadid"), "a second person is created beside the hidden one"
    world, row_id = one(del_contact="delete")
    world.apply(ChangeSettings({"invisible_rows": [row_id]}), NOW)
    world.apply(DeleteRow("Contact", row_id), NOW)
    world.advance(AFTER_POLL)
    live(world, "11")


@pytest.mark.parametrize("taken", ["error", "relink"])
def test_row_12_an_address_owned_by_another_contact(taken: str) -> None:
    world, master, loser = pair(email_taken=taken)
    world.apply(UpdateRow("Contact", master, {"Email": "b@x.example"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").address == "a@x.example"
    assert live(world, "11").get("salesforcecontactid") == master, "a stale link in either case"
    if taken == "error":
        assert (live(world, "11").sync_error, category(TAKEN)) == (TAKEN, "Duplicates")
        assert live(world, "12").get("salesforcecontactid") == loser
    else:
        assert live(world, "12").get("salesforcecontactid") == master


@pytest.mark.parametrize("rule", ["prefer_salesforce", "two_way"])
def test_row_13_a_blanked_address_is_written_back(rule: str) -> None:
    world, master, _ = pair(rules={"email": rule})
    world.apply(UpdateRow("Contact", master, {"Email": None}), NOW)
    world.advance(AFTER_POLL)
    assert values(world, master)["Email"] == "a@x.example"
    assert live(world, "11").address == "a@x.example"


def test_row_14_formulas_other_records_and_campaigns_start_nothing() -> None:
    row = sf_contact(1, "a@x.example", AccountId=ACCOUNT)
    campaign = CastRow("Campaign", salesforce_id("701", 1), {"Name": "Fair", "OwnerId": ADMIN})
    member = CastRow(
        "CampaignMember", salesforce_id("00v", 1), {"CampaignId": campaign.id, "ContactId": row.id, "Status": "Sent"}
    )
    world = make_world(row, campaign, member, hs_contact(11, "a@x.example", row, company="Acme"))
    world.apply(UpdateRow("Account", ACCOUNT, {"Name": "Acme Holding"}), NOW)
    world.apply(DeleteRow("CampaignMember", member.id), NOW)
    world.apply(UpdateRow("Contact", row.id, {"Description": "unmapped"}), NOW)
    world.apply(UpdateContact("11", {"persona_notes": "unmapped"}), NOW)
    world.advance(AFTER_POLL)
    assert not happened(world, "pass")
    world.apply(UpdateRow("Contact", row.id, {"Title": "CTO"}), AFTER_POLL)
    world.advance(AFTER_POLL + POLL)
    assert live(world, "11").get("company") == "Acme Holding", "the next pass brings the formula's value along"


# deletions ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["Contact", "Lead"])
@pytest.mark.parametrize("switched", ["Contact", "Lead"])
def test_row_15_each_object_has_its_own_switch(kind: str, switched: str) -> None:
    row = (sf_contact if kind == "Contact" else sf_lead)(1, "a@x.example")
    settings: dict[str, Any] = {f"del_{switched.lower()}": "delete"}
    world = make_world(row, hs_contact(11, "a@x.example", row), **settings)
    world.apply(DeleteRow(kind, row.id), NOW)
    world.advance(AFTER_POLL)
    assert (world.state.contacts["11"].archived_at is not None) is (kind == switched)
    assert link_of(world.state.contacts["11"]) == row.id


def test_row_15_a_dead_lead_id_beside_a_live_contact_link_archives_the_customer() -> None:
    contact, lead = sf_contact(1, "a@x.example"), sf_lead(2, "b@x.example")
    both = hs_contact(11, "a@x.example", contact, salesforceleadid=lead.id)
    world = make_world(contact, lead, both, del_lead="delete")
    world.apply(DeleteRow("Lead", lead.id), NOW)
    world.advance(AFTER_POLL)
    assert world.state.contacts["11"].archived_at is not None


def test_row_16_outside_the_list_a_delete_leaves_an_orphan() -> None:
    world, row_id = one(inclusion_list="91", del_contact="delete")
    world.apply(DeleteRow("Contact", row_id), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("salesforcecontactid") == row_id
    assert len(happened(world, "orphan")) == 1


@pytest.mark.parametrize("clear", [True, False])
@pytest.mark.parametrize("flag", ["never", "on_orphan"])
@pytest.mark.parametrize("detect", ["plain_delete", "merged_error"])
def test_row_17_the_orphan_stays(clear: bool, flag: str, detect: str) -> None:
    world, master, loser = pair(clear_id_on_delete=clear, deleted_flag=flag, merge_detect=detect)
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    world.advance(AFTER_POLL)
    contact = live(world, "12")
    assert contact.get("salesforcecontactid") == ("" if clear else loser)
    assert (contact.get("salesforcedeleted") == "true") is (flag == "on_orphan")
    assert contact.sync_error == (MERGED if detect == "merged_error" else "")


@pytest.mark.parametrize("switch", ["delete", "nothing"])
def test_row_18_a_salesforce_merge_never_merges_in_hubspot(switch: str) -> None:
    world, master, loser = pair(del_contact=switch)
    world.apply(MergeRows("Contact", master, (loser,), {"Title": "CFO"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("jobtitle") == "CFO"
    assert (world.state.contacts["12"].archived_at is not None) is (switch == "delete")
    assert not happened(world, "merge")[1:], "the one merge is Salesforce's"


def test_row_19_same_address_linked_to_the_master() -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example")
    world = make_world(master, loser, hs_contact(11, "a@x.example", master), del_contact="delete")
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("salesforcecontactid") == master.id
    assert len(world.state.contacts) == 1


@pytest.mark.parametrize("first", [True, False])
def test_row_20_same_address_linked_to_the_loser(first: bool) -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "a@x.example")
    linked = hs_contact(11, "a@x.example", loser, hs_email_open="12")
    world = make_world(master, loser, linked, del_contact="delete", deletes_first=first)
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.advance(AFTER_POLL)
    [survivor] = world.state.holders(master.id)
    assert (survivor.id != "11") is first
    assert (survivor.get("hs_email_open") == "") is first, "recreated empty"


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("own", ["swap", "conflict"])
def test_row_21_the_losers_address_on_the_master(merged: bool, own: str) -> None:
    world, master, loser = pair(own_additional_as_primary=own)
    world.apply(MergeRows("Contact", master, (loser,), {"Email": "b@x.example"}), NOW)
    survivor = world.apply(MergeContacts("11", "12"), NOW) if merged else world.state.contacts["11"]
    world.advance(AFTER_POLL)
    if merged and own == "swap":
        assert (survivor.addresses, survivor.sync_error) == (("b@x.example", "a@x.example"), "")
    else:
        assert (survivor.address, survivor.sync_error) == ("a@x.example", TAKEN)


@pytest.mark.parametrize("at_once", [True, False])
def test_row_22_undelete(at_once: bool) -> None:
    world, master, loser = pair(undelete_is_change=at_once)
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    world.advance(AFTER_POLL)
    world.apply(UndeleteRow(loser), AFTER_POLL)
    world.advance(AFTER_POLL + POLL)
    passed = [event for event in happened(world, "pass") if event["salesforce"] == loser]
    assert bool(passed) is at_once
    world.apply(UpdateRow("Contact", loser, {"Phone": "7"}), AFTER_POLL + POLL)
    world.advance(AFTER_POLL + 2 * POLL)
    assert live(world, "12").get("phone") == "7", "its next change brings it back"
