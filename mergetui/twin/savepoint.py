"""Taking back saves of Salesforce rows: what a call that saves all or none needs when one save is refused."""

from __future__ import annotations

from dataclasses import dataclass

from mergetui.records.crm import Value
from mergetui.twin.state import Row, State


@dataclass(frozen=True, slots=True)
class _Copy:
    row: Row
    values: dict[str, Value]
    changed: dict[str, int]
    deleted: bool
    master_id: str | None


class Savepoint:
    """Begins now. ``remember`` every row before it is saved; ``roll_back`` puts them all as they were.

    Nothing else may happen to the world in between. The event log keeps what was taken back.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._copies: dict[str, _Copy] = {}
        self._born: list[str] = []
        self._row_changes = {key: dict(names) for key, names in state.row_changes.items()}
        self._row_deletions = dict(state.row_deletions)
        self._known_dead = dict(state.known_dead)
        self._buried_with = dict(state.buried_with)

    def remember(self, record_id: str) -> None:
        """A row that is going to be changed or deleted, with all that its deletion may take along."""
        waiting = [record_id]
        while waiting:
            key = waiting.pop()
            row = self._state.row(key)
            if row is None or key in self._copies:
                continue
            self._copies[key] = _Copy(row, dict(row.values), dict(row.changed), row.deleted, row.master_id)
            waiting += [child for _, child, _ in self._state.children.get(key, {})]

    def born(self, record_id: str) -> None:
        self._born.append(record_id)

    def roll_back(self) -> None:
        state = self._state
        for key in reversed(self._born):
            row = state.row(key)
            if row is None:
                continue
            held = (*state.parent_fields(row.object), "Email")
            state.write_row(row, {name: None for name in held if name in row.values}, by=state.admin_id)
            del state.rows[row.object][key]
        for copy in self._copies.values():
            row = copy.row
            if row.deleted and not copy.deleted:
                state.unbury(row)
            names = {**dict.fromkeys(row.values), **copy.values}
            state.write_row(row, names, by=state.admin_id)
            row.values = dict(copy.values)
            row.changed = dict(copy.changed)
            row.deleted, row.master_id = copy.deleted, copy.master_id
        state.row_changes = self._row_changes
        state.row_deletions = self._row_deletions
        state.known_dead = self._known_dead
        state.buried_with = self._buried_with
        state.revision += 1
        state.changes.everything()
        state.log("salesforce", "rolled_back", rows=[*self._copies, *self._born])
