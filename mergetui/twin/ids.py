"""Salesforce ids: 15 case-sensitive characters and three that check them (facts/salesforce.md §1)."""

from __future__ import annotations

from functools import lru_cache

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_PAIRS = tuple(a + b for a in _DIGITS for b in _DIGITS)
_POD = "Wz0"
_LOW = 62**5
LIMIT = 62**9
"""Numbers from 0 to ``LIMIT`` - 1 fit into an id."""


def salesforce_id(prefix: str, number: int) -> str:
    """The 18-character id of record ``number`` of the object with this three-character key prefix (``003`` …).

    Raises ValueError when the prefix is not three base-62 characters or the number does not fit.
    """
    high, low = divmod(number, _LOW)
    head, head_check = _head(prefix, high)
    tail = _PAIRS[low // 62**3] + _PAIRS[low // 62 % 3844] + _DIGITS[low % 62]
    return head + tail + head_check + _check(tail)


def salesforce_number(text: str) -> int:
    """The number ``salesforce_id`` was given; -1 for ids that it did not make."""
    if len(text) not in (15, 18) or text[3:6] != _POD:
        return -1
    number = 0
    for char in text[6:15]:
        digit = _VALUES.get(char)
        if digit is None:
            return -1
        number = number * 62 + digit
    return number


def checksum(id15: str) -> str:
    """The three check characters of a 15-character id. Raises ValueError for any other length."""
    if len(id15) != 15:
        raise ValueError("a Salesforce id without its check has 15 characters")
    return _check(id15[:5]) + _check(id15[5:10]) + _check(id15[10:])


def is_salesforce_id(text: str) -> bool:
    """Whether the text is an 18-character id whose check fits."""
    return len(text) == 18 and text.isascii() and text.isalnum() and checksum(text[:15]) == text[15:]


@lru_cache(maxsize=1024)
def _head(prefix: str, high: int) -> tuple[str, str]:
    if len(prefix) != 3 or any(char not in _DIGITS for char in prefix):
        raise ValueError("a key prefix has three letters or digits")
    if not 0 <= high < 62**4:
        raise ValueError("the number does not fit into a Salesforce id")
    head = prefix + _POD + _PAIRS[high // 3844] + _PAIRS[high % 3844]
    return head, _check(head[:5]) + _check(head[5:])


def _check(five: str) -> str:
    return _CHECKS[
        five[0].isupper()
        | five[1].isupper() << 1
        | five[2].isupper() << 2
        | five[3].isupper() << 3
        | five[4].isupper() << 4
    ]
