"""What speaks for and against two rows being one human: terms whose fitted weights sum to the log-odds.

A term is an index into its table of weights, and for terms of degree a number the weight is multiplied with. Fitting
and scoring look at the same terms, so that they cannot differ.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

from mergetui.matching.coding import Codes, Flags, Floats, Wide, pick
from mergetui.matching.compare_names import (
    AGREES,
    DIFFERS,
    KINDS,
    LEVELS,
    NEARLY,
    SWAPPED,
    Levels,
    NamePairs,
    name_pairs,
)
from mergetui.matching.crowd import Crowd
from mergetui.matching.firm import Texts
from mergetui.matching.similar import likeness, shared_words


@dataclass(frozen=True, slots=True)
class Term:
    name: str
    field: str
    """The piece of evidence it belongs to."""
    size: int
    index: npt.NDArray[Any]
    times: Floats | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    names: NamePairs
    mail: Levels
    phone: Levels
    company: Levels
    place: Levels
    title: Levels
    gender: Levels
    suffix: Levels
    terms: list[Term]


NO_MAIL, SAME_MAIL, SAME_ROLE, NEAR_DOMAIN, SAME_LOCAL, SAME_LOCAL_NUMBERED, MAIL_SLIP, TURNED_LOCAL = range(8)
NUMBERED, LETTERS_ALIKE, ALIKE_THERE, ALIKE_ELSEWHERE, SAME_EMPLOYER, ROLE_AND_OWN, SAME_PROVIDER = range(8, 15)
OTHER_MAIL = 15
MAIL_LEVELS = 16
NO_PHONE, SAME_PHONE, SAME_END, PHONE_SLIP, OTHER_PHONE, OTHER_PHONES, SAME_MOBILE, SAME_AND_OTHER = range(8)
PHONE_LEVELS = 8
NO_COMPANY, SAME_COMPANY, SAME_DOMAIN, ALIKE_COMPANY, SAME_HEAD, OTHER_COMPANY = range(6)
COMPANY_LEVELS = 6
(NO_PLACE, SAME_STREET, ALIKE_STREET, SAME_POSTAL, SAME_CITY, OTHER_STREET, SAME_COUNTRY, OTHER_CITY,
 OTHER_COUNTRY) = range(9)  # fmt: skip
PLACE_LEVELS = 9
NO_TITLE, SAME_TITLE, ALIKE_TITLE, OTHER_TITLE = range(4)
TITLE_LEVELS = 4
GENDERS = 3
SUFFIXES = 4


def compare(one: Crowd, a: Codes, b: Codes) -> Compared:
    names = name_pairs(one, a, b)
    kind = names.kind
    mail, mail_people, mail_rows = _mail(one, a, b)
    phone, phone_people, phone_rows = _phone(one, a, b)
    company, company_rows = _company(one, a, b)
    place, place_rows = _place(one, a, b)
    title, title_share = _title(one, a, b)
    ga, gb = one.gender[a], one.gender[b]
    gender = np.where((ga == 0) | (gb == 0), 0, np.where(ga == gb, 1, 2)).astype(np.int8)
    sa, sb = one.suffix[a], one.suffix[b]
    suffix = np.where(sa == sb, np.where(sa > 0, 1, 0), np.where((sa > 0) & (sb > 0), 3, 2)).astype(np.int8)
    chance = names.chance
    called = _called(one, a, b, names, mail)

    def crossed(name: str, field: str, level: Levels, size: int) -> list[Term]:
        return [Term(name, field, size, level), Term(f"{name} by name", field, size * KINDS, _by(level, kind))]

    terms = [
        Term("first", "name", LEVELS, names.first),
        Term("last", "name", LEVELS, names.last),
        Term("kind", "name", KINDS, kind),
        Term("rare", "name", KINDS, kind, np.minimum(chance, 0.0)),
        Term("common", "name", KINDS, kind, np.maximum(chance, 0.0)),
        Term("namesakes", "name", 1, np.zeros(len(a), np.int8), names.namesakes),
        Term("gender", "salutation", GENDERS, gender),
        Term("suffix", "suffix", SUFFIXES, suffix),
        *crossed("mail", "e-mail", mail, MAIL_LEVELS),
        Term("mail people", "e-mail", MAIL_LEVELS, mail, mail_people),
        Term("mail rows", "e-mail", MAIL_LEVELS, mail, mail_rows),
        Term("called", "e-mail", CALLED, called),
        Term("called by name", "e-mail", CALLED * KINDS, _by(called, kind)),
        *crossed("phone", "phone", phone, PHONE_LEVELS),
        Term("phone people", "phone", PHONE_LEVELS, phone, phone_people),
        Term("phone rows", "phone", PHONE_LEVELS, phone, phone_rows),
        *crossed("company", "company", company, COMPANY_LEVELS),
        Term("company rows", "company", COMPANY_LEVELS, company, company_rows),
        *crossed("place", "address", place, PLACE_LEVELS),
        Term("place rows", "address", PLACE_LEVELS, place, place_rows),
        *crossed("title", "title", title, TITLE_LEVELS),
        Term("title share", "title", TITLE_LEVELS, title, title_share),
    ]
    terms += _together(kind, mail, phone, company, place, names.chance)
    return Compared(names, mail, phone, company, place, title, gender, suffix, terms)


CALLED = 9


def _called(one: Crowd, a: Codes, b: Codes, names: NamePairs, mail: Levels) -> Levels:
    """Where a half of the names differs: whether a mailbox of one is called after that half of the other's name, as it
    is when a name changed or a pet name is unknown. 3 · surname + first name; 0 does not apply, 1 no, 2 yes."""
    found = np.zeros(len(a), np.int8)
    apart = (mail != SAME_MAIL) & (mail != SAME_ROLE) & (names.kind < SWAPPED)
    halves = ((names.kind // 4, one.first, 1), (names.kind % 4, one.last, 3))
    for differs, column, worth in halves:
        rows = np.flatnonzero(apart & (differs == DIFFERS))
        for left, right in ((a, b), (b, a)):
            box, half = one.mail[0][left[rows]], column[right[rows]]
            asked = np.flatnonzero((box >= 0) & (half >= 0))
            asked = asked[(one.names.size[half[asked]] > 3) & ~one.mails.role[box[asked]]]
            texts = zip(one.names.texts[half[asked]].tolist(), one.mails.bare[box[asked]].tolist(), strict=True)
            yes = np.array([name in called for name, called in texts], bool)
            place = rows[asked]
            before = found[place] // worth % 3
            found[place] += ((np.where(yes, 2, 1) - before).clip(0) * worth).astype(np.int8)
    return found


def _by(level: Levels, kind: Levels) -> npt.NDArray[np.int16]:
    return level.astype(np.int16) * KINDS + kind


TOGETHER = 4 * 5 * 5


def _together(kind: Levels, mail: Levels, phone: Levels, company: Levels, place: Levels, chance: Floats) -> list[Term]:
    """What several agreements or differences mean only together: namesakes, families, colleagues on a switchboard."""
    agree = (
        np.isin(mail, (SAME_MAIL, NEAR_DOMAIN, MAIL_SLIP, SAME_LOCAL_NUMBERED)).astype(np.int8)
        + np.isin(phone, (SAME_PHONE, SAME_END, PHONE_SLIP, SAME_MOBILE, SAME_AND_OTHER))
        + np.isin(company, (SAME_COMPANY, SAME_DOMAIN, ALIKE_COMPANY))
        + np.isin(place, (SAME_STREET, ALIKE_STREET, SAME_POSTAL))
    )
    differ = (
        np.isin(mail, (NUMBERED, SAME_EMPLOYER, SAME_PROVIDER, OTHER_MAIL)).astype(np.int8)
        + np.isin(phone, (OTHER_PHONE, OTHER_PHONES))
        + (company == OTHER_COMPANY)
        + np.isin(place, (OTHER_CITY, OTHER_COUNTRY))
    )
    named = named_of(kind)
    index = (named * 25 + agree * 5 + differ).astype(np.int16)
    return [
        Term("together", "together", TOGETHER, index),
        Term("together rare", "together", TOGETHER, index, np.minimum(chance, 0.0)),
        Term("together common", "together", TOGETHER, index, np.maximum(chance, 0.0)),
    ]


def named_of(kind: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """0 the names agree, 1 one half does and the other is unclear, 2 both are unclear, 3 a half differs."""
    first, last = kind // 4, kind % 4
    whole = (kind >= SWAPPED) | ((first <= NEARLY) & (last <= NEARLY))
    differs = (first == DIFFERS) | (last == DIFFERS)
    return np.where(whole, 0, np.where(differs, 3, np.where((first == AGREES) | (last == AGREES), 1, 2)))


def _slots(a: list[Codes], b: list[Codes]) -> list[tuple[Codes, Codes]]:
    used = [column for column in range(len(a)) if column == 0 or (a[column] >= 0).any() or (b[column] >= 0).any()]
    return [(a[x], b[y]) for x in used for y in used]


def _best(
    size: int,
    pairs: list[tuple[Codes, Codes]],
    judge: Callable[[Codes, Codes], Levels],
    rank: npt.NDArray[np.int8],
    held: Wide,
) -> tuple[Levels, Codes]:
    """The best level among the combinations of slots, and a value that has it; level 0 and -1 where none has both."""
    level = np.zeros(size, np.int8)
    value = np.full(size, -1, np.int32)
    for x, y in pairs:
        both = np.flatnonzero((x >= 0) & (y >= 0))
        if not len(both):
            continue
        left = x[both]
        made = judge(left, y[both])
        old = level[both]
        # of two values that agree alike the one that fewer hold
        better = (rank[made] < rank[old]) | ((made == old) & (held[left] < held[value[both]]))
        level[both[better]] = made[better]
        value[both[better]] = left[better]
    return level, value


_MAIL_RANK = np.array([99, 0, 8, 1, 4, 3, 2, 5, 6, 7, 9, 10, 12, 13, 14, 15], np.int8)
_PHONE_RANK = np.array([99, 1, 2, 3, 4, 5, 0, 1], np.int8)


def _mail(one: Crowd, a: Codes, b: Codes) -> tuple[Levels, Floats, Floats]:
    mails = one.mails

    def judge(x: Codes, y: Codes) -> Levels:
        made = np.full(len(x), OTHER_MAIL, np.int8)
        there = mails.domain[x] == mails.domain[y]
        free = mails.free[x]
        made[there & free] = SAME_PROVIDER
        made[there & ~free] = SAME_EMPLOYER
        role = mails.role[x] | mails.role[y]
        letters = mails.letters[x] == mails.letters[y]
        look = np.flatnonzero(~role & ~letters & (mails.initial[x] == mails.initial[y]))
        near = likeness(JaroWinkler.similarity, mails.locals, x[look], y[look], 0.85)
        alike = look[near >= 0.85]
        made[alike] = np.where(there[alike], ALIKE_THERE, ALIKE_ELSEWHERE)
        digits = mails.digits[x] == mails.digits[y]
        close = alike[there[alike] & digits[alike]]
        slips = likeness(OSA.distance, mails.locals, x[close], y[close], 1)
        made[close[slips <= 1]] = MAIL_SLIP
        made[letters & (mails.letters[x] >= 0)] = LETTERS_ALIKE
        made[letters & there & ~digits & (mails.letters[x] >= 0)] = NUMBERED
        turned = (mails.words[x] == mails.words[y]) & ~letters & digits & (mails.words[x] >= 0)
        made[turned & there] = TURNED_LOCAL
        local = mails.local[x] == mails.local[y]
        made[local] = np.where(mails.digits[x[local]] >= 0, SAME_LOCAL_NUMBERED, SAME_LOCAL)
        moved = np.flatnonzero(local & ~there & ~role)
        near = likeness(JaroWinkler.similarity, mails.domains, mails.domain[x[moved]], mails.domain[y[moved]], 0.9)
        made[moved[near >= 0.9]] = NEAR_DOMAIN
        made[role] = ROLE_AND_OWN
        made[x == y] = np.where(mails.role[x[x == y]], SAME_ROLE, SAME_MAIL)
        return made

    held, local, people = (np.append(one.held[name], 1) for name in ("mail", "local", "mail people"))
    slots = _slots([c[a] for c in one.mail], [c[b] for c in one.mail])
    level, value = _best(len(a), slots, judge, _MAIL_RANK, people << 40 | held << 20 | local)
    same = (level == SAME_MAIL) | (level == SAME_ROLE)
    by_local = np.isin(level, (SAME_LOCAL, SAME_LOCAL_NUMBERED, NEAR_DOMAIN))
    rows = np.where(same, np.maximum(held[value], 2), np.where(by_local, np.maximum(local[value], 2), 2)) / 2
    return level, np.log(np.where(same, people[value], 1)), np.log(rows)


def _phone(one: Crowd, a: Codes, b: Codes) -> tuple[Levels, Floats, Floats]:
    numbers = one.phones

    def judge(x: Codes, y: Codes) -> Levels:
        made = np.full(len(x), OTHER_PHONE, np.int8)
        near = (numbers.head[x] == numbers.head[y]) | (numbers.tail[x] == numbers.tail[y])
        look = np.flatnonzero(near & (numbers.end[x] != numbers.end[y]))
        made[look[likeness(OSA.distance, numbers.digits, x[look], y[look], 1) <= 1]] = PHONE_SLIP
        made[numbers.end[x] == numbers.end[y]] = SAME_END
        made[x == y] = np.where(numbers.mobile[x[x == y]], SAME_MOBILE, SAME_PHONE)
        return made

    held, people = (np.append(one.held[name], 1) for name in ("phone", "phone people"))
    slots = _slots([c[a] for c in one.phone], [c[b] for c in one.phone])
    level, value = _best(len(a), slots, judge, _PHONE_RANK, people << 30 | held)
    several = (one.phone[1][a] >= 0) & (one.phone[1][b] >= 0)
    level[several & (level == OTHER_PHONE)] = OTHER_PHONES
    landline = np.flatnonzero(several & (level == SAME_PHONE))
    x, y = a[landline], b[landline]
    shared = sum(((p[x] == q[y]) & (p[x] >= 0)).astype(np.int8) for p in one.phone for q in one.phone)
    level[landline[np.asarray(shared) == 1]] = SAME_AND_OTHER
    same = np.isin(level, (SAME_PHONE, SAME_MOBILE, SAME_AND_OTHER))
    rows = np.where(same, np.maximum(held[value], 2), 2) / 2
    return level, np.log(np.where(same, people[value], 1)), np.log(rows)


def _company(one: Crowd, a: Codes, b: Codes) -> tuple[Levels, Floats]:
    texts = one.company_texts
    x, y = one.company[a], one.company[b]
    level = np.zeros(len(a), np.int8)
    both = np.flatnonzero((x >= 0) & (y >= 0))
    low, high = x[both], y[both]
    made = np.full(len(both), OTHER_COMPANY, np.int8)
    same = texts.key[low] == texts.key[high]
    heads = texts.parts[low, 0] == texts.parts[high, 0]
    made[heads] = SAME_HEAD
    shared, smaller = shared_words(texts.parts[low], texts.parts[high])
    made[(shared > 0) & (shared >= smaller)] = ALIKE_COMPANY
    look = np.flatnonzero(~same & (made != ALIKE_COMPANY) & (heads | (shared > 0)))
    near = likeness(token_set_ratio, texts.texts, low[look], high[look], 86)
    made[look[near >= 86]] = ALIKE_COMPANY
    look = np.flatnonzero(~same & (made == OTHER_COMPANY))
    made[look[likeness(JaroWinkler.similarity, texts.texts, low[look], high[look], 0.9) >= 0.9]] = ALIKE_COMPANY
    made[same] = SAME_COMPANY
    level[both] = made
    shared = np.zeros(len(a), bool)
    used = [column for column in one.employer if (column >= 0).any()]
    mine, theirs = [column[a] for column in used], [column[b] for column in used]
    for left in mine:
        present = left >= 0
        for right in theirs:
            shared |= (left == right) & present
    level[shared & ((level == NO_COMPANY) | (level >= SAME_HEAD))] = SAME_DOMAIN
    counted = np.append(one.held["company"], 1)
    most = np.maximum(counted[x], counted[y])
    speaks = np.isin(level, (SAME_COMPANY, ALIKE_COMPANY, SAME_HEAD))
    return level, np.where(speaks, np.log(np.maximum(most, 2) / 2), 0.0)


def _ratios(texts: Texts, x: Codes, y: Codes, scorer: Any, least: int) -> npt.NDArray[np.float32]:
    """Each distinct pair of texts is compared once."""
    if not len(x):
        return np.zeros(0, np.float32)
    size = len(texts.texts)
    pairs, place = np.unique(np.minimum(x, y).astype(np.int64) * size + np.maximum(x, y), return_inverse=True)
    return likeness(scorer, texts.texts, (pairs // size).astype(np.int32), (pairs % size).astype(np.int32), least)[
        place
    ]


def _place(one: Crowd, a: Codes, b: Codes) -> tuple[Levels, Floats]:
    texts = one.street_texts
    level = np.zeros(len(a), np.int8)
    held = np.full(len(a), 2, np.int64)

    def agreement(column: Codes) -> tuple[Flags, Flags]:
        x, y = column[a], column[b]
        both = (x >= 0) & (y >= 0)
        return both & (x == y), both & (x != y)

    same_country, other_country = agreement(one.country)
    same_city, other_city = agreement(one.city)
    same_postal, _ = agreement(one.postal)
    level[same_country] = SAME_COUNTRY
    level[other_country] = OTHER_COUNTRY
    level[other_city] = OTHER_CITY
    level[same_city] = SAME_CITY
    x, y = one.street[a], one.street[b]
    both = np.flatnonzero((x >= 0) & (y >= 0))
    level[both[level[both] == SAME_CITY]] = OTHER_STREET
    level[same_postal] = SAME_POSTAL
    held[same_city] = pick(one.held["city"], one.city[a], 2)[same_city]
    held[same_postal] = pick(one.held["postal"], one.postal[a], 2)[same_postal]
    low, high = np.minimum(x[both], y[both]), np.maximum(x[both], y[both])
    same = low == high
    key = (texts.key[low] == texts.key[high]) & (texts.key[low] >= 0)
    look = np.flatnonzero(~same & key)
    ratio = _ratios(texts, low[look], high[look], token_sort_ratio, 70)
    alike = look[ratio >= 70]
    fits = ~other_city[both]
    level[both[alike[fits[alike]]]] = ALIKE_STREET
    level[both[same & fits]] = SAME_STREET
    streets = np.append(one.held["street"], 2)
    held[both[same & fits]] = streets[low[same & fits]]
    return level, np.log(np.maximum(held, 2) / 2)


def _title(one: Crowd, a: Codes, b: Codes) -> tuple[Levels, Floats]:
    texts = one.title_texts
    x, y = one.title[a], one.title[b]
    level = np.zeros(len(a), np.int8)
    both = np.flatnonzero((x >= 0) & (y >= 0))
    low, high = np.minimum(x[both], y[both]), np.maximum(x[both], y[both])
    made = np.full(len(both), OTHER_TITLE, np.int8)
    ratio = _ratios(texts, low, high, token_set_ratio, 85)
    made[ratio >= 85] = ALIKE_TITLE
    made[texts.key[low] == texts.key[high]] = SAME_TITLE
    level[both] = made
    counted = np.append(one.held["title"], 1)
    share = np.log((np.maximum(counted[x], counted[y]) + 3) / (one.rows + 300))
    return level, np.where((level == SAME_TITLE) | (level == ALIKE_TITLE), share + 4, 0.0)
