"""SOQL texts from names and values. Nothing else in this room may put a value into a query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*\Z", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?\Z", re.ASCII)
_ESCAPES = {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_CHECK = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def name(text: str) -> str:
    """An object, field or parent path. Raises ValueError when it is anything else."""
    if not _NAME.match(text):
        raise ValueError("not an API name")
    return text


def literal(text: str) -> str:
    """A quoted string literal."""
    return "'" + "".join(_ESCAPES.get(char, char) for char in text) + "'"


def id18(text: str) -> str | None:
    """An id in its 18-character form; None when the text is no id (facts/salesforce.md §1)."""
    if not _ID.match(text):
        return None
    if len(text) == 18:
        return text
    bits = (sum(1 << k for k, char in enumerate(text[at : at + 5]) if "A" <= char <= "Z") for at in (0, 5, 10))
    return text + "".join(_CHECK[bit] for bit in bits)


def ids18(texts: Iterable[str]) -> list[str]:
    """The valid ids among the texts, 18 characters, each once, in order."""
    return list(dict.fromkeys(found for found in map(id18, texts) if found))


def any_of(field: str, ids: Iterable[str]) -> str:
    """``Field IN ('…','…')`` for ids; raises ValueError for what is no id."""
    found = [id18(text) for text in ids]
    if not found or None in found:
        raise ValueError("not ids")
    return f"{name(field)} IN ({','.join(literal(text) for text in found if text)})"


def select(fields: Sequence[str], source: str, where: str = "", order: str = "") -> str:
    """A query text. ``where`` and ``order`` come from this module's other functions or are fixed texts."""
    text = f"SELECT {','.join(name(field) for field in fields)} FROM {name(source)}"  # noqa: S608
    return text + (f" WHERE {where}" if where else "") + (f" ORDER BY {order}" if order else "")


def count(source: str) -> str:
    return f"SELECT COUNT() FROM {name(source)}"  # noqa: S608


def chunks(items: Sequence[str], size: int) -> Iterable[Sequence[str]]:
    return (items[at : at + size] for at in range(0, len(items), size))
