"""Every pair of answers of two switches, in a story of merges and polls: nothing breaks, whatever they say."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from mergetui.twin.cast import CastList, CastRow
from mergetui.twin.events import (
    Activity,
    ArchiveContact,
    ChangeSettings,
    ConvertLead,
    CreateContact,
    CreateRow,
    DeleteRow,
    Event,
    MergeContacts,
    MergeRows,
    Poll,
    RecomputeList,
    RestoreContact,
    Resync,
    UndeleteRow,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import Refusal
from mergetui.twin.settings import Settings
from mergetui.twin.settings_form import checked
from mergetui.twin.world import World
from tests.twin.digest import digest, sound
from tests.twin.worlds import ACCOUNT, MINUTE, NOW, POLL, hs_contact, make_world, sf_contact, sf_lead

NUMBERS: Mapping[str, tuple[Any, ...]] = {
    "inclusion_list": (None, "91"),
    "rules": ({}, {"jobtitle": "two_way", "email": "two_way"}, {"jobtitle": "always_salesforce", "phone": "none"}),
    "poll_ms": (900_000, 60_000),
    "poll_phase_ms": (None, 7_000),
    "poll_drift_ms": (0, 5_000),
    "poll_duration_ms": (40_000, 0),
    "event_delay_ms": ((30_000, 300_000), (0, 0)),
    "retry_ms": (1_200_000, 1_800_000),
    "retries": (10, 0),
    "suspension": ("none", "api_limit"),
    "api_allotment": (None, 30),
    "calls_per_pass": (2, 0),
    "invisible_rows": ((), (salesforce_id("00Q", 5),)),
    "read_only_rows": ((), (salesforce_id("003", 4),)),
    "activity_triggers": (("form", "open"), ()),
    "colleagues_hubspot": (0, 2),
    "timeline_delay_ms": (0, 60_000),
    "merge_lock_ms": (0, 5_000),
    "search_lag_ms": (0, 5_000),
    "required_properties": ((), ("lastname",)),
}
"""Answers of the switches that are not closed lists; the others stay at their defaults."""


def answers() -> dict[str, tuple[Any, ...]]:
    hints = get_type_hints(Settings)
    found: dict[str, tuple[Any, ...]] = {}
    for member in fields(Settings):
        if member.name in NUMBERS:
            found[member.name] = NUMBERS[member.name]
        elif get_origin(hints[member.name]) is Literal:
            found[member.name] = get_args(hints[member.name])
        elif hints[member.name] is bool:
            found[member.name] = (False, True)
    return found


def covering(choices: Mapping[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Combinations in which every two answers of two switches meet: greedily, and the same every time."""
    names = list(choices)
    sizes = {name: range(len(choices[name])) for name in names}
    missing = {
        (one, i, two, j) for one, two in itertools.combinations(names, 2) for i in sizes[one] for j in sizes[two]
    }
    rows: list[dict[str, Any]] = []
    while missing:
        one, i, two, j = min(missing, key=lambda part: (names.index(part[0]), names.index(part[2]), part[1], part[3]))
        row = {one: i, two: j}
        for name in names:
            if name not in row:
                row[name] = max(
                    sizes[name],
                    key=lambda k: sum(  # called at once
                        ((other, v, name, k) if names.index(other) < names.index(name) else (name, k, other, v))
                        in missing
                        for other, v in row.items()
                    ),
                )
        ordered = [(name, row[name]) for name in names]
        missing -= {(a, x, b, y) for (a, x), (b, y) in itertools.combinations(ordered, 2)}
        rows.append({name: choices[name][k] for name, k in row.items()})
    return rows


CHOICES = answers()
COVER = covering(CHOICES)


def test_the_cover_covers() -> None:
    for one, two in itertools.combinations(CHOICES, 2):
        seen = {(repr(row[one]), repr(row[two])) for row in COVER}
        assert len(seen) == len(CHOICES[one]) * len(CHOICES[two])
    assert len(COVER) < 60


A, B, C, D = (salesforce_id("003", number) for number in range(1, 5))
LEAD = salesforce_id("00Q", 5)


