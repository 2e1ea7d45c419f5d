"""What the two servers and the control port share: the world, its clock, the faults, work of their own."""

from __future__ import annotations

import gc
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from mergetui.records.clock import Clock
from mergetui.sandbox.clock import SandboxClock
from mergetui.sandbox.faults import Faults, parse_spec
from mergetui.sandbox.fragments import Fragments
from mergetui.sandbox.options import SandboxOptions
from mergetui.sandbox.tokens import Grants
from mergetui.twin.cast import Cast
from mergetui.twin.casting import cast as invent
from mergetui.twin.events import ConvertLead, CreateRow, DeleteRow, Event, MergeRows, UndeleteRow, UpdateRow
from mergetui.twin.org_rows import add_org_rows
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.scenes import SCENES, Rehearsal
from mergetui.twin.settings import Settings
from mergetui.twin.settings_form import checked
from mergetui.twin.world import World

SALESFORCE_CLIENT_ID = "3MVG9sandboxmergetuiPublicClient0000000000000000"
HUBSPOT_CLIENT_ID = "5a4d8b1c-0000-4000-8000-6d6572676574"
HUBSPOT_CLIENT_SECRET = "5eed0000-0000-4000-8000-736563726574"  # noqa: S105  # a sandbox's own, on loopback only
SAVES = (CreateRow, UpdateRow, DeleteRow, UndeleteRow, MergeRows, ConvertLead)
"""Events that a row lock of another transaction refuses."""
REDIRECTS = ("http://localhost:1717/OauthRedirect", "http://localhost:17172/callback")


def make_cast(options: SandboxOptions, now: int) -> Cast:
    return invent(
        seed=options.seed,
        people=options.people,
        now=now,
        sync_every_ms=options.sync_every_ms,
        scenario=options.scenario,
        quiet_ms=(SCENES[options.scenario].quiet_ms if options.scenario else 0) or 30_000,
    )


def settings_of(options: SandboxOptions, cast: Cast) -> Settings:
    """Flags win over what the scenario arranges, and that over the defaults."""
    scene = dict(SCENES[options.scenario].settings) if options.scenario else {}
    if options.auto_delete is not None:
        scene.update(dict.fromkeys(("del_lead", "del_contact"), "delete" if options.auto_delete else "nothing"))
    switch: Any = "delete"
    made = Settings(
        seed=options.seed,
        del_lead=switch,
        del_contact=switch,
        poll_ms=options.sync_every_ms,
        event_delay_ms=options.event_delay_ms,
        colleagues=options.colleagues,
        search_lag_ms=options.search_lag_ms,
        inclusion_list=cast.extra.get("inclusion_list") or None,
        new_contacts_join=True,
    )
    return replace(made, **checked(made, scene))


class Sandbox:
    """One world served by two CRMs. All methods run in one event loop; none waits."""

    def __init__(self, options: SandboxOptions, real: Clock, cast: Cast | None = None) -> None:
        self.options = options
        self.real = real
        self._cast = cast
        self.faults = Faults()
        self.requests = 0
        self.lives = 0
        """Worlds begun so far: a request of an earlier one must not change this one."""
        self.fragments = Fragments(lambda: (self.lives, self.world.state.revision), lambda: self.world.state.changes)
        self._playing: int | None = None
        self._locked: list[Event] | None = None
        self._begin()
        short = self.world.state.org_id[:15]
        self.salesforce_grants = Grants(SALESFORCE_CLIENT_ID, "", f"{short}!AQ", rotating=True, life_ms=None)
        self.hubspot_grants = Grants(HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET, "CN", rotating=False, life_ms=1_800_000)

    def reset(self) -> None:
        """A new world from the same options, at the real time. Tokens stay, and those that were ended or revoked are
        good again; of the faults only those of the command line are left, as they were at the beginning."""
        self._begin()
        for grants in (self.salesforce_grants, self.hubspot_grants):
            grants.restore(self.now())

    def _begin(self) -> None:
        self.clock = SandboxClock(self.real)
        self.faults.clear()
        for spec in self.options.faults:
            self.faults.add(parse_spec(spec))
        self.latency_ms = self.options.latency_ms
        now = self.clock.now()
        self.started_at = now
        self.lives += 1
        collecting = gc.isenabled()
        gc.disable()  # millions of objects are made and none is dropped
        try:
            cast = self._cast or make_cast(self.options, now)
            self.world = World(cast, settings_of(self.options, cast), now)
            self.rehearsal = Rehearsal(self.options.scenario, cast.humans[0]) if self.options.scenario else None
        finally:
            if collecting:
                gc.enable()
            gc.freeze()  # the world stays: no later collection needs to walk through it
        add_org_rows(self.world.state)
        self._pending: list[tuple[int, int, Callable[[], None]]] = []
        self._queued = 0
        self.cursors: dict[str, Any] = {}
        self.api_used = {"salesforce": 10_018, "hubspot": 0}
        # Invented people never pose as production; POST /settings makes the orgs claim otherwise.
        self.is_sandbox = True
        self.account_type = "SANDBOX"
        self.rate_limits = self.options.rate_limits
        self.salesforce_daily_limit = 100_000
        self.hubspot_daily_limit = 1_000_000
        self.last_request_at = self.real()
        if self.rehearsal is not None:
            name, says = self.rehearsal.name, self.rehearsal.arranged()
            ids = [key for _, _, key in self.rehearsal.human.records]
            self.world.state.log("scene", "arranged", scenario=name, says=says, records=ids)

    # time -----------------------------------------------------------------------------------------------------

    def now(self) -> int:
        return self.clock.now()

    def catch_up(self) -> None:
        """Let everything happen that is due by now."""
        self.advance(self.clock.now())

    def advance(self, to: int) -> None:
        """Run the world's and the servers' own pending work up to ``to``, in order."""
        while self._pending and self._pending[0][0] <= to:
            at, _, work = heapq.heappop(self._pending)
            self.world.advance(at)
            self._playing = at
            try:
                work()
            finally:
                self._playing = None
                self.world.state.revision += 1
        self.world.advance(to)

    def later(self, ms: int, work: Callable[[], None]) -> None:
        self._queued += 1
        heapq.heappush(self._pending, (self.clock.now() + ms, self._queued, work))

    @contextmanager
    def rows_locked(self) -> Iterator[list[Event]]:
        """Meanwhile another transaction holds every Salesforce row; gives the list of what was refused for that."""
        self._locked = []
        try:
            yield self._locked
        finally:
            self._locked = None

    def apply(self, event: Event) -> Any:
        """Play an event now; work that was put off plays at the instant it was put off to."""
        if self._locked is not None and self._playing is None and isinstance(event, SAVES):
            self._locked.append(event)
            raise SalesforceRefusal("UNABLE_TO_LOCK_ROW", "unable to obtain exclusive access to this record")
        answer = self.world.apply(event, self.clock.now() if self._playing is None else self._playing)
        if self.rehearsal is not None and (passes := self.rehearsal.after(self.world.state, event)):
            self.clock.forward(passes)
            self.world.advance(self.world.now + passes)
        return answer
