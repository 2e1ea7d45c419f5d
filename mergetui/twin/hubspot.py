"""HubSpot: contacts, archive, lists, subscriptions. One function per event; facts/hubspot.md §2, §8, §11."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from mergetui.twin import hubspot_values
from mergetui.twin.events import (
    ArchiveContact,
    ChangeMembership,
    ChangeSubscription,
    CreateContact,
    RestoreContact,
    UpdateContact,
)
from mergetui.twin.mapping import MAPPED_PROPERTIES
from mergetui.twin.portal import STAGES
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, State

Trigger = Callable[[State, Contact], None]
"""Called for a contact whose change may start an event-driven pass."""


# finding --------------------------------------------------------------------------------------------------------


def current_id(state: State, contact_id: str) -> str:
    """The id a possibly old id leads to; chains of merges are followed."""
    while contact_id in state.aliases:
        contact_id = state.aliases[contact_id]
    return contact_id


def contact_of(state: State, contact_id: str) -> Contact | None:
    """Live or archived contact by a current or old id, as ``GET /contacts/{id}`` resolves it."""
    return state.contacts.get(current_id(state, contact_id))


def missing() -> HubSpotRefusal:
    return HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")


def held(state: State, contact_id: str, old_ids: bool) -> Contact | None:
    """The live contact of this id; of a merged contact's id only when ``old_ids``.

    Whether anything but GET resolves old ids is unconfirmed (facts/hubspot.md §4): ``Settings.old_id_in_…`` decides.
    """
    contact = contact_of(state, contact_id) if old_ids else state.contacts.get(contact_id)
    return None if contact is None or contact.archived_at is not None else contact


def live(state: State, contact_id: str, *, old_ids: bool = False) -> Contact:
    """Like ``held``; raises 404 for what is not there."""
    contact = held(state, contact_id, old_ids)
    if contact is None:
        raise missing()
    return contact


SEARCHABLE = {
    "phone": "hs_searchable_calculated_phone_number",
    "mobilephone": "hs_searchable_calculated_mobile_number",
}
"""Numbers → the properties by which they are searched (facts/hubspot.md §3)."""


@lru_cache(maxsize=4_096)
def searchable(number: str) -> str:
    """The digits of a phone number without its country code, which is what stands between + and the first gap."""
    return _NO_DIGITS.sub("", _COUNTRY.sub("", number))


_COUNTRY, _NO_DIGITS = re.compile(r"^\s*\+\d+[\s().-]+"), re.compile(r"\D")


def computed(state: State, contact: Contact) -> dict[str, str]:
    """Properties that are not shown as they are stored; an empty one is not shown at all."""
    stored = contact.values
    address = contact.address
    values = {
        "archived": "",
        "hs_object_id": contact.id,
        "lastmodifieddate": iso(contact.updated_at),
        "hs_additional_emails": ";".join(contact.additional) if contact.additional else "",
    }
    if "createdate" not in stored:
        values["createdate"] = iso(contact.created_at)
    if address:
        values["hs_email_domain"] = address.partition("@")[2]
    if contact.merged:
        values["hs_merged_object_ids"] = ";".join(old for old, _ in contact.merged)
        values["hs_calculated_merged_vids"] = ";".join(f"{old}:{at}" for old, at in contact.merged)
        values["hs_all_contact_vids"] = ";".join([contact.id, *(old for old, _ in contact.merged)])
    for name, number_name in _SEARCHED:
        if number := stored.get(name):
            values[number_name] = searchable(number)
    if contact.companies:
        values["associatedcompanyid"] = contact.companies[0]
    opted = state.unsubscribed.get(address)
    if opted:
        for subscription in opted:
            values[f"hs_email_optout_{subscription}"] = "true"
        if all(subscription in opted for subscription in state.subscriptions):
            values["hs_email_optout"] = "true"
    return values


_SEARCHED = tuple(SEARCHABLE.items())


def shown(state: State, contact: Contact) -> dict[str, str]:
    """All properties of a contact, the computed ones included."""
    values = dict(contact.values)
    for name, value in computed(state, contact).items():
        if value:
            values[name] = value
        else:
            values.pop(name, None)
    return values


# addresses ------------------------------------------------------------------------------------------------------


def _address_change(state: State, contact: Contact | None, address: str) -> tuple[str, ...] | None:
    """Additional addresses after ``address`` became primary; None when they stay.

    Raises 409 when another live contact owns it, as primary or additional, or when it is the contact's own additional
    one and ``own_additional_as_primary`` says conflict.
    """
    owner = state.addresses.get(address)
    if owner is None:
        return None
    mine = contact is not None and owner == contact.id
    if not mine or contact is None:
        raise _taken(owner)
    if address == contact.address:
        return None
    if state.settings.own_additional_as_primary == "conflict":
        raise _taken(owner)
    return tuple(a for a in (contact.address, *contact.additional) if a and a != address)


def _taken(owner: str) -> HubSpotRefusal:
    return HubSpotRefusal(409, "CONFLICT", f"Contact already exists. Existing ID: {owner}")


# events ---------------------------------------------------------------------------------------------------------


def check_create(state: State, given: Mapping[str, str]) -> dict[str, str]:
    """What ``POST /contacts`` would store. Raises 400 and 409."""
    values = _checked(state, None, given)
    if address := values.get("email"):
        if address in state.portal.forgotten:  # status and words of a blocked address are unconfirmed
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "The email address is on the GDPR blocklist of this account.")
        _address_change(state, None, address)
    return values


def create_contact(state: State, event: CreateContact, trigger: Trigger) -> Contact:
    """``POST /contacts``; row 1–4: a new contact may start a pass."""
    values = check_create(state, event.values)
    contact = add_contact(state, values, event.source)
    trigger(state, contact)
    return contact


def add_contact(state: State, values: Mapping[str, str], source: str) -> Contact:
    """A new live contact with a new id; the values are taken as they are."""
    contact = Contact(state.new_contact_id(), {}, state.now, state.now)
    state.portal.search.note(state, "contacts", contact.id, None)
    state.contacts[contact.id] = contact
    filled = {name: value for name, value in values.items() if value}
    filled["createdate"] = iso(state.now)
    filled.setdefault("lifecyclestage", "lead")
    filled["hs_object_source"] = "SALESFORCE" if source == "SALESFORCE" else "INTEGRATION"
    filled["hs_object_source_label"] = source
    state.set_values(contact, filled, source=source)
    state.log("integration" if source == "SALESFORCE" else "hubspot", "create", contact=contact.id)
    return contact


def check_update(state: State, contact: Contact, given: Mapping[str, str]) -> dict[str, str]:
    """What ``PATCH`` would store. Raises 400 and 409."""
    values = _checked(state, contact, given)
    if address := values.get("email"):
        _address_change(state, contact, address)
    return values


def update_contact(state: State, event: UpdateContact, trigger: Trigger) -> Contact:
    """``PATCH /contacts/{id}``. Rows 1–5: a changed mapped property starts a pass, an unmapped one never."""
    contact = live(state, event.id, old_ids=state.settings.old_id_in_update)
    values = _checked(state, contact, event.values)
    additional = None
    if address := values.get("email"):
        additional = _address_change(state, contact, address)
    stage = values.get("lifecyclestage")
    before = contact.get("lifecyclestage")
    if stage and before in STAGES and stage in STAGES and STAGES.index(stage) < STAGES.index(before):
        del values["lifecyclestage"]  # moves only forward through the API, silently (facts/hubspot.md §5)
    follows = _swap_counters(state, contact, values["email"]) if "email" in values else {}
    changed = state.set_values(contact, values, source=event.source, additional=additional)
    if follows:
        state.set_values(contact, follows, source="CALCULATED")
    if changed:
        state.log("hubspot", "update", contact=contact.id, properties=changed)
    if any(name in MAPPED_PROPERTIES for name in changed):
        trigger(state, contact)
    return contact


def per_address(name: str) -> bool:
    """Whether a property tells of the current primary address, not of the person (facts/hubspot.md §4)."""
    return name.startswith("hs_email_") and name != "hs_email_domain"


def _swap_counters(state: State, contact: Contact, address: str) -> dict[str, str]:
    """The e-mail properties after ``address`` became primary: those kept for it, the others blank."""
    if address.lower() == contact.address:
        return {}
    kept = {name: value for name, value in contact.values.items() if per_address(name)}
    if contact.address:
        state.portal.counters[contact.address] = kept
    return {**dict.fromkeys(kept, ""), **state.portal.counters.get(address.lower(), {})}


def _checked(state: State, contact: Contact | None, given: Mapping[str, str]) -> dict[str, str]:
    """Raises 400, and 409 when another contact holds a unique value (its words are unconfirmed)."""
    known = state.portal.properties("contacts")
    values = hubspot_values.checked(known, given, owner_ids(state))
    for name, value in values.items():
        if value and name != "email" and known[name].unique:
            other = by_unique(state, name, value)
            if other is not None and other is not contact:
                raise HubSpotRefusal(
                    409, "CONFLICT", f'A contact with {name} "{value}" already exists. Existing ID: {other.id}'
                )
    check_required(state, {**(contact.values if contact is not None else {}), **values})
    return values


def check_required(state: State, values: Mapping[str, str]) -> None:
    """Raises 400 when a contact would lack what the account's rules ask for (facts/hubspot.md §1)."""
    absent = [name for name in state.settings.required_properties if not values.get(name)]
    if absent:
        code = "MISSING_REQUIRED_PROPERTY"
        raise HubSpotRefusal(
            400, "VALIDATION_ERROR", f"Some required properties were not set: [{', '.join(absent)}]",
            errors=[
                {"message": f"{name} is required", "code": code, "context": {"propertyName": [name]}}
                for name in absent
            ],
        )  # fmt: skip


