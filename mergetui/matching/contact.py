"""Addresses and telephone numbers as numbers, worked out once per distinct text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import Codes, Flags, coded_or_missing, distinct, distinct_or_missing
from mergetui.matching.folding import folded, mail_sign, phone_sign
from mergetui.matching.words import COUNTRY_CODES, FREE_MAIL, MISTYPED_ENDINGS, MUCH_USED_MAIL, ROLES

_SPLIT = re.compile(r"[;,\s]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_EXTENSION = re.compile(
    r"(?:\b(?:ext|extn|extension|durchwahl|dw|poste|int|anexo|ramal|toestel|vnutr|dob)\b\.?|[x#;])\s*[:.]?\s*\d{1,6}\s*$"
)
_ODD = re.compile(r"[a-z#;]")
_DELETED = str.maketrans("", "", " -./()_,*'\"\t:")
_ASCII = "".join(map(chr, range(128)))
_ONLY_LETTERS = str.maketrans("", "", "".join(sign for sign in _ASCII if not sign.isalpha() and sign != "\n"))
_ONLY_DIGITS = str.maketrans("", "", "".join(sign for sign in _ASCII if not sign.isdigit() and sign != "\n"))


@dataclass(frozen=True, slots=True)
class Mails:
    """Distinct addresses; arrays have one entry per address."""

    locals: npt.NDArray[Any]
    """What stands before the @, without tags."""
    local: Codes
    bare: npt.NDArray[Any]
    """The local part's letters."""
    letters: Codes
    """Number of the local part without its digits and signs."""
    words: Codes
    """Number of its words in alphabetic order: ``golab.tomasz`` and ``tomasz.golab`` are alike."""
    digits: Codes
    """Number of its digits."""
    initial: Codes
    domain: Codes
    domains: npt.NDArray[Any]
    free: Flags
    role: Flags
    """A mailbox of a job or a house."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Distinct national numbers; one entry each."""

    digits: npt.NDArray[Any]
    end: Codes
    """Number of the last eight digits."""
    head: Codes
    tail: Codes
    """The first and the last three digits: a slip of one digit leaves one of them."""
    mobile: Flags
    """Stands somewhere in the column for mobiles: it is one human's, unlike the number of a house or a firm."""


def mails(columns: Sequence[tuple[Sequence[str], Codes]], slots: int) -> tuple[Mails, list[Codes]]:
    """All columns of addresses; a text may hold several. Answers with ``slots`` columns of places in ``Mails``."""
    found: list[str] = []
    more: dict[int, list[str]] = {}
    rows: list[Codes] = []
    for texts, codes in columns:
        rows.append(codes + np.int32(len(found)))
        _addresses(folded(texts, mail_sign), found, more)
    flat, places = distinct_or_missing(found)
    known = set(flat) if more else set()
    extra_texts = [text for text in dict.fromkeys(chain.from_iterable(more.values())) if text not in known]
    made = [places[codes] for codes in rows]
    if more:
        index = {text: place for place, text in enumerate(flat + extra_texts)}
        for depth in range(max(map(len, more.values()))):
            extra = np.full(len(found), -1, np.int32)
            for place, texts in more.items():
                if len(texts) > depth:
                    extra[place] = index[texts[depth]]
            made += [extra[codes] for codes in rows]
    return _described(flat + extra_texts), slotted(made, slots)


def slotted(columns: list[Codes], slots: int) -> list[Codes]:
    """The distinct codes of each row, missing ones last, in at most ``slots`` columns."""
    if len(columns) == 1:
        return columns[:slots] + [np.full(len(columns[0]), -1, np.int32) for _ in range(slots - 1)]
    made = list(columns)
    for later in range(1, len(made)):
        for earlier in range(later):
            made[later] = np.where(made[later] == made[earlier], np.int32(-1), made[later])
    for _ in range(len(made) - 1):  # missing ones sink
        for place in range(len(made) - 1):
            gap = made[place] < 0
            if gap.any():
                made[place], made[place + 1] = (
                    np.where(gap, made[place + 1], made[place]),
                    np.where(gap, np.int32(-1), made[place + 1]),
                )
    return made[:slots] + [np.full(len(columns[0]), -1, np.int32) for _ in range(slots - len(made))]


def _addresses(texts: Sequence[str], found: list[str], more: dict[int, list[str]]) -> None:
    """The first address of each text, or an empty one, behind ``found``; further ones by its place in ``more``."""
    domains: dict[str, str] = {}
    for text in texts:
        local, at, domain = text.rpartition("@")
        if not at:
            found.append("")
        elif " " in text or ";" in text or "," in text:
            several = list(dict.fromkeys([made for part in _SPLIT.split(text) if (made := _address(part))]))[:4]
            if len(several) > 1:
                more[len(found)] = several[1:]
            found.append(several[0] if several else "")
        else:
            meant = domains.get(domain)
            if meant is None:
                meant = domains[domain] = _domain(domain)
            if meant != domain or meant == "gmail.com" or "+" in local or not local.isalnum():
                found.append(_joined(local, meant))
            else:
                found.append(text)


def _address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    return _joined(local, _domain(domain))


def _joined(local: str, domain: str) -> str:
    if "+" in local:
        local = local.partition("+")[0]
    if not local.isalnum():
        local = local.removeprefix("mailto:").strip("<>\"'()[]. ")
    if not local or not domain:
        return ""
    if domain == "gmail.com":
        local = local.replace(".", "")
    return f"{local}@{domain}"


