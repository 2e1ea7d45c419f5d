"""`mergetui snapshot list|show|export|verify`."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mergetui import errors
from mergetui.workflow.office import Office
from mergetui.workflow.runs import local_time

if TYPE_CHECKING:
    from mergetui.planning.rebuild import Sheet

NONE = "no snapshots yet"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asked for."""

    action: str
    name: str | None = None
    """A name or its first characters."""
    output: str | None = None
    """Of ``export``: a file for one snapshot, a folder for several; ``-`` for standard output."""


def run_action(office: Office, asked: Asked) -> tuple[int, list[str]]:
    """(exit code, lines). ``verify`` without a name checks all of them, and that each plan's snapshot is there.

    Raises Usage or Damaged.
    """
    names = [name for name in office.snapshots.names() if name.startswith(asked.name or "")]
    if asked.name and not names:
        raise errors.Usage(f"No snapshot begins with {asked.name!r}.", "", "`mergetui snapshot list` shows them all.")
    if asked.action == "list":
        return 0, [_line(office, name) for name in names] or [NONE]
    if asked.action == "show":
        return 0, _show(office, _one(names, "shown")) if names else [NONE]
    if asked.action == "export":
        return 0, _export(office, names, asked.output) if names else [NONE]
    lines = [f"{name}: {'whole' if office.snapshots.verify(name) else 'DAMAGED'}" for name in names]
    owed = {row.snapshot for row in office.ledger.rows() if row.snapshot}
    missing = sorted(owed - set(office.snapshots.names())) if not asked.name else []
    lines += [f"{name}: MISSING" for name in missing]
    bad = sum(line.endswith(("DAMAGED", "MISSING")) for line in lines)
    lines.append(f"{len(names)} snapshot{'' if len(names) == 1 else 's'}, {bad} bad" if lines else NONE)
    return (1 if bad else 0), lines


def _one(names: list[str], done: str) -> str:
    if len(names) != 1:
        raise errors.Usage(f"{len(names)} snapshots fit.", f"Nothing was {done}.", "Give more of the name.")
    return names[0]


def _line(office: Office, name: str) -> str:
    try:
        data = office.snapshots.read(name)
    except errors.Damaged:
        return f"{name}  DAMAGED"
    return f"{name}  {local_time(int(data['taken_at']))}  {data['plan']['title']}  {_undelete_words(office, data)}"


def _undelete_words(office: Office, data: dict[str, Any]) -> str:
    """Until when Salesforce can bring the losers back: from the merge on record, else from the snapshot's own time."""
    from mergetui.planning.rebuild import undelete_until
    from mergetui.records.clock import local_now

    merged = _merged_at(office, str(data["plan"]["id"]))
    until = undelete_until(merged or int(data["taken_at"]))
    left = until - local_now()
    if left <= 0:
        return f"undelete was possible until {local_time(until)[:16]}"
    if not merged:
        return "not merged in Salesforce"
    days = left // 86_400_000
    return f"undelete possible until {local_time(until)[:16]} ({days} d left, less if the recycle bin is full)"


def _merged_at(office: Office, plan_id: str) -> int:
    """When the first loser of a plan was merged away in Salesforce (local clock); 0 when none was."""
    for entry in office.ledger.entries(plan_id):
        if entry.kind == "outcome" and entry.step.startswith("salesforce:") and entry.body.get("ok"):
            return entry.at
    return 0


def sheet_of(data: dict[str, Any]) -> Sheet:
    """The sheet in a snapshot; of one that an older mergetui wrote, made from its dossier."""
    from mergetui.planning.rebuild import Sheet, rebuild_sheet
    from mergetui.records.codec import build
    from mergetui.records.plan import Plan
    from mergetui.records.review import Dossier

    if "sheet" in data:
        return build(Sheet, data["sheet"])
    return rebuild_sheet(build(Plan, data["plan"]), build(Dossier, data["dossier"]))


def _show(office: Office, name: str) -> list[str]:
    data = office.snapshots.read(name)
    plan_id = str(data["plan"]["id"])
    lines = [
        f"snapshot {name}",
        f"taken {local_time(int(data['taken_at']))} of {data['plan']['title']}",
        f"plan {plan_id}: {_state(office, plan_id)}",
        _undelete_words(office, data),
        "",
        *_members(data),
    ]
    sheet = sheet_of(data)
    for title, sentences in (
        ("Could be put back", sheet.restorable),
        ("Could be made again, with new ids and dates", sheet.anew),
        ("Nothing brings back", sheet.lost),
        ("Not in the snapshot", sheet.not_kept),
    ):
        if sentences:
            lines += ["", f"{title}:", *(f"  - {sentence}" for sentence in sentences)]
    lines += ["", f"All values as plain JSON: mergetui snapshot export {name[:12]} --output -"]
    return lines


def _state(office: Office, plan_id: str) -> str:
    try:
        return office.ledger.row(plan_id).state
    except errors.Problem:
        return "not in this profile's ledger"


def _members(data: dict[str, Any]) -> list[str]:
    """What is kept of each record, counted."""
    lines = []
    for member in data["dossier"]["members"]:
        key, parts = member["key"], []
        record, contact, extras = member["salesforce"], member["hubspot"], member["extras"] or {}
        if record:
            parts.append(f"Salesforce {record['object']} {record['id']} ({len(record['values'])} fields)")
            parts.append(f"{len(member['children'])} related rows")
        if contact:
            parts.append(f"HubSpot {contact['id']} ({len(contact['values'])} properties)")
            versions = sum(len(entries) for entries in extras.get("history", {}).values())
            for count, what in (
                (versions, "former values"),
                (len(extras.get("activities", ())), "activities"),
                (len(extras.get("associations", ())), "associations"),
                (len(extras.get("lists", ())), "lists"),
                (len(extras.get("subscriptions", ())), "subscription statuses"),
            ):
                if count:
                    parts.append(f"{count} {what}")
        role = "master" if key == data["plan"]["master_key"] else "loser"
        lines.append(f"{role}: {', '.join(parts) or key}")
    return lines


def _export(office: Office, names: list[str], output: str | None) -> list[str]:
    """Verified, as plain JSON; never over an existing file. The files hold personal data: only the owner may read."""
    if output == "-":
        # ASCII: what a CRM's text would do to a terminal or a pipe stays an escape
        return [json.dumps(office.snapshots.read(_one(names, "exported")), indent=2, ensure_ascii=True)]
    several = len(names) > 1 or (output is not None and Path(output).is_dir())
    folder = Path(output or ".") if several else Path(output or f"{names[0][:12]}.json").parent
    lines = []
    for name in names:
        target = folder / f"{name[:12]}.json" if several else Path(output or f"{name[:12]}.json")
        content = office.snapshots.raw(name)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
        except FileExistsError:
            told = f"{target} exists already."
            raise errors.Usage(told, "It was not overwritten.", "Name another --output.") from None
        except OSError as error:
            told = f"{target} could not be written ({error.strerror or type(error).__name__})."
            raise errors.Problem(told, "It was not exported.", "Name another --output.") from error
        lines.append(f"{name} → {target}")
    lines.append("It holds personal data: delete it when it is no longer needed; `mergetui forget` does not find it.")
    return lines
