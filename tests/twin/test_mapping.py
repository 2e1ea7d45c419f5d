"""The four sync rules, cell by cell of the table in facts/integration.md §7."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.records.sync import MappingRule
from mergetui.twin.events import ChangeSettings, UpdateContact, UpdateRow
from mergetui.twin.mapping import ACCOUNT_NAME, effect, rules_for
from mergetui.twin.world import World
from tests.twin.rows import AFTER_POLL, live, values
from tests.twin.worlds import MINUTE, NOW, POLL, hs_contact, make_world, sf_contact

TO_HUBSPOT, TO_SALESFORCE, NOTHING = "to_hubspot", "to_salesforce", "nothing"
BOTH, ONLY_SALESFORCE, ONLY_HUBSPOT = ("s", "h"), ("s", ""), ("", "h")
SALESFORCE, HUBSPOT, NOBODY = (2, 1), (1, 2), (0, 0)
"""Who changed last."""

PASS_TABLE: dict[str, dict[tuple[tuple[str, str], tuple[int, int]], str]] = {
    "prefer_salesforce": {
        (BOTH, SALESFORCE): TO_HUBSPOT, (BOTH, HUBSPOT): TO_HUBSPOT, (BOTH, NOBODY): TO_HUBSPOT,
        (ONLY_SALESFORCE, SALESFORCE): TO_HUBSPOT,
        (ONLY_SALESFORCE, HUBSPOT): TO_HUBSPOT,  # blanked in HubSpot: Salesforce's value returns
        (ONLY_SALESFORCE, NOBODY): TO_HUBSPOT,
        (ONLY_HUBSPOT, SALESFORCE): TO_HUBSPOT,  # cleared in Salesforce: cleared in HubSpot
        (ONLY_HUBSPOT, HUBSPOT): TO_SALESFORCE,  # the next HubSpot value fills Salesforce
        (ONLY_HUBSPOT, NOBODY): TO_SALESFORCE,
    },
    "always_salesforce": {
        (pair, newer): TO_HUBSPOT
        for pair in (BOTH, ONLY_SALESFORCE, ONLY_HUBSPOT) for newer in (SALESFORCE, HUBSPOT, NOBODY)
    },
    "two_way": {
        (BOTH, SALESFORCE): TO_HUBSPOT, (BOTH, HUBSPOT): TO_SALESFORCE, (BOTH, NOBODY): TO_HUBSPOT,
        (ONLY_SALESFORCE, SALESFORCE): TO_HUBSPOT,
        (ONLY_SALESFORCE, HUBSPOT): TO_SALESFORCE,  # cleared in HubSpot: cleared in Salesforce
        (ONLY_SALESFORCE, NOBODY): TO_HUBSPOT,
        (ONLY_HUBSPOT, SALESFORCE): TO_HUBSPOT,  # cleared in Salesforce: cleared in HubSpot
        (ONLY_HUBSPOT, HUBSPOT): TO_SALESFORCE,
        (ONLY_HUBSPOT, NOBODY): TO_SALESFORCE,
    },
    "none": {
        (pair, newer): NOTHING
        for pair in (BOTH, ONLY_SALESFORCE, ONLY_HUBSPOT) for newer in (SALESFORCE, HUBSPOT, NOBODY)
    },
}  # fmt: skip
CELLS = [(rule, *cell, way) for rule, table in PASS_TABLE.items() for cell, way in table.items()]


def rule_of(rule: Any, name: str = "phone", field: str = "Phone") -> MappingRule:
    return MappingRule(name, "Contact", field, rule)


@pytest.mark.parametrize(("rule", "pair", "newer", "way"), CELLS)
@pytest.mark.parametrize("from_poll", [False, True])
def test_every_cell(rule: str, pair: tuple[str, str], newer: tuple[int, int], way: str, from_poll: bool) -> None:
    found = effect(rule_of(rule), *pair, salesforce_at=newer[0], hubspot_at=newer[1], from_poll=from_poll)
    assert found == (NOTHING if from_poll and way == TO_SALESFORCE else way)


@pytest.mark.parametrize("rule", list(PASS_TABLE))
@pytest.mark.parametrize("value", ["", "same"])
def test_equal_values_never_travel(rule: str, value: str) -> None:
    assert effect(rule_of(rule), value, value, salesforce_at=2, hubspot_at=1, from_poll=False) == NOTHING


@pytest.mark.parametrize(
    ("rule", "pair", "newer", "way"),
    [
        ("prefer_salesforce", BOTH, HUBSPOT, TO_HUBSPOT),
        ("two_way", BOTH, HUBSPOT, TO_SALESFORCE),
        ("two_way", BOTH, SALESFORCE, TO_HUBSPOT),
        ("prefer_salesforce", ONLY_HUBSPOT, SALESFORCE, TO_SALESFORCE),
        ("two_way", ONLY_HUBSPOT, SALESFORCE, TO_SALESFORCE),
        ("two_way", ONLY_SALESFORCE, HUBSPOT, TO_HUBSPOT),
    ],
)
def test_the_address_knows_two_choices_and_is_never_lost(
    rule: str, pair: tuple[str, str], newer: tuple[int, int], way: str
) -> None:
    found = effect(rule_of(rule, "email", "Email"), *pair, salesforce_at=newer[0], hubspot_at=newer[1], from_poll=False)
    assert found == way


@pytest.mark.parametrize("from_poll", [False, True])
def test_an_accounts_name_is_never_written(from_poll: bool) -> None:
    rule = rule_of("two_way", "company", ACCOUNT_NAME)
    for pair, newer in ((BOTH, HUBSPOT), (ONLY_HUBSPOT, HUBSPOT)):
        way = effect(rule, *pair, salesforce_at=newer[0], hubspot_at=newer[1], from_poll=from_poll)
        assert way == (TO_HUBSPOT if pair == BOTH else NOTHING)
    assert next(r for r in rules_for("Contact", {"company": "two_way"}) if r.property == "company").rule != "two_way"


def mapped(rule: str) -> World:
    row = sf_contact(1, "a@x.example", Title="CTO")
    return make_world(row, hs_contact(11, "a@x.example", row, jobtitle="CTO"), rules={"jobtitle": rule})


@pytest.mark.parametrize(
    ("rule", "salesforce", "hubspot"),
    [
        ("prefer_salesforce", "CTO", "CTO"), ("always_salesforce", "CTO", "CTO"), ("two_way", "CFO", "CFO"),
        ("none", "CTO", "CFO"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("blank", [False, True])
def test_a_hubspot_edit_in_the_running_world(rule: str, salesforce: str, hubspot: str, blank: bool) -> None:
    world = mapped(rule)
    world.apply(UpdateContact("11", {"jobtitle": "" if blank else "CFO"}), NOW)
    world.advance(NOW + MINUTE)
    [row] = world.state.rows["Contact"].values()
    typed = {"CFO": ""}.get if blank else lambda text, same: same
    assert (row.values["Title"] or "") == typed(salesforce, salesforce)
    assert live(world, "11").get("jobtitle") == typed(hubspot, hubspot)


@pytest.mark.parametrize(
    ("rule", "blank", "hubspot"),
    [
        ("prefer_salesforce", False, "CFO"), ("prefer_salesforce", True, ""), ("always_salesforce", True, ""),
        ("two_way", True, ""), ("two_way", False, "CFO"), ("none", False, "CTO"), ("none", True, "CTO"),
    ],
)  # fmt: skip
def test_a_salesforce_edit_in_the_running_world(rule: str, blank: bool, hubspot: str) -> None:
    world = mapped(rule)
    [row] = world.state.rows["Contact"].values()
    world.apply(UpdateRow("Contact", row.id, {"Title": None if blank else "CFO"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("jobtitle") == hubspot
    assert values(world, row.id)["Title"] == (None if blank else "CFO")


def test_a_rule_can_change_while_the_world_runs() -> None:
    world = mapped("none")
    world.apply(ChangeSettings({"rules": {"jobtitle": "two_way"}}), NOW)
    world.apply(UpdateContact("11", {"jobtitle": "CEO"}), NOW)
    world.advance(NOW + POLL)
    [row] = world.state.rows["Contact"].values()
    assert row.values["Title"] == "CEO"
