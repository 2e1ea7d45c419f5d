"""The queue's typed filter, its pace, and what the store answers to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from mergetui import errors
from mergetui.records.people import DuplicateSet
from mergetui.records.queue import Condition
from mergetui.store import Mirror, StakeRow
from mergetui.workflow.filters import parse
from mergetui.workflow.pace import Pace, duration_words

NOW = 1_790_000_000_000
DAY = 86_400_000
SETS = {
    "easy": StakeRow("Jane Francis · Jane F", "Acme Travel", "C C", "both", "—", 0.0, "·", "jane@acme.com", "Maya Ruiz",
                     "Web", "Sales 012A", "same", NOW - 5 * DAY),
    "rich": StakeRow("Łukasz Wójcik ×3", "Orlen", "L L C", "1 of 3", "4 forms", 40.0, "▲1", "", "Bo Lind", "Fair\nWeb",
                     "", "different", NOW - 400 * DAY),
    "blocked": StakeRow("Bob Stone · Rob", "Stoneworks", "C H", "none", "—", 1.0, "■1 ▲1", "", "", "", "", "missing",
                        1_773_000_000_000),
}  # fmt: skip
SCORES = {"easy": 0.99, "rich": 0.91, "blocked": 0.805}


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    found = Mirror(tmp_path / "mirror.db")
    sizes = {"easy": 2, "rich": 3, "blocked": 2}
    sets = [DuplicateSet(id_, tuple("abc"[: sizes[id_]]), SCORES[id_], ()) for id_ in SETS]
    found.replace_sets(sets, SETS)
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", {"easy", "rich", "blocked"}),
        ("risk:high", {"rich", "blocked"}),
        ("risk:b", {"blocked"}),
        ("risk:low", {"easy"}),
        ("-risk:low", {"rich", "blocked"}),
        ("risk:", {"easy", "rich", "blocked"}),
        ("object:lead", {"rich"}),
        ("object:hubspot", {"blocked"}),
        ("score>0.9", {"easy", "rich"}),
        ("score>=0.91 score<0.95", {"rich"}),
        ("score:0.80", {"blocked"}),
        ("score>90%", {"easy", "rich"}),
        ("size:3", {"rich"}),
        ("stake>10", {"rich"}),
        ('company:"acme travel"', {"easy"}),
        ("company:ACME -jane", set()),
        ("wójcik", {"rich"}),
        ("jane@acme.com", {"easy"}),
        ("owner:ruiz", {"easy"}),
        ("source:web", {"easy", "rich"}),
        ("recordtype:012a", {"easy"}),
        ("email:same", {"easy"}),
        ("email:missing", {"blocked"}),
        ("link:some", {"rich"}),
        ("created<30d", {"easy"}),
        ("created>30d", {"rich", "blocked"}),
        ("created:2026-03", {"blocked"}),
        ("created>2026-09", set()),
        ("100%_", set()),
    ],
)
def test_a_filter_finds_what_it_says(mirror: Mirror, text: str, wanted: set[str]) -> None:
    assert set(mirror.sets.ids("stake", parse(text, NOW).conditions)) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("risky:high", "Did you mean risk:?"),
        ("risk:enormous", "takes high, low, blocked"),
        ("is:undecidde", "takes undecided"),
        ("score>many", "Write a number"),
        ("created:yesterday", "Write created:2026-03"),
        ("created:2026-13", "Write created:2026-03"),
        ("colour:red", "Words: risk, object"),
    ],
)
def test_a_filter_that_is_not_understood_says_what_may_stand_there(text: str, said: str) -> None:
    with pytest.raises(errors.Usage) as caught:
        parse(text, NOW)
    assert said in str(caught.value)


def test_states_and_tags_are_the_ledgers_part() -> None:
    found = parse("is:undecided -is:not-dup tag:#VIP -tag:old", NOW)
    assert found.states == (("undecided", False), ("not duplicates", True))
    assert found.tags == (("vip", False), ("old", True))
    assert not found.conditions and not found.empty and parse(" - ", NOW).empty


def test_orders_hold_with_a_filter(mirror: Mirror) -> None:
    everything = (Condition("size", ">=", low=0),)
    assert mirror.sets.ids("stake", everything) == ["rich", "blocked", "easy"]
    assert mirror.sets.ids("certainty", everything) == ["easy", "rich", "blocked"]
    assert mirror.sets.ids("size", everything) == ["rich", "easy", "blocked"]


def test_pauses_are_no_work_and_a_taken_back_decision_is_none() -> None:
    pace = Pace(0)
    for number in range(1, 11):
        pace.made("staged", 1, number * 60_000)
    assert pace.words(60) == "60/h · ~1 h left"
    pace.made("later", 1, 10 * 3_600_000)  # the long gap counts as five minutes
    assert round(pace.per_hour or 0) == 44
    pace.made("later", -1, 10 * 3_600_000)
    assert pace.decided == 10 and "10 staged" in pace.summary(0)[0] and "later" not in pace.summary(0)[0]


def test_no_pace_is_told_from_nothing() -> None:
    pace = Pace(0)
    assert pace.words(100) == "" and "Nothing was decided" in pace.summary(60_000)[0]


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0.001, "4 s"), (0.2, "12 min"), (1.5, "1.5 h"), (2.0, "2 h"), (5.4, "5 h"), (9, "1 working day"),
     (31, "4 working days")],
)  # fmt: skip
def test_durations_read_as_people_say_them(hours: float, words: str) -> None:
    assert duration_words(hours) == words
