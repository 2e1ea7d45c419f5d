"""Faults and the control port."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.faults import KINDS, Faults, parse_spec
from mergetui.sandbox.front import Front
from mergetui.sandbox.hubspot_server import HubSpotServer
from mergetui.sandbox.options import SandboxOptions
from mergetui.sandbox.salesforce_rest import SalesforceServer
from mergetui.sandbox.web import Call
from mergetui.twin.events import Poll
from tests.sandbox.wire import CONTACTS, V, merge_body, query, soap, two_contacts, two_hubspot_contacts
from tests.support.sandbox import RunningSandbox, start_sandbox


def fate(client: httpx.Client, key: str) -> str | None:
    found: str | None = query(client, f"SELECT MasterRecordId FROM Contact WHERE Id = '{key}'", "queryAll")[0][
        "MasterRecordId"
    ]
    return found


def wait_for(check: object, what: str) -> None:
    for _ in range(500):
        if check():  # type: ignore[operator]
            return
        time.sleep(0.01)
    raise AssertionError(what)


def arrived(sandbox: RunningSandbox, since: int, name: str) -> bool:
    return any(event["who"] == "request" and event["what"] == name for event in sandbox.events(since))


@pytest.mark.parametrize(("kind", "merged"), [("drop_before", False), ("drop_after_commit", True)])
def test_cut_connections(sandbox: RunningSandbox, salesforce: httpx.Client, kind: str, merged: bool) -> None:
    master, loser = two_contacts(salesforce, f"Cut{kind}")
    sandbox.control("POST", "/faults", json={"at": "salesforce.merge", "kind": kind})
    with pytest.raises(httpx.RemoteProtocolError):
        soap(salesforce, merge_body(sandbox.info["salesforce_token"], "Contact", master, [loser]))
    assert fate(salesforce, loser) == (master if merged else None)
    after = soap(salesforce, merge_body(sandbox.info["salesforce_token"], "Contact", master, [loser]))
    assert ("<success>true" in after.text) is not merged, "one time only"


def test_commit_later(sandbox: RunningSandbox, hubspot: httpx.Client) -> None:
    one, two = two_hubspot_contacts(hubspot, "Later")
    sandbox.control("POST", "/faults", json={"at": "hubspot.merge", "kind": "commit_later", "s": 120})
    with pytest.raises(httpx.RemoteProtocolError):
        hubspot.post(f"{CONTACTS}/merge", json={"primaryObjectId": one, "objectIdToMerge": two})
    assert hubspot.get(f"{CONTACTS}/{two}").json()["id"] == two
    mark = len(sandbox.events())
    before = sandbox.state()["clock"]
    sandbox.control("POST", "/clock", json={"advance_s": 600})
    assert hubspot.get(f"{CONTACTS}/{two}").json()["id"] not in (one, two)
    [merge] = [event for event in sandbox.events(mark) if event["what"] == "merge"]
    assert merge["at"] - before < 130_000, "at its own instant, not at the end of the jump"


@pytest.mark.parametrize("after_commit", [False, True])
def test_status(sandbox: RunningSandbox, hubspot: httpx.Client, after_commit: bool) -> None:
    one, two = two_hubspot_contacts(hubspot, f"Status{after_commit}")
    kind = "status_after_commit" if after_commit else "status"
    sandbox.control("POST", "/faults", json={"at": "hubspot.*", "kind": kind, "code": 502, "body": "<html>bad</html>"})
    answer = hubspot.post(f"{CONTACTS}/merge", json={"primaryObjectId": one, "objectIdToMerge": two})
    assert (answer.status_code, answer.text) == (502, "<html>bad</html>")
    assert (hubspot.get(f"{CONTACTS}/{two}").json()["id"] != two) is after_commit


def test_rate_limits_locks_and_expired_tokens(
    sandbox: RunningSandbox, salesforce: httpx.Client, hubspot: httpx.Client
) -> None:
    master, loser = two_contacts(salesforce, "Limits")
    body = merge_body(sandbox.info["salesforce_token"], "Contact", master, [loser])

    def fault(at: str, kind: str, **more: object) -> None:
        sandbox.control("POST", "/faults", json={"at": at, "kind": kind, **more})

    fault("salesforce.merge", "lock_row")
    answer = soap(salesforce, body)
    assert answer.status_code == 200 and "<statusCode>UNABLE_TO_LOCK_ROW</statusCode>" in answer.text
    fault("salesforce.merge", "expire_token", times=2)
    assert "sf:INVALID_SESSION_ID" in soap(salesforce, body).text
    assert "sf:INVALID_SESSION_ID" in soap(salesforce, body).text
    fault("salesforce.merge", "rate_limit")
    assert "sf:REQUEST_LIMIT_EXCEEDED" in soap(salesforce, body).text
    fault("salesforce.query", "rate_limit")
    limited = salesforce.get(f"{V}/query", params={"q": "SELECT Id FROM User"})
    assert limited.status_code == 403 and limited.json()[0]["errorCode"] == "REQUEST_LIMIT_EXCEEDED"
    assert "<success>true" in soap(salesforce, body).text, "none of it committed anything"

    fault("hubspot.contacts", "rate_limit", retry_after_s=3)
    limited = hubspot.get(CONTACTS)
    assert limited.status_code == 429 and limited.json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert limited.headers["retry-after"] == "3"
    fault("hubspot.search", "rate_limit")
    assert hubspot.post(f"{CONTACTS}/search", json={}).json()["message"] == "You have reached your secondly limit."
    fault("hubspot.merge", "lock_row")
    assert hubspot.post(f"{CONTACTS}/merge", json={}).status_code == 423
    fault("*", "expire_token")
    assert hubspot.get(CONTACTS).json()["category"] == "EXPIRED_AUTHENTICATION"


def test_a_held_request_waits_for_its_release(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    master, loser = two_contacts(salesforce, "Held")
    body = merge_body(sandbox.info["salesforce_token"], "Contact", master, [loser])
    mark = len(sandbox.events())
    sandbox.control("POST", "/faults", json={"at": "salesforce.merge", "kind": "hold"})
    answers: list[httpx.Response] = []
    thread = threading.Thread(target=lambda: answers.append(soap(salesforce, body)))
    thread.start()
    wait_for(lambda: sandbox.control("GET", "/faults")["faults"][0]["held"] == 1, "never held")
    assert arrived(sandbox, mark, "salesforce.merge")
    assert sandbox.control("POST", "/faults/release", json={"at": "salesforce.merge"}) == {"released": 1}
    thread.join(timeout=10)
    assert "<success>true" in answers[0].text
    assert sandbox.control("GET", "/faults")["faults"] == []


def test_a_held_request_whose_caller_leaves_is_finished_all_the_same(
    sandbox: RunningSandbox, salesforce: httpx.Client
) -> None:
    master, loser = two_contacts(salesforce, "Left")
    body = merge_body(sandbox.info["salesforce_token"], "Contact", master, [loser])
    sandbox.control("POST", "/faults", json={"at": "salesforce.merge", "kind": "hold"})
    mark = len(sandbox.events())
    other = httpx.Client(base_url=sandbox.info["salesforce_url"], timeout=0.2, trust_env=False)
    with other, pytest.raises(httpx.ReadTimeout):
        soap(other, body)
    wait_for(lambda: fate(salesforce, loser) == master, "never committed")
    [answered] = [e for e in sandbox.events(mark) if e["who"] == "response" and e["what"] == "salesforce.merge"]
    assert (answered["heard"], answered["status"]) == (False, 200)


def test_requests_are_logged_without_queries_or_tokens(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    mark = len(sandbox.events())
    salesforce.get(f"{V}/query", params={"q": "SELECT Id FROM User WHERE Email = 'secret@x.example'"})
    request, response = [e for e in sandbox.events(mark) if e["what"] == "salesforce.query"]
    assert (request["who"], response["who"], response["status"]) == ("request", "response", 200)
    assert (request["client"], request["path"], request["method"]) == ("probe/1", f"{V}/query", "GET")
    assert "secret" not in str([request, response])


def test_state_people_tick_and_settings(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    state = sandbox.state()
    assert {"clock", "settings", "contacts", "aliases", "salesforce", "next_poll"} <= set(state)
    humans = sandbox.control("GET", "/people?object=Lead")["people"]
    assert humans and all(any(r["object"] == "Lead" for r in human["records"]) for human in humans)
    mark = len(sandbox.events())
    linked = next(
        c for c in state["contacts"]
        if c["salesforcecontactid"] and not c["archived"] and c["lists"]
        and str(state["settings"]["inclusion_list"]) in c["lists"]
    )  # fmt: skip
    key = linked["salesforcecontactid"]
    assert salesforce.patch(f"{V}/sobjects/Contact/{key}", json={"Title": "Ticked"}).status_code == 204
    ticked = sandbox.control("POST", "/tick")
    assert ticked["clock"] >= ticked["poll"] + state["settings"]["poll_duration_ms"]
    whats = [event["what"] for event in sandbox.events(mark) if event["who"] == "integration"]
    assert whats[0] == "poll_started" and whats[-1] == "poll_ended" and "pass" in whats
    after = {c["id"]: c for c in sandbox.state()["contacts"]}[linked["id"]]
    assert after["properties"]["jobtitle"] == "Ticked"
    changed = sandbox.control("POST", "/settings", json={"del_contact": "nothing", "is_sandbox": False})
    assert changed["settings"]["del_contact"] == "nothing"
    assert query(salesforce, "SELECT IsSandbox FROM Organization")[0]["IsSandbox"] is False
    sandbox.control("POST", "/settings", json={"del_contact": "delete", "is_sandbox": True})


def test_bad_control_calls_say_why(sandbox: RunningSandbox) -> None:
    with httpx.Client(base_url=sandbox.info["control_url"], trust_env=False) as control:
        for path, body in (
            ("/faults", {"at": "x", "kind": "explode"}),
            ("/faults", {"kind": "hold"}),
            ("/settings", {"nope": 1}),
            ("/clock", {"advance_s": -1}),
        ):
            answer = control.post(path, json=body)
            assert answer.status_code == 400 and answer.json()["error"], path
        assert control.get("/nope").status_code == 404


def test_reset_begins_anew_with_the_same_tokens() -> None:
    with start_sandbox(seed=4, faults=["hubspot.merge:lock_row"]) as sandbox:
        sandbox.control("POST", "/faults", json={"at": "salesforce.merge", "kind": "hold"})
        headers = {"Authorization": f"Bearer {sandbox.info['salesforce_token']}"}
        with httpx.Client(base_url=sandbox.info["salesforce_url"], headers=headers, trust_env=False) as client:
            before = query(client, "SELECT Id FROM Contact")
            client.delete(f"{V}/sobjects/Contact/{before[0]['Id']}")
            sandbox.control("POST", "/clock", json={"advance_s": 3600})
            sandbox.control("POST", "/reset")
            assert query(client, "SELECT Id FROM Contact") == before
            assert [(fault["at"], fault["used"]) for fault in sandbox.control("GET", "/faults")["faults"]] == [
                ("hubspot.merge", 0)
            ]
            assert abs(sandbox.state()["clock"] - time.time_ns() // 1_000_000) < 60_000


def test_faults_from_the_command_line() -> None:
    assert parse_spec("salesforce.merge:drop_after_commit:times=2") == {
        "at": "salesforce.merge", "kind": "drop_after_commit", "times": "2",
    }  # fmt: skip
    for bad in ("salesforce.merge", "salesforce.merge:nope", "salesforce.merge:hold:times"):
        with pytest.raises(ValueError, match="fault"):
            parse_spec(bad)


def test_a_waiting_fault_lets_another_follow_and_patterns_match() -> None:
    faults = Faults()
    faults.add({"at": "salesforce.*", "kind": "delay", "ms": 5, "times": None})
    faults.add({"at": "*", "kind": "status"})
    faults.add({"at": "*", "kind": "drop_before"})
    assert [fault.kind for fault in faults.take("salesforce.merge")] == ["delay", "status"]
    assert [fault.kind for fault in faults.take("hubspot.merge")] == ["drop_before"]
    assert [fault.kind for fault in faults.take("salesforce.query")] == ["delay"]


# every kind at a call of every family ---------------------------------------------------------------------------

NOW = 1_795_000_000_000
CRMS = ("salesforce", "hubspot")


@pytest.fixture(scope="module")
def inside() -> tuple[Sandbox, dict[str, Any]]:
    """A sandbox and its two fronts in this process: a call costs a millisecond."""
    made = Sandbox(SandboxOptions(people=20, rate_limits=False, colleagues=0), lambda: NOW)
    dialects = {"salesforce": SalesforceServer(made), "hubspot": HubSpotServer(made)}
    return made, {name: Front(made, dialect) for name, dialect in dialects.items()}


class Wire:
    """One request through a front, as uvicorn would make it; ``cut``: the connection was closed unanswered."""

    def __init__(self, front: Front, method: str, path: str, token: str, body: bytes = b"") -> None:
        self.sent: list[dict[str, Any]] = []
        self.cut = False
        self.transport = self
        self._given = [{"type": "http.request", "body": body}]
        self._scope = {
            "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
            "headers": [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")],
        }  # fmt: skip
        asyncio.run(front(self._scope, self._receive, self.send))

    def close(self) -> None:
        self.cut = True

    async def _receive(self) -> dict[str, Any]:
        if self._given:
            return self._given.pop()
        if self.cut:
            return {"type": "http.disconnect"}
        await asyncio.Event().wait()
        raise AssertionError

    async def send(self, message: Any) -> None:
        self.sent.append(dict(message))

    @property
    def status(self) -> int:
        return int(self.sent[0]["status"]) if self.sent else 0

    @property
    def body(self) -> bytes:
        return bytes(self.sent[1]["body"])


def routed(inside: tuple[Sandbox, dict[str, Any]]) -> Iterator[tuple[Front, Any, str, str]]:
    """(front, route, call name, path) of one route of every name both servers have."""
    _, fronts = inside
    for crm in CRMS:
        seen: set[str] = set()
        for route in fronts[crm]._dialect.router.routes:
            if not isinstance(route.name, str) or route.name in seen:
                continue
            path = example(route.pattern.pattern)
            found = fronts[crm]._dialect.router.find(Call(route.method, path))
            if found is route:
                seen.add(route.name)
                yield fronts[crm], route, route.name, path
        missing = fronts[crm]._dialect.router.names() - seen
        assert not missing, f"no example path for {missing}"


def example(pattern: str) -> str:
    """A path that fits a route's pattern."""
    return next(iter(_paths(sre_parse(pattern))))


