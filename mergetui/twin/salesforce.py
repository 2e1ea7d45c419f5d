"""Salesforce: saving rows and ``merge``. One function per event; facts/salesforce.md §5 and §6 are the source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mergetui.records.crm import Value
from mergetui.twin.events import CreateRow, DeleteRow, MergeRows, UndeleteRow, UpdateRow
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import PEOPLE, Field, ObjectInfo, find, long_id, lookups_at, object_of
from mergetui.twin.stamps import day, parse_iso
from mergetui.twin.state import Row, State

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_TEXT = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "combobox"})


@dataclass(frozen=True, slots=True)
class Merged:
    """The answer of a successful merge."""

    id: str
    merged_ids: tuple[str, ...]
    related_ids: tuple[str, ...]
    """Re-parented children over all losers, as the API lists them."""


# values ---------------------------------------------------------------------------------------------------------


def object_info(name: str) -> ObjectInfo:
    info = find(name)
    if info is None:
        raise SalesforceRefusal("INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return info


def visible(state: State, info: ObjectInfo, field: Field) -> bool:
    """Field-level security: a hidden field is as good as absent."""
    return not state.settings.hidden_fields or f"{info.name}.{field.name}" not in state.settings.hidden_fields


def checked(state: State, info: ObjectInfo, values: Mapping[str, Value], *, creating: bool) -> dict[str, Value]:
    """The values under their canonical names and types. Raises the refusal a save would get."""
    found: dict[str, Value] = {}
    locked: list[str] = []
    for name, value in values.items():
        field = info.field(name)
        if field is None:
            raise SalesforceRefusal("INVALID_FIELD", f"No such column '{name}' on sobject of type {info.name}", [name])
        if not (field.createable if creating else field.updateable) or not visible(state, info, field):
            locked.append(field.name)
            continue
        found[field.name] = _checked_value(state, info, field, value)
    if locked:
        raise SalesforceRefusal(
            "INVALID_FIELD_FOR_INSERT_UPDATE",
            f"Unable to create/update fields: {', '.join(locked)}. Please check the security settings of this field "
            "and verify that it is read/write for your profile or permission set.",
            locked,
        )
    return found


def _checked_value(state: State, info: ObjectInfo, field: Field, value: Value) -> Value:
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
    row = state.row(target)
    if row is None or row.object not in field.refers_to:
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", [field.name])
    if row.deleted:
        raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", [field.name])
    if field.name == "OwnerId" and row.values.get("IsActive") is False:
        raise SalesforceRefusal(
            "INACTIVE_OWNER_OR_USER",
            "Owner or user is inactive. operation performed with inactive user [" + target + "]",
            ["OwnerId"],
        )


def _name(row: Row) -> None:
    if row.object in PEOPLE or row.object == "User":
        parts = (row.values.get("FirstName"), row.values.get("LastName"))
        row.values["Name"] = " ".join(str(part) for part in parts if part)


def _live(state: State, info: ObjectInfo, record_id: str) -> Row:
    """The live row of a REST call. Raises 404 as the real rows endpoint does."""
    row = state.row(long_id(record_id))
    if row is None or row.object != info.name:
        raise SalesforceRefusal("NOT_FOUND", "The requested resource does not exist", status=404)
    if row.deleted:
        raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", status=404)
    return row


# events ---------------------------------------------------------------------------------------------------------


def new_id(state: State, object_name: str) -> str:
    """An id no row of the cast has: its instance part is ``ZZ``."""
    return long_id(f"{object_info(object_name).prefix}ZZ{state.new_row_number():010d}")


def create_row(state: State, event: CreateRow) -> str:
    """``POST /sobjects/{O}``: returns the new id."""
    info = object_info(event.object)
    values = checked(state, info, event.values, creating=True)
    by = event.by or state.admin_id
    missing = [
        field.name
        for field in info.fields.values()
        if field.createable and not field.nillable and not field.defaulted and values.get(field.name) is None
    ]
    if missing:
        raise SalesforceRefusal(
            "REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", missing
        )
    stamp = state.now // 1000 * 1000
    for field in info.fields.values():
        if field.type == "boolean" and field.name != "IsDeleted":
            values.setdefault(field.name, False)
    if info.field("OwnerId"):
        values.setdefault("OwnerId", by)
    if info.name == "Lead":
        values.setdefault("Status", "Open - Not Contacted")
    values.update(CreatedDate=stamp, CreatedById=by, LastModifiedDate=stamp, LastModifiedById=by, SystemModstamp=stamp)
    row = Row(info.name, new_id(state, info.name), values)
    _name(row)
    state.add_row(row)
    if row.object in PEOPLE and by != state.integration_user_id:
        state.row_changes.setdefault(row.id, {})["*"] = None
    state.log("salesforce", "create", object=row.object, id=row.id)
    return row.id


def update_row(state: State, event: UpdateRow) -> list[str]:
    """``PATCH /sobjects/{O}/{id}``: returns the fields that really changed."""
    info = object_info(event.object)
    row = _live(state, info, event.id)
    if row.values.get("IsConverted") is True:
        raise SalesforceRefusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    values = checked(state, info, event.values, creating=False)
    by = event.by or state.admin_id
    changed = state.write_row(row, values, by=by)
    _name(row)
    who = "integration" if by == state.integration_user_id else "salesforce"
    state.log(who, "update", object=row.object, id=row.id, fields=changed)
    return changed


def delete_row(state: State, event: DeleteRow) -> None:
    """A plain delete: the row goes to the recycle bin without a master."""
    row = _live(state, object_info(event.object), event.id)
    state.bury(row, None)
    state.log("salesforce", "delete", object=row.object, id=row.id)


def undelete_row(state: State, event: UndeleteRow) -> str:
    """Row 22 and facts/salesforce.md §6: the row comes back with its own values; its children stay with the master."""
    row = state.row(long_id(event.id))
    if row is None:
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if not row.deleted:
        raise SalesforceRefusal("UNDELETE_FAILED", "Entity is not in the recycle bin")
    state.unbury(row)
    state.write_row(row, {}, by=state.admin_id)
    state.log("salesforce", "undelete", object=row.object, id=row.id)
    return row.id


def merge_rows(state: State, event: MergeRows) -> Merged:
    """Row 18, Salesforce side: all or nothing. Losers go, children move, then the master is updated.

    The codes for more than two losers and for a wrong type are unconfirmed (facts/salesforce.md §14).
    """
    info = object_info(event.object)
    master, losers = _merge_parties(state, info, event)
    values = checked(state, info, event.values, creating=False)
    twice = sorted(set(event.nulls) & set(event.values))
    if twice:
        raise SalesforceRefusal("INVALID_FIELD", f"Duplicate field in values and fieldsToNull: {twice[0]}", twice)
    values.update(checked(state, info, dict.fromkeys(event.nulls), creating=False))
    gone = {loser.id for loser in losers}
    for field in info.fields.values():
        kept = values.get(field.name, master.values.get(field.name))
        if field.type == "reference" and isinstance(kept, str) and kept in gone:
            raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", [field.name])

    oldest = min((master, *losers), key=lambda row: int(row.values.get("CreatedDate") or 0))
    born, by = oldest.values.get("CreatedDate"), oldest.values.get("CreatedById")
    related: list[str] = []
    for loser in losers:
        state.bury(loser, master.id)
        related += _reparent(state, loser, master)
    state.write_row(master, values, by=state.admin_id)
    master.values["CreatedDate"], master.values["CreatedById"] = born, by
    _name(master)
    if master.object in PEOPLE:
        state.row_changes.setdefault(master.id, {})["*"] = None
    state.log(
        "salesforce", "merge", object=info.name, id=master.id, merged=[row.id for row in losers], related=len(related)
    )
    return Merged(master.id, tuple(row.id for row in losers), tuple(related))


def _merge_parties(state: State, info: ObjectInfo, event: MergeRows) -> tuple[Row, list[Row]]:
    if info.name not in (*PEOPLE, "Account"):
        raise SalesforceRefusal("INVALID_TYPE", f"Cannot merge objects of type {info.name}")
    if not event.loser_ids or len(event.loser_ids) > 2:
        raise SalesforceRefusal("LIMIT_EXCEEDED", "merge request must have one or two records to merge")
    rows = []
    for given in (event.master_id, *event.loser_ids):
        record_id = long_id(given)
        if len(record_id) != 18 or not record_id.isalnum():
            raise SalesforceRefusal("MALFORMED_ID", f"bad id {given}")
        kind = object_of(record_id)
        if kind is not None and kind != info.name:
            raise SalesforceRefusal("INVALID_ID_FIELD", f"id {record_id} is not of type {info.name}", ["Id"])
        row = state.row(record_id)
        if row is None:
            raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if row.deleted:
            raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted")
        rows.append(row)
    if len({row.id for row in rows}) != len(rows):
        raise SalesforceRefusal("INVALID_MERGE_RECORD", "cannot merge a record with itself")
    master, *losers = rows
    if master.values.get("IsConverted") is True:  # a converted lead may be a loser (help 005123891)
        raise SalesforceRefusal("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    return master, losers


def _reparent(state: State, loser: Row, master: Row) -> list[str]:
    """Move every child of the loser; returns the ids of those that moved. Children keep their stamps.

    Of two memberships of one campaign one survives (which status wins is unconfirmed: the master's); contact roles of
    losers lose "primary" (facts/salesforce.md §6).
    """
    names = {(look.child, look.field) for look in lookups_at(loser.object)}
    moved: list[str] = []
    campaigns = {
        state.rows["CampaignMember"][key].values.get("CampaignId")
        for kind, key, _ in state.children.get(master.id, {})
        if kind == "CampaignMember" and not state.rows[kind][key].deleted
    }
    for kind, key, name in list(state.children.get(loser.id, {})):
        child = state.rows[kind][key]
        if (kind, name) not in names or child.deleted:
            continue
        if kind == "CampaignMember" and child.values.get("CampaignId") in campaigns:
            child.deleted = True
            continue
        state.children[loser.id].pop((kind, key, name), None)
        if child.id == master.id:
            child.values[name] = None
            continue
        child.values[name] = master.id
        state.children.setdefault(master.id, {})[(kind, key, name)] = None
        if kind == "OpportunityContactRole":
            child.values["IsPrimary"] = False
        moved.append(key)
    return moved
