"""Salesforce REST: the dialect of errors and tokens, and the table of routes (facts/salesforce.md §3, §4, §13)."""

from __future__ import annotations

from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.faults import Fault
from mergetui.sandbox.salesforce_bulk import Bulk
from mergetui.sandbox.salesforce_collections import Collections
from mergetui.sandbox.salesforce_composite import Composite
from mergetui.sandbox.salesforce_errors import MISSING, NEWEST, OLDEST, V, error, refusal_reply, version_of
from mergetui.sandbox.salesforce_feeds import Feeds
from mergetui.sandbox.salesforce_found import LiveQueries
from mergetui.sandbox.salesforce_limits import limits
from mergetui.sandbox.salesforce_oauth import SalesforceOAuth
from mergetui.sandbox.salesforce_queries import Queries
from mergetui.sandbox.salesforce_records import Records
from mergetui.sandbox.salesforce_soap import Soap
from mergetui.sandbox.web import Call, Handler, Reply, Route, Router, empty_reply, json_reply
from mergetui.twin.refusals import Refusal, SalesforceRefusal

METHODS = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE")
_SAVES = ("salesforce.create", "salesforce.update", "salesforce.delete")


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
        live = LiveQueries(sandbox)
        self._bulk, self._queries = Bulk(sandbox, live), Queries(sandbox, live)
        self._add_routes()

    def _add(self, method: str, path: str, name: str, handler: Handler, **options: Any) -> None:
        """What can be read can also be asked for its head."""
        self.router.add(method, path, f"salesforce.{name}", handler, **options)
        if method == "GET":
            self.router.add("HEAD", path, f"salesforce.{name}", handler, **options)

    def _add_routes(self) -> None:
        add, sandbox, bulk = self._add, self._sandbox, self._bulk
        records, queries, feeds = Records(sandbox), self._queries, Feeds(sandbox)
        many = Collections(sandbox, records)
        composite = Composite(sandbox, self.router, self)
        add("GET", "/services/data", "versions", self._versions, open=True)
        add("GET", V, "resources", self._resources)
        add("GET", f"{V}/limits", "limits", self._limits)
        add("GET", f"{V}/recent", "recent", records.recent)
        add("GET", f"{V}/sobjects", "describe", records.sobjects)
        add("GET", f"{V}/sobjects/{{object}}/describe", "describe", records.describe)
        add("GET", f"{V}/sobjects/{{object}}/deleted", "deleted", feeds.deleted)
        add("GET", f"{V}/sobjects/{{object}}/updated", "updated", feeds.updated)
        add("GET", f"{V}/sobjects/{{object}}", "describe", records.basic)
        add("POST", f"{V}/sobjects/{{object}}", "create", records.create)
        add("GET", f"{V}/sobjects/{{object}}/{{id}}", "row", records.read)
        add("POST", f"{V}/sobjects/{{object}}/{{id}}", "update", records.overridden)
        add("PATCH", f"{V}/sobjects/{{object}}/{{id}}", "update", records.update)
        add("DELETE", f"{V}/sobjects/{{object}}/{{id}}", "delete", records.delete)
        add("GET", f"{V}/{{verb:query|queryAll}}", "query", queries.query)
        add("GET", f"{V}/{{verb:query|queryAll}}/{{locator}}", "query", queries.more)
        add("POST", f"{V}/composite", "composite", composite.composite)
        add("POST", f"{V}/composite/batch", "composite", composite.batch)
        add("POST", f"{V}/composite/sobjects", "create_many", many.create)
        add("PATCH", f"{V}/composite/sobjects", "update_many", many.update)
        add("DELETE", f"{V}/composite/sobjects", "delete_many", many.delete)
        add("GET", f"{V}/composite/sobjects/{{object}}", "rows", many.read_by_url)
        add("POST", f"{V}/composite/sobjects/{{object}}", "rows", many.read)
        add("GET", f"{V}/jobs/query", "bulk", bulk.list)
        add("POST", f"{V}/jobs/query", "bulk", bulk.create)
        add("GET", f"{V}/jobs/query/{{id}}", "bulk", bulk.info)
        add("PATCH", f"{V}/jobs/query/{{id}}", "bulk", bulk.change)
        add("DELETE", f"{V}/jobs/query/{{id}}", "bulk", bulk.delete)
        add("GET", f"{V}/jobs/query/{{id}}/results", "bulk_results", bulk.results)
        add("GET", f"{V}/jobs/query/{{id}}/resultPages", "bulk_results", bulk.pages)

    # the dialect ----------------------------------------------------------------------------------------------

    def names(self) -> set[str]:
        return self.router.names() | self._soap.names()

    def token_of(self, call: Call) -> str:
        """SOAP reads its SessionHeader only: an Authorization header does not sign anybody in there."""
        if self._soap.is_soap(call):
            return self._soap.session_of(call)
        given = call.headers.get("authorization", "")
        kind, _, token = given.partition(" ")
        if kind.lower() in ("bearer", "oauth"):
            return token.strip()
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
        """The daily limit is the only one simulated; OAuth and the list of versions never count. A body that says it is
        no JSON is not read."""
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        reads = call.method in ("POST", "PATCH", "PUT") and call.path.startswith("/services/data/")
        if reads and call.body and kind and not kind.endswith("json"):
            return error("UNSUPPORTED_MEDIA_TYPE", f"Content type '{kind[:60]}' is not supported", 415)
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
        if not isinstance(refusal, SalesforceRefusal):
            return self.broken(call)
        version = f"v{call.params['v']}" if "v" in call.params else f"v{NEWEST}.0"
        return refusal_reply(refusal, saving=call.name in _SAVES, version=version)

    def bad_body(self, call: Call, text: str) -> Reply:
        return error("JSON_PARSER_ERROR", text)

    def _stranger(self, call: Call) -> bool:
        """Who asks for what is not there is asked for a token first; only OAuth and the list of versions are open."""
        return call.path.startswith("/services/data/") and not self.good(call)

    def not_found(self, call: Call) -> Reply:
        return self.unauthorized(call) if self._stranger(call) else error("NOT_FOUND", MISSING, 404)

    def wrong_method(self, call: Call) -> Reply:
        if self._stranger(call) and call.method != "OPTIONS":
            return self.unauthorized(call)
        allowed = [name for name in METHODS if isinstance(self._route(call, name), Route)]
        headers = {"Allow": ",".join([*allowed, "OPTIONS"])}
        if call.method == "OPTIONS":
            reply = empty_reply(200)
        else:
            message = f"HTTP Method '{call.method}' not allowed. Allowed are {','.join(allowed)}"
            reply = error("METHOD_NOT_ALLOWED", message, 405)
        reply.headers.update(headers)
        return reply

    def _route(self, call: Call, method: str) -> Route | str | None:
        return self.router.find(Call(method=method, path=call.path, body=call.body))

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

    def _resources(self, call: Call) -> Reply:
        base = f"/services/data/{version_of(call)}"
        names = ("composite", "jobs", "limits", "query", "queryAll", "recent", "sobjects")
        state = self._sandbox.world.state
        identity = f"{self.url}/id/{state.org_id}/{state.admin_id}"
        return json_reply({**{name: f"{base}/{name}" for name in names}, "identity": identity})

    def _limits(self, call: Call) -> Reply:
        version_of(call)
        most = self._sandbox.salesforce_daily_limit
        left = max(0, most - self._sandbox.api_used["salesforce"])
        return json_reply(limits((most, left), self._bulk.left()))


def _uncounted(call: Call) -> bool:
    """The list of versions and OAuth never count; what is no resource at all does not either, outside of REST."""
    if call.name == "salesforce.other":
        return not call.path.startswith("/services/data/v")
    return call.name == "salesforce.versions" or call.path.startswith("/services/oauth2")
