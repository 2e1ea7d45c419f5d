"""What the end state is compared with, and how differences are graded."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mergetui.merging.verify import compare, is_linked
from mergetui.records.crm import HubSpotContact, HubSpotExtras, Subscription
from mergetui.records.plan import Expected
from tests.support.dossiers import NOW, contact, record, sf_id

EXPECTED = Expected(
    object="Contact",
    salesforce_id=sf_id(1),
    salesforce_values={"Title": "CFO"},
    hubspot_values={"jobtitle": "CFO"},
    email="a@x.example",
    addresses=("a@x.example", "b@x.example"),
    dead_salesforce_ids=(sf_id(2),),
    old_hubspot_ids=("9001", "9002"),
    unsubscribed=(("b@x.example", "11"),),
    hubspot_addresses=("a@x.example", "b@x.example"),
    activity_ids=("deal:d1",),
    static_lists=("77",),
)
SURVIVOR = HubSpotContact(
    "9500",
    {
        "salesforcecontactid": sf_id(1),
        "email": "a@x.example",
        "hs_additional_emails": "b@x.example",
        "jobtitle": "CFO",
        "salesforcelastsynctime": str(NOW + 10),
    },
    NOW,
    NOW,
)
EXTRAS = HubSpotExtras("9500", subscriptions=(Subscription("b@x.example", "11", "News", "UNSUBSCRIBED"),))
RECORD = record(1, Title="CFO", Email="a@x.example")


def found(
    expected: Expected = EXPECTED,
    survivor: HubSpotContact | None = SURVIVOR,
    extras: HubSpotExtras | None = EXTRAS,
    **more: Any,
) -> list[str]:
    dead = {sf_id(2): replace(record(2), deleted=True, master_id=sf_id(1))}
    differences = compare(
        expected, more.get("record", RECORD), survivor, extras, more.get("dead", dead), more.get("holders", ()),
        more.get("owners", {}),
    )  # fmt: skip
    return [entry.sentence for entry in differences if entry.grade == "surprise"]


def with_values(**values: str | None) -> HubSpotContact:
    return replace(SURVIVOR, values={**SURVIVOR.values, **values})


def test_everything_as_planned_is_no_surprise_and_late_timelines_are_only_reported() -> None:
    assert found() == []
    reports = compare(EXPECTED, RECORD, SURVIVOR, EXTRAS, {}, (), {})
    assert [entry.grade for entry in reports] == ["report", "report"]


def test_what_pauses_the_queue() -> None:
    assert found(survivor=None) and found(record=None)
    assert found(survivor=replace(SURVIVOR, archived=True))
    assert found(survivor=with_values(salesforcecontactid=sf_id(2)))
    assert found(survivor=with_values(salesforceleadid=sf_id(2))), "a dead id in the other link property"
    assert found(survivor=with_values(jobtitle="CEO"))
    assert found(survivor=with_values(email="b@x.example", hs_additional_emails="a@x.example"))
    assert found(survivor=with_values(hs_additional_emails="")), "an address of the merged contacts was lost"
    assert found(record=record(1, Title="CEO", Email="a@x.example"))
    assert found(dead={sf_id(2): record(2)}), "the merged row is alive again"
    assert found(holders=(contact(3, 2),))
    assert found(owners={"b@x.example": contact(3)})


def test_an_opt_out_must_be_seen_again_to_count_as_kept() -> None:
    loose = HubSpotExtras("9500", subscriptions=(Subscription("b@x.example", "11", "News", "SUBSCRIBED"),))
    assert found(extras=loose)
    assert found(extras=HubSpotExtras("9500")), "not mentioned is not kept"
    assert found(extras=None) and found(extras=HubSpotExtras("9500", unread=("subscriptions: MISSING_SCOPES",)))


def test_linked_needs_a_sync_after_the_merge() -> None:
    assert is_linked(EXPECTED, SURVIVOR, NOW)
    assert not is_linked(EXPECTED, SURVIVOR, NOW + 10)
    assert not is_linked(EXPECTED, with_values(salesforcecontactid=sf_id(2)), NOW)
    assert not is_linked(EXPECTED, None, NOW)


def test_the_primary_company_is_read_again() -> None:
    wanted = replace(EXPECTED, primary_company="70")
    assert found(wanted, extras=replace(EXTRAS, companies=("70", "71"))) == []
    assert found(wanted, extras=replace(EXTRAS, companies=("71", "70")))
    assert found(wanted, extras=EXTRAS), "the company is gone"
    assert found(wanted, extras=replace(EXTRAS, unread=("companies: MISSING_SCOPES",))) == [], "unread is only reported"
