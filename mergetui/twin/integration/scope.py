"""Whom the integration reaches: its stops, the inclusion list, what its user can see, what a contact is linked to."""

from __future__ import annotations

from dataclasses import dataclass

from mergetui.twin.portal import LINKS
from mergetui.twin.state import Contact, Row, State


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may do with one Salesforce row."""

    read: bool
    edit: bool
    delete: bool


def halted(state: State) -> str:
    """Why nothing syncs at all: ``paused``, ``suspended`` (row 32), or empty."""
    if state.settings.suspension != "none":
        return "suspended"
    return "paused" if state.settings.paused else ""


def in_list(state: State, contact: Contact) -> bool:
    """The inclusion list gates every later update, in both directions (facts/integration.md §3, §8)."""
    wanted = state.settings.inclusion_list
    if wanted is None:
        return True
    found = state.lists.get(wanted)
    return found is not None and contact.id in found.members


def join_at_birth(state: State, contact: Contact) -> bool:
    """``new_contacts_join``: HubSpot evaluates its active list and the new contact fits. Returns whether it joined."""
    found = state.lists.get(state.settings.inclusion_list or "")
    if found is None or not state.settings.new_contacts_join or contact.id in found.members:
        return False
    found.members[contact.id] = state.now
    contact.lists.append(found.id)
    return True


def syncs(state: State, contact: Contact) -> bool:
    """In the list, and not shut out until the next Resync (row 28, row 30)."""
    return contact.id not in state.sync.frozen and in_list(state, contact)


def rights(state: State, user_id: str, row: Row) -> Rights:
    """What UserRecordAccess says of a user and a row (row 11). Nobody has rights on a deleted row.

    The integration user sees what its sharing shows; every other user sees all, and the signed-in user lacks what
    ``no_edit_rows`` and ``no_delete_rows`` take away.
    """
    settings = state.settings
    if row.deleted:
        return Rights(False, False, False)
    if user_id == state.integration_user_id:
        read = row.id not in settings.invisible_rows and row.values.get("OwnerId") not in settings.invisible_owners
        edit = read and row.id not in settings.read_only_rows
        return Rights(read, edit, edit)
    edit = user_id != state.admin_id or row.id not in settings.no_edit_rows
    return Rights(True, edit, edit and (user_id != state.admin_id or row.id not in settings.no_delete_rows))


def visible(state: State, row: Row) -> bool:
    """Selective sync: the integration user can read and edit the row. A deleted row is judged by what it was."""
    settings = state.settings
    hidden = row.id in settings.invisible_rows or row.id in settings.read_only_rows
    return not hidden and row.values.get("OwnerId") not in settings.invisible_owners


def linked_row(state: State, contact: Contact) -> Row | None:
    """The row a contact is linked to, dead or alive; a contact's link counts before a lead's."""
    for name in LINKS:
        if held := contact.get(name):
            return state.row(held)
    return None


def has_link(contact: Contact) -> bool:
    return any(contact.get(name) for name in LINKS)
