"""What a person asks of the queue, as values: the conditions of a typed filter, remarks on sets, a session's pace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Column = Literal[
    "words", "who", "company", "owner", "source", "recordtype", "object", "link", "risk", "email", "score", "size",
    "stake", "created",
]  # fmt: skip
Test = Literal["has", "is", ">", ">=", "<", "<=", "between"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on what the mirror knows of a set. ``between`` compares with ``low`` ≤ value < ``high``."""

    column: Column
    test: Test
    text: str = ""
    low: float = 0.0
    high: float = 0.0
    negated: bool = False


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """A typed filter, understood. The mirror answers ``conditions``; states and tags are the ledger's."""

    conditions: tuple[Condition, ...] = ()
    states: tuple[tuple[str, bool], ...] = ()
    """(``undecided``, ``decided``, ``noted``, ``tagged`` or a queue status, negated)."""
    tags: tuple[tuple[str, bool], ...] = ()
    """(tag in lower case, negated)."""

    @property
    def empty(self) -> bool:
        return not (self.conditions or self.states or self.tags)


@dataclass(frozen=True, slots=True)
class Remark:
    """What people wrote on one set: a note and tags. Kept whatever becomes of the set."""

    note: str = ""
    tags: tuple[str, ...] = field(default=())
