"""What people do in HubSpot beside changing contacts: activities, lists, restoring (rows 28 and 30)."""

from __future__ import annotations

from mergetui.twin import associations, hubspot
from mergetui.twin.events import Activity, ChangeMembership, RecomputeList, RestoreContact, UpdateContact
from mergetui.twin.integration.passes import trigger
from mergetui.twin.portal import singular
from mergetui.twin.portal_events import Associate
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, HubSpotObject, Occurrence, State

DAY_MS = 86_400_000
COUNTERS = {
    "open": ("hs_email_open", "hs_email_first_open_date", "hs_email_last_open_date"),
    "click": ("hs_email_click", "hs_email_first_click_date", "hs_email_last_click_date"),
    "form": ("num_conversion_events", "first_conversion_date", "recent_conversion_date"),
    "visit": ("hs_analytics_num_visits", "hs_analytics_first_timestamp", "hs_analytics_last_timestamp"),
}
"""Kind of activity → the properties that count it and date its first and its last."""


def activity(state: State, event: Activity) -> Contact:
    """An open, a click, a form or a visit: onto the timeline, into the counters; a pass if that activity syncs.

    A form may carry values; it starts its pass within a minute (facts/integration.md §1). A visit never starts one.
    """
    contact = hubspot.live(state, event.contact_id)
    if event.values:
        hubspot.update_contact(
            state, UpdateContact(contact.id, event.values, source="FORM"), lambda _state, _contact: None
        )
    counter, first, last = COUNTERS[event.kind]
    count = contact.get(counter)
    changes = {counter: str((int(float(count)) if count else 0) + 1), last: iso(state.now)}
    if not contact.get(first):
        changes[first] = iso(state.now)
    state.set_values(contact, changes, source="ANALYTICS" if event.kind == "visit" else "EMAIL")
    made = Occurrence(state.new_contact_id(), event.kind, contact.id, state.now, event.title)
    state.occurrences[made.id] = made
    contact.events.append(made.id)
    state.log("hubspot", "activity", contact=contact.id, kind=event.kind)
    if event.kind in state.settings.activity_triggers:
        delay = state.settings.form_delay_ms if event.kind == "form" else None
        trigger(state, contact, "activity", delay)
    return contact


SALES = ("emails", "calls", "meetings", "notes", "tasks")
CONTACTED = {"emails": "EMAIL", "calls": "CALL", "meetings": "MEETING"}
"""Object types that count as having contacted somebody → ``hs_last_sales_activity_type``."""


def associate(state: State, event: Associate) -> None:
    """Two records become associated. An e-mail, call, meeting, note or task that is new at a contact counts there, and
    starts a pass if that activity syncs (facts/integration.md §1)."""
    ends = associations.check(state, event)
    person = next((end for end in ends if isinstance(end, Contact)), None)
    logged = next((end for end in ends if isinstance(end, HubSpotObject) and end.type in SALES), None)
    if person is None or logged is None or logged.id in associations.related(state, person, logged.type):
        return associations.associate(state, event)
    associations.associate(state, event)
    at = logged.values.get("hs_timestamp") or iso(state.now)
    changes = {
        "num_notes": _one_more(person, "num_notes"),
        "notes_last_updated": _later(person, "notes_last_updated", at),
    }
    if kind := CONTACTED.get(logged.type):
        changes["num_contacted_notes"] = _one_more(person, "num_contacted_notes")
        changes["notes_last_contacted"] = _later(person, "notes_last_contacted", at)
        if _later(person, "hs_last_sales_activity_timestamp", at) == at:
            changes |= {"hs_last_sales_activity_timestamp": at, "hs_last_sales_activity_type": kind}
    state.set_values(person, changes, source="CALCULATED")
    if singular(logged.type) in state.settings.activity_triggers:
        trigger(state, person, "activity")


def _one_more(contact: Contact, name: str) -> str:
    return str(int(float(contact.get(name) or 0)) + 1)


def _later(contact: Contact, name: str, at: str) -> str:
    """The later of a stored instant and ``at``; both are written alike, so that their texts compare."""
    return max(contact.get(name), at)


def restore(state: State, event: RestoreContact) -> Contact:
    """Row 28: out of the recycling bin, with activities, link as before. Refused after 90 days, and while a living
    contact has one of its addresses as primary or additional."""
    contact = state.contacts.get(event.id)
    gone_at = contact.archived_at if contact is not None else None
    if gone_at is not None and state.now - gone_at > state.settings.restore_days * DAY_MS:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.")
    restored = hubspot.restore_contact(state, event)
    if state.settings.sync_after_restore == "until_resync":
        state.sync.frozen[restored.id] = None
    return restored


def change_membership(state: State, event: ChangeMembership) -> tuple[list[str], list[str], list[str]]:
    """Row 30 through the API: only lists that HubSpot does not fill itself."""
    added, removed, missing = hubspot.change_membership(state, event)
    _joined(state, event.list_id, added)
    return added, removed, missing


def recompute_list(state: State, event: RecomputeList) -> None:
    """Row 30 as it happens: HubSpot finds that contacts begin or cease to fit an active list."""
    found = state.lists.get(event.list_id)
    if found is None:
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"List does not exist with ID {event.list_id}.")
    joined = []
    for contact_id in event.add:
        contact = hubspot.live(state, contact_id)
        if contact.id not in found.members:
            found.members[contact.id] = state.now
            contact.lists.append(found.id)
            joined.append(contact.id)
    for contact_id in event.remove:
        if found.members.pop(contact_id, None) is not None and (gone := state.contacts.get(contact_id)):
            gone.lists.remove(found.id)
    state.log("hubspot", "list_recomputed", list=found.id, added=joined, removed=list(event.remove))
    _joined(state, found.id, joined)


def _joined(state: State, list_id: str, contact_ids: list[str]) -> None:
    """Row 30: joining the inclusion list starts a pass (rows 2–4); leaving it freezes, the id stays."""
    if list_id != state.settings.inclusion_list:
        return
    for contact_id in contact_ids:
        if contact_id in state.sync.born_outside and not state.settings.joining_resumes:
            state.sync.frozen[contact_id] = None
            continue
        trigger(state, state.contacts[contact_id], "joined list")
