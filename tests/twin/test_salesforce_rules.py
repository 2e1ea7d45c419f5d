"""What a Salesforce org's own rules do to merges, saves and deletes (facts/salesforce.md §5, §6)."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin.cast import CastRow
from mergetui.twin.duplicates import DuplicatesDetected
from mergetui.twin.events import ChangeSettings, CreateRow, DeleteRow, MergeRows, PurgeRow, UndeleteRow, UpdateRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.world import World
from tests.twin.worlds import ACCOUNT, ADMIN, NOW, make_world, pair, sf_contact, sf_lead

DAY = 86_400_000
OTHER = salesforce_id("001", 2)


def account(number: int, name: str = "Other", **values: Any) -> CastRow:
    return CastRow("Account", salesforce_id("001", number), {"Name": name, "OwnerId": ADMIN, **values})


def refused(world: World, event: Any, at: int = NOW) -> SalesforceRefusal:
    with pytest.raises(SalesforceRefusal) as found:
        world.apply(event, at)
    return found.value


def relation(number: int, contact: CastRow, account_id: str) -> CastRow:
    values = {"ContactId": contact.id, "AccountId": account_id}
    return CastRow("AccountContactRelation", salesforce_id("07k", number), values)


def test_guessed_codes_can_be_replaced() -> None:
    lead, other = sf_lead(1, "l@x.example", IsConverted=True), sf_lead(2, "m@x.example")
    world = make_world(lead, other, refusal_codes={"converted_master": "INVALID_MERGE_RECORD"})
    assert refused(world, MergeRows("Lead", lead.id, (other.id,))).code == "INVALID_MERGE_RECORD"


@pytest.mark.parametrize("kind", ["Contact", "Account"])
def test_a_hierarchy_never_becomes_a_ring(kind: str) -> None:
    if kind == "Contact":
        loser = sf_contact(2, "b@x.example")
        between = sf_contact(3, "c@x.example", ReportsToId=loser.id)
        master = sf_contact(1, "a@x.example", ReportsToId=between.id)
    else:
        loser = account(2)
        between = account(3, ParentId=loser.id)
        master = account(4, ParentId=between.id)
    world = make_world(master, between, loser)
    assert refused(world, MergeRows(kind, master.id, (loser.id,))).code == "CIRCULAR_DEPENDENCY"
    name = "ReportsToId" if kind == "Contact" else "ParentId"
    world.apply(MergeRows(kind, master.id, (loser.id,), nulls=(name,)), NOW)
    assert world.state.rows[kind][between.id].values[name] == master.id


@pytest.mark.parametrize(("tried", "works"), [("tried", False), ("ignored", True)])
def test_a_losers_manager_below_the_master(tried: str, works: bool) -> None:
    master = sf_contact(1, "a@x.example")
    between = sf_contact(3, "c@x.example", ReportsToId=master.id)
    loser = sf_contact(2, "b@x.example", ReportsToId=between.id)
    world = make_world(master, between, loser, losers_manager=tried)
    event = MergeRows("Contact", master.id, (loser.id,))
    if works:
        world.apply(event, NOW)
    else:
        assert refused(world, event).code == "CIRCULAR_DEPENDENCY"


def test_portal_users() -> None:
    people = [sf_contact(n, f"{n}@x.example", AccountId=ACCOUNT) for n in (1, 2, 3)]
    a, b, c = (row.id for row in people)
    user = CastRow("User", salesforce_id("005", 9), {"LastName": "P", "ContactId": b, "IsActive": True})
    world = make_world(*people, user, portal_users=(c,))
    assert refused(world, MergeRows("Contact", a, (b,))).code == "INSUFFICIENT_ACCESS_OR_READONLY"
    assert refused(world, MergeRows("Contact", a, (b, c), information={"PortalUserId": user.id}))
    world.apply(MergeRows("Contact", b, (a,)), NOW)  # the master's own user is no obstacle
    world.apply(MergeRows("Contact", c, (b,), information={"PortalUserId": user.id}), NOW)
    assert world.state.rows["User"][user.id].values["ContactId"] == c


def test_person_accounts() -> None:
    business, one, two = account(2), account(3), account(4)
    people = [sf_contact(n, f"{n}@x.example", AccountId=owner.id) for n, owner in ((1, one), (2, two))]
    world = make_world(business, one, two, *people, person_accounts=(one.id, two.id))
    assert refused(world, MergeRows("Account", business.id, (one.id,))).code == "INVALID_PERSON_ACCOUNT_OPERATION"
    wrong = MergeRows("Contact", people[0].id, (people[1].id,))
    assert refused(world, wrong).code == "INVALID_PERSON_ACCOUNT_OPERATION"
    world.apply(MergeRows("Account", one.id, (two.id,)), NOW)
    gone = world.state.rows["Contact"][people[1].id]
    assert (gone.deleted, gone.master_id) == (True, people[0].id), "the person goes the way of the account"


def test_redundant_relations_must_go_first() -> None:
    one, two = sf_contact(1, "a@x.example", AccountId=ACCOUNT), sf_contact(2, "b@x.example", AccountId=OTHER)
    extra = relation(3, two, ACCOUNT)
    world = make_world(account(2), one, two, relation(1, one, ACCOUNT), relation(2, two, OTHER), extra)
    if not world.state.children.get(extra.values["ContactId"]):
        pytest.skip("the schema has no AccountContactRelation")
    assert refused(world, MergeRows("Contact", one.id, (two.id,))).code == "MERGE_FAILED"
    world.apply(DeleteRow("AccountContactRelation", extra.id), NOW)
    world.apply(MergeRows("Contact", one.id, (two.id,)), NOW)
    same = sf_contact(3, "c@x.example", AccountId=ACCOUNT)
    world = make_world(one, same, relation(1, one, ACCOUNT), relation(2, same, ACCOUNT))
    world.apply(MergeRows("Contact", one.id, (same.id,)), NOW)
    alive = [row for row in world.state.rows["AccountContactRelation"].values() if not row.deleted]
    assert len(alive) == 1, "both belonged to one account directly"


def test_contacts_of_two_accounts_and_inactive_owners_are_switches() -> None:
    one, two = sf_contact(1, "a@x.example", AccountId=ACCOUNT), sf_contact(2, "b@x.example", AccountId=OTHER)
    world = make_world(account(2), one, two, cross_account_merge=False)
    assert refused(world, MergeRows("Contact", one.id, (two.id,))).code == "INVALID_MERGE_RECORD"
    old = sf_contact(3, "c@x.example", OwnerId=salesforce_id("005", 3))
    world = make_world(old, two, inactive_owner_merge=False)
    assert refused(world, MergeRows("Contact", old.id, (two.id,))).code == "INACTIVE_OWNER_OR_USER"


@pytest.mark.parametrize(("whose", "survives"), [("masters", 0), ("losers", 1)])
def test_whose_membership_of_one_campaign_survives(whose: str, survives: int) -> None:
    master, loser = sf_lead(1, "a@x.example"), sf_lead(2, "b@x.example")
    campaign = CastRow("Campaign", salesforce_id("701", 1), {"Name": "Fair"})
    members = [
        CastRow("CampaignMember", salesforce_id("00v", n), {"CampaignId": campaign.id, "LeadId": who.id})
        for n, who in ((1, master), (2, loser))
    ]
    world = make_world(master, loser, campaign, *members, same_campaign=whose)
    world.apply(MergeRows("Lead", master.id, (loser.id,)), NOW)
    alive = [row for row in world.state.rows["CampaignMember"].values() if not row.deleted]
    assert [(row.id, row.values["LeadId"]) for row in alive] == [(members[survives].id, master.id)]


@pytest.mark.parametrize(("what", "left"), [("both", 2), ("masters", 1)])
def test_two_roles_at_one_opportunity(what: str, left: int) -> None:
    master, loser = sf_contact(1, "a@x.example"), sf_contact(2, "b@x.example")
    deal = CastRow("Opportunity", salesforce_id("006", 1), {"Name": "Deal"})
    roles = [
        CastRow(
            "OpportunityContactRole",
            salesforce_id("00K", n),
            {"OpportunityId": deal.id, "ContactId": who.id, "IsPrimary": who is loser},
        )
        for n, who in ((1, master), (2, loser))
    ]
    world = make_world(master, loser, deal, *roles, same_opportunity=what)
    world.apply(MergeRows("Contact", master.id, (loser.id,)), NOW)
    alive = [row for row in world.state.rows["OpportunityContactRole"].values() if not row.deleted]
    assert len(alive) == left and not any(row.values["IsPrimary"] for row in alive)


def test_oldest_creation_and_truncation() -> None:
    world, master, loser = pair(oldest_creation_kept=False)
    born = world.state.rows["Contact"][master].values["CreatedDate"]
    world.apply(MergeRows("Contact", master, (loser,), {"Title": "x" * 200}, truncate=True), NOW)
    kept = world.state.rows["Contact"][master].values
    assert kept["CreatedDate"] == born and kept["Title"] == "x" * 128


# duplicate rules ------------------------------------------------------------------------------------------------


def test_duplicate_rules_at_saves_and_merges() -> None:
    a = sf_contact(1, "same@x.example", LastName="Same")
    b, c = (sf_contact(n, f"{n}@x.example", LastName="Same") for n in (2, 3))
    world = make_world(a, b, c, sf_lead(4, "same@x.example", LastName="Same"), duplicate_rule="alert")
    wish = {"LastName": "SAME", "Email": "Same@x.example"}
    found = refused(world, CreateRow("Contact", wish))
    assert isinstance(found, DuplicatesDetected) and [r.matched_object for r in found.results] == ["Contact", "Lead"]
    world.apply(CreateRow("Contact", wish, allow_duplicates=True), NOW)
    world.apply(UpdateRow("Contact", b.id, {"Phone": "1"}), NOW)  # no field the rule looks at
    assert refused(world, UpdateRow("Contact", b.id, {"Email": "same@x.example"})).code == "DUPLICATES_DETECTED"
    assert (
        refused(world, MergeRows("Contact", b.id, (c.id,), {"Email": "same@x.example"})).code == "DUPLICATES_DETECTED"
    )
    world.apply(ChangeSettings({"duplicate_rule": "block"}), NOW)
    assert refused(world, CreateRow("Contact", wish, allow_duplicates=True)).code == "DUPLICATES_DETECTED"


def test_losers_are_gone_when_the_duplicate_rule_runs() -> None:
    a, b = sf_contact(1, "a@x.example", LastName="Same"), sf_contact(2, "b@x.example", LastName="Same")
    world = make_world(a, b, duplicate_rule="block")
    world.apply(MergeRows("Contact", a.id, (b.id,), {"Email": "b@x.example"}), NOW)


# the recycle bin ------------------------------------------------------------------------------------------------


def test_a_delete_takes_children_along_and_brings_them_back() -> None:
    person = sf_contact(1, "a@x.example", AccountId=ACCOUNT)
    task = CastRow("Task", salesforce_id("00T", 1), {"WhoId": person.id, "Subject": "call"})
    world = make_world(person, task)
    world.apply(DeleteRow("Account", ACCOUNT), NOW)
    assert all(world.state.alive(key) is None for key in (ACCOUNT, person.id, task.id))
    assert refused(world, UndeleteRow(task.id)).code == "UNDELETE_FAILED"
    world.apply(UndeleteRow(ACCOUNT), NOW + 1)
    assert all(world.state.alive(key) is not None for key in (ACCOUNT, person.id, task.id))


def test_cases_stop_a_delete_but_no_merge() -> None:
    a, b = sf_contact(1, "a@x.example"), sf_contact(2, "b@x.example")
    case = CastRow("Case", salesforce_id("500", 1), {"ContactId": b.id, "CaseNumber": "00001001"})
    world = make_world(a, b, case)
    found = refused(world, DeleteRow("Contact", b.id))
    assert found.code == "DELETE_FAILED" and "00001001" in found.message
    assert world.apply(MergeRows("Contact", a.id, (b.id,)), NOW).related_ids == (case.id,)


def test_the_bin_is_emptied_after_fifteen_days_or_by_hand() -> None:
    world, master, loser = pair()
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    world.advance(NOW + 15 * DAY - 1)
    assert world.state.row(loser) is not None
    world.advance(NOW + 15 * DAY)
    assert world.state.row(loser) is None
    assert refused(world, UndeleteRow(loser), NOW + 15 * DAY).code == "INVALID_CROSS_REFERENCE_KEY"
    world, master, loser = pair()
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    world.apply(UndeleteRow(loser), NOW + 1)
    world.advance(NOW + 16 * DAY)
    assert world.state.alive(loser) is not None, "it came back in time"
    world.apply(DeleteRow("Contact", loser), NOW + 16 * DAY)
    world.apply(PurgeRow(loser), NOW + 16 * DAY)
    assert world.state.row(loser) is None


def test_master_record_id_after_undelete_is_a_switch() -> None:
    for keeps in (False, True):
        world, master, loser = pair(undelete_keeps_master=keeps)
        world.apply(MergeRows("Contact", master, (loser,)), NOW)
        world.apply(UndeleteRow(loser), NOW)
        row = world.state.rows["Contact"][loser]
        assert (row.deleted, row.master_id) == (False, master if keeps else None)


def test_an_unchanged_save_stamps_by_a_switch() -> None:
    for stamps in (True, False):
        world, master, _ = pair(unchanged_update_stamps=stamps)
        before = world.state.rows["Contact"][master].values["SystemModstamp"]
        world.apply(UpdateRow("Contact", master, {"Phone": "1"}), NOW)
        assert (world.state.rows["Contact"][master].values["SystemModstamp"] != before) is stamps
