"""How two people's names agree: level per half, kind of the whole, and how much the agreement is worth.

Everything is symmetric: pairs of texts are compared in the order of their numbers, which is the order of the texts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.process import cpdist

from mergetui.matching.coding import Codes, Flags, Floats
from mergetui.matching.crowd import FEWEST, Crowd
from mergetui.matching.names import PARTS

Levels = npt.NDArray[np.int8]

MISSING, SAME, CONTAINED, NICK, INITIAL, BEGINNING, SLIP, SOUND, ALIKE = range(9)
LIKE_INITIAL, OTHER, OTHER_INITIAL, SCRIPTS, INITIALS, FORM, HALF = range(9, 16)
LEVELS = 16

AGREES, NEARLY, UNCLEAR, DIFFERS = range(4)
_CLASSES = np.full(LEVELS, UNCLEAR, np.int8)
_CLASSES[[SAME, CONTAINED, NICK, FORM]] = AGREES
_CLASSES[[BEGINNING, SLIP, SOUND]] = NEARLY
_CLASSES[[LIKE_INITIAL, OTHER, OTHER_INITIAL]] = DIFFERS

KINDS = 18
"""4 · class of the first name + class of the surname; 16 swapped and agreeing, 17 swapped and nearly."""
BOTH_AGREE = 4 * AGREES + AGREES
SWAPPED, NEARLY_SWAPPED = 16, 17


@dataclass(frozen=True, slots=True)
class NamePairs:
    first: Levels
    last: Levels
    kind: Levels
    chance: Floats
    """Logarithm of how many people among all would be called so by chance."""
    namesakes: Floats
    """Logarithm of how many rows bear exactly this full name; 0 when the names are not the same."""


def name_pairs(one: Crowd, a: Codes, b: Codes) -> NamePairs:
    far = one.far[a] != one.far[b]
    first = name_levels(one, one.first[a], one.first[b], far)
    last = name_levels(one, one.last[a], one.last[b], far)
    kind = _CLASSES[first] * 4 + _CLASSES[last]
    apart = np.flatnonzero((_CLASSES[first] >= UNCLEAR) & (_CLASSES[last] >= UNCLEAR) & (kind != UNCLEAR * 5))
    if len(apart):
        fa, la, fb, lb = one.first[a[apart]], one.last[a[apart]], one.first[b[apart]], one.last[b[apart]]
        likely = np.flatnonzero((fa >= 0) & (la >= 0) & (fb >= 0) & (lb >= 0))
        # most pairs apart share no initials crosswise: no need to look closer
        initial = one.names.initial
        likely = likely[(initial[fa[likely]] == initial[lb[likely]]) & (initial[la[likely]] == initial[fb[likely]])]
        apart, fa, la, fb, lb = apart[likely], fa[likely], la[likely], fb[likely], lb[likely]
        crossed = _CLASSES[name_levels(one, fa, lb, far[apart])], _CLASSES[name_levels(one, la, fb, far[apart])]
        worst = np.maximum(*crossed)
        kind[apart] = np.where(
            worst == AGREES, SWAPPED, np.where((worst == NEARLY), NEARLY_SWAPPED, kind[apart])
        ).astype(np.int8)
    same = (one.full[a] == one.full[b]) & (one.full[a] >= 0)
    namesakes = np.where(same, np.log(np.maximum(one.held["namesakes"][a], 2) / 2), 0.0)
    return NamePairs(first, last, kind, _chance(one, a, b, first, last, kind), namesakes)


def name_levels(one: Crowd, x: Codes, y: Codes, far: Flags) -> Levels:
    """How two first names, or two surnames, agree; ``far``: they stand in scripts far from each other."""
    names = one.names
    found = np.full(len(x), OTHER, np.int8)
    present = np.flatnonzero((x >= 0) & (y >= 0))
    found[(x < 0) | (y < 0)] = MISSING
    if not len(present):
        return found
    x, y = x[present], y[present]
    low, high = np.minimum(x, y), np.maximum(x, y)
    level = np.full(len(x), OTHER, np.int8)
    same = names.whole[low] == names.whole[high]
    short = (names.parts[low, 0] < 0) | (names.parts[high, 0] < 0)
    initial = names.initial[low] == names.initial[high]
    level[same] = np.where(short[same], INITIALS, SAME)
    level[short & ~same] = np.where(initial[short & ~same], INITIAL, OTHER_INITIAL)
    rest = np.flatnonzero(~same & ~short)
    low, high = low[rest], high[rest]
    left = np.full(len(rest), OTHER, np.int8)
    left[initial[rest]] = LIKE_INITIAL
    left[far[present][rest]] = SCRIPTS
    shape = (len(rest),)
    near = np.empty(shape, np.float32)
    near[:] = cpdist(names.texts[low], names.texts[high], scorer=JaroWinkler.similarity, dtype=np.float32)
    left[near >= 0.8] = ALIKE
    left[near >= 0.92] = SLIP
    close = np.flatnonzero((near >= 0.7) & (near < 0.92) & (np.minimum(names.size[low], names.size[high]) >= 4))
    slips = cpdist(names.texts[low[close]], names.texts[high[close]], scorer=OSA.distance, score_cutoff=1)
    left[close[slips == 1]] = SLIP
    begins = np.flatnonzero((near >= 0.75) & initial[rest])
    begun = [
        one.startswith(two) or two.startswith(one)
        for one, two in zip(names.texts[low[begins]].tolist(), names.texts[high[begins]].tolist(), strict=True)
    ]
    long_enough = np.minimum(names.size[low[begins]], names.size[high[begins]]) >= 3
    left[begins[np.array(begun, bool) & long_enough]] = BEGINNING
    sound = (names.sound[low] == names.sound[high]) & (np.minimum(names.size[low], names.size[high]) >= 4)
    left[sound & (left != SLIP)] = SOUND
    left[names.stem[low] == names.stem[high]] = FORM
    shared, smaller = _shared(names.parts[low], names.parts[high])
    nick, _ = _shared(names.nicks[low], names.nicks[high])
    left[nick > 0] = NICK
    left[shared > 0] = np.where(shared[shared > 0] >= smaller[shared > 0], CONTAINED, HALF)
    level[rest] = left
    found[present] = level
    return found


def _shared(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32]) -> tuple[Levels, Levels]:
    """How many entries two rows have in common, and how many the smaller one has."""
    shared = np.zeros(len(x), np.int8)
    for column in range(PARTS):
        mine = x[:, column]
        if not (mine >= 0).any():
            break
        hit = np.zeros(len(x), bool)
        for other in range(PARTS):
            hit |= mine == y[:, other]
        shared += hit & (mine >= 0)
    smaller = np.minimum((x >= 0).sum(1), (y >= 0).sum(1)).astype(np.int8)
    return shared, smaller


_USUAL = 300.0
_FIRST, _LAST = 1 / 500, 1 / 2000
"""In small tables a name is as frequent as names are, until there are enough rows to know better."""
_INITIAL = -2.5


def _chance(one: Crowd, a: Codes, b: Codes, first: Levels, last: Levels, kind: Levels) -> Floats:
    rows = max(one.rows, FEWEST)
    made = np.full(len(a), np.log(rows))
    for level, codes, held, usual in ((first, one.first, "first", _FIRST), (last, one.last, "last", _LAST)):
        counted = np.append(one.held[held], 0)
        most = np.maximum(counted[codes[a]], counted[codes[b]]) - 1
        share = np.log((np.maximum(most, 0) + _USUAL * usual) / (one.rows + _USUAL))
        speaks = (_CLASSES[level] <= NEARLY) | (level == HALF) | (kind >= SWAPPED)
        made += np.where(speaks, share, np.where((level == INITIAL) | (level == INITIALS), _INITIAL, 0.0))
    return np.asarray(np.clip(made, -8.0, 8.0), np.float64)
