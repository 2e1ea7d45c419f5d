"""What the commands say and return, run in this process: no CRM, no terminal, a keyring that a test holds, or none."""

from __future__ import annotations

import getpass
import io
import sys
from pathlib import Path
from typing import Any

import keyring
import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend

from mergetui import cli, errors
from mergetui.merging.window import POLLS
from mergetui.records.sync import ObservedPoll
from mergetui.store import Ledger
from mergetui.workflow import carry_out, demo
from mergetui.workflow.office import Office
from mergetui.workflow.unfinished import stopped_words, waiting_words


class Memory(KeyringBackend):
    """A keyring in this process. It poses as one of the keyring package's own, as those alone are trusted."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


Memory.__module__ = "keyring.backends.memory"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MERGETUI_HOME", str(tmp_path))
    for name in ("SALESFORCE_TOKEN", "SALESFORCE_URL", "HUBSPOT_TOKEN", "HUBSPOT_URL"):
        monkeypatch.delenv(f"MERGETUI_{name}", raising=False)
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    return tmp_path


@pytest.fixture
def with_keyring(monkeypatch: pytest.MonkeyPatch) -> Memory:
    made = Memory()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    for name in ("get_password", "set_password", "delete_password"):
        monkeypatch.setattr(keyring, name, getattr(made, name))
    return made


def no_question(*_: Any) -> str:
    raise AssertionError("nothing may be asked")


# without a keyring -------------------------------------------------------------------------------------------------
def test_status_says_per_crm_what_is_missing_and_the_remedy_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["status"]) == 1
    told = capsys.readouterr()
    assert "Salesforce: not signed in\n" in told.out and "HubSpot: not signed in\n" in told.out
    assert told.err.count("keyring, and") == 1 and "Nothing was stored" not in told.err


def test_status_with_an_empty_keyring_names_the_commands(
    capsys: pytest.CaptureFixture[str], with_keyring: Memory
) -> None:
    assert cli.run(["status"]) == 1
    assert "mergetui login salesforce and mergetui login hubspot" in capsys.readouterr().err


def test_status_counts_a_schedulers_tokens_as_signed_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERGETUI_SALESFORCE_TOKEN", "00D-secret")
    monkeypatch.setenv("MERGETUI_SALESFORCE_URL", "https://acme.my.salesforce.com")
    monkeypatch.setenv("MERGETUI_HUBSPOT_TOKEN", "pat-secret")
    assert cli.run(["status"]) == 0
    told = capsys.readouterr()
    assert "Salesforce: signed in by MERGETUI_SALESFORCE_TOKEN" in told.out and "secret" not in told.out + told.err


@pytest.mark.parametrize(
    ("words", "not_done"),
    [
        (["logout", "hubspot"], "No sign-in was ended."),
        (["pull"], "Nothing was pulled."),
        (["run"], "No plan was carried out"),
        (["resume"], "No plan was carried out"),
    ],
)
def test_what_was_not_done_without_a_keyring_fits_the_command(
    words: list[str], not_done: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(words) == 1
    told = capsys.readouterr().err
    assert not_done in told and told.count("no keyring") == 1 and "Nothing was stored" not in told


def test_login_looks_at_the_profile_and_the_keyring_before_it_asks(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", no_question)
    assert cli.run(["login", "hubspot"]) == 2
    assert "names no HubSpot app" in capsys.readouterr().err
    (home / "profiles.toml").write_text('[default]\nhubspot_client_id = "1b2c"\n')
    assert cli.run(["login", "hubspot"]) == 1
    assert "You are not signed in." in capsys.readouterr().err


def test_login_with_a_keyring_asks_for_the_secret_and_refuses_none(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, with_keyring: Memory
) -> None:
    (home / "profiles.toml").write_text('[default]\nhubspot_client_id = "1b2c"\n')
    monkeypatch.setattr(getpass, "getpass", lambda _: " ")
    assert cli.run(["login", "hubspot"]) == 2
    assert "No secret was typed." in capsys.readouterr().err and not with_keyring.kept


# profiles ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "words",
    [
        [],
        ["status"],
        ["history"],
        ["snapshot", "list"],
        ["run"],
        ["resume"],
        ["match"],
        ["pull"],
        ["logout", "hubspot"],
    ],
)
def test_a_profile_that_nobody_made_is_not_made_by_a_typing_error(
    words: list[str], home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "profiles.toml").write_text("[acme]\n")
    (home / "data" / "old").mkdir(parents=True)
    (home / "data" / "old" / "ledger.db").touch()
    assert cli.run(["--profile", "nope", *words]) == 1
    assert "There is no profile nope; known: acme, default, demo, old." in capsys.readouterr().err
    assert not (home / "data" / "nope").exists()


def test_a_named_profile_and_one_with_files_are_known(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "profiles.toml").write_text("[acme]\n")
    assert cli.run(["--profile", "acme", "history"]) == 0
    Ledger(home / "data" / "old" / "ledger.db").close()
    assert cli.run(["--profile", "old", "history"]) == 0
    assert capsys.readouterr().out == "nothing merged yet\n" * 2


def test_empty_lists_say_so(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["list"], ["verify"], ["show"]):
        assert cli.run(["snapshot", *words]) == 0
        assert capsys.readouterr().out == "no snapshots yet\n"


# wrong usage -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("command", ["demo", "sandbox"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--people", "-5"], "from 1 to"),
        (["--fault", "foo"], "drop_after_commit"),
        (["--fault", "salesforce.merge:delay:times=x"], "of a fault is a number"),
        (["--fault", "merge:delay"], "calls begin with salesforce."),
        (["--scenario", "T99"], "known: T01, T02"),
        (["--sync-every", "0"], "30s is the least"),
        (["--latency", "999999999h"], "longer than a day"),
    ],
)
def test_senseless_sandbox_options_are_wrong_usage(
    command: str, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([command, *words]) == 2
    assert said in capsys.readouterr().err


def test_a_port_that_cannot_be(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["sandbox", "--salesforce-port", "99999"]) == 2
    assert "from 0 to 65,535" in capsys.readouterr().err


def test_a_demo_without_a_terminal_starts_and_ends_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "open_demo", no_question)
    assert cli.run(["demo"]) == 2
    assert "The cockpit needs a terminal." in capsys.readouterr().err
    assert not list(home.iterdir())


# any table ---------------------------------------------------------------------------------------------------------
def test_a_table_is_matched_and_its_columns_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, out = tmp_path / "people.csv", tmp_path / "pairs.csv"
    table.write_text("Id;First Name;Surname;E-Mail;Shoe\n1;Jane;Ellerby;j@a.example;4\n2;Jane;Ellerby;j@a.example;5\n")
    assert cli.run(["match", "--input", str(table), "--output", str(out)]) == 0
    told = capsys.readouterr()
    assert told.out == f"1 pair among 2 rows, written to {out}.\n"
    assert "columns used: Id (as id), First Name (as first_name), Surname (as last_name)" in told.err
    assert "columns ignored: Shoe" in told.err
    assert out.read_text().splitlines()[1].startswith("1,2,0.9")


@pytest.mark.parametrize(
    "more", [["--map", "foo"], ["--map", "=x"], ["--map", "email="], ["--threshold", "2"], ["--clusters", "in.csv"]]
)
def test_match_is_used_wrongly(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text("id,email\n1,a\n")
    assert cli.run(["match", "--input", "in.csv", "--output", "out.csv", *more]) == 2
    assert "Nothing was matched." in capsys.readouterr().err and not Path("out.csv").exists()


# waiting and stopping ----------------------------------------------------------------------------------------------
def put_plans(*states: str) -> Office:
    office = Office("default")
    for number, state in enumerate(states):
        office.ledger._db.run(
            "INSERT INTO plans (plan_id, set_id, title, state, since, why, digest, master_key, body)"
            " VALUES (?,?,'Jane Ray',?,0,'','','','{}')",
            (f"p{number}", f"s{number}", state),
        )
    return office


def test_what_a_runner_waits_for_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    assert waiting_words(put_plans("settled", "staged")) == ""
    office = put_plans()
    office.ledger._db.run("UPDATE plans SET state='linked' WHERE plan_id='p0'")
    now = 10_000_000
    monkeypatch.setattr("mergetui.workflow.unfinished.local_now", lambda: now)
    assert waiting_words(office) == ("1 plan waits for the sync (next sync unknown, may be now); ctrl+c leaves it safe")
    poll = ObservedPoll(now - 800_000, now - 799_000, 5)
    before = [poll.first_at - 900_000, poll.last_at - 900_000, 5]
    office.ledger.set_setting(POLLS, [before, [poll.first_at, poll.last_at, poll.contacts]])
    assert "(next sync ≤ 01:40, may be now)" in waiting_words(office)
    assert "(next sync ≤ 01:30, may be now)" in waiting_words(office, offset_ms=10_000)


def test_several_plans_wait_for_several_things() -> None:
    told = waiting_words(put_plans("linked", "linked", "approved", "waiting"))
    assert told.startswith("2 plans wait for the sync, 1 plan waits for a safe moment, 1 plan waits for its turn (")
    assert told.endswith("leaves them safe")


def test_a_stopped_runner_says_what_goes_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_plans("linked", "approved", "settled").close()

    async def stopped(*_: Any, **__: Any) -> int:
        return 0

    monkeypatch.setattr(carry_out, "run", stopped)
    assert cli.run(["resume"]) == 1
    told = capsys.readouterr()
    assert "Jane Ray: was linked when the last run ended" in told.out
    assert told.err == "stopped; 2 plans go on with `mergetui resume`\n"
    assert cli.run(["run", "--attached"]) == 0
    assert capsys.readouterr().err == ""


def test_a_pause_is_no_stop() -> None:
    office = put_plans("approved")
    assert "1 plan goes on" in stopped_words(office)
    office.ledger.wish("pause")
    assert stopped_words(office) == ""


# mistakes of ours --------------------------------------------------------------------------------------------------
def test_a_mistake_is_one_sentence_without_data(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> str:
        raise ValueError("jane@acme.example")

    monkeypatch.setattr("mergetui.workflow.history.history", broken)
    assert cli.run(["history"]) == 1
    told = capsys.readouterr().err
    assert "(ValueError at mergetui/workflow/history.py:" in told
    assert told.count("\n") == 1 and "jane" not in told and "Traceback" not in told


def test_a_character_that_the_terminal_lacks_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    put_plans("linked").ledger._db.run("UPDATE plans SET title='Jörg'")

    async def done(*_: Any, **__: Any) -> int:
        return 0

    monkeypatch.setattr(carry_out, "run", done)
    cli.run(["resume"])
    assert b"J\\xf6rg" in raw.getvalue()


# the demo's users --------------------------------------------------------------------------------------------------
def ends(users: demo.Users) -> bool:
    ended: list[bool] = []
    assert users.leave(lambda: ended.append(True)) == bool(ended)
    return bool(ended)


def test_only_the_last_user_ends_the_sandbox() -> None:
    first, second, third = (demo.Users(Office("demo")) for _ in range(3))
    assert first.join_alone_if_possible()
    first.join()
    assert not second.join_alone_if_possible()
    third.join()
    assert not ends(first)
    assert not ends(third)
    assert ends(second)
    assert first.join_alone_if_possible() and ends(first)


def test_who_comes_while_the_sandbox_is_started_or_ended_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = demo.Users(Office("demo")), demo.Users(Office("demo"))
    assert first.join_alone_if_possible()
    waited: list[float] = []

    def sleep(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            first.join()

    monkeypatch.setattr(demo.time, "sleep", sleep)
    assert not second.join_alone_if_possible()
    assert len(waited) == 3


class Asleep(demo.Sandbox):
    def __init__(self) -> None:
        super().__init__({"pid": 0}, None)
        self.ended = 0

    def end(self, file: Path) -> None:
        self.ended += 1


def in_demo(*states: str) -> None:
    office = put_plans(*states)
    office.close()
    target = Office("demo").paths.ledger
    target.parent.mkdir(parents=True, exist_ok=True)
    office.paths.ledger.rename(target)


def test_the_last_line_of_a_demo_is_true() -> None:
    in_demo("linked", "settled")
    here, other = demo.Users(Office("demo")), demo.Users(Office("demo"))
    here.join()
    other.join()
    sandbox = Asleep()
    assert demo.leave_demo(sandbox, here, "Left: 1 linked. Go on.") == (
        "Left: 1 linked. Go on. The sandbox stays: another cockpit is open on it."
    )
    assert sandbox.ended == 0
    assert demo.leave_demo(sandbox, other, "Left: 1 linked. Go on.") == (
        "Left: 1 linked. The sandbox ends with this demo, so this is not carried to the end."
    )
    assert sandbox.ended == 1


def test_a_runner_keeps_the_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "wait_for_runner", lambda office: None)
    users, sandbox = demo.Users(Office("demo")), Asleep()
    users.join()
    with Office("demo").runner_lock():
        assert "stays for the runner" in demo.leave_demo(sandbox, users, "")
    assert sandbox.ended == 0


def test_no_new_world_under_an_open_cockpit() -> None:
    cockpit, users = demo.Users(Office("demo")), demo.Users(Office("demo"))
    cockpit.join()
    with pytest.raises(errors.Busy, match="still open"):
        demo.open_demo([], io.StringIO(), users)
