"""Which records have changed, so that whoever keeps what was read from them knows what is void."""

from __future__ import annotations

from collections.abc import Sequence

MOST = 50_000
"""So many changes are remembered; with more of them everything counts as changed."""


class Changes:
    """The ids of changed Salesforce rows and HubSpot contacts, in order. A change of what many records show at once
    (settings, schema, subscriptions) is ``everything``."""

    def __init__(self) -> None:
        self.age = 0
        self.ids: list[str] = []

    def note(self, record_id: str) -> None:
        """A record was born, changed, deleted, brought back, or is gone."""
        self.ids.append(record_id)
        if len(self.ids) > MOST:
            self.everything()

    def everything(self) -> None:
        self.age += 1
        self.ids = []


class Reader:
    """How far somebody has read the changes. The first call of ``news`` says that everything is new."""

    __slots__ = ("_age", "_of", "_place")

    def __init__(self) -> None:
        self._of: Changes | None = None
        self._age = self._place = 0

    def news(self, changes: Changes) -> Sequence[str] | None:
        """The ids since the last call, maybe repeated; None: anything may have changed."""
        if changes is self._of and changes.age == self._age:
            found = changes.ids[self._place :]
            self._place = len(changes.ids)
            return found
        self._of, self._age, self._place = changes, changes.age, len(changes.ids)
        return None
