"""Histories of companies, deals and activities over the wire: what changed, when, by whom."""

from __future__ import annotations

import httpx


def test_only_the_changed_property_gets_a_version(hubspot: httpx.Client) -> None:
    company = hubspot.get("/crm/v3/objects/companies", params={"limit": 1}).json()["results"][0]
    assert company["createdAt"] < "2026", "a firm is as old as its account, not as the sandbox"
    one = f"/crm/v3/objects/companies/{company['id']}"
    before = hubspot.get(one, params={"propertiesWithHistory": "city,name"}).json()["propertiesWithHistory"]
    changed = hubspot.patch(one, json={"properties": {"city": "Oslo"}}).json()
    after = hubspot.get(one, params={"propertiesWithHistory": "city,name"}).json()["propertiesWithHistory"]
    assert after["name"] == before["name"]
    assert after["name"][0]["timestamp"] == company["createdAt"]
    assert [(entry["value"], entry["sourceType"]) for entry in after["city"]] == [
        ("Oslo", "API"),
        *((entry["value"], "CRM_UI") for entry in before["city"]),
    ]
    assert after["city"][0]["timestamp"] == changed["updatedAt"]


def test_merged_deals_have_both_histories(hubspot: httpx.Client) -> None:
    ids = [
        hubspot.post("/crm/v3/objects/deals", json={"properties": values}).json()["id"]
        for values in ({"dealname": "One"}, {"dealname": "Two", "amount": "7"})
    ]
    merged = hubspot.post(
        "/crm/v3/objects/deals/merge", json={"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
    ).json()
    found = hubspot.get(
        f"/crm/v3/objects/deals/{merged['id']}", params={"propertiesWithHistory": "dealname,amount"}
    ).json()["propertiesWithHistory"]
    assert found["dealname"][0]["value"] == "One"
    assert {entry["value"] for entry in found["dealname"]} == {"One", "Two"}
    assert [(entry["value"], entry["sourceType"]) for entry in found["amount"]] == [
        ("7", "MERGE_OBJECTS"), ("7", "API"),
    ]  # fmt: skip


def test_a_closed_deal_is_closed(hubspot: httpx.Client) -> None:
    names = "hs_is_closed,hs_is_closed_won"
    deal = hubspot.post("/crm/v3/objects/deals", json={"properties": {"dealname": "x", "dealstage": "contractsent"}})
    one = f"/crm/v3/objects/deals/{deal.json()['id']}"
    for stage, closed, won in (
        ("closedlost", "true", "false"),
        ("closedwon", "true", "true"),
        ("contractsent", "false", "false"),
    ):
        hubspot.patch(one, json={"properties": {"dealstage": stage}})
        shown = hubspot.get(one, params={"properties": names}).json()["properties"]
        assert (shown["hs_is_closed"], shown["hs_is_closed_won"]) == (closed, won)


def test_searches_that_lead_nowhere(hubspot: httpx.Client) -> None:
    path = "/crm/v3/objects/contacts/search"
    counted = hubspot.post(path, json={"limit": 0}).json()
    assert counted["total"] > 0 and "paging" not in counted, "a cursor that stands still would loop for ever"
    rule = {"propertyName": "email", "operator": "EQ", "value": {"a": 1}}
    assert hubspot.post(path, json={"filters": [rule]}).status_code == 400
