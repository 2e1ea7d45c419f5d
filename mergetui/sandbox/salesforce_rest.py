"""Salesforce REST: versions, describe, rows, query, composite, limits (facts/salesforce.md §3, §4, §13)."""

from __future__ import annotations

import json
import math
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.faults import Fault
from mergetui.sandbox.salesforce_describe import describe, global_describe
from mergetui.sandbox.salesforce_oauth import SalesforceOAuth
from mergetui.sandbox.salesforce_query import Column, Executor
from mergetui.sandbox.salesforce_soap import Soap
from mergetui.sandbox.soql import Query, parse
from mergetui.sandbox.web import BadBody, Call, Reply, Route, Router, clean_path, empty_reply, json_reply
from mergetui.twin.events import CreateRow, DeleteRow, UpdateRow
from mergetui.twin.refusals import Refusal, SalesforceRefusal
from mergetui.twin.salesforce import visible
from mergetui.twin.schema import ObjectInfo, find, long_id
from mergetui.twin.stamps import moment
from mergetui.twin.state import Row

OLDEST, NEWEST = 50, 68
PAGE = 2_000
V = r"/services/data/v{v:\d+\.0}"


def error(code: str, message: str, status: int = 400, fields: tuple[str, ...] = ()) -> Reply:
    """REST errors are an array (facts/salesforce.md §3)."""
    found: dict[str, Any] = {"message": message, "errorCode": code}
    if fields:
        found["fields"] = list(fields)
    return json_reply([found], status)


