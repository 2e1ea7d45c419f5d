"""Survivorship rules, one by one."""

from __future__ import annotations

import pytest

from mergetui.planning.rows import rows
from mergetui.planning.survival_rules import RULES, NoAnswer, answer, phones, rules_for
from mergetui.records.crm import FieldInfo, Option
from mergetui.records.plan import Choice
from mergetui.records.review import Dossier, Row, RowValue
from tests.support.dossiers import contact, dossier, member, record

A, B = "sf:003000000000001AAA", "sf:003000000000002AAA"


def people(first: dict[str, object], second: dict[str, object], **hubspot: str) -> Dossier:
    return dossier(
        member(1, record(1, **first), contact(1, 1, **hubspot)), member(2, record(2, **second), contact(2, 2))
    )


def row_of(found: Dossier, key: str) -> Row:
    return next(row for row in rows(found) if row.key == key)


@pytest.mark.parametrize(
    ("rule", "first", "second", "master", "wanted"),
    [
        ("master", "Sales", "Head of Sales", B, Choice(member=B)),
        ("master", "Sales", "", B, Choice(member=B)),
        ("filled", "Sales", "", B, Choice(member=A)),
        ("filled", "Sales", "Head", B, Choice(member=B)),
        ("newest", "Sales", "Head", B, Choice(member=A)),  # record(1) was changed a day later than record(2)
        ("newest", "", "Head", A, Choice(member=B)),
        ("longest", "Sales", "Head of Sales", A, Choice(member=B)),
        ("longest", "Sales", "Staff", B, Choice(member=B)),
        ("oldest", "Sales", "Head", A, Choice(member=B)),
        ("salesforce", "", "Head", A, Choice(member=B)),
    ],
)
def test_a_rule_picks_a_column(rule: str, first: str, second: str, master: str, wanted: Choice) -> None:
    made = {"CreatedDate": "2024-01-01T00:00:00.000+0000"}, {"CreatedDate": "2021-01-01T00:00:00.000+0000"}
    found = people({"Title": first, **made[0]}, {"Title": second, **made[1]})
    assert answer(rule, found, row_of(found, "sf:Title"), master) == wanted


def test_hubspots_value_is_written_where_the_two_disagree() -> None:
    found = people({"Title": "Sales"}, {"Title": "Head"}, jobtitle="CTO")
    assert answer("hubspot", found, row_of(found, "sf:Title"), A) == Choice(edited="CTO")
    agreeing = people({"Title": "CTO"}, {"Title": "Head"}, jobtitle="CTO")
    assert answer("hubspot", agreeing, row_of(agreeing, "sf:Title"), A) == Choice(member=A)


def multi(*values: str) -> tuple[Dossier, Row]:
    found = people({}, {})
    options = tuple(Option(name, name) for name in ("Red", "Green", "Blue"))
    field = FieldInfo("salesforce", "Contact", "Colours__c", "Colours", "multipicklist", 255, True, True, options, True)
    return found, Row("sf:Colours__c", "Colours", "custom", field, None,
                      tuple(RowValue(value, None, True) for value in values), True)  # fmt: skip


def test_a_union_holds_every_value_once_and_the_masters_first() -> None:
    found, row = multi("Green;Red", "Blue;Green")
    assert answer("union", found, row, B) == Choice(edited="Blue;Green;Red")
    found, row = multi("Green;Red", "Red")
    assert answer("union", found, row, B) == Choice(member=A), "a column that says it already is chosen as it is"
    assert "union" in {rule.id for rule in rules_for(row)}
    assert isinstance(answer("union", *multi("", ""), A), NoAnswer)


def test_the_losers_addresses_and_phones_are_appended_once() -> None:
    found = people(
        {"Title": "Sales", "Email": "a@x.example", "Phone": "+44 20 7946 0018"},
        {"Title": "", "Email": "b@y.example", "Phone": "(+44) 2079460018", "MobilePhone": "+44 7700 900123"},
    )
    row = row_of(found, "sf:Title")
    assert answer("append", found, row, A) == Choice(edited="Sales; b@y.example; +44 7700 900123")
    assert phones(found.members[1]) == ("(+44) 2079460018", "+44 7700 900123")


def test_what_would_not_fit_is_not_appended() -> None:
    found = people({"Title": "x" * 120, "Email": "a@x.example"}, {"Email": "b@y.example"})
    said = answer("append", found, row_of(found, "sf:Title"), A)
    assert isinstance(said, NoAnswer) and "128 are allowed" in said.why


def test_a_yes_wins_whoever_is_master() -> None:
    found = people({"DoNotCall": False}, {"DoNotCall": True})
    row = row_of(found, "sf:DoNotCall")
    assert answer("yes", found, row, A) == Choice(member=B)
    assert {rule.id for rule in rules_for(row)} == {"master", "yes"}


def test_rules_that_mean_nothing_are_not_offered_and_do_nothing() -> None:
    found = people({"Title": "Sales"}, {"Title": "Head"})
    offered = {rule.id for rule in rules_for(row_of(found, "sf:Title"))}
    assert "union" not in offered and "yes" not in offered and "append" in offered
    assert isinstance(answer("union", found, row_of(found, "sf:Title"), A), NoAnswer)
    assert isinstance(answer("of the future", found, row_of(found, "sf:Title"), A), NoAnswer)


def test_the_oldest_counts_hubspots_birth_too() -> None:
    first = member(1, record(1, LeadSource="Web", CreatedDate="2026-01-01T00:00:00.000+0000"),
                   contact(1, 1, createdate="2020-01-01T00:00:00Z"))  # fmt: skip
    second = member(2, record(2, LeadSource="Fair", CreatedDate="2023-01-01T00:00:00.000+0000"), contact(2, 2))
    found = dossier(first, second)
    row = Row("sf:LeadSource", "Lead source", "ownership",
              FieldInfo("salesforce", "Contact", "LeadSource", "Lead Source", "picklist", writable=True), None,
              (RowValue("Web", None, True), RowValue("Fair", None, True)), True)  # fmt: skip
    assert answer("oldest", found, row, B) == Choice(member=A)


def test_every_rule_has_a_sentence() -> None:
    assert all(rule.title and rule.why.endswith(".") and rule.id == key for key, rule in RULES.items())