def sre_parse(pattern: str) -> Any:
    import re._parser as parser  # type: ignore[import-not-found]

    return parser.parse(pattern)


def _paths(tree: Any) -> Iterator[str]:
    text = ""
    for kind, value in tree:
        name = str(kind)
        if name == "LITERAL":
            text += chr(value)
        elif name == "SUBPATTERN":
            text += next(_paths(value[3]))
        elif name == "BRANCH":
            text += next(_paths(value[1][0]))
        elif name == "MAX_REPEAT":
            low, _, inner = value
            text += "".join(next(_paths(inner)) for _ in range(low))
        elif name in ("NOT_LITERAL", "ANY"):
            text += "x"
        elif name == "IN":
            text += _member(value)
        elif name in ("ASSERT_NOT", "ASSERT", "AT"):
            continue
        else:
            raise AssertionError(name)
    yield text


def _member(value: Any) -> str:
    first = value[0]
    if str(first[0]) == "CATEGORY":
        return "6" if "DIGIT" in str(first[1]) else "x"
    if str(first[0]) == "NEGATE":
        return "x"
    return chr(first[1] if str(first[0]) == "LITERAL" else first[1][0])


def aimed(inside: tuple[Sandbox, dict[str, Any]], front: Front, route: Any, name: str, path: str, **fault: Any) -> Wire:
    made, _ = inside
    made.faults.clear()
    made.faults.add({"at": name, **fault})
    grants = made.salesforce_grants if name.startswith("salesforce") else made.hubspot_grants
    wire = Wire(front, route.method, path, grants.static, b"{}")
    assert not [fault for fault in made.faults.shown() if fault["left"]], f"{name}: not hit at {path}"
    return wire


