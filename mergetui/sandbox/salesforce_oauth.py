"""Salesforce OAuth: authorization code with PKCE, rotating refresh tokens, identity (facts/salesforce.md §2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from mergetui.sandbox.consent import consent_page, leave, refusal_page
from mergetui.sandbox.engine import REDIRECTS, Sandbox
from mergetui.sandbox.tokens import Grant, GrantRefused, Grants
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply, text_reply
from mergetui.twin.stamps import salesforce_time
from mergetui.twin.state import Row

if TYPE_CHECKING:
    from mergetui.sandbox.salesforce_rest import SalesforceServer

BASE = "/services/oauth2"
SCOPES = frozenset(
    {
        "api", "web", "full", "refresh_token", "offline_access", "id", "openid", "profile", "email", "address", "phone",
        "chatter_api", "visualforce", "custom_permissions", "content", "lightning", "wave_api", "eclair_api",
        "pardot_api", "cdp_query_api", "cdp_profile_api", "sfap_api",
    }
)  # fmt: skip
DEFAULT_SCOPES = ("api", "refresh_token")
_REFRESHING = frozenset({"refresh_token", "offline_access"})
_MINUTE = 60_000
_NOT_OFFERED = {
    "client_credentials": ("invalid_grant", "no client credentials user enabled"),
    "urn:ietf:params:oauth:grant-type:jwt-bearer": ("invalid_grant", "user hasn't approved this consumer"),
}
"""Grants that other apps of the real server could use, and what they answer where nobody enabled them. Passwords and
devices are not offered at all: retired (facts §2)."""


class SalesforceOAuth:
    def __init__(self, sandbox: Sandbox, server: SalesforceServer) -> None:
        self._sandbox = sandbox
        self._server = server

    def add_routes(self, router: Router) -> None:
        add = router.add
        add("GET", f"{BASE}/authorize", "salesforce.authorize", self._authorize, open=True)
        add("POST", f"{BASE}/authorize", "salesforce.authorize", self._decide, open=True)
        add("POST", f"{BASE}/token", "salesforce.token", self._token, open=True)
        add("GET", f"{BASE}/revoke", "salesforce.revoke", self._revoke, open=True)
        add("POST", f"{BASE}/revoke", "salesforce.revoke", self._revoke, open=True)
        add("POST", f"{BASE}/introspect", "salesforce.introspect", self._introspect, open=True)
        add("GET", f"{BASE}/userinfo", "salesforce.userinfo", self._userinfo, open=True)
        add("POST", f"{BASE}/userinfo", "salesforce.userinfo", self._userinfo, open=True)
        add("GET", "/id/{org}/{user}", "salesforce.identity", self._identity, open=True)
        add("POST", "/id/{org}/{user}", "salesforce.identity", self._identity, open=True)

    def _grants(self) -> Grants:
        """The grants, set to what the org's settings say now."""
        grants, settings = self._sandbox.salesforce_grants, self._sandbox.world.settings
        grants.rotating = settings.refresh_rotation
        grants.life_ms = settings.session_minutes * _MINUTE or None
        grants.idle = True
        grants.most = 5
        grants.jwt_issuer = self._server.url if settings.jwt_tokens else ""
        return grants

    # the browser's part -----------------------------------------------------------------------------------------

    def _authorize(self, call: Call) -> Reply:
        asked = dict(call.query)
        settings = self._sandbox.world.settings
        if asked.get("client_id") != self._grants().client_id:
            return refusal_page("invalid_client_id", "client identifier invalid")
        if asked.get("redirect_uri") not in REDIRECTS:
            return refusal_page("redirect_uri_mismatch", "redirect_uri must match configuration")
        if settings.app_installed == "page":
            return refusal_page(
                "OAUTH_APPROVAL_ERROR_GENERIC", "An unexpected error has occurred during authentication."
            )
        if settings.app_installed == "redirect":
            return leave(asked, error="invalid_client", error_description="app must be installed into org")
        if problem := _problem(asked):
            return leave(asked, error=problem[0], error_description=problem[1])
        name = f"Salesforce {self._sandbox.world.state.org_name}"
        return consent_page(name, f"{BASE}/authorize", asked, _scopes(asked))

    def _decide(self, call: Call) -> Reply:
        form = call.form()
        grants = self._grants()
        if form.get("client_id") != grants.client_id or form.get("redirect_uri") not in REDIRECTS:
            return refusal_page("redirect_uri_mismatch", "redirect_uri must match configuration")
        if form.get("decision") != "allow":
            return leave(form, error="access_denied", error_description="end-user denied authorization")
        if problem := _problem(form):
            return leave(form, error=problem[0], error_description=problem[1])
        code = grants.new_code(form["redirect_uri"], form["code_challenge"], _scopes(form), self._sandbox.now())
        return leave(form, code=code)

    # tokens -----------------------------------------------------------------------------------------------------

    def _token(self, call: Call) -> Reply:
        form = call.form()
        grants, now = self._grants(), self._sandbox.now()
        kind = form.get("grant_type", "")
        try:
            if kind not in ("authorization_code", "refresh_token", *_NOT_OFFERED):
                raise GrantRefused("unsupported_grant_type", "grant type not supported")
            if kind != "urn:ietf:params:oauth:grant-type:jwt-bearer":  # its client is named in the assertion
                grants.check_client(*_client(call, form))
            if kind in _NOT_OFFERED:
                raise GrantRefused(*_NOT_OFFERED[kind])
            if kind == "authorization_code":
                code = form.get("code", "")
                refreshable = bool(_REFRESHING & set(grants.scopes_of(code)))
                grant, access = grants.exchange(
                    code, form.get("redirect_uri", ""), form.get("code_verifier", ""), now, refreshable=refreshable
                )
                return self._tokens(grant, access, told=refreshable)
            grant, access = grants.refresh(form.get("refresh_token", ""), now)
            return self._tokens(grant, access, told=grants.rotating)
        except GrantRefused as refused:
            return _error(refused)

    def _tokens(self, grant: Grant, access: str, *, told: bool) -> Reply:
        """``told``: the refresh token is new, so the answer has it."""
        state, settings = self._sandbox.world.state, self._sandbox.world.settings
        identity = f"{self._server.url}/id/{state.org_id}/{state.admin_id}"
        issued = str(self._sandbox.now())
        found: dict[str, Any] = {"access_token": access}
        if told:
            found["refresh_token"] = grant.refresh
        found.update(
            signature=_signature(self._sandbox.salesforce_grants, identity + issued),
            scope=" ".join(grant.scopes),
            instance_url=self._server.url,
            id=identity,
            token_type="Bearer",  # noqa: S106  # no password
            issued_at=issued,
        )
        if settings.jwt_tokens:
            found["api_instance_url"] = self._server.url
        if settings.expires_in_told:
            found["expires_in"] = (settings.session_minutes or 120) * 60
        return json_reply(found, headers={"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"})

    def _revoke(self, call: Call) -> Reply:
        """An access token dies alone, a refresh token with all that came from it."""
        token = call.form().get("token") or call.first("token")
        grants = self._grants()
        if grants.revoke_access(token) or grants.revoke(token):
            return empty_reply(200)
        if token == grants.static:  # the sandbox's own: it ends only through a fault
            return empty_reply(200)
        return _error(GrantRefused("unsupported_token_type", "this token type is not supported"))

    def _introspect(self, call: Call) -> Reply:
        form = call.form()
        grants, now = self._grants(), self._sandbox.now()
        try:
            grants.check_client(*_client(call, form))
        except GrantRefused:
            return _error(GrantRefused("invalid_client", "invalid client credentials"), 401)
        token = form.get("token", "")
        grant = grants.grant_of(token)
        refreshing = grant is not None and token == grant.refresh
        ends = grants.ends(token)
        if not refreshing and not grants.good(token, now):
            return json_reply({"active": False})
        state = self._sandbox.world.state
        found: dict[str, Any] = {
            "active": True,
            "scope": " ".join(grant.scopes if grant is not None else DEFAULT_SCOPES),
            "client_id": grants.client_id,
            "username": _username(self._user()),
            "sub": f"{self._server.url}/id/{state.org_id}/{state.admin_id}",
            "token_type": "refresh_token" if refreshing else "access_token",
            "iat": self._sandbox.started_at // 1000,
            "nbf": self._sandbox.started_at // 1000,
        }
        if ends is not None:
            found["exp"] = ends // 1000
        return json_reply(found)

    # who am I ---------------------------------------------------------------------------------------------------

    def _user(self) -> Row:
        state = self._sandbox.world.state
        row = state.row(state.admin_id)
        if row is None:
            raise LookupError("the world has no admin user")
        return row

    def _denied(self, call: Call) -> Reply | None:
        """These two answer a bad token with 403 and one word instead of the API's 401 array."""
        token = call.token or call.first("oauth_token") or call.first("access_token")
        if not token and call.method == "POST":
            token = call.form().get("access_token", "")
        if not token:
            return text_reply("Missing_OAuth_Token", 403)
        if not self._sandbox.salesforce_grants.good(token, self._sandbox.now()):
            return text_reply("Bad_OAuth_Token", 403)
        return None

    def _userinfo(self, call: Call) -> Reply:
        if denied := self._denied(call):
            return denied
        state, row = self._sandbox.world.state, self._user()
        user = row.values
        return json_reply(
            {
                "sub": f"{self._server.url}/id/{state.org_id}/{state.admin_id}",
                "user_id": state.admin_id,
                "organization_id": state.org_id,
                "preferred_username": _username(row),
                "nickname": user.get("Alias") or "admin",
                "name": user.get("Name"),
                "email": user.get("Email"),
                "email_verified": True,
                "given_name": user.get("FirstName"),
                "family_name": user.get("LastName"),
                "zoneinfo": user.get("TimeZoneSidKey") or "Europe/Berlin",
                "photos": self._photos(),
                "profile": f"{self._server.url}/{state.admin_id}",
                "address": {},
                "is_app_installed": True,
                "active": True,
                "user_type": "STANDARD",
                "language": user.get("LanguageLocaleKey") or "en_US",
                "locale": user.get("LocaleSidKey") or "en_US",
                "utcOffset": 3_600_000,
                "updated_at": self._modified(row),
                "urls": self._urls(),
            }
        )

    def _identity(self, call: Call) -> Reply:
        if denied := self._denied(call):
            return denied
        state, row = self._sandbox.world.state, self._user()
        if call.params["org"][:15] != state.org_id[:15]:
            return text_reply("Wrong_Org", 403)
        if call.params["user"][:15] != state.admin_id[:15]:
            return text_reply("Bad_Id", 404)
        user = row.values
        return json_reply(
            {
                "id": f"{self._server.url}/id/{state.org_id}/{state.admin_id}",
                "asserted_user": True,
                "user_id": state.admin_id,
                "organization_id": state.org_id,
                "username": _username(row),
                "nick_name": user.get("Alias") or "admin",
                "display_name": user.get("Name"),
                "email": user.get("Email"),
                "email_verified": True,
                "first_name": user.get("FirstName"),
                "last_name": user.get("LastName"),
                "timezone": user.get("TimeZoneSidKey") or "Europe/Berlin",
                "photos": self._photos(),
                "addr_street": None,
                "addr_city": None,
                "addr_state": None,
                "addr_country": None,
                "addr_zip": None,
                "mobile_phone": None,
                "mobile_phone_verified": False,
                "is_lightning_login_user": False,
                "status": {"created_date": None, "body": None},
                "urls": self._urls(),
                "active": True,
                "user_type": "STANDARD",
                "language": user.get("LanguageLocaleKey") or "en_US",
                "locale": user.get("LocaleSidKey") or "en_US",
                "utcOffset": 3_600_000,
                "last_modified_date": self._modified(row),
                "is_app_installed": True,
            }
        )

    def _modified(self, row: Row) -> str | None:
        stamp = row.values.get("LastModifiedDate")
        return salesforce_time(stamp) if isinstance(stamp, int) else None

    def _photos(self) -> dict[str, str]:
        return {
            "picture": f"{self._server.url}/profilephoto/005/F",
            "thumbnail": f"{self._server.url}/profilephoto/005/T",
        }

    def _urls(self) -> dict[str, str]:
        """Addresses with ``{version}`` in them, as the real answer has them."""
        url, state = self._server.url, self._sandbox.world.state
        rest = f"{url}/services/data/v{{version}}/"
        return {
            "enterprise": f"{url}/services/Soap/c/{{version}}/{state.org_id[:15]}",
            "metadata": f"{url}/services/Soap/m/{{version}}/{state.org_id[:15]}",
            "partner": f"{url}/services/Soap/u/{{version}}/{state.org_id[:15]}",
            "rest": rest,
            "sobjects": f"{rest}sobjects/",
            "search": f"{rest}search/",
            "query": f"{rest}query/",
            "recent": f"{rest}recent/",
            "tooling_soap": f"{url}/services/Soap/T/{{version}}/{state.org_id[:15]}",
            "tooling_rest": f"{rest}tooling/",
            "profile": f"{url}/{state.admin_id}",
            "feeds": f"{rest}chatter/feeds",
            "groups": f"{rest}chatter/groups",
            "users": f"{rest}chatter/users",
            "feed_items": f"{rest}chatter/feed-items",
            "feed_elements": f"{rest}chatter/feed-elements",
            "custom_domain": url,
        }


