"""Salesforce over HTTP: versions, describe, rows, query, composite, SOAP."""

from __future__ import annotations

import httpx

from tests.sandbox.wire import V, merge_body, query, soap, two_contacts
from tests.support.sandbox import RunningSandbox


def test_versions_need_no_token(sandbox: RunningSandbox) -> None:
    answer = httpx.get(f"{sandbox.info['salesforce_url']}/services/data/", trust_env=False)
    assert [row["version"] for row in answer.json()][-1] == "68.0"
    assert "sforce-limit-info" not in answer.headers
    assert answer.headers["date"].endswith("GMT")


def test_without_a_good_token_nothing(sandbox: RunningSandbox) -> None:
    answer = httpx.get(f"{sandbox.info['salesforce_url']}{V}/limits", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 401 and answer.json()[0]["errorCode"] == "INVALID_SESSION_ID"


def test_paths_are_tolerant_and_errors_are_arrays(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    base = sandbox.info["salesforce_url"]
    assert salesforce.get(f"{base}//services/data/v59.0/limits/").status_code == 200
    assert salesforce.get("/services/data/v12.0/limits").json()[0]["errorCode"] == "NOT_FOUND"
    assert salesforce.put(f"{V}/limits").status_code == 405
    assert salesforce.post(f"{V}/sobjects/Contact", content=b"{").json()[0]["errorCode"] == "JSON_PARSER_ERROR"


def test_limits_are_counted(salesforce: httpx.Client) -> None:
    first, second = (salesforce.get(f"{V}/limits").headers["sforce-limit-info"] for _ in range(2))
    assert first != second and first.startswith("api-usage=") and first.endswith("/100000")


def test_describe_has_what_clients_read_and_hides_what_is_hidden(
    sandbox: RunningSandbox, salesforce: httpx.Client
) -> None:
    found = salesforce.get(f"{V}/sobjects/contact/describe").json()
    fields = {field["name"]: field for field in found["fields"]}
    assert found["mergeable"] and found["keyPrefix"] == "003"
    assert fields["HasOptedOutOfEmail"]["type"] == "boolean" and fields["Title"]["length"] == 128
    assert fields["Tier__c"]["restrictedPicklist"] and fields["Health__c"]["calculated"]
    assert not fields["MailingAddress"]["updateable"] and fields["MailingCity"]["compoundFieldName"] == "MailingAddress"
    assert {"Task", "CampaignMember"} <= {child["childSObject"] for child in found["childRelationships"]}
    sandbox.control("POST", "/settings", json={"hidden_fields": ["Contact.HasOptedOutOfEmail"]})
    try:
        names = {field["name"] for field in salesforce.get(f"{V}/sobjects/Contact/describe").json()["fields"]}
        assert "HasOptedOutOfEmail" not in names
        answer = salesforce.get(f"{V}/query", params={"q": "SELECT HasOptedOutOfEmail FROM Contact"})
        assert answer.json()[0]["errorCode"] == "INVALID_FIELD"
    finally:
        sandbox.control("POST", "/settings", json={"hidden_fields": []})


def test_rows_are_made_read_changed_and_deleted(salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Rows")
    path = f"{V}/sobjects/Contact/{key}"
    row = salesforce.get(path).json()
    assert row["Email"] == "rows1@probe.example" and row["IsDeleted"] is False
    assert set(salesforce.get(path, params={"fields": "Title,Email"}).json()) == {"attributes", "Title", "Email"}
    assert salesforce.patch(path, json={"Title": "CTO"}).status_code == 204
    stale = {"If-Unmodified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}
    assert salesforce.patch(path, json={"Title": "X"}, headers=stale).status_code == 412
    refused = salesforce.patch(path, json={"CreatedDate": "2020-01-01T00:00:00Z"})
    assert refused.status_code == 400 and refused.json()[0]["fields"] == ["CreatedDate"]
    assert salesforce.get(path[:-3]).json()["Title"] == "CTO", "15 characters are enough"
    assert salesforce.delete(path).status_code == 204
    assert salesforce.get(path).json()[0]["errorCode"] == "ENTITY_IS_DELETED"
    [dead] = query(salesforce, f"SELECT IsDeleted, MasterRecordId FROM Contact WHERE Id = '{key}'", "queryAll")
    assert dead["IsDeleted"] is True and dead["MasterRecordId"] is None


def test_long_answers_come_in_pages(salesforce: httpx.Client) -> None:
    everything = query(salesforce, "SELECT Id FROM Task")
    assert len(everything) < 2_000
    pages = salesforce.get(f"{V}/query", params={"q": "SELECT Id FROM Task"}, headers={
        "Sforce-Query-Options": "batchSize=1"}).json()  # fmt: skip
    assert pages["totalSize"] == len(everything)
    if not pages["done"]:  # 200 is the smallest page
        more = salesforce.get(pages["nextRecordsUrl"]).json()
        assert len(pages["records"]) + len(more["records"]) == len(everything)
    assert salesforce.get(f"{V}/query/0r8nope-2000").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


def test_composite_and_collections(salesforce: httpx.Client) -> None:
    key, other = two_contacts(salesforce, "Composite")
    subs = [
        {"method": "GET", "url": f"{V}/query?q=SELECT%20COUNT()%20FROM%20Contact", "referenceId": "a"},
        {"method": "GET", "url": f"{V}/sobjects/Contact/003000000000999AAA", "referenceId": "b"},
    ]
    answer = salesforce.post(f"{V}/composite", json={"compositeRequest": subs}).json()["compositeResponse"]
    assert [(one["referenceId"], one["httpStatusCode"]) for one in answer] == [("a", 200), ("b", 404)]
    assert answer[1]["body"][0]["errorCode"] == "NOT_FOUND"
    many = {"compositeRequest": subs[:1] * 6}
    assert salesforce.post(f"{V}/composite", json=many).status_code == 400, "five queries at most"
    batch = {"batchRequests": [{"method": "GET", "url": "v68.0/limits"}]}
    assert salesforce.post(f"{V}/composite/batch", json=batch).json()["results"][0]["statusCode"] == 200
    body = {"ids": [key, "003000000000999AAA", other], "fields": ["Id", "Email"]}
    rows = salesforce.post(f"{V}/composite/sobjects/Contact", json=body).json()
    assert [row and row["Id"] for row in rows] == [key, None, other]


def test_rights_of_the_user(salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Rights")
    user = query(salesforce, "SELECT Id FROM User LIMIT 1")[0]["Id"]
    text = "SELECT RecordId, HasReadAccess, HasEditAccess, HasDeleteAccess FROM UserRecordAccess"
    [row] = query(salesforce, f"{text} WHERE UserId = '{user}' AND RecordId IN ('{key}')")
    assert (row["RecordId"], row["HasDeleteAccess"]) == (key, True)
    assert salesforce.get(f"{V}/query", params={"q": text}).status_code == 400


def test_merge_over_soap(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    master, loser = two_contacts(salesforce, "Soap")
    token = sandbox.info["salesforce_token"]
    answer = soap(salesforce, merge_body(token, "Contact", master, [loser], Title="<CFO> & co"))
    assert answer.status_code == 200 and f"<mergedRecordIds>{loser}</mergedRecordIds>" in answer.text
    assert answer.text.index("<id>") < answer.text.index("<mergedRecordIds>") < answer.text.index("<success>true")
    [row] = query(salesforce, f"SELECT MasterRecordId FROM Contact WHERE Id = '{loser}'", "queryAll")
    assert row["MasterRecordId"] == master
    assert salesforce.get(f"{V}/sobjects/Contact/{master}").json()["Title"] == "<CFO> & co"
    again = soap(salesforce, merge_body(token, "Contact", master, [loser]))
    assert again.status_code == 200 and "<statusCode>ENTITY_IS_DELETED</statusCode>" in again.text
    wrong = soap(salesforce, merge_body(token, "Contact", master, [loser], Nope="x\u0008"))
    assert wrong.status_code == 500 and "soapenv:Client" in wrong.text, "not well-formed"


def test_soap_faults(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    answer = soap(salesforce, merge_body("stolen", "Contact", "x", ["y"]))
    assert answer.status_code == 500, "only the SessionHeader is a session"
    bare = httpx.Client(base_url=sandbox.info["salesforce_url"], trust_env=False)
    with bare:
        answer = soap(bare, merge_body("stolen", "Contact", "x", ["y"]))
        assert answer.status_code == 500
        assert "<faultcode>sf:INVALID_SESSION_ID</faultcode>" in answer.text
        bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
        assert "soapenv:Client" in soap(bare, bomb).text


def test_jsforce_shaped_merge(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    """Everything in the partner namespace, ``mergeRequests`` repeated, another order (client-conformance §3)."""
    master, loser = two_contacts(salesforce, "Jsforce")
    body = (
        '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Header '
        'xmlns="urn:partner.soap.sforce.com"><SessionHeader><sessionId>'
        f"{sandbox.info['salesforce_token']}</sessionId></SessionHeader></soapenv:Header><soapenv:Body "
        'xmlns="urn:partner.soap.sforce.com"><merge><mergeRequests>'
        f"<recordToMergeIds>{loser}</recordToMergeIds><masterRecord><type>Contact</type><Id>{master}</Id>"
        "</masterRecord></mergeRequests><mergeRequests><masterRecord><type>Contact</type>"
        f"<Id>{loser}</Id></masterRecord><recordToMergeIds>{master}</recordToMergeIds></mergeRequests></merge>"
        "</soapenv:Body></soapenv:Envelope>"
    )
    text = soap(salesforce, body.encode()).text
    assert text.count("<result>") == 2 and text.index("<success>true") < text.index("<success>false")
