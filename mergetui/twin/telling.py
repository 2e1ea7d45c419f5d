"""Writes down what a cast's lore knows, once, when the State is asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from mergetui.twin.cast import Lore
from mergetui.twin.schema import object_of
from mergetui.twin.shelves import Told, ToldObjects

if TYPE_CHECKING:
    from collections.abc import Callable

    from mergetui.twin.state import HubSpotObject, Row, State


class Teller:
    """Telling is no change of the world: it only shows what was so all the time."""

    def __init__(self, state: State, lore: Lore) -> None:
        self._state = state
        self._lore = lore
        self._people: set[str] = set()
        self._contacts: set[str] = set()
        self._kinds = frozenset(lore.row_kinds)
        self.last_id = lore.last_id

    # Salesforce -----------------------------------------------------------------------------------------------

    def tables(self) -> dict[str, Told[Row]]:
        return {kind: Told(self._row, partial(self._rows, kind)) for kind in self._kinds}

    def parent(self, parent_id: str) -> None:
        """Write down every row that points at a record."""
        self._person(parent_id)
        for person in self._lore.people_at(parent_id):
            self._person(person)
        if object_of(parent_id) in self._kinds:
            self._row(parent_id)

    def _row(self, row_id: str) -> None:
        person = self._lore.person_of(row_id)
        if person is not None:
            self._person(person)

    def _rows(self, kind: str) -> None:
        for person in self._lore.people_having(kind):
            self._person(person)

    def _person(self, person: str) -> None:
        if person not in self._people:
            self._people.add(person)
            for row in self._lore.rows_of(person):
                self._state.load_row(row)

    # HubSpot --------------------------------------------------------------------------------------------------

    def shelves(self) -> dict[str, ToldObjects[HubSpotObject]]:
        return {
            kind: ToldObjects(self._object, partial(self._objects, kind), partial(self._tellers, kind))
            for kind in self._lore.object_kinds
        }

    def waiting(self, contact_id: str) -> Callable[[str], None] | None:
        """How to write down a contact's timeline; None when it has none."""
        return self.contact if contact_id in self._lore.contacts else None

    def contact(self, contact_id: str) -> None:
        if contact_id not in self._contacts:
            self._contacts.add(contact_id)
            objects, events = self._lore.timeline_of(contact_id)
            for item in objects:
                self._state.load_object(item)
            for event in events:
                self._state.load_occurrence(event)

    def _object(self, object_id: str) -> None:
        contact = self._lore.contact_of(object_id)
        if contact is not None:
            self.contact(contact)

    def _objects(self, kind: str) -> None:
        for _, contact in self._lore.contacts_having(kind, 0):
            self.contact(contact)

    def _tellers(self, kind: str, start: int) -> Iterator[tuple[int, Callable[[], None]]]:
        for first, contact in self._lore.contacts_having(kind, start):
            yield first, partial(self.contact, contact)
