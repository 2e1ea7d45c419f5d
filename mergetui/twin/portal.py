"""The HubSpot contact schema of the twin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mergetui.twin.hubspot_properties import CONTACT, LIFECYCLE, OPTIONS

STAGES = tuple(value for value, _ in LIFECYCLE)

OBJECT_TYPES: Mapping[str, str] = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "tickets": "0-5",
    "communications": "0-18",
    "tasks": "0-27",
    "notes": "0-46",
    "meetings": "0-47",
    "calls": "0-48",
    "emails": "0-49",
}
"""Object type name → type id (facts/hubspot.md §1)."""

ASSOCIATION_TYPES: Mapping[str, int] = {
    "companies": 279,
    "deals": 4,
    "tickets": 15,
    "communications": 82,
    "calls": 193,
    "emails": 197,
    "meetings": 199,
    "notes": 201,
    "tasks": 203,
}
"""contact → object type: the HUBSPOT_DEFINED association type id; 1 beside 279 marks the primary company."""

LINKS = {"salesforcecontactid": "Contact", "salesforceleadid": "Lead"}
"""Link property → Salesforce object."""


@dataclass(frozen=True, slots=True)
class Property:
    name: str
    label: str
    type: str
    field_type: str
    group: str
    read_only: bool = False
    calculated: bool = False
    unique: bool = False
    own: bool = False
    owner: bool = False
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) in display order."""


@cache
def groups() -> tuple[tuple[str, str], ...]:
    """(name, label) of the contact property groups."""
    heads = [line[1:].split("|") for line in CONTACT.split("\n") if line.startswith("@")]
    return tuple((name, label) for name, label in heads)


@cache
def properties() -> Mapping[str, Property]:
    """All contact properties by name, in order."""
    found: dict[str, Property] = {}
    group = ""
    for line in CONTACT.strip().split("\n"):
        if line.startswith("@"):
            group = line[1:].split("|")[0]
            continue
        name, label, kind, field_type, flags = line.split("|")
        found[name] = Property(
            name=name,
            label=label,
            type=kind,
            field_type=field_type,
            group=group,
            read_only="R" in flags,
            calculated="C" in flags,
            unique="U" in flags,
            own="X" in flags,
            owner="O" in flags,
            options=OPTIONS.get(name, ()),
        )
    return found


def type_name(text: str) -> str | None:
    """The plural type name of ``contact``, ``contacts`` or ``0-1``; None when unknown."""
    lower = text.lower()
    for name, type_id in OBJECT_TYPES.items():
        singular = "company" if name == "companies" else name.removesuffix("s")
        if lower in (name, singular, type_id):
            return name
    return None
