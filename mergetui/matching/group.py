"""Pairs to duplicate sets, without chaining strangers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from mergetui.records.people import CandidatePair, DuplicateSet

LARGEST_SET = 12
_STRANGERS = -2.0
"""Two members of one set must not look less alike than this (log-odds)."""


def set_id(members: Iterable[str]) -> str:
    """The same for the same person keys, whatever their order."""
    return hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()[:20]


def group(pairs: Sequence[CandidatePair], log_odds: Callable[[str, str], float]) -> tuple[DuplicateSet, ...]:
    """Join the surest pairs first. Two groups are joined only when no member of one is a stranger to a member of the
    other and they agree on average; a pair that would chain strangers stays a reason for nothing.

    ``log_odds`` judges any two keys. Sets come sorted by score, the surest first.
    """
    groups: dict[str, frozenset[str]] = {}
    weakest: dict[frozenset[str], CandidatePair] = {}
    for pair in sorted(pairs, key=lambda one: (-one.score, one.key_a, one.key_b)):
        left = groups.get(pair.key_a, frozenset((pair.key_a,)))
        right = groups.get(pair.key_b, frozenset((pair.key_b,)))
        if left == right or len(left) + len(right) > LARGEST_SET:
            continue
        cross = [log_odds(a, b) for a in sorted(left) for b in sorted(right)]
        if min(cross) < _STRANGERS or sum(cross) < 0:
            continue
        joined = left | right
        weakest.pop(left, None)
        weakest.pop(right, None)
        weakest[joined] = pair
        for member in joined:
            groups[member] = joined
    made = [_made(members, pair) for members, pair in weakest.items()]
    return tuple(sorted(made, key=lambda one: (-one.score, one.id)))


def _made(members: frozenset[str], pair: CandidatePair) -> DuplicateSet:
    return DuplicateSet(set_id(members), tuple(sorted(members)), pair.score, pair.evidence)
