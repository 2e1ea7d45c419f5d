"""What a SOAP request says. Elements are matched by local name: real clients use wrong namespaces and the real server
takes them (facts/client-conformance.md §3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree import ElementTree as ET

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"


class _Builder(ET.TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """SOAP forbids document types; refusing them here also refuses every entity trick, in every encoding."""
        raise ET.ParseError("document types are not allowed")


@lru_cache(maxsize=2)
def parse(body: bytes) -> ET.Element:
    """The envelope; not to be changed, because it is read several times. Raises ET.ParseError."""
    parser = ET.XMLParser(target=_Builder())  # noqa: S314  # document types are refused above
    parser.feed(body)
    root: ET.Element = parser.close()
    return root


def local(element: ET.Element) -> str:
    """A tag without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(parent: ET.Element | None, name: str) -> ET.Element | None:
    if parent is None:
        return None
    return next((item for item in parent if local(item) == name), None)


def is_nil(element: ET.Element) -> bool:
    return element.get(_NIL) in ("true", "1")


def text(parent: ET.Element | None, name: str) -> str:
    """The trimmed text of a member; "" when it is missing or nil."""
    found = child(parent, name)
    return "" if found is None or is_nil(found) else (found.text or "").strip()


def texts(parent: ET.Element, name: str) -> list[str]:
    return [(item.text or "").strip() for item in parent if local(item) == name and not is_nil(item)]


def flag(parent: ET.Element | None, name: str) -> bool:
    """A missing boolean is false."""
    return text(parent, name) in ("true", "1")


@dataclass(frozen=True, slots=True)
class Options:
    """The headers that change what a call does. Assignment rules, e-mails and recent items do not exist here."""

    session: str = ""
    allow_save: bool = False
    record_details: bool = False
    truncate: bool = False
    all_or_none: bool = False
    batch_size: int | None = None


@dataclass(frozen=True, slots=True)
class SObject:
    """A record as a request writes it."""

    type: str
    id: str
    values: dict[str, str]
    nulls: tuple[str, ...]
    nested: tuple[str, ...] = ()
    """Fields that hold another record instead of text."""


@dataclass(frozen=True, slots=True)
class Request:
    """A parsed envelope with an operation in it."""

    operation: str
    namespace: str
    body: ET.Element = field(repr=False)
    options: Options = field(repr=False)

    def items(self) -> Iterator[ET.Element]:
        return iter(self.body)


def read(body: bytes) -> Request | None:
    """The request; None when its envelope has no body or an empty one. Raises ET.ParseError."""
    root = parse(body)
    found = child(root, "Body")
    operation = next(iter(found), None) if found is not None else None
    if operation is None:
        return None
    space = operation.tag.rpartition("}")[0].removeprefix("{")
    return Request(local(operation), space, operation, options(root))


def options(root: ET.Element) -> Options:
    header = child(root, "Header")
    rule = child(header, "DuplicateRuleHeader")
    size = text(child(header, "QueryOptions"), "batchSize")
    return Options(
        session=text(child(header, "SessionHeader"), "sessionId"),
        allow_save=flag(rule, "allowSave"),
        record_details=flag(rule, "includeRecordDetails"),
        truncate=flag(child(header, "AllowFieldTruncationHeader"), "allowFieldTruncation"),
        all_or_none=flag(child(header, "AllOrNoneHeader"), "allOrNone"),
        batch_size=int(size) if size.isdigit() else None,
    )


def sobject(element: ET.Element) -> SObject:
    """``type``, ``fieldsToNull``, ``Id`` and the fields, in any order; nil fields count as not sent."""
    kind, key = "", ""
    values: dict[str, str] = {}
    nulls: list[str] = []
    nested: list[str] = []
    for member in element:
        name = local(member)
        if is_nil(member):
            continue
        if name == "type" and not kind:
            kind = (member.text or "").strip()
        elif name == "fieldsToNull":
            nulls.append((member.text or "").strip())
        elif name == "Id":
            key = (member.text or "").strip()
        elif len(member):
            nested.append(name)
        else:
            values[name] = member.text or ""
    return SObject(kind, key, values, tuple(nulls), tuple(nested))


Handler = Callable[[Request], str]
"""An operation: the request → the response element's inner XML."""
