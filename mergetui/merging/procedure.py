"""The irreversible part of a plan.

``carry_on`` begins where the journal ends, so a fresh plan and one that was cut off take the same road.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Literal

from mergetui import errors
from mergetui.merging.deps import Deps
from mergetui.merging.halts import Failed, Halt, StillUnknown, Surprised, Waits
from mergetui.merging.patience import patience_s, try_again, wait_s
from mergetui.merging.preflight import Clearance, Gate, next_loser, still_confirmed, window_gate
from mergetui.merging.progress import Progress, read_progress
from mergetui.merging.writing import write_values
from mergetui.records.codec import plain
from mergetui.records.crm import HubSpotContact, SalesforceMergeAnswer
from mergetui.records.plan import HubSpotMerge, Plan, SalesforceMerge

PAUSE = "pause"
"""The wish that stops the runner after the pair it is in."""
ROW_LOCKED = "UNABLE_TO_LOCK_ROW"
REPAIR = (
    "Restore the archived contact in HubSpot (Contacts → Actions → Restore, up to 90 days) before its address is "
    "attached to anyone, merge the two there, then press R."
)
"""facts/integration.md T18."""


class Procedure:
    """Carries one plan from clearance to *values written*."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps

    async def first_time(self, clearance: Clearance) -> None:
        """From clearance to values written. Raises Halt."""
        plan = clearance.plan
        progress = self.progress(plan)
        if progress.started:
            raise Failed("an earlier run of this plan is on record; use `mergetui resume`.")
        if not self.deps.ledger.set_state(plan.id, "merging", expect={"preparing"}):
            raise Failed("the plan was taken back at the last moment; nothing was merged.")
        await self._rounds(plan, clearance.gate)
        await write_values(self.deps, plan)

    async def carry_on(self, plan: Plan) -> None:
        """Finish a plan whose journal shows an intent. Raises Halt; Failed when provably nothing was committed."""
        if not self.progress(plan).started:
            raise Failed("nothing was merged yet.")
        await self._rounds(plan, None)
        await write_values(self.deps, plan)

    def progress(self, plan: Plan) -> Progress:
        return read_progress(plan, self.deps.ledger.entries(plan.id))

    # the pairs -------------------------------------------------------------------------------------------------
    async def _rounds(self, plan: Plan, gate: Gate | None) -> None:
        for index, entry in enumerate(plan.rounds):
            progress = self.progress(plan)
            seen = progress.rounds[index]
            if seen.salesforce_done and seen.hubspot_done:
                continue
            hubspot = self._for_chain(entry.hubspot, progress.returned_id)
            if seen.intended:
                await self._finish_pair(plan, index, entry.salesforce, hubspot)
                continue
            if index > 0:
                gate = await self._turn(plan, index, progress.returned_id)
            elif gate is None:
                raise Failed("nothing was merged yet.")
            await self._pair(plan, index, entry.salesforce, hubspot, gate)

    def _for_chain(self, merge: HubSpotMerge | None, returned_id: str | None) -> HubSpotMerge | None:
        """Only the returned id counts, also for the next merge of a chain (rule 6)."""
        return merge if merge is None or returned_id is None else replace(merge, primary_id=returned_id)

    async def _turn(self, plan: Plan, index: int, returned_id: str | None) -> Gate:
        """May the next loser of a chain go now? Raises Retry when not yet, so that the runner looks at other plans
        meanwhile, and Surprised when the rest may not go on as confirmed; what is merged keeps its chosen values."""
        approval = self.deps.ledger.approval(plan.id)
        try:
            if approval is None:
                raise Surprised("the confirmation of this plan is gone; review the rest again")
            still_confirmed(self.deps, plan, index)
            if PAUSE in self.deps.ledger.wishes():
                raise Waits("the runner is paused")
            await window_gate(self.deps, plan, approval)
            await next_loser(self.deps, plan, index, returned_id)
            return await window_gate(self.deps, plan, approval)
        except Waits as halt:
            raise Retry(f"{index} of {len(plan.rounds)} losers are merged; the next one waits: {halt}") from halt
        except Surprised:
            await write_values(self.deps, plan, so_far=True)
            raise

    async def _pair(
        self, plan: Plan, index: int, salesforce: SalesforceMerge | None, hubspot: HubSpotMerge | None, gate: Gate
    ) -> None:
        """One loser. Between Salesforce's answer and the HubSpot call stand no request and no disk wait (rule 3)."""
        deps = self.deps
        deps.mark.arm(plan.id, index)
        deps.ledger.append(
            plan.id,
            "intent",
            f"pair:{index}",
            {
                "salesforce": plain(salesforce),
                "hubspot": plain(hubspot),
                "salesforce_now": deps.salesforce.now(),
                "hubspot_now": deps.hubspot.now(),
                "quiet": gate.quiet,
            },
        )
        self._in_time(plan, index, gate)
        if salesforce is not None:
            started = deps.clock()
            answer = await self._salesforce_half(plan, index, salesforce)
            if answer is None:
                await self._finish_pair(plan, index, salesforce, hubspot)
                return
            if hubspot is None:
                self._salesforce_done(plan, index, answer, started, next_sent=False)
                return
            # the request goes out first; the journal is written by another thread while it is in flight
            sent_at = deps.hubspot.now()
            deps.mark.fire(sent_at)
            call = asyncio.ensure_future(self._hubspot_call(hubspot))
            written = asyncio.get_running_loop().run_in_executor(
                None, self._salesforce_done, plan, index, answer, started, True
            )
            results = await asyncio.gather(call, written, return_exceptions=True)
            if isinstance(results[1], BaseException):
                # The disk refused after the commit. The HubSpot half went out all the same; its outcome cannot be
                # written either, so stop here: the next start finds both halves by reading.
                raise results[1]
            outcome = results[0]
        elif hubspot is not None:
            sent_at = deps.hubspot.now()
            deps.mark.fire(sent_at)
            outcome = (await asyncio.gather(self._hubspot_call(hubspot), return_exceptions=True))[0]
        else:
            return
        if isinstance(outcome, HubSpotContact):
            self._hubspot_done(plan, index, outcome)
            return
        if isinstance(outcome, errors.Problem) and not isinstance(outcome, errors.CrmProblem):
            outcome = errors.Unreachable("HubSpot", outcome.happened)
        if not isinstance(outcome, errors.CrmProblem):
            raise outcome
        assert hubspot is not None
        await self._hubspot_half(plan, index, hubspot, outcome, sent_at)

    def _in_time(self, plan: Plan, index: int, gate: Gate) -> None:
        """The last look at the clock, right before the call: nothing has been sent, so the intent is void."""
        if gate.send_before is not None and self.deps.hubspot.now() > gate.send_before:
            self._refused(plan, index, "not sent: the time before the next sync had become too short")
            raise self._later(index, "The time before the next sync had become too short; nothing was sent.")

    def _later(self, index: int, why: str) -> Halt:
        """Before the first commit a plan may simply wait; in a chain the next start of the loop waits for it."""
        return Waits(why) if index == 0 else Retry(why)

    async def _finish_pair(
        self, plan: Plan, index: int, salesforce: SalesforceMerge | None, hubspot: HubSpotMerge | None
    ) -> None:
        """A pair whose intent is on record and whose outcome is not: look first, then act."""
        seen = self.progress(plan).rounds[index]
        if salesforce is not None and not seen.salesforce_done:
            if not await self._salesforce_outcome(plan, salesforce, seen.salesforce_sent_at):
                self.deps.ledger.append(
                    plan.id, "outcome", f"salesforce:{index}", {"ok": False, "found": "not merged, by reading"}
                )
                raise self._refusal(
                    plan, index, "Salesforce never carried out the merge (read 10 minutes after sending)"
                )
            self.deps.ledger.append(
                plan.id,
                "outcome",
                f"salesforce:{index}",
                {"ok": True, "found": "merged, by reading", "hubspot_now": self.deps.hubspot.now()},
            )
        if hubspot is not None and not seen.hubspot_done:
            sent_at = self._left_at(plan, index)
            problem = None if sent_at is None else errors.Unknown("HubSpot", "The HubSpot merge call was cut off.")
            await self._hubspot_half(plan, index, hubspot, problem, sent_at or 0)

    def _left_at(self, plan: Plan, index: int) -> int | None:
        """When the HubSpot call of an interrupted pair left (HubSpot's clock); None when it certainly did not."""
        fired = self.deps.mark.fired(plan.id, index)
        on_record = self.progress(plan).rounds[index].hubspot_sent_at
        if fired is None:
            # never sent by the pair itself; a later attempt writes its own entry before it sends
            later = [
                entry
                for entry in self.deps.ledger.entries(plan.id)
                if entry.kind == "sent" and entry.step == f"hubspot:{index}"
            ]
            return on_record if later else None
        return max(fired, on_record)

    # Salesforce ------------------------------------------------------------------------------------------------
    async def _salesforce_half(self, plan: Plan, index: int, merge: SalesforceMerge) -> SalesforceMergeAnswer | None:
        """The answer of a committed merge; None when the outcome is unknown. Raises Halt after a refusal."""
        for attempt in range(self.deps.timing.lock_tries + 1):
            try:
                answer = await self.deps.salesforce.merge(merge)
            except errors.Unknown as problem:
                self._unknown(plan, f"Salesforce gave no answer to the merge call. {problem.happened}")
                return None
            except errors.Limited as problem:
                self._refused(plan, index, problem.happened)
                if index > 0:
                    raise self._refusal(plan, index, problem.happened) from problem
                raise Waits(f"{problem.happened} Nothing was merged.", patience_s(problem)) from problem
            except errors.CrmProblem as problem:
                self._refused(plan, index, str(problem))
                raise self._refusal(plan, index, problem.happened) from problem
            if answer.success:
                return answer
            locked = answer.code == ROW_LOCKED and attempt < self.deps.timing.lock_tries
            if not locked:
                self._refused(plan, index, f"{answer.code}: {answer.message}")
                raise self._refusal(
                    plan, index, f"Salesforce refused the merge ({answer.code}): {answer.message[:300]}"
                )
            self.deps.note(
                plan.id, "Salesforce reports a locked row; nothing was committed; trying again after a re-read"
            )
            await self.deps.pause(1.0 + attempt)
            try:
                fates = await self.deps.salesforce.fates(merge.object, [merge.loser_id, merge.master_id])
            except errors.Problem as problem:
                self._refused(plan, index, f"row locked, and not readable afterwards: {problem.happened}")
                raise self._later(index, f"The row was locked. {problem.happened} Nothing was merged.") from problem
            if any(row.deleted for row in fates.values()):
                return None
            await self._still_time(plan, index)
        return None

    async def _still_time(self, plan: Plan, index: int) -> None:
        """Seconds have passed since the plan was let through: the window is asked again before a repeated call."""
        approval = self.deps.ledger.approval(plan.id)
        try:
            if approval is not None:
                await window_gate(self.deps, plan, approval)
        except Waits as halt:
            self._refused(plan, index, f"not sent again: {halt}")
            raise self._later(index, str(halt)) from halt

    async def _salesforce_outcome(self, plan: Plan, merge: SalesforceMerge, sent_at: int) -> bool:
        """Reads until it is known whether the merge happened. True merged, False certainly not."""
        while True:
            try:
                fates = await self.deps.salesforce.fates(merge.object, [merge.loser_id, merge.master_id])
            except errors.Problem as problem:
                self._unknown(plan, f"Salesforce cannot be read: {problem.happened}")
            else:
                loser = fates.get(merge.loser_id)
                final = self.deps.salesforce.now() - sent_at >= self.deps.timing.unknown_final_ms
                if loser is None and final:
                    raise Surprised(
                        f"the loser {merge.loser_id} can no longer be read, so nobody can tell whether it was merged. "
                        "Look at both records in Salesforce and HubSpot."
                    )
                if loser is not None and loser.deleted:
                    if loser.master_id == merge.master_id:
                        return True
                    into = f"merged into {loser.master_id}" if loser.master_id else "deleted"
                    raise Surprised(
                        f"the loser {merge.loser_id} was {into} by someone else; nothing more was done. "
                        "Look at both records in Salesforce and HubSpot."
                    )
                if final:
                    return False
                self._unknown(
                    plan,
                    "Salesforce's answer was lost; it shows no merge so far. Reading on for 10 minutes after sending",
                )
            await self.deps.pause()
            self.deps.stop_here(
                StillUnknown("stopped while the outcome in Salesforce was unknown; `mergetui resume` reads on")
            )

    def _salesforce_done(
        self, plan: Plan, index: int, answer: SalesforceMergeAnswer, started: int, next_sent: bool
    ) -> None:
        self.deps.ledger.append(
            plan.id,
            "outcome",
            f"salesforce:{index}",
            {
                "ok": True,
                "ms": self.deps.clock() - started,
                "merged_ids": list(answer.merged_ids),
                "related_ids": list(answer.related_ids),
                "hubspot_now": self.deps.hubspot.now(),
                "hubspot_sent": next_sent,
            },
        )

    def _refused(self, plan: Plan, index: int, why: str) -> None:
        self.deps.ledger.append(plan.id, "outcome", f"salesforce:{index}", {"ok": False, "why": why[:500]})

    def _refusal(self, plan: Plan, index: int, why: str) -> Halt:
        """A definite refusal: harmless before the first commit, a surprise in the middle of a chain."""
        if index == 0:
            return Failed(f"{why}. Nothing was merged in either CRM.")
        return Surprised(f"{why}. {index} of {len(plan.rounds)} losers are merged in both CRMs, the rest is untouched.")

    # HubSpot ---------------------------------------------------------------------------------------------------
    async def _hubspot_call(self, merge: HubSpotMerge) -> HubSpotContact:
        return (await self.deps.hubspot.merge(merge)).contact

    async def _hubspot_half(
        self, plan: Plan, index: int, merge: HubSpotMerge, problem: errors.CrmProblem | None, sent_at: int
    ) -> None:
        """After the Salesforce commit the HubSpot half is pursued before anything else (rule 3), but never sent again
        before a re-read, and after a call of unknown outcome not before 10 minutes have passed (rule 2)."""
        pending = isinstance(problem, errors.Unknown)
        while True:
            if problem is not None:
                if not pending and not try_again(problem):
                    await self._hubspot_refused(plan, index, merge, problem)
                    return
                self._unknown(plan, f"HubSpot: {problem.happened} Reading both contacts")
                await self.deps.pause(wait_s(problem, self.deps.timing.look_s))
                self.deps.stop_here(
                    StillUnknown("stopped while the outcome in HubSpot was unknown; `mergetui resume` reads on")
                )
            try:
                found = await self._look_at_pair(merge)
            except errors.Problem as unreadable:
                # no answer to a read says nothing about the merge: look again, whatever it was
                problem = errors.Unreachable("HubSpot", unreadable.happened)
                continue
            if isinstance(found, HubSpotContact):
                self._hubspot_done(plan, index, found, found_by_reading=True)
                return
            if found == "gone":
                raise Surprised(self._half_done(plan, index, "a HubSpot contact of this plan is no longer live", found))
            if pending and self.deps.hubspot.now() - sent_at < self.deps.timing.unknown_final_ms:
                continue
            sent_at = self.deps.hubspot.now()
            self.deps.ledger.append(plan.id, "sent", f"hubspot:{index}", {"hubspot_now": sent_at, "body": plain(merge)})
            try:
                contact = await self._hubspot_call(merge)
            except errors.CrmProblem as again:
                problem, pending = again, isinstance(again, errors.Unknown)
            except errors.Problem as signed_out:
                # nothing was sent; whoever signs in again lets this loop go on
                problem, pending = errors.Unreachable("HubSpot", signed_out.happened), False
            else:
                self._hubspot_done(plan, index, contact)
                return

    async def _hubspot_refused(self, plan: Plan, index: int, merge: HubSpotMerge, problem: errors.CrmProblem) -> None:
        """HubSpot said no for good: perhaps because it is done already."""
        found: HubSpotContact | Literal["apart", "gone"]
        try:
            found = await self._look_at_pair(merge)
        except errors.CrmProblem:
            found = "apart"
        if not isinstance(found, HubSpotContact):
            raise Surprised(self._half_done(plan, index, f"HubSpot refused the merge: {problem.happened}", found))
        self._hubspot_done(plan, index, found, found_by_reading=True)

    async def _look_at_pair(self, merge: HubSpotMerge) -> HubSpotContact | Literal["apart", "gone"]:
        """GET of both ids: the one contact when merged (old ids are aliases), ``apart`` when both live, or ``gone``."""
        primary, secondary = await asyncio.gather(
            self.deps.hubspot.contact(merge.primary_id), self.deps.hubspot.contact(merge.secondary_id)
        )
        if primary is None or secondary is None:
            return "gone"
        return primary if primary.id == secondary.id else "apart"

    def _hubspot_done(self, plan: Plan, index: int, contact: HubSpotContact, found_by_reading: bool = False) -> None:
        self.deps.ledger.append(
            plan.id,
            "outcome",
            f"hubspot:{index}",
            {
                "ok": True,
                "returned_id": contact.id,
                "updated_at": merged_at(contact) if found_by_reading else contact.updated_at,
                "hubspot_now": self.deps.hubspot.now(),
                "found": "merged, by reading" if found_by_reading else "answered",
            },
        )
        self.deps.ledger.set_returned(plan.id, contact.id)
        self.deps.ledger.set_state(plan.id, "merging", expect={"unknown"})

    def _half_done(self, plan: Plan, index: int, what: str, found: str) -> str:
        if plan.rounds[index].salesforce is None:
            return f"{what}. Nothing was merged in HubSpot. Look at the contacts there, then press R."
        tail = f" {REPAIR}" if found == "gone" else " Merge the two contacts in HubSpot by hand, then press R."
        return f"{what}. Salesforce is merged, HubSpot is not.{tail}"

    # words -----------------------------------------------------------------------------------------------------
    def _unknown(self, plan: Plan, why: str) -> None:
        row = self.deps.ledger.row(plan.id)
        if row.state != "unknown" or row.why != why:
            self.deps.ledger.set_state(plan.id, "unknown", why, expect={"merging", "unknown"})


def merged_at(contact: HubSpotContact) -> int:
    """When a contact that was found merged by reading was merged last (HubSpot's clock).

    ``updatedAt`` may be of a sync that came after the merge; waiting for one later than that could wait for ever.
    ``hs_calculated_merged_vids`` tells each merge's instant as ``id:ms`` (facts/hubspot.md §4).
    """
    told = (entry.partition(":")[2] for entry in (contact.values.get("hs_calculated_merged_vids") or "").split(";"))
    instants = [int(text) for text in told if text.isascii() and text.isdigit()]
    return min(max(instants, default=contact.updated_at), contact.updated_at)


class Retry(Waits):
    """Inside a chain only: this loser was not sent; its turn comes again. Earlier losers are merged."""