def start(settings: dict[str, Any]) -> World:
    """Three linked pairs with addresses of their own, a same-address pair linked to one half, and a linked lead."""
    a, b, c, d = (
        sf_contact(1, "a@x.example", Title="CTO", HasOptedOutOfEmail=True),
        sf_contact(2, "b@x.example", Phone="2"),
        sf_contact(3, "c@x.example", AccountId=ACCOUNT),
        sf_contact(4, "c@x.example", AccountId=ACCOUNT),
    )
    lead = sf_lead(5, "e@x.example")
    task = CastRow("Task", salesforce_id("00T", 1), {"WhoId": b.id, "Subject": "Call", "Status": "Open"})
    contacts = [
        hs_contact(11, "a@x.example", a, jobtitle="CTO"),
        hs_contact(12, "b@x.example", b, phone="22"),
        hs_contact(13, "c@x.example", d),
        hs_contact(14, "e@x.example", lead),
        hs_contact(15, "f@x.example"),
    ]
    members = CastList("91", "In", "DYNAMIC", ("11", "12", "13", "14"))
    cast = {"unsubscribed": {"b@x.example": ("1",)}}
    world = make_world(a, b, c, d, lead, task, *contacts, members, cast=cast)
    at_start = {**settings, "suspension": "none", "paused": False}
    world.apply(ChangeSettings(checked(Settings(), at_start)), NOW)
    return world


def play(world: World, events: Iterable[tuple[int, Event]]) -> None:
    """Whatever a CRM refuses is refused, and the story goes on."""
    for at, event in events:
        before = world.now
        try:
            world.apply(event, NOW + at)
        except Refusal:
            pass
        assert world.now >= before
        check(world)


def story(settings: dict[str, Any]) -> list[tuple[int, Event]]:
    s = 1_000
    return [
        (1 * s, UpdateContact("12", {"jobtitle": "CFO", "phone": "222"})),
        (2 * s, UpdateRow("Contact", A, {"Title": "CEO", "Phone": None})),
        (3 * s, MergeRows("Contact", A, (B,), {"Email": "b@x.example"})),
        (4 * s, Poll()),
        (5 * s, MergeContacts("11", "12")),
        (9 * s, MergeContacts("11", "12")),
        (70 * s, MergeRows("Contact", C, (D,))),
        (80 * s, ChangeSettings({"suspension": settings["suspension"], "paused": settings["paused"]})),
        (90 * s, Poll()),
        (150 * s, ConvertLead(LEAD, "Closed - Converted", account_id=ACCOUNT, make_opportunity=False)),
        (151 * s, CreateContact({"email": "new@x.example", "lastname": "New"})),
        (152 * s, CreateRow("Lead", {"LastName": "Row", "Company": "X", "Email": "row@x.example"})),
        (153 * s, Activity("14", "form", "Fair", {"phone": "5"})),
        (160 * s, Poll()),
        (200 * s, UndeleteRow(B)),
        (201 * s, UpdateRow("Contact", B, {"Phone": "7"})),
        (210 * s, RecomputeList("91", add=("15",), remove=("14",))),
        (220 * s, ChangeSettings({"suspension": "none", "paused": False})),
        (300 * s, Poll()),
        (400 * s, ArchiveContact("15")),
        (401 * s, RestoreContact("15")),
        (402 * s, Resync("13")),
        (403 * s, DeleteRow("Contact", C)),
        (500 * s, Poll()),
        (700 * s, ChangeSettings({"api_allotment": None, "calls_per_pass": 0})),
        (800 * s, UpdateContact("15", {"phone": "8"})),
        (900 * s, Poll()),
    ]


def check(world: World) -> None:
    """What holds whatever the switches say."""
    sound(world, ("11", "12", "13", "14", "15"))
    assert "1" in world.state.unsubscribed["b@x.example"], "an opt-out stays"
    row = world.state.row(A)
    assert row is not None and row.values["HasOptedOutOfEmail"] is True


@pytest.mark.parametrize("number", range(len(COVER)))
def test_a_story_under_every_pair_of_answers(number: int) -> None:
    settings = COVER[number]
    worlds = [start(settings) for _ in range(2)]
    for world in worlds:
        play(world, story(settings))
        world.advance(NOW + 3 * POLL)
    assert digest(worlds[0].state) == digest(worlds[1].state), "same seed, same events, same world"
    world = worlds[0]
    world.apply(ChangeSettings({"colleagues_hubspot": 0, "retries": 0, "echo_passes": "none"}), world.now)
    world.advance(world.now + 2 * POLL)
    for key, holders in world.state.links.items():
        row = world.state.row(key)
        if row is None or row.deleted:
            assert len(holders) <= 1 or settings["email_taken"] == "relink", "no two contacts at one dead record"
    quiet = digest(world.state, stamps=False)
    world.apply(Poll(), world.now + MINUTE)
    world.advance(world.now + 2 * MINUTE)
    assert not world.state.pending_passes
    assert digest(world.state, stamps=False) == quiet, "a tick is idempotent when nothing changed"
