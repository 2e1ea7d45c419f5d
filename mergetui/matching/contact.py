"""Addresses and telephone numbers as numbers, worked out once per distinct text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import Codes, Flags, numbered, numbered_or_missing
from mergetui.matching.folding import folded, mail_sign, phone_sign
from mergetui.matching.words import COUNTRY_CODES, FREE_MAIL, MISTYPED_ENDINGS, MUCH_USED_MAIL, ROLES

_SPLIT = re.compile(r"[;,\s]+")
_NOT_DIGIT = re.compile(r"[^0-9]+")
_EXTENSION = re.compile(
    r"(?:\b(?:ext|extn|extension|durchwahl|dw|poste|int|anexo|ramal|toestel|vnutr|dob)\b\.?|[x#;])\s*[:.]?\s*\d{1,6}\s*$"
)
_ODD = re.compile(r"[a-z#;]")
_DELETED = str.maketrans("", "", " -./()_,*'\"\t:")


@dataclass(frozen=True, slots=True)
class Mails:
    """Distinct addresses; arrays have one entry per address."""

    locals: npt.NDArray[Any]
    """What stands before the @, without tags."""
    local: Codes
    letters: Codes
    """Number of the local part without its digits and signs."""
    words: Codes
    """Number of its letters in alphabetic order: ``golab.tomasz`` and ``tomasz.golab`` are alike."""
    digits: Codes
    """Number of its digits."""
    domain: Codes
    domains: list[str]
    free: Flags
    role: Flags
    """A mailbox of a job or a house."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Distinct national numbers; one entry each."""

    digits: npt.NDArray[Any]
    end: Codes
    """Number of the last eight digits."""
    mobile: Flags
    """Stands somewhere in the column for mobiles: it is one human's, unlike the number of a house or a firm."""


def mails(columns: Sequence[tuple[Sequence[str], Codes]], slots: int) -> tuple[Mails, list[Codes]]:
    """All columns of addresses; a text may hold several. Answers with ``slots`` columns of places in ``Mails``."""
    found: list[list[str]] = []
    offset = 0
    rows: list[Codes] = []
    for texts, codes in columns:
        found += [_addresses(text) for text in folded(texts, mail_sign)]
        rows.append(codes + np.int32(offset))
        offset += len(texts)
    flat, places = numbered_or_missing(["" if not one else one[0] for one in found])
    more = sorted({extra for one in found if len(one) > 1 for extra in one[1:]} - set(flat))
    index = {text: place for place, text in enumerate(flat + more)}
    columns_made = [places[codes] for codes in rows]
    extra_rows = [n for n, one in enumerate(found) if len(one) > 1]
    for depth in range(1, max((len(found[n]) for n in extra_rows), default=1)):
        extra = np.full(len(found), -1, np.int32)
        for n in extra_rows:
            if len(found[n]) > depth:
                extra[n] = index[found[n][depth]]
        columns_made += [extra[codes] for codes in rows]
    return _described(flat + more), slotted(columns_made, slots)


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


def _addresses(text: str) -> list[str]:
    if not text or "@" not in text:
        return []
    if " " not in text and ";" not in text and "," not in text:
        made = _address(text)
        return [made] if made else []
    return list(dict.fromkeys(made for part in _SPLIT.split(text) if (made := _address(part))))[:4]


def _address(text: str) -> str:
    local, _, domain = text.rpartition("@")
    domain, free = _domain(domain)
    local = local.partition("+")[0]
    if not local.isalnum():
        local = local.removeprefix("mailto:").strip("<>\"'()[]. ")
    if not local or not domain:
        return ""
    if free and domain == "gmail.com":
        local = local.replace(".", "")
    return f"{local}@{domain}"


