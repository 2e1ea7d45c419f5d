"""What stays of a plan and of its journal when the people in it are forgotten: ids, instants and outcomes.

The id journal stays because dead ids must stay explainable; names, addresses and values go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mergetui.records.journal import JournalEntry
from mergetui.records.plan import Choice, Choices, HubSpotMerge, Plan, SalesforceMerge, WriteValues

FORGOTTEN = "(forgotten)"
"""The title of a plan whose people were forgotten."""
_KEPT = frozenset(
    {
        "ok", "ms", "from", "digest", "by", "acknowledged", "merged_ids", "related_ids", "hubspot_now",
        "salesforce_now", "hubspot_sent", "quiet", "returned_id", "updated_at", "found", "how", "field", "id", "name",
        "count",
    }
)  # fmt: skip
"""Members of journal entries that hold ids, instants, numbers or words of ours."""
_BODIES = frozenset({"object", "master_id", "loser_id", "primary_id", "secondary_id"})


def forgotten(plan: Plan) -> Plan:
    """The plan without anybody's data; ids, digest, rounds and expected ids stay as they were."""
    expected = replace(
        plan.expected,
        salesforce_values={},
        hubspot_values={},
        email="",
        addresses=(),
        hubspot_addresses=(),
        unsubscribed=(),
    )
    return replace(
        plan,
        title=FORGOTTEN,
        choices=Choices(plan.choices.master, {key: _choice(one) for key, one in plan.choices.rows.items()}),
        consent=tuple(replace(entry, address="", name="") for entry in plan.consent),
        rounds=tuple(
            replace(entry, salesforce=replace(entry.salesforce, values={}) if entry.salesforce else None)
            for entry in plan.rounds
        ),
        write=WriteValues({}) if plan.write is not None else None,
        email=replace(plan.email, address="") if plan.email is not None else None,
        expected=expected,
        checks=tuple(replace(check, what="", why="", todo="") for check in plan.checks),
        losses=(),
        forecast=None,
        bound={},
    )


def forgotten_body(entry: JournalEntry) -> dict[str, Any]:
    """What stays of one journal entry's body. Sentences go: CRMs quote values in their refusals."""
    kept = {name: value for name, value in entry.body.items() if name in _KEPT}
    for half in ("salesforce", "hubspot", "body"):
        inner = entry.body.get(half)
        if isinstance(inner, Mapping):
            kept[half] = {name: value for name, value in inner.items() if name in _BODIES}
        elif half in entry.body:
            kept[half] = None
    if entry.kind == "note":
        kept["text"] = entry.body.get("text", "") if entry.step == "forget" else FORGOTTEN
    return kept


def names_of(plan: Plan) -> frozenset[str]:
    """Every id and lower-case address by which a person may ask for this plan."""
    found = {plan.id, *plan.member_keys, *plan.expected.dead_salesforce_ids, *plan.expected.old_hubspot_ids}
    found |= {key.partition(":")[2] for key in plan.member_keys}
    found |= {plan.expected.salesforce_id or "", *plan.expected.addresses, *plan.expected.hubspot_addresses}
    for entry in plan.rounds:
        if isinstance(entry.salesforce, SalesforceMerge):
            found |= {entry.salesforce.master_id, entry.salesforce.loser_id}
        if isinstance(entry.hubspot, HubSpotMerge):
            found |= {entry.hubspot.primary_id, entry.hubspot.secondary_id}
    return frozenset(found - {""})


def _choice(choice: Choice) -> Choice:
    return choice if choice.edited is None else Choice(edited="")
