"""Pull both CRMs into the mirror, then rebuild the duplicate sets from it. Run in processes of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mergetui.planning.activity import counters, stake_points, words
from mergetui.planning.master import standings
from mergetui.planning.people import short_id
from mergetui.planning.rules import Rules
from mergetui.records.crm import HubSpotContact
from mergetui.records.people import DuplicateSet, Person
from mergetui.records.review import Member
from mergetui.store import Mirror, StakeRow
from mergetui.workflow.office import Office

Told = Callable[[str, int, int | None], None]
"""(what, how many so far, of how many if known)."""


async def pull(office: Office, told: Told, *, full: bool) -> str:
    """Bring all people here; returns the sentence to print. Raises errors.Problem and leaves the mirror as it was."""
    from mergetui.merging.reading import check_orgs
    from mergetui.pulling.pull import pull as bring

    salesforce, hubspot = office.salesforce(), office.hubspot()
    try:
        org, portal = await salesforce.identity(), await hubspot.identity()
        check_orgs(org, portal, office.ledger.setting("pins"))
        report = await bring(salesforce, hubspot, office.mirror, full=full, progress=told)
    finally:
        await salesforce.aclose()
        await hubspot.aclose()
    return (
        f"{report.leads:,} leads, {report.contacts:,} contacts and {report.hubspot_contacts:,} HubSpot contacts"
        f" are here ({report.linked:,} linked)."
    )


def match(office: Office, told: Told) -> str:
    """Rebuild the duplicate sets; decisions live in the ledger and survive. Returns the sentence to print."""
    from mergetui.matching.match import match as find

    mirror = office.mirror
    result = find(mirror.facts(), progress=lambda what, done, total: told(what, done, total))
    stakes = {found.id: stake_row(mirror, found, office.rules) for found in result.sets}
    mirror.replace_sets(result.sets, stakes)
    return f"{len(result.sets):,} duplicate sets found among {len(mirror.persons()):,} people."


def stake_row(mirror: Mirror, found: DuplicateSet, rules: Rules) -> StakeRow:
    """What the queue shows of a set, from the mirror alone: HubSpot's counters stand in for the full timeline."""
    persons = [person for key in found.members if (person := mirror.person(key)) is not None]
    contacts = [mirror.hubspot(person.hubspot_id) if person.hubspot_id else None for person in persons]
    linked = [person for person in persons if person.salesforce_id and person.hubspot_id]
    names = [_name(mirror, person, contact) for person, contact in zip(persons, contacts, strict=True)]
    risk = [contact for _, contact in at_risk(mirror, persons, rules)]
    total: dict[str, int] = {}
    for contact in risk:
        for kind, count in counters(contact).items():
            total[kind] = total.get(kind, 0) + count
    warns = sum(1 for contact in risk if counters(contact))
    return StakeRow(
        who=" · ".join(names) if len(names) < 3 else f"{names[0]} ×{len(names)}",
        company=_company(mirror, persons, contacts),
        objects=" ".join(person.object[0] if person.object else "H" for person in persons),
        link="both" if len(linked) == len(persons) == 2 else f"{len(linked)} of {len(persons)}" if linked else "none",
        stake=words(total),
        points=stake_points(total),
        checks=("■1 " if _will_block(persons) else "") + (f"▲{warns}" if warns else "") or "·",
    )


def at_risk(mirror: Mirror, persons: Sequence[Person], rules: Rules) -> list[tuple[Person, HubSpotContact]]:
    """The HubSpot contacts of all but the proposed master: a guess for the queue, from the mirror alone; the review
    proposes the master from a fresh read, by the same rules."""
    members = [
        Member(
            person.key,
            mirror.salesforce(person.salesforce_id) if person.salesforce_id else None,
            mirror.hubspot(person.hubspot_id) if person.hubspot_id else None,
        )
        for person in persons
    ]
    master = standings(members, rules)[0].key if members else ""
    return [
        (person, member.hubspot)
        for person, member in zip(persons, members, strict=True)
        if member.key != master and member.hubspot is not None
    ]


def _name(mirror: Mirror, person: Person, contact: HubSpotContact | None) -> str:
    record = mirror.salesforce(person.salesforce_id) if person.salesforce_id else None
    if record is not None:
        parts = [record.values.get("FirstName"), record.values.get("LastName")]
    else:
        parts = [contact.values.get("firstname"), contact.values.get("lastname")] if contact else []
    name = " ".join(str(part) for part in parts if part)
    return name or (contact.values.get("email") or "" if contact else "") or person.key


def _will_block(persons: Sequence[Person]) -> bool:
    """What the mirror alone shows: a lead with a contact, or a HubSpot-only person whom nobody could take up."""
    objects = {person.object for person in persons if person.object}
    alone = any(person.salesforce_id is None for person in persons)
    return len(objects) > 1 or (
        bool(objects) and alone and not any(one.salesforce_id and one.hubspot_id for one in persons)
    )


def person_line(mirror: Mirror, person: Person, contact: HubSpotContact | None) -> str:
    """``Jane Francis (C 003…A1, linked ↔ 90211, owner M. Ruiz)``, from the mirror."""
    record = mirror.salesforce(person.salesforce_id) if person.salesforce_id else None
    parts = [f"{record.object[0]} {short_id(record.id)}"] if record else []
    if contact is not None:
        parts.append(f"linked ↔ {contact.id}" if record else f"HubSpot {contact.id}")
    if record is not None and record.values.get("OwnerId"):
        parts.append(f"owner {mirror.user_name(str(record.values['OwnerId']))}")
    return f"{_name(mirror, person, contact)} ({', '.join(parts)})"


def _company(mirror: Mirror, persons: Sequence[Person], contacts: Sequence[HubSpotContact | None]) -> str:
    for person, contact in zip(persons, contacts, strict=True):
        record = mirror.salesforce(person.salesforce_id) if person.salesforce_id else None
        if record is not None:
            account = record.values.get("AccountId")
            name = mirror.account_name(str(account)) if account else str(record.values.get("Company") or "")
            if name:
                return name
        if contact is not None and contact.values.get("company"):
            return str(contact.values["company"])
    return ""
