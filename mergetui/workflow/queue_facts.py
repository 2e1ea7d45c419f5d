"""What the queue shows of a set, from the mirror alone: HubSpot's counters stand in for the full timeline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mergetui.planning.activity import counters, instant, stake_points, words
from mergetui.planning.master import standings
from mergetui.planning.people import short_id
from mergetui.planning.rules import Rules
from mergetui.planning.values import addresses
from mergetui.records.crm import HubSpotContact, SalesforceRecord
from mergetui.records.people import DuplicateSet, Evidence, Person
from mergetui.records.review import Member
from mergetui.store import Mirror, StakeRow


@dataclass(frozen=True, slots=True)
class Known:
    """One person with both rows, each read once."""

    person: Person
    record: SalesforceRecord | None
    contact: HubSpotContact | None

    @property
    def name(self) -> str:
        if self.record is not None:
            parts = [self.record.values.get("FirstName"), self.record.values.get("LastName")]
        else:
            parts = [self.contact.values.get("firstname"), self.contact.values.get("lastname")] if self.contact else []
        name = " ".join(str(part) for part in parts if part)
        return name or (self.contact.values.get("email") or "" if self.contact else "") or self.person.key


def known(mirror: Mirror, persons: Sequence[Person]) -> list[Known]:
    return [
        Known(
            person,
            mirror.salesforce(person.salesforce_id) if person.salesforce_id else None,
            mirror.hubspot(person.hubspot_id) if person.hubspot_id else None,
        )
        for person in persons
    ]


def stake_row(mirror: Mirror, found: DuplicateSet, rules: Rules) -> StakeRow:
    """The row of one set. The proposed master is a guess here; the review proposes it from a fresh read."""
    people = known(mirror, [person for key in found.members if (person := mirror.person(key)) is not None])
    linked = [one for one in people if one.person.salesforce_id and one.person.hubspot_id]
    names = [one.name for one in people]
    risk = [counters(one.contact) for one in at_risk(people, rules)]
    total: dict[str, int] = {}
    for counted in risk:
        for kind, count in counted.items():
            total[kind] = total.get(kind, 0) + count
    warns = sum(1 for counted in risk if counted)
    emails = [_emails(one) for one in people]
    return StakeRow(
        who=" · ".join(names) if len(names) < 3 else f"{names[0]} ×{len(names)}",
        company=_company(mirror, people),
        objects=" ".join(one.person.object[0] if one.person.object else "H" for one in people),
        link="both" if len(linked) == len(people) == 2 else f"{len(linked)} of {len(people)}" if linked else "none",
        stake=words(total),
        points=stake_points(total),
        checks=("■1 " if _will_block(people) else "") + (f"▲{warns}" if warns else "") or "·",
        words="\n".join((*names, *(address for group in emails for address in sorted(group)))),
        owners=_distinct(mirror.user_name(_text(one.record, "OwnerId")) for one in people),
        sources=_distinct(_text(one.record, "LeadSource") for one in people),
        record_types=_distinct(_record_type(mirror, one.record) for one in people),
        email=_email_state(emails),
        created_at=max((_created(one) for one in people), default=0),
    )


def at_risk(people: Sequence[Known], rules: Rules) -> list[Known]:
    """Those with a HubSpot contact that are not the proposed master."""
    members = [Member(one.person.key, one.record, one.contact) for one in people]
    master = standings(members, rules)[0].key if members else ""
    return [one for one in people if one.person.key != master and one.contact is not None]


def person_line(mirror: Mirror, one: Known) -> str:
    """``Jane Francis (C 003…A1, linked ↔ 90211, owner M. Ruiz)``."""
    record, contact = one.record, one.contact
    parts = [f"{record.object[0]} {short_id(record.id)}"] if record else []
    if contact is not None:
        parts.append(f"linked ↔ {contact.id}" if record else f"HubSpot {contact.id}")
    if record is not None and record.values.get("OwnerId"):
        parts.append(f"owner {mirror.user_name(str(record.values['OwnerId']))}")
    return f"{one.name} ({', '.join(parts)})"


def strongest_first(evidence: Sequence[Evidence]) -> tuple[tuple[str, float], ...]:
    """(sentence, weight): what speaks for it, then what against, the general doubt of any pair last."""
    order = sorted(evidence, key=lambda entry: (entry.field == "prior", -entry.weight))
    return tuple((entry.sentence, entry.weight) for entry in order)


def _will_block(people: Sequence[Known]) -> bool:
    """What the mirror alone shows: a lead with a contact, or a HubSpot-only person whom nobody could take up."""
    persons = [one.person for one in people]
    objects = {person.object for person in persons if person.object}
    alone = any(person.salesforce_id is None for person in persons)
    return len(objects) > 1 or (
        bool(objects) and alone and not any(one.salesforce_id and one.hubspot_id for one in persons)
    )


def _company(mirror: Mirror, people: Sequence[Known]) -> str:
    for one in people:
        account = _text(one.record, "AccountId")
        name = mirror.account_name(account) if account else _text(one.record, "Company")
        if not name and one.contact is not None:
            name = one.contact.values.get("company") or ""
        if name:
            return name
    return ""


def _emails(one: Known) -> frozenset[str]:
    own = _text(one.record, "Email").strip().lower()
    return frozenset({own, *addresses(one.contact)} - {""})


def _email_state(emails: Sequence[frozenset[str]]) -> Literal["", "same", "different", "missing"]:
    """``missing`` when somebody has no address at all; ``same`` when all share one."""
    if not emails or not all(emails):
        return "missing"
    return "same" if frozenset.intersection(*emails) else "different"


def _record_type(mirror: Mirror, record: SalesforceRecord | None) -> str:
    """Its name where a pull brought it, and its id."""
    id_ = _text(record, "RecordTypeId")
    return f"{mirror.account_name(id_)} {id_}".strip() if id_ else ""


def _created(one: Known) -> int:
    made = instant(_text(one.record, "CreatedDate")) if one.record else None
    return made or (one.contact.created_at if one.contact else 0)


def _text(record: SalesforceRecord | None, name: str) -> str:
    return str(record.values.get(name) or "") if record is not None else ""


def _distinct(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(text for text in texts if text))
