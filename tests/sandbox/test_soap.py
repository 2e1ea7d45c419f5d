"""SOAP by hand, in the manner of loose clients such as jsforce (facts/client-conformance.md §3), and org rules."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.sandbox.wire import V, query, two_contacts
from tests.support.sandbox import RunningSandbox


class Loose:
    """Everything in the partner namespace, no Authorization header, members in the caller's order."""

    def __init__(self, client: httpx.Client, sandbox: RunningSandbox) -> None:
        self.sandbox = sandbox
        self._url = str(client.base_url)
        self.token = sandbox.info["salesforce_token"]

    def send(self, body: str, header: str = "", *, version: str = "50.0", token: str | None = None) -> httpx.Response:
        envelope = (
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            '<soapenv:Header xmlns="urn:partner.soap.sforce.com"><SessionHeader><sessionId>'
            f"{self.token if token is None else token}</sessionId></SessionHeader>{header}</soapenv:Header>"
            f'<soapenv:Body xmlns="urn:partner.soap.sforce.com">{body}</soapenv:Body></soapenv:Envelope>'
        )
        url = f"{self._url}/services/Soap/u/{version}"
        headers = {"Content-Type": "text/xml", "SOAPAction": '""'}
        return httpx.post(url, content=envelope.encode(), headers=headers, trust_env=False)

    def merge(self, kind: str, master: str, *losers: str, fields: str = "", child: str = "mergeRequests") -> str:
        ids = "".join(f"<recordToMergeIds>{key}</recordToMergeIds>" for key in losers)
        record = f"<masterRecord>{fields}<Id>{master}</Id><type>{kind}</type></masterRecord>"
        return self.send(f"<merge><{child}>{ids}{record}</{child}></merge>").text


def codes(text: str) -> list[str]:
    return re.findall(r"<statusCode>(\w+)</statusCode>", text)


def ids(text: str, name: str = "id") -> list[str]:
    return re.findall(rf"<{name}>(\w+)</{name}>", text)


@pytest.fixture
def loose(salesforce: httpx.Client, sandbox: RunningSandbox) -> Loose:
    return Loose(salesforce, sandbox)


@pytest.mark.parametrize("child", ["mergeRequests", "mergeRequest", "request"])
def test_merge_with_whatever_the_request_is_called(salesforce: httpx.Client, loose: Loose, child: str) -> None:
    master, loser = two_contacts(salesforce, f"Loose{child}")
    text = loose.merge("Contact", master, loser, fields="<Title>A &amp; B</Title>", child=child)
    assert re.search(r"<\w+:Envelope .*<\w+:Body><mergeResponse>", text)
    assert (ids(text), ids(text, "mergedRecordIds"), ids(text, "success")) == ([master], [loser], ["true"])
    assert query(salesforce, f"SELECT Title FROM Contact WHERE Id = '{master}'")[0]["Title"] == "A & B"


def test_one_failing_request_leaves_the_others(salesforce: httpx.Client, loose: Loose) -> None:
    a, b = two_contacts(salesforce, "Several")
    c, d = two_contacts(salesforce, "More")
    requests = "".join(
        f"<mergeRequests><masterRecord><type>Contact</type><Id>{one}</Id></masterRecord>"
        f"<recordToMergeIds>{two}</recordToMergeIds></mergeRequests>"
        for one, two in ((a, b), (b, c), (c, d))
    )
    text = loose.send(f"<merge>{requests}</merge>").text
    assert ids(text, "success") == ["true", "false", "true"] and codes(text) == ["ENTITY_IS_DELETED"]
    assert '<id xsi:nil="true"/>' in text


def test_undelete_and_delete_answer_for_each_id(salesforce: httpx.Client, loose: Loose) -> None:
    one, two = two_contacts(salesforce, "Bin")
    space = 'xmlns:ns1="sobject.partner.soap.sforce.com"'
    text = loose.send(f"<delete {space}><ns1:ids>{one}</ns1:ids><ns1:ids>nonsense</ns1:ids></delete>").text
    assert (ids(text), codes(text)) == ([one], ["MALFORMED_ID"])
    wishes = "".join(f"<ns1:ids>{key}</ns1:ids>" for key in (one, two, "no id at all"))
    text = loose.send(f"<undelete {space}>{wishes}</undelete>").text
    assert ids(text, "success") == ["true", "false", "false"]
    assert codes(text) == ["UNDELETE_FAILED", "MALFORMED_ID"]


def test_convert_with_the_least_there_is(salesforce: httpx.Client, loose: Loose) -> None:
    body = {"LastName": "Least", "Company": "Least Ltd", "Email": "least@probe.example"}
    lead = salesforce.post(f"{V}/sobjects/Lead", json=body).json()["id"]
    text = loose.send(
        f"<convertLead><leadConverts><leadId>{lead}</leadId><convertedStatus>Closed - Converted</convertedStatus>"
        "</leadConverts></convertLead>"
    ).text
    order = re.findall(r"<(accountId|contactId|leadId|opportunityId|success)>", text)
    assert order == ["accountId", "contactId", "leadId", "opportunityId", "success"], "missing booleans are false"
    row = query(salesforce, f"SELECT IsConverted, ConvertedOpportunityId FROM Lead WHERE Id = '{lead}'")[0]
    assert row["IsConverted"] is True and row["ConvertedOpportunityId"] == ids(text, "opportunityId")[0]
    refused = salesforce.patch(f"{V}/sobjects/Lead/{lead}", json={"Phone": "1"})
    assert refused.json()[0]["errorCode"] == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_session_faults_are_written_exactly(loose: Loose) -> None:
    answer = loose.send("<getUserInfo/>", token="wrong")
    assert answer.status_code == 500 and answer.headers["content-type"].startswith("text/xml")
    assert "<faultcode>sf:INVALID_SESSION_ID</faultcode>" in answer.text
    assert "<faultstring>INVALID_SESSION_ID: Invalid Session ID found in SessionHeader" in answer.text
    assert 'xmlns=""' not in answer.text and "wrong" not in answer.text


