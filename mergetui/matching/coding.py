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


class Table:
    """Rows of people in coded columns. ``add`` takes a chunk of rows as columns of equal length."""

    def __init__(self) -> None:
        self.rows = 0
        self._coders: dict[str, Coder] = {}
        self._parts: dict[str, list[Codes]] = {}

    def add(self, columns: dict[str, Sequence[str]], rows: int) -> None:
        """``columns``: names out of TEXTS or of custom keys → ``rows`` texts each; empty = missing."""
        for name, texts in columns.items():
            if name not in self._coders:
                self._coders[name] = Coder()
                self._parts[name] = []
                if self.rows:
                    self._parts[name].append(self._coders[name].codes([""] * self.rows))
            self._parts[name].append(self._coders[name].codes(texts))
        for name in self._coders.keys() - columns.keys():
            self._parts[name].append(self._coders[name].codes([""] * rows))
        self.rows += rows

    def take(self, name: str) -> tuple[list[str], Codes]:
        """A column's distinct texts and the codes of its rows; the column is given away to save its memory."""
        coder, parts = self._coders.pop(name, None), self._parts.pop(name, None)
        if coder is None or parts is None:
            return [""], np.zeros(self.rows, np.int32)
        return coder.texts(), np.concatenate(parts) if parts else np.zeros(0, np.int32)

    def names(self) -> list[str]:
        return list(self._coders)


def numbered(values: Sequence[Any]) -> tuple[list[Any], Codes]:
    """Distinct values, sorted, and the place of each value among them: it does not depend on the order of rows."""
    distinct = sorted(set(values))
    places = {value: place for place, value in enumerate(distinct)}
    return distinct, np.fromiter(map(places.__getitem__, values), np.int32, len(values))


def numbered_or_missing(values: Sequence[str]) -> tuple[list[str], Codes]:
    """As ``numbered``, but the empty text gets -1 and no place."""
    distinct = sorted(set(values) - {""})
    places = {value: place for place, value in enumerate(distinct)}
    places[""] = -1
    return distinct, np.fromiter(map(places.__getitem__, values), np.int32, len(values))


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
