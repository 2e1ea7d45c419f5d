"""The ledger keeps what was decided and done, and says so in words when it cannot."""

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from mergetui import errors
from mergetui.records.plan import Approval, Choice, Choices, Expected, HubSpotMerge, Plan, Round, SalesforceMerge
from mergetui.store import Ledger


def plan(plan_id: str = "p1", set_id: str = "s1", digest: str = "d1") -> Plan:
    rounds = (
        Round(
            "sf:L",
            SalesforceMerge("Contact", "M", "L", {"Title": "CTO", "Score__c": 3.5, "DoNotCall": True, "Fax": None}),
            HubSpotMerge("1", "2"),
        ),
    )
    expected = Expected(
        "Contact", "M", {"Title": "CTO"}, {"jobtitle": "CTO"}, "a@b.example", ("a@b.example",), ("L",), ("2",)
    )
    return Plan(
        plan_id, set_id, "Jane · J\ud800", digest, "sf:M", ("sf:L", "sf:M"), Choices("sf:M"), (), rounds,
        None, None, None, expected, (), ("37 opens",), True, "00D", "4471", 5,
    )  # fmt: skip


def approval(plan_id: str = "p1", digest: str = "d1") -> Approval:
    return Approval(plan_id, digest, ("risk",), "merge", 7, "ana")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ticks = count(1000)
    made = Ledger(tmp_path / "data" / "ledger.db", clock=lambda: next(ticks))
    yield made
    made.close()


def test_decisions_are_replaced_and_taken_back(ledger: Ledger) -> None:
    ledger.decide("s1", ["sf:b", "sf:a"], "later")
    ledger.decide("s1", ["sf:b", "sf:a"], "not duplicates", "colleagues")
    assert ledger.decisions() == {"s1": "not duplicates"}
    assert ledger.decided_members() == {"s1": ("sf:a", "sf:b")}
    ledger.undecide_all(["s1"])
    assert ledger.decisions() == {}


def test_choices_come_back_as_they_were(ledger: Ledger) -> None:
    choices = Choices("sf:M", {"sf:Title": Choice("sf:L"), "hs:lead_score": Choice(None, "a\ud800b")})
    ledger.save_choices("s1", choices)
    assert ledger.choices("s1") == choices
    assert ledger.choices("s2") is None


def test_a_plan_comes_back_equal(ledger: Ledger) -> None:
    ledger.add_plan(plan())
    assert ledger.plan("p1") == plan()
    assert ledger.row("p1").state == "staged"


def test_a_newer_plan_takes_the_staged_one_back(ledger: Ledger) -> None:
    ledger.add_plan(plan())
    ledger.add_plan(plan("p2", digest="d2"))
    assert [(row.plan_id, row.state) for row in ledger.rows()] == [("p2", "staged"), ("p1", "taken back")]
    assert [entry.step for entry in ledger.entries("p1")] == ["staged", "taken back"]


@pytest.mark.parametrize("state", ["approved", "preparing", "merging", "linked", "waiting", "unknown"])
def test_no_second_plan_while_one_is_under_way(ledger: Ledger, state: str) -> None:
    ledger.add_plan(plan())
    ledger.set_state("p1", state)  # type: ignore[arg-type]
    with pytest.raises(errors.Busy):
        ledger.add_plan(plan("p2"))
    assert len(ledger.rows()) == 1


def test_restaging_the_same_plan_forgets_its_approval(ledger: Ledger) -> None:
    ledger.add_plan(plan())
    ledger.approve([approval()])
    assert ledger.set_state("p1", "taken back", expect={"approved"})
    ledger.add_plan(plan())
    assert ledger.row("p1").state == "staged"
    assert ledger.approval("p1") is None


def test_approving_is_all_or_nothing(ledger: Ledger) -> None:
    ledger.add_plan(plan())
    ledger.add_plan(replace(plan("p2", "s2"), member_keys=("sf:other", "sf:another")))
    ledger.add_plan(plan("p3", "s3"))
    with pytest.raises(errors.Busy):
        ledger.approve([approval(), approval("p3")])
    assert {row.state for row in ledger.rows()} == {"staged"}, "one person is never in two approved plans"
    with pytest.raises(errors.Problem, match="Nothing was approved"):
        ledger.approve([approval(), replace(approval("p2"), digest="other")])
    assert {row.state for row in ledger.rows()} == {"staged"}
    assert ledger.approval("p1") is None
    ledger.approve([approval(), approval("p2")])
    assert len(ledger.rows({"approved"})) == 2
    assert ledger.approval("p2") == approval("p2")
    with pytest.raises(errors.Problem):
        ledger.approve([approval()])


def test_a_state_is_only_left_when_expected(ledger: Ledger) -> None:
    ledger.add_plan(plan())
    before = ledger.entries("p1")
    assert not ledger.set_state("p1", "merging", expect={"approved"})
    assert ledger.entries("p1") == before
    assert ledger.set_state("p1", "approved", "typed", expect={"staged"})
    entry = ledger.entries("p1")[-1]
    assert (entry.kind, entry.step, entry.body["why"], entry.body["from"]) == ("state", "approved", "typed", "staged")
    assert ledger.row("p1").since > 1000
    with pytest.raises(errors.Problem):
        ledger.set_state("nobody", "failed")


