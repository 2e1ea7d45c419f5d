"""Persons, links, evidence and duplicate sets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from mergetui.records.crm import Crm

LinkState = Literal["active", "orphaned", "mismatched", "one-way", "stale", "none"]


@dataclass(frozen=True, slots=True)
class Link:
    """A HubSpot contact's pointer at a Salesforce record."""

    hubspot_id: str
    salesforce_id: str
    object: Literal["Lead", "Contact"]
    state: LinkState


@dataclass(frozen=True, slots=True)
class Person:
    """What one link holds together: a Salesforce record, its HubSpot contact, or only one of them.

    ``key`` is ``sf:<18 chars>`` when there is a Salesforce record, else ``hs:<id>``; it never changes while
    the record lives, because HubSpot ids change at merges.
    """

    key: str
    salesforce_id: str | None = None
    object: Literal["Lead", "Contact"] | None = None
    hubspot_id: str | None = None
    link: LinkState = "none"


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The plain columns that matching looks at, one person of either CRM; empty text = missing."""

    key: str
    source: Crm
    object: str
    salutation: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    secondary_email: str = ""
    phone: str = ""
    mobile: str = ""
    company: str = ""
    title: str = ""
    website: str = ""
    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    lead_source: str = ""
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for or against: a sentence a reviewer can read, and its weight in log-odds."""

    field: str
    sentence: str
    weight: float


@dataclass(frozen=True, slots=True)
class CandidatePair:
    """``score`` is a probability 0–1; logit(score) is the sum of the evidence weights (prior included)."""

    key_a: str
    key_b: str
    score: float
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class DuplicateSet:
    """Two or more persons believed to be one human."""

    id: str
    """Stable: digest of the sorted member keys."""
    members: tuple[str, ...]
    """Person keys, sorted."""
    score: float
    """The score of the weakest pair that holds the set together."""
    evidence: tuple[Evidence, ...]
    source: str = "matcher"
