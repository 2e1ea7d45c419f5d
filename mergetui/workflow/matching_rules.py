"""What a profile and its reviewers tell the matcher: extra keys, fields that do not count, pairs of two people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from mergetui.matching.persons import Custom
from mergetui.records.people import DuplicateSet, PersonFacts

if TYPE_CHECKING:
    from mergetui.workflow.office import Office

_SEEN = "not duplicates"
"""The ledger's setting: set id → what its people looked like when the verdict was first met by the matcher."""


def custom(office: Office, facts: Sequence[PersonFacts]) -> tuple[Custom, list[DuplicateSet]]:
    """The rules, and the rejected sets that stay in the queue as they are.

    People who were rejected as duplicates are not shown again, in whatever set, unless their records changed since:
    then the verdict is taken back, and the matcher judges anew.
    """
    config = office.config
    unchanged = _unchanged(office, facts)
    blocked = {pair for members in unchanged.values() for pair in combinations(sorted(members), 2)}
    kept = [found for set_id in sorted(unchanged) if (found := office.mirror.set(set_id)) is not None]
    keys = {name: _values(office, fields) for name, fields in config.match_keys.items()}
    factors = {str(name): factor for name, factor in config.match_weights.items()}
    return Custom(keys, config.match_ignore, factors, blocked), kept


def _unchanged(office: Office, facts: Sequence[PersonFacts]) -> Mapping[str, tuple[str, ...]]:
    """Rejected set → its members, where they all still are what they were."""
    ledger = office.ledger
    verdicts = ledger.decisions()
    rejected = {
        set_id: members for set_id, members in ledger.decided_members().items() if verdicts[set_id] == "not duplicates"
    }
    before: dict[str, str] = ledger.setting(_SEEN) or {}
    if not rejected and not before:
        return {}
    wanted = {member for members in rejected.values() for member in members}
    looks = _looks(row for row in facts if row.key in wanted)
    now = {set_id: _digest(looks.get(member, "") for member in members) for set_id, members in rejected.items()}
    changed = [set_id for set_id, look in now.items() if before.get(set_id, look) != look]
    if not office.read_only:
        ledger.undecide_all(changed)
        seen = {set_id: look for set_id, look in now.items() if set_id not in changed}
        if seen != before:
            ledger.set_setting(_SEEN, seen)
    return {set_id: members for set_id, members in rejected.items() if set_id not in changed}


def _looks(facts: Iterable[PersonFacts]) -> dict[str, str]:
    """Person → digest of what the matcher looks at; not of stamps."""
    rows: dict[str, list[str]] = {}
    for row in facts:
        texts = (
            row.salutation, row.first_name, row.last_name, row.email, row.secondary_email, row.phone, row.mobile,
            row.company, row.title, row.website, row.street, row.city, row.state, row.postal_code, row.country,
        )  # fmt: skip
        rows.setdefault(row.key, []).append(_digest((row.source, row.object, *texts)))
    return {key: _digest(sorted(looks)) for key, looks in rows.items()}


def _digest(texts: Iterable[str]) -> str:
    made = hashlib.sha256()
    for text in texts:
        made.update(text.encode("utf-8", "surrogatepass"))
        made.update(b"\0")
    return made.hexdigest()[:20]


def _values(office: Office, fields: Sequence[str]) -> dict[str, str]:
    """Person → the value of the first of ``fields`` that its Salesforce record, then its HubSpot contact has."""
    mirror = office.mirror
    found: dict[str, str] = {}
    for person in mirror.persons():
        record = mirror.salesforce(person.salesforce_id) if person.salesforce_id else None
        contact = mirror.hubspot(person.hubspot_id) if person.hubspot_id else None
        for values in (record.values if record else {}, contact.values if contact else {}):
            text = next((str(values[name]).strip() for name in fields if values.get(name) not in (None, "")), "")
            if text:
                found.setdefault(person.key, text)
    return found
