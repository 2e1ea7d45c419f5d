"""HubSpot: contacts, merge, archive, lists, subscriptions. One function per event; facts/hubspot.md §2, §4, §11."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping

from mergetui.twin.events import (
    ArchiveContact,
    ChangeMembership,
    ChangeSubscription,
    CreateContact,
    MergeContacts,
    RestoreContact,
    UpdateContact,
)
from mergetui.twin.hubspot_properties import EARLIEST, FOLLOWS, LATEST, SUMMED
from mergetui.twin.mapping import MAPPED_PROPERTIES
from mergetui.twin.portal import LINKS, STAGES, properties
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso, parse_iso
from mergetui.twin.state import Contact, State, Version

MERGE_LIMIT = 250
"""Identities on one profile (facts/hubspot.md §4)."""

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")

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


def live(state: State, contact_id: str) -> Contact:
    """The live contact of exactly this id. Raises 404 for old, archived and unknown ids.

    Whether anything but GET resolves old ids is unconfirmed (facts/hubspot.md §4): here nothing does.
    """
    contact = state.contacts.get(contact_id)
    if contact is None or contact.archived_at is not None:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")
    return contact


def shown(state: State, contact: Contact) -> dict[str, str]:
    """All properties of a contact, the computed ones included."""
    values = dict(contact.values)
    values.pop("archived", None)
    values["hs_object_id"] = contact.id
    values.setdefault("createdate", iso(contact.created_at))
    values["lastmodifieddate"] = iso(contact.updated_at)
    if contact.additional:
        values["hs_additional_emails"] = ";".join(contact.additional)
    else:
        values.pop("hs_additional_emails", None)
    if contact.merged:
        values["hs_merged_object_ids"] = ";".join(old for old, _ in contact.merged)
        values["hs_calculated_merged_vids"] = ";".join(f"{old}:{at}" for old, at in contact.merged)
        values["hs_all_contact_vids"] = ";".join([contact.id, *(old for old, _ in contact.merged)])
    if contact.objects.get("companies"):
        values["associatedcompanyid"] = contact.objects["companies"][0]
    opted = state.unsubscribed.get(contact.address, {})
    if opted:
        for subscription in opted:
            values[f"hs_email_optout_{subscription}"] = "true"
        if all(subscription in opted for subscription in state.subscriptions):
            values["hs_email_optout"] = "true"
    return values


# checking -------------------------------------------------------------------------------------------------------


def _checked(changes: Mapping[str, str]) -> dict[str, str]:
    """The changes as HubSpot stores them. Raises 400 VALIDATION_ERROR naming every bad one."""
    known = properties()
    found: dict[str, str] = {}
    bad: list[tuple[str, str, str]] = []
    for name, given in changes.items():
        spec = known.get(name)
        value = given.strip()
        if spec is None:
            bad.append(("PROPERTY_DOESNT_EXIST", name, f'Property "{name}" does not exist'))
        elif spec.read_only or spec.calculated:
            bad.append(("READ_ONLY_VALUE", name, f'"{name}" is a read only property; its value cannot be set.'))
        elif value and name == "email" and not _EMAIL.fullmatch(value):
            bad.append(("INVALID_EMAIL", name, "Email address is invalid"))
        elif value and spec.type == "number" and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            bad.append(("INVALID_INTEGER", name, f"{name} was not a valid number."))
        elif value and spec.options and value not in {option for option, _ in spec.options}:
            bad.append(("INVALID_OPTION", name, f"{value} was not one of the allowed options"))
        else:
            found[name] = value.lower() if name == "email" else value
    if bad:
        details = [{"isValid": False, "message": text, "error": code, "name": name} for code, name, text in bad]
        raise HubSpotRefusal(
            400,
            "VALIDATION_ERROR",
            "Property values were not valid: " + json.dumps(details, separators=(",", ":")),
            errors=[
                {"message": text, "code": code, "context": {"propertyName": [name]}, "in": "property"}
                for code, name, text in bad
            ],
        )
    return found


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


def create_contact(state: State, event: CreateContact, trigger: Trigger) -> Contact:
    """``POST /contacts``; row 1–4: a new contact may start a pass."""
    values = _checked(event.values)
    if address := values.get("email"):
        _address_change(state, None, address)
    contact = add_contact(state, values, event.source)
    trigger(state, contact)
    return contact


def add_contact(state: State, values: Mapping[str, str], source: str) -> Contact:
    """A new live contact with a new id; the values are taken as they are."""
    contact = Contact(state.new_contact_id(), {}, state.now, state.now)
    state.contacts[contact.id] = contact
    filled = {name: value for name, value in values.items() if value}
    filled["createdate"] = iso(state.now)
    filled.setdefault("lifecyclestage", "lead")
    filled["hs_object_source"] = "SALESFORCE" if source == "SALESFORCE" else "INTEGRATION"
    filled["hs_object_source_label"] = source
    state.set_values(contact, filled, source=source)
    state.log("integration" if source == "SALESFORCE" else "hubspot", "create", contact=contact.id)
    return contact


def update_contact(state: State, event: UpdateContact, trigger: Trigger) -> Contact:
    """``PATCH /contacts/{id}``. Rows 1–5: a changed mapped property starts a pass, an unmapped one never."""
    contact = live(state, event.id)
    values = _checked(event.values)
    additional = None
    if address := values.get("email"):
        additional = _address_change(state, contact, address)
    stage = values.get("lifecyclestage")
    before = contact.get("lifecyclestage")
    if stage and before in STAGES and stage in STAGES and STAGES.index(stage) < STAGES.index(before):
        del values["lifecyclestage"]  # moves only forward through the API, silently (facts/hubspot.md §5)
    changed = state.set_values(contact, values, source=event.source, additional=additional)
    if changed:
        state.log("hubspot", "update", contact=contact.id, properties=changed)
    if any(name in MAPPED_PROPERTIES for name in changed):
        trigger(state, contact)
    return contact


def archive_contact(state: State, event: ArchiveContact) -> None:
    """``DELETE /contacts/{id}``; row 27: nothing happens in Salesforce."""
    archive(state, live(state, event.id), "hubspot")


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
    added, removed, missing = [], [], []
    for contact_id in event.add:
        contact = state.contacts.get(contact_id)
        if contact is None or contact.archived_at is not None:
            missing.append(contact_id)
        elif contact_id not in found.members:
            found.members[contact_id] = state.now
            contact.lists.append(found.id)
            added.append(contact_id)
    for contact_id in event.remove:
        if found.members.pop(contact_id, None) is not None:
            if contact := state.contacts.get(contact_id):
                contact.lists.remove(found.id)
            removed.append(contact_id)
    return added, removed, missing


# merge ----------------------------------------------------------------------------------------------------------


def merge_contacts(state: State, event: MergeContacts, trigger: Trigger) -> Contact:
    """Row 25 and facts/hubspot.md §4: a new record with a new id; both old ids become aliases of it."""
    first, second = (_party(state, given) for given in (event.primary_id, event.secondary_id))
    if first is second:
        # Status and body of this are unconfirmed; 400 is the choice facts/hubspot.md §4 makes.
        raise HubSpotRefusal(400, "VALIDATION_ERROR", "Cannot merge a contact with itself")
    if len(first.merged) + len(second.merged) + 2 >= MERGE_LIMIT:
        raise HubSpotRefusal(414, "VALIDATION_ERROR", "Cannot have more than 250 identities on a profile")

    values = _merged_values(state, first, second)
    for old in (first, second):
        state.unindex_contact(old)
        del state.contacts[old.id]
    merged = Contact(state.new_contact_id(), values, min(first.created_at, second.created_at), state.now)
    state.contacts[merged.id] = merged
    state.aliases[first.id] = state.aliases[second.id] = merged.id
    merged.merged = (*first.merged, *second.merged, (first.id, state.now), (second.id, state.now))
    address = values.get("email", "").lower()
    both = dict.fromkeys((*first.addresses, *second.addresses))
    merged.additional = tuple(known for known in both if known != address)
    merged.history = _merged_history(state, first, second, values)
    merged.sync_error = first.sync_error
    _join_timelines(state, merged, first, second)
    state.index_contact(merged)
    due = [state.pending_passes.pop(old.id, None) for old in (first, second)]
    state.log("hubspot", "merge", contact=merged.id, primary=first.id, secondary=second.id)
    if any(due):
        state.log("integration", "pass_moved", contact=merged.id)
    trigger(state, merged)
    return merged


def _party(state: State, contact_id: str) -> Contact:
    if contact_id in state.aliases:
        raise HubSpotRefusal(400, "VALIDATION_ERROR", f"Contact {contact_id} was already merged into another contact")
    return live(state, contact_id)


def _merged_values(state: State, first: Contact, second: Contact) -> dict[str, str]:
    """Primary wins and the secondary fills blanks (or newest wins, until 2023), with the documented exceptions."""
    names = dict.fromkeys((*first.values, *second.values))
    newest = state.settings.hs_merge == "newest_wins"
    values: dict[str, str] = {}
    for name in names:
        mine, other = first.get(name), second.get(name)
        if newest and mine and other and name not in LINKS and name != "email":
            later = state.changed_at(second, name) > state.changed_at(first, name)
            mine, other = (other, mine) if later else (mine, other)
        if mine or other:
            values[name] = mine or other
    for name in SUMMED:
        if first.get(name) and second.get(name):
            values[name] = str(int(float(first.get(name)) + float(second.get(name))))
    for names_of, pick in ((EARLIEST, min), (LATEST, max)):
        for name in names_of:
            if first.get(name) and second.get(name):
                values[name] = pick(first.get(name), second.get(name), key=_instant)
    for name, dated in FOLLOWS.items():
        source = first if values.get(dated) == first.get(dated) else second
        if source.get(name):
            values[name] = source.get(name)
    stages = [stage for stage in (first.get("lifecyclestage"), second.get("lifecyclestage")) if stage in STAGES]
    if stages:
        values["lifecyclestage"] = max(stages, key=STAGES.index)
    if "true" in (first.get("hs_marketable_status"), second.get("hs_marketable_status")):
        values["hs_marketable_status"] = "true"
    deals = {*first.objects.get("deals", ()), *second.objects.get("deals", ())}
    if deals:
        values["num_associated_deals"] = str(len(deals))
    for name in ("hs_merged_object_ids", "hs_calculated_merged_vids", "hs_all_contact_vids", "hs_additional_emails"):
        values.pop(name, None)
    return values


def _instant(text: str) -> int:
    try:
        return parse_iso(text)
    except ValueError:
        return 0


def _merged_history(
    state: State, first: Contact, second: Contact, values: Mapping[str, str]
) -> dict[str, list[Version]]:
    """Histories joined, newest first; a value the primary did not have before is new at the merge."""
    joined: dict[str, list[Version]] = {}
    for name in dict.fromkeys((*first.values, *second.values, *first.history, *second.history)):
        mine, other = state.versions(first, name), state.versions(second, name)
        stamps = {version.at for version in mine}
        entries = sorted((*mine, *(v for v in other if v.at not in stamps)), key=lambda v: v.at, reverse=True)
        if values.get(name, "") != first.get(name):
            entries.insert(0, Version(values.get(name, ""), state.now, "MERGE_CONTACTS"))
        elif entries and entries[0].value != first.get(name):
            entries.sort(key=lambda v: (v.value != first.get(name), -v.at))
        joined[name] = entries
    return joined


def _join_timelines(state: State, merged: Contact, first: Contact, second: Contact) -> None:
    """Associations, events and lists of both. The primary's company stays the primary one."""
    for kind in dict.fromkeys((*first.objects, *second.objects)):
        merged.objects[kind] = list(dict.fromkeys((*first.objects.get(kind, ()), *second.objects.get(kind, ()))))
        for object_id in merged.objects[kind]:
            if item := state.objects.get(kind, {}).get(object_id):
                item.contacts = list(
                    dict.fromkeys(merged.id if held in (first.id, second.id) else held for held in item.contacts)
                )
    merged.events = list(dict.fromkeys((*first.events, *second.events)))
    for event_id in merged.events:
        state.occurrences[event_id].contact = merged.id
    for list_id in dict.fromkeys((*first.lists, *second.lists)):
        found = state.lists[list_id]
        joined = [found.members.pop(old.id) for old in (first, second) if old.id in found.members]
        static = found.processing != "DYNAMIC"
        if static and state.settings.static_lists_after_merge == "dropped" and list_id not in first.lists:
            continue
        found.members[merged.id] = min(joined, default=state.now)
        merged.lists.append(list_id)
