"""From a dossier and a reviewer's choices to a plan: the steps, the expected end state and the digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from mergetui.planning.checks import OPT_OUT_SUBSCRIPTIONS, Case, differing_subscriptions, run_checks
from mergetui.planning.losses import losses
from mergetui.planning.people import (
    losers,
    member_addresses,
    member_email,
    member_name,
    the_master,
)
from mergetui.planning.rows import COMPANY_ROW, differs, rows
from mergetui.planning.rules import Rules
from mergetui.planning.survivorship import finals
from mergetui.planning.values import addresses, blank, link_ids, same
from mergetui.records.codec import to_json
from mergetui.records.crm import Value
from mergetui.records.crm import as_text as text
from mergetui.records.plan import (
    Check,
    Choices,
    Expected,
    HubSpotMerge,
    MakePrimaryCompany,
    MakePrimaryEmail,
    Plan,
    Round,
    SalesforceMerge,
    TightenConsent,
    Touch,
    WriteValues,
)
from mergetui.records.review import Dossier, Member, Row

ROUND_MS = 700
"""A careful guess of one round's duration before any was measured: two calls and their latencies."""


def make_plan(dossier: Dossier, choices: Choices, rules: Rules, *, plan_id: str, at: int) -> Plan:
    """The plan for these choices. ``at`` is the local instant of making, for people only.

    Raises ValueError when a chosen value cannot be written at all. A plan may carry blocking checks; it is the
    caller's duty not to let such a plan be staged (``blocked``).
    """
    master, lost = the_master(dossier, choices), losers(dossier, choices)
    all_rows = rows(dossier, without=rules.touch_field)
    final = finals(dossier, all_rows, choices)
    case = Case(dossier, choices, all_rows, final, rules)
    checks = run_checks(case)
    consent = tuple(TightenConsent(*entry) for entry in differing_subscriptions(dossier))
    rounds = _rounds(master, lost, all_rows, final)
    write = _write(dossier, master, all_rows, final, rounds)
    email = _email(master, all_rows, final, rounds)
    company = _company(master, all_rows, final, rounds)
    touch = _touch(master, rules, at)
    expected = _expected(dossier, choices, all_rows, final, consent)
    bound = _bound(dossier, choices, all_rows, final, checks, consent, rounds, write, email, company)
    return Plan(
        id=plan_id,
        set_id=dossier.set_id,
        title=" · ".join(dict.fromkeys(member_name(member) for member in (master, *lost))),
        digest=hashlib.sha256(to_json(bound).encode("utf-8", "surrogatepass")).hexdigest(),
        master_key=master.key,
        member_keys=tuple(member.key for member in dossier.members),
        choices=choices,
        consent=consent,
        rounds=rounds,
        write=write,
        email=email,
        company=company,
        touch=touch,
        expected=expected,
        checks=checks,
        losses=losses(dossier, choices, all_rows, final),
        delete_risk=_delete_risk(dossier, lost),
        salesforce_org_id=dossier.salesforce_org.id,
        hubspot_portal_id=dossier.hubspot_org.id,
        made_at=at,
        bound=bound,
        estimated_ms=1500 + ROUND_MS * len(rounds),
    )


def blocked(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.severity == "blocks")


def needs_tick(checks: tuple[Check, ...]) -> tuple[Check, ...]:
    return tuple(check for check in checks if check.severity == "acknowledge")


def changes(before: Plan, now: Plan) -> tuple[str, ...]:
    """What the digest covers and is no longer the same, in words, at most a dozen."""
    names = sorted(set(before.bound) | set(now.bound))
    changed = [name for name in names if before.bound.get(name) != now.bound.get(name)]
    return tuple(changed[:12])


