"""Salesforce's side of the twin: leads become contacts (facts/salesforce.md §7)."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin.cast import CastRow
from mergetui.twin.events import ConvertLead, UpdateRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.world import World
from tests.twin.worlds import ACCOUNT, ADMIN, NOW, make_world, sf_contact, sf_lead

STATUS = "Closed - Converted"


def rows(world: World, kind: str) -> list[Any]:
    return [row for row in world.state.rows[kind].values() if not row.deleted]


def test_into_an_existing_contact_only_blanks_are_filled() -> None:
    lead = sf_lead(1, "l@x.example", Phone="1", Title="CFO", HasOptedOutOfEmail=True, LeadSource="Web", Company="Acme")
    contact = sf_contact(1, "c@x.example", AccountId=ACCOUNT, Title="CEO", LeadSource="Event", HasOptedOutOfEmail=False)
    task = CastRow("Task", salesforce_id("00T", 1), {"WhoId": lead.id, "Subject": "call"})
    fair, expo = (CastRow("Campaign", salesforce_id("701", n), {"Name": str(n)}) for n in (1, 2))
    members = [
        CastRow("CampaignMember", salesforce_id("00v", 1), {"CampaignId": fair.id, "LeadId": lead.id}),
        CastRow("CampaignMember", salesforce_id("00v", 2), {"CampaignId": expo.id, "LeadId": lead.id}),
        CastRow("CampaignMember", salesforce_id("00v", 3), {"CampaignId": expo.id, "ContactId": contact.id}),
    ]
    world = make_world(lead, contact, task, fair, expo, *members)
    done = world.apply(ConvertLead(lead.id, STATUS, ACCOUNT, contact.id, make_opportunity=False), NOW)

    assert (done.contact_id, done.account_id, done.opportunity_id) == (contact.id, ACCOUNT, None)
    kept = world.state.rows["Contact"][contact.id].values
    assert (kept["Phone"], kept["Title"], kept["Email"], kept["LeadSource"]) == ("1", "CEO", "c@x.example", "Event")
    assert kept["HasOptedOutOfEmail"] is False, "a checkbox is never empty"
    gone = world.state.rows["Lead"][lead.id]
    assert gone.deleted is False and gone.values["IsConverted"] is True and gone.values["Status"] == STATUS
    assert (gone.values["ConvertedContactId"], gone.values["ConvertedDate"]) == (contact.id, "2026-11-18")
    assert world.state.rows["Task"][task.id].values["WhoId"] == contact.id
    assert world.state.rows["Task"][task.id].values["WhatId"] == ACCOUNT
    who = [world.state.rows["CampaignMember"][member.id].values.get("ContactId") for member in members]
    assert who == [contact.id, None, contact.id], "nobody is a member of one campaign twice"
    assert world.state.conversions == {lead.id: contact.id}
    with pytest.raises(SalesforceRefusal) as refused:
        world.apply(UpdateRow("Lead", lead.id, {"Phone": "2"}), NOW)
    assert refused.value.code == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_the_source_and_opt_outs_by_wish() -> None:
    lead = sf_lead(1, "l@x.example", HasOptedOutOfEmail=True, LeadSource="Web")
    contact = sf_contact(1, "c@x.example", AccountId=ACCOUNT, LeadSource="Event", HasOptedOutOfEmail=False)
    world = make_world(lead, contact, convert_carries_opt_out=True)
    world.apply(ConvertLead(lead.id, STATUS, ACCOUNT, contact.id, overwrite_source=True), NOW)
    kept = world.state.rows["Contact"][contact.id].values
    assert (kept["LeadSource"], kept["HasOptedOutOfEmail"]) == ("Web", True)


def test_new_account_contact_and_opportunity() -> None:
    lead = sf_lead(1, "l@x.example", FirstName="Ann", Company="New Co", Phone="1", City="Ulm", DoNotCall=True)
    world = make_world(lead)
    done = world.apply(ConvertLead(lead.id, STATUS, opportunity_name="Deal"), NOW)
    state = world.state
    account, contact = state.rows["Account"][done.account_id], state.rows["Contact"][done.contact_id]
    opportunity = state.rows["Opportunity"][done.opportunity_id]
    assert (account.values["Name"], account.values["BillingCity"]) == ("New Co", "Ulm")
    assert (contact.values["Name"], contact.values["AccountId"], contact.values["DoNotCall"]) == (
        "Ann Person 1", account.id, True,
    )  # fmt: skip
    assert (opportunity.values["Name"], opportunity.values["AccountId"]) == ("Deal", account.id)
    assert opportunity.values["CloseDate"] == "2026-12-31"
    [role] = rows(world, "OpportunityContactRole")
    assert (role.values["ContactId"], role.values["IsPrimary"]) == (contact.id, True)
    assert "*" in state.row_changes[contact.id]


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"status": "Open - Not Contacted"}, "INVALID_STATUS"),
        ({"lead_id": "x"}, "MALFORMED_ID"),
        ({"lead_id": salesforce_id("00Q", 99)}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"contact_id": salesforce_id("003", 1)}, "REQUIRED_FIELD_MISSING"),
        ({"contact_id": salesforce_id("003", 2), "account_id": ACCOUNT}, "FIELD_INTEGRITY_EXCEPTION"),
        ({"account_id": salesforce_id("003", 1)}, "INVALID_CROSS_REFERENCE_KEY"),
        ({"owner_id": salesforce_id("00G", 1)}, "UNKNOWN_EXCEPTION"),
        ({"owner_id": salesforce_id("005", 3)}, "INACTIVE_OWNER_OR_USER"),
        ({"lead_id": salesforce_id("00Q", 2)}, "UNKNOWN_EXCEPTION"),
        ({"lead_id": salesforce_id("00Q", 3)}, "CANNOT_UPDATE_CONVERTED_LEAD"),
    ],
)
def test_refusals_change_nothing(wish: dict[str, Any], code: str) -> None:
    world = make_world(
        sf_lead(1, "l@x.example"),
        sf_lead(2, "q@x.example", OwnerId=salesforce_id("00G", 1)),
        sf_lead(3, "v@x.example", IsConverted=True),
        sf_contact(1, "c@x.example", AccountId=ACCOUNT),
        sf_contact(2, "d@x.example"),
    )
    with pytest.raises(SalesforceRefusal) as refused:
        world.apply(ConvertLead(**{"lead_id": salesforce_id("00Q", 1), "status": STATUS, **wish}), NOW)
    assert refused.value.code == code
    assert len(rows(world, "Account")) == 1 and len(rows(world, "Contact")) == 2 and not world.state.conversions


def test_a_refused_contact_leaves_no_account_behind() -> None:
    lead = sf_lead(1, "l@x.example")
    world = make_world(lead, validation_rules=("Contact.Title: Give a title.",))
    with pytest.raises(SalesforceRefusal, match="Give a title"):
        world.apply(ConvertLead(lead.id, STATUS), NOW)
    assert len(rows(world, "Account")) == 1


def test_a_queue_lead_with_an_owner_and_a_person_account() -> None:
    lead = sf_lead(2, "q@x.example", OwnerId=salesforce_id("00G", 1))
    person = sf_contact(1, "c@x.example", AccountId=ACCOUNT)
    world = make_world(lead, person, person_accounts=(ACCOUNT,))
    with pytest.raises(SalesforceRefusal):
        world.apply(ConvertLead(lead.id, STATUS, ACCOUNT, person.id, owner_id=ADMIN), NOW)
    done = world.apply(ConvertLead(lead.id, STATUS, ACCOUNT, owner_id=ADMIN, make_opportunity=False), NOW)
    assert done.contact_id == person.id
