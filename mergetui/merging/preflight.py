"""Everything that can fail is done here, before the first irreversible call (design §4, the safe procedure)."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, replace

from mergetui import errors
from mergetui.merging.bundle import bundle
from mergetui.merging.deps import Deps
from mergetui.merging.halts import Failed, Surprised, Waits
from mergetui.merging.reading import check_orgs, collect
from mergetui.planning.plan import blocked, changes, loser_changes, make_plan, needs_tick
from mergetui.records.codec import plain
from mergetui.records.plan import Approval, Plan
from mergetui.records.review import Dossier
from mergetui.sync.window import fits

UNKNOWN_WINDOW = "window-unknown"
"""Id of the acknowledgement that lets a plan with delete risk start although no poll has been seen."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The window let a plan through. ``send_before`` is the latest instant (HubSpot's clock) at which the Salesforce
    call may leave: a slow disk or a suspended computer may not carry it into the next poll. None: no limit."""

    quiet: bool
    """The last observed poll had been quiet: a poll seen from now on began after the merge."""
    send_before: int | None


@dataclass(frozen=True, slots=True)
class Clearance:
    """Proof that a plan passed preflight: fresh read, same digest, snapshot on disk, confirmation, window.

    Made only by ``preflight``; ``Procedure`` takes no plan without one.
    """

    plan: Plan
    approval: Approval
    snapshot: str
    gate: Gate


async def window_gate(deps: Deps, plan: Plan, approval: Approval, *, fresh: bool = True) -> Gate:
    """Raises Waits when the window does not fit."""
    window = await deps.window.look(fresh=fresh)
    fine, why = fits(window, deps.hubspot.now(), plan.estimated_ms)
    if not plan.delete_risk:
        return Gate(fine, None)
    if fine and window.next_poll_from is not None:
        return Gate(True, window.next_poll_from - plan.estimated_ms)
    if not window.known and UNKNOWN_WINDOW in approval.acknowledged:
        return Gate(False, None)
    raise Waits(why)


def check_approval(deps: Deps, plan: Plan) -> Approval:
    """The typed confirmation on record, if it is of this plan, complete and not too old. Raises Failed."""
    approval = deps.ledger.approval(plan.id)
    if approval is None or approval.digest != plan.digest:
        raise Failed("there is no confirmation of exactly this plan; nothing was merged. Review it again.")
    if deps.clock() - approval.at > deps.timing.approval_ms or approval.at > deps.clock() + 60_000:
        raise Failed("the confirmation is older than 24 hours and void; nothing was merged. Confirm it again.")
    if blocked(plan.checks):
        raise Failed("a check blocks this plan; nothing was merged. Review it again.")
    missing = [check.what for check in needs_tick(plan.checks) if check.id not in approval.acknowledged]
    if missing:
        raise Failed(f"not acknowledged: {'; '.join(missing)}. Nothing was merged. Confirm it again.")
    return approval


def check_pair(pair: dict[str, str] | None, org_id: str, portal_id: str) -> None:
    """Design rule 10: full-copy sandboxes share record ids, so equal ids prove nothing. A person has typed both names
    (`mergetui pair`). Raises errors.WrongOrg."""
    if pair is None or (pair.get("salesforce"), pair.get("hubspot")) != (org_id, portal_id):
        raise errors.WrongOrg(
            "Nobody has confirmed that this Salesforce org and this HubSpot portal belong together.",
            "Nothing was merged.",
            "Run `mergetui pair` and type both names.",
        )


async def preflight(deps: Deps, plan: Plan) -> Clearance:
    """Raises Failed, Waits or errors.Problem; nothing irreversible has happened then, except that consent may have
    been tightened."""
    if deps.read_only:
        raise Failed("mergetui runs read-only; nothing was merged.")
    approval = check_approval(deps, plan)
    started = deps.clock()
    # the identities prove, anew for every plan, that both tokens belong to the pinned pair of orgs (rule 10)
    org, portal = await asyncio.gather(deps.salesforce.identity(), deps.hubspot.identity())
    check_orgs(org, portal, deps.ledger.setting("pins"))
    if (org.id, portal.id) != (plan.salesforce_org_id, plan.hubspot_portal_id):
        raise errors.WrongOrg(
            "The plan was made for another pair of orgs.",
            "Nothing was merged.",
            "Pull, match and review the set again.",
        )
    check_pair(deps.ledger.setting("pair"), org.id, portal.id)
    await still_declared(deps, plan)
    await window_gate(deps, plan, approval)
    left = await deps.salesforce.api_left()
    if left is not None and left < 0.02:
        raise Waits("fewer than 2 % of the daily Salesforce calls are left; waiting for the allowance to renew", 300.0)
    dossier = await fresh_dossier(deps, plan)
    try:
        now = make_plan(dossier, plan.choices, deps.rules, plan_id=plan.id, at=deps.clock())
    except ValueError as error:
        raise Failed("the people of this set are no longer the confirmed ones. Nothing was merged.") from error
    if now.digest != plan.digest:
        what = ", ".join(changes(plan, now)) or "something bound by the confirmation"
        raise Failed(f"changed since the confirmation: {what}. Nothing was merged. Review it again.")
    deps.ledger.append(
        plan.id, "outcome", "preflight", {"ok": True, "ms": deps.clock() - started, "digest": now.digest}
    )
    await tighten(deps, plan)
    snapshot = take_snapshot(deps, plan, dossier)
    deps.ledger.set_snapshot(plan.id, snapshot)
    await asyncio.gather(
        deps.salesforce.ready(min_life_s=deps.timing.token_life_s),
        deps.hubspot.ready(min_life_s=deps.timing.token_life_s),
    )
    return Clearance(plan, approval, snapshot, await window_gate(deps, plan, approval))


async def still_declared(deps: Deps, plan: Plan) -> None:
    """A plan that was confirmed while *Do nothing* was declared waits when that word has ended: it may be given again.

    Raises Waits. The switches themselves are bound by the digest.
    """
    confirmed = {name for name, value in json.loads(plan.bound.get("delete switches", "[]")) if value == "off"}
    objects = {entry.salesforce.object for entry in plan.rounds if entry.salesforce and entry.hubspot}
    if not confirmed & objects:
        return
    await deps.contradiction()
    for switch in deps.settings().deletes:
        if switch.object in confirmed & objects and switch.value != "off":
            raise Waits(
                f"Deleting {switch.object.lower()}s is no longer known to be off: {switch.evidence}. Look at the "
                "switch in HubSpot, then say it again with `mergetui settings declare`; or review the set again.",
                30.0,
            )


async def fresh_dossier(deps: Deps, plan: Plan) -> Dossier:
    persons = deps.persons(plan.member_keys)
    if len(persons) != len(plan.member_keys):
        raise Failed("a member of this set is no longer known. Nothing was merged. Pull, match and review it again.")
    return await collect(plan.set_id, persons, deps.salesforce, deps.hubspot, deps.schema, deps.settings(), whole=True)


async def tighten(deps: Deps, plan: Plan) -> None:
    """Consent first, one address at a time (rule 7). A failure stops the plan before anything is merged."""
    if not plan.consent:
        return
    deps.ledger.append(plan.id, "intent", "consent", {"unsubscribe": [plain(entry) for entry in plan.consent]})
    for entry in plan.consent:
        await deps.hubspot.unsubscribe(entry.address, entry.subscription_id)
    deps.ledger.append(plan.id, "outcome", "consent", {"ok": True, "count": len(plan.consent)})


def take_snapshot(deps: Deps, plan: Plan, dossier: Dossier, step: str = "snapshot") -> str:
    """Written and fsynced before the irreversible step; returns its name."""
    started = deps.clock()
    name = deps.snapshots.write(bundle(plan, dossier, started))
    deps.ledger.append(plan.id, "outcome", step, {"ok": True, "name": name, "ms": deps.clock() - started})
    return name


def still_confirmed(deps: Deps, plan: Plan, index: int) -> None:
    """Raises Surprised when the confirmation has aged out while a chain was under way."""
    try:
        check_approval(deps, plan)
    except Failed as halt:
        why = str(halt).partition(";")[0]
        raise Surprised(f"{why}. {_so_far(plan, index)}: pull, match and review them again.") from halt


def _so_far(plan: Plan, index: int) -> str:
    return f"{index} of {len(plan.rounds)} losers are merged, the rest is untouched"


async def next_loser(deps: Deps, plan: Plan, index: int, returned_id: str | None) -> None:
    """Before each further loser of a chain: fresh read of that loser, what was confirmed of it, its own snapshot.

    Between two losers a quarter of an hour may pass, after a crash days. Raises Surprised when the rest of the chain
    may not go on as confirmed; what is merged stays merged.
    """
    done = _so_far(plan, index)
    await still_declared(deps, plan)
    loser = plan.rounds[index].loser_key
    persons = deps.persons((plan.master_key, loser))
    if len(persons) != 2:
        raise Surprised(f"a member of this set is no longer known. {done}.")
    persons[0] = replace(persons[0], hubspot_id=returned_id or persons[0].hubspot_id)
    dossier = await collect(
        plan.set_id, persons, deps.salesforce, deps.hubspot, deps.schema, deps.settings(), whole=True
    )
    master, waiting = dossier.members
    changed = loser_changes(plan, waiting, dossier, deps.rules)
    if changed:
        raise Surprised(f"changed since the confirmation: {', '.join(changed)}. {done}: review them again.")
    record = master.salesforce
    if plan.expected.salesforce_id is not None and (record is None or record.deleted):
        raise Surprised(f"the master is no longer alive in Salesforce. {done}.")
    if returned_id is not None and (master.hubspot is None or master.hubspot.archived):
        raise Surprised(f"the survivor is no longer alive in HubSpot. {done}.")
    own = {one.hubspot.id for one in dossier.members if one.hubspot}
    elsewhere = [
        holder.hubspot_id
        for holder in (*dossier.holders, *dossier.outside)
        if holder.hubspot_id not in own or holder in dossier.outside
    ]
    if elsewhere:
        raise Surprised(f"HubSpot contact {elsewhere[0]} is tied to these records from outside the set. {done}.")
    take_snapshot(deps, plan, dossier, f"snapshot:{index}")
    await asyncio.gather(
        deps.salesforce.ready(min_life_s=deps.timing.token_life_s),
        deps.hubspot.ready(min_life_s=deps.timing.token_life_s),
    )
