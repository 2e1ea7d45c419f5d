"""Salesforce's sign-in: what foreign clients send and need (facts/salesforce.md §2, client-conformance.md §3, §7)."""

from __future__ import annotations

import base64
import hashlib
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from tests.sandbox.test_oauth import REDIRECT, App
from tests.support.sandbox import RunningSandbox


@pytest.fixture
def app(sandbox: RunningSandbox) -> App:
    return App(sandbox, "salesforce")


@contextmanager
def switched(sandbox: RunningSandbox, **values: Any) -> Iterator[None]:
    before = sandbox.control("POST", "/settings", json={})["settings"]
    sandbox.control("POST", "/settings", json=values)
    try:
        yield
    finally:
        sandbox.control("POST", "/settings", json={name: before[name] for name in values})


def get(app: App, path: str, token: str = "", **query: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    url = path if path.startswith("http") else f"{app.url}{path}"
    return httpx.get(url, params=query or None, headers=headers, trust_env=False)


def test_authlib_goes_the_whole_way(app: App, sandbox: RunningSandbox) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from authlib.integrations.httpx_client import OAuth2Client
    client = OAuth2Client(
        app.client_id, redirect_uri=REDIRECT, scope="api refresh_token", code_challenge_method="S256",
        token_endpoint_auth_method="none", trust_env=False,
    )  # fmt: skip
    verifier = "v" * 80
    address, state = client.create_authorization_url(app.authorize, code_verifier=verifier)
    page = httpx.get(address, trust_env=False).text
    form = {name: value.replace("&amp;", "&") for name, value in re.findall(r'name="([^"]+)" value="([^"]*)">', page)}
    form.pop("decision", None)
    back = httpx.post(app.authorize, data={**form, "decision": "allow"}, trust_env=False).headers["location"]
    token = client.fetch_token(app.token, authorization_response=back, state=state, code_verifier=verifier)
    assert token["token_type"] == "Bearer" and token["instance_url"] == app.url and "expires_at" not in token
    assert client.get(f"{app.url}/services/oauth2/userinfo").json()["organization_id"] == sandbox.info["org_id"]
    fresh = client.refresh_token(app.token, refresh_token=token["refresh_token"])
    assert fresh["refresh_token"] != token["refresh_token"]
    assert client.revoke_token(f"{app.url}/services/oauth2/revoke", token=fresh["access_token"]).status_code == 200
    client.close()


def test_the_way_jsforce_goes(app: App, sandbox: RunningSandbox) -> None:
    verifier = base64.urlsafe_b64encode(b"x" * 128).decode().rstrip("=")
    assert len(verifier) == 171
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code", "client_id": app.client_id, "redirect_uri": REDIRECT, "scope": "api id refresh_token",
        "code_challenge": challenge,
    }  # fmt: skip
    assert httpx.get(app.authorize, params=query, trust_env=False).status_code == 200
    answer = httpx.post(app.authorize, data={**query, "decision": "allow"}, trust_env=False)
    code = parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]
    found = app.exchange(code, code_verifier=verifier).json()
    assert re.fullmatch(r"00D\w{12,15}![.\w]+", found["access_token"])
    assert found["scope"] == "api id refresh_token" and {"signature", "issued_at", "id"} <= set(found)
    base = get(app, "/services/data/v50.0", found["access_token"]).json()
    token = quote(found["access_token"], safe="!")
    identity = get(app, f"{base['identity']}?format=json&oauth_token={token}").json()
    assert (identity["organization_id"], identity["id"]) == (sandbox.info["org_id"], base["identity"])
    again = app.post(grant_type="refresh_token", refresh_token=found["refresh_token"], code_verifier=verifier).json()
    assert again["id"] == base["identity"] and again["instance_url"] == app.url


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "api everything"}, "invalid_scope"),
    ],
)
def test_refused_wishes_go_back_to_the_app(app: App, changes: dict[str, str], error: str) -> None:
    answer = app.ask(**changes)
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.status_code == 302 and back["error"] == [error] and back["state"] == ["s t&te"]


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "device", "code": "x"}, "unsupported_grant_type"),
        ({}, "unsupported_grant_type"),
        ({"grant_type": "client_credentials"}, "invalid_grant"),
        ({"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": "a.b.c"}, "invalid_grant"),
        ({"grant_type": "authorization_code", "code": "nothing"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "nothing"}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": ""}, "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_id": "y"}, "invalid_client_id"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "client_secret": "y"}, "invalid_client"),
    ],
)
def test_refused_grants(app: App, form: dict[str, str], error: str) -> None:
    answer = app.post(**form)
    assert answer.status_code == 400 and answer.headers["content-type"].startswith("application/json")
    assert set(answer.json()) == {"error", "error_description"} and answer.json()["error"] == error


