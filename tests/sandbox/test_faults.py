"""Faults and the control port."""

from __future__ import annotations

import threading
import time

import httpx
import pytest

from mergetui.sandbox.faults import Faults, parse_spec
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
    assert sandbox.control("GET", "/faults") == {"faults": []}


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
    with start_sandbox(seed=4) as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.info['salesforce_token']}"}
        with httpx.Client(base_url=sandbox.info["salesforce_url"], headers=headers, trust_env=False) as client:
            before = query(client, "SELECT Id FROM Contact")
            client.delete(f"{V}/sobjects/Contact/{before[0]['Id']}")
            sandbox.control("POST", "/clock", json={"advance_s": 3600})
            sandbox.control("POST", "/reset")
            assert query(client, "SELECT Id FROM Contact") == before
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
