"""Texts to comparable ones, a whole column at once: one pass of C over all texts instead of one of Python over each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from anyascii import anyascii

LONGEST = 300
"""Nothing a person is recognised by is longer; CRM texts go up to 32,000 characters."""
_QUOTES = frozenset("'’`´ʼʻ‘\"“”")
_NOT_WORD = re.compile(r"[^a-z0-9]")

Fold = Callable[[str], str]
"""What becomes of one character."""


@lru_cache(1 << 17)
def word_sign(sign: str) -> str:
    """Lower case ASCII letters and digits; what stands between words becomes a space, quotes vanish."""
    if sign in _QUOTES:
        return ""
    return _NOT_WORD.sub(" ", anyascii(sign).lower()) if sign != "\n" else sign


@lru_cache(1 << 17)
def mail_sign(sign: str) -> str:
    """As in an address: signs stay, letters become lower case ASCII."""
    if sign == "\n":
        return sign
    made = anyascii(sign).lower()
    return " " if not made.isprintable() else made


@lru_cache(1 << 17)
def phone_sign(sign: str) -> str:
    """Digits of any script become ASCII ones."""
    if sign == "\n":
        return sign
    if sign.isdigit():
        return str(unicodedata.digit(sign))
    made = anyascii(sign).lower() if sign.isalpha() else sign
    return made if made.isascii() and made.isprintable() else " "


def folded(texts: Sequence[str], sign: Fold) -> list[str]:
    """Every text with each of its characters replaced. Ends of texts longer than LONGEST are cut off."""
    texts = [text if len(text) <= LONGEST else text[:LONGEST] for text in texts]
    plain = [text for text in texts if text.isascii()]
    if len(plain) == len(texts):
        return _at_once(plain, sign)
    other = _at_once([unicodedata.normalize("NFKC", text) for text in texts if not text.isascii()], sign)
    one, two = iter(_at_once(plain, sign)), iter(other)
    return [next(one) if text.isascii() else next(two) for text in texts]


def _at_once(texts: list[str], sign: Fold) -> list[str]:
    if not texts:
        return []
    text = "\n".join(texts)
    if text.count("\n") != len(texts) - 1:
        text = "\n".join([text.replace("\n", " ") for text in texts])
    return text.translate({ord(one): sign(one) for one in set(text)}).split("\n")


def words(texts: Sequence[str]) -> list[str]:
    """Lower case ASCII words with single spaces."""
    return [" ".join(text.split()) for text in folded(texts, word_sign)]
