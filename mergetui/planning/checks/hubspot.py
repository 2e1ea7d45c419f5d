"""What hangs on the HubSpot contacts: activity, limits, billing, what a sync would delete."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.activity import counts, valuable, words
from mergetui.planning.checks.case import Case
from mergetui.planning.people import member_name
from mergetui.records.crm import HubSpotContact
from mergetui.records.plan import Check

MERGE_LIMIT = 250
"""HubSpot refuses a merge whose two sides together reach this many merges (facts/hubspot.md §4)."""


def merge_limit(case: Case) -> Iterator[Check]:
    contacts = [member.hubspot for member in case.dossier.members if member.hubspot]
    if len(contacts) > 1 and sum(_merges(contact) for contact in contacts) + len(contacts) - 1 >= MERGE_LIMIT:
        yield Check(
            "merge-limit",
            "blocks",
            "HubSpot's merge limit is reached",
            f"A contact can take part in at most {MERGE_LIMIT} merges, the earlier ones of both sides included.",
            "This pair can no longer be merged in HubSpot; leave it as it is.",
        )


def loser_activity(case: Case) -> Iterator[Check]:
    for member in case.losers:
        if member.hubspot is None:
            continue
        kept = (
            "If only Salesforce were merged, it would be gone at the next sync. mergetui merges in HubSpot at once,"
            " which keeps it."
            if case.master.hubspot is not None
            else "The master has no HubSpot contact that it could be merged into."
        )
        precious = valuable(member, case.rules, case.dossier.hubspot_read_at)
        everything = counts(member)
        if precious:
            yield Check(
                f"loser-activity:{member.key}",
                "acknowledge",
                f"{member_name(member)} has valuable HubSpot activity: {words(precious)}",
                kept,
                "Look at it (the activity row), and make sure that this is the one to lose.",
            )
        elif everything:
            yield Check(
                f"loser-activity:{member.key}",
                "informs",
                f"{member_name(member)} has HubSpot activity: {words(everything)}",
                kept,
                "Nothing to do.",
            )


def auto_delete(case: Case) -> Iterator[Check]:
    switches = {switch.object: switch for switch in case.dossier.settings.deletes}
    at_risk = [member for member in case.losers if member.salesforce and member.hubspot]
    for name in ("Contact", "Lead"):
        here = [member for member in at_risk if member.salesforce and member.salesforce.object == name]
        switch = switches.get(name)
        if not here or (switch is not None and switch.value == "off"):
            continue
        known = switch is not None and switch.value == "on"
        yield Check(
            f"auto-delete:{name}",
            "acknowledge",
            f"Auto-delete of {name.lower()}s is {'ON' if known else 'unknown, taken as ON'}",
            "A loser's HubSpot contact is archived if a sync falls between the two merges. "
            "mergetui starts only right after a sync that it has seen, when there is time for both.",
            f"Set “When a Salesforce {name.lower()} is deleted” to Do nothing in HubSpot while merging, then say so: "
            f"mergetui settings declare --{name.lower()}s off",
        )


def marketing(case: Case) -> Iterator[Check]:
    """The most marketable status wins a HubSpot merge (facts/hubspot.md §4), and marketing contacts are billed."""
    master = case.master.hubspot
    if master is None or _marketing(master):
        return
    for member in case.losers:
        if member.hubspot is not None and _marketing(member.hubspot):
            yield Check(
                f"marketing:{member.key}",
                "acknowledge",
                "The survivor becomes a marketing contact",
                f"{member_name(member)} is one, the master is not; HubSpot keeps, and bills, the marketable status.",
                "Set the loser to non-marketing in HubSpot first, if that is not wanted.",
            )


def running_sequence(case: Case) -> Iterator[Check]:
    """A sequence goes on writing to the person under one address while the contact is merged (facts/hubspot.md §4)."""
    merging = [member for member in case.dossier.members if member.hubspot] if case.master.hubspot else []
    for member in merging if len(merging) > 1 else ():
        values = member.hubspot.values if member.hubspot else {}
        if (values.get("hs_sequences_is_enrolled") or "").lower() == "true":
            yield Check(
                f"sequence:{member.key}",
                "acknowledge",
                f"{member_name(member)} is in a running sequence",
                "HubSpot keeps sequences of both contacts on the survivor, and ends workflow enrolments of both: the"
                " person may get mails twice, or none.",
                "Unenrol the contact in HubSpot first, or tell the sequence's owner.",
            )


def _merges(contact: HubSpotContact) -> int:
    return len([entry for entry in (contact.values.get("hs_calculated_merged_vids") or "").split(";") if entry])


def _marketing(contact: HubSpotContact) -> bool:
    return (contact.values.get("hs_marketable_status") or "").lower() == "true"
