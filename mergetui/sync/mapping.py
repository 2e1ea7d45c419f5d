"""The mapping table: HubSpot property ↔ Salesforce field ↔ rule ↔ evidence.

No API shows it. It is filled from HubSpot's default mappings, from custom fields that HubSpot named after Salesforce's,
and from property histories, where the integration signs as ``SALESFORCE`` (facts/integration.md §7, §9, §11); the
profile has the last word. A rule that nobody declared and nothing showed is read as two-way (design rule 4).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mergetui.records.crm import FieldInfo, SalesforceRecord, as_text
from mergetui.records.sync import MappingRule, SyncRule

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

RULES: tuple[SyncRule, ...] = ("prefer_salesforce", "always_salesforce", "two_way", "none")
RULE_WORDS: Mapping[str, str] = {
    "prefer_salesforce": "prefer Salesforce unless blank",
    "always_salesforce": "always use Salesforce",
    "two_way": "two-way",
    "none": "don't sync",
}
NOT_MAPPED = frozenset({"hubspot_owner_id", "hs_lead_status", "lifecyclestage", "associatedcompanyid"})
"""Written by the integration for other reasons than a mapping."""
LEAST_EQUAL = 3
"""So many different values must agree before a field is taken for a property's partner."""
REVERTED_WITHIN_MS = 60_000
LEAST_REVERTS = 3

Object = Literal["Lead", "Contact"]
_OBJECTS: tuple[Object, ...] = ("Contact", "Lead")
History = Mapping[str, Sequence[tuple[int, str, str]]]
"""Property → newest first (instant, value, source type)."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What property histories show of one property."""

    property: str
    contacts: int
    """Contacts in which the integration wrote it."""
    of: int
    """Contacts that were looked at."""
    reverts: int = 0
    """HubSpot edits that the integration put back within a minute: Salesforce's value wins."""
    fields: tuple[tuple[Object, str, int], ...] = ()
    """The Salesforce field whose value agrees: (object, field, in how many different values)."""

    def sentence(self) -> str:
        told = f"written by Salesforce in {self.contacts} of {self.of} contacts"
        if self.reverts >= LEAST_REVERTS:
            told += f", {self.reverts} HubSpot edits put back within a minute"
        return told


@dataclass(frozen=True, slots=True)
class Declared:
    """What the profile says of one property. Empty field names: as found elsewhere."""

    property: str
    rule: SyncRule
    lead: str = ""
    contact: str = ""


def sight(samples: Iterable[tuple[History, SalesforceRecord | None]]) -> tuple[Sighting, ...]:
    """What a sample of linked contacts shows: each with its property history and its Salesforce row, if known."""
    seen = list(samples)
    written: Counter[str] = Counter()
    reverts: Counter[str] = Counter()
    agree: dict[tuple[str, Object, str], set[str]] = {}
    differ: Counter[tuple[str, Object, str]] = Counter()
    for history, record in seen:
        for name, versions in history.items():
            if name.startswith("salesforce") or name in NOT_MAPPED:
                continue
            if not any(source == "SALESFORCE" for _, _, source in versions):
                continue
            written[name] += 1
            reverts[name] += _reverts(versions)
            if record is not None and versions[0][1]:
                for field, value in record.values.items():
                    key = (name, record.object, field)
                    if as_text(value) == versions[0][1]:
                        agree.setdefault(key, set()).add(versions[0][1])
                    elif value not in (None, ""):
                        differ[key] += 1
    return tuple(
        Sighting(name, count, len(seen), reverts[name], tuple(_partners(name, agree, differ)))
        for name, count in sorted(written.items())
    )


def _reverts(versions: Sequence[tuple[int, str, str]]) -> int:
    """Newest first: Salesforce's value, an edit in between, the same value of Salesforce again within a minute."""
    found = 0
    for (at, value, source), (edited_at, _, edited_by), (_, before, _) in zip(
        versions, versions[1:], versions[2:], strict=False
    ):
        if source == "SALESFORCE" and edited_by != "SALESFORCE" and value == before:
            found += 0 <= at - edited_at <= REVERTED_WITHIN_MS
    return found


def _partners(
    name: str, agree: Mapping[tuple[str, Object, str], set[str]], differ: Mapping[tuple[str, Object, str], int]
) -> Iterable[tuple[Object, str, int]]:
    """The one field of each object that agrees clearly better than any other; none when two are alike."""
    for object_ in _OBJECTS:
        ranked = sorted(
            (
                (len(values) - differ.get(key, 0), len(values), key[2])
                for key, values in agree.items()
                if key[0] == name and key[1] == object_
            ),
            reverse=True,
        )
        if not ranked or ranked[0][1] < LEAST_EQUAL or ranked[0][0] <= 0:
            continue
        if len(ranked) == 1 or ranked[1][:2] != ranked[0][:2]:
            yield object_, ranked[0][2], ranked[0][1]


def mapping(
    declared: Iterable[Declared] = (), fields: Iterable[FieldInfo] = (), sightings: Iterable[Sighting] = ()
) -> tuple[MappingRule, ...]:
    """The table: default mappings, same-named custom fields, what histories showed, and the profile over all."""
    said = {entry.property: entry for entry in declared}
    seen = {entry.property: entry for entry in sightings}
    pairs = _pairs(tuple(fields), seen)
    for entry in said.values():
        for object_, field in (("Lead", entry.lead), ("Contact", entry.contact)):
            if field:
                pairs[entry.property, object_] = (field, "declared")  # type: ignore[index]
    return tuple(
        _rule(property_, object_, field, evidence, said.get(property_), seen.get(property_))
        for (property_, object_), (field, evidence) in pairs.items()
    )


def _pairs(fields: tuple[FieldInfo, ...], seen: Mapping[str, Sighting]) -> dict[tuple[str, Object], tuple[str, str]]:
    """(property, object) → (field, evidence)."""
    found: dict[tuple[str, Object], tuple[str, str]] = {}
    for name, lead, contact in DEFAULT_MAPPING:
        if contact:
            found[name, "Contact"] = (contact, "default mapping")
        if lead:
            found[name, "Lead"] = (lead, "default mapping")
    properties = {info.name for info in fields if info.crm == "hubspot"} - {name for name, _, _ in DEFAULT_MAPPING}
    for object_ in _OBJECTS:
        custom = sorted(
            info.name
            for info in fields
            if info.crm == "salesforce" and info.object == object_ and info.name.endswith("__c")
        )
        for field in custom:
            if field.lower() in properties:
                found[field.lower(), object_] = (field, "same name in both CRMs")
    for sighting in seen.values():
        for object_, field, count in sighting.fields:
            if (sighting.property, object_) not in found:
                found[sighting.property, object_] = (field, f"{count} values agree with {object_}.{field}")
    return found


def _rule(
    property_: str, object_: Object, field: str, evidence: str, said: Declared | None, seen: Sighting | None
) -> MappingRule:
    if said is not None:
        return MappingRule(property_, object_, field, said.rule, "declared")
    told = f"{evidence}; {seen.sentence()}" if seen is not None else evidence
    preferred = seen is not None and seen.reverts >= LEAST_REVERTS
    return MappingRule(property_, object_, field, "prefer_salesforce" if preferred else "two_way", told)
