"""Chosen values: what a CRM would refuse, and what differs so much that a person has to say yes."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.checks.case import Case, several
from mergetui.planning.people import member_addresses
from mergetui.planning.rows import COMPANY_ROW
from mergetui.planning.values import addresses, unfit, unfit_for_hubspot
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Check
from mergetui.records.review import Row


def bad_values(case: Case) -> Iterator[Check]:
    for row in case.rows:
        if row.key not in case.finals:
            continue
        value = case.finals[row.key]
        wrong = unfit(value, row.salesforce) if row.salesforce is not None else ""
        if not wrong and row.hubspot is not None and row.salesforce is None:
            wrong = unfit_for_hubspot(text(value), row.hubspot)
        if wrong:
            yield Check(
                f"value:{row.key}", "blocks", f"{row.label} {wrong}",
                "The CRM would refuse the write.", "Choose another value, or edit it (e).",
            )  # fmt: skip


def accounts_and_owners(case: Case) -> Iterator[Check]:
    taking_part = [member for member in case.dossier.members if member.hubspot] if case.master.hubspot else []
    for row in case.rows:
        if row.key == "sf:AccountId" and several(row):
            names = " / ".join(
                sorted({member.account_name or "none" for member in case.dossier.members if member.salesforce})
            )
            yield Check(
                "accounts-differ",
                "acknowledge",
                f"Different accounts: {names}",
                "Tasks and roles of the losers move to the chosen account's person; reports by account will change.",
                "Choose the account that stays; it is read again after the merge.",
            )
        if row.key == COMPANY_ROW and _companies(row) and len(taking_part) > 1:
            names = " / ".join(sorted(case.dossier.names.get(one, one) for one in _companies(row)))
            yield Check(
                "companies-differ",
                "acknowledge",
                f"Different primary companies in HubSpot: {names}",
                "The merged contact keeps both, but only one as its primary company, which reports follow.",
                "Choose the primary company that stays; it is read again after the merge.",
            )
        if row.key == "sf:OwnerId" and several(row):
            names = " / ".join(
                sorted({member.owner_name or "?" for member in case.dossier.members if member.salesforce})
            )
            yield Check(
                "owners-differ",
                "acknowledge",
                f"Owners differ: {names}",
                "The master's owner stays unless you choose another; the other owner loses the person.",
                "Choose the owner that stays.",
            )


def addresses_left(case: Case) -> Iterator[Check]:
    """Where the addresses that are not chosen end: only contacts that HubSpot merges hand theirs on."""
    merging = [member.hubspot for member in case.dossier.members if member.hubspot] if case.master.hubspot else []
    kept = {address for contact in merging for address in addresses(contact)}
    chosen = text(case.finals.get("sf:Email", case.finals.get("hs:email"))).lower()
    gone = {one for member in case.dossier.members for one in member_addresses(member)} - kept - {chosen}
    if len(kept | {chosen}) > 1 and len(merging) > 1:
        yield Check(
            "addresses",
            "informs",
            "The other addresses become additional addresses in HubSpot",
            "Salesforce keeps only the chosen one.",
            "Nothing to do.",
        )
    if gone:
        yield Check(
            "addresses-gone",
            "informs",
            f"Not kept in either CRM: {', '.join(sorted(gone))}",
            "No HubSpot contact carries it, so no merge can hand it on; the snapshot holds it.",
            "Choose it as the e-mail, or note it down, if it is needed.",
        )


def address_taken(case: Case) -> Iterator[Check]:
    """HubSpot holds one contact per address; a stranger's would be refused after both merges (T19, row 21)."""
    chosen = text(case.finals.get("sf:Email", case.finals.get("hs:email"))).lower()
    for owner in case.dossier.address_owners:
        if owner.address == chosen:
            yield Check(
                f"address-taken:{owner.hubspot_id}",
                "blocks",
                f"The chosen e-mail belongs to HubSpot contact {owner.hubspot_id}, which is not in this set",
                "HubSpot would refuse it, or the sync would mix the two people up.",
                "Choose another e-mail, or merge that contact first.",
            )
        else:
            yield Check(
                f"address-elsewhere:{owner.hubspot_id}",
                "acknowledge",
                f"HubSpot contact {owner.hubspot_id} carries an address of these people",
                "It is not part of this set and stays as it is: perhaps a third duplicate.",
                "Look at it in HubSpot; pull and match again if it belongs here.",
            )


def _companies(row: Row) -> set[str]:
    """The different companies of a row; empty when there is only one, or none."""
    found = {value.hubspot for value in row.values if value.hubspot}
    return found if len(found) > 1 else set()
