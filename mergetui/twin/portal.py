"""The HubSpot schema of the twin: object types, their properties and what links them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mergetui.twin.hubspot_properties import CONTACT, LIFECYCLE, OPTIONS
from mergetui.twin.object_properties import OBJECT_OPTIONS, OBJECTS

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
    "leads": "0-136",
}
"""Object type name → type id (facts/hubspot.md §1)."""

_PAIRS = """\
contacts companies 279 280 1 2
contacts deals 4 3
contacts tickets 15 16
contacts communications 82 81
contacts calls 193 194
contacts emails 197 198
contacts meetings 199 200
contacts notes 201 202
contacts tasks 203 204
companies deals 342 341 6 5
companies tickets 340 339 25 26
companies communications 88 87
companies calls 181 182
companies emails 185 186
companies meetings 187 188
companies notes 189 190
companies tasks 191 192
deals tickets 27 28
deals communications 86 85
deals calls 205 206
deals emails 209 210
deals meetings 211 212
deals notes 213 214
deals tasks 215 216
tickets communications 84 83
tickets calls 219 220
tickets emails 223 224
tickets meetings 225 226
tickets notes 227 228
tickets tasks 229 230
contacts leads 607 608
companies leads 609 610
contacts contacts 449 449
companies companies 450 450
calls meetings 399 400
"""
"""Two object types, the HUBSPOT_DEFINED association type ids there and back, then those of the primary label (ids of
facts/hubspot.md §5; those of communications and leads, and 449 and 450, are from memory)."""


@dataclass(frozen=True, slots=True)
class Link:
    """The association types of an ordered pair of object types."""

    plain: int
    primary: int | None = None


@cache
def associations() -> Mapping[tuple[str, str], Link]:
    """(from, to) → its type ids; pairs that are missing cannot be associated."""
    found: dict[tuple[str, str], Link] = {}
    for line in _PAIRS.strip().split("\n"):
        first, second, *numbers = line.split()
        there, back, *primary = map(int, numbers)
        found[first, second] = Link(there, primary[0] if primary else None)
        found[second, first] = Link(back, primary[1] if primary else None)
    return found


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
    description: str = ""
    hidden: bool = False
    display_order: int = -1
    created_at: int | None = None
    """None: since always."""
    updated_at: int | None = None
    archived_at: int | None = None


def _schema(kind: str) -> str:
    return CONTACT if kind == "contacts" else OBJECTS.get(kind, "")


@cache
def groups(kind: str = "contacts") -> tuple[tuple[str, str], ...]:
    """(name, label) of the property groups of an object type."""
    heads = [line[1:].split("|") for line in _schema(kind).split("\n") if line.startswith("@")]
    return tuple((name, label) for name, label in heads)


@cache
def properties(kind: str = "contacts") -> Mapping[str, Property]:
    """HubSpot's own properties of an object type and those the portal began with, by name, in order."""
    found: dict[str, Property] = {}
    group = ""
    options = OPTIONS if kind == "contacts" else OBJECT_OPTIONS | {"lifecyclestage": LIFECYCLE}
    for line in _schema(kind).strip().split("\n"):
        if line.startswith("@"):
            group = line[1:].split("|")[0]
            continue
        if not line:
            continue
        name, label, type_, field_type, flags = line.split("|")
        found[name] = Property(
            name=name,
            label=label,
            type=type_,
            field_type=field_type,
            group=group,
            read_only="R" in flags,
            calculated="C" in flags,
            unique="U" in flags,
            own="X" in flags,
            owner="O" in flags,
            options=options.get(name, ()),
        )
    return found


def type_name(text: str) -> str | None:
    """The plural type name of ``contact``, ``contacts`` or ``0-1``; None when unknown."""
    lower = text.lower()
    for name, type_id in OBJECT_TYPES.items():
        if lower in (name, singular(name), type_id):
            return name
    return None


def singular(kind: str) -> str:
    """``contact`` for ``contacts``."""
    return "company" if kind == "companies" else kind.removesuffix("s")