def _scopes(asked: dict[str, str]) -> tuple[str, ...]:
    return tuple(asked.get("scope", "").split()) or DEFAULT_SCOPES


def _problem(asked: dict[str, str]) -> tuple[str, str] | None:
    """What is wrong with an authorization request whose app and redirect are right: (error, description)."""
    challenge = asked.get("code_challenge", "")
    if asked.get("response_type") != "code":
        return "unsupported_response_type", "response type not supported"
    if not challenge:
        return "invalid_request", "missing required code challenge"
    # Without a method S256 is meant (jsforce leaves it out); plain is not offered.
    if asked.get("code_challenge_method", "S256") != "S256" or len(challenge) != 43:
        return "invalid_request", "invalid code challenge"
    if set(_scopes(asked)) - SCOPES:
        return "invalid_scope", "the requested scope is not allowed"
    return None


def _client(call: Call, form: dict[str, str]) -> tuple[str, str]:
    """(client id, secret): from the body, else from HTTP Basic."""
    kind, _, packed = call.headers.get("authorization", "").partition(" ")
    if "client_id" not in form and kind.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(packed, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return name, secret
    return form.get("client_id", ""), form.get("client_secret", "")


def _username(row: Row) -> str:
    return str(row.values.get("Username") or row.values.get("Email") or "")


def _signature(grants: Grants, text: str) -> str:
    """Base64 HMAC-SHA256 over identity and issue time; the key of a public client is nobody's business."""
    key = (grants.secret or grants.client_id).encode()
    return base64.b64encode(hmac.new(key, text.encode(), hashlib.sha256).digest()).decode()


def _error(refused: GrantRefused, status: int = 400) -> Reply:
    return json_reply(
        {"error": refused.error, "error_description": refused.description},
        status,
        {"Cache-Control": "no-cache, no-store", "Pragma": "no-cache"},
    )
