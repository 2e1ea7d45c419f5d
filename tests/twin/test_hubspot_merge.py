"""HubSpot's merge field by field, and every switch of what nobody has written down (facts/hubspot.md §4)."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.twin import associations, hubspot
from mergetui.twin.cast import CastEvent, CastList, CastObject
from mergetui.twin.events import (
    ArchiveContact,
    ChangeMembership,
    CreateContact,
    MergeContacts,
    UpdateContact,
)
from mergetui.twin.portal_events import (
    ArchiveObject,
    Associate,
    CreateObject,
    Dissociate,
    ForgetContact,
    MergeObjects,
)
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.state import Contact
from mergetui.twin.world import World
from tests.twin.worlds import MINUTE, NOW, happened, hs_contact, make_world

OLD, NEW = "2025-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z"


def refused(world: World, event: object, at: int = NOW) -> HubSpotRefusal:
    with pytest.raises(HubSpotRefusal) as found:
        world.apply(event, at)  # type: ignore[arg-type]
    return found.value


def merged(first: dict[str, Any], second: dict[str, Any], **settings: Any) -> Contact:
    world = make_world(hs_contact(11, "a@x.example", **first), hs_contact(12, "b@x.example", **second), **settings)
    found: Contact = world.apply(MergeContacts("11", "12"), NOW)
    return found


@pytest.mark.parametrize(
    ("name", "first", "second", "kept"),
    [
        ("jobtitle", "CTO", "CFO", "CTO"),
        ("jobtitle", "", "CFO", "CFO"),
        ("lifecyclestage", "lead", "customer", "customer"),
        ("lifecyclestage", "customer", "lead", "customer"),
        ("hs_marketable_status", "false", "true", "true"),
        ("num_conversion_events", "2", "3", "5"),
        ("hs_analytics_num_page_views", "20", "5", "25"),
        ("num_notes", "1", "1", "2"),
        ("num_contacted_notes", "", "4", "4"),
        ("hs_analytics_first_timestamp", NEW, OLD, OLD),
        ("hs_analytics_last_timestamp", OLD, NEW, NEW),
        ("first_conversion_date", NEW, OLD, OLD),
        ("recent_conversion_date", OLD, NEW, NEW),
        ("notes_last_contacted", OLD, NEW, NEW),
        ("createdate", NEW, OLD, OLD),
        ("hs_email_open", "2", "9", "2"),
        ("hs_email_open", "", "9", ""),
        ("hubspot_owner_id", "7", "8", "7"),
    ],
)
def test_which_value_wins(name: str, first: str, second: str, kept: str) -> None:
    assert merged({name: first} if first else {}, {name: second} if second else {}).get(name) == kept


def test_what_belongs_to_a_date_comes_from_its_owner() -> None:
    first = {"hs_analytics_first_timestamp": NEW, "hs_analytics_source": "DIRECT_TRAFFIC"}
    second = {"hs_analytics_first_timestamp": OLD, "hs_analytics_source": "ORGANIC_SEARCH"}
    assert merged(first, second).get("hs_analytics_source") == "ORGANIC_SEARCH"
    assert merged(second, first).get("hs_analytics_source") == "ORGANIC_SEARCH"


def test_the_newest_legal_basis_wins() -> None:
    base, other = "Not applicable", "Performance of a contract"
    world = make_world(
        hs_contact(11, "a@x.example", hs_legal_basis=base), hs_contact(12, "b@x.example", hs_legal_basis=base)
    )
    world.apply(UpdateContact("12", {"hs_legal_basis": other}), NOW + 5)
    assert world.apply(MergeContacts("11", "12"), NOW + 9).get("hs_legal_basis") == other
    assert merged({"hs_legal_basis": base}, {"hs_legal_basis": other}).get("hs_legal_basis") == base, "of one age"


@pytest.mark.parametrize(("rule", "kept"), [("filled", "CFO"), ("kept", "")])
def test_a_value_cleared_on_the_primary(rule: str, kept: str) -> None:
    world = make_world(
        hs_contact(11, "a@x.example", jobtitle="CTO"),
        hs_contact(12, "b@x.example", jobtitle="CFO"),
        cleared_values=rule,
    )
    world.apply(UpdateContact("11", {"jobtitle": ""}), NOW + 1)
    assert world.apply(MergeContacts("11", "12"), NOW + 2).get("jobtitle") == kept


def test_email_counters_follow_the_primary_address() -> None:
    world = make_world(
        hs_contact(11, "a@x.example", hs_email_open="2"),
        hs_contact(12, "b@x.example", hs_email_open="9", hs_email_click="1"),
    )
    found = world.apply(MergeContacts("11", "12"), NOW)
    world.apply(UpdateContact(found.id, {"email": "b@x.example"}), NOW + 1)
    assert (found.get("hs_email_open"), found.get("hs_email_click")) == ("9", "1")
    world.apply(UpdateContact(found.id, {"email": "a@x.example"}), NOW + 2)
    assert (found.get("hs_email_open"), found.get("hs_email_click")) == ("2", "")
    nobody = make_world(hs_contact(11, "", lastname="A"), hs_contact(12, "b@x.example", hs_email_open="9"))
    assert nobody.apply(MergeContacts("11", "12"), NOW).get("hs_email_open") == "9", "the only address is the primary"


# old ids --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolved", [False, True])
def test_old_ids_beyond_a_single_get(resolved: bool) -> None:
    names = ("old_id_in_update", "old_id_in_associations", "old_id_in_lists")
    switches: dict[str, Any] = dict.fromkeys(names, resolved)
    world = make_world(
        hs_contact(11, "a@x.example"),
        hs_contact(12, "b@x.example"),
        CastObject("deals", "81", {}, ("12",)),
        CastList("91", "Static", "MANUAL", ()),
        **switches,
    )
    found: Contact = world.apply(MergeContacts("11", "12"), NOW)
    assert hubspot.contact_of(world.state, "11") is found
    assert (associations.record(world.state, "contacts", "12") is found) == resolved
    changed = world.apply(ChangeMembership("91", add=("11",)), NOW)
    assert changed == (([found.id], [], []) if resolved else ([], [], ["11"]))
    if resolved:
        assert world.apply(UpdateContact("12", {"jobtitle": "CTO"}), NOW) is found
        world.apply(ArchiveContact("12"), NOW)
        assert found.archived_at == NOW
    else:
        assert refused(world, UpdateContact("12", {"jobtitle": "CTO"})).status == 404
        assert refused(world, ArchiveContact("12")).status == 404


@pytest.mark.parametrize("rule", ["refused", "answered"])
def test_merging_what_is_merged(rule: str) -> None:
    world = make_world(*(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13)), already_merged=rule)
    found = world.apply(MergeContacts("11", "12"), NOW)
    if rule == "answered":
        assert world.apply(MergeContacts("12", "11"), NOW) is found
        assert len(found.merged) == 2
    else:
        assert refused(world, MergeContacts("12", "11")).status == 400
    assert refused(world, MergeContacts(found.id, found.id)).status == 400
    assert refused(world, MergeContacts("13", "11")).status == 400


def test_a_merged_contact_may_be_locked_for_a_while() -> None:
    world = make_world(*(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13)), merge_lock_ms=5_000)
    found = world.apply(MergeContacts("11", "12"), NOW)
    assert refused(world, MergeContacts(found.id, "13"), NOW + 4_000).status == 423
    assert world.apply(MergeContacts("13", found.id), NOW + 5_000).id


# timelines ------------------------------------------------------------------------------------------------------


def test_activities_of_the_secondary_may_come_late_and_follow_the_next_merge() -> None:
    world = make_world(
        *(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13)),
        CastObject("notes", "71", {}, ("11",)),
        CastObject("notes", "72", {}, ("12",)),
        CastObject("deals", "81", {}, ("12",)),
        CastEvent("e2", "form", "12", NOW - 4, "y"),
        timeline_delay_ms=30 * MINUTE,
    )
    first = world.apply(MergeContacts("11", "12"), NOW)
    assert first.objects == {"notes": ["71"], "deals": ["81"]} and first.events == []
    last = world.apply(MergeContacts("13", first.id), NOW + MINUTE)
    world.advance(NOW + 29 * MINUTE)
    assert "72" not in last.objects.get("notes", [])
    world.advance(NOW + 31 * MINUTE)
    assert set(last.objects["notes"]) == {"71", "72"} and last.events == ["e2"]
    assert world.state.occurrences["e2"].contact == last.id
    assert world.state.objects["notes"]["72"].contacts == [last.id]
    assert len(happened(world, "timeline_joined")) == 2


# what search sees -----------------------------------------------------------------------------------------------


def test_search_sees_changes_late() -> None:
    world = make_world(hs_contact(11, "a@x.example"), hs_contact(12, "b@x.example"), search_lag_ms=3_000)
    seen = world.state.portal.search
    made = world.apply(CreateContact({"email": "c@x.example"}), NOW)
    world.apply(UpdateContact("11", {"jobtitle": "CTO"}), NOW + 1_000)
    world.apply(UpdateContact("11", {"jobtitle": "CFO"}), NOW + 2_000)
    unseen = seen.unseen(world.state, "contacts")
    was = unseen["11"]
    assert unseen[made.id] is None and isinstance(was, Contact) and was.get("jobtitle") == ""
    world.advance(NOW + 4_500)
    was = seen.unseen(world.state, "contacts")["11"]
    assert isinstance(was, Contact) and was.get("jobtitle") == "CTO"
    found = world.apply(MergeContacts("11", "12"), NOW + 10_000)
    unseen = seen.unseen(world.state, "contacts")
    assert set(unseen) == {"11", "12", found.id} and unseen[found.id] is None
    world.advance(NOW + 13_000)
    assert not seen.unseen(world.state, "contacts")


# other objects --------------------------------------------------------------------------------------------------


def test_companies_do_not_merge_while_the_integration_is_on() -> None:
    parts = (
        hs_contact(11, "a@x.example"),
        CastObject("companies", "71", {"name": "One"}, ("11",)),
        CastObject("companies", "72", {"name": "Two", "city": "Bonn"}, ("11",)),
    )
    assert refused(make_world(*parts), MergeObjects("companies", "71", "72")).status == 400
    world = make_world(*parts, company_merge="allowed")
    found = world.apply(MergeObjects("companies", "71", "72"), NOW)
    assert found.id not in ("71", "72") and found.values["name"] == "One" and found.values["city"] == "Bonn"
    assert world.state.contacts["11"].objects["companies"] == [found.id]
    assert associations.record(world.state, "companies", "72") is found


def test_objects_are_made_associated_and_archived() -> None:
    world = make_world(hs_contact(11, "a@x.example"), hs_contact(12, "b@x.example"))
    deal = world.apply(CreateObject("deals", {"dealname": "Big", "amount": "5"}), NOW)
    firm = world.apply(CreateObject("companies", {"name": "Firm"}), NOW)
    world.apply(Associate("contacts", "11", "deals", deal.id), NOW)
    world.apply(Associate("deals", deal.id, "companies", firm.id), NOW)
    assert world.state.contacts["11"].get("num_associated_deals") == "1"
    assert associations.types(world.state, deal, "companies", firm.id) == [
        (associations.HUBSPOT, 341),
        (associations.HUBSPOT, 5),
    ]
    merged = world.apply(MergeContacts("12", "11"), NOW)
    assert associations.related(world.state, deal, "contacts") == [merged.id]
    world.apply(Dissociate("deals", deal.id, "companies", firm.id), NOW)
    assert associations.related(world.state, firm, "deals") == []
    world.apply(ArchiveObject("deals", deal.id), NOW)
    assert merged.get("num_associated_deals") == "" and associations.related(world.state, merged, "deals") == []
    assert refused(world, Associate("contacts", merged.id, "deals", deal.id)).status == 404
    assert refused(world, Associate("tasks", "1", "notes", "2")).status == 400
    assert (
        refused(world, Associate("contacts", merged.id, "companies", firm.id, (("HUBSPOT_DEFINED", 4),))).status == 400
    )


def test_relations_between_contacts_follow_a_merge() -> None:
    world = make_world(*(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13)))
    world.apply(Associate("contacts", "11", "contacts", "13"), NOW)
    found = world.apply(MergeContacts("12", "11"), NOW)
    other = world.state.contacts["13"]
    assert associations.related(world.state, other, "contacts") == [found.id]
    assert associations.related(world.state, found, "contacts") == ["13"]


def test_forgetting_is_off_unless_asked_for() -> None:
    parts = (hs_contact(11, "a@x.example"), CastList("91", "Static", "MANUAL", ("11",)))
    assert refused(make_world(*parts), ForgetContact("11")).status == 400
    world = make_world(*parts, gdpr_delete=True)
    world.apply(ForgetContact("11"), NOW)
    assert hubspot.contact_of(world.state, "11") is None and not world.state.lists["91"].members
    assert refused(world, CreateContact({"email": "a@x.example"})).status == 400