def test_faults_can_be_aimed_at_any_call(inside: tuple[Sandbox, dict[str, Any]]) -> None:
    calls = list(routed(inside))
    assert len(calls) > 50
    for front, route, name, path in calls:
        assert aimed(inside, front, route, name, path, kind="status", code=418).status == 418, name


@pytest.mark.parametrize("kind", sorted(KINDS - {"hold"}))
def test_every_kind_at_a_call_of_every_family(inside: tuple[Sandbox, dict[str, Any]], kind: str) -> None:
    made, _ = inside
    for front, route, name, path in routed(inside):
        if route.method != "GET" and kind in ("delay", "drop_after_commit", "status_after_commit", "commit_later"):
            continue  # what they do after the commit is tested with real bodies above
        wire = aimed(inside, front, route, name, path, kind=kind, s=5 if kind == "commit_later" else 0, ms=1, code=503)
        crm = name.partition(".")[0]
        if kind in ("drop_before", "drop_after_commit", "commit_later"):
            assert wire.cut and not wire.sent, (name, kind)
        elif kind in ("status", "status_after_commit"):
            assert wire.status == 503, (name, kind)
        elif name == "salesforce.wsdl" and kind in ("expire_token", "rate_limit", "lock_row"):
            assert wire.body.startswith(b"<?xml"), "at a SOAP address, answers are SOAP"
        elif kind == "expire_token":
            assert wire.status == 401, (name, wire.status)
        elif kind == "rate_limit":
            assert wire.status == (403 if crm == "salesforce" else 429), name
            said = json.loads(wire.body)
            assert (said[0]["errorCode"] if crm == "salesforce" else said["errorType"]) in (
                "REQUEST_LIMIT_EXCEEDED", "RATE_LIMIT",
            )  # fmt: skip
        elif kind == "lock_row":
            assert wire.status == (400 if crm == "salesforce" else 423), name
            said = json.loads(wire.body)
            assert (said[0]["errorCode"] if crm == "salesforce" else said["category"]) in (
                "UNABLE_TO_LOCK_ROW", "LOCKED",
            )  # fmt: skip
    made.clock.forward(60_000)
    made.catch_up()
    made.faults.clear()


