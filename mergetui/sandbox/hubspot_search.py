"""HubSpot search: filter groups, sorts, offset paging, limits (facts/hubspot.md §3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from mergetui.twin.portal import Property
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import parse_iso

Values = Mapping[str, str]
Related = Callable[[str], Sequence[str]]
"""``associations.contact`` → ids of the associated records of the item at hand."""

MOST_RESULTS = 10_000
LONGEST_QUERY = 3_000
_COMPARING = {"EQ", "NEQ", "LT", "LTE", "GT", "GTE", "BETWEEN"}
_WITH_VALUE = _COMPARING | {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
_OPERATORS = _COMPARING | {"IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY", "CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}


def _bad(message: str) -> HubSpotRefusal:
    return HubSpotRefusal(400, "VALIDATION_ERROR", message)


Schema = Mapping[str, Property]


def _typed(known: Schema, name: str, text: str) -> Any:
    """A value as it compares: numbers and instants as numbers, everything else as lower-case text."""
    spec = known.get(name)
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


def _parts(known: Schema, name: str, text: str) -> list[str]:
    """The values of a multi-select property, else the one value."""
    spec = known.get(name)
    multi = spec is not None and spec.field_type == "checkbox"
    return [part for part in text.split(";") if part] if multi else ([text] if text else [])


def _tokens(text: str) -> list[str]:
    lower = text.lower()
    return [lower, *lower.split(";"), *re.split(r"[\s;,@.+\-_/]+", lower)]


def _holds(known: Schema, rule: Mapping[str, Any], values: Values, related: Related) -> bool:
    name, operator = str(rule.get("propertyName", "")), str(rule.get("operator", ""))
    if name.startswith("associations."):
        wanted = [str(rule.get("value", "")), *map(str, rule.get("values") or ())]
        found = bool(set(related(name.removeprefix("associations."))) & set(wanted))
        return found if operator in ("EQ", "IN") else not found
    text = values.get(name) or ""
    parts = _parts(known, name, text)
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
        found = any(
            _typed(known, name, part) in [_in_value(known, name, str(v)) for v in rule["values"]] for part in parts
        )
        return found == (operator == "IN")
    if operator == "NEQ":
        return not any(_typed(known, name, part) == _typed(known, name, str(rule["value"])) for part in parts)
    mine = [_typed(known, name, part) for part in parts]
    given = _typed(known, name, str(rule["value"]))
    if operator == "EQ":
        return given in mine
    high = _typed(known, name, str(rule.get("highValue", "")))
    return any(value is not None and given is not None and _compares(operator, value, given, high) for value in mine)


def _in_value(known: Schema, name: str, text: str) -> Any:
    spec = known.get(name)
    return text if spec is not None and spec.type in ("string", "phone_number") else _typed(known, name, text)


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


def _groups(body: Mapping[str, Any], known: Schema) -> list[list[Mapping[str, Any]]]:
    """The filters of each group. Raises 400 for what is not a good search."""
    groups = [{"filters": body["filters"]}] if body.get("filters") else body.get("filterGroups") or []
    if not isinstance(groups, list) or not all(isinstance(group, Mapping) for group in groups):
        raise _bad("Invalid input JSON on line 1, column 1: filterGroups must be a list of objects")
    found = [group.get("filters") or [] for group in groups]
    for rules in found:
        if not isinstance(rules, list) or not all(isinstance(rule, Mapping) for rule in rules):
            raise _bad("Invalid input JSON on line 1, column 1: filters must be a list of objects")
    # The guide says 5 groups, the specification's text 6 (facts/hubspot.md §3): the narrower one is kept.
    if len(found) > 5 or any(len(rules) > 6 for rules in found) or sum(map(len, found)) > 18:
        raise _bad("A search may have 5 filterGroups, 6 filters in each of them and 18 filters in all")
    for rules in found:
        for rule in rules:
            _check(rule, known)
    return found


def _check(rule: Mapping[str, Any], known: Schema) -> None:
    operator, name = rule.get("operator"), str(rule.get("propertyName") or "")
    if not name:
        raise _bad("Invalid input JSON on line 1, column 1: Some required fields were not set: [propertyName]")
    if operator not in _OPERATORS:
        raise _bad(f"Invalid input JSON on line 1, column 1: Cannot deserialize operator from {str(operator)[:60]!r}")
    if name not in known and not name.startswith("associations."):
        raise _bad(f"There was a problem with the request. Property {name} does not exist")
    if operator in _WITH_VALUE and rule.get("value") is None:
        raise _bad(f"operator {operator} requires a value")
    if operator in ("IN", "NOT_IN") and not (isinstance(rule.get("values"), list) and rule["values"]):
        raise _bad(f"operator {operator} requires values")
    if operator == "BETWEEN" and rule.get("highValue") is None:
        raise _bad("operator BETWEEN requires a highValue")
    if any(isinstance(rule.get(member), (Mapping, list)) for member in ("value", "highValue")):
        raise _bad("Invalid input JSON on line 1, column 1: Cannot deserialize value as a String")
    spec = known.get(name)
    given = [rule.get("value"), rule.get("highValue"), *(rule.get("values") or ())]
    if spec is not None and spec.type in ("number", "datetime", "date") and operator in _COMPARING | {"IN", "NOT_IN"}:
        for value in given:
            if value is not None and _typed(known, name, str(value)) is None:
                raise _bad(f"The value {str(value)[:60]!r} of {name} is not a valid {spec.type}")


def search(
    body: Mapping[str, Any],
    items: Iterable[tuple[Any, Callable[[], Values], Related, int]],
    known: Schema,
    queried: Sequence[str],
) -> tuple[list[Any], int, str | None]:
    """(one page of items, total, cursor of the next page).

    ``items``: (item, its values, its associations, created at). ``known``: the properties that may be named.
    ``queried``: where ``query`` looks. Raises HubSpotRefusal for a bad body.
    """
    groups = _groups(body, known)
    start, limit = _window(body)
    query = str(body.get("query") or "")
    if len(query) > LONGEST_QUERY:
        raise _bad(f"query may have {LONGEST_QUERY} characters")
    words = query.lower().split()
    sorts = _sorts(body, known)

    found: list[tuple[Any, Values, int]] = []
    for item, values_of, related, created in items:
        values = values_of()
        if words and not all(any(word in (values.get(name) or "").lower() for name in queried) for word in words):
            continue
        if groups and not any(all(_holds(known, rule, values, related) for rule in rules) for rules in groups):
            continue
        found.append((item, values, created))
    found.sort(key=lambda entry: entry[2])
    for name, descending in sorts:
        keyed = [(_typed(known, name, entry[1].get(name) or ""), entry) for entry in found]
        filled = [pair for pair in keyed if pair[0] not in (None, "")]
        filled.sort(key=lambda pair: pair[0], reverse=descending)
        found = [entry for _, entry in filled] + [entry for key, entry in keyed if key in (None, "")]
    end = start + limit
    return [entry[0] for entry in found[start:end]], len(found), str(end) if limit and end < len(found) else None


def _window(body: Mapping[str, Any]) -> tuple[int, int]:
    """(offset, limit). Raises 400 beyond 200 a page and 10,000 in all."""
    limit, after = body.get("limit"), body.get("after")
    size = 10 if limit is None else limit
    if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= 200:
        raise _bad("The requested limit must be between 0 and 200")
    text = "0" if after in (None, "") else str(after)
    if not text.isdigit() or len(text) > 9:
        raise _bad(f"The paging cursor {text[:40]} is not valid")
    if int(text) + size > MOST_RESULTS:
        raise _bad("Pagination is limited to the first 10,000 results of a search")
    return int(text), size


def _sorts(body: Mapping[str, Any], known: Schema) -> list[tuple[str, bool]]:
    """(property, descending) of the one sort rule. Also ``"name"`` and ``"-name"``, as older clients write it."""
    sorts = body.get("sorts") or []
    if not isinstance(sorts, list) or len(sorts) > 1:
        raise _bad("A search may have one sort rule")
    found = []
    for sort in sorts:
        if isinstance(sort, Mapping):
            direction = sort.get("direction") or "ASCENDING"
            if direction not in ("ASCENDING", "DESCENDING"):
                raise _bad(f"Invalid sort direction {str(direction)[:40]}")
            name, descending = str(sort.get("propertyName") or ""), direction == "DESCENDING"
        else:
            name, descending = str(sort).lstrip("-"), str(sort).startswith("-")
        if name not in known:
            raise _bad(f"There was a problem with the request. Property {name} does not exist")
        found.append((name, descending))
    return found
