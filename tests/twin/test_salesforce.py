"""Salesforce's side of the twin: merge (facts/salesforce.md §5, §6) and saving."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin.cast import CastRow
from mergetui.twin.events import CreateRow, DeleteRow, MergeRows, UndeleteRow, UpdateRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from tests.twin.worlds import ADMIN, NOW, make_world, pair, sf_contact, sf_lead


def task(number: int, who: CastRow) -> CastRow:
    return CastRow("Task", salesforce_id("00T", number), {"WhoId": who.id, "Subject": f"Task {number}"})


def test_master_values_win_children_move_and_the_oldest_creation_date_stays() -> None:
    master, loser = sf_contact(1, "a@x.example", Phone=None, Title="CTO"), sf_contact(2, "b@x.example", Phone="2")
    child, mine = task(1, loser), task(2, master)
    world = make_world(master, loser, child, mine)
    answer = world.apply(MergeRows("Contact", master.id, (loser.id,), {"Title": "CFO"}), NOW + 1_500)

    assert (answer.id, answer.merged_ids, answer.related_ids) == (master.id, (loser.id,), (child.id,))
    kept, gone = world.state.row(master.id), world.state.row(loser.id)
    assert kept is not None and gone is not None
    assert kept.values["Title"] == "CFO"
    assert kept.values["Phone"] is None, "the platform fills no blanks"
    assert kept.values["CreatedDate"] == loser.values["CreatedDate"]
    assert kept.values["SystemModstamp"] == NOW + 1_000, "stamps have whole seconds"
    assert (gone.deleted, gone.master_id, gone.values["Phone"]) == (True, master.id, "2")
    moved = world.state.row(child.id)
    assert moved is not None and moved.values["WhoId"] == master.id


def test_two_losers_in_one_request_and_a_shared_campaign() -> None:
    master, one, two = (sf_lead(n, f"{n}@x.example") for n in (1, 2, 3))
    campaign = CastRow("Campaign", salesforce_id("701", 1), {"Name": "Fair"})
    members = [
        CastRow("CampaignMember", salesforce_id("00v", n), {"CampaignId": campaign.id, "LeadId": who.id})
        for n, who in ((1, master), (2, one))
    ]
    world = make_world(master, one, two, campaign, *members)
    answer = world.apply(MergeRows("Lead", master.id, (one.id, two.id)), NOW)
    assert answer.merged_ids == (one.id, two.id)
    assert [world.state.rows["CampaignMember"][m.id].deleted for m in members] == [False, True]


def test_reports_to_between_the_two_is_not_left_pointing_at_itself() -> None:
    master = sf_contact(1, "a@x.example")
    loser = sf_contact(2, "b@x.example", ReportsToId=master.id)
    report = sf_contact(3, "c@x.example", ReportsToId=loser.id)
    world = make_world(master, loser, report)
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    assert world.state.rows["Contact"][report.id].values["ReportsToId"] == master.id


def test_a_lookup_of_the_master_at_a_loser_must_be_emptied_first() -> None:
    loser = sf_contact(2, "b@x.example")
    master = sf_contact(1, "a@x.example", ReportsToId=loser.id)
    world = make_world(master, loser)
    with pytest.raises(SalesforceRefusal) as refused:
        world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    assert (refused.value.code, refused.value.fields) == ("ENTITY_IS_DELETED", ("ReportsToId",))
    world.apply(MergeRows("Contact", master.id, (loser.id,), nulls=("ReportsToId",)), NOW)


def test_chains_leave_old_losers_pointing_at_the_middle() -> None:
    a, b, c = (sf_contact(n, f"{n}@x.example") for n in (1, 2, 3))
    world = make_world(a, b, c)
    world.apply(MergeRows("Contact", b.id, (c.id,)), NOW)
    world.apply(MergeRows("Contact", a.id, (b.id,)), NOW + 1)
    assert [world.state.rows["Contact"][x.id].master_id for x in (a, b, c)] == [None, a.id, b.id]


@pytest.mark.parametrize(
    ("values", "nulls", "code", "fields"),
    [
        ({"SystemModstamp": "2026-01-01T00:00:00Z"}, (), "INVALID_FIELD_FOR_INSERT_UPDATE", ("SystemModstamp",)),
        ({"Name": "x"}, (), "INVALID_FIELD_FOR_INSERT_UPDATE", ("Name",)),
        ({"HasOptedOutOfEmail": "true"}, (), "INVALID_FIELD_FOR_INSERT_UPDATE", ("HasOptedOutOfEmail",)),
        ({"Nickname": "x"}, (), "INVALID_FIELD", ("Nickname",)),
        ({"Title": "x" * 129}, (), "STRING_TOO_LONG", ("Title",)),
        ({"Tier__c": "Wood"}, (), "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ("Tier__c",)),
        ({"LastName": ""}, (), "REQUIRED_FIELD_MISSING", ("LastName",)),
        ({}, ("LastName",), "REQUIRED_FIELD_MISSING", ("LastName",)),
        ({"Email": "no address"}, (), "INVALID_EMAIL_ADDRESS", ("Email",)),
        ({"Score__c": "many"}, (), "INVALID_TYPE_ON_FIELD_IN_RECORD", ("Score__c",)),
        ({"OwnerId": salesforce_id("005", 3)}, (), "INACTIVE_OWNER_OR_USER", ("OwnerId",)),
        ({"OwnerId": salesforce_id("005", 99)}, (), "INVALID_CROSS_REFERENCE_KEY", ("OwnerId",)),
        ({"Title": "x"}, ("Title",), "INVALID_FIELD", ("Title",)),
    ],
)
def test_refused_values_change_nothing(
    values: dict[str, Any], nulls: tuple[str, ...], code: str, fields: tuple[str, ...]
) -> None:
    world, master, loser = pair(hidden_fields=("Contact.HasOptedOutOfEmail",))
    with pytest.raises(SalesforceRefusal) as refused:
        world.apply(MergeRows("Contact", master, (loser,), values, nulls), NOW)
    assert (refused.value.code, refused.value.fields) == (code, fields)
    assert world.state.rows["Contact"][loser].deleted is False
    assert not world.state.row_changes


def test_refused_parties() -> None:
    lead = sf_lead(7, "l@x.example")
    converted = sf_lead(8, "m@x.example", IsConverted=True)
    people = [sf_contact(n, f"{n}@x.example") for n in range(1, 5)]
    world = make_world(lead, converted, *people)
    a, b, c, d = (row.id for row in people)

    def code(*args: Any) -> str:
        with pytest.raises(SalesforceRefusal) as refused:
            world.apply(MergeRows(*args), NOW)
        return refused.value.code

    assert code("Contact", a, (salesforce_id("003", 999),)) == "INVALID_CROSS_REFERENCE_KEY"
    assert code("Contact", a, (b, c, d)) == "LIMIT_EXCEEDED"
    assert code("Contact", a, (lead.id,)) == "INVALID_ID_FIELD"
    assert code("Contact", a, ("x",)) == "MALFORMED_ID"
    assert code("Lead", converted.id, (lead.id,)) == "CANNOT_UPDATE_CONVERTED_LEAD"
    world.apply(MergeRows("Lead", lead.id, (converted.id,)), NOW)  # as a loser it may be
    world.apply(MergeRows("Contact", a, (b,)), NOW)
    assert code("Contact", a, (b,)) == "ENTITY_IS_DELETED"
    assert code("Contact", b, (c,)) == "ENTITY_IS_DELETED"


def test_fifteen_character_ids_are_the_same_rows() -> None:
    world, master, loser = pair()
    assert world.apply(MergeRows("Contact", master[:15], (loser[:15],)), NOW).id == master


def test_undelete_leaves_children_with_the_master() -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "b@x.example")
    child = task(1, loser)
    world = make_world(master, loser, child)
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    world.apply(UndeleteRow(loser.id), NOW + 1)
    back = world.state.rows["Contact"][loser.id]
    assert (back.deleted, back.master_id) == (False, None)
    assert world.state.rows["Task"][child.id].values["WhoId"] == master.id
    with pytest.raises(SalesforceRefusal):
        world.apply(UndeleteRow(loser.id), NOW + 2)


def test_create_update_delete() -> None:
    world = make_world()
    made = world.apply(CreateRow("Contact", {"LastName": "New", "Email": "n@x.example"}), NOW)
    row = world.state.rows["Contact"][made]
    assert (row.values["OwnerId"], row.values["DoNotCall"], row.values["Name"]) == (ADMIN, False, "New")
    assert world.apply(UpdateRow("Contact", made, {"lastname": "Newer", "Phone": " 1 "}), NOW + 5_000) == [
        "LastName",
        "Phone",
    ]
    assert (row.values["Name"], row.values["Phone"]) == ("Newer", "1")
    assert world.apply(UpdateRow("Contact", made, {"Phone": "1"}), NOW + 9_000) == []
    assert row.values["SystemModstamp"] == NOW + 9_000, "an update without a change stamps too"
    world.apply(DeleteRow("Contact", made), NOW + 9_000)
    assert (row.deleted, row.master_id) == (True, None)
    with pytest.raises(SalesforceRefusal) as refused:
        world.apply(UpdateRow("Contact", made, {}), NOW + 9_000)
    assert (refused.value.code, refused.value.status) == ("ENTITY_IS_DELETED", 404)
    with pytest.raises(SalesforceRefusal) as refused:
        world.apply(CreateRow("Lead", {"LastName": "x"}), NOW)
    assert refused.value.fields == ("Company",)
