"""The control port: steering, looking, and playing the other people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.sandbox.wire import query
from tests.support.sandbox import RunningSandbox, start_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start_sandbox(seed=4, event_delay="30s..30s") as sandbox:
        yield sandbox


@pytest.fixture
def control(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=sandbox.info["control_url"], trust_env=False) as client:
        yield client


def happen(control: httpx.Client, what: str, **members: Any) -> dict[str, Any]:
    answer = control.post("/happen", json={"what": what, **members})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def contact(control: httpx.Client, contact_id: str) -> dict[str, Any]:
    return next(one for one in control.get("/state").json()["contacts"] if one["id"] == contact_id)


def forward(control: httpx.Client, seconds: float) -> None:
    assert control.post("/clock", json={"advance_s": seconds}).status_code == 200


def a_pair(control: httpx.Client, tag: str) -> tuple[str, str]:
    """A Salesforce contact of this test's own and its HubSpot contact, linked by a poll."""
    values = {"LastName": tag, "Email": f"{tag.lower()}@probe-control.example", "Title": "CTO"}
    row = happen(control, "create_salesforce", object="Contact", values=values)["id"]
    control.post("/tick")
    found = control.get("/state").json()
    [linked] = [one["id"] for one in found["contacts"] if one["salesforcecontactid"] == row]
    forward(control, 31)  # it joined the list, which starts a pass of its own
    return row, linked


# settings -----------------------------------------------------------------------------------------------------------


def test_settings_are_listed_with_their_doubts(control: httpx.Client) -> None:
    switches = {one["name"]: one for one in control.get("/settings").json()["settings"]}
    assert switches["orphan_rematch"] == {
        "name": "orphan_rematch",
        "value": "error_until_resync",
        "default": "error_until_resync",
        "allowed": ["error_until_resync", "relink"],
        "what": "an edited record meets a contact whose own record is gone",
        "doubt": "nobody knows",
        "changeable": True,
    }
    assert {"is_sandbox", "account_type", "latency_ms", "rate_limits"} <= set(switches)
    assert all(switch["what"] for switch in switches.values())


BAD: list[dict[str, Any]] = [
    {"is_sandbox": "yes"}, {"latency_ms": -1}, {"latency_ms": True}, {"account_type": "HOME"},
    {"is_sandbox": False, "nope": 1}, {"is_sandbox": False, "del_contact": "maybe"}, {"rate_limits": 1},
    {"is_sandbox": False, "latency_ms": "x"}, {"is_sandbox": False, "inclusion_list": "no such list"},
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_setting_changes_nothing(control: httpx.Client, bad: dict[str, Any]) -> None:
    before = control.get("/settings").json()
    answer = control.post("/settings", json=bad)
    assert answer.status_code == 400
    assert "setting" in answer.json()["error"]
    assert control.get("/settings").json() == before


# bad calls ----------------------------------------------------------------------------------------------------------

BODIES = [b"", b"null", b"[]", b"5", b'"x"', b"{", b"\xff\xfe", b'{"what":1}', b'{"what":["open"]}', b"[" * 100_000]


@pytest.mark.parametrize("path", ["/clock", "/settings", "/happen", "/faults"])
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_no_body_breaks_it(control: httpx.Client, path: str, body: bytes) -> None:
    answer = control.post(path, content=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"what": "dance"}, "one of open, click"),
        ({"what": "open"}, "needs contact"),
        ({"what": "open", "contact": 5}, "contact of open is a text"),
        ({"what": "open", "contact": ""}, "is a text"),
        ({"what": "open", "contact": "1", "colour": "red"}, "no member 'colour'"),
        ({"what": "edit_salesforce", "id": "nonsense", "values": {}}, "no id of a Salesforce record"),
        ({"what": "edit_salesforce", "id": "003", "values": {"Title": {}}}, "texts, numbers"),
        ({"what": "edit_hubspot", "contact": "1", "values": {"phone": 5}}, "values are texts"),
        ({"what": "merge_salesforce", "master": "003", "losers": "003"}, "a list of texts"),
        ({"what": "suspend", "kind": "boredom"}, "api_limit"),
        ({"what": "create_salesforce", "object": "Unicorn", "values": {}}, "no Salesforce object"),
    ],
)
def test_what_cannot_happen_is_said(control: httpx.Client, body: dict[str, Any], word: str) -> None:
    answer = control.post("/happen", json=body)
    assert answer.status_code == 400, answer.text
    assert word in answer.json()["error"]


@pytest.mark.parametrize("advance", ["NaN", "Infinity", "-1", "true", '"5"', "1e300", "null"])
def test_the_clock_takes_only_seconds(control: httpx.Client, advance: str) -> None:
    answer = control.post("/clock", content=f'{{"advance_s":{advance}}}')
    assert (answer.status_code, "advance_s" in answer.text) == (400, True)


@pytest.mark.parametrize("since", ["-1", "x", "1.5", "٣"])
def test_since_is_a_number(control: httpx.Client, since: str) -> None:
    assert control.get("/events", params={"since": since}).status_code == 400


def test_faults_of_wrong_types_are_refused(control: httpx.Client) -> None:
    wrong: list[dict[str, Any]] = [{"times": [1]}, {"ms": None}, {"s": "soon"}, {"code": {}}]
    for bad in wrong:
        answer = control.post("/faults", json={"at": "salesforce.merge", "kind": "delay", **bad})
        assert answer.status_code == 400, answer.text
    assert control.get("/faults").json()["faults"] == []


def test_a_crms_refusal_keeps_its_words(control: httpx.Client) -> None:
    answer = control.post("/happen", json={"what": "archive", "contact": "1"})
    assert (answer.status_code, answer.json()["code"]) == (409, "OBJECT_NOT_FOUND")
    gone = {"what": "delete_salesforce", "id": "003000000000001AAA"}
    assert control.post("/happen", json=gone).status_code == 409


