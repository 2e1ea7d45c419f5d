"""The whole way from people to pairs and duplicate sets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mergetui.matching.blocks import LARGEST_GROUP, block
from mergetui.matching.coding import TEXTS, Codes, Floats, Table, Wide
from mergetui.matching.context import in_context
from mergetui.matching.crowd import Crowd, crowd
from mergetui.matching.evidence import evidence
from mergetui.matching.persons import Custom, pooled, set_id
from mergetui.matching.rules import NO_RULES, Rules
from mergetui.matching.score import Scorer, logit, probabilities
from mergetui.records.people import CandidatePair, DuplicateSet, PersonFacts

THRESHOLD = 0.5
"""The recommended cut: *possible*. Scores are probabilities, so here right pairs outweigh wrong ones."""
CERTAIN = 0.95
"""From here on pairs are *certain*."""
_CHUNK = 5_000

Progress = Callable[[str, int, int | None], None]
"""Called with what is being done, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Found:
    """Pairs at or above a threshold as columns, the surest first."""

    ids: Sequence[str]
    first: Codes
    second: Codes
    """Rows; the id of the first comes before the second's in the alphabet."""
    own: Floats
    others: Floats
    score: Floats
    group: Codes
    """Per row: one row of its group."""
    compared: int
    left_out: Mapping[str, int]
    one: Crowd
    rules: Rules

    def candidates(self, at: int, size: int) -> list[CandidatePair]:
        """Some of the pairs with their evidence, from place ``at`` on."""
        return self.explained(np.arange(at, min(at + size, len(self.first))))

    def explained(self, places: Wide) -> list[CandidatePair]:
        a, b = self.first[places], self.second[places]
        low, high = np.minimum(a, b), np.maximum(a, b)
        told = evidence(self.one, self.rules, low, high, self.own[places], self.others[places])
        rows = zip(a.tolist(), b.tolist(), self.score[places].tolist(), told, strict=True)
        return [CandidatePair(self.ids[x], self.ids[y], score, pieces) for x, y, score, pieces in rows]

    def sets(self, names: Sequence[str] | None = None) -> list[tuple[tuple[str, ...], int]]:
        """Members of each set, sorted, and the place of the weakest pair that holds it together; sorted by score, the
        surest first. ``names``: what rows are called; rows of one name are one member."""
        names = self.ids if names is None else names
        inside = np.flatnonzero(self.group[self.first] == self.group[self.second])
        leader: dict[str, str] = {}
        members: dict[str, list[str]] = {}
        weakest: dict[str, int] = {}
        # from the surest pair on; each is either inside a set already or joins two
        for place, row_x, row_y in zip(
            inside.tolist(), self.first[inside].tolist(), self.second[inside].tolist(), strict=True
        ):
            x, y = names[row_x], names[row_y]
            one, other = leader.get(x, x), leader.get(y, y)
            if one == other:
                continue
            mine, theirs = members.pop(one, [one]), members.pop(other, [other])
            weakest.pop(other, None)
            mine += theirs
            members[one] = mine
            weakest[one] = place
            for name in mine:
                leader[name] = one
        made = [(tuple(sorted(names)), weakest[one]) for one, names in members.items()]
        return sorted(made, key=lambda found: (-self.score[found[1]], found[0]))


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


