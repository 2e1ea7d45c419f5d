"""Persons instead of rows: both sides of a link pooled, a profile's own rules, the identity of sets."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mergetui.matching.coding import TEXTS, distinct, distinct_or_missing
from mergetui.matching.rules import Rules
from mergetui.records.people import PersonFacts

_SEVERAL = {"email": "secondary_email", "phone": "mobile"}
"""Columns whose values are pooled: both hold values of one kind."""


@dataclass(frozen=True, slots=True)
class Custom:
    """A profile's own rules."""

    keys: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Name of a key, such as ``customer number`` → person → its value. Equal = certain, different = never."""
    ignored: Collection[str] = ()
    """Columns that are not looked at."""
    factors: Mapping[str, float] = field(default_factory=dict)
    """Piece of evidence (``score.FIELDS``) → what its weight is multiplied with."""
    blocked: Collection[tuple[str, str]] = ()
    """Pairs of persons that are two humans, whoever stands first."""

    def rules(self, persons: Sequence[str]) -> Rules:
        """``persons``: per row the key of its person."""
        names, same = distinct(persons)
        place = {name: number for number, name in enumerate(names)}
        blocked = {
            (min(place[a], place[b]), max(place[a], place[b])) for a, b in self.blocked if a in place and b in place
        }
        keys = []
        for name, values in sorted(self.keys.items()):
            codes = distinct_or_missing([values.get(person, "").strip() for person in persons])[1]
            keys.append((name, codes))
        return Rules(
            tuple(keys), dict(self.factors), same, np.array([a << 32 | b for a, b in sorted(blocked)], np.int64)
        )


def pooled(facts: Iterable[PersonFacts], ignored: Collection[str] = ()) -> list[PersonFacts]:
    """Rows in an order that depends on them alone; where a person has several, each fills the others' gaps."""
    persons: dict[str, list[PersonFacts]] = {}
    for row in facts:
        persons.setdefault(row.key, []).append(_without(row, ignored) if ignored else row)
    made: list[PersonFacts] = []
    for key in sorted(persons):
        rows = sorted(persons[key], key=_order)
        made += [_filled(row, rows) for row in rows] if len(rows) > 1 else rows
    return made


def _without(row: PersonFacts, ignored: Collection[str]) -> PersonFacts:
    blank: dict[str, Any] = dict.fromkeys([name for name in ignored if name in TEXTS], "")
    return replace(row, **blank)


def _order(row: PersonFacts) -> tuple[Any, ...]:
    return row.source != "salesforce", row.object, *(getattr(row, name) for name in TEXTS)


def _filled(row: PersonFacts, rows: list[PersonFacts]) -> PersonFacts:
    others = [other for other in rows if other is not row]
    changed: dict[str, Any] = {}
    named = bool(row.first_name or row.last_name)
    for name in TEXTS:
        if name in ("first_name", "last_name") and named:
            continue
        if not getattr(row, name):
            changed[name] = next((text for other in others if (text := getattr(other, name))), "")
    for one, two in _SEVERAL.items():
        values = [getattr(each, name) for each in (row, *others) for name in (one, two)]
        distinct = list(dict.fromkeys(value for value in values if value))
        # a text may hold several addresses or numbers: what does not fit into two columns goes behind the second
        separator = " " if one == "email" else ""
        changed[one] = distinct[0] if distinct else ""
        changed[two] = (separator.join(distinct[1:4]) if separator else distinct[1]) if len(distinct) > 1 else ""
    return replace(row, **changed)


def set_id(members: Iterable[str]) -> str:
    """The same for the same person keys, whatever their order."""
    return hashlib.sha256("\n".join(sorted(members)).encode()).hexdigest()[:20]
