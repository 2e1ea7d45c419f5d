"""A human in the making: the records that are being written and what they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from mergetui.records.crm import Value
from mergetui.twin.people_children import Opening

Person = Literal["Lead", "Contact"]
PREFIXES = {"User": "005", "Account": "001", "Lead": "00Q", "Contact": "003", "Campaign": "701"}
Values = dict[str, Value]


@dataclass(slots=True)
class Draft:
    """A HubSpot contact in the making."""

    id: str
    values: dict[str, str]
    created: int
    updated: int
    synced: int = 0
    """The instant of its last sync; 0 for contacts that Salesforce does not know."""


@dataclass(slots=True)
class Written:
    """A human's record: its object and id, the row's values, when it was born and when a sync last read it."""

    object: Person
    id: str
    values: Values
    synced: int
    campaigns: tuple[str, ...] = ()
    opening: Opening | None = None


@dataclass(slots=True)
class Entry:
    """What becomes a ``Human``."""

    records: list[tuple[str, str, str]] = field(default_factory=list)
    scenario: str = ""
    contacts: list[Draft] = field(default_factory=list)
