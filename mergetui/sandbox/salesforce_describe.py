"""Describe answers in the real shape, from the twin's schema."""

from __future__ import annotations

from typing import Any

from mergetui.twin.salesforce import visible
from mergetui.twin.schema import PEOPLE, VIRTUAL, Field, ObjectInfo, lookups_at, objects
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
_LAYOUTS = ("compactLayouts", "approvalLayouts", "listviews", "quickActions", "layouts")


def _field(field: Field, info: ObjectInfo) -> dict[str, Any]:
    number = field.type in _NUMBERS
    text = field.type not in (*_NUMBERS, "int", "boolean", "date", "datetime", "address")
    length = field.length if text else 0
    long_text = field.type == "textarea" and field.length > 255
    filterable = field.type != "address" and not long_text
    return {
        "aggregatable": filterable and field.type != "boolean",
        "aiPredictionField": False,
        "autoNumber": field.name == "CaseNumber",
        "byteLength": length * 3 if field.type not in ("id", "reference") else length,
        "calculated": field.calculated,
        "calculatedFormula": None,
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": field.compound or None,
        "controllerName": None,
        "createable": field.createable,
        "custom": field.custom,
        "defaultValue": False if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.length if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": False,
        "extraTypeInfo": "personname" if field.compound == "Name" else ("plaintextarea" if long_text else None),
        "filterable": filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": filterable and not number,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.name == "Id" or field.type == "email",
        "inlineHelpText": None,
        "label": f"{info.label} ID" if field.name == "Id" else field.label,
        "length": length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == "Name",
        "namePointing": len(field.refers_to) > 1,
        "nillable": field.nillable,
        "permissionable": field.nillable and (field.createable or field.updateable or field.custom),
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": option, "validFor": None, "value": option}
            for option in field.options
        ],
        "polymorphicForeignKey": len(field.refers_to) > 1,
        "precision": field.length if number else 0,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.refers_to),
        "relationshipName": field.relationship or None,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.restricted,
        "scale": 0,
        "searchPrefilterable": field.type == "reference",
        "soapType": _SOAP.get(field.type, "xsd:string"),
        "sortable": filterable,
        "type": field.type,
        "unique": False,
        "updateable": field.updateable,
        "writeRequiresMasterRead": False,
    }


def _head(info: ObjectInfo, version: str) -> dict[str, Any]:
    """What the global describe says of an object."""
    writable = info.name not in ("Organization", "LeadStatus", *VIRTUAL)
    base = f"/services/data/{version}/sobjects/{info.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": writable,
        "custom": False,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": writable and info.name != "User",
        "deprecatedAndHidden": False,
        "feedEnabled": info.name in (*PEOPLE, "Account"),
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": info.prefix or None,
        "label": info.label,
        "labelPlural": info.plural,
        "layoutable": writable,
        "mergeable": info.name in (*PEOPLE, "Account"),
        "mruEnabled": writable,
        "name": info.name,
        "queryable": True,
        "replicateable": writable,
        "retrieveable": True,
        "searchable": writable,
        "triggerable": writable,
        "undeletable": writable,
        "updateable": writable,
        "urls": {"sobject": base, "describe": f"{base}/describe", "rowTemplate": f"{base}/{{ID}}"},
    }


def describe(state: State, info: ObjectInfo, version: str) -> dict[str, Any]:
    """The describe of one object. Fields hidden by field-level security are absent (facts/salesforce.md §4)."""
    head = _head(info, version)
    base = head["urls"]["sobject"]
    record_type = {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": "012000000000000AAA",
        "urls": {"layout": f"{base}/describe/layouts/012000000000000AAA"},
    }
    return {
        **head,
        "actionOverrides": [],
        "childRelationships": [
            {
                "cascadeDelete": look.child in ("OpportunityContactRole", "CampaignMember"),
                "childSObject": look.child,
                "deprecatedAndHidden": False,
                "field": look.field,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": look.relationship,
                "restrictedDelete": look.child in ("Case", "User"),
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
        "recordTypeInfos": [record_type],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {info.plural.lower()}", "name": "everything"}],
        "urls": {**head["urls"], **{name: f"{base}/describe/{name}" for name in _LAYOUTS}},
    }


def global_describe(version: str) -> dict[str, Any]:
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_head(info, version) for info in objects().values()],
    }
