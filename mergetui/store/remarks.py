"""What people wrote on sets, and the filters they saved: tables of the ledger."""

# ruff: noqa: S608 - only names from this file's own constants are put into SQL; all values are bound

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Sequence

from mergetui.records.queue import Remark
from mergetui.store.database import Database, clean, json_text

TABLE = """
CREATE TABLE remarks (
  set_id TEXT PRIMARY KEY, note TEXT NOT NULL, tags TEXT NOT NULL, members TEXT NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX plans_by_set_and_state ON plans (n, set_id, state);
"""
_IN = "IN (SELECT value FROM json_each(?))"
MOST_TAGS = 20


class Remarks:
    """Notes and tags on sets. Every writing method is durable when it returns."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self._db = database
        self._clock = clock

    def of(self, set_ids: Collection[str]) -> dict[str, Remark]:
        """Of these sets, those with a note or a tag."""
        rows = self._db.all(f"SELECT set_id, note, tags FROM remarks WHERE set_id {_IN}", (json.dumps(list(set_ids)),))
        return {set_id: Remark(note, tuple(json.loads(tags))) for set_id, note, tags in rows}

    def all(self) -> dict[str, Remark]:
        rows = self._db.all("SELECT set_id, note, tags FROM remarks")
        return {set_id: Remark(note, tuple(json.loads(tags))) for set_id, note, tags in rows}

    def put(self, remarks: Sequence[tuple[str, Sequence[str], Remark]]) -> None:
        """(set id, person keys, remark); an empty remark goes."""
        at = self._clock()
        with self._db.transaction():
            for set_id, members, remark in remarks:
                tags = list(dict.fromkeys(clean(tag) for tag in remark.tags))[:MOST_TAGS]
                if remark.note or tags:
                    self._db.run(
                        "INSERT OR REPLACE INTO remarks VALUES (?,?,?,?,?)",
                        (set_id, clean(remark.note), json_text(tags), json_text(sorted(members)), at),
                    )
                else:
                    self._db.run("DELETE FROM remarks WHERE set_id=?", (set_id,))
