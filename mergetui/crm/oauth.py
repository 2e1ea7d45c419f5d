"""Signing in: authorization code with PKCE (S256) and state over a loopback redirect.

Authlib's transport-free parts build and read the URLs; its httpx integration is not used (deprecated, warns on
import).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import html
import inspect
import socket
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
from authlib.common.security import generate_token  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from mergetui.crm.grants import OAuthApp, StoredToken, advice, exchange, revoke
from mergetui.crm.http import open_client
from mergetui.crm.wire import NAMES, tidy
from mergetui.errors import Busy, NotSignedIn, Unreachable
from mergetui.records.clock import Clock, local_now

__all__ = ["OAuthApp", "StoredToken", "follow_consent", "hubspot_app", "revoke", "salesforce_app", "sign_in"]

REDIRECTS = ("http://localhost:1717/OauthRedirect", "http://localhost:17172/callback")
"""What the README tells admins to register; tried in this order until a port is free."""

HUBSPOT_SCOPES: tuple[str, ...] = (
    "oauth",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.schemas.contacts.read",
    "crm.objects.owners.read",
    "crm.lists.read",
)
HUBSPOT_OPTIONAL_SCOPES: tuple[str, ...] = (
    "crm.objects.companies.read",
    "crm.objects.companies.write",  # only to mark a merged contact's primary company
    "crm.objects.deals.read",
    "sales-email-read",
    "tickets",
    "communication_preferences.read_write",
)


def salesforce_app(
    client_id: str, *, login_url: str = "https://login.salesforce.com", client_secret: str | None = None
) -> OAuthApp:
    """An External Client App of the org; ``login_url`` is best its My Domain. A public client has no secret."""
    base = login_url.rstrip("/")
    return OAuthApp(
        crm="salesforce",
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=f"{base}/services/oauth2/authorize",
        token_url=f"{base}/services/oauth2/token",
        scopes=("api", "refresh_token"),
        redirect_uris=REDIRECTS,
        revoke_url=f"{base}/services/oauth2/revoke",
    )


def hubspot_app(
    client_id: str,
    client_secret: str,
    *,
    app_url: str = "https://app.hubspot.com",
    api_url: str = "https://api.hubapi.com",
    scopes: tuple[str, ...] = HUBSPOT_SCOPES,
) -> OAuthApp:
    """A private-distribution app of the portal; HubSpot wants its secret beside PKCE (facts/hubspot.md §7)."""
    base = api_url.rstrip("/")
    return OAuthApp(
        crm="hubspot",
        client_id=client_id,
        client_secret=client_secret,
        authorize_url=f"{app_url.rstrip('/')}/oauth/authorize",
        token_url=f"{base}/oauth/2026-09/token",
        scopes=scopes,
        optional_scopes=HUBSPOT_OPTIONAL_SCOPES,
        redirect_uris=REDIRECTS,
        revoke_url=f"{base}/oauth/2026-09/token/revoke",
    )


async def sign_in(
    app: OAuthApp,
    *,
    open_browser: Callable[[str], Any],
    timeout_s: float = 300,
    client: httpx.AsyncClient | None = None,
    clock: Clock = local_now,
) -> StoredToken:
    """Send the person to the CRM's consent page and wait for the answer on this machine.

    ``open_browser`` gets the address of that page; it runs in a thread, and may be ``follow_consent``.
    Raises Busy when no redirect port is free, NotSignedIn when the person or the CRM says no or nobody answers,
    Refused / Unreachable from the token endpoint. The caller stores the result.
    """
    name = NAMES[app.crm]
    verifier = generate_token(64)
    state = generate_token(32)
    door = _Door(name, state)
    redirect_uri = await door.open(app.redirect_uris)
    visit: asyncio.Future[Any] | None = None
    try:
        address = prepare_grant_uri(
            app.authorize_url,
            app.client_id,
            "code",
            redirect_uri=redirect_uri,
            scope=" ".join(app.scopes),
            state=state,
            code_challenge=create_s256_code_challenge(verifier),
            code_challenge_method="S256",
            **({"optional_scope": " ".join(app.optional_scopes)} if app.optional_scopes else {}),
        )
        visit = asyncio.ensure_future(_visit(open_browser, address))
        answer = await _first_answer(door.answer, visit, timeout_s)
        await asyncio.wait({visit}, timeout=1)  # a program that follows the redirect may finish reading the page
    finally:
        if visit is not None:
            visit.cancel()
            with contextlib.suppress(asyncio.CancelledError, Exception):
                await visit
        door.close()
    if answer is None:
        raise NotSignedIn(
            f"{name} did not answer the sign-in within {timeout_s / 60:.0f} minutes.", "You are not signed in.",
            f"If {name}'s page showed redirect_uri_mismatch, add {redirect_uri} to the app's callback URLs. "
            f"Then run: mergetui login {app.crm}",
        )  # fmt: skip
    if answer.error:
        said = f" {answer.description}" if answer.description else ""
        raise NotSignedIn(
            f"{name} did not allow the sign-in: {answer.error}.{said}", "You are not signed in.",
            advice(app.crm, answer.error, answer.description),
        )  # fmt: skip
    own = client or open_client()
    try:
        return await exchange(app, answer.code, redirect_uri, verifier, client=own, clock=clock)
    finally:
        if client is None:
            await own.aclose()


async def _visit(open_browser: Callable[[str], Any], address: str) -> None:
    """Open the page. A text browser may block for the whole sign-in, hence the thread."""
    result = await asyncio.to_thread(open_browser, address)
    if inspect.isawaitable(result):
        await result


async def _first_answer(
    answer: asyncio.Future[_CodeAnswer], visit: asyncio.Future[Any], timeout_s: float
) -> _CodeAnswer | None:
    """The redirect's answer; None after the time is up. A browser that cannot be opened raises its error at once."""
    done, _ = await asyncio.wait({answer, visit}, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
    if visit in done and answer not in done:
        visit.result()
        done, _ = await asyncio.wait({answer}, timeout=timeout_s)
    return answer.result() if answer in done else None


@dataclass(frozen=True, slots=True)
class _CodeAnswer:
    code: str = ""
    error: str = ""
    description: str = ""


class _Door:
    """A tiny web server on 127.0.0.1 and ::1 that waits for one redirect with the right state."""

    def __init__(self, name: str, state: str) -> None:
        self._name = name
        self._state = state
        self._path = "/"
        self._servers: list[asyncio.Server] = []
        self.answer: asyncio.Future[_CodeAnswer] = asyncio.get_running_loop().create_future()

    async def open(self, redirect_uris: tuple[str, ...]) -> str:
        """Listen on the first redirect address whose port is free on both loopbacks; returns that address."""
        for uri in redirect_uris:
            parts = urlsplit(uri)
            self._path = parts.path or "/"
            if await self._listen(parts.port or 80):
                return uri
        ports = ", ".join(str(urlsplit(uri).port) for uri in redirect_uris)
        raise Busy(
            f"All ports registered for the sign-in are taken on this machine ({ports}).", "You are not signed in.",
            "Close the program that uses one of them (another sign-in, the Salesforce CLI) and try again.",
        )  # fmt: skip

    async def _listen(self, port: int) -> bool:
        """``localhost`` may mean either loopback; a port that is foreign on one of them would leak the code."""
        for host, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
            try:
                self._servers.append(await asyncio.start_server(self._serve, host, port, family=family))
            except OSError as error:
                if host == "::1" and error.errno != errno.EADDRINUSE and self._servers:
                    continue  # no IPv6 on this machine
                self.close()
                return False
        return True

    def close(self) -> None:
        # Not waited for: a browser's spare connection would hold the sign-in up until it is dropped.
        for server in self._servers:
            server.close()
        self._servers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(
            OSError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError
        ):
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
            method, target, _ = head.split(b"\r\n", 1)[0].decode("ascii", "replace").split(" ", 2)
            status, text, found = self._hear(method, target)
            body = _PAGE.format(text=html.escape(text)).encode()
            writer.write(
                f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
                "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n".encode()
                + body
            )
            with contextlib.suppress(OSError):
                await writer.drain()  # the page is out before the sign-in goes on and perhaps ends the process
            if found and not self.answer.done():
                self.answer.set_result(found)
        writer.close()

    def _hear(self, method: str, target: str) -> tuple[str, str, _CodeAnswer | None]:
        """(status line, sentence for the browser, the answer).

        A wrong state is no answer to this sign-in, so that no stray page can end it: waiting goes on.
        """
        parts = urlsplit(target)
        if method != "GET" or parts.path != self._path:
            return "404 Not Found", "There is nothing here.", None
        given = dict(parse_qsl(parts.query))
        if given.get("state") != self._state and not ("error" in given and "state" not in given):
            return "400 Bad Request", "This answer belongs to another sign-in. Please start again from mergetui.", None
        if given.get("error"):
            found = _CodeAnswer(error=tidy(given["error"], 60), description=tidy(given.get("error_description")))
            text = f"{self._name} did not allow the sign-in. You can close this page; mergetui says more."
        elif given.get("code"):
            found = _CodeAnswer(code=given["code"])
            text = f"{self._name} has answered. You can close this page and go back to mergetui."
        else:
            return "400 Bad Request", "This answer has no code. Please start again from mergetui.", None
        return "200 OK", text, found


_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>mergetui</title></head>
<body style="font-family:sans-serif;margin:4em auto;max-width:34em"><h1>mergetui</h1><p>{text}</p></body></html>
"""


async def follow_consent(address: str, *, decision: str = "allow", client: httpx.AsyncClient | None = None) -> None:
    """The demo's own browser: read the consent page, press its button, follow the redirect to this machine.

    Only for sandboxes on this machine. Raises Unreachable when a page is not what it should be.
    """
    own = client or open_client()
    try:
        page = await own.get(address)
        form = _ConsentForm()
        form.feed(page.text)
        if page.status_code != 200 or form.action is None:
            raise _no_consent(f"consent page (HTTP {page.status_code})")
        target = urljoin(str(page.url), form.action)
        reply = await own.post(target, data={**form.values, "decision": decision})
        landing = reply.headers.get("location")
        if reply.status_code not in (302, 303) or not landing:
            raise _no_consent(f"redirect (HTTP {reply.status_code})")
        if urlsplit(landing).hostname not in ("localhost", "127.0.0.1", "::1"):
            raise _no_consent("redirect to this machine")
        await own.get(landing)
    except httpx.TransportError as error:
        raise _no_consent(f"answer ({type(error).__name__})") from None
    finally:
        if client is None:
            await own.aclose()


def _no_consent(what: str) -> Unreachable:
    return Unreachable(
        "the sandbox", f"The sandbox gave no usable {what} at sign-in.", "You are not signed in.",
        "Start the demo again.",
    )  # fmt: skip


class _ConsentForm(HTMLParser):
    """The page's one form: where it goes and its hidden values."""

    def __init__(self) -> None:
        super().__init__()
        self.action: str | None = None
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input" and given.get("name") and given.get("type", "text") not in ("submit", "button"):
            self.values[given["name"]] = given.get("value", "")
