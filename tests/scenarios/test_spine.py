"""The whole way, told as a person would live it: keys in, screens, both CRMs and the journal out."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.support.terminal import Terminal

DEMO = ("demo", "--people", "400", "--seed", "7", "--sync-every", "2m", "--auto-delete")


class Story:
    """One home folder, one demo, and the sandbox's own account of what happened."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.env = {"MERGETUI_HOME": str(home), "MERGETUI_LOOK_S": "0.2"}

    def demo(self, *more: str, columns: int = 120, rows: int = 40) -> Terminal:
        return Terminal(*DEMO, *more, env=self.env, columns=columns, rows=rows)

    def command(self, *words: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "mergetui", "--profile", "demo", *words],
            env={**os.environ, **self.env},
            capture_output=True,
            text=True,
            timeout=seconds,
        )

    @property
    def info(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.home / "state/demo/sandbox.json").read_text())
        return found

    def control(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(
            self.info["control_url"] + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")

    def events(self) -> list[dict[str, Any]]:
        found = self.control("GET", "/events?since=0")
        return list(found["events"] if isinstance(found, dict) else found)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.control("GET", "/state")
        return found

    def history(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.command("history", "--json").stdout)
        return found

    def wait_until(self, what: str, holds: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds():
                return
            time.sleep(0.1)
        raise AssertionError(f"never came: {what}")

    def clean_up(self) -> None:
        with suppress(OSError, ValueError, KeyError):
            os.kill(int(self.info["pid"]), signal.SIGTERM)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    made = Story(tmp_path)
    yield made
    made.clean_up()


def decide_first_set(terminal: Terminal) -> None:
    """Queue → review → confirmation of the first set, every warning ticked, up to the typed word."""
    terminal.wait_for(r"53 sets|\d+ sets · 0 decided", 40)
    terminal.press("enter")
    terminal.wait_for(r"plan: \d merges", 20)
    terminal.press("a")
    screen = terminal.wait_for("This cannot be undone")
    for _ in range(screen.count("[ ]")):
        terminal.press("space")
        time.sleep(0.2)
    terminal.press(*"merge")
    terminal.wait_for(r"merge\s+.*", 5)
    terminal.press("enter")
    terminal.wait_for(r"approved \d", 10)


def run_polls_until_settled(story: Story, state: Callable[[], str]) -> None:
    """The poll is driven from here; the runner only looks. Event-driven passes are let through by the clock."""
    story.wait_until("the pair is merged", lambda: has(story, "merge", "hubspot"), 30)
    time.sleep(1.0)
    story.control("POST", "/clock", {"advance_s": 15})
    story.control("POST", "/tick")
    story.control("POST", "/clock", {"advance_s": 30})
    story.wait_until("settled", lambda: state() == "settled", 40)


def has(story: Story, what: str, who: str) -> bool:
    return any(event["what"] == what and event["who"] == who for event in story.events())


def assert_nothing_was_lost(story: Story, before: dict[str, Any]) -> dict[str, Any]:
    """Both CRMs hold one person with everything of both; the order was right; no contact was deleted."""
    [entry] = story.history()
    assert entry["state"] == "settled"
    master, [dead] = entry["salesforce"]["master"], entry["salesforce"]["merged"]
    old_ids, survivor_id = entry["hubspot"]["old_ids"], entry["hubspot"]["id"]
    events = story.events()
    ours = [event for event in events if event["who"] == "request" and event.get("client", "").startswith("mergetui")]
    names = [event["call"] if "call" in event else event["what"] for event in ours]
    at = names.index("salesforce.merge")
    assert names[at + 1] == "hubspot.merge", names[at : at + 4]
    assert names.count("salesforce.merge") == names.count("hubspot.merge") == 1
    numbers = {event["what"]: event["n"] for event in events if event["what"] in ("merge", "poll_started")}
    assert numbers["poll_started"] > numbers["merge"], "a poll came after the merges"
    assert not [event for event in events if event["who"] == "integration" and event["what"] == "archive"]

    state = story.state()
    contacts = {contact["id"]: contact for contact in state["contacts"]}
    survivor = contacts[survivor_id]
    assert survivor["salesforcecontactid"] == master or survivor.get("salesforceleadid") == master
    for old in old_ids:
        was = {contact["id"]: contact for contact in before["contacts"]}[old]
        for kind, ids in was["objects"].items():
            assert set(ids) <= set(survivor["objects"][kind]), kind
        assert set(was["events"]) <= set(survivor["events"])
        assert set(was["lists"]) <= set(survivor["lists"])
    rows = {row["id"]: row for found in state["salesforce"].values() for row in found}
    assert rows[dead]["deleted"] and rows[dead]["master_id"] == master
    assert not rows[master]["deleted"]
    verify = story.command("snapshot", "verify")
    assert verify.returncode == 0 and "0 bad" in verify.stdout
    assert entry["snapshot"] and entry["snapshot"] in verify.stdout
    return entry


def test_a_duplicate_is_merged_in_both_crms_from_the_first_key_to_settled(story: Story) -> None:
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        before = story.state()
        decide_first_set(terminal)
        run_polls_until_settled(story, lambda: story.history()[0]["state"])
        terminal.wait_for(r"settled 1")
        assert_nothing_was_lost(story, before)
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_crash_between_the_halves_is_finished_by_resume(story: Story) -> None:
    """Cockpit and runner are killed while the sandbox holds the HubSpot merge; nothing is lost, nothing done twice."""
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        before = story.state()
        story.control("POST", "/faults", {"at": "hubspot.merge", "kind": "hold", "times": 1})
        decide_first_set(terminal)
        story.wait_until("Salesforce is merged", lambda: has(story, "merge", "salesforce"), 30)
        time.sleep(0.5)
        status = story.command("status").stdout
        runner = int(status.split("runner: process ")[1].split()[0])
        terminal.kill()
        os.kill(runner, signal.SIGKILL)
    resume = subprocess.Popen(
        [sys.executable, "-m", "mergetui", "--profile", "demo", "resume"],
        env={**os.environ, **story.env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    run_polls_until_settled(story, lambda: story.history()[0]["state"])
    told, _ = resume.communicate(timeout=30)
    assert resume.returncode == 0, told
    assert "was merging when the last run ended" in told and "settled" in told
    assert_nothing_was_lost(story, before)
