"""The commands, one thin function each."""

from __future__ import annotations

from collections.abc import Sequence


def run(argv: Sequence[str]) -> int:
    """Parse ``argv`` (without the program's name) and run the command; returns the exit code."""
    return 0
