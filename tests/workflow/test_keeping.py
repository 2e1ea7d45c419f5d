"""What is kept, how it is shown, and that forgetting leaves ids and nothing else."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from mergetui import cli
from mergetui.merging.bundle import bundle
from mergetui.planning.forgetting import FORGOTTEN
from mergetui.planning.plan import make_plan, needs_tick
from mergetui.planning.rows import rows
from mergetui.planning.rules import Rules
from mergetui.planning.survivorship import proposal
from mergetui.records.clock import local_now
from mergetui.records.crm import Association, ChildRow, HubSpotExtras, ListMembership, Subscription
from mergetui.records.plan import Approval, Choice, Choices, Plan
from mergetui.records.review import Dossier
from mergetui.store import Ledger, Mirror, Snapshots
from tests.support.dossiers import contact, dossier, member, pair, record, sf_id

SECRETS = ("Francis", "jane@acme.example", "jf@gmail.example", "7946", "Typed by hand", "Newsletter secret")
DAY = 86_400_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MERGETUI_HOME", str(tmp_path))
    return tmp_path


def people() -> Dossier:
    found = pair()
    first, second = found.members
    extras = HubSpotExtras(
        "9002",
        lists=(ListMembership("77", "VIP", True, 1),),
        subscriptions=(Subscription("jf@gmail.example", "5", "Newsletter secret", "UNSUBSCRIBED"),),
        companies=("70",),
        history={"phone": ((1, "+44 20 7946 0018", "SALESFORCE"),)},
        associations=(Association("companies", "70", ("HUBSPOT_DEFINED:1",)),),
    )
    children = tuple(
        ChildRow(name, f"{number:018d}", field, sf_id(2), "Call Jane Francis")
        for number, (name, field) in enumerate(
            (("Task", "WhoId"), ("CampaignMember", "ContactId"), ("Visit__c", "Guest__c"))
        )
    )
    other = HubSpotExtras(
        "9001", subscriptions=(Subscription("jane@acme.example", "5", "Newsletter secret", "SUBSCRIBED"),)
    )
    return replace(
        found,
        members=(replace(first, extras=other), replace(second, extras=extras, children=children)),
        not_kept=("quotes: MISSING_SCOPES",),
    )


def plan_of(found: Dossier) -> Plan:
    choices = proposal(found, rows(found), found.members[0].key)
    choices = replace(choices, rows={**choices.rows, "sf:Title": Choice(edited="Typed by hand")})
    return make_plan(found, choices, Rules(), plan_id="plan1", at=1)


def settled(home: Path, *, state: str = "settled") -> tuple[Plan, str]:
    """A ledger, a snapshot and a mirror as a merge of two people leaves them."""
    found = people()
    plan = plan_of(found)
    data = home / "data" / "default"
    ledger, snapshots = Ledger(data / "ledger.db"), Snapshots(data / "snapshots")
    ledger.save_choices("set1", plan.choices)
    ledger.add_plan(plan)
    ticks = tuple(check.id for check in needs_tick(plan.checks))
    ledger.approve([Approval(plan.id, plan.digest, ticks, "merge", local_now(), "tester")])
    name = snapshots.write(bundle(plan, found, local_now()))
    ledger.append(plan.id, "outcome", "snapshot", {"ok": True, "name": name, "ms": 3})
    ledger.set_snapshot(plan.id, name)
    merge = plan.rounds[0].salesforce
    assert merge is not None and plan.write is not None
    body = {"salesforce": {"master_id": merge.master_id, "loser_id": merge.loser_id, "values": dict(merge.values)}}
    ledger.append(plan.id, "intent", "pair:0", {**body, "hubspot": None, "salesforce_now": 7, "hubspot_now": 8})
    ledger.append(plan.id, "outcome", "salesforce:0", {"ok": True, "ms": 1, "hubspot_now": 9})
    ledger.append(plan.id, "intent", "values", {"id": "9003", "values": {"phone": "+44 20 7946 0018"}})
    ledger.append(plan.id, "note", "note", {"text": "HubSpot refused jane@acme.example"})
    ledger.set_returned(plan.id, "9003")
    ledger.set_state(plan.id, state, "DUPLICATE_VALUE: jane@acme.example")  # type: ignore[arg-type]
    ledger.close()
    mirror = Mirror(data / "mirror.db")
    mirror.begin_pull()
    mirror.put_salesforce([one.salesforce for one in found.members if one.salesforce])
    mirror.put_hubspot([one.hubspot for one in found.members if one.hubspot])
    mirror.put_salesforce([record(7, LastName="Else", Email="else@other.example")])
    mirror.end_pull({})
    mirror.close()
    return plan, name


def everything(home: Path) -> bytes:
    """All bytes under the home folder, snapshots unpacked."""
    found = [path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()]
    return b"\n".join(gzip.decompress(one) if one[:2] == b"\x1f\x8b" else one for one in found)


def test_the_sheet_says_what_comes_back_and_what_does_not(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, name = settled(home)
    assert cli.run(["snapshot", "show", name[:8]]) == 0
    said = capsys.readouterr().out
    for words in (
        "undelete possible until", "(14 d left", "Could be put back:", "by undelete, with its own values",
        "pointed back by updates: 1 Task.", "where Salesforce lets their lookup be changed: 1 Visit__c.",
        "made again for Jane F: 1 CampaignMember.", "HubSpot contact 9002 “Jane F” as a new contact",
        "membership of 1 static list", "Nothing brings back:", "Chatter feed", "its id stays an alias",
        "Opt-outs that were tightened stay", "quotes: MISSING_SCOPES", "1 former values",
    ):  # fmt: skip
        assert words in said, words


def test_snapshots_are_plain_json_and_list_names_their_undelete_time(
    home: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    _, name = settled(home)
    assert cli.run(["snapshot", "list"]) == 0
    assert "undelete possible until" in capsys.readouterr().out
    target = tmp_path / "out.json"
    assert cli.run(["snapshot", "export", name[:8], "--output", str(target)]) == 0
    kept = json.loads(target.read_text())
    assert target.stat().st_mode & 0o777 == 0o600
    members = kept["dossier"]["members"]
    assert members[1]["extras"]["history"]["phone"] == [[1, "+44 20 7946 0018", "SALESFORCE"]]
    assert members[1]["children"][0]["parent_field"] == "WhoId"
    assert kept["people"][1]["addresses"] == ["jf@gmail.example"]
    assert kept["undelete_possible_until"] == kept["taken_at"] + 15 * DAY
    assert cli.run(["snapshot", "export", name[:8], "--output", str(target)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert cli.run(["snapshot", "export", name[:8], "--output", "-"]) == 0
    assert json.loads(capsys.readouterr().out) == kept


@pytest.mark.parametrize("asked", ["JF@gmail.example ", sf_id(2), sf_id(1)[:15], "9001", "9003"])
def test_forgetting_leaves_ids_and_nothing_else(asked: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan, _ = settled(home)
    for secret in SECRETS:
        assert secret.encode() in everything(home), secret
    assert cli.run(["forget", asked, "--yes"]) == 0
    assert "Forgotten: 1 plan, 1 snapshot," in capsys.readouterr().out
    left = everything(home)
    for secret in SECRETS:
        assert secret.encode() not in left, secret
    ledger = Ledger(home / "data/default/ledger.db")
    kept, row, entries = ledger.plan(plan.id), ledger.row(plan.id), ledger.entries(plan.id)
    assert (kept.title, row.title, row.why, row.snapshot) == (FORGOTTEN, FORGOTTEN, "", None)
    assert kept.expected.dead_salesforce_ids == (sf_id(2),) and kept.digest == plan.digest
    assert row.returned_hubspot_id == "9003"
    assert [entry.step for entry in entries if entry.kind == "intent"] == ["pair:0", "values"]
    pair_intent = next(entry for entry in entries if entry.step == "pair:0")
    assert pair_intent.body["salesforce"] == {"master_id": sf_id(1), "loser_id": sf_id(2)}
    assert ledger.choices("set1") is None
    ledger.close()
    assert cli.run(["history", "--csv"]) == 0
    assert f"salesforce,{sf_id(2)},{sf_id(1)}" in capsys.readouterr().out
    assert cli.run(["snapshot", "verify"]) == 0
    assert b"else@other.example" in left, "other people stay"


def test_forgetting_asks_for_the_word(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(home)
    assert cli.run(["forget", "jane@acme.example"]) == 2  # nobody to type it
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    assert cli.run(["forget", "jane@acme.example"]) == 1
    assert b"Francis" in everything(home)
    monkeypatch.setattr("builtins.input", lambda _: " forget ")
    assert cli.run(["forget", "jane@acme.example"]) == 0
    assert b"Francis" not in everything(home)
    assert cli.run(["forget", "jane@acme.example", "--yes"]) == 0
    assert "Nothing is kept here" in capsys.readouterr().out


@pytest.mark.parametrize("state", ["approved", "merging", "unknown", "linked", "surprised"])
def test_nothing_is_forgotten_of_a_plan_under_way(state: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settled(home, state=state)
    assert cli.run(["forget", "jane@acme.example", "--yes"]) == 1
    assert "Nothing was forgotten" in capsys.readouterr().err
    assert b"jf@gmail.example" in everything(home)
    assert len(Snapshots(home / "data/default/snapshots").names()) == 1


def test_what_is_older_than_the_profile_allows_is_forgotten(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settled(home)
    assert cli.run(["forget", "--expired", "--yes"]) == 0
    assert "Nothing is kept here about plans older than 365 days" in capsys.readouterr().out
    later = local_now() + 366 * DAY
    monkeypatch.setattr("mergetui.workflow.forget.local_now", lambda: later)
    (home / "profiles.toml").write_text("[default]\nsnapshot_days = 0\n")
    assert cli.run(["forget", "--expired", "--yes"]) == 0
    assert len(Snapshots(home / "data/default/snapshots").names()) == 1
    (home / "profiles.toml").write_text("[default]\nsnapshot_days = 30\n")
    assert cli.run(["forget", "--expired", "--yes"]) == 0
    assert not Snapshots(home / "data/default/snapshots").names()


@pytest.mark.parametrize("words", [[], ["jane@acme.example", "--expired"], ["Jane Francis"]])
def test_senseless_wishes_are_wrong_usage(words: list[str], home: Path) -> None:
    settled(home)
    assert cli.run(["forget", *words, "--yes"]) == 2


def test_a_person_without_a_plan_goes_from_the_mirror(home: Path) -> None:
    settled(home)
    assert cli.run(["forget", "else@other.example", "--yes"]) == 0
    left = everything(home)
    assert b"else@other.example" not in left and b"Francis" in left


def test_the_journal_stays_append_only(home: Path) -> None:
    import sqlite3

    settled(home)
    connection = sqlite3.connect(home / "data/default/ledger.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE journal SET body='{}'")
    connection.execute("INSERT INTO redacting VALUES ('plan1')")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE journal SET at=0")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM journal")
    connection.close()


def test_choices_without_a_plan_are_forgotten_by_their_set(home: Path) -> None:
    settled(home)
    ledger = Ledger(home / "data/default/ledger.db")
    ledger.save_choices("set9", Choices(f"sf:{sf_id(7)}", {"sf:Title": Choice(edited="Boss")}))
    ledger.decide("set9", [f"sf:{sf_id(7)}", f"sf:{sf_id(8)}"], "not duplicates", "father of Else")
    ledger.close()
    assert cli.run(["forget", sf_id(7), "--yes"]) == 0
    assert b"father of Else" not in everything(home) and b"Boss" not in everything(home)


def test_a_member_only_in_hubspot_has_a_sheet_too() -> None:
    found = dossier(
        member(1, record(1), contact(1, 1, email="a@x.example")), member(2, None, contact(2, email="b@x.example"))
    )
    plan = make_plan(found, Choices(found.members[0].key), Rules(), plan_id="p", at=1)
    sheet = bundle(plan, found, 1)["sheet"]
    assert "HubSpot contact 9002" in sheet["anew"][0] and not [one for one in sheet["restorable"] if "undelete" in one]


def test_a_runner_forgets_first_what_may_no_longer_be_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from mergetui.workflow.carry_out import keep_no_longer
    from mergetui.workflow.office import Office

    settled(home)
    told: list[str] = []
    keep_no_longer(Office("default"), told.append, attached=False)
    assert not told and b"Francis" in everything(home)
    later = local_now() + 366 * DAY
    monkeypatch.setattr("mergetui.workflow.forget.local_now", lambda: later)
    keep_no_longer(Office("default"), told.append, attached=False)
    assert told == ["Older than 365 days. Forgotten: 1 plan, 1 snapshot, 0 mirrored rows."]
    assert not Snapshots(home / "data/default/snapshots").names()
