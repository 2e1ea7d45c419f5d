"""CRM date texts ↔ instants (ms UTC)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def instant(text: object) -> int | None:
    """An instant from ISO text (``…Z``, ``+0000``, ``+00:00``, a bare date) or from ms as number or digits.

    None for nothing and for what is not a time: a CRM value is never trusted to be well formed.
    """
    if text is None or isinstance(text, bool):
        return None
    if isinstance(text, (int, float)):
        return int(text)
    if not isinstance(text, str) or not text:
        return None
    if text.isascii() and text.lstrip("-").isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def http_date(text: str | None) -> int | None:
    """The instant of a ``Date`` header (whole seconds); None when missing or unreadable."""
    if not text:
        return None
    try:
        return round(parsedate_to_datetime(text).timestamp() * 1000)
    except (TypeError, ValueError):
        return None


def soql_datetime(at: int) -> str:
    """An instant as a SOQL literal: unquoted ISO, UTC, milliseconds."""
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"
