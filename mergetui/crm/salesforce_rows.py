"""Salesforce JSON → records. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mergetui.crm.times import instant
from mergetui.records.crm import ChildRow, FieldInfo, Option, SalesforceObject, SalesforceRecord, Value

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


class ChildKind:
    """How to read one kind of row that points at a person (facts/salesforce.md §11)."""

    def __init__(
        self, object_name: str, parent: str, fields: Sequence[str], title: str, at: str = "", detail: str = "",
        *, deleted_flag: bool = False,
    ) -> None:  # fmt: skip
        self.object = object_name
        self.parent = parent
        self.fields = tuple(dict.fromkeys(("Id", parent, *fields)))
        self.title = title
        self.at = at
        self.detail = detail
        self.deleted_flag = deleted_flag
        """Read through queryAll, which alone shows activities older than a year, without the deleted ones."""

    def row(self, data: Mapping[str, Any]) -> ChildRow:
        return ChildRow(
            object=self.object,
            id=str(data["Id"]),
            parent_field=self.parent,
            parent_id=str(data.get(self.parent) or ""),
            title=_path_text(data, self.title),
            at=instant(_path(data, self.at)) if self.at else None,
            detail=_path_text(data, self.detail) if self.detail else "",
        )


def _path(data: Any, path: str) -> Any:
    for step in path.split("."):
        data = data.get(step) if isinstance(data, Mapping) else None
    return data


def _path_text(data: Any, path: str) -> str:
    found = _path(data, path)
    return "" if found is None else str(found)


_BOTH = (
    ChildKind("Task", "WhoId", ("Subject", "ActivityDate", "Status"), "Subject", "ActivityDate", "Status",
              deleted_flag=True),
    ChildKind("Event", "WhoId", ("Subject", "ActivityDateTime"), "Subject", "ActivityDateTime", deleted_flag=True),
    ChildKind("EmailMessageRelation", "RelationId", ("RelationType",), "RelationType"),
    ChildKind("ContentDocumentLink", "LinkedEntityId", ("ContentDocument.Title",), "ContentDocument.Title"),
    ChildKind("Attachment", "ParentId", ("Name",), "Name"),
    ChildKind("Note", "ParentId", ("Title",), "Title"),
)  # fmt: skip

CHILD_KINDS: Mapping[SalesforceObject, tuple[ChildKind, ...]] = {
    "Contact": (
        *_BOTH[:2],
        ChildKind("OpportunityContactRole", "ContactId", ("Opportunity.Name", "Role"), "Opportunity.Name", "", "Role"),
        ChildKind("CampaignMember", "ContactId", ("Campaign.Name", "Status"), "Campaign.Name", "", "Status"),
        ChildKind("Case", "ContactId", ("Subject", "CreatedDate", "Status"), "Subject", "CreatedDate", "Status"),
        ChildKind("AccountContactRelation", "ContactId", ("Account.Name", "Roles"), "Account.Name", "", "Roles"),
        ChildKind("Contact", "ReportsToId", ("Name",), "Name"),
        ChildKind("User", "ContactId", ("Name",), "Name"),
        ChildKind("Asset", "ContactId", ("Name",), "Name"),
        ChildKind("Contract", "CustomerSignedId", ("ContractNumber",), "ContractNumber"),
        ChildKind("Order", "BillToContactId", ("OrderNumber",), "OrderNumber"),
        *_BOTH[2:],
    ),
    "Lead": (
        *_BOTH[:2],
        ChildKind("CampaignMember", "LeadId", ("Campaign.Name", "Status"), "Campaign.Name", "", "Status"),
        *_BOTH[2:],
    ),
}
