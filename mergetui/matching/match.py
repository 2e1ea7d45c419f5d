"""The whole way from facts to duplicate sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mergetui.matching.blocks import LARGEST_GROUP, block
from mergetui.matching.group import group
from mergetui.matching.normal import Normaliser, Someone
from mergetui.matching.score import Scorer, logit, probability
from mergetui.records.people import CandidatePair, DuplicateSet, PersonFacts

THRESHOLD = 0.9
"""The recommended cut. Names, companies and places depend on each other: sums near even odds promise too much."""

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class MatchResult:
    pairs: tuple[CandidatePair, ...]
    """At or above the threshold, the surest first."""
    sets: tuple[DuplicateSet, ...]
    people: int = 0
    compared: int = 0
    """How many pairs were judged."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    """Kind of shared key → number of groups too large to be looked at through it."""


def match(
    facts: Iterable[PersonFacts],
    *,
    threshold: float = THRESHOLD,
    progress: Progress | None = None,
    largest_group: int = LARGEST_GROUP,
) -> MatchResult:
    """Find who is one human with whom.

    Rows of ``facts`` with the same key are one person: their values are pooled and they are never a pair. The order
    of the rows does not matter.
    """
    tell = progress or (lambda _what, _done, _total: None)
    people = _people(facts, tell)
    scorer = Scorer(people)
    tell("looking for shared keys", 0, len(people))
    blocks = block(people, largest=largest_group)
    least = logit(min(max(threshold, 1e-9), 1 - 1e-9)) - 1e-9
    found: list[tuple[float, Someone, Someone]] = []
    for number, (first, second) in enumerate(blocks.pairs):
        if number % 20_000 == 0:
            tell("comparing pairs", number, len(blocks.pairs))
        odds = scorer.log_odds(people[first], people[second])
        if odds >= least:
            found.append((odds, people[first], people[second]))
    found.sort(key=lambda one: (-one[0], one[1].key, one[2].key))
    pairs = tuple(CandidatePair(a.key, b.key, probability(odds), scorer.evidence(a, b)) for odds, a, b in found)
    tell("building sets", 0, len(pairs))
    by_key = {one.key: one for one in people}
    sets = group(pairs, lambda a, b: scorer.log_odds(by_key[a], by_key[b]))
    tell("done", len(blocks.pairs), len(blocks.pairs))
    return MatchResult(pairs, sets, len(people), len(blocks.pairs), blocks.left_out)


def _people(facts: Iterable[PersonFacts], tell: Progress) -> list[Someone]:
    rows: dict[str, list[PersonFacts]] = {}
    for number, row in enumerate(facts):
        if number % 20_000 == 0:
            tell("reading people", number, None)
        rows.setdefault(row.key, []).append(row)
    normaliser = Normaliser()
    return [normaliser.someone(key, rows[key]) for key in sorted(rows)]
