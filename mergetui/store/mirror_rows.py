"""One record as a row of the mirror's tables: their columns, and how a record fills them."""

# ruff: noqa: S608 - only names from this file's own constants are put into SQL; all values are bound

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mergetui.store.facts import COLUMNS, hubspot_facts, instant, salesforce_facts

if TYPE_CHECKING:
    from mergetui.records.crm import HubSpotContact, SalesforceRecord

SALESFORCE = {
    "id": "TEXT PRIMARY KEY",
    "object": "TEXT NOT NULL",
    "modified_at": "INTEGER NOT NULL",
    "deleted": "INTEGER NOT NULL",
    "master_id": "TEXT",
    "converted": "INTEGER NOT NULL",
    "converted_contact_id": "TEXT NOT NULL",
    "account_id": "TEXT NOT NULL",
    "created_at": "INTEGER NOT NULL",
    **dict.fromkeys(COLUMNS, "TEXT NOT NULL"),
    "body": "TEXT NOT NULL",
}
HUBSPOT = {
    "id": "TEXT PRIMARY KEY",
    "contact_link": "TEXT NOT NULL",
    "lead_link": "TEXT NOT NULL",
    "archived": "INTEGER NOT NULL",
    "archived_at": "INTEGER",
    "created_at": "INTEGER NOT NULL",
    "updated_at": "INTEGER NOT NULL",
    "synced_at": "INTEGER NOT NULL",
    "link_state": "TEXT NOT NULL",
    **dict.fromkeys(COLUMNS, "TEXT NOT NULL"),
    "body": "TEXT NOT NULL",
}


def salesforce_row(record: SalesforceRecord) -> tuple[Any, ...]:
    values = record.values
    return (
        record.id,
        record.object,
        record.modified_at,
        record.deleted,
        record.master_id,
        bool(values.get("IsConverted")),
        str(values.get("ConvertedContactId") or ""),
        str(values.get("AccountId") or ""),
        instant(values.get("CreatedDate")),
        *salesforce_facts(record),
        _values(values),
    )


def hubspot_row(contact: HubSpotContact) -> tuple[Any, ...]:
    values = contact.values
    return (
        contact.id,
        values.get("salesforcecontactid") or "",
        values.get("salesforceleadid") or "",
        contact.archived,
        contact.archived_at,
        contact.created_at,
        contact.updated_at,
        instant(values.get("salesforcelastsynctime")),
        "",
        *hubspot_facts(contact),
        _values(values),
    )


def _values(values: Mapping[str, Any]) -> str:
    return json.dumps(values if isinstance(values, dict) else dict(values), separators=(",", ":"))


def upsert(table: str, columns: Mapping[str, str], stamp: str) -> str:
    """An INSERT that never puts an older state over a newer one."""
    names = ",".join(columns)
    marks = ",".join("?" * len(columns))
    changes = ",".join(f"{name}=excluded.{name}" for name in columns if name != "id")
    return (
        f"INSERT INTO {table} ({names}) VALUES ({marks})"
        f" ON CONFLICT (id) DO UPDATE SET {changes} WHERE excluded.{stamp} >= {stamp}"
    )
