"""The tree of a SOQL query. Frozen, so that parsed queries can be kept and shared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

AGGREGATES = frozenset({"count", "count_distinct", "min", "max", "sum", "avg"})
SCALARS = frozenset(
    {
        "calendar_year", "calendar_quarter", "calendar_month", "day_in_month", "day_in_week", "day_in_year", "day_only",
        "hour_in_day", "week_in_month", "week_in_year", "tolabel", "format", "converttimezone",
    }
)  # fmt: skip

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in", "like", "includes", "excludes"]


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted literal, unescaped. ``like`` keeps the escapes of ``%`` and ``_``."""

    value: str
    like: str


@dataclass(frozen=True, slots=True)
class Bare:
    """An unquoted literal: number, date, datetime, true, false, null, date word."""

    value: str
    at: int = 0


Value = Text | Bare


@dataclass(frozen=True, slots=True)
class Selected:
    """A field path, perhaps inside a function (lower case). ``at`` is its place in the whole text."""

    path: str
    function: str = ""
    alias: str = ""
    at: int = 0

    @property
    def aggregate(self) -> bool:
        return self.function in AGGREGATES


@dataclass(frozen=True, slots=True)
class Child:
    """``(SELECT … FROM Tasks)`` in a select list."""

    query: Query
    at: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    path: str
    operator: Operator
    values: tuple[Value, ...]
    subquery: Query | None = None
    at: int = 0
    function: str = ""


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Condition, ...]
    word: Literal["and", "or"]


Condition = Comparison | Not | Both


@dataclass(frozen=True, slots=True)
class Order:
    path: str
    descending: bool
    nulls_last: bool
    at: int = 0
    function: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    """The whole text, also of an inner query: what carets point into."""
    object: str
    selected: tuple[Selected, ...]
    where: Condition | None = None
    group: tuple[Selected, ...] = ()
    having: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    all_fields: str = ""
    """``ALL``, ``STANDARD`` or ``CUSTOM`` for ``FIELDS(…)``."""
    bare_count: bool = False
    """``SELECT COUNT()``."""
    children: tuple[Child, ...] = ()
    scope: str = ""
    """Of ``USING SCOPE``, lower case."""
    object_at: int = 0
    alias: str = ""
    """Of the object: ``FROM Contact c``."""

    @property
    def grouped(self) -> bool:
        """Answers AggregateResults instead of rows."""
        return bool(self.group) or any(item.aggregate for item in self.selected)


def conjuncts(condition: Condition | None) -> Sequence[Condition]:
    """The conditions that all must hold."""
    if condition is None:
        return ()
    if isinstance(condition, Both) and condition.word == "and":
        return condition.parts
    return (condition,)


def comparisons(condition: Condition | None) -> Iterator[Comparison]:
    """Every comparison below a condition."""
    if isinstance(condition, Comparison):
        yield condition
    elif isinstance(condition, Not):
        yield from comparisons(condition.inner)
    elif isinstance(condition, Both):
        for part in condition.parts:
            yield from comparisons(part)
