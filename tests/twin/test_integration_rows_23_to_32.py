"""Rows 23 to 32 of facts/integration.md part A, once for each answer of the switches they depend on."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin.events import (
    ArchiveContact,
    ChangeSettings,
    ConvertLead,
    CreateContact,
    CreateRow,
    DeleteRow,
    MergeContacts,
    MergeRows,
    RecomputeList,
    RestoreContact,
    Resync,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.integration import CONVERTED, MISSING, TAKEN
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.world import World
from tests.twin.digest import sound
from tests.twin.rows import AFTER_POLL, DAY, link_of, live, one, row_of, values
from tests.twin.worlds import (
    ACCOUNT,
    MINUTE,
    NOW,
    POLL,
    happened,
    hs_contact,
    make_world,
    pair,
    sf_contact,
    sf_lead,
)


def converted(**settings: Any) -> tuple[World, str, str]:
    """A lead of contact 11, converted into a Salesforce contact of another address; returns both ids."""
    lead = sf_lead(1, "a@x.example")
    known = sf_contact(2, "b@x.example", AccountId=ACCOUNT, Title="CEO")
    world = make_world(lead, known, hs_contact(11, "a@x.example", lead), **settings)
    world.apply(
        ConvertLead(lead.id, "Closed - Converted", account_id=ACCOUNT, contact_id=known.id, make_opportunity=False),
        NOW,
    )
    return world, lead.id, known.id


@pytest.mark.parametrize("kept", ["kept", "cleared"])
@pytest.mark.parametrize("pushed", [True, False])
def test_row_23_the_link_follows_to_the_contact(kept: str, pushed: bool) -> None:
    world, lead, contact = converted(lead_id_after_conversion=kept)
    if pushed:
        world.apply(UpdateContact("11", {"phone": "9"}), NOW)
        world.advance(NOW + MINUTE)
    else:
        world.advance(AFTER_POLL)
    found = live(world, "11")
    assert found.get("salesforcecontactid") == contact
    assert found.get("salesforceleadid") == (lead if kept == "kept" else "")
    assert found.get("jobtitle") == "CEO"


@pytest.mark.parametrize("settings", [{"create_hs": False}, {"create_hs_of": "leads"}])
@pytest.mark.parametrize("pushed", [True, False])
def test_row_24_without_contact_creation_the_converted_lead_is_in_error(settings: dict[str, Any], pushed: bool) -> None:
    world, lead, _ = converted(**settings)
    if pushed:
        world.apply(UpdateContact("11", {"phone": "9"}), NOW)
        world.advance(NOW + MINUTE)
    else:
        world.advance(AFTER_POLL)
    found = live(world, "11")
    assert (found.sync_error, found.get("salesforceleadid"), found.get("salesforcecontactid")) == (CONVERTED, lead, "")


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("settings", [{}, {"lead_id_after_conversion": "cleared"}, {"create_hs": False}])
def test_rows_23_and_24_when_the_new_contact_has_the_leads_address(seed: int, settings: dict[str, Any]) -> None:
    """The poll sees the conversion and the new contact; in whatever order it writes them, the rows hold, not row 7."""
    lead = sf_lead(1, "a@x.example")
    world = make_world(lead, hs_contact(11, "a@x.example", lead), seed=seed, **settings)
    made = world.apply(
        ConvertLead(lead.id, "Closed - Converted", account_id=ACCOUNT, make_opportunity=False), NOW
    ).contact_id
    world.advance(AFTER_POLL)
    found = live(world, "11")
    ids = (found.get("salesforceleadid"), found.get("salesforcecontactid"), found.sync_error)
    if "create_hs" in settings:
        assert ids == (lead.id, "", CONVERTED)
        world.apply(UpdateRow("Contact", made, {"Title": "CEO"}), world.now)
        world.advance(AFTER_POLL + POLL)
        assert (found.get("salesforcecontactid"), found.get("jobtitle"), found.sync_error) == ("", "", CONVERTED)
    else:
        assert ids == ("" if settings else lead.id, made, "")


@pytest.mark.parametrize("kept", ["kept", "cleared"])
def test_row_23_a_conversion_that_cannot_be_followed_leaves_the_link(kept: str) -> None:
    """T14: the Salesforce contact has a HubSpot contact already, whose address the lead's one cannot take (row 12)."""
    lead, known = sf_lead(1, "a@x.example"), sf_contact(2, "b@x.example", AccountId=ACCOUNT)
    parts = (lead, known, hs_contact(11, "a@x.example", lead), hs_contact(12, "b@x.example", known))
    world = make_world(*parts, lead_id_after_conversion=kept)
    world.apply(
        ConvertLead(lead.id, "Closed - Converted", account_id=ACCOUNT, contact_id=known.id, make_opportunity=False), NOW
    )
    world.advance(AFTER_POLL)
    assert (live(world, "11").get("salesforceleadid"), live(world, "11").sync_error) == (lead.id, TAKEN)
    assert not happened(world, "follow")


