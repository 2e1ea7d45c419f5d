"""Small questions about the members of a dossier."""

from __future__ import annotations

from collections.abc import Iterable

from mergetui.planning.values import addresses, blank
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Choices
from mergetui.records.review import Dossier, Member


def member_name(member: Member) -> str:
    if member.salesforce is not None:
        values = member.salesforce.values
        parts = (text(values.get("FirstName")), text(values.get("LastName")))
    elif member.hubspot is not None:
        parts = (member.hubspot.values.get("firstname") or "", member.hubspot.values.get("lastname") or "")
    else:
        parts = ("", "")
    name = " ".join(part for part in parts if part)
    return name or member_email(member) or member.key


def member_email(member: Member) -> str:
    """The address the member goes by: Salesforce's, else HubSpot's primary one."""
    if member.salesforce is not None and not blank(member.salesforce.values.get("Email")):
        return text(member.salesforce.values.get("Email"))
    return (member.hubspot.values.get("email") or "") if member.hubspot else ""


def member_addresses(member: Member) -> tuple[str, ...]:
    own = member_email(member).strip().lower()
    return tuple(dict.fromkeys(([own] if own else []) + list(addresses(member.hubspot))))


def short_id(record_id: str) -> str:
    """``003…A1``: enough to recognise an 18-character id. HubSpot ids stay whole."""
    return f"{record_id[:3]}…{record_id[-5:-3]}" if len(record_id) == 18 else record_id


def object_name(member: Member) -> str:
    return member.salesforce.object if member.salesforce else "HubSpot contact"


def the_master(dossier: Dossier, choices: Choices) -> Member:
    for member in dossier.members:
        if member.key == choices.master:
            return member
    raise ValueError("the chosen master is not a member of the set")


def losers(dossier: Dossier, choices: Choices) -> tuple[Member, ...]:
    return tuple(member for member in dossier.members if member.key != choices.master)


def has_salesforce(members: Iterable[Member]) -> bool:
    return any(member.salesforce is not None for member in members)
