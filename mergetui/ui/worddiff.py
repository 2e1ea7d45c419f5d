"""Which words of a value are not in the other one. Pure."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")
MOST_TOKENS = 400
"""Longer texts are compared up to here; what follows is shown unmarked."""

Piece = tuple[str, bool]
"""(text, whether the other value lacks it)."""


@lru_cache(4096)
def word_differences(value: str, other: str) -> tuple[Piece, ...]:
    """``value`` in pieces. Nothing is marked where the two share less than a third: then all differs, and marks would
    say nothing."""
    if value == other or not value or not other:
        return ((value, False),)
    mine, theirs = _TOKEN.findall(value), _TOKEN.findall(other)
    rest = "".join(mine[MOST_TOKENS:])
    mine, theirs = mine[:MOST_TOKENS], theirs[:MOST_TOKENS]
    same = [False] * len(mine)
    matcher = SequenceMatcher(None, [token.casefold() for token in mine], [token.casefold() for token in theirs], False)
    for block in matcher.get_matching_blocks():
        for at in range(block.a, block.a + block.size):
            same[at] = True
    words = [(len(token), kept) for token, kept in zip(mine, same, strict=True) if token[0].isalnum()]
    if 3 * sum(length for length, kept in words if kept) < sum(length for length, _ in words):
        return ((value, False),)
    pieces: list[Piece] = []
    for token, kept in zip(mine, same, strict=True):
        differs = not kept and not token.isspace()
        if pieces and pieces[-1][1] == differs:
            pieces[-1] = (pieces[-1][0] + token, differs)
        else:
            pieces.append((token, differs))
    if rest:
        pieces.append((rest, False))
    return tuple(pieces)


def part_differences(value: str, other: str) -> list[Piece]:
    """The parts of a multi-picklist, each with whether the other lacks it; in their order."""
    theirs = {part.strip().casefold() for part in other.split(";")}
    parts = [part.strip() for part in value.split(";") if part.strip()]
    return [(part, part.casefold() not in theirs) for part in parts]
