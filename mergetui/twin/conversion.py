"""Salesforce: converting a lead into a contact, new or existing (facts/salesforce.md §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mergetui.records.crm import Value
from mergetui.twin import org_rules
from mergetui.twin.events import ConvertLead, CreateRow
from mergetui.twin.merges import is_person_account
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import checked, insert, object_info, prepared
from mergetui.twin.schema import long_id, object_of
from mergetui.twin.stamps import day
from mergetui.twin.state import Row, State

CONVERTED_STATUSES = ("Closed - Converted",)
"""When the org lists no LeadStatus rows."""

TO_ACCOUNT: Mapping[str, str] = {
    "Company": "Name", "Phone": "Phone", "Fax": "Fax", "Website": "Website", "Industry": "Industry",
    "AnnualRevenue": "AnnualRevenue", "NumberOfEmployees": "NumberOfEmployees", "Rating": "Rating",
    "LeadSource": "AccountSource", "Street": "BillingStreet", "City": "BillingCity", "State": "BillingState",
    "PostalCode": "BillingPostalCode", "Country": "BillingCountry",
}  # fmt: skip
TO_CONTACT: Mapping[str, str] = {
    "Salutation": "Salutation", "FirstName": "FirstName", "LastName": "LastName", "Title": "Title", "Email": "Email",
    "Phone": "Phone", "MobilePhone": "MobilePhone", "Fax": "Fax", "LeadSource": "LeadSource",
    "Description": "Description", "Street": "MailingStreet", "City": "MailingCity", "State": "MailingState",
    "PostalCode": "MailingPostalCode", "Country": "MailingCountry", "HasOptedOutOfEmail": "HasOptedOutOfEmail",
    "HasOptedOutOfFax": "HasOptedOutOfFax", "DoNotCall": "DoNotCall", "EmailBouncedReason": "EmailBouncedReason",
    "EmailBouncedDate": "EmailBouncedDate", "Tier__c": "Tier__c", "Score__c": "Score__c", "Region__c": "Region__c",
}  # fmt: skip
"""The standard mapping, and custom fields of one name."""

TO_OPPORTUNITY: Mapping[str, str] = {"LeadSource": "LeadSource"}
_OPT_OUTS = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")
_MOVING = {
    ("Task", "WhoId"), ("Event", "WhoId"), ("EmailMessageRelation", "RelationId"), ("Attachment", "ParentId"),
    ("Note", "ParentId"), ("ContentDocumentLink", "LinkedEntityId"),
}  # fmt: skip
"""What leaves the lead; custom children and Chatter stay with it."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The answer of a successful conversion."""

    lead_id: str
    account_id: str
    contact_id: str
    opportunity_id: str | None
    person_account_id: str | None


@dataclass(frozen=True, slots=True)
class _Targets:
    """What the conversion goes into; None is made anew."""

    lead: Row
    owner: str
    account: Row | None
    contact: Row | None
    opportunity: Row | None
    person: Row | None


def convert_lead(state: State, event: ConvertLead) -> Converted:
    """All or nothing: what may be refused is looked at before anything is made."""
    targets = _targets(state, event)
    lead, owner = targets.lead, targets.owner
    new_account = new_contact = new_opportunity = None
    filled_account: dict[str, Value] = {}
    if targets.account is None:
        values = {**_mapped(lead, TO_ACCOUNT), **event.account_values, "OwnerId": owner}
        allowed = event.allow_duplicates or event.bypass_account_dedupe
        new_account = prepared(state, CreateRow("Account", values, owner, allowed))
    elif targets.person is None:
        filled_account = _blanks(targets.account, _mapped(lead, TO_ACCOUNT))
    if targets.contact is None:
        allowed = event.allow_duplicates or event.bypass_contact_dedupe
        values = {**_mapped(lead, TO_CONTACT), **event.contact_values, "OwnerId": owner}
        if targets.account is not None:
            values["AccountId"] = targets.account.id
        new_contact = prepared(state, CreateRow("Contact", values, owner, allowed))
    filled_contact = _filled_contact(state, targets, event) if targets.contact is not None else {}
    if event.make_opportunity and targets.opportunity is None:
        new_opportunity = prepared(state, CreateRow("Opportunity", _opportunity(state, targets, event), owner))
    org_rules.triggers(state, "Lead", lead.id, "update")
    org_rules.validate(state, object_info("Lead"), lead.id, lead.values)

    by = state.admin_id
    account = targets.account or insert(state, "Account", new_account or {}, by)
    if filled_account:
        state.write_row(account, filled_account, by=by)
    if targets.contact is None:
        contact = insert(state, "Contact", {**(new_contact or {}), "AccountId": account.id}, by)
    else:
        contact = targets.contact
        state.write_row(contact, filled_contact, by=by)
    opportunity = targets.opportunity
    if new_opportunity is not None:
        opportunity = insert(state, "Opportunity", {**new_opportunity, "AccountId": account.id}, by)
    if opportunity is not None:
        role = {"OpportunityId": opportunity.id, "ContactId": contact.id, "Role": None, "IsPrimary": True}
        if not _has_role(state, opportunity, contact):
            insert(state, "OpportunityContactRole", dict(role), by)
    moved = _move(state, lead, contact, account, opportunity)
    state.write_row(
        lead,
        {
            "IsConverted": True,
            "Status": event.status,
            "ConvertedDate": day(state.now),
            "ConvertedAccountId": account.id,
            "ConvertedContactId": contact.id,
            "ConvertedOpportunityId": opportunity.id if opportunity is not None else None,
            "IsUnreadByOwner": False,
        },
        by=by,
    )
    state.conversions[lead.id] = contact.id
    state.log(
        "salesforce", "convert", object="Lead", id=lead.id, contact=contact.id, account=account.id,
        opportunity=opportunity.id if opportunity is not None else None, related=moved,
        notified=event.notify,
    )  # fmt: skip
    return Converted(
        lead.id,
        account.id,
        contact.id,
        opportunity.id if opportunity is not None else None,
        long_id(event.person_account_id) or None,
    )