# happenings ---------------------------------------------------------------------------------------------------------


def test_what_can_happen_is_listed(control: httpx.Client) -> None:
    found = {one["what"]: one for one in control.get("/happen").json()["happenings"]}
    assert found["merge_hubspot"]["needs"] == {"primary": "text", "secondary": "text"}
    assert {"open", "form", "edit_salesforce", "edit_hubspot", "archive", "restore", "resync", "convert"} <= set(found)


def test_an_edit_in_salesforce_arrives_with_the_tick(control: httpx.Client) -> None:
    row, linked = a_pair(control, "Edited")
    happened = happen(control, "edit_salesforce", id=row, values={"Title": "CFO"})
    assert [event["what"] for event in happened["happened"]] == ["update"]
    control.post("/tick")
    assert contact(control, linked)["properties"]["jobtitle"] == "CFO"
    passes = [event for event in control.get("/events").json()["events"] if event.get("contact") == linked]
    assert passes[-1]["reason"] == "poll"


def test_a_form_and_an_edit_in_hubspot_start_passes(control: httpx.Client) -> None:
    _, linked = a_pair(control, "Active")
    mark = happen(control, "form", contact=linked, title="Newsletter", values={"phone": "+44 20 7946 0001"})["events"]
    forward(control, 61)
    since = [e for e in control.get("/events", params={"since": mark}).json()["events"] if e["what"] == "pass"]
    assert [(event["contact"], event["reason"]) for event in since if event["contact"] == linked] == [
        (linked, "activity")
    ]
    happen(control, "edit_hubspot", contact=linked, values={"jobtitle": "CEO"})
    forward(control, 31)
    assert contact(control, linked)["properties"]["jobtitle"] == "CTO", "Salesforce is preferred"


def test_merging_archiving_restoring_and_resyncing(control: httpx.Client) -> None:
    row, linked = a_pair(control, "Kept")
    _, second = a_pair(control, "Second")
    merged = happen(control, "merge_hubspot", primary=linked, secondary=second)["id"]
    assert merged not in (linked, second)
    assert contact(control, merged)["salesforcecontactid"] == row
    happen(control, "archive", contact=merged)
    assert contact(control, merged)["archived"]
    happen(control, "restore", contact=merged)
    happen(control, "resync", contact=merged)
    forward(control, 60)
    assert not contact(control, merged)["archived"]


def test_errors_stand_on_their_cards(control: httpx.Client, salesforce: httpx.Client) -> None:
    row, linked = a_pair(control, "Hidden")
    happen(control, "hide", id=row)
    user = next(
        one["Id"] for one in query(salesforce, "SELECT Id, Name FROM User") if one["Name"] == "HubSpot Integration"
    )
    access = query(
        salesforce,
        f"SELECT RecordId, HasReadAccess, HasEditAccess FROM UserRecordAccess WHERE UserId='{user}' "
        f"AND RecordId='{row}'",
    )
    assert (access[0]["HasReadAccess"], access[0]["HasEditAccess"]) == (False, False)
    happen(control, "edit_hubspot", contact=linked, values={"jobtitle": "CEO"})
    forward(control, 31)
    errors = [one for one in control.get("/state?people=false").json()["errors"] if one.get("contact") == linked]
    assert [(one["category"], one["error"]) for one in errors] == [
        ("Permissions", "Insufficient access or missing Salesforce record")
    ]
    assert contact(control, linked)["sync_error_category"] == "Permissions"
    happen(control, "show", id=row)
    happen(control, "resync", contact=linked)
    forward(control, 60)
    assert contact(control, linked)["sync_error"] == ""


def test_a_converted_lead_is_followed(control: httpx.Client) -> None:
    values = {"LastName": "Lead", "Company": "Probe Ltd", "Email": "lead@probe-control.example"}
    lead = happen(control, "create_salesforce", object="Lead", values=values)["id"]
    control.post("/tick")
    happen(control, "convert", lead=lead)
    control.post("/tick")
    [found] = [one for one in control.get("/state").json()["contacts"] if one["salesforceleadid"] == lead]
    assert found["salesforcecontactid"].startswith("003")


def test_pause_suspension_and_their_end(control: httpx.Client) -> None:
    row, linked = a_pair(control, "Paused")
    for stop, go_on in (("pause", {"what": "resume"}), ("suspend", {"what": "clear_suspension"})):
        happen(control, stop, **({"kind": "api_limit"} if stop == "suspend" else {}))
        happen(control, "edit_salesforce", id=row, values={"Title": f"after {stop}"})
        control.post("/tick")
        assert contact(control, linked)["properties"]["jobtitle"] != f"after {stop}"
        assert control.post("/happen", json=go_on).status_code == 200
        control.post("/tick")
        assert contact(control, linked)["properties"]["jobtitle"] == f"after {stop}"


def test_lists_are_joined_and_left(control: httpx.Client, hubspot: httpx.Client) -> None:
    _, linked = a_pair(control, "Listed")
    answer = hubspot.post("/crm/v3/lists/search", json={"query": "", "processingTypes": ["DYNAMIC"]})
    assert answer.status_code == 200, answer.text
    key = answer.json()["lists"][0]["listId"]
    happen(control, "list_add", list=key, contacts=[linked])
    assert key in contact(control, linked)["lists"]
    happen(control, "list_remove", list=key, contacts=[linked])
    assert key not in contact(control, linked)["lists"]


def test_state_without_people_is_small(control: httpx.Client) -> None:
    answer = control.get("/state", params={"people": "false"})
    assert "contacts" not in answer.json() and len(answer.content) < 20_000
    assert json.loads(answer.text)["settings"]["poll_ms"] == 900_000