# HubSpot merges, archives, restores ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wins", ["primary_wins", "newest_wins"])
def test_row_25_the_merge_starts_a_pass_of_its_own(wins: str) -> None:
    world, master, loser = pair(hs_merge=wins, rules={"jobtitle": "two_way"})
    world.apply(UpdateContact("11", {"jobtitle": "older"}), NOW)
    world.apply(UpdateContact("12", {"jobtitle": "newer"}), NOW + 1)
    merged = world.apply(MergeContacts("11", "12"), NOW + 2)
    world.advance(NOW + MINUTE)
    [passed] = happened(world, "pass")
    assert (passed["contact"], passed["salesforce"], passed["reason"]) == (merged.id, master, "merge")
    assert values(world, master)["Title"] == ("older" if wins == "primary_wins" else "newer"), "T22"
    assert row_of(world, loser).deleted is False, "the secondary's row lives on"
    assert link_of(merged) == master


@pytest.mark.parametrize("kept", ["new", "primary"])
def test_row_25_the_id_of_the_merged_contact(kept: str) -> None:
    world, master, _ = pair(hs_merge_id=kept)
    merged = world.apply(MergeContacts("11", "12"), NOW)
    assert (merged.id == "11") is (kept == "primary")
    assert world.state.aliases == dict.fromkeys(("11", "12") if kept == "new" else ("12",), merged.id)
    assert [old for old, _ in merged.merged] == (["11", "12"] if kept == "new" else ["12"])
    again = world.apply(CreateContact({"email": "c@x.example"}), NOW)
    chained = world.apply(MergeContacts(again.id, merged.id), NOW)
    sound(world, ("11", "12", merged.id, again.id))
    world.advance(NOW + MINUTE)
    assert link_of(chained) == master


@pytest.mark.parametrize("matching", [True, False])
def test_row_26_an_edit_of_the_secondarys_row_afterwards(matching: bool) -> None:
    world, master, loser = pair(match_secondary=matching)
    merged = world.apply(MergeContacts("11", "12"), NOW)
    world.apply(UpdateRow("Contact", loser, {"Title": "x"}), NOW)
    world.advance(AFTER_POLL)
    assert merged.get("salesforcecontactid") == (loser if matching else master)
    assert world.state.sync.row_errors == ({} if matching else {loser: TAKEN})


@pytest.mark.parametrize("create", [True, False])
def test_row_27_an_archived_contact_comes_back_empty_at_the_next_change(create: bool) -> None:
    world, master, _ = pair(create_hs=create)
    world.apply(ArchiveContact("11"), NOW)
    world.advance(AFTER_POLL)
    assert world.state.holders(master) == [] and not row_of(world, master).deleted
    world.apply(UpdateRow("Contact", master, {"Title": "x"}), AFTER_POLL)
    world.advance(AFTER_POLL + POLL)
    found = world.state.holders(master)
    assert len(found) == create
    assert all(contact.id != "11" and contact.address == "a@x.example" for contact in found)


