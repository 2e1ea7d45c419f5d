"""The rows of a review: Salesforce fields joined with their mapped HubSpot properties, then HubSpot-only ones."""

from __future__ import annotations

from mergetui.planning.people import has_salesforce
from mergetui.planning.values import blank, same
from mergetui.records.crm import FieldInfo, Value
from mergetui.records.review import Dossier, Member, Row, RowValue

CONSENT = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")
"""Salesforce booleans where a yes always stays (design rule 7)."""

COMPANY_ROW = "hs:associatedcompanyid"
"""HubSpot's primary company: no value to write, but an association to be marked as the primary one."""

GROUPS = ("identity", "contact", "company", "address", "ownership", "consent", "details", "custom", "HubSpot only")
_GROUP_OF = {
    **dict.fromkeys(("Salutation", "FirstName", "MiddleName", "LastName", "Suffix"), "identity"),
    **dict.fromkeys(
        ("Email", "Phone", "MobilePhone", "HomePhone", "OtherPhone", "Fax", "AssistantName", "AssistantPhone"),
        "contact",
    ),
    **dict.fromkeys(("Company", "AccountId", "Title", "Department", "ReportsToId", "Website", "Industry"), "company"),
    **dict.fromkeys(("OwnerId", "LeadSource", "Status", "Rating"), "ownership"),
    **dict.fromkeys(CONSENT, "consent"),
}
_ADDRESS = ("Street", "City", "State", "PostalCode", "Country", "StateCode", "CountryCode")
_GEOCODE = ("Latitude", "Longitude", "GeocodeAccuracy")
_NEVER_SHOWN = frozenset({"Jigsaw", "CleanStatus", "IndividualId", "IsUnreadByOwner", "PhotoUrl", "DandbCompanyId"})
"""Never to be written (facts/salesforce.md §10) and of no interest to a reviewer."""
_NOT_CHOSEN = {
    "lifecyclestage": "HubSpot keeps the stage that is furthest along",
    "hubspot_owner_id": "the owner follows Salesforce's owner at the next sync",
    "hs_additional_emails": "HubSpot adds the losers' addresses by itself",
}
_HIDDEN_PROPERTIES = frozenset({"email", "hs_additional_emails"})


def rows(dossier: Dossier, *, without: str = "") -> tuple[Row, ...]:
    """All rows with a value on any side, grouped as on screen, in the CRMs' field order inside a group.

    ``without``: the Salesforce field that mergetui itself stamps (``Rules.touch_field``); it is nobody's choice.
    """
    found: list[Row] = []
    mapped: set[str] = set()
    objects = {member.salesforce.object for member in dossier.members if member.salesforce}
    if has_salesforce(dossier.members):
        mapping = {rule.field: rule.property for rule in dossier.settings.mapping if rule.object in objects}
        properties = {info.name: info for info in dossier.hubspot_fields}
        fields = {field.name: field for field in reversed(dossier.salesforce_fields) if field.object in objects}
        for field in reversed(fields.values()):
            partner = properties.get(mapping.get(field.name, ""))
            row = _salesforce_row(dossier, field, partner)
            if row is not None:
                found.append(row)
                if partner is not None:
                    mapped.add(partner.name)
    alone = not found
    for info in dossier.hubspot_fields:
        if info.name in mapped or (info.name in _HIDDEN_PROPERTIES and not (alone and info.name == "email")):
            continue
        hubspot_row = _hubspot_row(dossier, info, "identity" if alone and info.name == "email" else "HubSpot only")
        if hubspot_row is not None:
            found.append(hubspot_row)
    found = [row for row in found if row.salesforce is None or row.salesforce.name != without]
    return tuple(sorted(found, key=lambda row: GROUPS.index(row.group)))


def group_of(field: FieldInfo) -> str:
    if field.name.endswith("__c"):
        return "custom"
    if field.name.endswith(_ADDRESS):
        return "address"
    return _GROUP_OF.get(field.name, "details")


def _salesforce_row(dossier: Dossier, field: FieldInfo, partner: FieldInfo | None) -> Row | None:
    if field.name in _NEVER_SHOWN or field.name.endswith(_GEOCODE) or not field.writable:
        return None
    values = tuple(_value(member, field, partner) for member in dossier.members)
    if all(blank(value.salesforce) and blank(value.hubspot) for value in values):
        return None
    return Row(f"sf:{field.name}", field.label, group_of(field), field, partner, values, selectable=True)


def _value(member: Member, field: FieldInfo, partner: FieldInfo | None) -> RowValue:
    record, contact = member.salesforce, member.hubspot
    return RowValue(
        salesforce=record.values.get(field.name) if record else None,
        hubspot=contact.values.get(partner.name) if contact and partner else None,
        in_salesforce=record is not None,
        in_hubspot=contact is not None and partner is not None,
    )


def _hubspot_row(dossier: Dossier, info: FieldInfo, group: str) -> Row | None:
    company = f"hs:{info.name}" == COMPANY_ROW
    if info.name.startswith("salesforce") or info.group == "salesforceinformation":
        return None
    if not info.writable and not company:
        return None
    values = tuple(
        RowValue(
            hubspot=member.hubspot.values.get(info.name) if member.hubspot else None,
            in_hubspot=member.hubspot is not None,
        )
        for member in dossier.members
    )
    if all(blank(value.hubspot) for value in values):
        return None
    reason = _NOT_CHOSEN.get(info.name, "")
    return Row(f"hs:{info.name}", info.label, "company" if company else group, None, info, values, not reason, reason)


def effective(value: RowValue) -> Value:
    """What the member stands for in this row: Salesforce's value unless blank, else HubSpot's."""
    if value.in_salesforce and not blank(value.salesforce):
        return value.salesforce
    return value.hubspot if not blank(value.hubspot) else value.salesforce


def differs(row: Row) -> bool:
    """True when the members do not all stand for the same value."""
    first, *others = (effective(value) for value in row.values)
    return any(not same(first, other) for other in others)
