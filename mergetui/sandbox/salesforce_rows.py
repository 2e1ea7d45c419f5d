"""Salesforce rows as REST and Bulk write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mergetui.records.crm import Value
from mergetui.sandbox.soql_paths import Column, Resolver, Step, Stored
from mergetui.twin.schema import Field
from mergetui.twin.stamps import day, iso, salesforce_time
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


def csv_value(field: Field, value: Value) -> str:
    """A value as Bulk API CSV writes it: empty for null, datetimes with ``Z`` (``+0000`` is possible, unconfirmed)."""
    if field.type == "datetime" and isinstance(value, int):
        return iso(value)
    shown = shown_value(field, value)
    if shown is None:
        return ""
    return ("true" if shown else "false") if isinstance(shown, bool) else str(shown)


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
