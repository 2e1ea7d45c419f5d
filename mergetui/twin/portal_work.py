"""HubSpot's other objects, lists, schema and forgetting: one function per event of ``portal_events``."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mergetui.twin import associations, hubspot, hubspot_values, object_history
from mergetui.twin.object_properties import REQUIRED
from mergetui.twin.portal import Property
from mergetui.twin.portal_events import (
    ArchiveObject,
    Associate,
    ChangeLabel,
    CreateList,
    CreateObject,
    DeleteList,
    Dissociate,
    ForgetContact,
    MakeLabel,
    MergeObjects,
    PortalEvent,
    RenameList,
    RestoreList,
    SaveGroup,
    SaveProperty,
    UpdateObject,
)
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import ContactList, HubSpotObject, State

OPT_OUT = "hs_email_optout_"


def begin(state: State) -> None:
    """Let every subscription have the contact property that shows an address's opt-out from it."""
    for key, name in state.subscriptions.items():
        label = f"Opted out of email: {name}"
        state.portal.put_property(
            "contacts",
            Property(
                f"{OPT_OUT}{key}", label, "enumeration", "booleancheckbox", "emailinformation", read_only=True,
                options=(("true", "Yes"), ("false", "No")),
            ),
        )  # fmt: skip


def play(state: State, event: PortalEvent) -> Any:
    """The answer's type depends on the event: CreateObject, UpdateObject, MergeObjects → ``HubSpotObject`` ·
    CreateList, RenameList → ``ContactList`` · MakeLabel → type ids · the others → None."""
    match event:
        case CreateObject():
            return create_object(state, event)
        case UpdateObject():
            return update_object(state, event)
        case ArchiveObject():
            return archive_object(state, event)
        case MergeObjects():
            return merge_objects(state, event)
        case Associate():
            return associations.associate(state, event)
        case Dissociate():
            return associations.dissociate(state, event)
        case MakeLabel():
            return associations.make_label(state, event)
        case ChangeLabel():
            return associations.change_label(state, event)
        case CreateList():
            return create_list(state, event)
        case RenameList():
            return rename_list(state, event)
        case DeleteList():
            return delete_list(state, event)
        case RestoreList():
            return restore_list(state, event)
        case SaveProperty():
            return save_property(state, event)
        case SaveGroup():
            state.portal.own_groups.setdefault(event.kind, {})[event.name] = event.label
            return None
        case ForgetContact():
            return forget_contact(state, event)


# objects --------------------------------------------------------------------------------------------------------


def live_object(state: State, kind: str, record_id: str) -> HubSpotObject:
    """Ids of merged records lead to the record they became. Raises 404."""
    found = state.objects.get(kind, {}).get(state.portal.aliases.get((kind, record_id), record_id))
    if found is None or found.archived_at is not None:
        raise hubspot.missing()
    return found


def check_object(state: State, kind: str, given: dict[str, str], *, new: bool) -> dict[str, str]:
    """What a create or update would store. Raises 400."""
    values = hubspot_values.checked(state.portal.properties(kind), given, hubspot.owner_ids(state))
    absent = [name for name in REQUIRED.get(kind, ()) if new and not values.get(name)]
    if absent:
        raise HubSpotRefusal(
            400,
            "VALIDATION_ERROR",
            f"Error creating {kind.upper()}. Some required properties were not set.",
            context={"properties": absent},
        )
    return values


def create_object(state: State, event: CreateObject) -> HubSpotObject:
    values = check_object(state, event.kind, dict(event.values), new=True)
    created = "hs_createdate" if _is_activity(event.kind) else "createdate"
    stored = {name: value for name, value in values.items() if value}
    stored |= {created: iso(state.now), "hs_lastmodifieddate": iso(state.now)}
    item = HubSpotObject(event.kind, state.new_contact_id(), stored, [], state.now)
    object_history.begin(state, item, "API")
    state.portal.search.note(state, event.kind, item.id, None)
    state.objects.setdefault(event.kind, {})[item.id] = item
    state.log("hubspot", "create", kind=event.kind, id=item.id)
    return item


def _is_activity(kind: str) -> bool:
    return kind not in ("companies", "deals", "tickets")


def update_object(state: State, event: UpdateObject) -> HubSpotObject:
    item = live_object(state, event.kind, event.id)
    values = check_object(state, event.kind, dict(event.values), new=False)
    if changed := object_history.write(state, item, values, "API"):
        state.log("hubspot", "update", kind=event.kind, id=item.id, properties=changed)
    return item


def archive_object(state: State, event: ArchiveObject) -> None:
    item = live_object(state, event.kind, event.id)
    people = [state.contacts[key] for key in item.contacts if key in state.contacts]
    object_history.touch(state, item)
    item.archived_at = state.now
    associations.recount(state, *people)
    state.log("hubspot", "archive", kind=event.kind, id=item.id)


