"""Instants as the CRMs write them. Everything is UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


@lru_cache(maxsize=8192)
def _day(days: int) -> str:
    return (_EPOCH + timedelta(days=days)).strftime("%Y-%m-%d")


@lru_cache(maxsize=1440)
def _minute(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


_TWO = tuple(f"{number:02d}" for number in range(60))
_THREE = tuple(f"{number:03d}" for number in range(1000))


@lru_cache(maxsize=65_536)
def iso(at: int) -> str:
    """HubSpot and SOAP: ``2026-11-02T09:15:00.000Z``. Quick: big answers hold hundreds of thousands of them."""
    days, rest = divmod(at, 86_400_000)
    seconds, ms = divmod(rest, 1000)
    return f"{_day(days)}T{_minute(seconds // 60)}:{_TWO[seconds % 60]}.{_THREE[ms]}Z"


@lru_cache(maxsize=65_536)
def salesforce_time(at: int) -> str:
    """REST: ``2026-11-02T09:15:00.000+0000``."""
    return iso(at)[:-1] + "+0000"


def day(at: int) -> str:
    return _day(at // 86_400_000)


def http_date(at: int) -> str:
    """``Date`` header; English names whatever the locale."""
    then = moment(at)
    week = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[then.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[then.month - 1]
    return f"{week}, {then.day:02d} {month} {then.year} {then:%H:%M:%S} GMT"


def parse_iso(text: str) -> int:
    """An instant from ISO text with ``Z`` or an offset, a plain date, or digits (ms). Raises ValueError."""
    if text.isdigit() and len(text) > 8:
        return int(text)
    then = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return (then - _EPOCH) // timedelta(milliseconds=1)
