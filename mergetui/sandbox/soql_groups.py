"""GROUP BY, HAVING and aggregate functions: one AggregateResult per group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mergetui.records.crm import Value
from mergetui.sandbox.salesforce_rows import shown_value
from mergetui.sandbox.soql import caret
from mergetui.sandbox.soql_conditions import Conditions, folded, plain
from mergetui.sandbox.soql_paths import Column
from mergetui.sandbox.soql_tree import Query, Selected
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import NUMBER_TYPES, Field
from mergetui.twin.state import Row, State

MAX_GROUPS = 2_000
Rows = Sequence[Row]
Resolve = Callable[[Selected], Column]

_COUNT = Field("count", "count", "int", 9)
_NUMBER = Field("number", "number", "double", 18)


def sortable(value: Any) -> tuple[int, Any]:
    """A key that orders values of one field: null first, texts without case."""
    if value is None:
        return (0, "")
    if isinstance(value, (bool, int, float)):
        return (1, float(value))
    return (2, str(value).lower())


class Groups:
    """One grouped query. ``resolve`` finds the column of a path."""

    def __init__(self, state: State, query: Query, resolve: Resolve) -> None:
        self._state = state
        self._query = query
        self._resolve = resolve
        self._by = [self._groupable(item) for item in query.group]
        self._keys = {(column.path, column.function) for column in self._by}
        self._aliases = {item.alias.lower(): item for item in query.selected if item.alias}

    def _refuse(self, item: Selected, message: str, code: str = "MALFORMED_QUERY") -> SalesforceRefusal:
        return SalesforceRefusal(code, f"{caret(self._query.text, item.at)}{message}")

    def _groupable(self, item: Selected) -> Column:
        if item.aggregate:
            raise self._refuse(item, f"unexpected token: '{item.function}'")
        column = self._resolve(item)
        if not column.field.groupable and not column.function:
            raise self._refuse(item, f"field '{column.field.name}' can not be grouped in a query call")
        return column

    def value(self, item: Selected) -> tuple[Field, Callable[[Rows], Value]]:
        """The field and the value, over the rows of a group, of an aggregate or of a grouped field."""
        if not item.function and (named := self._aliases.get(item.path.lower())) is not None:
            item = named
        column = self._resolve(item)
        if not item.aggregate:
            if (column.path, column.function) not in self._keys:
                raise self._refuse(item, f"Field must be grouped or aggregated: {item.path}")
            return column.field, lambda rows: column.get(rows[0]) if rows else None
        field = column.field
        if not field.aggregatable and not (item.function == "count" and field.filterable):
            raise self._refuse(item, f"field {field.name} does not support aggregate operator {item.function.upper()}")
        if item.function in ("sum", "avg") and field.type not in NUMBER_TYPES:
            raise self._refuse(item, f"field {field.name} does not support aggregate operator {item.function.upper()}")
        kind = _COUNT if item.function.startswith("count") else _NUMBER if item.function in ("sum", "avg") else field
        return kind, lambda rows: _aggregated(item.function, column, rows)

    def results(self, matching: Rows) -> list[dict[str, Any]]:
        query = self._query
        shown = self._names()
        grouped: dict[tuple[Any, ...], list[Row]] = {} if self._by else {(): list(matching)}
        for row in matching if self._by else ():
            grouped.setdefault(tuple(folded(column.get(row)) for column in self._by), []).append(row)
        groups: list[list[Row]] = list(grouped.values())
        if query.having is not None:
            conditions: Conditions[Rows] = Conditions(self._state, query, self.value, _no_joins)
            test = conditions.test(query.having)
            groups = [rows for rows in groups if test(rows)]
        for order in reversed(query.order):
            _, get = self.value(Selected(order.path, order.function, at=order.at))
            filled = [rows for rows in groups if get(rows) is not None]
            blank = [rows for rows in groups if get(rows) is None]
            filled.sort(key=lambda rows, get=get: sortable(get(rows)), reverse=order.descending)  # type: ignore[misc]
            groups = filled + blank if order.nulls_last else blank + filled
        groups = groups[query.offset :]
        if query.limit is not None:
            groups = groups[: query.limit]
        if len(groups) > MAX_GROUPS:
            raise SalesforceRefusal(
                "EXCEEDED_ID_LIMIT",
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch",
            )
        return [
            {
                "attributes": {"type": "AggregateResult"},
                **{name: shown_value(field, plain(field, get(rows))) for name, field, get in shown},
            }
            for rows in groups
        ]

    def _names(self) -> list[tuple[str, Field, Callable[[Rows], Value]]]:
        """Select list with the names of the answer: alias, ``expr0`` …, or the last part of the path."""
        found: list[tuple[str, Field, Callable[[Rows], Value]]] = []
        number = 0
        for item in self._query.selected:
            name = item.alias or (f"expr{number}" if item.function else self._resolve(item).path[-1])
            number += bool(item.function and not item.alias)
            if any(name.lower() == known.lower() for known, _, _ in found):
                raise self._refuse(item, f"duplicate alias: {name}")
            found.append((name, *self.value(item)))
        return found


def _no_joins(query: Query, column: Column | None) -> set[Any]:
    raise SalesforceRefusal("MALFORMED_QUERY", "sub-selects are not allowed in HAVING")


def _aggregated(function: str, column: Column, rows: Rows) -> Value:
    values = [value for value in (column.get(row) for row in rows) if value is not None and value != ""]
    if function == "count":
        return len(values)
    if function == "count_distinct":
        return len({folded(value) for value in values})
    if not values:
        return None
    if function in ("min", "max"):
        return (min if function == "min" else max)(values, key=sortable)
    numbers = [float(str(value)) for value in values]
    return sum(numbers) if function == "sum" else sum(numbers) / len(numbers)
