"""Describe answers in the real shape, from the twin's schema."""

from __future__ import annotations

from typing import Any

from mergetui.twin.recycle import CASCADING, RESTRICTING
from mergetui.twin.salesforce import visible
from mergetui.twin.schema import PEOPLE, VIRTUAL, Field, ObjectInfo, lookups_at, name_field, objects
from mergetui.twin.state import State

_SOAP = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "currency": "xsd:double",
    "percent": "xsd:double",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_NUMBERS = frozenset({"double", "currency", "percent"})
_WITHOUT_LENGTH = frozenset({*_NUMBERS, "int", "boolean", "date", "datetime", "address"})
MERGEABLE = (*PEOPLE, "Account")
_RECORDS = frozenset({*MERGEABLE, "Opportunity", "Campaign", "Case", "Task", "Event", "User", "Note", "Attachment",
                      "DuplicateRecordSet", "DuplicateRecordItem"})  # fmt: skip
"""Objects with pages of their own: searchable, with recent items and layouts."""
_FED = frozenset({*MERGEABLE, "Opportunity", "Campaign", "Case", "User"})
_READ_ONLY = frozenset({"LeadStatus", "DuplicateRule", "Profile", "RecordType", *VIRTUAL})
_FOR_EVER = frozenset({"User", "Organization", "Group"})
"""Rows of these objects are never deleted."""
_NOT_UNDELETABLE = frozenset({"OpportunityContactRole", "CampaignMember", "AccountContactRelation"})


_GUARDED = frozenset(
    {
        "HasOptedOutOfEmail", "HasOptedOutOfFax", "DoNotCall", "Opportunity.IsPrivate", "Opportunity.ExpectedRevenue",
        "Case.ClosedDate", "Case.IsEscalated", "Event.IsAllDayEvent",
    }
)  # fmt: skip
_UNGUARDED = frozenset(
    {
        "EmailBouncedReason", "EmailBouncedDate", "Opportunity.ForecastCategoryName", "Opportunity.ContactId",
        "OpportunityContactRole.Role", "Case.Status", "Case.Comments", "Event.Subject", "Event.ActivityDateTime",
        "Event.ActivityDate", "Event.DurationInMinutes", "Event.StartDateTime", "Event.EndDateTime",
    }
)  # fmt: skip
"""Fields that field-level security can, or cannot, hide against the rule of ``_permissionable``."""
_DEFAULTS = {"Lead.Status": "Open - Not Contacted", "Case.Status": "New", "Case.Priority": "Medium"}
_SCALES = {"Opportunity.Amount": 2, "Opportunity.ExpectedRevenue": 2, "Opportunity.TotalOpportunityQuantity": 2}
_PLAIN_LOOKUPS = frozenset({"OwnerId", "CreatedById", "LastModifiedById", "MasterRecordId"})
_ID_LABELS = {"OpportunityContactRole": "Contact Role ID", "Event": "Activity ID", "Task": "Activity ID"}
_FOUND_BY = frozenset({"Contact.Email", "Lead.Email", "User.Email", "User.Username", "Opportunity.Name",
                       "Case.CaseNumber"})  # fmt: skip


def writable(info: ObjectInfo, what: str) -> bool:
    """Whether an object is ``createable``, ``updateable``, ``deletable``, ``undeletable`` or ``replicateable``."""
    if info.name in _READ_ONLY:
        return what == "replicateable" and info.name not in VIRTUAL
    if what in ("deletable", "undeletable"):
        return info.name not in _FOR_EVER and (what == "deletable" or info.name not in _NOT_UNDELETABLE)
    if what == "createable":
        return info.name != "Organization"
    return True


