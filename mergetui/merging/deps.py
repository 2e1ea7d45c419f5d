"""What carrying out plans needs: both CRMs, the local memory, and what is known of the sync."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from mergetui.crm.hubspot import HubSpot
from mergetui.crm.salesforce import Salesforce
from mergetui.merging.halts import Halt
from mergetui.merging.reading import Schema
from mergetui.merging.timing import Timing
from mergetui.merging.window import PollWatch
from mergetui.planning.rules import Rules
from mergetui.records.clock import Clock, local_now
from mergetui.records.people import Person
from mergetui.records.sync import SyncSettings
from mergetui.store import Ledger, PairMark, Snapshots


async def _nothing_to_look_for() -> None: ...


@dataclass(slots=True)
class Deps:
    salesforce: Salesforce
    hubspot: HubSpot
    ledger: Ledger
    snapshots: Snapshots
    schema: Schema
    rules: Rules
    settings: Callable[[], SyncSettings]
    """Asked anew before every plan: an answer may have been given or have aged meanwhile."""
    persons: Callable[[Sequence[str]], list[Person]]
    """Person keys → persons, from the mirror."""
    window: PollWatch
    mark: PairMark
    timing: Timing = field(default_factory=Timing)
    clock: Clock = local_now
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    contradiction: Callable[[], Awaitable[None]] = _nothing_to_look_for
    """Awaited before a plan relies on the admin's word that a deleting switch is off; what it finds changes what
    ``settings`` answers."""
    read_only: bool = False
    doing: Callable[[str], None] = lambda text: None

    async def pause(self, seconds: float | None = None) -> None:
        """Sleep, but wake at once when the runner is asked to stop."""
        try:
            await asyncio.wait_for(self.stopping.wait(), self.timing.look_s if seconds is None else seconds)
        except TimeoutError:
            pass

    def note(self, plan_id: str, text: str) -> None:
        """A line in the journal for people."""
        self.ledger.append(plan_id, "note", "note", {"text": text[:500]})

    def stop_here(self, halt: Halt) -> None:
        """Raises ``halt`` when the runner has been asked to stop."""
        if self.stopping.is_set():
            raise halt
