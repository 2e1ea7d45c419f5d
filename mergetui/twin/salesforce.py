"""Salesforce: what a save checks, and creating and updating rows. One function per event (facts/salesforce.md §5)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mergetui.records.crm import Value
from mergetui.twin import org_rules
from mergetui.twin.events import CreateRow, UpdateRow
from mergetui.twin.ids import is_salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import PEOPLE, Field, ObjectInfo, find, long_id, object_of
from mergetui.twin.stamps import day, parse_iso
from mergetui.twin.state import Row, State

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_DEFAULTS: Mapping[str, Mapping[str, Value]] = {
    "Lead": {"Status": "Open - Not Contacted"},
    "Case": {"Status": "New", "Priority": "Medium"},
    "Task": {"Status": "Not Started", "Priority": "Normal"},
}
_CLOSED = {
    "Task": ("Status", ("Completed",)),
    "Case": ("Status", ("Closed",)),
    "Opportunity": ("StageName", ("Closed Won", "Closed Lost")),
}
"""Object → (field, the values that close it)."""
ARCHIVED_AFTER_MS = 365 * 86_400_000
_TEXT = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "combobox"})


# values ---------------------------------------------------------------------------------------------------------


def object_info(name: str) -> ObjectInfo:
    info = find(name)
    if info is None:
        raise SalesforceRefusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return info


def visible(state: State, info: ObjectInfo, field: Field) -> bool:
    """Field-level security: a hidden field is as good as absent. What persons need is there where accounts can be."""
    if field.name == "IsPersonAccount" and not state.settings.person_accounts:
        return False
    return not state.settings.hidden_fields or f"{info.name}.{field.name}" not in state.settings.hidden_fields


def checked(
    state: State, info: ObjectInfo, values: Mapping[str, Value], *, creating: bool, truncate: bool = False
) -> dict[str, Value]:
    """The values under their canonical names and types. Raises the refusal a save would get.

    ``truncate``: too long text is cut to what fits (AllowFieldTruncationHeader).
    """
    found: dict[str, Value] = {}
    locked: list[str] = []
    for name, value in values.items():
        field = info.field(name)
        if field is None:
            raise SalesforceRefusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {info.name}", [name])
        if not (field.createable if creating else field.updateable) or not visible(state, info, field):
            locked.append(field.name)
            continue
        found[field.name] = _checked_value(state, info, field, value, truncate)
    if locked:
        raise SalesforceRefusal(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(locked)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
            locked,
        )
    return found


def _checked_value(state: State, info: ObjectInfo, field: Field, value: Value, truncate: bool) -> Value:
    if isinstance(value, str) and field.type in _TEXT:
        value = value.strip()
    if value is None or value == "":
        if not field.nillable:
            if field.type == "boolean":
                raise SalesforceRefusal(
                    "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: ", [field.name]
                )
            raise SalesforceRefusal(
                "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]", [field.name]
            )
        return None
    try:
        value = _typed(field, value)
    except ValueError as error:
        raise SalesforceRefusal(
            "INVALID_TYPE_ON_FIELD_IN_RECORD", f"{field.label}: value not of required type: {value}", [field.name]
        ) from error
    if isinstance(value, str) and field.type in _TEXT and len(value) > field.length:
        if truncate:
            return value[: field.length]
        raise SalesforceRefusal(
            "STRING_TOO_LONG",
            f"{field.label}: data value too large: {value} (max length={field.length})",
            [field.name],
        )
    if field.restricted and value not in field.options:
        raise SalesforceRefusal(
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
            f"{field.label}: bad value for restricted picklist field: {value}",
            [field.name],
        )
    if field.type == "email" and not _EMAIL.fullmatch(str(value)):
        raise SalesforceRefusal("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", [field.name])
    if field.type == "reference":
        _check_lookup(state, field, str(value))
    return value


def _typed(field: Field, value: Value) -> Value:
    """A value in the field's own type; SOAP sends everything as text."""
    if field.type == "boolean":
        if isinstance(value, bool):
            return value
        if str(value) in ("true", "1", "false", "0"):
            return str(value) in ("true", "1")
        raise ValueError(value)
    if field.type in ("double", "currency", "percent"):
        return float(str(value))
    if field.type == "int":
        return int(str(value))
    if field.type == "datetime":
        return value if isinstance(value, int) else parse_iso(str(value))
    if field.type == "date":
        return day(value if isinstance(value, int) else parse_iso(str(value)[:10]))
    if field.type == "reference":
        return long_id(str(value))
    return str(value)


def _check_lookup(state: State, field: Field, target: str) -> None:
    kind = object_of(target)
    if not is_salesforce_id(target) or (kind is not None and kind not in field.refers_to):
        code = "FIELD_INTEGRITY_EXCEPTION" if is_salesforce_id(target) else "MALFORMED_ID"
        raise SalesforceRefusal(code, f"{field.label}: id value of incorrect type: {target[:40]}", [field.name])
    row = state.row(target)
    if row is None:
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
    if row.deleted:
        raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", [field.name])
    if field.name == "OwnerId" and row.values.get("IsActive") is False:
        raise SalesforceRefusal(
            "INACTIVE_OWNER_OR_USER",
            "Owner or user is inactive. operation performed with inactive user [" + target + "]",
            ["OwnerId"],
        )


