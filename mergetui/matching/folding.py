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
    return _rest(texts, lambda some: _at_once(some, sign))


def _rest(texts: Sequence[str], together: Callable[[list[str]], list[str]]) -> list[str]:
    """``together`` for texts in ASCII and the others apart: one odd sign slows down all that are replaced with it."""
    texts = list(texts)
    if max(map(len, texts), default=0) > LONGEST:
        texts = [text[:LONGEST] for text in texts]
    if all(map(str.isascii, texts)):
        return together(texts)
    plain = [text for text in texts if text.isascii()]
    other = together([unicodedata.normalize("NFKC", text) for text in texts if not text.isascii()])
    one, two = iter(together(plain)), iter(other)
    return [next(one) if text.isascii() else next(two) for text in texts]


def _at_once(texts: list[str], sign: Fold) -> list[str]:
    return _replaced(texts, sign).split("\n") if texts else []


def _replaced(texts: list[str], sign: Fold) -> str:
    text = "\n".join(texts)
    if text.count("\n") != len(texts) - 1:
        text = "\n".join([text.replace("\n", " ") for text in texts])
    if text.isascii():
        return text.translate(_ascii(sign))
    return text.translate({ord(one): sign(one) for one in set(text)})


@lru_cache(8)
def _ascii(sign: Fold) -> dict[int, str]:
    return {code: sign(chr(code)) for code in range(128)}


def words(texts: Sequence[str]) -> list[str]:
    """Lower case ASCII words with single spaces."""
    return _rest(texts, _words)


def _words(texts: list[str]) -> list[str]:
    if not texts:
        return []
    text = _replaced(texts, word_sign)
    while "  " in text:
        text = text.replace("  ", " ")
    return text.replace("\n ", "\n").replace(" \n", "\n").strip(" ").split("\n")
