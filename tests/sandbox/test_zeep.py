"""zeep, strict, with the WSDL that the sandbox serves (facts/client-conformance.md §2)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import requests
import zeep
from lxml import etree
from zeep.transports import Transport

from tests.support.sandbox import RunningSandbox, start_sandbox

SOBJECT = "urn:sobject.partner.soap.sforce.com"
UNKNOWN = "003000000000000AAA"


class Org:
    """A strict client of the partner API, written by nobody here."""

    def __init__(self, sandbox: RunningSandbox) -> None:
        session = requests.Session()
        session.trust_env = False
        self.url = f"{sandbox.info['salesforce_url']}/services/Soap/u/58.0"
        client = zeep.Client(f"{self.url}?wsdl", transport=Transport(session=session))
        self.client = client
        self.service = client.create_service("{urn:partner.soap.sforce.com}SoapBinding", self.url)
        self.headers: dict[str, Any] = {"SessionHeader": {"sessionId": sandbox.info["salesforce_token"]}}
        self._record = client.get_type(f"{{{SOBJECT}}}sObject")

    def call(self, operation: str, _headers: dict[str, Any] | None = None, **members: Any) -> Any:
        answer = getattr(self.service, operation)(_soapheaders={**self.headers, **(_headers or {})}, **members)
        return answer.body.result

    def record(self, kind: str, key: str | None = None, nulls: tuple[str, ...] = (), **values: str) -> Any:
        fields = []
        for name, value in values.items():
            field = etree.Element(f"{{{SOBJECT}}}{name}")
            field.text = value
            fields.append(field)
        return self._record(type=kind, fieldsToNull=list(nulls), Id=key, _value_1=fields)

    def create(self, kind: str, **values: str) -> str:
        [made] = self.call("create", sObjects=[self.record(kind, **values)])
        assert made.success, made
        return str(made.id)

    def fault(self, operation: str, **members: Any) -> tuple[str, Any]:
        """(code, the detail read by the WSDL's own fault type)."""
        with pytest.raises(zeep.exceptions.Fault) as raised:
            self.call(operation, **members)
        detail = raised.value.detail[0]
        kind = self.client.get_element(detail.tag)
        return str(raised.value.code), kind.parse(detail, self.client.wsdl.types)


@pytest.fixture(scope="module")
def running() -> Any:
    with start_sandbox(seed=5, people=40) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def org(running: RunningSandbox) -> Org:
    return Org(running)


def field(record: Any, name: str) -> str | None:
    found = [part for part in record._value_1 if etree.iselement(part) and etree.QName(part.tag).localname == name]
    return found[0].text if found else None


def test_who_and_when(org: Org, running: RunningSandbox) -> None:
    info = org.call("getUserInfo")
    assert info.organizationId == running.info["org_id"] and info.userFullName and info.orgHasPersonAccounts is False
    answer = org.service.getServerTimestamp(_soapheaders=org.headers)
    assert answer.body.result.timestamp.tzinfo is not None
    assert answer.header.LimitInfoHeader.limitInfo[0].type == "API REQUESTS"


def test_saving_and_reading(org: Org) -> None:
    key = org.create("Contact", LastName="Zeep", Email="zeep@probe.example", Title="CTO")
    done = org.call(
        "update",
        sObjects=[
            org.record("Contact", key, ("Title",), Phone="1"),
            org.record("Contact", Phone="1"),
            org.record("Contact", UNKNOWN, Phone="1"),
            org.record("Contact", key, Email="no"),
        ],
    )
    codes = [one.errors[0].statusCode if one.errors else one.id for one in done]
    assert codes == [key, "MISSING_ARGUMENT", "INVALID_CROSS_REFERENCE_KEY", "INVALID_EMAIL_ADDRESS"]
    read, nobody = org.call(
        "retrieve", fieldList="Id, Phone, Title, CreatedDate, DoNotCall", sObjectType="Contact", ids=[key, UNKNOWN]
    )
    assert (read.Id, field(read, "Phone"), field(read, "Title"), field(read, "DoNotCall")) == (key, "1", None, "false")
    assert (field(read, "CreatedDate") or "").endswith(".000Z") and nobody.Id is None
    found = org.call("query", queryString=f"SELECT Id, Name, Owner.Name FROM Contact WHERE Id = '{key}'")
    assert (found.size, found.done, found.queryLocator, field(found.records[0], "Name")) == (1, True, None, "Zeep")
    [deleted] = org.call("delete", ids=[key])
    assert deleted.success
    assert org.call("query", queryString=f"SELECT Id FROM Contact WHERE Id = '{key}'").size == 0
    gone = org.call("queryAll", queryString=f"SELECT Id, IsDeleted FROM Contact WHERE Id = '{key}'")
    assert field(gone.records[0], "IsDeleted") == "true"
    [purged] = org.call("emptyRecycleBin", ids=[key])
    assert purged.success


def test_query_more(org: Org) -> None:
    wanted = org.call("create", sObjects=[org.record("Lead", LastName=f"Q{n}", Company="Q") for n in range(200)])
    org.call("create", sObjects=[org.record("Lead", LastName="Q", Company="Q")])
    page = org.call(
        "query", {"QueryOptions": {"batchSize": 200}}, queryString="SELECT Id FROM Lead WHERE Company = 'Q'"
    )
    assert (page.size, page.done, len(page.records)) == (201, False, 200)
    rest = org.call("queryMore", queryLocator=page.queryLocator)
    assert (rest.done, len(rest.records)) == (True, 1)
    assert {one.id for one in wanted} < {one.Id for one in (*page.records, *rest.records)}


def test_feeds_of_changes(org: Org, running: RunningSandbox) -> None:
    kept, gone = (org.create("Contact", LastName=f"Zfeed {n}") for n in (1, 2))
    org.call("delete", ids=[gone])
    now = org.service.getServerTimestamp(_soapheaders=org.headers).body.result.timestamp
    running.control("POST", "/clock", json={"advance_s": 120})
    span = {"startDate": now - timedelta(hours=1), "endDate": now + timedelta(seconds=90)}
    deleted = org.call("getDeleted", sObjectType="Contact", **span)
    assert gone in [one.id for one in deleted.deletedRecords] and deleted.latestDateCovered.tzinfo is not None
    assert kept in org.call("getUpdated", sObjectType="Contact", **span).ids


def test_merge_undelete_and_their_errors(org: Org) -> None:
    one, two = (org.create("Contact", LastName=f"Zmerge {n}", Phone=str(n)) for n in (1, 2))
    task = org.create("Task", WhoId=two, Subject="call")
    master = org.record("Contact", one, ("Phone",), Title="CFO & <co>")
    requests_ = [
        {"masterRecord": master, "recordToMergeIds": [two]},
        {"masterRecord": org.record("Contact", one), "recordToMergeIds": [two]},
        {"masterRecord": org.record("Contact", one, SystemModstamp="2026-01-01T00:00:00Z"), "recordToMergeIds": [two]},
    ]
    good, again, locked = org.call("merge", request=requests_)
    assert (good.success, good.id, good.mergedRecordIds, good.updatedRelatedIds) == (True, one, [two], [task])
    assert (again.success, again.id, again.errors[0].statusCode) == (False, None, "ENTITY_IS_DELETED")
    assert locked.errors[0].statusCode in ("ENTITY_IS_DELETED", "INVALID_FIELD_FOR_INSERT_UPDATE")
    [kept] = org.call("retrieve", fieldList="Title,Phone", sObjectType="Contact", ids=[one])
    assert (field(kept, "Title"), field(kept, "Phone")) == ("CFO & <co>", None)
    back, alive, text = org.call("undelete", ids=[two, one, UNKNOWN])
    assert back.success and [alive.errors[0].statusCode, text.errors[0].statusCode] == [
        "UNDELETE_FAILED",
        "INVALID_CROSS_REFERENCE_KEY",
    ]


def test_convert_lead(org: Org) -> None:
    lead = org.create("Lead", LastName="Zconv", Company="Zconv AG", Email="zc@probe.example")
    wish = {
        "leadId": lead, "convertedStatus": "Closed - Converted", "doNotCreateOpportunity": False,
        "overwriteLeadSource": False, "sendNotificationEmail": False,
    }  # fmt: skip
    done, again = org.call("convertLead", leadConverts=[wish, wish])
    assert done.success and done.leadId == lead and done.accountId and done.contactId and done.opportunityId
    assert (again.success, again.accountId) == (False, None)
    assert again.errors[0].statusCode == "CANNOT_UPDATE_CONVERTED_LEAD"
    found = org.call("query", queryString=f"SELECT IsConverted, ConvertedContactId FROM Lead WHERE Id = '{lead}'")
    assert field(found.records[0], "ConvertedContactId") == done.contactId


def test_find_duplicates(org: Org) -> None:
    one, two = (org.create("Contact", LastName="Zdup", FirstName="A", Email="zdup@probe.example") for _ in (1, 2))
    header = {"DuplicateRuleHeader": {"allowSave": True, "includeRecordDetails": True, "runAsCurrentUser": True}}
    [found] = org.call("findDuplicatesByIds", header, ids=[one])
    [match] = found.duplicateResults[0].matchResults[0].matchRecords
    assert (match.record.Id, field(match.record, "Email")) == (two, "zdup@probe.example")
    assert {diff.name: diff.difference for diff in match.fieldDiffs}["Email"] == "SAME"
    [bare] = org.call("findDuplicatesByIds", ids=[one])
    assert not bare.duplicateResults[0].matchResults[0].matchRecords[0].record._value_1
    wish = org.record("Lead", LastName="Zdup", Email="zdup@probe.example", Company="x")
    [by_values] = org.call("findDuplicates", sObjects=[wish])
    assert sum(result.matchResults[0].size for result in by_values.duplicateResults) == 2


def test_a_duplicate_rule_that_alerts(org: Org, running: RunningSandbox) -> None:
    org.create("Contact", LastName="Zrule", Email="zrule@probe.example")
    running.control("POST", "/settings", json={"duplicate_rule": "alert"})
    try:
        wish = [org.record("Contact", LastName="Zrule", Email="zrule@probe.example")]
        [refused] = org.call("create", sObjects=wish)
        [error] = refused.errors
        assert error.statusCode == "DUPLICATES_DETECTED" and error.duplicateResult.allowSave is True
        assert error.duplicateResult.matchResults[0].size == 1
        header = {"DuplicateRuleHeader": {"allowSave": True, "includeRecordDetails": False, "runAsCurrentUser": True}}
        [saved] = org.call("create", header, sObjects=wish)
        assert saved.success
    finally:
        running.control("POST", "/settings", json={"duplicate_rule": "report"})


def test_all_or_none(org: Org) -> None:
    header = {"AllOrNoneHeader": {"allOrNone": True}}
    wishes = [org.record("Contact", LastName="Zall"), org.record("Contact", FirstName="x")]
    both = org.call("create", header, sObjects=wishes)
    codes = [one.errors[0].statusCode for one in both]
    assert codes == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "REQUIRED_FIELD_MISSING"]
    assert org.call("query", queryString="SELECT Id FROM Contact WHERE LastName = 'Zall'").size == 0


