"""What is known, or guessed, of HubSpot's Salesforce integration in this pair of orgs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SyncRule = Literal["prefer_salesforce", "always_salesforce", "two_way", "none"]
Switch = Literal["on", "off", "unknown"]
Strength = Literal["none", "weak", "medium", "strong", "declared"]
"""How well a setting is known; ``declared``: somebody who can see the settings page said so."""


@dataclass(frozen=True, slots=True)
class MappingRule:
    """One line of the field mapping. An unknown rule is read as ``two_way`` (design rule 4)."""

    property: str
    object: Literal["Lead", "Contact"]
    field: str
    rule: SyncRule
    evidence: str = "default mapping"


@dataclass(frozen=True, slots=True)
class DeleteSwitch:
    """One of the two *Deleting Contacts* switches. ``unknown`` counts as ``on``."""

    object: Literal["Lead", "Contact"]
    value: Switch
    evidence: str
    strength: Strength = "none"
    until: int | None = None
    """When an ``off`` ends (local clock)."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """The admin's word on one *Deleting Contacts* switch. ``off`` means *Do nothing*."""

    object: Literal["Lead", "Contact"]
    value: Literal["on", "off"]
    by: str
    at: int
    """Local clock, ms UTC."""


@dataclass(frozen=True, slots=True)
class SyncSettings:
    """All hidden settings of the integration, each with its evidence."""

    deletes: tuple[DeleteSwitch, ...]
    mapping: tuple[MappingRule, ...]


@dataclass(frozen=True, slots=True)
class RecentSync:
    """One HubSpot contact's last pass. ``synced_at`` is its start (``salesforcelastsynctime``, HubSpot's clock)."""

    contact_id: str
    synced_at: int
    salesforce_id: str | None
    """The linked row, 18 characters; None without a link."""
    object: Literal["Lead", "Contact"] | None


@dataclass(frozen=True, slots=True)
class ObservedPoll:
    """A burst of passes with a cause in Salesforce: a poll seen through the contacts it wrote.

    ``first_at`` and ``last_at`` are the earliest and latest pass start in the burst (HubSpot's clock).
    """

    first_at: int
    last_at: int
    contacts: int


@dataclass(frozen=True, slots=True)
class SyncWindow:
    """Time left until the integration's next poll: an estimate with its evidence, never a promise.

    All instants in HubSpot's clock. ``known`` is False when no poll was dated recently enough; then the next
    poll may be now.
    """

    known: bool
    read_at: int
    last_poll: ObservedPoll | None
    period_ms: int
    next_poll_by: int | None
    """The latest instant at which the next poll will have begun; None when unknown."""
    next_poll_from: int | None
    """The earliest instant at which the next poll is to be expected; None when unknown."""
    evidence: str
