"""Rows one by one: read, create, update, delete, with their conditional headers (facts/salesforce.md §3, §12)."""

from __future__ import annotations

import math
from collections import deque
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from mergetui.records.crm import Value
from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.salesforce_describe import basic, describe, global_describe, writable
from mergetui.sandbox.salesforce_errors import MISSING, error, not_found, object_of_path, version_of
from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.soql_tree import Query, Selected
from mergetui.sandbox.web import Call, Reply, empty_reply, json_reply
from mergetui.twin.events import CreateRow, DeleteRow, UpdateRow
from mergetui.twin.ids import checksum
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import visible
from mergetui.twin.schema import NUMBER_TYPES, TEXT_TYPES, ObjectInfo, find, long_id, name_field, object_of
from mergetui.twin.stamps import http_date, moment, parse_iso
from mergetui.twin.state import Row

RECENT = 200


def allow_save(call: Call) -> bool:
    """``Sforce-Duplicate-Rule-Header: allowSave=true; …``."""
    given = call.headers.get("sforce-duplicate-rule-header", "").replace(";", ",")
    return any(part.strip().lower().replace(" ", "") == "allowsave=true" for part in given.split(","))


def field_values(body: dict[str, Any]) -> dict[str, Value]:
    """Field values of a save. Raises JSON_PARSER_ERROR for nested values, INVALID_FIELD for an Id."""
    found: dict[str, Value] = {}
    for name, value in body.items():
        if name == "attributes":
            continue
        if name.lower() == "id":
            raise SalesforceRefusal("INVALID_FIELD", "The Id field should not be specified in the sobject data.")
        if isinstance(value, (dict, list)) or (isinstance(value, float) and not math.isfinite(value)):
            raise SalesforceRefusal("JSON_PARSER_ERROR", f"Cannot deserialize the value of field {name}")
        found[name] = value
    return found


def check_types(info: ObjectInfo, values: dict[str, Value]) -> dict[str, Value]:
    """Refuses, as the real JSON reader does, numbers for texts and texts that are no number, date or truth value."""
    for name, value in values.items():
        field = info.field(name)
        if field is None or value is None:
            continue
        kind = field.type if field.type not in TEXT_TYPES else "string"
        if kind == "string":
            right = isinstance(value, str)
        elif not isinstance(value, str):
            right = isinstance(value, bool) if kind == "boolean" else not isinstance(value, bool)
            right = right and kind not in ("date", "datetime")
        else:
            right = value == "" or _readable(kind, value)
        if not right:
            token = "VALUE_NUMBER_FLOAT" if isinstance(value, float) else "VALUE_NUMBER_INT"
            if isinstance(value, (str, bool)):
                token = "VALUE_STRING" if isinstance(value, str) else f"VALUE_{str(value).upper()}"
            shown = str(value).lower() if isinstance(value, bool) else str(value)
            raise SalesforceRefusal(
                "JSON_PARSER_ERROR",
                f"Cannot deserialize instance of {kind} from {token} value {shown[:80]} or request may be missing a "
                "required field",
            )
    return values


def _readable(kind: str, text: str) -> bool:
    try:
        if kind == "boolean":
            return text.lower() in ("true", "false", "0", "1")
        if kind in ("date", "datetime"):
            parse_iso(text)
        elif kind in NUMBER_TYPES:
            return math.isfinite(float(text))
    except ValueError:
        return False
    return True


def id_of(given: str, info: ObjectInfo) -> str:
    """The 18-character id of a path. Raises NOT_FOUND for what is no id of this object."""
    if len(given) in (15, 18) and given.isascii() and given.isalnum():
        key = long_id(given)
        if key == key[:15] + checksum(key[:15]) and object_of(key) in (info.name, None):
            return key
    raise not_found(f"Provided external ID field does not exist or is not accessible: {given[:40]}")


