"""Tables that fill themselves while they are read, from what a cast knows but has not written down (``cast.Lore``).

They are dicts to everybody else. What is asked for by id is written down alone; who walks over a table gets all of it,
in the order of ids, so that the order in which things were asked for never shows.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, ItemsView, Iterator, KeysView, ValuesView
from typing import Any, Generic, TypeVar

V = TypeVar("V")


class Numbered(dict[str, V], Generic[V]):
    """Records by decimal id. Ids only grow, so pages begin at an id without looking at what lies before."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers: list[int] = []

    def __setitem__(self, key: str, value: V) -> None:
        if key not in self and key.isdecimal():
            number = int(key)
            if self._numbers and number <= self._numbers[-1]:
                place = bisect_left(self._numbers, number)
                if self._numbers[place] != number:  # one that was taken out may come back
                    self._numbers.insert(place, number)
            else:
                self._numbers.append(number)
        super().__setitem__(key, value)

    def beginning(self, start: int) -> Iterator[V]:
        """The records whose id is ``start`` or higher, by growing id."""
        place = bisect_left(self._numbers, start)
        while place < len(self._numbers):
            number = self._numbers[place]
            found = self.get(str(number))
            if found is not None:
                yield found
            # telling a timeline meanwhile may have moved the places
            place = place + 1 if self._numbers[place] == number else bisect_left(self._numbers, number + 1)


class Told(dict[str, V], Generic[V]):
    """``tell_one(key)`` writes down what holds ``key``, ``tell_all()`` everything that belongs here: both by setting
    items. ``order`` sorts what a walk shows; what is born later comes after it."""

    def __init__(
        self, tell_one: Callable[[str], None], tell_all: Callable[[], None], order: Callable[[str], Any] = str
    ) -> None:
        super().__init__()
        self._tell_one = tell_one
        self._tell_all: Callable[[], None] | None = tell_all
        self._order = order

    def _complete(self) -> None:
        if (tell := self._tell_all) is not None:
            self._tell_all = None
            tell()
            ordered = sorted(super().items(), key=lambda item: self._order(item[0]))
            super().clear()
            super().update(ordered)

    def __missing__(self, key: str) -> V:
        if self._tell_all is not None:
            self._tell_one(key)
            if super().__contains__(key):
                return super().__getitem__(key)
        raise KeyError(key)

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        if self._tell_all is not None and isinstance(key, str):
            self._tell_one(key)
        return super().__contains__(key)

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] if key in self else default  # noqa: SIM401  # it would call itself

    def __iter__(self) -> Iterator[str]:
        self._complete()
        return super().__iter__()

    def __len__(self) -> int:
        self._complete()
        return super().__len__()

    def __bool__(self) -> bool:
        return len(self) > 0

    def keys(self) -> KeysView[str]:  # type: ignore[override]
        self._complete()
        return KeysView(self)

    def values(self) -> ValuesView[V]:  # type: ignore[override]
        self._complete()
        return ValuesView(self)

    def items(self) -> ItemsView[str, V]:  # type: ignore[override]
        self._complete()
        return ItemsView(self)

    def known(self) -> Iterator[V]:
        """What has been written down so far."""
        return iter(list(super().values()))


class ToldObjects(Told[V], Generic[V]):
    """HubSpot objects of one type: pages of them write down only as many timelines as they need."""

    def __init__(
        self,
        tell_one: Callable[[str], None],
        tell_all: Callable[[], None],
        tellers: Callable[[int], Iterator[tuple[int, Callable[[], None]]]],
    ) -> None:
        """``tellers(start)``: (first id, how to write it down) of the timelines with such objects, by growing id."""
        super().__init__(tell_one, tell_all, order=lambda key: int(key) if key.isdecimal() else 0)
        self._tellers = tellers
        self._numbers: list[int] = []

    def __setitem__(self, key: str, value: V) -> None:
        if not super(Told, self).__contains__(key) and key.isdecimal():
            insort(self._numbers, int(key))
        super().__setitem__(key, value)

    def beginning(self, start: int) -> Iterator[V]:
        """The objects whose id is ``start`` or higher, by growing id."""
        if self._tell_all is not None:
            for first, tell in self._tellers(start):
                yield from self._numbered(start, first)
                start = max(start, first)
                tell()
        yield from self._numbered(start, None)

    def _numbered(self, start: int, end: int | None) -> Iterator[V]:
        place = bisect_left(self._numbers, start)
        while place < len(self._numbers) and (end is None or self._numbers[place] < end):
            number = self._numbers[place]
            if super(Told, self).__contains__(str(number)):
                yield super(Told, self).__getitem__(str(number))
            place = bisect_left(self._numbers, number + 1)


Links = dict[tuple[str, str, str], None]


class Children(dict[str, Links]):
    """Parent id → (object, id, field) of every row that points at it. ``tell`` writes down a parent's rows first."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._tell = tell
        self._asked: set[str] = set()

    def _ask(self, parent: str) -> None:
        if parent not in self._asked:
            self._asked.add(parent)
            self._tell(parent)

    def get(self, key: str, default: Any = None) -> Any:
        self._ask(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> Links:
        self._ask(key)
        return super().__getitem__(key)

    def setdefault(self, key: str, default: Links | None = None) -> Links:
        self._ask(key)
        return super().setdefault(key, {} if default is None else default)

    def add(self, parent: str, link: tuple[str, str, str]) -> None:
        """Enter one link without asking for the others."""
        super().setdefault(parent, {})[link] = None
