"""The people a world begins with, as plain data. ``casting`` invents them, ``World`` is filled from them.

Instants are ms UTC. Salesforce datetime fields are instants (ints) here; the sandbox formats them. HubSpot
values are text as its API gives them (datetimes ISO with ``Z``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mergetui.records.crm import Value


@dataclass(frozen=True, slots=True)
class CastRow:
    """A Salesforce row of any object: User, Account, Lead, Contact, Task, Event, Opportunity, OpportunityContactRole,
    Campaign, CampaignMember, Case. ``values`` lacks Id; lookups hold 18-character ids."""

    object: str
    id: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class CastContact:
    """A HubSpot contact. Its link properties are in ``values`` (``salesforcecontactid`` …)."""

    id: str
    values: Mapping[str, str]
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class CastObject:
    """A HubSpot object beside contacts: emails, calls, meetings, notes, tasks, deals, tickets, companies."""

    type: str
    id: str
    values: Mapping[str, str]
    contacts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CastEvent:
    """A web or marketing event on a contact's timeline: ``open``, ``click``, ``form``, ``visit``."""

    id: str
    kind: str
    contact: str
    at: int
    title: str


@dataclass(frozen=True, slots=True)
class CastList:
    id: str
    name: str
    processing: str
    """MANUAL, SNAPSHOT or DYNAMIC."""
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CastOwner:
    """A HubSpot owner, often the same human as a Salesforce user (same name and e-mail)."""

    id: str
    user_id: int
    email: str
    first_name: str
    last_name: str


@dataclass(frozen=True, slots=True)
class Human:
    """The truth: which records are one human. ``records``: (``salesforce``|``hubspot``, object, id)."""

    id: str
    records: tuple[tuple[str, str, str], ...]
    scenario: str = ""
    """``T03`` … when this human was made for a scenario of facts/integration.md part B; else empty."""


@dataclass(frozen=True, slots=True)
class Cast:
    org_id: str
    org_name: str
    portal_id: str
    portal_domain: str
    rows: tuple[CastRow, ...]
    contacts: tuple[CastContact, ...]
    objects: tuple[CastObject, ...]
    events: tuple[CastEvent, ...]
    lists: tuple[CastList, ...]
    owners: tuple[CastOwner, ...]
    subscriptions: Mapping[str, str]
    """Subscription id → name."""
    unsubscribed: Mapping[str, tuple[str, ...]]
    """Address (lower case) → subscription ids it has opted out of."""
    humans: tuple[Human, ...]
    polls: tuple[int, ...]
    """Instants of the polls already visible in ``salesforcelastsynctime`` values, oldest first."""
    integration_user_id: str = ""
    admin_user_id: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
