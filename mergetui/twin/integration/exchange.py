"""One pass of one linked pair: mapped values by their rules, the owner, the link, the sync time (rows 2, 6, 12, 13)."""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.records.crm import Value, as_text
from mergetui.records.sync import MappingRule
from mergetui.twin import salesforce
from mergetui.twin.events import UpdateRow
from mergetui.twin.integration import errors, neighbours, owners
from mergetui.twin.integration.scope import has_link, syncs
from mergetui.twin.mapping import ACCOUNT_NAME, effect, rules_for
from mergetui.twin.portal import LINKS
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, Row, State, Work

LINK_OF = {object_name: name for name, object_name in LINKS.items()}


def writer(state: State) -> str:
    """The user by whose hand the integration writes to Salesforce."""
    return state.integration_user_id or state.admin_id


def mapped_value(state: State, values: Mapping[str, Value], rule: MappingRule) -> str:
    """A row's value as HubSpot holds it. A Contact's company is its account's name, read through the lookup."""
    if rule.field == ACCOUNT_NAME:
        account = state.alive(str(values.get("AccountId") or ""))
        return as_text(account.values.get("Name")) if account else ""
    value = as_text(values.get(rule.field))
    return value.lower() if rule.property == "email" else value


def exchange(
    state: State,
    row: Row,
    contact: Contact,
    values: Mapping[str, Value],
    *,
    from_poll: bool,
    started: int,
    reason: str,
    retry: Work,
) -> bool:
    """Apply the mapping rules to a pair and write the link and the sync time. Returns whether that worked.

    ``values``: the row as it was read. ``from_poll``: values go only towards HubSpot, save a blanked address (row 13).
    """
    to_hubspot: dict[str, str] = {}
    to_salesforce: dict[str, Value] = {}
    for rule in rules_for(row.object, state.settings.rules):
        mine, theirs = mapped_value(state, values, rule), contact.get(rule.property)
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
    first = contact.get(LINK_OF[row.object]) != row.id
    to_hubspot |= owners.to_hubspot(state, row, contact, values, first=first)
    if not from_poll:
        to_salesforce |= owners.to_salesforce(state, row, contact, values, first=first)
    if to_salesforce:
        try:
            salesforce.update_row(state, UpdateRow(row.object, row.id, to_salesforce, by=writer(state)))
        except SalesforceRefusal as refusal:
            errors.fail(state, contact, errors.of_refusal(refusal), retry, row=row, code=refusal.code)
            return False
    return finish(state, row, contact, to_hubspot, started=started, reason=reason, retry=retry)


def finish(
    state: State, row: Row, contact: Contact, changes: dict[str, str], *, started: int, reason: str, retry: Work
) -> bool:
    """Write to HubSpot: mapped values, link properties, sync time (the start of the pass)."""
    additional = None
    if address := changes.get("email"):
        owner = state.addresses.get(address)
        if owner is not None and owner != contact.id:
            return address_taken(state, row, contact, state.contacts[owner], started=started, retry=retry)
        if owner == contact.id and address != contact.address:
            if state.settings.own_additional_as_primary == "conflict":
                errors.fail(state, contact, errors.TAKEN, retry, row=row)
                return False
            additional = tuple(a for a in (contact.address, *contact.additional) if a and a != address)
    errors.clear(state, contact, row)
    written = {**changes, **_link_values(state, row), **neighbours.lifecycle(state, row, contact)}
    written["salesforcelastsynctime"] = iso(started)
    changed = state.set_values(contact, written, source="SALESFORCE", additional=additional)
    neighbours.tie_company(state, row, contact)
    values = [name for name in changed if name in changes]
    state.log("integration", "pass", contact=contact.id, salesforce=row.id, properties=values, reason=reason)
    return True


def address_taken(state: State, row: Row, contact: Contact, owner: Contact, *, started: int, retry: Work) -> bool:
    """Row 12: the row's address belongs to another contact. An error, or its data flows there and the old contact
    keeps a stale link."""
    if state.settings.email_taken == "error" or (has_link(owner) and not syncs(state, owner)):
        errors.fail(state, contact, errors.TAKEN, retry, row=row)
        return False
    return relink(state, row, owner, started=started, retry=retry)


def relink(state: State, row: Row, contact: Contact, *, started: int, retry: Work) -> bool:
    """Tie a contact to a row of whatever object; its link to another row is dropped (rows 7, 12, 26)."""
    state.log("integration", "relink", contact=contact.id, salesforce=row.id)
    state.set_values(contact, dict.fromkeys(LINKS, ""), source="SALESFORCE")
    return exchange(
        state, row, contact, dict(row.values), from_poll=True, started=started, reason="relink", retry=retry
    )


def _link_values(state: State, row: Row) -> dict[str, str]:
    owner = state.row(str(row.values.get("OwnerId") or ""))
    return {
        LINK_OF[row.object]: row.id,
        "salesforceaccountid": as_text(row.values.get("AccountId")),
        "salesforceownerid": as_text(row.values.get("OwnerId")),
        "salesforceowneremail": as_text(owner.values.get("Email")) if owner else "",
        "salesforcedeleted": "false",
    }
