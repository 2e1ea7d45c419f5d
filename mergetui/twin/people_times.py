"""Lengths of time and instants as text, for those who cast people."""

from __future__ import annotations

from mergetui.twin.stamps import day as date
from mergetui.twin.stamps import iso

__all__ = ["DAY", "HOUR", "date", "iso"]

DAY = 86_400_000
HOUR = 3_600_000
