"""HubSpot's side of the twin: merge, aliases, addresses, lists, consent (facts/hubspot.md §2, §4)."""

from __future__ import annotations

import pytest

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
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.world import World
from tests.twin.worlds import NOW, hs_contact, make_world, sf_contact, sf_lead


def status(world: World, event: object) -> int:
    with pytest.raises(HubSpotRefusal) as refused:
        world.apply(event, NOW)  # type: ignore[arg-type]
    return refused.value.status


def test_a_merge_makes_a_new_record_and_old_ids_lead_to_it_through_chains() -> None:
    world = make_world(*(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13)))
    first = world.apply(MergeContacts("11", "12"), NOW)
    assert first.id not in ("11", "12")
    last = world.apply(MergeContacts(first.id, "13"), NOW + 5)
    for old in ("11", "12", "13", first.id):
        found = hubspot.contact_of(world.state, old)
        assert found is not None and found.id == last.id
    assert "11" not in world.state.contacts
    shown = hubspot.shown(world.state, last)
    assert shown["hs_merged_object_ids"] == f"11;12;{first.id};13"
    assert shown["hs_calculated_merged_vids"].split(";")[0] == f"11:{NOW}"
    assert last.addresses == ("11@x.example", "12@x.example", "13@x.example")


def test_primary_wins_secondary_fills_blanks_and_the_exceptions() -> None:
    one = hs_contact(
        11, "a@x.example", jobtitle="CTO", lifecyclestage="lead", num_conversion_events="2", hs_email_open="3",
        recent_conversion_date="2026-01-01T00:00:00.000Z", recent_conversion_event_name="Old form",
    )  # fmt: skip
    two = hs_contact(
        12, "b@x.example", jobtitle="CFO", phone="2", lifecyclestage="customer", num_conversion_events="3",
        hs_email_open="50", recent_conversion_date="2026-02-01T00:00:00.000Z", recent_conversion_event_name="New form",
        hs_marketable_status="true",
    )  # fmt: skip
    merged = make_world(one, two).apply(MergeContacts("11", "12"), NOW)
    assert merged.get("jobtitle") == "CTO"
    assert merged.get("phone") == "2"
    assert merged.get("lifecyclestage") == "customer"
    assert merged.get("num_conversion_events") == "5"
    assert merged.get("recent_conversion_event_name") == "New form"
    assert merged.get("hs_email_open") == "3", "e-mail counters follow the kept primary address"
    assert merged.get("hs_marketable_status") == "true"
    assert merged.history["phone"][0].source == "MERGE_CONTACTS"
    assert merged.history["jobtitle"][0].value == "CTO"


def test_newest_wins_as_before_2023() -> None:
    world = make_world(hs_contact(11, "a@x.example", jobtitle="CTO"), hs_contact(12, "b@x.example", jobtitle="CFO"),
                       hs_merge="newest_wins")  # fmt: skip
    world.apply(UpdateContact("12", {"jobtitle": "CEO"}), NOW + 1)
    assert world.apply(MergeContacts("11", "12"), NOW + 2).get("jobtitle") == "CEO"


def test_links_of_both_objects_may_end_on_one_contact() -> None:
    contact, lead = sf_contact(1, "a@x.example"), sf_lead(2, "b@x.example")
    world = make_world(contact, lead, hs_contact(11, "a@x.example", contact), hs_contact(12, "b@x.example", lead))
    merged = world.apply(MergeContacts("11", "12"), NOW)
    assert (merged.get("salesforcecontactid"), merged.get("salesforceleadid")) == (contact.id, lead.id)
    assert [c.id for c in world.state.holders(lead.id)] == [merged.id]


def test_timelines_lists_and_companies_are_joined_by_id() -> None:
    world = make_world(
        hs_contact(11, "a@x.example"),
        hs_contact(12, "b@x.example"),
        CastObject("companies", "71", {}, ("11",)),
        CastObject("companies", "72", {}, ("12",)),
        CastObject("deals", "81", {}, ("11", "12")),
        CastObject("deals", "82", {}, ("12",)),
        CastEvent("e1", "open", "11", NOW - 5, "x"),
        CastEvent("e2", "form", "12", NOW - 4, "y"),
        CastList("91", "Static", "MANUAL", ("12",)),
        CastList("92", "Both", "DYNAMIC", ("11", "12")),
    )
    merged = world.apply(MergeContacts("12", "11"), NOW)
    assert merged.objects == {"companies": ["72", "71"], "deals": ["81", "82"]}
    assert merged.get("num_associated_deals") == "2"
    assert set(merged.events) == {"e1", "e2"} and world.state.occurrences["e2"].contact == merged.id
    assert set(merged.lists) == {"91", "92"}
    assert list(world.state.lists["92"].members) == [merged.id]
    assert world.state.objects["deals"]["81"].contacts == [merged.id]


def test_static_lists_of_the_secondary_can_be_dropped() -> None:
    parts = (hs_contact(11, "a@x.example"), hs_contact(12, "b@x.example"), CastList("91", "S", "MANUAL", ("12",)))
    merged = make_world(*parts, static_lists_after_merge="dropped").apply(MergeContacts("11", "12"), NOW)
    assert merged.lists == []


