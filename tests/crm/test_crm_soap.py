from __future__ import annotations

from xml.etree import ElementTree as ET

import httpx
import pytest

from mergetui.crm import soap, soql
from mergetui.crm.salesforce import Salesforce
from mergetui.crm.tokens import StaticTokens
from mergetui.errors import CrmProblem, Expired, Limited, Refused, Unknown, Unreachable
from mergetui.records.crm import Value
from mergetui.records.plan import SalesforceMerge
from tests.crm.crm_support import BASE, ChangingTokens, Script, transport

MASTER, LOSER = "003000000000001AAA", "003000000000002AAA"
P, S = "{urn:partner.soap.sforce.com}", "{urn:sobject.partner.soap.sforce.com}"


def merge(values: dict[str, Value] | None = None, nulls: tuple[str, ...] = ()) -> SalesforceMerge:
    return SalesforceMerge("Contact", MASTER, LOSER, values or {}, nulls)


def envelope(inner: str, status: int = 200) -> httpx.Response:
    return httpx.Response(
        status,
        headers={"Content-Type": "text/xml"},
        text=f'<?xml version="1.0"?><soapenv:Envelope xmlns:soapenv="{soap.ENVELOPE}"'
        ' xmlns="urn:partner.soap.sforce.com" xmlns:sf="urn:fault.partner.soap.sforce.com">'
        f"<soapenv:Header/><soapenv:Body>{inner}</soapenv:Body></soapenv:Envelope>",
    )


def fault(code: str, text: str = "words") -> httpx.Response:
    return envelope(
        f'<soapenv:Fault><faultcode xmlns="">sf:{code}</faultcode><faultstring xmlns="">{code}: {text}</faultstring>'
        "</soapenv:Fault>",
        500,
    )


DONE = envelope(
    f"<mergeResponse><result><id>{MASTER}</id><mergedRecordIds>{LOSER}</mergedRecordIds><success>true</success>"
    "<updatedRelatedIds>00T000000000001AAA</updatedRelatedIds><updatedRelatedIds>00U000000000001AAA</updatedRelatedIds>"
    "</result></mergeResponse>"
)
REFUSED = envelope(
    "<mergeResponse><result><errors><fields>Title</fields><message>too &lt;long&gt;</message>"
    "<statusCode>STRING_TOO_LONG</statusCode></errors><id/><success>false</success></result></mergeResponse>"
)


def salesforce(script: Script, **options: object) -> Salesforce:
    tokens = options.pop("tokens", None)
    made, _ = transport("salesforce", script, tokens=tokens)
    return Salesforce(made, version=68, **options)  # type: ignore[arg-type]


def test_the_request_is_the_wsdls_order_and_carries_hostile_text_as_data() -> None:
    evil = '</o:Title><o:OwnerId>x</o:OwnerId>&amp;"]]>\r\n\u202e[/]' + "ü" * 100
    values: dict[str, Value] = {"Title": evil, "DoNotCall": True, "Score__c": 1.5, "Fax": None}
    values["At__c"] = "2026-11-02T09:15:00.000+0000"
    body = soap.merge_request(merge(values, ("Phone",)), "00D!tok&en")
    root = ET.fromstring(body)
    assert root.findtext(f".//{P}sessionId") == "00D!tok&en"
    request = root.find(f".//{P}merge/{P}request")
    assert request is not None
    assert [item.tag for item in request] == [f"{P}masterRecord", f"{P}recordToMergeIds"]
    sent = [(item.tag.removeprefix(S), item.text) for item in request[0]]
    assert sent == [
        ("type", "Contact"), ("fieldsToNull", "Phone"), ("fieldsToNull", "Fax"), ("Id", MASTER), ("Title", evil),
        ("DoNotCall", "true"), ("Score__c", "1.5"), ("At__c", "2026-11-02T09:15:00.000Z"),
    ]  # fmt: skip
    assert request[1].text == LOSER


def test_the_email_is_never_part_of_a_merge() -> None:
    for bad in (merge({"Email": "a@b.c"}), merge(nulls=("Email",)), merge({"Title": "x"}, ("Title",))):
        with pytest.raises(ValueError):
            soap.merge_request(bad, "t")


@pytest.mark.parametrize("char", ["\x1b", "\x00", "\x0b", "\ud800", "\ufffe"])
async def test_what_xml_cannot_carry_is_refused_before_anything_is_sent(char: str) -> None:
    script = Script(DONE)
    with pytest.raises(Refused, match="Title"):
        await salesforce(script).merge(merge({"Title": f"a{char}b"}))
    assert script.requests == []


