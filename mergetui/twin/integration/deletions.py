"""A Salesforce row was deleted or merged away: rows 15 to 20."""

from __future__ import annotations

from collections.abc import Sequence

from mergetui.twin import hubspot
from mergetui.twin.integration import errors, neighbours
from mergetui.twin.integration.exchange import LINK_OF
from mergetui.twin.integration.passes import retry_of
from mergetui.twin.integration.scope import in_list, visible
from mergetui.twin.state import Contact, Row, State


def row_deleted(state: State, salesforce_id: str, seen: Sequence[str]) -> None:
    """Row 18: whoever holds the id of a deleted or merged-away row, as lead or as contact id, meets rows 15 to 17.

    ``seen``: the contacts that held the id when the poll read. With ``delete_follows_alias`` a deletion aimed at one
    of them hits the merged record when a HubSpot merge came in between.
    """
    row = state.row(salesforce_id)
    if row is None or not row.deleted:
        return
    if row.object == "Account":
        neighbours.account_deleted(state, row.id)
        return
    if not visible(state, row):  # row 11: what its user cannot see is not missed either
        return
    state.known_dead[salesforce_id] = None
    found = {contact.id: contact for contact in state.holders(salesforce_id)}
    if state.settings.delete_follows_alias:
        for contact_id in seen:
            contact = hubspot.contact_of(state, contact_id) if contact_id in state.aliases else None
            if contact is not None and contact.archived_at is None:
                found[contact.id] = contact
    switch = state.settings.del_lead if row.object == "Lead" else state.settings.del_contact
    for contact in found.values():
        if switch == "delete":
            delete_contact(state, row, contact)
        else:
            keep_orphan(state, row, contact)


def delete_contact(state: State, row: Row, contact: Contact) -> None:
    """Row 15: the contact goes into the recycling bin; row 16: not one outside the list, which is orphaned."""
    if in_list(state, contact):
        hubspot.archive(state, contact, "integration", salesforce=row.id)
    else:
        state.log("integration", "orphan", contact=contact.id, salesforce=row.id)


def keep_orphan(state: State, row: Row, contact: Contact) -> None:
    """Row 17: the contact stays. Its id stays or goes, its flag turns or not; its next push is in error (row 5)."""
    settings = state.settings
    changes: dict[str, str] = {}
    if settings.clear_id_on_delete and contact.get(LINK_OF[row.object]) == row.id:
        changes[LINK_OF[row.object]] = ""
    if settings.deleted_flag == "on_orphan":
        changes["salesforcedeleted"] = "true"
    if changes:
        state.set_values(contact, changes, source="SALESFORCE")
    state.log("integration", "orphan", contact=contact.id, salesforce=row.id)
    if row.master_id and settings.merge_detect == "merged_error" and in_list(state, contact):
        errors.fail(state, contact, errors.MERGED, retry_of(contact.id), row=row)