def _field(field: Field, info: ObjectInfo) -> dict[str, Any]:
    number = field.type in _NUMBERS
    length = 0 if field.type in _WITHOUT_LENGTH else field.length
    polymorphic = len(field.refers_to) > 1
    key = f"{info.name}.{field.name}"
    contact_role = info.name == "OpportunityContactRole" or key == "Opportunity.ContactId"
    lookup = field.type == "reference" and field.name not in _PLAIN_LOOKUPS and not contact_role
    return {
        "aggregatable": field.aggregatable,
        "aiPredictionField": False,
        "autoNumber": field.name == "CaseNumber",
        "byteLength": length if field.type in ("id", "reference") else length * 3,
        "calculated": field.calculated,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": field.compound or None,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": False if field.type == "boolean" else _DEFAULTS.get(key),
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.length if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": False,
        "extraTypeInfo": _extra(field, info),
        "filterable": field.type == "address" or field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.name == "Id" or key in _FOUND_BY,
        "inlineHelpText": None,
        "label": _ID_LABELS.get(info.name, f"{info.label} ID") if field.name == "Id" else field.label,
        "length": length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == name_field(info.name),
        "namePointing": polymorphic,
        "nillable": field.nillable,
        "permissionable": _permissionable(field, info),
        "picklistValues": [
            {
                "active": True,
                "defaultValue": option == _DEFAULTS.get(key),
                "label": option,
                "validFor": None,
                "value": option,
            }
            for option in field.options
        ],
        "polymorphicForeignKey": polymorphic,
        "precision": field.length if number else 4 if field.type == "multipicklist" else 0,
        "queryByDistance": field.type == "address",
        "referenceTargetField": None,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship or None,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": _SCALES.get(key, 0),
        "searchPrefilterable": lookup,
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type,
        "unique": False,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _extra(field: Field, info: ObjectInfo) -> str | None:
    if field.type == "textarea":
        return "plaintextarea"
    if field.name == "PhotoUrl":
        return "imageurl"
    whole_name = field.name == "Name" and info.name in PEOPLE
    return "personname" if whole_name or field.compound == "Name" else None


def _permissionable(field: Field, info: ObjectInfo) -> bool:
    """Whether field-level security can hide it: not what every row needs, not parts of compounds."""
    key = f"{info.name}.{field.name}"
    if key in _GUARDED or field.name in _GUARDED:
        return True
    if key in _UNGUARDED or field.name in _UNGUARDED or field.compound == "Name":
        return False
    return field.nillable and (field.createable or field.updateable or field.custom or field.type == "address")


def _head(info: ObjectInfo, version: str) -> dict[str, Any]:
    """What the global describe says of an object."""
    base = f"/services/data/{version}/sobjects/{info.name}"
    record = info.name in _RECORDS
    urls = {"rowTemplate": f"{base}/{{ID}}", "describe": f"{base}/describe", "sobject": base}
    if record:
        layouts = {name: f"{base}/describe/{name}" for name in ("compactLayouts", "approvalLayouts", "layouts")}
        urls = {**layouts, **{name: f"{base}/{name}" for name in ("listviews", "quickActions")}, **urls}
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": writable(info, "createable"),
        "custom": False,
        "customSetting": False,
        "deepCloneable": info.name in ("Opportunity", "Campaign"),
        "deletable": writable(info, "deletable"),
        "deprecatedAndHidden": False,
        "feedEnabled": info.name in _FED,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": info.prefix or None,
        "label": info.label,
        "labelPlural": info.plural,
        "layoutable": writable(info, "updateable") and info.name != "Organization",
        "mergeable": info.name in MERGEABLE,
        "mruEnabled": record,
        "name": info.name,
        "queryable": True,
        "replicateable": writable(info, "replicateable"),
        "retrieveable": info.name not in VIRTUAL,
        "searchable": record,
        "triggerable": writable(info, "createable"),
        "undeletable": writable(info, "undeletable"),
        "updateable": writable(info, "updateable"),
        "urls": urls,
    }


def basic(info: ObjectInfo, version: str) -> dict[str, Any]:
    """The entry of one object in the global describe."""
    return _head(info, version)


def describe(state: State, info: ObjectInfo, version: str) -> dict[str, Any]:
    """The describe of one object. Fields hidden by field-level security are absent (facts/salesforce.md §4)."""
    head = _head(info, version)
    base = head["urls"]["sobject"]
    return {
        **head,
        "actionOverrides": [],
        "childRelationships": [
            {
                "cascadeDelete": (look.child, look.field) in CASCADING,
                "childSObject": look.child,
                "deprecatedAndHidden": False,
                "field": look.field,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": look.relationship or None,
                "restrictedDelete": (look.child, look.field) in RESTRICTING,
            }
            for look in lookups_at(info.name)
        ],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(field, info) for field in info.fields.values() if visible(state, info, field)],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(info, base),
        "searchLayoutable": info.name in _RECORDS,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": _scopes(info),
        "urls": {
            **head["urls"],
            "uiDetailTemplate": "/{ID}",
            "uiEditTemplate": "/{ID}/e",
            "uiNewRecord": f"/{info.prefix}/e",
        },
    }


def _record_types(info: ObjectInfo, base: str) -> list[dict[str, Any]]:
    """Only the master record type: this org has made none of its own."""
    if info.name not in _RECORDS:
        return []
    return [
        {
            "active": True,
            "available": True,
            "defaultRecordTypeMapping": True,
            "developerName": "Master",
            "master": True,
            "name": "Master",
            "recordTypeId": "012000000000000AAA",
            "urls": {"layout": f"{base}/describe/layouts/012000000000000AAA"},
        }
    ]


def _scopes(info: ObjectInfo) -> list[dict[str, str]]:
    plural = info.plural.lower()
    found = [{"label": f"All {plural}", "name": "everything"}]
    if info.field("OwnerId"):
        found.append({"label": f"My {plural}", "name": "mine"})
    return found


def global_describe(version: str) -> dict[str, Any]:
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_head(info, version) for name, info in sorted(objects().items()) if name != "Name"],
    }
