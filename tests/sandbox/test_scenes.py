"""What ``--scenario`` arranges: people, switches, and what happens when they are merged."""

from __future__ import annotations

import argparse
from typing import Any

import pytest

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.options import SandboxOptions, add_arguments, from_namespace, scenario
from mergetui.twin.events import MergeContacts, MergeRows, Poll, UpdateContact
from mergetui.twin.people_scenarios import SCENARIOS
from mergetui.twin.scenes import SCENES
from mergetui.twin.state import Contact

NOW = 1_795_000_000_000
DAY = 86_400_000


def rehearse(name: str, **options: Any) -> tuple[Sandbox, list[str], list[Contact]]:
    """A sandbox with the scenario's people: their Salesforce ids and HubSpot contacts."""
    made = Sandbox(SandboxOptions(people=20, seed=3, scenario=name, colleagues=0, **options), lambda: NOW)
    state = made.world.state
    human = state.humans[0]
    assert human.scenario == name
    rows = [key for crm, _, key in human.records if crm == "salesforce"]
    return made, rows, [state.contacts[key] for crm, _, key in human.records if crm == "hubspot"]


def kinds(sandbox: Sandbox, what: str) -> list[dict[str, Any]]:
    return [event for event in sandbox.world.events if event["what"] == what]


def test_every_scenario_has_people_and_a_scene() -> None:
    assert list(SCENES) == list(SCENARIOS)
    assert len(SCENES) == 30
    assert all(scene.about and len(scene.about) < 100 for scene in SCENES.values())


@pytest.mark.parametrize("name", SCENES)
def test_what_is_arranged_is_in_the_log_and_comes_back_after_a_reset(name: str) -> None:
    made, rows, contacts = rehearse(name)
    for _ in range(2):
        arranged = kinds(made, "arranged")[0]
        assert arranged["scenario"] == name and arranged["says"][0] == SCENES[name].about
        assert set(arranged["records"]) == {*rows, *(contact.id for contact in contacts)}
        for switch, value in SCENES[name].settings.items():
            assert getattr(made.world.settings, switch) == value
        made.reset()


def test_flags_win_over_the_scene() -> None:
    assert rehearse("T17")[0].world.settings.del_contact == "nothing"
    assert rehearse("T17", auto_delete=True)[0].world.settings.del_contact == "delete"
    assert rehearse("T16", auto_delete=False)[0].world.settings.del_contact == "nothing"


@pytest.mark.parametrize(("name", "gone"), [("T16", True), ("T17", False)])
def test_a_poll_falls_between_the_two_merges(name: str, gone: bool) -> None:
    made, (master, loser), (_, other) = rehearse(name)
    before = made.now()
    made.apply(MergeRows("Contact", master, (loser,)))
    assert [event["scenario"] for event in kinds(made, "happens")] == [name]
    assert len(kinds(made, "poll_ended")) == 1, "before the merge is answered"
    assert made.now() - before >= 40_000
    assert (other.archived_at is not None) is gone


def test_a_merge_of_other_people_starts_nothing() -> None:
    made, _, _ = rehearse("T16")
    human = next(h for h in made.world.state.humans[1:] if [r[1] for r in h.records].count("Contact") > 1)
    first, second = [key for _, kind, key in human.records if kind == "Contact"][:2]
    made.apply(MergeRows("Contact", first, (second,)))
    assert not kinds(made, "happens") and not kinds(made, "poll_started")


def test_what_was_done_before() -> None:
    made, (master, loser), (mine, gone) = rehearse("T18")
    state = made.world.state
    assert state.rows["Contact"][loser].master_id == master and state.alive(master)
    assert gone.archived_at and not mine.archived_at and gone.get("salesforcecontactid") == loser
    assert len(gone.events) > 20, "a history that is worth restoring"

    made, (master, loser), (both,) = rehearse("T20")
    state = made.world.state
    assert both.get("salesforcecontactid") == master and state.alive(loser)
    assert both.additional == (str(state.rows["Contact"][loser].values["Email"]),)
    assert [state.aliases[old] for old, _ in both.merged] == [both.id, both.id]

    made, (master, loser), (wrong,) = rehearse("T21")
    state = made.world.state
    assert wrong.get("salesforcecontactid") == loser and state.rows["Contact"][loser].master_id == master
    assert wrong.additional == (str(state.rows["Contact"][master].values["Email"]),)


