"""``random.Random`` with quicker draws from short ranges: casting draws some fifty times for every human."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice(random.Random):
    """Draws by scaling one float, which is even enough below 2**32 and three times as fast."""

    def below(self, limit: int) -> int:
        """0 to ``limit`` - 1."""
        return int(self.random() * limit)

    def within(self, span: tuple[int, int]) -> int:
        """From the first to the last number of ``span``, both included."""
        low, high = span
        return low if low == high else low + int(self.random() * (high - low + 1))

    def between(self, low: int, limit: int) -> int:
        """``low`` to ``limit`` - 1."""
        return low + int(self.random() * (limit - low))

    def one(self, options: Sequence[T]) -> T:
        return options[int(self.random() * len(options))]
