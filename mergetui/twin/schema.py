"""The Salesforce schema of the twin: what exists, how long it may be, who may write it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from mergetui.twin.salesforce_fields import OBJECTS, PICKLISTS, SYSTEM

PEOPLE = ("Lead", "Contact")
VIRTUAL = ("UserRecordAccess", "Name")
"""Objects computed at query time: no rows, no system fields. ``Name`` is what a polymorphic lookup points at."""
NUMBER_TYPES = frozenset({"int", "double", "currency", "percent"})
TEXT_TYPES = frozenset(
    {"string", "textarea", "phone", "email", "url", "picklist", "multipicklist", "combobox", "id", "reference"}
)
_LONG = 255
"""A textarea beyond this is a long one: neither filtered nor sorted nor grouped."""
_UNFILTERED = frozenset({"HasOpenActivity", "HasOverdueTask", "ChannelProgramName", "ChannelProgramLevelName"})
_UNNAMED = frozenset(
    {
        "Contact.ReportsToId", "Task.AccountId", "Event.AccountId", "Lead.ConvertedAccountId",
        "Lead.ConvertedContactId", "Lead.ConvertedOpportunityId", "CampaignMember.LeadOrContactId",
    }
)  # fmt: skip
"""Lookups without a child relationship name: no sub-select reaches them."""
_RELATIONSHIPS = {
    "Account.ParentId": "ChildAccounts",
    "Campaign.ParentId": "ChildCampaigns",
    "Opportunity.AccountId": "Opportunities",
    "Opportunity.ContactId": "Opportunities",
    "Opportunity.CampaignId": "Opportunities",
}
_LACKING = {
    "-created": ("CreatedDate", "CreatedById"),
    "-modified": ("LastModifiedDate", "LastModifiedById"),
}
_NAME_FIELDS = {
    "Case": "CaseNumber",
    "Task": "Subject",
    "Event": "Subject",
    "Note": "Title",
    "LeadStatus": "MasterLabel",
}


@dataclass(frozen=True, slots=True)
class Field:
    """One Salesforce field. ``length``: characters for text, digits for numbers."""

    name: str
    label: str
    type: str
    length: int = 0
    createable: bool = False
    updateable: bool = False
    nillable: bool = False
    defaulted: bool = False
    restricted: bool = False
    calculated: bool = False
    refers_to: tuple[str, ...] = ()
    relationship: str = ""
    compound: str = ""
    options: tuple[str, ...] = ()

    @property
    def custom(self) -> bool:
        return self.name.endswith("__c")

    @property
    def long_text(self) -> bool:
        return self.type == "textarea" and self.length > _LONG

    @property
    def filterable(self) -> bool:
        return self.type != "address" and not self.long_text and self.name not in _UNFILTERED

    @property
    def sortable(self) -> bool:
        return self.filterable and self.type != "multipicklist"

    @property
    def groupable(self) -> bool:
        plain = self.type != "address" and not self.long_text and self.type != "multipicklist"
        ungrouped = self.type in ("double", "currency", "percent", "datetime", "combobox")
        return plain and not ungrouped and self.name != "CaseNumber"

    @property
    def aggregatable(self) -> bool:
        plain = self.type not in ("address", "boolean", "multipicklist") and not self.long_text
        return plain and self.name != "ActivityDate"


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    name: str
    prefix: str
    label: str
    plural: str
    fields: Mapping[str, Field]
    """By lower-case name, in describe order."""

    def field(self, name: str) -> Field | None:
        """The field of that name in any spelling (the API is case-insensitive)."""
        return self.fields.get(name.lower())


@dataclass(frozen=True, slots=True)
class ChildLookup:
    """A lookup of one object that points at another: what a merge moves."""

    child: str
    field: str
    parent: str
    relationship: str
    """Empty: the lookup has no name from the parent's side."""


def _field(line: str, owner: str) -> Field:
    name, label, kind, length, flags, refs, relation, compound = (line.split("|") + [""] * 7)[:8]
    return Field(
        name=name,
        label=label,
        type=kind,
        length=int(length or 0),
        createable="C" in flags,
        updateable="U" in flags,
        nillable="N" in flags,
        defaulted="D" in flags,
        restricted="R" in flags,
        calculated="K" in flags,
        refers_to=tuple(refs.split(",")) if refs else (),
        relationship=relation,
        compound=compound,
        options=PICKLISTS.get(f"{owner}.{name}", PICKLISTS.get(name, ())) if "picklist" in kind else (),
    )


@cache
def objects() -> Mapping[str, ObjectInfo]:
    """All objects by their API name."""
    found: dict[str, ObjectInfo] = {}
    for block in OBJECTS.split("@")[1:]:
        head, *lines = block.strip().split("\n")
        name, prefix, label, plural, lacking = (head + "|").split("|")[:5]
        lacks = [one for word in lacking.split(",") for one in _LACKING.get(word, (word,))]
        known = [] if name in VIRTUAL else SYSTEM.strip().split("\n")
        system = [line for line in known if line.split("|")[0] not in lacks]
        first = [line for line in system if line.startswith(("Id|", "IsDeleted|"))]
        fields = [_field(line, name) for line in [*first, *lines, *system[len(first) :]]]
        found[name] = ObjectInfo(name, prefix, label, plural, {field.name.lower(): field for field in fields})
    return found


@cache
def _by_lower_name() -> Mapping[str, ObjectInfo]:
    return {name.lower(): info for name, info in objects().items()}


def find(name: str) -> ObjectInfo | None:
    """The object of that API name in any spelling."""
    return _by_lower_name().get(name.lower())


@cache
def _by_prefix() -> Mapping[str, str]:
    return {info.prefix: info.name for info in objects().values() if info.prefix}


def object_of(record_id: str) -> str | None:
    """The object an id belongs to by its key prefix."""
    return _by_prefix().get(record_id[:3])


@cache
def lookups_at(parent: str) -> tuple[ChildLookup, ...]:
    """Every lookup that can point at ``parent``: describe's childRelationships, and what a merge re-parents."""
    found = []
    for info in objects().values():
        for field in info.fields.values():
            if parent in field.refers_to and field.name != "MasterRecordId":
                key = f"{info.name}.{field.name}"
                unnamed = key in _UNNAMED or parent == "User"
                name = "" if unnamed else _RELATIONSHIPS.get(key, f"{info.name}s")
                found.append(ChildLookup(info.name, field.name, parent, name))
    return tuple(found)


def name_field(object_name: str) -> str:
    """The field that names a row of this object."""
    return _NAME_FIELDS.get(object_name, "Name")


_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def long_id(record_id: str) -> str:
    """The 18-character form of a 15-character id (facts/salesforce.md §1); anything else is returned as it is."""
    if len(record_id) != 15:
        return record_id
    suffix = ""
    for start in (0, 5, 10):
        bits = sum(1 << place for place, char in enumerate(record_id[start : start + 5]) if "A" <= char <= "Z")
        suffix += _CHECKSUM[bits]
    return record_id + suffix
