"""Compares what both CRMs hold now with what the plan expected. Pure: values in, differences out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from mergetui.planning.values import addresses, same
from mergetui.records.crm import HubSpotContact, HubSpotExtras, SalesforceRecord
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Expected, Plan


@dataclass(frozen=True, slots=True)
class Difference:
    """``surprise`` pauses the queue (link, id, archive, e-mail, consent, chosen value, missing record);
    ``report`` is only told (counters, lists, HubSpot's timeline delay) (design rule 5)."""

    grade: Literal["surprise", "report"]
    sentence: str


def is_linked(expected: Expected, contact: HubSpotContact | None, merged_at: int) -> bool:
    """Design §2 *linked*: live, linked to the master, and synced after the merge. All in HubSpot's clock."""
    if contact is None or contact.archived or expected.salesforce_id is None:
        return False
    return link_of(expected, contact) == expected.salesforce_id and (last_sync(contact) or 0) > merged_at


def link_of(expected: Expected, contact: HubSpotContact) -> str:
    name = "salesforceleadid" if expected.object == "Lead" else "salesforcecontactid"
    return contact.values.get(name) or ""


def last_sync(contact: HubSpotContact) -> int | None:
    """``salesforcelastsynctime`` as an instant; HubSpot writes ISO text, older portals milliseconds."""
    from mergetui.planning.activity import instant

    return instant(contact.values.get("salesforcelastsynctime"))


def compare(
    expected: Expected,
    record: SalesforceRecord | None,
    contact: HubSpotContact | None,
    extras: HubSpotExtras | None,
    dead: Mapping[str, SalesforceRecord],
    holders: Sequence[HubSpotContact],
    owners: Mapping[str, HubSpotContact],
) -> tuple[Difference, ...]:
    """``dead``: the losers' rows through queryAll; ``holders``: live contacts holding a loser's id; ``owners``:
    address → live contact that carries it."""
    found: list[Difference] = []

    def surprise(sentence: str) -> None:
        found.append(Difference("surprise", sentence))

    if expected.salesforce_id is not None:
        if record is None or record.deleted:
            surprise("the Salesforce master is gone")
        else:
            for name, wanted in expected.salesforce_values.items():
                if not same(record.values.get(name), wanted):
                    surprise(f"Salesforce {name} is not the chosen value")
            if expected.email and text(record.values.get("Email")).lower() != expected.email:
                surprise("the e-mail in Salesforce is not the chosen one")
    for dead_id in expected.dead_salesforce_ids:
        row = dead.get(dead_id)
        if row is not None and not row.deleted:
            surprise(f"the merged row {dead_id} is alive again in Salesforce")
    if expected.old_hubspot_ids:
        if contact is None or contact.archived:
            surprise("the surviving HubSpot contact is gone or archived")
        else:
            found.extend(_compare_contact(expected, contact, extras))
    for holder in holders:
        if contact is None or holder.id != contact.id:
            surprise(f"HubSpot contact {holder.id} still holds a merged row's id")
    for owner in {entry.id: entry for entry in owners.values()}.values():
        if contact is not None and owner.id != contact.id:
            surprise(f"HubSpot contact {owner.id} carries an address of the merged people")
    return tuple(found)


def _compare_contact(expected: Expected, contact: HubSpotContact, extras: HubSpotExtras | None) -> list[Difference]:
    found: list[Difference] = []
    if expected.salesforce_id is not None and link_of(expected, contact) != expected.salesforce_id:
        found.append(Difference("surprise", "the surviving HubSpot contact is not linked to the Salesforce master"))
    for name, wanted in expected.hubspot_values.items():
        if not same(contact.values.get(name), wanted):
            found.append(Difference("surprise", f"HubSpot {name} is not the chosen value"))
    for name in ("salesforcecontactid", "salesforceleadid"):
        if contact.values.get(name) in expected.dead_salesforce_ids:
            found.append(Difference("surprise", f"the survivor's {name} still holds a merged row's id"))
    held = addresses(contact)
    for address in expected.hubspot_addresses:
        if address not in held:
            found.append(Difference("surprise", "an address of the merged contacts is not on the survivor"))
    if expected.email and (not held or held[0] != expected.email):
        found.append(Difference("surprise", "the e-mail in HubSpot is not the chosen one"))
    if extras is None or any(part.startswith("subscriptions") for part in extras.unread):
        if expected.unsubscribed:
            found.append(Difference("surprise", "the opt-outs could not be read again"))
        if extras is None:
            return found
    statuses = {(entry.address.lower(), entry.subscription_id): entry.status for entry in extras.subscriptions}
    for address, subscription in expected.unsubscribed:
        if statuses.get((address, subscription)) != "UNSUBSCRIBED":
            found.append(Difference("surprise", "an opt-out did not survive in HubSpot"))
    missing = set(expected.activity_ids) - {f"{entry.kind}:{entry.id}" for entry in extras.activities}
    if missing:
        found.append(Difference("report", f"{len(missing)} timeline entries are not shown yet (up to 30 minutes)"))
    if expected.primary_company and expected.primary_company not in extras.companies[:1]:
        unread = any(part.startswith("companies") for part in extras.unread)
        grade: Literal["surprise", "report"] = "report" if unread else "surprise"
        found.append(Difference(grade, "the primary company in HubSpot is not the chosen one"))
    lists = set(expected.static_lists) - {entry.list_id for entry in extras.lists}
    if lists:
        found.append(Difference("report", f"{len(lists)} static list memberships are not there"))
    return found


def unforeseen(plan: Plan, facts: Mapping[str, str]) -> tuple[Difference, ...]:
    """Where the end state is not what the twin foresaw, though no unknown setting explains it. Only told: what a plan
    must reach is compared by ``compare``."""
    if plan.forecast is None:
        return ()
    names = sorted(
        name
        for name, value in plan.forecast.state.items()
        if name in facts and name not in plan.forecast.loose and not same(facts[name], value)
    )
    return tuple(Difference("report", f"not as forecast: {name}") for name in names)
