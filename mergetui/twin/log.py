"""What happened in a world, numbered from 1, in bounded memory."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

MOST_CALLS = 200_000
"""So many entries about requests and answers are kept, at least; what happened to people is kept for good."""
_CALLS = frozenset({"request", "response"})


class EventLog(list[dict[str, Any]]):
    """Entries in order, each with its number ``n``. When there are very many, the oldest requests and answers go."""

    def __init__(self, most_calls: int = MOST_CALLS) -> None:
        super().__init__()
        self.numbered = 0
        self._most_calls = most_calls
        self._calls = 0

    def add(self, at: int, who: str, what: str, members: dict[str, Any]) -> None:
        self.numbered += 1
        self.append({"n": self.numbered, "at": at, "who": who, "what": what, **members})
        if who in _CALLS:
            self._calls += 1
            if self._calls > 2 * self._most_calls:
                self._forget_calls()

    def since(self, number: int) -> list[dict[str, Any]]:
        """The entries numbered higher than ``number``."""
        return self[bisect_right(self, number, key=lambda entry: entry["n"]) :]

    def _forget_calls(self) -> None:
        surplus = self._calls - self._most_calls
        kept = []
        for entry in self:
            if surplus and entry["who"] in _CALLS:
                surplus -= 1
            else:
                kept.append(entry)
        self[:] = kept
        self._calls = self._most_calls
