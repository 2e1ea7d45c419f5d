"""Employers, jobs and addresses as numbers, worked out once per distinct text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import Codes, coded_or_missing, distinct_or_missing
from mergetui.matching.folding import words
from mergetui.matching.words import COMPANY_WORDS, COUNTRIES, FREE_MAIL, LEGAL_FORMS, PLACEHOLDERS, STREET_WORDS

PARTS = 3
"""So many words of a company are compared one by one."""
_SITE = re.compile(r"^(?:https?:/*)?(?:www\d?\.)?|[/?#:].*$")


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct normalised texts of one kind, and what they are compared by."""

    texts: npt.NDArray[Any]
    key: Codes
    """Equal for texts that mean the same whatever else differs (company: without spaces and regions; street: house
    number and the first letters of its name)."""
    parts: Codes = field(default_factory=lambda: np.zeros((0, PARTS), np.int32))
    """Company: numbers of its first words."""


def companies(texts: Sequence[str], codes: Codes) -> tuple[Texts, Codes, list[str]]:
    """Also the names without spaces per distinct text, to be compared with domains."""
    made = [_company(text) for text in words(texts)]
    own, places = distinct_or_missing(made)
    squeezed = [_core(text) for text in own]
    split = [list(dict.fromkeys(text.split(" "))) for text in own]
    columns = [[parts[column] if len(parts) > column else "" for parts in split] for column in range(PARTS)]
    coded = coded_or_missing([word for column in columns for word in column]).reshape(PARTS, len(own))
    return (
        Texts(np.array(own, object), coded_or_missing(squeezed), coded.T.copy()),
        places[codes],
        squeezed,
    )


def _company(text: str) -> str:
    if not text or text in PLACEHOLDERS:
        return ""
    parts = text.split()
    kept = [part for part in parts if part not in LEGAL_FORMS]
    return " ".join(kept or parts)


def _core(text: str) -> str:
    parts = text.split()
    while len(parts) > 1 and parts[-1] in COMPANY_WORDS:
        parts.pop()
    return "".join(parts)


def employers(labels: Sequence[Sequence[str]], codes: Sequence[Codes]) -> list[Codes]:
    """Names of employers in one numbering, whether they come from a company, an e-mail domain or a web site."""
    flat = coded_or_missing([text for side in labels for text in side])
    made, start = [], 0
    for side, rows in zip(labels, codes, strict=True):
        own = np.append(flat[start : start + len(side)], np.int32(-1))
        made.append(own[rows])
        start += len(side)
    return made


def domain_labels(domains: Sequence[str]) -> list[str]:
    """``acme-travel.co.uk`` → ``acmetravel``; empty for providers of private mailboxes and what is no domain."""
    labels = []
    for domain in domains:
        label = domain.partition(".")[0]
        labels.append("" if label in FREE_MAIL or len(label) < 2 else label.replace("-", ""))
    return labels


def sites(texts: Sequence[str]) -> list[str]:
    """Web addresses to domains."""
    return [_SITE.sub("", text.strip().lower()) if "." in text else "" for text in texts]


def titles(texts: Sequence[str], codes: Codes) -> tuple[Texts, Codes]:
    own, places = distinct_or_missing(["" if text in PLACEHOLDERS else text for text in words(texts)])
    return Texts(np.array(own, object), coded_or_missing([text.replace(" ", "") for text in own])), places[codes]


def streets(texts: Sequence[str], codes: Codes) -> tuple[Texts, Codes]:
    """Common words are shortened alike; the key is the digits and the longest word's first letters."""
    usual = STREET_WORDS.get
    made = [" ".join([usual(part, part) for part in text.split(" ")]) for text in words(texts)]
    own, places = distinct_or_missing(["" if text in PLACEHOLDERS else text for text in made])
    return Texts(np.array(own, object), coded_or_missing([_street_key(text) for text in own])), places[codes]


def _street_key(text: str) -> str:
    digits, longest = [], ""
    for part in text.split(" "):
        if part[:1].isdigit():
            digits.append(part)
        elif len(part) > len(longest):
            longest = part
    if len(digits) > 1:
        digits.sort()
    return " ".join((*digits, longest[:5])) if digits else ""


def squeezed(texts: Sequence[str], codes: Codes) -> Codes:
    """Postal codes, towns, states: equal or not. Spaces do not count."""
    made = [("" if text in PLACEHOLDERS else text.replace(" ", "")) for text in words(texts)]
    return coded_or_missing(made)[codes]


def countries(texts: Sequence[str], codes: Codes) -> Codes:
    made = [COUNTRIES.get(text, "" if text in PLACEHOLDERS else text) for text in words(texts)]
    return coded_or_missing(made)[codes]
