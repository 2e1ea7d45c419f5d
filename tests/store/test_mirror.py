"""The mirror holds one whole pull at a time and knows who is one person."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from mergetui import errors
from mergetui.records.crm import FieldInfo, HubSpotContact, Option, SalesforceRecord, User, Value
from mergetui.records.people import DuplicateSet, Evidence, Person
from mergetui.store import Mirror, StakeRow
from mergetui.store.facts import instant

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"


def contact(id_: str, modified_at: int = 10, deleted: bool = False, **values: Value) -> SalesforceRecord:
    return SalesforceRecord(id_, "Contact", {"LastName": id_, **values}, modified_at, deleted)


def lead(id_: str, **values: Value) -> SalesforceRecord:
    return SalesforceRecord(id_, "Lead", {"LastName": id_, **values}, 10)


def hubspot(id_: str, archived: bool = False, updated_at: int = 6, **values: str | None) -> HubSpotContact:
    return HubSpotContact(id_, {"lastname": id_, **values}, 5, updated_at, archived, 7 if archived else None)


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    made = Mirror(tmp_path / "mirror.db")
    yield made
    made.close()


def pull(mirror: Mirror, salesforce: list[SalesforceRecord], contacts: list[HubSpotContact], full: bool = True) -> None:
    mirror.begin_pull(full)
    mirror.put_salesforce(salesforce)
    mirror.put_hubspot(contacts)
    mirror.end_pull({"n": len(salesforce)})


def test_everything_comes_back(mirror: Mirror) -> None:
    info = FieldInfo("salesforce", "Contact", "Tier__c", "Tier", "picklist", options=(Option("a", "A\ud800"),))
    record = contact("003A", Email="a@b.example", Score__c=1.5, DoNotCall=True, Odd="\ud800", Long="x" * 32000)
    mirror.begin_pull()
    mirror.put_fields([info])
    mirror.put_users([User("salesforce", "005", "Ana \ud800"), User("hubspot", "77", "Ben")])
    mirror.put_accounts({"001": "Acme"})
    mirror.put_salesforce([record])
    mirror.put_hubspot([hubspot("1", email=None)])
    assert mirror.last_pull() is None
    mirror.end_pull({"at": 5})
    assert mirror.fields("salesforce", "Contact") == (info,)
    assert mirror.salesforce("003A") == record
    assert mirror.hubspot("1") == hubspot("1", email=None)
    assert (mirror.user_name("005"), mirror.user_name("77"), mirror.user_name("x")) == ("Ana ?", "Ben", "")
    assert mirror.account_name("001") == "Acme"
    assert mirror.last_pull() == {"at": 5}
    assert mirror.counts() == {"leads": 0, "contacts": 1, "hubspot": 1, "persons": 2, "sets": 0}


def test_a_full_pull_forgets_what_it_did_not_see(mirror: Mirror) -> None:
    pull(mirror, [contact("003A"), contact("003B")], [hubspot("1")])
    pull(mirror, [contact("003B")], [])
    assert mirror.salesforce("003A") is None
    assert [person.key for person in mirror.persons()] == ["sf:003B"]
    pull(mirror, [contact("003C")], [], full=False)
    assert [person.key for person in mirror.persons()] == ["sf:003B", "sf:003C"]


def test_a_broken_pull_leaves_the_mirror_as_it_was(mirror: Mirror, tmp_path: Path) -> None:
    pull(mirror, [contact("003A")], [hubspot("1", salesforcecontactid="003A")])
    crashed = Mirror(tmp_path / "mirror.db")
    crashed.begin_pull()
    crashed.put_salesforce([contact("003B")])
    crashed.close()
    assert mirror.salesforce("003B") is None
    assert mirror.person("sf:003A") == Person("sf:003A", "003A", "Contact", "1", "active")
    pull(mirror, [contact("003C")], [])
    assert [person.key for person in mirror.persons()] == ["sf:003C"]


def test_two_pulls_do_not_mix(mirror: Mirror, tmp_path: Path) -> None:
    other = Mirror(tmp_path / "mirror.db")
    mirror.begin_pull()
    other.begin_pull()
    with pytest.raises(errors.Busy):
        mirror.put_salesforce([contact("003A")])
    other.end_pull({})
    with pytest.raises(errors.Busy):
        other.put_salesforce([contact("003A")])
    other.close()


def test_who_is_one_person(mirror: Mirror) -> None:
    pull(
        mirror,
        [
            contact("003A", Email="A@x.example"),
            contact("003C"),
            contact("003D", deleted=True),
            lead("00QL"),
            lead("00QK", IsConverted=True, ConvertedContactId="003C"),
        ],
        [
            hubspot("1", salesforcecontactid="003A", email="other@x.example", salesforcelastsynctime=LATE),
            hubspot("2", salesforcecontactid="003A", email="a@x.example", salesforcelastsynctime=EARLY),
            hubspot("3", salesforceleadid="00QL"),
            hubspot("4", salesforceleadid="00QK"),
            hubspot("5", salesforcecontactid="003D"),
            hubspot("6"),
            hubspot("7", archived=True, salesforcecontactid="003A"),
            hubspot("8", salesforcecontactid="00QL"),
        ],
    )  # fmt: skip
    assert mirror.persons() == [
        Person("hs:1", None, None, "1", "stale"),
        Person("hs:5", None, None, "5", "orphaned"),
        Person("hs:6", None, None, "6", "none"),
        Person("hs:8", None, None, "8", "orphaned"),
        Person("sf:003A", "003A", "Contact", "2", "active"),
        Person("sf:003C", "003C", "Contact", "4", "active"),
        Person("sf:00QL", "00QL", "Lead", "3", "active"),
    ]
    assert mirror.person_of("2") == mirror.person("sf:003A")
    mirror.set_link_states({"2": "mismatched"})
    assert mirror.person("sf:003A") == Person("sf:003A", "003A", "Contact", "2", "mismatched")


def test_facts_of_both_sides_carry_one_key(mirror: Mirror) -> None:
    mirror.begin_pull()
    mirror.put_accounts({"001": "Acme"})
    created = {"CreatedDate": "2026-01-01T00:00:00.000+0000"}
    mirror.put_salesforce([contact("003A", AccountId="001", Phone="", HomePhone="123", MailingCity="Rom", **created)])
    mirror.put_hubspot(
        [hubspot("1", salesforcecontactid="003A", company="Acme Ltd", hs_additional_emails="b@x.example")]
    )
    mirror.end_pull({})
    first, second = mirror.facts()
    assert (first.key, first.source, first.object, first.company, first.phone, first.city) == (
        "sf:003A", "salesforce", "Contact", "Acme", "123", "Rom",
    )  # fmt: skip
    assert first.created_at == instant("2026-01-01T00:00:00Z") == 1_767_225_600_000
    assert (second.key, second.source, second.company, second.secondary_email) == (
        "sf:003A", "hubspot", "Acme Ltd", "b@x.example",
    )  # fmt: skip


def test_a_merge_is_taken_over(mirror: Mirror) -> None:
    pull(
        mirror,
        [contact("003A"), contact("003B"), contact("003C")],
        [hubspot("1", salesforcecontactid="003A"), hubspot("2", salesforcecontactid="003B"), hubspot("3")],
    )
    merged = hubspot("9", salesforcecontactid="003A")
    mirror.refresh_records([contact("003A", 20, Title="CTO"), contact("003B", 20, deleted=True)], [merged], ["1", "2"])
    assert mirror.persons() == [
        Person("hs:3", None, None, "3", "none"),
        Person("sf:003A", "003A", "Contact", "9", "active"),
        Person("sf:003C", "003C", "Contact"),
    ]
    mirror.refresh_records([], [], ["003A"])
    assert mirror.person("hs:9") == Person("hs:9", None, None, "9", "orphaned")


def test_refreshing_equals_pulling_anew(mirror: Mirror, tmp_path: Path) -> None:
    pull(mirror, [contact("003A"), lead("00QL")], [hubspot("1", salesforceleadid="00QL"), hubspot("2")])
    converted = lead("00QL", IsConverted=True, ConvertedContactId="003A")
    mirror.refresh_records([converted], [hubspot("2", salesforcecontactid="003A", email="z@z.example")], [])
    fresh = Mirror(tmp_path / "fresh.db")
    pull(
        fresh,
        [contact("003A"), converted],
        [hubspot("1", salesforceleadid="00QL"), hubspot("2", salesforcecontactid="003A", email="z@z.example")],
    )
    assert mirror.persons() == fresh.persons()
    fresh.close()


def test_a_pull_under_way_does_not_bring_old_states_back(mirror: Mirror, tmp_path: Path) -> None:
    pull(mirror, [contact("003A"), contact("003B")], [hubspot("1")])
    puller = Mirror(tmp_path / "mirror.db")
    puller.begin_pull()
    puller.put_salesforce([contact("003A", 10, Title="old")])
    mirror.refresh_records([contact("003A", 20, Title="new")], [hubspot("9")], ["003B", "1"])
    puller.put_salesforce([contact("003A", 10, Title="old"), contact("003B")])
    puller.put_hubspot([hubspot("1")])
    puller.end_pull({})
    new = mirror.salesforce("003A")
    assert new is not None and new.values["Title"] == "new"
    assert [person.key for person in mirror.persons()] == ["hs:9", "sf:003A"]
    puller.close()


def some_set(id_: str, score: float, members: int = 2) -> DuplicateSet:
    return DuplicateSet(id_, tuple(f"k{n}" for n in range(members)), score, (Evidence("prior", "p", -7.0),))


def test_the_queue(mirror: Mirror) -> None:
    sets = [some_set("a", 0.9), some_set("b", 0.99, 3), some_set("c", 0.95)]
    stakes = {
        "a": StakeRow("Łukasz · L", "Orlen [b]", "C C", "both", "2 opens", 2.0, "▲1"),
        "b": StakeRow("Jane % _", "Acme", "C C C", "none", "—", 0.0),
        "c": StakeRow("Straße\ud800", "ACME", "L C", "both", "—", 0.0),
    }
    mirror.replace_sets(sets, stakes)
    assert mirror.set_ids() == ["a", "b", "c"]
    assert mirror.set_ids("certainty") == ["b", "c", "a"]
    assert mirror.set_ids("size") == ["b", "c", "a"]
    assert mirror.set_ids(text="acme") == ["b", "c"]
    assert mirror.set_ids(text="STRASSE") == ["c"]
    assert mirror.set_ids(text="%") == ["b"]
    assert mirror.set_ids(hide={"b"}) == ["a", "c"]
    assert mirror.set("b") == sets[1]
    assert mirror.set("z") is None
    rows = mirror.queue_rows(["c", "gone", "a"])
    assert [(row.set_id, row.who, row.checks, row.status) for row in rows] == [
        ("c", "Straße?", "", ""),
        ("a", "Łukasz · L", "▲1", ""),
    ]
    with pytest.raises(errors.Usage):
        mirror.set_ids("random")
    mirror.replace_sets(sets[:1], stakes)
    assert mirror.set_ids() == ["a"]


def test_a_set_without_a_row_changes_nothing(mirror: Mirror) -> None:
    mirror.replace_sets([some_set("a", 0.9)], {"a": StakeRow("x", "", "", "", "", 0.0)})
    with pytest.raises(KeyError):
        mirror.replace_sets([some_set("b", 0.9)], {})
    assert mirror.set_ids() == ["a"]


def test_another_version_is_emptied_and_a_damaged_file_said(tmp_path: Path) -> None:
    path = tmp_path / "mirror.db"
    mirror = Mirror(path)
    pull(mirror, [contact("003A")], [])
    mirror.close()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA user_version=7")
    raw.close()
    again = Mirror(path)
    assert again.persons() == []
    again.close()
    path.write_bytes(b"garbage" * 1000)
    with pytest.raises(errors.Damaged, match="pull"):
        Mirror(path)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, 0), ("", 0), (True, 0), (5, 5), ("1700000000000", 1_700_000_000_000), ("soon", 0)]
    + [(text, 1_000) for text in ("1970-01-01T00:00:01Z", "1970-01-01T00:00:01.000+0000", "1970-01-01T00:00:01")],
)
def test_instants(value: object, expected: int) -> None:
    assert instant(value) == expected
