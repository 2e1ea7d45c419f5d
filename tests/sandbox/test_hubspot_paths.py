"""One handler behind every spelling of a path, list and boolean; what search sees when; old ids; rich reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.sandbox.wire import CONTACTS, two_hubspot_contacts
from tests.support.sandbox import RunningSandbox, start_sandbox


@pytest.mark.parametrize(
    "paths",
    [
        ("/crm/objects/2026-09/contacts", "/crm/objects/2026-03/0-1/", "/crm/v3/objects/contact"),
        ("/crm/objects/2026-09/deals", "/crm/v3/objects/0-3/", "/crm/objects/2026-03/deal"),
        ("/crm/owners/2026-09", "/crm/v3/owners", "/crm/v3/owners/", "/crm/owners/2026-03/"),
        ("/crm/properties/2026-09/contacts", "/crm/v3/properties/0-1/", "/crm/v3/properties/contact"),
        ("/account-info/2026-09/details", "/account-info/v3/details/"),
        ("/crm/v4/associations/contacts/deals/labels", "/crm/associations/v4/contact/deal/labels/",
         "/crm/associations/2026-09/0-1/0-3/labels"),
        ("/communication-preferences/v4/definitions", "/communication-preferences/2026-09/definitions"),
        ("/events/v3/events/event-types", "/events/event-occurrences/2026-09/event-types"),
    ],
)  # fmt: skip
def test_every_spelling_of_a_path(hubspot: httpx.Client, paths: tuple[str, ...]) -> None:
    def stable(answer: httpx.Response) -> object:
        assert answer.status_code == 200, answer.text
        found = answer.json()
        return found.get("results", found.get("eventTypes", {key: found[key] for key in found if key[-2:] != "At"}))

    first, *others = [stable(hubspot.get(path)) for path in paths]
    assert first and all(other == first for other in others)


def test_every_spelling_of_lists_and_booleans(hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Spell")
    wanted = {"phone", "city", "zip", "createdate", "hs_object_id", "lastmodifieddate"}
    for query in (
        "properties=phone,city,zip",
        "properties=phone&properties=city&properties=zip",
        "properties=phone, city&properties=zip",
    ):
        shown = hubspot.get(f"{CONTACTS}/{one}?{query}&archived=False").json()["properties"]
        assert set(shown) == wanted
    hubspot.delete(f"{CONTACTS}/{one}")
    for flag in ("true", "True", "TRUE"):
        assert hubspot.get(f"{CONTACTS}/{one}?archived={flag}").status_code == 200
    for path in (quote("spell2@probe-hs.example", safe=""), "spell2@probe-hs.example", "SPELL2%40probe-hs.example"):
        assert hubspot.get(f"/crm/v3/objects/contacts/{path}?idProperty=email").status_code == 200


def test_reading_with_associations_and_history(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    rich = next(
        c for c in sandbox.state()["contacts"] if {"companies", "deals"} <= set(c["objects"]) and not c["archived"]
    )
    query = "associations=companies&associations=deal,tickets&propertiesWithHistory=lastname,createdate"
    shown = hubspot.get(f"{CONTACTS}/{rich['id']}?{query}").json()
    companies = shown["associations"]["companies"]["results"]
    first = rich["objects"]["companies"][0]
    assert companies[:2] == [
        {"id": first, "type": "contact_to_company_unlabeled"},
        {"id": first, "type": "contact_to_company"},
    ]
    assert {row["type"] for row in shown["associations"]["deals"]["results"]} == {"contact_to_deal"}
    assert set(shown["propertiesWithHistory"]) == {"lastname", "createdate"}
    old = hubspot.get(f"/crm/v3/objects/contacts/{rich['id']}/associations/companies").json()["results"]
    assert old == companies
    page = hubspot.get(f"/crm/v4/objects/contacts/{rich['id']}/associations/deals?limit=1").json()
    assert len(page["results"]) == 1 and ("paging" in page) == (len(rich["objects"]["deals"]) > 1)
    listed = hubspot.get(f"{CONTACTS}?limit=100&associations=companies").json()["results"]
    assert any("associations" in row for row in listed)


@pytest.fixture
def open_question(sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    yield sandbox
    names = ("old_id_in_batch", "old_id_in_update", "old_id_in_associations", "old_id_in_lists", "gdpr_delete")
    sandbox.control("POST", "/settings", dict.fromkeys(names, False))


@pytest.mark.parametrize("resolved", [False, True])
def test_old_ids_elsewhere_than_in_a_get(open_question: RunningSandbox, hubspot: httpx.Client, resolved: bool) -> None:
    one, two = two_hubspot_contacts(hubspot, f"Alias{resolved}")
    merged = hubspot.post(f"{CONTACTS}/merge", json={"primaryObjectId": one, "objectIdToMerge": two}).json()["id"]
    names = ("old_id_in_batch", "old_id_in_update", "old_id_in_associations", "old_id_in_lists")
    open_question.control("POST", "/settings", dict.fromkeys(names, resolved))
    batch = hubspot.post(f"{CONTACTS}/batch/read", json={"inputs": [{"id": two}], "properties": []})
    assert (batch.status_code, [row["id"] for row in batch.json()["results"]]) == (
        (200, [merged]) if resolved else (207, [])
    )
    patch = hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"city": "Bonn"}})
    assert patch.status_code == (200 if resolved else 404)
    found = hubspot.get(f"/crm/v4/objects/contacts/{one}/associations/deals")
    assert found.status_code == (200 if resolved else 404)
    rule = {"propertyName": "hs_object_id", "operator": "EQ", "value": two}
    assert hubspot.post(f"{CONTACTS}/search", json={"filters": [rule]}).json()["total"] == 0
    listed = [row["id"] for row in hubspot.get(f"{CONTACTS}?limit=100&after={one}").json()["results"]]
    assert one not in listed and two not in listed and merged in listed
    archived = [row["id"] for row in hubspot.get(f"{CONTACTS}?limit=100&archived=true").json()["results"]]
    assert one not in archived and two not in archived


def test_gdpr_deletion_when_it_is_on(open_question: RunningSandbox, hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Forget")
    open_question.control("POST", "/settings", {"gdpr_delete": True})
    by_mail = {"objectId": "forget1@probe-hs.example", "idProperty": "email"}
    assert hubspot.post(f"{CONTACTS}/gdpr-delete", json=by_mail).status_code == 204
    for archived in ("true", "false"):
        assert hubspot.get(f"{CONTACTS}/{one}?archived={archived}").status_code == 404
    assert hubspot.get(f"{CONTACTS}/{two}").status_code == 200


def test_unsubscribing_from_everything(hubspot: httpx.Client) -> None:
    two_hubspot_contacts(hubspot, "Quiet")
    path = "/communication-preferences/v4/statuses/quiet1%40probe-hs.example/unsubscribe-all"
    assert hubspot.get(f"{path}?channel=EMAIL").json()["results"] == []
    assert hubspot.post(f"{path}?channel=EMAIL").json()["results"][0]["status"] == "UNSUBSCRIBED"
    assert hubspot.get(f"{path}?channel=EMAIL").json()["results"][0]["wideStatusType"] == "PORTAL_WIDE"
    shown = hubspot.get(f"{CONTACTS}/quiet1%40probe-hs.example?idProperty=email&properties=hs_email_optout").json()
    assert shown["properties"]["hs_email_optout"] == "true"
    body = {"inputs": ["quiet1@probe-hs.example", "quiet2@probe-hs.example"]}
    rows = hubspot.post("/communication-preferences/v4/statuses/batch/read?channel=EMAIL", json=body).json()["results"]
    assert [{entry["status"] for entry in row["statuses"]} for row in rows] == [{"UNSUBSCRIBED"}, {"NOT_SPECIFIED"}]


def test_as_people_start_it_search_lags_and_limits_are_on() -> None:
    with start_sandbox(people=20, rate_limits=True, search_lag=None) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.info['hubspot_token']}"}
        with httpx.Client(base_url=sandbox.info["hubspot_url"], headers=headers, trust_env=False) as client:
            one, two = two_hubspot_contacts(client, "Late")
            rule = {"propertyName": "lastname", "operator": "CONTAINS_TOKEN", "value": "late*"}

            def found() -> list[str]:
                answer = client.post(f"{CONTACTS}/search", json={"filters": [rule], "properties": ["city"]})
                return [row["id"] for row in answer.json()["results"]]

            assert found() == []
            sandbox.control("POST", "/clock", {"advance_s": 5})
            assert found() == [one, two]
            merged = client.post(f"{CONTACTS}/merge", json={"primaryObjectId": one, "objectIdToMerge": two}).json()[
                "id"
            ]
            assert found() == [one, two], "a merge too"
            assert client.get(f"{CONTACTS}/{one}").json()["id"] == merged
            sandbox.control("POST", "/clock", {"advance_s": 5})
            assert found() == [merged]
            codes = {client.post(f"{CONTACTS}/search", json={"limit": 1}).status_code for _ in range(12)}
            assert codes == {200, 429}


def test_former_owners_are_named_in_a_second_pass(hubspot: httpx.Client) -> None:
    def owners(path: str, **params: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = hubspot.get(path, params=params).json()["results"]
        return found

    present, former = owners("/crm/v3/owners"), owners("/crm/owners/2026-09", archived="true")
    assert former and not {one["id"] for one in former} & {one["id"] for one in present}
    assert all(one["archived"] and one["userId"] is None for one in former)
    gone = former[0]["id"]
    assert hubspot.get(f"/crm/v3/owners/{gone}").status_code == 404
    assert hubspot.get(f"/crm/v3/owners/{gone}", params={"archived": "True"}).json()["id"] == gone


def test_a_head_is_a_get_without_a_body(hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Headed")
    there, gone = hubspot.head(f"{CONTACTS}/{one}"), hubspot.head(f"{CONTACTS}/999999999")
    assert (there.status_code, gone.status_code, there.content) == (200, 404, b"")
    assert there.headers["content-length"] == hubspot.get(f"{CONTACTS}/{one}").headers["content-length"]


@pytest.mark.parametrize(
    "path", ["/crm/objects/2027-01/contacts", "/crm/owners/2025-03", "/account-info/2020-01/details"]
)
def test_only_the_dated_versions_there_are(hubspot: httpx.Client, path: str) -> None:
    assert hubspot.get(path).status_code == 404


def test_every_subscription_has_a_property(hubspot: httpx.Client) -> None:
    two_hubspot_contacts(hubspot, "Half")
    address = "half1@probe-hs.example"
    path = f"/communication-preferences/2026-09/statuses/{address}"
    subscriptions = [str(row["subscriptionId"]) for row in hubspot.get(f"{path}?channel=EMAIL").json()["results"]]
    names = {f"hs_email_optout_{key}" for key in subscriptions}
    specs = {row["name"]: row for row in hubspot.get("/crm/v3/properties/contacts").json()["results"]}
    assert names and names <= set(specs)
    first = f"hs_email_optout_{subscriptions[0]}"
    assert specs[first]["hubspotDefined"] and specs[first]["modificationMetadata"]["readOnlyValue"]
    body = {"subscriptionId": subscriptions[0], "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}
    assert hubspot.post(path, json=body).status_code == 200
    asked = {"idProperty": "email", "properties": [first, "hs_email_optout"]}
    assert hubspot.get(f"{CONTACTS}/{address}", params=asked).json()["properties"][first] == "true"
    rule = {"propertyName": first, "operator": "EQ", "value": "true"}
    found = hubspot.post(f"{CONTACTS}/search", json={"filters": [rule], "properties": ["email"], "limit": 200}).json()
    assert address in {row["properties"]["email"] for row in found["results"]}


def test_phones_are_searched_without_country_code(hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Ring")
    hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"phone": "+49 (30) 555-01 77", "mobilephone": "0170 5550"}})
    for kind, digits in (("phone", "305550177"), ("mobile", "01705550")):
        rule = {"propertyName": f"hs_searchable_calculated_{kind}_number", "operator": "EQ", "value": digits}
        found = hubspot.post(f"{CONTACTS}/search", json={"filters": [rule]}).json()
        assert [row["id"] for row in found["results"]] == [one]


def test_leads_hang_on_contacts(hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Leading")
    assert hubspot.get(f"{CONTACTS}/{one}/associations/leads").json() == {"results": []}
    number = hubspot.get("/crm/v4/associations/leads/contacts/labels").json()["results"][0]["typeId"]
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number}]
    made = hubspot.post(
        "/crm/objects/2026-09/0-136",
        json={"properties": {"hs_lead_name": "New"}, "associations": [{"to": {"id": one}, "types": types}]},
    )
    assert made.status_code == 201, made.text
    found = hubspot.get(f"/crm/v4/objects/contacts/{one}/associations/leads").json()["results"]
    assert [row["toObjectId"] for row in found] == [made.json()["id"]]
