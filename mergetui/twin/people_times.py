"""Instants as text, quickly: casting writes hundreds of thousands of them."""

from __future__ import annotations

from functools import lru_cache

from mergetui.twin.stamps import day

DAY = 86_400_000
HOUR = 3_600_000


@lru_cache(maxsize=8192)
def _day(days: int) -> str:
    return day(days * DAY)


_TWO = tuple(f"{number:02d}" for number in range(60))
_THREE = tuple(f"{number:03d}" for number in range(1000))


@lru_cache(maxsize=1440)
def _minute(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def iso(at: int) -> str:
    """As ``stamps.iso``; several times as fast."""
    days, rest = divmod(at, DAY)
    seconds, ms = divmod(rest, 1000)
    return f"{_day(days)}T{_minute(seconds // 60)}:{_TWO[seconds % 60]}.{_THREE[ms]}Z"


def date(at: int) -> str:
    return _day(at // DAY)
