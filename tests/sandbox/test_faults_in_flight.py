"""Faults where they could do harm: over a reset, and at calls that save many rows."""

from __future__ import annotations

import threading

import httpx

from tests.sandbox.test_faults import wait_for
from tests.sandbox.wire import V, merge_body, query, soap, two_contacts
from tests.support.sandbox import RunningSandbox, start_sandbox


def test_a_request_held_over_a_reset_does_nothing_in_the_new_world() -> None:
    with (
        start_sandbox(people=20) as sandbox,
        httpx.Client(
            base_url=sandbox.info["salesforce_url"],
            headers={"Authorization": f"Bearer {sandbox.info['salesforce_token']}"},
            trust_env=False,
        ) as client,
    ):
        rows = query(client, "SELECT Id FROM Contact LIMIT 2")
        body = merge_body(sandbox.info["salesforce_token"], "Contact", rows[0]["Id"], [rows[1]["Id"]])
        sandbox.control("POST", "/faults", json={"at": "salesforce.merge", "kind": "hold"})
        seen: list[object] = []

        def send() -> None:
            try:
                seen.append(soap(client, body).text)
            except httpx.RemoteProtocolError:
                seen.append("cut")

        thread = threading.Thread(target=send)
        thread.start()
        wait_for(lambda: sandbox.control("GET", "/faults")["faults"][0]["held"] == 1, "never held")
        sandbox.control("POST", "/reset")
        thread.join(timeout=10)
        assert seen == ["cut"]
        assert query(client, "SELECT Id FROM Contact LIMIT 2") == rows
        assert not [event for event in sandbox.events() if event["what"] in ("merge", "salesforce.merge")]


def test_a_lock_stands_where_the_refusal_belongs(sandbox: RunningSandbox, salesforce: httpx.Client) -> None:
    one, two = two_contacts(salesforce, "Locked")

    def locked(at: str) -> None:
        sandbox.control("POST", "/faults", json={"at": f"salesforce.{at}", "kind": "lock_row"})

    error = {"statusCode": "UNABLE_TO_LOCK_ROW", "fields": []}
    records = [{"attributes": {"type": "Contact"}, "Id": key, "Title": "Locked"} for key in (one, two)]
    locked("update_many")
    answer = salesforce.patch(f"{V}/composite/sobjects", json={"records": records})
    assert answer.status_code == 200 and [item["success"] for item in answer.json()] == [False, False]
    assert error.items() <= answer.json()[1]["errors"][0].items()
    locked("composite")
    step = {"method": "PATCH", "url": f"{V}/sobjects/Contact/{one}", "referenceId": "a", "body": {"Title": "Locked"}}
    answer = salesforce.post(f"{V}/composite", json={"compositeRequest": [step]})
    assert answer.status_code == 200
    [part] = answer.json()["compositeResponse"]
    assert (part["httpStatusCode"], part["body"][0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    locked("update")
    answer = salesforce.patch(f"{V}/sobjects/Contact/{one}", json={"Title": "Locked"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "UNABLE_TO_LOCK_ROW")
    locked("undelete")
    merge = merge_body(sandbox.info["salesforce_token"], "Contact", one, [two]).decode()
    undelete = f"<p:undelete><p:ids>{one}</p:ids></p:undelete>"
    body = merge[: merge.index("<p:merge>")] + undelete + merge[merge.index("</s:Body>") :]
    answer = soap(salesforce, body.encode())
    assert answer.status_code == 200 and "<statusCode>UNABLE_TO_LOCK_ROW</statusCode>" in answer.text
    titles = query(salesforce, f"SELECT Title FROM Contact WHERE Id IN ('{one}', '{two}')")
    assert {row["Title"] for row in titles} == {None}, "nothing was saved"
