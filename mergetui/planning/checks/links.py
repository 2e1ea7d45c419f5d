"""Links between the two CRMs: who holds whose id."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.checks.case import Case
from mergetui.planning.people import member_name, short_id
from mergetui.planning.values import link_ids
from mergetui.records.plan import Check


def master_not_linked(case: Case) -> Iterator[Check]:
    master = case.master
    linked = [member for member in case.losers if member.hubspot]
    if master.salesforce is None and any(member.salesforce for member in case.losers):
        yield Check(
            "master-not-linked",
            "blocks",
            "The master has no Salesforce record",
            "The survivor must be the person that both CRMs know; otherwise its link breaks.",
            "Make the record with both sides the master (m).",
        )
    elif master.hubspot is None and linked:
        contact = linked[0].hubspot.id if linked[0].hubspot else ""
        if linked[0].salesforce is None:
            why = f"HubSpot contact {contact} has no Salesforce record, and the master has no HubSpot contact to keep."
            todo = "Let the sync link the two first (same e-mail address on both), pull, and review again."
        else:
            why = (
                f"HubSpot contact {contact} would point at a deleted row, and be archived or orphaned at the next sync."
            )
            todo = "Make the linked record the master (m) and take the values you want from the others."
        what = "HubSpot is linked to a loser, not to the master"
        if linked[0].salesforce is None:
            what = "A loser is only in HubSpot, and the master is not there"
        yield Check("master-not-linked", "blocks", what, why, todo)


def moved_link(case: Case) -> Iterator[Check]:
    """The primary must be the contact that is linked to the master (design rule 6): links move (row 7)."""
    for member in case.dossier.members:
        if member.salesforce and member.hubspot and member.salesforce.id not in link_ids(member.hubspot):
            yield Check(
                f"moved-link:{member.key}",
                "blocks",
                f"HubSpot contact {member.hubspot.id} is no longer linked to {member_name(member)}",
                "Its link has moved to another Salesforce record, or was taken away, since the people were pulled.",
                "Pull and match again; the set will be built anew.",
            )


def wrong_link(case: Case) -> Iterator[Check]:
    for member in case.dossier.members:
        if member.link in ("mismatched", "stale", "orphaned"):
            yield Check(
                f"link:{member.key}",
                "acknowledge",
                f"The link of {member_name(member)} is {member.link}",
                "HubSpot and Salesforce disagree about who this is (address or id); the sync may move the link.",
                "Compare both sides in the details before you go on.",
            )


def held_elsewhere(case: Case) -> Iterator[Check]:
    """facts/integration.md T29: a live contact outside the plan that holds a loser's id would be archived."""
    own = {member.hubspot.id for member in case.dossier.members if member.hubspot}
    dying = {member.salesforce.id for member in case.losers if member.salesforce}
    for holder in case.dossier.holders:
        if holder.salesforce_id in dying and holder.hubspot_id not in own:
            yield Check(
                f"held:{holder.hubspot_id}",
                "blocks",
                f"HubSpot contact {holder.hubspot_id} holds a loser's Salesforce id",
                f"Its {holder.property} is {short_id(holder.salesforce_id)}; when that row is gone, the integration "
                "may archive this contact, which is not part of the merge.",
                "Resync that contact in HubSpot, or add it to the set, then review again.",
            )
    master_contact = case.master.hubspot
    for member in case.losers:
        if member.salesforce and master_contact and member.salesforce.id in link_ids(master_contact):
            yield Check(
                f"held-by-master:{member.key}",
                "blocks",
                "The master's HubSpot contact also holds a loser's Salesforce id",
                "It carries a lead id and a contact id; the deletion of one would archive the survivor.",
                "Resync the contact in HubSpot so that only one id is left, then review again.",
            )


def linked_outside(case: Case) -> Iterator[Check]:
    """Row 26: a live Salesforce record that a merged contact points at would pull the survivor over to itself."""
    for holder in case.dossier.outside:
        yield Check(
            f"outside:{holder.hubspot_id}:{holder.salesforce_id}",
            "blocks",
            f"HubSpot contact {holder.hubspot_id} is linked to a Salesforce record outside this set",
            f"Its {holder.property} is {short_id(holder.salesforce_id)}, which is alive; the merge would tie it to the"
            " survivor, and its next change would move the link.",
            "Pull and match again so that it joins the set, or correct the link in HubSpot first.",
        )