def test_two_runners_cannot_both_take_a_plan(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger(tmp_path / "data" / "ledger.db")
    ledger.add_plan(plan())
    ledger.approve([approval()])
    taken = [one.set_state("p1", "preparing", expect={"approved"}) for one in (ledger, other)]
    assert taken == [True, False]
    other.close()


def test_the_journal_is_in_order_and_cannot_be_changed(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("p1", "intent", "merge pair", {"values": {"Title": None}, "n": 1})
    returned = ledger.append("p1", "sent", "Salesforce merge", {"text": "\ud83d\ud800"})
    assert [entry.seq for entry in ledger.entries("p1")] == [1, 2]
    assert ledger.entries("p1")[1] == returned
    raw = sqlite3.connect(tmp_path / "data" / "ledger.db")
    for statement in ("DELETE FROM journal", "UPDATE journal SET step='x'"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            raw.execute(statement)
    raw.close()


def test_what_was_appended_is_on_the_disk_at_once(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append("p1", "intent", "merge pair", {})
    other = Ledger(tmp_path / "data" / "ledger.db")
    assert len(other.entries("p1")) == 1
    assert other._db.one("PRAGMA synchronous")[0] == 2
    assert other._db.one("PRAGMA journal_mode")[0] == "wal"
    other.close()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_kill_loses_nothing_that_was_appended(ledger: Ledger, tmp_path: Path) -> None:
    code = (
        "import os, pathlib, signal, sys; from mergetui.store.ledger import Ledger;"
        "ledger = Ledger(pathlib.Path(sys.argv[1])); ledger.append('p1', 'intent', 'merge pair', {'n': 1});"
        "ledger._db._connection.execute('BEGIN IMMEDIATE'); ledger.append('p1', 'sent', 'half', {});"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path / "data" / "ledger.db")], check=False)
    assert killed.returncode == -9
    assert [entry.step for entry in ledger.entries("p1")] == ["merge pair"]
    ledger.append("p1", "outcome", "after", {})
    assert [entry.step for entry in ledger.entries("p1")] == ["merge pair", "after"]


def test_snapshot_and_returned_id_are_kept(ledger: Ledger) -> None:
    ledger.add_plan(plan())
    ledger.set_snapshot("p1", "f" * 64)
    ledger.set_returned("p1", "99")
    assert (ledger.row("p1").snapshot, ledger.row("p1").returned_hubspot_id) == ("f" * 64, "99")
    with pytest.raises(errors.Problem):
        ledger.set_snapshot("p9", "x")


def test_wishes_and_settings(ledger: Ledger) -> None:
    ledger.wish("pause")
    ledger.wish("take back:p1", "now")
    ledger.clear_wish("pause")
    ledger.clear_wish("never made")
    assert ledger.wishes() == {"take back:p1": "now"}
    ledger.set_setting("pins", {"salesforce": "00D", "n": [1, None]})
    assert ledger.setting("pins") == {"salesforce": "00D", "n": [1, None]}
    assert ledger.setting("other") is None


def test_the_revision_sees_own_and_foreign_writes(ledger: Ledger, tmp_path: Path) -> None:
    other = Ledger(tmp_path / "data" / "ledger.db")
    seen = [ledger.revision()]
    ledger.wish("pause")
    seen.append(ledger.revision())
    other.wish("retry:p1")
    seen.append(ledger.revision())
    assert seen == sorted(set(seen))
    assert ledger.revision() == seen[-1]
    other.close()


def test_a_damaged_ledger_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"not a database, but long enough to look like one" * 100)
    with pytest.raises(errors.Damaged) as raised:
        Ledger(path)
    assert "backup" in raised.value.todo
    assert path.exists()


def test_a_newer_ledger_is_left_alone(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "ledger.db")
    raw.execute("PRAGMA user_version=99")
    raw.close()
    with pytest.raises(errors.Problem, match="newer mergetui"):
        Ledger(tmp_path / "ledger.db")


@pytest.mark.skipif(sys.platform == "win32", reason="no such permissions")
def test_only_the_owner_may_read(ledger: Ledger, tmp_path: Path) -> None:
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "data" / "ledger.db").stat().st_mode) == 0o600


def test_a_folder_that_refuses_is_a_problem_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **named: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(errors.Problem, match="writ"):
        Ledger(tmp_path / "ledger.db")


def test_a_full_disk_is_a_problem_in_words(ledger: Ledger) -> None:
    ledger._db.run("PRAGMA max_page_count=1")  # SQLite then answers SQLITE_FULL
    with pytest.raises(errors.Problem, match="disk is full"):
        ledger.append("p1", "note", "big", {"text": "x" * 2_000_000})
    assert ledger.entries("p1") == []
