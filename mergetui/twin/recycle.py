"""Salesforce: deleting, the recycle bin, bringing back (facts/salesforce.md §6, §11)."""

from __future__ import annotations

from functools import partial

from mergetui.twin import org_rules
from mergetui.twin.events import DeleteRow, PurgeRow, UndeleteRow
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import live, object_info
from mergetui.twin.schema import long_id, object_of
from mergetui.twin.state import Row, State

RESTRICTING = frozenset({("Case", "ContactId"), ("Case", "AccountId"), ("User", "ContactId")})
"""Child lookups that stop a delete (describe's restrictedDelete). A merge moves the children first."""

CASCADING = frozenset(
    {
        ("Task", "WhoId"), ("Event", "WhoId"), ("Task", "WhatId"), ("Event", "WhatId"),
        ("CampaignMember", "ContactId"), ("CampaignMember", "LeadId"), ("OpportunityContactRole", "ContactId"),
        ("OpportunityContactRole", "OpportunityId"), ("AccountContactRelation", "ContactId"),
        ("AccountContactRelation", "AccountId"), ("EmailMessageRelation", "RelationId"), ("Attachment", "ParentId"),
        ("Note", "ParentId"), ("ContentDocumentLink", "LinkedEntityId"), ("DuplicateRecordItem", "RecordId"),
        ("Contact", "AccountId"), ("Opportunity", "AccountId"),
    }
)  # fmt: skip
"""Child lookups whose rows a delete takes along (describe's cascadeDelete)."""

_DAY_MS = 86_400_000


def doomed_rows(state: State, event: DeleteRow) -> list[Row]:
    """Everything a delete checks; returns the row and what goes with it. Raises SalesforceRefusal."""
    row = live(state, object_info(event.object), event.id)
    org_rules.may_delete(state, row)
    org_rules.not_locked(state, row)
    doomed = _with_dependants(state, row)
    for one in doomed:
        _not_restricted(state, one)
    org_rules.triggers(state, row.object, row.id, "delete")
    return doomed


def delete_row(state: State, event: DeleteRow) -> None:
    """A plain delete: the row and what hangs on it go to the recycle bin, without a master."""
    row, *others = doomed_rows(state, event)
    for one in others:
        bury(state, one, None, with_row=row.id)
    bury(state, row, None)
    state.log("salesforce", "delete", object=row.object, id=row.id)


def begin(state: State) -> None:
    """What lies in the recycle bin of a new world goes in its turn; what is overdue stays."""
    for row_id in state.known_dead:
        row = state.row(row_id)
        stamp = row.values.get("SystemModstamp") if row is not None else None
        buried = stamp if isinstance(stamp, int) else 0
        if (due := buried + state.settings.recycle_days * _DAY_MS) > state.now:
            state.later(due, partial(_expire, row_id=row_id, buried=buried))


def bury(state: State, row: Row, master_id: str | None, *, with_row: str = "") -> None:
    """Into the recycle bin, from where it vanishes after ``recycle_days``."""
    state.bury(row, master_id)
    if with_row:
        state.buried_with[row.id] = with_row
    due = state.now + state.settings.recycle_days * _DAY_MS
    state.later(due, partial(_expire, row_id=row.id, buried=state.now))


def _expire(state: State, row_id: str, buried: int) -> None:
    row = state.row(row_id)
    stamp = row.values.get("SystemModstamp") if row is not None else None
    if row is not None and row.deleted and stamp == buried // 1000 * 1000:
        _purge(state, row)


def _purge(state: State, row: Row) -> None:
    """Gone for ever: queryAll no longer knows the row, and nobody knows any more what it was merged into."""
    for name in state.parent_fields(row.object):
        parent = row.values.get(name)
        if isinstance(parent, str):
            state.children.get(parent, {}).pop((row.object, row.id, name), None)
    del state.rows[row.object][row.id]
    state.changes.note(row.id)
    state.buried_with.pop(row.id, None)
    state.log("salesforce", "purge", object=row.object, id=row.id)


def _with_dependants(state: State, row: Row) -> list[Row]:
    """The row and, recursively, the live rows that its deletion takes along."""
    found = {row.id: row}
    waiting = [row]
    while waiting:
        for kind, key, name in state.children.get(waiting.pop().id, {}):
            child = state.rows[kind].get(key)
            if child is not None and not child.deleted and key not in found and (kind, name) in CASCADING:
                found[key] = child
                waiting.append(child)
    return list(found.values())


def _not_restricted(state: State, row: Row) -> None:
    for kind, key, name in state.children.get(row.id, {}):
        child = state.rows[kind].get(key)
        if child is None or child.deleted or (kind, name) not in RESTRICTING:
            continue
        label = str(child.values.get("CaseNumber") or child.values.get("Name") or key)
        plural = {"Case": "cases", "User": "portal users"}[kind]
        raise SalesforceRefusal(
            "DELETE_FAILED",
            f"Your attempt to delete {row.values.get('Name') or row.id} could not be completed because it is "
            f"associated with the following {plural}.: {label}\n",
        )


def deleted_row(state: State, given: str) -> Row:
    """The row of an id that should be in the recycle bin. Raises what undelete answers for any other id."""
    record_id = long_id(given)
    if len(record_id) != 18 or not record_id.isalnum():
        raise SalesforceRefusal("MALFORMED_ID", f"malformed id {given[:40]}")
    row = state.row(record_id)
    if row is None:
        code = "INVALID_CROSS_REFERENCE_KEY" if object_of(record_id) else "INVALID_ID_FIELD"
        raise SalesforceRefusal(code, "invalid cross reference id")
    if not row.deleted:
        raise SalesforceRefusal("UNDELETE_FAILED", "Entity is not in the recycle bin")
    return row


def row_to_bring_back(state: State, event: UndeleteRow) -> Row:
    """Raises SalesforceRefusal for what is not in the recycle bin, or only as a part of something else."""
    row = deleted_row(state, event.id)
    if row.id in state.buried_with:
        raise SalesforceRefusal("UNDELETE_FAILED", "Entity is not in the recycle bin")
    return row


def undelete_row(state: State, event: UndeleteRow) -> str:
    """Row 22 and facts §6: the row comes back with its own values and what was deleted with it; children that a merge
    moved stay with the master."""
    row = row_to_bring_back(state, event)
    master = row.master_id
    state.unbury(row)
    if state.settings.undelete_keeps_master:
        row.master_id = master
    state.write_row(row, {}, by=state.admin_id)
    for child in _taken_along(state, row):
        del state.buried_with[child.id]
        state.unbury(child)
    state.log("salesforce", "undelete", object=row.object, id=row.id)
    return row.id


def _taken_along(state: State, row: Row) -> list[Row]:
    found = [state.row(child) for child, parent in state.buried_with.items() if parent == row.id]
    return [child for child in found if child is not None]


def purge_row(state: State, event: PurgeRow) -> str:
    """emptyRecycleBin for one id; what was deleted with it goes too."""
    row = deleted_row(state, event.id)
    for child in _taken_along(state, row):
        _purge(state, child)
    _purge(state, row)
    return row.id
