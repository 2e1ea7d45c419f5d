"""People's names as numbers: what two names are compared by, worked out once per distinct spelling."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import Codes, Wide, coded_or_missing, distinct_or_missing
from mergetui.matching.contact import Mails
from mergetui.matching.folding import words
from mergetui.matching.nicknames import nickname_groups
from mergetui.matching.words import PARTICLES, PLACEHOLDERS, SALUTATIONS, SUFFIXES, TITLES

PARTS = 3
"""So many words of a name are compared one by one."""

_SOUNDS = (
    ("tsch", "c"), ("dzh", "j"), ("sch", "s"), ("ch", "k"), ("sh", "s"), ("ph", "f"), ("ck", "k"), ("cz", "c"),
    ("sz", "s"), ("th", "t"), ("kh", "k"), ("gh", "g"), ("dj", "j"), ("qu", "k"), ("x", "ks"), ("c", "k"),
    ("q", "k"), ("z", "s"), ("w", "v"), ("j", "i"), ("y", "i"),
)  # fmt: skip
_VOWELS = re.compile(r"(?<=[^\n])[aeiouh]+")
_TWICE = re.compile(r"([^\n])\1+")

_STEMS = {
    "ovska": "ovsk", "ovski": "ovsk", "ovsky": "ovsk", "ska": "sk", "ski": "sk", "sky": "sk", "skaya": "sk",
    "skaia": "sk", "skiy": "sk", "skyi": "sk", "skii": "sk", "skyy": "sk", "skij": "sk", "ova": "ov", "eva": "ev",
    "ina": "in", "cka": "ck", "cki": "ck", "opoulou": "opoul", "opoulos": "opoul", "akis": "ak", "aki": "ak",
    "iene": "i", "off": "ov", "eff": "ev",
}  # fmt: skip
_MAIL_WORDS = re.compile(r"[^a-z]+")
_ENDINGS = re.compile(rf"(?m)(?<=..)(?:{'|'.join(sorted(_STEMS, key=len, reverse=True))})$")

_SUFFIX_NUMBERS = {kind: number for number, kind in enumerate(sorted(set(SUFFIXES.values())), start=1)}


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct names; first names and surnames share the numbers, since people swap them.

    All arrays have one entry (or row) per distinct name; -1 = none.
    """

    texts: npt.NDArray[Any]
    """Without spaces."""
    whole: Codes
    """Number of the text without spaces: ``jean pierre`` and ``jeanpierre`` are one."""
    parts: Codes
    """PARTS columns: numbers of the words longer than one letter."""
    nicks: Codes
    """Groups of names that stand for each other."""
    tail: Codes
    """In the numbering of ``whole``: the text without its first letter."""
    sound: Codes
    sound_initial: Codes
    stem: Codes
    initial: Codes
    size: Codes
    """Letters."""


@dataclass(frozen=True, slots=True)
class NamedRows:
    names: Names
    first: Codes
    last: Codes
    suffix: Codes
    """Jr, Sr, III; 0 = none."""
    far: npt.NDArray[np.bool_]
    """Written in a script whose spelling in ASCII is only one of several, such as Han, Hangul, Arabic."""


def cleaned(text: str) -> tuple[str, int]:
    """A name without titles and suffix, and the suffix's number; ``text`` has been through ``folding.words``."""
    if text in PLACEHOLDERS:
        return "", 0
    parts = text.split()
    if len(parts) == 1:
        return ("", 0) if text in SALUTATIONS else (text, 0)
    suffix = 0
    kept: list[str] = []
    for part in parts:
        if part in SUFFIXES and kept:
            suffix = _SUFFIX_NUMBERS[SUFFIXES[part]]
        elif part not in TITLES:
            kept.append(part)
    if len(kept) > 1:
        kept = [part for part in kept if part not in PARTICLES] or kept
    return " ".join(kept), suffix


def named_rows(
    first: tuple[Sequence[str], Codes], last: tuple[Sequence[str], Codes], mails: Mails, mail: Codes
) -> NamedRows:
    """Both columns as distinct raw texts and codes. ``mail``: each row's first address, which often says what a
    missing or shortened name is."""
    sides = []
    for texts, codes in (first, last):
        made = [cleaned(text) for text in words(texts)]
        sides.append(([text for text, _ in made], np.array([suffix for _, suffix in made], np.int32), texts, codes))
    size = len(sides[0][0])
    texts = sides[0][0] + sides[1][0]
    rows = [sides[0][3], sides[1][3] + size]
    texts, rows = _parted(texts, rows[0], rows[1])
    _told_by_mail(texts, rows[0], rows[1], mails, mail)
    distinct, numbers = distinct_or_missing(texts)
    suffix = np.maximum(sides[0][1][first[1]], sides[1][1][last[1]])
    far = _far(first[0])[first[1]] | _far(last[0])[last[1]]
    return NamedRows(described(distinct), numbers[rows[0]], numbers[rows[1]], suffix, far)


def _parted(texts: list[str], first: Codes, last: Codes) -> tuple[list[str], list[Codes]]:
    """A whole name in one column is parted: the last word is the surname when it stood under first name, and the
    other way round the first word the first name."""
    first, last = first.copy(), last.copy()
    texts = list(texts)
    for full, other, at in ((first, last, -1), (last, first, 1)):
        several = np.array([" " in text for text in texts], bool)
        bare = np.array([not text for text in texts], bool)
        rows = np.flatnonzero(several[full] & bare[other])
        values, place = np.unique(full[rows], return_inverse=True)
        full[rows] = len(texts) + 2 * place
        other[rows] = len(texts) + 2 * place + 1
        for value in values.tolist():
            words_ = texts[value].split()
            halves = " ".join(words_[:at]), " ".join(words_[at:])
            texts += halves[::at]
    return texts, [first, last]