@pytest.mark.parametrize("held", ["primary", "additional", "nobody", "too late"])
def test_row_28_restoring(held: str) -> None:
    world, master, _ = pair(restore_days=90)
    world.apply(ArchiveContact("11"), NOW)
    if held == "primary":
        world.apply(CreateContact({"email": "a@x.example"}), NOW)
    elif held == "additional":
        world.apply(UpdateContact("12", {"email": "a@x.example"}), NOW)
        other = world.apply(CreateContact({"email": "c@x.example"}), NOW)
        world.apply(MergeContacts(other.id, "12"), NOW)
    elif held == "too late":
        world.apply(ChangeSettings({"paused": True}), NOW)
        world.advance(NOW + 90 * DAY + 1)
    if held != "nobody":
        with pytest.raises(HubSpotRefusal):
            world.apply(RestoreContact("11"), NOW)
        assert world.state.contacts["11"].archived_at is not None
        return
    restored = world.apply(RestoreContact("11"), NOW + MINUTE)
    assert (restored.archived_at, restored.get("salesforcecontactid")) == (None, master)


@pytest.mark.parametrize("resumes", ["resumes", "until_resync"])
def test_row_28_syncing_after_restoring(resumes: str) -> None:
    world, _, _ = pair(sync_after_restore=resumes)
    world.apply(ArchiveContact("11"), NOW)
    world.apply(RestoreContact("11"), NOW)
    world.apply(UpdateContact("11", {"jobtitle": "CFO"}), NOW)
    world.advance(NOW + MINUTE)
    assert bool(happened(world, "pass")) is (resumes == "resumes")
    world.apply(Resync("11"), NOW + MINUTE)
    world.apply(UpdateContact("11", {"jobtitle": "CEO"}), NOW + 3 * MINUTE)
    world.advance(NOW + 5 * MINUTE)
    assert happened(world, "pass")


@pytest.mark.parametrize("left", ["alive", "a match", "nothing", "hidden"])
def test_row_29_resync(left: str) -> None:
    world, master, loser = pair()
    if left in ("a match", "nothing"):
        world.apply(DeleteRow("Contact", master), NOW)
    if left == "a match":
        world.apply(UpdateRow("Contact", loser, {"Email": "a@x.example"}), NOW)
    if left == "hidden":
        world.apply(ChangeSettings({"invisible_rows": [master]}), NOW)
    world.apply(Resync("11"), NOW)
    world.advance(NOW + MINUTE)
    contact = live(world, "11")
    assert contact.sync_error == (MISSING if left == "hidden" else "")
    if left in ("alive", "hidden"):
        assert link_of(contact) == master
    elif left == "a match":
        assert link_of(contact) == loser
    else:
        assert link_of(contact).startswith("00Q"), "created as create_sf says, the dead id dropped"
    assert bool(happened(world, "pass")) is (left != "hidden")


@pytest.mark.parametrize("matching", [True, False])
def test_row_29_resync_after_a_merge_with_the_wrong_primary(matching: bool) -> None:
    """T21: the survivor is linked to the dead loser and has the master's address only as an additional one."""
    world, master, loser = pair(match_secondary=matching)
    world.apply(MergeRows("Contact", master, (loser,)), NOW)
    merged = world.apply(MergeContacts("12", "11"), NOW)
    world.advance(NOW + 2 * MINUTE)
    assert (link_of(merged), merged.sync_error) == (loser, MISSING)
    world.apply(Resync(merged.id), NOW + 2 * MINUTE)
    world.advance(NOW + 4 * MINUTE)
    if matching:
        assert (link_of(merged), merged.address, merged.additional) == (master, "a@x.example", ("b@x.example",))
    else:
        assert link_of(merged).startswith("00Q"), "no match: created as create_sf says"


@pytest.mark.parametrize("resumes", [True, False])
@pytest.mark.parametrize("born_outside", [True, False])
def test_row_30_joining_and_leaving_the_list(resumes: bool, born_outside: bool) -> None:
    world, row_id = one(inclusion_list="91", joining_resumes=resumes)
    contact = live(world, "11")
    if born_outside:
        row_id = world.apply(CreateRow("Contact", {"LastName": "N", "Email": "n@x.example", "Title": "CTO"}), NOW)
        world.advance(AFTER_POLL)
        [contact] = world.state.holders(row_id)
    syncs = resumes or not born_outside
    at = AFTER_POLL
    before = len(happened(world, "pass"))
    world.apply(RecomputeList("91", add=(contact.id,)), at)
    world.advance(at + MINUTE)
    assert len(happened(world, "pass")) - before == syncs
    assert not syncs or happened(world, "pass")[-1]["reason"] == "joined list"
    world.apply(RecomputeList("91", remove=(contact.id,)), at + MINUTE)
    world.apply(UpdateContact(contact.id, {"phone": "8"}), at + MINUTE)
    world.apply(UpdateRow("Contact", row_id, {"Title": "CFO"}), at + MINUTE)
    world.advance(at + 2 * POLL)
    assert len(happened(world, "pass")) - before == syncs, "frozen"
    assert link_of(contact) == row_id, "the id is kept"


