"""What third rows say about two: groups of rows that hang together, parted where they do not agree on average.

Pairs alone chain strangers: A is B's twin and B is C's, but A and C are father and son. So every component of pairs is
looked at whole: all its pairs are scored, the surest are joined first, and two halves are joined only when they agree
on average and nobody in one is a stranger to anybody in the other. What a pair has of it is one more piece of
evidence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import Codes, Flags, Floats, Wide
from mergetui.matching.weights import CONTEXT

LARGEST = 40
"""Components above this are broken by asking for surer pairs before they are looked at."""
STRANGERS = -7.0
"""Two members of one group must not look less alike than this (log-odds)."""
JOINED = -0.5
"""Two groups are joined when their members agree on average by this much (log-odds)."""
_ALIKE = 8.0

Odds = Callable[[Codes, Codes], Floats]


@dataclass(frozen=True, slots=True)
class Context:
    first: Codes
    second: Codes
    """All pairs that are left, those inside groups that share no key among them; sorted."""
    own: Floats
    """Log-odds of their own."""
    others: Floats
    """What third rows add, in log-odds with one decimal."""
    group: Codes
    """Per row: one row of its group, the same for all of them."""


def components(rows: int, first: Codes, second: Codes) -> Codes:
    """Per row the smallest row it hangs together with."""
    label = np.arange(rows, dtype=np.int32)
    while len(first):
        low = np.minimum(label[first], label[second])
        np.minimum.at(label, label[first], low)
        np.minimum.at(label, label[second], low)
        while True:  # everybody follows his leader's leader
            next_ = label[label]
            if np.array_equal(next_, label):
                break
            label = next_
        open_ = label[first] != label[second]
        first, second = first[open_], second[open_]
    return label


def in_context(ids: Sequence[str], first: Codes, second: Codes, own: Floats, odds: Odds, floor: float) -> Context:
    """``floor``: log-odds above which a pair holds a component together; pairs below it are judged alone. ``ids``
    decide between what is equally sure, so that the order of rows never does."""
    rows = len(ids)
    group = np.arange(rows, dtype=np.int32)
    holding = own >= floor
    label = components(rows, first[holding], second[holding])
    label = _broken(rows, label, first, second, own, floor)
    done: list[tuple[Wide, Floats, Floats]] = []
    for size, members in _by_size(label, ids):
        if size == 2:
            group[members[:, 1]] = members[:, 0]
            continue
        for at in range(0, len(members), max(1, 2_000_000 // size**3)):
            part = members[at : at + max(1, 2_000_000 // size**3)]
            done.append(_whole(rows, part, group, first, second, own, odds))
    big = np.bincount(label, minlength=rows)[label] > 2
    inside = (label[first] == label[second]) & big[first]
    codes = first.astype(np.int64) * rows + second
    keys = np.concatenate([codes[~inside], *(one[0] for one in done)])
    values = np.concatenate([own[~inside], *(one[1] for one in done)])
    others = np.concatenate([np.zeros(int(np.count_nonzero(~inside))), *(one[2] for one in done)])
    order = np.argsort(keys)
    keys = keys[order]
    one = (keys // max(rows, 1)).astype(np.int32)
    two = (keys - one.astype(np.int64) * rows).astype(np.int32)
    return Context(one, two, values[order], np.round(others[order], 1), group)


def _broken(rows: int, label: Codes, first: Codes, second: Codes, own: Floats, floor: float) -> Codes:
    """Components that are too large, held together by surer pairs only."""
    level = floor
    while True:
        sizes = np.bincount(label, minlength=rows)[label]
        large = sizes > LARGEST
        if not large.any():
            return label
        level += 2.0
        holding = (own >= level) & large[first] & (label[first] == label[second])
        if level > 60:  # so many rows that are all alike cannot be told apart: each stays alone
            label = np.where(large, np.arange(rows, dtype=np.int32), label)
            return label
        parted = components(rows, first[holding], second[holding])
        label = np.where(large, parted, label)


def _by_size(label: Codes, ids: Sequence[str]) -> list[tuple[int, Codes]]:
    """(size, rows of every component of that size), sizes from two on; rows in the order of their ids from three on."""
    order = np.argsort(label, kind="stable").astype(np.int32)
    sorted_ = label[order]
    starts = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1])) if len(label) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(label)))
    rank = np.zeros(len(label), np.int32)
    several = order[np.repeat(sizes > 2, sizes)].tolist()
    rank[sorted(several, key=ids.__getitem__)] = np.arange(len(several))
    found = []
    for size in np.unique(sizes[sizes > 1]).tolist():
        members = order[starts[sizes == size][:, None] + np.arange(size)]
        if size > 2:
            members = np.take_along_axis(members, np.argsort(rank[members], 1), 1)
        found.append((size, members))
    return found


def _whole(
    rows: int, members: Codes, group: Codes, first: Codes, second: Codes, own: Floats, odds: Odds
) -> tuple[Wide, Floats, Floats]:
    """All pairs inside components of one size; writes their groups into ``group``."""
    size = members.shape[1]
    x, y = np.triu_indices(size, 1)
    one, two = members[:, x].ravel(), members[:, y].ravel()
    a, b = np.minimum(one, two), np.maximum(one, two)
    codes = a.astype(np.int64) * rows + b
    scored = _known(codes, rows, first, second, own)
    missing = np.flatnonzero(np.isnan(scored))
    scored[missing] = odds(a[missing], b[missing])
    square = np.zeros((len(members), size, size))
    square[:, x, y] = scored.reshape(len(members), -1)
    square[:, y, x] = square[:, x, y]
    joined = linked(square)
    for place in range(size):
        group[members[:, place]] = members[np.arange(len(members)), joined[:, place]]
    same = joined[:, x] == joined[:, y]
    support, against = _thirds(square)
    others = _weighed(square[:, x, y], support[:, x, y], against[:, x, y], same)
    return codes, scored, others.ravel()


def _known(codes: Wide, rows: int, first: Codes, second: Codes, own: Floats) -> Floats:
    """The scores of pairs that were compared already (sorted by code); NaN for the others."""
    all_codes = first.astype(np.int64) * rows + second
    place = np.searchsorted(all_codes, codes)
    place[place == len(all_codes)] = 0
    return np.where(all_codes[place] == codes, own[place], np.nan) if len(all_codes) else np.full(len(codes), np.nan)


def linked(square: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Groups inside components: (components, size, size) log-odds → per member the smallest place of its group.

    Average linkage, the surest first; of two equally sure joins the one of the earlier members, so callers order
    members by something that does not depend on the order of rows where that matters.
    """
    count, size, _ = square.shape
    sums = square.copy()
    worst = square.copy()
    members = np.ones((count, size))
    label = np.tile(np.arange(size), (count, 1))
    alive = np.ones((count, size), bool)
    every = np.arange(count)
    diagonal = np.eye(size, dtype=bool)
    for _ in range(size - 1):
        mean = sums / (members[:, :, None] * members[:, None, :])
        mean[:, diagonal] = -np.inf
        mean[~alive] = -np.inf
        mean.transpose(0, 2, 1)[~alive] = -np.inf
        mean[worst < STRANGERS] = -np.inf
        best = mean.reshape(count, -1).argmax(1)
        one, two = best // size, best % size
        one, two = np.minimum(one, two), np.maximum(one, two)
        go = every[mean[every, one, two] >= JOINED]
        if not len(go):
            break
        i, j = one[go], two[go]
        sums[go, i] += sums[go, j]
        sums[go, :, i] += sums[go, :, j]
        worst[go, i] = np.minimum(worst[go, i], worst[go, j])
        worst[go, :, i] = worst[go, i]
        members[go, i] += members[go, j]
        alive[go, j] = False
        label[go] = np.where(label[go] == j[:, None], i[:, None], label[go])
    return label


def _thirds(square: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """For each pair: how surely the best third is one with both; how surely a third is one with one and not the
    other."""
    clipped = np.clip(square, -_ALIKE, _ALIKE)
    size = clipped.shape[1]
    support = np.full_like(clipped, -_ALIKE)
    against = np.zeros_like(clipped)
    for third in range(size):
        left, right = clipped[:, :, third, None], clipped[:, None, third, :]
        both = np.minimum(left, right)
        split = np.maximum(np.minimum(left, -right), np.minimum(-left, right))
        both[:, third, :] = both[:, :, third] = -_ALIKE
        split[:, third, :] = split[:, :, third] = 0
        np.maximum(support, both, out=support)
        np.maximum(against, split, out=against)
    return support, against


def _weighed(own: Floats, support: Floats, against: Floats, same: Flags) -> Floats:
    """Fitted: what the thirds add to a pair's own log-odds."""
    prior, w_own, w_support, w_against, w_same = CONTEXT
    clipped = np.clip(own, -_ALIKE, _ALIKE)
    added = prior + w_own * clipped + w_support * support + w_against * against + w_same * same
    return np.where(own < -500, 0.0, added)
