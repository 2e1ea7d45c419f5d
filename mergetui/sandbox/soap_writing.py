"""SOAP answers: unprefixed results in the partner namespace inside a prefixed envelope, members in the WSDL's order.

Strict clients (zeep) insist on the order, loose ones (jsforce) on the prefixes (facts/client-conformance.md §2, §3).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape as _escape

from mergetui.sandbox.web import Reply
from mergetui.twin.duplicates import DuplicatesDetected, Match, RuleResult
from mergetui.twin.refusals import SalesforceRefusal

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "urn:partner.soap.sforce.com"
SOBJECT = "urn:sobject.partner.soap.sforce.com"
FAULT = "urn:fault.partner.soap.sforce.com"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
CONTENT_TYPE = "text/xml;charset=UTF-8"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ROW_COLUMN = re.compile(r"Row:(\d+):Column:(\d+)")
_FAULTS = {
    "INVALID_FIELD": "InvalidFieldFault",
    "INVALID_TYPE": "InvalidSObjectFault",
    "MALFORMED_QUERY": "MalformedQueryFault",
    "INVALID_QUERY_LOCATOR": "InvalidQueryLocatorFault",
    "MALFORMED_ID": "InvalidIdFault",
    "INVALID_ID_FIELD": "InvalidIdFault",
    "INVALID_LOGIN": "LoginFault",
}
_WITH_PLACE = frozenset({"InvalidFieldFault", "InvalidSObjectFault", "MalformedQueryFault"})


class SoapFault(Exception):
    """Ends the whole call with a fault."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code = code
        self.message = message


def escape(text: str) -> str:
    """Text for an element; what XML cannot carry becomes ``?``, a carriage return survives."""
    return _escape(_NOT_XML.sub("?", text), {"\r": "&#13;"})


def element(name: str, value: str | bool | int | float | None) -> str:
    """``<name>value</name>``, nil for None. ``name`` must be a safe constant or a schema's field name."""
    if value is None:
        return f'<{name} xsi:nil="true"/>'
    if isinstance(value, bool):
        return f"<{name}>{'true' if value else 'false'}</{name}>"
    return f"<{name}>{escape(str(value))}</{name}>"


def elements(name: str, values: Iterable[str]) -> str:
    return "".join(element(name, value) for value in values)


# envelopes ------------------------------------------------------------------------------------------------------


def answer(operation: str, inner: str, used: int, limit: int) -> Reply:
    """HTTP 200 with ``<{operation}Response>``; ``used`` of ``limit`` API calls go into LimitInfoHeader."""
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns="{PARTNER}" '
        f'xmlns:sf="{SOBJECT}" xmlns:xsi="{XSI}" xmlns:xsd="http://www.w3.org/2001/XMLSchema">'
        f"<soapenv:Header><LimitInfoHeader><limitInfo><current>{used}</current><limit>{limit}</limit>"
        "<type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>"
        f"<soapenv:Body><{operation}Response>{inner}</{operation}Response></soapenv:Body></soapenv:Envelope>"
    )
    return Reply(200, body.encode("utf-8", "replace"), {"Content-Type": CONTENT_TYPE})


def fault(code: str, message: str) -> Reply:
    """HTTP 500 with ``sf:CODE`` and a typed detail, as the real server words it."""
    kind = _FAULTS.get(code, "UnexpectedErrorFault")
    place = ""
    if kind in _WITH_PLACE:
        found = _ROW_COLUMN.search(message)
        row, column = found.groups() if found else ("-1", "-1")
        place = f"<sf:row>{row}</sf:row><sf:column>{column}</sf:column>"
    detail = (
        f'<detail><sf:{kind} xsi:type="sf:{kind}"><sf:exceptionCode>{escape(code)}</sf:exceptionCode>'
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage>{place}</sf:{kind}></detail>"
    )
    return _fault(f"sf:{code}", f"{code}: {message}", detail)


def client_fault(message: str) -> Reply:
    """A request that is no request of this API."""
    return _fault("soapenv:Client", message)


def _fault(code: str, text: str, detail: str = "") -> Reply:
    # No default namespace here: clients look for an unqualified faultcode (client-conformance §2).
    body = (
        f'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{ENVELOPE}" xmlns:sf="{FAULT}" '
        f'xmlns:xsi="{XSI}"><soapenv:Body><soapenv:Fault><faultcode>{escape(code)}</faultcode>'
        f"<faultstring>{escape(text)}</faultstring>{detail}</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
    )
    return Reply(500, body.encode("utf-8", "replace"), {"Content-Type": CONTENT_TYPE})


# results --------------------------------------------------------------------------------------------------------


def errors(refusal: SalesforceRefusal, *, details: bool = False) -> str:
    """``<errors>``: fields*, message, statusCode; a duplicate rule's hit is a DuplicateError."""
    inner = (
        elements("fields", refusal.fields) + element("message", refusal.message) + element("statusCode", refusal.code)
    )
    if isinstance(refusal, DuplicatesDetected):
        found = duplicate_result(refusal.results[0], "duplicateResult", details=details)
        return f'<errors xsi:type="DuplicateError">{inner}{found}</errors>'
    return f"<errors>{inner}</errors>"


def save_result(key: str | None, refusal: SalesforceRefusal | None = None) -> str:
    """SaveResult, DeleteResult, UndeleteResult, EmptyRecycleBinResult: errors*, id, success."""
    found = errors(refusal) if refusal is not None else ""
    return f"<result>{found}{element('id', key)}{element('success', refusal is None)}</result>"


def merge_result(key: str | None, merged: Sequence[str], related: Sequence[str], found: str = "") -> str:
    return (
        f"<result>{found}{element('id', key)}{elements('mergedRecordIds', merged)}{element('success', not found)}"
        f"{elements('updatedRelatedIds', related)}</result>"
    )


def duplicate_result(result: RuleResult, name: str, *, details: bool) -> str:
    """DuplicateResult: allowSave, duplicateRule, duplicateRuleEntityType, errorMessage, matchResults*."""
    matches = "".join(_match(match, details) for match in result.matches)
    return (
        f"<{name}>{element('allowSave', result.allow_save)}{element('duplicateRule', result.rule)}"
        f"{element('duplicateRuleEntityType', result.object)}{element('errorMessage', 'Use one of these records?')}"
        f"<matchResults>{element('entityType', result.matched_object)}{element('matchEngine', 'FuzzyMatchEngine')}"
        f"{matches}{element('rule', result.matching_rule)}{element('size', len(result.matches))}"
        f"{element('success', True)}</matchResults></{name}>"
    )


def _match(match: Match, details: bool) -> str:
    """MatchRecord; without details the record has its id only."""
    row = match.row
    fields = ""
    if details:
        for name, _ in match.differences:
            value = row.values.get(name)
            fields += "" if value is None else element(f"sf:{name}", str(value))
    differences = "".join(
        f"<fieldDiffs>{element('difference', difference)}{element('name', name)}</fieldDiffs>"
        for name, difference in match.differences
    )
    return (
        f"<matchRecords>{differences}{element('matchConfidence', match.confidence)}"
        f'<record xsi:type="sf:sObject">{element("sf:type", row.object)}{element("sf:Id", row.id)}{fields}</record>'
        "</matchRecords>"
    )