def test_row_31_the_queue_grows_and_runs_when_calls_are_freed() -> None:
    rows = [sf_contact(number, f"p{number}@x.example") for number in range(1, 6)]
    contacts = [hs_contact(10 + number, f"p{number}@x.example", row) for number, row in enumerate(rows, 1)]
    world = make_world(*rows, *contacts, api_allotment=4, calls_per_pass=2, calls_per_poll=1, poll_ms=DAY)
    for number in range(1, 6):
        world.apply(UpdateContact(str(10 + number), {"phone": str(number)}), NOW)
    world.advance(NOW + 12 * 60 * MINUTE)
    assert len(happened(world, "pass")) == 2
    assert len(world.state.overdue) == 3
    world.advance(NOW + DAY + 10 * MINUTE)
    assert len(happened(world, "pass")) == 4, "what was used a day ago is free again"
    world.apply(ChangeSettings({"api_allotment": None}), NOW + DAY + 10 * MINUTE)
    world.advance(NOW + DAY + 12 * MINUTE)
    assert len(happened(world, "pass")) == 5 and not world.state.overdue


def test_row_31_salesforce_changes_wait_too() -> None:
    world, row_id = one(api_allotment=1, calls_per_poll=0, calls_per_pass=2)
    world.apply(UpdateRow("Contact", row_id, {"Title": "CFO"}), NOW)
    world.advance(AFTER_POLL)
    assert live(world, "11").get("jobtitle") == "CTO"
    world.apply(ChangeSettings({"api_allotment": 100}), AFTER_POLL)
    world.advance(AFTER_POLL + POLL)
    assert live(world, "11").get("jobtitle") == "CFO"


@pytest.mark.parametrize(
    ("allotment", "calls", "retried"), [(100, 70, True), (100, 80, False), (None, 4_000, True), (None, 5_100, False)]
)
def test_row_31_no_retries_when_much_is_used(allotment: int | None, calls: int, retried: bool) -> None:
    world, master, _ = pair(api_allotment=allotment, calls_per_poll=0, calls_per_pass=calls)
    world.apply(DeleteRow("Contact", master), NOW)
    world.apply(UpdateContact("11", {"phone": "9"}), NOW)
    world.advance(NOW + MINUTE)
    world.apply(ChangeSettings({"calls_per_pass": 1}), NOW + MINUTE)
    world.advance(NOW + 25 * MINUTE)
    assert (len(happened(world, "error")) == 2) is retried
    assert bool(happened(world, "retry_skipped")) is not retried


@pytest.mark.parametrize("kind", ["api_limit", "api_disabled", "object_permissions", "unknown"])
def test_row_32_a_suspension_stops_everything_until_cleared(kind: str) -> None:
    world, master, loser = pair(del_contact="delete", suspension=kind)
    world.apply(UpdateContact("11", {"phone": "9"}), NOW)
    world.apply(MergeRows("Contact", master, (loser,), {"Title": "CFO"}), NOW)
    world.advance(NOW + 3 * POLL)
    assert not happened(world, "pass") and not happened(world, "archive") and not happened(world, "poll_started")
    assert [event["reason"] for event in happened(world, "poll_skipped")] == ["suspended"] * 3
    world.apply(ChangeSettings({"suspension": "none"}), NOW + 3 * POLL)
    world.advance(NOW + 4 * POLL)
    assert {event["reason"] for event in happened(world, "pass")} == {"released", "poll"}, "in a burst"
    assert world.state.contacts["12"].archived_at is not None
