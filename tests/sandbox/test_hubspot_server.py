"""HubSpot over HTTP: contacts, search, merge, associations, lists, consent, events."""

from __future__ import annotations

from urllib.parse import quote

import httpx

from tests.sandbox.wire import CONTACTS, two_hubspot_contacts
from tests.support.sandbox import RunningSandbox


def rich_contact(sandbox: RunningSandbox) -> dict[str, object]:
    contacts = sandbox.state()["contacts"]
    found: dict[str, object] = max(contacts, key=lambda c: len(c["events"]) if not c["archived"] else -1)
    return found


def test_tokens_are_needed(sandbox: RunningSandbox) -> None:
    answer = httpx.get(f"{sandbox.info['hubspot_url']}{CONTACTS}", trust_env=False)
    assert answer.status_code == 401 and answer.json()["category"] == "INVALID_AUTHENTICATION"


def test_listing_pages_through_everyone_in_both_spellings_of_lists(
    sandbox: RunningSandbox, hubspot: httpx.Client
) -> None:
    seen: list[str] = []
    after = None
    while True:
        params: list[tuple[str, str]] = [("limit", "25"), ("properties", "email,phone"), ("properties", "jobtitle")]
        page = hubspot.get(f"{CONTACTS}/", params=[*params, *([("after", after)] if after else [])]).json()
        seen += [row["id"] for row in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
        assert isinstance(after, str)
    live = [c["id"] for c in sandbox.state()["contacts"] if not c["archived"]]
    assert sorted(seen) == sorted(live) and len(set(seen)) == len(seen)
    assert {"email", "phone", "jobtitle", "hs_object_id"} <= set(page["results"][0]["properties"])
    headers = hubspot.get(f"{CONTACTS}?limit=1").headers
    assert headers["x-hubspot-ratelimit-max"] == "190" and "x-hubspot-ratelimit-daily-remaining" in headers


def test_create_read_change_archive(hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Life")
    by_mail = hubspot.get(f"{CONTACTS}/{quote('life1@probe-hs.example', safe='')}", params={"idProperty": "email"})
    assert by_mail.json()["id"] == one
    shown = hubspot.get(f"{CONTACTS}/{one}", params={"properties": "phone,no_such", "archived": "False"}).json()
    assert shown["properties"]["phone"] is None and "no_such" not in shown["properties"]
    changed = hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"phone": "1", "lead_score": 7}})
    assert changed.status_code == 200 and changed.json()["properties"]["lead_score"] == "7"
    history = hubspot.get(f"{CONTACTS}/{one}", params={"propertiesWithHistory": "phone"}).json()
    assert history["propertiesWithHistory"]["phone"][0]["sourceType"] == "API"
    taken = hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"email": "life2@probe-hs.example"}})
    assert taken.status_code == 409 and taken.json()["message"] == f"Contact already exists. Existing ID: {two}"
    bad = hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"nope": "1"}})
    assert bad.status_code == 400 and bad.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert hubspot.delete(f"{CONTACTS}/{one}").status_code == 204
    assert hubspot.get(f"{CONTACTS}/{one}").json()["category"] == "OBJECT_NOT_FOUND"
    gone = hubspot.get(f"{CONTACTS}/{one}", params={"archived": "true"}).json()
    assert gone["archived"] is True and gone["archivedAt"]


