"""The confirmation: what is said, what must be ticked and typed, and the approval that comes of it."""

from __future__ import annotations

import getpass
import hashlib
from collections.abc import Sequence

from mergetui import errors
from mergetui.merging.preflight import UNKNOWN_WINDOW
from mergetui.planning.people import short_id
from mergetui.planning.plan import needs_tick
from mergetui.records.clock import Clock
from mergetui.records.plan import Approval, Plan
from mergetui.records.sync import SyncWindow
from mergetui.records.views import CheckView, ConfirmationView
from mergetui.store import Ledger


def confirmation(plans: Sequence[Plan], window: SyncWindow | None) -> ConfirmationView:
    """What the dialog says about one plan, or about a batch: every loss by name."""
    one = plans[0] if len(plans) == 1 else None
    warnings = [
        CheckView(f"{plan.id}/{check.id}", check.severity, _named(one, plan, check.what), check.why, check.todo)
        for plan in plans
        for check in needs_tick(plan.checks)
    ]
    if (window is None or not window.known) and any(plan.delete_risk for plan in plans):
        for plan in plans:
            if plan.delete_risk:
                warnings.append(
                    CheckView(
                        f"{plan.id}/{UNKNOWN_WINDOW}",
                        "acknowledge",
                        _named(one, plan, "No sync has been seen lately: the next one may be now"),
                        "If it falls between the two merges, a loser's HubSpot contact may be archived. "
                        "With this tick the merge does not wait for a sync that can be seen.",
                        "Wait a quarter of an hour, or set Deleting Contacts to Do nothing in HubSpot.",
                    )
                )
    return ConfirmationView(
        plan_ids=tuple(plan.id for plan in plans),
        digest=_digest(plans),
        heading="This cannot be undone" if one else f"These {len(plans)} merges cannot be undone",
        sections=_sections(one) if one else _batch_sections(plans),
        losses=tuple(_named(one, plan, loss) for plan in plans for loss in plan.losses),
        warnings=tuple(warnings),
        word="merge" if one else f"merge {len(plans)}",
    )


def confirm(
    view: ConfirmationView, ticked: Sequence[str], typed: str, ledger: Ledger, clock: Clock
) -> tuple[Plan, ...]:
    """Approve the plans of a confirmation. Raises Problem, and approves none, when anything does not fit."""
    if typed.strip() != view.word:
        raise errors.Problem(f"The word to type is “{view.word}”.", "Nothing was approved.", "")
    missing = [warning.what for warning in view.warnings if warning.id not in ticked]
    if missing:
        raise errors.Problem(f"Not acknowledged: {missing[0]}.", "Nothing was approved.", "Tick it with space.")
    plans = tuple(ledger.plan(plan_id) for plan_id in view.plan_ids)
    if _digest(plans) != view.digest:
        raise errors.Problem(
            "A plan changed after it was shown.",
            "Nothing was approved.",
            "Open the confirmation again and read it anew.",
        )
    now, person = clock(), _person()
    approvals = []
    for plan in plans:
        acknowledged = tuple(
            warning.id.partition("/")[2] for warning in view.warnings if warning.id.startswith(f"{plan.id}/")
        )
        approvals.append(Approval(plan.id, plan.digest, acknowledged, typed.strip(), now, person))
    ledger.approve(approvals)
    return plans


