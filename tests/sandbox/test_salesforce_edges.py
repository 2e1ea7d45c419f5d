"""What foreign clients meet at Salesforce's edges: old versions, missing tokens, headers that do not count, and
restrictions of single objects."""

from __future__ import annotations

import httpx
import pytest

from tests.sandbox.wire import V, merge_body, query, soap, two_contacts
from tests.support.sandbox import RunningSandbox


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()[0]["errorCode"]


def ask(client: httpx.Client, text: str, verb: str = "query") -> httpx.Response:
    return client.get(f"{V}/{verb}", params={"q": text})


# versions and tokens ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("31.0", None),
        ("42.0", None),
        ("68.0", None),
        ("30.0", (410, "UNSUPPORTED_API_VERSION")),
        ("21.0", (410, "UNSUPPORTED_API_VERSION")),
        ("69.0", (404, "NOT_FOUND")),
    ],
)
def test_versions_live_from_31_on_and_older_ones_are_retired(
    salesforce: httpx.Client, version: str, expected: tuple[int, str] | None
) -> None:
    answer = salesforce.get(f"/services/data/v{version}/query", params={"q": "SELECT Id FROM Contact LIMIT 1"})
    if expected is None:
        assert answer.status_code == 200
        assert f"/v{version}/" in answer.json()["records"][0]["attributes"]["url"]
    else:
        assert code(answer) == expected


def test_the_list_of_versions_names_their_releases(salesforce: httpx.Client) -> None:
    listed = {row["version"]: row["label"] for row in salesforce.get("/services/data").json()}
    assert listed["31.0"] == "Summer '14" and listed["50.0"] == "Winter '21" and listed["68.0"] == "Winter '27"
    assert len(listed) == 38


@pytest.mark.parametrize("path", ["/nope", "/limits", "/sobjects/Contact/x/y"])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_without_a_token_nobody_learns_what_exists(sandbox: RunningSandbox, method: str, path: str) -> None:
    answer = httpx.request(method, f"{sandbox.info['salesforce_url']}{V}{path}", trust_env=False)
    assert code(answer) == (401, "INVALID_SESSION_ID")


def test_soap_takes_no_token_from_the_authorization_header(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    master, loser = two_contacts(salesforce, "Header")
    refused = soap(salesforce, merge_body("00Dx!no", "Contact", master, [loser]))
    assert refused.status_code == 500 and "<faultcode>sf:INVALID_SESSION_ID</faultcode>" in refused.text
    assert soap(salesforce, merge_body(sandbox.info["salesforce_token"], "Contact", master, [loser])).status_code == 200


def test_soap_refuses_a_field_that_is_set_and_emptied(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Emptied")
    body = merge_body(sandbox.info["salesforce_token"], "Contact", key, []).decode()
    begin, end = body.index("<p:merge>"), body.index("</s:Body>")
    record = f"<o:type>Contact</o:type><o:fieldsToNull>title</o:fieldsToNull><o:Id>{key}</o:Id><o:Title>x</o:Title>"
    update = f"<p:update><p:sObjects>{record}</p:sObjects></p:update>"
    answer = soap(salesforce, (body[:begin] + update + body[end:]).encode())
    assert "<statusCode>INVALID_FIELD</statusCode>" in answer.text and "<success>false</success>" in answer.text


def test_result_pages_begin_with_version_58(salesforce: httpx.Client) -> None:
    for version, status in (("57.0", 404), ("58.0", 400)):
        base = f"/services/data/v{version}/jobs/query"
        job = salesforce.post(base, json={"operation": "query", "query": "SELECT Id FROM Contact"}).json()["id"]
        assert salesforce.get(f"{base}/{job}/resultPages").status_code == status, "400: not finished yet"


# queries ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["SELECT Id FROM ContentDocumentLink", "SELECT COUNT() FROM ContentDocumentLink WHERE ShareType = 'V'"]
)
def test_links_of_files_are_asked_for_by_file_or_place(salesforce: httpx.Client, text: str) -> None:
    assert code(ask(salesforce, text)) == (400, "MALFORMED_QUERY")
    word = "AND" if "WHERE" in text else "WHERE"
    assert ask(salesforce, f"{text} {word} LinkedEntityId IN ('003000000000001AAA')").status_code == 200


def test_nothing_is_like_null(salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Null")
    mine = f"SELECT Id FROM Contact WHERE Id = '{key}'"
    assert query(salesforce, f"{mine} AND LastName LIKE '%'")
    assert not query(salesforce, f"{mine} AND FirstName LIKE '%'")
    assert query(salesforce, f"{mine} AND (NOT FirstName LIKE '%')")


def test_only_query_all_shows_archived_activities(salesforce: httpx.Client) -> None:
    key, _ = two_contacts(salesforce, "Archive")
    done = {"Status": "Completed"}
    for subject, date, more in (
        ("old", "2020-05-05", done),
        ("old but open", "2020-05-05", {}),
        ("new", "2040-05-05", done),
    ):
        body = {"WhoId": key, "Subject": subject, "ActivityDate": date, **more}
        assert salesforce.post(f"{V}/sobjects/Task", json=body).status_code == 201
    text = f"SELECT Subject, IsArchived FROM Task WHERE WhoId = '{key}'"
    assert {row["Subject"] for row in query(salesforce, text)} == {"old but open", "new"}
    everything = {row["Subject"]: row["IsArchived"] for row in query(salesforce, text, "queryAll")}
    assert everything == {"old": True, "old but open": False, "new": False}
    [person] = query(salesforce, f"SELECT Id, (SELECT Subject FROM Tasks) FROM Contact WHERE Id = '{key}'")
    assert person["Tasks"]["totalSize"] == 2


def test_person_accounts_say_so_where_there_are_any(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    account = salesforce.post(f"{V}/sobjects/Account", json={"Name": "Person"}).json()["id"]
    body = {"LastName": "Person", "AccountId": account}
    contact = salesforce.post(f"{V}/sobjects/Contact", json=body).json()["id"]
    asked = f"SELECT IsPersonAccount, Account.IsPersonAccount FROM Contact WHERE Id = '{contact}'"
    assert code(ask(salesforce, asked)) == (400, "INVALID_FIELD")
    sandbox.control("POST", "/settings", json={"person_accounts": [account]})
    try:
        [row] = query(salesforce, asked)
        assert row["IsPersonAccount"] is True and row["Account"]["IsPersonAccount"] is True
        assert salesforce.get(f"{V}/sobjects/Account/{account}").json()["IsPersonAccount"] is True
        found = query(salesforce, "SELECT Id FROM Account WHERE IsPersonAccount = true")
        assert [one["Id"] for one in found] == [account]
        described = salesforce.get(f"{V}/sobjects/Account/describe").json()["fields"]
        assert "IsPersonAccount" in {field["name"] for field in described}
    finally:
        sandbox.control("POST", "/settings", json={"person_accounts": []})
