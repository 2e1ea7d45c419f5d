"""Runs SOQL over the World: fields and parent paths, conditions, grouping, order, and the JSON of the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from mergetui.records.crm import Value
from mergetui.sandbox.soql import Both, Comparison, Condition, Not, Query, Selected, Text, caret, conjuncts
from mergetui.sandbox.soql import Value as Term
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import visible
from mergetui.twin.schema import Field, ObjectInfo, find, long_id, objects
from mergetui.twin.stamps import day, parse_iso, salesforce_time
from mergetui.twin.state import Row, State

Getter = Callable[[Row], Value]
Test = Callable[[Row], bool]

_TEXT = frozenset({"string", "textarea", "phone", "email", "url", "picklist", "combobox", "id", "reference"})
_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Column:
    """A resolved field path."""

    path: tuple[str, ...]
    """Canonical spelling: (``Account``, ``Name``)."""
    field: Field
    get: Getter


def raw_value(row: Row, name: str) -> Value:
    """A row's value by canonical field name, system and compound fields included; instants stay ints."""
    if name == "Id":
        return row.id
    if name == "IsDeleted":
        return row.deleted
    if name == "MasterRecordId":
        return row.master_id
    return row.values.get(name)


def shown_value(field: Field, value: Value, row: Row) -> Any:
    """A value as REST writes it."""
    if field.type == "address":
        return _address(field.name, row)
    if value is None:
        return False if field.type == "boolean" else None
    if field.type == "datetime" and isinstance(value, int):
        return salesforce_time(value)
    if field.type == "date" and isinstance(value, int) and not isinstance(value, bool):
        return day(value)
    return value


def _address(name: str, row: Row) -> dict[str, Any] | None:
    stem = name.removesuffix("Address")
    parts = {
        part[0].lower() + part[1:]: row.values.get(stem + part)
        for part in ("City", "Country", "PostalCode", "State", "Street")
    }
    if not any(parts.values()):
        return None
    return {**parts, "geocodeAccuracy": None, "latitude": None, "longitude": None}


