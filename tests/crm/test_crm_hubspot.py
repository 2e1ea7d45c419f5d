from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from mergetui.crm.hubspot import HubSpot
from mergetui.crm.hubspot_rows import ENGAGEMENTS, event, property_infos
from mergetui.errors import CrmProblem, Limited, Missing, Refused, Unknown
from mergetui.records.plan import HubSpotMerge
from mergetui.records.sync import RecentSync
from tests.crm.crm_support import Routes, Script, transport

CONTACTS = "/crm/objects/2026-09/contacts"
GONE = httpx.Response(
    404, json={"status": "error", "category": "OBJECT_NOT_FOUND", "message": "no", "correlationId": "x"}
)


def hubspot(handler: Any, **options: Any) -> HubSpot:
    made, _ = transport("hubspot", handler)
    return HubSpot(made, **{"pace": 0, "search_pace": 0, **options})


def row(id_: str, **properties: str | None) -> dict[str, Any]:
    return {
        "id": id_, "properties": {"hs_object_id": id_, **properties}, "createdAt": "2024-05-02T10:00:00.000Z",
        "updatedAt": "2026-11-20T08:11:09.120Z", "archived": False,
    }  # fmt: skip


def body(request: httpx.Request) -> Any:
    return json.loads(request.content)


def batch(live: dict[str, dict[str, Any]]) -> Any:
    """A batch read that knows these contacts by these ids and tells of the others in a 207."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = [item["id"] for item in body(request)["inputs"]]
        assert len(asked) <= 100
        missing = [one for one in asked if one not in live]
        found = {"status": "COMPLETE", "results": [live[one] for one in asked if one in live]}
        if missing:
            found["numErrors"], found["errors"] = len(missing), [{"category": "OBJECT_NOT_FOUND"}]  # type: ignore[assignment]
        return httpx.Response(207 if missing else 200, json=found)

    return answer


async def test_the_id_in_the_answer_counts_not_the_one_asked_for() -> None:
    routes = Routes().on("GET", f"{CONTACTS}/90211", row("91544", email="a@b.c"))
    found = await hubspot(routes).contact("90211", ("phone",))
    assert found is not None and found.id == "91544" and found.updated_at == 1_795_162_269_120
    asked = routes.requests[0].url.params["properties"].split(",")
    assert "phone" in asked and "salesforcecontactid" in asked


async def test_only_hubspots_own_404_means_that_there_is_no_contact() -> None:
    for answer in (GONE, httpx.Response(404, json={"status": "error", "message": "resource not found"})):
        assert await hubspot(Script(answer)).contact("1") is None
    with pytest.raises(Missing):
        await hubspot(Script(httpx.Response(404, text="<html>gateway</html>"))).contact("1")


async def test_old_ids_missing_from_a_batch_are_resolved_one_by_one() -> None:
    live = {"1": row("1"), "9": row("9", email="new@x.y")}
    routes = Routes().on("POST", f"{CONTACTS}/batch/read", batch(live))
    routes.on("GET", f"{CONTACTS}/2", row("9", email="new@x.y")).on("GET", f"{CONTACTS}/3", GONE)
    found = await hubspot(routes).contacts(["1", "2", "3", "2"], ["email"])
    assert {asked: one.id for asked, one in found.items()} == {"1": "1", "2": "9"}


async def test_a_batch_that_answers_an_old_id_with_the_new_contact_is_not_misread() -> None:
    routes = Routes().on("POST", f"{CONTACTS}/batch/read", batch({"2": row("9")}))
    routes.on("GET", f"{CONTACTS}/2", row("9"))
    assert {asked: one.id for asked, one in (await hubspot(routes).contacts(["2"], [])).items()} == {"2": "9"}


async def test_pages_read_many_properties_by_post() -> None:
    names = [f"a_rather_long_property_name_{n:03d}" for n in range(400)]
    first = {"results": [row("1"), row("2")], "paging": {"next": {"after": "2"}}}
    routes = Routes().on(
        "GET",
        CONTACTS,
        lambda request: httpx.Response(
            200, json={"results": [row("3")]} if request.url.params.get("after") == "2" else first
        ),
    )
    routes.on("POST", f"{CONTACTS}/batch/read", batch({one: row(one, **{names[0]: "x"}) for one in "123"}))
    pages = [page async for page in hubspot(routes).pages(names)]
    assert [[one.id for one in page] for page in pages] == [["1", "2"], ["3"]]
    assert pages[0][0].values[names[0]] == "x"
    assert all(len(str(request.url)) < 7000 for request in routes.requests)
    assert set(names) <= set(body(routes.requests[1])["properties"])


async def test_pages_read_few_properties_in_one_go() -> None:
    routes = Routes().on("GET", CONTACTS, {"results": [row("1", email="a@b.c")]})
    assert [[one.id for one in page] async for page in hubspot(routes).pages(["email"])] == [["1"]]
    assert len(routes.requests) == 1


async def test_a_merge_is_sent_once_and_only_its_answer_counts() -> None:
    routes = Routes().on("POST", f"{CONTACTS}/merge", row("91544"))
    answer = await hubspot(routes).merge(HubSpotMerge("90211", "90377"))
    assert answer.contact.id == "91544"
    assert body(routes.requests[0]) == {"primaryObjectId": "90211", "objectIdToMerge": "90377"}
    assert len(routes.requests) == 1


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (httpx.Response(200, text="<html>"), Unknown, "UNREADABLE"),
        (httpx.Response(502), Unknown, ""),
        (httpx.ReadTimeout("slow"), Unknown, "ReadTimeout"),
        (httpx.Response(414, json={"message": "more than 250 identities on"}), Refused, "MERGE_LIMIT"),
        (httpx.Response(423), Refused, "LOCKED"),
        (httpx.Response(429, json={"policyName": "TEN_SECONDLY_ROLLING"}), Limited, "TEN_SECONDLY_ROLLING"),
        (httpx.Response(400, json={"category": "VALIDATION_ERROR", "message": "no"}), Refused, "VALIDATION_ERROR"),
        (GONE, Missing, "OBJECT_NOT_FOUND"),
    ],
)  # fmt: skip
async def test_what_a_failed_merge_proves(answer: Any, kind: type[Exception], code: str) -> None:
    script = Script(answer)
    with pytest.raises(CrmProblem) as caught:
        await hubspot(script).merge(HubSpotMerge("1", "2"))
    assert type(caught.value) is kind and caught.value.code == code
    assert len(script.requests) == 1


async def test_a_merge_never_waits_for_the_pace() -> None:
    made, sleeps = transport("hubspot", Script(httpx.Response(200, json=row("3"))))
    crm = HubSpot(made, pace=1)
    await crm.ready()
    await crm.merge(HubSpotMerge("1", "2"))
    assert sleeps == []


async def test_read_only_sends_nothing() -> None:
    script = Script(httpx.Response(200, json=row("3")))
    crm = hubspot(script, read_only=True)
    for write in (
        crm.merge(HubSpotMerge("1", "2")),
        crm.update("1", {"email": ""}),
        crm.unsubscribe("a@b.c", "7"),
    ):
        with pytest.raises(Refused, match="read-only"):
            await write
    assert script.requests == []


async def test_update_clears_with_the_empty_text_and_unsubscribe_names_the_address_in_the_path() -> None:
    routes = Routes().on("PATCH", f"{CONTACTS}/5", row("5", jobtitle=None))
    routes.on("POST", "/communication-preferences/2026-09/statuses/a+b/c@x.y", {})
    crm = hubspot(routes)
    await crm.update("5", {"jobtitle": ""})
    assert body(routes.requests[0]) == {"properties": {"jobtitle": ""}}
    await crm.unsubscribe("a+b/c@x.y", "77")
    assert routes.requests[1].url.raw_path.endswith(b"/a%2Bb%2Fc%40x.y")
    assert body(routes.requests[1]) == {"subscriptionId": 77, "statusState": "UNSUBSCRIBED", "channel": "EMAIL"}


async def test_holders_are_checked_again_here_because_search_is_loose() -> None:
    id_ = "003A000000000AbAAU"
    results = [
        row("1", salesforcecontactid=id_),
        row("2", salesforceleadid=id_[:15]),
        row("3", salesforcecontactid="x"),
    ]
    routes = Routes().on("POST", f"{CONTACTS}/search", {"total": 3, "results": results})
    assert {one.id for one in await hubspot(routes).holders([id_])} == {"1", "2"}
    groups = body(routes.requests[0])["filterGroups"]
    assert [group["filters"][0]["propertyName"] for group in groups] == ["salesforcecontactid", "salesforceleadid"]
    assert all(value == value.lower() for group in groups for value in group["filters"][0]["values"])


async def test_an_address_is_found_as_additional_too() -> None:
    routes = Routes().on("POST", f"{CONTACTS}/batch/read", batch({"a@x.y": row("1", email="a@x.y")}))
    hit = row("2", email="other@x.y", hs_additional_emails="c@x.y;B@x.y")
    routes.on("POST", f"{CONTACTS}/search", {"results": [hit, row("3", email="bb@x.y")]})
    found = await hubspot(routes).by_address(["A@x.y", "b@x.y", "", "nobody@x.y"])
    assert {address: one.id for address, one in found.items()} == {"a@x.y": "1", "b@x.y": "2"}
    assert body(routes.requests[0])["idProperty"] == "email"


async def test_recent_syncs_are_newest_first() -> None:
    id_ = "003000000000001AAA"
    results = [
        row("1", salesforcelastsynctime="1795000000000", salesforcecontactid=id_[:15], salesforceleadid="x"),
        row("2", salesforcelastsynctime="2026-11-18T10:00:00Z", salesforceleadid="00Q000000000001AAA"),
        row("4", salesforcelastsynctime="1794990000000", salesforcecontactid="<script>"),
    ]
    routes = Routes().on("POST", f"{CONTACTS}/search", {"results": [*results, row("3")]})
    assert await hubspot(routes).recent_syncs(1000) == [
        RecentSync("1", 1_795_000_000_000, id_, "Contact"),
        RecentSync("2", 1_794_996_000_000, "00Q000000000001AAA", "Lead"),
        RecentSync("4", 1_794_990_000_000, None, None),
    ]
    assert body(routes.requests[0])["limit"] == 200 and len(routes.requests) == 1


def sync_pages(*pages: list[int]) -> Routes:
    """Every page but the last names a next one; values are seconds before an instant."""
    answers, number = [], 0
    for at, page in enumerate(pages):
        results = []
        for ago in page:
            number += 1
            results.append(row(str(number), salesforcelastsynctime=str(1_795_000_000_000 - ago * 1000)))
        more = {} if at == len(pages) - 1 else {"paging": {"next": {"after": str(number)}}}
        answers.append({"results": results, **more})
    return Routes().on("POST", f"{CONTACTS}/search", lambda request: answers.pop(0))


def ages(syncs: list[RecentSync]) -> list[int]:
    return [(1_795_000_000_000 - sync.synced_at) // 1000 for sync in syncs]


async def test_recent_syncs_page_back_to_where_the_burst_begins() -> None:
    routes = sync_pages([0, 1, 2], [3, 4, 70], [71, 72])
    assert ages(await hubspot(routes).recent_syncs()) == [0, 1, 2, 3, 4], "what lies beyond the gap is cut off"
    assert [body(request).get("after") or "" for request in routes.requests] == ["", "3"]


async def test_recent_syncs_page_back_to_an_instant() -> None:
    routes = sync_pages([0, 1, 100], [101, 102, 300], [301])
    found = await hubspot(routes).recent_syncs(since=1_795_000_000_000 - 200_000)
    assert ages(found) == [0, 1, 100, 101, 102] and len(routes.requests) == 2


async def test_a_burst_longer_than_the_limit_is_not_seen_as_beginning_late() -> None:
    assert await hubspot(sync_pages([0, 1, 2], [3, 4, 5], [6])).recent_syncs(5) == []
    assert ages(await hubspot(sync_pages([0, 90, 91], [92, 93, 94], [95])).recent_syncs(6, since=0)) == [0]


async def test_identity_is_production_only_for_a_standard_account() -> None:
    path = "/account-info/2026-09/details"
    for kind, production in (("STANDARD", True), ("SANDBOX", False), ("DEVELOPER_TEST", False), ("NEW_KIND", True)):
        routes = Routes().on("GET", path, {"portalId": 4471, "accountType": kind, "uiDomain": "app-eu1.hubspot.com"})
        identity = await hubspot(routes).identity()
        assert (identity.id, identity.production, identity.kind) == ("4471", production, kind)
        assert identity.ui_url == "https://app-eu1.hubspot.com/contacts/4471"


async def test_owners_include_former_ones() -> None:
    def owners(request: httpx.Request) -> httpx.Response:
        if request.url.params["archived"] == "true":
            return httpx.Response(200, json={"results": [{"id": "9", "email": "z@x.y", "archived": True}]})
        if request.url.params.get("after"):
            return httpx.Response(200, json={"results": [{"id": "2", "email": "b@x.y", "archived": False}]})
        first = {"id": "1", "firstName": "Ana", "lastName": "B", "email": "a@x.y", "archived": False}
        return httpx.Response(200, json={"results": [first], "paging": {"next": {"after": "1"}}})

    found = await hubspot(Routes().on("GET", "/crm/owners/2026-09", owners)).owners()
    assert [(one.id, one.name, one.active) for one in found] == [
        ("1", "Ana B", True), ("2", "b@x.y", True), ("9", "z@x.y", False),
    ]  # fmt: skip


def everything() -> Routes:
    """One contact 5 with something of every kind; 6 has nothing."""
    routes = Routes()
    live = {
        "5": row("5", email="a@x.y", hs_additional_emails="b@x.y"), "6": row("6", email=None),
    }  # fmt: skip
    routes.on("POST", f"{CONTACTS}/batch/read", batch(live))
    linked: dict[str, list[dict[str, Any]]] = {
        "emails": [{"toObjectId": 51}, {"toObjectId": "52"}],
        "deals": [{"toObjectId": "61"}, {"toObjectId": "62"}],
        "companies": [
            {"toObjectId": "70", "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 279}]},
            {"toObjectId": "71", "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 1}]},
        ],
    }
    for kind in ("emails", "calls", "meetings", "notes", "tasks", "deals", "tickets", "companies"):
        results = [{"from": {"id": "5"}, "to": linked[kind]}] if kind in linked else []
        none = [{"status": "error", "category": "OBJECT_NOT_FOUND", "context": {"fromObjectId": ["6"]}}]
        answer = httpx.Response(207, json={"status": "COMPLETE", "results": results, "errors": none})
        routes.on("POST", f"/crm/associations/2026-09/contacts/{kind}/batch/read", answer)
    emails = [
        {"id": "51", "properties": {"hs_email_subject": "Hi", "hs_timestamp": "2026-11-01T00:00:00Z"}},
        {"id": "52", "properties": {"hs_email_direction": "INCOMING_EMAIL", "hs_timestamp": "2026-11-03T00:00:00Z"}},
    ]
    routes.on("POST", "/crm/objects/2026-09/emails/batch/read", {"results": emails})
    closed = {
        "id": "61",
        "properties": {"dealname": "Old", "hs_is_closed": "true", "closedate": "2025-01-01T00:00:00Z"},
    }
    routes.on("POST", "/crm/objects/2026-09/deals/batch/read", {"results": [closed]})

    def events(request: httpx.Request) -> httpx.Response:
        if request.url.params["objectId"] == "6":
            return httpx.Response(200, json={"results": []})
        if not request.url.params.get("after"):
            opened = {"id": "e1", "eventType": "e_opened_email_v2", "occurredAt": "2026-11-02T00:00:00Z"}
            return httpx.Response(200, json={"results": [opened], "paging": {"next": {"after": "p2"}}})
        more = [
            {"id": "e2", "eventType": "e_submitted_form", "occurredAt": "2026-11-04T00:00:00Z",
             "properties": {"hs_form_name": "Demo"}},
            {"id": "e3", "eventType": "e_delivered_email", "occurredAt": "2026-11-04T00:00:00Z"},
        ]  # fmt: skip
        return httpx.Response(200, json={"results": more})

    routes.on("GET", "/events/event-occurrences/2026-09", events)
    routes.on("GET", "/crm/lists/2026-09/records/0-1/5/memberships", {"results": [
        {"listId": "1", "lastAddedTimestamp": "2026-01-02T00:00:00Z"}, {"listId": 2}
    ]})  # fmt: skip
    routes.on("GET", "/crm/lists/2026-09/records/0-1/6/memberships", {"results": []})
    lists = [
        {"listId": "1", "name": "VIP", "processingType": "MANUAL"},
        {"listId": "2", "name": "All", "processingType": "DYNAMIC"},
    ]
    routes.on("POST", "/crm/lists/2026-09/search", {"lists": lists, "hasMore": False, "offset": 2, "total": 2})
    status = {"subscriptionId": "7", "subscriptionName": "News", "status": "UNSUBSCRIBED", "channel": "EMAIL"}
    routes.on("GET", "/communication-preferences/2026-09/statuses/a@x.y", {"results": [status]})
    routes.on("GET", "/communication-preferences/2026-09/statuses/b@x.y", GONE)
    return routes


async def test_extras_hold_everything_by_id() -> None:
    found = await hubspot(everything()).extras(["5", "6"])
    five = found["5"]
    assert [(item.kind, item.id, item.title) for item in five.activities] == [
        ("form", "e2", "Demo"), ("reply", "52", ""), ("open", "e1", ""), ("email", "51", "Hi"),
        ("deal", "61", "Old"), ("deal", "62", ""),
    ]  # fmt: skip
    assert {item.id: item.open for item in five.activities if item.kind == "deal"} == {"61": False, "62": True}
    assert [(item.list_id, item.name, item.static) for item in five.lists] == [("1", "VIP", True), ("2", "All", False)]
    assert [item.added_at for item in five.lists] == [1_767_312_000_000, None]
    assert five.companies == ("71", "70")
    assert [(item.address, item.subscription_id, item.status) for item in five.subscriptions] == [
        ("a@x.y", "7", "UNSUBSCRIBED")
    ]
    assert five.unread == () and found["6"].activities == () and found["6"].contact_id == "6"


async def test_what_a_missing_scope_hides_is_said_not_taken_for_nothing() -> None:
    no = httpx.Response(403, json={"category": "MISSING_SCOPES", "message": "no"})
    routes = everything().on("GET", "/events/event-occurrences/2026-09", no)
    routes.on("GET", "/communication-preferences/2026-09/statuses/b@x.y", no)
    found = await hubspot(routes).extras(["5", "6"])
    assert set(found["5"].unread) == {"events: MISSING_SCOPES", "subscriptions: MISSING_SCOPES"}
    assert found["6"].unread == ("events: MISSING_SCOPES",)
    assert [item.id for item in found["5"].activities if item.kind == "email"] == ["51"]


async def test_a_failure_that_is_no_matter_of_rights_is_raised() -> None:
    routes = everything().on("POST", "/crm/associations/2026-09/contacts/deals/batch/read", httpx.Response(500))
    with pytest.raises(CrmProblem):
        await hubspot(routes).extras(["5"])


async def test_history_is_newest_first_and_asked_for_fifty_at_a_time() -> None:
    versions = [
        {"value": "old", "timestamp": "2025-01-01T00:00:00Z", "sourceType": "SALESFORCE"},
        {"value": "new", "timestamp": "2026-01-01T00:00:00Z", "sourceType": "CRM_UI"},
    ]
    routes = everything()
    plain = routes.handlers["POST", f"{CONTACTS}/batch/read"]

    def answer(request: httpx.Request) -> httpx.Response:
        if not body(request)["propertiesWithHistory"]:
            return httpx.Response(200, content=plain(request).content)
        assert len(body(request)["inputs"]) <= 50
        return httpx.Response(200, json={"results": [row("5") | {"propertiesWithHistory": {"firstname": versions}}]})

    routes.on("POST", f"{CONTACTS}/batch/read", answer)
    calls = {"to": [{"toObjectId": "81", "associationTypes": [{"category": "HUBSPOT_DEFINED", "typeId": 82}]}]}
    path = "/crm/associations/2026-09/contacts/{}/batch/read"
    routes.on("POST", path.format("communications"), {"results": [{"from": {"id": "5"}, **calls}]})
    for kind in ("postal_mail", "leads", "contacts"):
        routes.on("POST", path.format(kind), {"results": []})
    routes.on("POST", path.format("quotes"), httpx.Response(403, json={"category": "MISSING_SCOPES", "message": "no"}))
    found = await hubspot(routes).extras(["5"], history=["firstname"])
    # a snapshot keeps all associations with their labels, and what it could not keep
    kept = {(item.type, item.id): item.kinds for item in found["5"].associations}
    assert kept[("communications", "81")] == ("HUBSPOT_DEFINED:82",)
    assert kept[("companies", "71")] == ("HUBSPOT_DEFINED:1",) and ("deals", "62") in kept
    assert found["5"].not_kept == ("quotes: MISSING_SCOPES",) and not found["5"].unread
    assert [(value, source) for _, value, source in found["5"].history["firstname"]] == [
        ("new", "CRM_UI"), ("old", "SALESFORCE"),
    ]  # fmt: skip


def test_properties_are_writable_unless_read_only_or_calculated() -> None:
    infos = property_infos([
        {"name": "firstname", "label": "First", "type": "string", "groupName": "g", "modificationMetadata": {}},
        {"name": "hs_x", "type": "number", "modificationMetadata": {"readOnlyValue": True}},
        {"name": "calc", "type": "number", "calculated": True},
        {"name": "hubspot_owner_id", "type": "enumeration", "externalOptions": True, "referencedObjectType": "OWNER"},
        {"name": "stage", "type": "enumeration", "options": [{"label": "Lead", "value": "lead", "hidden": True}]},
    ])  # fmt: skip
    assert [info.writable for info in infos] == [True, False, False, True, True]
    assert not infos[3].restricted and infos[3].refers_to == ("OWNER",)
    assert infos[4].restricted and not infos[4].options[0].active


def test_events_of_unknown_kinds_are_left_out() -> None:
    assert event({"id": "1", "eventType": "e_bounced"}) is None
    assert event({"eventType": "e_visited_page"}) is None
    seen = event({"id": "1", "eventType": "e_visited_page", "properties": {"hs_url": "/pricing"}})
    assert seen is not None and seen.kind == "visit" and seen.title == "/pricing"


def test_a_note_shows_its_first_words_as_text() -> None:
    note = next(kind for kind in ENGAGEMENTS if kind.kind == "note")
    body = "<p>Call <b>Ana</b>&nbsp;&lt;soon&gt;</p>" + "x" * 40_000
    title = note.activity("1", {"properties": {"hs_note_body": body}}).title
    assert title.startswith("Call Ana <soon> xxx") and len(title) == 80
    assert note.activity("1", {"properties": {"hs_body_preview": "Short"}}).title == "Short"


async def test_the_primary_company_is_an_association_of_its_own_type() -> None:
    path = f"{CONTACTS}/5/associations/companies/71"
    routes = Routes().on("PUT", path, httpx.Response(201, json={}))
    await hubspot(routes).make_primary_company("5", "71")
    assert json.loads(routes.requests[0].content) == [
        {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
    ]
