"""Our describe beside recorded answers of real orgs: the same members, and the same values for fields both have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from mergetui.sandbox.salesforce_describe import describe
from mergetui.twin.schema import find, objects
from tests.sandbox.wire import V
from tests.support.sandbox import RunningSandbox
from tests.twin.worlds import make_world

RECORDED = Path(__file__).parent / "recorded"
STATE = make_world().state

OBJECT_MEMBERS = """\
actionOverrides activateable associateEntityType associateParentEntity childRelationships compactLayoutable createable
custom customSetting deepCloneable defaultImplementation deletable deprecatedAndHidden extendedBy extendsInterfaces
feedEnabled fields hasSubtypes implementedBy implementsInterfaces isInterface isSubtype keyPrefix label labelPlural
layoutable listviewable lookupLayoutable mergeable mruEnabled name namedLayoutInfos networkScopeFieldName queryable
recordTypeInfos replicateable retrieveable searchLayoutable searchable sobjectDescribeOption supportedScopes triggerable
undeletable updateable urls"""
FIELD_MEMBERS = """\
aggregatable aiPredictionField autoNumber byteLength calculated calculatedFormula cascadeDelete caseSensitive
compoundFieldName controllerName createable custom defaultValue defaultValueFormula defaultedOnCreate dependentPicklist
deprecatedAndHidden digits displayLocationInDecimal encrypted externalId extraTypeInfo filterable filteredLookupInfo
formulaTreatNullNumberAsZero groupable highScaleNumber htmlFormatted idLookup inlineHelpText label length mask maskType
name nameField namePointing nillable permissionable picklistValues polymorphicForeignKey precision queryByDistance
referenceTargetField referenceTo relationshipName relationshipOrder restrictedDelete restrictedPicklist scale
searchPrefilterable soapType sortable type unique updateable writeRequiresMasterRead"""
CHILD_MEMBERS = """\
cascadeDelete childSObject deprecatedAndHidden field junctionIdListNames junctionReferenceTo relationshipName
restrictedDelete"""
OTHERWISE = {
    ("Account.Name", "compoundFieldName"),  # the recorded org had person accounts in mind
    ("Account.Name", "extraTypeInfo"),
    ("Case.Comments", "byteLength"),  # a text area of its own kind
    ("Case.Comments", "sortable"),
    ("Case.Comments", "aggregatable"),
    ("Opportunity.Fiscal", "byteLength"),
}


def shown(value: Any) -> str:
    return "-" if value is None else ("true" if value else "false") if isinstance(value, bool) else str(value)


def test_every_object_has_the_real_members() -> None:
    for info in objects().values():
        found = describe(STATE, info, "v68.0")
        assert sorted(found) == sorted(OBJECT_MEMBERS.split()), info.name
        for field in found["fields"]:
            assert list(field) == FIELD_MEMBERS.split(), f"{info.name}.{field['name']}"
            for option in field["picklistValues"]:
                assert list(option) == ["active", "defaultValue", "label", "validFor", "value"]
        for child in found["childRelationships"]:
            assert list(child) == CHILD_MEMBERS.split()


def test_fields_are_described_as_recorded() -> None:
    lines = (RECORDED / "describe.tsv").read_text(encoding="utf-8").splitlines()[1:]
    _, _, *columns = lines[0].split("\t")
    different = []
    for line in lines[1:]:
        owner, name, *values = line.split("\t")
        info = find(owner)
        assert info is not None
        mine = next(field for field in describe(STATE, info, "v68.0")["fields"] if field["name"] == name)
        for column, value in zip(columns, values, strict=True):
            if shown(mine[column]) != value and (f"{owner}.{name}", column) not in OTHERWISE:
                different.append(f"{owner}.{name}.{column}: {shown(mine[column])} instead of {value}")
    assert not different
    assert len(lines) > 200


def test_child_relationships_are_as_recorded() -> None:
    for line in (RECORDED / "child_relationships.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        parent, child, field, name, cascade, restricted = line.split("\t")
        if field == "LeadOrContactId":
            continue  # a lookup the twin derives
        info = find(parent)
        assert info is not None
        [mine] = [
            one
            for one in describe(STATE, info, "v68.0")["childRelationships"]
            if (one["childSObject"], one["field"]) == (child, field)
        ]
        found = (shown(mine["relationshipName"]), shown(mine["cascadeDelete"]), shown(mine["restrictedDelete"]))
        assert found == (name, cascade, restricted), line


@pytest.mark.parametrize(
    ("name", "flags"),
    [
        (
            "Contact",
            "createable deletable feedEnabled layoutable mergeable mruEnabled queryable replicateable retrieveable "
            "searchable triggerable undeletable updateable",
        ),
        (
            "CampaignMember",
            "createable deletable layoutable queryable replicateable retrieveable triggerable updateable",
        ),
        ("Organization", "queryable replicateable retrieveable updateable"),
        (
            "User",
            "createable feedEnabled layoutable mruEnabled queryable replicateable retrieveable searchable triggerable "
            "updateable",
        ),
        ("UserRecordAccess", "queryable"),
    ],
)
def test_objects_can_do_what_real_ones_can(name: str, flags: str) -> None:
    info = find(name)
    assert info is not None
    found = describe(STATE, info, "v68.0")
    names = [key for key in found if found[key] is True]
    assert sorted(set(names) - {"compactLayoutable", "searchLayoutable", "deepCloneable"}) == flags.split()


def test_hidden_fields_are_absent(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    def fields() -> set[str]:
        answer = salesforce.get(f"{V}/sobjects/Lead/describe").json()
        return {field["name"] for field in answer["fields"]}

    before = fields()
    sandbox.control("POST", "/settings", json={"hidden_fields": ["Lead.HasOptedOutOfEmail"]})
    try:
        assert before - fields() == {"HasOptedOutOfEmail"}
    finally:
        sandbox.control("POST", "/settings", json={"hidden_fields": []})
