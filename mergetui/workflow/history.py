"""The history as data: what each plan did to which ids. The id crosswalk of `mergetui history --json`."""

from __future__ import annotations

from typing import Any

from mergetui.merging.progress import read_progress
from mergetui.store import Ledger
from mergetui.workflow.runs import local_time


def history(ledger: Ledger) -> list[dict[str, Any]]:
    """One entry per plan that was ever confirmed, newest first. Instants are ms UTC of the local clock."""
    found = []
    for row in ledger.rows():
        approval = ledger.approval(row.plan_id)
        if approval is None:
            continue
        plan = ledger.plan(row.plan_id)
        entries = ledger.entries(row.plan_id)
        progress = read_progress(plan, entries)
        expected = plan.expected
        merged = [
            one.salesforce.loser_id
            for one, seen in zip(plan.rounds, progress.rounds, strict=True)
            if one.salesforce is not None and seen.intended and seen.salesforce_done
        ]
        settled = [entry for entry in entries if entry.kind == "outcome" and entry.step == "settled"]
        found.append(
            {
                "plan_id": row.plan_id,
                "set_id": row.set_id,
                "title": row.title,
                "state": row.state,
                "why": row.why,
                "since": row.since,
                "digest": row.digest,
                "confirmed": {
                    "by": approval.by,
                    "at": approval.at,
                    "typed": approval.typed,
                    "acknowledged": list(approval.acknowledged),
                },
                "salesforce": {"object": expected.object, "master": expected.salesforce_id, "merged": merged},
                "hubspot": {"old_ids": list(expected.old_hubspot_ids), "id": row.returned_hubspot_id},
                "snapshot": row.snapshot,
                "differences": {
                    "surprises": list(settled[-1].body.get("surprises", [])) if settled else [],
                    "reports": list(settled[-1].body.get("reports", [])) if settled else [],
                },
                "journal": [
                    {"seq": entry.seq, "at": entry.at, "kind": entry.kind, "step": entry.step} for entry in entries
                ],
            }
        )
    return found


def lines(ledger: Ledger) -> list[str]:
    """``date  who confirmed it  state  names: dead ids → living id``, newest first."""
    found = history(ledger)
    who = max((len(entry["confirmed"]["by"]) for entry in found), default=0)
    told = []
    for entry in found:
        ids = ", ".join(entry["salesforce"]["merged"])
        master = entry["salesforce"]["master"]
        told.append(
            f"{local_time(entry['confirmed']['at'])}  {entry['confirmed']['by']:<{who}}  {entry['state']:<10}"
            f" {entry['title']}{f': {ids} → {master}' if ids else ''}"
        )
    return told or ["nothing merged yet"]


def crosswalk(ledger: Ledger) -> list[tuple[str, str, str]]:
    """(crm, dead id, id that answers for it now), oldest merge first."""
    rows: list[tuple[str, str, str]] = []
    for entry in reversed(history(ledger)):
        master = entry["salesforce"]["master"]
        rows += [("salesforce", dead, master) for dead in entry["salesforce"]["merged"]]
        current = entry["hubspot"]["id"]
        if current:
            rows += [("hubspot", old, current) for old in entry["hubspot"]["old_ids"]]
    return rows
