"""`mergetui status`: sign-ins, pins, the mirror, plans, in lines."""

from __future__ import annotations

from typing import Any

from mergetui import errors
from mergetui.records.clock import local_now
from mergetui.records.crm import Crm
from mergetui.workflow.card import reminder, switch_lines
from mergetui.workflow.connect import NAMES, environment_tokens
from mergetui.workflow.office import Office
from mergetui.workflow.review_view import ago

WANT_A_PERSON = ("surprised", "failed", "unknown")


def status(office: Office) -> tuple[list[str], list[str]]:
    """(lines, what a person has to do). Nothing to do when all is signed in and no plan is stuck."""
    todo: list[str] = []
    lines = [
        f"profile {office.profile} ({office.paths.data})",
        f"settings: {office.paths.config_file}",
        *_sign_ins(office, todo),
    ]
    counts = office.mirror.counts()
    lines.append("mirror: " + (", ".join(f"{name} {count:,}" for name, count in counts.items()) or "empty"))
    rows = office.ledger.rows()
    states: dict[str, int] = {}
    for row in rows:
        states[row.state] = states.get(row.state, 0) + 1
    lines.append("plans: " + (", ".join(f"{count} {state}" for state, count in states.items()) or "none"))
    stuck = sum(states.get(state, 0) for state in WANT_A_PERSON)
    if stuck:
        todo.append(f"{stuck} plan{' wants' if stuck == 1 else 's want'} a person: open mergetui and look under 2.")
    lines += switch_lines(office)
    if told := reminder(office):
        todo.append(told)
    holder = office.runner_lock().holder()
    if holder is not None:
        lines.append(f"runner: process {holder.pid} since {ago(local_now() - holder.started_at)}, {holder.doing}")
    return lines, todo


def _sign_ins(office: Office, todo: list[str]) -> list[str]:
    """One line for each CRM; the remedy goes to ``todo``, once however many are signed out."""
    orgs: dict[str, dict[str, Any]] = office.ledger.setting("orgs") or {}
    crms: tuple[Crm, Crm] = ("salesforce", "hubspot")
    lines: list[str] = []
    out: list[Crm] = []
    closed: errors.NoKeyring | None = None
    for crm in crms:
        org = orgs.get(crm)
        said = "not signed in"
        try:
            if environment_tokens(office, crm):
                said = f"signed in by MERGETUI_{crm.upper()}_TOKEN"
            elif office.token_store().read(crm) is not None:
                said = "signed in"
            else:
                out.append(crm)
        except errors.NoKeyring as problem:
            closed = problem
        pinned = f", pinned to {org['name']} ({org['id']})" if org else ""
        lines.append(f"{NAMES[crm]}: {said}{pinned}")
    if closed is not None:
        todo.append(f"{closed.happened} {closed.todo}")
    elif out:
        name = "" if office.profile == "default" else f" --profile {office.profile}"
        how = (
            "mergetui demo" if office.profile == "demo" else " and ".join(f"mergetui{name} login {crm}" for crm in out)
        )
        todo.append(f"Not signed in to {' and '.join(NAMES[crm] for crm in out)}: {how}")
    return lines
