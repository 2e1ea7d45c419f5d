"""Leads beside contacts, and leads that were converted."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.checks.case import Case
from mergetui.planning.people import member_name
from mergetui.planning.values import blank
from mergetui.records.plan import Check


def lead_and_contact(case: Case) -> Iterator[Check]:
    objects = {member.salesforce.object for member in case.dossier.members if member.salesforce}
    if len(objects) > 1:
        yield Check(
            "lead-and-contact",
            "blocks",
            "A lead and a contact cannot be merged",
            "Salesforce merges rows of one object only; the lead has to be converted into the contact first.",
            "Convert the lead into this contact in Salesforce, wait for the next sync, pull and match again.",
        )


def converted_master(case: Case) -> Iterator[Check]:
    record = case.master.salesforce
    if record is not None and record.values.get("IsConverted") is True:
        yield Check(
            "converted-master",
            "blocks",
            "The master is a converted lead",
            "Salesforce lets a converted lead lose a merge, never survive one.",
            "Make another record the master (m).",
        )


def target_without_account(case: Case) -> Iterator[Check]:
    """facts/salesforce.md §7: convertLead needs the account that its contact belongs to."""
    record = case.master.salesforce
    if record is None or record.object != "Contact" or not blank(record.values.get("AccountId")):
        return
    if any(one.salesforce is not None and one.salesforce.object == "Lead" for one in case.losers):
        yield Check(
            "convert-no-account",
            "blocks",
            f"{member_name(case.master)} has no account, so no lead can be converted into it",
            "Salesforce converts a lead only into a contact that belongs to an account.",
            "Give the contact an account in Salesforce, then review again.",
        )


def conversion_counts(case: Case) -> Iterator[Check]:
    """A conversion is an event in Salesforce's reports and automations, not only a way to join two records."""
    leads = [
        one
        for one in case.losers
        if one.salesforce is not None
        and one.salesforce.object == "Lead"
        and not one.salesforce.values.get("IsConverted")
    ]
    record = case.master.salesforce
    if record is not None and record.object == "Contact" and leads:
        yield Check(
            "conversion-counts",
            "acknowledge",
            f"{len(leads)} lead{'' if len(leads) == 1 else 's'} would be counted as converted",
            "Lead reports, conversion rates and automations on conversion take it for a won lead; it cannot be undone.",
            "Tell those who read the lead reports, or leave the lead alone.",
        )
