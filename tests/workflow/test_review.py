"""One open review: choices, undo, what is remembered, what is refused, and the way to a confirmation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mergetui import errors
from mergetui.planning.rules import Rules
from mergetui.records.crm import FieldInfo
from mergetui.records.people import DuplicateSet, Evidence
from mergetui.records.review import Dossier, Row
from mergetui.store import Ledger
from mergetui.workflow.confirm import confirm, confirmation
from mergetui.workflow.ports import Refusal, Staged
from mergetui.workflow.review import Review, misshapen
from tests.support.dossiers import NOW, contact, dossier, member, pair, record

FOUND = DuplicateSet("set1", ("a", "b"), 0.97, (Evidence("prior", "doubt", -6.0), Evidence("phone", "same phone", 9.5)))


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.db")


def opened(ledger: Ledger, found: Dossier | None = None, **more: Any) -> Review:
    found = found or pair()
    return Review(
        found,
        FOUND,
        ledger,
        Rules(),
        master=found.members[0].key,
        users={"005000000000001AAA": "Maya Ruiz"},
        window=lambda: (None, NOW),
        confirmation=lambda plan_id: confirmation([ledger.plan(plan_id)], None),
        **more,
    )


def value(review: Review, key: str) -> str:
    [row] = [row for row in review.view().rows if row.key == key]
    return next(cell.text for cell in row.cells if cell.chosen)


def test_a_choice_moves_the_mark_and_undo_takes_it_back(ledger: Ledger) -> None:
    review = opened(ledger)
    assert value(review, "sf:LastName") == "Francis"
    assert review.choose("sf:LastName", 1) is None
    assert value(review, "sf:LastName") == "F"
    assert review.undo() is None and value(review, "sf:LastName") == "Francis"
    assert review.redo() is None and value(review, "sf:LastName") == "F"
    assert isinstance(review.redo(), Refusal)


def test_choices_are_remembered_when_the_set_is_opened_again(ledger: Ledger) -> None:
    opened(ledger).choose("sf:LastName", 1)
    again = opened(ledger)
    assert value(again, "sf:LastName") == "F" and not again.view().can_undo


def test_an_own_choice_outlives_a_change_of_master(ledger: Ledger) -> None:
    review = opened(ledger)
    review.choose("sf:LastName", 1)
    review.choose("sf:LastName", 0)
    review.set_master(1)
    assert review.view().columns[1].is_master
    assert value(review, "sf:LastName") == "Francis", "chosen by hand, not by the proposal"
    assert value(review, "sf:Phone") == "+44 20 7946 0018"


def test_a_yes_to_an_opt_out_cannot_be_chosen_away(ledger: Ledger) -> None:
    out = dossier(member(1, record(1), contact(1, 1)), member(2, record(2, HasOptedOutOfEmail=True), contact(2, 2)))
    review = opened(ledger, out)
    refused = review.choose("sf:HasOptedOutOfEmail", 0)
    assert refused is not None and "yes always stays" in refused.why
    assert value(review, "sf:HasOptedOutOfEmail") == "yes"


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        ("sf:LastName", "", "may not be empty"),
        ("sf:LastName", "x" * 81, "80 are allowed"),
        ("sf:Email", "new@acme.example", "must be one that a member already has"),
        ("sf:OwnerId", "005", "points at another record"),
        ("sf:HasOptedOutOfEmail", "no", "never typed"),
        ("=activity", "x", "only shows"),
    ],
)
def test_what_may_not_be_typed_says_why(ledger: Ledger, key: str, text: str, why: str) -> None:
    review = opened(ledger)
    refused = review.edit(key, text)
    assert refused is not None and why in refused.why
    assert not review.view().can_undo


def test_a_typed_value_is_marked_and_planned(ledger: Ledger) -> None:
    review = opened(ledger)
    assert review.edit("sf:Title", " Head of Sales ") is None
    [row] = [row for row in review.view().rows if row.key == "sf:Title"]
    assert row.cells[0].edited and row.cells[0].text == "Head of Sales"
    merge = review.plan().rounds[0].salesforce
    assert merge is not None and merge.values["Title"] == "Head of Sales"


def test_a_blocking_check_refuses_the_stage_and_promises_nothing(ledger: Ledger) -> None:
    blocked = dossier(member(1, record(1)), member(2, record(2), contact(2, 2)))
    review = opened(ledger, blocked)
    staged = review.stage()
    assert isinstance(staged, Refusal) and "HubSpot" in staged.why
    assert review.view().plan_line.startswith("no plan") and not ledger.rows()


def test_warnings_lead_to_a_confirmation_of_exactly_this_plan(ledger: Ledger) -> None:
    review = opened(ledger)
    staged = review.stage()
    assert isinstance(staged, Staged) and staged.confirm is not None
    view = staged.confirm
    assert view.word == "merge" and view.digest == ledger.plan(staged.plan_id).digest
    ticks = [warning.id for warning in view.warnings]
    with pytest.raises(errors.Problem, match="word"):
        confirm(view, ticks, "Merge", ledger, lambda: NOW)
    with pytest.raises(errors.Problem, match="acknowledged"):
        confirm(view, ticks[1:], "merge", ledger, lambda: NOW)
    assert ledger.row(staged.plan_id).state == "staged"
    confirm(view, ticks, " merge ", ledger, lambda: NOW)
    assert ledger.row(staged.plan_id).state == "approved"


def test_a_confirmation_of_a_replaced_plan_is_void(ledger: Ledger) -> None:
    review = opened(ledger)
    old = review.stage()
    review.choose("sf:LastName", 1)
    review.stage()
    assert isinstance(old, Staged) and old.confirm is not None
    with pytest.raises(errors.Problem):
        confirm(old.confirm, [warning.id for warning in old.confirm.warnings], "merge", ledger, lambda: NOW)
    assert not ledger.rows({"approved"})


def test_two_orgs_that_nobody_paired_stop_at_the_stage(ledger: Ledger) -> None:
    def guard() -> None:
        raise errors.WrongOrg("Nobody has confirmed this pair.", "Nothing was merged.", "Run `mergetui pair`.")

    staged = opened(ledger, guard=guard).stage()
    assert isinstance(staged, Refusal) and "mergetui pair" in staged.why and not ledger.rows()


def test_read_only_changes_nothing(ledger: Ledger) -> None:
    review = opened(ledger, read_only=True)
    assert review.choose("sf:LastName", 1) and review.set_master(1) and isinstance(review.stage(), Refusal)
    assert ledger.choices("set1") is None


def test_evidence_begins_with_the_strongest_and_ends_with_the_general_doubt(ledger: Ledger) -> None:
    assert [weight for _, weight in opened(ledger).view().evidence] == [9.5, -6.0]


def test_an_abbreviated_first_name_gives_way_to_the_full_one(ledger: Ledger) -> None:
    short = dossier(
        member(1, record(1, FirstName="C."), contact(1, 1)), member(2, record(2, FirstName="Chantelle"), contact(2, 2))
    )
    assert value(opened(ledger, short), "sf:FirstName") == "Chantelle"


# rules, fields, shapes ------------------------------------------------------------------------------------------------
def test_a_rule_chooses_for_one_field_and_is_one_step_of_undo(ledger: Ledger) -> None:
    review = opened(ledger)
    assert review.apply_rule("sf:LastName", "longest") is None and value(review, "sf:LastName") == "Francis"
    assert review.choose("sf:LastName", 1) is None
    assert review.apply_rule("sf:LastName", "longest") is None and value(review, "sf:LastName") == "Francis"
    review.undo()
    assert value(review, "sf:LastName") == "F"
    refused = review.apply_rule("sf:LastName", "union")
    assert refused is not None and "does not fit" in refused.why


def test_the_offered_rules_tell_their_result_or_why_they_have_none(ledger: Ledger) -> None:
    offered = {rule.id: rule for rule in opened(ledger).rules_for("sf:LastName")}
    assert offered["longest"].result == "Francis" and offered["newest"].result == "Francis"
    assert "jf@gmail.example" in offered["append"].result
    assert opened(ledger).rules_for("=activity") == ()


def test_a_saved_rule_holds_for_sets_opened_later_and_can_be_ended(ledger: Ledger) -> None:
    review = opened(ledger)
    assert "from now on" in review.save_rule("sf:Title", "append")
    assert value(review, "sf:Title") == "Sales", "the open review stays as it is"
    again = opened(ledger)
    assert value(again, "sf:Title") == "Sales; jf@gmail.example; +44 20 7946 0018"
    [row] = [row for row in again.view().rows if row.key == "sf:Title"]
    assert row.rule and row.differs
    again.choose("sf:Title", 0)
    assert value(opened(ledger), "sf:Title") == "Sales", "an own choice counts more than a rule"
    again.save_rule("sf:Title", "")
    assert not opened(ledger).view().rows[0].rule


def test_a_rule_for_everything_leaves_addresses_and_owners_alone(ledger: Ledger) -> None:
    review = opened(ledger)
    before = value(review, "sf:Email")
    review.set_master(1)
    assert review.apply_everywhere("longest") is None
    assert value(review, "sf:LastName") == "Francis" and value(review, "sf:Email") != before
    review.undo()
    assert review.view().columns[1].is_master


def test_hidden_fields_are_left_out_and_counted(ledger: Ledger) -> None:
    review = opened(ledger)
    assert "1 field hidden" in review.show_fields(["sf:LastName"], ["sf:Title", "sf:Phone"])
    view = opened(ledger).view()
    assert "sf:LastName" not in {row.key for row in view.rows}
    assert (view.hidden, view.hidden_differ) == (1, 1)
    [field] = [field for field in opened(ledger).fields() if field.key == "sf:LastName"]
    assert field.hidden and field.api == "Contact.LastName ⇄ lastname"


def test_a_disagreement_of_the_crms_is_a_line_of_its_own_with_what_the_sync_does(ledger: Ledger) -> None:
    torn = dossier(
        member(1, record(1, Title="Sales"), contact(1, 1, jobtitle="CTO")),
        member(2, record(2, Title="Sales"), contact(2, 2, jobtitle="Sales")),
    )
    [row] = [row for row in opened(ledger, torn).view().rows if row.key == "sf:Title"]
    assert row.hubspot == ("CTO", "") and "the merge writes your choice to both" in row.sync_note
    assert row.api == "Contact.Title ⇄ jobtitle"


def test_a_restricted_picklist_offers_its_values(ledger: Ledger) -> None:
    tiers = dossier(member(1, record(1, Tier__c="Gold"), contact(1, 1)), member(2, record(2), contact(2, 2)))
    review = opened(ledger, tiers)
    assert review.options("sf:Tier__c") == (("", "(blank)"), ("Gold", "Gold"), ("Silver", "Silver"))
    assert review.options("sf:LastName") == ()


@pytest.mark.parametrize(
    ("kind", "text", "wrong"),
    [
        ("date", "2026-03-09", ""),
        ("date", "9.3.2026", "must be a date"),
        ("datetime", "2026-03-09T14:05:00Z", ""),
        ("datetime", "soon", "T14:05"),
        ("email", "a@b.example", ""),
        ("email", "a@b", "must be an e-mail"),
        ("boolean", "maybe", "yes or no"),
        ("boolean", "yes", ""),
    ],
)
def test_what_describe_says_of_a_type_holds_for_typed_text(kind: str, text: str, wrong: str) -> None:
    field = FieldInfo("salesforce", "Contact", "X__c", "X", kind, writable=True)
    said = misshapen(text, Row("sf:X__c", "X", "custom", field, None, (), True))
    assert (wrong in said) if wrong else not said


def test_a_master_that_hubspot_does_not_know_comes_with_the_key_that_mends_it(ledger: Ledger) -> None:
    found = dossier(member(1, record(1)), member(2, record(2), contact(2, 2)))
    checks = {check.id: check for check in opened(ledger, found).view().checks}
    remedy = checks["master-not-linked"].remedy
    assert remedy is not None and remedy.act == "master" and remedy.column == 1


def test_a_batch_is_confirmed_with_every_merge_and_loss_by_name(ledger: Ledger, tmp_path: Path) -> None:
    first = opened(ledger).plan()
    second = replace(first, id="other", title="Bob Stone · Rob Stone", losses=("Tier: Gold is dropped",))
    view = confirmation([first, second], None)
    assert view.word == "merge 2" and "2 merges" in view.heading
    said = dict(view.sections)
    assert (
        "into 003…01" in said[f"1. {first.title}"]
        and "HubSpot contact 9002 into 9001" in said["2. Bob Stone · Rob Stone"]
    )
    assert "Bob Stone · Rob Stone: Tier: Gold is dropped" in view.losses
    assert all(loss.startswith((first.title, second.title)) for loss in view.losses)
