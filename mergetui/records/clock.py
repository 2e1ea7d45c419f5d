"""The only door to the local clock, so that tests can close it."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Returns the local time as an instant (ms UTC)."""


def local_now() -> int:
    return time.time_ns() // 1_000_000
