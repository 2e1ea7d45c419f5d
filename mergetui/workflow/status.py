"""`mergetui status`: sign-ins, pins, the mirror, plans, in lines."""

from __future__ import annotations

from typing import Any

from mergetui import errors
from mergetui.records.clock import local_now
from mergetui.records.crm import Crm
from mergetui.workflow.connect import NAMES
from mergetui.workflow.office import Office
from mergetui.workflow.review_view import ago


def status_lines(office: Office) -> list[str]:
    orgs: dict[str, dict[str, Any]] = office.ledger.setting("orgs") or {}
    lines = [f"profile {office.profile} ({office.paths.data})"]
    crms: tuple[Crm, Crm] = ("salesforce", "hubspot")
    for crm in crms:
        org = orgs.get(crm)
        try:
            signed_in = office.token_store().read(crm) is not None
        except errors.Problem as problem:
            lines.append(f"{NAMES[crm]}: {problem}")
            continue
        pinned = f", pinned to {org['name']} ({org['id']})" if org else ""
        lines.append(f"{NAMES[crm]}: {'signed in' if signed_in else f'not signed in (mergetui login {crm})'}{pinned}")
    counts = office.mirror.counts()
    lines.append("mirror: " + (", ".join(f"{name} {count:,}" for name, count in counts.items()) or "empty"))
    rows = office.ledger.rows()
    states: dict[str, int] = {}
    for row in rows:
        states[row.state] = states.get(row.state, 0) + 1
    lines.append("plans: " + (", ".join(f"{count} {state}" for state, count in states.items()) or "none"))
    holder = office.runner_lock().holder()
    if holder is not None:
        lines.append(f"runner: process {holder.pid} since {ago(local_now() - holder.started_at)}, {holder.doing}")
    return lines
