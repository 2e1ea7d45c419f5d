"""Signing in to both CRMs, refreshing, rotation, refusals."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.support.sandbox import RunningSandbox

REDIRECT = "http://localhost:17172/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")


class App:
    def __init__(self, sandbox: RunningSandbox, crm: str) -> None:
        info = sandbox.info
        self.crm = crm
        self.url = info[f"{crm}_url"]
        self.client_id = info[f"{crm}_client_id"]
        self.secret = {"client_secret": info["hubspot_client_secret"]} if crm == "hubspot" else {}
        self.scope = "api refresh_token" if crm == "salesforce" else "oauth crm.objects.contacts.read"
        self.authorize = f"{self.url}{'/services/oauth2' if crm == 'salesforce' else '/oauth'}/authorize"
        self.token = f"{self.url}{'/services/oauth2/token' if crm == 'salesforce' else '/oauth/2026-09/token'}"

    def ask(self, **changes: str) -> httpx.Response:
        query = {
            "response_type": "code", "client_id": self.client_id, "redirect_uri": REDIRECT,
            "scope": self.scope, "state": "s t&te", "code_challenge_method": "S256",
            "code_challenge": CHALLENGE,
        }  # fmt: skip
        return httpx.get(self.authorize, params={**query, **changes}, trust_env=False)

    def decide(self, decision: str, **changes: str) -> dict[str, str]:
        """Follow the page as a program does: one form, its hidden inputs, one button."""
        page = self.ask(**changes).text
        form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        form = {name: value.replace("&amp;", "&") for name, value in form.items()}
        action = re.findall(r'<form method="post" action="([^"]+)">', page)[0]
        answer = httpx.post(f"{self.url}{action}", data={**form, "decision": decision}, trust_env=False)
        assert answer.status_code == 302 and answer.headers["location"].startswith(f"{REDIRECT}?")
        return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}

    def post(self, **form: str) -> httpx.Response:
        return httpx.post(self.token, data={"client_id": self.client_id, **self.secret, **form}, trust_env=False)

    def exchange(self, code: str, **changes: str) -> httpx.Response:
        form = {"code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER, **changes}
        return self.post(grant_type="authorization_code", **form)

    def works(self, token: str) -> bool:
        path = "/services/data/v68.0/limits" if self.crm == "salesforce" else "/account-info/2026-09/details"
        answer = httpx.get(f"{self.url}{path}", headers={"Authorization": f"Bearer {token}"}, trust_env=False)
        return answer.status_code == 200

    def sign_in(self) -> dict[str, Any]:
        found: dict[str, Any] = self.exchange(self.decide("allow")["code"]).json()
        return found


@pytest.fixture(params=["salesforce", "hubspot"])
def app(request: pytest.FixtureRequest, sandbox: RunningSandbox) -> App:
    return App(sandbox, request.param)


def test_allow_gives_a_code_that_works_once(app: App) -> None:
    back = app.decide("allow")
    assert back["state"] == "s t&te"
    first = app.exchange(back["code"])
    assert first.status_code == 200 and app.works(first.json()["access_token"])
    again = app.exchange(back["code"])
    assert again.status_code == 400 and again.json()["error"] == "invalid_grant"


def test_deny_comes_back_as_an_error(app: App) -> None:
    back = app.decide("deny")
    assert back["error"] == "access_denied" and back["state"] == "s t&te" and "code" not in back


def test_only_registered_redirects_and_clients(app: App) -> None:
    for changes in ({"redirect_uri": "http://localhost:17172/other"}, {"client_id": "x"}):
        answer = app.ask(**changes)
        assert answer.status_code == 400 and "location" not in answer.headers
    assert "redirect_uri_mismatch" in app.ask(redirect_uri="http://127.0.0.1:17172/callback").text


def test_the_verifier_and_the_secret_are_checked(app: App) -> None:
    assert app.exchange(app.decide("allow")["code"], code_verifier="w" * 64).json()["error"] == "invalid_grant"
    wrong = app.exchange(app.decide("allow")["code"], client_secret="nope")
    assert wrong.json()["error"] == "invalid_client"
    assert app.post(grant_type="password").json()["error"] == "unsupported_grant_type"


def test_salesforce_rotates_and_reuse_revokes(sandbox: RunningSandbox) -> None:
    app = App(sandbox, "salesforce")
    first = app.sign_in()
    assert first["id"].split("/")[-2:] == [sandbox.info["org_id"], first["id"].split("/")[-1]]
    assert "expires_in" not in first
    second = app.post(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"] and app.works(second["access_token"])
    reuse = app.post(grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert reuse.status_code == 400 and reuse.json()["error"] == "invalid_grant"
    assert not app.works(second["access_token"])
    after = app.post(grant_type="refresh_token", refresh_token=second["refresh_token"])
    assert after.json()["error"] == "invalid_grant"


def test_hubspot_tokens_end_after_half_an_hour_of_the_twins_time(sandbox: RunningSandbox) -> None:
    app = App(sandbox, "hubspot")
    first = app.sign_in()
    assert first["expires_in"] == 1800 and str(first["hub_id"]) == sandbox.info["portal_id"]
    sandbox.control("POST", "/clock", json={"advance_s": 1801})
    headers = {"Authorization": f"Bearer {first['access_token']}"}
    answer = httpx.get(f"{app.url}/account-info/2026-09/details", headers=headers, trust_env=False)
    assert answer.status_code == 401 and answer.json()["category"] == "EXPIRED_AUTHENTICATION"
    second = app.post(grant_type="refresh_token", refresh_token=first["refresh_token"]).json()
    assert second["refresh_token"] == first["refresh_token"] and app.works(second["access_token"])


def test_revoking_ends_the_sign_in(app: App) -> None:
    found = app.sign_in()
    address = app.token.replace("/token", "/revoke") if app.crm == "salesforce" else f"{app.token}/revoke"
    form = {"client_id": app.client_id, **app.secret, "token": found["refresh_token"]}
    assert httpx.post(address, data=form, trust_env=False).status_code in (200, 204)
    refused = app.post(grant_type="refresh_token", refresh_token=found["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"


def test_who_am_i(sandbox: RunningSandbox) -> None:
    app = App(sandbox, "salesforce")
    found = app.sign_in()
    headers = {"Authorization": f"Bearer {found['access_token']}"}
    identity = httpx.get(found["id"], headers=headers, trust_env=False).json()
    assert identity["organization_id"] == sandbox.info["org_id"]
    info = httpx.get(f"{app.url}/services/oauth2/userinfo", headers=headers, trust_env=False).json()
    assert info["user_id"] == identity["user_id"]
    by_query = httpx.get(f"{found['id']}?format=json&oauth_token={found['access_token']}", trust_env=False)
    assert by_query.status_code == 200
    assert all(found["access_token"] not in str(event) for event in sandbox.events())
