"""What HubSpot knows beside contacts, objects, lists and consent: own schema, labels, locks, what search sees."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mergetui.twin import portal
from mergetui.twin.portal import Property

if TYPE_CHECKING:
    from mergetui.twin.state import Contact, ContactList, HubSpotObject, State

Key = tuple[str, str]
"""(object type, id)."""
Type = tuple[str, int]
"""(category, association type id)."""


class SearchLag:
    """Past forms of records whose changes search does not see yet (``Settings.search_lag_ms``).

    Kept are copies of what was there before a change; nothing is kept while the lag is 0.
    """

    def __init__(self) -> None:
        self._past: dict[Key, deque[tuple[int, Contact | HubSpotObject | None]]] = {}
        self._order: deque[tuple[int, Key]] = deque()

    def note(self, state: State, kind: str, record_id: str, was: Contact | HubSpotObject | None) -> None:
        """A record is about to change; ``was`` is None when it did not exist."""
        lag = state.settings.search_lag_ms
        self._forget(state.now - lag)
        if lag > 0:
            kept = copy.copy(was) if was is not None else None
            self._past.setdefault((kind, record_id), deque()).append((state.now, kept))
            self._order.append((state.now, (kind, record_id)))

    def _forget(self, until: int) -> None:
        while self._order and self._order[0][0] <= until:
            _, key = self._order.popleft()
            kept = self._past[key]
            kept.popleft()
            if not kept:
                del self._past[key]

    def unseen(self, state: State, kind: str) -> Mapping[str, Contact | HubSpotObject | None]:
        """Id → what search shows instead of the record as it is; None: nothing yet."""
        self._forget(state.now - state.settings.search_lag_ms)
        return {record_id: kept[0][1] for (of, record_id), kept in self._past.items() if of == kind}


@dataclass(slots=True)
class PortalState:
    """HubSpot's part of ``State`` that no cast tells of."""

    own: dict[str, dict[str, Property]] = field(default_factory=dict)
    """Object type → properties that were made or changed since the world began, archived ones too."""
    own_groups: dict[str, dict[str, str]] = field(default_factory=dict)
    """Object type → group name → label."""
    relations: dict[Key, dict[str, list[str]]] = field(default_factory=dict)
    """Associations that do not involve a contact and another type: (type, id) → other type → ids, both ways."""
    labels: dict[tuple[Key, Key], dict[Type, None]] = field(default_factory=dict)
    """(from, to) → association types beside the plain and the primary one."""
    label_names: dict[tuple[str, str], dict[int, str]] = field(default_factory=dict)
    """(from type, to type) → USER_DEFINED type id → label."""
    aliases: dict[Key, str] = field(default_factory=dict)
    """Ids of merged companies, deals and tickets → the id they lead to."""
    counters: dict[str, dict[str, str]] = field(default_factory=dict)
    """Address → the e-mail properties of a contact while that address is not its primary one."""
    locked: dict[str, int] = field(default_factory=dict)
    """Contact id → until when a merge holds it."""
    deleted_lists: dict[str, ContactList] = field(default_factory=dict)
    forgotten: dict[str, None] = field(default_factory=dict)
    """Addresses that a GDPR deletion put on the block list."""
    search: SearchLag = field(default_factory=SearchLag)
    numbers: int = 0
    _known: dict[str, dict[str, Property]] = field(default_factory=dict)

    def properties(self, kind: str) -> Mapping[str, Property]:
        """The live properties of an object type, the portal's own included."""
        if kind not in self.own:
            return portal.properties(kind)
        if kind not in self._known:
            every = {**portal.properties(kind), **self.own[kind]}
            self._known[kind] = {name: spec for name, spec in every.items() if spec.archived_at is None}
        return self._known[kind]

    def archived_properties(self, kind: str) -> Iterator[Property]:
        return (spec for spec in self.own.get(kind, {}).values() if spec.archived_at is not None)

    def put_property(self, kind: str, spec: Property) -> None:
        self.own.setdefault(kind, {})[spec.name] = spec
        self._known.pop(kind, None)

    def groups(self, kind: str) -> Mapping[str, str]:
        """Group name → label."""
        return {**dict(portal.groups(kind)), **self.own_groups.get(kind, {})}

    def new_number(self) -> int:
        self.numbers += 1
        return self.numbers