def _sections(plan: Plan) -> tuple[tuple[str, str], ...]:
    expected = plan.expected
    found: list[tuple[str, str]] = []
    merges = [entry.salesforce for entry in plan.rounds if entry.salesforce is not None]
    if merges:
        first = merges[0]
        names = ", ".join(short_id(merge.loser_id) for merge in merges)
        changed = [_label(plan, name) for name in (*first.values, *first.nulls)]
        count = f"{len(changed)} value{' changes' if len(changed) == 1 else 's change'}"
        values = (
            f" {count}: {', '.join(changed[:8])}{' …' if len(changed) > 8 else ''}."
            if changed
            else " No value changes."
        )
        found.append(
            (
                "Salesforce",
                f"{first.object} {names} {'is' if len(merges) == 1 else 'are'} merged into {short_id(first.master_id)}"
                f" “{plan.title.partition(' · ')[0]}”"
                f" and {'leaves' if len(merges) == 1 else 'leave'} for the recycle bin (15 days).{values}",
            )
        )
    contacts = [entry.hubspot for entry in plan.rounds if entry.hubspot is not None]
    if contacts:
        names = ", ".join(merge.secondary_id for merge in contacts)
        text = (
            f"Contact {names} {'is' if len(contacts) == 1 else 'are'} merged into {contacts[0].primary_id};"
            " the result has a new id. The other addresses become additional ones. HubSpot cannot split them again."
        )
        if plan.consent:
            text += f" First {len(plan.consent)} subscriptions are unsubscribed, as at the person's other address."
        found.append(("HubSpot", text))
    elif expected.old_hubspot_ids:
        found.append(("HubSpot", f"No merge is needed there; contact {expected.old_hubspot_ids[0]} stays."))
    if plan.email is not None:
        found.append(("E-mail", "Another address becomes the primary one, in HubSpot and then in Salesforce."))
    if plan.forecast is not None:
        if plan.forecast.alone:
            found.append(("Salesforce alone", f"Would do this to HubSpot: {' '.join(plan.forecast.alone)}"))
        if plan.forecast.worst:
            found.append(("Not certain", " ".join(plan.forecast.worst)))
    found.append(
        (
            "Snapshot",
            "Written first. It could bring back the losers' rows and values in Salesforce. It could not bring back: the"
            " separate HubSpot contacts and timelines, the dates of campaign memberships.",
        )
    )
    return tuple(found)


def _label(plan: Plan, field: str) -> str:
    """What people call a Salesforce field: the plan's bound rows are named ``Label (sf:Field)``."""
    mark = f" (sf:{field})"
    return next((name.removesuffix(mark) for name in plan.bound if name.endswith(mark)), field)


def _batch_sections(plans: Sequence[Plan]) -> tuple[tuple[str, str], ...]:
    rows = sum(1 for plan in plans for entry in plan.rounds if entry.salesforce)
    contacts = sum(1 for plan in plans for entry in plan.rounds if entry.hubspot)
    return (
        ("Salesforce", f"{rows} rows are merged away and leave for the recycle bin (15 days)."),
        ("HubSpot", f"{contacts} contacts are merged away. HubSpot cannot split them again."),
        (
            "Snapshot",
            "One is written before each merge. It could bring back the losers' rows and values in Salesforce; not the"
            " separate HubSpot contacts and timelines, nor the dates of campaign memberships.",
        ),
        *((f"{number}. {plan.title}", _who_stays(plan)) for number, plan in enumerate(plans, 1)),
    )


def _who_stays(plan: Plan) -> str:
    """``Contact 003…B7 into 003…A1; HubSpot 90377 into 90211; 2 values change. After the sync: …``."""
    merges = [entry.salesforce for entry in plan.rounds if entry.salesforce is not None]
    contacts = [entry.hubspot for entry in plan.rounds if entry.hubspot is not None]
    said = []
    if merges:
        names = ", ".join(short_id(merge.loser_id) for merge in merges)
        said.append(f"{merges[0].object} {names} into {short_id(merges[0].master_id)}")
        changed = len(merges[0].values) + len(merges[0].nulls)
        if changed:
            said.append(f"{changed} value{' changes' if changed == 1 else 's change'}")
    if contacts:
        names = ", ".join(merge.secondary_id for merge in contacts)
        said.append(f"HubSpot contact {names} into {contacts[0].primary_id}")
    elif plan.expected.old_hubspot_ids:
        said.append(f"HubSpot contact {plan.expected.old_hubspot_ids[0]} stays")
    return "; ".join(said) + "."


def _named(one: Plan | None, plan: Plan, text: str) -> str:
    return text if one is not None else f"{plan.title}: {text}"


def _digest(plans: Sequence[Plan]) -> str:
    if len(plans) == 1:
        return plans[0].digest
    return hashlib.sha256(" ".join(f"{plan.id}:{plan.digest}" for plan in plans).encode()).hexdigest()


def _person() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
