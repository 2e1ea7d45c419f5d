"""What a snapshot file holds: plain JSON that a person can read without mergetui. Pure: values in, a dict out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from mergetui.planning.rebuild import rebuild_sheet, undelete_until, who
from mergetui.records.codec import plain
from mergetui.records.plan import Plan
from mergetui.records.review import Dossier

VERSION = 2
READ_ME = (
    "mergetui snapshot: everything that both CRMs showed of one duplicate set right before it was merged. "
    "'people' names the records; 'sheet' says what can be rebuilt and what not; 'dossier.members' holds every value, "
    "HubSpot's property history, associations, lists and subscriptions, and the Salesforce rows that pointed at each "
    "person with their lookup field; 'plan' is what was about to be done. Instants are milliseconds since 1970, UTC. "
    "The file's name is the SHA-256 of this text once unpacked."
)


def bundle(plan: Plan, dossier: Dossier, taken_at: int) -> dict[str, Any]:
    """``taken_at`` in the local clock. The merge comes later, so rows can be undeleted at least that long."""
    until = undelete_until(taken_at)
    return {
        "what": READ_ME,
        "version": VERSION,
        "taken_at": taken_at,
        "taken_at_utc": _utc(taken_at),
        "undelete_possible_until": until,
        "undelete_possible_until_utc": _utc(until),
        "people": who(dossier, plan),
        "sheet": plain(rebuild_sheet(plan, dossier)),
        "plan": plain(plan),
        "dossier": plain(dossier),
    }


def _utc(instant: int) -> str:
    return datetime.fromtimestamp(instant / 1000, UTC).isoformat(timespec="seconds")
