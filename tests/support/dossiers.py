"""Dossiers made by hand, for tests of pure rooms."""

from __future__ import annotations

from typing import Any

from mergetui.records.crm import (
    Activity,
    FieldInfo,
    HubSpotContact,
    HubSpotExtras,
    ListMembership,
    Option,
    OrgIdentity,
    RowAccess,
    SalesforceRecord,
    Subscription,
)
from mergetui.records.review import Dossier, Member
from mergetui.sync.settings import settings

NOW = 1_790_000_000_000
DAY = 86_400_000

TIERS = tuple(Option(value, value) for value in ("Gold", "Silver"))
SALESFORCE_FIELDS = tuple(
    FieldInfo(
        "salesforce",
        "Contact",
        name,
        label,
        kind,
        length,
        writable,
        nillable,
        options,
        restricted,
        refers_to=("User",) if kind == "reference" else (),
    )
    for name, label, kind, length, writable, nillable, options, restricted in (
        ("FirstName", "First Name", "string", 40, True, True, (), False),
        ("LastName", "Last Name", "string", 80, True, False, (), False),
        ("Email", "Email", "email", 80, True, True, (), False),
        ("Phone", "Phone", "phone", 40, True, True, (), False),
        ("Title", "Title", "string", 128, True, True, (), False),
        ("AccountId", "Account ID", "reference", 18, True, True, (), False),
        ("OwnerId", "Owner ID", "reference", 18, True, False, (), False),
        ("HasOptedOutOfEmail", "Email Opt Out", "boolean", 0, True, False, (), False),
        ("HasOptedOutOfFax", "Fax Opt Out", "boolean", 0, True, False, (), False),
        ("DoNotCall", "Do Not Call", "boolean", 0, True, False, (), False),
        ("Tier__c", "Tier", "picklist", 255, True, True, TIERS, True),
        ("Score__c", "Score", "double", 0, True, True, (), False),
        ("IsConverted", "Converted", "boolean", 0, False, False, (), False),
        ("CreatedDate", "Created Date", "datetime", 0, False, False, (), False),
    )
)
HUBSPOT_FIELDS = tuple(
    FieldInfo("hubspot", "contact", name, label, kind, writable=writable)
    for name, label, kind, writable in (
        ("firstname", "First Name", "string", True),
        ("lastname", "Last Name", "string", True),
        ("email", "Email", "string", True),
        ("hs_additional_emails", "Additional emails", "enumeration", True),
        ("phone", "Phone Number", "string", True),
        ("jobtitle", "Job Title", "string", True),
        ("lead_score", "Lead score", "number", True),
        ("lifecyclestage", "Lifecycle Stage", "enumeration", True),
        ("hs_email_open", "Opens", "number", False),
        ("salesforcecontactid", "Salesforce Contact ID", "string", False),
    )
)


def record(number: int, **values: Any) -> SalesforceRecord:
    base = {"LastName": f"Person{number}", "OwnerId": "005000000000001AAA", "HasOptedOutOfEmail": False}
    base |= {"HasOptedOutOfFax": False, "DoNotCall": False}
    return SalesforceRecord(sf_id(number), "Contact", {**base, **values}, NOW - number * DAY)


def sf_id(number: int) -> str:
    return f"003{number:012d}AAA"


def contact(number: int, linked: int | None = None, **values: str) -> HubSpotContact:
    link = {"salesforcecontactid": sf_id(linked)} if linked is not None else {}
    return HubSpotContact(str(9000 + number), {**link, **values}, NOW - 90 * DAY, NOW - number * DAY)


def extras(
    number: int,
    activities: tuple[Activity, ...] = (),
    lists: tuple[ListMembership, ...] = (),
    subscriptions: tuple[Subscription, ...] = (),
) -> HubSpotExtras:
    return HubSpotExtras(str(9000 + number), activities, lists, subscriptions)


def member(
    number: int,
    salesforce: SalesforceRecord | None = None,
    hubspot: HubSpotContact | None = None,
    hubspot_extras: HubSpotExtras | None = None,
    **more: Any,
) -> Member:
    key = f"sf:{salesforce.id}" if salesforce else f"hs:{hubspot.id if hubspot else number}"
    more.setdefault("link", "active" if salesforce and hubspot else "none")
    if salesforce is not None:
        more.setdefault("access", RowAccess(salesforce.id, True, True, True))
    if hubspot is not None and hubspot_extras is None:
        hubspot_extras = HubSpotExtras(hubspot.id)
    return Member(key, salesforce, hubspot, hubspot_extras, **more)


def dossier(*members: Member, **more: Any) -> Dossier:
    return Dossier(
        set_id="set1",
        members=members,
        salesforce_fields=SALESFORCE_FIELDS,
        hubspot_fields=HUBSPOT_FIELDS,
        holders=more.pop("holders", ()),
        settings=more.pop("sync", settings({})),
        salesforce_org=OrgIdentity("salesforce", "00D000000000001AAA", "Acme", False),
        hubspot_org=OrgIdentity("hubspot", "4471", "acme", False),
        hubspot_read_at=NOW,
        salesforce_read_at=NOW,
        **more,
    )


def pair(**more: Any) -> Dossier:
    """Two linked contacts with different addresses: T03/T04/T05's shape."""
    first = member(
        1,
        record(1, FirstName="Jane", LastName="Francis", Email="jane@acme.example", Title="Sales"),
        contact(1, 1, firstname="Jane", lastname="Francis", email="jane@acme.example", jobtitle="Sales"),
    )
    second = member(
        2,
        record(2, FirstName="Jane", LastName="F", Email="jf@gmail.example", Phone="+44 20 7946 0018"),
        contact(
            2, 2, firstname="Jane", lastname="F", email="jf@gmail.example", phone="+44 20 7946 0018", lead_score="7"
        ),
    )
    return dossier(first, second, **more)
