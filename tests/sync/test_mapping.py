"""The mapping table: prefilled from defaults, names and histories; the profile has the last word."""

from __future__ import annotations

import pytest

from mergetui.records.crm import FieldInfo, SalesforceRecord, Value
from mergetui.sync.mapping import Declared, History, Sighting, mapping, sight

MINUTE = 60_000


def row(number: int, object_: str = "Contact", **values: Value) -> SalesforceRecord:
    return SalesforceRecord(f"003{number}", object_, values, 0)  # type: ignore[arg-type]


def written(value: str, at: int = 1_000_000, source: str = "SALESFORCE") -> tuple[int, str, str]:
    return at, value, source


def by_salesforce(**values: str) -> History:
    return {name: (written(value),) for name, value in values.items()}


def test_what_salesforce_wrote_is_mapped_to_the_field_that_agrees() -> None:
    samples = [
        (by_salesforce(nps_score=str(n), jobtitle=f"Boss {n}", salesforcelastsynctime="1"), row(n, NPS__c=n, Title="x"))
        for n in range(4)
    ]
    found = {entry.property: entry for entry in sight(samples)}
    assert set(found) == {"nps_score", "jobtitle"}, "the integration's own properties are no mapping"
    assert found["nps_score"].fields == (("Contact", "NPS__c", 4),)
    assert (found["nps_score"].contacts, found["nps_score"].of) == (4, 4)
    table = {rule.property: rule for rule in mapping(sightings=found.values()) if rule.object == "Contact"}
    assert table["nps_score"].field == "NPS__c" and table["nps_score"].rule == "two_way"
    assert table["nps_score"].evidence == (
        "4 values agree with Contact.NPS__c; written by Salesforce in 4 of 4 contacts"
    )
    assert table["jobtitle"].field == "Title", "a default mapping stays what it is"
    assert table["jobtitle"].evidence == "default mapping; written by Salesforce in 4 of 4 contacts"


@pytest.mark.parametrize(
    "samples",
    [
        [(by_salesforce(tier="Gold"), row(n, Tier__c="Gold")) for n in range(9)],  # one value proves nothing
        [(by_salesforce(tier=str(n)), row(n, A__c=n, B__c=n)) for n in range(9)],  # two fields agree alike
        [(by_salesforce(tier=str(n)), row(n, Tier__c=n + 1)) for n in range(9)],
        [(by_salesforce(tier=str(n)), None) for n in range(9)],
        [(by_salesforce(tier=""), row(n, Tier__c="")) for n in range(9)],
    ],
)
def test_a_field_is_named_only_when_it_agrees_clearly(samples: list[tuple[History, SalesforceRecord | None]]) -> None:
    [entry] = sight(samples)
    assert entry.property == "tier" and entry.fields == ()
    assert not [rule for rule in mapping(sightings=[entry]) if rule.property == "tier"]


def test_booleans_and_whole_numbers_are_compared_as_hubspot_writes_them() -> None:
    values: list[tuple[Value, str]] = [(True, "true"), (5.0, "5"), (False, "false"), (1.5, "1.5")]
    samples = [(by_salesforce(x=text), row(n, X__c=value)) for n, (value, text) in enumerate(values)]
    assert sight(samples)[0].fields == (("Contact", "X__c", 4),)


def test_hubspot_edits_put_back_within_a_minute_show_that_salesforce_wins() -> None:
    put_back: History = {
        "jobtitle": (written("CFO", 2 * MINUTE), written("CEO", 2 * MINUTE - 46_000, "FORM"), written("CFO", 1))
    }
    kept: History = {"jobtitle": (written("CFO", 9 * MINUTE), written("CEO", MINUTE, "FORM"), written("CFO", 1))}
    assert sight([(put_back, None)])[0].reverts == 1
    assert sight([(kept, None)])[0].reverts == 0, "nine minutes later it may be a new value of Salesforce"
    seen = sight([(put_back, None)] * 3)
    [rule] = [rule for rule in mapping(sightings=seen) if rule.property == "jobtitle" and rule.object == "Contact"]
    assert rule.rule == "prefer_salesforce" and "put back within a minute" in rule.evidence
    two = sight([(put_back, None)] * 2)
    assert {rule.rule for rule in mapping(sightings=two) if rule.property == "jobtitle"} == {"two_way"}


def test_the_profile_has_the_last_word() -> None:
    seen = [Sighting("nps", 9, 9, 9, (("Contact", "Wrong__c", 9),))]
    said = [Declared("nps", "always_salesforce", contact="NPS__c"), Declared("jobtitle", "none")]
    table = {(rule.property, rule.object): rule for rule in mapping(said, sightings=seen)}
    assert table["nps", "Contact"].field == "NPS__c" and table["nps", "Contact"].rule == "always_salesforce"
    assert ("nps", "Lead") not in table
    assert table["jobtitle", "Contact"].rule == table["jobtitle", "Lead"].rule == "none"
    assert table["nps", "Contact"].evidence == table["jobtitle", "Lead"].evidence == "declared"


def test_a_same_named_custom_field_is_found_without_history() -> None:
    fields = [
        FieldInfo("salesforce", "Lead", "Tier__c", "", "picklist"),
        FieldInfo("hubspot", "contact", "tier__c", "", "enumeration"),
    ]
    [rule] = [rule for rule in mapping(fields=fields) if rule.property == "tier__c"]
    assert (rule.object, rule.field, rule.evidence) == ("Lead", "Tier__c", "same name in both CRMs")
