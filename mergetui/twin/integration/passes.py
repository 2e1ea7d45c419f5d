"""Event-driven passes: rows 1 to 5, 11, 24, 29, 30 and 32. One contact at a time, some time after its change."""

from __future__ import annotations

from functools import partial

from mergetui.records.crm import Value
from mergetui.twin import hubspot, salesforce
from mergetui.twin.events import CreateRow, Resync
from mergetui.twin.integration import budget, conversion, errors, owners
from mergetui.twin.integration.exchange import exchange, finish, writer
from mergetui.twin.integration.scope import halted, has_link, join_at_birth, linked_row, syncs, visible
from mergetui.twin.mapping import ACCOUNT_NAME, OWNER, rules_for
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.state import Contact, Row, State, Work

ECHOED = ("property", "merge", "new", "activity", "joined list")
"""Passes that may be followed by a second and a third one."""


def retry_of(contact_id: str) -> Work:
    return partial(run_pass, contact_id=contact_id, reason="retry")


# starting -------------------------------------------------------------------------------------------------------


def trigger(state: State, contact: Contact, reason: str = "property", delay: tuple[int, int] | None = None) -> None:
    """Row 1: a mapped property changed, a contact was created, merged, was active or joined the list: its pass comes
    after the event delay. Nothing, and no error, without an address, outside the list, or while nothing syncs."""
    if not contact.address or not syncs(state, contact):
        return
    if halted(state):
        state.overdue[contact.id] = None
        return
    due = state.pending_passes.get(contact.id)
    if due is not None and due > state.now:
        return
    low, high = delay or state.settings.event_delay_ms
    due = state.now + max(1, state.random.randint(low, max(low, high)))
    state.pending_passes[contact.id] = due
    state.later(due, partial(run_pass, contact_id=contact.id, reason=reason))


def contact_born(state: State, contact: Contact) -> None:
    """A contact was created in HubSpot: rows 1, 3 and 4."""
    join_at_birth(state, contact)
    trigger(state, contact, "new")


def resync(state: State, event: Resync) -> None:
    """Row 29: the linked row is alive → row 2; dead → match again by e-mail, or create. The error is cleared."""
    contact = hubspot.live(state, event.contact_id)
    errors.clear(state, contact)
    state.sync.frozen.pop(contact.id, None)
    state.log("integration", "resync", contact=contact.id)
    due = state.now + state.random.randint(2_000, 59_000)
    state.later(due, partial(run_pass, contact_id=contact.id, reason="resync"))


def release(state: State) -> None:
    """Rows 31 and 32, and the end of a pause: what waited runs, in a burst."""
    waiting = list(state.overdue)
    state.overdue.clear()
    for contact_id in waiting:
        contact = state.contacts.get(hubspot.current_id(state, contact_id))
        if contact is not None and contact.archived_at is None:
            trigger(state, contact, "released")


def wait_for_calls(state: State, contact_id: str) -> None:
    """Row 31: the budget is used up; the queue grows and is looked at when calls are free again."""
    state.overdue[contact_id] = None
    if state.sync.waking_at <= state.now:
        state.sync.waking_at = budget.freed_at(state)
        state.log("integration", "budget_used_up", until=state.sync.waking_at)
        state.later(state.sync.waking_at, _wake)


def _wake(state: State) -> None:
    state.sync.waking_at = 0
    if not halted(state):
        release(state)


# running --------------------------------------------------------------------------------------------------------


def run_pass(state: State, contact_id: str, *, reason: str) -> None:
    """One pass of one contact: row 2, 3, 4 or 5, whichever its link and its address lead to."""
    state.pending_passes.pop(contact_id, None)
    contact = state.contacts.get(contact_id)  # merged meanwhile: gone, and the merge has its own pass
    if contact is None or contact.archived_at is not None or not contact.address or not syncs(state, contact):
        return
    if halted(state):
        state.overdue[contact_id] = None
        return
    if not budget.spend(state, state.settings.calls_per_pass):
        wait_for_calls(state, contact_id)
        return
    linked = linked_row(state, contact)
    row = conversion.followed(state, contact, linked)
    if row is not None and not row.deleted and not visible(state, row):
        denied(state, row, contact)
    elif row is not None and not row.deleted and row.values.get("IsConverted") is True:
        conversion.refused(state, row, contact, retry_of(contact_id))
    elif row is not None and not row.deleted:
        if sync_linked(state, row, contact, reason) and linked is not None and linked is not row:
            conversion.moved(state, linked, contact)
    elif has_link(contact) and reason != "resync":
        missing(state, row, contact)
    else:
        first_link(state, contact, reason)
    if reason in ECHOED:
        _echo(state, contact_id)


