"""Questions about HubSpot that no source answers: both answers of each switch, over the wire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.sandbox.test_oauth import VERIFIER, App
from tests.sandbox.wire import CONTACTS, two_hubspot_contacts
from tests.support.sandbox import RunningSandbox


@contextmanager
def switched(sandbox: RunningSandbox, **settings: Any) -> Iterator[None]:
    before = sandbox.control("GET", "/state")["settings"]
    sandbox.control("POST", "/settings", settings)
    try:
        yield
    finally:
        sandbox.control("POST", "/settings", {name: before[name] for name in settings})


@pytest.mark.parametrize(
    ("old", "ends", "works"), [(False, True, False), (False, False, True), (True, True, True), (True, False, True)]
)
def test_what_revoking_ends(sandbox: RunningSandbox, old: bool, ends: bool, works: bool) -> None:
    app = App(sandbox, "hubspot")
    found = app.sign_in()
    with switched(sandbox, revoke_ends_access=ends):
        if old:
            address = f"{app.url}/oauth/v1/refresh-tokens/{found['refresh_token']}"
            assert httpx.delete(address, trust_env=False).status_code == 204
        else:
            form = {"client_id": app.client_id, **app.secret, "token": found["refresh_token"]}
            assert httpx.post(f"{app.token}/revoke", data=form, trust_env=False).status_code == 204
    refused = app.post(grant_type="refresh_token", refresh_token=found["refresh_token"])
    assert refused.json()["status"] == "BAD_REFRESH_TOKEN"
    assert app.works(found["access_token"]) is works


@pytest.mark.parametrize("allowed", [False, True])
def test_any_port_of_localhost(sandbox: RunningSandbox, allowed: bool) -> None:
    app = App(sandbox, "hubspot")
    with switched(sandbox, redirect_any_port=allowed):
        assert ("<form" in app.ask(redirect_uri="http://localhost:4321/callback").text) is allowed
        assert "redirect_uri_mismatch" in app.ask(redirect_uri="http://localhost:4321/elsewhere").text


@pytest.mark.parametrize("allowed", [False, True])
def test_pkce_without_the_secret(sandbox: RunningSandbox, allowed: bool) -> None:
    app = App(sandbox, "hubspot")
    app.secret = {}
    code = app.decide("allow")["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": "http://localhost:17172/callback"}
    with switched(sandbox, pkce_without_secret=allowed):
        answer = app.post(**form, code_verifier=VERIFIER)
    assert answer.status_code == (200 if allowed else 401), answer.text


def test_the_depth_of_histories(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    one, _ = two_hubspot_contacts(hubspot, "Deep")
    for phone in "123":
        hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"phone": phone}})

    def seen() -> list[str]:
        history = hubspot.get(f"{CONTACTS}/{one}?propertiesWithHistory=phone").json()["propertiesWithHistory"]
        return [entry["value"] for entry in history["phone"]]

    assert seen() == ["3", "2", "1"]
    with switched(sandbox, history_depth=2):
        assert seen() == ["3", "2"]


def test_required_properties(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Needy")

    def refused(answer: httpx.Response) -> Mapping[str, Any]:
        assert answer.status_code == 400 and answer.json()["category"] == "VALIDATION_ERROR"
        found: Mapping[str, Any] = answer.json()["errors"][0]
        return found

    merge = {"primaryObjectId": one, "objectIdToMerge": two}
    with switched(sandbox, required_properties=["jobtitle"], merge_wants_required=True):
        for answer in (
            hubspot.post(CONTACTS, json={"properties": {"lastname": "x"}}),
            hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"phone": "1"}}),
            hubspot.post(f"{CONTACTS}/merge", json=merge),
        ):
            assert refused(answer)["code"] == "MISSING_REQUIRED_PROPERTY"
            assert refused(answer)["context"] == {"propertyName": ["jobtitle"]}
        full = hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"phone": "1", "jobtitle": "y"}})
        assert full.status_code == 200
        refused(hubspot.patch(f"{CONTACTS}/{one}", json={"properties": {"jobtitle": ""}}))
    with switched(sandbox, required_properties=["city"]):
        assert hubspot.post(f"{CONTACTS}/merge", json=merge).status_code == 200


def test_web_events_of_a_small_plan(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    path = "/events/v3/events?objectType=contact&objectId=1"
    assert hubspot.get(path).status_code == 200
    with switched(sandbox, web_events=False):
        assert hubspot.get(path).status_code == 403