def _rounds(
    master: Member, lost: tuple[Member, ...], all_rows: tuple[Row, ...], final: Mapping[str, Value]
) -> tuple[Round, ...]:
    values, nulls = _salesforce_changes(master, all_rows, final)
    made: list[Round] = []
    first = True
    merged: set[str] = {master.hubspot.id} if master.hubspot else set()
    # Salesforce is the half most likely to refuse (rule 3): losers that have it go first, HubSpot-only ones last
    for loser in sorted(lost, key=lambda member: member.salesforce is None):
        salesforce = hubspot = None
        if master.salesforce and loser.salesforce and master.salesforce.object == loser.salesforce.object:
            salesforce = SalesforceMerge(
                object=master.salesforce.object,
                master_id=master.salesforce.id,
                loser_id=loser.salesforce.id,
                values=values if first else {},
                nulls=nulls if first else (),
            )
            first = False
        if master.hubspot and loser.hubspot and loser.hubspot.id not in merged:
            hubspot = HubSpotMerge(primary_id=master.hubspot.id, secondary_id=loser.hubspot.id)
            merged.add(loser.hubspot.id)
        if salesforce or hubspot:
            made.append(Round(loser.key, salesforce, hubspot))
    return tuple(made)


def _salesforce_changes(
    master: Member, all_rows: tuple[Row, ...], final: Mapping[str, Value]
) -> tuple[dict[str, Value], tuple[str, ...]]:
    """Chosen values that differ from the master's own; the e-mail never travels in the merge."""
    values: dict[str, Value] = {}
    nulls: list[str] = []
    if master.salesforce is None:
        return values, ()
    for row in all_rows:
        if row.salesforce is None or row.key not in final or row.salesforce.name == "Email":
            continue
        name, wanted = row.salesforce.name, final[row.key]
        if same(wanted, master.salesforce.values.get(name)):
            continue
        if blank(wanted):
            nulls.append(name)
        else:
            values[name] = wanted
    return values, tuple(nulls)


def _write(
    dossier: Dossier, master: Member, all_rows: tuple[Row, ...], final: Mapping[str, Value], rounds: tuple[Round, ...]
) -> WriteValues | None:
    """All chosen values that HubSpot might hold differently after its merge; blanks as the empty text (T22b)."""
    if master.hubspot is None:
        return None
    taking_part = [member.hubspot for member in dossier.members if member.hubspot]
    values: dict[str, str] = {}
    for row in all_rows:
        info = row.hubspot
        if info is None or row.key not in final or not info.writable or info.name == "email":
            continue
        wanted = text(final[row.key])
        if any(not same(contact.values.get(info.name), wanted) for contact in taking_part):
            values[info.name] = wanted
    return WriteValues(values) if values else None


def _email(
    master: Member, all_rows: tuple[Row, ...], final: Mapping[str, Value], rounds: tuple[Round, ...]
) -> MakePrimaryEmail | None:
    wanted = _final_email(all_rows, final)
    if not wanted or same(wanted.lower(), member_email(master).lower()):
        hubspot = master.hubspot.values.get("email") if master.hubspot else None
        if not wanted or hubspot is None or same(hubspot.lower(), wanted.lower()):
            return None
    record = master.salesforce
    return MakePrimaryEmail(wanted, record.object if record else None, record.id if record else None)


def _company(
    master: Member, all_rows: tuple[Row, ...], final: Mapping[str, Value], rounds: tuple[Round, ...]
) -> MakePrimaryCompany | None:
    """HubSpot keeps the primary contact's primary company, or takes the secondary's when it has none."""
    wanted = text(final.get(COMPANY_ROW))
    if not wanted or master.hubspot is None or not any(entry.hubspot for entry in rounds):
        return None
    own = master.hubspot.values.get("associatedcompanyid") or ""
    companies = {value.hubspot for row in all_rows if row.key == COMPANY_ROW for value in row.values if value.hubspot}
    by_itself = same(own, wanted) or (not own and companies == {wanted})
    return None if by_itself else MakePrimaryCompany(wanted)


def _final_email(all_rows: tuple[Row, ...], final: Mapping[str, Value]) -> str:
    for row in all_rows:
        if row.key in ("sf:Email", "hs:email"):
            return text(final.get(row.key))
    return ""


