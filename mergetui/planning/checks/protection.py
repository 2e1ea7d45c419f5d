"""People whom the profile protects: nobody merges them by key (VIP, legal hold)."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.checks.case import Case
from mergetui.planning.people import member_name
from mergetui.planning.rules import Protect
from mergetui.planning.values import blank
from mergetui.records.crm import Value
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Check
from mergetui.records.review import Dossier, Member


def protected(case: Case) -> Iterator[Check]:
    """A filter whose field cannot be read protects everybody: unknown is dangerous (design rule 4)."""
    for number, rule in enumerate(case.rules.protect):
        why = f" ({rule.why})" if rule.why else ""
        if not _readable(case.dossier, rule):
            yield Check(
                f"protect-unreadable:{number}",
                "blocks",
                f"The profile protects people by {rule.field}, which cannot be read",
                "Nobody can tell whether these people are protected.",
                "Give the signed-in user read access to it, or correct protect in the profile.",
            )
            continue
        for member in case.dossier.members:
            if _fits(_value(member, rule), rule):
                yield Check(
                    f"protect:{number}:{member.key}",
                    "blocks",
                    f"{member_name(member)} is protected by the profile{why}",
                    f"{rule.field} is {rule.value or 'filled'} there, and the profile says that such people are not"
                    " merged.",
                    "Ask whoever put the protection there; leave this set as it is (s).",
                )


def _readable(dossier: Dossier, rule: Protect) -> bool:
    """In every CRM's object that the set's members are of."""
    if rule.crm == "hubspot":
        return rule.field in {info.name for info in dossier.hubspot_fields}
    objects = {member.salesforce.object for member in dossier.members if member.salesforce}
    held = {info.object for info in dossier.salesforce_fields if info.name == rule.field}
    # a field of contacts only says nothing about leads; hidden on both, nobody knows
    return not objects or bool(objects & held)


def _value(member: Member, rule: Protect) -> Value:
    if rule.crm == "hubspot":
        return member.hubspot.values.get(rule.field) if member.hubspot else None
    return member.salesforce.values.get(rule.field) if member.salesforce else None


def _fits(value: Value, rule: Protect) -> bool:
    if not rule.value:
        return not blank(value) and value is not False and text(value).lower() != "false"
    wanted = rule.value.strip().casefold()
    return any(part.strip().casefold() == wanted for part in text(value).split(";"))
