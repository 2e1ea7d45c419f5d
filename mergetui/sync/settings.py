"""The integration's hidden settings: declared by the admin, or inferred, each with its evidence.

No API tells them (facts/integration.md §6, §11). Design rule 4: unknown is dangerous, and evidence alone may turn a
switch on, never off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from mergetui.records.crm import FieldInfo, HubSpotContact, SalesforceRecord
from mergetui.records.sync import DeleteSwitch, MappingRule, SyncRule, SyncSettings

DEFAULT_MAPPING: tuple[tuple[str, str, str], ...] = (
    ("salutation", "Salutation", "Salutation"),
    ("firstname", "FirstName", "FirstName"),
    ("lastname", "LastName", "LastName"),
    ("email", "Email", "Email"),
    ("phone", "Phone", "Phone"),
    ("mobilephone", "MobilePhone", "MobilePhone"),
    ("fax", "Fax", "Fax"),
    ("jobtitle", "Title", "Title"),
    ("company", "Company", ""),
    ("website", "Website", ""),
    ("address", "Street", "MailingStreet"),
    ("city", "City", "MailingCity"),
    ("state", "State", "MailingState"),
    ("zip", "PostalCode", "MailingPostalCode"),
    ("country", "Country", "MailingCountry"),
    ("leadsource", "LeadSource", "LeadSource"),
)
"""HubSpot property, Lead field, Contact field; empty: not mapped. A Contact's company is its Account's name, which
HubSpot reads and never writes. The owner is left out: both CRMs number their users differently, and it follows
Salesforce's (facts/integration.md §7)."""

_RULES: tuple[SyncRule, ...] = ("prefer_salesforce", "always_salesforce", "two_way", "none")
_OBJECTS: tuple[Literal["Lead", "Contact"], ...] = ("Contact", "Lead")

HOUR_MS = 3_600_000
_ARCHIVED_WITHIN_MS = 20 * 60_000
_CASES = 3
"""So many archived contacts turn a switch on."""


@dataclass(frozen=True, slots=True)
class DeleteEvidence:
    """What became of the HubSpot contacts of deleted Salesforce rows."""

    object: Literal["Lead", "Contact"]
    archived: int
    """Archived within 20 minutes after their row was deleted or merged away."""
    alive: int
    """Still live an hour later or more."""


def settings(
    declared: Mapping[str, str],
    evidence: Iterable[DeleteEvidence] = (),
    fields: Iterable[FieldInfo] = (),
) -> SyncSettings:
    """All hidden settings.

    ``declared`` holds the admin's answers: ``delete:Contact`` and ``delete:Lead`` as ``on`` or ``off``, and
    ``rule:<property>`` as one of the four rules; anything else is ignored. ``fields`` of both CRMs add custom fields
    that HubSpot named after Salesforce's. A rule that nobody declared is read as two-way.
    """
    found = {entry.object: entry for entry in evidence}
    switches = tuple(_switch(name, declared.get(f"delete:{name}", ""), found.get(name)) for name in _OBJECTS)
    return SyncSettings(switches, _mapping(declared, tuple(fields)))


def _switch(name: Literal["Lead", "Contact"], declared: str, evidence: DeleteEvidence | None) -> DeleteSwitch:
    if evidence is not None and evidence.archived >= _CASES and evidence.archived > evidence.alive:
        text = f"{evidence.archived} HubSpot contacts were archived within 20 min after their {name} was deleted"
        return DeleteSwitch(name, "on", text + ("; declared off" if declared == "off" else ""))
    if declared == "on":
        return DeleteSwitch(name, "on", "declared")
    if declared == "off":
        return DeleteSwitch(name, "off", "declared")
    if evidence is not None and evidence.alive:
        text = f"{evidence.alive} HubSpot contacts outlived their {name}, which proves nothing; counts as on"
        return DeleteSwitch(name, "unknown", text)
    return DeleteSwitch(name, "unknown", "nobody said and nothing shows it; counts as on")


def _mapping(declared: Mapping[str, str], fields: tuple[FieldInfo, ...]) -> tuple[MappingRule, ...]:
    rules = []
    for name, lead, contact in DEFAULT_MAPPING:
        if contact:
            rules.append(_rule(name, "Contact", contact, declared, "default mapping"))
        if lead:
            rules.append(_rule(name, "Lead", lead, declared, "default mapping"))
    properties = {info.name for info in fields if info.crm == "hubspot"} - {name for name, _, _ in DEFAULT_MAPPING}
    for name in _OBJECTS:
        custom = sorted(
            info.name
            for info in fields
            if info.crm == "salesforce" and info.object == name and info.name.endswith("__c")
        )
        rules += [
            _rule(field.lower(), name, field, declared, "same name in both CRMs")
            for field in custom
            if field.lower() in properties
        ]
    return tuple(rules)


def _rule(
    property_: str, object_: Literal["Lead", "Contact"], field: str, declared: Mapping[str, str], evidence: str
) -> MappingRule:
    said = declared.get(f"rule:{property_}", "")
    for rule in _RULES:
        if said == rule:
            return MappingRule(property_, object_, field, rule, "declared")
    return MappingRule(property_, object_, field, "two_way", evidence)


def infer_deletes(
    deleted: Iterable[SalesforceRecord],
    contacts: Iterable[HubSpotContact],
    now: int,
    *,
    shared_emails: Collection[str] = (),
) -> tuple[DeleteEvidence, ...]:
    """Count what became of the HubSpot contacts of deleted rows (facts/integration.md §11).

    ``contacts`` are live and archived ones; ``shared_emails`` (lower case) are carried by a live Salesforce row too,
    so that their contacts had a reason to stay. Only rows deleted an hour or more before ``now`` count.
    """
    holders: dict[str, list[HubSpotContact]] = {}
    for contact in contacts:
        for name in ("salesforcecontactid", "salesforceleadid"):
            id_ = contact.values.get(name)
            if id_:
                holders.setdefault(id_, []).append(contact)
    archived = dict.fromkeys(_OBJECTS, 0)
    alive = dict.fromkeys(_OBJECTS, 0)
    for row in deleted:
        email = str(row.values.get("Email") or "").lower()
        if not row.deleted or now - row.modified_at < HOUR_MS or (email and email in shared_emails):
            continue
        for contact in holders.get(row.id, ()):
            if not contact.archived:
                alive[row.object] += 1
            elif contact.archived_at is not None and (
                -60_000 <= contact.archived_at - row.modified_at <= _ARCHIVED_WITHIN_MS
            ):
                archived[row.object] += 1
    return tuple(DeleteEvidence(name, archived[name], alive[name]) for name in _OBJECTS)