def merge_objects(state: State, event: MergeObjects) -> HubSpotObject:
    """As contacts merge: a new id, the primary's values first. With the integration on companies are refused (one
    third-party source, facts/hubspot.md §4; status and words are unconfirmed)."""
    if event.kind == "companies" and state.settings.company_merge == "refused":
        raise HubSpotRefusal(
            400, "VALIDATION_ERROR", "Companies cannot be merged while the Salesforce integration is connected."
        )
    first, second = (live_object(state, event.kind, given) for given in (event.primary_id, event.secondary_id))
    if first is second:
        raise HubSpotRefusal(400, "VALIDATION_ERROR", "Cannot merge an object with itself")
    values = {**second.values, **first.values, "hs_lastmodifieddate": iso(state.now)}
    merged_ids = [*_ids(first), first.id, *_ids(second), second.id]
    values["hs_merged_object_ids"] = ";".join(dict.fromkeys(merged_ids))
    values["createdate"] = min(object_history.created(state, old) for old in (first, second))
    people = list(dict.fromkeys((*first.contacts, *second.contacts)))
    item = HubSpotObject(event.kind, state.new_contact_id(), values, people, state.now)
    object_history.join(state, first, second, item)
    state.portal.search.note(state, event.kind, item.id, None)
    store = state.objects[event.kind]
    for old in (first, second):
        object_history.touch(state, old)
        del store[old.id]
    store[item.id] = item
    for old_key, target in list(state.portal.aliases.items()):
        if old_key[0] == event.kind and target in (first.id, second.id):
            state.portal.aliases[old_key] = item.id
    state.portal.aliases |= {(event.kind, first.id): item.id, (event.kind, second.id): item.id}
    for key in people:
        if contact := state.contacts.get(key):
            state.changes.note(key)
            ids = contact.objects[event.kind]
            ids[:] = list(dict.fromkeys(item.id if held in (first.id, second.id) else held for held in ids))
            associations.recount(state, contact)
    associations.move_labels(state, event.kind, (first.id, second.id), item.id)
    state.log("hubspot", "merge", kind=event.kind, id=item.id, primary=first.id, secondary=second.id)
    return item


def _ids(item: HubSpotObject) -> list[str]:
    return [part for part in item.values.get("hs_merged_object_ids", "").split(";") if part]


# lists ----------------------------------------------------------------------------------------------------------


def create_list(state: State, event: CreateList) -> ContactList:
    if any(item.name == event.name for item in state.lists.values()):
        raise HubSpotRefusal(400, "VALIDATION_ERROR", f"A list with the name {event.name} already exists.")
    number = max((int(key) for key in (*state.lists, *state.portal.deleted_lists) if key.isdigit()), default=0) + 1
    made = ContactList(str(number), event.name, event.processing, {}, state.now, state.now)
    state.lists[made.id] = made
    return made


def find_list(state: State, list_id: str) -> ContactList:
    found = state.lists.get(list_id)
    if found is None:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"List does not exist with ID {list_id}.")
    return found


def rename_list(state: State, event: RenameList) -> ContactList:
    found = find_list(state, event.id)
    found.name, found.updated_at = event.name, state.now
    return found


def delete_list(state: State, event: DeleteList) -> None:
    found = find_list(state, event.id)
    del state.lists[found.id]
    state.portal.deleted_lists[found.id] = found
    for key in found.members:
        if (contact := state.contacts.get(key)) and found.id in contact.lists:
            contact.lists.remove(found.id)


def restore_list(state: State, event: RestoreList) -> None:
    """Members that are gone by now stay away."""
    found = state.portal.deleted_lists.pop(event.id, None)
    if found is None:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"List does not exist with ID {event.id}.")
    found.members = {key: at for key, at in found.members.items() if key in state.contacts}
    state.lists[found.id] = found
    for key in found.members:
        state.contacts[key].lists.append(found.id)


# schema and forgetting ------------------------------------------------------------------------------------------


def save_property(state: State, event: SaveProperty) -> None:
    known = state.portal.properties(event.kind)
    if event.new and event.spec.name in known:
        raise HubSpotRefusal(
            409, "OBJECT_ALREADY_EXISTS", f"A property named '{event.spec.name}' already exists.",
        )  # fmt: skip
    stamped = replace(event.spec, updated_at=state.now)
    if event.new:
        stamped = replace(stamped, created_at=state.now)
    state.portal.put_property(event.kind, stamped)


def forget_contact(state: State, event: ForgetContact) -> None:
    """``gdpr-delete``: gone for good, the addresses on the block list."""
    if not state.settings.gdpr_delete:
        # A real portal would do it; a rehearsal refuses what nobody can want from it.
        raise HubSpotRefusal(
            400, "VALIDATION_ERROR", "GDPR deletion is switched off in this account (setting gdpr_delete)."
        )
    contact = hubspot.contact_of(state, event.id)
    if contact is None:
        raise hubspot.missing()
    state.unindex_contact(contact)
    del state.contacts[contact.id]
    state.portal.forgotten |= dict.fromkeys(contact.addresses)
    for kind, ids in contact.objects.items():
        for key in ids:
            if (item := state.objects.get(kind, {}).get(key)) and contact.id in item.contacts:
                item.contacts.remove(contact.id)
    for list_id in contact.lists:
        state.lists[list_id].members.pop(contact.id, None)
    state.pending_passes.pop(contact.id, None)
    state.log("hubspot", "forget", contact=contact.id)
