"""Reads the dossier of one duplicate set, fresh, from both CRMs: for reviews and for preflight alike."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from mergetui import errors
from mergetui.crm.hubspot import HubSpot
from mergetui.crm.salesforce import Salesforce
from mergetui.planning.values import addresses, link_ids
from mergetui.records.crm import (
    ChildLookup,
    ChildRow,
    FieldInfo,
    HubSpotContact,
    HubSpotExtras,
    OrgIdentity,
    RelatedRows,
    RowAccess,
    SalesforceObject,
    SalesforceRecord,
)
from mergetui.records.crm import as_text as text
from mergetui.records.people import Person
from mergetui.records.review import AddressOwner, Dossier, Holder, Member
from mergetui.records.sync import SyncSettings
from mergetui.sync.links import link_state

OPT_OUT_FIELDS = ("HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall")
"""Describe lists only fields the user may see; these three stand on every Contact and Lead (facts/salesforce.md §4)."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What does not change between two reads of one session."""

    salesforce: dict[str, tuple[FieldInfo, ...]]
    """Object → readable fields."""
    hubspot: tuple[FieldInfo, ...]
    salesforce_org: OrgIdentity
    hubspot_org: OrgIdentity
    users: dict[str, str]
    """Salesforce user id or HubSpot owner id → name; the two never look alike."""
    lookups: Mapping[str, tuple[ChildLookup, ...]] = field(default_factory=dict)
    """Object → lookups at it beyond those that reviews show, custom objects' included: for snapshots."""

    def missing_opt_outs(self, objects: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            f"{name}.{field}"
            for name in objects
            for field in OPT_OUT_FIELDS
            if field not in {info.name for info in self.salesforce[name]}
        )


async def read_schema(salesforce: Salesforce, hubspot: HubSpot) -> Schema:
    """Field metadata, users and identities of both orgs."""
    (leads, contacts, users), (properties, portal, owners), org, (at_leads, at_contacts) = await asyncio.gather(
        asyncio.gather(salesforce.describe("Lead"), salesforce.describe("Contact"), salesforce.users()),
        asyncio.gather(hubspot.properties(), hubspot.identity(), hubspot.owners()),
        salesforce.identity(),
        asyncio.gather(salesforce.lookups("Lead"), salesforce.lookups("Contact")),
    )
    names = {user.id: user.name for user in (*owners, *users)}
    fields = {"Lead": leads, "Contact": contacts}
    return Schema(fields, properties, org, portal, names, {"Lead": at_leads, "Contact": at_contacts})


