"""Signing in to HubSpot: authorize page, tokens, introspection, revocation (facts/hubspot.md §7).

Errors carry both forms: OAuth's ``error`` / ``error_description`` and HubSpot's ``status`` (``BAD_…``) / ``message``.
"""

from __future__ import annotations

import re
from typing import Any

from mergetui.sandbox.consent import consent_page, leave, refusal_page
from mergetui.sandbox.engine import REDIRECTS, Sandbox
from mergetui.sandbox.hubspot_scopes import KNOWN
from mergetui.sandbox.hubspot_shapes import VERSIONS, correlation, error
from mergetui.sandbox.tokens import Grant, GrantRefused
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply

USER_ID = 88
APP_ID = 5_021_777
USER = "admin@sandbox.example"
BASE = f"/oauth/{{v:{VERSIONS}|v1|v3}}"


class SignIn:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def add_routes(self, router: Router) -> None:
        add = router.add
        add("GET", r"/oauth{account:(?:/\d+)?}/authorize", "hubspot.authorize", self._authorize, open=True)
        add("POST", r"/oauth{account:(?:/\d+)?}/authorize", "hubspot.authorize", self._decide, open=True)
        add("POST", f"{BASE}/token", "hubspot.token", self._token, open=True)
        add("POST", f"{BASE}/token/introspect", "hubspot.introspect", self._introspect, open=True)
        add("POST", f"{BASE}/token/revoke", "hubspot.revoke", self._revoke, open=True)
        old = "/oauth/{v:v1}"
        add("GET", f"{old}/access-tokens/{{token}}", "hubspot.introspect", self._access_info, open=True, private=True)
        add("GET", f"{old}/refresh-tokens/{{token}}", "hubspot.introspect", self._refresh_info, open=True, private=True)
        add("DELETE", f"{old}/refresh-tokens/{{token}}", "hubspot.revoke", self._old_revoke, open=True, private=True)

    # the page -------------------------------------------------------------------------------------------------

    def _authorize(self, call: Call) -> Reply:
        asked = dict(call.query)
        if (wrong := self._wrong(asked)) is not None:
            return wrong
        if not asked.get("scope"):
            return leave(asked, error="invalid_scope", error_description="missing scope")
        state = self._sandbox.world.state
        if call.params["account"] and call.params["account"].strip("/") != state.portal_id:
            return refusal_page("access_denied", "You do not have access to this account")
        name = f"HubSpot account {state.portal_id}"
        return consent_page(name, call.path, asked, _wishes(asked))

    def _wrong(self, asked: dict[str, str]) -> Reply | None:
        """What must not travel to the redirect URL."""
        if asked.get("client_id") != self._sandbox.hubspot_grants.client_id:
            return refusal_page("invalid_client_id", "The client ID is missing or does not belong to an app")
        if not self._registered(asked.get("redirect_uri", "")):
            return refusal_page("redirect_uri_mismatch", "The redirect URL does not match the app's settings")
        if set(_wishes(asked)) - KNOWN:
            text = "There is a mismatch between the scopes in the install URL and the app's configured scopes"
            return refusal_page("invalid_scope", text)
        return None

    def _registered(self, redirect: str) -> bool:
        if redirect in REDIRECTS:
            return True
        if not self._sandbox.world.settings.redirect_any_port:
            return False
        return _without_port(redirect) in {_without_port(known) for known in REDIRECTS}

    def _decide(self, call: Call) -> Reply:
        form = call.form()
        if (wrong := self._wrong(form)) is not None:
            return wrong
        if form.get("decision") != "allow":
            return leave(form, error="access_denied", error_description="The user denied access")
        scopes = tuple(dict.fromkeys(_wishes(form)))
        now = self._sandbox.now()
        code = self._sandbox.hubspot_grants.new_code(form["redirect_uri"], form.get("code_challenge", ""), scopes, now)
        return leave(form, code=code)

    # tokens ---------------------------------------------------------------------------------------------------

    def _client(self, call: Call) -> dict[str, str] | Reply:
        """The form of a known client, or the refusal."""
        kind = call.headers.get("content-type", "application/x-www-form-urlencoded").partition(";")[0].strip().lower()
        if kind != "application/x-www-form-urlencoded":
            return error(call, 415, "", "HTTP 415 Unsupported Media Type")
        form = call.form()
        try:
            grants = self._sandbox.hubspot_grants
            secretless = self._sandbox.world.settings.pkce_without_secret and form.get("code_verifier")
            given = form.get("client_secret", "") or (grants.secret if secretless else "")
            grants.check_client(form.get("client_id", ""), given)
        except GrantRefused as refused:
            if refused.error == "invalid_client_id":
                return _no("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id", 401)
            return _no("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret", 401)
        return form

    def _token(self, call: Call) -> Reply:
        form = self._client(call)
        if isinstance(form, Reply):
            return form
        kind = form.get("grant_type")
        grants, now = self._sandbox.hubspot_grants, self._sandbox.now()
        if kind == "authorization_code":
            code, redirect = form.get("code", ""), form.get("redirect_uri", "")
            if not self._registered(redirect):
                return _no("invalid_grant", "BAD_REDIRECT_URI", "missing or invalid redirect uri")
            try:
                grant, access = grants.exchange(code, redirect, form.get("code_verifier", ""), now)
            except GrantRefused as refused:
                if refused.error == "redirect_uri_mismatch":
                    return _no("invalid_grant", "BAD_REDIRECT_URI", "redirect uri does not match the auth code's")
                if "verifier" in refused.description:
                    return _no("invalid_grant", "BAD_CODE_VERIFIER", "missing or invalid code verifier")
                return _no("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
        elif kind == "refresh_token":
            try:
                grant, access = grants.refresh(form.get("refresh_token", ""), now)
            except GrantRefused:
                return _no("invalid_grant", "BAD_REFRESH_TOKEN", "missing or invalid refresh token")
        else:
            text = "missing or unknown grant type"
            return _no("unsupported_grant_type", "BAD_GRANT_TYPE", text)
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

    # looking at tokens ----------------------------------------------------------------------------------------

    def _live(self, token: str) -> Grant | None:
        """The grant of a usable access token or of a refresh token."""
        grants = self._sandbox.hubspot_grants
        grant = grants.grant_of(token)
        if grant is None or token == grant.refresh:
            return grant
        return grant if grants.good(token, self._sandbox.now()) else None

    def _info(self, token: str, grant: Grant | None) -> dict[str, Any]:
        """``grant`` None: the static token, which has every scope and no end."""
        state = self._sandbox.world.state
        ends = grant.access.get(token) if grant is not None else None
        found: dict[str, Any] = {
            "hub_id": int(state.portal_id),
            "hub_domain": state.portal_domain,
            "user": USER,
            "user_id": USER_ID,
            "app_id": APP_ID,
            "client_id": self._sandbox.hubspot_grants.client_id,
            "scopes": list(grant.scopes) if grant is not None else sorted(KNOWN),
        }
        if grant is None or token != grant.refresh:
            found["expires_in"] = max(0, (ends - self._sandbox.now()) // 1000) if ends is not None else 1_800
        return found

    def _introspect(self, call: Call) -> Reply:
        form = self._client(call)
        if isinstance(form, Reply):
            return form
        token = form.get("token", "")
        grant = self._live(token)
        if grant is None and token != self._sandbox.hubspot_grants.static:
            return json_reply({"active": False})
        use = "refresh_token" if grant is not None and token == grant.refresh else "access_token"
        return json_reply({"active": True, "token_use": use, "token_type": "Bearer", **self._info(token, grant)})

    def _access_info(self, call: Call) -> Reply:
        token = call.params["token"]
        grant = self._live(token)
        if (grant is None and token != self._sandbox.hubspot_grants.static) or (grant and token == grant.refresh):
            return error(call, 404, "OBJECT_NOT_FOUND", "The access token is unknown or has expired")
        found = self._info(token, grant)
        del found["client_id"]
        return json_reply({"token": token, "token_type": "access", **found})

    def _refresh_info(self, call: Call) -> Reply:
        token = call.params["token"]
        grant = self._live(token)
        if grant is None or token != grant.refresh:
            return error(call, 404, "OBJECT_NOT_FOUND", "The refresh token is unknown")
        return json_reply({"token": token, "token_type": "refresh", **self._info(token, grant)})

    # revoking -------------------------------------------------------------------------------------------------

    def _revoke(self, call: Call) -> Reply:
        """Unknown tokens are no error (RFC 7009)."""
        form = self._client(call)
        if isinstance(form, Reply):
            return form
        grants, token = self._sandbox.hubspot_grants, form.get("token", "")
        if self._sandbox.world.settings.revoke_ends_access or not grants.revoke_refresh(token):
            grants.revoke(token)
        return empty_reply()

    def _old_revoke(self, call: Call) -> Reply:
        """Leaves the access tokens alone (facts/hubspot.md §7)."""
        self._sandbox.hubspot_grants.revoke_refresh(call.params["token"])
        return empty_reply()


def _wishes(asked: dict[str, str]) -> list[str]:
    return [*asked.get("scope", "").split(), *asked.get("optional_scope", "").split()]


def _without_port(redirect: str) -> str:
    return re.sub(r"^(http://localhost):\d{1,5}(?=/)", r"\1", redirect)


def _no(name: str, status: str, text: str, code: int = 400) -> Reply:
    body = {"error": name, "error_description": text, "status": status, "message": text}
    return json_reply({**body, "correlationId": correlation(status)}, code, {"Cache-Control": "no-store"})
