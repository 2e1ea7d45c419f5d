"""One object type as the record calls need it: finding, searching, writing. All types behave alike here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_shapes import invalid
from mergetui.twin import associations, hubspot, portal_work
from mergetui.twin.events import ArchiveContact, CreateContact, MergeContacts, UpdateContact
from mergetui.twin.object_properties import SEARCHED
from mergetui.twin.portal import OBJECT_TYPES, Property, singular
from mergetui.twin.portal_events import ArchiveObject, CreateObject, MergeObjects, UpdateObject
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.state import Contact, HubSpotObject, State

Record = Contact | HubSpotObject


class Kind(Protocol):
    name: str
    queried: Sequence[str]
    """Where the ``query`` of a search looks."""

    def page(self, start: int, count: int, *, archived: bool) -> Sequence[Record]:
        """So many of those whose id is ``start`` or higher, in the order of their ids."""

    def living(self) -> Iterable[Record]:
        """All that are not archived."""

    def read(self, record_id: str) -> Record | None:
        """As a single GET resolves ids: those of merged records lead to what they became."""

    def exact(self, record_id: str) -> Record | None:
        """As batch calls resolve ids."""

    def by(self, name: str, value: str) -> Record | None:
        """By a unique property. Raises 400 for others."""

    def check_create(self, values: Mapping[str, str]) -> None: ...
    def create(self, values: Mapping[str, str]) -> Record: ...
    def check_update(self, record: Record, values: Mapping[str, str]) -> None: ...
    def update(self, record_id: str, values: Mapping[str, str]) -> Record: ...
    def archive(self, record_id: str) -> None: ...
    def merge(self, primary: str, secondary: str) -> Record: ...
    def indexed(self, name: str, texts: Sequence[str]) -> Iterable[str] | None:
        """Ids of the records that may hold one of the values; None: this property has no index."""

    def schema(self) -> Mapping[str, Property]: ...


def kind(sandbox: Sandbox, name: str) -> Kind:
    return People(sandbox) if name == "contacts" else Things(sandbox, name)


class People:
    name = "contacts"
    queried: Sequence[str] = (
        "firstname",
        "lastname",
        "email",
        "phone",
        "hs_additional_emails",
        "fax",
        "mobilephone",
        "company",
    )

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def page(self, start: int, count: int, *, archived: bool) -> Sequence[Contact]:
        if archived:  # few among many: found once
            gone = self._sandbox.fragments.keep(("contacts", "archived"), lambda: _gone(self._state.contacts))
            return [contact for contact in gone if int(contact.id) >= start][:count]
        return list(islice((c for c in self._state.contacts.beginning(start) if c.archived_at is None), count))

    def living(self) -> Iterable[Contact]:
        return (contact for contact in self._state.contacts.values() if contact.archived_at is None)

    def read(self, record_id: str) -> Contact | None:
        return hubspot.contact_of(self._state, record_id)

    def exact(self, record_id: str) -> Contact | None:
        return self.read(record_id) if self._state.settings.old_id_in_batch else self._state.contacts.get(record_id)

    def by(self, name: str, value: str) -> Contact | None:
        if name == "hs_object_id":
            return self.read(value)
        spec = self.schema().get(name)
        if spec is None or not spec.unique:
            raise invalid(f"Property {name} is not a unique identifier property of CONTACT")
        return hubspot.by_unique(self._state, name, value)

    def check_create(self, values: Mapping[str, str]) -> None:
        hubspot.check_create(self._state, values)

    def create(self, values: Mapping[str, str]) -> Contact:
        made: Contact = self._sandbox.apply(CreateContact(values))
        return made

    def check_update(self, record: Record, values: Mapping[str, str]) -> None:
        assert isinstance(record, Contact)
        hubspot.check_update(self._state, record, values)

    def update(self, record_id: str, values: Mapping[str, str]) -> Contact:
        changed: Contact = self._sandbox.apply(UpdateContact(record_id, values))
        return changed

    def archive(self, record_id: str) -> None:
        self._sandbox.apply(ArchiveContact(record_id))

    def merge(self, primary: str, secondary: str) -> Contact:
        merged: Contact = self._sandbox.apply(MergeContacts(primary, secondary))
        return merged

    def indexed(self, name: str, texts: Sequence[str]) -> Iterable[str] | None:
        state = self._state
        match name:
            case "salesforcecontactid" | "salesforceleadid":
                wanted = {text.lower() for text in texts}  # text compares without case, ids too
                return [key for held, ids in state.links.items() if held.lower() in wanted for key in ids]
            case "email" | "hs_additional_emails":
                return [state.addresses[text.lower()] for text in texts if text.lower() in state.addresses]
            case "hs_object_id":
                return texts
        return None

    def schema(self) -> Mapping[str, Property]:
        return self._state.portal.properties("contacts")


class Things:
    """Companies, deals, tickets and activities."""

    def __init__(self, sandbox: Sandbox, name: str) -> None:
        self._sandbox = sandbox
        self.name = name
        self.queried: Sequence[str] = SEARCHED.get(name, ())

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def _items(self) -> Mapping[str, HubSpotObject]:
        return self._state.objects.get(self.name, {})

    def page(self, start: int, count: int, *, archived: bool) -> Sequence[HubSpotObject]:
        found = self._state.objects_from(self.name, start)
        return list(islice((item for item in found if (item.archived_at is not None) == archived), count))

    def living(self) -> Iterable[HubSpotObject]:
        return (item for item in self._items().values() if item.archived_at is None)

    def read(self, record_id: str) -> HubSpotObject | None:
        return self._items().get(self._state.portal.aliases.get((self.name, record_id), record_id))

    def exact(self, record_id: str) -> HubSpotObject | None:
        return self._items().get(record_id)

    def by(self, name: str, value: str) -> HubSpotObject | None:
        if name == "hs_object_id":
            return self.read(value)
        spec = self.schema().get(name)
        if spec is None or not spec.unique:
            raise invalid(f"Property {name} is not a unique identifier property of {singular(self.name).upper()}")
        found = (item for item in self._items().values() if item.archived_at is None)
        return next((item for item in found if (item.values.get(name) or "").lower() == value.lower()), None)

    def check_create(self, values: Mapping[str, str]) -> None:
        portal_work.check_object(self._state, self.name, dict(values), new=True)

    def create(self, values: Mapping[str, str]) -> HubSpotObject:
        made: HubSpotObject = self._sandbox.apply(CreateObject(self.name, values))
        return made

    def check_update(self, record: Record, values: Mapping[str, str]) -> None:
        portal_work.check_object(self._state, self.name, dict(values), new=False)

    def update(self, record_id: str, values: Mapping[str, str]) -> HubSpotObject:
        changed: HubSpotObject = self._sandbox.apply(UpdateObject(self.name, record_id, values))
        return changed

    def archive(self, record_id: str) -> None:
        self._sandbox.apply(ArchiveObject(self.name, record_id))

    def merge(self, primary: str, secondary: str) -> HubSpotObject:
        if self.name not in ("companies", "deals", "tickets"):
            raise HubSpotRefusal(400, "VALIDATION_ERROR", f"Objects of type {OBJECT_TYPES[self.name]} cannot be merged")
        merged: HubSpotObject = self._sandbox.apply(MergeObjects(self.name, primary, secondary))
        return merged

    def indexed(self, name: str, texts: Sequence[str]) -> Iterable[str] | None:
        if name == "hs_object_id":
            return texts
        if name in ("associations.contact", "associations.contacts"):
            state = self._state
            people = (associations.record(state, "contacts", text) for text in texts)
            return [key for person in people if person for key in associations.related(state, person, self.name)]
        return None

    def schema(self) -> Mapping[str, Property]:
        return self._state.portal.properties(self.name)


def exists(record: Any, archived: bool) -> bool:
    """Whether a found record is one that a call with this ``archived`` flag sees."""
    return record is not None and (record.archived_at is not None) == archived


def _gone(contacts: Mapping[str, Contact]) -> list[Contact]:
    return sorted((c for c in contacts.values() if c.archived_at is not None), key=lambda contact: int(contact.id))