def test_faults_are_typed(org: Org) -> None:
    key = org.create("Contact", LastName="Zfault")
    code, detail = org.fault("query", queryString="SELECT Nope FROM Contact")
    assert (code, detail.exceptionCode, detail.row, detail.column) == ("sf:INVALID_FIELD", "INVALID_FIELD", 1, 8)
    code, detail = org.fault("create", sObjects=[org.record("Nothing", Name="x")])
    assert (code, detail.row) == ("sf:INVALID_TYPE", -1)
    request = {"masterRecord": org.record("Contact", key, Nickname="x"), "recordToMergeIds": [key]}
    assert org.fault("merge", request=[request])[0] == "sf:INVALID_FIELD"
    assert org.fault("queryMore", queryLocator="01g-nothing")[0] == "sf:INVALID_QUERY_LOCATOR"
    assert org.fault("delete", ids=[key] * 201)[0] == "sf:EXCEEDED_ID_LIMIT"
    with pytest.raises(zeep.exceptions.Fault) as raised:
        org.service.login("a@b.example", "secret")
    assert raised.value.code == "sf:INVALID_OPERATION"
    with pytest.raises(zeep.exceptions.Fault) as raised:
        org.service.getUserInfo(_soapheaders={"SessionHeader": {"sessionId": "x"}})
    assert raised.value.code == "sf:INVALID_SESSION_ID" and "secret" not in str(raised.value.message)
