"""Queries asked again and again: what they find is kept up to date change by change instead of being sought anew."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from itertools import count

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.salesforce_csv import CsvWriter
from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.salesforce_rows import Shaper
from mergetui.sandbox.soql import parse
from mergetui.sandbox.soql_tree import Query, comparisons
from mergetui.twin.changes import Reader
from mergetui.twin.schema import VIRTUAL, ObjectInfo, object_of
from mergetui.twin.state import Row

MOST = 64
"""So many queries are kept, but not more than ``MOST_ROWS`` rows of them."""
MOST_ROWS = 2_000_000
MANY = 500
"""After more changes than these a query is run anew."""

_TIMELY = re.compile(r"\b(?:TODAY|YESTERDAY|TOMORROW|(?:LAST|THIS|NEXT)_\w+|N_\w+)", re.IGNORECASE)
"""What such a query finds changes with time alone."""


def timely(query: Query) -> bool:
    return _TIMELY.search(query.text) is not None


@dataclass(slots=True)
class Found:
    """The answer of a query; ``rows`` is never changed in place, and has another ``number`` when it is another."""

    query: Query
    info: ObjectInfo
    rows: list[Row]
    number: int


class _Live:
    """One query's matching rows, sorted."""

    def __init__(self, executor: Executor, query: Query, info: ObjectInfo, numbers: Callable[[], int]) -> None:
        self._query = query
        self._numbers = numbers
        self._test = executor.test(query, info)
        lower = bool(query.order)  # as ORDER BY compares texts
        self._key: Callable[[str], str] = str.lower if lower else str
        self._rows = executor.matching(query)
        self._rows.sort(key=lambda row: self._key(row.id))
        self._keys = [self._key(row.id) for row in self._rows]
        self.found = Found(query, info, [], 0)
        self._cut()

    def _cut(self) -> None:
        offset, limit = self._query.offset, self._query.limit
        end = None if limit is None else offset + limit
        self.found = Found(self._query, self.found.info, self._rows[offset:end], self._numbers())

    def __len__(self) -> int:
        return len(self._rows)

    def see(self, row_id: str, row: Row | None) -> bool:
        """A row has changed, or is gone; returns whether it came or went."""
        key = self._key(row_id)
        place = bisect_left(self._keys, key)
        held = place < len(self._keys) and self._keys[place] == key
        belongs = row is not None and self._test(row)
        if held and belongs and self._rows[place] is row:
            return False
        if held:
            del self._rows[place], self._keys[place]
        if belongs and row is not None:
            self._rows.insert(place, row)
            self._keys.insert(place, key)
        return held or belongs

    def update(self, news: dict[str, Row | None]) -> None:
        moved = [self.see(row_id, row) for row_id, row in news.items()]  # every one, not only up to the first
        if any(moved):
            self._cut()


class LiveQueries:
    """The queries of one sandbox. What depends on more than the rows' own values is run anew after every change."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._reader = Reader()
        self._live: dict[Hashable, _Live] = {}
        """The one used last comes last."""
        self._shapers: dict[Hashable, Shaper] = {}
        self._writers: dict[Hashable, CsvWriter] = {}
        self._queries: dict[str, Query] = {}
        self._numbers = count(1).__next__

    def executor(self, version: str, *, deleted: bool) -> Executor:
        sandbox = self._sandbox
        return Executor(sandbox.world.state, deleted=deleted, is_sandbox=sandbox.is_sandbox, version=version)

    def query(self, text: str) -> Query:
        """The parsed text. Raises MALFORMED_QUERY."""
        found = self._queries.get(text)
        if found is None:
            if len(self._queries) >= MOST:
                self._queries.clear()
            found = self._queries[text] = parse(text)
        return found

    def shaper(self, query: Query, version: str) -> Shaper:
        """Raises what is wrong in the select list."""
        self._renew()
        name = (query.text, version)
        found = self._shapers.get(name)
        if found is None or query.children:
            executor = self.executor(version, deleted=False)
            found = executor.shaper(query, executor.info(query))
            if len(self._shapers) >= MOST:
                self._shapers.clear()
            self._shapers[name] = found
        return found

    def csv(self, query: Query, version: str, delimiter: str, ending: str) -> CsvWriter:
        """Raises what is wrong in the select list."""
        self._renew()
        name = (query.text, version, delimiter, ending)
        found = self._writers.get(name)
        if found is None:
            executor = self.executor(version, deleted=False)
            columns = executor.columns(query, executor.info(query))
            if len(self._writers) >= MOST:
                self._writers.clear()
            found = self._writers[name] = CsvWriter(executor.resolver, columns, delimiter, ending)
        return found

    def find(self, query: Query, version: str, *, deleted: bool) -> Found:
        """The rows of a query without aggregates. Raises what is wrong in its conditions."""
        self._renew()
        name = (query.text, deleted)
        live = self._live.pop(name, None)
        if live is None:
            executor = self.executor(version, deleted=deleted)
            info = executor.info(query)
            if not self._incremental(executor, query, info, deleted):
                kept = self._sandbox.fragments.keep if not timely(query) else None
                seek: Callable[[], Found] = lambda: Found(query, info, executor.rows(query), self._numbers())  # noqa: E731
                return kept(("found", *name), seek) if kept is not None else seek()
            live = _Live(executor, query, info, self._numbers)
        self._live[name] = live
        while len(self._live) > MOST or (len(self._live) > 1 and sum(map(len, self._live.values())) > MOST_ROWS):
            del self._live[next(iter(self._live))]
        return live.found

    def _renew(self) -> None:
        state = self._sandbox.world.state
        news = self._reader.news(state.changes)
        if news is None:
            self._shapers.clear()
            self._writers.clear()
        if news is None or len(news) > MANY:
            self._live.clear()
            return
        if not news or not self._live:
            return
        changed: dict[str, dict[str, Row | None]] = {}
        for key in dict.fromkeys(news):
            if len(key) == 18 and (kind := object_of(key)) is not None:
                changed.setdefault(kind, {})[key] = state.row(key)
        for live in self._live.values():
            if rows := changed.get(live.found.info.name):
                live.update(rows)

    def _incremental(self, executor: Executor, query: Query, info: ObjectInfo, deleted: bool) -> bool:
        """Whether each row answers for itself whether it is found, and where it stands."""
        if info.name in VIRTUAL or timely(query) or info.name == "ContentDocumentLink":
            return False
        if not deleted and info.name in ("Task", "Event"):  # they are archived with time
            return False
        for part in comparisons(query.where):
            if part.subquery is not None or part.function:
                return False
            column = executor.column(info, part.path, query, part.at)
            if column.steps or column.field.name == "IsArchived":
                return False
        orders = [(order.path.lower(), order.descending, order.function) for order in query.order]
        return orders in ([], [("id", False, "")])
