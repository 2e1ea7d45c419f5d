"""HubSpot's merge of two contacts (facts/hubspot.md §4, facts/integration.md row 25)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mergetui.twin.associations import move_labels
from mergetui.twin.events import MergeContacts
from mergetui.twin.hubspot import Trigger, check_required, contact_of, current_id, live, per_address
from mergetui.twin.hubspot_properties import EARLIEST, FOLLOWS, LATEST, SUMMED
from mergetui.twin.portal import LINKS, STAGES
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import parse_iso
from mergetui.twin.state import Contact, State, Version

MERGE_LIMIT = 250
"""Identities on one profile (facts/hubspot.md §4)."""
ACTIVITIES = ("emails", "calls", "meetings", "notes", "tasks", "communications")
"""Object types that are the timeline: what may appear late on the merged contact."""


def merge_contacts(state: State, event: MergeContacts, trigger: Trigger) -> Contact:
    """A new record with a new id; both old ids become aliases of it. Until 2025 the primary kept its id."""
    done = contact_of(state, event.primary_id)
    if state.settings.already_merged == "answered" and done is not None and _same(state, event):
        return done
    first, second = (_party(state, given) for given in (event.primary_id, event.secondary_id))
    if first is second:
        # Status and body of this are unconfirmed; 400 is the choice facts/hubspot.md §4 makes.
        raise HubSpotRefusal(400, "VALIDATION_ERROR", "Cannot merge a contact with itself")
    if len(first.merged) + len(second.merged) + 2 >= MERGE_LIMIT:
        raise HubSpotRefusal(414, "VALIDATION_ERROR", "Cannot have more than 250 identities on a profile")
    if any(state.portal.locked.get(party.id, 0) > state.now for party in (first, second)):
        raise HubSpotRefusal(423, "LOCKED", "This object is locked by another operation. Try again later.")

    values = _merged_values(state, first, second)
    if state.settings.merge_wants_required:
        check_required(state, values)
    anew = state.settings.hs_merge_id == "new"
    merged_id = state.new_contact_id() if anew else first.id
    merged = Contact(merged_id, values, min(first.created_at, second.created_at), state.now)
    if anew:
        state.portal.search.note(state, "contacts", merged.id, None)
    gone = (first, second) if anew else (second,)
    for old in (first, second):
        state.unindex_contact(old)
        del state.contacts[old.id]
    state.contacts[merged.id] = merged
    state.aliases.update((old.id, merged.id) for old in gone)
    merged.merged = (*first.merged, *second.merged, *((old.id, state.now) for old in gone))
    address = values.get("email", "").lower()
    both = dict.fromkeys((*first.addresses, *second.addresses))
    merged.additional = tuple(known for known in both if known != address)
    merged.history = _merged_history(state, first, second, values)
    merged.sync_error = first.sync_error
    _join_timelines(state, merged, first, second)
    move_labels(state, "contacts", (first.id, second.id), merged.id)
    state.index_contact(merged)
    if state.settings.merge_lock_ms:
        state.portal.locked[merged.id] = state.now + state.settings.merge_lock_ms
    due = [state.pending_passes.pop(old.id, None) for old in (first, second)]
    state.log("hubspot", "merge", contact=merged.id, primary=first.id, secondary=second.id)
    if any(due):
        state.log("integration", "pass_moved", contact=merged.id)
    trigger(state, merged)
    return merged


def _same(state: State, event: MergeContacts) -> bool:
    """Whether two different ids already lead to one contact."""
    return event.primary_id != event.secondary_id and (
        current_id(state, event.primary_id) == current_id(state, event.secondary_id)
    )


def _party(state: State, contact_id: str) -> Contact:
    if contact_id in state.aliases:
        raise HubSpotRefusal(400, "VALIDATION_ERROR", f"Contact {contact_id} was already merged into another contact")
    return live(state, contact_id)


# values ---------------------------------------------------------------------------------------------------------


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
        if not mine and state.settings.cleared_values == "kept" and _cleared_later(state, first, second, name):
            continue
        if mine or other:
            values[name] = mine or other
    _count(first, second, values)
    _follow_address(state, first, second, values)
    stages = [stage for stage in (first.get("lifecyclestage"), second.get("lifecyclestage")) if stage in STAGES]
    if stages:
        values["lifecyclestage"] = max(stages, key=STAGES.index)
    if "true" in (first.get("hs_marketable_status"), second.get("hs_marketable_status")):
        values["hs_marketable_status"] = "true"
    bases = [(_last_change(state, party, "hs_legal_basis"), party.get("hs_legal_basis")) for party in (second, first)]
    if all(basis for _, basis in bases):
        values["hs_legal_basis"] = max(reversed(bases), key=lambda found: found[0])[1]  # of one age: the primary's
    deals = {*first.objects.get("deals", ()), *second.objects.get("deals", ())}
    if deals:
        values["num_associated_deals"] = str(len(deals))
    for name in ("hs_merged_object_ids", "hs_calculated_merged_vids", "hs_all_contact_vids", "hs_additional_emails"):
        values.pop(name, None)
    return values


def _count(first: Contact, second: Contact, values: dict[str, str]) -> None:
    """Counters add up; first and last dates, and what belongs to them, are those of both lives."""
    for name in SUMMED:
        if first.get(name) and second.get(name):
            values[name] = str(int(float(first.get(name)) + float(second.get(name))))
    for names, pick in ((EARLIEST, min), (LATEST, max)):
        for name in names:
            if first.get(name) and second.get(name):
                values[name] = pick(first.get(name), second.get(name), key=_instant)
    for name, dated in FOLLOWS.items():
        source = first if values.get(dated) == first.get(dated) else second
        if source.get(name):
            values[name] = source.get(name)


def _follow_address(state: State, first: Contact, second: Contact, values: dict[str, str]) -> None:
    """E-mail properties are those of the kept primary address; the other address's wait for its turn."""
    kept, other = (first, second) if first.address or not second.address else (second, first)
    for name in [name for name in values if per_address(name) and not kept.get(name)]:
        del values[name]
    values |= {name: value for name, value in kept.values.items() if per_address(name) and value}
    if other.address:
        state.portal.counters[other.address] = {n: v for n, v in other.values.items() if per_address(n)}


