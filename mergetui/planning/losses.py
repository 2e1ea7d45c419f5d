"""What disappears for good or leaves for the recycle bin, in sentences that name it."""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.planning.people import member_name, object_name, short_id, the_master
from mergetui.planning.rows import effective
from mergetui.planning.values import blank, same
from mergetui.records.crm import Value
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Choices
from mergetui.records.review import Dossier, Member, Row

NAMED = 8
"""So many values are named in one sentence; the rest is counted."""


def losses(
    dossier: Dossier, choices: Choices, all_rows: tuple[Row, ...], final: Mapping[str, Value]
) -> tuple[str, ...]:
    """One sentence per record that is merged away and per member whose values are not kept, the master included."""
    master = the_master(dossier, choices)
    said: list[str] = []
    for index, member in enumerate(dossier.members):
        name = member_name(member)
        dropped = _dropped(index, member, all_rows, final)
        if member.key == master.key:
            if dropped:
                said.append(f"Values of the master “{name}” that are replaced: {dropped}.")
            continue
        if member.salesforce and master.salesforce:
            said.append(f"Salesforce {object_name(member)} {short_id(member.salesforce.id)} “{name}” is merged away.")
        if member.hubspot and master.hubspot and member.hubspot.id != master.hubspot.id:
            said.append(
                f"HubSpot contact {member.hubspot.id} “{name}” is merged away; HubSpot cannot split them again."
            )
        if dropped:
            said.append(f"Values of “{name}” that are not kept: {dropped}.")
    return tuple(said)


def _dropped(index: int, member: Member, all_rows: tuple[Row, ...], final: Mapping[str, Value]) -> str:
    """The values of one column that do not survive: ``Title “Sales”, Phone “+44 …”``."""
    found = []
    for row in all_rows:
        value = effective(row.values[index])
        if row.key in final and not blank(value) and value is not False and not same(value, final[row.key]):
            found.append(f"{row.label} “{_short(_name_of(row, member) or text(value))}”")
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def _name_of(row: Row, member: Member) -> str:
    """What people call the owner or account that an id stands for."""
    return {"sf:OwnerId": member.owner_name, "sf:AccountId": member.account_name}.get(row.key, "")


def _short(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= 40 else line[:39] + "…"
