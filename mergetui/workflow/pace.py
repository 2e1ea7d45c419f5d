"""How fast this session decides, and what is left at that pace. Instants are ms UTC of the local clock."""

from __future__ import annotations

from collections import Counter

PAUSE_MS = 5 * 60_000
"""A longer gap between two decisions was a pause and does not count as work."""
LEAST = 5
"""Decisions before a pace is told."""
LEAST_MS = 20_000


class Pace:
    """The decisions of one session."""

    def __init__(self, began: int) -> None:
        self.began = began
        self._last = began
        self._worked_ms = 0
        self._made: Counter[str] = Counter()

    def made(self, word: str, count: int, at: int) -> None:
        """``count`` sets were decided as ``word``; a negative count takes decisions back."""
        self._worked_ms += min(max(0, at - self._last), PAUSE_MS)
        self._last = max(self._last, at)
        self._made[word] = max(0, self._made[word] + count)

    @property
    def decided(self) -> int:
        return self._made.total()

    @property
    def per_hour(self) -> float | None:
        """None until there is enough to tell."""
        if self.decided < LEAST or self._worked_ms < LEAST_MS:
            return None
        return self.decided * 3_600_000 / self._worked_ms

    def words(self, left: int) -> str:
        """``41/h · ~2 h left``; empty text while there is no pace yet."""
        pace = self.per_hour
        if pace is None:
            return ""
        return f"{pace:,.0f}/h" + (f" · ~{duration_words(left / pace)} left" if left and pace else "")

    def summary(self, now: int) -> tuple[str, ...]:
        """What this session did, in lines; the first one alone says it all."""
        minutes = self._worked_ms / 3_600_000
        if not self.decided:
            return (f"Nothing was decided in this session ({duration_words((now - self.began) / 3_600_000)}).",)
        parts = ", ".join(f"{count:,} {word}" for word, count in self._made.most_common() if count)
        pace = self.per_hour
        sets = f"{self.decided:,} set{'' if self.decided == 1 else 's'}"
        first = f"{sets} decided in {duration_words(minutes)} of work: {parts}."
        return (first, f"That is {pace:,.0f} an hour.") if pace is not None else (first,)


def duration_words(hours: float) -> str:
    """``40 s``, ``12 min``, ``1.5 h``, ``2 h``, ``3 days`` of eight hours of work."""
    if hours < 1 / 60:
        return f"{max(1, round(hours * 3600))} s"
    if hours < 1:
        return f"{round(hours * 60)} min"
    if hours < 8:
        text = f"{hours:.1f}" if hours < 3 else f"{hours:.0f}"
        return f"{text.removesuffix('.0')} h"
    days = hours / 8
    return f"{days:.0f} working days" if days >= 1.5 else "1 working day"
