"""HubSpot's refusals: status, category, words and details of each (facts/hubspot.md §2, §9)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.wire import CONTACTS, two_hubspot_contacts
from tests.support.sandbox import RunningSandbox

OLD = "/crm/v3/objects/contacts"
REDIRECT = "http://localhost:17172/callback"


def body_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The error's body; every one is JSON with these members."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    found: dict[str, Any] = answer.json()
    assert found["status"] == "error" and found["message"] and len(found["correlationId"]) == 36
    return found


@pytest.mark.parametrize(
    ("values", "code", "words"),
    [
        ({"nope": "1"}, "PROPERTY_DOESNT_EXIST", 'Property "nope" does not exist'),
        ({"hs_email_open": "1"}, "READ_ONLY_VALUE", "read only property; its value cannot be set"),
        ({"email": "no address"}, "INVALID_EMAIL", "Email address no address is invalid"),
        ({"lifecyclestage": "king"}, "INVALID_OPTION", "king was not one of the allowed options: [subscriber, lead"),
        ({"hs_legal_basis": "Not applicable;x"}, "INVALID_OPTION", "x was not one of the allowed options"),
        ({"lead_score": "high"}, "INVALID_INTEGER", "high was not a valid number."),
        ({"hubspot_owner_id": "1"}, "INVALID_OWNER_ID", "The owner id 1 is not valid"),
        ({"message": "x" * 65_537}, "PROPERTY_VALUE_TOO_LONG", "65536"),
    ],
)
@pytest.mark.parametrize("base", [CONTACTS, OLD])
def test_refused_values(hubspot: httpx.Client, base: str, values: dict[str, str], code: str, words: str) -> None:
    found = body_of(hubspot.post(base, json={"properties": {"lastname": "Bad", **values}}), 400)
    assert found["category"] == "VALIDATION_ERROR"
    assert found["message"].startswith('Property values were not valid: [{"isValid":false,"message":"')
    [detail] = found["errors"]
    assert (detail["code"], detail["context"]) == (code, {"propertyName": [next(iter(values))]})
    assert words in detail["message"]


def test_dates_are_midnights_and_datetimes_instants(hubspot: httpx.Client) -> None:
    for name, kind in (("since_day", "date"), ("since_when", "datetime"), ("is_vip", "bool")):
        field = "booleancheckbox" if kind == "bool" else "date"
        spec = {"name": name, "label": name, "type": kind, "fieldType": field, "groupName": "contactinformation"}
        assert hubspot.post("/crm/properties/2026-09/contacts", json=spec).status_code == 201
    good = {"since_day": "1793491200000", "since_when": "2026-11-02T10:00:00+01:00", "is_vip": True}
    made = hubspot.post(CONTACTS, json={"properties": good}).json()["properties"]
    assert (made["since_day"], made["since_when"], made["is_vip"]) == ("2026-11-01", "2026-11-02T09:00:00.000Z", "true")
    for values, code in (
        ({"since_day": "1793494800000"}, "INVALID_DATE"),
        ({"since_day": "yesterday"}, "INVALID_DATE"),
        ({"since_when": "soon"}, "INVALID_LONG"),
        ({"since_when": "9" * 30}, "INVALID_LONG"),
        ({"is_vip": "maybe"}, "INVALID_OPTION"),
    ):
        assert body_of(hubspot.post(CONTACTS, json={"properties": values}), 400)["errors"][0]["code"] == code


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "words"),
    [
        ("GET", "/crm/objects/2026-09/contacts/1", None, 404, "Object not found."),
        ("GET", "/crm/objects/2026-09/contacts/abc", None, 404, "Object not found."),
        ("GET", "/crm/objects/2026-09/gadgets", None, 400, "Unable to infer object type from: gadgets"),
        ("GET", f"{CONTACTS}?limit=0", None, 400, "limit must be between 1 and 100"),
        ("GET", f"{CONTACTS}?limit=ten", None, 400, "limit must be between 1 and 100"),
        ("GET", f"{CONTACTS}?after=x", None, 400, "paging cursor"),
        ("GET", f"{CONTACTS}/a%40b.co?idProperty=lastname", None, 400, "not a unique identifier property"),
        ("POST", CONTACTS, {}, 400, "Some required fields were not set: [properties]"),
        ("POST", CONTACTS, {"properties": {"lastname": {"a": 1}}}, 400, "Cannot deserialize lastname"),
        ("POST", CONTACTS, [], 400, "Invalid input JSON on line 1, column 1"),
        ("POST", f"{CONTACTS}/merge", {"primaryObjectId": "1"}, 400, "not set: [objectIdToMerge]"),
        ("POST", f"{CONTACTS}/batch/read", {"properties": []}, 400, "not set: [inputs]"),
        ("POST", f"{CONTACTS}/batch/update", {"inputs": [{"properties": {}}]}, 400, "not set: [id]"),
        ("POST", f"{CONTACTS}/gdpr-delete", {"objectId": "1"}, 400, "switched off"),
        ("PATCH", f"{CONTACTS}/1", {"properties": {"lastname": "x"}}, 404, "Object not found."),
        ("GET", "/crm/v3/owners/1", None, 404, "Could not find an owner"),
        ("GET", "/crm/v3/lists/1", None, 404, "List does not exist with ID 1."),
        ("GET", "/crm/v3/properties/contacts/nope", None, 404, "nope"),
        ("GET", "/communication-preferences/v4/statuses/a%40b.co", None, 400, "channel"),
        ("GET", "/events/v3/events?objectId=1", None, 400, "objectType"),
        ("GET", "/nowhere", None, 404, "resource not found"),
        ("GET", "/crm/v9/objects/contacts", None, 404, "resource not found"),
        ("PUT", CONTACTS, {}, 405, "HTTP 405 Method Not Allowed"),
        ("GET", f"{CONTACTS}?properties={'x' * 9000}", None, 414, "Too Long"),
        (
            "POST",
            "/crm/v3/objects/companies/merge",
            {"primaryObjectId": "1", "objectIdToMerge": "2"},
            400,
            "integration",
        ),
        ("POST", "/crm/v3/objects/notes", {"properties": {"hs_note_body": "x"}}, 400, "required properties"),
    ],
)
def test_refused_calls(hubspot: httpx.Client, method: str, path: str, body: Any, status: int, words: str) -> None:
    found = body_of(
        hubspot.request(method, path, json=body) if body is not None else hubspot.request(method, path), status
    )
    assert words in found["message"]
    if status in (405, 414) or "resource" in words:
        assert "category" not in found
    else:
        assert found["category"] == ("OBJECT_NOT_FOUND" if status == 404 else "VALIDATION_ERROR")


def test_bodies_that_are_none(hubspot: httpx.Client) -> None:
    json_type = {"Content-Type": "application/json"}
    bad = body_of(hubspot.post(CONTACTS, content=b'{"properties":\n {oops}}', headers=json_type), 400)
    assert bad["message"].startswith("Invalid input JSON on line 2, column 3: ")
    body_of(hubspot.post(CONTACTS, content=b"\xff\xfe{", headers=json_type), 400)
    body_of(hubspot.post(CONTACTS, content=b"{}", headers={"Content-Type": "text/plain"}), 415)
    body_of(hubspot.post(CONTACTS, content=b'{"a":"' + b"x" * 1_100_000 + b'"}', headers=json_type), 413)


@pytest.mark.parametrize(
    ("search", "words"),
    [
        ({"filterGroups": [{"filters": []}] * 6}, "5 filterGroups"),
        ({"filters": [{"propertyName": "email", "operator": "HAS_PROPERTY"}] * 7}, "6 filters"),
        ({"filters": [{"propertyName": "email", "operator": "LIKE", "value": "x"}]}, "operator"),
        ({"filters": [{"propertyName": "email", "operator": "EQ"}]}, "operator EQ requires a value"),
        ({"filters": [{"propertyName": "email", "operator": "IN", "values": []}]}, "operator IN requires values"),
        ({"filters": [{"propertyName": "lead_score", "operator": "BETWEEN", "value": "1"}]}, "highValue"),
        ({"filters": [{"propertyName": "lead_score", "operator": "GT", "value": "x"}]}, "not a valid number"),
        ({"filters": [{"propertyName": "nope", "operator": "HAS_PROPERTY"}]}, "Property nope does not exist"),
        ({"filters": [{"operator": "HAS_PROPERTY"}]}, "not set: [propertyName]"),
        ({"filterGroups": "x"}, "filterGroups"),
        ({"sorts": [{"propertyName": "email"}, {"propertyName": "phone"}]}, "one sort rule"),
        ({"sorts": ["nope"]}, "Property nope does not exist"),
        ({"limit": 201}, "limit must be between 0 and 200"),
        ({"after": "9900", "limit": 200}, "10,000"),
        ({"after": "x"}, "paging cursor"),
        ({"query": "x" * 3001}, "3000"),
    ],
)
def test_refused_searches(hubspot: httpx.Client, search: dict[str, Any], words: str) -> None:
    found = body_of(hubspot.post(f"{CONTACTS}/search", json=search), 400)
    assert words in found["message"] and found["category"] == "VALIDATION_ERROR"


# batches --------------------------------------------------------------------------------------------------------


def test_a_batch_is_all_or_nothing_unless_its_inputs_are_traced(hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Batch")
    taken = {"properties": {"email": "batch1@probe-hs.example"}}
    fresh = {"properties": {"email": "batch3@probe-hs.example"}}
    refused = body_of(hubspot.post(f"{CONTACTS}/batch/create", json={"inputs": [fresh, taken]}), 409)
    assert refused["message"] == f"Contact already exists. Existing ID: {one}" and refused["category"] == "CONFLICT"
    found = hubspot.get(f"{CONTACTS}/batch3@probe-hs.example", params={"idProperty": "email"})
    assert found.status_code == 404, "nothing was made"
    traced = [{**fresh, "objectWriteTraceId": "a"}, {**taken, "objectWriteTraceId": "b"}]
    answer = hubspot.post(f"{CONTACTS}/batch/create", json={"inputs": traced})
    assert answer.status_code == 207
    shown = answer.json()
    assert [row["objectWriteTraceId"] for row in shown["results"]] == ["a"] and shown["numErrors"] == 1
    [error] = shown["errors"]
    assert (error["category"], error["context"]) == ("CONFLICT", {"objectWriteTraceId": ["b"]})
    twice = {"inputs": [{"properties": {"email": "t@probe-hs.example"}}] * 2}
    assert "Duplicate IDs" in body_of(hubspot.post(f"{CONTACTS}/batch/create", json=twice), 400)["message"]


def test_batch_update_names_unknown_ids_and_refuses_bad_values_whole(hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Batchup")
    inputs = [{"id": one, "properties": {"city": "Bonn"}}, {"id": "1", "properties": {"city": "Bonn"}}]
    answer = hubspot.post(f"{OLD}/batch/update", json={"inputs": inputs})
    assert answer.status_code == 207 and answer.json()["errors"][0]["context"] == {"ids": ["1"]}
    assert answer.json()["results"][0]["properties"]["city"] == "Bonn"
    inputs = [{"id": two, "properties": {"city": "Kiel"}}, {"id": one, "properties": {"nope": "1"}}]
    body_of(hubspot.post(f"{OLD}/batch/update", json={"inputs": inputs}), 400)
    assert hubspot.get(f"{CONTACTS}/{two}?properties=city").json()["properties"]["city"] is None
    assert hubspot.post(f"{OLD}/batch/archive", json={"inputs": [{"id": one}, {"id": "1"}]}).status_code == 204
    gone = hubspot.post(f"{OLD}/batch/read?archived=True", json={"inputs": [{"id": one}], "properties": []})
    assert gone.status_code == 200 and gone.json()["results"][0]["archived"] is True
    missing = {"inputs": [{"id": "9", "properties": {"city": "x"}}]}
    body_of(hubspot.post(f"{OLD}/batch/upsert", json=missing), 404)


# who may ask ----------------------------------------------------------------------------------------------------


def sign_in(sandbox: RunningSandbox, scope: str) -> str:
    info, url = sandbox.info, sandbox.info["hubspot_url"]
    form = {"client_id": info["hubspot_client_id"], "redirect_uri": REDIRECT, "scope": scope}
    back = httpx.post(f"{url}/oauth/authorize", data={**form, "decision": "allow"}, trust_env=False)
    answer = token(sandbox, grant_type="authorization_code", redirect_uri=REDIRECT,
                   code=httpx.URL(back.headers["location"]).params["code"])  # fmt: skip
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def token(sandbox: RunningSandbox, **form: str) -> httpx.Response:
    info = sandbox.info
    app = {"client_id": info["hubspot_client_id"], "client_secret": info["hubspot_client_secret"]}
    return httpx.post(f"{info['hubspot_url']}/oauth/v1/token", data={**app, **form}, trust_env=False)


@pytest.mark.parametrize(
    ("form", "status", "word"),
    [
        ({"client_id": "x"}, 401, "BAD_CLIENT_ID"),
        ({"client_secret": "x"}, 401, "BAD_CLIENT_SECRET"),
        ({"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": "x"}, 400, "BAD_AUTH_CODE"),
        ({"grant_type": "authorization_code", "redirect_uri": "http://x", "code": "x"}, 400, "BAD_REDIRECT_URI"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "refresh_token"}, 400, "BAD_REFRESH_TOKEN"),
        ({"grant_type": "password"}, 400, "BAD_GRANT_TYPE"),
        ({}, 400, "BAD_GRANT_TYPE"),
    ],
)
def test_refused_sign_ins_speak_both_languages(
    sandbox: RunningSandbox, form: dict[str, str], status: int, word: str
) -> None:
    answer = token(sandbox, **form)
    shown = answer.json()
    assert (answer.status_code, shown["status"]) == (status, word)
    assert shown["error"] and shown["error_description"] == shown["message"]


SCOPED: list[tuple[str, str, Any, list[str]]] = [
    ("GET", CONTACTS, None, ["crm.objects.contacts.read"]),
    ("POST", f"{CONTACTS}/merge", {"primaryObjectId": "1", "objectIdToMerge": "2"}, ["crm.objects.contacts.write"]),
    ("PATCH", f"{OLD}/1", {"properties": {}}, ["crm.objects.contacts.write"]),
    ("POST", "/crm/v3/objects/deals/search", {}, ["crm.objects.deals.read"]),
    ("GET", "/crm/v3/objects/tickets", None, ["tickets"]),
    ("GET", "/crm/v3/owners/", None, ["crm.objects.owners.read"]),
    ("GET", "/crm/v3/lists/", None, ["crm.lists.read"]),
    ("GET", "/crm/v3/properties/contacts", None, ["crm.objects.contacts.read", "crm.schemas.contacts.read"]),
    ("GET", "/communication-preferences/v3/status/email/a%40b.co", None,
     ["communication_preferences.read", "communication_preferences.read_write",
      "communication_preferences.statuses.batch.read"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def poor(running: RunningSandbox) -> str:
    """A token that may only ask for the account."""
    return sign_in(running, "oauth")


@pytest.mark.parametrize(("method", "path", "body", "scopes"), SCOPED)
def test_scopes_are_needed(
    sandbox: RunningSandbox, poor: str, method: str, path: str, body: Any, scopes: list[str]
) -> None:
    headers = {"Authorization": f"Bearer {poor}"}
    url = sandbox.info["hubspot_url"]
    found = body_of(httpx.request(method, url + path, json=body, headers=headers, trust_env=False), 403)
    assert found["category"] == "MISSING_SCOPES" and found["links"] == {
        "scopes": "https://developers.hubspot.com/scopes"
    }
    assert found["errors"][0]["context"]["requiredGranularScopes"] == scopes
    account = httpx.get(f"{url}/account-info/v3/details", headers=headers, trust_env=False)
    assert account.status_code == 200 and account.headers["x-hubspot-ratelimit-max"] == "110"
    assert "x-hubspot-ratelimit-daily" not in account.headers, "OAuth apps are not told the daily limit"


def test_unknown_and_expired_tokens(sandbox: RunningSandbox) -> None:
    url = f"{sandbox.info['hubspot_url']}{CONTACTS}"
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        found = body_of(httpx.get(url, headers=headers, trust_env=False), 401)
        assert found["category"] == "INVALID_AUTHENTICATION"
    access = sign_in(sandbox, "oauth crm.objects.contacts.read")
    sandbox.control("POST", "/clock", {"advance_s": 1_800 + 300})
    found = body_of(httpx.get(url, headers={"Authorization": f"Bearer {access}"}, trust_env=False), 401)
    assert found["category"] == "EXPIRED_AUTHENTICATION" and "expire time" in found["context"]
    assert found["message"] == "The OAuth token used to make this call expired 5 minute(s) ago."


def test_unknown_scopes_never_reach_the_app(sandbox: RunningSandbox) -> None:
    info = sandbox.info
    form = {"client_id": info["hubspot_client_id"], "redirect_uri": REDIRECT, "scope": "oauth made.up"}
    answer = httpx.get(f"{info['hubspot_url']}/oauth/authorize", params=form, trust_env=False)
    assert answer.status_code == 400 and "mismatch between the scopes" in answer.text


# rate limits ----------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    sandbox.control("POST", "/clock", {"advance_s": 11})
    sandbox.control("POST", "/settings", {"rate_limits": True})
    yield sandbox
    sandbox.control(
        "POST", "/settings", {"rate_limits": False, "hubspot_daily_limit": 10**6, "salesforce_daily_limit": 10**5}
    )
    sandbox.control("POST", "/clock", {"advance_s": 11})


def test_the_burst_is_190_in_ten_seconds_and_110_for_oauth_apps(limited: RunningSandbox, hubspot: httpx.Client) -> None:
    access = sign_in(limited, "oauth")
    for headers, most in (({}, 190), ({"Authorization": f"Bearer {access}"}, 110)):
        limited.control("POST", "/clock", {"advance_s": 11})
        answers = [hubspot.get("/account-info/v3/details", headers=headers) for _ in range(most + 1)]
        # A slow machine may need more than ten seconds for them; then there is nothing to see.
        refused = [answer for answer in answers if answer.status_code == 429]
        took = answers[-1].elapsed.total_seconds() * most
        assert len(refused) == 1 or took > 5
        remaining = [int(answer.headers["x-hubspot-ratelimit-remaining"]) for answer in answers[:50]]
        assert remaining == list(range(most - 1, most - 51, -1))
        for answer in refused:
            shown = answer.json()
            assert (shown["policyName"], shown["errorType"]) == ("TEN_SECONDLY_ROLLING", "RATE_LIMIT")
            assert shown["message"] == "You have reached your ten_secondly_rolling limit."
            assert "retry-after" not in answer.headers and shown["status"] == "error" and shown["requestId"]
        limited.control("POST", "/clock", {"advance_s": 10})
        assert hubspot.get("/account-info/v3/details", headers=headers).status_code == 200


def test_search_has_five_a_second_and_no_headers(limited: RunningSandbox, hubspot: httpx.Client) -> None:
    answers = [hubspot.post(f"{CONTACTS}/search", json={"limit": 1}) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {200, 429}
    assert all("x-hubspot-ratelimit-max" not in answer.headers for answer in answers)
    over = next(answer for answer in answers if answer.status_code == 429).json()
    assert (over["policyName"], over["message"]) == ("SECONDLY", "You have reached your secondly limit.")
    limited.control("POST", "/clock", {"advance_s": 1})
    assert hubspot.post(f"{CONTACTS}/search", json={"limit": 1}).status_code == 200


def test_the_daily_limit_ends_at_midnight(limited: RunningSandbox, hubspot: httpx.Client) -> None:
    path = "/account-info/2026-09/api-usage/daily/private-apps"
    usage = hubspot.get(path).json()["results"][0]
    limited.control("POST", "/settings", {"hubspot_daily_limit": usage["currentUsage"] + 1})
    last = hubspot.get(path)
    assert last.headers["x-hubspot-ratelimit-daily-remaining"] == "0"
    over = hubspot.get(path)
    assert over.status_code == 429 and over.json()["policyName"] == "DAILY"
    assert over.json()["message"] == "You have reached your daily limit."
    now = limited.state()["clock"]
    assert usage["resetsAt"].endswith("T23:00:00.000Z"), "midnight of the account's time zone"
    limited.control("POST", "/clock", {"advance_s": 86_400 - (now // 1000 + 3_600) % 86_400})
    assert hubspot.get(path).status_code == 200


def test_salesforce_counts_a_day(limited: RunningSandbox, salesforce: httpx.Client) -> None:
    path = "/services/data/v60.0/limits"
    used = int(salesforce.get(path).headers["sforce-limit-info"].removeprefix("api-usage=").partition("/")[0])
    limited.control("POST", "/settings", {"salesforce_daily_limit": used + 1})
    assert salesforce.get(path).status_code == 200
    over = salesforce.get(path)
    assert over.status_code == 403 and over.json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
