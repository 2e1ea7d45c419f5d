"""Salesforce rows as REST writes them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from mergetui.records.crm import Value
from mergetui.sandbox.soql_paths import OWN, Column, Resolver, Step, Stored, raw_value
from mergetui.sandbox.web import compact, encode
from mergetui.twin.schema import Field
from mergetui.twin.stamps import day, salesforce_time
from mergetui.twin.state import Row

_PARTS = ("City", "Country", "PostalCode", "State", "Street")


def shown_value(field: Field, value: Value) -> Any:
    """A value as REST writes it; compound addresses need ``address``."""
    if value is None:
        return False if field.type == "boolean" else None
    if field.type == "datetime" and isinstance(value, int):
        return salesforce_time(value)
    if field.type == "date" and isinstance(value, int) and not isinstance(value, bool):
        return day(value)
    return value


def address(name: str, row: Row) -> dict[str, Any] | None:
    """A compound address; null when all its parts are."""
    stem = name.removesuffix("Address")
    parts = {part: row.values.get(stem + part) for part in _PARTS}
    if not any(parts.values()):
        return None
    return {
        "city": parts["City"],
        "country": parts["Country"],
        "geocodeAccuracy": None,
        "latitude": None,
        "longitude": None,
        "postalCode": parts["PostalCode"],
        "state": parts["State"],
        "street": parts["Street"],
    }


@dataclass(frozen=True, slots=True)
class ChildColumn:
    """A sub-select: ``answer`` finds what hangs on a row."""

    relationship: str
    answer: Callable[[Row], Any]
    at: int


class Parents:
    """The rows above a row that a select list reads."""

    def __init__(self, resolver: Resolver, columns: Iterable[Column]) -> None:
        self._resolver = resolver
        self._chains = tuple(dict.fromkeys(column.steps for column in columns if column.steps))

    def of(self, row: Row) -> Iterator[str]:
        """Their ids, maybe repeated; also of such that are not there."""
        for chain in self._chains:
            here: Row | None = row
            for step in chain:
                target = raw_value(here, step.lookup) if here is not None else None
                if not isinstance(target, str) or not target:
                    break
                yield target
                if step is not chain[-1]:
                    here = self._resolver.parent(here, step) if here is not None else None


def steady(columns: Iterable[Column]) -> bool:
    """Whether what the columns show depends on nothing but the row and its ``Parents``: no clock, no sharing."""
    return all(column.field.name != "IsArchived" and all(step.lookup for step in column.steps) for column in columns)


def shape_of(columns: Sequence[Column]) -> Hashable:
    """All that the text of a row depends on in a select list."""
    return tuple((column.path, column.function) for column in columns)


class Shaper:
    """Writes rows of one select list, its members in the list's order."""

    def __init__(
        self,
        resolver: Resolver,
        version: str,
        columns: Sequence[Column],
        children: Sequence[ChildColumn] = (),
    ) -> None:
        self._resolver = resolver
        self._version = version
        self._nested: dict[str, tuple[Step, list[Column]]] = {}
        self._order: list[Column | ChildColumn | str] = []
        members: list[Column | ChildColumn] = [*columns, *children]
        for column in sorted(members, key=lambda one: one.at):
            if isinstance(column, ChildColumn) or not column.steps:
                self._order.append(column)
                continue
            step = column.steps[0]
            if step.relationship not in self._nested:
                self._nested[step.relationship] = (step, [])
                self._order.append(step.relationship)
            self._nested[step.relationship][1].append(column)
        self._inner = {
            name: (step, Shaper(resolver, version, [resolver.below(column) for column in inner]))
            for name, (step, inner) in self._nested.items()
        }
        self._plan = [_planned(entry) for entry in self._order]
        self._parents = Parents(resolver, columns)
        self.steady = not children and steady(columns)
        """Whether a row's text may be kept until the row or one of ``others`` changes."""
        self.shape = (version, shape_of(columns))

    def attributes(self, row: Row, *, polymorphic: bool = False) -> dict[str, str]:
        """The target of a polymorphic lookup shows as an object ``Name`` at its own address."""
        url = f"/services/data/{self._version}/sobjects/{row.object}/{row.id}"
        return {"type": "Name" if polymorphic else row.object, "url": url}

    def record(self, row: Row, *, polymorphic: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {"attributes": self.attributes(row, polymorphic=polymorphic)}
        stored = row.values.get
        for name, how, entry in self._plan:
            if how == "as it is":
                shown[name] = stored(entry)
            elif how == "boolean":
                shown[name] = stored(entry) or False
            elif how == "datetime":
                value = stored(entry)
                shown[name] = salesforce_time(value) if isinstance(value, int) else value
            elif how == "parent":
                step, inner = self._inner[name]
                parent = self._resolver.parent(row, step)
                shown[name] = None if parent is None else inner.record(parent, polymorphic=step.polymorphic)
            elif how == "children":
                shown[name] = entry.answer(row)
            elif how == "address":
                shown[name] = address(entry.field.name, row)
            else:
                shown[name] = shown_value(entry.field, entry.get(row))
        return shown

    # many rows ------------------------------------------------------------------------------------------------

    def others(self, row: Row) -> Iterator[str]:
        """Ids of the rows above that a row's text shows."""
        return self._parents.of(row)

    def write(self, rows: Sequence[Row]) -> list[bytes]:
        """The JSON of ``record`` for each row, quicker: stored values are fetched all at once, and a parent of many
        rows is written once."""
        members = [name for name, _, _ in self._plan]
        if len(set(members)) < len(members):  # functions of one field share its name, and the last one counts
            return [encode(self.record(row)) for row in rows]
        blank: dict[str, Any] = {"attributes": None}
        blank |= {name: False if how == "boolean" else None for name, how, _ in self._plan}
        stored = frozenset(name for name, how, _ in self._plan if how in _STORED)
        stamps = [name for name, how, _ in self._plan if how == "datetime"]
        own = frozenset(name for name, how, entry in self._plan if how == "" and entry.get in OWN)
        slow = [(name, how, entry) for name, how, entry in self._plan if how not in _QUICK and name not in own]
        above = [(name, *self._inner[name], _Ready()) for name, how, _ in self._plan if how == "parent"]
        url = f"/services/data/{self._version}/sobjects/"
        found = []
        for row in rows:
            shown = blank.copy()
            shown["attributes"] = {"type": row.object, "url": f"{url}{row.object}/{row.id}"}
            for name, value in row.values.items():
                if name in stored and value is not None:
                    shown[name] = value
            for name in stamps:
                if isinstance(value := shown[name], int):
                    shown[name] = salesforce_time(value)
            for name in own:
                shown[name] = row.id if name == "Id" else row.deleted if name == "IsDeleted" else row.master_id
            for name, step, inner, ready in above:
                shown[name] = ready.of(row, step, inner, self._resolver)
            for name, how, entry in slow:
                if how == "children":
                    shown[name] = entry.answer(row)
                elif how == "address":
                    shown[name] = address(entry.field.name, row)
                else:
                    shown[name] = shown_value(entry.field, entry.get(row))
            try:
                found.append(compact(orjson.dumps(shown)))
            except TypeError:
                found.append(encode(self.record(row)))
        return found


class _Ready:
    """Parents that have been written, by the id a lookup holds."""

    __slots__ = ("_texts",)

    def __init__(self) -> None:
        self._texts: dict[Value, orjson.Fragment | None] = {}

    def of(self, row: Row, step: Step, inner: Shaper, resolver: Resolver) -> orjson.Fragment | None:
        target = raw_value(row, step.lookup) if step.lookup else row.id
        if target in self._texts:
            return self._texts[target]
        parent = resolver.parent(row, step)
        made = None
        if parent is not None:
            made = orjson.Fragment(encode(inner.record(parent, polymorphic=step.polymorphic)))
        self._texts[target] = made
        return made


_STORED = frozenset({"as it is", "boolean", "datetime"})
_QUICK = _STORED | {"parent"}


def _planned(entry: Column | ChildColumn | str) -> tuple[str, str, Any]:
    """(member, how to write it, what that takes): most fields can be read from the row as they are."""
    if isinstance(entry, str):
        return entry, "parent", None
    if isinstance(entry, ChildColumn):
        return entry.relationship, "children", entry
    name, kind = entry.path[-1], entry.field.type
    if kind == "address":
        return name, "address", entry
    if isinstance(entry.get, Stored):
        how = {"boolean": "boolean", "datetime": "datetime", "date": ""}.get(kind, "as it is")
        return name, how, entry.get.name if how else entry
    return name, "", entry
