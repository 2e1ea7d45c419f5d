"""Salesforce REST in depth: errors, conditional headers, collections, references, feeds, bulk queries, describe."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.wire import V, query, two_contacts
from tests.support.sandbox import RunningSandbox

NOBODY = "003000000000999AAA"
NO_ACCOUNT = "001000000000999AAA"
PICKLIST = "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()[0]["errorCode"]


# one row ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "error"),
    [
        ("GET", "/sobjects/Nope", None, 404, "NOT_FOUND"),
        ("GET", "/sobjects/Nope/describe", None, 404, "NOT_FOUND"),
        ("GET", "/sobjects/Contact/abc", None, 404, "NOT_FOUND"),
        ("GET", f"/sobjects/Contact/{NOBODY}", None, 404, "NOT_FOUND"),
        ("GET", f"/sobjects/Lead/{NOBODY}", None, 404, "NOT_FOUND"),
        ("PATCH", f"/sobjects/Contact/{NOBODY}", {"Title": "x"}, 404, "INVALID_CROSS_REFERENCE_KEY"),
        ("DELETE", f"/sobjects/Contact/{NOBODY}", None, 404, "INVALID_CROSS_REFERENCE_KEY"),
        ("POST", "/sobjects/Contact", {}, 400, "REQUIRED_FIELD_MISSING"),
        ("POST", "/sobjects/Contact", {"Nope": 1}, 400, "INVALID_FIELD"),
        ("POST", "/sobjects/Contact", {"LastName": "x" * 81}, 400, "STRING_TOO_LONG"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "Tier__c": "Tin"}, 400, PICKLIST),
        ("POST", "/sobjects/Contact", {"LastName": "x", "Email": "no"}, 400, "INVALID_EMAIL_ADDRESS"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "Id": NOBODY}, 400, "INVALID_FIELD"),
        ("POST", "/sobjects/Contact", {"LastName": {"a": 1}}, 400, "JSON_PARSER_ERROR"),
        ("POST", "/sobjects/Contact", [], 400, "JSON_PARSER_ERROR"),
        ("POST", "/sobjects/Contact", {"LastName": 5}, 400, "JSON_PARSER_ERROR"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "Birthdate": "soon"}, 400, "JSON_PARSER_ERROR"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "DoNotCall": "maybe"}, 400, "JSON_PARSER_ERROR"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "AccountId": "abc"}, 400, "MALFORMED_ID"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "AccountId": NOBODY}, 400, "FIELD_INTEGRITY_EXCEPTION"),
        ("POST", "/sobjects/Contact", {"LastName": "x", "AccountId": NO_ACCOUNT}, 400, "INVALID_CROSS_REFERENCE_KEY"),
        ("POST", "/sobjects/LeadStatus", {"MasterLabel": "x"}, 405, "METHOD_NOT_ALLOWED"),
        ("GET", "/query", None, 400, "MALFORMED_QUERY"),
        ("GET", "/tooling/query?q=SELECT+Id+FROM+SandboxProcess", None, 404, "NOT_FOUND"),
        ("GET", "/sobjects/Contact/updated", None, 400, "MISSING_ARGUMENT"),
        ("GET", "/jobs/query/750000000000001AAA", None, 404, "NOT_FOUND"),
        ("POST", "/composite/sobjects", {"records": 1}, 400, "JSON_PARSER_ERROR"),
        ("POST", "/composite/sobjects/Contact", {"ids": [NOBODY], "fields": ["Nope"]}, 400, "INVALID_FIELD"),
        ("GET", "/composite/sobjects/Contact?fields=Id", None, 400, "MISSING_ARGUMENT"),
        ("DELETE", "/composite/sobjects", None, 400, "MISSING_ARGUMENT"),
    ],
)  # fmt: skip
def test_refusals(salesforce: httpx.Client, method: str, path: str, body: Any, status: int, error: str) -> None:
    answer = (
        salesforce.request(method, f"{V}{path}", json=body)
        if body is not None
        else salesforce.request(method, f"{V}{path}")
    )
    assert code(answer) == (status, error), answer.text
    assert answer.headers["content-type"].startswith("application/json") and "sforce-limit-info" in answer.headers
    if method in ("PATCH", "DELETE") and "/sobjects/Contact" in path:
        assert answer.json()[0]["fields"] == [], "errors of saves have this member"


def test_methods_heads_and_media_types(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    wrong = salesforce.put(f"{V}/sobjects/Contact")
    assert wrong.json()[0]["message"] == "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET,POST"
    options = salesforce.options(f"{V}/query")
    assert (options.status_code, options.headers["allow"]) == (200, "HEAD,GET,OPTIONS")
    head = salesforce.head(f"{V}/limits")
    assert (head.status_code, head.content) == (200, b"") and int(head.headers["content-length"]) > 1_000
    xml = salesforce.get(f"{V}/limits", headers={"Accept": "application/xml"})
    assert xml.json()["DailyApiRequests"]["Max"] == 100_000
    text = salesforce.post(f"{V}/sobjects/Contact", content=b"<a/>", headers={"Content-Type": "application/xml"})
    assert code(text) == (415, "UNSUPPORTED_MEDIA_TYPE")
    for version in ("50.0", "51.0", "58.0", "68.0"):
        assert (
            salesforce.get(f"{sandbox.info['salesforce_url']}//services/data/v{version}/sobjects/Contact/").status_code
            == 200
        )
    long = salesforce.get(
        f"{V}/query", params={"q": f"SELECT Id FROM Contact WHERE Title = '{'x' * 4000}'", "a": "y" * 13_000}
    )
    assert code(long) == (414, "URI_TOO_LONG")


def test_conditional_headers(salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Conditional")
    path = f"{V}/sobjects/Contact/{key}"
    stamp = salesforce.get(path).headers["last-modified"]
    assert salesforce.get(path, headers={"If-Modified-Since": stamp}).status_code == 304
    assert salesforce.get(path, headers={"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}).status_code == 200
    assert salesforce.patch(path, json={"Title": "a"}, headers={"If-Unmodified-Since": stamp}).status_code == 204
    assert code(salesforce.patch(path, json={"Title": "b"}, headers={"If-Unmodified-Since": "soon"}))[0] == 400
    later = {"If-Modified-Since": "Fri, 01 Jan 2100 00:00:00 GMT"}
    assert salesforce.get(f"{V}/sobjects/Contact/describe", headers=later).status_code == 304


def test_create_says_where_and_overrides_work(salesforce: httpx.Client) -> None:
    made = salesforce.post(f"{V}/sobjects/contact/", json={"LastName": "Located", "attributes": {"type": "Contact"}})
    key = made.json()["id"]
    assert made.headers["location"] == f"{V}/sobjects/Contact/{key}"
    path = f"{V}/sobjects/Contact/{key}"
    assert salesforce.post(path, params={"_HttpMethod": "PATCH"}, json={"Title": "CEO"}).status_code == 204
    assert salesforce.get(path).json()["Title"] == "CEO"
    recent = salesforce.get(f"{V}/recent", params={"limit": "1"}).json()
    assert [(row["Id"], row["Name"]) for row in recent] == [(key, "Located")]
    assert salesforce.get(f"{V}/sobjects/Contact").json()["recentItems"][0]["Id"] == key
    assert salesforce.post(path, json={}).status_code == 405


def test_the_orgs_duplicate_rule(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    body = {"LastName": "Twice", "Email": "twice@probe.example"}
    first = salesforce.post(f"{V}/sobjects/Contact", json=body).json()["id"]
    sandbox.control("POST", "/settings", json={"duplicate_rule": "alert"})
    try:
        refused = salesforce.post(f"{V}/sobjects/Contact", json=body)
        assert code(refused) == (400, "DUPLICATES_DETECTED")
        result = refused.json()[0]["duplicateResult"]
        assert result["allowSave"] is True and result["matchResults"][0]["matchRecords"][0]["record"]["Id"] == first
        old = salesforce.post("/services/data/v51.0/sobjects/Contact", json=body).json()[0]
        assert old["duplicateResut"]["matchResults"], "old versions misspell it"
        allowed = {"Sforce-Duplicate-Rule-Header": "allowSave=true; includeRecordDetails=false"}
        assert salesforce.post(f"{V}/sobjects/Contact", json=body, headers=allowed).status_code == 201
    finally:
        sandbox.control("POST", "/settings", json={"duplicate_rule": "off"})


def test_hidden_fields_are_hidden_everywhere(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Hidden")
    sandbox.control("POST", "/settings", json={"hidden_fields": ["Contact.Title", "Account.Name"]})
    try:
        path = f"{V}/sobjects/Contact/{key}"
        assert "Title" not in salesforce.get(path).json()
        assert code(salesforce.get(path, params={"fields": "Title"})) == (400, "INVALID_FIELD")
        assert code(salesforce.patch(path, json={"Title": "x"})) == (400, "INVALID_FIELD_FOR_INSERT_UPDATE")
        for text in ("SELECT Account.Name FROM Contact", "SELECT Id FROM Contact WHERE Title = 'x'"):
            assert code(salesforce.get(f"{V}/query", params={"q": text})) == (400, "INVALID_FIELD")
    finally:
        sandbox.control("POST", "/settings", json={"hidden_fields": []})


# queries ------------------------------------------------------------------------------------------------------------


def test_column_metadata(salesforce: httpx.Client) -> None:
    def columns(text: str) -> dict[str, Any]:
        answer = salesforce.get(f"{V}/query", params={"q": text, "columns": "true"})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    found = columns("SELECT id, Account.Name, Account.Owner.Name, DoNotCall, (SELECT Subject FROM Tasks) FROM Contact")
    assert (found["entityName"], found["idSelected"], found["keyPrefix"], found["groupBy"]) == (
        "Contact",
        True,
        "003",
        False,
    )
    key, account, flag, tasks = found["columnMetadata"]
    assert (key["columnName"], key["apexType"], key["joinColumns"]) == ("Id", "Id", [])
    assert [join["columnName"] for join in account["joinColumns"]] == ["Name", "Owner"]
    assert account["joinColumns"][1]["joinColumns"][0]["columnName"] == "Name" and flag["booleanType"]
    assert tasks["aggregate"] and tasks["joinColumns"][0]["columnName"] == "Subject"
    found = columns("SELECT Title, COUNT(Id), MAX(CreatedDate) newest FROM Contact GROUP BY Title")
    assert [(one["columnName"], one["aggregate"]) for one in found["columnMetadata"]] == [
        ("Title", False), ("expr0", True), ("newest", True)]  # fmt: skip
    assert found["groupBy"] is True


def test_pages_of_two_hundred(salesforce: httpx.Client) -> None:
    rows = [{"attributes": {"type": "Campaign"}, "Name": f"Page {number:03d}"} for number in range(200)]
    for _ in range(2):
        assert salesforce.post(f"{V}/composite/sobjects", json={"records": rows}).status_code == 200
    text = {"q": "SELECT Id, Name FROM Campaign WHERE Name LIKE 'Page %' ORDER BY Name, Id"}
    first = salesforce.get(f"{V}/query", params=text, headers={"Sforce-Query-Options": "batchSize=5"}).json()
    assert (first["totalSize"], first["done"], len(first["records"])) == (400, False, 200)
    assert list(first) == ["totalSize", "done", "nextRecordsUrl", "records"]
    second = salesforce.get(first["nextRecordsUrl"]).json()
    assert (second["done"], len(second["records"]), "nextRecordsUrl" in second) == (True, 200, False)
    ids = [row["Id"] for row in first["records"] + second["records"]]
    assert len(set(ids)) == 400
    whole = salesforce.get(f"{V}/query", params=text).json()
    assert whole["done"] and [row["Id"] for row in whole["records"]] == ids


def test_deleted_rows_in_query_all(salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Buried")
    salesforce.delete(f"{V}/sobjects/Contact/{key}")
    text = f"SELECT Id, IsDeleted FROM Contact WHERE Id = '{key}' AND IsDeleted = true"
    assert query(salesforce, text) == [] and len(query(salesforce, text, "queryAll")) == 1


def test_duplicate_record_sets(salesforce: httpx.Client) -> None:
    sets = query(salesforce, "SELECT Id, Name, RecordCount, DuplicateRule.DeveloperName FROM DuplicateRecordSet")
    assert sets and all(one["DuplicateRule"]["DeveloperName"].startswith("Standard_") for one in sets)
    text = f"SELECT RecordId, Record.Type FROM DuplicateRecordItem WHERE DuplicateRecordSetId = '{sets[0]['Id']}'"
    items = query(salesforce, text)
    assert len(items) == sets[0]["RecordCount"] and {item["Record"]["Type"] for item in items} <= {"Lead", "Contact"}


def test_access_as_a_parent(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    key, other = two_contacts(salesforce, "Access")
    sandbox.control("POST", "/settings", json={"no_delete_rows": [other]})
    try:
        text = f"SELECT Id, UserRecordAccess.HasDeleteAccess FROM Contact WHERE Id IN ('{key}', '{other}')"
        found = {row["Id"]: row["UserRecordAccess"]["HasDeleteAccess"] for row in query(salesforce, text)}
        assert found == {key: True, other: False}
        user = query(salesforce, "SELECT Id FROM User WHERE IsActive = true LIMIT 1")[0]["Id"]
        many = ",".join(f"'003000000000{number:03d}'" for number in range(201))
        text = f"SELECT RecordId FROM UserRecordAccess WHERE UserId = '{user}' AND RecordId IN ({many})"
        assert code(salesforce.get(f"{V}/query", params={"q": text}))[1] == "MALFORMED_QUERY"
    finally:
        sandbox.control("POST", "/settings", json={"no_delete_rows": []})


# feeds --------------------------------------------------------------------------------------------------------------


def test_feeds(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    gone, changed = two_contacts(salesforce, "Feeds")
    salesforce.delete(f"{V}/sobjects/Contact/{gone}")
    sandbox.control("POST", "/clock", json={"advance_s": 120})
    now = salesforce.get(f"{V}/limits").headers["date"]
    end = parsedate_to_datetime(now)
    begin = end.timestamp() - 600

    def span(**more: str) -> dict[str, str]:
        first = datetime.fromtimestamp(begin, UTC).isoformat()
        return {"start": first, "end": end.isoformat(), **more}

    deleted = salesforce.get(f"{V}/sobjects/Contact/deleted/", params=span()).json()
    assert set(deleted) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}
    assert gone in {row["id"] for row in deleted["deletedRecords"]}
    updated = salesforce.get(f"{V}/sobjects/Contact/updated/", params=span()).json()
    assert changed in updated["ids"] and gone not in updated["ids"] and updated["latestDateCovered"].endswith("+0000")
    for wrong in (span(end=span()["start"]), span(start="2020-01-01T00:00:00Z")):
        answer = salesforce.get(f"{V}/sobjects/Contact/updated", params=wrong)
        assert code(answer) == (400, "INVALID_REPLICATION_DATE")
    assert code(salesforce.get(f"{V}/sobjects/Contact/deleted", params=span(start="soon")))[0] == 400


# collections and composite ------------------------------------------------------------------------------------------


def contact(**values: Any) -> dict[str, Any]:
    return {"attributes": {"type": "Contact"}, **values}


def test_collections_save_in_order(salesforce: httpx.Client) -> None:
    records = [contact(LastName="One"), contact(Nope=1), {"LastName": "Typeless"}]
    made = salesforce.post(f"{V}/composite/sobjects", json={"allOrNone": False, "records": records})
    assert made.status_code == 200
    good, bad, typeless = made.json()
    assert good["success"] is True and good["errors"] == []
    assert (bad["success"], bad["errors"][0]["statusCode"]) == (False, "INVALID_FIELD") and "id" not in bad
    assert typeless["errors"][0]["statusCode"] == "INVALID_TYPE"
    changes = [contact(id=good["id"], Title="CTO"), contact(id=NOBODY, Title="x"), contact(Title="y")]
    codes = [
        one["success"] or one["errors"][0]["statusCode"]
        for one in salesforce.patch(f"{V}/composite/sobjects", json={"records": changes}).json()
    ]
    assert codes == [True, "INVALID_CROSS_REFERENCE_KEY", "MISSING_ARGUMENT"]
    read = salesforce.get(
        f"{V}/composite/sobjects/Contact", params={"ids": f"{good['id']},{NOBODY}", "fields": "Title,Id"}
    )
    assert [row and row["Title"] for row in read.json()] == ["CTO", None]
    ids = f"{good['id']},zzz"
    gone = salesforce.delete(f"{V}/composite/sobjects", params={"ids": ids, "allOrNone": "false"}).json()
    assert [one["success"] for one in gone] == [True, False] and gone[1]["errors"][0]["statusCode"] == "MALFORMED_ID"


def test_all_or_none_takes_everything_back(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    key, other = two_contacts(salesforce, "Atomic")
    before = salesforce.get(f"{V}/sobjects/Contact/{key}").json()
    count = query(salesforce, "SELECT COUNT(Id) n FROM Contact")[0]["n"]
    account = query(salesforce, "SELECT Id FROM Account LIMIT 1")[0]["Id"]
    children = f"SELECT COUNT(Id) n FROM Contact WHERE AccountId = '{account}'"
    held = query(salesforce, children)[0]["n"]
    changes = [contact(id=key, Title="New", AccountId=account), contact(id=other, LastName=None)]
    first, second = salesforce.patch(f"{V}/composite/sobjects", json={"allOrNone": True, "records": changes}).json()
    assert first["errors"][0]["statusCode"] == "ALL_OR_NONE_OPERATION_ROLLED_BACK"
    assert second["errors"][0]["statusCode"] == "REQUIRED_FIELD_MISSING"
    assert salesforce.get(f"{V}/sobjects/Contact/{key}").json() == before
    made = [contact(LastName="Born", AccountId=account), contact(LastName="x" * 100)]
    assert not salesforce.post(f"{V}/composite/sobjects", json={"allOrNone": True, "records": made}).json()[0][
        "success"
    ]
    assert query(salesforce, "SELECT COUNT(Id) n FROM Contact")[0]["n"] == count
    assert query(salesforce, children)[0]["n"] == held
    ids = {"ids": f"{key},{NOBODY}", "allOrNone": "true"}
    assert not any(one["success"] for one in salesforce.delete(f"{V}/composite/sobjects", params=ids).json())
    assert salesforce.get(f"{V}/sobjects/Contact/{key}").json() == before


def test_collection_limits(salesforce: httpx.Client) -> None:
    many = {"records": [contact(LastName="x")] * 201}
    assert code(salesforce.post(f"{V}/composite/sobjects", json=many)) == (400, "EXCEEDED_ID_LIMIT")
    mixed = [contact(LastName="x"), {"attributes": {"type": "Lead"}, "LastName": "x", "Company": "y"}] * 6
    assert salesforce.post(f"{V}/composite/sobjects", json={"records": mixed}).status_code == 400
    ids = {"ids": [NOBODY] * 2_001, "fields": ["Id"]}
    assert code(salesforce.post(f"{V}/composite/sobjects/Contact", json=ids)) == (400, "EXCEEDED_ID_LIMIT")


def part(name: str, method: str, path: str, body: Any = None) -> dict[str, Any]:
    return {"method": method, "url": f"{V}{path}", "referenceId": name, **({"body": body} if body is not None else {})}


def composite(salesforce: httpx.Client, *parts: dict[str, Any], all_or_none: bool = False) -> list[dict[str, Any]]:
    answer = salesforce.post(f"{V}/composite", json={"allOrNone": all_or_none, "compositeRequest": list(parts)})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["compositeResponse"]
    return found


def test_composite_references(salesforce: httpx.Client) -> None:
    made, child, read, asked, lost = composite(
        salesforce,
        part("acc", "POST", "/sobjects/Account", {"Name": "Ref & Co"}),
        part("con", "POST", "/sobjects/Contact", {"LastName": "Ref", "AccountId": "@{acc.id}"}),
        part("get", "GET", "/sobjects/Contact/@{con.id}?fields=AccountId"),
        part("q", "GET", "/query?q=SELECT+Name+FROM+Account+WHERE+Id='@{get.AccountId}'"),
        part("bad", "GET", "/sobjects/Contact/@{con.nope}"),
    )
    assert made["httpHeaders"]["Location"].endswith(made["body"]["id"]) and child["httpStatusCode"] == 201
    assert read["body"]["AccountId"] == made["body"]["id"] and asked["body"]["records"][0]["Name"] == "Ref & Co"
    assert (lost["httpStatusCode"], lost["body"][0]["errorCode"]) == (400, "PROCESSING_HALTED")
    [first, second] = composite(
        salesforce,
        part("q", "GET", "/query?q=SELECT+Id+FROM+Contact+WHERE+LastName='Ref'"),
        part("change", "PATCH", "/sobjects/Contact/@{q.records[0].Id}", {"Title": "Via @{q.totalSize}"}),
    )
    assert first["httpStatusCode"] == 200 and (second["httpStatusCode"], second["body"]) == (204, None)
    assert salesforce.get(f"{V}/sobjects/Contact/{child['body']['id']}").json()["Title"] == "Via 1"


def test_composite_all_or_none(salesforce: httpx.Client) -> None:
    key, other = two_contacts(salesforce, "Halted")
    salesforce.post(f"{V}/sobjects/Task", json={"Subject": "Call", "WhoId": other})
    tasks = f"SELECT COUNT(Id) n FROM Task WHERE WhoId = '{other}'"
    parts = (
        part("a", "POST", "/sobjects/Account", {"Name": "Never"}),
        part("b", "PATCH", f"/sobjects/Contact/{key}", {"AccountId": "@{a.id}"}),
        part("c", "DELETE", f"/sobjects/Contact/{other}"),
        part("d", "PATCH", f"/sobjects/Contact/{NOBODY}", {"Title": "x"}),
        part("e", "GET", "/limits"),
    )
    answers = composite(salesforce, *parts, all_or_none=True)
    codes = [one["body"][0]["errorCode"] for one in answers]
    assert codes == ["PROCESSING_HALTED"] * 3 + ["INVALID_CROSS_REFERENCE_KEY", "PROCESSING_HALTED"]
    assert {one["httpStatusCode"] for one in answers} == {400, 404}
    assert query(salesforce, "SELECT Id FROM Account WHERE Name = 'Never'") == []
    assert salesforce.get(f"{V}/sobjects/Contact/{key}").json()["AccountId"] is None
    assert salesforce.get(f"{V}/sobjects/Contact/{other}").status_code == 200
    assert query(salesforce, tasks)[0]["n"] == 1
    composite(salesforce, *parts[:3], all_or_none=True)
    assert salesforce.get(f"{V}/sobjects/Contact/{other}").json()[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_composite_limits_and_batch(salesforce: httpx.Client) -> None:
    twice = {"compositeRequest": [part("a", "GET", "/limits"), part("a", "GET", "/limits")]}
    assert code(salesforce.post(f"{V}/composite", json=twice))[0] == 400
    many = {"compositeRequest": [part(f"a{number}", "GET", "/limits") for number in range(26)]}
    assert code(salesforce.post(f"{V}/composite", json=many)) == (400, "LIMIT_EXCEEDED")
    [nested] = composite(salesforce, part("a", "POST", "/composite", {"compositeRequest": []}))
    assert nested["httpStatusCode"] == 404
    requests = [
        {"method": "GET", "url": "v68.0/sobjects/Nope"},
        {"method": "POST", "url": "v68.0/sobjects/Account", "richInput": {"Name": "Batched"}},
    ]
    body = salesforce.post(f"{V}/composite/batch", json={"batchRequests": requests}).json()
    assert (body["hasErrors"], [one["statusCode"] for one in body["results"]]) == (True, [404, 201])
    body = salesforce.post(f"{V}/composite/batch", json={"batchRequests": requests, "haltOnError": True}).json()
    assert body["results"][1]["result"][0]["errorCode"] == "BATCH_PROCESSING_HALTED"


# bulk ---------------------------------------------------------------------------------------------------------------


def job(salesforce: httpx.Client, text: str, **more: str) -> dict[str, Any]:
    answer = salesforce.post(f"{V}/jobs/query", json={"operation": "query", "query": text, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_bulk_query_from_start_to_end(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    for number in range(5):
        salesforce.post(f"{V}/sobjects/Account", json={"Name": f'Bulk "{number}", Inc', "Site": "a\nb"})
    text = "select name, Id, owner.Name, CreatedDate, IsPartner, NumberOfEmployees from Account where Name like 'Bulk%'"
    made = job(salesforce, text + " ORDER BY Name")
    path = f"{V}/jobs/query/{made['id']}"
    assert (made["state"], made["object"], made["apiVersion"], made["concurrencyMode"]) == (
        "UploadComplete", "Account", 68.0, "Parallel")  # fmt: skip
    assert made["id"].startswith("750") and len(made["id"]) == 18
    sandbox.control("POST", "/clock", json={"advance_s": 1})
    done = salesforce.get(path).json()
    assert (done["state"], done["jobType"], done["numberRecordsProcessed"]) == ("JobComplete", "V2Query", 5)
    whole = salesforce.get(f"{path}/results", headers={"Accept": "text/csv"})
    assert whole.headers["content-type"] == "text/csv" and whole.headers["sforce-locator"] == "null"
    assert whole.headers["sforce-numberofrecords"] == "5"
    assert whole.text.startswith(
        '"Name","Id","Owner.Name","CreatedDate","IsPartner","NumberOfEmployees"\n"Bulk ""0"", Inc",'
    )
    rows = list(csv.DictReader(io.StringIO(whole.text)))
    assert rows[0]["CreatedDate"].endswith("Z") and (rows[0]["IsPartner"], rows[0]["NumberOfEmployees"]) == (
        "false",
        "",
    )
    parts, locator = [], ""
    while locator != "null":
        page = salesforce.get(
            f"{path}/results", params={"maxRecords": "2", **({"locator": locator} if locator else {})}
        )
        parts += list(csv.DictReader(io.StringIO(page.text)))
        locator = page.headers["sforce-locator"]
    assert parts == rows, "every page has the header row"
    pages = salesforce.get(f"{path}/resultPages", params={"maxRecords": "2"}).json()
    assert pages["done"] is True and len(pages["resultPages"]) == 3
    last = salesforce.get(pages["resultPages"][2]["resultUrl"])
    assert last.headers["sforce-numberofrecords"] == "1" and last.headers["sforce-locator"] == "null"
    older = path.replace("v68.0", "v59.0")
    assert salesforce.get(f"{older}/results").status_code == 409
    assert code(salesforce.get(f"{path}/results", params={"locator": "zzz"})) == (400, "INVALID_QUERY_LOCATOR")
    assert code(salesforce.patch(path, json={"state": "Aborted"})) == (400, "INVALIDJOBSTATE")
    assert made["id"] in {one["id"] for one in salesforce.get(f"{V}/jobs/query").json()["records"]}
    assert salesforce.delete(path).status_code == 204 and salesforce.get(path).status_code == 404


def test_bulk_delimiters_deleted_rows_and_aborting(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Bulky")
    salesforce.delete(f"{V}/sobjects/Contact/{key}")
    text = "SELECT Email, IsDeleted FROM Contact WHERE LastName LIKE 'Bulky%' ORDER BY Email"
    made = job(salesforce, text, operation="queryAll", columnDelimiter="PIPE", lineEnding="CRLF", contentType="CSV")
    sandbox.control("POST", "/clock", json={"advance_s": 1})
    results = salesforce.get(f"{V}/jobs/query/{made['id']}/results").content
    assert results == (b'"Email"|"IsDeleted"\r\n"bulky1@probe.example"|"true"\r\n"bulky2@probe.example"|"false"\r\n')
    other = f"{V}/jobs/query/{job(salesforce, text)['id']}"
    assert code(salesforce.get(f"{other}/results"))[1] == "INVALIDJOBSTATE"
    assert salesforce.patch(other, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert salesforce.get(other).json()["state"] == "Aborted"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("SELECT COUNT(Id) FROM Contact", "API_ERROR"),
        ("SELECT COUNT() FROM Contact", "API_ERROR"),
        ("SELECT Title, COUNT(Id) FROM Contact GROUP BY Title", "API_ERROR"),
        ("SELECT Id FROM Contact OFFSET 5", "API_ERROR"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Contact", "API_ERROR"),
        ("SELECT MailingAddress FROM Contact", "API_ERROR"),
        ("SELECT Id FROM UserRecordAccess", "INVALIDENTITY"),
        ("SELECT Nope FROM Contact", "INVALID_FIELD"),
        ("SELECT", "MALFORMED_QUERY"),
        ("", "INVALIDJOB"),
    ],
)
def test_what_bulk_queries_refuse(salesforce: httpx.Client, text: str, error: str) -> None:
    answer = salesforce.post(f"{V}/jobs/query", json={"operation": "query", "query": text})
    assert code(answer) == (400, error), answer.text


# describe -----------------------------------------------------------------------------------------------------------


def test_global_describe(salesforce: httpx.Client) -> None:
    found = salesforce.get(f"{V}/sobjects/").json()
    names = [one["name"] for one in found["sobjects"]]
    assert found["encoding"] == "UTF-8" and names == sorted(names) and "Name" not in names
    wanted = (
        "Account AccountContactRelation Campaign CampaignMember Case Contact DuplicateRecordItem DuplicateRecordSet "
        "Event Group Lead Opportunity OpportunityContactRole Organization RecordType Task User UserRecordAccess"
    )
    assert set(wanted.split()) <= set(names)
    for name in names:
        whole = salesforce.get(f"{V}/sobjects/{name}/describe").json()
        assert whole["name"] == name and all(list(field) == sorted(field) for field in whole["fields"])
        children = {child["relationshipName"] for child in whole["childRelationships"]}
        named = [child["relationshipName"] for child in whole["childRelationships"] if child["relationshipName"]]
        assert len(named) == len(set(named)), f"{name}: {children}"