def test_waiting_faults_add_up(inside: tuple[Sandbox, dict[str, Any]]) -> None:
    made, fronts = inside
    for fault in ({"kind": "delay", "ms": 1}, {"kind": "delay", "s": 0.001}, {"kind": "rate_limit", "policy": "DAILY"}):
        made.faults.add({"at": "hubspot.contacts", **fault})
    wire = Wire(fronts["hubspot"], "GET", "/crm/v3/objects/contacts", made.hubspot_grants.static)
    assert json.loads(wire.body)["policyName"] == "DAILY"
    assert [fault["left"] for fault in made.faults.shown()] == [0, 0, 0]
    made.faults.clear()


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ({"at": "salesforce.marge", "kind": "hold"}, "try salesforce.merge"),
        ({"at": "hubspot.merge", "kind": "status", "code": "teapot"}, "code of a fault is a number from 200 to 599"),
        ({"at": "hubspot.merge", "kind": "status", "code": 101}, "from 200"),
        ({"at": "hubspot.merge", "kind": "delay", "ms": -1}, "ms of a fault"),
        ({"at": "hubspot.merge", "kind": "hold", "times": 0}, "times of a fault"),
        ({"at": "hubspot.merge", "kind": "hold", "colour": 1}, "no member 'colour'"),
        ({"at": "hubspot.merge", "kind": "explode"}, "commit_later"),
        ({"kind": "hold"}, "needs 'at'"),
    ],
)
def test_bad_faults_are_refused_clearly(
    inside: tuple[Sandbox, dict[str, Any]], spec: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        inside[0].faults.add(spec)
    assert not inside[0].faults.shown()


def test_a_commit_that_was_put_off_outlives_a_poll(inside: tuple[Sandbox, dict[str, Any]]) -> None:
    made, fronts = inside
    body = json.dumps({"properties": {"email": "put.off@probe.example"}}).encode()
    made.faults.add({"at": "hubspot.create", "kind": "commit_later", "s": 30})
    assert Wire(fronts["hubspot"], "POST", "/crm/v3/objects/contacts", made.hubspot_grants.static, body).cut
    due = made.now() + 30_000
    made.apply(Poll())
    assert "put.off@probe.example" not in made.world.state.addresses
    made.clock.forward(60_000)
    made.catch_up()
    born = made.world.state.contacts[made.world.state.addresses["put.off@probe.example"]]
    assert born.created_at == due


def test_reset_lets_every_sign_in_live_again(inside: tuple[Sandbox, dict[str, Any]]) -> None:
    made, _ = inside
    for grants in (made.salesforce_grants, made.hubspot_grants):
        code = grants.new_code("http://localhost", "", ("api",), made.now())
        _, access = grants.exchange(code, "http://localhost", "", made.now())
        assert grants.good(access, made.now())
        grants.revoke(access)
        assert not grants.good(access, made.now())
    made.reset()
    for grants in (made.salesforce_grants, made.hubspot_grants):
        for token in grants._grants[-1].access:
            assert grants.good(token, made.now())
        assert grants.refresh(grants._grants[-1].refresh, made.now())


def test_a_fault_at_no_call_is_refused_at_the_start() -> None:
    command = [sys.executable, "-m", "mergetui.sandbox", "--people", "20", "--fault", "salesforce.marge:hold"]
    found = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert found.returncode == 2 and found.stdout == "" and "try salesforce.merge" in found.stderr


@pytest.mark.parametrize("code", [204, 304])
def test_a_status_without_a_body_has_none(inside: tuple[Sandbox, dict[str, Any]], code: int) -> None:
    made, fronts = inside
    made.faults.add({"at": "hubspot.account", "kind": "status", "code": code, "body": {"a": 1}})
    wire = Wire(fronts["hubspot"], "GET", "/account-info/v3/details", made.hubspot_grants.static)
    assert (wire.status, wire.body) == (code, b"")
