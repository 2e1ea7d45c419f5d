"""What is known before a merge, what is kept of it, and what happens when somebody was wrong."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.error import HTTPError

import pytest

from mergetui.planning.rows import COMPANY_ROW
from mergetui.workflow.card import Answers, declare
from mergetui.workflow.desk import CockpitDesk
from mergetui.workflow.office import Office
from tests.support.story import Story, has, run_polls_until_settled


def state_of(story: Story) -> str:
    return story.row()[0]


async def checks_of(story: Story, scenario: str) -> dict[str, str]:
    """Check (without its record) → severity, as a fresh review of the scenario's set says."""
    office = Office("demo")
    desk = CockpitDesk(office)
    try:
        await desk.refresh_header()
        review = await desk.open_review(story.set_of(scenario, office.mirror))
        return {check.id.partition(":")[0]: check.severity for check in review.view().checks}
    finally:
        await desk.close()
        office.close()


async def test_a_merge_ends_as_forecast_and_its_snapshot_holds_both_crms(story: Story) -> None:
    await story.begin()
    before = {contact["id"]: contact for contact in story.state()["contacts"]}
    plan = await story.approve("T22")
    assert plan.forecast is not None
    assert "would be archived" in plan.forecast.alone[0]
    runner = story.runner()
    run_polls_until_settled(story, lambda: state_of(story))
    runner.wait(30)
    [entry] = story.history()
    assert not [told for told in entry["differences"]["reports"] if "forecast" in told]

    office = Office("demo")
    kept = office.snapshots.read(entry["snapshot"])
    members = {member["hubspot"]["id"]: member for member in kept["dossier"]["members"]}
    for old in entry["hubspot"]["old_ids"]:
        was, member = before[old], members[old]
        known = {name for name, value in member["hubspot"]["values"].items() if value is not None}
        assert {"email", "salesforcelastsynctime", "createdate"} <= known
        assert member["extras"]["history"]["salesforcelastsynctime"]
        assert {item["list_id"] for item in member["extras"]["lists"]} == set(was["lists"])
        linked = {(item["type"], item["id"]) for item in member["extras"]["associations"]}
        assert {(kind, key) for kind, keys in was["objects"].items() for key in keys} <= linked
        assert {item["id"] for item in member["extras"]["activities"]} >= set(was["events"])
        assert member["extras"]["subscriptions"] and member["salesforce"]["values"]["LastName"]
    loser = next(member for member in members.values() if member["key"] != plan.master_key)
    assert loser["children"], "what would have to be pointed back"
    assert all(
        child["parent_field"] and child["parent_id"] == plan.expected.dead_salesforce_ids[0]
        for child in loser["children"]
    )
    office.close()
    shown = story.command("snapshot", "show", entry["snapshot"][:12]).stdout
    assert "undelete possible until" in shown and "Nothing brings back:" in shown


async def test_do_nothing_said_wrongly_ends_with_the_first_archive_and_the_next_plan_waits(story: Story) -> None:
    """The sandbox deletes; the admin says that it does not."""
    await story.begin()
    office = Office("demo")
    declare(office, Answers(contacts="off", leads="off", by="Maya Ruiz"))
    plan = await story.approve("T05")
    assert not plan.delete_risk, "with Do nothing no contact is at risk, and no window is needed"
    delete_a_bystander(story, office, set(plan.member_keys))
    office.close()
    story.control("POST", "/tick")
    story.control("POST", "/clock", {"advance_s": 60})
    assert has(story, "archive", "integration")
    runner = story.runner()
    with suppress(AssertionError):
        story.wait_until("the plan waits", lambda: state_of(story) == "waiting", 20)
    state, why = story.row()
    runner.terminate()
    assert state == "waiting" and "was archived at" in why and "settings declare" in why, (state, why)
    assert not has(story, "merge", "salesforce")
    assert "counts as on" in story.command("settings").stdout
    runner.wait(20)


def delete_a_bystander(story: Story, office: Office, keys: set[str]) -> None:
    """A linked contact who is in no plan, shares the address with nobody and has nothing that forbids deleting it."""
    for person in office.mirror.last_synced(400):
        record = office.mirror.salesforce(person.salesforce_id or "")
        if person.key in keys or record is None or record.object != "Contact" or person.link != "active":
            continue
        if len(office.mirror.carrying({str(record.values.get("Email")).lower()})) == 2:
            with suppress(HTTPError):
                story.control("POST", "/happen", {"what": "delete_salesforce", "id": record.id})
                return
    raise AssertionError("everybody is in the plan")


@pytest.mark.parametrize(
    ("switch", "check"),
    [("no_delete_rows", "no-delete"), ("hidden_fields", "hidden-opt-out")],
)
async def test_what_the_org_forbids_is_said_in_the_review(story: Story, switch: str, check: str) -> None:
    await story.begin()
    office = Office("demo")
    found = office.mirror.set(story.set_of("T05", office.mirror))
    assert found is not None
    office.close()
    ids: dict[str, list[Any]] = {
        "no_delete_rows": [key.partition(":")[2] for key in found.members],
        "hidden_fields": ["Contact.HasOptedOutOfEmail", "Lead.HasOptedOutOfEmail"],
    }
    story.control("POST", "/settings", {switch: ids[switch]})
    assert (await checks_of(story, "T05"))[check] == "blocks"


async def test_a_lock_that_nobody_may_see_refuses_the_merge_and_nothing_happened(story: Story) -> None:
    await story.begin()
    plan = await story.approve("T05")
    story.control("POST", "/settings", {"approval_rows": list(plan.expected.dead_salesforce_ids)})
    story.control("POST", "/clock", {"advance_s": 15})
    runner = story.runner()
    story.wait_until("the plan has failed", lambda: state_of(story) == "failed", 40)
    runner.wait(20)
    assert "ENTITY_IS_LOCKED" in story.row()[1] and "Nothing was merged" in story.row()[1]
    assert not has(story, "merge", "salesforce") and not has(story, "merge", "hubspot")


async def test_the_primary_company_that_was_chosen_stays(story: Story) -> None:
    await story.begin()
    assert await differs(story, "T28")

    def choose(review: Any) -> None:
        [row] = [row for row in review.view().rows if row.key == COMPANY_ROW]
        master = next(at for at, column in enumerate(review.view().columns) if column.is_master)
        other = next(at for at, cell in enumerate(row.cells) if at != master and not cell.blank)
        assert review.choose(COMPANY_ROW, other) is None

    plan = await story.approve("T28", change=choose)
    assert plan.company is not None
    runner = story.runner()
    run_polls_until_settled(story, lambda: state_of(story))
    runner.wait(30)
    [entry] = story.history()
    survivor = next(one for one in story.state()["contacts"] if one["id"] == entry["hubspot"]["id"])
    assert survivor["objects"]["companies"][0] == plan.company.company_id


async def differs(story: Story, scenario: str) -> bool:
    """Whether the set of a scenario has two primary companies to choose from, and nothing blocks it."""
    found = await checks_of(story, scenario)
    return "companies-differ" in found and "blocks" not in found.values()
