"""Salesforce OAuth: authorization code with PKCE, rotating refresh tokens, identity (facts/salesforce.md §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from mergetui.sandbox.consent import consent_page, leave, refusal_page
from mergetui.sandbox.engine import REDIRECTS, Sandbox
from mergetui.sandbox.tokens import Grant, GrantRefused
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply
from mergetui.twin.state import Row

if TYPE_CHECKING:
    from mergetui.sandbox.salesforce_rest import SalesforceServer

BASE = "/services/oauth2"


class SalesforceOAuth:
    def __init__(self, sandbox: Sandbox, server: SalesforceServer) -> None:
        self._sandbox = sandbox
        self._server = server

    def add_routes(self, router: Router) -> None:
        router.add("GET", f"{BASE}/authorize", "salesforce.authorize", self._authorize, open=True)
        router.add("POST", f"{BASE}/authorize", "salesforce.authorize", self._decide, open=True)
        router.add("POST", f"{BASE}/token", "salesforce.token", self._token, open=True)
        router.add("POST", f"{BASE}/revoke", "salesforce.revoke", self._revoke, open=True)
        router.add("POST", f"{BASE}/introspect", "salesforce.introspect", self._introspect, open=True)
        router.add("GET", f"{BASE}/userinfo", "salesforce.userinfo", self._userinfo)
        router.add("GET", "/id/{org}/{user}", "salesforce.identity", self._identity)

    def _authorize(self, call: Call) -> Reply:
        asked = dict(call.query)
        grants = self._sandbox.salesforce_grants
        if asked.get("client_id") != grants.client_id:
            return refusal_page("invalid_client_id", "client identifier invalid")
        if asked.get("redirect_uri") not in REDIRECTS:
            return refusal_page("redirect_uri_mismatch", "redirect_uri must match configuration")
        if asked.get("response_type") != "code":
            return leave(asked, error="unsupported_response_type", error_description="response type must be code")
        if not asked.get("code_challenge"):
            return leave(asked, error="invalid_request", error_description="missing required code challenge")
        name = f"Salesforce {self._sandbox.world.state.org_name}"
        return consent_page(name, f"{BASE}/authorize", asked, asked.get("scope", "").split())

    def _decide(self, call: Call) -> Reply:
        form = call.form()
        grants = self._sandbox.salesforce_grants
        if form.get("client_id") != grants.client_id or form.get("redirect_uri") not in REDIRECTS:
            return refusal_page("redirect_uri_mismatch", "redirect_uri must match configuration")
        if form.get("decision") != "allow":
            return leave(form, error="access_denied", error_description="end-user denied authorization")
        scopes = tuple(form.get("scope", "api refresh_token").split())
        code = grants.new_code(form["redirect_uri"], form.get("code_challenge", ""), scopes, self._sandbox.now())
        return leave(form, code=code)

    def _token(self, call: Call) -> Reply:
        form = call.form()
        grants, now = self._sandbox.salesforce_grants, self._sandbox.now()
        try:
            grants.check_client(form.get("client_id", ""), form.get("client_secret", ""))
            kind = form.get("grant_type")
            if kind == "authorization_code":
                grant, access = grants.exchange(
                    form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", ""), now
                )
                return self._tokens(grant, access, refresh=True)
            if kind == "refresh_token":
                grant, access = grants.refresh(form.get("refresh_token", ""), now)
                return self._tokens(grant, access, refresh=True)
            raise GrantRefused("unsupported_grant_type", "grant type not supported")
        except GrantRefused as refused:
            return _error(refused)

    def _tokens(self, grant: Grant, access: str, *, refresh: bool) -> Reply:
        state = self._sandbox.world.state
        found: dict[str, Any] = {
            "access_token": access,
            "signature": "c2FuZGJveC1zaWduYXR1cmU=",
            "scope": " ".join(grant.scopes),
            "instance_url": self._server.url,
            "id": f"{self._server.url}/id/{state.org_id}/{state.admin_id}",
            "token_type": "Bearer",
            "issued_at": str(self._sandbox.now()),
        }
        if refresh:
            found["refresh_token"] = grant.refresh
        return json_reply(found, headers={"Cache-Control": "no-store"})

    def _revoke(self, call: Call) -> Reply:
        token = call.form().get("token") or call.first("token")
        if self._sandbox.salesforce_grants.revoke(token):
            return empty_reply(200)
        return _error(GrantRefused("unsupported_token_type", "this token type is not supported"))

    def _introspect(self, call: Call) -> Reply:
        form = call.form()
        grants = self._sandbox.salesforce_grants
        token = form.get("token", "")
        if not grants.good(token, self._sandbox.now()):
            return json_reply({"active": False})
        state = self._sandbox.world.state
        return json_reply(
            {
                "active": True,
                "scope": "api refresh_token",
                "client_id": grants.client_id,
                "username": str(self._user().values.get("Username") or ""),
                "sub": f"{self._server.url}/id/{state.org_id}/{state.admin_id}",
                "token_type": "access_token",
            }
        )

    def _user(self) -> Row:
        state = self._sandbox.world.state
        row = state.row(state.admin_id)
        if row is None:
            raise LookupError("the world has no admin user")
        return row

    def _userinfo(self, call: Call) -> Reply:
        state = self._sandbox.world.state
        user = self._user().values
        return json_reply(
            {
                "sub": f"{self._server.url}/id/{state.org_id}/{state.admin_id}",
                "user_id": state.admin_id,
                "organization_id": state.org_id,
                "preferred_username": user.get("Username") or user.get("Email"),
                "nickname": user.get("Alias") or "admin",
                "name": user.get("Name"),
                "email": user.get("Email"),
                "email_verified": True,
                "zoneinfo": user.get("TimeZoneSidKey") or "Europe/Berlin",
                "user_type": "STANDARD",
                "active": True,
            }
        )

    def _identity(self, call: Call) -> Reply:
        state = self._sandbox.world.state
        user = self._user().values
        url = self._server.url
        return json_reply(
            {
                "id": f"{url}/id/{quote(state.org_id)}/{quote(state.admin_id)}",
                "asserted_user": True,
                "user_id": state.admin_id,
                "organization_id": state.org_id,
                "username": user.get("Username") or user.get("Email"),
                "display_name": user.get("Name"),
                "email": user.get("Email"),
                "active": True,
                "user_type": "STANDARD",
                "urls": {
                    "rest": f"{url}/services/data/v{{version}}/",
                    "sobjects": f"{url}/services/data/v{{version}}/sobjects/",
                    "query": f"{url}/services/data/v{{version}}/query/",
                    "partner": f"{url}/services/Soap/u/{{version}}/{state.org_id[:15]}",
                },
            }
        )


def _error(refused: GrantRefused) -> Reply:
    return json_reply(
        {"error": refused.error, "error_description": refused.description}, 400, {"Cache-Control": "no-store"}
    )
