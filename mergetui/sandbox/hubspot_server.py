"""The HubSpot dialect: tokens, scopes, rate limits, error shapes (facts/hubspot.md §2, §7, §9)."""

from __future__ import annotations

import json

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.faults import Fault
from mergetui.sandbox.hubspot_account import UTC_OFFSET_MS, Account
from mergetui.sandbox.hubspot_associations import Associations
from mergetui.sandbox.hubspot_consent import Consent
from mergetui.sandbox.hubspot_lists import Lists
from mergetui.sandbox.hubspot_oauth import SignIn
from mergetui.sandbox.hubspot_records import Records
from mergetui.sandbox.hubspot_schema import Schema
from mergetui.sandbox.hubspot_scopes import needs
from mergetui.sandbox.hubspot_shapes import correlation, error
from mergetui.sandbox.hubspot_writes import Writes
from mergetui.sandbox.limits import HubSpotLimits
from mergetui.sandbox.web import Call, Reply, Route, Router, json_reply
from mergetui.twin.refusals import HubSpotRefusal, Refusal
from mergetui.twin.stamps import iso

LONGEST_URL = 8_000
LARGEST_BODY = 1_048_576
SCOPES_PAGE = "https://developers.hubspot.com/scopes"


class HubSpotServer:
    crm = "hubspot"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = ""
        self.router = Router()
        self._limits = HubSpotLimits(UTC_OFFSET_MS)
        for part in (
            SignIn(sandbox),
            Associations(sandbox),  # before the records: …/{id}/associations/… is longer than …/{id}
            Records(sandbox),
            Writes(sandbox),
            Schema(sandbox),
            Lists(sandbox),
            Consent(sandbox),
            Account(sandbox, self._limits),
        ):
            part.add_routes(self.router)

    # tokens and scopes ----------------------------------------------------------------------------------------

    def names(self) -> set[str]:
        return self.router.names()

    def token_of(self, call: Call) -> str:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def good(self, call: Call) -> bool:
        grants = self._sandbox.hubspot_grants
        grant = grants.grant_of(call.token)
        if grant is not None and call.token == grant.refresh:
            return False
        return grants.good(call.token, self._sandbox.now())

    def unauthorized(self, call: Call) -> Reply:
        now = self._sandbox.now()
        grant = self._sandbox.hubspot_grants.grant_of(call.token)
        ends = grant.access.get(call.token) if grant is not None else None
        if self._private(call):
            ends = now  # the static token ends only by a fault, for one call
        if ends is not None and ends <= now:
            message = f"The OAuth token used to make this call expired {_ago(now - ends)} ago."
            return error(call, 401, "EXPIRED_AUTHENTICATION", message, context={"expire time": [iso(ends)]})
        message = (
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
            "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
        )
        return error(call, 401, "INVALID_AUTHENTICATION", message)

    def expire(self, call: Call) -> None:
        self._sandbox.hubspot_grants.expire(call.token, self._sandbox.now())

    def gate(self, call: Call, route: Route) -> Reply | None:
        if route.open:
            return None
        if (policy := self._over(call)) is not None:
            return self._limited(call, policy)
        if (lacking := self._lacking(call)) is not None:
            return lacking
        return self._bad_request(call)

    def _private(self, call: Call) -> bool:
        return call.token == self._sandbox.hubspot_grants.static

    def _over(self, call: Call) -> str | None:
        sandbox = self._sandbox
        if not sandbox.rate_limits:
            return None
        return self._limits.refuse(
            sandbox.now(), private=self._private(call), searching=call.name == "hubspot.search",
            daily_most=sandbox.hubspot_daily_limit,
        )  # fmt: skip

    def _lacking(self, call: Call) -> Reply | None:
        """403 when the token lacks a scope; the static token has them all."""
        if self._private(call):
            return None
        grant = self._sandbox.hubspot_grants.grant_of(call.token)
        held = set(grant.scopes) if grant is not None else set()
        lacking = [group for group in needs(call) if not held & set(group)]
        if not lacking:
            return None
        one_of = "One or more of the following scopes are required."
        return error(
            call, 403, "MISSING_SCOPES",
            "This app hasn't been granted all required scopes to make this call. Read more about required scopes "
            f"here: {SCOPES_PAGE}.",
            errors=[{"message": one_of, "context": {"requiredGranularScopes": list(group)}} for group in lacking],
            links={"scopes": SCOPES_PAGE},
        )  # fmt: skip

    def _bad_request(self, call: Call) -> Reply | None:
        """What is refused before anybody looks at the call: its length and its content type."""
        if sum(len(name) + len(value) + 2 for name, value in call.query) + len(call.path) > LONGEST_URL:
            return error(call, 414, "", "HTTP 414 Request-URI Too Long")
        if len(call.body) > LARGEST_BODY:
            return error(call, 413, "", "HTTP 413 Request Entity Too Large")
        kind = call.headers.get("content-type", "").partition(";")[0].strip().lower()
        if call.body and call.method in ("POST", "PUT", "PATCH") and not _is_json(kind):
            return error(call, 415, "", "HTTP 415 Unsupported Media Type")
        return None

    # refusals -------------------------------------------------------------------------------------------------

    def limited(self, call: Call, fault: Fault) -> Reply:
        searching = call.name == "hubspot.search"
        policy = fault.policy or ("SECONDLY" if searching else "TEN_SECONDLY_ROLLING")
        return self._limited(call, policy, fault.retry_after_s)

    def _limited(self, call: Call, policy: str, retry_after_s: float | None = None) -> Reply:
        """The words matter: official clients repeat only on exactly these (client-conformance §6). ``Retry-After`` is
        not documented, so only a fault sends one."""
        words = {"SECONDLY": "secondly", "DAILY": "daily"}.get(policy, "ten_secondly_rolling")
        body = {
            "status": "error",
            "message": f"You have reached your {words} limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": correlation(call.path),
            "policyName": policy,
            "requestId": correlation(call.name),
        }
        return json_reply(body, 429, {} if retry_after_s is None else {"Retry-After": f"{retry_after_s:g}"})

    def locked(self, call: Call) -> Reply:
        return error(call, 423, "LOCKED", "This object is locked by another operation. Try again later.")

    def refused(self, call: Call, refusal: Refusal) -> Reply:
        if isinstance(refusal, HubSpotRefusal):
            return error(
                call, refusal.status, refusal.category, refusal.message, errors=refusal.errors, context=refusal.context
            )
        return self.broken(call)

    def bad_body(self, call: Call, text: str) -> Reply:
        where = "line 1, column 1"
        try:
            json.loads(call.body or b"null")
        except json.JSONDecodeError as wrong:
            where, text = f"line {wrong.lineno}, column {wrong.colno}", wrong.msg
        except ValueError:
            text = "Invalid UTF-8"
        return error(call, 400, "VALIDATION_ERROR", f"Invalid input JSON on {where}: {text}")

    def not_found(self, call: Call) -> Reply:
        return error(call, 404, "", "resource not found")

    def wrong_method(self, call: Call) -> Reply:
        return error(call, 405, "", "HTTP 405 Method Not Allowed")

    def broken(self, call: Call) -> Reply:
        return error(call, 500, "INTERNAL_ERROR", "internal error")

    def finish(self, call: Call, reply: Reply) -> None:
        sandbox = self._sandbox
        reply.headers.setdefault("X-HubSpot-Correlation-Id", correlation(f"{call.path}{sandbox.requests}"))
        if call.path.startswith("/oauth"):
            return
        sandbox.api_used["hubspot"] += 1
        if call.name == "hubspot.search" or reply.status == 401:
            return  # search answers carry no rate-limit headers, and nobody's are known without a token
        most, now = sandbox.hubspot_daily_limit, sandbox.now()
        for name, value in self._limits.headers(now, private=self._private(call), daily_most=most).items():
            reply.headers.setdefault(name, value)


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _ago(ms: int) -> str:
    """``5 minute(s)``, as HubSpot words it."""
    seconds = ms // 1000
    for size, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return f"{seconds // size} {name}(s)"
    return f"{seconds} second(s)"