@pytest.mark.parametrize(
    ("content", "headers", "says"),
    [
        (b"<x", {"SOAPAction": ""}, "well-formed"),
        (b"<x/>", {}, "SOAPAction HTTP header missing"),
        (b"<x/>", {"SOAPAction": ""}, "No operation available"),
        (b'<!DOCTYPE x [<!ENTITY e "v">]><x>&e;</x>', {"SOAPAction": ""}, "well-formed"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"), {"SOAPAction": ""}, "well-formed"),
    ],
)
def test_what_is_no_request(salesforce: httpx.Client, content: bytes, headers: dict[str, str], says: str) -> None:
    answer = salesforce.post("/services/Soap/u/58.0", content=content, headers={"Content-Type": "text/xml", **headers})
    assert answer.status_code == 500 and says in answer.text
    assert "<faultcode>soapenv:Client</faultcode>" in answer.text


def test_versions_and_operations_nobody_knows(loose: Loose) -> None:
    assert "UNSUPPORTED_API_VERSION" in loose.send("<getUserInfo/>", version="20.0").text
    assert "{urn:partner.soap.sforce.com}fly" in loose.send("<fly/>").text
    login = "<login><username>a</username><password>b</password></login>"
    assert "sf:INVALID_OPERATION" in loose.send(login, version="58.0").text
    assert "No operation available" in loose.send(login, version="66.0").text


def test_jwt_sessions_need_the_newest_version(loose: Loose, sandbox: RunningSandbox) -> None:
    from tests.sandbox.test_oauth import App

    sandbox.control("POST", "/settings", json={"jwt_tokens": True})
    try:
        token = App(sandbox, "salesforce").sign_in()["access_token"]
        assert token.count(".") == 2
        assert loose.send("<getUserInfo/>", token=token, version="68.0").status_code == 200
        assert "INVALID_SESSION_ID" in loose.send("<getUserInfo/>", token=token, version="67.0").text
    finally:
        sandbox.control("POST", "/settings", json={"jwt_tokens": False})


def test_text_survives_the_way_there_and_back(salesforce: httpx.Client, loose: Loose) -> None:
    key, _ = two_contacts(salesforce, "Text")
    text = "<b>&amp;</b> \u202e ümlaut 😀"
    salesforce.patch(f"{V}/sobjects/Contact/{key}", json={"Description": f"{text}\x07"})
    answer = loose.send(
        f"<query><queryString>SELECT Id, Description FROM Contact WHERE Id = '{key}'</queryString></query>"
    )
    import xml.etree.ElementTree as ET

    found = ET.fromstring(answer.content).find(".//{urn:sobject.partner.soap.sforce.com}Description")
    assert found is not None and found.text == f"{text}?", "what XML cannot carry becomes a question mark"


# org rules ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ({"locked_rows": ["LOSER"]}, "UNABLE_TO_LOCK_ROW"),
        ({"approval_rows": ["MASTER"]}, "ENTITY_IS_LOCKED"),
        ({"no_edit_rows": ["MASTER"]}, "INSUFFICIENT_ACCESS_OR_READONLY"),
        ({"no_delete_rows": ["LOSER"]}, "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"),
        ({"portal_users": ["LOSER"]}, "INSUFFICIENT_ACCESS_OR_READONLY"),
        ({"validation_rules": ["MASTER.Title: Give a title."]}, "FIELD_CUSTOM_VALIDATION_EXCEPTION"),
        ({"failing_triggers": ["Contact.delete: No deletes today"]}, "DELETE_FAILED"),
        ({"failing_triggers": ["MASTER.update: Not now"]}, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"),
    ],
)
def test_what_the_org_refuses(salesforce: httpx.Client, loose: Loose, setting: dict[str, Any], code: str) -> None:
    master, loser = two_contacts(salesforce, "Rules")
    [(name, values)] = setting.items()
    given = [value.replace("MASTER", master).replace("LOSER", loser) for value in values]
    loose.sandbox.control("POST", "/settings", json={name: given})
    try:
        assert codes(loose.merge("Contact", master, loser)) == [code]
    finally:
        loose.sandbox.control("POST", "/settings", json={name: []})
    assert codes(loose.merge("Contact", master, loser)) == []


def test_a_wsdl_at_every_endpoint(sandbox: RunningSandbox) -> None:
    url = sandbox.info["salesforce_url"]
    for path in ("/services/Soap/u/64.0?wsdl", "/services/Soap/u/64.0?WSDL", "/services/wsdl/partner"):
        answer = httpx.get(f"{url}{path}", trust_env=False)
        assert answer.status_code == 200 and b"SoapBinding" in answer.content
    assert b"/services/Soap/u/64.0" in httpx.get(f"{url}/services/Soap/u/64.0?wsdl", trust_env=False).content
    assert httpx.get(f"{url}/services/Soap/u/64.0", trust_env=False).status_code == 405
