"""Bad input and bad weather: what happened is said, what was not done too, and nothing is lost."""

from __future__ import annotations

import time
from typing import Any

import pytest

from mergetui.errors import Problem
from mergetui.workflow.office import Office
from tests.support.story import Story, assert_nothing_was_lost, has, run_polls_until_settled


def state_of(story: Story) -> str:
    return story.row()[0]


@pytest.mark.parametrize(
    "fault",
    [
        {"at": "hubspot.merge", "kind": "status_after_commit", "code": 502},
        {"at": "hubspot.merge", "kind": "drop_after_commit"},
        {"at": "salesforce.merge", "kind": "drop_after_commit"},
        {"at": "hubspot.merge", "kind": "rate_limit"},
        {"at": "hubspot.merge", "kind": "status", "code": 423},
        {"at": "salesforce.merge", "kind": "lock_row"},
        {"at": "hubspot.update", "kind": "status", "code": 500},
        {"at": "salesforce.query", "kind": "status", "code": 503},
        {"at": "hubspot.search", "kind": "rate_limit"},
    ],
    ids=lambda fault: f"{fault['at']}-{fault['kind']}",
)
async def test_one_fault_on_the_way_changes_nothing_about_the_end(story: Story, fault: dict[str, Any]) -> None:
    await story.begin()
    before = story.state()
    await story.approve()
    story.control("POST", "/faults", {**fault, "times": 1})
    story.control("POST", "/clock", {"advance_s": 15})
    runner = story.runner()
    run_polls_until_settled(story, lambda: state_of(story))
    told, _ = runner.communicate(timeout=30)
    assert runner.returncode == 0, told
    assert_nothing_was_lost(story, before, faults=True)


async def test_a_salesforce_merge_that_never_arrived_is_called_off_after_ten_minutes(story: Story) -> None:
    await story.begin()
    await story.approve()
    story.control("POST", "/faults", {"at": "salesforce.merge", "kind": "drop_before", "times": 1})
    story.control("POST", "/clock", {"advance_s": 15})
    runner = story.runner()
    story.wait_until("the outcome is unknown", lambda: state_of(story) == "unknown")
    _, why = story.row()
    assert "no merge so far" in why or "no answer" in why
    story.control("POST", "/clock", {"advance_s": 620})
    told, _ = runner.communicate(timeout=30)
    assert runner.returncode == 1 and "Nothing was merged" in told
    assert state_of(story) == "failed"
    assert not has(story, "merge", "salesforce") and not has(story, "merge", "hubspot")


async def test_a_poll_between_the_halves_is_explained_with_the_way_to_repair(story: Story) -> None:
    """T16/T18: the answer of Salesforce is held until a poll has archived the loser's contact."""
    await story.begin()
    await story.approve()
    story.control("POST", "/clock", {"advance_s": 15})
    story.control("POST", "/faults", {"at": "hubspot.merge", "kind": "status", "code": 423, "times": None})
    runner = story.runner()
    story.wait_until("Salesforce is merged", lambda: has(story, "merge", "salesforce"))
    story.control("POST", "/tick")
    story.wait_until("the loser's contact is archived", lambda: has(story, "archive", "integration"))
    told, _ = runner.communicate(timeout=30)
    assert runner.returncode == 1
    assert "Salesforce is merged, HubSpot is not" in told and "Restore" in told
    assert state_of(story) == "surprised"
    assert "paused" in story.command("status").stdout or "surprised" in story.command("status").stdout


async def test_a_record_edited_after_the_confirmation_stops_the_plan_before_anything_is_merged(story: Story) -> None:
    await story.begin()
    plan = await story.approve()
    office = Office("demo")
    somebody = office.salesforce()
    assert plan.expected.object is not None
    await somebody.update(plan.expected.object, plan.expected.dead_salesforce_ids[0], {"Title": "Somebody's edit"})
    await somebody.aclose()
    office.close()
    story.control("POST", "/clock", {"advance_s": 15})
    runner = story.runner()
    told, _ = runner.communicate(timeout=30)
    assert runner.returncode == 1 and "changed since the confirmation: " in told and "Title" in told
    assert not has(story, "merge", "salesforce")


async def test_read_only_reaches_no_merge(story: Story) -> None:
    await story.begin()
    await story.approve()
    done = story.command("--read-only", "run")
    assert done.returncode == 2 and "read-only" in done.stderr
    assert not has(story, "merge", "salesforce")


async def test_a_dead_address_is_said_in_words(story: Story) -> None:
    dead = {"MERGETUI_SALESFORCE_TOKEN": "00Dx!secret", "MERGETUI_SALESFORCE_URL": "http://127.0.0.1:9"}
    story.env |= dead | {"MERGETUI_HUBSPOT_TOKEN": "pat-secret", "MERGETUI_HUBSPOT_URL": "http://127.0.0.1:9"}
    done = story.command("--profile", "acme", "pull")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr and "secret" not in done.stderr
    assert "Salesforce" in done.stderr and len(done.stderr.strip().splitlines()) >= 2


async def test_signing_in_is_refused_in_words(story: Story) -> None:
    from functools import partial

    from mergetui.crm.oauth import follow_consent, salesforce_app
    from mergetui.workflow.connect import login

    await story.begin()
    app = salesforce_app(story.info["salesforce_client_id"], login_url=story.info["salesforce_url"])
    office = Office("demo")
    before = office.token_store().read("salesforce")
    with pytest.raises(Problem, match="did not allow"):
        await login(office, app, partial(follow_consent, decision="deny"))
    assert office.token_store().read("salesforce") == before, "a refused sign-in costs no sign-in"


async def test_the_pin_refuses_another_org(story: Story) -> None:
    await story.begin()
    office = Office("demo")
    pins = office.ledger.setting("pins")
    office.ledger.set_setting("pins", {**pins, "salesforce": "00D000000000999AAA"})
    office.close()
    done = story.command("run")
    assert done.returncode == 1 and "pinned" in done.stderr and "Nothing was written" in done.stderr


def test_a_closed_terminal_ends_nothing_halfway(story: Story) -> None:
    from tests.scenarios.test_spine import decide_first_set

    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        before = story.state()
        decide_first_set(terminal)
        story.wait_until("the pair is merged", lambda: has(story, "merge", "hubspot"), 30)
        terminal.hang_up()
        terminal.wait_exit(25)
    time.sleep(0.5)
    resume = story.runner("resume")
    run_polls_until_settled(story, lambda: state_of(story))
    told, _ = resume.communicate(timeout=30)
    assert resume.returncode == 0, told
    assert_nothing_was_lost(story, before)


def test_hostile_names_reach_the_screen_as_plain_text(story: Story) -> None:
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        terminal.press("/", *"Bobby", "enter")
        screen = terminal.wait_for(r"\[b\]Bobby\[/b\]")
        assert "[@cl" in screen, "markup is shown, not obeyed"
        terminal.press("enter")
        terminal.wait_for(r"plan: \d merges", 20)
        terminal.press("q")
        assert terminal.wait_exit() == 0
    assert b"\x1b]52" not in terminal.raw and "\u202e".encode() not in terminal.raw


def test_a_crash_report_names_no_token(story: Story) -> None:
    """The tests of ``ui`` raise near a secret; here: nothing of the demo's tokens is in any log."""
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        secrets = [value for name, value in story.info.items() if "token" in name or "secret" in name]
        terminal.press("q")
        terminal.wait_exit()
    logs = b"".join(path.read_bytes() for path in story.home.rglob("*.log")) + bytes(terminal.raw)
    assert not [secret for secret in secrets if secret.encode() in logs]
