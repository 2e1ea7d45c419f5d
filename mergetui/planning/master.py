"""Which record survives: proposed with reasons and points (facts/integration.md §10 point 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mergetui.planning.activity import counts
from mergetui.planning.people import member_email
from mergetui.planning.rules import Rules
from mergetui.planning.values import blank, mail_domain_label
from mergetui.records.review import Dossier, Member


@dataclass(frozen=True, slots=True)
class Standing:
    """One member's claim to be the master: reasons that sum to the points."""

    key: str
    points: int
    reasons: tuple[tuple[str, int], ...]


def standings(members: Sequence[Member], rules: Rules) -> tuple[Standing, ...]:
    """All members, the proposed master first. Ties go to the record created first, then to the lower key.

    Members of a fresh dossier, or bare ones from the mirror for the queue's first guess.
    """
    any_salesforce = any(member.salesforce for member in members)
    least = min((_filled(member) for member in members), default=0)
    made = [_standing(member, any_salesforce, least, rules) for member in members]
    born = {member.key: _created(member) for member in members}
    return tuple(sorted(made, key=lambda standing: (-standing.points, born[standing.key], standing.key)))


def propose(dossier: Dossier, rules: Rules) -> str:
    return standings(dossier.members, rules)[0].key


def _standing(member: Member, any_salesforce: bool, least: int, rules: Rules) -> Standing:
    reasons: list[tuple[str, int]] = []
    if member.salesforce is not None and member.salesforce.values.get("IsConverted") is True:
        reasons.append(("a converted lead cannot survive a merge", -1000))
    if any_salesforce and member.salesforce is None:
        reasons.append(("has no Salesforce record", -500))
    if member.salesforce is not None and member.hubspot is not None:
        reasons.append(("HubSpot syncs with this record", 100))
    address = member_email(member)
    if address and mail_domain_label(address) not in rules.free_mail:
        reasons.append(("work address", 40))
    deals = counts(member).get("deal", 0)
    if deals:
        reasons.append((f"{deals} deal{'s' if deals > 1 else ''}", min(30, deals * 10)))
    more = _filled(member) - least
    if more > 0:
        reasons.append((f"fuller by {more} field{'s' if more > 1 else ''}", min(20, more * 2)))
    return Standing(member.key, sum(points for _, points in reasons), tuple(reasons))


def _filled(member: Member) -> int:
    found = 0
    if member.salesforce is not None:
        found += sum(1 for value in member.salesforce.values.values() if not blank(value) and value is not False)
    elif member.hubspot is not None:
        found += sum(1 for value in member.hubspot.values.values() if not blank(value))
    return found


def _created(member: Member) -> str:
    if member.salesforce is not None:
        return str(member.salesforce.values.get("CreatedDate") or "")
    return str(member.hubspot.values.get("createdate") or "") if member.hubspot is not None else ""
