"""Survivorship rules: how one field's surviving value is found, for one set by a key or for all sets when saved.

Pure. A rule answers with a ``Choice`` (a member's column, or a text made of several) or says why it has none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from mergetui.planning.activity import instant
from mergetui.planning.people import member_addresses
from mergetui.planning.rows import effective
from mergetui.planning.survivorship import is_yes
from mergetui.planning.values import blank, same
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Choice
from mergetui.records.review import Dossier, Member, Row

PHONES = ("Phone", "MobilePhone", "HomePhone", "OtherPhone")
HUBSPOT_PHONES = ("phone", "mobilephone")
SEPARATOR = "; "


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The rule says nothing here, and why."""

    why: str


Answer = Choice | NoAnswer
Picker = Callable[[Dossier, Row, str], Answer]


@dataclass(frozen=True, slots=True)
class SurvivalRule:
    id: str
    title: str
    why: str
    """One sentence: what it does."""
    pick: Picker
    fits: Callable[[Row], bool]
    """Whether the rule means anything for such a field."""


def answer(rule_id: str, dossier: Dossier, row: Row, master: str) -> Answer:
    """What a rule makes of one row. An unknown rule (of a newer version's settings) has no answer."""
    rule = RULES.get(rule_id)
    if rule is None:
        return NoAnswer(f"the rule {rule_id[:30]} is not known")
    if not row.selectable or not rule.fits(row):
        return NoAnswer(row.reason or "this rule does not fit such a field")
    return rule.pick(dossier, row, master)


def rules_for(row: Row) -> tuple[SurvivalRule, ...]:
    """The rules that mean something for such a field, in the order they are offered."""
    return tuple(rule for rule in RULES.values() if rule.fits(row)) if row.selectable else ()


def is_multi(row: Row) -> bool:
    """Several values in one field, with semicolons between them."""
    if row.salesforce is not None:
        return row.salesforce.type == "multipicklist"
    return (
        row.hubspot is not None
        and any(";" in text(value.hubspot) for value in row.values)
        and bool(row.hubspot.options)
    )


def is_boolean(row: Row) -> bool:
    return row.salesforce is not None and row.salesforce.type == "boolean"


def _is_text(row: Row) -> bool:
    field = row.salesforce
    if field is None:
        return row.hubspot is not None and not row.hubspot.options and row.hubspot.type == "string"
    return field.type in ("string", "textarea") and not field.refers_to


def _is_email(row: Row) -> bool:
    return row.key in ("sf:Email", "hs:email")


# pickers -------------------------------------------------------------------------------------------------------------
def _master(dossier: Dossier, row: Row, master: str) -> Answer:
    return Choice(member=master)


def _filled(dossier: Dossier, row: Row, master: str) -> Answer:
    """The master's value unless blank, else that of the record changed last."""
    own = next(index for index, member in enumerate(dossier.members) if member.key == master)
    if not blank(effective(row.values[own])):
        return Choice(member=master)
    return _newest(dossier, row, master)


def _newest(dossier: Dossier, row: Row, master: str) -> Answer:
    return _best(dossier, row, master, lambda index: changed_at(dossier.members[index]))


def _oldest(dossier: Dossier, row: Row, master: str) -> Answer:
    """The value of the record made first: what ``original source`` means."""
    return _best(dossier, row, master, lambda index: -created_at(dossier.members[index]))


def _longest(dossier: Dossier, row: Row, master: str) -> Answer:
    return _best(dossier, row, master, lambda index: len(text(effective(row.values[index])).strip()))


def _best(dossier: Dossier, row: Row, master: str, weight: Callable[[int], int]) -> Answer:
    """The non-blank column with the greatest weight; of equal ones the master's, then the first."""
    filled = [index for index, value in enumerate(row.values) if not blank(effective(value))]
    if not filled:
        return NoAnswer("it is blank everywhere")
    best = max(filled, key=lambda index: (weight(index), dossier.members[index].key == master, -index))
    return Choice(member=dossier.members[best].key)


def _from_salesforce(dossier: Dossier, row: Row, master: str) -> Answer:
    order = _master_first(dossier, master)
    for index in order:
        value = row.values[index]
        if value.in_salesforce and not blank(value.salesforce):
            return Choice(member=dossier.members[index].key)
    return NoAnswer("Salesforce has no value")


def _from_hubspot(dossier: Dossier, row: Row, master: str) -> Answer:
    for index in _master_first(dossier, master):
        value = row.values[index]
        if value.in_hubspot and not blank(value.hubspot):
            if same(effective(value), value.hubspot):
                return Choice(member=dossier.members[index].key)
            return Choice(edited=text(value.hubspot).strip())
    return NoAnswer("HubSpot has no value")


def _union(dossier: Dossier, row: Row, master: str) -> Answer:
    """All values of a multi-picklist, the master's first."""
    order = _master_first(dossier, master)
    parts = list(dict.fromkeys(part for index in order for part in _parts(text(effective(row.values[index])))))
    if not parts:
        return NoAnswer("it is blank everywhere")
    return _made(
        dossier, row, ";".join(parts), lambda index: set(_parts(text(effective(row.values[index])))) == set(parts)
    )


