"""Instants as the CRMs write them. Everything is UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(at: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=at)


def iso(at: int) -> str:
    """HubSpot and SOAP: ``2026-11-02T09:15:00.000Z``."""
    return moment(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def salesforce_time(at: int) -> str:
    """REST: ``2026-11-02T09:15:00.000+0000``."""
    return iso(at).replace("Z", "+0000")


def day(at: int) -> str:
    return moment(at).strftime("%Y-%m-%d")


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
