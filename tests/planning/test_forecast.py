"""The forecast: the twin plays the plan at the unknown's worst, and the outcome is compared with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mergetui.merging.verify import unforeseen
from mergetui.planning.forecast import alone, facts_of, forecast
from mergetui.planning.forecast.stage import rules_of, settings_at_worst
from mergetui.planning.plan import make_plan
from mergetui.planning.rows import rows
from mergetui.planning.rules import Rules
from mergetui.planning.survivorship import proposal
from mergetui.records.codec import from_json, to_json
from mergetui.records.crm import Activity, HubSpotContact, HubSpotExtras, ListMembership, Subscription
from mergetui.records.plan import Choice, Choices, Forecast, Plan
from mergetui.records.review import Dossier
from mergetui.sync.settings import settings
from tests.support.dossiers import contact, dossier, extras, member, pair, record, sf_id

HISTORY = (Activity("deal", "500", 1), Activity("reply", "501", 2), Activity("open", "e1", 3))


def plan_of(found: Dossier, master: int = 0, **chosen: Choice) -> Plan:
    choices = proposal(found, rows(found), found.members[master].key)
    picked = {name.replace("__", ":", 1): one for name, one in chosen.items()}
    return make_plan(found, replace(choices, rows={**choices.rows, **picked}), Rules(), plan_id="p", at=1)


def rich(**sync: str) -> Dossier:
    """T04: both linked, the loser with a history worth keeping."""
    found = pair(sync=settings(sync)) if sync else pair()
    lost = replace(found.members[1], extras=extras(2, HISTORY, (ListMembership("77", "VIP", True),)))
    return replace(found, members=(found.members[0], lost))


def test_salesforce_alone_would_archive_the_losers_contact_with_its_history() -> None:
    [sentence] = alone(rich(), Choices(rich().members[0].key))
    assert sentence.startswith("HubSpot contact 9002 “Jane F” with 1 deal · 1 reply · 1 static list · 1 open would be")
    assert "archived (whether the sync deletes is unknown)" in sentence
    known = rich(**{"delete:Contact": "on"})
    assert alone(known, Choices(known.members[0].key))[0].endswith("would be archived.")


def test_with_do_nothing_the_loser_stays_behind_with_a_dead_link() -> None:
    found = rich(**{"delete:Contact": "off"})
    [sentence] = alone(found, Choices(found.members[0].key))
    assert "dead link" in sentence and "9002" in sentence


def test_only_the_switch_of_the_own_object_counts() -> None:
    found = rich(**{"delete:Lead": "off"})
    assert "archived" in alone(found, Choices(found.members[0].key))[0]


def test_the_wrong_master_loses_the_only_contact_and_one_is_born_empty() -> None:
    """Row 20, deletes first: the linked record is merged away, both have one address."""
    found = dossier(
        member(1, record(1, Email="jane@acme.example")),
        member(2, record(2, Email="jane@acme.example"), contact(2, 2, email="jane@acme.example"), extras(2, HISTORY)),
    )
    said = alone(found, Choices(found.members[0].key))
    assert len(said) == 2
    assert "9002" in said[0] and "would be archived" in said[0]
    assert said[1] == "A new, empty HubSpot contact would be born for jane@acme.example."


def test_a_loser_without_a_contact_leaves_hubspot_alone() -> None:
    found = dossier(member(1, record(1, Email="a@x.example"), contact(1, 1, email="a@x.example")), member(2, record(2)))
    assert alone(found, Choices(found.members[0].key)) == ("Nothing in HubSpot.",)


def test_hubspot_only_people_have_no_salesforce_to_merge_alone() -> None:
    found = dossier(member(1, None, contact(1)), member(2, None, contact(2)))
    assert alone(found, Choices(found.members[0].key)) == ()


# the plan played ---------------------------------------------------------------------------------------------------
def test_the_plan_ends_in_one_linked_contact_with_everything() -> None:
    found = forecast(rich(), plan_of(rich()))
    assert found.state["HubSpot contact"] == "live"
    assert found.state["HubSpot link"] == sf_id(1)
    assert found.state["HubSpot e-mail"] == "jane@acme.example"
    assert found.state["additional addresses"] == "jf@gmail.example"
    assert found.state["static lists"] == "77" and found.state["timeline"] == "3"
    assert found.state["HubSpot jobtitle"] == "Sales"


def test_the_losers_address_may_be_chosen() -> None:
    found = rich()
    plan = plan_of(found, sf__Email=Choice(member=found.members[1].key))
    seen = forecast(found, plan)
    assert seen.state["HubSpot e-mail"] == seen.state["Salesforce e-mail"] == "jf@gmail.example"
    assert seen.state["additional addresses"] == "jane@acme.example"
    refused = [sentence for sentence in seen.worst if "additional address" in sentence]
    assert refused and "would be refused (CONFLICT)" in " ".join(refused)


def test_a_chosen_blank_stays_blank() -> None:
    """T22b: the HubSpot merge fills the blank from the loser; writing it again keeps it empty after the sync."""
    found = dossier(
        member(1, record(1, Email="a@x.example", Title=None), contact(1, 1, email="a@x.example")),
        member(2, record(2, Email="b@x.example", Title="CFO"), contact(2, 2, email="b@x.example", jobtitle="CFO")),
    )
    plan = plan_of(found, sf__Title=Choice(member=found.members[0].key))
    assert plan.write is not None and plan.write.values["jobtitle"] == ""
    seen = forecast(found, plan)
    assert seen.state["HubSpot jobtitle"] == "" and seen.state["Salesforce Title"] == ""


def test_what_depends_on_unknown_settings_is_said_and_not_compared() -> None:
    seen = forecast(rich(), plan_of(rich()))
    assert seen.worst == ("If HubSpot takes the loser out of static lists: static lists may end differently.",)
    assert seen.loose == ("static lists",)


def test_a_chain_follows_the_returned_id() -> None:
    people = [member(n, record(n, Email=f"p{n}@x.example"), contact(n, n, email=f"p{n}@x.example")) for n in (1, 2, 3)]
    seen = forecast(dossier(*people), plan_of(dossier(*people)))
    assert seen.state["additional addresses"] == "p2@x.example p3@x.example"
    assert seen.state["HubSpot link"] == sf_id(1)


def test_a_refusal_of_the_twin_is_a_sentence() -> None:
    found = rich()
    dead = replace(found.members[1], hubspot=None, salesforce=replace(record(2), deleted=True))
    gone = replace(found, members=(found.members[0], dead))
    plan = plan_of(found)
    assert any("may end differently" in one or "refused" in one for one in forecast(found, plan).worst)
    seen = forecast(gone, plan)
    assert any("HubSpot would be refused" in sentence for sentence in seen.worst) and seen.state == {}


def test_values_that_only_this_org_allows_do_not_stop_the_twin() -> None:
    found = dossier(
        member(1, record(1, Email="a@x.example", Tier__c="Gold", NPS__c=7), contact(1, 1, email="a@x.example")),
        member(2, record(2, Email="b@x.example", Tier__c="Platinum-Plus", LeadSource="Our own"), contact(2, 2)),
    )
    plan = plan_of(found, sf__Tier__c=Choice(member=found.members[1].key))
    assert forecast(found, plan).state["HubSpot link"] == sf_id(1)


def test_opt_outs_are_played_too() -> None:
    said = extras(1, subscriptions=(Subscription("a@x.example", "11", "News", "UNSUBSCRIBED"),))
    unsaid = extras(2, subscriptions=(Subscription("b@x.example", "11", "News", "SUBSCRIBED"),))
    found = dossier(
        member(1, record(1, Email="a@x.example"), contact(1, 1, email="a@x.example"), said),
        member(2, record(2, Email="b@x.example"), contact(2, 2, email="b@x.example"), unsaid),
    )
    assert not [sentence for sentence in forecast(found, plan_of(found)).worst if "refused" in sentence]


def test_unknown_rules_are_two_way_and_declared_ones_are_as_declared() -> None:
    said = settings({"rule:jobtitle": "always_salesforce"})
    assert rules_of(said.mapping)["jobtitle"] == "always_salesforce"
    assert rules_of(said.mapping)["phone"] == "two_way"
    assert rules_of(said.mapping, "prefer_salesforce")["phone"] == "prefer_salesforce"
    assert settings_at_worst(pair()).del_contact == settings_at_worst(pair()).del_lead == "delete"


def test_the_same_people_have_the_same_forecast_and_it_is_kept_with_the_plan() -> None:
    found = rich()
    plan = plan_of(found)
    first = forecast(found, plan)
    assert first == forecast(found, plan)
    kept = replace(plan, forecast=first)
    assert from_json(Plan, to_json(kept)) == kept
    assert kept.digest == plan.digest


# comparing ---------------------------------------------------------------------------------------------------------
def settled(plan: Plan, **values: str) -> dict[str, str]:
    made = {
        "salesforcecontactid": sf_id(1), "email": "jane@acme.example", "hs_additional_emails": "jf@gmail.example",
        "firstname": "Jane", "lastname": "Francis", "phone": "+44 20 7946 0018", "jobtitle": "Sales", "lead_score": "7",
        **values,
    }  # fmt: skip
    held = HubSpotExtras("9500", HISTORY, (ListMembership("77", "VIP", True),))
    row = record(1, FirstName="Jane", LastName="Francis", Email="Jane@acme.example", Title="Sales",
                 Phone="+44 20 7946 0018")  # fmt: skip
    return facts_of(plan.expected, row, HubSpotContact("9500", made, 1, 1), held)


def test_an_outcome_as_foreseen_says_nothing() -> None:
    plan = replace(plan_of(rich()), forecast=forecast(rich(), plan_of(rich())))
    assert unforeseen(plan, settled(plan)) == ()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"salesforcecontactid": sf_id(2)}, "HubSpot link"),
        ({"hs_additional_emails": ""}, "additional addresses"),
        ({"jobtitle": "CEO"}, "HubSpot jobtitle"),
    ],
)
def test_what_was_not_foreseen_is_told_without_anybodys_values(change: dict[str, str], name: str) -> None:
    plan = replace(plan_of(rich()), forecast=forecast(rich(), plan_of(rich())))
    [difference] = unforeseen(plan, settled(plan, **change))
    assert (difference.grade, difference.sentence) == ("report", f"not as forecast: {name}")


def test_what_is_uncertain_or_was_not_read_is_not_compared() -> None:
    plan = plan_of(rich())
    kept = replace(plan, forecast=Forecast((), (), {"static lists": "1", "HubSpot link": "x"}, ("static lists",)))
    assert unforeseen(kept, {"static lists": "2"}) == ()
    assert unforeseen(plan, {"HubSpot link": "y"}) == (), "a plan of an older mergetui has no forecast"