# what is asked for ------------------------------------------------------------------------------------------------


def _targets(state: State, event: ConvertLead) -> _Targets:
    lead = _existing(state, event.lead_id, "Lead", "leadId")
    if lead.values.get("IsConverted") is True:
        raise SalesforceRefusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    org_rules.may_edit(state, lead, state.admin_id)
    org_rules.not_locked(state, lead)
    _known_status(state, event.status)
    owner = _owner(state, lead, event.owner_id)
    person = None
    if event.person_account_id:
        person = _existing(state, event.person_account_id, "Account", "relatedPersonAccountId")
        if not is_person_account(state, person):
            raise org_rules.guessed(state, "person_account_contact", "relatedPersonAccountId is no person account")
    if event.contact_id and not event.account_id:
        raise org_rules.guessed(
            state, "contact_without_account", "accountId is required when contactId is given", ("accountId",)
        )
    account = _existing(state, event.account_id, "Account", "accountId") if event.account_id else None
    contact = _existing(state, event.contact_id, "Contact", "contactId") if event.contact_id else None
    if account is not None and is_person_account(state, account):
        if contact is not None:
            raise org_rules.guessed(state, "person_account_contact", "a person account takes no contactId")
        person = account
    if contact is not None and account is not None and contact.values.get("AccountId") != account.id:
        raise org_rules.guessed(
            state, "contact_of_other_account", "The contact does not belong to the account", ("contactId",)
        )
    if person is not None and contact is None:
        contact = _person(state, person)
    opportunity = None
    if event.opportunity_id:
        opportunity = _existing(state, event.opportunity_id, "Opportunity", "opportunityId")
    for row in (account, contact, opportunity):
        if row is not None:
            org_rules.may_edit(state, row, state.admin_id)
            org_rules.not_locked(state, row)
    return _Targets(lead, owner, account, contact, opportunity, person)


def _existing(state: State, given: str, object_name: str, member: str) -> Row:
    record_id = long_id(given)
    if len(record_id) != 18 or not record_id.isalnum():
        raise SalesforceRefusal("MALFORMED_ID", f"{member}: id value of incorrect type: {given[:40]}", [member])
    row = state.row(record_id)
    if row is None or row.object != object_name:
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [member])
    if row.deleted:
        raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", [member])
    return row


def _known_status(state: State, status: str) -> None:
    listed = [row.values.get("ApiName") for row in state.rows["LeadStatus"].values() if row.values.get("IsConverted")]
    if status not in (listed or CONVERTED_STATUSES):
        raise SalesforceRefusal("INVALID_STATUS", f"invalid convertedStatus: {status}", ["convertedStatus"])


def _owner(state: State, lead: Row, given: str) -> str:
    """A user: the one asked for, else the lead's. A queue cannot own what the conversion makes."""
    owner = long_id(given) or str(lead.values.get("OwnerId") or state.admin_id)
    if owner.startswith("00G"):
        raise org_rules.guessed(
            state,
            "queue_owner",
            "Converted objects can only be owned by users. If the lead is not owned by a user, you must specify a user "
            "for the Owner field.",
        )
    row = state.row(owner)
    if row is None or object_of(owner) != "User":
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ["ownerId"])
    if row.values.get("IsActive") is False:
        raise SalesforceRefusal(
            "INACTIVE_OWNER_OR_USER",
            f"Owner or user is inactive. operation performed with inactive user [{owner}]",
            ["ownerId"],
        )
    return owner


