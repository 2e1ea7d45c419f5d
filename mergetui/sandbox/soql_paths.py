"""Field paths of SOQL: ``Account.Owner.Name`` → canonical spelling, the field at its end, and how to read it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from mergetui.records.crm import Value
from mergetui.sandbox.salesforce_access import access_row
from mergetui.sandbox.soql import caret
from mergetui.sandbox.soql_dates import taken_apart
from mergetui.sandbox.soql_tree import Query, Selected
from mergetui.twin.merges import is_person_account
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import archived, visible
from mergetui.twin.schema import Field, ObjectInfo, find, name_field
from mergetui.twin.stamps import moment, parse_iso
from mergetui.twin.state import Row, State

Getter = Callable[[Row], Value]
MAX_STEPS = 5
_ACCESS = "UserRecordAccess"


@dataclass(frozen=True, slots=True)
class Step:
    """One parent of a path."""

    relationship: str
    lookup: str
    """The lookup field that is followed; empty for UserRecordAccess, which is computed."""
    polymorphic: bool


@dataclass(frozen=True, slots=True)
class Column:
    """A resolved field path."""

    path: tuple[str, ...]
    """Canonical spelling: (``Account``, ``Name``)."""
    field: Field
    get: Getter
    steps: tuple[Step, ...] = ()
    last: Getter | None = None
    """Reads the row at the end of the path."""
    function: str = ""
    at: int = 0


def raw_value(row: Row, name: str) -> Value:
    """A row's value by canonical field name, system fields included; instants stay ints."""
    if name == "Id":
        return row.id
    if name == "IsDeleted":
        return row.deleted
    if name == "MasterRecordId":
        return row.master_id
    return row.values.get(name)


