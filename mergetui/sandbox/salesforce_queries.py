"""``/query`` and ``/queryAll``: pages, locators, and the column metadata the Salesforce CLI asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.fragments import joined_reply
from mergetui.sandbox.salesforce_errors import error, version_of
from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.salesforce_rows import Shaper
from mergetui.sandbox.soql import parse
from mergetui.sandbox.soql_paths import Column
from mergetui.sandbox.soql_tree import Query, Selected
from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import NUMBER_TYPES, ObjectInfo
from mergetui.twin.state import Row

SMALLEST, PAGE = 200, 2_000
CURSOR_LIFE_MS = 2 * 86_400_000
MAX_URI = 16_384

_TIMELY = re.compile(r"\b(?:TODAY|YESTERDAY|TOMORROW|(?:LAST|THIS|NEXT)_\w+|N_\w+)", re.IGNORECASE)
"""What such a query finds changes with time alone."""

_APEX = {
    "id": "Id", "reference": "Id", "boolean": "Boolean", "int": "Integer", "double": "Double", "currency": "Double",
    "percent": "Double", "date": "Date", "datetime": "Datetime", "address": "Address",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cursor:
    """An open query. Its rows are those of the moment it began; their values are read page by page."""

    query: Query
    rows: list[Row]
    size: int
    deleted: bool
    ends: int


class Queries:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._number = 0

    def executor(self, version: str, *, deleted: bool) -> Executor:
        sandbox = self._sandbox
        return Executor(sandbox.world.state, deleted=deleted, is_sandbox=sandbox.is_sandbox, version=version)

    def query(self, call: Call) -> Reply:
        version = version_of(call)
        text = call.first("q")
        if len(text) > 4_000 and len(call.path) + sum(len(quote(value)) for _, value in call.query) > MAX_URI:
            return error("URI_TOO_LONG", "The URI is longer than 16384 bytes", 414)
        deleted = call.params["verb"] == "queryAll"
        known = ("query", text, version, deleted)
        if not call.flag("columns") and (kept := self._sandbox.fragments.kept(known)) is not None:
            return self._first(call, version, deleted, *kept)
        query = parse(text)
        executor = self.executor(version, deleted=deleted)
        if call.flag("columns"):
            return json_reply(column_metadata(executor, query))
        if query.bare_count:
            return json_reply({"totalSize": executor.count(query), "done": True, "records": []})
        if query.grouped:
            found = executor.aggregate(query)
            return json_reply({"totalSize": len(found), "done": True, "records": found})
        shaper = executor.shaper(query, executor.info(query))
        rows = executor.rows(query)
        if not _TIMELY.search(text):
            self._sandbox.fragments.keep(known, lambda: (query, shaper, rows))
        return self._first(call, version, deleted, query, shaper, rows)

    def _first(self, call: Call, version: str, deleted: bool, query: Query, shaper: Shaper, rows: list[Row]) -> Reply:
        size = page_size(call)
        more = ""
        if len(rows) > size:
            cursor = Cursor(query, rows, size, deleted, self._sandbox.now() + CURSOR_LIFE_MS)
            # The same query between two changes of the world finds the same rows: one cursor does for all who ask.
            same = ("cursor", query.text, deleted, size)
            timely = _TIMELY.search(query.text)
            more = self._keep(cursor) if timely else self._sandbox.fragments.keep(same, lambda: self._keep(cursor))
        return self._page(query, shaper, version, deleted, rows, 0, size, more)

    def more(self, call: Call) -> Reply:
        """``/query/LOCATOR-2000``; the part behind the hyphen is where the page begins."""
        version = version_of(call)
        locator, _, start = call.params["locator"].rpartition("-")
        found = self._sandbox.cursors.get(locator)
        if not isinstance(found, Cursor) or not start.isdigit() or found.ends < self._sandbox.now():
            raise SalesforceRefusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        executor = self.executor(version, deleted=found.deleted)
        shaper = executor.shaper(found.query, executor.info(found.query))
        return self._page(found.query, shaper, version, found.deleted, found.rows, int(start), found.size, locator)

    def _keep(self, cursor: Cursor) -> str:
        cursors = self._sandbox.cursors
        now = self._sandbox.now()
        for name in [name for name, old in cursors.items() if isinstance(old, Cursor) and old.ends < now]:
            del cursors[name]
        self._number += 1
        locator = f"0r8Wz0000{self._number:09d}"
        cursors[locator] = cursor
        return locator

    def _page(
        self, query: Query, shaper: Shaper, version: str, deleted: bool, rows: list[Row], start: int, size: int,
        locator: str,
    ) -> Reply:  # fmt: skip
        end = start + size
        before: dict[str, Any] = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            before["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
        shape = ("sf", query.text, version, self._sandbox.is_sandbox)
        if query.children:  # what hangs on a row depends on more than the row
            records = [shaper.record(row) for row in rows[start:end]]
            return json_reply({**before, "records": records})
        fragments = self._sandbox.fragments

        def made() -> Reply:
            texts = fragments.each(shape, rows[start:end], lambda row: row.id, shaper.record)
            return joined_reply("records", texts, before=before)

        if _TIMELY.search(query.text):
            return made()
        return fragments.page((*shape, deleted, start, size, locator), made)


def page_size(call: Call) -> int:
    """Of ``Sforce-Query-Options: batchSize=…``, kept between 200 and 2000."""
    for option in call.headers.get("sforce-query-options", "").split(","):
        name, _, value = option.partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdigit():
            return min(PAGE, max(SMALLEST, int(value)))
    return PAGE


# columns=true -------------------------------------------------------------------------------------------------------


def column_metadata(executor: Executor, query: Query) -> dict[str, Any]:
    """The undocumented answer that the Salesforce CLI needs (client-conformance §4)."""
    info = executor.info(query)
    shown = [] if query.bare_count else _columns(executor, query, info)
    for child in query.children:
        look = executor.relationship(info, child, query)
        inner = executor.resolver.object(look.child, query, child.at)
        shown.append(_entry(look.relationship, None, aggregate=True, joins=_columns(executor, child.query, inner)))
    return {
        "columnMetadata": shown,
        "entityName": info.name,
        "groupBy": bool(query.group),
        "idSelected": bool(query.all_fields) or any(item.path.lower() == "id" for item in query.selected),
        "keyPrefix": info.prefix,
    }


def _columns(executor: Executor, query: Query, info: ObjectInfo) -> list[dict[str, Any]]:
    if not query.grouped:
        return _nested([(column.path, column) for column in executor.columns(query, info)])
    found = []
    number = 0
    for item in query.selected:
        column = executor.resolver.column(info, Selected(item.path, at=item.at), query)
        name = item.alias or (f"expr{number}" if item.function else column.path[-1])
        number += bool(item.function and not item.alias)
        found.append(_entry(name, column, aggregate=bool(item.function or item.alias)))
    return found


def _nested(columns: list[tuple[tuple[str, ...], Column]]) -> list[dict[str, Any]]:
    """Parents once each, with what is below them in ``joinColumns``."""
    found: list[dict[str, Any]] = []
    below: dict[str, list[tuple[tuple[str, ...], Column]]] = {}
    for path, column in columns:
        if len(path) == 1:
            found.append(_entry(path[0], column))
        elif path[0] in below:
            below[path[0]].append((path[1:], column))
        else:
            below[path[0]] = [(path[1:], column)]
            found.append(_entry(path[0], None))
    for entry in found:
        if entry["columnName"] in below and entry["apexType"] is None:
            entry["joinColumns"] = _nested(below[entry["columnName"]])
            entry["foreignKeyName"] = entry["columnName"]
    return found


def _entry(
    name: str, column: Column | None, *, aggregate: bool = False, joins: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    field = column.field if column is not None else None
    kind = field.type if field is not None else ""
    return {
        "aggregate": aggregate,
        "apexType": None if field is None else _APEX.get(kind, "String"),
        "booleanType": kind == "boolean",
        "columnName": name,
        "custom": field is not None and field.custom,
        "displayName": name if column is None or aggregate else ".".join(column.path),
        "foreignKeyName": None,
        "insertable": field is not None and field.createable,
        "joinColumns": joins or [],
        "numberType": kind in NUMBER_TYPES,
        "textType": field is not None and _APEX.get(kind, "String") == "String",
        "updatable": field is not None and field.updateable,
    }
