from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from mergetui.crm.salesforce import Salesforce
from mergetui.crm.salesforce_rows import field_infos
from mergetui.errors import CrmProblem, Limited, Missing, Refused
from mergetui.records.crm import FieldInfo
from tests.crm.crm_support import Routes, transport

V = "/services/data/v68.0"
A, B, C = (f"00300000000000{n}AAA" for n in (1, 2, 3))
STAMP = "2026-11-02T09:15:00.000+0000"


def salesforce(routes: Routes, version: int | None = 68) -> Salesforce:
    made, _ = transport("salesforce", routes)
    return Salesforce(made, version=version)


def field(name: str) -> FieldInfo:
    return FieldInfo("salesforce", "Contact", name, name, "string")


def row(id_: str, **values: object) -> dict[str, object]:
    return {
        "attributes": {"type": "Contact", "url": "/x"}, "Id": id_, "SystemModstamp": STAMP, "IsDeleted": False,
        "MasterRecordId": None, **values,
    }  # fmt: skip


def page(*rows: dict[str, object], more: str | None = None) -> dict[str, object]:
    answer: dict[str, object] = {"totalSize": len(rows), "done": more is None, "records": list(rows)}
    return answer | ({"nextRecordsUrl": more} if more else {})


async def test_the_version_is_the_newest_listed_up_to_68_and_asked_once() -> None:
    for listed, used in ((["50.0", "67.0"], "v67.0"), (["67.0", "68.0", "69.0"], "v68.0")):
        routes = Routes().on("GET", "/services/data/", [{"version": text} for text in listed])
        routes.on("GET", f"/services/data/{used}/query", page())
        crm = salesforce(routes, version=None)
        await crm.users()
        await crm.users()
        assert routes.paths().count("/services/data/") == 1


async def test_pages_follow_locators_and_keep_only_plain_values() -> None:
    routes = Routes()
    routes.on("GET", f"{V}/query", page(row(A, Title="CFO", Account={"Name": "x"}), more=f"{V}/query/01g-2000"))
    routes.on("GET", f"{V}/query/01g-2000", page(row(B, Title=None)))
    pages = [found async for found in salesforce(routes).pages("Contact", [field("Title")])]
    assert [[one.id for one in found] for found in pages] == [[A], [B]]
    first = pages[0][0]
    assert first.values["Title"] == "CFO" and "Account" not in first.values and "attributes" not in first.values
    assert first.modified_at == 1_793_610_900_000 and not first.deleted
    query = parse_qs(routes.requests[0].url.query.decode())["q"][0]
    assert query == "SELECT Id,SystemModstamp,IsDeleted,MasterRecordId,Title FROM Contact"


async def test_a_change_pull_is_ordered_so_that_ties_are_not_lost() -> None:
    routes = Routes().on("GET", f"{V}/query", page())
    assert [found async for found in salesforce(routes).pages("Contact", [], since=1_793_610_900_007)] == [[]]
    query = parse_qs(routes.requests[0].url.query.decode())["q"][0]
    assert query.endswith("WHERE SystemModstamp >= 2026-11-02T09:15:00.007Z ORDER BY SystemModstamp, Id")


async def test_more_fields_than_a_url_holds_are_read_by_post() -> None:
    many = [field(f"Some_Long_Custom_Field_Name_{n:03d}__c") for n in range(400)]
    routes = Routes().on("GET", f"{V}/query", page(row(A), row(B)))
    routes.on(
        "POST",
        f"{V}/composite/sobjects/Contact",
        lambda request: httpx.Response(
            200, json=[row(A, **dict.fromkeys(json.loads(request.content)["fields"][4:], "v")), None]
        ),
    )
    (found,) = [found async for found in salesforce(routes).pages("Contact", many)]
    assert len(found) == 1 and len(found[0].values) == 404
    assert all(len(str(request.url)) < 16_000 for request in routes.requests)


async def test_records_by_id_split_wide_field_lists_and_long_id_lists() -> None:
    many = [field(f"Some_Long_Custom_Field_Name_{n:03d}__c") for n in range(400)]
    ids = [f"003{n:012d}" for n in range(200)]

    def answer(request: httpx.Request) -> httpx.Response:
        text = parse_qs(request.url.query.decode())["q"][0]
        names = text.removeprefix("SELECT ").split(" FROM ")[0].split(",")
        found = [part.split("'")[0] for part in text.split("'")[1::2]]
        return httpx.Response(200, json=page(*({"Id": one} | dict.fromkeys(names[1:], None) for one in found)))

    routes = Routes().on("GET", f"{V}/queryAll", answer)
    found = await salesforce(routes).records("Contact", ids, many)
    assert len(found) == 200 and all(len(one.values) == 404 for one in found.values())
    assert all(len(str(request.url)) < 16_000 for request in routes.requests)


async def test_fates_show_merged_rows_and_leave_out_what_is_no_id() -> None:
    routes = Routes().on("GET", f"{V}/queryAll", page(row(A), row(B, IsDeleted=True, MasterRecordId=A)))
    found = await salesforce(routes).fates("Contact", [A, B, C, "<script>"])
    assert found[B].deleted and found[B].master_id == A and not found[A].deleted and C not in found
    query = parse_qs(routes.requests[0].url.query.decode())["q"][0]
    assert "script" not in query
    assert await salesforce(Routes()).fates("Contact", ["x"]) == {}


