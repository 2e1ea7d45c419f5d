"""Kept pieces of answers are never older than the world; the log of calls does not grow for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from mergetui.sandbox.fragments import Fragments, joined_reply
from mergetui.sandbox.web import encode
from mergetui.twin.changes import Changes
from mergetui.twin.log import EventLog
from tests.sandbox.wire import CONTACTS, V, query
from tests.support.sandbox import RunningSandbox


@dataclass
class Thing:
    id: str
    above: str = ""


class Notes:
    """A writer that remembers what it was asked to write."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, records: Sequence[Thing]) -> list[bytes]:
        self.written += [record.id for record in records]
        return [encode({"id": record.id}) for record in records]

    def others(self, record: Thing) -> tuple[str, ...]:
        return (record.above,) if record.above else ()


def test_a_text_is_written_again_only_when_something_it_shows_has_changed() -> None:
    changes, writer = Changes(), Notes()
    kept = Fragments(lambda: 1, lambda: changes)
    things = [Thing("a", "top"), Thing("b")]
    for _ in range(2):
        assert kept.each("shape", things, lambda: writer) == [b'{"id":"a"}', b'{"id":"b"}']
    for changed, anew in (("b", ["b"]), ("top", ["a"]), ("a", ["a"]), ("stranger", []), ("top", ["a"])):
        writer.written.clear()
        changes.note(changed)
        assert kept.each("shape", things, lambda: writer) == [b'{"id":"a"}', b'{"id":"b"}']
        assert writer.written == anew, changed
    changes.everything()
    kept.each("shape", things, lambda: writer)
    assert writer.written == ["a", "a", "b"]
    kept.each("other", things[:1], lambda: writer)
    assert writer.written[-1] == "a", "another shape has texts of its own"


def test_more_changes_than_are_remembered_make_all_void() -> None:
    changes, writer = Changes(), Notes()
    kept = Fragments(lambda: 1, lambda: changes)
    kept.each("shape", [Thing("a")], lambda: writer)
    for _ in range(60_000):
        changes.note("b")
    kept.each("shape", [Thing("a")], lambda: writer)
    assert writer.written == ["a", "a"] and len(changes.ids) < 60_000


def test_no_more_is_kept_than_fits() -> None:
    changes, writer = Changes(), Notes()
    kept = Fragments(lambda: 1, lambda: changes, most_bytes=20_000)
    things = [Thing(f"{number:04d}") for number in range(5_000)]
    for start in range(0, 5_000, 500):
        kept.each("long", things[start : start + 500], lambda: writer)
    assert 0 < kept.size <= 20_000
    for number in range(400):
        assert kept.each(number, things[:1], lambda: writer) == [b'{"id":"0000"}']
    assert 0 < kept.size <= 20_000


def test_what_is_kept_whole_holds_until_anything_changes() -> None:
    revision = [1]
    kept = Fragments(lambda: revision[0], Changes)
    assert kept.keep("name", lambda: 1) == kept.keep("name", lambda: 2) == kept.kept("name") == 1
    revision[0] = 3
    assert kept.kept("name") is None


def test_a_page_can_be_changed_without_changing_what_is_kept() -> None:
    kept = Fragments(lambda: 1, Changes)
    first = kept.page("name", lambda: joined_reply("results", [b"1", b"2"]))
    first.headers["X"] = "1"
    again = kept.page("name", lambda: joined_reply("results", []))
    assert (again.body, "X" in again.headers) == (b'{"results":[1,2]}', False)


def test_joined_answers_are_json() -> None:
    reply = joined_reply("records", [], before={"totalSize": 0, "done": True}, after={"more": "ü"})
    assert json.loads(reply.body) == {"totalSize": 0, "done": True, "records": [], "more": "ü"}
    reply = joined_reply("records", [b"{}", b"{}"], after={"more": 1})
    assert json.loads(reply.body) == {"records": [{}, {}], "more": 1}


def test_json_that_the_fast_encoder_refuses() -> None:
    odd = {"lone": "\ud800", "big": 2**80, 3: None}
    assert encode(odd).decode("utf-8", "surrogatepass") == '{"lone":"\ud800","big":1208925819614629174706176,"3":null}'


def test_what_is_read_again_after_a_change_is_new(
    sandbox: RunningSandbox, salesforce: httpx.Client, hubspot: httpx.Client
) -> None:
    text = "SELECT Id, Title, Account.Name FROM Contact WHERE AccountId != null ORDER BY Id LIMIT 1"
    [row] = query(salesforce, text)
    salesforce.patch(f"{V}/sobjects/Contact/{row['Id']}", json={"Title": "Changed for the fragments"})
    [again] = query(salesforce, text)
    assert again["Title"] == "Changed for the fragments"
    key = query(salesforce, f"SELECT AccountId FROM Contact WHERE Id = '{row['Id']}'")[0]["AccountId"]
    salesforce.patch(f"{V}/sobjects/Account/{key}", json={"Name": "Renamed"})
    assert query(salesforce, text)[0]["Account"]["Name"] == "Renamed", "also what a parent shows"

    path = f"{CONTACTS}?limit=1&properties=jobtitle"
    first = hubspot.get(path).json()["results"][0]
    assert hubspot.get(path).json()["results"][0] == first
    hubspot.patch(f"{CONTACTS}/{first['id']}", json={"properties": {"jobtitle": "Changed"}})
    assert hubspot.get(path).json()["results"][0]["properties"]["jobtitle"] == "Changed"
    hubspot.delete(f"{CONTACTS}/{first['id']}")
    assert hubspot.get(path).json()["results"][0]["id"] != first["id"]


def test_the_log_forgets_old_calls_and_nothing_else() -> None:
    log = EventLog(most_calls=10)
    for number in range(30):
        log.add(number, "request", "x", {})
        if number % 10 == 0:
            log.add(number, "salesforce", "merge", {"id": number})
    assert [entry["id"] for entry in log if entry["what"] == "merge"] == [0, 10, 20]
    assert sum(entry["who"] == "request" for entry in log) <= 20
    assert [entry["n"] for entry in log] == sorted(entry["n"] for entry in log)
    assert log.numbered == 33
    assert [entry["n"] for entry in log.since(31)] == [32, 33]
    assert log.since(-1) == list(log) and log.since(99) == []
