"""Which values HubSpot takes for a property, and how it refuses the others (facts/hubspot.md §2, §8)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from mergetui.twin.portal import Property
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import day, iso, parse_iso

LONGEST_VALUE = 65_536
DAY_MS = 86_400_000

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]{2,}")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


class BadValue(Exception):
    """``code`` and the sentence of one refused value."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


def checked(
    known: Mapping[str, Property], changes: Mapping[str, str], owners: frozenset[str] | None = None
) -> dict[str, str]:
    """The changes as HubSpot stores them. Raises 400 VALIDATION_ERROR naming every bad one.

    ``owners``: ids that owner properties may hold; None: any.
    """
    found: dict[str, str] = {}
    bad: list[tuple[str, str, str]] = []
    for name, given in changes.items():
        spec = known.get(name)
        try:
            if spec is None:
                raise BadValue("PROPERTY_DOESNT_EXIST", f'Property "{name}" does not exist')
            if spec.read_only or spec.calculated:
                raise BadValue("READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
            found[name] = _stored(spec, given.strip(), owners)
        except BadValue as refused:
            bad.append((refused.code, name, refused.text))
    if bad:
        raise refusal(bad)
    return found


def refusal(bad: list[tuple[str, str, str]]) -> HubSpotRefusal:
    """The 400 for (code, property, sentence) of every bad value: JSON inside the message, and again as ``errors``."""
    details = [
        {"isValid": False, "message": text, "error": code, "name": name, "localizedErrorMessage": text}
        for code, name, text in bad
    ]
    return HubSpotRefusal(
        400,
        "VALIDATION_ERROR",
        "Property values were not valid: " + json.dumps(details, separators=(",", ":"), ensure_ascii=False),
        errors=[
            {"message": text, "code": code, "context": {"propertyName": [name]}, "in": "property"}
            for code, name, text in bad
        ],
    )


def _stored(spec: Property, value: str, owners: frozenset[str] | None) -> str:
    """Raises BadValue."""
    if len(value) > LONGEST_VALUE:  # the code is a guess, the length is documented
        raise BadValue("PROPERTY_VALUE_TOO_LONG", f"The value is longer than {LONGEST_VALUE} characters.")
    if not value:
        return ""
    if spec.name == "email":
        if not _EMAIL.fullmatch(value):
            raise BadValue("INVALID_EMAIL", f"Email address {value} is invalid")
        return value.lower()
    match spec.type:
        case "number":
            if not _NUMBER.fullmatch(value):
                raise BadValue("INVALID_INTEGER", f"{value} was not a valid number.")
        case "bool":
            if value.lower() not in ("true", "false"):
                raise BadValue("INVALID_OPTION", f"{value} was not one of the allowed options: [true, false]")
            return value.lower()
        case "date":
            return _date(value)
        case "datetime":
            return iso(_instant(value))
        case "enumeration" if spec.owner:
            if owners is not None and value not in owners:
                raise BadValue("INVALID_OWNER_ID", f"The owner id {value} is not valid")  # code unconfirmed
        case "enumeration" if spec.options:
            _choice(spec, value)
    return value


def _choice(spec: Property, value: str) -> None:
    allowed = [option for option, _ in spec.options]
    parts = [part for part in value.split(";") if part] if spec.field_type == "checkbox" else [value]
    for part in parts:
        if part not in allowed:
            raise BadValue("INVALID_OPTION", f"{part} was not one of the allowed options: [{', '.join(allowed)}]")


def _instant(value: str) -> int:
    try:
        at = int(value) if re.fullmatch(r"-?\d{1,15}", value) else parse_iso(value)
        iso(at)  # the year must be one that can be written
    except (ValueError, OverflowError):
        raise BadValue("INVALID_LONG", f"{value} was not a valid long.") from None
    return at


def _date(value: str) -> str:
    """A date is stored as ``YYYY-MM-DD``; instants must be midnight UTC."""
    if not re.fullmatch(r"-?\d+|\d{4}-\d\d-\d\d(T.+)?", value):
        raise BadValue("INVALID_DATE", f"{value} is not a valid date.")
    try:
        at = _instant(value)
        if at % DAY_MS:
            raise BadValue("INVALID_DATE", f"{value} is at {iso(at)[11:19]} UTC, not midnight!")
        return day(at)
    except BadValue as refused:
        raise BadValue("INVALID_DATE", refused.text) from None
