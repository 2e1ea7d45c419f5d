"""What this org's own rules do to a save, a merge or a delete: rights, locks, triggers, validation, duplicate rules.

Each function raises the SalesforceRefusal that the org would give, or does nothing. All are switched by ``Settings``.
"""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.records.crm import Value
from mergetui.twin import duplicates
from mergetui.twin.refusals import GUESSED, SalesforceRefusal
from mergetui.twin.schema import ObjectInfo
from mergetui.twin.state import Row, State

NO_ACCESS = "insufficient access rights on object id"


def guessed(state: State, reason: str, message: str, fields: tuple[str, ...] = ()) -> SalesforceRefusal:
    """A refusal whose code is a guess: see ``refusals.GUESSED``."""
    return SalesforceRefusal(state.settings.refusal_codes.get(reason) or GUESSED[reason], message, fields)


def may_edit(state: State, row: Row, by: str) -> None:
    """Only the signed-in user's rights are modelled here."""
    if by == state.admin_id and row.id in state.settings.no_edit_rows:
        raise SalesforceRefusal("INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS, status=403)


def may_delete(state: State, row: Row, *, as_loser: bool = False) -> None:
    """``as_loser``: the row is to be merged away, so it is another record than the one that is saved."""
    if row.id not in state.settings.no_delete_rows:
        return
    if as_loser:
        raise SalesforceRefusal(
            "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY", "insufficient access rights on cross-reference id"
        )
    raise SalesforceRefusal("INSUFFICIENT_ACCESS_OR_READONLY", NO_ACCESS, status=403)


def not_locked(state: State, row: Row) -> None:
    """Row locks last as long as another transaction; approval locks until somebody decides."""
    if row.id in state.settings.locked_rows:
        raise SalesforceRefusal("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
    if row.id in state.settings.approval_rows:
        raise SalesforceRefusal(
            "ENTITY_IS_LOCKED", "This record is locked. If you need to edit it, contact your admin.", status=400
        )


def triggers(state: State, object_name: str, row_id: str, verb: str) -> None:
    """Apex that refuses: an update or create with its own code, a delete with DELETE_FAILED."""
    for rule in state.settings.failing_triggers:
        target, _, text = rule.partition(":")
        subject, _, event = target.strip().partition(".")
        if event == verb and subject in (object_name, row_id):
            code = "DELETE_FAILED" if verb == "delete" else "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"
            raise SalesforceRefusal(code, text.strip())


def validate(state: State, info: ObjectInfo, row_id: str, values: Mapping[str, Value]) -> None:
    """Validation rules look at the values as they will be."""
    for rule in state.settings.validation_rules:
        target, _, text = rule.partition(":")
        subject, _, name = target.strip().partition(".")
        field = info.field(name)
        if subject in (info.name, row_id) and field is not None and values.get(field.name) in (None, ""):
            raise SalesforceRefusal("FIELD_CUSTOM_VALIDATION_EXCEPTION", text.strip(), (field.name,))


def look_for_duplicates(
    state: State,
    object_name: str,
    values: Mapping[str, Value],
    *,
    row: Row | None = None,
    allowed: bool = False,
    without: frozenset[str] = frozenset(),
) -> None:
    """Duplicate rules run on a create, and on an edit that changes a field they look at.

    ``without``: ids that are gone when the rule runs, such as a merge's losers. Raises DuplicatesDetected.
    """
    action = state.settings.duplicate_rule
    if action not in ("alert", "block") or (action == "alert" and allowed):
        return
    if object_name not in duplicates.RULES:
        return
    if row is not None and not any(
        name in values and values[name] != row.values.get(name) for name in duplicates.LOOKED_AT
    ):
        return
    future = {**(row.values if row is not None else {}), **values}
    own = row.id if row is not None else ""
    results = duplicates.Matcher(state).results(object_name, future, without=without | {own})
    if any(result.matches for result in results):
        raise duplicates.DuplicatesDetected(tuple(result for result in results if result.matches))
