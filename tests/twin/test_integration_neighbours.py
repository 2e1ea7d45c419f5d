"""Timing, activities, owners and companies (facts/integration.md §1, §7, §8)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from mergetui.twin.cast import CastObject, CastOwner, CastRow
from mergetui.twin.events import (
    Activity,
    CreateContact,
    CreateRow,
    MergeRows,
    Poll,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.ids import salesforce_id
from tests.twin.rows import AFTER_POLL, live, one, values
from tests.twin.worlds import (
    ACCOUNT,
    ADMIN,
    INTEGRATION,
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


@pytest.mark.parametrize(("owner", "user"), [("503", BO), ("504", INTEGRATION), ("", INTEGRATION)])
def test_a_row_made_for_a_contact_gets_its_owner(owner: str, user: str) -> None:
    seller = CastRow("User", BO, {"FirstName": "Bo", "LastName": "Seller", "Email": "bo@x.example", "IsActive": True})
    world = make_world(seller, cast={"owners": OWNERS})
    made = world.apply(CreateContact({"email": "n@x.example", "hubspot_owner_id": owner}), NOW)
    world.advance(NOW + MINUTE)
    assert values(world, made.get("salesforceleadid"))["OwnerId"] == user


@pytest.mark.parametrize("join", [True, False])
def test_contacts_born_later_may_fit_the_list(join: bool) -> None:
    world, _ = one(inclusion_list="91", new_contacts_join=join)
    in_hubspot = world.apply(CreateContact({"email": "new@x.example"}), NOW)
    row_id = world.apply(CreateRow("Contact", {"LastName": "N", "Email": "n@x.example"}), NOW)
    world.advance(AFTER_POLL)
    assert bool(in_hubspot.get("salesforceleadid")) is join
    [found] = world.state.holders(row_id)
    assert (found.id in world.state.lists["91"].members) is join
    assert (found.lists == ["91"]) is join


COMPANY = CastObject("companies", "701", {"name": "Acme"}, ("11",))
TIED = CastObject("companies", "702", {"name": "Acme", "salesforceaccountid": ACCOUNT}, ())


@pytest.mark.parametrize("synced", [True, False])
@pytest.mark.parametrize("tied", [True, False])
def test_companies_are_tied_to_accounts_through_contacts(synced: bool, tied: bool) -> None:
    row = sf_contact(1, "a@x.example", AccountId=ACCOUNT)
    parts = [COMPANY, TIED] if tied else [COMPANY]
    world = make_world(row, hs_contact(11, "a@x.example", row), *parts, account_sync=synced)
    world.apply(UpdateRow("Contact", row.id, {"Phone": "9"}), NOW)
    world.advance(AFTER_POLL)
    contact, companies = live(world, "11"), world.state.objects["companies"]
    assert contact.get("salesforceaccountid") == ACCOUNT
    assert contact.objects["companies"] == (["701", "702"] if synced and tied else ["701"])
    assert (companies["701"].values.get("salesforceaccountid") == ACCOUNT) is (synced and not tied)


@pytest.mark.parametrize("switch", ["nothing", "delete"])
@pytest.mark.parametrize("clear", [True, False])
def test_the_company_of_a_merged_account(switch: str, clear: bool) -> None:
    other = CastRow("Account", salesforce_id("001", 2), {"Name": "Acme Ltd", "OwnerId": ADMIN})
    world = make_world(other, TIED, del_account=switch, clear_account_id_on_delete=clear)
    world.apply(MergeRows("Account", other.id, (ACCOUNT,)), NOW)
    world.advance(AFTER_POLL)
    company = world.state.objects["companies"]["702"]
    assert (company.archived_at is not None) is (switch == "delete")
    assert (company.values.get("salesforceaccountid") == ACCOUNT) is (switch == "delete" or not clear)


@pytest.mark.parametrize("on", [True, False])
@pytest.mark.parametrize(
    ("before", "deal", "after"),
    [
        ("lead", {"StageName": "Proposal"}, "opportunity"),
        ("lead", {"IsWon": True, "IsClosed": True}, "customer"),
        ("customer", {"StageName": "Proposal"}, "customer"),
        ("lead", {"IsWon": False, "IsClosed": True}, "lead"),
    ],
)
def test_opportunities_advance_the_lifecycle(on: bool, before: str, deal: dict[str, Any], after: str) -> None:
    row = sf_contact(1, "a@x.example")
    opportunity = CastRow("Opportunity", salesforce_id("006", 1), {"Name": "Trip", "OwnerId": ADMIN, **deal})
    role = CastRow(
        "OpportunityContactRole", salesforce_id("00K", 1), {"OpportunityId": opportunity.id, "ContactId": row.id}
    )
    contact = hs_contact(11, "a@x.example", row, lifecyclestage=before)
    world = make_world(row, opportunity, role, contact, lifecycle_from_opportunities=on)
    world.apply(UpdateRow("Contact", row.id, {"Phone": "9"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("lifecyclestage") == (after if on else before)