def test_merge_and_what_old_ids_do_afterwards(hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Merge")
    answer = hubspot.post(f"{CONTACTS}/merge", json={"primaryObjectId": one, "objectIdToMerge": two})
    assert answer.status_code == 200
    new = answer.json()["id"]
    assert new not in (one, two)
    names = {"properties": "hs_additional_emails,hs_merged_object_ids"}
    for old in (one, two):
        found = hubspot.get(f"{CONTACTS}/{old}", params=names).json()
        assert found["id"] == new and found["properties"]["hs_additional_emails"] == "merge2@probe-hs.example"
        assert hubspot.get(f"{CONTACTS}/{old}", params={"archived": "true"}).status_code == 404
    assert hubspot.get(f"{CONTACTS}/merge2@probe-hs.example", params={"idProperty": "email"}).json()["id"] == new
    batch = hubspot.post(f"{CONTACTS}/batch/read", json={"inputs": [{"id": new}, {"id": two}], "properties": []})
    assert batch.status_code == 207
    assert [row["id"] for row in batch.json()["results"]] == [new]
    assert batch.json()["errors"][0]["context"] == {"ids": [two]}
    again = hubspot.post(f"{CONTACTS}/merge", json={"primaryObjectId": one, "objectIdToMerge": two})
    assert again.status_code == 400 and again.json()["category"] == "VALIDATION_ERROR"
    unknown = hubspot.post(f"{CONTACTS}/merge", json={"primaryObjectId": new, "objectIdToMerge": "1"})
    assert unknown.status_code == 404


def test_batches_have_their_limits(hubspot: httpx.Client) -> None:
    inputs = [{"id": str(n)} for n in range(101)]
    assert hubspot.post(f"{CONTACTS}/batch/read", json={"inputs": inputs}).status_code == 400
    body = {"inputs": inputs[:51], "propertiesWithHistory": ["email"]}
    assert "histories is 50" in hubspot.post(f"{CONTACTS}/batch/read", json=body).json()["message"]
    wide = ",".join(f"property_{n}" for n in range(1000))
    assert hubspot.get(CONTACTS, params={"properties": wide}).status_code == 414


def test_search(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Search")

    def found(*filters: dict[str, object], **body: object) -> list[str]:
        answer = hubspot.post(f"{CONTACTS}/search", json={"filterGroups": [{"filters": filters}], **body})
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()["results"]]

    assert found({"propertyName": "email", "operator": "EQ", "value": "SEARCH1@probe-hs.example"}) == [one]
    values = ["search1@probe-hs.example", "search2@probe-hs.example"]
    assert found({"propertyName": "email", "operator": "IN", "values": values}) == [one, two]
    assert found({"propertyName": "lastname", "operator": "CONTAINS_TOKEN", "value": "sear*"}) == [one, two]
    assert found({"propertyName": "hs_object_id", "operator": "GT", "value": one}) == [two]
    assert found(query="search2@probe-hs.example") == [two]
    newest = hubspot.post(f"{CONTACTS}/search", json={
        "filterGroups": [{"filters": [{"propertyName": "salesforcelastsynctime", "operator": "HAS_PROPERTY"}]}],
        "sorts": [{"propertyName": "salesforcelastsynctime", "direction": "DESCENDING"}],
        "properties": ["salesforcelastsynctime"], "limit": 5,
    })  # fmt: skip
    stamps = [row["properties"]["salesforcelastsynctime"] for row in newest.json()["results"]]
    assert stamps == sorted(stamps, reverse=True) and newest.json()["paging"]["next"]["after"] == "5"
    assert "x-hubspot-ratelimit-max" not in newest.headers, "searches carry no rate-limit headers"
    for bad in ({"limit": 201}, {"after": "10000"}, {"filterGroups": [{"filters": []}] * 6}):
        assert hubspot.post(f"{CONTACTS}/search", json=bad).status_code == 400
    rule = {"propertyName": "nope", "operator": "HAS_PROPERTY"}
    assert hubspot.post(f"{CONTACTS}/search", json={"filters": [rule]}).status_code == 400


def test_schema_owners_account(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    properties = {p["name"]: p for p in hubspot.get("/crm/properties/2026-09/contacts").json()["results"]}
    assert properties["hs_email_open"]["modificationMetadata"]["readOnlyValue"]
    assert properties["lifecyclestage"]["options"][0]["value"] == "subscriber"
    assert properties["hubspot_owner_id"]["referencedObjectType"] == "OWNER"
    groups = hubspot.get("/crm/properties/2026-09/contacts/groups").json()["results"]
    assert {p["groupName"] for p in properties.values()} == {group["name"] for group in groups}
    owners = hubspot.get("/crm/v3/owners/", params={"limit": 2}).json()
    assert len(owners["results"]) == 2 and owners["results"][0]["type"] == "PERSON"
    account = hubspot.get("/account-info/2026-03/details").json()
    assert str(account["portalId"]) == sandbox.info["portal_id"] and account["accountType"] == "SANDBOX"


def test_what_hangs_on_a_contact(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    rich = rich_contact(sandbox)
    key = str(rich["id"])
    objects: dict[str, list[str]] = rich["objects"]  # type: ignore[assignment]
    kind = max(objects, key=lambda name: len(objects[name]))
    found = hubspot.get(f"/crm/objects/2026-09/contacts/{key}/associations/{kind}").json()["results"]
    assert [row["toObjectId"] for row in found] == objects[kind]
    body = {"inputs": [{"id": key}, {"id": "1"}]}
    batch = hubspot.post(f"/crm/associations/2026-09/contacts/{kind}/batch/read", json=body)
    assert batch.status_code == 207 and batch.json()["results"][0]["from"]["id"] == key
    read = hubspot.post(
        f"/crm/objects/2026-09/{kind}/batch/read",
        json={"inputs": [{"id": one} for one in objects[kind]], "properties": ["hs_timestamp"]},
    )
    assert {row["id"] for row in read.json()["results"]} == set(objects[kind])
    listed = hubspot.post(f"/crm/objects/2026-09/{kind}/search", json={"limit": 200, "filterGroups": [{"filters": [
        {"propertyName": "associations.contact", "operator": "EQ", "value": key}]}]})  # fmt: skip
    assert listed.json()["total"] == len(objects[kind])

    events: list[str] = []
    after = ""
    while True:
        params = {"objectType": "contact", "objectId": key, "limit": "7", **({"after": after} if after else {})}
        page = hubspot.get("/events/event-occurrences/2026-09", params=params).json()
        events += [row["id"] for row in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert sorted(events) == sorted(rich["events"])  # type: ignore[call-overload]


def test_lists(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Lists")
    wanted = {"listIds": [], "processingTypes": ["MANUAL"], "objectTypeId": "0-1", "offset": 0, "count": 1}
    [found] = hubspot.post("/crm/lists/2026-09/search", json=wanted).json()["lists"]
    key = found["listId"]
    changed = hubspot.put(f"/crm/lists/2026-09/{key}/memberships/add", json=[one, "1"]).json()
    assert changed == {"recordsIdsAdded": [one], "recordIdsRemoved": [], "recordIdsMissing": ["1"]}
    mine = hubspot.get(f"/crm/lists/2026-09/records/0-1/{one}/memberships").json()["results"]
    assert key in [row["listId"] for row in mine], "beside the inclusion list, which takes newcomers"
    members: list[str] = []
    after = ""
    while True:
        params = {"limit": "10", **({"after": after} if after else {})}
        page = hubspot.get(f"/crm/lists/2026-09/{key}/memberships", params=params).json()
        members += [row["recordId"] for row in page["results"]]
        if "paging" not in page:
            break
        after = page["paging"]["next"]["after"]
    assert one in members
    removed = hubspot.put(f"/crm/lists/2026-09/{key}/memberships/remove", json=[one]).json()
    assert removed["recordIdsRemoved"] == [one]
    missing = hubspot.post("/crm/lists/2026-09/search", json={"query": "x"})
    assert missing.status_code == 400, "the dated versions want listIds and processingTypes"


def test_consent(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    path = "/communication-preferences/2026-09/statuses/probe%40x.example"
    first = hubspot.get(path, params={"channel": "EMAIL"}).json()["results"]
    key = first[0]["subscriptionId"]
    assert first[0]["status"] == "NOT_SPECIFIED"
    body = {"subscriptionId": key, "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}
    assert hubspot.post(path, json=body).json()["status"] == "UNSUBSCRIBED"
    after = hubspot.get(path, params={"channel": "EMAIL"}).json()["results"]
    assert [row["status"] for row in after].count("UNSUBSCRIBED") == 1
    assert hubspot.get(path).status_code == 400
    logged = [event for event in sandbox.events() if event["what"] in ("hubspot.subscriptions", "hubspot.unsubscribe")]
    assert logged and all("probe" not in event["path"] for event in logged), "addresses stay out of the log"


def test_search_by_link_finds_the_holder_in_any_spelling(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    holder = next(c for c in sandbox.state()["contacts"] if c["salesforcecontactid"] and not c["archived"])
    held = holder["salesforcecontactid"]
    for rule in ({"operator": "EQ", "value": held}, {"operator": "IN", "values": [held.lower()]}):
        filters = [{"propertyName": "salesforcecontactid", **rule}]
        answer = hubspot.post(f"{CONTACTS}/search", json={"filterGroups": [{"filters": filters}]}).json()
        assert holder["id"] in [row["id"] for row in answer["results"]]
    shouting = [{"propertyName": "salesforcecontactid", "operator": "IN", "values": [held]}]
    assert hubspot.post(f"{CONTACTS}/search", json={"filterGroups": [{"filters": shouting}]}).json()["total"] == 0
