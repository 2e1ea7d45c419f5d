"""Runs SOQL over the World: which rows, in which order, and the JSON of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from mergetui.sandbox.salesforce_access import access_rows
from mergetui.sandbox.salesforce_rows import ChildColumn, Shaper
from mergetui.sandbox.soql import caret
from mergetui.sandbox.soql_conditions import Conditions, folded, plain
from mergetui.sandbox.soql_groups import Groups, sortable
from mergetui.sandbox.soql_paths import Column, Resolver, raw_value
from mergetui.sandbox.soql_tree import Child, Comparison, Query, Selected, Text, conjuncts
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import archived, visible
from mergetui.twin.schema import VIRTUAL, ChildLookup, ObjectInfo, long_id, lookups_at
from mergetui.twin.state import Row, State

__all__ = ["Column", "Executor", "raw_value"]

_LINK_FILTERS = frozenset({"Id", "ContentDocumentId", "LinkedEntityId"})


class Executor:
    """``is_sandbox`` is what Organization.IsSandbox says; ``deleted`` shows rows in the recycle bin too (queryAll)."""

    def __init__(self, state: State, *, deleted: bool, is_sandbox: bool, version: str) -> None:
        self._state = state
        self._deleted = deleted
        self._version = version
        self.resolver = Resolver(state, is_sandbox=is_sandbox)

    # resolving ------------------------------------------------------------------------------------------------

    def info(self, query: Query) -> ObjectInfo:
        """Raises INVALID_TYPE."""
        return self.resolver.object(query.object, query, query.object_at)

    def column(self, info: ObjectInfo, path: str, query: Query, at: int) -> Column:
        return self.resolver.column(info, Selected(path, at=at), query)

    def columns(self, query: Query, info: ObjectInfo) -> list[Column]:
        """The select list of a query without aggregates. Raises INVALID_FIELD, also for a field named twice."""
        found = []
        if query.all_fields:
            custom = {"ALL": None, "STANDARD": False, "CUSTOM": True}[query.all_fields]
            found = [
                self.resolver.plain_column(field, info)
                for field in info.fields.values()
                if visible(self._state, info, field) and custom in (None, field.custom)
            ]
        found += [self.resolver.column(info, item, query) for item in query.selected]
        seen: set[tuple[tuple[str, ...], str]] = set()
        for column in found:
            if (column.path, column.function) in seen:
                raise SalesforceRefusal(
                    "INVALID_FIELD", f"{caret(query.text, column.at)}duplicate field selected: {'.'.join(column.path)}"
                )
            seen.add((column.path, column.function))
        return found

    # running --------------------------------------------------------------------------------------------------

    def rows(self, query: Query) -> list[Row]:
        """The rows in order, offset and limit applied; not for grouped queries."""
        info = self.narrow(query)
        return self._ordered(query, info, self._matching(query, info))

    def matching(self, query: Query) -> list[Row]:
        """All rows that the conditions let pass, in no order, without offset and limit."""
        return self._matching(query, self.narrow(query))

    def narrow(self, query: Query) -> ObjectInfo:
        """The queried object. Raises MALFORMED_QUERY for links of files unless the files or their places are named."""
        info = self.info(query)
        if info.name != "ContentDocumentLink":
            return info
        for part in conjuncts(query.where):
            if isinstance(part, Comparison) and part.operator in ("=", "in"):
                field = info.field(part.path.rpartition(".")[2])
                if field is not None and field.name in _LINK_FILTERS:
                    return info
        raise SalesforceRefusal(
            "MALFORMED_QUERY",
            f"{caret(query.text, query.object_at)}Implementation restriction: ContentDocumentLink requires a filter by "
            "a single Id on ContentDocumentId or LinkedEntityId using the equals operator or multiple Id's using the "
            "IN operator.",
        )

    def _ordered(self, query: Query, info: ObjectInfo, matching: list[Row]) -> list[Row]:
        if not query.order:
            matching.sort(key=lambda row: row.id)
        for order in reversed(query.order):
            column = self.resolver.column(info, Selected(order.path, order.function, at=order.at), query)
            if not column.field.sortable:
                raise SalesforceRefusal(
                    "MALFORMED_QUERY",
                    f"{caret(query.text, order.at)}field '{column.field.name}' can not be sorted in a query call",
                )
            get, field = column.get, column.field
            keyed = [(plain(field, get(row)), row) for row in matching]
            filled = [pair for pair in keyed if pair[0] is not None]
            blank = [row for value, row in keyed if value is None]
            filled.sort(key=lambda pair: sortable(pair[0]), reverse=order.descending)
            ranked = [row for _, row in filled]
            matching = ranked + blank if order.nulls_last else blank + ranked
        if query.offset:
            matching = matching[query.offset :]
        return matching if query.limit is None else matching[: query.limit]

    def count(self, query: Query) -> int:
        found = len(self._matching(query, self.narrow(query)))
        return found if query.limit is None else min(found, query.limit)

    def aggregate(self, query: Query) -> list[dict[str, Any]]:
        """GROUP BY and aggregate functions: one AggregateResult per group."""
        info = self.narrow(query)
        groups = Groups(self._state, query, lambda item: self.resolver.column(info, item, query))
        return groups.results(self._matching(query, info))

    def test(self, query: Query, info: ObjectInfo) -> Callable[[Row], bool]:
        """Whether the query finds a row of its object. Holds until the world changes: sub-selects are run now."""

        def resolved(item: Selected) -> Any:
            if item.aggregate:
                raise SalesforceRefusal(
                    "MALFORMED_QUERY",
                    f"{caret(query.text, item.at)}aggregate functions are not allowed in a WHERE clause",
                )
            column = self.resolver.column(info, item, query)
            return column.field, column.get

        conditions: Conditions[Row] = Conditions(self._state, query, resolved, self._joined)
        test = conditions.test(query.where)
        mine = self._state.admin_id if query.scope == "mine" and info.field("OwnerId") else None
        deleted = self._deleted
        aging = not deleted and info.name in ("Task", "Event")
        if query.where is None and mine is None and not aging:
            return (lambda row: True) if deleted else (lambda row: not row.deleted)
        return lambda row: (
            (deleted or not row.deleted)
            and (mine is None or row.values.get("OwnerId") == mine)
            and test(row)
            and not (aging and archived(self._state, row))
        )

    def _matching(self, query: Query, info: ObjectInfo, among: Iterable[Row] | None = None) -> list[Row]:
        test = self.test(query, info)
        return [row for row in (self._candidates(query, info) if among is None else among) if test(row)]

    def _candidates(self, query: Query, info: ObjectInfo) -> Iterable[Row]:
        """Rows that can match, fewer than all when an id or a lookup is asked for."""
        if info.name in VIRTUAL:
            return access_rows(self._state, query)
        table = self._state.rows[info.name]
        for part in conjuncts(query.where):
            if not isinstance(part, Comparison) or part.operator not in ("=", "in") or part.subquery or part.function:
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
                return self._pointing(info.name, field.name, wanted)
        return table.values()

    def _pointing(self, object_name: str, field: str, parents: Iterable[str]) -> list[Row]:
        table = self._state.rows[object_name]
        return [
            table[key]
            for parent in parents
            for kind, key, name in self._state.children.get(parent, {})
            if kind == object_name and name == field and key in table
        ]

    def _joined(self, query: Query, column: Column | None) -> set[Any]:
        """The ids a semi-join selects; null is never among them."""
        info = self.info(query)
        chosen = self.columns(query, info)[0]
        if chosen.field.type not in ("id", "reference"):
            raise SalesforceRefusal(
                "MALFORMED_QUERY",
                f"{caret(query.text, chosen.at)}The inner select field '{chosen.field.name}' cannot be used in a semi "
                "join: it must be an Id or reference",
            )
        found = {folded(plain(chosen.field, chosen.get(row))) for row in self.rows(query)}
        return found - {None}

    # showing --------------------------------------------------------------------------------------------------

    def shaper(self, query: Query, info: ObjectInfo) -> Shaper:
        """Writes the rows of this query. Raises what is wrong in the select list, sub-selects included."""
        children = [self._child(info, child, query) for child in query.children]
        return Shaper(self.resolver, self._version, self.columns(query, info), children)

    def record(self, row: Row, columns: Sequence[Column]) -> dict[str, Any]:
        """One row as REST answers it."""
        return Shaper(self.resolver, self._version, columns).record(row)

    def relationship(self, info: ObjectInfo, child: Child, query: Query) -> ChildLookup:
        """The child relationship a sub-select names. Raises INVALID_TYPE."""
        wanted = child.query.object.lower()
        found = next((look for look in lookups_at(info.name) if look.relationship.lower() == wanted), None)
        if found is None:
            raise SalesforceRefusal(
                "INVALID_TYPE",
                f"{caret(query.text, child.query.object_at)}Didn't understand relationship '{child.query.object}' in "
                "FROM part of query call. If you are attempting to use a custom relationship, be sure to append the "
                "'__r' after the custom relationship name. Please reference your WSDL or the describe call for the "
                "appropriate names.",
            )
        return found

    def _child(self, info: ObjectInfo, child: Child, query: Query) -> ChildColumn:
        look = self.relationship(info, child, query)
        inner = child.query
        if inner.grouped or inner.bare_count or inner.children:
            raise SalesforceRefusal(
                "MALFORMED_QUERY", f"{caret(query.text, child.at)}aggregates are not allowed in a nested query"
            )
        kind = self.resolver.object(look.child, query, child.at)
        shaper = Shaper(self.resolver, self._version, self.columns(inner, kind))
        self._matching(inner, kind, ())  # a wrong condition is refused even when no row is asked about it

        def answer(row: Row) -> dict[str, Any] | None:
            own = self._pointing(look.child, look.field, [row.id])
            found = self._ordered(inner, kind, self._matching(inner, kind, own))
            if not found:
                return None
            return {"totalSize": len(found), "done": True, "records": [shaper.record(one) for one in found]}

        return ChildColumn(look.relationship, answer, child.at)