def archived(state: State, row: Row) -> bool:
    """Tasks closed and events held more than a year ago: only queryAll shows them (facts/salesforce.md §11)."""
    if row.object == "Task" and row.values.get("IsClosed") is not True:
        return False
    names = {"Task": ("ActivityDate", "CreatedDate"), "Event": ("EndDateTime", "ActivityDateTime", "ActivityDate")}
    held = next((at for name in names.get(row.object, ()) if (at := row.values.get(name)) is not None), None)
    if held is None:
        return False
    at = held if isinstance(held, int) else parse_iso(str(held)[:10])
    return at < state.now - ARCHIVED_AFTER_MS


def derive(row: Row) -> None:
    """What a row's values say without anybody writing it: the ``Name`` of a person, whether something is closed."""
    if row.object in PEOPLE or row.object == "User":
        parts = (row.values.get("FirstName"), row.values.get("LastName"))
        row.values["Name"] = " ".join(str(part) for part in parts if part)
    if row.object in _CLOSED:
        name, closing = _CLOSED[row.object]
        row.values["IsClosed"] = row.values.get(name) in closing


def live(state: State, info: ObjectInfo, record_id: str) -> Row:
    """The live row of a REST call. Raises 404 as the real rows endpoint does."""
    row = state.row(long_id(record_id))
    if row is None or row.object != info.name:
        raise SalesforceRefusal("NOT_FOUND", "The requested resource does not exist", status=404)
    if row.deleted:
        raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", status=404)
    return row


# saving ---------------------------------------------------------------------------------------------------------


def new_id(state: State, object_name: str) -> str:
    """An id no row of the cast has: its instance part is ``ZZ``."""
    return long_id(f"{object_info(object_name).prefix}ZZ{state.new_row_number():010d}")


def prepared(state: State, event: CreateRow) -> dict[str, Value]:
    """Everything a create checks; returns the row's values with their defaults. Raises SalesforceRefusal."""
    info = object_info(event.object)
    values = checked(state, info, event.values, creating=True, truncate=event.truncate)
    missing = [
        field.name
        for field in info.fields.values()
        if field.createable and not field.nillable and not field.defaulted and values.get(field.name) is None
    ]
    if missing:
        raise SalesforceRefusal(
            "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
        )
    for field in info.fields.values():
        if field.type == "boolean" and field.name != "IsDeleted":
            values.setdefault(field.name, False)
    if info.field("OwnerId"):
        values.setdefault("OwnerId", event.by or state.admin_id)
    for name, default in _DEFAULTS.get(info.name, {}).items():
        if values.get(name) is None:
            values[name] = default
    org_rules.triggers(state, info.name, "", "create")
    org_rules.validate(state, info, "", values)
    org_rules.look_for_duplicates(state, info.name, values, allowed=event.allow_duplicates)
    return values


def insert(state: State, object_name: str, values: dict[str, Value], by: str) -> Row:
    """Add a row of checked values, with its stamps."""
    stamp = state.now // 1000 * 1000
    values.update(CreatedDate=stamp, CreatedById=by, LastModifiedDate=stamp, LastModifiedById=by, SystemModstamp=stamp)
    row = Row(object_name, new_id(state, object_name), values)
    derive(row)
    state.add_row(row)
    if row.object in PEOPLE and by != state.integration_user_id:
        state.row_changes.setdefault(row.id, {})["*"] = None
    state.log("salesforce", "create", object=row.object, id=row.id)
    return row


def create_row(state: State, event: CreateRow) -> str:
    """``POST /sobjects/{O}`` and SOAP's create: returns the new id."""
    values = prepared(state, event)
    return insert(state, object_info(event.object).name, values, event.by or state.admin_id).id


def changed_values(state: State, event: UpdateRow) -> tuple[Row, dict[str, Value]]:
    """Everything an update checks; returns the row and the values to write. Raises SalesforceRefusal."""
    info = object_info(event.object)
    row = live(state, info, event.id)
    if row.values.get("IsConverted") is True:
        raise SalesforceRefusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    org_rules.may_edit(state, row, event.by or state.admin_id)
    org_rules.not_locked(state, row)
    values = checked(state, info, event.values, creating=False, truncate=event.truncate)
    org_rules.triggers(state, info.name, row.id, "update")
    org_rules.validate(state, info, row.id, {**row.values, **values})
    org_rules.look_for_duplicates(state, info.name, values, row=row, allowed=event.allow_duplicates)
    return row, values


def update_row(state: State, event: UpdateRow) -> list[str]:
    """``PATCH /sobjects/{O}/{id}`` and SOAP's update: returns the fields that really changed."""
    row, values = changed_values(state, event)
    by = event.by or state.admin_id
    if not state.settings.unchanged_update_stamps and all(row.values.get(k) == v for k, v in values.items()):
        return []
    changed = state.write_row(row, values, by=by)
    derive(row)
    who = "integration" if by == state.integration_user_id else "salesforce"
    state.log(who, "update", object=row.object, id=row.id, fields=changed)
    return changed
