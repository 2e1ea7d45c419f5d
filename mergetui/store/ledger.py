"""``ledger.db``: decisions, choices, plans, approvals, journal, wishes, settings. Never rebuilt."""

# ruff: noqa: S608 - only names from this file's own constants are put into SQL; all values are bound

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from mergetui import errors
from mergetui.records.clock import Clock, local_now
from mergetui.records.codec import from_json
from mergetui.records.journal import EntryKind, JournalEntry, PlanRow
from mergetui.store.database import Database, Kind, clean, json_text
from mergetui.store.remarks import TABLE as REMARKS
from mergetui.store.remarks import Remarks

if TYPE_CHECKING:
    # a plan's many dataclasses are made when the first one is read: the queue paints before that
    from mergetui.records.plan import Approval, Choices, Plan, PlanState

T = TypeVar("T")
Verdict = Literal["not duplicates", "later"]

BUSY_STATES: frozenset[str] = frozenset(
    {"approved", "preparing", "merging", "linked", "waiting", "unknown", "surprised"}
)
"""People of a plan in one of these cannot be staged again: it is under way, or waits for a person's word."""

_FIRST = """
CREATE TABLE decisions (
  set_id TEXT PRIMARY KEY, verdict TEXT NOT NULL, note TEXT NOT NULL, members TEXT NOT NULL, at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE choices (set_id TEXT PRIMARY KEY, body TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE plans (
  n INTEGER PRIMARY KEY AUTOINCREMENT, plan_id TEXT NOT NULL UNIQUE, set_id TEXT NOT NULL, title TEXT NOT NULL,
  state TEXT NOT NULL, since INTEGER NOT NULL, why TEXT NOT NULL, digest TEXT NOT NULL, master_key TEXT NOT NULL,
  snapshot TEXT, returned_hubspot_id TEXT, body TEXT NOT NULL
);
CREATE INDEX plans_by_set ON plans (set_id);
CREATE INDEX plans_by_state ON plans (state);
CREATE TABLE approvals (plan_id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, plan_id TEXT NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL,
  step TEXT NOT NULL, body TEXT NOT NULL
);
CREATE INDEX journal_by_plan ON journal (plan_id, seq);
CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER journal_is_not_shortened BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TABLE wishes (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
"""

