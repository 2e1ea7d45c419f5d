"""Salesforce JSON → records. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mergetui.crm.times import instant
from mergetui.records.crm import FieldInfo, Option, SalesforceObject, SalesforceRecord, Value

ALWAYS = ("Id", "SystemModstamp", "IsDeleted", "MasterRecordId")
"""Read with every person row, whatever fields are asked for."""

_NEVER = frozenset({"address", "location", "base64", "complexvalue", "anyType"})


def field_infos(object_name: str, describe: Mapping[str, Any]) -> tuple[FieldInfo, ...]:
    """Every field that the user may see, without compound ones (``Name``, ``MailingAddress`` …): their parts are there.

    Writable = updateable, not calculated, not an auto number (facts/salesforce.md §4).
    """
    rows = [row for row in describe.get("fields", ()) if isinstance(row, Mapping) and row.get("name")]
    compound = {row.get("compoundFieldName") for row in rows}
    return tuple(
        FieldInfo(
            crm="salesforce",
            object=object_name,
            name=str(row["name"]),
            label=str(row.get("label") or row["name"]),
            type=str(row.get("type") or ""),
            length=int(row.get("length") or 0),
            writable=bool(row.get("updateable")) and not row.get("calculated") and not row.get("autoNumber"),
            nillable=bool(row.get("nillable", True)),
            options=tuple(
                Option(str(item.get("value")), str(item.get("label") or item.get("value")), bool(item.get("active")))
                for item in row.get("picklistValues") or ()
            ),
            restricted=bool(row.get("restrictedPicklist")),
            refers_to=tuple(str(item) for item in row.get("referenceTo") or ()),
            calculated=bool(row.get("calculated")),
        )
        for row in rows
        if row["name"] not in compound and row.get("type") not in _NEVER
    )


def person_row(object_name: SalesforceObject, row: Mapping[str, Any]) -> SalesforceRecord:
    """One Lead or Contact row of a query. Raises ValueError when it has no id."""
    if not row.get("Id"):
        raise ValueError("a row without Id")
    master = row.get("MasterRecordId")
    return SalesforceRecord(
        id=str(row["Id"]),
        object=object_name,
        values=plain_values(row),
        modified_at=instant(row.get("SystemModstamp")) or 0,
        deleted=bool(row.get("IsDeleted")),
        master_id=str(master) if master else None,
    )


def plain_values(row: Mapping[str, Any]) -> dict[str, Value]:
    """The scalar members of a row: neither ``attributes`` nor parents nor compound values."""
    return {name: value for name, value in row.items() if value is None or isinstance(value, (str, int, float, bool))}