async def test_children_come_five_queries_a_call_and_absent_objects_are_none() -> None:
    def composite(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["compositeRequest"]
        assert len(asked) <= 5
        parts = []
        for one in asked:
            kind = one["referenceId"]
            body: object = [{"errorCode": "INVALID_TYPE", "message": "sObject type is not supported"}]
            status = 400
            if kind == "Task":
                assert urlsplit(one["url"]).path.endswith("/queryAll")
                item = {"Id": "00T000000000001AAA", "WhoId": A, "Subject": "Call", "ActivityDate": "2026-11-02"}
                body, status = page(item, more=f"{V}/query/01g-1"), 200
            if kind == "OpportunityContactRole":
                body = page(
                    {"Id": "00K000000000001AAA", "ContactId": B, "Opportunity": {"Name": "Deal"}, "Role": "Boss"}
                )
                status = 200
            parts.append({"body": body, "httpHeaders": {}, "httpStatusCode": status, "referenceId": kind})
        return httpx.Response(200, json={"compositeResponse": parts})

    routes = Routes().on("POST", f"{V}/composite", composite)
    routes.on("GET", f"{V}/query/01g-1", page({"Id": "00T000000000002AAA", "WhoId": B, "Subject": None}))
    found = {one.id: one for one in await salesforce(routes).children("Contact", [A, B])}
    assert set(found) == {"00T000000000001AAA", "00T000000000002AAA", "00K000000000001AAA"}
    role = found["00K000000000001AAA"]
    assert (role.parent_field, role.parent_id, role.title, role.detail) == ("ContactId", B, "Deal", "Boss")
    assert found["00T000000000001AAA"].at == 1_793_577_600_000


async def test_one_hidden_field_hides_no_rows() -> None:
    def composite(request: httpx.Request) -> httpx.Response:
        parts = []
        for one in json.loads(request.content)["compositeRequest"]:
            bare = "Status" not in one["url"]
            wanted = one["referenceId"] == "CampaignMember"
            body: object = page({"Id": "00v000000000001AAA", "LeadId": A}) if bare and wanted else page()
            if wanted and not bare:
                body = [{"errorCode": "INVALID_FIELD", "message": "No such column 'Status'"}]
            parts.append({"body": body, "httpStatusCode": 200 if isinstance(body, dict) else 400})
        return httpx.Response(200, json={"compositeResponse": parts})

    routes = Routes().on("POST", f"{V}/composite", composite)
    assert [one.id for one in await salesforce(routes).children("Lead", [A])] == ["00v000000000001AAA"]


async def test_lookups_of_custom_objects_are_found_and_what_cannot_be_read_is_named() -> None:
    def lookup(child: str, field: str, name: str | None = "Rows", **more: object) -> dict[str, object]:
        return {"childSObject": child, "field": field, "relationshipName": name, "cascadeDelete": False, **more}

    shown = [
        lookup("Task", "WhoId"), lookup("Visit__c", "Guest__c", cascadeDelete=True), lookup("Secret__c", "Who__c"),
        lookup("ContactHistory", "ContactId"), lookup("Order", "BillToContactId"), lookup("Order", "ShipToContactId"),
        lookup("OpenActivity", "WhoId"), lookup("Hidden__c", "C__c", None),
        lookup("Old__c", "C__c", deprecatedAndHidden=True),
    ]  # fmt: skip

    def composite(request: httpx.Request) -> httpx.Response:
        parts = []
        for one in json.loads(request.content)["compositeRequest"]:
            kind = one["referenceId"]
            if kind == "Secret__c":
                parts.append({"body": [{"errorCode": "INVALID_TYPE"}], "httpStatusCode": 400})
            else:
                row = {"Id": "a00000000000001AAA", "Guest__c": B}
                parts.append({"body": page(*([row] if kind == "Visit__c" else [])), "httpStatusCode": 200})
        return httpx.Response(200, json={"compositeResponse": parts})

    routes = Routes().on("GET", f"{V}/sobjects/Contact/describe", {"childRelationships": shown})
    client = salesforce(routes.on("POST", f"{V}/composite", composite))
    lookups = await client.lookups("Contact")
    assert [(one.object, one.field, one.cascade) for one in lookups] == [
        ("Visit__c", "Guest__c", True), ("Secret__c", "Who__c", False), ("Order", "ShipToContactId", False),
    ]  # fmt: skip
    found = await client.related([A, B], lookups)
    assert [(row.object, row.parent_field, row.parent_id) for row in found.rows] == [("Visit__c", "Guest__c", B)]
    assert found.unread == ("Secret__c.Who__c: INVALID_TYPE",)


async def test_children_that_are_refused_for_another_reason_are_not_taken_for_none() -> None:
    def composite(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["compositeRequest"]
        parts = [{"body": [{"errorCode": "OPERATION_TOO_LARGE"}], "httpStatusCode": 400} for _ in asked]
        return httpx.Response(200, json={"compositeResponse": parts})

    with pytest.raises(Refused, match="OPERATION_TOO_LARGE"):
        await salesforce(Routes().on("POST", f"{V}/composite", composite)).children("Lead", [A])


async def test_access_and_identity_name_the_user() -> None:
    user, org = "005000000000001AAA", "00D000000000001EAA"
    routes = Routes().on("GET", f"{V}/", {"identity": f"https://login.salesforce.com/id/{org}/{user}"})
    answers = {
        "Organization": page({"Id": org, "Name": "Acme", "IsSandbox": False, "OrganizationType": "Enterprise Edition"}),
        "UserRecordAccess": page(
            {"RecordId": A, "HasReadAccess": True, "HasEditAccess": True, "HasDeleteAccess": False}
        ),
    }
    routes.on(
        "GET",
        f"{V}/query",
        lambda request: httpx.Response(
            200, json=answers[parse_qs(request.url.query.decode())["q"][0].split(" FROM ")[1].split()[0]]
        ),
    )
    crm = salesforce(routes)
    identity = await crm.identity()
    assert (identity.id, identity.production, identity.user_id, identity.name) == (org, True, user, "Acme")
    access = (await crm.access([A]))[A]
    assert (access.read, access.edit, access.delete) == (True, True, False)
    assert f"UserId = '{user}'" in parse_qs(routes.requests[-1].url.query.decode())["q"][0]


async def test_update_never_runs_assignment_rules() -> None:
    routes = Routes().on("PATCH", f"{V}/sobjects/Contact/{A}", httpx.Response(204))
    await salesforce(routes).update("Contact", A, {"Email": "x@y.z", "Fax": None})
    request = routes.requests[0]
    assert request.headers["sforce-auto-assign"] == "FALSE"
    assert json.loads(request.content) == {"Email": "x@y.z", "Fax": None}
    with pytest.raises(Missing):
        await salesforce(routes).update("Contact", "../../limits", {})
    assert len(routes.requests) == 1


async def test_a_login_page_instead_of_rows_is_an_error_not_an_empty_org() -> None:
    routes = Routes().on("GET", f"{V}/query", httpx.Response(200, text="<html>sign in to the Wi-Fi</html>"))
    with pytest.raises(CrmProblem, match="unreadable"):
        await salesforce(routes).users()
    with pytest.raises(CrmProblem, match="unreadable"):
        [found async for found in salesforce(routes).pages("Contact", [])]


async def test_a_locator_on_another_server_is_not_followed() -> None:
    routes = Routes().on("GET", f"{V}/query", page(row(A), more="https://evil.example/q"))
    with pytest.raises(CrmProblem):
        [found async for found in salesforce(routes).pages("Contact", [])]


def test_fields_of_a_describe_answer() -> None:
    describe = {
        "fields": [
            {"name": "Name", "type": "string", "updateable": False},
            {"name": "LastName", "label": "Last Name", "type": "string", "length": 80, "updateable": True,
             "nillable": False, "compoundFieldName": "Name"},
            {"name": "MailingAddress", "type": "address", "updateable": False},
            {"name": "Formula__c", "type": "double", "updateable": False, "calculated": True},
            {"name": "Number__c", "type": "string", "updateable": True, "autoNumber": True},
            {"name": "Tier__c", "type": "picklist", "updateable": True, "restrictedPicklist": True,
             "picklistValues": [{"active": False, "label": "Gold!", "value": "Gold"}]},
            {"name": "OwnerId", "type": "reference", "updateable": True, "referenceTo": ["User"]},
        ]
    }  # fmt: skip
    found = {info.name: info for info in field_infos("Contact", describe)}
    assert list(found) == ["LastName", "Formula__c", "Number__c", "Tier__c", "OwnerId"]
    assert [info.writable for info in found.values()] == [True, False, False, True, True]
    assert found["Tier__c"].restricted and found["Tier__c"].options[0].value == "Gold"
    assert not found["Tier__c"].options[0].active and not found["LastName"].nillable
    assert found["OwnerId"].refers_to == ("User",)


async def test_pending_approvals_are_found_and_a_user_who_may_not_see_them_sees_none() -> None:
    routes = Routes().on("GET", f"{V}/query", page({"TargetObjectId": B[:15]}))
    assert await salesforce(routes).in_approval([A, B]) == {B}
    query = parse_qs(routes.requests[0].url.query.decode())["q"][0]
    assert (
        query
        == f"SELECT TargetObjectId FROM ProcessInstance WHERE TargetObjectId IN ('{A}','{B}') AND Status = 'Pending'"
    )
    refused = httpx.Response(400, json=[{"errorCode": "INVALID_TYPE", "message": "not supported"}])
    assert await salesforce(Routes().on("GET", f"{V}/query", refused)).in_approval([A]) == frozenset()
    used_up = httpx.Response(
        403, json=[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    )
    with pytest.raises(Limited):
        await salesforce(Routes().on("GET", f"{V}/query", used_up)).in_approval([A])
