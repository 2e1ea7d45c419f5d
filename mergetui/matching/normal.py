"""Raw texts to comparable ones, each distinct value once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from anyascii import anyascii

from mergetui.matching.words import (
    FEMALE,
    FREE_MAIL,
    LEGAL_FORMS,
    MALE,
    MISTYPED,
    PARTICLES,
    PLACEHOLDERS,
    ROLES,
    SUFFIXES,
    TITLES,
)
from mergetui.records.people import PersonFacts

T = TypeVar("T")

_LONGEST = 300
"""Nothing a person is recognised by is longer; CRM texts go up to 32,000 characters."""
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_QUOTES = re.compile(r"['’`´ʼ]")
_EXTENSION = re.compile(
    r"(?:\b(?:ext|extn|extension|durchwahl|dw|poste|int|anexo)\b\.?|доб\.?|[x#;])\s*:?\s*\d{1,6}\s*$", re.I
)
_TRUNK = re.compile(r"\(0\)")
_SPLIT = re.compile(r"[;,\s]+")


@dataclass(frozen=True, slots=True)
class Name:
    """One spelling of a person's name, in lower case ASCII."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    suffix: str = ""
    foreign: bool = False
    """Written in a script whose spelling in ASCII is only one of several, such as Han, Hangul, Arabic."""


@dataclass(frozen=True, slots=True)
class Email:
    local: str
    domain: str
    label: str
    """The domain's first label."""
    role: bool
    free: bool

    @property
    def whole(self) -> str:
        return f"{self.local}@{self.domain}"


@dataclass(frozen=True, slots=True)
class Phone:
    digits: str
    """Without extension and leading zeros."""
    international: bool


@dataclass(frozen=True, slots=True)
class Someone:
    """One person as matching sees it: all its rows of facts together. Tuples are sorted, values distinct."""

    key: str
    names: tuple[Name, ...]
    emails: tuple[Email, ...]
    phones: tuple[Phone, ...]
    companies: tuple[str, ...]
    titles: tuple[str, ...]
    streets: tuple[str, ...]
    cities: tuple[str, ...]
    postal_codes: tuple[str, ...]
    countries: tuple[str, ...]
    gender: str


class Normaliser:
    """Normalises every distinct value once; holds nothing else."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._names: dict[tuple[str, str], Name | None] = {}
        self._emails: dict[str, tuple[Email, ...]] = {}
        self._phones: dict[str, Phone | None] = {}
        self._companies: dict[str, str] = {}

    def someone(self, key: str, rows: Iterable[PersonFacts]) -> Someone:
        """``rows``: the facts of one person, of one CRM or of both."""
        rows = list(rows)
        genders = {gender for row in rows if (gender := _gender(row.salutation))}
        return Someone(
            key,
            _distinct((self.name(row.first_name, row.last_name) for row in rows), name_order),
            _distinct(
                (email for row in rows for text in (row.email, row.secondary_email) for email in self.emails(text)),
                lambda email: email.whole,
            ),
            _distinct(
                (self.phone(text) for row in rows for text in (row.phone, row.mobile)), lambda phone: phone.digits
            ),
            _texts(self.company(row.company) for row in rows),
            _texts(self.text(row.title) for row in rows),
            _texts(self.text(row.street) for row in rows),
            _texts(self.text(row.city) for row in rows),
            _texts(self.text(row.postal_code).replace(" ", "") for row in rows),
            _texts(_country(self.text(row.country)) for row in rows),
            genders.pop() if len(genders) == 1 else "",
        )

    def text(self, raw: str) -> str:
        """Lower case ASCII words with single spaces; empty for a placeholder."""
        if not raw:
            return ""
        made = self._texts.get(raw)
        if made is None:
            made = plain(raw)
            if made in PLACEHOLDERS:
                made = ""
            self._texts[raw] = made
        return made

    def name(self, first: str, last: str) -> Name | None:
        """None when both parts are missing."""
        asked = (first, last)
        if asked not in self._names:
            self._names[asked] = self._name(first, last)
        return self._names[asked]

    def _name(self, raw_first: str, raw_last: str) -> Name | None:
        suffix = ""
        parts: list[list[str]] = []
        for raw in (raw_first, raw_last):
            words: list[str] = []
            for word in self.text(raw).split():
                if word in SUFFIXES and (words or (parts and parts[0])):
                    suffix = SUFFIXES[word]
                elif word not in TITLES:
                    words.append(word)
            parts.append(words)
        first, last = parts
        if not first and len(last) > 1:
            first, last = last[:1], last[1:]
        elif not last and len(first) > 1:
            first, last = first[:-1], first[-1:]
        if not first and not last:
            return None
        last = [word for word in last if word not in PARTICLES] or last
        return Name(tuple(first), tuple(last), suffix, _foreign(raw_first + raw_last))

    def emails(self, raw: str) -> tuple[Email, ...]:
        if not raw:
            return ()
        made = self._emails.get(raw)
        if made is None:
            found = (_email(part) for part in _SPLIT.split(raw[: _LONGEST * 10].lower()))
            made = tuple(email for email in found if email is not None)
            self._emails[raw] = made
        return made

    def phone(self, raw: str) -> Phone | None:
        if not raw:
            return None
        if raw not in self._phones:
            self._phones[raw] = _phone(raw)
        return self._phones[raw]

    def company(self, raw: str) -> str:
        """Without legal forms; empty for a placeholder."""
        if not raw:
            return ""
        made = self._companies.get(raw)
        if made is None:
            words = self.text(raw).split()
            made = " ".join(word for word in words if word not in LEGAL_FORMS) or " ".join(words)
            self._companies[raw] = made
        return made


def plain(raw: str) -> str:
    text = unicodedata.normalize("NFKC", raw[:_LONGEST].encode("utf-8", "ignore").decode())
    text = _QUOTES.sub("", anyascii(_QUOTES.sub("", text))).lower()
    return _NOT_WORD.sub(" ", text).strip()


@lru_cache(1 << 16)
def stem(surname: str) -> str:
    """A surname without what differs between the men and women of a family (Slavic, Greek, Baltic)."""
    for ending, kept in (
        ("ovska", "ovsk"), ("ovski", "ovsk"), ("ovsky", "ovsk"), ("ska", "sk"), ("ski", "sk"), ("sky", "sk"),
        ("skaya", "sk"), ("skiy", "sk"), ("skyi", "sk"), ("ova", "ov"), ("eva", "ev"), ("ina", "in"), ("cka", "ck"),
        ("cki", "ck"), ("opoulou", "opoul"), ("opoulos", "opoul"), ("akis", "ak"), ("aki", "ak"), ("iene", "i"),
    ):  # fmt: skip
        if surname.endswith(ending) and len(surname) - len(ending) >= 2:
            return surname[: len(surname) - len(ending)] + kept
    return surname


_SOUNDS = (
    ("sch", "s"), ("tsch", "c"), ("ch", "k"), ("sh", "s"), ("ph", "f"), ("ck", "k"), ("cz", "c"), ("sz", "s"),
    ("th", "t"), ("kh", "k"), ("gh", "g"), ("dj", "j"), ("dzh", "j"), ("qu", "k"), ("x", "ks"), ("c", "k"),
    ("q", "k"), ("z", "s"), ("w", "v"), ("j", "i"), ("y", "i"),
)  # fmt: skip


@lru_cache(1 << 16)
def skeleton(word: str) -> str:
    """A word's consonants by sound: typing slips in vowels and most romanisations keep it."""
    for letters, sound in _SOUNDS:
        word = word.replace(letters, sound)
    kept: list[str] = []
    for index, letter in enumerate(word):
        if index and letter in "aeiouh":
            continue
        if not kept or kept[-1] != letter:
            kept.append(letter)
    return "".join(kept)