def test_a_merge_in_hubspot_alone_makes_no_lead() -> None:
    """T10: they are outside the inclusion list, else the merge's own pass would bring them to Salesforce (row 4)."""
    made, _, (first, second) = rehearse("T10")
    made.apply(MergeContacts(first.id, second.id))
    made.clock.forward(1_200_000)
    made.catch_up()
    assert not [event for event in kinds(made, "create") if event["who"] == "salesforce"]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("name", ["T18", "T21"])
def test_what_was_merged_away_is_still_in_the_recycle_bin(name: str, seed: int) -> None:
    """And leaves it in time: 15 days after the merge nobody knows any more what it was merged into."""
    made = Sandbox(SandboxOptions(people=20, seed=seed, scenario=name, colleagues=0), lambda: NOW)
    state = made.world.state
    [dead] = [
        row
        for row in state.rows["Contact"].values()
        if row.deleted and row.id in {key for _, _, key in state.humans[0].records}
    ]
    stamp = dead.values["SystemModstamp"]
    assert isinstance(stamp, int) and NOW - stamp < 15 * DAY
    made.clock.forward(stamp + 15 * DAY - NOW - 1000)
    made.catch_up()
    assert state.row(dead.id) is dead
    made.clock.forward(2000)
    made.catch_up()
    assert state.row(dead.id) is None


def merged(name: str) -> tuple[Sandbox, str, Contact]:
    made, (master, loser), (first, second) = rehearse(name)
    made.apply(MergeRows("Contact", master, (loser,)))
    contact = made.apply(MergeContacts(first.id, second.id))
    return made, master, contact


@pytest.mark.parametrize("name", ["T24", "T27"])
def test_the_survivor_does_not_sync(name: str) -> None:
    made, master, contact = merged(name)
    synced = contact.get("salesforcelastsynctime")
    made.apply(UpdateContact(contact.id, {"fax": "+44 20 7946 0999"}))
    made.apply(Poll())
    made.clock.forward(600_000)
    made.catch_up()
    assert contact.sync_error, "the push is refused"
    if name == "T24":
        assert master in made.world.settings.invisible_rows
        assert contact.get("salesforcelastsynctime") == synced


def test_a_suspended_sync_is_quiet() -> None:
    made, (master, loser), (_, other) = rehearse("T26")
    assert made.now() - made.world.state.last_polls[-1] == 3 * 3_600_000
    made.apply(MergeRows("Contact", master, (loser,)))
    made.clock.forward(3_600_000)
    made.catch_up()
    assert other.archived_at is None and not kinds(made, "poll_started")


def test_worthless_bouncing_and_doubled_firms() -> None:
    _, _, (_, loser) = rehearse("T06")
    assert not loser.get("hs_email_open") and not loser.get("num_notes") and not loser.get("num_associated_deals")
    made, (bad, good), _ = rehearse("T19")
    rows = made.world.state.rows["Contact"]
    assert rows[bad].values.get("EmailBouncedReason") and not rows[good].values.get("EmailBouncedReason")
    made, (first, second), _ = rehearse("T28")
    state = made.world.state
    accounts = [state.rows["Contact"][key].values["AccountId"] for key in (first, second)]
    assert accounts[0] != accounts[1]
    assert len({state.rows["Account"][str(key)].values["Website"] for key in accounts}) == 1
    companies = [item for item in state.objects["companies"].values() if item.values["salesforceaccountid"] in accounts]
    assert len(companies) == 2 and len({item.values["domain"] for item in companies}) == 1


def test_the_list_teaches_what_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    assert from_namespace(parser.parse_args(["--scenario", "t22B"])).scenario == "T22b"
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(["--scenario", "list"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    assert all(line.split()[0] in SCENES for line in shown.splitlines() if not line.startswith(" "))
    assert "T29" in shown
    with pytest.raises(argparse.ArgumentTypeError, match=r"T05.*T29"):
        scenario("T99")