def owner_ids(state: State) -> frozenset[str] | None:
    """None (any) in a world that knows no owners."""
    return frozenset(owner.id for owner in state.owners) or None


def by_unique(state: State, name: str, value: str) -> Contact | None:
    """The live contact that holds a value of a unique property."""
    if name == "email":
        owner = state.addresses.get(value.lower())
        return state.contacts[owner] if owner else None
    lower = value.lower()
    found = (c for c in state.contacts.values() if c.archived_at is None and c.get(name).lower() == lower)
    return next(found, None)


def archive_contact(state: State, event: ArchiveContact) -> None:
    """``DELETE /contacts/{id}``; row 27: nothing happens in Salesforce."""
    archive(state, live(state, event.id, old_ids=state.settings.old_id_in_update), "hubspot")


def archive(state: State, contact: Contact, who: str, **why: str) -> None:
    """Put a live contact into the recycling bin (90 days)."""
    state.unindex_contact(contact)
    contact.archived_at = state.now
    contact.updated_at = max(state.now, contact.updated_at + 1)
    state.log(who, "archive", contact=contact.id, **why)


def restore_contact(state: State, event: RestoreContact) -> Contact:
    """Row 28: refused while a live contact carries one of its addresses. Only the UI can do this for real."""
    contact = state.contacts.get(event.id)
    if contact is None or contact.archived_at is None:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.")
    for address in contact.addresses:
        if owner := state.addresses.get(address):
            raise _taken(owner)
    state.portal.search.note(state, "contacts", contact.id, None)
    contact.archived_at = None
    contact.updated_at = max(state.now, contact.updated_at + 1)
    state.index_contact(contact)
    state.log("hubspot", "restore", contact=contact.id)
    return contact


