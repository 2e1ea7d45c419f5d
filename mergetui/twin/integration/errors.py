"""Sync errors: their categories and texts, and the schedule of retries (facts/integration.md §1, §6)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from mergetui.twin.integration import budget
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.state import Contact, Row, State, Work

MISSING = "Insufficient access or missing Salesforce record"
TAKEN = "Email already in use"
MERGED = "Merged in Salesforce"
CONVERTED = "Converted Lead"
FIELD_PERMISSION = "Salesforce field permission"
DUPLICATE_RULE = "Salesforce duplicate rule"
CUSTOM_CODE = "Apex, flow or validation rule"
BAD_PICKLIST = "Bad value for restricted picklist"
BAD_VALUE = "Property value refused by Salesforce"
BAD_FIELD = "Field mapping or property settings"
ASSOCIATION = "Waiting for account to sync"
OTHER = "Salesforce refused the record"

CATEGORIES: Mapping[str, str] = {
    MISSING: "Permissions",
    FIELD_PERMISSION: "Permissions",
    TAKEN: "Duplicates",
    DUPLICATE_RULE: "Duplicates",
    CUSTOM_CODE: "Custom code",
    BAD_PICKLIST: "Property value",
    BAD_VALUE: "Property value",
    BAD_FIELD: "Field mapping/property settings",
    ASSOCIATION: "Associations",
    MERGED: "Other",  # both of 2016; under which card today's Sync Health would show them is unknown
    CONVERTED: "Other",
    OTHER: "Other",
}
"""Text of an error → the card it stands on in Sync Health."""

_OF_CODE: Mapping[str, str] = {
    "DUPLICATES_DETECTED": DUPLICATE_RULE,
    "DUPLICATE_VALUE": DUPLICATE_RULE,
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": CUSTOM_CODE,
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": CUSTOM_CODE,
    "INSUFFICIENT_ACCESS_OR_READONLY": MISSING,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": MISSING,
    "ENTITY_IS_DELETED": MISSING,
    "NOT_FOUND": MISSING,
    "INVALID_FIELD_FOR_INSERT_UPDATE": FIELD_PERMISSION,
    "INVALID_FIELD": BAD_FIELD,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": BAD_PICKLIST,
    "STRING_TOO_LONG": BAD_VALUE,
    "REQUIRED_FIELD_MISSING": BAD_VALUE,
    "INVALID_TYPE_ON_FIELD_IN_RECORD": BAD_VALUE,
    "INVALID_EMAIL_ADDRESS": BAD_VALUE,
    "INACTIVE_OWNER_OR_USER": BAD_VALUE,
    "INVALID_CROSS_REFERENCE_KEY": BAD_VALUE,
    "CANNOT_UPDATE_CONVERTED_LEAD": CONVERTED,
}
DAY_MS = 86_400_000


def category(text: str) -> str:
    """The card of an error's text; empty for no error."""
    return CATEGORIES.get(text, "Other") if text else ""


def of_refusal(refusal: SalesforceRefusal) -> str:
    """The text under which the integration shows a refusal of Salesforce."""
    return _OF_CODE.get(refusal.code, OTHER)


def fail(state: State, contact: Contact, text: str, retry: Work, *, row: Row | None = None, code: str = "") -> None:
    """A pass of a contact failed: remember why, and try again later."""
    contact.sync_error = text
    why = {"error": text, "category": category(text)}
    if row is not None:
        why["salesforce"] = row.id
    if code:
        why["code"] = code
    state.log("integration", "error", contact=contact.id, **why)
    schedule(state, contact, retry)


def fail_row(state: State, row: Row, text: str) -> None:
    """A row could not be brought to HubSpot: no contact's own error, and the row's next change tries again."""
    state.sync.row_errors[row.id] = text
    state.log("integration", "error", salesforce=row.id, error=text, category=category(text))


def clear(state: State, contact: Contact, row: Row | None = None) -> None:
    contact.sync_error = ""
    contact.retries = 0
    state.sync.retry_due.pop(contact.id, None)
    if row is not None:
        state.sync.row_errors.pop(row.id, None)


def schedule(state: State, contact: Contact, retry: Work) -> None:
    """``retry_ms`` apart, ``retries`` times; then at midnight GMT, every night. One retry waits at a time."""
    if state.sync.retry_due.get(contact.id, 0) > state.now:
        return
    if contact.retries < state.settings.retries:
        due = state.now + state.settings.retry_ms
    else:
        due = (state.now // DAY_MS + 1) * DAY_MS
    state.sync.retry_due[contact.id] = due
    state.later(due, partial(_retry, contact_id=contact.id, due=due, retry=retry))


def _retry(state: State, contact_id: str, due: int, retry: Work) -> None:
    """Row 31: no retries while too much of the budget is used; their turn comes again."""
    contact = state.contacts.get(contact_id)
    if state.sync.retry_due.get(contact_id) != due:
        return
    del state.sync.retry_due[contact_id]
    if contact is None or contact.archived_at is not None or not contact.sync_error:
        return
    if not budget.retries_allowed(state):
        state.log("integration", "retry_skipped", contact=contact_id)
        schedule(state, contact, retry)
        return
    contact.retries += 1
    retry(state)
