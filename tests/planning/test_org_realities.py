"""What real orgs do to merges: each reality is a check that says so before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from mergetui.planning.plan import make_plan
from mergetui.planning.rows import COMPANY_ROW, rows
from mergetui.planning.rules import Protect, Rules
from mergetui.planning.survivorship import proposal
from mergetui.records.crm import ChildRow, FieldInfo
from mergetui.records.plan import Choice, Plan
from mergetui.records.review import Dossier, Member
from tests.support.dossiers import HUBSPOT_FIELDS, SALESFORCE_FIELDS, contact, dossier, member, pair, record, sf_id

MORE_FIELDS = (
    FieldInfo("salesforce", "Contact", "ReportsToId", "Reports To ID", "reference", 18, True, refers_to=("Contact",)),
    FieldInfo("salesforce", "Contact", "Buddy__c", "Buddy", "reference", 18, False, refers_to=("Contact",)),
    FieldInfo("salesforce", "Contact", "RecordTypeId", "Record Type", "reference", 18, True, refers_to=("RecordType",)),
    FieldInfo("salesforce", "Contact", "VIP__c", "VIP", "boolean", 0, True),
    FieldInfo("salesforce", "Contact", "Tags__c", "Tags", "multipicklist", 0, True),
)
COMPANY = FieldInfo("hubspot", "contact", "associatedcompanyid", "Primary Associated Company ID", "number")


def child(kind: str, field: str, parent: int, number: int = 1, **values: Any) -> ChildRow:
    return ChildRow(kind, f"{number:018d}", field, sf_id(parent), values.pop("title", "Acme"), values=values)


def two(first: dict[str, Any] | None = None, second: dict[str, Any] | None = None, **more: Any) -> Dossier:
    """Two linked contacts; ``first`` and ``second`` are Salesforce values."""
    made = dossier(
        member(1, record(1, **(first or {})), contact(1, 1, email="a@x.example")),
        member(2, record(2, **(second or {})), contact(2, 2, email="b@x.example")),
        **more,
    )
    return replace(made, salesforce_fields=(*SALESFORCE_FIELDS, *MORE_FIELDS))


def change(found: Dossier, index: int, **changes: Any) -> Dossier:
    members = list(found.members)
    members[index] = replace(members[index], **changes)
    return replace(found, members=tuple(members))


def hubspot(found: Dossier, index: int, **values: str) -> Dossier:
    held = found.members[index].hubspot
    assert held is not None
    return change(found, index, hubspot=replace(held, values={**held.values, **values}))


def plan_of(found: Dossier, rules: Rules | None = None, **chosen: Choice) -> Plan:
    choices = proposal(found, rows(found), found.members[0].key)
    picked = {name.replace("__", ":", 1): one for name, one in chosen.items()}
    choices = replace(choices, rows={**choices.rows, **picked})
    return make_plan(found, choices, rules or Rules(), plan_id="p", at=1)


def severities(plan: Plan) -> dict[str, str]:
    return {check.id.partition(":")[0]: check.severity for check in plan.checks}


BASE = severities(plan_of(two()))


def login(number: int, active: bool = True) -> tuple[ChildRow, ...]:
    return (child("User", "ContactId", number, IsActive=active),)


def person_account() -> Dossier:
    return two(second={"IsPersonAccount": True})


def two_logins() -> Dossier:
    return change(change(two(), 0, children=login(1)), 1, children=login(2))


def login_of_the_loser() -> Dossier:
    return change(two(), 1, children=login(2))


def login_under_another_account() -> Dossier:
    return change(two({"AccountId": "001000000000001AAA"}, {"AccountId": "001000000000002AAA"}), 0, children=login(1))


def redundant_relation() -> Dossier:
    x, y = "001000000000001AAA", "001000000000002AAA"
    found = two({"AccountId": x}, {"AccountId": y})
    found = change(found, 0, children=(child("AccountContactRelation", "ContactId", 1, 1, AccountId=x),))
    relations = (
        child("AccountContactRelation", "ContactId", 2, 2, AccountId=y),
        child("AccountContactRelation", "ContactId", 2, 3, AccountId=x),
    )
    return change(found, 1, children=relations)


def lookup_at_the_loser() -> Dossier:
    return two({"ReportsToId": sf_id(2)})


def hidden_lookup_at_the_loser() -> Dossier:
    return two({"Buddy__c": sf_id(2)})


def ring_of_managers() -> Dossier:
    found = two({"ReportsToId": sf_id(9)})
    return change(found, 1, children=(replace(child("Contact", "ReportsToId", 2), id=sf_id(9)),))


def ring_through_the_losers_manager() -> Dossier:
    found = two(second={"ReportsToId": sf_id(9)})
    return change(found, 0, children=(replace(child("Contact", "ReportsToId", 1), id=sf_id(9)),))


def waits_for_approval() -> Dossier:
    return two(in_approval=(sf_id(2),))


def lead_into_a_contact_without_account() -> Dossier:
    lead = replace(record(2, Company="Acme"), object="Lead", id="00Q000000000002AAA")
    return dossier(member(1, record(1), contact(1, 1)), member(2, lead))


def hidden_opt_out() -> Dossier:
    return two(missing_fields=("Contact.HasOptedOutOfEmail",))


@pytest.mark.parametrize(
    ("make", "check"),
    [
        (person_account, "person-account"),
        (two_logins, "portal-users"),
        (login_of_the_loser, "portal-loser"),
        (login_under_another_account, "portal-account"),
        (redundant_relation, "redundant-relation"),
        (lookup_at_the_loser, "lookup-at-loser"),
        (hidden_lookup_at_the_loser, "lookup-at-loser"),
        (ring_of_managers, "reports-to-ring"),
        (ring_through_the_losers_manager, "reports-to-ring"),
        (waits_for_approval, "approval"),
        (lead_into_a_contact_without_account, "convert-no-account"),
        (hidden_opt_out, "hidden-opt-out"),
    ],
)
def test_what_salesforce_would_refuse_blocks(make: Callable[[], Dossier], check: str) -> None:
    assert check not in BASE
    assert severities(plan_of(make()))[check] == "blocks"


@pytest.mark.parametrize(
    "found",
    [
        change(two(), 0, children=login(1)),  # the master's login stays
        change(two(), 1, children=login(2, active=False)),
        change(
            change(two({"AccountId": "001000000000001AAA"}, {"AccountId": "001000000000001AAA"}), 0, children=(
                child("AccountContactRelation", "ContactId", 1, 1, AccountId="001000000000001AAA"),)),
            1, children=(child("AccountContactRelation", "ContactId", 2, 2, AccountId="001000000000001AAA"),),
        ),  # both direct: any two contacts of one account
        two({"ReportsToId": sf_id(9)}),
        two(in_approval=(sf_id(7),)),
    ],
)  # fmt: skip
def test_what_salesforce_allows_does_not_block(found: Dossier) -> None:
    assert not [name for name, severity in severities(plan_of(found)).items() if severity == "blocks"]


def test_choosing_another_value_frees_the_lookup() -> None:
    found = two({"ReportsToId": sf_id(2)}, {"ReportsToId": sf_id(9)})
    assert "lookup-at-loser" in severities(plan_of(found))
    freed = plan_of(found, sf__ReportsToId=Choice(member=found.members[1].key))
    assert "lookup-at-loser" not in severities(freed)


# acknowledgements --------------------------------------------------------------------------------------------------
def differing(field: str, first: str, second: str) -> Dossier:
    return two({field: first}, {field: second})


@pytest.mark.parametrize(
    ("found", "check"),
    [
        (differing("AccountId", "001000000000001AAA", "001000000000002AAA"), "accounts-differ"),
        (differing("OwnerId", "005000000000001AAA", "005000000000002AAA"), "owners-differ"),
        (differing("RecordTypeId", "012000000000001AAA", "012000000000002AAA"), "record-types-differ"),
        (hubspot(two(), 0, hs_sequences_is_enrolled="true"), "sequence"),
        (hubspot(two(), 1, hs_sequences_is_enrolled="true"), "sequence"),
        (hubspot(two(), 1, hs_marketable_status="true"), "marketing"),
        (lead_into_a_contact_without_account(), "conversion-counts"),
    ],
)
def test_what_changes_more_than_one_record_needs_a_tick(found: Dossier, check: str) -> None:
    assert check not in BASE
    assert severities(plan_of(found))[check] == "acknowledge"


def test_a_converted_lead_among_the_losers_is_not_converted_again() -> None:
    lead = replace(record(2, IsConverted=True), object="Lead", id="00Q000000000002AAA")
    assert "conversion-counts" not in severities(plan_of(dossier(member(1, record(1)), member(2, lead))))


def test_record_types_are_told_by_name() -> None:
    found = replace(
        differing("RecordTypeId", "012000000000001AAA", "012000000000002AAA"),
        names={"012000000000001AAA": "Customer", "012000000000002AAA": "Partner"},
    )
    [check] = [check for check in plan_of(found).checks if check.id == "record-types-differ"]
    assert check.what == "Record types differ: Customer / Partner"


def companies(first: str, second: str) -> Dossier:
    found = hubspot(hubspot(two(), 0, associatedcompanyid=first), 1, associatedcompanyid=second)
    return replace(found, hubspot_fields=(*HUBSPOT_FIELDS, COMPANY), names={"70": "Acme", "71": "Umbrella"})


def test_the_primary_company_is_chosen_and_expected() -> None:
    found = companies("70", "71")
    plan = plan_of(found)
    [check] = [check for check in plan.checks if check.id == "companies-differ"]
    assert check.severity == "acknowledge" and "Acme / Umbrella" in check.what
    assert plan.company is None and plan.expected.primary_company == "70", "HubSpot keeps the primary contact's"
    other = plan_of(found, **{COMPANY_ROW.replace(":", "__"): Choice(member=found.members[1].key)})
    assert other.company is not None and other.company.company_id == other.expected.primary_company == "71"
    assert other.digest != plan.digest


@pytest.mark.parametrize(("first", "second"), [("70", "70"), ("", "70"), ("70", "")])
def test_one_company_is_kept_without_a_word(first: str, second: str) -> None:
    plan = plan_of(companies(first, second))
    assert plan.company is None and plan.expected.primary_company == "70" and "companies-differ" not in severities(plan)


# protected people --------------------------------------------------------------------------------------------------
VIP = Protect("salesforce", "VIP__c", "true", "VIP")


@pytest.mark.parametrize(
    ("rule", "values", "blocked"),
    [
        (VIP, {"VIP__c": True}, True),
        (VIP, {"VIP__c": False}, False),
        (Protect("salesforce", "VIP__c"), {"VIP__c": True}, True),
        (Protect("salesforce", "VIP__c"), {"VIP__c": False}, False),
        (Protect("salesforce", "Tags__c", "Legal hold"), {"Tags__c": "New;legal hold"}, True),
        (Protect("salesforce", "Tags__c", "Legal hold"), {"Tags__c": "legal"}, False),
        (Protect("hubspot", "lead_score", "7"), {}, False),
    ],
)
def test_protected_people_are_not_merged(rule: Protect, values: dict[str, Any], blocked: bool) -> None:
    plan = plan_of(two(second=values), Rules(protect=(rule,)))
    assert ("protect" in severities(plan)) is blocked


def test_a_filter_that_cannot_be_read_protects_everybody() -> None:
    plan = plan_of(two(), Rules(protect=(Protect("salesforce", "Legal_Hold__c"),)))
    assert severities(plan)["protect-unreadable"] == "blocks"
    only_hubspot = dossier(member(1, None, contact(1)), member(2, None, contact(2)))
    assert "protect-unreadable" not in severities(plan_of(only_hubspot, Rules(protect=(VIP,))))


def test_a_hubspot_filter_looks_at_the_contact() -> None:
    plan = plan_of(pair(), Rules(protect=(Protect("hubspot", "lead_score", "7", "hot"),)))
    [check] = [check for check in plan.checks if check.id.startswith("protect:")]
    assert "(hot)" in check.what and "Jane F" in check.what


def test_every_check_has_words_for_people() -> None:
    made: list[Member | Dossier] = [two_logins(), ring_of_managers(), companies("70", "71"), redundant_relation()]
    for found in made:
        assert isinstance(found, Dossier)
        for check in plan_of(found).checks:
            assert check.what and check.why and check.todo and "None" not in check.what + check.todo