def _append(dossier: Dossier, row: Row, master: str) -> Answer:
    """The master's text and, behind it, each address and phone of the losers that nobody else keeps."""
    own = next(index for index, member in enumerate(dossier.members) if member.key == master)
    kept = text(effective(row.values[own])).strip()
    losers = [member for member in dossier.members if member.key != master]
    known = {*member_addresses(dossier.members[own]), *(_digits(phone) for phone in phones(dossier.members[own]))}
    found: dict[str, str] = {}
    for member in losers:
        for address in member_addresses(member):
            if address not in known and address not in kept.lower():
                found.setdefault(address, address)
        for phone in phones(member):
            if _digits(phone) not in known and phone not in kept:
                found.setdefault(_digits(phone), phone)
    if not found:
        return NoAnswer("the others have no address or phone that the master lacks")
    made = SEPARATOR.join((kept, *found.values()) if kept else tuple(found.values()))
    limit = row.salesforce.length if row.salesforce is not None else 0
    if limit and len(made) > limit:
        return NoAnswer(f"the result would be {len(made)} characters long, {limit} are allowed")
    return Choice(edited=made)


def _yes(dossier: Dossier, row: Row, master: str) -> Answer:
    """A yes anywhere wins; else the master's no."""
    for index in _master_first(dossier, master):
        if is_yes(effective(row.values[index])):
            return Choice(member=dossier.members[index].key)
    return Choice(member=master)


def _made(dossier: Dossier, row: Row, made: str, is_same: Callable[[int], bool]) -> Answer:
    """A member's own value when it says the same, else the text."""
    for index, member in enumerate(dossier.members):
        if is_same(index):
            return Choice(member=member.key)
    return Choice(edited=made)


# about members -------------------------------------------------------------------------------------------------------
def changed_at(member: Member) -> int:
    """When the record was changed last, in its own CRM's clock."""
    if member.salesforce is not None:
        return member.salesforce.modified_at
    return member.hubspot.updated_at if member.hubspot is not None else 0


def created_at(member: Member) -> int:
    """When the older of a person's two records was made."""
    made = []
    if member.salesforce is not None:
        made.append(instant(text(member.salesforce.values.get("CreatedDate")) or None) or member.salesforce.modified_at)
    if member.hubspot is not None:
        made.append(instant(member.hubspot.values.get("createdate")) or member.hubspot.created_at)
    return min(made, default=0)


def phones(member: Member) -> tuple[str, ...]:
    """All phone numbers of both rows as written, each number once."""
    written: list[str] = []
    if member.salesforce is not None:
        written += [text(member.salesforce.values.get(name)) for name in PHONES]
    if member.hubspot is not None:
        written += [member.hubspot.values.get(name) or "" for name in HUBSPOT_PHONES]
    found: dict[str, str] = {}
    for phone in written:
        if phone.strip():
            found.setdefault(_digits(phone), phone.strip())
    return tuple(found.values())


def _digits(phone: str) -> str:
    """The number without its dress; two spellings of it are one phone."""
    return "".join(char for char in phone if char.isdigit()).lstrip("0") or phone.strip()


def _master_first(dossier: Dossier, master: str) -> list[int]:
    """Columns: the master's, then the others, the one changed last first."""
    return sorted(
        range(len(dossier.members)),
        key=lambda index: (dossier.members[index].key != master, -changed_at(dossier.members[index]), index),
    )


def _parts(written: str) -> Iterable[str]:
    return [part.strip() for part in written.split(";") if part.strip()]


def _always(row: Row) -> bool:
    return True


def _not_boolean(row: Row) -> bool:
    return not is_boolean(row)


RULES: Mapping[str, SurvivalRule] = {
    rule.id: rule
    for rule in (
        SurvivalRule("master", "the master's", "Keep what the surviving record has, also when it is blank.", _master,
                     _always),
        SurvivalRule("filled", "first that is not blank", "The master's; where it is blank, the one changed last.",
                     _filled, _not_boolean),
        SurvivalRule("newest", "newest", "From the record that was changed last.", _newest, _not_boolean),
        SurvivalRule("oldest", "oldest", "From the record that was made first; for original sources.", _oldest,
                     _not_boolean),
        SurvivalRule("longest", "longest", "The longest text.", _longest, _not_boolean),
        SurvivalRule("salesforce", "Salesforce's", "What Salesforce has, the master's row first.", _from_salesforce,
                     lambda row: row.salesforce is not None and row.hubspot is not None),
        SurvivalRule("hubspot", "HubSpot's", "What HubSpot has, the master's contact first.", _from_hubspot,
                     lambda row: row.salesforce is not None and row.hubspot is not None and not is_boolean(row)
                     and not row.salesforce.refers_to and not _is_email(row)),
        SurvivalRule("union", "all of them", "Every value that any of them has.", _union, is_multi),
        SurvivalRule("append", "with the losers' e-mails and phones",
                     "The master's text, then the addresses and phones that only the losers have.", _append,
                     lambda row: _is_text(row) and not _is_email(row)),
        SurvivalRule("yes", "a yes wins", "A yes anywhere stays; for opt-outs this always holds.", _yes, is_boolean),
    )
}  # fmt: skip
