"""WHERE and HAVING as tests on rows: literals in their fields' types, null rules, LIKE, date words, semi-joins."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from mergetui.records.crm import Value
from mergetui.sandbox.soql import caret
from mergetui.sandbox.soql_dates import instant, is_day, literal_span, today, zone_of
from mergetui.sandbox.soql_paths import Column
from mergetui.sandbox.soql_tree import Bare, Both, Comparison, Condition, Not, Query, Selected, Text
from mergetui.sandbox.soql_tree import Value as Term
from mergetui.twin.ids import checksum
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import TEXT_TYPES, Field
from mergetui.twin.stamps import day, parse_iso
from mergetui.twin.state import State

R = TypeVar("R")
_IDS = frozenset({"id", "reference"})
_NO_LIKE = frozenset({"id", "reference", "boolean", "int", "double", "currency", "percent", "date", "datetime"})
_ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def plain(field: Field, value: Value) -> Value:
    """A stored value as conditions compare it: a boolean is never null, dates are ``2026-11-02``."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type == "date" and isinstance(value, int) and not isinstance(value, bool):
        return day(value)
    return value


def folded(value: Any) -> Any:
    """Texts compare without case, and the empty text is null."""
    if isinstance(value, str):
        return value.lower() or None
    return value


class Conditions(Generic[R]):
    """Builds tests for one query. ``column`` resolves what stands left of an operator, ``joined`` runs a sub-select."""

    def __init__(
        self,
        state: State,
        query: Query,
        column: Callable[[Selected], tuple[Field, Callable[[R], Value]]],
        joined: Callable[[Query, Column | None], set[Any]],
    ) -> None:
        self._state = state
        self._query = query
        self._column = column
        self._joined = joined
        admin = state.row(state.admin_id)
        self._zone = zone_of(admin.values.get("TimeZoneSidKey") if admin is not None else None)

    def test(self, condition: Condition | None) -> Callable[[R], bool]:
        if condition is None:
            return lambda row: True
        if isinstance(condition, Not):
            inner = self.test(condition.inner)
            return lambda row: not inner(row)
        if isinstance(condition, Both):
            parts = [self.test(part) for part in condition.parts]
            if condition.word == "and":
                return lambda row: all(part(row) for part in parts)
            return lambda row: any(part(row) for part in parts)
        return self._comparison(condition)

    # one comparison -------------------------------------------------------------------------------------------

    def _refuse(self, item: Comparison, code: str, message: str) -> SalesforceRefusal:
        return SalesforceRefusal(code, f"{caret(self._query.text, item.at)}{message}")

    def _comparison(self, item: Comparison) -> Callable[[R], bool]:
        field, get = self._column(Selected(item.path, item.function, at=item.at))
        if not field.filterable:
            raise self._refuse(item, "INVALID_FIELD", f"field '{field.name}' can not be filtered in a query call")
        self._check_operator(item, field)

        def value_of(row: R) -> Any:
            return folded(plain(field, get(row)))

        if item.operator == "like":
            pattern = self._pattern(item)
            return lambda row: bool((text := get(row)) and pattern.fullmatch(str(text)))  # null is like nothing
        if item.operator in ("includes", "excludes"):
            return self._multiple(item, get)
        if item.operator in ("in", "not in"):
            return self._members(item, field, value_of)
        term = item.values[0]
        if isinstance(term, Bare) and field.type in ("date", "datetime") and (span := self._span(term, field)):
            return _in_span(item.operator, span, value_of)
        value = folded(self._value(term, field, item))
        if item.operator == "=":
            return lambda row: value_of(row) == value
        if item.operator == "!=":
            return lambda row: value_of(row) != value
        if value is None:
            raise self._refuse(item, "INVALID_QUERY_FILTER_OPERATOR", "invalid operator for null")
        compare = _ORDERED[item.operator]

        def ordered(row: R) -> bool:
            found = value_of(row)
            return found is not None and compare(found, value)

        return ordered

    def _check_operator(self, item: Comparison, field: Field) -> None:
        wrong = (
            (item.operator == "like" and field.type in _NO_LIKE)
            or (item.operator in ("includes", "excludes") and field.type != "multipicklist")
            or (item.operator in _ORDERED and field.type in ("boolean", "multipicklist"))
        )
        if wrong:
            raise self._refuse(item, "INVALID_QUERY_FILTER_OPERATOR", f"invalid operator on {field.type} field")

    def _members(self, item: Comparison, field: Field, value_of: Callable[[R], Any]) -> Callable[[R], bool]:
        if item.subquery is not None:
            if field.type not in _IDS:
                raise self._refuse(
                    item, "MALFORMED_QUERY", f"The left operand '{item.path}' of a semi join must be an Id or reference"
                )
            wanted = self._joined(item.subquery, None)
        else:
            spans = [
                span
                for term in item.values
                if isinstance(term, Bare) and field.type in ("date", "datetime") and (span := self._span(term, field))
            ]
            if spans:
                raise self._refuse(item, "MALFORMED_QUERY", "date literals cannot be used in a list")
            wanted = {folded(self._value(term, field, item)) for term in item.values}
        if item.operator == "in":
            return lambda row: value_of(row) in wanted
        return lambda row: value_of(row) not in wanted

    def _multiple(self, item: Comparison, get: Callable[[R], Value]) -> Callable[[R], bool]:
        """INCLUDES: any of the terms, of which ``a;b`` wants both values."""
        wanted = []
        for term in item.values:
            if not isinstance(term, Text):
                raise self._refuse(item, "INVALID_FIELD", _quoted(item.path))
            wanted.append({part.strip().lower() for part in term.value.split(";")})

        def includes(row: R) -> bool:
            held = {part.strip().lower() for part in str(get(row) or "").split(";")}
            return any(terms <= held for terms in wanted)

        return includes if item.operator == "includes" else lambda row: not includes(row)

    def _pattern(self, item: Comparison) -> re.Pattern[str]:
        term = item.values[0]
        if not isinstance(term, Text):
            raise self._refuse(item, "INVALID_FIELD", _quoted(item.path))
        expression, escaped = "", False
        for char in term.like:
            if escaped or char not in "\\%_":
                expression += re.escape(char)
                escaped = False
            elif char == "\\":
                escaped = True
            else:
                expression += ".*" if char == "%" else "."
        return re.compile(expression, re.IGNORECASE | re.DOTALL)

    # literals -------------------------------------------------------------------------------------------------

    def _span(self, term: Bare, field: Field) -> tuple[Any, Any] | None:
        found = literal_span(term.value, today(self._state.now, self._zone))
        if found is None:
            return None
        first, after = found
        if field.type == "date":
            return first.isoformat(), after.isoformat()
        return instant(first, self._zone), instant(after, self._zone)

    def _value(self, term: Term, field: Field, item: Comparison) -> Value:
        """A literal in the field's own type. Raises INVALID_FIELD when it has another."""
        if isinstance(term, Text):
            if field.type not in TEXT_TYPES:
                raise self._mismatch(field, "should not be enclosed in quotes", item)
            return self._id(term.value, item) if field.type in _IDS else term.value
        word = term.value.lower()
        if word == "null":
            return None
        if word[0].isalpha() and word not in ("true", "false") and literal_span(word, today(0, self._zone)) is None:
            raise SalesforceRefusal(
                "MALFORMED_QUERY", f"{caret(self._query.text, term.at)}unexpected token: '{term.value}'"
            )
        if field.type in TEXT_TYPES:
            raise self._refuse(item, "INVALID_FIELD", _quoted(field.name))
        try:
            if field.type == "boolean":
                return {"true": True, "false": False}[word]
            if field.type == "datetime":
                if "t" not in word:
                    raise ValueError(word)
                return parse_iso(term.value.upper())
            if field.type == "date":
                if not is_day(word):
                    raise ValueError(word)
                return word
            return float(word)
        except (ValueError, KeyError):
            raise self._mismatch(field, "should not be enclosed in quotes", item) from None

    def _id(self, text: str, item: Comparison) -> Value:
        """Raises INVALID_QUERY_FILTER_OPERATOR for what is no id."""
        if text == "":
            return None
        if len(text) in (15, 18) and text.isascii() and text.isalnum():
            whole = text[:15] + checksum(text[:15])
            if whole[15:] == (text[15:].upper() or whole[15:]):
                return whole
        raise self._refuse(item, "INVALID_QUERY_FILTER_OPERATOR", f"invalid ID field: {text}")

    def _mismatch(self, field: Field, rest: str, item: Comparison) -> SalesforceRefusal:
        kind = {"datetime": "dateTime"}.get(field.type, field.type)
        return self._refuse(
            item,
            "INVALID_FIELD",
            f"value of filter criterion for field '{field.name}' must be of type {kind} and {rest}",
        )


def _quoted(name: str) -> str:
    return (
        f"value of filter criterion for field '{name.rpartition('.')[2]}' must be of type string and should be "
        "enclosed in quotes"
    )


def _in_span(operator: str, span: tuple[Any, Any], value_of: Callable[[R], Any]) -> Callable[[R], bool]:
    first, after = span
    tests: dict[str, Callable[[Any], bool]] = {
        "=": lambda value: first <= value < after,
        "!=": lambda value: not first <= value < after,
        "<": lambda value: value < first,
        "<=": lambda value: value < after,
        ">": lambda value: value >= after,
        ">=": lambda value: value >= first,
    }
    inside = tests[operator]

    def test(row: R) -> bool:
        value = value_of(row)
        return operator == "!=" if value is None else inside(value)

    return test
