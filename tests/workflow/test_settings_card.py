"""The settings card: the admin's word, what ends it, what reminds of it, and what a pull learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mergetui import cli
from mergetui.records.clock import local_now
from mergetui.records.crm import HubSpotContact, SalesforceRecord
from mergetui.store import Ledger, Mirror
from mergetui.workflow import card, learning
from mergetui.workflow.office import Office
from tests.workflow.test_keeping import settled

HOUR = 3_600_000


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MERGETUI_HOME", str(tmp_path))
    return tmp_path


def later(monkeypatch: pytest.MonkeyPatch, hours: float) -> None:
    moment = local_now() + int(hours * HOUR)
    for module in (card, learning):
        monkeypatch.setattr(module, "local_now", lambda: moment)
    monkeypatch.setattr("mergetui.workflow.office.local_now", lambda: moment)


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    assert cli.run(["settings", *words]) == code
    out = capsys.readouterr()
    return out.out + out.err


def test_both_switches_are_declared_once_and_shown_with_their_end(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "delete contacts with Salesforce: unknown, counts as ON" in said(capsys)
    told = said(capsys, "declare", "--contacts", "off", "--leads", "off", "--by", "Maya Ruiz")
    assert told.count("off until") == 2 and "Maya Ruiz said Do nothing" in told
    shown = said(capsys)
    assert shown.count("off until") == 2 and "section Deleting Contacts" in shown
    later(monkeypatch, 12.1)
    assert "more than 12 hours ago; counts as on" in said(capsys)
    said(capsys, "declare", "--contacts", "off")
    assert said(capsys).count("off until") == 1


def test_a_word_is_taken_back_or_turned(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "declare", "--contacts", "off", "--leads", "off")
    assert "delete contacts with Salesforce: ON" in said(capsys, "declare", "--contacts", "on")
    told = said(capsys, "declare", "--contacts", "unknown")
    assert "delete contacts with Salesforce: unknown" in told and "delete leads with Salesforce: off" in told


def test_senseless_words_are_wrong_usage(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "Nothing was declared" in said(capsys, "declare", code=2)
    assert "go with declare" in said(capsys, "--contacts", "off", code=2)
    assert cli.run(["--read-only", "settings", "declare", "--contacts", "off"]) == 2


def test_the_mapping_table_is_shown_and_the_profile_corrects_it(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shown = said(capsys)
    assert "jobtitle" in shown and "Contact.Title" in shown and "two-way" in shown and "default mapping" in shown
    (home / "profiles.toml").write_text(
        '[default.mapping]\njobtitle = "prefer_salesforce"\nnps = { contact = "NPS__c", rule = "always_salesforce" }\n'
    )
    shown = said(capsys)
    assert "prefer Salesforce unless blank  declared" in shown
    assert "Contact.NPS__c" in shown and "always use Salesforce" in shown


@pytest.mark.parametrize("line", ['jobtitle = "sometimes"', 'jobtitle = { rool = "none" }', 'x = { contact = "a b" }'])
def test_a_wrong_line_in_the_mapping_is_named(home: Path, capsys: pytest.CaptureFixture[str], line: str) -> None:
    (home / "profiles.toml").write_text(f"[default.mapping]\n{line}\n")
    assert "[default] mapping" in said(capsys, code=2)


def test_once_all_plans_have_ended_the_admin_is_reminded(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "declare", "--contacts", "off")
    assert "Put Deleting Contacts" not in said(capsys), "nothing was merged yet"
    settled(home)
    shown = said(capsys)
    assert "Put Deleting Contacts of contacts back" in shown and "declare --contacts on" in shown
    assert cli.run(["status"]) == 1
    assert "Put Deleting Contacts" in capsys.readouterr().err
    said(capsys, "declare", "--contacts", "on")
    assert "Put Deleting Contacts" not in said(capsys)


def test_plans_under_way_need_no_reminder_yet(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "declare", "--contacts", "off")
    settled(home, state="linked")
    assert "Put Deleting Contacts" not in said(capsys)


# what the CRMs show ------------------------------------------------------------------------------------------------
class Salesforce:
    def __init__(self, deleted: list[SalesforceRecord]) -> None:
        self.gone = deleted
        self.asked: list[int] = []

    def now(self) -> int:
        return local_now()

    async def deleted(self, name: str, fields: Any, *, since: int) -> list[SalesforceRecord]:
        self.asked.append(since)
        return [row for row in self.gone if row.object == name and row.modified_at >= since]


class HubSpot:
    def __init__(self, archived: list[HubSpotContact]) -> None:
        self.bin = {contact.id: contact for contact in archived}

    async def archived_contacts(self, properties: Any) -> list[HubSpotContact]:
        return list(self.bin.values())

    async def archived(self, contact_id: str) -> HubSpotContact | None:
        return self.bin.get(contact_id)

    async def histories(self, ids: Any, properties: Any) -> dict[str, Any]:
        return {one: {"phone": ((5, "+1", "SALESFORCE"),)} for one in ids}


def gone(number: int, at: int, name: str = "Contact") -> SalesforceRecord:
    return SalesforceRecord(f"003{number:012d}AAA", name, {}, at, deleted=True)  # type: ignore[arg-type]


def holder(number: int, archived_at: int | None = None) -> HubSpotContact:
    values = {"salesforcecontactid": f"003{number:012d}AAA", "salesforcelastsynctime": "5"}
    return HubSpotContact(str(9000 + number), values, 0, 0, archived_at is not None, archived_at)


def pulled(home: Path, *contacts: HubSpotContact) -> Office:
    mirror = Mirror(home / "data/default/mirror.db")
    mirror.begin_pull()
    mirror.put_salesforce([SalesforceRecord(f"003{1:012d}AAA", "Contact", {"Phone": "+1"}, 1)])
    mirror.put_hubspot(contacts)
    mirror.end_pull({})
    mirror.close()
    return Office("default")


async def test_a_pull_learns_what_became_of_the_contacts_of_deleted_rows(home: Path) -> None:
    office = pulled(home, holder(1), holder(9))
    at = local_now() - 2 * HOUR
    rows = [gone(number, at) for number in (2, 3, 4, 9)]
    binned = [holder(number, at + 60_000) for number in (2, 3, 4)]
    await learning.learn(office, Salesforce(rows), HubSpot(binned))  # type: ignore[arg-type]
    contact, lead = office.delete_switches()
    assert contact.value == "on" and contact.strength == "weak", "three were archived, one outlived its row"
    assert lead.value == "unknown" and lead.strength == "none"
    [seen] = learning.sightings(office.ledger)
    assert (seen.property, seen.contacts, seen.of) == ("phone", 1, 1)
    assert "written by Salesforce in 1 of 1 contacts" in next(
        rule.evidence for rule in office.sync_settings().mapping if rule.property == "phone"
    )
    office.close()


@pytest.mark.parametrize(
    ("deleted_before", "archived_after", "holds"),
    [(-HOUR, 120_000, False), (-HOUR, 25 * 60_000, True), (-HOUR, None, True), (HOUR, 120_000, True)],
)
async def test_the_first_archive_after_the_word_ends_it(
    home: Path, monkeypatch: pytest.MonkeyPatch, deleted_before: int, archived_after: int | None, holds: bool
) -> None:
    """``deleted_before``: ms between the row's deletion and the word (negative: after it)."""
    card.declare(Office("default"), card.Answers(contacts="off"))
    at = local_now() - deleted_before
    later(monkeypatch, 2)
    office = pulled(home, holder(2))
    binned = [] if archived_after is None else [holder(2, at + archived_after)]
    await learning.look_for_contradiction(office, Salesforce([gone(2, at)]), HubSpot(binned))  # type: ignore[arg-type]
    switch = office.delete_switches()[0]
    assert (switch.value == "off") is holds, switch.evidence
    office.close()


async def test_nobody_is_asked_when_nothing_was_declared(home: Path) -> None:
    office, salesforce = pulled(home), Salesforce([])
    await learning.look_for_contradiction(office, salesforce, HubSpot([]))  # type: ignore[arg-type]
    assert not salesforce.asked
    card.declare(office, card.Answers(contacts="off"))
    await learning.look_for_contradiction(office, salesforce, HubSpot([]))  # type: ignore[arg-type]
    assert len(salesforce.asked) == 1, "leads were not said to be off"
    office.close()


def test_what_was_found_once_stays_found(home: Path) -> None:
    ledger = Ledger(home / "ledger.db")
    before = learning.Sighting("nps", 3, 9, 4, (("Contact", "NPS__c", 3),))
    [kept] = learning._joined([before], [learning.Sighting("nps", 1, 50, 0)])
    assert kept.fields == before.fields and kept.reverts == 4 and kept.of == 50
    assert learning._joined([before], []) == [before]
    ledger.close()
