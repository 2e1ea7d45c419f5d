"""One SQLite connection: opening, numbered migrations, transactions, and errors in words."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mergetui import errors
from mergetui.records.codec import to_json
from mergetui.store.files import private_folder, sync_folder

Params = Sequence[Any] | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """What is special about one database file."""

    name: str
    """As errors call it: ``ledger``."""
    migrations: tuple[str, ...]
    """Script n takes ``PRAGMA user_version`` from n to n + 1."""
    synchronous: Literal["FULL", "NORMAL"]
    damaged_not_done: str
    damaged_todo: str
    rebuild: bool = False
    """A file of another version is emptied and made anew instead of migrated."""


def json_text(value: Any) -> str:
    """Canonical JSON that UTF-8 can hold: CRM text may contain lone surrogates, which are then escaped."""
    text = to_json(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        import json

        return json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"))
    return text


def clean(text: str) -> str:
    """Text for a plain column: lone surrogates become ``?``, all else stays as it is."""
    return text.encode("utf-8", "replace").decode("utf-8")


class Database:
    """A connection that any thread may use, one at a time."""

    def __init__(self, path: Path, kind: Kind) -> None:
        self.path = path
        self.kind = kind
        self._lock = threading.RLock()
        private_folder(path.parent)
        is_new = not path.exists()
        with self._words():
            if is_new:
                os.close(self._create())
            self._connection = sqlite3.connect(path, timeout=5.0, isolation_level=None, check_same_thread=False)
            try:
                self._prepare()
            except BaseException:
                self._connection.close()
                raise
            if is_new:
                sync_folder(path.parent)

    def _create(self) -> int:
        try:
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            from mergetui.store.files import disk_problem

            raise disk_problem(error, self.path) from error

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA busy_timeout=5000")
        run("PRAGMA journal_mode=WAL")
        run(f"PRAGMA synchronous={self.kind.synchronous}")
        if self.kind.synchronous == "FULL":
            run("PRAGMA fullfsync=ON")
            run("PRAGMA checkpoint_fullfsync=ON")
        wanted = len(self.kind.migrations)
        if self._version() == wanted:
            return
        run("BEGIN IMMEDIATE")
        try:
            found = self._version()
            if found > wanted and not self.kind.rebuild:
                raise errors.Problem(
                    f"The {self.kind.name} {self.path} was written by a newer mergetui.",
                    "It was not opened.",
                    "Update mergetui, or use the newer one that is already installed.",
                )
            if self.kind.rebuild and found not in (0, wanted):
                self._empty()
                found = 0
            for script in self.kind.migrations[found:]:
                for statement in _statements(script):
                    run(statement)
            run(f"PRAGMA user_version={wanted}")
        except BaseException:
            run("ROLLBACK")
            raise
        run("COMMIT")

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _empty(self) -> None:
        run = self._connection.execute
        names = run("SELECT type, name FROM sqlite_schema WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%'")
        for kind, name in names.fetchall():
            run(f'DROP {kind} IF EXISTS "{name}"')

    # reading and writing ---------------------------------------------------------------------------------------
    def all(self, sql: str, params: Params = ()) -> list[Any]:
        """All rows, as tuples."""
        with self._lock, self._words():
            return self._connection.execute(sql, params).fetchall()

    def one(self, sql: str, params: Params = ()) -> Any:
        """The first row as a tuple, or None."""
        with self._lock, self._words():
            return self._connection.execute(sql, params).fetchone()

    def run(self, sql: str, params: Params = ()) -> int:
        """One statement; outside ``transaction`` it is committed on return. Returns the number of rows changed."""
        with self._lock, self._words():
            return self._connection.execute(sql, params).rowcount

    def insert(self, sql: str, params: Params) -> int:
        """One INSERT; returns its rowid."""
        with self._lock, self._words():
            return int(self._connection.execute(sql, params).lastrowid or 0)

    def many(self, sql: str, rows: Iterable[Params]) -> None:
        with self._lock, self._words():
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; committed, as durable as the file's mode promises, when the block ends. Not nested."""
        with self._lock, self._words():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # a failed COMMIT may have ended the transaction already
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def compact(self) -> bool:
        """Write the file anew without free pages and empty the write-ahead log.

        False when another process is using it: what was deleted is overwritten all the same, but older pages may stay
        in the log until the last process closes it.
        """
        try:
            self.run("VACUUM")
        except errors.Busy:
            return False
        return not self.one("PRAGMA wal_checkpoint(TRUNCATE)")[0]

    def revision(self) -> int:
        """Differs after any process has written, this one included; never falls."""
        return sum(self.revisions())

    def revisions(self) -> tuple[int, int]:
        """The two parts of ``revision``: of other connections, of this one."""
        with self._lock, self._words():
            seen = self._connection.execute("PRAGMA data_version").fetchone()[0]
            return int(seen), self._connection.total_changes

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    # words -----------------------------------------------------------------------------------------------------
    @contextmanager
    def _words(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.IntegrityError:
            raise
        except sqlite3.DatabaseError as error:
            problem = self._problem(getattr(error, "sqlite_errorcode", 0) & 0xFF)
            if problem is None:
                raise
            raise problem from error

    def _problem(self, code: int) -> errors.Problem | None:
        name, path = self.kind.name, self.path
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return errors.Damaged(
                f"The {name} {path} is damaged.", self.kind.damaged_not_done, self.kind.damaged_todo.format(path=path)
            )
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return errors.Busy(
                f"Another mergetui process has been writing to the {name} for more than 5 seconds.",
                "Nothing was stored.",
                "Try again; if it stays like this, look for a hanging mergetui process.",
            )
        if code == sqlite3.SQLITE_FULL:
            return errors.Problem(
                f"The disk is full: the {name} {path} could not be written.",
                "Nothing was stored, and no step that needs it was started.",
                "Free some space and try again.",
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH):
            return errors.Problem(
                f"The {name} {path} cannot be opened for writing.",
                "Nothing was stored, and no step that needs it was started.",
                "Make its folder writable for this user, or set MERGETUI_HOME to one that is.",
            )
        if code == sqlite3.SQLITE_IOERR:
            return errors.Problem(
                f"The disk refused to read or write the {name} {path}.",
                "Nothing was stored, and no step that needs it was started.",
                "Check the disk and its free space, then try again.",
            )
        return None


def _statements(script: str) -> Iterator[str]:
    """The single statements of a script; ``executescript`` would commit the running transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement
