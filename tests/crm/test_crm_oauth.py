from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import replace
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import pytest
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from mergetui.crm.grants import checked_base_url, revoke
from mergetui.crm.oauth import OAuthApp, StoredToken, follow_consent, hubspot_app, salesforce_app, sign_in
from mergetui.errors import Busy, NotSignedIn, Refused, Unreachable

CRM = "https://crm.example"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A CRM's authorize page and token endpoint."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}
        self.form: dict[str, list[str]] = {}
        self.answer = httpx.Response(
            200,
            json={"access_token": "acc-secret", "refresh_token": "ref", "instance_url": f"{CRM}/", "scope": "api"},
        )

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            self.asked = dict(parse_qsl(request.url.query.decode()))
            hidden = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in self.asked.items())
            return httpx.Response(
                200,
                text=f'<form method="post" action="/consent">{hidden}<button name="decision" value="allow">Yes</button>'
                '<button name="decision" value="deny">No</button></form>',
            )
        form = parse_qs(request.content.decode())
        if request.url.path == "/consent":
            back = {"state": form["state"][0]}
            back |= {"code": "the code"} if form["decision"] == ["allow"] else {"error": "access_denied"}
            return httpx.Response(302, headers={"Location": f"{form['redirect_uri'][0]}?{urlencode(back)}"})
        self.form = form
        return self.answer

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(mounts={"all://crm.example": httpx.MockTransport(self)}, trust_env=False)


@pytest.fixture
def server() -> Server:
    return Server()


def app(*ports: int) -> OAuthApp:
    uris = tuple(f"http://localhost:{port}/OauthRedirect" for port in ports)
    return replace(salesforce_app("my-app", login_url=CRM), redirect_uris=uris)


async def enter(
    server: Server, made: OAuthApp, browser: Callable[[str], Awaitable[object] | None], timeout_s: float = 5
) -> StoredToken:
    client = server.client()
    try:
        return await sign_in(made, open_browser=browser, timeout_s=timeout_s, client=client, clock=lambda: 1000)
    finally:
        await client.aclose()


def consenting(server: Server, decision: str = "allow") -> Callable[[str], Awaitable[None]]:
    async def go(address: str) -> None:
        client = server.client()
        await follow_consent(address, decision=decision, client=client)
        await client.aclose()

    return go


async def test_a_sign_in_ends_with_tokens(server: Server) -> None:
    port = free_port()
    stored = await enter(server, app(port), consenting(server))
    assert (stored.access_token, stored.refresh_token, stored.base_url) == ("acc-secret", "ref", CRM)
    assert stored.expires_at is None and stored.scopes == ("api",)
    assert server.asked["response_type"] == "code" and server.asked["code_challenge_method"] == "S256"
    assert len(server.asked["state"]) >= 20
    assert create_s256_code_challenge(server.form["code_verifier"][0]) == server.asked["code_challenge"]
    assert 43 <= len(server.form["code_verifier"][0]) <= 128
    assert server.form["code"] == ["the code"]
    assert server.form["redirect_uri"] == [server.asked["redirect_uri"]] == [f"http://localhost:{port}/OauthRedirect"]
    assert "client_secret" not in server.form
    assert "acc-secret" not in repr(stored)


async def test_hubspot_sends_its_secret_in_the_body_and_keeps_its_api_address(server: Server) -> None:
    server.answer = httpx.Response(200, json={"access_token": "h", "refresh_token": "r", "expires_in": 1800})
    made = replace(hubspot_app("id", "secret", app_url=CRM, api_url=CRM), redirect_uris=app(free_port()).redirect_uris)
    stored = await enter(server, made, consenting(server))
    assert server.form["client_secret"] == ["secret"] and "code_verifier" in server.form
    assert "secret" not in server.asked.values() and "optional_scope" in server.asked
    assert stored.base_url == CRM and stored.expires_at == 1_801_000


async def test_a_taken_port_is_passed_over(server: Server) -> None:
    with socket.socket() as foreign:
        foreign.bind(("127.0.0.1", 0))
        foreign.listen()
        taken = foreign.getsockname()[1]
        port = free_port()
        await enter(server, app(taken, port), consenting(server))
        assert server.asked["redirect_uri"] == f"http://localhost:{port}/OauthRedirect"
        with pytest.raises(Busy, match=str(taken)):
            await enter(server, app(taken), consenting(server))


async def test_denied(server: Server) -> None:
    with pytest.raises(NotSignedIn, match="Choose Allow"):
        await enter(server, app(free_port()), consenting(server, "deny"))
    assert server.form == {}


async def test_an_answer_with_another_state_is_not_taken_but_the_right_one_still_is(server: Server) -> None:
    seen = []

    async def browser(address: str) -> None:
        redirect = dict(parse_qsl(urlsplit(address).query))["redirect_uri"]
        async with httpx.AsyncClient(trust_env=False) as client:
            for query in ("?code=stolen&state=wrong", "?code=stolen", "?error=x&state=wrong", ""):
                seen.append((await client.get(redirect + query)).status_code)
            seen.append((await client.get(redirect.replace("/OauthRedirect", "/favicon.ico"))).status_code)
            seen.append((await client.post(redirect + "?code=x")).status_code)
        await consenting(server)(address)

    await enter(server, app(free_port()), browser)
    assert seen == [400, 400, 400, 400, 404, 404]
    assert server.form["code"] == ["the code"]


async def test_the_page_shows_hostile_error_text_as_text(server: Server) -> None:
    pages = []

    async def browser(address: str) -> None:
        asked = dict(parse_qsl(urlsplit(address).query))
        query = urlencode({
            "error": "invalid_client", "state": asked["state"],
            "error_description": "app must be installed into org<script>alert(1)</script>\x1b[2J",
        })  # fmt: skip
        async with httpx.AsyncClient(trust_env=False) as client:
            pages.append((await client.get(f"{asked['redirect_uri']}?{query}")).text)

    with pytest.raises(NotSignedIn, match="Install the External Client App") as caught:
        await enter(server, app(free_port()), browser)
    assert "<script>" not in pages[0] and "\x1b" not in str(caught.value)


async def test_nobody_answers(server: Server) -> None:
    with pytest.raises(NotSignedIn, match="redirect_uri_mismatch"):
        await enter(server, app(free_port()), lambda _: None, timeout_s=0.01)


async def test_a_browser_that_cannot_be_opened_ends_it_at_once(server: Server) -> None:
    def browser(address: str) -> None:
        raise Unreachable("the browser", "No browser could be opened.")

    with pytest.raises(Unreachable, match="No browser"):
        await enter(server, app(free_port()), browser, timeout_s=300)


async def test_a_refused_code_names_the_reason_and_no_secret(server: Server) -> None:
    server.answer = httpx.Response(400, json={"error": "invalid_client_id", "error_description": "client invalid"})
    with pytest.raises(Refused, match=r"invalid_client_id.*Check client id"):
        await enter(server, app(free_port()), consenting(server))
    # HubSpot's classic error body has no `error` member and must not pass for a token
    server.answer = httpx.Response(200, json={"status": "BAD_AUTH_CODE", "message": "missing or unknown auth code"})
    with pytest.raises(Refused, match="without a token"):
        await enter(server, app(free_port()), consenting(server))


async def test_the_ports_are_free_again_after_a_cancelled_sign_in(server: Server) -> None:
    port = free_port()
    opened = asyncio.Event()

    async def browser(address: str) -> None:
        opened.set()

    task = asyncio.ensure_future(enter(server, app(port), browser))
    await opened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await enter(server, app(port), consenting(server))


async def test_consent_is_not_followed_to_another_machine(server: Server) -> None:
    client = server.client()
    query = urlencode({"redirect_uri": "https://evil.example/x", "state": "s"})
    with pytest.raises(Unreachable):
        await follow_consent(f"{CRM}/authorize?{query}", client=client)
    await client.aclose()


def test_tokens_go_only_to_https_or_this_machine() -> None:
    assert checked_base_url("salesforce", "https://a.my.salesforce.com/x") == "https://a.my.salesforce.com"
    assert checked_base_url("salesforce", "http://127.0.0.1:81") == "http://127.0.0.1:81"
    for bad in ("http://a.my.salesforce.com", "ftp://127.0.0.1.evil.example", "", "javascript:1"):
        with pytest.raises(Refused):
            checked_base_url("salesforce", bad)


async def test_revoke_ends_the_refresh_token(server: Server) -> None:
    client = server.client()
    stored = StoredToken("hubspot", "a", "r", CRM, None, "id", "s", f"{CRM}/token", f"{CRM}/token/revoke")
    server.answer = httpx.Response(200)
    await revoke(stored, client=client)
    assert server.form["token"] == ["r"] and server.form["token_type_hint"] == ["refresh_token"]
    await client.aclose()