def test_refused_merges() -> None:
    many = ";".join(f"{n}:1" for n in range(1000, 1247))
    world = make_world(
        *(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13, 14)),
        hs_contact(15, "15@x.example", hs_calculated_merged_vids=many),
        hs_contact(16, "16@x.example", hs_calculated_merged_vids="1300:1"),
    )
    assert status(world, MergeContacts("11", "11")) == 400
    assert status(world, MergeContacts("11", "999")) == 404
    world.apply(ArchiveContact("14"), NOW)
    assert status(world, MergeContacts("11", "14")) == 404
    merged = world.apply(MergeContacts("11", "12"), NOW)
    assert status(world, MergeContacts("11", "12")) == 400
    assert status(world, MergeContacts("11", "13")) == 400, "an old id is no party of a merge"
    assert status(world, MergeContacts(merged.id, "12")) == 400
    assert status(world, MergeContacts("15", "16")) == 414


def test_addresses_are_unique_additional_ones_included() -> None:
    world = make_world(*(hs_contact(n, f"{n}@x.example") for n in (11, 12, 13)))
    merged = world.apply(MergeContacts("11", "12"), NOW)
    assert status(world, UpdateContact("13", {"email": "12@x.example"})) == 409
    assert status(world, CreateContact({"email": "12@X.example"})) == 409
    world.apply(UpdateContact(merged.id, {"email": "12@x.example"}), NOW)
    assert merged.addresses == ("12@x.example", "11@x.example"), "its own additional address is swapped in"
    world.apply(UpdateContact("13", {"email": "new@x.example"}), NOW)
    world.apply(CreateContact({"email": "13@x.example"}), NOW)


def test_own_additional_address_as_primary_can_be_a_conflict() -> None:
    world = make_world(
        hs_contact(11, "a@x.example"), hs_contact(12, "b@x.example"), own_additional_as_primary="conflict"
    )
    merged = world.apply(MergeContacts("11", "12"), NOW)
    assert status(world, UpdateContact(merged.id, {"email": "b@x.example"})) == 409


def test_refused_values_name_every_bad_property() -> None:
    world = make_world(hs_contact(11, "a@x.example", jobtitle="CTO"))
    with pytest.raises(HubSpotRefusal) as refused:
        world.apply(UpdateContact("11", {"nope": "1", "hs_email_open": "9", "jobtitle": "x"}), NOW)
    assert [error["code"] for error in refused.value.errors] == ["PROPERTY_DOESNT_EXIST", "READ_ONLY_VALUE"]
    assert refused.value.message.startswith("Property values were not valid: [{")
    assert world.state.contacts["11"].get("jobtitle") == "CTO"
    assert status(world, UpdateContact("11", {"salesforcecontactid": "003"})) == 400
    assert status(world, UpdateContact("11", {"lead_score": "high"})) == 400
    assert status(world, UpdateContact("11", {"lifecyclestage": "king"})) == 400


def test_blanks_clear_and_the_lifecycle_goes_only_forward() -> None:
    world = make_world(hs_contact(11, "a@x.example", jobtitle="CTO", lifecyclestage="customer"))
    contact = world.apply(UpdateContact("11", {"jobtitle": "", "lifecyclestage": "lead"}), NOW)
    assert contact.get("jobtitle") == "" and contact.get("lifecyclestage") == "customer"
    world.apply(UpdateContact("11", {"lifecyclestage": ""}), NOW)
    assert world.apply(UpdateContact("11", {"lifecyclestage": "lead"}), NOW).get("lifecyclestage") == "lead"


def test_history_keeps_the_value_it_began_with() -> None:
    world = make_world(hs_contact(11, "a@x.example", jobtitle="CTO"))
    contact = world.apply(UpdateContact("11", {"jobtitle": "CFO"}), NOW + 7)
    assert [(v.value, v.source) for v in contact.history["jobtitle"]] == [("CFO", "API"), ("CTO", "CRM_UI")]
    assert contact.updated_at == NOW + 7


def test_archive_frees_the_address_and_restore_wants_it_back() -> None:
    world = make_world(hs_contact(11, "a@x.example"))
    world.apply(ArchiveContact("11"), NOW)
    made = world.apply(CreateContact({"email": "a@x.example"}), NOW)
    assert status(world, RestoreContact("11")) == 409
    world.apply(ArchiveContact(made.id), NOW)
    assert world.apply(RestoreContact("11"), NOW).archived_at is None


def test_consent_belongs_to_the_address() -> None:
    world = make_world(hs_contact(11, "a@x.example"), hs_contact(12, "b@x.example"))
    world.apply(ChangeSubscription("B@x.example", "1"), NOW)
    merged = world.apply(MergeContacts("11", "12"), NOW)
    assert "hs_email_optout_1" not in hubspot.shown(world.state, merged)
    world.apply(UpdateContact(merged.id, {"email": "b@x.example"}), NOW)
    assert hubspot.shown(world.state, merged)["hs_email_optout_1"] == "true"
    assert status(world, ChangeSubscription("a@x.example", "77")) == 400


def test_memberships() -> None:
    world = make_world(
        hs_contact(11, "a@x.example"), CastList("91", "S", "MANUAL", ()), CastList("92", "D", "DYNAMIC", ("11",))
    )
    assert world.apply(ChangeMembership("91", add=("11", "12")), NOW) == (["11"], [], ["12"])
    assert world.apply(ChangeMembership("91", remove=("11",)), NOW) == ([], ["11"], [])
    assert status(world, ChangeMembership("92", remove=("11",))) == 400
    assert status(world, ChangeMembership("99")) == 404
