"""How two people's names agree: level per half, kind of the whole, and how much the agreement is worth.

Everything is symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler

from mergetui.matching.coding import Codes, Flags, Floats
from mergetui.matching.crowd import FEWEST, Crowd
from mergetui.matching.similar import likeness, shared_words

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
    low, high = x, y
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
    long_enough = np.minimum(names.size[low], names.size[high]) >= 4
    # a slip at the first letter leaves the rest, or takes or adds a letter; other names begin and sound alike
    tails = names.tail[low], names.tail[high]
    slipped = (tails[0] == tails[1]) | (tails[0] == names.whole[high]) | (tails[1] == names.whole[low])
    left[slipped & long_enough & ~initial[rest]] = SLIP
    shared, smaller = shared_words(names.parts[low], names.parts[high])
    nick, _ = shared_words(names.nicks[low], names.nicks[high])
    form = names.stem[low] == names.stem[high]
    begins = initial[rest] | (names.sound_initial[low] == names.sound_initial[high])
    look = np.flatnonzero(begins & (shared == 0) & (nick == 0) & ~form)
    near = likeness(JaroWinkler.similarity, names.texts, low[look], high[look], 0.7)
    left[look[near >= 0.8]] = ALIKE
    left[look[near >= 0.92]] = SLIP
    close = look[(near >= 0.7) & (near < 0.92)]
    close = close[long_enough[close] & (abs(names.size[low[close]] - names.size[high[close]]) <= 1)]
    left[close[likeness(OSA.distance, names.texts, low[close], high[close], 1) <= 1]] = SLIP
    begun = look[(near >= 0.75) & initial[rest][look]]
    begun = begun[np.minimum(names.size[low[begun]], names.size[high[begun]]) >= 3]
    texts = zip(names.texts[low[begun]].tolist(), names.texts[high[begun]].tolist(), strict=True)
    left[begun[np.array([one.startswith(two) or two.startswith(one) for one, two in texts], bool)]] = BEGINNING
    sound = (names.sound[low] == names.sound[high]) & long_enough
    left[sound & (left != SLIP)] = SOUND
    left[form] = FORM
    left[nick > 0] = NICK
    left[shared > 0] = np.where(shared[shared > 0] >= smaller[shared > 0], CONTAINED, HALF)
    level[rest] = left
    found[present] = level
    return found


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