def _last_change(state: State, contact: Contact, name: str) -> int:
    versions = state.versions(contact, name)
    return versions[0].at if versions else 0


def _cleared_later(state: State, first: Contact, second: Contact, name: str) -> bool:
    """Whether the primary's value was cleared after the secondary's was written."""
    mine = state.versions(first, name)
    return bool(mine) and not mine[0].value and mine[0].at > _last_change(state, second, name)


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


# timelines ------------------------------------------------------------------------------------------------------


def _join_timelines(state: State, merged: Contact, first: Contact, second: Contact) -> None:
    """Associations, events and lists of both. The primary's company stays the primary one."""
    late: list[tuple[str, list[str]]] = []
    for kind in dict.fromkeys((*first.objects, *second.objects)):
        theirs = second.objects.get(kind, [])
        if state.settings.timeline_delay_ms and kind in ACTIVITIES:
            late.append((kind, list(theirs)))
            theirs = []
        _take(state, merged, kind, dict.fromkeys((*first.objects.get(kind, ()), *theirs)), (first.id, second.id))
    delayed = bool(state.settings.timeline_delay_ms)
    if delayed:
        _later(state, merged.id, second, late)
    merged.events = list(dict.fromkeys((*first.events, *(() if delayed else second.events))))
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


def _take(state: State, merged: Contact, kind: str, ids: Iterable[str], old: tuple[str, ...]) -> None:
    """Let objects belong to the merged contact instead of the old ones."""
    state.changes.note(merged.id)
    merged.objects[kind] = list(dict.fromkeys((*merged.objects.get(kind, ()), *ids)))
    for object_id in merged.objects[kind]:
        if item := state.objects.get(kind, {}).get(object_id):
            item.contacts = list(dict.fromkeys(merged.id if held in old else held for held in item.contacts))


def _later(state: State, merged_id: str, second: Contact, late: list[tuple[str, list[str]]]) -> None:
    """The secondary's activities appear after ``timeline_delay_ms``, on whatever the contact is merged into by then."""

    def appear(state: State) -> None:
        contact = contact_of(state, merged_id)
        if contact is None:
            return
        for kind, ids in late:
            _take(state, contact, kind, ids, (second.id, merged_id))
        contact.events = list(dict.fromkeys((*contact.events, *second.events)))
        for event_id in contact.events:
            state.occurrences[event_id].contact = contact.id
        state.log("hubspot", "timeline_joined", contact=contact.id, secondary=second.id)

    state.later(state.now + state.settings.timeline_delay_ms, appear)
