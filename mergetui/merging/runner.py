"""Executes approved plans: one irreversible pair at a time, waiting plans watched beside it."""

from __future__ import annotations

import asyncio

from mergetui import errors
from mergetui.merging.deps import Deps
from mergetui.merging.halts import Failed, Halt, StillUnknown, Surprised, Waits
from mergetui.merging.preflight import check_approval, preflight, window_gate
from mergetui.merging.procedure import Procedure
from mergetui.merging.reading import check_orgs
from mergetui.merging.watch import Watch
from mergetui.records.plan import Plan

PAUSE = "pause"


class Runner:
    """One per profile, under the runner's lock (taken by the caller)."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps
        self.procedure = Procedure(deps)
        self.watch = Watch(deps)
        self._watching: dict[str, asyncio.Task[None]] = {}

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
                self.deps.ledger.append(
                    plan.id, "note", "resume", {"text": "an earlier run was cut off here; reading both CRMs"}
                )
                await self._irreversible(plan, fresh=False)
            else:
                self.deps.ledger.set_state(
                    plan.id, "approved", "an earlier run was cut off before anything was merged", expect={row.state}
                )

    # approved plans --------------------------------------------------------------------------------------------
    def _open(self) -> bool:
        return bool(self.deps.ledger.rows({"approved", "waiting"})) and PAUSE not in self.deps.ledger.wishes()

    def _wishes(self) -> None:
        for name in self.deps.ledger.wishes():
            kind, _, plan_id = name.partition(":")
            if kind == "take back":
                self.deps.ledger.set_state(
                    plan_id, "taken back", "taken back before it started", expect={"staged", "approved", "waiting"}
                )
                self.deps.ledger.clear_wish(name)
            elif kind == "retry":
                self._retry(plan_id)
                self.deps.ledger.clear_wish(name)

    def _retry(self, plan_id: str) -> None:
        plan = self.deps.ledger.plan(plan_id)
        if self.procedure.progress(plan).started:
            self.deps.ledger.set_state(plan_id, "unknown", "tried again", expect={"surprised", "failed", "unknown"})
        else:
            self.deps.ledger.set_state(plan_id, "approved", "tried again", expect={"failed", "surprised"})

    async def _next(self) -> bool:
        """Carry out one plan, if one can start. True when something was done."""
        if PAUSE in self.deps.ledger.wishes():
            self.deps.doing("paused")
            return False
        for row in reversed(self.deps.ledger.rows({"unknown"})):
            if row.why == "tried again":
                await self._irreversible(self.deps.ledger.plan(row.plan_id), fresh=False)
                return True
        waits = 0
        for row in reversed(self.deps.ledger.rows({"approved", "waiting"})):
            plan = self.deps.ledger.plan(row.plan_id)
            if row.state == "waiting" and not await self._may_start(plan, row.why):
                waits += 1
                continue
            await self._irreversible(plan, fresh=True)
            return True
        self.deps.doing(self._idle_words(waits))
        return False

    async def _may_start(self, plan: Plan, why: str) -> bool:
        """A cheap look before the whole preflight is done again."""
        try:
            await window_gate(self.deps, plan, check_approval(self.deps, plan))
        except Waits as halt:
            # the sentence counts down; the ledger keeps only a change of reason
            if _without_digits(str(halt)) != _without_digits(why):
                self.deps.ledger.set_state(plan.id, "waiting", str(halt), expect={"waiting"})
            return False
        except Failed as halt:
            self.deps.ledger.set_state(plan.id, "failed", str(halt), expect={"waiting"})
            return False
        except errors.Problem as problem:
            self.deps.doing(problem.happened)
            return False
        return True

    async def _irreversible(self, plan: Plan, *, fresh: bool) -> None:
        """One plan up to *values written*, whatever comes; its state tells how it ended."""
        self.deps.doing(f"merging {plan.id}")
        try:
            if fresh:
                if not self.deps.ledger.set_state(plan.id, "preparing", expect={"approved", "waiting"}):
                    return
                await self.procedure.first_time(await preflight(self.deps, plan))
            elif not self.procedure.progress(plan).written:
                await self.procedure.carry_on(plan)
            self.deps.ledger.set_state(plan.id, "merging", expect={"unknown"})
        except Halt as halt:
            self._halt(plan, halt)
        except errors.Problem as problem:
            self._problem(plan, problem)
        else:
            self._watch(plan)

    def _halt(self, plan: Plan, halt: Halt) -> None:
        self.deps.ledger.set_state(plan.id, halt.state, str(halt))
        if isinstance(halt, Surprised):
            # design rule 5: graded surprises pause the queue
            self.deps.ledger.wish(PAUSE, f"a plan was surprised: {plan.title}")

    def _problem(self, plan: Plan, problem: errors.Problem) -> None:
        """Before the first intent nothing was merged; after it the outcome has to be read."""
        if self.procedure.progress(plan).started:
            self.deps.ledger.set_state(plan.id, "unknown", str(problem))
        elif isinstance(problem, (errors.Limited, errors.Unreachable)):
            self.deps.ledger.set_state(plan.id, "waiting", f"{problem.happened} Nothing was merged.")
        else:
            self.deps.ledger.set_state(plan.id, "failed", f"{problem} Nothing was merged.")

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

    def _reap(self) -> None:
        """Forget watches that have ended; one that failed in an unforeseen way ends the runner, loudly."""
        for plan_id in [plan_id for plan_id, task in self._watching.items() if task.done()]:
            self._watching.pop(plan_id).result()

    async def _stop_watching(self) -> None:
        self.deps.stopping.set()
        if self._watching:
            await asyncio.wait(self._watching.values())
        self._reap()


def _without_digits(text: str) -> str:
    return "".join(character for character in text if not character.isdigit())
