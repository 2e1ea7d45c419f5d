"""The HubSpot dialect: tokens, error shapes, rate-limit headers, OAuth (facts/hubspot.md §2, §7, §9)."""

from __future__ import annotations

from mergetui.sandbox.consent import consent_page, leave, refusal_page
from mergetui.sandbox.engine import REDIRECTS, Sandbox
from mergetui.sandbox.faults import Fault
from mergetui.sandbox.hubspot_contacts import Contacts
from mergetui.sandbox.hubspot_rest import Portal
from mergetui.sandbox.hubspot_shapes import correlation, error
from mergetui.sandbox.tokens import Grant, GrantRefused
from mergetui.sandbox.web import Call, Reply, Route, Router, empty_reply, json_reply
from mergetui.twin.refusals import HubSpotRefusal, Refusal

USER_ID = 88
APP_ID = 5_021_777
BURST = 190
DAILY = 1_000_000
OAUTH = r"/oauth/{v:20\d\d-\d\d|v1|v3}"


class HubSpotServer:
    crm = "hubspot"

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.url = ""
        self.router = Router()
        add = self.router.add
        add("GET", r"/oauth{account:(?:/\d+)?}/authorize", "hubspot.authorize", self._authorize, open=True)
        add("POST", r"/oauth{account:(?:/\d+)?}/authorize", "hubspot.authorize", self._decide, open=True)
        add("POST", f"{OAUTH}/token", "hubspot.token", self._token, open=True)
        add("POST", f"{OAUTH}/token/introspect", "hubspot.introspect", self._introspect, open=True)
        add("POST", f"{OAUTH}/token/revoke", "hubspot.revoke", self._revoke, open=True)
        old = "/oauth/{v:v1}"
        add("GET", f"{old}/access-tokens/{{token}}", "hubspot.introspect", self._old_info, open=True, private=True)
        add("GET", f"{old}/refresh-tokens/{{token}}", "hubspot.introspect", self._old_info, open=True, private=True)
        add("DELETE", f"{old}/refresh-tokens/{{token}}", "hubspot.revoke", self._old_revoke, open=True, private=True)
        Contacts(sandbox).add_routes(self.router)
        Portal(sandbox).add_routes(self.router)

    # the dialect ----------------------------------------------------------------------------------------------

    def token_of(self, call: Call) -> str:
        kind, _, token = call.headers.get("authorization", "").partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""

    def good(self, call: Call) -> bool:
        return self._sandbox.hubspot_grants.good(call.token, self._sandbox.now())

    def unauthorized(self, call: Call) -> Reply:
        if self._sandbox.hubspot_grants.known(call.token):
            message = "The OAuth token used to make this call expired 1 minute(s) ago."
            return error(call, 401, "EXPIRED_AUTHENTICATION", message)
        message = (
            "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
            "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
        )
        return error(call, 401, "INVALID_AUTHENTICATION", message)

    def expire(self, call: Call) -> None:
        self._sandbox.hubspot_grants.expire(call.token, self._sandbox.now())

    def gate(self, call: Call, route: Route) -> Reply | None:
        return None

    def limited(self, call: Call, fault: Fault) -> Reply:
        """The words matter: official clients repeat only on exactly these (client-conformance §6)."""
        searching = call.name == "hubspot.search"
        policy = fault.policy or ("SECONDLY" if searching else "TEN_SECONDLY_ROLLING")
        words = {"SECONDLY": "secondly", "DAILY": "daily"}.get(policy, "ten_secondly_rolling")
        body = {
            "status": "error",
            "message": f"You have reached your {words} limit.",
            "errorType": "RATE_LIMIT",
            "correlationId": correlation(call.path),
            "policyName": policy,
            "requestId": correlation(call.name),
        }
        wait = fault.retry_after_s
        return json_reply(body, 429, {} if wait is None else {"Retry-After": f"{wait:g}"})

    def locked(self, call: Call) -> Reply:
        return error(call, 423, "LOCKED", "This object is locked by another operation. Try again later.")

    def refused(self, call: Call, refusal: Refusal) -> Reply:
        if isinstance(refusal, HubSpotRefusal):
            return error(
                call, refusal.status, refusal.category, refusal.message, errors=refusal.errors, context=refusal.context
            )
        return self.broken(call)

    def bad_body(self, call: Call, text: str) -> Reply:
        return error(call, 400, "VALIDATION_ERROR", f"Invalid input JSON: {text}")

    def not_found(self, call: Call) -> Reply:
        """A path that does not exist is not HubSpot's own 404: some gateways answer HTML."""
        return Reply(404, b"<html><body><h1>Error 404 Not Found</h1></body></html>", {"Content-Type": "text/html"})

    def wrong_method(self, call: Call) -> Reply:
        return json_reply({"status": "error", "message": "Method Not Allowed", "correlationId": "-"}, 405)

    def broken(self, call: Call) -> Reply:
        return error(call, 500, "INTERNAL_ERROR", "internal error")

    def finish(self, call: Call, reply: Reply) -> None:
        reply.headers.setdefault("X-HubSpot-Correlation-Id", correlation(f"{call.path}{self._sandbox.requests}"))
        if call.name == "hubspot.search" or call.path.startswith("/oauth"):
            return  # search answers carry no rate-limit headers
        used = self._sandbox.api_used
        used["hubspot"] += 1
        left = {
            "X-HubSpot-RateLimit-Max": str(BURST),
            "X-HubSpot-RateLimit-Remaining": str(BURST - 1),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
        }
        if call.token == self._sandbox.hubspot_grants.static:  # not sent to OAuth apps
            left["X-HubSpot-RateLimit-Daily"] = str(DAILY)
            left["X-HubSpot-RateLimit-Daily-Remaining"] = str(DAILY - used["hubspot"])
        for name, value in left.items():
            reply.headers.setdefault(name, value)

    # OAuth ----------------------------------------------------------------------------------------------------

    def _authorize(self, call: Call) -> Reply:
        asked = dict(call.query)
        if asked.get("client_id") != self._sandbox.hubspot_grants.client_id:
            return refusal_page("invalid_client_id", "The client ID is missing or does not belong to an app")
        if asked.get("redirect_uri") not in REDIRECTS:
            return refusal_page("redirect_uri_mismatch", "The redirect URL does not match the app's settings")
        if not asked.get("scope"):
            return leave(asked, error="invalid_scope", error_description="missing scope")
        wishes = [*asked["scope"].split(), *asked.get("optional_scope", "").split()]
        name = f"HubSpot account {self._sandbox.world.state.portal_id}"
        return consent_page(name, call.path, asked, wishes)

    def _decide(self, call: Call) -> Reply:
        form = call.form()
        grants = self._sandbox.hubspot_grants
        if form.get("client_id") != grants.client_id or form.get("redirect_uri") not in REDIRECTS:
            return refusal_page("redirect_uri_mismatch", "The redirect URL does not match the app's settings")
        if form.get("decision") != "allow":
            return leave(form, error="access_denied", error_description="The user denied access")
        scopes = (*form.get("scope", "").split(), *form.get("optional_scope", "").split())
        code = grants.new_code(form["redirect_uri"], form.get("code_challenge", ""), scopes, self._sandbox.now())
        return leave(form, code=code)

    def _token(self, call: Call) -> Reply:
        form = call.form()
        grants, now = self._sandbox.hubspot_grants, self._sandbox.now()
        try:
            grants.check_client(form.get("client_id", ""), form.get("client_secret", ""))
            kind = form.get("grant_type")
            if kind == "authorization_code":
                grant, access = grants.exchange(
                    form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), now
                )
            elif kind == "refresh_token":
                grant, access = grants.refresh(form.get("refresh_token", ""), now)
            else:
                raise GrantRefused("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        except GrantRefused as refused:
            return _refused(refused)
        return json_reply(
            {
                "access_token": access,
                "refresh_token": grant.refresh,
                "expires_in": (grants.life_ms or 0) // 1000,
                "token_type": "bearer",
                "token_use": "access_token",
                "hub_id": int(self._sandbox.world.state.portal_id),
                "user_id": USER_ID,
                "scopes": list(grant.scopes),
            }
        )

    def _info(self, token: str, grant: Grant | None) -> dict[str, object]:
        now = self._sandbox.now()
        ends = grant.access.get(token) if grant is not None else None
        refresh = grant is not None and token == grant.refresh
        state = self._sandbox.world.state
        return {
            "token_use": "refresh_token" if refresh else "access_token",
            "token_type": "Bearer",
            "hub_id": int(state.portal_id),
            "hub_domain": state.portal_domain,
            "user": "admin@sandbox.example",
            "user_id": USER_ID,
            "app_id": APP_ID,
            "client_id": self._sandbox.hubspot_grants.client_id,
            "scopes": list(grant.scopes) if grant is not None else ["oauth"],
            "expires_in": max(0, (ends - now) // 1000) if ends is not None else 1_800,
        }

    def _introspect(self, call: Call) -> Reply:
        form = call.form()
        grants = self._sandbox.hubspot_grants
        try:
            grants.check_client(form.get("client_id", ""), form.get("client_secret", ""))
        except GrantRefused as refused:
            return _refused(refused)
        token = form.get("token", "")
        grant = grants.grant_of(token)
        active = grants.good(token, self._sandbox.now()) or (grant is not None and token == grant.refresh)
        return json_reply({"active": active, **(self._info(token, grant) if active else {})})

    def _revoke(self, call: Call) -> Reply:
        form = call.form()
        try:
            self._sandbox.hubspot_grants.check_client(form.get("client_id", ""), form.get("client_secret", ""))
        except GrantRefused as refused:
            return _refused(refused)
        self._sandbox.hubspot_grants.revoke(form.get("token", ""))
        return empty_reply()

    def _old_info(self, call: Call) -> Reply:
        token = call.params["token"]
        grant = self._sandbox.hubspot_grants.grant_of(token)
        if grant is None and token != self._sandbox.hubspot_grants.static:
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "token is invalid")
        return json_reply({"token": token, **self._info(token, grant)})

    def _old_revoke(self, call: Call) -> Reply:
        self._sandbox.hubspot_grants.revoke(call.params["token"])
        return empty_reply()


def _refused(refused: GrantRefused) -> Reply:
    words = {"invalid_grant": "BAD_REFRESH_TOKEN", "invalid_client": "BAD_CLIENT_SECRET"}
    error_code = "invalid_client" if refused.error == "invalid_client_id" else refused.error
    body = {
        "error": error_code,
        "error_description": refused.description,
        "status": words.get(refused.error, refused.error.upper()),
        "message": refused.description,
    }
    return json_reply(body, 401 if error_code == "invalid_client" else 400)
