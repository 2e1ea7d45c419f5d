"""What a sign-in yields, and the token endpoints of both CRMs: exchange, refresh, revoke.

Form-encoded bodies only; HubSpot forbids parameters in the URL, a Salesforce public client must send no secret
(facts/salesforce.md §2, facts/hubspot.md §7). Answers of these calls hold tokens: their bodies never get into errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import httpx

from mergetui.crm.wire import NAMES, Answer, tidy
from mergetui.errors import Expired, Limited, NotSignedIn, Refused, Unreachable
from mergetui.records.clock import Clock
from mergetui.records.crm import Crm


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """The app an admin has registered in the CRM. ``redirect_uris`` are tried in order until a port is free."""

    crm: Crm
    client_id: str
    client_secret: str | None = field(repr=False)
    authorize_url: str
    token_url: str
    scopes: tuple[str, ...]
    redirect_uris: tuple[str, ...]
    revoke_url: str = ""
    optional_scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredToken:
    """One sign-in as it is kept in the keyring: everything a refresh needs."""

    crm: Crm
    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    base_url: str
    expires_at: int | None
    """Local clock; None when the CRM does not say (Salesforce): then only a 401 tells."""
    client_id: str
    client_secret: str | None = field(repr=False)
    token_url: str
    revoke_url: str = ""
    scopes: tuple[str, ...] = ()


def checked_base_url(crm: Crm, url: str) -> str:
    """The origin that tokens are sent to. Raises Refused unless it is https or this machine."""
    parts = urlsplit(url)
    if parts.hostname and (parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")):
        return f"{parts.scheme}://{parts.netloc}"
    raise Refused(
        NAMES[crm], f"The address for {NAMES[crm]} is not a secure one (https).", "No token was sent there.",
        f"Check the address, then run: mergetui login {crm}",
    )  # fmt: skip


def token_from(app: OAuthApp | StoredToken, data: Any, *, now: int, refresh_token: str | None = None) -> StoredToken:
    """A token answer as StoredToken. ``refresh_token`` is kept when the answer brings no new one.

    Raises Refused when the answer has no access token: HubSpot's classic error bodies look like success otherwise.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("access_token"), str) or not data["access_token"]:
        raise Refused(
            NAMES[app.crm], f"{NAMES[app.crm]} answered the sign-in without a token.", "You are not signed in.",
            f"Run: mergetui login {app.crm}",
        )  # fmt: skip
    if app.crm == "salesforce":
        fallback = app.base_url if isinstance(app, StoredToken) else ""
        base_url = checked_base_url(app.crm, str(data.get("instance_url") or fallback))
    else:
        base_url = checked_base_url(app.crm, app.base_url if isinstance(app, StoredToken) else app.token_url)
    try:
        expires_at = now + int(data["expires_in"]) * 1000
    except (KeyError, TypeError, ValueError):
        expires_at = None
    scope = data.get("scope") or data.get("scopes") or ()
    renewed = data.get("refresh_token")
    return StoredToken(
        crm=app.crm,
        access_token=data["access_token"],
        refresh_token=renewed if isinstance(renewed, str) and renewed else refresh_token,
        base_url=base_url,
        expires_at=expires_at,
        client_id=app.client_id,
        client_secret=app.client_secret,
        token_url=app.token_url,
        revoke_url=app.revoke_url,
        scopes=tuple(scope.split()) if isinstance(scope, str) else tuple(str(item) for item in scope),
    )


