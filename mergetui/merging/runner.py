"""Executes approved plans: one irreversible pair at a time, waiting plans watched beside it."""

from __future__ import annotations

import asyncio
import traceback

from mergetui import errors
from mergetui.merging.deps import Deps
from mergetui.merging.halts import Failed, Halt, StillUnknown, Surprised, Waits
from mergetui.merging.patience import patience_s, without_digits
from mergetui.merging.preflight import check_approval, preflight, window_gate
from mergetui.merging.procedure import PAUSE, Procedure
from mergetui.merging.reading import check_orgs
from mergetui.merging.watch import Watch
from mergetui.records.journal import PlanRow
from mergetui.records.plan import Plan
from mergetui.store import Ledger

SHORTEST_REST_S = 0.05
"""A plan that has to wait never spins, whatever the pause between two looks."""
OVERLOOKED_S = 5.0
"""Pause before an unknown plan is read again, so that others are looked at between."""


class Runner:
    """One per profile, under the runner's lock (taken by the caller)."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.procedure = Procedure(deps)
        self.watch = Watch(deps)
        self._watching: dict[str, asyncio.Task[None]] = {}
        self._not_before: dict[str, float] = {}
        """Plan → instant of the loop's clock before which it is not tried again."""
        self._signed_out: set[str] = set()
        """Plans that only a new sign-in can bring forward; a runner without a cockpit does not wait for one."""

    async def run(self, *, until_done: bool) -> int:
        """Recover what was cut off, then carry out approved plans, oldest first.

        ``until_done``: return when nothing is left to do or to wait for; else go on until ``deps.stopping``.
        Returns how many plans need a person. Raises errors.Problem when the pair of orgs is not the pinned one.
        """
        check_orgs(self.deps.schema.salesforce_org, self.deps.schema.hubspot_org, self.deps.ledger.setting("pins"))
        try:
            await self._recover()
            while not self.deps.stopping.is_set():
                self._reap()
                self._wishes()
                worked = await self._next()
                await asyncio.sleep(0)
                if not worked:
                    if until_done and not self._watching and not self._open():
                        break
                    await self.deps.pause()
        finally:
            await self._stop_watching()
        return len(self.deps.ledger.rows({"surprised", "failed", "unknown"}))

    # recovery --------------------------------------------------------------------------------------------------
    async def _recover(self) -> None:
        """What an interrupted run left: finish it, wait for it, or say why not."""
        for row in reversed(self.deps.ledger.rows({"preparing", "merging", "unknown", "linked"})):
            plan = self.deps.ledger.plan(row.plan_id)
            if row.state == "linked":
                self._watch(plan)
                continue
            if self.procedure.progress(plan).started:
                self.deps.ledger.set_state(
                    plan.id, "unknown", "an earlier run was cut off here; reading both CRMs", expect={row.state}
                )
            else:
                self.deps.ledger.set_state(
                    plan.id, "approved", "an earlier run was cut off before anything was merged", expect={row.state}
                )

    # approved plans --------------------------------------------------------------------------------------------
    def _open(self) -> bool:
        """Something is left that this runner can still bring forward."""
        if any(row.plan_id not in self._signed_out for row in self.deps.ledger.rows({"unknown"})):
            return True
        return bool(self.deps.ledger.rows({"approved", "waiting"})) and PAUSE not in self.deps.ledger.wishes()

    def _wishes(self) -> None:
        for name in self.deps.ledger.wishes():
            kind, _, plan_id = name.partition(":")
            if kind == "retry":
                self._retry(plan_id)
                self.deps.ledger.clear_wish(name)

    def _retry(self, plan_id: str) -> None:
        plan = self.deps.ledger.plan(plan_id)
        newer = newer_plan(self.deps.ledger, plan)
        if newer is not None and not self.procedure.progress(plan).started:
            self.deps.ledger.append(
                plan_id, "note", "retry", {"text": f"not tried again: a newer plan exists ({newer.state})"}
            )
            return
        self._not_before.pop(plan_id, None)
        if self.procedure.progress(plan).started:
            self.deps.ledger.set_state(plan_id, "unknown", "tried again", expect={"surprised", "failed", "unknown"})
        else:
            self.deps.ledger.set_state(plan_id, "approved", "tried again", expect={"failed", "surprised"})

    async def _next(self) -> bool:
        """Carry out one plan, if one can start. True when something was done."""
        # a half-merged plan is pursued before anything else, paused or not: its HubSpot contact is exposed
        unknown = self.deps.ledger.rows({"unknown"})
        for row in sorted(unknown, key=lambda row: (not self._is_half(row.plan_id), row.since)):
            if self._is_due(row.plan_id):
                self._put_off(row.plan_id, OVERLOOKED_S)
                await self._irreversible(self.deps.ledger.plan(row.plan_id), fresh=False)
                return True
        if PAUSE in self.deps.ledger.wishes():
            self.deps.doing("paused")
            return False
        waits = 0
        for row in reversed(self.deps.ledger.rows({"approved", "waiting"})):
            if self.deps.stopping.is_set():
                break
            plan = self.deps.ledger.plan(row.plan_id)
            # a chain whose first losers are merged goes on; it does not start anew
            fresh = not self.procedure.progress(plan).started
            may = row.state == "approved" or not fresh or await self._may_start(plan, row.why)
            if not self._is_due(plan.id) or not may:
                waits += 1
                continue
            await self._irreversible(plan, fresh=fresh)
            return True
        self.deps.doing(self._idle_words(waits))
        return False

    def _is_half(self, plan_id: str) -> bool:
        progress = self.procedure.progress(self.deps.ledger.plan(plan_id))
        return any(entry.intended and not (entry.salesforce_done and entry.hubspot_done) for entry in progress.rounds)

    def _is_due(self, plan_id: str) -> bool:
        return asyncio.get_running_loop().time() >= self._not_before.get(plan_id, 0.0)

    def _put_off(self, plan_id: str, seconds: float) -> None:
        self._not_before[plan_id] = asyncio.get_running_loop().time() + min(seconds, self.deps.timing.longest_rest_s)

    async def _may_start(self, plan: Plan, why: str) -> bool:
        """A cheap look before the whole preflight is done again."""
        try:
            await window_gate(self.deps, plan, check_approval(self.deps, plan), fresh=False)
        except Waits as halt:
            # the sentence counts down; the ledger keeps only a change of reason
            if without_digits(str(halt)) != without_digits(why):
                self.deps.ledger.set_state(plan.id, "waiting", str(halt), expect={"waiting"})
            return False
        except Failed as halt:
            self.deps.ledger.set_state(plan.id, "failed", str(halt), expect={"waiting"})
            return False
        except errors.Problem as problem:
            self.deps.doing(problem.happened)
            return False
        except Exception as error:
            self._unforeseen(plan, error)
            return False
        return True

    async def _irreversible(self, plan: Plan, *, fresh: bool) -> None:
        """One plan up to *values written*, whatever comes; its state tells how it ended."""
        self.deps.doing("merging")
        try:
            if fresh:
                if not self.deps.ledger.set_state(plan.id, "preparing", expect={"approved", "waiting"}):
                    return
                await self.procedure.first_time(await preflight(self.deps, plan))
            else:
                self.deps.ledger.set_state(plan.id, "merging", expect={"waiting"})
                await self.procedure.carry_on(plan)
            self.deps.ledger.set_state(plan.id, "merging", expect={"unknown"})
        except Halt as halt:
            self._halt(plan, halt)
        except errors.Problem as problem:
            self._problem(plan, problem)
        except Exception as error:
            self._unforeseen(plan, error)
        else:
            self._watch(plan)

    def _halt(self, plan: Plan, halt: Halt) -> None:
        self.deps.ledger.set_state(plan.id, halt.state, str(halt))
        if isinstance(halt, Waits):
            self._put_off(plan.id, max(halt.retry_s, self.deps.timing.look_s, SHORTEST_REST_S))
        elif isinstance(halt, Surprised):
            # design rule 5: graded surprises pause the queue
            self.deps.ledger.wish(PAUSE, plan.id)

    def _problem(self, plan: Plan, problem: errors.Problem) -> None:
        """Before the first intent nothing was merged; after it the outcome has to be read."""
        if isinstance(problem, errors.NotSignedIn):
            self._signed_out.add(plan.id)
        if self.procedure.progress(plan).started:
            self.deps.ledger.set_state(plan.id, "unknown", str(problem))
        elif isinstance(problem, (errors.Limited, errors.Unreachable)):
            self.deps.ledger.set_state(plan.id, "waiting", f"{problem.happened} Nothing was merged.")
            self._put_off(plan.id, patience_s(problem) if isinstance(problem, errors.Limited) else 10.0)
        else:
            said = str(problem)
            told = said if "othing was merged" in said else f"{said} Nothing was merged."
            self.deps.ledger.set_state(plan.id, "failed", told)

    def _unforeseen(self, plan: Plan, error: Exception) -> None:
        """A mistake of ours stops this plan, not the runner. No text of the exception: it may hold people's data."""
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"mergetui made a mistake ({type(error).__name__} in {where.name}, line {where.lineno})"
        if self.procedure.progress(plan).started:
            self._halt(plan, Surprised(f"{what}. Look at both records in Salesforce and HubSpot, then press R."))
        else:
            self._halt(plan, Failed(f"{what}. Nothing was merged."))

    def _idle_words(self, waits: int) -> str:
        parts = []
        if waits:
            parts.append(f"{waits} waiting for the right moment")
        if self._watching:
            parts.append(f"{len(self._watching)} waiting for sync")
        return ", ".join(parts) or "idle"

    # watching --------------------------------------------------------------------------------------------------
    def _watch(self, plan: Plan) -> None:
        if plan.id not in self._watching:
            self._watching[plan.id] = asyncio.create_task(self._watched(plan))

    async def _watched(self, plan: Plan) -> None:
        try:
            await self.watch.until_settled(plan)
        except StillUnknown:
            pass  # asked to stop: the state stays what it is and the next start goes on from there
        except Halt as halt:
            self._halt(plan, halt)
        except errors.Problem as problem:
            self._halt(plan, Surprised(f"the end state could not be read: {problem}"))
        except Exception as error:
            self._unforeseen(plan, error)

    def _reap(self) -> None:
        """Forget watches that have ended; one that failed in an unforeseen way ends the runner, loudly."""
        for plan_id in [plan_id for plan_id, task in self._watching.items() if task.done()]:
            self._watching.pop(plan_id).result()

    async def _stop_watching(self) -> None:
        self.deps.stopping.set()
        if self._watching:
            await asyncio.wait(self._watching.values())
        self._reap()


def newer_plan(ledger: Ledger, plan: Plan) -> PlanRow | None:
    """A later plan with one of these people that was not taken back: it replaces this one."""
    for row in ledger.rows():
        if row.plan_id == plan.id:
            return None
        if row.state not in ("taken back", "staged") and set(ledger.plan(row.plan_id).member_keys) & set(
            plan.member_keys
        ):
            return row
    return None
