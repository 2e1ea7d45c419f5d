"""A record in full, the timeline, the addresses; dossiers read ahead."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from mergetui import errors
from mergetui.records.crm import Activity, ChildRow, OrgIdentity
from mergetui.records.review import Dossier
from mergetui.workflow import dossiers
from mergetui.workflow.dossiers import Dossiers
from mergetui.workflow.inspect import addresses_of, changes_words, record_view, sparkline, timeline_view
from mergetui.workflow.office import Office
from tests.support.dossiers import DAY, NOW, contact, dossier, extras, member, pair, record

NAMES = {"005000000000001AAA": "Maya Ruiz"}


def busy() -> Dossier:
    first = member(
        1,
        record(1, FirstName="Jane", Title="Sales", CreatedDate="2024-01-01T00:00:00.000+0000"),
        contact(1, 1, jobtitle="CTO", hs_email_open="12"),
        extras(
            1, (Activity("form", "7", NOW - 3 * DAY, "Spring catalogue"), Activity("deal", "8", None, "Tour", True))
        ),
        children=(ChildRow("Task", "00T1", "WhoId", "x", "Call back", NOW - 10 * DAY, "Open"),),
    )
    return dossier(first, member(2, record(2), contact(2, 2)))


def test_a_record_shows_every_value_of_both_crms_and_where_they_disagree() -> None:
    histories = replace(
        extras(1), history={"jobtitle": ((NOW - 2 * DAY, "CTO", "SALESFORCE"), (NOW - 9 * DAY, "Dev", "CRM_UI"))}
    )
    view = record_view(busy(), 0, NAMES, histories, reading=False)
    lines = {(line.section, line.api): line for line in view.lines if line.api}
    assert lines["Salesforce Contact", "OwnerId"].text == "Maya Ruiz"
    title = lines["HubSpot contact", "jobtitle"]
    assert (
        title.text == "CTO" and title.note.startswith("≠ Salesforce: Sales") and "by the sync, 1 before" in title.note
    )
    before = [line for line in view.lines if line.label.strip() == "before"]
    assert [line.text for line in before] == ["Dev"] and "by a person in HubSpot" in before[0].note
    sections = {line.section for line in view.lines}
    assert {"Salesforce: task (1)", "HubSpot: form (1)", "HubSpot: deal (1)"} <= sections


def test_the_timeline_joins_both_crms_newest_first_and_undated_last() -> None:
    view = timeline_view(busy())
    told = [(line.crm, line.kind, line.title) for line in view.lines if line.column == 0]
    assert told[0] == ("HubSpot", "form", "Spring catalogue") and told[1] == ("Salesforce", "task", "Call back (Open)")
    assert told[-1] == ("HubSpot", "deal", "Tour (open)") and view.lines[-1].when == ""
    assert view.persons[0][2] == "12 opens"


@pytest.mark.parametrize(
    ("moments", "bars"),
    [
        ([], "▁" * 12),
        ([NOW], "▁" * 11 + "█"),
        ([NOW, NOW, NOW - 62 * DAY], "▁" * 9 + "▅▁█"),
        ([NOW - 400 * DAY, NOW + DAY], "▁" * 12),
    ],
)
def test_a_sparkline_has_a_bar_for_each_of_twelve_months(moments: list[int], bars: str) -> None:
    assert sparkline(moments, NOW) == bars


def test_a_change_says_when_and_by_whom() -> None:
    assert changes_words((), NOW) == ""
    assert changes_words(((NOW - 3 * DAY, "x", "NEW_SOURCE"),), NOW) == "3 days ago by new_source"


def test_addresses_lead_to_both_crms() -> None:
    orgs = {
        "salesforce_org": OrgIdentity("salesforce", "00D", "Acme", False, ui_url="https://acme.my.salesforce.com/"),
        "hubspot_org": OrgIdentity("hubspot", "4471", "acme", False, ui_url="https://app.hubspot.com/contacts/4471"),
    }
    found = dict(addresses_of(replace(pair(), **orgs), 0))
    assert found["Salesforce"].startswith("https://acme.my.salesforce.com/lightning/r/Contact/003000000000001AAA")
    assert found["HubSpot"] == "https://app.hubspot.com/contacts/4471/record/0-1/9001"
    assert addresses_of(pair(), 0) == ()


class Reader(Dossiers):
    """Reads without any CRM."""

    def __init__(self, home: Path) -> None:
        super().__init__(Office("default"), lambda: pytest.fail("no CRM here"))
        self.read_now: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def _fresh(self, set_id: str) -> Dossier:
        self.read_now.append(set_id)
        await self.gate.wait()
        if set_id == "broken":
            raise errors.Problem("The people of this set are no longer here.")
        return replace(pair(), set_id=set_id)


async def test_what_was_read_ahead_is_used_once_and_only_while_young(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [NOW]
    monkeypatch.setattr(dossiers, "local_now", lambda: now[0])
    reader = Reader(tmp_path)
    await reader.read_ahead(["a", "broken", "b"])
    assert (await reader.read("a")).set_id == "a" and reader.read_now == ["a", "broken", "b"]
    await reader.read("a")
    assert reader.read_now == ["a", "broken", "b", "a"], "a second opening reads anew"
    now[0] += dossiers.AHEAD_FOR_MS
    await reader.read("b")
    assert reader.read_now[-1] == "b"
    with pytest.raises(errors.Problem):
        await reader.read("broken")


async def test_a_set_that_is_being_read_ahead_is_not_read_twice(tmp_path: Path) -> None:
    reader = Reader(tmp_path)
    reader.gate.clear()
    ahead = asyncio.ensure_future(reader.read_ahead(["a"]))
    await asyncio.sleep(0)
    opened = asyncio.ensure_future(reader.read("a"))
    await asyncio.sleep(0)
    reader.gate.set()
    assert (await opened).set_id == "a" and reader.read_now == ["a"]
    await ahead