def find(
    ids: Sequence[str],
    table: Table,
    *,
    threshold: float = THRESHOLD,
    progress: Progress | None = None,
    largest_group: int = LARGEST_GROUP,
    rules: Rules = NO_RULES,
    only: Codes | None = None,
) -> Found:
    """``table`` gives its columns away. ``only``: look only at pairs with one of these rows (and what hangs together
    with them)."""
    tell = progress or (lambda _what, _done, _total: None)
    tell("normalising values", 0, None)
    one = crowd(table)
    tell("looking for shared keys", 0, one.rows)
    blocks = block(one, largest=largest_group, only=only, rules=rules)
    scorer = Scorer(one, rules)
    tell("comparing pairs", 0, len(blocks.first))
    first, second = blocks.first, blocks.second
    own = scorer.log_odds(first, second)
    tell("building sets", 0, int(np.count_nonzero(own >= 0)))
    least = logit(min(max(threshold, 1e-9), 1 - 1e-9)) - 1e-9
    context = in_context(ids, first, second, own, scorer.log_odds, 0.0)
    whole = context.own + context.others
    keep = whole >= least
    if rules.same is not None:
        keep &= rules.same[context.first] != rules.same[context.second]
    kept = np.flatnonzero(keep)
    a, b, whole = context.first[kept], context.second[kept], whole[kept]
    rank = _ranks(ids, a, b)
    a, b = np.where(rank[a] > rank[b], b, a), np.where(rank[a] > rank[b], a, b)
    order = np.lexsort((rank[b], rank[a], -whole))
    kept = kept[order]
    return Found(
        ids, a[order], b[order], context.own[kept], context.others[kept], probabilities(whole[order]), context.group,
        len(first), blocks.left_out, one, rules,
    )  # fmt: skip


def _ranks(ids: Sequence[str], *columns: Codes) -> Codes:
    """The place of each row's id in the alphabet, among the rows that stand in ``columns``."""
    used = np.zeros(len(ids), bool)
    for column in columns:
        used[column] = True
    rows = sorted(np.flatnonzero(used).tolist(), key=ids.__getitem__)
    rank = np.zeros(len(ids), np.int32)
    rank[rows] = np.arange(len(rows))
    return rank


def match(
    facts: Iterable[PersonFacts],
    *,
    threshold: float = THRESHOLD,
    progress: Progress | None = None,
    largest_group: int = LARGEST_GROUP,
    custom: Custom | None = None,
) -> MatchResult:
    """Find who is one human with whom.

    Rows of ``facts`` with the same key are one person, such as both sides of a link: they are never a pair, and each
    fills the other's gaps. The order of the rows does not matter.
    """
    custom = custom or Custom()
    rows = pooled(facts, custom.ignored)
    keys = [row.key for row in rows]
    table, tell = Table(), progress or (lambda _what, _done, _total: None)
    for at in range(0, len(rows), _CHUNK):
        part = rows[at : at + _CHUNK]
        tell("reading people", at, len(rows))
        table.add({name: [getattr(row, name) for row in part] for name in TEXTS}, len(part))
    ids = [f"{row.key}\x00{place}" for place, row in enumerate(rows)]
    found = find(
        ids, table, threshold=threshold, progress=progress, largest_group=largest_group, rules=custom.rules(keys)
    )  # fmt: skip
    return _result(found, keys, tell)


def _result(found: Found, keys: Sequence[str], tell: Progress) -> MatchResult:
    """Pairs of rows to pairs of persons: the best pair of their rows speaks for them."""
    best: dict[tuple[str, str], int] = {}
    for place, (x, y) in enumerate(zip(found.first.tolist(), found.second.tolist(), strict=True)):
        best.setdefault((keys[x], keys[y]), place)  # the surest come first
    pairs = [
        replace(pair, key_a=keys[x], key_b=keys[y])
        for places in [np.array(list(best.values()), np.int64)]
        for pair, x, y in zip(
            found.explained(places), found.first[places].tolist(), found.second[places].tolist(), strict=True
        )
    ]
    by_place = dict(zip(best.values(), pairs, strict=True))
    sets = []
    for members, weakest in found.sets(keys):
        pair = by_place.get(weakest) or by_place[best[keys[found.first[weakest]], keys[found.second[weakest]]]]
        sets.append(DuplicateSet(set_id(members), members, pair.score, pair.evidence))
    sets.sort(key=lambda one: (-one.score, one.id))
    pairs.sort(key=lambda one: (-one.score, one.key_a, one.key_b))
    tell("done", found.compared, found.compared)
    return MatchResult(tuple(pairs), tuple(sets), len(set(keys)), found.compared, found.left_out)