class Records:
    """``recent`` holds what was read or saved last, newest first."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._recent: deque[str] = deque(maxlen=RECENT)

    # describe -------------------------------------------------------------------------------------------------

    def sobjects(self, call: Call) -> Reply:
        version = version_of(call)
        return self._unless_unchanged(call) or json_reply(global_describe(version))

    def describe(self, call: Call) -> Reply:
        version, info = version_of(call), object_of_path(call)
        return self._unless_unchanged(call) or json_reply(describe(self._sandbox.world.state, info, version))

    def _unless_unchanged(self, call: Call) -> Reply | None:
        """304 for If-Modified-Since; the schema is as old as the world. Hidden fields are not seen by it."""
        since = _http_time(call, "if-modified-since")
        if since is not None and since >= moment(self._sandbox.world.state.began).replace(microsecond=0):
            return empty_reply(304)
        return None

    def basic(self, call: Call) -> Reply:
        version, info = version_of(call), object_of_path(call)
        recent = self._recent_rows(version, only=info.name)
        return json_reply({"objectDescribe": basic(info, version), "recentItems": recent})

    def recent(self, call: Call) -> Reply:
        version = version_of(call)
        limit = call.first("limit", str(RECENT))
        return json_reply(self._recent_rows(version)[: int(limit) if limit.isdigit() else RECENT])

    def _recent_rows(self, version: str, only: str = "") -> list[dict[str, Any]]:
        found = []
        for key in self._recent:
            row = self._sandbox.world.state.alive(key)
            if row is None or (only and row.object != only):
                continue
            name = name_field(row.object)
            url = f"/services/data/{version}/sobjects/{row.object}/{row.id}"
            found.append({"attributes": {"type": row.object, "url": url}, "Id": row.id, name: row.values.get(name)})
        return found

    def _touch(self, key: str) -> None:
        if key in self._recent:
            self._recent.remove(key)
        self._recent.appendleft(key)

    # one row --------------------------------------------------------------------------------------------------

    def executor(self, version: str) -> Executor:
        sandbox = self._sandbox
        return Executor(sandbox.world.state, deleted=False, is_sandbox=sandbox.is_sandbox, version=version)

    def row_of(self, info: ObjectInfo, given: str, *, saving: bool) -> Row:
        """The live row. Raises 404: a save of an unknown id is an invalid cross reference, a read finds nothing."""
        row = self._sandbox.world.state.row(id_of(given, info))
        if row is None or row.object != info.name:
            if saving:
                raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", status=404)
            raise not_found(MISSING)
        if row.deleted:
            raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", status=404)
        return row

    def read(self, call: Call) -> Reply:
        version, info = version_of(call), object_of_path(call)
        row = self.row_of(info, call.params["id"], saving=False)
        if (refused := self._precondition(call, row)) is not None:
            return refused
        since = _http_time(call, "if-modified-since")
        stamp = row.values.get("LastModifiedDate")
        if since is not None and isinstance(stamp, int) and moment(stamp // 1000 * 1000) <= since:
            return empty_reply(304)
        self._touch(row.id)
        names = call.many("fields")
        shaper = self.executor(version).shaper(self.select(info, names), info)
        headers = {"Last-Modified": http_date(stamp)} if isinstance(stamp, int) else {}
        return json_reply(shaper.record(row), 200, headers)

    def select(self, info: ObjectInfo, names: list[str]) -> Query:
        """A query of these fields, or of all that may be seen. Its text only shows in error messages."""
        if not names:
            state = self._sandbox.world.state
            names = [field.name for field in info.fields.values() if visible(state, info, field)]
        text = ", ".join(names)
        at, items = 0, []
        for name in dict.fromkeys(names):
            at = text.find(name, at)
            items.append(Selected(name, at=at))
        return Query(text, info.name, tuple(items))

    def _precondition(self, call: Call, row: Row) -> Reply | None:
        """If-Unmodified-Since, to the second (facts/salesforce.md §12). A bad date is refused only on a save."""
        given = call.headers.get("if-unmodified-since")
        if not given:
            return None
        limit = _http_time(call, "if-unmodified-since")
        if limit is None:
            if call.method in ("GET", "HEAD"):
                return None
            return error("INVALID_HEADER", f"Invalid value for header If-Unmodified-Since: {given[:60]}")
        stamp = row.values.get("LastModifiedDate")
        if isinstance(stamp, int) and moment(stamp // 1000 * 1000) > limit:
            return empty_reply(412)
        return None

    def create(self, call: Call) -> Reply:
        version, info = version_of(call), object_of_path(call)
        self._writable(info, "createable")
        body = check_types(info, field_values(call.members()))
        made = self._sandbox.apply(CreateRow(info.name, body, allow_duplicates=allow_save(call)))
        self._touch(made)
        location = f"/services/data/{version}/sobjects/{info.name}/{made}"
        return json_reply({"id": made, "success": True, "errors": []}, 201, {"Location": location})

    def update(self, call: Call) -> Reply:
        version_of(call)
        info = object_of_path(call)
        self._writable(info, "updateable")
        row = self.row_of(info, call.params["id"], saving=True)
        if (refused := self._precondition(call, row)) is not None:
            return refused
        body = check_types(info, field_values(call.members()))
        self._sandbox.apply(UpdateRow(info.name, row.id, body, allow_duplicates=allow_save(call)))
        self._touch(row.id)
        return empty_reply()

    def delete(self, call: Call) -> Reply:
        version_of(call)
        info = object_of_path(call)
        self._writable(info, "deletable")
        self._sandbox.apply(DeleteRow(info.name, self.row_of(info, call.params["id"], saving=True).id))
        return empty_reply()

    def overridden(self, call: Call) -> Reply:
        """``POST …?_HttpMethod=PATCH``, for clients that cannot send PATCH."""
        match call.first("_HttpMethod").upper():
            case "PATCH":
                return self.update(call)
            case "DELETE":
                return self.delete(call)
            case "GET":
                return self.read(call)
        return error("METHOD_NOT_ALLOWED", "HTTP Method 'POST' not allowed. Allowed are HEAD,GET,PATCH,DELETE", 405)

    def _writable(self, info: ObjectInfo, what: str) -> None:
        if not writable(info, what):
            method = {"createable": "POST", "updateable": "PATCH", "deletable": "DELETE"}[what]
            raise SalesforceRefusal(
                "METHOD_NOT_ALLOWED", f"HTTP Method '{method}' not allowed. Allowed are HEAD,GET", status=405
            )


def _http_time(call: Call, header: str) -> datetime | None:
    given = call.headers.get(header)
    if not given:
        return None
    try:
        found = parsedate_to_datetime(given)
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def type_of(record: Any) -> ObjectInfo:
    """``attributes.type`` of a record in a collection. Raises INVALID_TYPE."""
    attributes = record.get("attributes") if isinstance(record, dict) else None
    name = attributes.get("type") if isinstance(attributes, dict) else None
    found = find(str(name)) if name else None
    if found is None:
        message = f"sObject type '{name}' is not supported." if name else "Must send a concrete entity type."
        raise SalesforceRefusal("INVALID_TYPE", message)
    return found