def test_a_code_is_bound_to_its_redirect(app: App) -> None:
    code = app.decide("allow")["code"]
    answer = app.exchange(code, redirect_uri="http://localhost:1717/OauthRedirect")
    assert answer.json()["error"] == "redirect_uri_mismatch"


def test_no_refresh_token_without_its_scope(app: App) -> None:
    found = app.exchange(app.decide("allow", scope="api")["code"]).json()
    assert found["scope"] == "api" and "refresh_token" not in found and app.works(found["access_token"])


def test_revoking_an_access_token_leaves_the_sign_in(app: App) -> None:
    found = app.sign_in()
    address = f"{app.url}/services/oauth2/revoke"
    assert httpx.get(address, params={"token": found["access_token"]}, trust_env=False).status_code == 200
    assert not app.works(found["access_token"])
    assert app.post(grant_type="refresh_token", refresh_token=found["refresh_token"]).status_code == 200
    unknown = httpx.post(address, data={"token": "x"}, trust_env=False)
    assert unknown.status_code == 400 and unknown.json()["error"] == "unsupported_token_type"


def test_the_sixth_sign_in_ends_the_first(app: App) -> None:
    first, *others = [app.sign_in() for _ in range(6)]
    assert not app.works(first["access_token"]) and all(app.works(one["access_token"]) for one in others)


def test_introspection(app: App) -> None:
    found = app.sign_in()

    def ask(token: str, **form: str) -> httpx.Response:
        body = {"client_id": app.client_id, "token": token, **form}
        return httpx.post(f"{app.url}/services/oauth2/introspect", data=body, trust_env=False)

    about = ask(found["access_token"]).json()
    assert (about["active"], about["token_type"], about["sub"]) == (True, "access_token", found["id"])
    assert ask(found["refresh_token"]).json()["token_type"] == "refresh_token"
    assert ask("x").json() == {"active": False}
    refused = ask(found["access_token"], client_id="x")
    assert refused.status_code == 401 and refused.json()["error"] == "invalid_client"


def test_identity_and_userinfo_refuse_with_a_word(app: App) -> None:
    found = app.sign_in()
    for path in ("/services/oauth2/userinfo", found["id"]):
        bad = get(app, path, "x")
        assert (bad.status_code, bad.text) == (403, "Bad_OAuth_Token")
        none = get(app, path)
        assert (none.status_code, none.text) == (403, "Missing_OAuth_Token")
    other = get(app, found["id"].replace("/id/00D", "/id/00X"), found["access_token"])
    assert (other.status_code, other.text) == (403, "Wrong_Org")
    info = get(app, "/services/oauth2/userinfo", found["access_token"])
    assert info.headers["content-type"].startswith("application/json")
    assert {"user_id", "organization_id", "preferred_username", "urls"} <= set(info.json())


def test_an_app_that_is_not_installed(app: App, sandbox: RunningSandbox) -> None:
    with switched(sandbox, app_installed="redirect"):
        back = parse_qs(urlsplit(app.ask().headers["location"]).query)
        assert (back["error"], back["error_description"]) == (["invalid_client"], ["app must be installed into org"])
    with switched(sandbox, app_installed="page"):
        answer = app.ask()
        assert answer.status_code == 400 and "OAUTH_APPROVAL_ERROR_GENERIC" in answer.text


def test_sessions_end_when_nobody_uses_them(app: App, sandbox: RunningSandbox) -> None:
    with switched(sandbox, session_minutes=15, expires_in_told=True):
        found = app.sign_in()
        assert found["expires_in"] == 900
        for _ in range(2):
            sandbox.control("POST", "/clock", json={"advance_s": 600})
            assert app.works(found["access_token"]), "each use puts the end off"
        sandbox.control("POST", "/clock", json={"advance_s": 901})
        headers = {"Authorization": f"Bearer {found['access_token']}"}
        answer = httpx.get(f"{app.url}/services/data/v68.0/limits", headers=headers, trust_env=False)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_without_rotation_the_refresh_token_stays(app: App, sandbox: RunningSandbox) -> None:
    with switched(sandbox, refresh_rotation=False):
        found = app.sign_in()
        for _ in range(2):
            again = app.post(grant_type="refresh_token", refresh_token=found["refresh_token"])
            assert again.status_code == 200 and "refresh_token" not in again.json()
