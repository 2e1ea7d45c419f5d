"""What both CRMs will look like after the plan and the next sync, in sentences."""

from __future__ import annotations

from collections import Counter

from mergetui.planning.activity import counts, words
from mergetui.planning.losses import losses
from mergetui.planning.people import object_name, short_id, the_master
from mergetui.planning.rows import rows
from mergetui.planning.survivorship import finals
from mergetui.planning.values import addresses
from mergetui.records.plan import Choices
from mergetui.records.review import Dossier


def after_sync(dossier: Dossier, choices: Choices) -> tuple[str, ...]:
    """The state after the plan, its HubSpot merge and the next poll."""
    master = the_master(dossier, choices)
    said: list[str] = []
    if master.salesforce is not None:
        children = sum(len(member.children) for member in dossier.members)
        extra = f", {children} related rows" if children else ""
        said.append(f"1 Salesforce {object_name(master).lower()}, {short_id(master.salesforce.id)}{extra}")
    contacts = {member.hubspot.id for member in dossier.members if member.hubspot}
    if master.hubspot is not None:
        total: Counter[str] = Counter()
        for member in dossier.members:
            total.update(counts(member))
        new_id = " (new id)" if len(contacts) > 1 else ""
        said.append(f"1 HubSpot contact{new_id}: {words(dict(total))}")
        merging = [member.hubspot for member in dossier.members if member.hubspot]
        others = len({address for contact in merging for address in addresses(contact)}) - 1
        if others > 0 and len(contacts) > 1:
            said.append(f"{others} additional address{'es' if others > 1 else ''} in HubSpot")
    dropped = losses(dossier, choices, rows(dossier), finals(dossier, rows(dossier), choices))
    values = [sentence for sentence in dropped if sentence.startswith("Values")]
    said.append("lost: see confirmation" if values else "lost: nothing known")
    return tuple(said)