_SECOND = """
CREATE TABLE redacting (plan_id TEXT PRIMARY KEY) WITHOUT ROWID;
DROP TRIGGER journal_is_not_changed;
CREATE TRIGGER journal_is_not_changed BEFORE UPDATE ON journal
  WHEN NOT (OLD.plan_id IN (SELECT plan_id FROM redacting) AND NEW.seq = OLD.seq AND NEW.plan_id = OLD.plan_id
            AND NEW.at = OLD.at AND NEW.kind = OLD.kind AND NEW.step = OLD.step)
  BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
"""Forgetting a person takes words out of entries; never an entry, its order, its instant or its kind."""

_KIND = Kind(
    name="ledger",
    migrations=(_FIRST, _SECOND, REMARKS),
    synchronous="FULL",
    damaged_not_done="Nothing was read from it and nothing was merged.",
    damaged_todo=(
        "Keep the file: it is the record of what was merged. Restore {path} with its -wal file from a backup, or move"
        " both away to begin a new one; the snapshots beside it stay readable with `mergetui snapshot list`."
    ),
)

_ROW = "plan_id, set_id, title, state, since, why, digest, master_key, snapshot, returned_hubspot_id"


class Ledger:
    """One process's connection to the ledger. Every writing method is durable when it returns."""

    def __init__(self, path: Path, clock: Clock = local_now) -> None:
        """Opens or makes the file. Raises Damaged when it cannot be trusted, Problem when it cannot be written."""
        self._db = Database(path, _KIND)
        self._clock = clock
        self.remarks = Remarks(self._db, clock)

    # decisions and choices -------------------------------------------------------------------------------------
    def decide(self, set_id: str, members: Sequence[str], verdict: Verdict, note: str = "") -> None:
        """Remember a reviewer's verdict; a second one replaces the first."""
        self._db.run(
            "INSERT OR REPLACE INTO decisions (set_id, verdict, note, members, at) VALUES (?,?,?,?,?)",
            (set_id, verdict, clean(note), json_text(sorted(members)), self._clock()),
        )

    def decide_all(self, sets: Sequence[tuple[str, Sequence[str]]], verdict: Verdict, note: str = "") -> None:
        """The same verdict on many sets, each (set id, person keys), all or none: one wait for the disk."""
        at = self._clock()
        rows = [(set_id, verdict, clean(note), json_text(sorted(members)), at) for set_id, members in sets]
        with self._db.transaction():
            self._db.many(
                "INSERT OR REPLACE INTO decisions (set_id, verdict, note, members, at) VALUES (?,?,?,?,?)", rows
            )

    def undecide_all(self, set_ids: Sequence[str]) -> None:
        with self._db.transaction():
            self._db.many("DELETE FROM decisions WHERE set_id=?", [(set_id,) for set_id in set_ids])

    def decisions(self) -> dict[str, str]:
        """Set id → verdict."""
        return dict(self._db.all("SELECT set_id, verdict FROM decisions"))

    def decided_members(self) -> dict[str, tuple[str, ...]]:
        """Set id → the person keys that the verdict was about."""
        rows = self._db.all("SELECT set_id, members FROM decisions")
        return {set_id: tuple(json.loads(members)) for set_id, members in rows}

    def save_choices(self, set_id: str, choices: Choices) -> None:
        self._db.run(
            "INSERT OR REPLACE INTO choices (set_id, body, at) VALUES (?,?,?)",
            (set_id, json_text(choices), self._clock()),
        )

    def choices(self, set_id: str) -> Choices | None:
        from mergetui.records.plan import Choices

        row = self._db.one("SELECT body FROM choices WHERE set_id=?", (set_id,))
        return self._read(Choices, row[0]) if row else None

    # plans -----------------------------------------------------------------------------------------------------
    def add_plan(self, plan: Plan) -> None:
        """Stage a plan. An earlier staged plan of the same set is taken back in the same transaction.

        Raises Busy while another plan of the set is approved or under way.
        """
        body = json_text(plan)
        with self._db.transaction():
            self._lock_members(plan)
            others = self._db.all("SELECT plan_id, state FROM plans WHERE set_id=?", (plan.set_id,))
            for plan_id, state in others:
                if state in BUSY_STATES or (plan_id == plan.id and state not in ("staged", "taken back")):
                    raise errors.Busy(
                        f"A plan for these people already exists and is {state}.",
                        "The new plan was not staged.",
                        "Look at it under “approved & running”; c there takes it back or closes it.",
                    )
            for plan_id, state in others:
                if state in ("staged", "failed") and plan_id != plan.id:
                    self._move(plan_id, state, "taken back", "replaced by a newer plan")
            before = dict(others).get(plan.id)
            row = PlanRow(
                plan.id, plan.set_id, clean(plan.title), "staged", self._clock(), "", plan.digest, plan.master_key
            )
            self._db.run(
                f"INSERT OR REPLACE INTO plans ({_ROW}, body) VALUES (?,?,?,?,?,?,?,?,?,?,?)", (*astuple(row), body)
            )
            self._db.run("DELETE FROM approvals WHERE plan_id=?", (plan.id,))
            self._write(plan.id, "state", "staged", {"why": "", "from": before or "", "digest": plan.digest})

    def _lock_members(self, plan: Plan) -> None:
        """People of a plan under way are in no other plan, whatever set they now belong to. Raises Busy."""
        busy = self._db.all(
            f"SELECT title, state, body FROM plans WHERE set_id<>? AND state IN ({','.join('?' * len(BUSY_STATES))})",
            (plan.set_id, *sorted(BUSY_STATES)),
        )
        for title, state, body in busy:
            if set(json.loads(body)["member_keys"]) & set(plan.member_keys):
                raise errors.Busy(
                    f"One of these people is in a plan that is {state} ({title}).",
                    "The new plan was not staged.",
                    "Wait for that plan, or take it back under “approved & running”.",
                )

    def plan_states(self) -> list[tuple[str, str]]:
        """(set id, state) of every plan, oldest first: what the queue shows, without reading the plans."""
        return self._db.all("SELECT set_id, state FROM plans ORDER BY n")

    def plan(self, plan_id: str) -> Plan:
        """Raises Problem when there is none."""
        from mergetui.records.plan import Plan

        row = self._db.one("SELECT body FROM plans WHERE plan_id=?", (plan_id,))
        if row is None:
            raise _no_plan(plan_id)
        return self._read(Plan, row[0])

    def rows(self, states: Collection[str] | None = None, limit: int = -1) -> list[PlanRow]:
        """Plans, newest first; ``states`` keeps only those, ``limit`` the newest so many."""
        where, params = "", []
        if states is not None:
            where = f" WHERE state IN ({','.join('?' * len(states))})"
            params = sorted(states)
        found = self._db.all(f"SELECT {_ROW} FROM plans{where} ORDER BY n DESC LIMIT ?", [*params, limit])
        return [PlanRow(*row) for row in found]

    def row(self, plan_id: str) -> PlanRow:
        """Raises Problem when there is no such plan."""
        found = self._db.one(f"SELECT {_ROW} FROM plans WHERE plan_id=?", (plan_id,))
        if found is None:
            raise _no_plan(plan_id)
        return PlanRow(*found)

    def set_state(
        self, plan_id: str, state: PlanState, why: str = "", *, expect: Collection[str] | None = None
    ) -> bool:
        """Move a plan, with a journal ``state`` entry in the same transaction.

        False, and nothing written, when its present state is not in ``expect``. Raises Problem for an unknown plan.
        """
        with self._db.transaction():
            found = self._db.one("SELECT state FROM plans WHERE plan_id=?", (plan_id,))
            if found is None:
                raise _no_plan(plan_id)
            if expect is not None and found[0] not in expect:
                return False
            if state == "staged":
                self._db.run("DELETE FROM approvals WHERE plan_id=?", (plan_id,))
            self._move(plan_id, found[0], state, why)
            return True

    def _move(self, plan_id: str, before: str, state: PlanState, why: str, **more: Any) -> None:
        self._db.run(
            "UPDATE plans SET state=?, since=?, why=? WHERE plan_id=?", (state, self._clock(), clean(why), plan_id)
        )
        self._write(plan_id, "state", state, {"why": why, "from": before, **more})

    def approve(self, approvals: Sequence[Approval]) -> None:
        """Staged → approved for all of them, or for none.

        Raises Problem when one is no longer staged or its digest is not the one that was confirmed.
        """
        with self._db.transaction():
            for approval in approvals:
                row = self.row(approval.plan_id)
                if row.state != "staged" or row.digest != approval.digest:
                    raise errors.Problem(
                        f"The plan for {row.title} changed after it was shown.",
                        "Nothing was approved.",
                        "Open the confirmation again and read it anew.",
                    )
                self._db.run(
                    "INSERT OR REPLACE INTO approvals (plan_id, body) VALUES (?,?)",
                    (approval.plan_id, json_text(approval)),
                )
                self._lock_members(self.plan(approval.plan_id))
                words = {"by": approval.by, "typed": approval.typed, "acknowledged": list(approval.acknowledged)}
                self._move(approval.plan_id, "staged", "approved", "confirmed", digest=approval.digest, **words)

    def approval(self, plan_id: str) -> Approval | None:
        from mergetui.records.plan import Approval

        row = self._db.one("SELECT body FROM approvals WHERE plan_id=?", (plan_id,))
        return self._read(Approval, row[0]) if row else None

    def set_snapshot(self, plan_id: str, name: str) -> None:
        self._set(plan_id, "snapshot", name)

    def set_returned(self, plan_id: str, hubspot_id: str) -> None:
        """Keep the id that the last HubSpot merge answered: the only one that counts from there on."""
        self._set(plan_id, "returned_hubspot_id", hubspot_id)

    def _set(self, plan_id: str, column: Literal["snapshot", "returned_hubspot_id"], value: str) -> None:
        if self._db.run(f"UPDATE plans SET {column}=? WHERE plan_id=?", (value, plan_id)) == 0:
            raise _no_plan(plan_id)

    # journal ---------------------------------------------------------------------------------------------------
    def append(self, plan_id: str, kind: EntryKind, step: str, body: Mapping[str, Any]) -> JournalEntry:
        """Add one line; it is on the disk when this returns."""
        return self._write(plan_id, kind, step, body)

    def _write(self, plan_id: str, kind: EntryKind, step: str, body: Mapping[str, Any]) -> JournalEntry:
        at, text = self._clock(), json_text(body)
        seq = self._db.insert(
            "INSERT INTO journal (plan_id, at, kind, step, body) VALUES (?,?,?,?,?)", (plan_id, at, kind, step, text)
        )
        return JournalEntry(seq, plan_id, at, kind, step, json.loads(text))

    def entries(self, plan_id: str) -> list[JournalEntry]:
        """All lines of one plan, oldest first."""
        found = self._db.all(
            "SELECT seq, plan_id, at, kind, step, body FROM journal WHERE plan_id=? ORDER BY seq", (plan_id,)
        )
        return [JournalEntry(seq, plan, at, kind, step, json.loads(body)) for seq, plan, at, kind, step, body in found]

    # forgetting ------------------------------------------------------------------------------------------------
    def forget(self, plan: Plan, bodies: Mapping[int, Mapping[str, Any]]) -> None:
        """Put ``plan`` (without anybody's data) and the journal bodies (seq → body) in the place of the present ones;
        the choices and the note of its set go too. The snapshot is no longer owed. All or nothing."""
        self._db.run("PRAGMA secure_delete=ON")
        with self._db.transaction():
            found = self._db.one("SELECT state FROM plans WHERE plan_id=?", (plan.id,))
            if found is None:
                raise _no_plan(plan.id)
            if found[0] in BUSY_STATES:
                raise errors.Busy(
                    f"A plan with these people is {found[0]}.",
                    "Nothing was forgotten of it.",
                    "Let it end, or take it back or close it under “approved & running” (c), then forget again.",
                )
            if found[0] in ("staged", "failed"):
                self._move(plan.id, found[0], "taken back", "")
            self._db.run(
                "UPDATE plans SET title=?, why='', body=?, snapshot=NULL WHERE plan_id=?",
                (clean(plan.title), json_text(plan), plan.id),
            )
            self._db.run("INSERT INTO redacting VALUES (?)", (plan.id,))
            for seq, body in bodies.items():
                self._db.run("UPDATE journal SET body=? WHERE seq=? AND plan_id=?", (json_text(body), seq, plan.id))
            self._db.run("DELETE FROM redacting")
            self._forget_set(plan.set_id)

    def forget_set(self, set_id: str) -> None:
        """The choices of a set go; a verdict stays, without its note: it names only ids."""
        self._db.run("PRAGMA secure_delete=ON")
        with self._db.transaction():
            self._forget_set(set_id)

    def _forget_set(self, set_id: str) -> None:
        self._db.run("DELETE FROM choices WHERE set_id=?", (set_id,))
        self._db.run("UPDATE decisions SET note='' WHERE set_id=?", (set_id,))
        self._db.run("DELETE FROM remarks WHERE set_id=?", (set_id,))

    def choice_sets(self) -> list[str]:
        """Ids of the sets whose choices are kept."""
        return [row[0] for row in self._db.all("SELECT set_id FROM choices ORDER BY set_id")]

    def compact(self) -> bool:
        """After forgetting: take what was deleted out of free pages and the log too. False when it is in use."""
        return self._db.compact()

    # wishes between cockpit and runner -------------------------------------------------------------------------
    def wish(self, name: str, value: str = "") -> None:
        """``pause`` (its value says who asked, or which plan surprised) and ``retry:<plan>``."""
        self._db.run("INSERT OR REPLACE INTO wishes (name, value) VALUES (?,?)", (name, value))

    def wishes(self) -> dict[str, str]:
        return dict(self._db.all("SELECT name, value FROM wishes"))

    def clear_wish(self, name: str) -> None:
        self._db.run("DELETE FROM wishes WHERE name=?", (name,))

    # settings --------------------------------------------------------------------------------------------------
    def setting(self, key: str) -> Any:
        """The JSON value stored under ``key``, or None."""
        row = self._db.one("SELECT value FROM settings WHERE key=?", (key,))
        return json.loads(row[0]) if row else None

    def set_setting(self, key: str, value: Any) -> None:
        self._db.run(
            "INSERT OR REPLACE INTO settings (key, value, at) VALUES (?,?,?)", (key, json_text(value), self._clock())
        )

    # the file itself -------------------------------------------------------------------------------------------
    def revision(self) -> int:
        """Changes whenever any process wrote; cheap enough for four calls a second."""
        return self._db.revision()

    def revisions(self) -> tuple[int, int]:
        """(changes when another connection wrote, when this one did)."""
        return self._db.revisions()

    def close(self) -> None:
        self._db.close()

    def _read(self, kind: type[T], text: str) -> T:
        try:
            return from_json(kind, text)
        except ValueError as error:
            raise errors.Damaged(
                f"An entry in the ledger {self._db.path} cannot be read as a {kind.__name__}.",
                "It was not used.",
                "Update mergetui if this ledger was written by a newer one.",
            ) from error


def _no_plan(plan_id: str) -> errors.Problem:
    return errors.Problem(
        f"There is no plan {plan_id[:40]}.", "Nothing was done.", "`mergetui history` lists the plans of this profile."
    )