async def collect(
    set_id: str,
    persons: Sequence[Person],
    salesforce: Salesforce,
    hubspot: HubSpot,
    schema: Schema,
    settings: SyncSettings,
    *,
    whole: bool = False,
) -> Dossier:
    """Everything about the persons of one set, read now. ``whole`` adds what only snapshots want: HubSpot's property
    histories and further associations, and the Salesforce rows behind every other lookup.

    Raises errors.Problem when a CRM cannot be read; a record that is gone is a member without that side.
    """
    salesforce_read_at, hubspot_read_at = salesforce.now(), hubspot.now()
    by_object: dict[SalesforceObject, list[str]] = {}
    for person in persons:
        if person.salesforce_id is not None and person.object is not None:
            by_object.setdefault(person.object, []).append(person.salesforce_id)
    ids = [one for group in by_object.values() for one in group]
    old = [person.hubspot_id for person in persons if person.hubspot_id is not None]
    names = [info.name for info in schema.hubspot]

    async def rows() -> dict[str, SalesforceRecord]:
        found: dict[str, SalesforceRecord] = {}
        for name, group in by_object.items():
            found.update(await salesforce.records(name, group, schema.salesforce[name]))
        return found

    async def children() -> RelatedRows:
        found: list[ChildRow] = []
        unread: list[str] = []
        for name, group in by_object.items():
            others = schema.lookups.get(name, ()) if whole else ()
            known, more = await asyncio.gather(
                salesforce.children(name, group), salesforce.related(group, others) if others else _no_rows()
            )
            found += [*known, *more.rows]
            unread += more.unread
        return RelatedRows(tuple(found), tuple(unread))

    async def contacts() -> tuple[dict[str, HubSpotContact], dict[str, HubSpotExtras]]:
        live = await hubspot.contacts(old, names) if old else {}
        extras = await hubspot.extras(sorted({contact.id for contact in live.values()}), history=names if whole else ())
        return live, extras

    records, related, (live, extras), access, approvals, holders = await asyncio.gather(
        rows(),
        children(),
        contacts(),
        salesforce.access(ids) if ids else _nothing(),
        salesforce.in_approval(ids) if ids else asyncio.sleep(0, frozenset()),
        live_holders(hubspot, ids) if ids else _no_holders(),
    )
    outside, owners = await asyncio.gather(
        _outside(salesforce, schema, list(live.values()), set(ids)),
        live_owners(hubspot, _addresses(records.values(), live.values())),
    )
    own = {contact.id for contact in live.values()}
    accounts = sorted({text(record.values.get("AccountId")) for record in records.values()} - {""})
    types = sorted({text(record.values.get("RecordTypeId")) for record in records.values()} - {""})
    account_names, type_names = await asyncio.gather(
        salesforce.names("Account", accounts) if accounts else _no_names(),
        salesforce.names("RecordType", types) if len(types) > 1 else _no_names(),
    )
    members = [
        _member(person, records, live, extras, related.rows, access, schema, account_names) for person in persons
    ]
    return Dossier(
        set_id=set_id,
        members=tuple(_one_contact_each(members)),
        salesforce_fields=tuple(info for name in sorted(by_object) for info in schema.salesforce[name]),
        hubspot_fields=schema.hubspot,
        holders=tuple(_holders(holders, set(ids))),
        outside=tuple(outside),
        address_owners=tuple(
            AddressOwner(address, owner.id) for address, owner in sorted(owners.items()) if owner.id not in own
        ),
        settings=settings,
        salesforce_org=schema.salesforce_org,
        hubspot_org=schema.hubspot_org,
        missing_fields=schema.missing_opt_outs(sorted(by_object)),
        in_approval=tuple(sorted(approvals)),
        names={**type_names, **_company_names(live.values())},
        not_kept=tuple(sorted({*related.unread, *(name for extra in extras.values() for name in extra.not_kept)})),
        salesforce_read_at=salesforce_read_at,
        hubspot_read_at=hubspot_read_at,
    )


async def _outside(
    salesforce: Salesforce, schema: Schema, contacts: Sequence[HubSpotContact], own: set[str]
) -> list[Holder]:
    """Links of these contacts that point at live rows which are not in the set. A converted lead is no such row: it
    can no longer be changed, and the contact it became is the link that counts."""
    links = [
        Holder(contact.id, name, held)
        for contact in contacts
        for name in ("salesforcecontactid", "salesforceleadid")
        if (held := contact.values.get(name) or "") and held not in own
    ]
    alive: set[str] = set()
    by_object: tuple[tuple[SalesforceObject, str], ...] = (
        ("Contact", "salesforcecontactid"),
        ("Lead", "salesforceleadid"),
    )
    for object_name, name in by_object:
        asked = sorted({link.salesforce_id for link in links if link.property == name})
        if asked:
            fields = [info for info in schema.salesforce[object_name] if info.name == "IsConverted"]
            rows = await salesforce.records(object_name, asked, fields)
            alive |= {row.id for row in rows.values() if not row.deleted and row.values.get("IsConverted") is not True}
    return [link for link in links if link.salesforce_id in alive]


def _addresses(records: Iterable[SalesforceRecord], contacts: Iterable[HubSpotContact]) -> list[str]:
    found = {text(record.values.get("Email")).strip().lower() for record in records}
    for contact in contacts:
        found.update(addresses(contact))
    return sorted(found - {""})


async def live_holders(hubspot: HubSpot, salesforce_ids: Sequence[str]) -> list[HubSpotContact]:
    """Live contacts that hold one of these ids *now*. Search lags (facts/hubspot.md §3) and may still name a contact
    that was merged a moment ago, so each one it finds is read again by its id."""
    wanted = set(salesforce_ids)
    found = await _again(hubspot, await hubspot.holders(salesforce_ids))
    return [contact for contact in found if wanted & set(link_ids(contact))]