def _touch(master: Member, rules: Rules, at: int) -> Touch | None:
    """Only the admin's own touch field is ever written for its own sake (design §4)."""
    if not rules.touch_field or master.salesforce is None or master.hubspot is None:
        return None
    return Touch(master.salesforce.object, master.salesforce.id, rules.touch_field, str(at))


def _expected(
    dossier: Dossier,
    choices: Choices,
    all_rows: tuple[Row, ...],
    final: Mapping[str, Value],
    consent: tuple[TightenConsent, ...],
) -> Expected:
    master, lost = the_master(dossier, choices), losers(dossier, choices)
    everyone = (master, *lost)
    salesforce = {
        row.salesforce.name: final[row.key]
        for row in all_rows
        if row.salesforce is not None
        and row.key in final
        and master.salesforce is not None
        and row.salesforce.name != "Email"
        and (differs(row) or not same(final[row.key], master.salesforce.values.get(row.salesforce.name)))
    }
    hubspot = {
        row.hubspot.name: text(final[row.key])
        for row in all_rows
        if row.hubspot is not None and row.key in final and row.hubspot.writable and master.hubspot is not None
        and row.hubspot.name != "email" and differs(row)
    }  # fmt: skip
    refused = {(entry.address, entry.subscription_id) for entry in consent}
    for member in everyone:
        for entry in member.extras.subscriptions if member.extras else ():
            if entry.status == "UNSUBSCRIBED":
                refused.add((entry.address.lower(), entry.subscription_id))
    merging = [member for member in everyone if member.hubspot and master.hubspot]
    return Expected(
        object=master.salesforce.object if master.salesforce else None,
        salesforce_id=master.salesforce.id if master.salesforce else None,
        salesforce_values=salesforce,
        hubspot_values=hubspot,
        email=_final_email(all_rows, final).lower(),
        addresses=tuple(dict.fromkeys(address for member in everyone for address in member_addresses(member))),
        dead_salesforce_ids=tuple(member.salesforce.id for member in lost if member.salesforce and master.salesforce),
        primary_company=text(final.get(COMPANY_ROW))
        if len({one.hubspot.id for one in merging if one.hubspot}) > 1
        else "",
        hubspot_addresses=tuple(dict.fromkeys(one for member in merging for one in addresses(member.hubspot))),
        old_hubspot_ids=tuple(dict.fromkeys(member.hubspot.id for member in merging if member.hubspot)),
        unsubscribed=tuple(sorted(refused)),
        activity_ids=tuple(
            sorted(
                {
                    f"{activity.kind}:{activity.id}"
                    for member in merging
                    for activity in (member.extras.activities if member.extras else ())
                }
            )
        ),
        static_lists=tuple(
            sorted(
                {
                    entry.list_id
                    for member in merging
                    for entry in (member.extras.lists if member.extras else ())
                    if entry.static
                }
            )
        ),
    )


