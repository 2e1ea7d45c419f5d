"""`mergetui snapshot list|show|verify`."""

from __future__ import annotations

import json

from mergetui import errors
from mergetui.workflow.office import Office
from mergetui.workflow.runs import local_time


def run_action(office: Office, action: str, wanted: str | None) -> tuple[int, list[str]]:
    """(exit code, lines). ``verify`` without a name checks all of them, and that each plan's snapshot is there.

    Raises Usage or Damaged.
    """
    names = [name for name in office.snapshots.names() if name.startswith(wanted or "")]
    if wanted and not names:
        raise errors.Usage(f"No snapshot begins with {wanted!r}.", "", "`mergetui snapshot list` shows them all.")
    if action == "list":
        return 0, [_line(office, name) for name in names] or ["no snapshots yet"]
    if action == "show":
        if not names:
            return 0, ["no snapshots yet"]
        if len(names) != 1:
            raise errors.Usage(f"{len(names)} snapshots fit.", "Nothing was shown.", "Give more of the name.")
        return 0, [json.dumps(office.snapshots.read(names[0]), indent=2, ensure_ascii=True)]
    lines = [f"{name}: {'whole' if office.snapshots.verify(name) else 'DAMAGED'}" for name in names]
    owed = {row.snapshot for row in office.ledger.rows() if row.snapshot}
    missing = sorted(owed - set(office.snapshots.names())) if not wanted else []
    lines += [f"{name}: MISSING" for name in missing]
    bad = sum(line.endswith(("DAMAGED", "MISSING")) for line in lines)
    lines.append(f"{len(names)} snapshot{'' if len(names) == 1 else 's'}, {bad} bad" if lines else "no snapshots yet")
    return (1 if bad else 0), lines


def _line(office: Office, name: str) -> str:
    try:
        data = office.snapshots.read(name)
    except errors.Damaged:
        return f"{name}  DAMAGED"
    return f"{name}  {local_time(int(data['taken_at']))}  {data['plan']['title']}"
