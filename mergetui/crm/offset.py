"""The CRM's own clock, measured from ``Date`` headers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class ClockOffset:
    """Bounds of (CRM clock − local clock) in ms.

    A ``Date`` header only says the second, and the answer was made at some moment between sending and receiving.
    Each answer therefore bounds the offset; bounds are intersected, and begun anew when a clock has jumped.
    """

    low: int = 0
    high: int = 0
    known: bool = False

    def learn(self, date: int, sent_at: int, received_at: int) -> None:
        """``date``: the header as an instant; the other two: the local clock around the call."""
        if received_at < sent_at:
            return
        low, high = date - received_at, date + 999 - sent_at
        if self.known and max(low, self.low) <= min(high, self.high):
            low, high = max(low, self.low), min(high, self.high)
        self.low, self.high, self.known = low, high, True

    @property
    def ms(self) -> int:
        return (self.low + self.high) // 2 if self.known else 0
