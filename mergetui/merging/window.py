"""Watches the portal for polls of the integration and keeps the estimate of the next one."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from mergetui.records.clock import Clock, local_now
from mergetui.records.crm import SalesforceObject
from mergetui.records.sync import ObservedPoll, RecentSync, SyncWindow
from mergetui.sync.window import (
    DEFAULT_PERIOD_MS,
    HOUR_MS,
    MINUTE_MS,
    bursts,
    caused_in_salesforce,
    estimate,
    join_ms,
    merge_polls,
    observe_polls,
    reach_ms,
)

if TYPE_CHECKING:
    from mergetui.crm.hubspot import HubSpot
    from mergetui.crm.salesforce import Salesforce
    from mergetui.store import Ledger

REMEMBERED = 24
"""Polls kept in the ledger: six hours at four an hour."""
POLLS = "observed_polls"
"""Ledger setting. Not ``polls``: what earlier versions kept under that name was seen without asking for a cause."""
PERIOD = "period_ms"
"""Ledger setting: the period that the demo's own command line declared."""
WRITING_MS = 3 * MINUTE_MS
"""A pass may be written this long after it began, and is looked for that long (facts/integration.md part A)."""
OBJECTS: tuple[SalesforceObject, ...] = ("Contact", "Lead")
_OURS = frozenset(
    {"staged", "approved", "preparing", "merging", "linked", "waiting", "surprised", "failed", "unknown", "settled"}
)


