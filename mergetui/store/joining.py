"""Persons out of rows and links: which HubSpot contact belongs to which Salesforce record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

from mergetui.records.people import LinkState, Person


@dataclass(frozen=True, slots=True)
class SalesforceEnd:
    """A live Salesforce row as far as joining looks at it."""

    id: str
    object: Literal["Lead", "Contact"]
    email: str
    converted: bool = False
    converted_contact_id: str = ""


@dataclass(frozen=True, slots=True)
class HubSpotEnd:
    """A live HubSpot contact as far as joining looks at it."""

    id: str
    contact_id: str
    """``salesforcecontactid``"""
    lead_id: str
    """``salesforceleadid``"""
    emails: tuple[str, ...]
    synced_at: int
    state: str = ""
    """The link's state as ``sync.links`` found it; empty = not looked at yet."""


def target(contact: HubSpotEnd, rows: Mapping[str, SalesforceEnd]) -> str | None:
    """The live Salesforce row that a contact's link means.

    The contact id counts before the lead id; a converted lead stands for its contact (facts/integration.md row 23).
    """
    row = rows.get(contact.contact_id)
    if row is not None and row.object == "Contact":
        return row.id
    row = rows.get(contact.lead_id)
    if row is None:
        return None
    if not row.converted:
        return row.id
    successor = rows.get(row.converted_contact_id)
    return successor.id if successor is not None else None


def join(rows: Mapping[str, SalesforceEnd], contacts: Iterable[HubSpotEnd]) -> list[Person]:
    """One person per live Salesforce record, with its HubSpot contact if any; the other contacts alone.

    When several contacts hold one record's id, the record's own is the one that shares its e-mail, then the one synced
    last; the others were left behind when the link moved (facts/integration.md T25) and are ``stale``.
    """
    claims: dict[str, list[HubSpotEnd]] = {}
    persons: list[Person] = []
    for contact in contacts:
        wanted = target(contact, rows)
        if wanted is not None:
            claims.setdefault(wanted, []).append(contact)
        else:
            linked = contact.contact_id or contact.lead_id
            persons.append(_alone(contact, "orphaned" if linked else "none"))
    for row in rows.values():
        claimants = claims.get(row.id, [])
        if row.converted:
            continue
        if not claimants:
            persons.append(Person(f"sf:{row.id}", row.id, row.object))
            continue
        best = min(claimants, key=lambda end: (row.email not in end.emails, -end.synced_at, len(end.id), end.id))
        state = cast(LinkState, best.state or "active")
        persons.append(Person(f"sf:{row.id}", row.id, row.object, best.id, state))
        persons.extend(_alone(other, "stale") for other in claimants if other is not best)
    return persons


def _alone(contact: HubSpotEnd, state: LinkState) -> Person:
    return Person(f"hs:{contact.id}", hubspot_id=contact.id, link=cast(LinkState, contact.state or state))
