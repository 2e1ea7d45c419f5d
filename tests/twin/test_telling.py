"""What a cast only sketches is the same however, and in whatever order, it is read."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mergetui.twin.cast import Cast, told
from mergetui.twin.casting import cast
from mergetui.twin.events import CreateRow, MergeContacts, MergeRows
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, State
from mergetui.twin.world import World

NOW = 1_795_000_000_000
LAZY = ("Task", "Event", "CampaignMember", "Opportunity", "OpportunityContactRole", "Case", "AccountContactRelation")
KINDS = ("emails", "calls", "meetings", "notes", "tasks", "deals", "tickets")


@pytest.fixture(scope="module")
def people() -> Cast:
    return cast(seed=5, people=120, now=NOW, sync_every_ms=900_000)


def digest(state: State) -> dict[str, Any]:
    """Everything that can be asked for, ids in the order a walk shows them."""
    rows = {kind: [(row.id, row.values) for row in state.rows[kind].values()] for kind in LAZY}
    items = {kind: [(one.id, one.values, one.contacts) for one in state.objects[kind].values()] for kind in KINDS}
    lives = [(one.id, one.objects, one.events) for one in state.contacts.values()]
    moments = sorted((one.id, one.kind, one.contact, one.at, one.title) for one in state.occurrences.values())
    return {"rows": rows, "objects": items, "contacts": lives, "moments": moments}


def by_contact(state: State) -> None:
    for contact in reversed(list(state.contacts.values())):
        assert contact.events is not None


def by_row_id(state: State, ids: list[str]) -> None:
    for row_id in ids[::-7]:
        assert state.row(row_id) is not None


def by_parent(state: State) -> None:
    for table in ("Campaign", "Account", "Lead"):
        for parent in list(state.rows[table])[::3]:
            state.children.get(parent)


def by_page(state: State) -> None:
    for kind in reversed(KINDS):
        for _ in itertools.islice(state.objects_from(kind, 95_000), 30):
            pass


def test_reading_order_does_not_show(people: Cast) -> None:
    straight = World(people, now=NOW).state
    expected = digest(straight)
    ids = [row_id for kind in LAZY for row_id, _ in expected["rows"][kind]]
    ways: list[Callable[[State], None]] = [by_contact, lambda state: by_row_id(state, ids), by_parent, by_page]
    for way in ways:
        state = World(people, now=NOW).state
        way(state)
        assert digest(state) == expected, way
    everything = told(people)
    assert everything.lore is None and everything.events
    assert digest(World(everything, now=NOW).state)["moments"] == expected["moments"]


def test_nothing_is_written_down_before_it_is_read(people: Cast) -> None:
    state = World(people, now=NOW).state
    assert not state.occurrences
    assert all(not any(True for _ in state.rows[kind].known()) for kind in LAZY)  # type: ignore[attr-defined]
    contact = next(one for one in state.contacts.values() if int(one.get("hs_email_open") or 0) > 3)
    assert len([key for key in contact.events if state.occurrences[key].kind == "open"]) == int(
        contact.get("hs_email_open")
    )
    assert {one.contact for one in state.occurrences.values()} == {contact.id}


def test_pages_are_what_a_walk_shows(people: Cast) -> None:
    for kind in KINDS:
        state, whole = World(people, now=NOW).state, World(people, now=NOW).state
        ids = [one.id for one in whole.objects[kind].values()]
        seen: list[str] = []
        start = 0
        while page := list(itertools.islice(state.objects_from(kind, start), 7)):
            seen += [one.id for one in page]
            start = int(page[-1].id) + 1
        assert seen == ids, kind
        for key in ids[::5]:
            assert key in state.objects[kind] and state.objects[kind][key].id == key


def pairs(state: State) -> Iterator[tuple[Contact, Contact]]:
    for human in state.humans:
        mine = [state.contacts[key] for crm, _, key in human.records if crm == "hubspot"]
        mine = [contact for contact in mine if contact.archived_at is None]
        if len(mine) > 1:
            yield mine[0], mine[1]


def test_a_merge_moves_what_nobody_has_read_yet(people: Cast) -> None:
    early, late = World(people, now=NOW), World(people, now=NOW)
    by_contact(early.state)
    for world in (early, late):
        for first, second in list(pairs(world.state))[:5]:
            merged = world.apply(MergeContacts(first.id, second.id), NOW + 1)
            assert set(merged.events) == {*first.events, *second.events}
        for human in world.state.humans:
            rows = [key for crm, kind, key in human.records if kind == "Contact" and crm == "salesforce"]
            if len(rows) > 1 and all(world.state.alive(key) for key in rows):
                world.apply(CreateRow("Task", {"Subject": "New", "WhoId": rows[1]}), NOW + 2)
                world.apply(MergeRows("Contact", rows[0], (rows[1],)), NOW + 2)
                left = world.state.children.get(rows[1], {})
                assert all(world.state.rows[kind][key].deleted for kind, key, _ in left), "one membership of two"
    assert digest(early.state) == digest(late.state)


def test_unknown_ids_stay_unknown(people: Cast) -> None:
    state = World(people, now=NOW).state
    for row_id in ("00TWz0000000000AAA", "00TZZ0000000001AAA", "006", "500Wz0zzzzzzzzzAAA"):
        assert state.row(row_id) is None
    for object_id in ("0", "1", "999999999", "x"):
        assert object_id not in state.objects["deals"]


def test_histories_are_made_up_once_and_in_order(people: Cast) -> None:
    one, other = World(people, now=NOW).state, World(people, now=NOW).state
    names = ("lifecyclestage", "hs_email_open", "num_notes", "email", "salesforcelastsynctime", "total_revenue")
    longest = 0
    for contact in one.contacts.values():
        for name in names:
            versions = one.versions(contact, name)
            assert versions == other.versions(other.contacts[contact.id], name)
            assert [version.value for version in versions[:1]] == [contact.get(name)] * bool(contact.get(name))
            stamps = [version.at for version in versions]
            assert stamps == sorted(stamps, reverse=True)
            assert all(contact.created_at <= at <= NOW for at in stamps), name
            longest = max(longest, len(versions))
        if opened := contact.get("hs_email_last_open_date"):
            assert iso(one.versions(contact, "hs_email_open")[0].at) == opened
    assert longest == 4
