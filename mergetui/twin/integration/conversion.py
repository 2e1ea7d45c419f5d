"""Lead conversion: rows 23 and 24."""

from __future__ import annotations

from mergetui.twin.integration import errors
from mergetui.twin.integration.exchange import exchange
from mergetui.twin.integration.scope import linked_row, syncs, visible
from mergetui.twin.state import Contact, Row, State, Work


def contacts_wanted(state: State) -> bool:
    """Whether Salesforce contacts may become HubSpot contacts."""
    return state.settings.create_hs and state.settings.create_hs_of != "leads"


def target(state: State, lead: Row) -> Row | None:
    """The living contact a converted lead became."""
    return state.alive(str(lead.values.get("ConvertedContactId") or ""))


def became(state: State, contact: Contact, row: Row) -> Row | None:
    """The converted lead that a contact is linked to, if it became this row."""
    lead = linked_row(state, contact)
    if lead is None or lead.deleted or lead.values.get("IsConverted") is not True:
        return None
    return lead if target(state, lead) is row else None


def followed(state: State, contact: Contact, row: Row | None) -> Row | None:
    """The row a push goes to: a converted lead stands for its contact, where contacts may be created."""
    if row is None or row.deleted or row.values.get("IsConverted") is not True or not contacts_wanted(state):
        return row
    return target(state, row) or row


def moved(state: State, lead: Row, contact: Contact) -> None:
    """The link went over to the contact. ``lead_id_after_conversion``: schemas carry both ids, nobody says whether the
    lead's stays."""
    if state.settings.lead_id_after_conversion == "cleared":
        state.set_values(contact, {"salesforceleadid": ""}, source="SALESFORCE")
    state.log("integration", "follow", contact=contact.id, salesforce=lead.id)


def lead_converted(state: State, lead_id: str, started: int, retry_of: Work, contact: Contact) -> None:
    """Row 23: a converted lead's contact gets the Salesforce contact's id; row 24: an error where contacts are not
    created."""
    lead = state.row(lead_id)
    person = None if lead is None else target(state, lead)
    if lead is None or lead.deleted or person is None or not visible(state, person) or not syncs(state, contact):
        return
    if not contacts_wanted(state):
        refused(state, lead, contact, retry_of)
        return
    done = exchange(
        state, person, contact, dict(person.values),
        from_poll=True, started=started, reason="conversion", retry=retry_of,
    )  # fmt: skip
    if done:
        moved(state, lead, contact)


def refused(state: State, lead: Row, contact: Contact, retry: Work) -> None:
    """Row 24: contact creation is off, so the converted person cannot sync."""
    errors.fail(state, contact, errors.CONVERTED, retry, row=lead)
