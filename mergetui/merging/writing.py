"""After the merges: chosen values onto the returned id, the chosen e-mail made primary, the touch.

All of it may be repeated safely, after a crash too: these calls set values, they do not add.
"""

from __future__ import annotations

from mergetui import errors
from mergetui.merging.deps import Deps
from mergetui.merging.halts import StillUnknown, Surprised
from mergetui.merging.patience import try_again, wait_s
from mergetui.merging.progress import read_progress
from mergetui.planning.values import same
from mergetui.records.crm import HubSpotContact, SalesforceObject
from mergetui.records.plan import MakePrimaryEmail, Plan


async def write_values(deps: Deps, plan: Plan, *, so_far: bool = False) -> None:
    """Chosen values onto the returned id, chosen e-mail made primary, touch. Each may be repeated safely: they
    set values, they do not add. Raises Surprised when a CRM refuses one for good.

    ``so_far``: a chain stops early. The values are written and stay to be written again after its last merge, which
    may fill a chosen blank anew (T22b); the addresses are left alone, the chosen one may be a later loser's.
    """
    progress = read_progress(plan, deps.ledger.entries(plan.id))
    target = progress.returned_id or (plan.expected.old_hubspot_ids[0] if plan.expected.old_hubspot_ids else None)
    if progress.returned_id is not None:
        # once more: a run may have been cut off between the journal's line and this column
        deps.ledger.set_returned(plan.id, progress.returned_id)
    if "values" not in progress.done:
        started = deps.clock()
        if plan.write is not None and target is not None:
            deps.ledger.append(plan.id, "intent", "values", {"id": target, "values": dict(plan.write.values)})
            await _write_hubspot(deps, plan, target, dict(plan.write.values))
        step = "values so far" if so_far else "values"
        deps.ledger.append(plan.id, "outcome", step, {"ok": True, "ms": deps.clock() - started})
    if so_far:
        return
    if plan.company is not None and "company" not in progress.done and target is not None:
        refused = await _make_primary_company(deps, plan, target, plan.company.company_id)
        deps.ledger.append(plan.id, "outcome", "company", {"ok": not refused, "why": refused})
    if plan.email is not None and "email" not in progress.done:
        await _make_primary(deps, plan, plan.email, target)
        deps.ledger.append(plan.id, "outcome", "email", {"ok": True})
    if plan.touch is not None and "touch" not in progress.done:
        touch = plan.touch
        deps.ledger.append(plan.id, "intent", "touch", {"field": touch.field})
        await _write_salesforce(deps, plan, touch.object, touch.salesforce_id, {touch.field: touch.value})
        deps.ledger.append(plan.id, "outcome", "touch", {"ok": True})


async def _make_primary_company(deps: Deps, plan: Plan, target: str, company_id: str) -> str:
    """Empty when done; else why HubSpot refused. Merging needs no right on companies, so its lack pauses nothing."""
    deps.ledger.append(plan.id, "intent", "company", {"id": company_id})
    while True:
        try:
            await deps.hubspot.make_primary_company(target, company_id)
            return ""
        except errors.CrmProblem as problem:
            if not (try_again(problem) or isinstance(problem, errors.Unknown)):
                return problem.happened
            deps.note(plan.id, f"HubSpot: {problem.happened} The primary company is sent again")
            await _before_again(deps, plan, problem)


async def _make_primary(deps: Deps, plan: Plan, email: MakePrimaryEmail, target: str | None) -> None:
    """HubSpot first: there the address may belong to the merged contact only after its merge (T19, row 21)."""
    deps.ledger.append(plan.id, "intent", "email", {"address": email.address})
    if target is not None:
        await _write_hubspot(deps, plan, target, {"email": email.address})
    if email.object is not None and email.salesforce_id is not None:
        await _write_salesforce(deps, plan, email.object, email.salesforce_id, {"Email": email.address})


async def _write_hubspot(deps: Deps, plan: Plan, target: str, values: dict[str, str]) -> None:
    while True:
        try:
            await deps.hubspot.update(target, values)
            return
        except errors.CrmProblem as problem:
            if not (try_again(problem) or isinstance(problem, errors.Unknown)):
                raise _unwritten(problem) from problem
            deps.note(plan.id, f"HubSpot: {problem.happened} The values are sent again")
            await _before_again(deps, plan, problem)
        held = await _held(deps, target, list(values))
        if held is not None and all(same(held.values.get(name), wanted) for name, wanted in values.items()):
            return


async def _held(deps: Deps, target: str, names: list[str]) -> HubSpotContact | None:
    try:
        return await deps.hubspot.contact(target, names)
    except errors.Problem:
        return None


async def _write_salesforce(
    deps: Deps, plan: Plan, name: SalesforceObject, record_id: str, values: dict[str, str]
) -> None:
    while True:
        try:
            await deps.salesforce.update(name, record_id, values)
            return
        except errors.CrmProblem as problem:
            if not (try_again(problem) or isinstance(problem, errors.Unknown)):
                raise _unwritten(problem) from problem
            deps.note(plan.id, f"Salesforce: {problem.happened} The values are sent again")
            await _before_again(deps, plan, problem)


async def _before_again(deps: Deps, plan: Plan, problem: errors.CrmProblem) -> None:
    await deps.pause(wait_s(problem, deps.timing.look_s))
    deps.stop_here(StillUnknown("stopped before all chosen values were written; `mergetui resume` writes them"))


def _unwritten(problem: errors.CrmProblem) -> Surprised:
    return Surprised(
        f"both CRMs are merged, but the chosen values were refused: {problem.happened}. "
        "Correct the value or the rule in the CRM, then press R to send them again."
    )
