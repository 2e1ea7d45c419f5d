"""Field values of both CRMs: blank, equal, as text, as a Salesforce value."""

from __future__ import annotations

import math

from mergetui.records.crm import FieldInfo, HubSpotContact, Value
from mergetui.records.crm import as_text as text

NUMBER_TYPES = frozenset({"double", "int", "currency", "percent", "long"})
TRUE = frozenset({"true", "yes", "1"})


def blank(value: Value) -> bool:
    return value is None or value == ""


def same(a: Value, b: Value) -> bool:
    """Equal for a person: blanks are alike, outer spaces do not count, 5 equals ``5``."""
    return text(a).strip() == text(b).strip()


def for_salesforce(value: Value, field: FieldInfo) -> Value:
    """A value in the JSON type of a Salesforce field. Raises ValueError when it cannot be one."""
    if blank(value):
        return False if field.type == "boolean" else None
    if field.type == "boolean":
        return value if isinstance(value, bool) else text(value).strip().lower() in TRUE
    if field.type in NUMBER_TYPES:
        number = float(text(value).replace(",", ""))
        if not math.isfinite(number):
            raise ValueError("not a finite number")
        return int(number) if number.is_integer() else number
    return text(value)


def unfit(value: Value, field: FieldInfo) -> str:
    """Why a Salesforce field would refuse this value; empty text when it would not."""
    if blank(value):
        return "" if field.nillable or field.type == "boolean" else "may not be empty"
    written = text(value)
    if field.type in NUMBER_TYPES and isinstance(value, str):
        return "is not a number"
    if field.length and field.type not in NUMBER_TYPES and field.type != "boolean" and len(written) > field.length:
        return f"is {len(written)} characters long, {field.length} are allowed"
    if field.restricted and field.options:
        allowed = {option.value for option in field.options if option.active}
        parts = written.split(";") if field.type == "multipicklist" else [written]
        if any(part not in allowed for part in parts):
            return "is not one of the values that Salesforce allows here"
    return ""


def unfit_for_hubspot(value: str, field: FieldInfo) -> str:
    """Why a HubSpot property would refuse this text; empty text when it would not."""
    if not value or not field.options:
        return ""
    allowed = {option.value for option in field.options}
    parts = value.split(";") if field.type == "enumeration" else [value]
    return "" if all(part in allowed for part in parts) else "is not one of the values that HubSpot allows here"


def number(contact: HubSpotContact | None, name: str) -> int:
    """A counter property, 0 when missing or not a number."""
    raw = contact.values.get(name) if contact else None
    try:
        return int(float(raw)) if raw else 0
    except (ValueError, OverflowError):
        return 0


def addresses(contact: HubSpotContact | None) -> tuple[str, ...]:
    """Primary and additional addresses of a HubSpot contact, lower case, primary first."""
    if contact is None:
        return ()
    found = [contact.values.get("email") or "", *(contact.values.get("hs_additional_emails") or "").split(";")]
    return tuple(dict.fromkeys(address.strip().lower() for address in found if address.strip()))


def link_ids(contact: HubSpotContact | None) -> tuple[str, str]:
    """(salesforcecontactid, salesforceleadid) of a HubSpot contact, empty texts when unset."""
    if contact is None:
        return "", ""
    return contact.values.get("salesforcecontactid") or "", contact.values.get("salesforceleadid") or ""


def mail_domain_label(address: str) -> str:
    """``gmail`` of ``a@gmail.com``."""
    return address.rpartition("@")[2].split(".")[0].lower()
