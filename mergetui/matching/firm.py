"""Employers, jobs and addresses as numbers, worked out once per distinct text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mergetui.matching.coding import Codes, numbered_or_missing
from mergetui.matching.folding import words
from mergetui.matching.words import COMPANY_WORDS, COUNTRIES, FREE_MAIL, LEGAL_FORMS, PLACEHOLDERS, STREET_WORDS

_SITE = re.compile(r"^(?:https?:/*)?(?:www\d?\.)?|[/?#:].*$")


@dataclass(frozen=True, slots=True)
class Texts:
    """Distinct normalised texts of one kind, in their order, and what they are compared by."""

    texts: npt.NDArray[Any]
    key: Codes
    """Equal for texts that mean the same whatever else differs (company: without spaces and regions; street: house
    number and the first letters of its name)."""
    head: Codes
    """Company: its first word. Others: -1."""


def companies(texts: Sequence[str], codes: Codes) -> tuple[Texts, Codes, list[str]]:
    """Also the names without spaces per distinct text, to be compared with domains."""
    made = [_company(text) for text in words(texts)]
    distinct, places = numbered_or_missing(made)
    squeezed = [_core(text) for text in distinct]
    heads = [text.partition(" ")[0] for text in distinct]
    return (
        Texts(np.array(distinct, object), numbered_or_missing(squeezed)[1], numbered_or_missing(heads)[1]),
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
    _, flat = numbered_or_missing([text for side in labels for text in side])
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
    return _plain(texts, codes, lambda text: text.replace(" ", ""))


def streets(texts: Sequence[str], codes: Codes) -> tuple[Texts, Codes]:
    """Common words are shortened alike; the key is the digits and the longest word's first letters."""
    made = [" ".join(STREET_WORDS.get(part, part) for part in text.split()) for text in words(texts)]
    distinct, places = numbered_or_missing(["" if text in PLACEHOLDERS else text for text in made])
    keys = [_street_key(text) for text in distinct]
    return Texts(np.array(distinct, object), numbered_or_missing(keys)[1], np.full(len(keys), -1, np.int32)), places[
        codes
    ]


def _street_key(text: str) -> str:
    digits = " ".join(sorted(part for part in text.split() if part[0].isdigit()))
    longest = max((part for part in text.split() if part.isalpha()), key=len, default="")
    return f"{digits} {longest[:5]}" if digits else ""


def _plain(texts: Sequence[str], codes: Codes, key: Any) -> tuple[Texts, Codes]:
    distinct, places = numbered_or_missing(["" if text in PLACEHOLDERS else text for text in words(texts)])
    made = numbered_or_missing([key(text) for text in distinct])[1]
    return Texts(np.array(distinct, object), made, np.full(len(distinct), -1, np.int32)), places[codes]


def squeezed(texts: Sequence[str], codes: Codes) -> Codes:
    """Postal codes, towns, states: equal or not. Spaces do not count."""
    made = [("" if text in PLACEHOLDERS else text.replace(" ", "")) for text in words(texts)]
    return numbered_or_missing(made)[1][codes]


def countries(texts: Sequence[str], codes: Codes) -> Codes:
    made = [COUNTRIES.get(text, "" if text in PLACEHOLDERS else text) for text in words(texts)]
    return numbered_or_missing(made)[1][codes]
