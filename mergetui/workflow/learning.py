"""What data shows of the integration's hidden settings, gathered and kept: at every pull, and before a plan relies on
the admin's word."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mergetui.records.clock import local_now
from mergetui.records.codec import build, plain
from mergetui.records.sync import Declaration
from mergetui.sync.inference import ARCHIVED_WITHIN_MS, OBJECTS, DeleteEvidence, archived_with, infer_deletes
from mergetui.sync.mapping import Sighting, sight
from mergetui.sync.settings import DECLARED_MS, declaration_ends

if TYPE_CHECKING:
    from mergetui.crm.hubspot import HubSpot
    from mergetui.crm.salesforce import Salesforce
    from mergetui.store import Ledger
    from mergetui.workflow.office import Office

EVIDENCE = "delete evidence"
CONTRADICTED = "delete contradicted"
DECLARED = "delete declared"
SIGHTINGS = "mapping seen"
LOOK_BACK_MS = 15 * 86_400_000
"""Salesforce keeps deleted rows that long."""
SAMPLE = 50
"""So many contacts' histories fit one call."""
LINKS = ("salesforcecontactid", "salesforceleadid")


def evidence(ledger: Ledger) -> list[DeleteEvidence]:
    return [build(DeleteEvidence, one) for one in ledger.setting(EVIDENCE) or ()]


def sightings(ledger: Ledger) -> list[Sighting]:
    return [build(Sighting, one) for one in ledger.setting(SIGHTINGS) or ()]


def declarations(ledger: Ledger) -> list[Declaration]:
    return [build(Declaration, one) for one in ledger.setting(DECLARED) or ()]


def contradicted(ledger: Ledger) -> dict[str, int]:
    """Object → the newest archive that *Do nothing* cannot have caused (HubSpot's clock)."""
    found: dict[str, Any] = ledger.setting(CONTRADICTED) or {}
    return {name: int(at) for name, at in found.items()}


async def learn(office: Office, salesforce: Salesforce, hubspot: HubSpot) -> None:
    """After a pull: what became of the contacts of deleted rows, and which properties the integration writes.

    Raises errors.CrmProblem; the caller decides that a pull without it is still a pull.
    """
    mirror, ledger = office.mirror, office.ledger
    fields = {name: [one for one in mirror.fields("salesforce", name) if one.name == "Email"] for name in OBJECTS}
    since = salesforce.now() - LOOK_BACK_MS
    deleted, archived = await asyncio.gather(
        asyncio.gather(*(salesforce.deleted(name, fields[name], since=since) for name in OBJECTS)),
        hubspot.archived_contacts(LINKS),
    )
    rows = [row for found in deleted for row in found]
    holders = mirror.holding([row.id for row in rows])
    live = [one for ids in holders.values() for id_ in ids if (one := mirror.hubspot(id_)) is not None]
    emails = {str(row.values.get("Email") or "").lower() for row in rows} - {""}
    shared = mirror.sharing(emails)
    found = infer_deletes(rows, [*archived, *live], salesforce.now(), shared_emails=shared)
    ledger.set_setting(EVIDENCE, plain(found))

    persons = mirror.last_synced(SAMPLE)
    names = [info.name for info in mirror.fields("hubspot", "contact")]
    ids = [person.hubspot_id for person in persons if person.hubspot_id]
    histories = await hubspot.histories(ids, names) if ids else {}
    samples = [
        (histories[person.hubspot_id], mirror.salesforce(person.salesforce_id or ""))
        for person in persons
        if person.hubspot_id in histories
    ]
    if samples:
        ledger.set_setting(SIGHTINGS, plain(_joined(sightings(ledger), sight(samples))))


def _joined(before: Iterable[Sighting], now: Iterable[Sighting]) -> list[Sighting]:
    """What was found once stays found: plans bind the mapping, and another sample must not take it back."""
    known = {entry.property: entry for entry in before}
    for entry in now:
        old = known.get(entry.property)
        if old is not None:
            fields = {found[0]: found for found in (*entry.fields, *old.fields)}
            entry = replace(entry, reverts=max(entry.reverts, old.reverts), fields=tuple(fields.values()))
        known[entry.property] = entry
    return sorted(known.values(), key=lambda entry: entry.property)


async def look_for_contradiction(office: Office, salesforce: Salesforce, hubspot: HubSpot) -> None:
    """Before a plan relies on *Do nothing*: has a contact been archived with its row since that was said?

    One query for each switch said to be off, and one read for each deleted row whose contact is known. What is found
    ends the admin's word at once and is kept.
    """
    ledger = office.ledger
    now, against = local_now(), contradicted(ledger)
    known = {entry.object: entry for entry in evidence(ledger)}
    for said in declarations(ledger):
        if said.value != "off" or declaration_ends(said, known.get(said.object), against.get(said.object, 0), now):
            continue
        # rows from before the word too: their contacts may have been archived after it
        since = salesforce.now() - min(DECLARED_MS, max(0, now - said.at)) - ARCHIVED_WITHIN_MS
        rows = await salesforce.deleted(said.object, (), since=since)
        holders = office.mirror.holding([row.id for row in rows])
        asked = [(row, id_) for row in rows for id_ in holders.get(row.id, ())]
        contacts = await asyncio.gather(*(hubspot.archived(id_) for _, id_ in asked))
        archives = [
            contact.archived_at or 0
            for (row, _), contact in zip(asked, contacts, strict=True)
            if contact is not None and archived_with(row, contact) and (contact.archived_at or 0) > said.at
        ]
        if archives:
            against[said.object] = max(archives)
            ledger.set_setting(CONTRADICTED, against)
