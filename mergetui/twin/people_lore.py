"""The part of a cast that is written down only when somebody reads it: timelines, and rows that hang on people."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence

from mergetui.twin.cast import CastEvent, CastObject, CastRow
from mergetui.twin.ids import salesforce_number
from mergetui.twin.people_activity import TimelineSketch, timeline
from mergetui.twin.people_children import RowSketch, children, gathered
from mergetui.twin.people_dice import Dice


class PeopleLore:
    """``cast.Lore`` from sketches. Numbers and ids grow from sketch to sketch, so that an id leads to its person."""

    def __init__(self) -> None:
        self._dice = Dice(0)
        self._rows: dict[str, RowSketch] = {}
        self._row_starts: list[int] = []
        self._row_people: list[str] = []
        self._having: dict[str, list[str]] = {}
        self._at: dict[str, list[str]] = {}
        self._timelines: dict[str, TimelineSketch] = {}
        self._starts: list[int] = []
        self._contacts: list[str] = []
        self._ends = 0
        self._living: dict[str, list[tuple[int, str]]] = {}

    # filling --------------------------------------------------------------------------------------------------

    def add_rows(self, sketch: RowSketch, kinds: frozenset[str], parents: Sequence[str]) -> None:
        """``kinds``: the objects of its rows; ``parents``: the accounts and campaigns that they point at."""
        self._rows[sketch.person] = sketch
        self._row_starts.append(sketch.number)
        self._row_people.append(sketch.person)
        for kind in kinds:
            self._having.setdefault(kind, []).append(sketch.person)
        for parent in parents:
            self._at.setdefault(parent, []).append(sketch.person)

    def add_timeline(self, sketch: TimelineSketch, kinds: frozenset[str], count: int) -> None:
        self._timelines[sketch.contact] = sketch
        self._starts.append(sketch.first)
        self._contacts.append(sketch.contact)
        self._ends = sketch.first + count
        for kind in kinds:
            self._living.setdefault(kind, []).append((sketch.first, sketch.contact))

    # reading --------------------------------------------------------------------------------------------------

    @property
    def row_kinds(self) -> tuple[str, ...]:
        return tuple(self._having)

    @property
    def object_kinds(self) -> tuple[str, ...]:
        return tuple(self._living)

    @property
    def people(self) -> Mapping[str, object]:
        return self._rows

    @property
    def contacts(self) -> Mapping[str, object]:
        return self._timelines

    @property
    def last_id(self) -> int:
        return self._ends

    def rows_of(self, person: str) -> list[CastRow]:
        sketch = self._rows.get(person)
        return [] if sketch is None else children(self._dice, sketch)

    def timeline_of(self, contact: str) -> tuple[list[CastObject], list[CastEvent]]:
        sketch = self._timelines.get(contact)
        return ([], []) if sketch is None else timeline(self._dice, sketch)

    def people_having(self, kind: str) -> Sequence[str]:
        return self._having.get(kind, ())

    def people_at(self, parent: str) -> Sequence[str]:
        return self._at.get(parent, ())

    def contacts_having(self, kind: str, start: int) -> Iterator[tuple[int, str]]:
        found = self._living.get(kind, [])
        place = bisect_right(found, start, key=lambda entry: entry[0])
        return iter(found[max(0, place - 1) :])

    def person_of(self, row_id: str) -> str | None:
        number = gathered(salesforce_number(row_id))
        place = bisect_right(self._row_starts, number) - 1
        return self._row_people[place] if number >= 0 and place >= 0 else None

    def contact_of(self, object_id: str) -> str | None:
        place = bisect_right(self._starts, int(object_id)) - 1 if object_id.isdecimal() else -1
        return self._contacts[place] if place >= 0 else None
