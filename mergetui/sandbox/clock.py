"""The twin's clock: real time plus an offset that only grows."""

from __future__ import annotations

from mergetui.records.clock import Clock


class SandboxClock:
    """``now()`` begins at the real current time; ``forward`` moves it ahead of it."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self.offset_ms = 0

    def now(self) -> int:
        return self._real() + self.offset_ms

    def forward(self, ms: int) -> None:
        self.offset_ms += max(0, ms)