def change_subscription(state: State, event: ChangeSubscription) -> None:
    """Subscriptions belong to the address, not to the contact (facts/hubspot.md §4, §8)."""
    if event.subscription_id not in state.subscriptions:
        raise HubSpotRefusal(
            400, "VALIDATION_ERROR", f"Subscription {event.subscription_id} does not exist in this portal"
        )
    state.changes.everything()  # any contact with this address shows it
    opted = state.unsubscribed.setdefault(event.address.lower(), {})
    if event.subscribed:
        opted.pop(event.subscription_id, None)
    else:
        opted[event.subscription_id] = None
    what = "subscribe" if event.subscribed else "unsubscribe"
    state.log("hubspot", what, contact=state.addresses.get(event.address.lower(), ""), list=event.subscription_id)


def change_membership(state: State, event: ChangeMembership) -> tuple[list[str], list[str], list[str]]:
    """Returns the ids added, removed and missing. Raises 404, and 400 for a list HubSpot fills itself."""
    found = state.lists.get(event.list_id)
    if found is None:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"List does not exist with ID {event.list_id}.")
    if found.processing == "DYNAMIC":
        raise HubSpotRefusal(400, "VALIDATION_ERROR", "List is not of processing type MANUAL or SNAPSHOT.")
    added, removed, unknown = [], [], []
    old_ids = state.settings.old_id_in_lists
    for contact_id in event.add:
        contact = held(state, contact_id, old_ids)
        if contact is None:
            unknown.append(contact_id)
        elif contact.id not in found.members:
            found.members[contact.id] = state.now
            contact.lists.append(found.id)
            added.append(contact.id)
    for contact_id in event.remove:
        contact = held(state, contact_id, old_ids)
        if contact is None:
            unknown.append(contact_id)
        elif found.members.pop(contact.id, None) is not None:
            contact.lists.remove(found.id)
            removed.append(contact.id)
    if added or removed:
        found.updated_at = state.now
    return added, removed, unknown