async def exchange(
    app: OAuthApp, code: str, redirect_uri: str, verifier: str, *, client: httpx.AsyncClient, clock: Clock
) -> StoredToken:
    """An authorization code for tokens. Raises Refused, Limited, Unreachable."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "code_verifier": verifier,
    }
    if app.client_secret:
        form["client_secret"] = app.client_secret
    data = await _post(app.crm, app.token_url, form, "sign you in", client)
    return token_from(app, data, now=clock())


async def refresh(stored: StoredToken, *, client: httpx.AsyncClient, clock: Clock) -> StoredToken:
    """A fresh access token. Salesforce may rotate the refresh token: the caller stores the result before using it.

    Raises Expired when the CRM says that this sign-in is over (``invalid_grant`` and kin).
    """
    if not stored.refresh_token:
        raise _over(stored.crm, "")
    form = {"grant_type": "refresh_token", "client_id": stored.client_id, "refresh_token": stored.refresh_token}
    if stored.client_secret:
        form["client_secret"] = stored.client_secret
    try:
        data = await _post(stored.crm, stored.token_url, form, "renew the sign-in", client)
    except Limited:
        raise
    except Refused as refusal:
        raise _over(stored.crm, refusal.code) from None
    return replace(
        token_from(stored, data, now=clock(), refresh_token=stored.refresh_token),
        scopes=stored.scopes,
    )


async def revoke(stored: StoredToken, *, client: httpx.AsyncClient) -> None:
    """End the sign-in at the CRM. Raises Refused or Unreachable; the caller forgets the token either way."""
    token = stored.refresh_token or stored.access_token
    form = {"token": token}
    if stored.crm == "hubspot":
        form |= {"client_id": stored.client_id, "token_type_hint": "refresh_token"}
        if stored.client_secret:
            form["client_secret"] = stored.client_secret
    if stored.revoke_url:
        await _post(stored.crm, stored.revoke_url, form, "end the sign-in", client)


def _over(crm: Crm, code: str) -> Expired:
    name = NAMES[crm]
    return Expired(
        name, f"The sign-in to {name} has ended{f' ({tidy(code, 60)})' if code else ''}.", "Nothing was sent.",
        f"Run: mergetui login {crm}", status=401, code=code or "NO_REFRESH_TOKEN",
    )  # fmt: skip


async def _post(crm: Crm, url: str, form: Mapping[str, str], what: str, client: httpx.AsyncClient) -> Any:
    name = NAMES[crm]
    try:
        reply = await client.post(url, data=dict(form), headers={"Accept": "application/json"})
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise Unreachable(
            name, f"{name} could not be reached to {what} ({type(error).__name__}).", "No request was carried out.",
            "Check the network and try again.",
        ) from None  # fmt: skip
    answer = Answer(reply.status_code, {key.lower(): value for key, value in reply.headers.items()}, reply.content)
    data = answer.data()
    if answer.status == 429 or answer.status >= 500:
        kind = Limited if answer.status == 429 else Unreachable
        raise kind(
            name, f"{name} could not {what} just now (HTTP {answer.status}).", "No request was carried out.",
            "Try again in a minute.", status=answer.status,
        )  # fmt: skip
    if answer.status >= 300 or (isinstance(data, Mapping) and "error" in data):
        found = data if isinstance(data, Mapping) else {}
        code = str(found.get("error") or found.get("status") or "")
        said = tidy(found.get("error_description") or found.get("message"))
        raise Refused(
            name, f"{name} refused to {what}: {tidy(code, 60) or f'HTTP {answer.status}'}. {said}".rstrip(),
            "You are not signed in.", advice(crm, code, said), status=answer.status, code=code,
        )  # fmt: skip
    return data


def advice(crm: Crm, code: str, description: str = "") -> str:
    """What to do after an OAuth error of the authorize or the token endpoint (facts/salesforce.md §2)."""
    text = f"{code} {description}".lower()
    again = f"Then run: mergetui login {crm}"
    if "must be installed" in text or "ec_app_not_found" in text or "cross-org" in text:
        return f"Install the External Client App in this org, or make one in it, and allow it for your user. {again}"
    if "redirect_uri" in text:
        return f"Add http://localhost:1717/OauthRedirect to the app's callback URLs, exactly so. {again}"
    if code in ("invalid_client", "invalid_client_id"):
        return f"Check client id and secret of the app. {again}"
    if code == "access_denied":
        return f"Choose Allow on the consent page. {again}"
    return f"Run: mergetui login {crm}"


def signed_out(crm: Crm) -> NotSignedIn:
    name = NAMES[crm]
    return NotSignedIn(f"You are not signed in to {name}.", "Nothing was sent.", f"Run: mergetui login {crm}")
