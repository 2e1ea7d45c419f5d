"""The owner: always two-way, by name and e-mail of an active user (facts/integration.md §7)."""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.records.crm import Value
from mergetui.twin.mapping import OWNER
from mergetui.twin.state import Contact, Row, State


def _key(first: object, last: object, email: object) -> tuple[str, str]:
    return (f"{first or ''} {last or ''}".strip(), str(email or "").lower())


def owner_of_user(state: State, user_id: str) -> str:
    """The present HubSpot owner with the name and e-mail of an active Salesforce user; empty when there is none."""
    user = state.alive(user_id)
    if user is None or user.object != "User" or user.values.get("IsActive") is False:
        return ""
    wanted = _key(user.values.get("FirstName"), user.values.get("LastName"), user.values.get("Email"))
    owners = (one for one in state.owners if not one.archived)
    return next((one.id for one in owners if _key(one.first_name, one.last_name, one.email) == wanted), "")


def user_of_owner(state: State, owner_id: str) -> str:
    """The active Salesforce user with the name and e-mail of a HubSpot owner; empty when there is none."""
    owner = next((one for one in state.owners if one.id == owner_id), None)
    if owner is None:
        return ""
    wanted = _key(owner.first_name, owner.last_name, owner.email)
    for user in state.rows["User"].values():
        found = _key(user.values.get("FirstName"), user.values.get("LastName"), user.values.get("Email"))
        if found == wanted and not user.deleted and user.values.get("IsActive") is not False:
            return user.id
    return ""


def _hubspot_wins(state: State, row: Row, contact: Contact, *, first: bool) -> str:
    """The Salesforce user that HubSpot's owner stands for, when HubSpot's side counts; else empty.

    On a first link Salesforce's owner is honoured, and an owner Salesforce does not know is reset.
    """
    held = contact.get(OWNER)
    newer = state.changed_at(contact, OWNER) > row.changed.get("OwnerId", 0)
    return user_of_owner(state, held) if held and newer and not first else ""


def to_hubspot(state: State, row: Row, contact: Contact, values: Mapping[str, Value], *, first: bool) -> dict[str, str]:
    """Salesforce's owner for HubSpot, where it counts and differs."""
    if not state.settings.owner_sync or _hubspot_wins(state, row, contact, first=first):
        return {}
    owner = owner_of_user(state, str(values.get("OwnerId") or ""))
    return {OWNER: owner} if owner and owner != contact.get(OWNER) else {}


def to_salesforce(
    state: State, row: Row, contact: Contact, values: Mapping[str, Value], *, first: bool
) -> dict[str, Value]:
    """HubSpot's owner for Salesforce, where it counts and differs."""
    if not state.settings.owner_sync:
        return {}
    user = _hubspot_wins(state, row, contact, first=first)
    return {"OwnerId": user} if user and user != values.get("OwnerId") else {}
