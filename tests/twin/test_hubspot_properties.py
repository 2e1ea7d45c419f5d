"""What must hold whatever is done to HubSpot: played at random (hypothesis)."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mergetui.twin import hubspot
from mergetui.twin.cast import CastEvent, CastList, CastObject
from mergetui.twin.events import (
    ArchiveContact,
    ChangeMembership,
    ChangeSubscription,
    CreateContact,
    MergeContacts,
    RestoreContact,
    UpdateContact,
)
from mergetui.twin.portal_events import Associate, CreateObject
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.world import World
from tests.twin.worlds import NOW, hs_contact, make_world

PEOPLE = 5
NUMBER = st.integers(0, 11)
ADDRESS = st.sampled_from([f"{n}@x.example" for n in range(8)])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), NUMBER, NUMBER),
        st.tuples(st.just("merge"), NUMBER, NUMBER),
        st.tuples(st.just("email"), NUMBER, ADDRESS),
        st.tuples(st.just("create"), ADDRESS, NUMBER),
        st.tuples(st.just("archive"), NUMBER, NUMBER),
        st.tuples(st.just("restore"), NUMBER, NUMBER),
        st.tuples(st.just("opt_out"), ADDRESS, st.sampled_from(["1", "2"])),
        st.tuples(st.just("join"), NUMBER, NUMBER),
        st.tuples(st.just("note"), NUMBER, NUMBER),
    ),
    max_size=25,
)
SWITCHES = st.fixed_dictionaries(
    {
        "own_additional_as_primary": st.sampled_from(["swap", "conflict"]),
        "already_merged": st.sampled_from(["refused", "answered"]),
        "old_id_in_update": st.booleans(),
        "old_id_in_lists": st.booleans(),
        "old_id_in_associations": st.booleans(),
        "hs_merge": st.sampled_from(["primary_wins", "newest_wins"]),
        "cleared_values": st.sampled_from(["filled", "kept"]),
        "timeline_delay_ms": st.sampled_from([0, 1_000]),
        "search_lag_ms": st.sampled_from([0, 700]),
    }
)


class Play:
    """A small portal, and the ids that were ever given out in it."""

    def __init__(self, switches: dict[str, Any]) -> None:
        parts = [hs_contact(10 + n, f"{n}@x.example") for n in range(PEOPLE)]
        notes = [CastObject("notes", str(70 + n), {}, (str(10 + n),)) for n in range(PEOPLE)]
        events = [CastEvent(f"e{n}", "open", str(10 + n), NOW - 5, "x") for n in range(PEOPLE)]
        lists = [CastList("91", "S", "MANUAL", ("10", "12")), CastList("92", "D", "DYNAMIC", ("11", "13"))]
        self.world: World = make_world(*parts, *notes, *events, *lists, **switches)
        self.ids = [str(10 + n) for n in range(PEOPLE)]
        self.at = NOW
        self.opted: set[tuple[str, str]] = set()

    def step(self, what: str, first: Any, second: Any) -> None:
        self.at += 500
        one = self.ids[first % len(self.ids)] if isinstance(first, int) else ""
        two = self.ids[second % len(self.ids)] if isinstance(second, int) else ""
        try:
            match what:
                case "merge":
                    self._know(self.world.apply(MergeContacts(one, two), self.at))
                case "email":
                    self.world.apply(UpdateContact(one, {"email": second}), self.at)
                case "create":
                    self._know(self.world.apply(CreateContact({"email": first}), self.at))
                case "archive":
                    self.world.apply(ArchiveContact(one), self.at)
                case "restore":
                    self.world.apply(RestoreContact(one), self.at)
                case "opt_out":
                    self.world.apply(ChangeSubscription(first, second), self.at)
                    self.opted.add((first, second))
                case "join":
                    self.world.apply(ChangeMembership("91", add=(one,)), self.at)
                case "note":
                    note = self.world.apply(CreateObject("notes", {"hs_timestamp": "1795000000000"}), self.at)
                    self.world.apply(Associate("notes", note.id, "contacts", one), self.at)
        except HubSpotRefusal as refusal:
            assert refusal.status in (400, 404, 409, 414, 423)

    def _know(self, contact: Any) -> None:
        if contact.id not in self.ids:
            self.ids.append(contact.id)


@settings(max_examples=60, deadline=None)
@given(SWITCHES, STEPS)
def test_nothing_is_lost_whatever_happens(switches: dict[str, Any], steps: list[tuple[str, Any, Any]]) -> None:
    play = Play(switches)
    state = play.world.state
    holders: dict[str, set[str]] = {}
    for what, first, second in steps:
        members = {name: set(found.members) for name, found in state.lists.items()}
        play.step(what, first, second)
        for name, found in state.lists.items():
            for held in members[name]:
                assert hubspot.current_id(state, held) in found.members, "a merge keeps lists (combined)"
        for note in state.objects["notes"].values():
            holders.setdefault(note.id, set()).update(note.contacts)
    play.world.advance(play.at + 5_000)

    for known in play.ids:
        contact = hubspot.contact_of(state, known)
        assert contact is not None, "every id ever given out leads to a contact"
        assert contact.id not in state.aliases, "and a chain of aliases ends"
    for event in state.occurrences.values():
        contact = state.contacts[hubspot.current_id(state, event.contact)]
        assert event.id in contact.events
    assert sum(len(contact.events) for contact in state.contacts.values()) == len(state.occurrences)
    for note_id, people in holders.items():
        for contact_id in people:
            assert note_id in state.contacts[hubspot.current_id(state, contact_id)].objects["notes"]

    seen: dict[str, str] = {}
    for contact in state.contacts.values():
        if contact.archived_at is None:
            assert len(set(contact.addresses)) == len(contact.addresses)
            for address in contact.addresses:
                assert seen.setdefault(address, contact.id) == contact.id, "an address belongs to one live contact"
                assert state.addresses[address] == contact.id
    for address, subscription in play.opted:
        assert subscription in state.unsubscribed[address], "nothing but a subscription ends an opt-out"
