"""``/query`` and ``/queryAll``: pages, locators, and the column metadata the Salesforce CLI asks for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.fragments import joined_reply
from mergetui.sandbox.salesforce_errors import error, version_of
from mergetui.sandbox.salesforce_found import Found, LiveQueries
from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.salesforce_rows import Shaper
from mergetui.sandbox.soql_paths import Column
from mergetui.sandbox.soql_tree import Query, Selected
from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import NUMBER_TYPES, VIRTUAL, ObjectInfo

SMALLEST, PAGE = 200, 2_000
CURSOR_LIFE_MS = 2 * 86_400_000
MAX_URI = 16_384

_APEX = {
    "id": "Id", "reference": "Id", "boolean": "Boolean", "int": "Integer", "double": "Double", "currency": "Double",
    "percent": "Double", "date": "Date", "datetime": "Datetime", "address": "Address",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cursor:
    """An open query. Its rows are those of the moment it began; their values are read page by page."""

    found: Found
    size: int
    deleted: bool
    ends: int


class Queries:
    def __init__(self, sandbox: Sandbox, live: LiveQueries) -> None:
        self._sandbox = sandbox
        self._live = live
        self._number = 0

    def query(self, call: Call) -> Reply:
        version = version_of(call)
        text = call.first("q")
        if len(text) > 4_000 and len(call.path) + sum(len(quote(value)) for _, value in call.query) > MAX_URI:
            return error("URI_TOO_LONG", "The URI is longer than 16384 bytes", 414)
        deleted = call.params["verb"] == "queryAll"
        query = self._live.query(text)
        executor = self._live.executor(version, deleted=deleted)
        if call.flag("columns"):
            return json_reply(column_metadata(executor, query))
        if query.bare_count:
            return json_reply({"totalSize": executor.count(query), "done": True, "records": []})
        if query.grouped:
            grouped = executor.aggregate(query)
            return json_reply({"totalSize": len(grouped), "done": True, "records": grouped})
        shaper = self._shaper(query, version, deleted)
        found = self._live.find(query, version, deleted=deleted)
        size = page_size(call)
        locator = self._open(found, size, deleted) if len(found.rows) > size else ""
        return self._page(found, shaper, version, 0, size, locator)

    def _shaper(self, query: Query, version: str, deleted: bool) -> Shaper:
        if query.children:  # what they find depends on the verb too
            executor = self._live.executor(version, deleted=deleted)
            return executor.shaper(query, executor.info(query))
        return self._live.shaper(query, version)

    def more(self, call: Call) -> Reply:
        """``/query/LOCATOR-2000``; the part behind the hyphen is where the page begins."""
        version = version_of(call)
        locator, _, start = call.params["locator"].rpartition("-")
        cursor = self._sandbox.cursors.get(locator)
        if not isinstance(cursor, Cursor) or not start.isdigit() or cursor.ends < self._sandbox.now():
            raise SalesforceRefusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        shaper = self._shaper(cursor.found.query, version, cursor.deleted)
        return self._page(cursor.found, shaper, version, int(start), cursor.size, locator)

    def _open(self, found: Found, size: int, deleted: bool) -> str:
        """The locator of a cursor: one for all who ask the same while the same rows are found."""
        cursors = self._sandbox.cursors
        now = self._sandbox.now()
        opened = cursors.setdefault(_SHELF, {})
        name = (found.number, size)
        if (known := opened.get(name)) in cursors and cursors[known].ends == now + CURSOR_LIFE_MS:
            return str(known)
        for old in [old for old, cursor in cursors.items() if isinstance(cursor, Cursor) and cursor.ends < now]:
            del cursors[old]
        if known in cursors:
            cursors[known] = replace(cursors[known], ends=now + CURSOR_LIFE_MS)
            return str(known)
        self._number += 1
        locator = f"0r8Wz0000{self._number:09d}"
        cursors[locator] = Cursor(found, size, deleted, now + CURSOR_LIFE_MS)
        opened[name] = locator
        for gone in [key for key, value in opened.items() if value not in cursors]:
            del opened[gone]
        return locator

    def _page(self, found: Found, shaper: Shaper, version: str, start: int, size: int, locator: str) -> Reply:
        rows, end = found.rows, start + size
        before: dict[str, Any] = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            before["nextRecordsUrl"] = f"/services/data/{version}/query/{locator}-{end}"
        if not shaper.steady or found.info.name in VIRTUAL:
            return joined_reply("records", shaper.write(rows[start:end]), before=before)
        fragments = self._sandbox.fragments
        shape = ("json", found.info.name, self._sandbox.is_sandbox, shaper.shape)
        place = (shape, found.query.text, start, size)

        def made() -> Reply:
            texts = fragments.each(shape, rows[start:end], lambda: shaper)
            return fragments.joined(
                place, texts, lambda some: joined_reply("records", some, before=before), beside=before
            )

        return fragments.page((place, found.number, locator), made)


_SHELF = "locators of queries"


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
