"""Chance plays both CRMs' people, the settings and the clock; whatever comes out is sound and can be played again."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from mergetui.twin.events import (
    Activity,
    ArchiveContact,
    ChangeSettings,
    ChangeSubscription,
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
from mergetui.twin.refusals import Refusal
from mergetui.twin.world import World
from tests.twin.digest import digest, sound
from tests.twin.test_pairwise import COVER, start
from tests.twin.worlds import ACCOUNT, MINUTE, NOW

NUMBERS = st.integers(0, 60)
ADDRESSES = st.sampled_from(["a@x.example", "b@x.example", "c@x.example", "n@x.example", "m@x.example"])
TITLES = st.sampled_from(["", "CTO", "CEO"])


class Orgs(RuleBasedStateMachine):
    """Every event is written down; at the end they are played once more."""

    world: World
    switches: dict[str, Any]

    def __init__(self) -> None:
        super().__init__()
        self.played: list[tuple[int, Event]] = []
        self.given_out: set[str] = set()
        self.opted_out: set[tuple[str, str]] = {("b@x.example", "1")}

    @initialize(number=st.integers(0, len(COVER) - 1))
    def begin(self, number: int) -> None:
        self.switches = COVER[number]
        self.world = start(self.switches)

    def _play(self, event: Event, wait: int = 1_000) -> None:
        at = self.world.now + wait
        self.played.append((at, event))
        try:
            self.world.apply(event, at)
        except Refusal:
            pass
        self.given_out.update(self.world.state.contacts)

    def _row(self, number: int, kind: str) -> str:
        return list(self.world.state.rows[kind])[number % len(self.world.state.rows[kind])]

    def _contact(self, number: int) -> str:
        keys = [*self.world.state.contacts, *self.world.state.aliases]
        return keys[number % len(keys)]

    # Salesforce -----------------------------------------------------------------------------------------------

    @rule(kind=st.sampled_from(["Lead", "Contact"]), number=NUMBERS, title=TITLES)
    def edit_row(self, kind: str, number: int, title: str) -> None:
        self._play(UpdateRow(kind, self._row(number, kind), {"Title": title or None}))

    @rule(number=NUMBERS, address=ADDRESSES)
    def move_address(self, number: int, address: str) -> None:
        self._play(UpdateRow("Contact", self._row(number, "Contact"), {"Email": address}))

    @rule(kind=st.sampled_from(["Lead", "Contact"]), address=ADDRESSES)
    def create_row(self, kind: str, address: str) -> None:
        more = {"Company": "X"} if kind == "Lead" else {"AccountId": ACCOUNT}
        self._play(CreateRow(kind, {"LastName": "N", "Email": address, **more}))

    @rule(one=NUMBERS, two=NUMBERS)
    def merge_rows(self, one: int, two: int) -> None:
        self._play(MergeRows("Contact", self._row(one, "Contact"), (self._row(two, "Contact"),)))

    @rule(number=NUMBERS, kind=st.sampled_from(["Lead", "Contact"]))
    def delete_row(self, number: int, kind: str) -> None:
        self._play(DeleteRow(kind, self._row(number, kind)))

    @rule(number=NUMBERS)
    def undelete(self, number: int) -> None:
        self._play(UndeleteRow(self._row(number, "Contact")))

    @rule(number=NUMBERS)
    def convert(self, number: int) -> None:
        self._play(ConvertLead(self._row(number, "Lead"), "Closed - Converted", account_id=ACCOUNT))

    # HubSpot --------------------------------------------------------------------------------------------------

    @rule(number=NUMBERS, title=TITLES)
    def edit_contact(self, number: int, title: str) -> None:
        self._play(UpdateContact(self._contact(number), {"jobtitle": title}))

    @rule(number=NUMBERS, address=ADDRESSES)
    def change_address(self, number: int, address: str) -> None:
        self._play(UpdateContact(self._contact(number), {"email": address}))

    @rule(address=ADDRESSES)
    def create_contact(self, address: str) -> None:
        self._play(CreateContact({"email": address, "lastname": "N"}))

    @rule(one=NUMBERS, two=NUMBERS)
    def merge_contacts(self, one: int, two: int) -> None:
        self._play(MergeContacts(self._contact(one), self._contact(two)))

    @rule(number=NUMBERS, event=st.sampled_from([ArchiveContact, RestoreContact, Resync]))
    def press(self, number: int, event: Any) -> None:
        self._play(event(self._contact(number)))

    @rule(number=NUMBERS, kind=st.sampled_from(["open", "form", "visit"]))
    def act(self, number: int, kind: Any) -> None:
        self._play(Activity(self._contact(number), kind))

    @rule(number=NUMBERS, joins=st.booleans())
    def list_changes(self, number: int, joins: bool) -> None:
        who = (self._contact(number),)
        self._play(RecomputeList("91", add=who) if joins else RecomputeList("91", remove=who))

    @rule(address=ADDRESSES, subscription=st.sampled_from(["1", "2"]))
    def opt_out(self, address: str, subscription: str) -> None:
        self._play(ChangeSubscription(address, subscription))
        self.opted_out.add((address, subscription))

    # time and settings ----------------------------------------------------------------------------------------

    @rule()
    def poll(self) -> None:
        self._play(Poll())

    @rule(minutes=st.sampled_from([1, 6, 20]))
    def wait(self, minutes: int) -> None:
        self._play(ChangeSettings({}), minutes * MINUTE)

    @rule(number=st.integers(0, len(COVER) - 1))
    def change_settings(self, number: int) -> None:
        self._play(ChangeSettings(COVER[number]))

    # what holds -----------------------------------------------------------------------------------------------

    @invariant()
    def is_sound(self) -> None:
        sound(self.world, self.given_out)

    @invariant()
    def opt_outs_never_loosen(self) -> None:
        for address, subscription in self.opted_out:
            assert subscription in self.world.state.unsubscribed[address]

    def teardown(self) -> None:
        again = start(self.switches)
        for at, event in self.played:
            try:
                again.apply(event, at)
            except Refusal:
                pass
        assert digest(again.state) == digest(self.world.state), "same seed, same events, same world"
        assert again.now >= NOW


TestOrgs = Orgs.TestCase
TestOrgs.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
