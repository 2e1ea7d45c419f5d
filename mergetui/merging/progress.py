"""How far a plan came, read from its journal alone: the same for a fresh plan and for one that was cut off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mergetui.records.journal import JournalEntry
from mergetui.records.plan import Plan


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """One loser. Instants are in the named CRM's own clock."""

    intended: bool = False
    salesforce_sent_at: int = 0
    hubspot_sent_at: int = 0
    salesforce_done: bool = False
    """The Salesforce half is committed, or the round has none."""
    hubspot_done: bool = False
    """The HubSpot half is committed, or the round has none."""


@dataclass(frozen=True, slots=True)
class Progress:
    rounds: tuple[RoundProgress, ...]
    returned_id: str | None
    """The HubSpot id that counts: of the last merge answer."""
    merged_at: int
    """HubSpot's ``updatedAt`` of the last merge answer (or its clock after the last commit): *linked* is later."""
    committed_at: int
    """HubSpot's clock after the last Salesforce commit: *settled* needs a poll that began later."""
    quiet: bool
    """The last poll had been quiet when the first round began."""
    done: frozenset[str]
    """Names of the later steps with an outcome: ``values``, ``email``, ``touch``, ``linked``, ``settled``."""

    @property
    def started(self) -> bool:
        """An intent is on record: something irreversible may have happened."""
        return any(entry.intended for entry in self.rounds)

    @property
    def merged(self) -> bool:
        return all(entry.salesforce_done and entry.hubspot_done for entry in self.rounds)

    @property
    def written(self) -> bool:
        return self.merged and "values" in self.done


def read_progress(plan: Plan, entries: Sequence[JournalEntry]) -> Progress:
    """Entries of one plan, oldest first. Entries before the latest ``approved`` state belong to an earlier try that
    provably committed nothing, unless an intent stands among them: then they all count."""
    rounds = [RoundProgress() for _ in plan.rounds]
    returned: str | None = None
    merged_at = committed_at = 0
    quiet = False
    done: set[str] = set()
    for entry in entries:
        name, _, number = entry.step.partition(":")
        if entry.kind == "intent" and name == "pair":
            index = int(number)
            rounds[index] = RoundProgress(
                intended=True,
                salesforce_sent_at=int(entry.body["salesforce_now"]),
                hubspot_sent_at=int(entry.body["hubspot_now"]),
                salesforce_done=plan.rounds[index].salesforce is None,
                hubspot_done=plan.rounds[index].hubspot is None,
            )
            quiet = bool(entry.body.get("quiet")) and (quiet or index == 0)
        elif entry.kind == "outcome" and name in ("salesforce", "hubspot") and number:
            index = int(number)
            before = rounds[index]
            if not entry.body["ok"]:
                # a definite refusal of the first half: the intent is spent, nothing was committed
                rounds[index] = RoundProgress() if name == "salesforce" else before
            elif name == "salesforce":
                committed_at = int(entry.body["hubspot_now"])
                merged_at = max(merged_at, committed_at)
                rounds[index] = RoundProgress(
                    True, before.salesforce_sent_at, int(entry.body["hubspot_now"]), True, before.hubspot_done
                )
            else:
                returned = str(entry.body["returned_id"])
                merged_at = int(entry.body["updated_at"])
                committed_at = committed_at or int(entry.body["hubspot_now"])
                rounds[index] = RoundProgress(
                    True, before.salesforce_sent_at, before.hubspot_sent_at, before.salesforce_done, True
                )
        elif entry.kind == "sent" and name == "hubspot":
            before = rounds[int(number)]
            rounds[int(number)] = RoundProgress(
                True, before.salesforce_sent_at, int(entry.body["hubspot_now"]), before.salesforce_done, False
            )
        elif entry.kind == "outcome" and entry.body.get("ok"):
            done.add(entry.step)
    return Progress(tuple(rounds), returned, merged_at, committed_at, quiet, frozenset(done))
