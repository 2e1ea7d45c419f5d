"""The duplicate sets in the mirror: their rows for the queue, orders, and the filter as SQL."""

# ruff: noqa: S608 - only names from this file's own constants are put into SQL; all values are bound

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Any, Literal

from mergetui import errors
from mergetui.records.codec import from_json
from mergetui.records.people import DuplicateSet
from mergetui.records.views import QueueRow
from mergetui.store.database import Database, clean, json_text

if TYPE_CHECKING:
    from mergetui.records.queue import Condition

Order = Literal["stake", "certainty", "size"]

TABLES = (
    "CREATE TABLE sets (id TEXT PRIMARY KEY, score REAL NOT NULL, size INTEGER NOT NULL, points REAL NOT NULL,"
    " who TEXT NOT NULL, company TEXT NOT NULL, objects TEXT NOT NULL, link TEXT NOT NULL, stake TEXT NOT NULL,"
    " checks TEXT NOT NULL, words TEXT NOT NULL, owners TEXT NOT NULL, sources TEXT NOT NULL,"
    " record_types TEXT NOT NULL, email TEXT NOT NULL, created_at INTEGER NOT NULL)",
    "CREATE INDEX sets_by_stake ON sets (points DESC, score DESC, id)",
    "CREATE INDEX sets_by_certainty ON sets (score DESC, id)",
    "CREATE INDEX sets_by_size ON sets (size DESC, score DESC, id)",
    "CREATE TABLE set_bodies (id TEXT PRIMARY KEY, body TEXT NOT NULL)",
)
_ORDERS: Mapping[str, str] = {
    "stake": "points DESC, score DESC, id",
    "certainty": "score DESC, id",
    "size": "size DESC, score DESC, id",
}
_IN = "IN (SELECT value FROM json_each(?))"
"""One bound JSON list instead of one mark per value, of which SQLite allows only so many."""
_TEXTS = {
    "words": "words",
    "who": "words",
    "company": "lower(company)",
    "owner": "owners",
    "source": "sources",
    "recordtype": "record_types",
}
_NUMBERS = {"score": "score", "size": "size", "stake": "points", "created": "created_at"}
_IS = {
    ("risk", "blocked"): "instr(checks, '■') > 0",
    ("risk", "high"): "instr(checks, '▲') > 0",
    ("risk", "low"): "instr(checks, '▲') = 0 AND instr(checks, '■') = 0",
    ("link", "both"): "link = 'both'",
    ("link", "some"): "instr(link, ' of ') > 0",
    ("link", "none"): "link = 'none'",
}


@dataclass(frozen=True, slots=True)
class StakeRow:
    """What the queue shows of one set, computed when the sets are built, so that the queue needs no joins."""

    who: str
    company: str
    objects: str
    link: str
    stake: str
    points: float
    """What is at stake, as a number to sort by; higher first."""
    checks: str = ""
    words: str = ""
    """Further text that a search finds: all names and addresses."""
    owners: str = ""
    sources: str = ""
    record_types: str = ""
    email: Literal["", "same", "different", "missing"] = ""
    """Whether the members share an address."""
    created_at: int = 0
    """When the newest record was made."""


class Sets:
    """The sets of one mirror."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def replace(self, sets: Sequence[DuplicateSet], stakes: Mapping[str, StakeRow]) -> None:
        """All sets anew, in one transaction; each needs its ``StakeRow``. Raises KeyError when one lacks it."""
        rows, bodies = [], []
        for found in sets:
            stake = stakes[found.id]
            who, company, objects, link, at_stake = (clean(text) for text in astuple(stake)[:5])
            words = clean(f"{who}\n{company}\n{stake.words}".casefold())
            facets = [clean(text.casefold()) for text in (stake.owners, stake.sources, stake.record_types)]
            rows.append((
                found.id, found.score, len(found.members), stake.points, who, company, objects, link, at_stake,
                stake.checks, words, *facets, stake.email, stake.created_at,
            ))  # fmt: skip
            bodies.append((found.id, json_text(found)))
        with self._db.transaction():
            self._db.run("DELETE FROM sets")
            self._db.run("DELETE FROM set_bodies")
            self._db.many(f"INSERT INTO sets VALUES ({','.join('?' * 16)})", rows)
            self._db.many("INSERT INTO set_bodies VALUES (?,?)", bodies)

    def get(self, set_id: str) -> DuplicateSet | None:
        row = self._db.one("SELECT body FROM set_bodies WHERE id=?", (set_id,))
        return from_json(DuplicateSet, row[0]) if row else None

    def count(self) -> int:
        return int(self._db.one("SELECT count(*) FROM sets")[0])

    def present(self, set_ids: Collection[str]) -> int:
        """How many of these are sets still."""
        row = self._db.one(f"SELECT count(*) FROM sets WHERE id {_IN}", (json.dumps(list(set_ids)),))
        return int(row[0])

    def ids(self, order: str = "stake", conditions: Sequence[Condition] = ()) -> list[str]:
        """The ids of the sets that meet all conditions, in order. Raises Usage for an unknown order."""
        by = _ORDERS.get(order)
        if by is None:
            raise errors.Usage(f"There is no order {order!r}.", "", f"Use one of {', '.join(_ORDERS)}.")
        where, params = _where(conditions)
        # with a condition the table is read through and what is left is sorted: five times faster than looking each
        # row up in the order of an index
        table = "sets NOT INDEXED" if where else "sets"
        return [row[0] for row in self._db.all(f"SELECT id FROM {table}{where} ORDER BY {by}", params)]

    def rows(self, set_ids: Sequence[str]) -> list[QueueRow]:
        """In the order asked; ids that are no longer a set are left out. ``status`` is filled in by ``workflow``."""
        rows = self._db.all(
            f"SELECT id, score, who, company, objects, link, stake, checks FROM sets WHERE id {_IN}",
            (json.dumps(list(set_ids)),),
        )
        found = {row[0]: QueueRow(*row) for row in rows}
        return [found[set_id] for set_id in set_ids if set_id in found]


def _where(conditions: Sequence[Condition]) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for condition in conditions:
        sql, values = _sql(condition)
        parts.append(f"NOT ({sql})" if condition.negated else f"({sql})")
        params += values
    return (f" WHERE {' AND '.join(parts)}" if parts else ""), params


def _sql(condition: Condition) -> tuple[str, list[Any]]:
    column, test = condition.column, condition.test
    if column in _TEXTS:
        return f"instr({_TEXTS[column]}, ?) > 0", [clean(condition.text)]
    if column in _NUMBERS:
        name = _NUMBERS[column]
        if test == "between":
            return f"{name} >= ? AND {name} < ?", [condition.low, condition.high]
        return f"{name} {'=' if test == 'is' else test} ?", [condition.low]
    if column == "object":
        return "instr(objects, ?) > 0", [condition.text]
    if column == "email":
        return "email = ?", [condition.text]
    return _IS[column, condition.text], []
