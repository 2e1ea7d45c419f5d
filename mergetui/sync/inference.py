"""What data shows of the integration's hidden settings (facts/integration.md §11): verdicts with their strength.

Pure. Evidence alone may turn a switch on, never off (design rule 4).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from mergetui.records.crm import HubSpotContact, SalesforceRecord
from mergetui.records.sync import Strength

OBJECTS: tuple[Literal["Lead", "Contact"], ...] = ("Contact", "Lead")
HOUR_MS = 3_600_000
ARCHIVED_WITHIN_MS = 20 * 60_000
"""A poll comes within 15 minutes and writes for up to some minutes more."""
CASES = 3
"""So many archived contacts turn a switch on."""
STRONG = 5


@dataclass(frozen=True, slots=True)
class DeleteEvidence:
    """What became of the HubSpot contacts of deleted Salesforce rows."""

    object: Literal["Lead", "Contact"]
    archived: int
    """Archived within 20 minutes after their row was deleted or merged away."""
    alive: int
    """Still live an hour later or more."""
    last_at: int = 0
    """The newest of those archives (HubSpot's clock)."""

    @property
    def turns_on(self) -> bool:
        return self.archived >= CASES and self.archived > self.alive

    @property
    def strength(self) -> Strength:
        """How well it shows what it shows: many cases, all alike."""
        most, fewest = max(self.archived, self.alive), min(self.archived, self.alive)
        if not most:
            return "none"
        if fewest:
            return "weak"
        return "strong" if most >= STRONG else "medium" if most >= CASES else "weak"

    def sentence(self) -> str:
        """What was seen, without a verdict."""
        name = self.object.lower()
        parts = []
        if self.archived:
            count = f"{self.archived} HubSpot contact{'' if self.archived == 1 else 's'}"
            were = "was" if self.archived == 1 else "were"
            parts.append(f"{count} {were} archived within 20 min after their {name} was deleted")
        if self.alive:
            parts.append(f"{self.alive} outlived their {name}")
        return ", ".join(parts) or f"no deleted {name} of the last 15 days had a HubSpot contact"


def archived_with(row: SalesforceRecord, contact: HubSpotContact) -> bool:
    """Whether the integration archived this contact because its row went: the times fit."""
    return contact.archived_at is not None and (-60_000 <= contact.archived_at - row.modified_at <= ARCHIVED_WITHIN_MS)


def infer_deletes(
    deleted: Iterable[SalesforceRecord],
    contacts: Iterable[HubSpotContact],
    now: int,
    *,
    shared_emails: Collection[str] = (),
) -> tuple[DeleteEvidence, ...]:
    """Count what became of the HubSpot contacts of deleted rows (facts/integration.md §11).

    ``contacts`` are live and archived ones; ``shared_emails`` (lower case) are carried by a live Salesforce row too,
    so that their contacts had a reason to stay. Only rows deleted an hour or more before ``now`` count.
    """
    holders: dict[str, list[HubSpotContact]] = {}
    for contact in contacts:
        for name in ("salesforcecontactid", "salesforceleadid"):
            id_ = contact.values.get(name)
            if id_:
                holders.setdefault(id_, []).append(contact)
    archived = dict.fromkeys(OBJECTS, 0)
    alive = dict.fromkeys(OBJECTS, 0)
    last = dict.fromkeys(OBJECTS, 0)
    for row in deleted:
        email = str(row.values.get("Email") or "").lower()
        if not row.deleted or now - row.modified_at < HOUR_MS or (email and email in shared_emails):
            continue
        for contact in holders.get(row.id, ()):
            if not contact.archived:
                alive[row.object] += 1
            elif archived_with(row, contact):
                archived[row.object] += 1
                last[row.object] = max(last[row.object], contact.archived_at or 0)
    return tuple(DeleteEvidence(name, archived[name], alive[name], last[name]) for name in OBJECTS)