def _bound(
    dossier: Dossier,
    choices: Choices,
    all_rows: tuple[Row, ...],
    final: Mapping[str, Value],
    checks: tuple[Check, ...],
    consent: tuple[TightenConsent, ...],
    rounds: tuple[Round, ...],
    write: WriteValues | None,
    email: MakePrimaryEmail | None,
    company: MakePrimaryCompany | None,
) -> dict[str, str]:
    """Everything the digest covers (design §4): ids, shown and written values, addresses, links, consent, owner,
    account, check results, settings answers. Not stamps, last syncs or growing counters."""
    objects = {member.salesforce.object for member in dossier.members if member.salesforce}
    shown = {row.key for row in all_rows}
    bound = {
        "orgs": f"{dossier.salesforce_org.id} {dossier.hubspot_org.id}",
        "master": choices.master,
        "steps": to_json([rounds, write, email, company]),
        "delete switches": to_json(sorted((switch.object, switch.value) for switch in dossier.settings.deletes)),
        "mapping": to_json(
            sorted(
                (rule.object, rule.field, rule.property, rule.rule)
                for rule in dossier.settings.mapping
                if rule.object in objects and {f"sf:{rule.field}", f"hs:{rule.property}"} & shown
            )
        ),
        "other holders": to_json(sorted((holder.hubspot_id, holder.salesforce_id) for holder in dossier.holders)),
    }
    for check in checks:
        if check.id != OPT_OUT_SUBSCRIPTIONS:
            bound[f"check {check.id}"] = check.severity
    # Subscriptions are bound as they will be: tightening them is the plan's own first step, and a run that was cut
    # off after it must still find the plan it started.
    tightened = {entry.subscription_id for entry in consent} | _refused(dossier)
    for index, member in enumerate(dossier.members, start=1):
        bound.update(_member_bound(index, member, tightened))
    for row in all_rows:
        bound[f"{row.label} ({row.key})"] = to_json(
            [[value.salesforce, value.hubspot] for value in row.values] + [final.get(row.key)]
        )
    return bound


def _member_bound(index: int, member: Member, tightened: set[str]) -> dict[str, str]:
    """What the digest binds of one member beside its row values: ids, links, addresses, subscriptions."""
    record, contact = member.salesforce, member.hubspot
    entries = member.extras.subscriptions if member.extras else ()
    return {
        f"record {index}": to_json(
            [
                member.key,
                [record.id, record.object, record.deleted, record.master_id] if record else None,
                [contact.id, contact.archived, *link_ids(contact)] if contact else None,
            ]
        ),
        f"addresses {index}": " ".join(sorted(member_addresses(member))),
        f"subscriptions {index}": to_json(
            sorted(
                (
                    entry.address.lower(),
                    entry.subscription_id,
                    "UNSUBSCRIBED" if entry.subscription_id in tightened else entry.status,
                )
                for entry in entries
            )
        ),
    }


def loser_changes(plan: Plan, loser: Member, dossier: Dossier, rules: Rules) -> tuple[str, ...]:
    """What is no longer as confirmed of one loser that still waits for its turn in a chain, in words.

    ``dossier`` is a fresh read that holds the loser; the master may have changed meanwhile, by the plan itself.
    """
    index = plan.member_keys.index(loser.key)
    tightened = {entry.subscription_id for entry in plan.consent} | {one for _, one in plan.expected.unsubscribed}
    fresh = _member_bound(index + 1, loser, tightened)
    changed = [name for name, value in fresh.items() if plan.bound.get(name) != value]
    at = dossier.members.index(loser)
    now = {
        f"{row.label} ({row.key})": [row.values[at].salesforce, row.values[at].hubspot]
        for row in rows(dossier, without=rules.touch_field)
    }
    for name, value in plan.bound.items():
        if name.endswith(")") and "(" in name:
            before = json.loads(value)[index]
            after = now.pop(name, [None, None])
            # a lookup at an earlier loser points at the master now: Salesforce moves it with the merge
            moved = before[0] in plan.expected.dead_salesforce_ids and after[0] == plan.expected.salesforce_id
            if not moved and not all(same(one, other) for one, other in zip(before, after, strict=True)):
                changed.append(name)
    changed += [name for name, after in now.items() if not all(blank(one) for one in after)]
    return tuple(changed[:12])


def _refused(dossier: Dossier) -> set[str]:
    return {
        entry.subscription_id
        for member in dossier.members
        for entry in (member.extras.subscriptions if member.extras else ())
        if entry.status == "UNSUBSCRIBED"
    }


def _delete_risk(dossier: Dossier, lost: tuple[Member, ...]) -> bool:
    """True when a poll between the two merges could archive a loser's HubSpot contact: unknown counts as on."""
    off = {switch.object for switch in dossier.settings.deletes if switch.value == "off"}
    return any(member.salesforce and member.hubspot and member.salesforce.object not in off for member in lost)
