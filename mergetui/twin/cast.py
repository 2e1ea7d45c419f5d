"""The people a world begins with, as plain data. ``casting`` invents them, ``World`` is filled from them.

Instants are ms UTC. Salesforce datetime fields are instants (ints) here; the sandbox formats them. HubSpot
values are text as its API gives them (datetimes ISO with ``Z``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Protocol

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
    archived: bool = False
    """Has left: listed only with ``archived=true``, and nothing is given to them any more by the sync."""


@dataclass(frozen=True, slots=True)
class Human:
    """The truth: which records are one human. ``records``: (``salesforce``|``hubspot``, object, id)."""

    id: str
    records: tuple[tuple[str, str, str], ...]
    scenario: str = ""
    """``T03`` … when this human was made for a scenario of facts/integration.md part B; else empty."""


class Lore(Protocol):
    """What is known of people beside their own records, written down only when it is read. Every answer is always the
    same, whatever was asked before."""

    @property
    def row_kinds(self) -> Sequence[str]:
        """The Salesforce objects it has rows of."""
        ...

    @property
    def object_kinds(self) -> Sequence[str]:
        """The HubSpot object types it has objects of."""
        ...

    @property
    def people(self) -> Mapping[str, object]:
        """The Leads and Contacts that have rows hanging on them, by id, in the order they were cast."""
        ...

    @property
    def contacts(self) -> Mapping[str, object]:
        """The HubSpot contacts that have a timeline, by id, in the order they were cast."""
        ...

    @property
    def last_id(self) -> int:
        """No HubSpot id of a timeline is as high as this."""
        ...

    def rows_of(self, person: str) -> list[CastRow]: ...
    def timeline_of(self, contact: str) -> tuple[list[CastObject], list[CastEvent]]: ...
    def people_having(self, kind: str) -> Sequence[str]:
        """Who has rows of this Salesforce object."""
        ...

    def people_at(self, parent: str) -> Sequence[str]:
        """Whose rows point at this account or campaign."""
        ...

    def contacts_having(self, kind: str, start: int) -> Iterator[tuple[int, str]]:
        """(first id of its timeline, contact) of those with objects of this type, by growing id; contacts whose whole
        timeline lies below ``start`` may be left out."""
        ...

    def person_of(self, row_id: str) -> str | None:
        """On whom a row of this id would hang."""
        ...

    def contact_of(self, object_id: str) -> str | None:
        """In whose timeline an object of this id would stand."""
        ...


class NoLore:
    """Nothing is known of anybody."""

    row_kinds: Sequence[str] = ()
    object_kinds: Sequence[str] = ()
    people: Mapping[str, object] = MappingProxyType({})
    contacts: Mapping[str, object] = MappingProxyType({})
    last_id = 0

    def rows_of(self, person: str) -> list[CastRow]:
        return []

    def timeline_of(self, contact: str) -> tuple[list[CastObject], list[CastEvent]]:
        return [], []

    def people_having(self, kind: str) -> Sequence[str]:
        return ()

    def people_at(self, parent: str) -> Sequence[str]:
        return ()

    def contacts_having(self, kind: str, start: int) -> Iterator[tuple[int, str]]:
        return iter(())

    def person_of(self, row_id: str) -> str | None:
        return None

    def contact_of(self, object_id: str) -> str | None:
        return None


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
    lore: Lore | None = field(default=None, compare=False)
    """More rows, objects and events than the tuples above hold. ``told`` moves them there."""


def told(cast: Cast) -> Cast:
    """The same cast with everything in its tuples and no lore."""
    if cast.lore is None:
        return cast
    rows, objects, events = list(cast.rows), list(cast.objects), list(cast.events)
    for person in cast.lore.people:
        rows += cast.lore.rows_of(person)
    for contact in cast.lore.contacts:
        more, happened = cast.lore.timeline_of(contact)
        objects += more
        events += happened
    return replace(cast, rows=tuple(rows), objects=tuple(objects), events=tuple(events), lore=None)