async def live_owners(hubspot: HubSpot, asked: Sequence[str]) -> dict[str, HubSpotContact]:
    """Address → the live contact that carries it *now*; found by search, then read again by id."""
    owners = await hubspot.by_address(asked)
    by_id = {contact.id: contact for contact in owners.values()}
    fresh = {contact.id: contact for contact in await _again(hubspot, list(by_id.values()))}
    return {address: contact for contact in fresh.values() for address in addresses(contact) if address in set(asked)}


async def _again(hubspot: HubSpot, contacts: Sequence[HubSpotContact]) -> list[HubSpotContact]:
    names = ["email", "hs_additional_emails", "salesforcecontactid", "salesforceleadid"]
    read = await asyncio.gather(*(hubspot.contact(contact.id, names) for contact in contacts))
    return list({contact.id: contact for contact in read if contact is not None}.values())


def check_orgs(salesforce: OrgIdentity, hubspot: OrgIdentity, pins: dict[str, str] | None) -> None:
    """Design rule 10. Raises WrongOrg when an id differs from its pin, or production is paired with a sandbox."""
    for org in (salesforce, hubspot):
        pinned = (pins or {}).get(org.crm)
        if pinned is not None and pinned != org.id:
            crm = "Salesforce" if org.crm == "salesforce" else "HubSpot"
            raise errors.WrongOrg(
                f"This sign-in belongs to {crm} {org.id}, but this profile is pinned to {pinned}.",
                "Nothing was written.",
                f"Sign in to the right one with `mergetui login {org.crm}`, or make a profile of its own for this one.",
            )
    if salesforce.production != hubspot.production:
        real, play = ("Salesforce", "HubSpot") if salesforce.production else ("HubSpot", "Salesforce")
        raise errors.WrongOrg(
            f"{real} is a production org and {play} is not.",
            "Nothing was written.",
            "Sign in to a matching pair: both production, or both sandboxes.",
        )


def _member(
    person: Person,
    records: dict[str, SalesforceRecord],
    live: dict[str, HubSpotContact],
    extras: dict[str, HubSpotExtras],
    related: Sequence[ChildRow],
    access: dict[str, RowAccess],
    schema: Schema,
    account_names: dict[str, str],
) -> Member:
    record = records.get(person.salesforce_id or "")
    contact = live.get(person.hubspot_id or "")
    values = record.values if record else {}
    return Member(
        key=person.key,
        salesforce=record,
        hubspot=contact,
        extras=extras.get(contact.id) if contact else None,
        children=tuple(child for child in related if record and child.parent_id == record.id),
        access=access.get(record.id) if record else None,
        link=link_state(record, contact) if contact else "none",
        owner_name=schema.users.get(text(values.get("OwnerId")), ""),
        account_name=account_names.get(text(values.get("AccountId")), text(values.get("Company"))),
    )


def _one_contact_each(members: list[Member]) -> list[Member]:
    """Two members may have become one HubSpot contact since the last pull (T20): it belongs to the linked one."""
    owner: dict[str, str] = {}
    for member in members:
        if member.hubspot is not None:
            linked = member.salesforce is not None and member.salesforce.id in link_ids(member.hubspot)
            if linked or member.hubspot.id not in owner:
                owner[member.hubspot.id] = member.key
    return [
        replace(member, hubspot=None, extras=None, link="none")
        if member.hubspot is not None and owner[member.hubspot.id] != member.key
        else member
        for member in members
    ]


def _holders(contacts: Sequence[HubSpotContact], ids: set[str]) -> list[Holder]:
    found = []
    for contact in contacts:
        for name in ("salesforcecontactid", "salesforceleadid"):
            held = contact.values.get(name) or ""
            if held in ids:
                found.append(Holder(contact.id, name, held))
    return found


def _nothing() -> Awaitable[dict[str, RowAccess]]:
    return asyncio.sleep(0, {})


def _company_names(contacts: Iterable[HubSpotContact]) -> dict[str, str]:
    """HubSpot company id → the company's name as its contacts spell it: no read of its own."""
    found = {}
    for contact in contacts:
        company, name = contact.values.get("associatedcompanyid"), contact.values.get("company")
        if company and name:
            found[company] = name
    return found


def _no_names() -> Awaitable[dict[str, str]]:
    return asyncio.sleep(0, {})


def _no_rows() -> Awaitable[RelatedRows]:
    return asyncio.sleep(0, RelatedRows())


def _no_holders() -> Awaitable[list[HubSpotContact]]:
    return asyncio.sleep(0, [])