class Executor:
    """``is_sandbox`` is what Organization.IsSandbox says."""

    def __init__(self, state: State, *, deleted: bool, is_sandbox: bool, version: str) -> None:
        self._state = state
        self._deleted = deleted
        self._is_sandbox = is_sandbox
        self._version = version

    # resolving ------------------------------------------------------------------------------------------------

    def info(self, query: Query) -> ObjectInfo:
        found = find(query.object)
        if found is None:
            raise SalesforceRefusal(
                "INVALID_TYPE",
                f"{caret(query.text, query.text.lower().find(query.object.lower()))}"
                f"sObject type '{query.object}' is not supported. If you are attempting to use a custom object, be "
                "sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for "
                "the appropriate names.",
            )
        return found

    def column(self, info: ObjectInfo, path: str, query: Query, at: int) -> Column:
        """Resolve ``Owner.Name`` from ``info``. Raises INVALID_FIELD with the caret message."""
        parts = path.split(".")
        if parts[0].lower() == info.name.lower() and len(parts) > 1:
            parts = parts[1:]
        names: list[str] = []
        steps: list[str] = []
        here = info
        for part in parts[:-1]:
            lookup = next((f for f in here.fields.values() if f.relationship.lower() == part.lower() and part), None)
            if lookup is None:
                raise SalesforceRefusal(
                    "INVALID_FIELD",
                    f"{caret(query.text, at)}Didn't understand relationship '{part}' in field path. If you are "
                    "attempting to use a custom relationship, be sure to append the '__r' after the custom "
                    "relationship name. Please reference your WSDL or the describe call for the appropriate names.",
                )
            names.append(lookup.relationship)
            steps.append(lookup.name)
            target = find(lookup.refers_to[0]) if lookup.refers_to else None
            if target is None:
                raise SalesforceRefusal("INVALID_FIELD", f"{caret(query.text, at)}No such relation '{part}'")
            here = target
        field = here.field(parts[-1])
        if field is None or not visible(self._state, here, field):
            raise SalesforceRefusal(
                "INVALID_FIELD",
                f"{caret(query.text, at)}No such column '{parts[-1]}' on entity '{here.name}'. If you are attempting "
                "to use a custom field, be sure to append the '__c' after the custom field name. Please reference "
                "your WSDL or the describe call for the appropriate names.",
            )
        return Column((*names, field.name), field, self._getter(steps, field.name))

    def _getter(self, steps: Sequence[str], name: str) -> Getter:
        state = self._state
        if not steps:
            if name in ("Id", "IsDeleted", "MasterRecordId"):
                return lambda row: raw_value(row, name)
            if name == "IsSandbox":
                return lambda row: self._is_sandbox
            return lambda row: row.values.get(name)

        def through(row: Row) -> Value:
            here: Row | None = row
            for step in steps:
                target = here.values.get(step) if here is not None else None
                here = state.row(str(target)) if target else None
            return raw_value(here, name) if here is not None else None

        return through

    def columns(self, query: Query, info: ObjectInfo) -> list[Column]:
        if query.all_fields:
            custom = {"ALL": None, "STANDARD": False, "CUSTOM": True}.get(query.all_fields)
            return [
                Column((field.name,), field, self._getter((), field.name))
                for field in info.fields.values()
                if visible(self._state, info, field) and custom in (None, field.custom)
            ]
        return [self.column(info, item.path, query, item.at) for item in query.selected]

    # running --------------------------------------------------------------------------------------------------

    def rows(self, query: Query) -> list[Row]:
        """The rows in order, offset and limit applied; not for aggregate queries."""
        info = self.info(query)
        matching = self._matching(query, info)
        keys = []
        for order in query.order:
            keys.append((self.column(info, order.path, query, order.at), order))
        if not keys:
            matching.sort(key=lambda row: row.id)
        for column, order in reversed(keys):
            get = column.get
            filled = [row for row in matching if get(row) is not None]
            blank = [row for row in matching if get(row) is None]
            filled.sort(key=lambda row, get=get: _sortable(get(row)), reverse=order.descending)  # type: ignore[misc]
            matching = filled + blank if order.nulls_last else blank + filled
        matching = matching[query.offset :]
        return matching if query.limit is None else matching[: query.limit]

    def _matching(self, query: Query, info: ObjectInfo) -> list[Row]:
        test = self._test(query.where, query, info)
        return [row for row in self._candidates(query, info) if (self._deleted or not row.deleted) and test(row)]

    def _candidates(self, query: Query, info: ObjectInfo) -> Iterable[Row]:
        """Rows that can match, fewer than all when an id or a lookup is asked for."""
        if info.name == "UserRecordAccess":
            return self._access_rows(query)
        table = self._state.rows[info.name]
        for part in conjuncts(query.where):
            if not isinstance(part, Comparison) or part.operator not in ("=", "in") or part.subquery:
                continue
            field = info.field(part.path)
            if field is None or field.type not in ("id", "reference"):
                continue
            wanted = dict.fromkeys(long_id(term.value) for term in part.values if isinstance(term, Text))
            if len(wanted) != len(dict.fromkeys(part.values)):
                continue
            if field.type == "id":
                return [table[key] for key in wanted if key in table]
            if field.name in self._state.parent_fields(info.name):
                return [
                    table[key]
                    for parent in wanted
                    for kind, key, name in self._state.children.get(parent, {})
                    if kind == info.name and name == field.name and key in table
                ]
        return table.values()

    def _access_rows(self, query: Query) -> list[Row]:
        """UserRecordAccess: one row per id asked for; needs UserId and RecordId filters (facts/salesforce.md §9)."""
        found: dict[str, list[str]] = {"userid": [], "recordid": []}
        for part in conjuncts(query.where):
            if isinstance(part, Comparison) and part.path.lower() in found:
                found[part.path.lower()] = [long_id(term.value) for term in part.values if isinstance(term, Text)]
        if not found["userid"] or not found["recordid"] or len(found["recordid"]) > 200:
            raise SalesforceRefusal(
                "MALFORMED_QUERY",
                "Can select only RecordId, a Has*Access field, and MaxAccessLevel with a filter on UserId and up to "
                "200 RecordIds",
            )
        rows = []
        for key in dict.fromkeys(found["recordid"]):
            row = self._state.alive(key)
            level = {"HasReadAccess": True, "HasEditAccess": True, "HasDeleteAccess": True, "HasTransferAccess": True}
            if row is None:
                level = dict.fromkeys(level, False)
            values: dict[str, Value] = {
                **level,
                "RecordId": key,
                "UserId": found["userid"][0],
                "HasAllAccess": row is not None,
                "MaxAccessLevel": "All" if row is not None else "None",
            }
            rows.append(Row("UserRecordAccess", key, values))
        return rows

    # conditions -----------------------------------------------------------------------------------------------

    def _test(self, condition: Condition | None, query: Query, info: ObjectInfo) -> Test:
        if condition is None:
            return lambda row: True
        if isinstance(condition, Not):
            inner = self._test(condition.inner, query, info)
            return lambda row: not inner(row)
        if isinstance(condition, Both):
            parts = [self._test(part, query, info) for part in condition.parts]
            if condition.word == "and":
                return lambda row: all(part(row) for part in parts)
            return lambda row: any(part(row) for part in parts)
        return self._comparison(condition, query, info)

    def _comparison(self, item: Comparison, query: Query, info: ObjectInfo) -> Test:
        column = self.column(info, item.path, query, item.at)
        field, get = column.field, column.get
        if field.type == "address" or (field.type == "textarea" and field.length > 255):
            raise SalesforceRefusal(
                "INVALID_FIELD",
                f"{caret(query.text, item.at)}field '{field.name}' can not be filtered in a query call",
            )
        if item.operator == "like":
            pattern = self._pattern(item, query)
            return lambda row: bool(pattern.fullmatch(str(get(row) or "")))
        if item.operator in ("in", "not in"):
            if item.subquery is not None:
                wanted: set[Any] = self._subquery(item.subquery)
            else:
                wanted = {_folded(self._value(term, field, item, query)) for term in item.values}
            if item.operator == "in":
                return lambda row: _folded(_plain(field, get(row))) in wanted
            return lambda row: _folded(_plain(field, get(row))) not in wanted
        value = _folded(self._value(item.values[0], field, item, query))
        if item.operator == "=":
            return lambda row: _folded(_plain(field, get(row))) == value
        if item.operator == "!=":
            return lambda row: _folded(_plain(field, get(row))) != value
        if value is None:
            raise SalesforceRefusal("MALFORMED_QUERY", f"{caret(query.text, item.at)}cannot compare with null")
        compare: Callable[[Any, Any], bool] = {
            "<": lambda a, b: a < b,
            "<=": lambda a, b: a <= b,
            ">": lambda a, b: a > b,
            ">=": lambda a, b: a >= b,
        }[item.operator]

        def test(row: Row) -> bool:
            found = _folded(_plain(field, get(row)))
            return found is not None and compare(found, value)

        return test

    def _subquery(self, query: Query) -> set[Any]:
        info = self.info(query)
        column = self.columns(query, info)[0]
        return {_folded(_plain(column.field, column.get(row))) for row in self.rows(query)}

    def _pattern(self, item: Comparison, query: Query) -> re.Pattern[str]:
        term = item.values[0]
        if not isinstance(term, Text):
            raise SalesforceRefusal("INVALID_FIELD", f"{caret(query.text, item.at)}LIKE needs a quoted text")
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

    def _value(self, term: Term, field: Field, item: Comparison, query: Query) -> Value:
        """A literal in the field's own type. Raises INVALID_FIELD when it has another."""
        word = term.value.lower()
        if not isinstance(term, Text) and word == "null":
            return None
        if isinstance(term, Text):
            if field.type not in _TEXT:
                raise self._mismatch(field, "should not be enclosed in quotes", item, query)
            return long_id(term.value) if field.type in ("id", "reference") else term.value
        if field.type in _TEXT:
            raise self._mismatch(field, "must be of type string and should be enclosed in quotes", item, query)
        try:
            if field.type == "boolean":
                return {"true": True, "false": False}[word]
            if field.type == "datetime":
                return self._moment(word, term.value)
            if field.type == "date":
                return day(self._moment(word, term.value))
            return float(term.value)
        except (ValueError, KeyError):
            raise self._mismatch(field, f"must be of type {field.type}", item, query) from None

    def _moment(self, word: str, text: str) -> int:
        today = self._state.now // _DAY_MS * _DAY_MS
        if word in ("today", "yesterday", "tomorrow"):
            return today + {"today": 0, "yesterday": -1, "tomorrow": 1}[word] * _DAY_MS
        if word.startswith(("last_n_days:", "next_n_days:")):
            count = int(word.partition(":")[2])
            return today + (-count if word.startswith("last") else count) * _DAY_MS
        if not text[:1].isdigit():
            raise ValueError(text)
        return parse_iso(text.replace(" ", "+"))

    def _mismatch(self, field: Field, wanted: str, item: Comparison, query: Query) -> SalesforceRefusal:
        return SalesforceRefusal(
            "INVALID_FIELD", f"{caret(query.text, item.at)}value of filter criterion for field '{field.name}' {wanted}"
        )

    # aggregates -----------------------------------------------------------------------------------------------

    def aggregate(self, query: Query) -> list[dict[str, Any]]:
        """GROUP BY and aggregate functions: one AggregateResult per group."""
        info = self.info(query)
        matching = self._matching(query, info)
        by = [self.column(info, item.path, query, item.at) for item in query.group]
        grouped: dict[tuple[Any, ...], list[Row]] = {} if by else {(): matching}
        for row in matching if by else ():
            grouped.setdefault(tuple(_folded(column.get(row)) for column in by), []).append(row)
        found = []
        for rows in grouped.values():
            record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
            number = 0
            for item in query.selected:
                column = self.column(info, item.path, query, item.at)
                if not item.function:
                    if not any(column.path == known.path for known in by):
                        raise SalesforceRefusal(
                            "MALFORMED_QUERY",
                            f"{caret(query.text, item.at)}Field must be grouped or aggregated: {item.path}",
                        )
                    shown = shown_value(column.field, column.get(rows[0]), rows[0])
                    record[item.alias or column.path[-1]] = shown
                    continue
                record[item.alias or f"expr{number}"] = _aggregated(item, column, rows)
                number += not item.alias
            found.append(record)
        for order in reversed(query.order):
            name = order.path.split(".")[-1]
            found.sort(key=lambda record, name=name: _sortable(record.get(name)), reverse=order.descending)  # type: ignore[misc]
        found = found[query.offset :]
        return found if query.limit is None else found[: query.limit]

    def count(self, query: Query) -> int:
        found = len(self._matching(query, self.info(query)))
        return found if query.limit is None else min(found, query.limit)

    # showing --------------------------------------------------------------------------------------------------

    def record(self, row: Row, columns: Sequence[Column]) -> dict[str, Any]:
        """One row as REST answers it."""
        shown: dict[str, Any] = {"attributes": self._attributes(row)}
        for column in columns:
            here, at = shown, row
            for step in column.path[:-1]:
                parent = self._parent(at, step)
                if parent is None:
                    here[step] = None
                    break
                if here.get(step) is None:
                    here[step] = {"attributes": self._attributes(parent)}
                here, at = here[step], parent
            else:
                name = column.path[-1]
                value = self._is_sandbox if name == "IsSandbox" else raw_value(at, name)
                here[name] = shown_value(column.field, value, at)
        return shown

    def _parent(self, row: Row, relationship: str) -> Row | None:
        info = objects()[row.object]
        lookup = next(field for field in info.fields.values() if field.relationship == relationship)
        target = raw_value(row, lookup.name)
        return self._state.row(str(target)) if target else None

    def _attributes(self, row: Row) -> dict[str, str]:
        return {"type": row.object, "url": f"/services/data/{self._version}/sobjects/{row.object}/{row.id}"}


def _plain(field: Field, value: Value) -> Value:
    """A stored value as conditions compare it."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type == "date" and isinstance(value, int):
        return day(value)
    return value


def _folded(value: Any) -> Any:
    """Texts compare without case, and the empty text is null."""
    if isinstance(value, str):
        return value.lower() or None
    return value


def _sortable(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, "")
    if isinstance(value, (bool, int, float)):
        return (1, float(value))
    return (2, str(value).lower())


def _aggregated(item: Selected, column: Column, rows: Sequence[Row]) -> Any:
    values = [value for value in (column.get(row) for row in rows) if value is not None and value != ""]
    if item.function == "count":
        return len(values)
    if item.function == "count_distinct":
        return len({_folded(value) for value in values})
    if not values:
        return None
    if item.function in ("min", "max"):
        best = (min if item.function == "min" else max)(values, key=_sortable)
        return shown_value(column.field, best, rows[0])
    numbers = [float(str(value)) for value in values]
    return sum(numbers) if item.function == "sum" else sum(numbers) / len(numbers)
