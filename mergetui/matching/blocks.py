"""Which pairs are worth a look: rows that share a key: exact combinations of codes, sorted.

Groups above a cap are left out, counted and reported: what more people share says little about two of them, and the
rarer keys still bring those together who share more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mergetui.matching.coding import Codes, Flags, Wide, pick
from mergetui.matching.crowd import Crowd
from mergetui.matching.rules import NO_RULES, Rules

LARGEST_GROUP = 64
PAIRS_PER_ROW = 4
"""So many pairs one kind of key may bring per row; above it its cap is lowered."""

_COMMON = frozenset(
    (
        "street and town",
        "street and postal code",
        "short mailbox name",
        "surname and initial",
        "surname and initial, country",
    )
)
_SMALL = 6
"""Keys that say little on their own are looked at only where they are rare."""


@dataclass(frozen=True, slots=True)
class Blocks:
    first: Codes
    second: Codes
    """Rows of each pair, the smaller first; sorted."""
    left_out: dict[str, int]
    """Kind of key → number of groups too large to be looked at."""


def block(
    one: Crowd,
    *,
    largest: int = LARGEST_GROUP,
    only: Codes | None = None,
    rules: Rules = NO_RULES,
) -> Blocks:
    """``only``: pairs without one of these rows are not wanted."""
    found: list[Wide] = []
    left_out: dict[str, int] = {}
    wanted = None
    if only is not None:
        wanted = np.zeros(one.rows, bool)
        wanted[only] = True
    own = [(name, [_wide(codes)]) for name, codes in rules.keys]
    linked = [("link", [_wide(rules.same)])] if rules.same is not None else []
    for kind, sets in (*keys(one), *own, *linked):
        most = min(largest, _SMALL) if kind in _COMMON else largest
        pairs, too_large = _pairs(sets, one.rows, most)
        if too_large and kind not in _COMMON:
            left_out[kind] = too_large
        if wanted is not None:
            pairs = pairs[wanted[pairs // one.rows] | wanted[pairs % one.rows]]
        found.append(pairs)
    codes = distinct(np.concatenate(found)) if found else np.zeros(0, np.int64)
    found.clear()
    size = max(one.rows, 1)
    first = (codes // size).astype(np.int32)
    second = (codes - first.astype(np.int64) * size).astype(np.int32)
    if not rules.keys and rules.same is None:
        kept = hopeful(one, first, second)
        first, second = first[kept], second[kept]
    return Blocks(first, second, dict(sorted(left_out.items())))


def _same_name(one: Crowd, a: Codes, b: Codes) -> Flags:
    """Both halves agree in sound, as short forms or in their first word."""
    names, halves = one.names, []
    for column, other in ((one.first, names.nicks[:, 0]), (one.last, names.stem)):
        x, y = column[a], column[b]
        found = np.zeros(len(a), bool)
        for codes in (names.sound, names.parts[:, 0], other):
            wide = np.append(codes, np.int32(-1))
            mine = wide[x]
            found |= (mine == wide[y]) & (mine >= 0)
        halves.append(found)
    same: Flags = (halves[0] & halves[1]) | ((one.full[a] == one.full[b]) & (one.full[a] >= 0))
    return same


_CHUNK = 1_000_000
_COMMON_NAME = 0.4
"""A name that so many would have by chance says nothing where nothing else agrees."""


def hopeful(one: Crowd, first: Codes, second: Codes) -> Flags:
    """Whether anything beside the name agrees, or both halves of the name do and it is rare: among many people most
    pairs are namesakes and half namesakes who need not be looked at closer."""
    made = np.empty(len(first), bool)
    numbers = np.append(one.phones.end, np.int32(-1))
    local = np.append(one.mails.local, np.int32(-1))
    head = np.append(one.company_texts.parts[:, 0], np.int32(-1))
    street = np.append(one.street_texts.key, np.int32(-1))
    ends, locals_ = [numbers[column] for column in one.phone[:2]], [local[column] for column in one.mail[:2]]
    columns = [
        *ends, *locals_, one.mail[0], one.postal, one.city, *one.employer[:2], head[one.company], street[one.street],
    ]  # fmt: skip
    crossed = [(0, 0), (0, 1), (1, 0), (1, 1), (2, 2), (2, 3), (3, 2), (4, 4), (5, 5), (6, 6), (8, 8), (7, 8), (8, 7)]
    crossed += [(9, 9), (10, 10)]
    filled = [bool((column >= 0).any()) for column in columns]
    crossed = [(x, y) for x, y in crossed if filled[x] and filled[y]]
    called = [
        np.append(one.held[name], one.rows)[column] for name, column in (("first", one.first), ("last", one.last))
    ]
    chance = (called[0].astype(np.float64) * called[1] / max(one.rows, 1)).astype(np.float32)
    for at in range(0, len(first), _CHUNK):
        a, b = first[at : at + _CHUNK], second[at : at + _CHUNK]
        fine = _same_name(one, a, b) & (np.minimum(chance[a], chance[b]) < _COMMON_NAME)
        mine, theirs = [column[a] for column in columns], [column[b] for column in columns]
        for x, y in crossed:
            fine |= (mine[x] == theirs[y]) & (mine[x] >= 0)
        made[at : at + _CHUNK] = fine
    return made


def distinct(values: Wide) -> Wide:
    values.sort()
    if not len(values):
        return values
    keep = np.empty(len(values), bool)
    keep[0] = True
    np.not_equal(values[1:], values[:-1], out=keep[1:])
    return values[keep]


def _pairs(sets: list[Wide], rows: int, largest: int) -> tuple[Wide, int]:
    """Pairs (first · rows + second) of rows with the same key in any of ``sets`` (one entry per row, -1 = none)."""
    if len(sets) == 1:
        held = np.flatnonzero(sets[0] >= 0)
        key = sets[0][held]
    else:
        key = np.concatenate(sets)
        held = np.flatnonzero(key >= 0)
        key = key[held]
        held %= rows
    order = np.argsort(key)
    key, held = key[order], held[order]
    starts = np.flatnonzero(np.append(True, key[1:] != key[:-1])) if len(key) else np.zeros(0, np.int64)
    sizes = np.diff(np.append(starts, len(key)))
    cap = _cap(sizes, rows, largest)
    too_large = int(np.count_nonzero(sizes > cap))
    keep = (sizes > 1) & (sizes <= cap)
    starts, sizes = starts[keep], sizes[keep]
    found: list[Wide] = []
    for size in np.unique(sizes).tolist():
        members = held[starts[sizes == size][:, None] + np.arange(size)]
        one, two = np.triu_indices(size, 1)
        a, b = members[:, one].ravel(), members[:, two].ravel()
        different = a != b
        if not different.all():
            a, b = a[different], b[different]
        found.append(np.minimum(a, b) * rows + np.maximum(a, b))
    return (np.concatenate(found) if found else np.zeros(0, np.int64)), too_large


def _cap(sizes: Wide, rows: int, largest: int) -> int:
    """The largest group that is looked at, so that this kind of key does not bring more than its share of pairs."""
    tally = np.bincount(np.minimum(sizes, largest + 1), minlength=largest + 2)[: largest + 1]
    each = np.arange(largest + 1)
    total = np.cumsum(tally * each * (each - 1) // 2)
    fitting = np.flatnonzero(total <= max(PAIRS_PER_ROW * rows, 10_000))
    return max(int(fitting[-1]), 2) if len(fitting) else 2


def keys(one: Crowd) -> Iterator[tuple[str, list[Wide]]]:
    """(kind, key columns); a key column has one entry per row, and all columns of a kind one numbering."""
    names, mails = one.names, one.mails
    role = np.append(mails.role, True)
    yield "e-mail", [_wide(column) for column in one.mail[:2]]
    free_of_role = [np.where(role[column], np.int64(-1), column) for column in one.mail]
    telling = np.append(np.array([len(text) >= 7 for text in mails.locals.tolist()], bool) | (mails.digits >= 0), False)
    local = np.append(mails.local, np.int32(-1))
    for kind, wanted in (("mailbox name", telling), ("short mailbox name", ~telling)):
        yield kind, [np.where(wanted[column], local[column], -1).astype(np.int64) for column in free_of_role[:2]]
    yield "phone", [_wide(pick(one.phones.end, column)) for column in one.phone[:2]]
    stem = pick(names.stem, one.last)
    sound_first, sound_last = pick(names.sound, one.first), pick(names.sound, one.last)
    word_first = pick(names.parts[:, 0], one.first)
    word_last = pick(names.parts[:, 0], one.last)
    nick = [pick(names.nicks[:, column], one.first) for column in range(2)]
    yield "full name", [np.where(one.full >= 0, one.full, np.int64(-1))]
    yield "sound of the name", [_both(np.minimum(sound_first, sound_last), np.maximum(sound_first, sound_last))]
    yield "surname and short first name", [_both(stem, column) for column in nick]
    yield "surname and first name", [_both(word_last, word_first), _both(_second(one, one.last), word_first)]
    initial = pick(names.initial, one.first, -1)
    company = pick(one.company_texts.key, one.company)
    employer = one.employer[1]
    short = _both3(sound_last, initial)
    yield "surname and initial", [short]
    yield "surname and initial, country", [_both(short, one.country)]
    yield "surname and initial, town", [_both(short, one.city)]
    yield "surname and initial, title", [_both(short, one.title)]
    yield "surname and initial, street", [_both(short, pick(one.street_texts.key, one.street))]
    head = pick(one.company_texts.parts[:, 0], one.company)
    yield "surname and company", [_both(sound_last, company)]
    yield "surname and company's first word", [_both(sound_last, head)]
    yield "first name and company", [_both(_either(nick[0], word_first), company)]
    yield "surname and employer", [_both(sound_last, column) for column in one.employer[1:3]]
    yield "first name and employer", [_both(_either(nick[0], word_first), column) for column in one.employer[1:3]]
    yield "surname and postal code", [_both(sound_last, one.postal)]
    yield "first name and postal code", [_both(_either(nick[0], word_first), one.postal)]
    yield "first name and street", [_both(_either(nick[0], word_first), pick(one.street_texts.key, one.street))]
    house = pick(one.street_texts.key, one.street)
    yield "street and town", [_both(house, one.city)]
    yield "street and postal code", [_both(house, one.postal)]
    yield "surname and street", [_both(sound_last, house)]
    yield "employer and title, initial", [_both(_both3(employer, initial), one.title)]
    yield (
        "letters of the mailbox",
        [_both(pick(mails.words, _narrow(column)), pick(mails.domain, _narrow(column))) for column in free_of_role[:1]],
    )


def _second(one: Crowd, names: Codes) -> Codes:
    return pick(one.names.parts[:, 1], names)


def _either(one: Codes, other: Codes) -> Codes:
    """Nickname groups and words share one numbering: groups first."""
    groups = int(one.max(initial=-1)) + 1
    return np.where(one >= 0, one, np.where(other >= 0, other + groups, -1)).astype(np.int32)


def _wide(codes: Codes) -> Wide:
    return codes.astype(np.int64)


def _narrow(codes: Wide) -> Codes:
    return codes.astype(np.int32)


def _both(one: Codes | Wide, other: Codes) -> Wide:
    return np.where((one >= 0) & (other >= 0), one.astype(np.int64) << 31 | other, np.int64(-1))


def _both3(one: Codes, small: Codes) -> Wide:
    """``small`` is below 128."""
    return np.where((one >= 0) & (small >= 0), one.astype(np.int64) << 7 | small & 127, np.int64(-1))