class SalesforceServer:
    """The Salesforce dialect: routes, tokens, error shapes, limit headers."""

    crm = "salesforce"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = ""
        self.router = Router()
        self._soap = Soap(sandbox, self.router)
        self._soap.add_routes()
        SalesforceOAuth(sandbox, self).add_routes(self.router)
        add = self.router.add
        add("GET", "/services/data", "salesforce.versions", self._versions, open=True)
        add("GET", V, "salesforce.resources", self._resources)
        add("GET", f"{V}/limits", "salesforce.limits", self._limits)
        add("GET", f"{V}/sobjects", "salesforce.describe", self._sobjects)
        add("GET", f"{V}/sobjects/{{object}}/describe", "salesforce.describe", self._describe)
        add("GET", f"{V}/sobjects/{{object}}", "salesforce.describe", self._basic)
        add("POST", f"{V}/sobjects/{{object}}", "salesforce.create", self._create)
        add("GET", f"{V}/sobjects/{{object}}/{{id}}", "salesforce.row", self._row)
        add("PATCH", f"{V}/sobjects/{{object}}/{{id}}", "salesforce.update", self._update)
        add("DELETE", f"{V}/sobjects/{{object}}/{{id}}", "salesforce.delete", self._delete)
        add("GET", f"{V}/{{verb:query|queryAll}}", "salesforce.query", self._query)
        add("GET", f"{V}/{{verb:query|queryAll}}/{{locator}}", "salesforce.query", self._query_more)
        add("POST", f"{V}/composite", "salesforce.composite", self._composite)
        add("POST", f"{V}/composite/batch", "salesforce.composite", self._composite_batch)
        add("POST", f"{V}/composite/sobjects/{{object}}", "salesforce.rows", self._collection)

    # the dialect ----------------------------------------------------------------------------------------------

    def token_of(self, call: Call) -> str:
        given = call.headers.get("authorization", "")
        kind, _, token = given.partition(" ")
        if kind.lower() in ("bearer", "oauth"):
            return token.strip()
        if call.path.startswith("/services/Soap/"):
            return self._soap.session_of(call)
        return call.first("oauth_token")

    def good(self, call: Call) -> bool:
        return self._sandbox.salesforce_grants.good(call.token, self._sandbox.now())

    def unauthorized(self, call: Call) -> Reply:
        if self._soap.is_soap(call):
            return self._soap.fault(
                "INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session. Session not found"
            )
        return error("INVALID_SESSION_ID", "Session expired or invalid", 401)

    def expire(self, call: Call) -> None:
        self._sandbox.salesforce_grants.expire(call.token, self._sandbox.now())

    def gate(self, call: Call, route: Route) -> Reply | None:
        """The daily limit is the only one simulated; OAuth and the list of versions never count."""
        used_up = self._sandbox.api_used["salesforce"] >= self._sandbox.salesforce_daily_limit
        if used_up and self._sandbox.rate_limits and not _uncounted(call):
            return self._out_of_calls(call)
        return None

    def limited(self, call: Call, fault: Fault) -> Reply:
        return self._out_of_calls(call)

    def _out_of_calls(self, call: Call) -> Reply:
        if self._soap.is_soap(call):
            return self._soap.fault("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        return error("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.", 403)

    def locked(self, call: Call) -> Reply:
        message = "unable to obtain exclusive access to this record"
        if self._soap.is_soap(call):
            return self._soap.result_error(call, "UNABLE_TO_LOCK_ROW", message)
        return error("UNABLE_TO_LOCK_ROW", message)

    def refused(self, call: Call, refusal: Refusal) -> Reply:
        if isinstance(refusal, SalesforceRefusal):
            return error(refusal.code, refusal.message, refusal.status, refusal.fields)
        return self.broken(call)

    def bad_body(self, call: Call, text: str) -> Reply:
        return error("JSON_PARSER_ERROR", text)

    def not_found(self, call: Call) -> Reply:
        return error("NOT_FOUND", "The requested resource does not exist", 404)

    def wrong_method(self, call: Call) -> Reply:
        return error("METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed.", 405)

    def broken(self, call: Call) -> Reply:
        if self._soap.is_soap(call):
            return self._soap.fault("UNKNOWN_EXCEPTION", "An unexpected error occurred.")
        return error("UNKNOWN_EXCEPTION", "An unexpected error occurred.", 500)

    def finish(self, call: Call, reply: Reply) -> None:
        if _uncounted(call):
            return
        self._sandbox.api_used["salesforce"] += 1
        used = self._sandbox.api_used["salesforce"]
        reply.headers.setdefault("Sforce-Limit-Info", f"api-usage={used}/{self._sandbox.salesforce_daily_limit}")

    # versions and limits --------------------------------------------------------------------------------------

    def _versions(self, call: Call) -> Reply:
        found = []
        for number in range(OLDEST, NEWEST + 1):
            season = ("Winter", "Spring", "Summer")[(number - 50) % 3]  # v50 is Winter '21
            year = 21 + (number - 50) // 3
            found.append({"label": f"{season} '{year}", "url": f"/services/data/v{number}.0", "version": f"{number}.0"})
        return json_reply(found)

    def _version(self, call: Call) -> str:
        number = int(float(call.params["v"]))
        if not OLDEST <= number <= NEWEST:
            raise SalesforceRefusal("NOT_FOUND", "The requested resource does not exist", status=404)
        return f"v{call.params['v']}"

    def _resources(self, call: Call) -> Reply:
        base = f"/services/data/{self._version(call)}"
        names = ("sobjects", "query", "queryAll", "composite", "limits")
        state = self._sandbox.world.state
        identity = f"{self.url}/id/{state.org_id}/{state.admin_id}"
        return json_reply({**{name: f"{base}/{name}" for name in names}, "identity": identity})

    def _limits(self, call: Call) -> Reply:
        self._version(call)
        left = max(0, self._sandbox.salesforce_daily_limit - self._sandbox.api_used["salesforce"])
        return json_reply(
            {
                "DailyApiRequests": {"Max": self._sandbox.salesforce_daily_limit, "Remaining": left},
                "DailyBulkV2QueryJobs": {"Max": 10_000, "Remaining": 10_000},
                "DailyBulkV2QueryFileStorageMB": {"Max": 976_562, "Remaining": 976_562},
            }
        )

    # describe -------------------------------------------------------------------------------------------------

    def _info(self, name: str) -> ObjectInfo:
        found = find(name)
        if found is None:
            raise SalesforceRefusal("NOT_FOUND", "The requested resource does not exist", status=404)
        return found

    def _sobjects(self, call: Call) -> Reply:
        return json_reply(global_describe(self._version(call)))

    def _describe(self, call: Call) -> Reply:
        version = self._version(call)
        return json_reply(describe(self._sandbox.world.state, self._info(call.params["object"]), version))

    def _basic(self, call: Call) -> Reply:
        version = self._version(call)
        info = self._info(call.params["object"])
        described = next(one for one in global_describe(version)["sobjects"] if one["name"] == info.name)
        return json_reply({"objectDescribe": described, "recentItems": []})

    # rows -----------------------------------------------------------------------------------------------------

    def _executor(self, call: Call, *, deleted: bool = False) -> Executor:
        sandbox = self._sandbox
        return Executor(
            sandbox.world.state, deleted=deleted, is_sandbox=sandbox.is_sandbox, version=self._version(call)
        )

    def _live_row(self, info: ObjectInfo, given: str) -> Row:
        row = self._sandbox.world.state.row(long_id(given))
        if row is None or row.object != info.name:
            raise SalesforceRefusal(
                "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + given[:18], status=404
            )
        if row.deleted:
            raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", status=404)
        return row

    def _columns(self, executor: Executor, info: ObjectInfo, names: list[str]) -> list[Column]:
        state = self._sandbox.world.state
        if not names:
            names = [field.name for field in info.fields.values() if visible(state, info, field)]
        query = Query(", ".join(names), info.name, ())  # its text only shows in error messages
        return [executor.column(info, name, query, 0) for name in names]

    def _row(self, call: Call) -> Reply:
        info = self._info(call.params["object"])
        row = self._live_row(info, call.params["id"])
        if changed := self._precondition(call, row):
            return changed
        executor = self._executor(call)
        return json_reply(executor.record(row, self._columns(executor, info, call.many("fields"))))

    def _precondition(self, call: Call, row: Row) -> Reply | None:
        """If-Unmodified-Since, to the second (facts/salesforce.md §12)."""
        given = call.headers.get("if-unmodified-since")
        if not given:
            return None
        from email.utils import parsedate_to_datetime

        try:
            limit = parsedate_to_datetime(given)
        except ValueError:
            return error("INVALID_HEADER", "If-Unmodified-Since is not an HTTP date")
        stamp = row.values.get("LastModifiedDate")
        if isinstance(stamp, int) and moment(stamp) > limit:
            return empty_reply(412)
        return None

    def _create(self, call: Call) -> Reply:
        info = self._info(call.params["object"])
        made = self._sandbox.apply(CreateRow(info.name, _scalars(call.members())))
        return json_reply({"id": made, "success": True, "errors": []}, 201)

    def _update(self, call: Call) -> Reply:
        info = self._info(call.params["object"])
        row = self._live_row(info, call.params["id"])
        if changed := self._precondition(call, row):
            return changed
        self._sandbox.apply(UpdateRow(info.name, row.id, _scalars(call.members())))
        return empty_reply()

    def _delete(self, call: Call) -> Reply:
        info = self._info(call.params["object"])
        self._sandbox.apply(DeleteRow(info.name, self._live_row(info, call.params["id"]).id))
        return empty_reply()

    def _collection(self, call: Call) -> Reply:
        """``{ids, fields}`` → rows aligned to the ids, null for unknown or deleted ones."""
        info = self._info(call.params["object"])
        body = call.members()
        ids, names = body.get("ids") or [], body.get("fields") or []
        if not isinstance(ids, list) or not isinstance(names, list) or not names or len(ids) > PAGE:
            raise SalesforceRefusal("INVALID_INPUT", "ids and fields are needed, with at most 2000 ids")
        executor = self._executor(call)
        columns = self._columns(executor, info, [str(name) for name in names])
        found: list[Any] = []
        for given in ids:
            row = self._sandbox.world.state.alive(long_id(str(given)))
            found.append(executor.record(row, columns) if row is not None and row.object == info.name else None)
        return json_reply(found)

    # query ----------------------------------------------------------------------------------------------------

    def _query(self, call: Call) -> Reply:
        text = call.first("q")
        query = parse(text)
        executor = self._executor(call, deleted=call.params["verb"] == "queryAll")
        if call.flag("columns"):
            return json_reply(self._column_metadata(executor, query))
        if query.bare_count:
            return json_reply({"totalSize": executor.count(query), "done": True, "records": []})
        if query.grouped:
            found = executor.aggregate(query)
            return json_reply({"totalSize": len(found), "done": True, "records": found})
        columns = executor.columns(query, executor.info(query))
        rows = executor.rows(query)
        size = self._page_size(call)
        shown: dict[str, Any] = {"totalSize": len(rows), "done": len(rows) <= size}
        if len(rows) > size:
            locator = f"0r8xx{len(self._sandbox.cursors):013d}"
            self._sandbox.cursors[locator] = (rows, columns, size)
            shown["nextRecordsUrl"] = f"/services/data/{self._version(call)}/query/{locator}-{size}"
        return json_reply({**shown, "records": [executor.record(row, columns) for row in rows[:size]]})

    def _page_size(self, call: Call) -> int:
        options = call.headers.get("sforce-query-options", "")
        name, _, value = options.partition("=")
        if name.strip().lower() == "batchsize" and value.strip().isdigit():
            return min(PAGE, max(200, int(value)))
        return PAGE

    def _query_more(self, call: Call) -> Reply:
        locator, _, start_text = call.params["locator"].rpartition("-")
        found = self._sandbox.cursors.get(locator)
        if found is None or not start_text.isdigit():
            raise SalesforceRefusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        rows, columns, size = found
        start = int(start_text)
        end = start + size
        shown: dict[str, Any] = {"totalSize": len(rows), "done": end >= len(rows)}
        if end < len(rows):
            shown["nextRecordsUrl"] = f"/services/data/{self._version(call)}/query/{locator}-{end}"
        executor = self._executor(call, deleted=True)
        return json_reply({**shown, "records": [executor.record(row, columns) for row in rows[start:end]]})

    def _column_metadata(self, executor: Executor, query: Query) -> dict[str, Any]:
        """The undocumented ``columns=true`` answer the Salesforce CLI needs (client-conformance §4)."""
        info = executor.info(query)
        found = []
        for item, column in zip(query.selected, executor.columns(query, info), strict=False):
            name = item.alias or ("expr0" if item.function else column.path[0])
            joins = [{"columnName": column.path[1], "joinColumns": []}] if len(column.path) > 1 else []
            found.append(
                {
                    "aggregate": bool(item.function),
                    "columnName": name,
                    "displayName": name,
                    "custom": column.field.custom,
                    "apexType": "String",
                    "booleanType": column.field.type == "boolean",
                    "numberType": column.field.type in ("double", "int", "currency", "percent"),
                    "textType": column.field.type == "string",
                    "insertable": column.field.createable,
                    "updatable": column.field.updateable,
                    "foreignKeyName": None,
                    "joinColumns": joins,
                }
            )
        return {
            "columnMetadata": found,
            "entityName": info.name,
            "groupBy": bool(query.group),
            "idSelected": any(item.path.lower() == "id" for item in query.selected),
            "keyPrefix": info.prefix,
        }

    # composite ------------------------------------------------------------------------------------------------

    def _sub(self, parent: Call, method: str, url: str, body: Any) -> tuple[int, Any]:
        """One subrequest: (status, JSON body). References between subrequests are not resolved."""
        parts = urlsplit(url if url.startswith("/") else f"/services/data/{url}")
        call = Call(
            method=method.upper(),
            path=clean_path(parts.path),
            query=parse_qsl(parts.query, keep_blank_values=True),
            headers=parent.headers,
            body=b"" if body is None else json.dumps(body).encode(),
            token=parent.token,
        )
        route = self.router.find(call)
        if not isinstance(route, Route) or route.open:
            reply = self.wrong_method(call) if route == "method" else self.not_found(call)
        else:
            try:
                reply = route.handler(call)
            except Refusal as refusal:
                reply = self.refused(call, refusal)
            except BadBody as bad:
                reply = self.bad_body(call, str(bad))
        return reply.status, json.loads(reply.body) if reply.body else None

    def _composite(self, call: Call) -> Reply:
        items = call.members().get("compositeRequest")
        if not isinstance(items, list) or not items or len(items) > 25:
            raise SalesforceRefusal("INVALID_INPUT", "compositeRequest needs 1 to 25 subrequests")
        queries = sum("/query" in str(item.get("url", "")) for item in items)
        if queries > 5:
            raise SalesforceRefusal(
                "LIMIT_EXCEEDED", "Maximum number of query and collection subrequests is 5", status=400
            )
        found = []
        for item in items:
            status, body = self._sub(call, str(item.get("method", "GET")), str(item.get("url", "")), item.get("body"))
            found.append(
                {
                    "body": body,
                    "httpHeaders": {},
                    "httpStatusCode": status,
                    "referenceId": str(item.get("referenceId", "")),
                }
            )
        return json_reply({"compositeResponse": found})

    def _composite_batch(self, call: Call) -> Reply:
        items = call.members().get("batchRequests")
        if not isinstance(items, list) or not items or len(items) > 25:
            raise SalesforceRefusal("INVALID_INPUT", "batchRequests needs 1 to 25 subrequests")
        found = []
        for item in items:
            status, body = self._sub(
                call, str(item.get("method", "GET")), str(item.get("url", "")), item.get("richInput")
            )
            found.append({"statusCode": status, "result": body})
        return json_reply({"hasErrors": any(one["statusCode"] >= 400 for one in found), "results": found})


def _scalars(body: dict[str, Any]) -> dict[str, Any]:
    """Field values of a save. Nested objects are refused as the real parser does."""
    found = {}
    for name, value in body.items():
        if name == "attributes":
            continue
        if isinstance(value, (dict, list)) or (isinstance(value, float) and not math.isfinite(value)):
            raise SalesforceRefusal("JSON_PARSER_ERROR", f"Cannot deserialize field {name}")
        found[name] = value
    return found


def _uncounted(call: Call) -> bool:
    return call.name in ("salesforce.versions", "salesforce.other") or call.path.startswith("/services/oauth2")
