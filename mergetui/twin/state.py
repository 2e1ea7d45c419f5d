"""The World's state: rows, contacts, their indexes, the queue of pending work, and the log of what happened."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mergetui.records.crm import Value
from mergetui.twin.cast import Cast, CastEvent, CastList, CastObject, CastRow, NoLore
from mergetui.twin.changes import Changes
from mergetui.twin.log import EventLog
from mergetui.twin.pasts import past
from mergetui.twin.portal import LINKS
from mergetui.twin.portal_state import PortalState
from mergetui.twin.schema import PEOPLE, lookups_at, object_of, objects
from mergetui.twin.settings import Settings
from mergetui.twin.shelves import Children, Numbered, ToldObjects
from mergetui.twin.sync_state import SyncState
from mergetui.twin.telling import Teller


@dataclass(slots=True)
class Row:
    """A Salesforce row of any object. ``values`` lacks Id, IsDeleted and MasterRecordId."""

    object: str
    id: str
    values: dict[str, Value]
    deleted: bool = False
    master_id: str | None = None
    changed: dict[str, int] = field(default_factory=dict)
    """Field → instant of its last change since the world began (not rounded, unlike the stamps)."""


@dataclass(frozen=True, slots=True)
class Version:
    """One entry of a property's history."""

    value: str
    at: int
    source: str


