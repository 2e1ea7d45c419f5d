"""What reviewers and the profile say reaches the matcher, and verdicts end when records change."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from mergetui.config_model import Profile
from mergetui.matching.match import MatchResult
from mergetui.matching.match import match as find
from mergetui.records.crm import SalesforceRecord
from mergetui.store import Ledger, Mirror
from mergetui.workflow.matching_rules import custom
from mergetui.workflow.office import Office
from mergetui.workflow.refresh import match

ID = "003000000000{:06d}"
JANE = {"FirstName": "Jane", "LastName": "Ellerby", "Email": "jane@acme.example", "Phone": "+44 113 4960123"}


class Bench:
    def __init__(self, folder: Path, **config: Any) -> None:
        self.mirror, self.ledger = Mirror(folder / "mirror.db"), Ledger(folder / "ledger.db")
        self.office = cast(
            Office,
            SimpleNamespace(
                mirror=self.mirror, ledger=self.ledger, config=Profile(**config), read_only=False, rules=None
            ),
        )

    def put(self, *people: dict[str, str]) -> None:
        rows = [
            SalesforceRecord(ID.format(number), "Contact", {**JANE, **values}, 1)
            for number, values in enumerate(people, start=1)
        ]
        self.mirror.begin_pull()
        self.mirror.put_salesforce(rows)
        self.mirror.end_pull({})

    def find(self) -> MatchResult:
        facts = list(self.mirror.facts())
        return find(facts, custom=custom(self.office, facts)[0])

    def sets(self) -> list[int]:
        return [len(found.members) for found in self.find().sets]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def test_rejected_people_come_back_when_a_record_changes(folder: Path) -> None:
    bench = Bench(folder)
    bench.put({}, {})
    [found] = bench.find().sets
    bench.ledger.decide(found.id, found.members, "not duplicates")
    assert bench.sets() == []
    # nobody joins them again in another set either
    bench.put({}, {}, {"Title": "CTO"})
    assert all(not set(found.members) <= set(one.members) for one in bench.find().sets)
    assert bench.ledger.decisions() == {found.id: "not duplicates"}
    bench.put({"Title": "CEO"}, {})
    assert found.id in bench.ledger.decisions()
    assert bench.sets() != []
    assert bench.ledger.decisions() == {}


def test_a_rejected_set_stays_in_the_queue(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench(folder)
    bench.put({}, {})
    [found] = bench.find().sets
    from mergetui.store import StakeRow
    from mergetui.workflow import refresh

    row = StakeRow("Jane", "Acme", "C C", "none", "", 0, "·")
    monkeypatch.setattr(refresh, "stake_row", lambda *_: row)
    assert match(bench.office, lambda *_: None).startswith("1 duplicate set")
    bench.ledger.decide(found.id, found.members, "not duplicates")
    match(bench.office, lambda *_: None)
    assert bench.mirror.set(found.id) is not None


def test_keys_decide(folder: Path) -> None:
    bench = Bench(folder, match_keys={"customer number": ("Number__c",)})
    other = {"FirstName": "Petra", "LastName": "Stone", "Email": "p@b.example", "Phone": "+49 30 55512345"}
    bench.put({"Number__c": "1"}, {"Number__c": "2"}, {**other, "Number__c": "1"})
    [found] = bench.find().sets
    assert found.members == tuple("sf:" + ID.format(number) for number in (1, 3))


def test_a_field_that_does_not_count(folder: Path) -> None:
    same_mailbox = {"FirstName": "Jane", "LastName": "", "Phone": ""}
    scores = []
    for number, config in enumerate(({}, {"match_ignore": ("email",)}, {"match_weights": {"e-mail": 0.2}})):
        (folder / str(number)).mkdir()
        bench = Bench(folder / str(number), **config)
        bench.put(same_mailbox, same_mailbox)
        scores.append([pair.score for pair in bench.find().pairs])
    assert scores[1] == []
    assert scores[0] > scores[2]