@lru_cache(1 << 18)
def _domain(text: str) -> tuple[str, bool]:
    """A domain as it was meant, and whether private mailboxes live there; empty when it is none."""
    text = text.strip("<>\"'()[]. ")
    label, dot, rest = text.partition(".")
    if not dot or not label or not rest:
        return "", False
    rest = MISTYPED_ENDINGS.get(rest, rest)
    meant = label if label in FREE_MAIL else _meant(label)
    if meant == "googlemail":
        meant = "gmail"
    if meant in ("gmail", "icloud") or (meant in MUCH_USED_MAIL and rest in ("co", "om")):
        rest = "com"
    return f"{meant}.{rest}", meant in FREE_MAIL


def _shortened(word: str) -> set[str]:
    return {word[:place] + word[place + 1 :] for place in range(len(word))}


_NEAR: dict[str, str] = {}
for _label in MUCH_USED_MAIL:
    for _short in (_label, *_shortened(_label)):
        _NEAR.setdefault(_short, _label)


def _meant(label: str) -> str:
    """The much used mail provider that a label is one slip away from, else the label itself."""
    if not 4 <= len(label) <= 11:
        return label
    for near in (label, *sorted(_shortened(label))):
        if near in _NEAR and abs(len(label) - len(_NEAR[near])) <= 1:
            return _NEAR[near]
    return label


def _described(addresses: list[str]) -> Mails:
    local, domain = [], []
    for address in addresses:
        one, _, two = address.rpartition("@")
        local.append(one)
        domain.append(two)
    locals_, local_codes = numbered(local)
    letters = ["".join(filter(str.isalpha, text)) if not text.isalpha() else text for text in locals_]
    domains, domain_codes = numbered(domain)
    free = np.array([text.partition(".")[0] in FREE_MAIL for text in domains], bool)
    role = np.array([text in ROLES or text.rstrip("0123456789") in ROLES for text in locals_], bool)
    sorted_letters = ["".join(sorted(text)) for text in letters]
    return Mails(
        locals=np.array(locals_, object)[local_codes] if locals_ else np.zeros(0, object),
        local=local_codes,
        letters=numbered_or_missing(letters)[1][local_codes],
        words=numbered_or_missing(sorted_letters)[1][local_codes],
        digits=numbered_or_missing([_NOT_DIGIT.sub("", text) for text in locals_])[1][local_codes],
        domain=domain_codes,
        domains=domains,
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
        made += [_national(text) for text in folded(texts, phone_sign)]
    distinct, places = numbered_or_missing(made)
    _, end = numbered([text[-8:] for text in distinct])
    own = [places[codes] for codes in rows]
    size = len(distinct)
    as_phone, as_mobile = (np.bincount(column[column >= 0], minlength=size) for column in own)
    return Phones(np.array(distinct, object), end, as_mobile > as_phone), slotted(own, slots)


def _national(text: str) -> str:
    """A number without country code, trunk digit and extension; empty when it is none."""
    if not text:
        return ""
    if _ODD.search(text):
        text = _EXTENSION.sub("", text)
    text = text.strip()
    digits = text.replace("(0)", "").translate(_DELETED)
    abroad = digits.startswith(("+", "00"))
    if not digits.isdigit():
        digits = _NOT_DIGIT.sub("", digits)
    bare = digits.lstrip("0")
    if not 7 <= len(bare) <= 17:
        return ""
    if abroad:
        bare = _without_country(bare)
    elif len(bare) == len(digits) and len(bare) >= 11:
        bare = bare[1:] if bare[0] in "18" and len(bare) == 11 else _without_country(bare)
    if len(bare) < 6 or bare in "12345678901234567890" or len(set(bare)) < 3:
        return ""
    return bare


def _without_country(digits: str) -> str:
    for size in (1, 2, 3):
        if digits[:size] in COUNTRY_CODES:
            rest = digits[size:].lstrip("0")
            if size == 1 and digits[0] == "7" and len(rest) == 11 and rest[0] == "8":
                rest = rest[1:]
            return rest if len(rest) >= 6 else digits
    return digits
