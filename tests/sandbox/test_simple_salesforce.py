"""simple-salesforce, written by nobody here, does its normal work unpatched (facts/client-conformance.md §1)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce, format_soql
from simple_salesforce.bulk2 import ColumnDelimiter, LineEnding
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)

from tests.support.sandbox import RunningSandbox


class Plain(HTTPAdapter):
    """simple-salesforce can only build https addresses."""

    def send(self, request: Any, *args: Any, **options: Any) -> Any:
        request.url = request.url.replace("https://", "http://", 1)
        return super().send(request, *args, **options)

    def get_connection_with_tls_context(self, request: Any, verify: Any, proxies: Any = None, cert: Any = None) -> Any:
        return self.poolmanager.connection_from_url(request.url.replace("https://", "http://", 1))


@pytest.fixture
def simple(sandbox: RunningSandbox) -> Iterator[Salesforce]:
    session = requests.Session()
    session.trust_env = False
    session.mount("https://", Plain())
    host = sandbox.info["salesforce_url"].removeprefix("http://")
    yield Salesforce(instance=host, session_id=sandbox.info["salesforce_token"], session=session, version="59.0")
    session.close()


@pytest.fixture
def hasty(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the client sleeps, the twin's time passes instead."""
    monkeypatch.setattr(
        "simple_salesforce.bulk2.sleep", lambda s: sandbox.control("POST", "/clock", json={"advance_s": max(1, s)})
    )


def test_rows(simple: Salesforce) -> None:
    made = simple.Contact.create({"LastName": "Simple", "Email": "simple@probe.example"})
    assert made["success"] is True and made["errors"] == []
    assert simple.Contact.update(made["id"], {"Title": "CTO"}) == 204
    assert simple.Contact.get(made["id"])["Title"] == "CTO"
    assert simple.Contact.get(made["id"], params={"fields": "Id,Title"}).keys() == {"attributes", "Id", "Title"}
    assert simple.Contact.metadata()["objectDescribe"]["name"] == "Contact"
    assert simple.Contact.delete(made["id"]) == 204
    with pytest.raises(SalesforceResourceNotFound) as gone:
        simple.Contact.get(made["id"])
    assert gone.value.content[0]["errorCode"] == "ENTITY_IS_DELETED"


def test_queries(simple: Salesforce) -> None:
    made = simple.Contact.create({"LastName": 'O\'Neil "100%"', "Title": "a\nb\\c"})
    text = format_soql(
        "SELECT Id, Account.Name FROM Contact WHERE LastName = {} AND Title = {}", 'O\'Neil "100%"', "a\nb\\c"
    )
    found = simple.query(text)
    assert (found["totalSize"], found["done"], found["records"][0]["Id"]) == (1, True, made["id"])
    text = format_soql("SELECT Id FROM Contact WHERE LastName LIKE '%{:like}%'", '"100%')
    assert simple.query(text)["totalSize"] == 1
    since = datetime.now(UTC) - timedelta(days=3_000)  # noqa: TID251  # the client formats it with its offset
    assert (
        simple.query(format_soql("SELECT COUNT(Id) n FROM Contact WHERE CreatedDate > {}", since))["records"][0]["n"]
        > 10
    )
    assert simple.query(format_soql("SELECT Id FROM Contact WHERE Id IN {}", [made["id"]]))["totalSize"] == 1
    everybody = simple.query_all("SELECT Id FROM Contact")
    assert (
        everybody["totalSize"]
        == len(everybody["records"])
        == len(list(simple.query_all_iter("SELECT Id FROM Contact")))
    )
    simple.Contact.delete(made["id"])
    text = f"SELECT Id, IsDeleted FROM Contact WHERE Id = '{made['id']}'"
    assert simple.query(text)["totalSize"] == 0
    assert simple.query(text, include_deleted=True)["records"][0]["IsDeleted"] is True


def test_pages(simple: Salesforce) -> None:
    rows = [{"attributes": {"type": "Campaign"}, "Name": f"Simple {number}"} for number in range(200)]
    for _ in range(2):
        simple.restful("composite/sobjects", method="POST", json={"records": rows})
    simple.headers["Sforce-Query-Options"] = "batchSize=200"
    text = "SELECT Id FROM Campaign WHERE Name LIKE 'Simple %'"
    first = simple.query(text)
    assert (first["done"], len(first["records"])) == (False, 200)
    assert simple.query_more(first["nextRecordsUrl"], identifier_is_url=True)["done"] is True
    assert simple.query_more(first["nextRecordsUrl"].rpartition("/")[2])["done"] is True
    assert len(list(simple.query_all_iter(text))) == 400


def test_describe_limits_and_free_calls(simple: Salesforce) -> None:
    described = simple.describe()
    assert described is not None and "Contact" in {one["name"] for one in described["sobjects"]}
    assert {"LastName", "HasOptedOutOfEmail"} <= {field["name"] for field in simple.Contact.describe()["fields"]}
    assert simple.limits()["DailyApiRequests"]["Max"] == 100_000
    assert simple.api_usage["api-usage"].total == 100_000
    assert simple.is_sandbox() is True
    body = {"compositeRequest": [{"method": "GET", "url": "/services/data/v59.0/limits", "referenceId": "l"}]}
    assert simple.restful("composite", method="POST", json=body)["compositeResponse"][0]["httpStatusCode"] == 200
    now = datetime.now(UTC)  # noqa: TID251
    assert simple.Contact.updated(now - timedelta(days=20), now)["ids"] is not None
    assert simple.Contact.deleted(now - timedelta(days=1), now)["latestDateCovered"]


def test_errors(simple: Salesforce) -> None:
    with pytest.raises(SalesforceMalformedRequest) as wrong:
        simple.query("SELECT Nope FROM Contact")
    assert wrong.value.content[0]["errorCode"] == "INVALID_FIELD"
    with pytest.raises(SalesforceMalformedRequest):
        simple.Contact.create({"LastName": "x" * 200})
    with pytest.raises(SalesforceGeneralError) as refused:
        simple.restful("limits", method="DELETE")
    assert refused.value.status == 405
    simple.session_id = "x"
    simple.headers["Authorization"] = "Bearer x"
    with pytest.raises(SalesforceExpiredSession):
        simple.query("SELECT Id FROM User")


def test_bulk_query(simple: Salesforce, hasty: None, tmp_path: Path) -> None:
    total = simple.query("SELECT COUNT() FROM Contact")["totalSize"]
    bulk = simple.bulk2.Contact
    [whole] = list(bulk.query("SELECT Id, LastName, Account.Name FROM Contact"))
    rows = list(csv.DictReader(io.StringIO(whole)))
    assert len(rows) == total and list(rows[0]) == ["Id", "LastName", "Account.Name"]
    pages = list(bulk.query("SELECT Id FROM Contact", max_records=20))
    assert len(pages) == -(-total // 20) and all(page.startswith('"Id"\n') for page in pages)
    text = "SELECT Id, Title FROM Contact LIMIT 2"
    [odd] = bulk.query_all(text, column_delimiter=ColumnDelimiter.TAB, line_ending=LineEnding.CRLF)
    assert odd.startswith('"Id"\t"Title"\r\n')
    files = bulk.download("SELECT Id FROM Contact", path=str(tmp_path), max_records=1_000)
    assert files[0]["number_of_records"] == total
    with pytest.raises(SalesforceMalformedRequest):
        list(bulk.query("SELECT COUNT() FROM Contact"))
