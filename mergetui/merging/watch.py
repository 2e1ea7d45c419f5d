"""From *values written* to *linked* to *settled*: reads until the sync has passed, then compares with the plan."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from mergetui import errors
from mergetui.merging.deps import Deps
from mergetui.merging.halts import StillUnknown, Surprised
from mergetui.merging.progress import Progress, read_progress
from mergetui.merging.reading import live_holders, live_owners
from mergetui.merging.verify import Difference, compare, is_linked, unforeseen
from mergetui.planning.forecast import facts_of
from mergetui.records.crm import HubSpotContact, SalesforceRecord
from mergetui.records.plan import Plan
from mergetui.sync.window import began_after

T = TypeVar("T")


class Watch:
    """Waits for the sync of plans that are merged. Writes nothing to a CRM."""

    def __init__(self, deps: Deps) -> None:
        self.deps = deps

    async def until_settled(self, plan: Plan) -> None:
        """Moves the plan to *linked* and *settled*. Raises Surprised, or StillUnknown when asked to stop."""
        progress = read_progress(plan, self.deps.ledger.entries(plan.id))
        target = progress.returned_id or (plan.expected.old_hubspot_ids[0] if plan.expected.old_hubspot_ids else None)
        if "linked" not in progress.done:
            await self._linked(plan, progress, target)
            self.deps.ledger.append(
                plan.id, "outcome", "linked", {"ok": True, "ms": max(0, self.deps.hubspot.now() - progress.merged_at)}
            )
        self.deps.ledger.set_state(plan.id, "linked", expect={"merging", "unknown"})
        how = await self._poll_passed(progress)
        differences = await self._compare(plan, target)
        surprises = [entry.sentence for entry in differences if entry.grade == "surprise"]
        reports = [entry.sentence for entry in differences if entry.grade == "report"]
        self.deps.ledger.append(
            plan.id,
            "outcome",
            "settled",
            {"ok": not surprises, "how": how, "surprises": surprises, "reports": reports},
        )
        if surprises:
            raise Surprised("; ".join(surprises))
        self.deps.ledger.set_state(plan.id, "settled", "; ".join([how, *reports]), expect={"linked"})

    async def _linked(self, plan: Plan, progress: Progress, target: str | None) -> None:
        """Without a HubSpot side, or without a Salesforce side, there is no link to wait for."""
        if target is None or plan.expected.salesforce_id is None:
            return
        names = ["salesforcecontactid", "salesforceleadid", "salesforcelastsynctime"]
        while True:
            contact = await self._read(lambda: self.deps.hubspot.contact(target, names))
            if is_linked(plan.expected, contact, progress.merged_at):
                return
            if contact is None and await self._read(lambda: self.deps.hubspot.archived(target)) is not None:
                raise Surprised("the surviving HubSpot contact was archived; restore it in HubSpot, then press R")
            if self.deps.hubspot.now() - progress.merged_at > self.deps.timing.give_up_ms:
                raise Surprised(
                    "no sync has touched the survivor for 35 minutes; the integration may be paused, suspended or in "
                    "error. Open the contact's Salesforce card in HubSpot, press Resync, then press R"
                )
            await self._again("stopped while waiting for the sync; `mergetui resume` waits on")

    async def _poll_passed(self, progress: Progress) -> str:
        """Until a poll that certainly began after the last Salesforce commit has been quiet for a while."""
        while True:
            try:
                await self.deps.window.look()
            except errors.Problem as problem:
                self.deps.doing(problem.happened)
            now = self.deps.hubspot.now()
            poll = began_after(self.deps.window.polls, progress.committed_at, quiet_before=progress.quiet)
            if poll is not None and now - poll.last_at >= self.deps.timing.settle_quiet_ms:
                return f"read again after the sync that began {(poll.first_at - progress.committed_at) // 1000} s later"
            if now - progress.committed_at >= self.deps.timing.give_up_ms:
                return "read again after 35 minutes without a visible sync"
            await self._again("stopped while waiting for the next sync; `mergetui resume` waits on")

    async def _compare(self, plan: Plan, target: str | None) -> tuple[Difference, ...]:
        """Reads twice when the first look differs: a pass may be writing just now."""
        first = await self._look(plan, target)
        if not any(entry.grade == "surprise" for entry in first):
            return first
        await self.deps.pause(min(5.0, self.deps.timing.look_s * 2))
        return await self._look(plan, target)

    async def _look(self, plan: Plan, target: str | None) -> tuple[Difference, ...]:
        expected, salesforce, hubspot = plan.expected, self.deps.salesforce, self.deps.hubspot
        unset = company_not_set(plan, read_progress(plan, self.deps.ledger.entries(plan.id)))
        if unset:
            expected = replace(expected, primary_company="")
        record: SalesforceRecord | None = None
        dead: dict[str, SalesforceRecord] = {}
        holders: list[HubSpotContact] = []
        name, master_id = expected.object, expected.salesforce_id
        if name is not None and master_id is not None:
            fields = self.deps.schema.salesforce[name]
            record = (await self._read(lambda: salesforce.records(name, [master_id], fields))).get(master_id)
            if expected.dead_salesforce_ids:
                dead = await self._read(lambda: salesforce.fates(name, expected.dead_salesforce_ids))
                holders = await self._read(lambda: live_holders(hubspot, expected.dead_salesforce_ids))
        contact = extras = None
        if target is not None:
            contact = await self._read(
                lambda: hubspot.contact(target, [info.name for info in self.deps.schema.hubspot])
            )
            if contact is not None:
                extras = (await self._read(lambda: hubspot.extras([contact.id]))).get(contact.id)
        owners = await self._read(lambda: live_owners(hubspot, expected.addresses)) if expected.addresses else {}
        found = compare(expected, record, contact, extras, dead, holders, owners)
        return (*found, *unset, *unforeseen(plan, facts_of(expected, record, contact, extras)))

    async def _read(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Reads until it succeeds: a CRM that cannot be read just now is no reason to give up waiting."""
        while True:
            try:
                return await ask()
            except errors.NotSignedIn:
                raise
            except errors.Problem as problem:
                self.deps.doing(problem.happened)
            await self._again("stopped while a CRM could not be read; `mergetui resume` waits on")

    async def _again(self, told: str) -> None:
        await self.deps.pause()
        if self.deps.stopping.is_set():
            raise StillUnknown(told)


def company_not_set(plan: Plan, progress: Progress) -> tuple[Difference, ...]:
    """The chosen primary company, when HubSpot refused to mark it: told, for a person to do."""
    if plan.company is None or "company" in progress.done:
        return ()
    told = f"HubSpot refused to make company {plan.company.company_id} the primary one; choose it there by hand"
    return (Difference("report", told),)