class Stored:
    """Reads a field that the row itself stores; whoever writes many rows may read ``name`` from its values directly."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, row: Row) -> Value:
        return row.values.get(self.name)


class Resolver:
    """Resolves paths of one query. ``is_sandbox`` is what Organization.IsSandbox says."""

    def __init__(self, state: State, *, is_sandbox: bool) -> None:
        self._state = state
        self._is_sandbox = is_sandbox

    def object(self, name: str, query: Query, at: int) -> ObjectInfo:
        """Raises INVALID_TYPE."""
        found = find(name)
        if found is None or found.name == "Name":
            raise SalesforceRefusal(
                "INVALID_TYPE",
                f"{caret(query.text, at)}sObject type '{name}' is not supported. If you are attempting to use a custom "
                "object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe "
                "call for the appropriate names.",
            )
        return found

    def column(self, info: ObjectInfo, item: Selected, query: Query) -> Column:
        """Resolve ``Owner.Name`` from ``info``, and its function. Raises INVALID_FIELD with the caret message."""
        parts = item.path.split(".")
        if len(parts) > 1 and parts[0].lower() in (info.name.lower(), query.alias.lower() or info.name.lower()):
            parts = parts[1:]
        if len(parts) - 1 > MAX_STEPS:
            raise SalesforceRefusal(
                "INVALID_FIELD", f"{caret(query.text, item.at)}Relationship paths may have at most {MAX_STEPS} levels"
            )
        steps: list[Step] = []
        here = info
        for part in parts[:-1]:
            step, here = self._step(here, part, query, item.at)
            steps.append(step)
        field = here.field(parts[-1])
        if field is None or not visible(self._state, here, field):
            raise SalesforceRefusal(
                "INVALID_FIELD",
                f"{caret(query.text, item.at)}No such column '{parts[-1]}' on entity '{here.name}'. If you are "
                "attempting to use a custom field, be sure to append the '__c' after the custom field name. Please "
                "reference your WSDL or the describe call for the appropriate names.",
            )
        path = (*(step.relationship for step in steps), field.name)
        last = self._last(field.name, here)
        column = Column(path, field, self._through(tuple(steps), last), tuple(steps), last, at=item.at)
        if item.function and not item.aggregate:
            return self._applied(column, item, query)
        return column

    def _step(self, here: ObjectInfo, part: str, query: Query, at: int) -> tuple[Step, ObjectInfo]:
        low = part.lower()
        if low == _ACCESS.lower() and here.name != _ACCESS and (access := find(_ACCESS)):
            return Step(_ACCESS, "", False), access
        lookup = next((field for field in here.fields.values() if field.relationship.lower() == low), None)
        target = None
        if lookup is not None and visible(self._state, here, lookup):
            target = find("Name" if len(lookup.refers_to) > 1 else lookup.refers_to[0])
        if lookup is None or target is None:
            raise SalesforceRefusal(
                "INVALID_FIELD",
                f"{caret(query.text, at)}Didn't understand relationship '{part}' in field path. If you are attempting "
                "to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please "
                "reference your WSDL or the describe call for the appropriate names.",
            )
        return Step(lookup.relationship, lookup.name, len(lookup.refers_to) > 1), target

    def parent(self, row: Row, step: Step) -> Row | None:
        if not step.lookup:
            return access_row(self._state, row.id, self._state.admin_id)
        target = raw_value(row, step.lookup)
        return self._state.row(str(target)) if target else None

    def below(self, column: Column) -> Column:
        """The same column as seen from its first parent."""
        assert column.last is not None
        steps = column.steps[1:]
        return replace(column, path=column.path[1:], steps=steps, get=self._through(steps, column.last))

    def plain_column(self, field: Field, info: ObjectInfo) -> Column:
        last = self._last(field.name, info)
        return Column((field.name,), field, last, (), last)

    def _last(self, name: str, owner: ObjectInfo) -> Getter:
        if owner.name == "Name":
            return _of_anything(name)
        if name == "IsSandbox":
            return self._sandbox_flag
        if name == "IsArchived":
            return self._archived
        if name == "IsPersonAccount":
            return self._person
        own = {"Id": _id, "IsDeleted": _is_deleted, "MasterRecordId": _master}.get(name)
        if own is not None:
            return own
        return Stored(name)

    def _through(self, steps: tuple[Step, ...], last: Getter) -> Getter:
        if not steps:
            return last

        def through(row: Row) -> Value:
            here = row
            for step in steps:
                above = self.parent(here, step)
                if above is None:
                    return None
                here = above
            return last(here)

        return through

    def _sandbox_flag(self, row: Row) -> Value:
        return self._is_sandbox

    def _archived(self, row: Row) -> Value:
        return archived(self._state, row)

    def _person(self, row: Row) -> Value:
        return is_person_account(self._state, row)

    def _applied(self, column: Column, item: Selected, query: Query) -> Column:
        """The column inside a scalar function."""
        if item.function in ("tolabel", "format", "converttimezone"):
            return replace(column, function=item.function)  # this org's labels are its values
        if column.field.type not in ("date", "datetime"):
            raise SalesforceRefusal(
                "INVALID_FIELD",
                f"{caret(query.text, item.at)}field '{column.field.name}' does not support function {item.function}",
            )
        get, function = column.get, item.function

        def taken(row: Row) -> Value:
            value = get(row)
            if value is None:
                return None
            at = value if isinstance(value, int) else parse_iso(str(value))
            return taken_apart(function, moment(at))

        kind = "date" if function == "day_only" else "int"
        return replace(column, field=replace(column.field, type=kind), get=taken, function=function)


def _id(row: Row) -> Value:
    return row.id


def _is_deleted(row: Row) -> Value:
    return row.deleted


def _master(row: Row) -> Value:
    return row.master_id


OWN = frozenset({_id, _is_deleted, _master})
"""Readers of ``Id``, ``IsDeleted`` and ``MasterRecordId``."""


def _of_anything(name: str) -> Getter:
    """A field of the object ``Name``, which stands for any target of a polymorphic lookup."""
    if name == "Type":
        return lambda row: row.object
    if name == "Id":
        return _id
    if name == "Name":
        return lambda row: row.values.get(name_field(row.object))
    return lambda row: row.values.get(name)
