"""The World as a whole: deterministic, ordered, observable."""

from __future__ import annotations

import subprocess
import sys

from mergetui.twin.casting import cast
from mergetui.twin.events import MergeContacts, MergeRows, UpdateRow
from mergetui.twin.mapping import DEFAULT, effect
from mergetui.twin.settings import Settings
from mergetui.twin.stamps import http_date, iso, parse_iso, salesforce_time
from mergetui.twin.world import World
from tests.twin.worlds import MINUTE, NOW, POLL, happened, make_world, pair, sf_contact


def play(seed: int) -> list[dict[str, object]]:
    world = World(cast(seed=5, people=60, now=NOW, sync_every_ms=POLL), Settings(seed=seed, colleagues=6), NOW)
    rows = [
        key for human in world.truth() for crm, kind, key in human.records if crm == "salesforce" and kind == "Contact"
    ]
    world.apply(MergeRows("Contact", rows[0], (rows[1],)), NOW + 5)
    contacts = sorted(world.state.contacts)[:2]
    world.apply(MergeContacts(*contacts), NOW + 9)
    world.advance(NOW + 4 * POLL)
    return [dict(event) for event in world.events]


def test_the_same_seed_gives_the_same_world() -> None:
    assert play(1) == play(1)
    assert play(1) != play(2)


def test_events_are_numbered_and_in_order() -> None:
    events = play(1)
    assert [event["n"] for event in events] == list(range(1, len(events) + 1))
    stamps = [event["at"] for event in events]
    assert stamps == sorted(stamps)  # type: ignore[type-var]


def test_colleagues_make_every_poll_visible_and_leave_duplicates_alone() -> None:
    world = World(cast(seed=5, people=120, now=NOW, sync_every_ms=POLL), Settings(colleagues=6), NOW)
    world.advance(NOW + 4 * POLL)
    edits = [event for event in world.events if event["who"] == "colleague"]
    assert len(edits) >= 18
    alone = {
        key
        for human in world.truth()
        if not human.scenario and sum(crm == "salesforce" for crm, _, _ in human.records) == 1
        for _, _, key in human.records
    }
    assert {event["id"] for event in edits} <= alone
    for start in [event["at"] for event in happened(world, "poll_started")][:3]:
        synced = [
            c for c in world.state.contacts.values()
            if c.get("salesforcelastsynctime")
            and 0 <= parse_iso(c.get("salesforcelastsynctime")) - start <= 4_000
        ]  # fmt: skip
        passes = [e for e in happened(world, "pass") if start < e["at"] < start + MINUTE]
        assert passes and synced


def test_time_never_goes_back() -> None:
    world, master, _ = pair()
    world.advance(NOW + 5_000)
    world.apply(UpdateRow("Contact", master, {"Phone": "9"}), NOW)
    assert world.now == NOW + 5_000
    assert world.events[-1]["at"] == NOW + 5_000


def test_next_due_is_the_next_poll_of_a_quiet_world() -> None:
    assert make_world(sf_contact(1)).next_due() == NOW - 30_000 + POLL


def test_a_rule_that_does_nothing_is_obeyed() -> None:
    rule = next(rule for rule in DEFAULT if rule.property == "phone")
    off = type(rule)(rule.property, rule.object, rule.field, "none")
    times = {"salesforce_at": 5, "hubspot_at": 0}
    assert effect(off, "1", "2", **times, from_poll=True) == "nothing"
    assert effect(rule, "1", "2", **times, from_poll=True) == "to_hubspot"
    assert effect(rule, "", "2", salesforce_at=0, hubspot_at=0, from_poll=True) == "nothing"
    assert effect(rule, "", "2", salesforce_at=0, hubspot_at=0, from_poll=False) == "to_salesforce"


def test_stamps() -> None:
    assert iso(NOW + 7) == "2026-11-18T11:06:40.007Z"
    assert parse_iso(iso(NOW + 7)) == NOW + 7 == parse_iso("2026-11-18T12:06:40.007+01:00")
    assert salesforce_time(NOW) == "2026-11-18T11:06:40.000+0000"
    assert http_date(NOW) == "Wed, 18 Nov 2026 11:06:40 GMT"


def test_the_twin_asks_neither_clock_nor_network() -> None:
    code = (
        "import sys, mergetui.twin.world; "
        "print([name for name in ('httpx', 'sqlite3', 'asyncio', 'uvicorn') if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_a_colleague_whom_salesforce_refuses_gives_up() -> None:
    """Time goes on: what is refused to somebody else is nobody else's error."""
    rules = tuple(f"{name}.Fax: Give a fax." for name in ("Lead", "Contact"))
    settings = Settings(colleagues=6, validation_rules=rules)
    world = World(cast(seed=5, people=120, now=NOW, sync_every_ms=POLL), settings, NOW)
    for row in (*world.state.rows["Lead"].values(), *world.state.rows["Contact"].values()):
        row.values["Fax"] = None
    world.advance(NOW + 3 * POLL)
    assert len(world.state.last_polls) > 3
    assert not [event for event in world.events if event["who"] == "colleague"]


def test_colleagues_work_in_hubspot_too() -> None:
    world = World(cast(seed=5, people=120, now=NOW, sync_every_ms=POLL), Settings(colleagues_hubspot=6), NOW)
    world.advance(NOW + 2 * POLL)
    edits = [event for event in world.events if event["who"] == "colleague"]
    assert len(edits) >= 10 and all("contact" in event for event in edits)
    passes = {event["contact"] for event in happened(world, "pass") if event["reason"] == "property"}
    assert {event["contact"] for event in edits if event["at"] < NOW + POLL} <= passes


def test_a_quiet_poll_touches_only_what_changed() -> None:
    world = World(cast(seed=5, people=200, now=NOW, sync_every_ms=POLL), Settings(), NOW)
    world.advance(NOW + POLL + MINUTE)
    before = {key: contact.values for key, contact in world.state.contacts.items()}
    linked = next(contact for contact in world.state.contacts.values() if contact.get("salesforcecontactid"))
    world.apply(UpdateRow("Contact", linked.get("salesforcecontactid"), {"Title": "Somebody new"}), world.now)
    world.advance(world.now + POLL)
    touched = [key for key, contact in world.state.contacts.items() if contact.values is not before.get(key)]
    assert touched == [linked.id]
