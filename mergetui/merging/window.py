"""Watches the portal for polls of the integration and keeps the estimate of the next one."""

from __future__ import annotations

from typing import Any

from mergetui.crm.hubspot import HubSpot
from mergetui.records.sync import ObservedPoll, SyncWindow
from mergetui.store import Ledger
from mergetui.sync.window import estimate, observe_polls

REMEMBERED = 24
"""Polls kept in the ledger: six hours at four an hour."""


class PollWatch:
    """One reader for all plans of a process; asks HubSpot at most every ``look_ms`` (local clock)."""

    def __init__(self, hubspot: HubSpot, ledger: Ledger, look_ms: int = 2000) -> None:
        self._hubspot = hubspot
        self._ledger = ledger
        self._look_ms = look_ms
        self._looked_at: int | None = None
        self._polls: tuple[ObservedPoll, ...] = remembered_polls(ledger)

    @property
    def polls(self) -> tuple[ObservedPoll, ...]:
        return self._polls

    async def look(self, *, fresh: bool = False) -> SyncWindow:
        """The window now (HubSpot's clock). ``fresh`` reads even if the last look was a moment ago.

        Raises errors.Problem when HubSpot cannot be read.
        """
        now = self._hubspot.now()
        if fresh or self._looked_at is None or not 0 <= now - self._looked_at < self._look_ms:
            seen = observe_polls(await self._hubspot.recent_syncs())
            self._looked_at = self._hubspot.now()
            merged = merge_polls(self._polls, seen)
            if merged != self._polls:
                self._polls = merged
                self._ledger.set_setting("polls", [[poll.first_at, poll.last_at, poll.contacts] for poll in merged])
        return estimate(self._polls, self._hubspot.now())


def remembered_polls(ledger: Ledger) -> tuple[ObservedPoll, ...]:
    stored: Any = ledger.setting("polls") or []
    return tuple(ObservedPoll(*entry) for entry in stored)


def merge_polls(known: tuple[ObservedPoll, ...], seen: tuple[ObservedPoll, ...]) -> tuple[ObservedPoll, ...]:
    """Later sights of one burst replace earlier ones: a contact's newer sync takes it out of the old burst, so the
    sight with the earlier beginning and the more contacts is kept."""
    made: list[ObservedPoll] = []
    for poll in sorted((*known, *seen), key=lambda entry: entry.first_at):
        if made and poll.first_at <= made[-1].last_at + 5_000:
            last = made[-1]
            made[-1] = ObservedPoll(
                min(last.first_at, poll.first_at), max(last.last_at, poll.last_at), max(last.contacts, poll.contacts)
            )
        else:
            made.append(poll)
    return tuple(made[-REMEMBERED:])
