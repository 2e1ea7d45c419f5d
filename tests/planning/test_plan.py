"""Plans: what they send where, what they bind, and what their checks say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergetui.planning.master import propose, standings
from mergetui.planning.plan import blocked, changes, loser_changes, make_plan, needs_tick
from mergetui.planning.rows import rows
from mergetui.planning.rules import Rules
from mergetui.planning.survivorship import finals, proposal
from mergetui.records.codec import from_json, to_json
from mergetui.records.crm import Activity, ListMembership, RowAccess, Subscription
from mergetui.records.plan import Choice, Choices, Plan
from mergetui.records.review import AddressOwner, Dossier, Holder
from tests.support.dossiers import DAY, NOW, contact, dossier, extras, member, pair, record, sf_id

RULES = Rules()


def plan_of(found: Dossier, master: int = 0, **rows_chosen: Choice) -> Plan:
    key = found.members[master].key
    choices = proposal(found, rows(found), key)
    choices = replace(
        choices, rows={**choices.rows, **{name.replace("__", ":", 1): one for name, one in rows_chosen.items()}}
    )
    return make_plan(found, choices, RULES, plan_id="p1", at=NOW)


def ids(plan: Plan, severity: str | None = None) -> list[str]:
    return [check.id.partition(":")[0] for check in plan.checks if severity in (None, check.severity)]


def test_the_pair_goes_salesforce_first_then_hubspot_with_the_linked_contact_as_primary() -> None:
    plan = plan_of(pair())
    [only] = plan.rounds
    assert only.salesforce is not None and only.hubspot is not None
    assert (only.salesforce.master_id, only.salesforce.loser_id) == (sf_id(1), sf_id(2))
    assert (only.hubspot.primary_id, only.hubspot.secondary_id) == ("9001", "9002")


def test_blanks_of_the_master_are_filled_and_sent_in_the_salesforce_merge() -> None:
    merge = plan_of(pair()).rounds[0].salesforce
    assert merge is not None
    assert merge.values == {"Phone": "+44 20 7946 0018"}


def test_the_email_never_travels_in_the_salesforce_merge_even_when_the_losers_is_chosen() -> None:
    found = pair()
    plan = plan_of(found, sf__Email=Choice(member=found.members[1].key))
    merge = plan.rounds[0].salesforce
    assert merge is not None and "Email" not in merge.values and "Email" not in merge.nulls
    assert plan.email is not None and plan.email.address == "jf@gmail.example"
    assert plan.write is None or "email" not in plan.write.values
    assert plan.expected.email == "jf@gmail.example"


def test_a_chosen_blank_is_nulled_in_salesforce_and_written_as_empty_text_in_hubspot() -> None:
    found = pair()
    plan = plan_of(found, sf__Title=Choice(member=found.members[1].key))
    merge = plan.rounds[0].salesforce
    assert merge is not None and merge.nulls == ("Title",)
    assert plan.write is not None and plan.write.values["jobtitle"] == ""


def test_a_hubspot_only_property_of_a_loser_is_written_onto_the_returned_contact() -> None:
    plan = plan_of(pair())
    assert plan.write is not None and plan.write.values["lead_score"] == "7"


def test_an_opt_out_always_survives_whatever_is_chosen() -> None:
    found = dossier(member(1, record(1), contact(1, 1)), member(2, record(2, HasOptedOutOfEmail=True), contact(2, 2)))
    plan = plan_of(found, sf__HasOptedOutOfEmail=Choice(member=found.members[0].key))
    merge = plan.rounds[0].salesforce
    assert merge is not None and merge.values["HasOptedOutOfEmail"] is True
    assert "opt-out" in ids(plan, "informs")


def test_a_subscription_that_one_address_refused_is_refused_for_all_of_them() -> None:
    said = extras(1, subscriptions=(Subscription("a@x.example", "11", "News", "UNSUBSCRIBED"),))
    unsaid = extras(2, subscriptions=(Subscription("b@x.example", "11", "News", "SUBSCRIBED"),))
    found = dossier(
        member(1, record(1, Email="a@x.example"), contact(1, 1, email="a@x.example"), said),
        member(2, record(2, Email="b@x.example"), contact(2, 2, email="b@x.example"), unsaid),
    )
    plan = plan_of(found)
    assert [(step.address, step.subscription_id) for step in plan.consent] == [("b@x.example", "11")]
    assert ("b@x.example", "11") in plan.expected.unsubscribed

    done = extras(2, subscriptions=(Subscription("b@x.example", "11", "News", "UNSUBSCRIBED"),))
    after = replace(found, members=(found.members[0], replace(found.members[1], extras=done)))
    assert plan_of(after).digest == plan.digest, "a run cut off after tightening must still find its plan"


def test_three_records_are_merged_one_loser_at_a_time_and_values_go_with_the_first() -> None:
    found = dossier(*(member(n, record(n, Phone=f"+{n}"), contact(n, n)) for n in (1, 2, 3)))
    plan = plan_of(found)
    assert [entry.salesforce.loser_id for entry in plan.rounds if entry.salesforce] == [sf_id(2), sf_id(3)]
    assert all(entry.hubspot and entry.hubspot.primary_id == "9001" for entry in plan.rounds)
    assert plan.rounds[1].salesforce is not None and plan.rounds[1].salesforce.values == {}


def test_one_hubspot_contact_shared_by_two_rows_needs_no_hubspot_merge() -> None:
    plan = plan_of(
        dossier(member(1, record(1, Email="a@x.example"), contact(1, 1)), member(2, record(2, Email="a@x.example")))
    )
    assert plan.rounds[0].hubspot is None and not plan.delete_risk


def test_two_hubspot_only_contacts_are_merged_in_hubspot_only() -> None:
    found = dossier(member(1, None, contact(1, email="a@x.example")), member(2, None, contact(2, email="b@x.example")))
    plan = plan_of(found)
    assert plan.rounds[0].salesforce is None and plan.rounds[0].hubspot is not None
    assert not blocked(plan.checks)


# the master --------------------------------------------------------------------------------------------------------
def test_the_linked_record_is_proposed_even_when_the_other_is_fuller() -> None:
    full = record(2, FirstName="A", Title="B", Phone="C", Tier__c="Gold", Email="x@acme.example")
    found = dossier(member(1, record(1), contact(1, 1)), member(2, full))
    assert propose(found, RULES) == found.members[0].key
    best = standings(found.members, RULES)[0]
    assert best.points == sum(points for _, points in best.reasons)
    assert best.reasons[0] == ("HubSpot syncs with this record", 100)


def test_a_converted_lead_is_never_proposed_and_blocks_as_master() -> None:
    converted = record(1, IsConverted=True, FirstName="A", Title="B", Phone="C")
    found = dossier(member(1, converted, contact(1, 1)), member(2, record(2)))
    assert propose(found, RULES) == found.members[1].key
    assert "converted-master" in ids(plan_of(found, 0), "blocks")


def test_a_master_without_the_hubspot_link_that_a_loser_has_is_blocked() -> None:
    found = dossier(member(1, record(1)), member(2, record(2), contact(2, 2)))
    assert "master-not-linked" in ids(plan_of(found, 0), "blocks")
    assert "master-not-linked" not in ids(plan_of(found, 1))


# checks ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("activity", "severity"),
    [
        (Activity("deal", "d1", NOW - 900 * DAY, open=True), "acknowledge"),
        (Activity("meeting", "m1", NOW - 10 * DAY), "acknowledge"),
        (Activity("click", "c1", NOW - 364 * DAY), "acknowledge"),
        (Activity("click", "c1", NOW - 366 * DAY), "informs"),
        (Activity("open", "o1", NOW - DAY), "informs"),
        (Activity("visit", "v1", NOW - DAY), "informs"),
    ],
)
def test_loser_activity_is_weighed_by_kind_and_age(activity: Activity, severity: str) -> None:
    found = dossier(member(1, record(1), contact(1, 1)), member(2, record(2), contact(2, 2), extras(2, (activity,))))
    assert "loser-activity" in ids(plan_of(found), severity)


def test_a_static_list_of_the_loser_needs_acknowledgement() -> None:
    listed = extras(2, lists=(ListMembership("77", "VIP dinner", True), ListMembership("78", "All", False)))
    found = dossier(member(1, record(1), contact(1, 1)), member(2, record(2), contact(2, 2), listed))
    plan = plan_of(found)
    assert "loser-activity" in ids(plan, "acknowledge")
    assert plan.expected.static_lists == ("77",)


def test_unknown_auto_delete_counts_as_on() -> None:
    plan = plan_of(pair())
    assert "auto-delete" in ids(plan, "acknowledge") and plan.delete_risk


def test_a_live_contact_elsewhere_that_holds_a_losers_id_blocks() -> None:
    plan = plan_of(pair(holders=(Holder("777", "salesforceleadid", sf_id(2)),)))
    assert "held" in ids(plan, "blocks")
    assert "held" not in ids(plan_of(pair(holders=(Holder("9002", "salesforcecontactid", sf_id(2)),))))


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"missing_fields": ("Contact.HasOptedOutOfEmail",)}, "hidden-opt-out"),
    ],
)
def test_hidden_opt_outs_block(change: dict[str, Any], check: str) -> None:
    assert check in ids(plan_of(pair(**change)), "blocks")


def test_missing_rights_block() -> None:
    found = pair()
    bare = replace(found.members[1], access=RowAccess(sf_id(2), True, True, False))
    assert "no-delete" in ids(plan_of(replace(found, members=(found.members[0], bare))), "blocks")


def test_a_value_that_a_restricted_picklist_refuses_blocks() -> None:
    found = pair()
    plan = plan_of(found, sf__Tier__c=Choice(edited="Bronze"))
    assert "value" not in ids(plan), "a row without any value is not shown and not written"
    gold = dossier(member(1, record(1, Tier__c="Gold"), contact(1, 1)), member(2, record(2), contact(2, 2)))
    assert "value" in ids(plan_of(gold, sf__Tier__c=Choice(edited="Bronze")), "blocks")


def test_a_link_that_moved_since_the_set_was_built_blocks() -> None:
    found = dossier(member(1, record(1), contact(1, 5)), member(2, record(2), contact(2, 2)))
    assert "moved-link" in ids(plan_of(found), "blocks")


# the digest --------------------------------------------------------------------------------------------------------
def changed(found: Dossier, **values: Any) -> Dossier:
    second = found.members[1]
    assert second.salesforce is not None
    fresh = replace(second.salesforce, values={**second.salesforce.values, **values})
    return replace(found, members=(found.members[0], replace(second, salesforce=fresh)))


def test_the_digest_binds_shown_values_and_names_what_changed() -> None:
    before, after = plan_of(pair()), plan_of(changed(pair(), Phone="+49 30 1"))
    assert before.digest != after.digest
    assert any("Phone" in name for name in changes(before, after))


def test_the_digest_does_not_bind_stamps_and_growing_counters() -> None:
    found = pair()
    first = found.members[0]
    assert first.salesforce is not None and first.hubspot is not None
    later = replace(
        found,
        hubspot_read_at=NOW + 60_000,
        members=(
            replace(
                first,
                salesforce=replace(first.salesforce, modified_at=NOW),
                hubspot=replace(first.hubspot, updated_at=NOW, values={**first.hubspot.values, "hs_email_open": "99"}),
            ),
            found.members[1],
        ),
    )
    assert plan_of(later).digest == plan_of(found).digest


def test_a_new_valuable_act_changes_the_digest() -> None:
    found = pair()
    clicked = extras(2, (Activity("click", "c1", NOW - DAY),))
    after = replace(found, members=(found.members[0], replace(found.members[1], extras=clicked)))
    assert plan_of(after).digest != plan_of(found).digest


def test_a_plan_survives_the_ledger_word_for_word() -> None:
    plan = plan_of(pair())
    assert from_json(Plan, to_json(plan)) == plan


def test_losses_name_the_records_and_the_values_that_are_not_kept() -> None:
    text = " ".join(plan_of(pair()).losses)
    assert "9002" in text and "Jane F" in text and "jf@gmail.example" in text


texts = st.text(max_size=20)


@given(st.lists(st.tuples(texts, texts, st.booleans()), min_size=2, max_size=4), st.integers(0, 3))
def test_any_texts_make_a_plan_whose_finals_are_what_is_written(
    people: list[tuple[str, str, bool]], master: int
) -> None:
    found = dossier(
        *(
            member(n, record(n, Title=title, Phone=phone, HasOptedOutOfEmail=out), contact(n, n, jobtitle=title))
            for n, (title, phone, out) in enumerate(people, start=1)
        )
    )
    key = found.members[master % len(people)].key
    choices = proposal(found, rows(found), key)
    plan = make_plan(found, choices, RULES, plan_id="p", at=0)
    again = make_plan(found, choices, RULES, plan_id="q", at=9)
    assert plan.digest == again.digest, "neither the plan's name nor its time is bound"
    final = finals(found, rows(found), choices)
    assert final["sf:HasOptedOutOfEmail"] is any(out for *_, out in people)
    merge = plan.rounds[0].salesforce
    assert merge is not None and not set(merge.values) & set(merge.nulls)
    assert needs_tick(plan.checks)


def test_choices_that_name_no_member_are_an_error() -> None:
    with pytest.raises(ValueError, match="master"):
        make_plan(pair(), Choices("sf:nobody"), RULES, plan_id="p", at=0)


def test_a_text_that_is_no_number_blocks_instead_of_breaking() -> None:
    found = dossier(member(1, record(1, Score__c=5), contact(1, 1)), member(2, record(2), contact(2, 2)))
    plan = plan_of(found, sf__Score__c=Choice(edited="n/a"))
    assert "value" in ids(plan, "blocks")


def test_hubspot_only_losers_come_after_those_that_salesforce_may_refuse() -> None:
    only = member(3, None, contact(3, email="c@x.example"))
    plan = plan_of(dossier(only, member(1, record(1), contact(1, 1)), member(2, record(2), contact(2, 2))), 1)
    assert [entry.salesforce is not None for entry in plan.rounds] == [True, False]


def test_the_touch_field_is_nobodys_choice() -> None:
    found = pair()
    rules = Rules(touch_field="Title")
    choices = proposal(found, rows(found, without="Title"), found.members[0].key)
    plan = make_plan(found, choices, rules, plan_id="p", at=1)
    assert plan.touch is not None and "Title" not in plan.expected.salesforce_values
    assert not any("Title" in name for name in plan.bound)


def test_addresses_that_no_merge_hands_on_are_named() -> None:
    alone = dossier(
        member(1, record(1, Email="a@x.example"), contact(1, 1, email="a@x.example")),
        member(2, record(2, Email="b@x.example")),
    )
    assert "addresses-gone" in ids(plan_of(alone)) and "addresses" not in ids(plan_of(alone))
    assert "addresses" in ids(plan_of(pair())) and "addresses-gone" not in ids(plan_of(pair()))


def test_a_contact_linked_to_a_live_record_outside_the_set_blocks() -> None:
    assert "outside" in ids(
        plan_of(pair(outside=(Holder("9002", "salesforceleadid", "00Q000000000001AAA"),))), "blocks"
    )


def test_an_address_that_a_stranger_holds_blocks_when_chosen() -> None:
    taken = pair(address_owners=(AddressOwner("jane@acme.example", "777"),))
    assert "address-taken" in ids(plan_of(taken), "blocks")
    other = pair(address_owners=(AddressOwner("jf@gmail.example", "777"),))
    assert "address-elsewhere" in ids(plan_of(other), "acknowledge")


def test_a_loser_of_a_chain_is_compared_with_what_was_confirmed_of_it() -> None:
    found = dossier(*(member(n, record(n, Phone=f"+{n}"), contact(n, n, phone=f"+{n}")) for n in (1, 2, 3)))
    plan = plan_of(found)
    later = dossier(found.members[0], found.members[2])
    assert loser_changes(plan, found.members[2], later, RULES) == ()
    third = found.members[2]
    assert third.salesforce is not None
    edited = replace(third, salesforce=replace(third.salesforce, values={**third.salesforce.values, "Phone": "+9"}))
    assert any("Phone" in name for name in loser_changes(plan, edited, dossier(found.members[0], edited), RULES))
