"""HubSpot search: filter groups, sorts, offset paging, limits (facts/hubspot.md §3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from mergetui.twin.portal import properties
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import parse_iso

Values = Mapping[str, str]
Related = Callable[[str], Sequence[str]]
"""``associations.contact`` → ids of the associated records of the item at hand."""

MOST_RESULTS = 10_000
_QUERIED = ("firstname", "lastname", "email", "phone", "hs_additional_emails", "fax", "mobilephone", "company")
_COMPARING = {"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN"}
_OPERATORS = _COMPARING | {"IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}


def _bad(message: str) -> HubSpotRefusal:
    return HubSpotRefusal(400, "VALIDATION_ERROR", message)


def _typed(name: str, text: str) -> Any:
    """A value as it compares: numbers and instants as numbers, everything else as lower-case text."""
    spec = properties().get(name)
    kind = spec.type if spec else ""
    if not kind and name.endswith(("date", "timestamp")):
        kind = "datetime"
    try:
        if kind == "number":
            return float(text)
        if kind in ("datetime", "date"):
            return float(parse_iso(text))
    except ValueError:
        return None
    return text if kind == "enumeration" else text.lower()


def _parts(name: str, text: str) -> list[str]:
    """The values of a multi-select property, else the one value."""
    spec = properties().get(name)
    multi = spec is not None and spec.field_type == "checkbox"
    return [part for part in text.split(";") if part] if multi else ([text] if text else [])


def _tokens(text: str) -> list[str]:
    lower = text.lower()
    return [lower, *lower.split(";"), *re.split(r"[\s;,@.+\-_/]+", lower)]


def _holds(rule: Mapping[str, Any], values: Values, related: Related) -> bool:
    name, operator = str(rule.get("propertyName", "")), str(rule.get("operator", ""))
    if name.startswith("associations."):
        wanted = [str(rule.get("value", "")), *map(str, rule.get("values") or ())]
        found = bool(set(related(name.removeprefix("associations."))) & set(wanted))
        return found if operator in ("EQ", "IN") else not found
    text = values.get(name) or ""
    parts = _parts(name, text)
    if operator == "HAS_PROPERTY":
        return bool(parts)
    if operator == "NOT_HAS_PROPERTY":
        return not parts
    if operator in ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"):
        pattern = str(rule.get("value", "")).lower()
        found = any(fnmatchcase(token, pattern) for token in _tokens(text) if token)
        return found == (operator == "CONTAINS_TOKEN")
    if operator in ("IN", "NOT_IN"):
        # On text, IN wants lower-case values (facts/hubspot.md §3): others never match.
        found = any(_typed(name, part) in [_in_value(name, str(v)) for v in rule["values"]] for part in parts)
        return found == (operator == "IN")
    if operator == "NEQ":
        return not any(_typed(name, part) == _typed(name, str(rule["value"])) for part in parts)
    mine = [_typed(name, part) for part in parts]
    given = _typed(name, str(rule["value"]))
    if operator == "EQ":
        return given in mine
    high = _typed(name, str(rule.get("highValue", "")))
    return any(value is not None and given is not None and _compares(operator, value, given, high) for value in mine)


def _in_value(name: str, text: str) -> Any:
    spec = properties().get(name)
    return text if spec is not None and spec.type in ("string", "phone_number") else _typed(name, text)


def _compares(operator: str, value: Any, given: Any, high: Any) -> bool:
    if operator == "LT":
        return bool(value < given)
    if operator == "LTE":
        return bool(value <= given)
    if operator == "GT":
        return bool(value > given)
    if operator == "GTE":
        return bool(value >= given)
    return bool(given <= value <= high)


def _check(groups: Sequence[Mapping[str, Any]]) -> None:
    if len(groups) > 5 or sum(len(group.get("filters") or ()) for group in groups) > 18:
        raise _bad("A search may have 5 filter groups and 18 filters in all")
    for group in groups:
        filters = group.get("filters") or ()
        if len(filters) > 6:
            raise _bad("A filter group may have 6 filters")
        for rule in filters:
            operator, name = rule.get("operator"), str(rule.get("propertyName", ""))
            if operator not in _OPERATORS:
                raise _bad(f"Invalid operator {operator}")
            if operator in _COMPARING and rule.get("value") is None:
                raise _bad(f"operator {operator} requires a value")
            if operator in ("IN", "NOT_IN") and not isinstance(rule.get("values"), list):
                raise _bad(f"operator {operator} requires values")
            if operator == "BETWEEN" and rule.get("highValue") is None:
                raise _bad("operator BETWEEN requires a highValue")
            if not name:
                raise _bad("a filter needs a propertyName")


def search(
    body: Mapping[str, Any], items: Iterable[tuple[Any, Callable[[], Values], Related, int]], *, checked: bool
) -> tuple[list[Any], int, str | None]:
    """(one page of items, total, cursor of the next page).

    ``items``: (item, its values, its associations, created at). ``checked``: property names must exist. Raises
    HubSpotRefusal for a bad body.
    """
    groups = body.get("filterGroups") or []
    if body.get("filters"):
        groups = [{"filters": body["filters"]}]
    if not isinstance(groups, list):
        raise _bad("filterGroups must be a list")
    _check(groups)
    if checked:
        for group in groups:
            for rule in group.get("filters") or ():
                name = str(rule["propertyName"])
                if name not in properties() and not name.startswith(("associations.", "hs_email_optout_")):
                    raise _bad(f"There was a problem with the request. Property {name} does not exist")
    limit = int(body.get("limit") or 10)
    if limit > 200:
        raise _bad("The requested limit is too large; at most 200 results can be returned")
    after = str(body.get("after") or "0")
    start = int(after) if after.isdigit() else 0
    if start + limit > MOST_RESULTS:
        raise _bad("Pagination is limited to the first 10,000 results of a search")
    query = str(body.get("query") or "").lower().split()

    found: list[tuple[Any, Values, int]] = []
    for item, values_of, related, created in items:
        values = values_of()
        if query and not all(any(word in (values.get(name) or "").lower() for name in _QUERIED) for word in query):
            continue
        if groups and not any(
            all(_holds(rule, values, related) for rule in group.get("filters") or ()) for group in groups
        ):
            continue
        found.append((item, values, created))
    found.sort(key=lambda entry: entry[2])
    for sort in (body.get("sorts") or [])[:1]:
        name = str(sort.get("propertyName", "")) if isinstance(sort, Mapping) else str(sort).lstrip("-")
        descending = isinstance(sort, Mapping) and sort.get("direction") == "DESCENDING"
        with_value = [entry for entry in found if _typed(name, entry[1].get(name) or "") not in (None, "")]
        without = [entry for entry in found if _typed(name, entry[1].get(name) or "") in (None, "")]
        with_value.sort(key=lambda entry, name=name: _typed(name, entry[1].get(name) or ""), reverse=descending)
        found = with_value + without
    end = start + limit
    return [entry[0] for entry in found[start:end]], len(found), str(end) if end < len(found) else None
