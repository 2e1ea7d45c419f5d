"""Dates in SOQL: relative date literals as spans, and the functions that take a datetime apart.

Relative literals are days of the signed-in user's time zone; the week begins on Sunday, as in the locale ``en_US``.
Fiscal periods are those of an org whose fiscal year is the calendar year.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from mergetui.twin.stamps import moment

Span = tuple[date, date]
"""The first day, and the day after the last one."""

_ONE = timedelta(days=1)


def zone_of(name: object) -> tzinfo:
    """The time zone of that IANA name; UTC when this machine does not know it."""
    try:
        return ZoneInfo(str(name)) if name else UTC
    except (OSError, ValueError, KeyError):  # no zone data installed is a KeyError
        return UTC


def today(now: int, zone: tzinfo) -> date:
    return moment(now).astimezone(zone).date()


def instant(day: date, zone: tzinfo) -> int:
    """The first millisecond of a day."""
    begin = datetime.combine(day, time(), zone)
    return round(begin.timestamp() * 1000)


def literal_span(word: str, now: date) -> Span | None:
    """``THIS_MONTH``, ``LAST_N_DAYS:30`` … in any case; None when it is no date literal.

    LAST_N_DAYS and LAST_90_DAYS include today; every other LAST_… and NEXT_… leaves the current period out.
    """
    name, _, number = word.lower().partition(":")
    count = int(number) if number.isdigit() else None
    if count is None and number:
        return None
    fixed = {
        "yesterday": (-1, 0),
        "today": (0, 1),
        "tomorrow": (1, 2),
        "last_90_days": (-90, 1),
        "next_90_days": (1, 91),
    }
    if name in fixed and count is None:
        first, last = fixed[name]
        return now + first * _ONE, now + last * _ONE
    parts = name.replace("fiscal_", "").split("_")
    if len(parts) == 2 and count is None and parts[0] in ("last", "this", "next"):
        step = {"last": -1, "this": 0, "next": 1}[parts[0]]
        return _periods(parts[1], now, step, step + 1)
    if len(parts) != 3 or count is None or count > 10_000:
        return None
    before, unit, after = parts
    if before == "n" and after == "ago" and unit.endswith("s"):
        return _periods(unit[:-1], now, -count, -count + 1, days=True)
    if unit == "n" and after.endswith("s") and before in ("last", "next"):
        one = after[:-1]
        if before == "last":
            return _periods(one, now, -count, 1 if one == "day" else 0, days=True)
        return _periods(one, now, 1, count + 1, days=True)
    return None


def _periods(unit: str, now: date, first: int, after: int, *, days: bool = False) -> Span | None:
    """From the start of the ``first`` period counted from the current one to the start of ``after``."""
    if unit == "day":
        return (now + first * _ONE, now + after * _ONE) if days else None
    if unit == "week":
        sunday = now - ((now.weekday() + 1) % 7) * _ONE
        return sunday + first * 7 * _ONE, sunday + after * 7 * _ONE
    months = {"month": 1, "quarter": 3, "year": 12}.get(unit)
    if months is None:
        return None
    here = (now.year * 12 + now.month - 1) // months * months
    try:
        return _month(here + first * months), _month(here + after * months)
    except ValueError:
        return None


def _month(number: int) -> date:
    return date(number // 12, number % 12 + 1, 1)


def taken_apart(function: str, at: date | datetime) -> int | str:
    """CALENDAR_YEAR, DAY_ONLY … of a date or of a datetime in UTC."""
    match function:
        case "calendar_year":
            return at.year
        case "calendar_quarter":
            return (at.month + 2) // 3
        case "calendar_month":
            return at.month
        case "day_in_month":
            return at.day
        case "day_in_week":
            return (at.weekday() + 1) % 7 + 1
        case "day_in_year":
            return at.timetuple().tm_yday
        case "week_in_month":
            return (at.day + 6) // 7
        case "week_in_year":
            return (at.timetuple().tm_yday + 6) // 7
        case "hour_in_day":
            return at.hour if isinstance(at, datetime) else 0
    return at.strftime("%Y-%m-%d")


def is_day(text: str) -> bool:
    """``2026-11-02``, a real day."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        return False
    year, month, number = text[:4], text[5:7], text[8:]
    if not (year + month + number).isdigit() or not 1 <= int(month) <= 12 or int(year) < 1:
        return False
    return 1 <= int(number) <= calendar.monthrange(int(year), int(month))[1]
