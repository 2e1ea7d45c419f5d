"""One changed Salesforce row reaches HubSpot: rows 6 to 10 and 26."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mergetui.records.crm import Value, as_text
from mergetui.twin import hubspot
from mergetui.twin.integration import conversion, errors, owners
from mergetui.twin.integration.exchange import exchange, finish, mapped_value, relink
from mergetui.twin.integration.passes import retry_of, trigger
from mergetui.twin.integration.scope import has_link, in_list, join_at_birth, linked_row, syncs
from mergetui.twin.mapping import rules_for
from mergetui.twin.state import Contact, Row, State


@dataclass(frozen=True, slots=True)
class Reading:
    """One Salesforce row as a poll read it."""

    row: Row
    values: Mapping[str, Value]
    changed: Mapping[str, None]
    started: int
    """When the pass of this row began, a moment after the poll: what ``salesforcelastsynctime`` will say."""


def take_over(state: State, reading: Reading) -> None:
    """Find whom the row is about: who holds its id, else who has its address, else nobody yet."""
    holders = state.holders(reading.row.id)
    if holders:
        for contact in holders:
            update_holder(state, reading, contact)
        return
    address = as_text(reading.values.get("Email")).lower()
    if not address:
        return
    owner = state.addresses.get(address)
    if owner is None:
        create_in_hubspot(state, reading)
        return
    contact = state.contacts[owner]
    if contact.address != address and not match_secondary(state, reading, contact):
        return
    if not has_link(contact):
        link(state, reading, contact)
    elif not syncs(state, contact):
        return
    elif (lead := conversion.became(state, contact, reading.row)) is not None:  # rows 23 and 24, not row 7
        conversion.lead_converted(state, lead.id, reading.started, retry_of(contact.id), contact)
    elif _is_dead(state, contact):
        orphan(state, reading, contact)
    else:
        jump(state, reading, contact)


def update_holder(state: State, reading: Reading, contact: Contact) -> None:
    """Row 6: rules towards HubSpot; row 10: outside the list after the first link, nothing."""
    if syncs(state, contact):
        _write(state, reading, contact)


def _write(state: State, reading: Reading, contact: Contact) -> None:
    exchange(
        state, reading.row, contact, reading.values,
        from_poll=True, started=reading.started, reason="poll", retry=retry_of(contact.id),
    )  # fmt: skip


def jump(state: State, reading: Reading, contact: Contact) -> None:
    """Row 7: the address's contact is linked to another living row: the link moves to the row edited last. Whoever
    believes in a permanent anchor turns ``link_jumps`` off: then the second row is invisible (KB 2016)."""
    if state.settings.link_jumps:
        relink(state, reading.row, contact, started=reading.started, retry=retry_of(contact.id))


def link(state: State, reading: Reading, contact: Contact) -> None:
    """Row 8: the address's contact has no link yet, be it in the list or not."""
    state.log("integration", "link", contact=contact.id, salesforce=reading.row.id)
    _write(state, reading, contact)


def _is_dead(state: State, contact: Contact) -> bool:
    linked = linked_row(state, contact)
    return linked is None or linked.id in state.known_dead


def orphan(state: State, reading: Reading, contact: Contact) -> None:
    """Row 8b: the address's contact holds a dead id: relinked, or in error until Resync (nobody knows)."""
    if state.settings.orphan_rematch == "relink":
        relink(state, reading.row, contact, started=reading.started, retry=retry_of(contact.id))
        return
    errors.fail(state, contact, errors.MISSING, retry_of(contact.id), row=reading.row)


def match_secondary(state: State, reading: Reading, contact: Contact) -> bool:
    """Row 26: only an additional address matches. Goes on like any match (the link jumps!), or the row is in error."""
    if state.settings.match_secondary:
        return True
    errors.fail_row(state, reading.row, errors.TAKEN)
    return False


def create_in_hubspot(state: State, reading: Reading) -> None:
    """Row 9: a contact without any history, even outside the list; only if such people are to be created."""
    settings, row = state.settings, reading.row
    wanted = {"Lead": ("both", "leads"), "Contact": ("both", "contacts")}[row.object]
    if not settings.create_hs or settings.create_hs_of not in wanted:
        return
    first: dict[str, str] = {}
    for rule in rules_for(row.object, settings.rules):
        value = mapped_value(state, reading.values, rule)
        if value and rule.rule != "none":
            first[rule.property] = value
    contact = hubspot.add_contact(state, first, "SALESFORCE")
    joined = join_at_birth(state, contact)
    if not in_list(state, contact):
        state.sync.born_outside[contact.id] = None
    changes = owners.to_hubspot(state, row, contact, reading.values, first=True)
    finish(state, row, contact, changes, started=reading.started, reason="created", retry=retry_of(contact.id))
    if joined:
        trigger(state, contact, "joined list")