@dataclass(slots=True)
class Contact:
    """A HubSpot contact, live or archived. Merged-away ones are gone: only ``State.aliases`` knows their ids."""

    id: str
    values: Mapping[str, str]
    """Stored properties; replaced as a whole, never changed in place."""
    created_at: int
    updated_at: int
    archived_at: int | None = None
    additional: tuple[str, ...] = ()
    """Additional e-mail addresses, lower case."""
    merged: tuple[tuple[str, int], ...] = ()
    """(id, instant) of every contact that was merged into this one."""
    history: dict[str, list[Version]] = field(default_factory=dict)
    """Property → newest first; only properties that changed since the world began."""
    told_objects: dict[str, list[str]] = field(default_factory=dict)
    """Object type → ids; of companies the first is the primary one. ``objects`` is complete, this may not be yet."""
    told_events: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    sync_error: str = ""
    retries: int = 0
    untold: Callable[[str], None] | None = None
    """Writes down the timeline that the cast has only sketched."""

    def _tell(self) -> None:
        if self.untold is not None:
            tell, self.untold = self.untold, None
            tell(self.id)

    @property
    def objects(self) -> dict[str, list[str]]:
        """Object type → ids of the associated objects."""
        self._tell()
        return self.told_objects

    @property
    def events(self) -> list[str]:
        """Ids of the web and marketing events."""
        self._tell()
        return self.told_events

    @events.setter
    def events(self, ids: list[str]) -> None:
        self._tell()
        self.told_events = ids

    @property
    def companies(self) -> list[str]:
        """Ids of the associated companies, the primary one first; asking for them tells nothing else."""
        return self.told_objects.get("companies", [])

    def get(self, name: str) -> str:
        return self.values.get(name) or ""

    @property
    def address(self) -> str:
        return self.get("email").lower()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address, the primary one first, lower case."""
        return ((self.address,) if self.address else ()) + self.additional


@dataclass(slots=True)
class ContactList:
    id: str
    name: str
    processing: str
    members: dict[str, int]
    """Contact id → instant of joining."""
    created_at: int | None = None
    """None: long before the world began."""
    updated_at: int | None = None


@dataclass(slots=True)
class Occurrence:
    """A web or marketing event and the contact it belongs to now."""

    id: str
    kind: str
    contact: str
    at: int
    title: str


@dataclass(slots=True)
class HubSpotObject:
    type: str
    id: str
    values: dict[str, str]
    """Replaced as a whole, never changed in place."""
    contacts: list[str]
    changed_at: int | None = None
    """None: not since the world began."""
    archived_at: int | None = None
    history: dict[str, list[Version]] | None = None
    """Property → versions, newest first, of what changed since the world began; see ``object_history``."""


Work = Callable[["State"], None]


class State:
    """All that the twin knows. Changed only by the functions of ``salesforce``, ``hubspot`` and ``integration``."""

    def __init__(self, cast: Cast, settings: Settings, now: int) -> None:
        self.now = now
        self.began = now
        self.changes = Changes()
        self.settings = settings
        self.portal = PortalState()
        self.random = random.Random(settings.seed)
        self.org_id = cast.org_id
        self.org_name = cast.org_name
        self.portal_id = cast.portal_id
        self.portal_domain = cast.portal_domain
        self.admin_id = cast.admin_user_id
        self.integration_user_id = cast.integration_user_id
        self.extra = dict(cast.extra)
        self.humans = cast.humans

        self.events = EventLog()
        self.revision = 0
        """Grows with everything that may have changed anything: as long as it stands still nothing has."""
        self.queue: list[tuple[int, int, Work]] = []
        self._queued = 0
        self._row_number = 0

        self._teller = Teller(self, cast.lore or NoLore())
        self.rows: dict[str, dict[str, Row]] = {**{name: {} for name in objects()}, **self._teller.tables()}
        self._children = Children(self._teller.parent)
        self.children: dict[str, dict[tuple[str, str, str], None]] = self._children
        """Parent id → (object, id, field) of every row that points at it."""
        self.people_by_email: dict[str, dict[str, None]] = {}
        """Lower-case address → ids of the live Leads and Contacts that carry it."""
        self._load_rows(cast)

        self.contacts: Numbered[Contact] = Numbered()
        self.aliases: dict[str, str] = {}
        self.addresses: dict[str, str] = {}
        """Lower-case address, additional ones included → live contact."""
        self.links: dict[str, dict[str, None]] = {}
        """Salesforce id → live contacts that hold it in a link property."""
        self.objects: dict[str, dict[str, HubSpotObject]] = {**self._teller.shelves()}
        self.occurrences: dict[str, Occurrence] = {}
        self.lists: dict[str, ContactList] = {}
        self.owners = cast.owners
        self.subscriptions = dict(cast.subscriptions)
        self.unsubscribed: dict[str, dict[str, None]] = {
            address.lower(): dict.fromkeys(ids) for address, ids in cast.unsubscribed.items()
        }
        self._load_contacts(cast)
        known = (item.id for group in (cast.contacts, cast.objects, cast.events, cast.lists) for item in group)
        last = max((int(key) for key in known if key.isdigit()), default=100_000)
        self._next_contact = max(last, self._teller.last_id)

        # what the integration knows
        self.sync = SyncState()
        self.last_polls: list[int] = list(cast.polls)
        self.next_poll: int = (cast.polls[-1] if cast.polls else now) + settings.poll_ms
        self.row_changes: dict[str, dict[str, None]] = {}
        """Row id → fields changed since the last poll; ``*``: created or merged into, ``undeleted``: came back."""
        self.row_deletions: dict[str, None] = {}
        """Rows deleted or merged away since the last poll."""
        self.conversions: dict[str, str] = {}
        """Lead id → id of the contact it was converted into, since the last poll (which reads and clears it)."""
        self.buried_with: dict[str, str] = {}
        """Deleted row → the row whose deletion took it along: both come back together."""
        self.known_dead: dict[str, None] = {
            row.id: None for name in PEOPLE for row in self.rows[name].values() if row.deleted
        }
        self.pending_passes: dict[str, int] = {}
        """Contact id → instant at which its event-driven pass is due."""
        self.overdue: dict[str, None] = {}
        """Contacts whose pass fell into a pause."""

    @property
    def settings(self) -> Settings:
        return self._settings

    @settings.setter
    def settings(self, settings: Settings) -> None:
        self._settings = settings
        self.changes.everything()

    # filling --------------------------------------------------------------------------------------------------

    def _load_rows(self, cast: Cast) -> None:
        parents = {
            (look.child, look.field)
            for parent in ("Lead", "Contact", "Account", "Opportunity", "Campaign", "Case")
            for look in lookups_at(parent)
        }
        self._parent_fields: dict[str, tuple[str, ...]] = {}
        for child, name in sorted(parents):
            self._parent_fields[child] = (*self._parent_fields.get(child, ()), name)
        for cast_row in cast.rows:
            self.load_row(cast_row)

    def load_row(self, cast_row: CastRow) -> None:
        """A row that was there from the beginning."""
        values = dict(cast_row.values)
        values.pop("Id", None)
        if cast_row.object in (*PEOPLE, "User") and "Name" not in values:
            values["Name"] = " ".join(str(values[part]) for part in ("FirstName", "LastName") if values.get(part))
        deleted = bool(values.pop("IsDeleted", False))
        master = values.pop("MasterRecordId", None)
        self._enter(Row(cast_row.object, cast_row.id, values, deleted, str(master) if master else None))

    def parent_fields(self, object_name: str) -> tuple[str, ...]:
        """The lookups of an object that ``children`` indexes."""
        return self._parent_fields.get(object_name, ())

    def add_row(self, row: Row) -> None:
        """A row that is born now."""
        for name in self._parent_fields.get(row.object, ()):
            parent = row.values.get(name)
            if isinstance(parent, str) and parent:
                self._children.setdefault(parent)  # what was there before comes first
        self._enter(row)
        self.changes.note(row.id)

    def _enter(self, row: Row) -> None:
        self.rows.setdefault(row.object, {})[row.id] = row
        for name in self._parent_fields.get(row.object, ()):
            parent = row.values.get(name)
            if isinstance(parent, str) and parent:
                self._children.add(parent, (row.object, row.id, name))
        if row.object in PEOPLE and not row.deleted:
            self._index_email(row, None, row.values.get("Email"))

    def _index_email(self, row: Row, old: Value, new: Value) -> None:
        if isinstance(old, str) and old:
            self.people_by_email.get(old.lower(), {}).pop(row.id, None)
        if isinstance(new, str) and new:
            self.people_by_email.setdefault(new.lower(), {})[row.id] = None

    def _load_contacts(self, cast: Cast) -> None:
        for cast_contact in cast.contacts:
            values = cast_contact.values
            contact = Contact(cast_contact.id, values, cast_contact.created_at, cast_contact.updated_at)
            if extra := values.get("hs_additional_emails"):
                contact.additional = tuple(part.strip().lower() for part in extra.split(";") if part.strip())
            if merged := values.get("hs_calculated_merged_vids"):
                pairs = [part.partition(":") for part in merged.split(";") if part]
                contact.merged = tuple((old, int(at or 0)) for old, _, at in pairs)
                for old, _ in contact.merged:
                    self.aliases[old] = contact.id
            if values.get("archived") == "true":
                contact.archived_at = contact.updated_at
            contact.untold = self._teller.waiting(contact.id)
            self.contacts[contact.id] = contact
            self.index_contact(contact)
        for item in cast.objects:
            self.load_object(item)
        for event in cast.events:
            self.load_occurrence(event)
        for item_list in cast.lists:
            self._load_list(item_list)

    def load_object(self, item: CastObject) -> None:
        """A HubSpot object that was there from the beginning."""
        self.objects.setdefault(item.type, Numbered())[item.id] = HubSpotObject(
            item.type, item.id, dict(item.values), list(item.contacts)
        )
        for contact_id in item.contacts:
            if contact := self.contacts.get(contact_id):
                contact.told_objects.setdefault(item.type, []).append(item.id)

    def objects_from(self, kind: str, start: int) -> Iterator[HubSpotObject]:
        """The objects of one type whose id is ``start`` or higher, by growing id; only what is taken is looked at."""
        shelf = self.objects.setdefault(kind, Numbered())
        if isinstance(shelf, (Numbered, ToldObjects)):
            return shelf.beginning(start)
        return iter(sorted((item for item in shelf.values() if int(item.id) >= start), key=lambda item: int(item.id)))

    def load_occurrence(self, event: CastEvent) -> None:
        self.occurrences[event.id] = Occurrence(event.id, event.kind, event.contact, event.at, event.title)
        if contact := self.contacts.get(event.contact):
            contact.told_events.append(event.id)

    def _load_list(self, item: CastList) -> None:
        joined = self.began - 30 * 86_400_000
        self.lists[item.id] = ContactList(item.id, item.name, item.processing, dict.fromkeys(item.members, joined))
        for member in item.members:
            if contact := self.contacts.get(member):
                contact.lists.append(item.id)

    # indexes of contacts --------------------------------------------------------------------------------------

    def index_contact(self, contact: Contact) -> None:
        """Enter a live contact's addresses and links into the indexes: what comes after every change of one."""
        self.changes.note(contact.id)
        if contact.archived_at is not None:
            return
        for address in contact.addresses:
            self.addresses.setdefault(address, contact.id)
        for name in LINKS:
            if held := contact.get(name):
                self.links.setdefault(held, {})[contact.id] = None

    def unindex_contact(self, contact: Contact) -> None:
        """Take a contact out of the indexes: what comes before every change of a live one."""
        self.portal.search.note(self, "contacts", contact.id, contact)
        self.changes.note(contact.id)
        for address in contact.addresses:
            if self.addresses.get(address) == contact.id:
                del self.addresses[address]
        for name in LINKS:
            if held := contact.get(name):
                self.links.get(held, {}).pop(contact.id, None)

    def holders(self, salesforce_id: str) -> list[Contact]:
        """Live contacts that hold this Salesforce id in either link property."""
        return [self.contacts[key] for key in self.links.get(salesforce_id, {})]

    def set_values(
        self,
        contact: Contact,
        changes: Mapping[str, str],
        *,
        source: str,
        additional: Iterable[str] | None = None,
        at: int | None = None,
    ) -> list[str]:
        """Write properties of a contact: values, history, indexes, ``updated_at``. Returns the names that changed."""
        moment = self.now if at is None else at
        changed = [name for name, value in changes.items() if contact.get(name) != value]
        extra = None if additional is None else tuple(dict.fromkeys(additional))
        if not changed and (extra is None or extra == contact.additional):
            return []
        self.unindex_contact(contact)
        values = dict(contact.values)
        for name in changed:
            self.remember(contact, name)
            contact.history[name].insert(0, Version(changes[name], moment, source))
            if changes[name]:
                values[name] = changes[name]
            else:
                values.pop(name, None)
        contact.values = values
        if extra is not None:
            contact.additional = extra
        contact.updated_at = max(moment, contact.updated_at + 1)
        self.index_contact(contact)
        return changed

    def remember(self, contact: Contact, name: str) -> None:
        """Begin a property's history with the value it had when the world began."""
        if name not in contact.history:
            contact.history[name] = self.first_versions(contact, name)

    def first_versions(self, contact: Contact, name: str) -> list[Version]:
        """What had become of a property by the time the world began, newest first."""
        return [Version(value, at, source) for value, at, source in past(contact, name)]

    def versions(self, contact: Contact, name: str) -> list[Version]:
        """A property's history, newest first."""
        return contact.history.get(name) or self.first_versions(contact, name)

    def changed_at(self, contact: Contact, name: str) -> int:
        """When a property last changed; 0 when before the world began."""
        entries = contact.history.get(name)
        return entries[0].at if entries and entries[0].at >= self.began else 0

    # Salesforce rows ------------------------------------------------------------------------------------------

    def row(self, record_id: str) -> Row | None:
        """A row by its 18-character id, deleted ones included."""
        name = object_of(record_id)
        return self.rows[name].get(record_id) if name else None

    def alive(self, record_id: str) -> Row | None:
        row = self.row(record_id)
        return None if row is None or row.deleted else row

    def write_row(self, row: Row, changes: Mapping[str, Value], *, by: str) -> list[str]:
        """Set fields of a row, its stamps and the indexes; returns the fields that really changed.

        Any successful update stamps the row, also one that changes nothing (facts/salesforce.md §12).
        """
        changed = [name for name, value in changes.items() if row.values.get(name) != value]
        for name in changed:
            old, new = row.values.get(name), changes[name]
            if name == "Email" and row.object in PEOPLE:
                self._index_email(row, old, new)
            if name in self._parent_fields.get(row.object, ()):
                if isinstance(old, str):
                    self.children.get(old, {}).pop((row.object, row.id, name), None)
                if isinstance(new, str):
                    self.children.setdefault(new, {})[(row.object, row.id, name)] = None
            row.values[name] = new
            row.changed[name] = self.now
        self.changes.note(row.id)
        stamp = self.now // 1000 * 1000
        row.values["SystemModstamp"] = stamp
        row.values["LastModifiedDate"] = stamp
        row.values["LastModifiedById"] = by
        if row.object in PEOPLE and by != self.integration_user_id:
            self.row_changes.setdefault(row.id, {}).update(dict.fromkeys(changed))
        return changed

    def bury(self, row: Row, master_id: str | None) -> None:
        """Mark a row deleted (and merged into ``master_id``)."""
        self.changes.note(row.id)
        row.deleted = True
        row.master_id = master_id
        stamp = self.now // 1000 * 1000
        row.values["SystemModstamp"] = stamp
        row.values["LastModifiedDate"] = stamp
        row.values["LastModifiedById"] = self.admin_id
        if row.object in PEOPLE:
            self._index_email(row, row.values.get("Email"), None)
            self.row_changes.pop(row.id, None)
        if row.object in (*PEOPLE, "Account"):
            self.row_deletions[row.id] = None

    def unbury(self, row: Row) -> None:
        self.changes.note(row.id)
        row.deleted = False
        row.master_id = None
        self.row_deletions.pop(row.id, None)
        self.known_dead.pop(row.id, None)
        if row.object in PEOPLE:
            self._index_email(row, None, row.values.get("Email"))
            self.row_changes.setdefault(row.id, {})["undeleted"] = None

    # numbers, queue, log --------------------------------------------------------------------------------------

    def new_contact_id(self) -> str:
        self._next_contact += self.random.randint(1, 40)
        return str(self._next_contact)

    def new_row_number(self) -> int:
        self._row_number += 1
        return self._row_number

    def later(self, at: int, work: Work) -> None:
        """Queue work; work of one instant runs in the order it was queued."""
        self._queued += 1
        heapq.heappush(self.queue, (at, self._queued, work))

    def log(self, who: str, what: str, **members: Any) -> None:
        self.events.add(self.now, who, what, members)
