"""Timing, activities, owners and companies (facts/integration.md §1, §7, §8)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from mergetui.twin.cast import CastOwner, CastRow
from mergetui.twin.events import (
    Activity,
    Poll,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.ids import salesforce_id
from tests.twin.rows import AFTER_POLL, live, one, values
from tests.twin.worlds import (
    ADMIN,
    MINUTE,
    NOW,
    POLL,
    happened,
    hs_contact,
    make_world,
    sf_contact,
)

# timing, activities, neighbours (facts §1, §7, §8) ------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "delay"), [("form", 45_000), ("open", 30_000), ("click", 30_000), ("visit", None)])
def test_activities_start_passes(kind: Any, delay: int | None) -> None:
    world, row_id = one(form_delay_ms=(45_000, 45_000))
    world.apply(Activity("11", kind, "Spring mail", {"phone": "77"} if kind == "form" else {}), NOW)
    contact = live(world, "11")
    assert [world.state.occurrences[key].kind for key in contact.events] == [kind]
    world.advance(NOW + MINUTE)
    assert [event["at"] - NOW for event in happened(world, "pass")] == ([] if delay is None else [delay])
    assert values(world, row_id).get("Phone") == ("77" if kind == "form" else None)


def test_an_activity_whose_sync_is_off_starts_nothing() -> None:
    world, _ = one(activity_triggers=("form",))
    world.apply(Activity("11", "open"), NOW)
    world.apply(Activity("11", "open"), NOW)
    world.advance(AFTER_POLL)
    assert not happened(world, "pass")
    assert live(world, "11").get("hs_email_open") == "2"


@pytest.mark.parametrize(("echo", "passes"), [("none", 1), ("second", 2), ("second_and_third", 3)])
def test_echoes_of_a_pass(echo: str, passes: int) -> None:
    world, _ = one(echo_passes=echo)
    world.apply(UpdateContact("11", {"phone": "9"}), NOW)
    world.advance(AFTER_POLL - MINUTE)
    found = [event["at"] - NOW - 30_000 for event in happened(world, "pass")]
    assert len(found) == passes
    assert passes < 2 or 10_000 <= found[1] <= 50_000
    assert passes < 3 or 360_000 <= found[2] <= 660_000


def test_polls_on_a_grid_and_with_drift() -> None:
    world = make_world(poll_phase_ms=94_000)
    world.apply(Poll(), NOW + MINUTE)
    world.advance(NOW + 3 * POLL)
    ticks = [event["at"] for event in happened(world, "poll_started")]
    assert [(at - 94_000) % POLL for at in ticks[1:]] == [0] * len(ticks[1:]) and len(ticks) >= 3
    world = make_world(poll_drift_ms=20_000)
    world.advance(NOW + 6 * POLL)
    ticks = [event["at"] for event in happened(world, "poll_started")]
    gaps = [later - earlier - POLL for earlier, later in pairwise(ticks)]
    assert all(0 <= gap <= 20_000 for gap in gaps) and len(set(gaps)) > 1


OWNERS = (
    CastOwner("501", 1, "ada@x.example", "Ada", "Admin"),
    CastOwner("502", 2, "g@x.example", "", "Gone"),
    CastOwner("503", 3, "bo@x.example", "Bo", "Seller"),
    CastOwner("504", 4, "nobody@x.example", "No", "User"),
)
BO = salesforce_id("005", 9)


@pytest.mark.parametrize(
    ("linked", "chosen", "kept", "user"),
    [
        (True, "503", "503", BO),  # two-way: the newer HubSpot owner
        (True, "504", "501", ADMIN),  # unknown in Salesforce: reset
        (True, "502", "501", ADMIN),  # an inactive user counts as unknown
        (False, "503", "501", ADMIN),  # a first link honours Salesforce's owner
    ],
)
def test_the_owner_is_two_way_by_name_and_address(linked: bool, chosen: str, kept: str, user: str) -> None:
    row = sf_contact(1, "a@x.example")
    seller = CastRow("User", BO, {"FirstName": "Bo", "LastName": "Seller", "Email": "bo@x.example", "IsActive": True})
    world = make_world(row, seller, hs_contact(11, "a@x.example", row if linked else None), cast={"owners": OWNERS})
    world.apply(UpdateContact("11", {"hubspot_owner_id": chosen}), NOW)
    world.advance(NOW + MINUTE)
    assert live(world, "11").get("hubspot_owner_id") == kept
    assert values(world, row.id)["OwnerId"] == user
    world.apply(UpdateRow("Contact", row.id, {"OwnerId": BO}), NOW + 2 * MINUTE)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("hubspot_owner_id") == "503", "a change of owner alone syncs"