class OwnIds:
    """HubSpot and Salesforce ids whose syncs are our own doing: survivors and members of plans that are not final, or
    settled less than an hour ago."""

    def __init__(self, ledger: Ledger, clock: Clock = local_now) -> None:
        self._ledger = ledger
        self._clock = clock
        self._plans: dict[str, frozenset[str]] = {}
        self._read: tuple[int, int] | None = None
        self._ids: frozenset[str] = frozenset()

    def __call__(self) -> frozenset[str]:
        now = self._clock()
        read = (self._ledger.revision(), now // MINUTE_MS)
        if read != self._read:
            rows = [
                row for row in self._ledger.rows(_OURS) if row.state != "settled" or now - row.since < HOUR_MS
            ]  # a local clock that was set back keeps ids longer, never shorter
            returned = {row.returned_hubspot_id for row in rows if row.returned_hubspot_id}
            self._ids = frozenset(returned.union(*(self._members(row.plan_id) for row in rows)))
            self._read = read
        return self._ids

    def _members(self, plan_id: str) -> frozenset[str]:
        if plan_id not in self._plans:
            expected = self._ledger.plan(plan_id).expected
            ids = {expected.salesforce_id or "", *expected.dead_salesforce_ids, *expected.old_hubspot_ids}
            self._plans[plan_id] = frozenset(ids - {""})
        return self._plans[plan_id]


class PollWatch:
    """One reader for all plans of a process; asks HubSpot at most every ``look_ms``.

    A pass counts towards a poll only when its Salesforce row had changed before, and when it is of none of ``own()``.
    Salesforce is asked only about passes that could make a burst, and once about each.
    """

    def __init__(
        self,
        hubspot: HubSpot,
        ledger: Ledger,
        look_ms: int = 2000,
        *,
        salesforce: Salesforce,
        period_ms: int = DEFAULT_PERIOD_MS,
        own: Callable[[], Collection[str]] | None = None,
    ) -> None:
        self._hubspot = hubspot
        self._salesforce = salesforce
        self._ledger = ledger
        self._look_ms = look_ms
        self._period_ms = period_ms
        self._own = own or OwnIds(ledger)
        self._looking = asyncio.Lock()
        self._looked_at: int | None = None
        self._judged: dict[RecentSync, bool] = {}
        self._passes: dict[str, tuple[int, int | None]] = {}
        """Contact → its newest pass, and the one before that if it was seen."""
        self._polls: tuple[ObservedPoll, ...] = remembered_polls(ledger)

    @property
    def polls(self) -> tuple[ObservedPoll, ...]:
        return self._polls

    async def look(self, *, fresh: bool = False) -> SyncWindow:
        """The window now (HubSpot's clock). ``fresh`` reads even if the last look was a moment ago.

        Raises errors.Problem when a CRM cannot be read; what was known stays known, and the next look reads again.
        """
        async with self._looking:
            now = self._hubspot.now()
            if fresh or self._looked_at is None or not 0 <= now - self._looked_at < self._look_ms:
                await self._read(now)
                self._looked_at = now
        return estimate(self._polls, self._hubspot.now(), period_ms=self._period_ms)

    async def _read(self, now: int) -> None:
        horizon = now - reach_ms(self._period_ms)
        since = horizon if self._looked_at is None else max(horizon, self._looked_at - WRITING_MS)
        passes = [one for one in await self._hubspot.recent_syncs(since=since) if one.synced_at >= horizon]
        self._remember(passes, horizon)
        own = frozenset(self._own())
        linked = [one for one in passes if one.salesforce_id is not None and not _is_of(one, own)]
        known = {one for one in self._judged if not _is_of(one, own)}
        gap = join_ms(self._period_ms)
        new = {one for burst in bursts(known.union(linked), gap_ms=gap) for one in burst} - known
        judged = await self._judge(sorted(new, key=lambda one: one.synced_at))
        self._judged = {one: yes for one, yes in (self._judged | judged).items() if one.synced_at >= horizon}
        caused = [one for one, yes in self._judged.items() if yes and not _is_of(one, own)]
        stored = remembered_polls(self._ledger)
        polls = merge_polls(stored, observe_polls(caused, gap_ms=gap), gap_ms=gap)[-REMEMBERED:]
        if polls != stored:
            self._ledger.set_setting(POLLS, [[poll.first_at, poll.last_at, poll.contacts] for poll in polls])
        self._polls = polls

    def _remember(self, passes: Sequence[RecentSync], horizon: int) -> None:
        for one in passes:
            newest = self._passes.get(one.contact_id)
            if newest is None or one.synced_at > newest[0]:
                self._passes[one.contact_id] = (one.synced_at, newest[0] if newest else None)
        self._passes = {key: entry for key, entry in self._passes.items() if entry[0] >= horizon}

    async def _judge(self, passes: Sequence[RecentSync]) -> dict[RecentSync, bool]:
        """Whether each pass has a cause in Salesforce; one query for each object. Rows that are gone are none."""
        judged: dict[RecentSync, bool] = {}
        for name in OBJECTS:
            mine = [one for one in passes if one.object == name and one.salesforce_id]
            if not mine:
                continue
            rows = await self._salesforce.fates(name, list(dict.fromkeys(one.salesforce_id or "" for one in mine)))
            for one in mine:
                row = rows.get(one.salesforce_id or "")
                newest, before = self._passes.get(one.contact_id, (0, None))
                judged[one] = (
                    row is not None
                    and not row.deleted
                    and caused_in_salesforce(
                        one.synced_at,
                        row.modified_at,
                        self._period_ms,
                        before=before if newest == one.synced_at else None,
                    )
                )
        return judged


def _is_of(one: RecentSync, ids: frozenset[str]) -> bool:
    return one.contact_id in ids or one.salesforce_id in ids


def remembered_polls(ledger: Ledger) -> tuple[ObservedPoll, ...]:
    stored: Any = ledger.setting(POLLS) or []
    return tuple(ObservedPoll(*entry) for entry in stored)


def declared_period_ms(ledger: Ledger, minutes: float) -> int:
    """The period of the integration: what the demo stored, else the profile's ``sync_every_minutes``."""
    stored: Any = ledger.setting(PERIOD)
    return int(stored) if stored else round(minutes * MINUTE_MS)
