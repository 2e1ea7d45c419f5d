"""The watch against the two real servers: real polls are seen, and only they."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from mergetui.crm.hubspot import HubSpot
from mergetui.crm.salesforce import Salesforce
from mergetui.crm.tokens import StaticTokens
from mergetui.crm.transport import Transport
from mergetui.merging.window import PollWatch
from mergetui.store import Ledger
from mergetui.sync.window import began_after, fits
from tests.support.sandbox import RunningSandbox, start_sandbox

QUARTER = 900_000


class Scene:
    """A fresh world 30 s after a poll."""

    def __init__(self, running: RunningSandbox, folder: Path) -> None:
        self.running = running
        self.running.control("POST", "/reset")
        info = running.info
        self.salesforce = Salesforce(
            Transport("salesforce", StaticTokens(info["salesforce_token"], info["salesforce_url"], "salesforce"))
        )
        self.hubspot = HubSpot(
            Transport("hubspot", StaticTokens(info["hubspot_token"], info["hubspot_url"], "hubspot"))
        )
        self._folder = folder
        self._number = count()

    def watch(self, own: Collection[str] = ()) -> PollWatch:
        """One that remembers nothing."""
        ledger = Ledger(self._folder / f"{next(self._number)}.db")
        return PollWatch(self.hubspot, ledger, 0, salesforce=self.salesforce, period_ms=QUARTER, own=lambda: own)

    def forward(self, seconds: float) -> None:
        self.running.control("POST", "/clock", {"advance_s": seconds})

    def linked(self, number: int) -> list[dict[str, Any]]:
        """People of the sandbox that have one row and one contact, linked, syncing and long unsynced."""
        state = self.running.state()
        contacts = {one["id"]: one for one in state["contacts"]}
        old = state["clock_iso"][:10]
        found = []
        for human in self.running.control("GET", "/people?object=Contact")["people"]:
            ids = [record["id"] for record in human["records"] if record["crm"] == "hubspot"]
            if human["scenario"] or len(human["records"]) != 2 or len(ids) != 1:
                continue
            contact = contacts[ids[0]]
            if state["settings"]["inclusion_list"] not in contact["lists"]:
                continue
            if contact["salesforcecontactid"] and contact["email"] and contact["salesforcelastsynctime"][:10] < old:
                found.append(contact)
        assert len(found) >= number
        return found[:number]

    def passes(self) -> int:
        return sum(event["who"] == "integration" and event["what"] == "pass" for event in self.running.events())


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start_sandbox(people=120, seed=5, sync_every="15m", event_delay="2s..8s") as sandbox:
        yield sandbox


@pytest.fixture
async def scene(running: RunningSandbox, tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(running, tmp_path)
    yield made
    await made.salesforce.aclose()
    await made.hubspot.aclose()


async def test_the_window_of_a_fresh_world_is_known(scene: Scene) -> None:
    watching = scene.watch()
    window = await watching.look()
    state = scene.running.state()
    assert [0 <= seen.first_at - real <= 4_000 for seen, real in zip(watching.polls, state["polls"], strict=True)]
    assert window.next_poll_from is not None and window.next_poll_by is not None
    assert window.next_poll_from <= state["next_poll"] <= window.next_poll_by
    scene.forward(60)
    assert fits(await watching.look(), scene.hubspot.now(), 3_000)[0]


async def test_hubspot_edits_80_s_before_the_poll_open_no_window(scene: Scene) -> None:
    watching = scene.watch()
    people = scene.linked(6)
    state = scene.running.state()
    scene.forward((state["next_poll"] - state["clock"]) / 1000 - 80)
    before = scene.passes()
    for person in people:
        await scene.hubspot.update(person["id"], {"jobtitle": "Somebody's edit"})
    scene.forward(9)
    for _ in range(6):
        window = await watching.look(fresh=True)
        assert window.last_poll is not None and window.last_poll.first_at < state["clock"]
        scene.forward(10)
    assert scene.passes() >= before + 6, "the event-driven passes did run"
    window = await watching.look(fresh=True)
    assert not fits(window, scene.hubspot.now(), 3_000)[0]
    assert window.next_poll_from is not None and window.next_poll_from <= state["next_poll"]


async def test_event_passes_of_our_own_merges_never_settle(scene: Scene) -> None:
    """The values step has stamped the survivors' rows shortly before their passes begin."""
    people = scene.linked(5)
    own = {person["id"] for person in people}
    scene.forward(70)
    watching, fooled = scene.watch(own), scene.watch()
    committed = scene.hubspot.now()
    for person in people:
        await scene.salesforce.update("Contact", person["salesforcecontactid"], {"Title": "Chosen"})
    scene.forward(3)
    for person in people:
        await scene.hubspot.update(person["id"], {"jobtitle": "Chosen"})
    scene.forward(30)
    await watching.look()
    assert began_after(watching.polls, committed, quiet_before=True) is None
    await fooled.look()
    assert began_after(fooled.polls, committed, quiet_before=True) is not None, "the case is a real one"
    scene.running.control("POST", "/tick")
    scene.forward(40)
    await watching.look(fresh=True)
    assert began_after(watching.polls, committed, quiet_before=True) is not None


async def test_a_forced_poll_right_after_the_start_is_seen(scene: Scene) -> None:
    watching = scene.watch()
    await watching.look()
    began = scene.running.control("POST", "/tick")["poll"]
    scene.forward(40)
    window = await watching.look(fresh=True)
    assert window.last_poll is not None and window.last_poll.last_at >= began
    scene.forward(60)
    again = scene.running.control("POST", "/tick")["poll"]
    scene.forward(40)
    await watching.look(fresh=True)
    assert 0 <= watching.polls[-1].first_at - again <= 3_000, "and a second one, of its own"
    assert watching.polls[-1].contacts >= 5