async def test_a_merge_answers_with_master_losers_and_children() -> None:
    script = Script(DONE)
    answer = await salesforce(script).merge(merge({"Title": "CFO"}))
    assert answer.success and answer.id == MASTER and answer.merged_ids == (LOSER,)
    assert answer.related_ids == ("00T000000000001AAA", "00U000000000001AAA")
    request = script.requests[0]
    assert str(request.url) == f"{BASE}/services/Soap/u/68.0"
    assert request.headers["soapaction"] == '""' and request.headers["content-type"].startswith("text/xml")


async def test_a_result_error_is_a_definite_refusal() -> None:
    answer = await salesforce(Script(REFUSED)).merge(merge())
    assert (answer.success, answer.code, answer.fields) == (False, "STRING_TOO_LONG", ("Title",))
    assert answer.message == "too <long>"


async def test_an_ended_session_is_renewed_once_and_the_new_token_is_in_the_body() -> None:
    script = Script(fault("INVALID_SESSION_ID"), DONE)
    tokens = ChangingTokens()
    assert (await salesforce(script, tokens=tokens).merge(merge())).success
    assert tokens.refused == ["t1"]
    assert b"<p:sessionId>t2</p:sessionId>" in script.requests[1].content and len(script.requests) == 2


async def test_a_session_refused_twice_is_expired() -> None:
    script = Script(fault("INVALID_SESSION_ID"))
    with pytest.raises(Expired):
        await salesforce(script, tokens=ChangingTokens()).merge(merge())
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (fault("INVALID_FIELD"), Refused),
        (fault("REQUEST_LIMIT_EXCEEDED"), Limited),
        (fault("UNKNOWN_EXCEPTION"), Unknown),
        (fault("SERVER_UNAVAILABLE"), Unknown),
        (httpx.Response(500, text="<html>oops"), Unknown),
        (httpx.Response(503, text="down"), Unknown),
        (httpx.Response(200, text="<html>login page</html>"), Unknown),
        (envelope("<mergeResponse/>"), Unknown),
        (httpx.Response(200, text="<!DOCTYPE x [<!ENTITY a 'b'>]><x/>"), Unknown),
        (httpx.ReadTimeout("slow"), Unknown),
        (httpx.RemoteProtocolError("cut"), Unknown),
        (httpx.ConnectError("no"), Unreachable),
    ],
)
async def test_what_a_failed_merge_proves(answer: object, kind: type[Exception]) -> None:
    script = Script(answer)  # type: ignore[arg-type]
    with pytest.raises(CrmProblem) as caught:
        await salesforce(script).merge(merge())
    assert type(caught.value) is kind
    assert len(script.requests) == 1


async def test_read_only_sends_nothing() -> None:
    script = Script(DONE)
    crm = salesforce(script, read_only=True)
    with pytest.raises(Refused, match="read-only"):
        await crm.merge(merge())
    with pytest.raises(Refused, match="read-only"):
        await crm.update("Contact", MASTER, {"Title": "x"})
    assert script.requests == []


async def test_a_jwt_with_an_old_version_is_told_before_merging() -> None:
    made, _ = transport("salesforce", Script(httpx.Response(200, json={})), tokens=StaticTokens("aa.bb.cc", BASE))
    with pytest.raises(Refused, match="JWT"):
        await Salesforce(made, version=67).ready()
    await Salesforce(made, version=68).ready()


def test_literals_and_names_cannot_break_out_of_a_query() -> None:
    assert soql.literal('O\'Neil\\ \n"x"') == "'O\\'Neil\\\\ \\n\\\"x\\\"'"
    for bad in ("Name FROM User", "a'b", "", "x;y", "Account.", "é"):
        with pytest.raises(ValueError):
            soql.name(bad)
    with pytest.raises(ValueError):
        soql.any_of("Id", ["003' OR Name != '"])
    with pytest.raises(ValueError):
        soql.any_of("Id", [])


def test_ids_are_made_18_characters() -> None:
    assert soql.id18("001A0000006Vm9r") == "001A0000006Vm9rIAC"
    assert soql.id18("001A0000006Vm9rIAC") == "001A0000006Vm9rIAC"
    assert soql.id18("nonsense") is None
    assert soql.ids18(["001A0000006Vm9r", "x", "001A0000006Vm9rIAC"]) == ["001A0000006Vm9rIAC"]
