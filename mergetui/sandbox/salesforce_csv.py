"""Salesforce rows as Bulk API 2.0 writes them: CSV with every value quoted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, repeat

from mergetui.records.crm import Value
from mergetui.sandbox.salesforce_rows import Parents, shape_of, shown_value, steady
from mergetui.sandbox.soql_paths import Column, Getter, Resolver, Step, Stored
from mergetui.twin.schema import Field
from mergetui.twin.stamps import iso
from mergetui.twin.state import Row

_AS_TEXT = frozenset({"boolean", "datetime", "date", "int", "double", "currency", "percent", "address"})
"""Types whose values are not always texts."""


def csv_value(field: Field, value: Value) -> str:
    """A value as Bulk API CSV writes it: empty for null, datetimes with ``Z`` (``+0000`` is possible, unconfirmed)."""
    if field.type == "datetime" and isinstance(value, int):
        return iso(value)
    shown = shown_value(field, value)
    if shown is None:
        return ""
    return ("true" if shown else "false") if isinstance(shown, bool) else str(shown)


class CsvWriter:
    """Writes the lines of one select list; quotes inside of values are doubled."""

    def __init__(self, resolver: Resolver, columns: Sequence[Column], delimiter: str, ending: str) -> None:
        self._between, self._end = f'"{delimiter}"', f'"{ending}'
        self._resolver = resolver
        self._columns = columns
        self._parents = Parents(resolver, columns)
        self.steady = steady(columns)
        self.shape = (delimiter, ending, shape_of(columns))

    @property
    def header(self) -> bytes:
        names = self._between.join(".".join(column.path) for column in self._columns)
        return f'"{names}{self._end}'.encode()

    def others(self, row: Row) -> Iterator[str]:
        """Ids of the rows above that a row's line shows."""
        return self._parents.of(row)

    def write(self, rows: Sequence[Row]) -> list[bytes]:
        between, end = self._between, self._end
        runs = [
            _Run(steps, list(columns), between, self._resolver)
            for steps, columns in groupby(self._columns, key=lambda column: column.steps)
        ]
        return [f'"{between.join([run.of(row) for run in runs])}{end}'.encode("utf-8", "surrogatepass") for row in rows]


class _Run:
    """Columns side by side that are read from one row: the queried one or one above it, which is written once."""

    def __init__(self, steps: tuple[Step, ...], columns: Sequence[Column], between: str, resolver: Resolver) -> None:
        self._steps = steps
        self._between = between
        self._resolver = resolver
        self._columns = [(column.field, column.last or column.get) for column in columns]
        if any(column.function for column in columns):  # only the whole path knows what to do with the value
            self._columns = [(column.field, column.get) for column in columns]
            self._whole = True
        else:
            self._whole = False
        self._fields = [get.name if isinstance(get, Stored) else "" for _, get in self._columns]
        self._others = [
            (place, field, get)
            for place, (field, get) in enumerate(self._columns)
            if field.type in _AS_TEXT or not isinstance(get, Stored)
        ]
        self._quotes = between.count('"') * (len(columns) - 1)
        self._ready: dict[str | None, str] = {}

    def of(self, row: Row) -> str:
        if not self._steps or self._whole:
            return self._written(row)
        here: Row | None = row
        for step in self._steps:
            here = self._resolver.parent(here, step) if here is not None else None
        key = here.id if here is not None else None
        text = self._ready.get(key)
        if text is None:
            text = self._ready[key] = (
                self._written(here) if here is not None
                else self._between.join(csv_value(field, None) for field, _ in self._columns)
            )  # fmt: skip
        return text

    def _written(self, row: Row) -> str:
        values: list[Value] = list(map(row.values.get, self._fields, repeat("")))
        for place, field, get in self._others:
            values[place] = _text(field, get, row)
        try:
            text = self._between.join(values)  # type: ignore[arg-type]  # what is no text is an error
        except TypeError:
            pass
        else:
            if text.count('"') == self._quotes:
                return text
        return self._between.join(csv_value(field, get(row)).replace('"', '""') for field, get in self._columns)


def _text(field: Field, get: Callable[[Row], Value] | Getter, row: Row) -> str:
    value = get(row)
    if value is None:
        return "false" if field.type == "boolean" else ""
    if value is True or value is False:
        return "true" if value else "false"
    return csv_value(field, value)
