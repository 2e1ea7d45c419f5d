"""What a snapshot could bring back after a merge, and what nothing brings back: sentences without promises.

Source: facts/salesforce.md §6 (undelete, what moves and what does not) and facts/hubspot.md §4 and §11.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mergetui.planning.activity import counts, words
from mergetui.planning.people import member_name, object_name, short_id, the_master
from mergetui.planning.values import addresses, blank
from mergetui.records.crm import ChildRow
from mergetui.records.plan import Plan
from mergetui.records.review import Dossier, Member

DAY_MS = 86_400_000
UNDELETE_DAYS = 15
"""Salesforce's recycle bin; a full bin (5,000 rows for each licence) empties earlier."""
MOVES_BACK = frozenset(
    {
        ("Task", "WhoId"),
        ("Event", "WhoId"),
        ("OpportunityContactRole", "ContactId"),
        ("Case", "ContactId"),
        ("AccountContactRole", "ContactId"),
        ("EmailMessageRelation", "RelationId"),
        ("Contact", "ReportsToId"),
        ("Asset", "ContactId"),
    }
)
"""Lookups that an update may point back at an undeleted row."""
CREATE_ONLY = frozenset(
    {
        ("CampaignMember", "ContactId"),
        ("CampaignMember", "LeadId"),
        ("ContentDocumentLink", "LinkedEntityId"),
        ("Attachment", "ParentId"),
        ("Note", "ParentId"),
        ("AccountContactRelation", "ContactId"),
    }
)
"""Lookups that are set once: the row has to be deleted and made anew, which costs its id and its dates."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The honest part of a snapshot, in sentences."""

    restorable: tuple[str, ...]
    """What undelete and updates put back."""
    anew: tuple[str, ...]
    """What has to be made again from the snapshot's values, with new ids and dates."""
    lost: tuple[str, ...]
    """What nothing brings back."""
    not_kept: tuple[str, ...]
    """What could not be read and is therefore not in the snapshot."""


def undelete_until(merged_at: int) -> int:
    """The last instant at which Salesforce still holds a row that was merged away at ``merged_at``."""
    return merged_at + UNDELETE_DAYS * DAY_MS


def rebuild_sheet(plan: Plan, dossier: Dossier) -> Sheet:
    """The sheet of one snapshot. ``dossier`` holds the members that the snapshot holds: in a chain the master and one
    loser at a time."""
    master = the_master(dossier, plan.choices)
    restorable: list[str] = []
    anew: list[str] = []
    lost: list[str] = []
    for member in dossier.members:
        if member.key == master.key:
            restorable += _master_values(plan, member)
        else:
            _salesforce_loser(member, master, restorable, anew, lost)
            _hubspot_loser(dossier, member, master, anew, lost)
    if plan.consent:
        lost.append("Opt-outs that were tightened stay: nobody may subscribe a person again but the person.")
    return Sheet(tuple(restorable), tuple(anew), tuple(lost), tuple(_not_kept(dossier)))


def _master_values(plan: Plan, master: Member) -> list[str]:
    first = next((entry.salesforce for entry in plan.rounds if entry.salesforce is not None), None)
    said = []
    if master.salesforce is not None and first is not None:
        changed = len(first.values) + len(first.nulls)
        if changed:
            said.append(f"The master's former values of {_some(changed, 'Salesforce field')}.")
    if master.hubspot is not None and plan.write is not None and plan.write.values:
        said.append(
            f"The master's former values of {_some(len(plan.write.values), 'HubSpot property', 'HubSpot properties')}"
            ", on the merged contact."
        )
    return said


def _salesforce_loser(member: Member, master: Member, restorable: list[str], anew: list[str], lost: list[str]) -> None:
    record = member.salesforce
    if record is None or master.salesforce is None:
        return
    filled = sum(1 for value in record.values.values() if not blank(value))
    restorable.append(
        f"{record.object} {short_id(record.id)} “{member_name(member)}” by undelete, with its own values"
        f" ({filled} are kept here)."
    )
    moves = [child for child in member.children if (child.object, child.parent_field) in MOVES_BACK]
    made = [child for child in member.children if (child.object, child.parent_field) in CREATE_ONLY]
    others = [child for child in member.children if child not in moves and child not in made]
    if moves:
        restorable.append(f"Its related rows, pointed back by updates: {_kinds(moves)}.")
    if others:
        restorable.append(
            f"Other rows that moved to the master, where Salesforce lets their lookup be changed: {_kinds(others)}."
        )
    if made:
        anew.append(f"Deleted at the master and made again for {member_name(member)}: {_kinds(made)}.")
    lost.append(
        f"Of {record.object} {short_id(record.id)}: field history, Chatter feed, manual shares and whether a contact"
        " role was the primary one."
    )


def _hubspot_loser(dossier: Dossier, member: Member, master: Member, anew: list[str], lost: list[str]) -> None:
    contact = member.hubspot
    if contact is None or master.hubspot is None or contact.id == master.hubspot.id:
        return
    writable = {info.name for info in dossier.hubspot_fields if info.writable}
    values = sum(1 for name, value in contact.values.items() if name in writable and not blank(value))
    anew.append(
        f"HubSpot contact {contact.id} “{member_name(member)}” as a new contact with {_some(values, 'value')}, after"
        f" {_some(len(addresses(contact)), 'address', 'addresses')} {'is' if len(addresses(contact)) == 1 else 'are'}"
        " taken from the survivor."
    )
    if member.extras is not None:
        static = sum(1 for entry in member.extras.lists if entry.static)
        if static:
            anew.append(f"Its membership of {_some(static, 'static list')}.")
        if member.extras.associations:
            anew.append(f"Its {_some(len(member.extras.associations), 'association')}, if taken from the survivor.")
    timeline = words({kind: count for kind, count in counts(member).items() if kind != "static list"})
    lost.append(
        f"HubSpot contact {contact.id} itself: its id stays an alias of the survivor, its timeline"
        f"{'' if timeline == '—' else f' ({timeline})'} stays with the survivor, its computed properties, workflow and"
        " sequence enrolments and its original create date do not come back."
    )


def _not_kept(dossier: Dossier) -> Iterable[str]:
    """What is known to be missing. Rows and fields that the signed-in users may not see are missing unseen."""
    unread = {part for member in dossier.members if member.extras for part in member.extras.unread}
    yield from sorted(unread | set(dossier.not_kept))
    yield "Texts and files behind related rows and activities: only their ids and titles are kept."
    hidden = ", ".join(dossier.missing_fields)
    yield f"Fields and rows that the signed-in users may not see{f', among them {hidden}' if hidden else ''}."


def _kinds(rows: Iterable[ChildRow]) -> str:
    """``3 Task, 1 Event``."""
    found = Counter(row.object for row in rows)
    return ", ".join(f"{count} {name}" for name, count in sorted(found.items()))


def _some(count: int, one: str, more: str = "") -> str:
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def who(dossier: Dossier, plan: Plan) -> list[dict[str, object]]:
    """The people of a snapshot by name, ids and addresses: what a list shows and what forgetting looks for."""
    return [
        {
            "key": member.key,
            "role": "master" if member.key == plan.master_key else "loser",
            "name": member_name(member),
            "object": object_name(member),
            "salesforce_id": member.salesforce.id if member.salesforce else None,
            "hubspot_id": member.hubspot.id if member.hubspot else None,
            "addresses": list(addresses(member.hubspot)),
        }
        for member in dossier.members
    ]
