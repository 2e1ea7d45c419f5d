"""One home folder, one demo, and the sandbox's own account of what happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mergetui.records.plan import Plan
from tests.support.terminal import Terminal

OPTIONS = ("--people", "400", "--seed", "7", "--sync-every", "2m", "--auto-delete")
DEMO = ("demo", *OPTIONS)


class Story:
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

    # without a screen --------------------------------------------------------------------------------------------
    async def begin(self, *more: str) -> None:
        """What ``mergetui demo`` does before the cockpit opens. ``MERGETUI_HOME`` must be this story's home."""
        from mergetui.workflow.demo import prepare, start
        from mergetui.workflow.office import Office

        self.sandbox = start((*OPTIONS, "--event-delay", "2s..8s", *more), Office("demo").paths.sandbox_json)
        await prepare(self.sandbox, lambda text: None)
        from mergetui.workflow.refresh import match, pull

        office = Office("demo")
        await pull(office, lambda *_: None, full=True)
        match(office, lambda *_: None)
        office.close()

    def set_of(self, scenario: str, mirror: Any) -> str:
        """The duplicate set that holds the people of a scenario; the sandbox knows the truth."""
        for human in self.control("GET", "/people")["people"]:
            keys = {f"sf:{record['id']}" for record in human["records"] if record["crm"] == "salesforce"}
            if human["scenario"] == scenario:
                for set_id in mirror.set_ids():
                    if keys == set(mirror.set(set_id).members):
                        return str(set_id)
        raise AssertionError(f"no set of {scenario} was found")

    async def approve(self, scenario: str = "T05", *, change: Callable[[Any], Any] = lambda review: None) -> Plan:
        """Review and confirm the set of a scenario as a person would, without the keys."""
        from mergetui.workflow.confirm import confirm
        from mergetui.workflow.desk import CockpitDesk
        from mergetui.workflow.office import Office

        office = Office("demo")
        desk = CockpitDesk(office)
        await desk.refresh_header()
        review = await desk.open_review(self.set_of(scenario, office.mirror))
        change(review)
        staged = review.stage()
        assert hasattr(staged, "plan_id"), staged
        view = desk.confirmation([staged.plan_id])
        [plan] = confirm(view, [warning.id for warning in view.warnings], view.word, office.ledger, lambda: now_ms())
        await desk.close()
        office.close()
        return plan

    def runner(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "mergetui", "--profile", "demo", *(words or ("run",))],
            env={**os.environ, **self.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def row(self) -> tuple[str, str]:
        """State and reason of the newest plan."""
        entry = self.history()[0]
        return entry["state"], entry["why"]

    def clean_up(self) -> None:
        with suppress(OSError, ValueError, KeyError):
            os.kill(int(self.info["pid"]), signal.SIGTERM)


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def run_polls_until_settled(story: Story, state: Callable[[], str]) -> None:
    """The polls are driven from here; the runner only looks. Event-driven passes are let through by the clock."""
    story.wait_until("the pair is merged", lambda: has(story, "merge", "hubspot"), 30)
    time.sleep(1.0)
    for _ in range(6):
        story.control("POST", "/clock", {"advance_s": 15})
        story.control("POST", "/tick")
        story.control("POST", "/clock", {"advance_s": 30})
        with suppress(AssertionError):
            story.wait_until("settled", lambda: state() == "settled", 8)
            return
    raise AssertionError(f"never settled: {story.row()}")


def has(story: Story, what: str, who: str) -> bool:
    return any(event["what"] == what and event["who"] == who for event in story.events())


def assert_nothing_was_lost(story: Story, before: dict[str, Any], *, faults: bool = False) -> dict[str, Any]:
    """Both CRMs hold one person with everything of both; the order was right; no contact was deleted.

    With ``faults`` a call may have been sent again after a refusal; committed was each merge once, all the same.
    """
    [entry] = story.history()
    assert entry["state"] == "settled"
    master, [dead] = entry["salesforce"]["master"], entry["salesforce"]["merged"]
    old_ids, survivor_id = entry["hubspot"]["old_ids"], entry["hubspot"]["id"]
    events = story.events()
    ours = [event for event in events if event["who"] == "request" and event.get("client", "").startswith("mergetui")]
    names = [event["call"] if "call" in event else event["what"] for event in ours]
    committed = [event["who"] for event in events if event["what"] == "merge"]
    assert committed == ["salesforce", "hubspot"]
    if not faults:
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