def _person(state: State, account: Row) -> Row | None:
    """The contact that a person account is."""
    for kind, key, name in state.children.get(account.id, {}):
        if (kind, name) == ("Contact", "AccountId") and (found := state.alive(key)) is not None:
            return found
    return None


# values -----------------------------------------------------------------------------------------------------------


def _mapped(lead: Row, mapping: Mapping[str, str]) -> dict[str, Value]:
    return {
        target: lead.values[source] for source, target in mapping.items() if lead.values.get(source) not in (None, "")
    }


def _blanks(row: Row, values: Mapping[str, Value]) -> dict[str, Value]:
    """Only empty fields are filled; a checkbox is never empty."""
    return {name: value for name, value in values.items() if row.values.get(name) in (None, "")}


def _filled_contact(state: State, targets: _Targets, event: ConvertLead) -> dict[str, Value]:
    contact = targets.contact
    if contact is None:
        return {}
    mapped = _mapped(targets.lead, TO_CONTACT)
    values = {name: value for name, value in _blanks(contact, mapped).items() if name not in _OPT_OUTS}
    if event.overwrite_source and "LeadSource" in mapped:
        values["LeadSource"] = mapped["LeadSource"]
    if state.settings.convert_carries_opt_out:
        values.update({name: True for name in _OPT_OUTS if mapped.get(name) is True})
    info = object_info("Contact")
    settings = state.settings
    try:  # what the lead holds is written by the platform: hidden fields are no obstacle
        state.settings = replace(settings, hidden_fields=())
        values = checked(state, info, values, creating=False, truncate=True)
    finally:
        state.settings = settings
    org_rules.triggers(state, "Contact", contact.id, "update")
    org_rules.validate(state, info, contact.id, {**contact.values, **values})
    return values


def _opportunity(state: State, targets: _Targets, event: ConvertLead) -> dict[str, Value]:
    """Stage: the first of the picklist; close date: the last day of the current quarter."""
    lead = targets.lead
    today = day(state.now)
    year, month = int(today[:4]), int(today[5:7])
    end = {3: "03-31", 6: "06-30", 9: "09-30", 12: "12-31"}[(month + 2) // 3 * 3]
    stages = object_info("Opportunity").field("StageName")
    return {
        **_mapped(lead, TO_OPPORTUNITY),
        "Name": event.opportunity_name or str(lead.values.get("Company") or lead.values.get("Name") or ""),
        "StageName": stages.options[0] if stages is not None and stages.options else "Prospecting",
        "CloseDate": f"{year}-{end}",
        **event.opportunity_values,
        "OwnerId": targets.owner,
    }


# children ---------------------------------------------------------------------------------------------------------


def _has_role(state: State, opportunity: Row, contact: Row) -> bool:
    return any(
        state.rows[kind][key].values.get("OpportunityId") == opportunity.id and not state.rows[kind][key].deleted
        for kind, key, _ in state.children.get(contact.id, {})
        if kind == "OpportunityContactRole"
    )


def _move(state: State, lead: Row, contact: Row, account: Row, opportunity: Row | None) -> int:
    """Activities, notes and files go to the contact; campaign memberships get the contact beside the lead."""
    campaigns = {
        state.rows[kind][key].values.get("CampaignId")
        for kind, key, _ in state.children.get(contact.id, {})
        if kind == "CampaignMember" and not state.rows[kind][key].deleted
    }
    moved = 0
    for kind, key, name in list(state.children.get(lead.id, {})):
        child = state.rows[kind].get(key)
        if child is None or child.deleted:
            continue
        if (kind, name) == ("CampaignMember", "LeadId"):
            if child.values.get("CampaignId") in campaigns:
                continue  # the contact is a member already: the lead keeps its own
            _point(state, child, "ContactId", contact.id)
            child.values["LeadOrContactId"] = contact.id
            moved += 1
        elif (kind, name) in _MOVING:
            _point(state, child, name, contact.id)
            if kind in ("Task", "Event") and not child.values.get("WhatId"):
                _point(state, child, "WhatId", opportunity.id if opportunity is not None else account.id)
            moved += 1
    return moved


def _point(state: State, child: Row, name: str, parent: str) -> None:
    """Set a lookup without a trace: re-parenting is no edit of the child."""
    old = child.values.get(name)
    if isinstance(old, str):
        state.children.get(old, {}).pop((child.object, child.id, name), None)
    child.values[name] = parent
    state.changes.note(child.id)
    state.children.setdefault(parent, {})[(child.object, child.id, name)] = None
