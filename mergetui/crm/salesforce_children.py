"""Salesforce rows that point at a person and would move with a merge (facts/salesforce.md §11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mergetui.crm.salesforce_rows import plain_values
from mergetui.crm.times import instant
from mergetui.records.crm import ChildLookup, ChildRow, SalesforceObject


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

    def bare(self) -> ChildKind:
        """Only the ids: of the row, of the person, of what else it joins."""
        lookups = [name for name in self.fields if name.endswith("Id") and "." not in name]
        return ChildKind(self.object, self.parent, lookups, "Id", deleted_flag=self.deleted_flag)

    def row(self, data: Mapping[str, Any]) -> ChildRow:
        return ChildRow(
            object=self.object,
            id=str(data["Id"]),
            parent_field=self.parent,
            parent_id=str(data.get(self.parent) or ""),
            title=_path_text(data, self.title),
            at=instant(_path(data, self.at)) if self.at else None,
            detail=_path_text(data, self.detail) if self.detail else "",
            values=plain_values(data),
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
    ChildKind("EmailMessageRelation", "RelationId", ("EmailMessageId", "RelationType"), "RelationType"),
    ChildKind("ContentDocumentLink", "LinkedEntityId", ("ContentDocumentId", "ContentDocument.Title"),
              "ContentDocument.Title"),
    ChildKind("Attachment", "ParentId", ("Name",), "Name"),
    ChildKind("Note", "ParentId", ("Title",), "Title"),
)  # fmt: skip

CHILD_KINDS: Mapping[SalesforceObject, tuple[ChildKind, ...]] = {
    "Contact": (
        *_BOTH[:2],
        ChildKind(
            "OpportunityContactRole",
            "ContactId",
            ("OpportunityId", "Opportunity.Name", "Role", "IsPrimary"),
            "Opportunity.Name",
            "",
            "Role",
        ),
        ChildKind(
            "CampaignMember", "ContactId", ("CampaignId", "Campaign.Name", "Status"), "Campaign.Name", "", "Status"
        ),
        ChildKind("Case", "ContactId", ("Subject", "CreatedDate", "Status"), "Subject", "CreatedDate", "Status"),
        ChildKind(
            "AccountContactRelation",
            "ContactId",
            ("AccountId", "Account.Name", "Roles"),
            "Account.Name",
            "",
            "Roles",
        ),
        ChildKind("Contact", "ReportsToId", ("Name",), "Name"),
        ChildKind("User", "ContactId", ("Name", "IsActive"), "Name"),
        ChildKind("Asset", "ContactId", ("Name",), "Name"),
        ChildKind("Contract", "CustomerSignedId", ("ContractNumber",), "ContractNumber"),
        ChildKind("Order", "BillToContactId", ("OrderNumber",), "OrderNumber"),
        *_BOTH[2:],
    ),
    "Lead": (
        *_BOTH[:2],
        ChildKind("CampaignMember", "LeadId", ("CampaignId", "Campaign.Name", "Status"), "Campaign.Name", "", "Status"),
        *_BOTH[2:],
    ),
}

_NO_ROWS_OF_THEIR_OWN = ("ChangeEvent", "History", "Share", "Feed", "Tag")
_VIEWS = frozenset(
    {"OpenActivity", "ActivityHistory", "CombinedAttachment", "NoteAndAttachment", "AttachedContentDocument"}
)
"""Aggregate views: only readable as a subquery of one parent."""
KNOWN = {name: frozenset((kind.object, kind.parent) for kind in kinds) for name, kinds in CHILD_KINDS.items()}


def child_lookups(object_name: SalesforceObject, describe: Mapping[str, Any]) -> tuple[ChildLookup, ...]:
    """The lookups at this object that ``CHILD_KINDS`` does not name: which there are depends on the org's features."""
    return tuple(
        ChildLookup(child, field, bool(row.get("cascadeDelete")))
        for row in describe.get("childRelationships") or ()
        if isinstance(row, Mapping) and row.get("relationshipName") and not row.get("deprecatedAndHidden")
        for child, field in ((str(row.get("childSObject") or ""), str(row.get("field") or "")),)
        if child and field and child not in _VIEWS and not child.endswith(_NO_ROWS_OF_THEIR_OWN)
        and (child, field) not in KNOWN[object_name]
    )  # fmt: skip


def lookup_kind(lookup: ChildLookup) -> ChildKind:
    """Only ids: nobody knows which other fields such an object has."""
    return ChildKind(lookup.object, lookup.field, (), "Id")
