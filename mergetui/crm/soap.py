"""The one SOAP call there is: ``merge`` of the partner API. Pure: bytes out, bytes in (facts/salesforce.md §5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from mergetui.crm.wire import NAMES, Answer, tidy
from mergetui.errors import Refused
from mergetui.records.crm import SalesforceMergeAnswer, Value
from mergetui.records.plan import SalesforceMerge

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
PARTNER = "urn:partner.soap.sforce.com"
SOBJECT = "urn:sobject.partner.soap.sforce.com"

# Fixed prefixes: other clients are seen with them too, and logs of a proxy stay readable.
ET.register_namespace("s", ENVELOPE)
ET.register_namespace("p", PARTNER)
ET.register_namespace("o", SOBJECT)

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REST_DATETIME = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?)\+0000\Z")


@dataclass(frozen=True, slots=True)
class SoapFault:
    """A SOAP fault: ``code`` without its prefix, such as ``INVALID_SESSION_ID``."""

    code: str
    message: str


def merge_request(merge: SalesforceMerge, session_id: str) -> bytes:
    """The body of one merge call with one MergeRequest.

    Raises Refused, before anything is sent, for a value that XML cannot carry, and ValueError for the e-mail, which
    never changes in a Salesforce merge (design §4), or a name in values and nulls at once.
    """
    if "Email" in merge.values or "Email" in merge.nulls:
        raise ValueError("the e-mail is never part of a merge")
    if set(merge.nulls) & {field for field, value in merge.values.items() if value is not None}:
        raise ValueError("a field is set and emptied at once")
    envelope = ET.Element(f"{{{ENVELOPE}}}Envelope")
    header = ET.SubElement(envelope, f"{{{ENVELOPE}}}Header")
    _add(_add(header, PARTNER, "SessionHeader"), PARTNER, "sessionId", session_id)
    _add(_add(header, PARTNER, "CallOptions"), PARTNER, "client", "mergetui")
    rule = _add(header, PARTNER, "DuplicateRuleHeader")
    for member, text in (("allowSave", "true"), ("includeRecordDetails", "false"), ("runAsCurrentUser", "true")):
        _add(rule, PARTNER, member, text)
    request = _add(_add(_add(envelope, ENVELOPE, "Body"), PARTNER, "merge"), PARTNER, "request")
    # The order of the elements is the WSDL's: type, fieldsToNull*, Id, then the fields.
    master = _add(request, PARTNER, "masterRecord")
    _add(master, SOBJECT, "type", merge.object)
    for field in dict.fromkeys((*merge.nulls, *(name for name, value in merge.values.items() if value is None))):
        _add(master, SOBJECT, "fieldsToNull", field)
    _add(master, SOBJECT, "Id", merge.master_id)
    for field, value in merge.values.items():
        if value is not None:
            _add(master, SOBJECT, _field_name(field), _text(field, value))
    _add(request, PARTNER, "recordToMergeIds", merge.loser_id)
    written: bytes = ET.tostring(envelope, encoding="utf-8", xml_declaration=True)
    # A bare carriage return would be read as a line feed; the writer leaves it as it is.
    return written.replace(b"\r", b"&#13;")


def _add(parent: ET.Element, space: str, tag: str, text: str | None = None) -> ET.Element:
    element = ET.SubElement(parent, f"{{{space}}}{tag}")
    element.text = text
    return element


def _field_name(field: str) -> str:
    if not re.fullmatch(r"[A-Za-z]\w*", field, re.ASCII):
        raise ValueError("not a field name")
    return field


def _text(field: str, value: Value) -> str:
    """A value as XML Schema text; REST's ``+0000`` becomes ``Z``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    found = _NOT_XML.search(text)
    if found:
        raise Refused(
            NAMES["salesforce"],
            f"The value chosen for {field} holds a character (U+{ord(found[0]):04X}) that Salesforce's merge call "
            "cannot carry.",
            "Nothing was sent.", "Choose another value for it, or edit that character out.", code="NOT_XML",
        )  # fmt: skip
    return _REST_DATETIME.sub(r"\1Z", text)


def merge_answer(answer: Answer) -> SalesforceMergeAnswer | SoapFault | None:
    """What the answer says: the one result, a fault, or None when it is neither (nothing is proven then)."""
    body = _body(answer)
    if body is None:
        return None
    found = body.find(f"{{{ENVELOPE}}}Fault")
    if found is not None:
        code = (found.findtext("faultcode") or "").rpartition(":")[2].strip()
        return SoapFault(code, tidy(found.findtext("faultstring")))
    results = body.findall(f"{{{PARTNER}}}mergeResponse/{{{PARTNER}}}result")
    if answer.status != 200 or len(results) != 1:
        return None
    result = results[0]
    success = (result.findtext(f"{{{PARTNER}}}success") or "").strip()
    if success not in ("true", "false"):
        return None
    error = result.find(f"{{{PARTNER}}}errors")
    if success == "true" or error is None:
        return SalesforceMergeAnswer(
            success=success == "true",
            id=(result.findtext(f"{{{PARTNER}}}id") or "").strip(),
            merged_ids=_all(result, "mergedRecordIds"),
            related_ids=_all(result, "updatedRelatedIds"),
        )
    return SalesforceMergeAnswer(
        success=False,
        id=(result.findtext(f"{{{PARTNER}}}id") or "").strip(),
        code=(error.findtext(f"{{{PARTNER}}}statusCode") or "").strip(),
        message=tidy(error.findtext(f"{{{PARTNER}}}message")),
        fields=_all(error, "fields"),
    )


def session_refused(answer: Answer) -> bool:
    """The token is no longer good: SOAP says it by HTTP 500 and a fault, never by 401 alone."""
    if answer.status == 401:
        return True
    found = merge_answer(answer) if answer.status == 500 else None
    return isinstance(found, SoapFault) and found.code == "INVALID_SESSION_ID"


def _all(parent: ET.Element, tag: str) -> tuple[str, ...]:
    return tuple(item.text.strip() for item in parent.findall(f"{{{PARTNER}}}{tag}") if item.text)


def _body(answer: Answer) -> ET.Element | None:
    # SOAP forbids document types; refusing them also refuses every entity trick.
    if b"<!DOCTYPE" in answer.content or b"<!ENTITY" in answer.content:
        return None
    try:
        root = ET.fromstring(answer.content)  # noqa: S314
    except ET.ParseError:
        return None
    return root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else None