def _email(text: str) -> Email | None:
    text = text.strip("<>\"'()[]").removeprefix("mailto:")
    local, at, domain = text.rpartition("@")
    local = local.split("+", 1)[0].strip(".")
    label, dot, rest = domain.partition(".")
    if not at or not local or not dot or not label or not rest:
        return None
    label = MISTYPED.get(label, label)
    free = label in FREE_MAIL
    if label == "gmail":
        local = local.replace(".", "")
    role = local in ROLES or local.rstrip("0123456789") in ROLES
    return Email(local, f"{label}.{rest}", label, role, free)


def _phone(raw: str) -> Phone | None:
    text = unicodedata.normalize("NFKC", raw[:_LONGEST]).strip().lower()
    text = _EXTENSION.sub("", text)
    text = _TRUNK.sub("", text)
    digits = "".join(str(unicodedata.digit(sign)) for sign in text if sign.isdigit())
    international = text.startswith("+") or digits.startswith("00")
    digits = digits.lstrip("0")
    if len(digits) < 7 or len(digits) > 16 or len(set(digits)) < 3 or digits in "12345678901234567890":
        return None
    return Phone(digits, international)


_COUNTRIES = {
    "usa": "us", "united states": "us", "united states of america": "us", "u s a": "us", "u s": "us", "uk": "gb",
    "united kingdom": "gb", "great britain": "gb", "england": "gb", "scotland": "gb", "wales": "gb", "germany": "de",
    "deutschland": "de", "france": "fr", "spain": "es", "espana": "es", "italy": "it", "italia": "it",
    "netherlands": "nl", "the netherlands": "nl", "nederland": "nl", "holland": "nl", "austria": "at",
    "osterreich": "at", "switzerland": "ch", "schweiz": "ch", "suisse": "ch", "poland": "pl", "polska": "pl",
    "brazil": "br", "brasil": "br", "mexico": "mx", "japan": "jp", "nippon": "jp", "china": "cn", "india": "in",
    "sweden": "se", "sverige": "se", "norway": "no", "norge": "no", "denmark": "dk", "danmark": "dk", "finland": "fi",
    "suomi": "fi", "ireland": "ie", "eire": "ie", "portugal": "pt", "greece": "gr", "turkey": "tr", "turkiye": "tr",
    "canada": "ca", "australia": "au", "belgium": "be", "czech republic": "cz", "czechia": "cz", "south korea": "kr",
    "korea": "kr", "republic of korea": "kr", "russia": "ru", "ukraine": "ua",
}  # fmt: skip


def _country(text: str) -> str:
    return _COUNTRIES.get(text, text)


def _gender(salutation: str) -> str:
    for word in plain(salutation).split():
        if word in MALE:
            return "m"
        if word in FEMALE:
            return "f"
    return ""


def _foreign(text: str) -> bool:
    """Cyrillic, Greek, Armenian and Georgian are left out: their romanisations stay close to each other."""
    letters = [sign for sign in text if sign.isalpha()]
    far = sum(
        ord(sign) > 0x589 and not 0x10A0 <= ord(sign) <= 0x10FF and not 0x1E00 <= ord(sign) <= 0x1FFF
        for sign in letters
    )
    return far * 2 > len(letters)


def name_order(name: Name) -> tuple[tuple[str, ...], tuple[str, ...], str, bool]:
    """What names are sorted by, so that nothing depends on the order of people."""
    return name.last, name.first, name.suffix, name.foreign


def _distinct(values: Iterable[T | None], order: Callable[[T], Any]) -> tuple[T, ...]:
    return tuple(sorted({value for value in values if value is not None}, key=order))


def _texts(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