def _domain(text: str) -> str:
    """A domain as it was meant; empty when it is none."""
    text = text.strip("<>\"'()[]. ")
    label, dot, rest = text.partition(".")
    if not dot or not label or not rest:
        return ""
    rest = MISTYPED_ENDINGS.get(rest, rest)
    meant = label if label in FREE_MAIL else _meant(label)
    if meant == "googlemail":
        meant = "gmail"
    if meant in ("gmail", "icloud") or (meant in MUCH_USED_MAIL and rest in ("co", "om")):
        rest = "com"
    return f"{meant}.{rest}"


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


_NEAR: dict[str, str] = {}
for _label in MUCH_USED_MAIL:
    for _short in (_label, *_shortened(_label)):
        _NEAR.setdefault(_short, _label)


_HEADS = frozenset(label[:2] for label in MUCH_USED_MAIL)
_TAILS = frozenset(label[-2:] for label in MUCH_USED_MAIL)


def _meant(label: str) -> str:
    """The much used mail provider that a label is one slip away from, else the label itself."""
    # one slip leaves the first or the last two letters as they were
    if not 4 <= len(label) <= 11 or (label[:2] not in _HEADS and label[-2:] not in _TAILS):
        return label
    for near in (label, *sorted(_shortened(label))):
        if near in _NEAR and abs(len(label) - len(_NEAR[near])) <= 1:
            return _NEAR[near]
    return label


def _described(addresses: list[str]) -> Mails:
    local = [address.rpartition("@")[0] for address in addresses]
    locals_, local_codes = distinct(local)
    domains, domain_codes = distinct([address.rpartition("@")[2] for address in addresses])
    text = "\n".join(locals_)
    letters = text.translate(_ONLY_LETTERS).split("\n") if locals_ else []
    digits = text.translate(_ONLY_DIGITS).split("\n") if locals_ else []
    free = np.array([domain.partition(".")[0] in FREE_MAIL for domain in domains], bool)
    role = np.array([text in ROLES for text in letters], bool)
    in_order = [
        bare if text.isalnum() else "".join(sorted(text.replace("_", ".").replace("-", ".").split(".")))
        for text, bare in zip(locals_, letters, strict=True)
    ]
    return Mails(
        locals=np.array(local, object),
        local=local_codes,
        bare=np.array(letters, object)[local_codes] if letters else np.zeros(0, object),
        letters=coded_or_missing(letters)[local_codes],
        words=coded_or_missing(in_order)[local_codes],
        digits=coded_or_missing(digits)[local_codes],
        initial=np.array([ord(text[0]) for text in locals_], np.int32)[local_codes],
        domain=domain_codes,
        domains=np.array(domains, object),
        free=free[domain_codes],
        role=role[local_codes],
    )


def phones(
    phone: tuple[Sequence[str], Codes], mobile: tuple[Sequence[str], Codes], slots: int
) -> tuple[Phones, list[Codes]]:
    """Both columns of telephone numbers; answers with ``slots`` columns of places in ``Phones``."""
    made: list[str] = []
    rows: list[Codes] = []
    for texts, codes in (phone, mobile):
        rows.append(codes + np.int32(len(made)))
        made += _nationals(folded(texts, phone_sign))
    numbers, places = distinct_or_missing(made)
    end = coded_or_missing([text[-8:] for text in numbers])
    own = [places[codes] for codes in rows]
    size = len(numbers)
    as_phone, as_mobile = (np.bincount(column[column >= 0], minlength=size) for column in own)
    head = np.array([int(text[:3]) for text in numbers], np.int32)
    tail = np.array([int(text[-3:]) for text in numbers], np.int32)
    return Phones(np.array(numbers, object), end, head, tail, as_mobile > as_phone), slotted(own, slots)


def _nationals(texts: list[str]) -> list[str]:
    """Numbers without country code, trunk digit and extension; empty where there is none."""
    if not texts:
        return []
    text = "\n".join(texts)
    if _ODD.search(text):
        # a number with an extension is a long text
        text = "\n".join([_EXTENSION.sub("", one) if len(one) > 9 and _ODD.search(one) else one for one in texts])
    bare = text.replace("(0)", "").translate(_DELETED).split("\n")
    return [_national(digits) if len(digits) > 6 else "" for digits in bare]


def _national(digits: str) -> str:
    if digits[0] == "+":
        bare, abroad = digits[1:], True
    else:
        bare, abroad = digits, digits.startswith("00")
    if not bare.isdigit():
        bare = _NOT_DIGIT.sub("", bare)
    stripped = bare.lstrip("0")
    if abroad:
        bare = _without_country(stripped)
    elif len(stripped) == len(bare) >= 11:
        bare = bare[1:] if len(bare) == 11 and bare[0] in "18" else _without_country(bare)
    else:
        bare = stripped
    if not 6 <= len(bare) <= 16 or bare.count(bare[-1]) > len(bare) - 2 or bare in "12345678901234567890":
        return ""
    return bare


_CODE_SIZES = {
    text: next((size for size in (1, 2, 3) if text[:size] in COUNTRY_CODES), 0) for text in map(str, range(100, 1000))
}


def _without_country(digits: str) -> str:
    size = _CODE_SIZES.get(digits[:3], 0)
    rest = digits[size:].lstrip("0")
    if size == 1 and digits[0] == "7" and len(rest) == 11 and rest[0] == "8":
        rest = rest[1:]
    return rest if len(rest) >= 6 else digits
