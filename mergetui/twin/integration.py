"""HubSpot's Salesforce integration: polls, event-driven passes, links, deletions. Rows of facts/integration.md part A.

Two ways into a sync. A *poll* every ``poll_ms`` reads all Salesforce changes at its beginning and writes them to
HubSpot over the following ``poll_duration_ms``. A *pass* follows a change of one HubSpot contact after
``event_delay_ms`` and carries values both ways. What a poll decides while reading is carried out later, when the world
may have moved on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal, get_args, get_origin, get_type_hints

from mergetui.records.crm import Value
from mergetui.records.sync import MappingRule
from mergetui.twin import colleagues, hubspot, salesforce
from mergetui.twin.events import CreateRow, Poll, Resync, UpdateRow
from mergetui.twin.mapping import ACCOUNT_NAME, as_text, effect, mapped_fields, rules_for
from mergetui.twin.portal import LINKS
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.settings import Settings
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, Row, State

MISSING = "Insufficient access or missing Salesforce record"
TAKEN = "Email already in use"
_LINK_OF = {object_name: name for name, object_name in LINKS.items()}


@dataclass(frozen=True, slots=True)
class Reading:
    """One Salesforce row as a poll read it."""

    row: Row
    values: dict[str, Value]
    changed: dict[str, None]
    started: int
    """When the pass of this row began, a moment after the poll: what ``salesforcelastsynctime`` will say."""


# reaching -------------------------------------------------------------------------------------------------------


def in_list(state: State, contact: Contact) -> bool:
    """The inclusion list gates every later update, in both directions (facts/integration.md §3, §8)."""
    wanted = state.settings.inclusion_list
    if wanted is None:
        return True
    found = state.lists.get(wanted)
    return found is not None and contact.id in found.members


def linked_row(state: State, contact: Contact) -> Row | None:
    """The row a contact is linked to, dead or alive; a contact's link counts before a lead's."""
    for name in LINKS:
        if held := contact.get(name):
            return state.row(held)
    return None


def has_link(contact: Contact) -> bool:
    return any(contact.get(name) for name in LINKS)


# event-driven passes: rows 1 to 5 -------------------------------------------------------------------------------


def trigger(state: State, contact: Contact) -> None:
    """A mapped property changed, a contact was created or merged: its pass comes after the event delay."""
    if not contact.address or not in_list(state, contact):  # row 1
        return
    if state.settings.paused:
        state.overdue[contact.id] = None
        return
    due = state.pending_passes.get(contact.id)
    if due is not None and due > state.now:
        return
    low, high = state.settings.event_delay_ms
    due = state.now + max(1, state.random.randint(low, max(low, high)))
    state.pending_passes[contact.id] = due
    state.later(due, partial(run_pass, contact_id=contact.id))


def run_pass(state: State, contact_id: str, *, resync: bool = False) -> None:
    """Rows 2–5: one event-driven pass of one contact."""
    state.pending_passes.pop(contact_id, None)
    if contact_id in state.aliases:  # merged meanwhile: the merge has its own pass
        return
    contact = state.contacts.get(contact_id)
    if contact is None or contact.archived_at is not None or not contact.address:
        return
    if state.settings.paused:
        state.overdue[contact_id] = None
        return
    if not in_list(state, contact):
        return
    row = linked_row(state, contact)
    if row is not None and not row.deleted:
        _exchange(state, row, contact, dict(row.values), from_poll=False, started=state.now)  # row 2
    elif has_link(contact) and not resync:  # row 5
        _fail(state, contact, MISSING)
    else:
        _first_link(state, contact, relink=has_link(contact))


def _first_link(state: State, contact: Contact, *, relink: bool) -> None:
    """Row 3: link to the first same-e-mail row, in no defined order; row 4: else create one."""
    matches = [state.row(key) for key in state.people_by_email.get(contact.address, {})]
    rows = [row for row in matches if row is not None and row.values.get("IsConverted") is not True]
    if rows:
        row = rows[state.random.randrange(len(rows))]
        state.log("integration", "relink" if relink else "link", contact=contact.id, salesforce=row.id)
        _exchange(state, row, contact, dict(row.values), from_poll=False, started=state.now)
        return
    kind = {"lead": "Lead", "contact": "Contact"}.get(state.settings.create_sf)
    if kind is None:
        return
    values: dict[str, Value] = {}
    for rule in rules_for(kind, state.settings.rules):
        value = contact.get(rule.property)
        if value and rule.rule != "none" and rule.field != ACCOUNT_NAME:
            values[rule.field] = value
    values.setdefault("LastName", contact.address.split("@")[0])
    if kind == "Lead":
        values.setdefault("Company", "[not provided]")
    try:
        made = salesforce.create_row(state, CreateRow(kind, values, by=state.integration_user_id or state.admin_id))
    except SalesforceRefusal as refusal:
        _fail(state, contact, refusal.code)
        return
    row = state.rows[kind][made]
    state.log("integration", "link", contact=contact.id, salesforce=row.id)
    _finish(state, row, contact, {}, state.now)


def _fail(state: State, contact: Contact, error: str) -> None:
    """Remember the error and try again later: 20 minutes apart, ten times (facts/integration.md §1)."""
    contact.sync_error = error
    state.log("integration", "error", contact=contact.id, error=error)
    if contact.retries < state.settings.retries:
        contact.retries += 1
        state.later(state.now + state.settings.retry_ms, partial(_retry, contact_id=contact.id))


def _retry(state: State, contact_id: str) -> None:
    contact = state.contacts.get(contact_id)
    if contact is not None and contact.sync_error:
        run_pass(state, contact_id)


def resync(state: State, event: Resync) -> None:
    """Row 29: the linked row is alive → row 2; dead → match again by e-mail, or create."""
    contact = hubspot.live(state, event.contact_id)
    contact.sync_error = ""
    contact.retries = 0
    state.later(state.now + state.random.randint(2_000, 59_000), partial(run_pass, contact_id=contact.id, resync=True))


# values ---------------------------------------------------------------------------------------------------------


def _mapped_value(state: State, values: dict[str, Value], rule: MappingRule) -> str:
    if rule.field != ACCOUNT_NAME:
        return as_text(values.get(rule.field))
    account = state.alive(str(values.get("AccountId") or ""))
    return as_text(account.values.get("Name")) if account else ""


def _exchange(
    state: State, row: Row, contact: Contact, values: dict[str, Value], *, from_poll: bool, started: int
) -> None:
    """Apply the mapping rules to one linked pair (rows 2, 6, 13) and write the link and the sync time."""
    to_hubspot: dict[str, str] = {}
    to_salesforce: dict[str, Value] = {}
    for rule in rules_for(row.object, state.settings.rules):
        mine, theirs = _mapped_value(state, values, rule), contact.get(rule.property)
        if rule.property == "email":
            mine = mine.lower()
        way = effect(
            rule,
            mine,
            theirs,
            salesforce_at=row.changed.get(rule.field, 0),
            hubspot_at=state.changed_at(contact, rule.property),
            from_poll=from_poll,
        )
        if way == "to_hubspot":
            to_hubspot[rule.property] = mine
        elif way == "to_salesforce":
            to_salesforce[rule.field] = theirs or None
    if to_salesforce:
        by = state.integration_user_id or state.admin_id
        try:
            salesforce.update_row(state, UpdateRow(row.object, row.id, to_salesforce, by=by))
        except SalesforceRefusal as refusal:
            _fail(state, contact, refusal.code)
            return
    _finish(state, row, contact, to_hubspot, started)


def _finish(state: State, row: Row, contact: Contact, changes: dict[str, str], started: int) -> None:
    """Write to HubSpot: mapped values, link properties, sync time (the start of the pass)."""
    additional = None
    if address := changes.get("email"):
        owner = state.addresses.get(address)
        if owner is not None and owner != contact.id:  # row 12
            if state.settings.email_taken == "relink":
                _link(state, row, state.contacts[owner], started)
                return
            del changes["email"]
            contact.sync_error = TAKEN
            state.log("integration", "error", contact=contact.id, salesforce=row.id, error=TAKEN)
            return
        if owner == contact.id:
            if state.settings.own_additional_as_primary == "conflict":
                contact.sync_error = TAKEN
                state.log("integration", "error", contact=contact.id, salesforce=row.id, error=TAKEN)
                return
            additional = tuple(a for a in (contact.address, *contact.additional) if a and a != address)
    contact.sync_error = ""
    contact.retries = 0
    written = {**changes, **_link_values(state, row)}
    written["salesforcelastsynctime"] = iso(started)
    changed = state.set_values(contact, written, source="SALESFORCE", additional=additional)
    values = [name for name in changed if name in changes]
    state.log("integration", "pass", contact=contact.id, salesforce=row.id, properties=values)


def _link_values(state: State, row: Row) -> dict[str, str]:
    own = _LINK_OF[row.object]
    owner = state.row(str(row.values.get("OwnerId") or ""))
    return {
        own: row.id,
        "salesforceaccountid": as_text(row.values.get("AccountId")),
        "salesforceownerid": as_text(row.values.get("OwnerId")),
        "salesforceowneremail": as_text(owner.values.get("Email")) if owner else "",
        "salesforcedeleted": "false",
    }


def _link(state: State, row: Row, contact: Contact, started: int) -> None:
    """Relink a contact to a row of whatever object; its link to another row is dropped."""
    state.log("integration", "relink", contact=contact.id, salesforce=row.id)
    state.set_values(contact, dict.fromkeys(LINKS, ""), source="SALESFORCE")
    _exchange(state, row, contact, dict(row.values), from_poll=True, started=started)


# polls: rows 6 to 21 --------------------------------------------------------------------------------------------


def poll(state: State, _event: Poll | None = None) -> None:
    """One tick: read everything that changed since the last one, queue the writes, arrange the next tick."""
    settings = state.settings
    state.next_poll = state.now + settings.poll_ms
    state.later(state.next_poll, partial(_tick, due=state.next_poll))
    if settings.paused:
        return
    colleagues.catch_up(state)
    state.last_polls.append(state.now)
    state.log("integration", "poll_started")
    readings = _read_changes(state)
    deletions = list(state.row_deletions)
    targets = {key: [contact.id for contact in state.holders(key)] for key in deletions}
    state.row_changes.clear()
    state.row_deletions.clear()

    length = max(2_000, min(settings.poll_duration_ms, settings.poll_ms // 2))
    early, late = length // 8, length - 500
    deletes_at = (early // 2, early) if settings.deletes_first else (late - early // 2, late)
    updates_at = (early + 1, late - early) if settings.deletes_first else (early, late - early)
    for key in deletions:
        at = state.now + state.random.randint(*deletes_at)
        state.later(at, partial(delete_contact_of, salesforce_id=key, seen=targets[key]))
    for reading in readings:
        at = state.now + state.random.randint(*updates_at)
        state.later(at, partial(take_over, reading=reading))
    state.later(state.now + length, lambda world: world.log("integration", "poll_ended"))


def _tick(state: State, due: int) -> None:
    """The regular tick; void when a poll was forced meanwhile, because that one arranged its own successor."""
    if state.next_poll == due:
        poll(state)


def _read_changes(state: State) -> list[Reading]:
    """Live rows with a mapped change. An unmapped or a formula field alone starts nothing (row 14)."""
    readings = []
    for key, changed in state.row_changes.items():
        row = state.alive(key)
        if row is None or row.values.get("IsConverted") is True:
            continue
        if "*" in changed or any(name in mapped_fields(row.object) or name == "OwnerId" for name in changed):
            started = state.now + state.random.randint(0, min(3_000, state.settings.poll_duration_ms // 10))
            readings.append(Reading(row, dict(row.values), dict(changed), started))
    return readings


def take_over(state: State, reading: Reading) -> None:
    """Rows 6–13 and 26: one changed Salesforce row reaches HubSpot, with the values the poll has read."""
    row = reading.row
    if state.settings.paused:
        state.row_changes.setdefault(row.id, {}).update(reading.changed)
        return
    if row.deleted:
        return
    holders = state.holders(row.id)
    if holders:
        for contact in holders:  # row 6; row 10: not in the list, no update
            if in_list(state, contact):
                _exchange(state, row, contact, reading.values, from_poll=True, started=reading.started)
        return
    address = as_text(reading.values.get("Email")).lower()
    if not address:
        return
    owner = state.addresses.get(address)
    contact_found = state.contacts[owner] if owner else None
    if contact_found is not None and contact_found.address != address and not state.settings.match_secondary:
        state.log("integration", "error", salesforce=row.id, error=TAKEN)  # row 26, switch off
        return
    if contact_found is not None:
        _match(state, row, contact_found, reading)
        return
    if state.settings.create_hs:  # row 9, even outside the list
        _create_in_hubspot(state, reading)


def _match(state: State, row: Row, contact: Contact, reading: Reading) -> None:
    """Rows 7, 8, 8b, 26: an e-mail match without an id match."""
    if has_link(contact) and not in_list(state, contact):
        return
    linked = linked_row(state, contact)
    if has_link(contact):
        dead = linked is None or linked.id in state.known_dead
        if dead and state.settings.orphan_rematch == "error_until_resync":  # row 8b
            contact.sync_error = MISSING
            state.log("integration", "error", contact=contact.id, salesforce=row.id, error=MISSING)
            return
        _link(state, row, contact, reading.started)  # row 7
        return
    state.log("integration", "link", contact=contact.id, salesforce=row.id)
    _exchange(state, row, contact, reading.values, from_poll=True, started=reading.started)  # row 8


def _create_in_hubspot(state: State, reading: Reading) -> None:
    """Row 9: a contact without any history."""
    row, values = reading.row, reading.values
    first: dict[str, str] = {}
    for rule in rules_for(row.object, state.settings.rules):
        value = _mapped_value(state, values, rule)
        if value and rule.rule != "none":
            first[rule.property] = value.lower() if rule.property == "email" else value
    contact = hubspot.add_contact(state, first, "SALESFORCE")
    _finish(state, row, contact, {}, reading.started)


def delete_contact_of(state: State, salesforce_id: str, seen: list[str]) -> None:
    """Rows 15–17 and 20: a Salesforce row was deleted or merged away; a merge looks like any delete.

    ``seen``: the contacts that held the id when the poll read. With ``delete_follows_alias`` an archive aimed at one of
    them hits the merged record when a HubSpot merge came in between.
    """
    row = state.row(salesforce_id)
    if row is None or not row.deleted:
        return
    if state.settings.paused:
        state.row_deletions[salesforce_id] = None
        return
    state.known_dead[salesforce_id] = None
    found = {contact.id: contact for contact in state.holders(salesforce_id)}
    if state.settings.delete_follows_alias:
        for contact_id in seen:
            contact = hubspot.contact_of(state, contact_id)
            if contact is not None and contact.archived_at is None:
                found[contact.id] = contact
    switch = state.settings.del_lead if row.object == "Lead" else state.settings.del_contact
    for contact in found.values():
        if switch == "delete":
            if in_list(state, contact):  # row 16: out of the list, nothing happens
                hubspot.archive(state, contact, "integration", salesforce=salesforce_id)
        elif state.settings.clear_id_on_delete:
            state.set_values(contact, {_LINK_OF[row.object]: ""}, source="SALESFORCE")
            state.log("integration", "orphan", contact=contact.id, salesforce=salesforce_id)
        else:
            state.log("integration", "orphan", contact=contact.id, salesforce=salesforce_id)


# settings -------------------------------------------------------------------------------------------------------


def change_settings(state: State, values: dict[str, object]) -> None:
    """Replace settings; ending a pause lets what waited run. Raises ValueError on an unknown or ill-typed member."""
    known = state.settings
    hints = get_type_hints(Settings)
    typed: dict[str, object] = {}
    for name, value in values.items():
        if not hasattr(known, name) or name == "seed":
            raise ValueError(f"no such setting: {name}")
        before = getattr(known, name)
        if isinstance(before, tuple) and isinstance(value, list):
            value = tuple(value)
        if before is not None and value is not None and type(before) is not type(value):
            raise ValueError(f"setting {name} wants {type(before).__name__}")
        allowed = get_args(hints[name]) if get_origin(hints[name]) is Literal else ()
        if allowed and value not in allowed:
            raise ValueError(f"setting {name} is one of {', '.join(allowed)}")
        typed[name] = value
    state.settings = replace(known, **typed)  # type: ignore[arg-type]
    if "poll_ms" in typed:
        state.next_poll = (state.last_polls[-1] if state.last_polls else state.began) + state.settings.poll_ms
        state.next_poll = max(state.next_poll, state.now)
        state.later(state.next_poll, partial(_tick, due=state.next_poll))
    if known.paused and not state.settings.paused:
        waiting = list(state.overdue)
        state.overdue.clear()
        for contact_id in waiting:
            contact = state.contacts.get(contact_id)
            if contact is not None and contact.archived_at is None:
                trigger(state, contact)
    shown = {name: list(value) if isinstance(value, tuple) else value for name, value in typed.items()}
    state.log("integration", "settings", changed=shown)


def begin(state: State) -> None:
    """Arrange the first tick of a new world."""
    state.next_poll = max(state.next_poll, state.now)
    state.later(state.next_poll, partial(_tick, due=state.next_poll))
