"""Columns of text as numbers: each distinct text once, and per row its place among them.

A million rows as a list of lists cost 1.5 GB; as coded columns they cost what their distinct values cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
"""Places in a table of distinct values; -1 = missing."""
Wide = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

TEXTS = (
    "salutation", "first_name", "last_name", "email", "secondary_email", "phone", "mobile", "company", "title",
    "website", "street", "city", "state", "postal_code", "country",
)  # fmt: skip
"""What is compared. Where somebody was met and when a row was written says nothing about who it is."""


class Coder:
    """Numbers the texts of one column, or of several that share their values."""

    def __init__(self) -> None:
        self._places: defaultdict[str, int] = defaultdict(count().__next__)

    def codes(self, texts: Sequence[str]) -> Codes:
        return np.fromiter(map(self._places.__getitem__, texts), np.int32, len(texts))

    def texts(self) -> list[str]:
        """The distinct texts in the order of their numbers."""
        return list(self._places)


_MOSTLY_DISTINCT = frozenset(("email", "phone", "mobile"))
"""Columns where looking for equal texts costs more than it saves."""


class Table:
    """Rows of people as columns. ``add`` takes a chunk of rows as columns of equal length."""

    def __init__(self) -> None:
        self.rows = 0
        self._coders: dict[str, Coder] = {}
        self._parts: dict[str, list[Codes]] = {}
        self._plain: dict[str, list[str]] = {}

    def add(self, columns: dict[str, Sequence[str]], rows: int) -> None:
        """``columns``: names out of TEXTS → ``rows`` texts each; empty = missing. Always the same names."""
        for name, texts in columns.items():
            if name in _MOSTLY_DISTINCT:
                self._plain.setdefault(name, []).extend(texts)
                continue
            if name not in self._coders:
                self._coders[name] = Coder()
                self._parts[name] = []
            self._parts[name].append(self._coders[name].codes(texts))
        self.rows += rows

    def take(self, name: str) -> tuple[list[str], Codes]:
        """A column's texts and the codes of its rows; the column is given away to save its memory."""
        if name in self._plain:
            return self._plain.pop(name), np.arange(self.rows, dtype=np.int32)
        coder, parts = self._coders.pop(name, None), self._parts.pop(name, None)
        if coder is None or parts is None:
            return [""], np.zeros(self.rows, np.int32)
        return coder.texts(), np.concatenate(parts)


def distinct(values: Sequence[str]) -> tuple[list[str], Codes]:
    """Distinct texts, and the place of each value among them."""
    coder = Coder()
    codes = coder.codes(values)
    return coder.texts(), codes


def distinct_or_missing(values: Sequence[str]) -> tuple[list[str], Codes]:
    """Distinct texts and the place of each value among them; the empty text gets -1 and no place."""
    places: defaultdict[str, int] = defaultdict(count().__next__)
    places[""] = -1
    codes = np.fromiter(map(places.__getitem__, values), np.int32, len(values))
    del places[""]
    return list(places), codes


def coded_or_missing(values: Sequence[str]) -> Codes:
    """Equal texts get equal numbers, the empty one -1; for what is only asked whether it is equal."""
    places: defaultdict[str, int] = defaultdict(count().__next__)
    places[""] = -1
    return np.fromiter(map(places.__getitem__, values), np.int32, len(values))


def pick(values: npt.NDArray[Any], codes: Codes, missing: Any = -1) -> npt.NDArray[Any]:
    """``values[codes]``, with ``missing`` where the code is -1."""
    if not len(values):
        return np.full(len(codes), missing, values.dtype)
    return np.where(codes >= 0, values[codes], np.asarray(missing, values.dtype))


def counts(codes: Iterable[Codes], size: int) -> Wide:
    """How many rows hold each value, over several columns of codes."""
    found = np.zeros(size, np.int64)
    for column in codes:
        found += np.bincount(column[column >= 0], minlength=size)
    return found