def _told_by_mail(texts: list[str], first: Codes, last: Codes, mails: Mails, mail: Codes) -> None:
    """Where the first name is missing or an initial, the mailbox is called after somebody of that surname and the
    initial fits: his first name. Changes ``texts`` and ``first``."""
    short = np.array([len(text) < 2 for text in texts], bool)
    rows = np.flatnonzero(short[first] & ~short[last] & (mail >= 0))
    rows = rows[~mails.role[mail[rows]]]
    if not len(rows):
        return
    owned = np.stack([first[rows], last[rows], mails.local[mail[rows]]])
    distinct, place = np.unique(owned, axis=1, return_inverse=True)
    locals_ = dict(zip(mails.local[mail[rows]].tolist(), mails.locals[mail[rows]].tolist(), strict=True))
    made = np.empty(distinct.shape[1], np.int32)
    for number, (given, surname, local) in enumerate(distinct.T.tolist()):
        told = _first_name(locals_[local], texts[surname].replace(" ", ""), texts[given])
        made[number] = len(texts) if told else given
        if told:
            texts.append(told)
    first[rows] = made[place.ravel()]


def _first_name(local: str, surname: str, initial: str) -> str:
    """``jane.ellerby`` and ``ellerby`` → ``jane``; empty when the mailbox does not say."""
    parts = [word for word in _MAIL_WORDS.split(local) if word]
    if len(parts) == 2 and surname in parts:
        told = parts[1 - parts.index(surname)]
    elif len(parts) == 1 and len(surname) > 3 and len(parts[0]) > len(surname):
        whole = parts[0]
        told = (
            whole[len(surname) :]
            if whole.startswith(surname)
            else whole[: -len(surname)]
            if whole.endswith(surname)
            else ""
        )
    else:
        return ""
    return told if len(told) > 2 and told.isascii() and told.startswith(initial) else ""


def described(distinct: Sequence[str]) -> Names:
    size = len(distinct)
    wholes = [text.replace(" ", "") for text in distinct]
    split = [text.split() for text in distinct]
    both = coded_or_missing(wholes + [text[1:] for text in wholes])
    whole, tail = both[:size], both[size:]
    heard = sounds(wholes)
    # column by column: most names have one word, and no group
    long_words = [
        own if len(own) == 1 and len(own[0]) > 1 else list(dict.fromkeys([word for word in own if len(word) > 1]))
        for own in split
    ]
    by_column = [[own[column] if len(own) > column else "" for own in long_words] for column in range(PARTS)]
    parts = coded_or_missing([word for column in by_column for word in column]).reshape(PARTS, size).T.copy()
    nicks = np.full((size, PARTS), -1, np.int32)
    for place, own in enumerate(split):
        groups = nickname_groups(own[0]) or (nickname_groups(wholes[place]) if len(own) > 1 else None)
        if groups:
            nicks[place, : min(len(groups), PARTS)] = sorted(groups)[:PARTS]
    return Names(
        texts=np.array(wholes, object),
        whole=whole,
        parts=parts,
        nicks=nicks,
        tail=tail,
        sound=coded_or_missing(heard),
        sound_initial=np.array([ord(text[0]) if text else 0 for text in heard], np.int32),
        stem=coded_or_missing(stems(wholes)),
        initial=np.array([ord(text[0]) for text in wholes], np.int32),
        size=np.array([len(text) for text in wholes], np.int32),
    )


def sounds(texts: Sequence[str]) -> list[str]:
    """Consonants by sound: slips in vowels and most romanisations keep them. ``texts``: ASCII without line ends."""
    if not texts:
        return []
    text = "\n".join(texts)
    for letters, sound in _SOUNDS:
        text = text.replace(letters, sound)
    return _TWICE.sub(r"\1", _VOWELS.sub("", text)).split("\n")


def stems(texts: Sequence[str]) -> list[str]:
    """Surnames without what differs between the men and women of a family (Slavic, Greek, Baltic)."""
    return _ENDINGS.sub(lambda found: _STEMS[found[0]], "\n".join(texts)).split("\n") if texts else []


def _far(texts: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Cyrillic, Greek, Armenian and Georgian are left out: their romanisations stay close to each other."""
    return np.array([not text.isascii() and max(text) > "\u0589" and _mostly_far(text) for text in texts], bool)


def _mostly_far(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    far = sum(
        ord(sign) > 0x589 and not 0x10A0 <= ord(sign) <= 0x10FF and not 0x1E00 <= ord(sign) <= 0x1FFF
        for sign in letters
    )
    return far * 2 > len(letters)


def full_name(rows: NamedRows) -> Wide:
    """One number per row for its whole name, whatever the order of its halves; -1 when a half is missing."""
    whole = np.append(rows.names.whole, np.int32(-1)).astype(np.int64)
    one, two = whole[rows.first], whole[rows.last]
    low, high = np.minimum(one, two), np.maximum(one, two)
    return np.where(low >= 0, low << 32 | high, np.int64(-1))
