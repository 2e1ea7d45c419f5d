"""Salesforce SOAP: merge, undelete, getUserInfo, getServerTimestamp (facts/salesforce.md §5).

Elements are matched by local name, because real clients use the wrong namespaces and the real server takes them.
Answers are unprefixed in the partner namespace inside a prefixed envelope, in the WSDL's element order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape as _escape

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.web import Call, Reply
from mergetui.twin.events import MergeRows, UndeleteRow
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.merges import Merged
from mergetui.twin.stamps import iso

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
MAX_REQUESTS = 200
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Text for an element; what XML cannot carry becomes ``?``."""
    return _escape(_NOT_XML.sub("?", text))


class Soap:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    # reading --------------------------------------------------------------------------------------------------

    def is_soap(self, call: Call) -> bool:
        return call.path.startswith("/services/Soap/")

    def session_of(self, call: Call) -> str:
        try:
            root = _parse(call.body)
        except ET.ParseError:
            return ""
        found = next((item for item in root.iter() if _local(item) == "sessionId"), None)
        return (found.text or "").strip() if found is not None else ""

    def name(self, call: Call) -> str:
        """What the call is named for faults and the log: ``salesforce.merge`` …"""
        try:
            operation = _operation(_parse(call.body))
        except ET.ParseError:
            return "salesforce.soap"
        names = {"merge": "merge", "undelete": "undelete", "getUserInfo": "user", "getServerTimestamp": "time"}
        return f"salesforce.{names.get(_local(operation), 'soap')}" if operation is not None else "salesforce.soap"

    # answering ------------------------------------------------------------------------------------------------

    def handle(self, call: Call) -> Reply:
        if "soapaction" not in call.headers:
            return self._fault("soapenv:Client", "SOAPAction HTTP header missing")
        try:
            operation = _operation(_parse(call.body))
        except ET.ParseError:
            return self._fault("soapenv:Client", "The content of elements must consist of well-formed XML")
        if operation is None:
            return self._fault("soapenv:Client", "No operation available for an empty body")
        if not self._sandbox.salesforce_grants.good(call.token, self._sandbox.now()):
            return self.fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
        handlers = {
            "merge": self._merge,
            "undelete": self._undelete,
            "getUserInfo": self._user_info,
            "getServerTimestamp": self._timestamp,
        }
        handler = handlers.get(_local(operation))
        if handler is None:
            return self._fault("soapenv:Client", f"No operation available for request {_local(operation)}")
        return handler(operation)

    def fault(self, code: str, message: str) -> Reply:
        """HTTP 500 with ``sf:CODE``, as the real server words it."""
        detail = (
            '<detail><sf:UnexpectedErrorFault xsi:type="sf:UnexpectedErrorFault">'
            f"<sf:exceptionCode>{escape(code)}</sf:exceptionCode>"
            f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage></sf:UnexpectedErrorFault></detail>"
        )
        return self._fault(f"sf:{code}", f"{code}: {message}", detail)

    def _fault(self, code: str, text: str, detail: str = "") -> Reply:
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<soapenv:Body><soapenv:Fault><faultcode>{escape(code)}</faultcode>"
            f"<faultstring>{escape(text)}</faultstring>{detail}</soapenv:Fault></soapenv:Body></soapenv:Envelope>"
        )
        return Reply(500, body.encode(), {"Content-Type": "text/xml;charset=UTF-8"})

    def result_error(self, call: Call, code: str, message: str) -> Reply:
        """A result that says nothing was done, one per request of the call."""
        try:
            operation = _operation(_parse(call.body))
        except ET.ParseError:
            operation = None
        if operation is None or _local(operation) != "merge":
            return self.fault(code, message)
        refusal = SalesforceRefusal(code, message)
        return self._answer("merge", (_refused(refusal) for _ in operation))

    def _answer(self, operation: str, results: Iterable[str]) -> Reply:
        used = self._sandbox.api_used["salesforce"] + 1
        body = (
            '<?xml version="1.0" encoding="UTF-8"?>'
            '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
            'xmlns="urn:partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f"<soapenv:Header><LimitInfoHeader><limitInfo><current>{used}</current><limit>100000</limit>"
            "<type>API REQUESTS</type></limitInfo></LimitInfoHeader></soapenv:Header>"
            f"<soapenv:Body><{operation}Response>{''.join(results)}</{operation}Response></soapenv:Body>"
            "</soapenv:Envelope>"
        )
        return Reply(200, body.encode("utf-8", "replace"), {"Content-Type": "text/xml;charset=UTF-8"})

    # operations -----------------------------------------------------------------------------------------------

    def _merge(self, operation: ET.Element) -> Reply:
        """Every child is one request with a transaction of its own; ``request``, ``mergeRequests`` … are one."""
        requests = list(operation)
        if len(requests) > MAX_REQUESTS:
            return self.fault(
                "LIMIT_EXCEEDED", f"record limit reached. cannot submit more than {MAX_REQUESTS} requests"
            )
        results = []
        for request in requests:
            try:
                merged = self._sandbox.apply(_merge_event(request))
            except SalesforceRefusal as refusal:
                results.append(_refused(refusal))
                continue
            results.append(_merged(merged))
        return self._answer("merge", results)

    def _undelete(self, operation: ET.Element) -> Reply:
        results = []
        for item in operation:
            given = (item.text or "").strip()
            try:
                key = self._sandbox.apply(UndeleteRow(given))
            except SalesforceRefusal as refusal:
                results.append(_refused(refusal))
                continue
            results.append(f"<result><id>{escape(key)}</id><success>true</success></result>")
        return self._answer("undelete", results)

    def _timestamp(self, operation: ET.Element) -> Reply:
        stamp = iso(self._sandbox.now() // 1000 * 1000)
        return self._answer("getServerTimestamp", [f"<result><timestamp>{stamp}</timestamp></result>"])

    def _user_info(self, operation: ET.Element) -> Reply:
        """All 24 members in the WSDL's order; strict clients insist."""
        state = self._sandbox.world.state
        row = state.row(state.admin_id)
        user = row.values if row is not None else {}

        def text(name: str, default: str) -> str:
            return str(user.get(name) or default)

        members: tuple[tuple[str, str | None], ...] = (
            ("accessibilityMode", "false"),
            ("chatterExternal", "false"),
            ("currencySymbol", "€"),
            ("orgAttachmentFileSizeLimit", "26214400"),
            ("orgDefaultCurrencyIsoCode", "EUR"),
            ("orgDefaultCurrencyLocale", "de_DE_EURO"),
            ("orgDisallowHtmlAttachments", "false"),
            ("orgHasPersonAccounts", "false"),
            ("organizationId", state.org_id),
            ("organizationMultiCurrency", "false"),
            ("organizationName", state.org_name),
            ("profileId", text("ProfileId", "00e000000000001AAA")),
            ("roleId", None),
            ("sessionSecondsValid", "7200"),
            ("userDefaultCurrencyIsoCode", None),
            ("userEmail", text("Email", "admin@sandbox.example")),
            ("userFullName", text("Name", "Admin")),
            ("userId", state.admin_id),
            ("userLanguage", "en_US"),
            ("userLocale", "en_US"),
            ("userName", text("Username", "admin@sandbox.example")),
            ("userTimeZone", text("TimeZoneSidKey", "Europe/Berlin")),
            ("userType", "Standard"),
            ("userUiSkin", "Theme3"),
        )
        inner = "".join(
            f'<{name} xsi:nil="true"/>' if value is None else f"<{name}>{escape(value)}</{name}>"
            for name, value in members
        )
        return self._answer("getUserInfo", [f"<result>{inner}</result>"])


def _parse(body: bytes) -> ET.Element:
    """Raises ET.ParseError, also for document types, which SOAP forbids (no entity expansion that way)."""
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise ET.ParseError("document types are not allowed")
    return ET.fromstring(body)  # noqa: S314  # entities are refused above


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _operation(root: ET.Element) -> ET.Element | None:
    body = next((item for item in root if _local(item) == "Body"), None)
    return next(iter(body), None) if body is not None else None


def _merge_event(request: ET.Element) -> MergeRows:
    kind, master = "", ""
    values: dict[str, str | None] = {}
    nulls: list[str] = []
    losers: list[str] = []
    for member in request:
        if _local(member) == "recordToMergeIds":
            losers.append((member.text or "").strip())
        if _local(member) != "masterRecord":
            continue
        for field in member:
            name, text = _local(field), field.text or ""
            if name == "type":
                kind = text.strip()
            elif name == "fieldsToNull":
                nulls.append(text.strip())
            elif name == "Id":
                master = text.strip()
            elif field.get(_NIL) not in ("true", "1"):
                values[name] = text
    return MergeRows(kind, master, tuple(losers), values, tuple(nulls))


def _merged(merged: Merged) -> str:
    return (
        f"<result><id>{merged.id}</id>"
        + "".join(f"<mergedRecordIds>{key}</mergedRecordIds>" for key in merged.merged_ids)
        + "<success>true</success>"
        + "".join(f"<updatedRelatedIds>{key}</updatedRelatedIds>" for key in merged.related_ids)
        + "</result>"
    )


def _refused(refusal: SalesforceRefusal) -> str:
    fields = "".join(f"<fields>{escape(name)}</fields>" for name in refusal.fields)
    return (
        f"<result><errors>{fields}<message>{escape(refusal.message)}</message>"
        f"<statusCode>{escape(refusal.code)}</statusCode></errors>"
        '<id xsi:nil="true"/><success>false</success></result>'
    )