def _echo(state: State, contact_id: str) -> None:
    """A second pass often follows 10–50 s after the first, a third 6–11 min after (facts/integration.md §1)."""
    spans = {"none": (), "second": ((10, 50),), "second_and_third": ((10, 50), (360, 660))}
    for low, high in spans[state.settings.echo_passes]:
        due = state.now + state.random.randint(low * 1000, high * 1000)
        state.later(due, partial(run_pass, contact_id=contact_id, reason="echo"))


def sync_linked(state: State, row: Row, contact: Contact, reason: str) -> bool:
    """Row 2: values go both ways in one pass. Returns whether that worked."""
    return exchange(
        state, row, contact, dict(row.values),
        from_poll=False, started=state.now, reason=reason, retry=retry_of(contact.id),
    )  # fmt: skip


def first_link(state: State, contact: Contact, reason: str) -> None:
    """Row 3: link to the first visible same-e-mail row; row 4: else create one. Additional addresses match after the
    primary one, where they match at all (``match_secondary``)."""
    searched = contact.addresses if state.settings.match_secondary else (contact.address,)
    rows = next((found for address in searched if (found := _visible_rows(state, address))), [])
    if not rows:
        create_in_salesforce(state, contact, reason)
        return
    row = _first(state, rows)
    state.log("integration", "relink" if has_link(contact) else "link", contact=contact.id, salesforce=row.id)
    if has_link(contact):
        state.set_values(contact, {"salesforcecontactid": "", "salesforceleadid": ""}, source="SALESFORCE")
    sync_linked(state, row, contact, reason)


def _visible_rows(state: State, address: str) -> list[Row]:
    matches = [state.alive(key) for key in state.people_by_email.get(address, {})]
    return [row for row in matches if row is not None and not row.values.get("IsConverted") and visible(state, row)]


def _first(state: State, rows: list[Row]) -> Row:
    """The row that the search answers first (``match_order``)."""
    match state.settings.match_order:
        case "newest":
            return max(rows, key=lambda row: (_stamp(row, "SystemModstamp"), row.id))
        case "oldest":
            return min(rows, key=lambda row: (_stamp(row, "CreatedDate"), row.id))
    return rows[state.random.randrange(len(rows))]


def _stamp(row: Row, name: str) -> int:
    value = row.values.get(name)
    return value if isinstance(value, int) else 0


def create_in_salesforce(state: State, contact: Contact, reason: str) -> None:
    """Row 4: a row of the kind ``create_sf`` says; Salesforce's rules may refuse it.

    What HubSpot puts into a required field it has no value for is unconfirmed: the local part of the address, and
    "[not provided]" as a lead's company. An owner Salesforce does not know would be left to assignment rules; here the
    integration user owns the row then.
    """
    kind = {"lead": "Lead", "contact": "Contact"}.get(state.settings.create_sf)
    if kind is None:
        return
    values: dict[str, Value] = {}
    for rule in rules_for(kind, state.settings.rules):
        value = contact.get(rule.property)
        if value and rule.rule != "none" and rule.field != ACCOUNT_NAME:
            values[rule.field] = value
    if state.settings.owner_sync and (owner := owners.user_of_owner(state, contact.get(OWNER))):
        values["OwnerId"] = owner
    values.setdefault("LastName", contact.address.split("@")[0])
    if kind == "Lead":
        values.setdefault("Company", "[not provided]")
    try:
        made = salesforce.create_row(state, CreateRow(kind, values, by=writer(state)))
    except SalesforceRefusal as refusal:
        errors.fail(state, contact, errors.of_refusal(refusal), retry_of(contact.id), code=refusal.code)
        return
    row = state.rows[kind][made]
    if has_link(contact):
        state.set_values(contact, {"salesforcecontactid": "", "salesforceleadid": ""}, source="SALESFORCE")
    state.log("integration", "link", contact=contact.id, salesforce=row.id)
    finish(state, row, contact, {}, started=state.now, reason=reason, retry=retry_of(contact.id))


def missing(state: State, row: Row | None, contact: Contact) -> None:
    """Row 5: the linked row is gone; "Merged in Salesforce" where the connector can tell (2016)."""
    merged = row is not None and row.master_id and state.settings.merge_detect == "merged_error"
    errors.fail(state, contact, errors.MERGED if merged else errors.MISSING, retry_of(contact.id), row=row)


def denied(state: State, row: Row, contact: Contact) -> None:
    """Row 11: the integration user cannot reach the row: the same error as for a missing one."""
    errors.fail(state, contact, errors.MISSING, retry_of(contact.id), row=row)
