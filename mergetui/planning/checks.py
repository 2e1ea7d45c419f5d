"""The checks: each looks at one thing that could go wrong and says what, why, and what to do.

Every function takes the ``Case`` and yields at most a few ``Check``s. Order of ``ALL`` is the order on screen.
Results (ids and severities) are bound by the plan's digest, so they depend on nothing that merely grows or ticks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from mergetui.planning.activity import counts, valuable, words
from mergetui.planning.people import losers, member_addresses, member_name, short_id, the_master
from mergetui.planning.rows import effective
from mergetui.planning.rules import Rules
from mergetui.planning.survivorship import is_consent, is_yes
from mergetui.planning.values import addresses, blank, link_ids, same, text, unfit, unfit_for_hubspot
from mergetui.records.crm import HubSpotContact, Value
from mergetui.records.plan import Check, Choices
from mergetui.records.review import Dossier, Member, Row

MERGE_LIMIT = 250
"""HubSpot refuses a merge whose two sides together reach this many merges (facts/hubspot.md §4)."""
OPT_OUT_SUBSCRIPTIONS = "opt-out:subscriptions"


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a check may look at."""

    dossier: Dossier
    choices: Choices
    rows: tuple[Row, ...]
    finals: Mapping[str, Value]
    rules: Rules

    @property
    def master(self) -> Member:
        return the_master(self.dossier, self.choices)

    @property
    def losers(self) -> tuple[Member, ...]:
        return losers(self.dossier, self.choices)


def run_checks(case: Case) -> tuple[Check, ...]:
    """All findings: what blocks first, then what needs acknowledgement, then what informs."""
    order = {"blocks": 0, "acknowledge": 1, "informs": 2}
    found = [check for look in ALL for check in look(case)]
    return tuple(sorted(found, key=lambda check: order[check.severity]))


def gone(case: Case) -> Iterator[Check]:
    for member in case.dossier.members:
        record = member.salesforce
        if record is not None and record.deleted:
            into = f" It was merged into {short_id(record.master_id)}." if record.master_id else ""
            yield Check(
                f"gone:{member.key}",
                "blocks",
                f"{member_name(member)} is no longer alive in Salesforce",
                f"{record.object} {short_id(record.id)} is deleted.{into}",
                "Run `mergetui pull` and `mergetui match`; the set will be built anew.",
            )
        if record is None and member.hubspot is None:
            yield Check(
                f"gone:{member.key}",
                "blocks",
                "A member of this set cannot be read any more",
                "Neither CRM answers with the record; it was deleted, archived or merged by someone else.",
                "Run `mergetui pull` and `mergetui match`; the set will be built anew.",
            )


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


def hidden_consent(case: Case) -> Iterator[Check]:
    if case.dossier.missing_fields:
        yield Check(
            "hidden-opt-out",
            "blocks",
            f"Opt-out fields are hidden: {', '.join(case.dossier.missing_fields)}",
            "Without seeing them the merge could turn somebody's no into a yes.",
            "Give the signed-in Salesforce user read and edit access to these fields, then review again.",
        )


def unread(case: Case) -> Iterator[Check]:
    """What a missing scope keeps from us: opt-outs block (rule 7), the rest is said."""
    parts = sorted({part for member in case.dossier.members if member.extras for part in member.extras.unread})
    if any(part.startswith("subscriptions") for part in parts):
        yield Check(
            "hidden-subscriptions",
            "blocks",
            "HubSpot's e-mail subscriptions cannot be read",
            "Without seeing who has opted out, the merge could turn somebody's no into a yes.",
            "Give the HubSpot app the scope communication_preferences.read_write, sign in again, and review again.",
        )
    others = [part.partition(":")[0] for part in parts if not part.startswith("subscriptions")]
    if others:
        yield Check(
            "unread",
            "acknowledge",
            f"Not readable in HubSpot: {', '.join(others)}",
            "What hangs on the loser there is not counted in the warnings, and not in the snapshot.",
            "Give the HubSpot app the missing scopes and sign in again, or look in HubSpot yourself.",
        )


def rights(case: Case) -> Iterator[Check]:
    access = case.master.access
    if case.master.salesforce is not None and access is not None and not access.edit:
        yield Check(
            "no-edit",
            "blocks",
            "You may not edit the master",
            "Salesforce would refuse the merge.",
            "Ask for edit access to this record, or sign in as somebody who has it.",
        )
    for member in case.dossier.members:
        if member.salesforce is not None and member.access is None:
            yield Check(
                f"rights-unknown:{member.key}",
                "blocks",
                f"Your rights on {member_name(member)} cannot be read",
                "Salesforce names no access of yours to this record.",
                "Ask for access to it, or sign in as somebody who has it.",
            )
    for member in case.losers:
        if member.salesforce is not None and member.access is not None and not member.access.delete:
            yield Check(
                f"no-delete:{member.key}",
                "blocks",
                f"You may not delete {member_name(member)}",
                "A merge deletes the losers; Salesforce would refuse it.",
                "Ask for delete access to this record, or sign in as somebody who has it.",
            )


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
            f"Set “When a Salesforce {name.lower()} is deleted” to Do nothing in HubSpot while merging.",
        )


def opt_outs(case: Case) -> Iterator[Check]:
    for row in case.rows:
        if is_consent(row):
            answers = {is_yes(effective(value)) for value in row.values}
            if len(answers) > 1:
                yield Check(
                    f"opt-out:{row.key}",
                    "informs",
                    f"{row.label} differs: the yes stays",
                    "Consent only tightens in a merge.",
                    "Nothing to do.",
                )
    if differing_subscriptions(case.dossier):
        yield Check(
            OPT_OUT_SUBSCRIPTIONS,
            "informs",
            "HubSpot e-mail subscriptions differ: every address is unsubscribed where one of them was",
            "HubSpot keeps opt-outs by address; the merged person would otherwise be mailed at the other one.",
            "Nothing to do; it is done before the merge.",
        )


def differing_subscriptions(dossier: Dossier) -> tuple[tuple[str, str, str], ...]:
    """(address, subscription id, name) of every status that has to be tightened: one address of the person has
    opted out of it and this one has not."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for member in dossier.members:
        for entry in member.extras.subscriptions if member.extras else ():
            seen[(entry.address.lower(), entry.subscription_id)] = (entry.status, entry.name)
    refused = {subscription: name for (_, subscription), (status, name) in seen.items() if status == "UNSUBSCRIBED"}
    return tuple(
        sorted(
            (address, subscription, refused[subscription])
            for (address, subscription), (status, _) in seen.items()
            if subscription in refused and status != "UNSUBSCRIBED"
        )
    )


def accounts_and_owners(case: Case) -> Iterator[Check]:
    for row in case.rows:
        if row.key == "sf:AccountId" and _several(row):
            names = " / ".join(
                sorted({member.account_name or "none" for member in case.dossier.members if member.salesforce})
            )
            yield Check(
                "accounts-differ",
                "acknowledge",
                f"Different accounts: {names}",
                "Tasks and roles of the losers move to the chosen account's person; reports by account will change.",
                "Choose the account that stays.",
            )
        if row.key == "sf:OwnerId" and _several(row):
            names = " / ".join(
                sorted({member.owner_name or "?" for member in case.dossier.members if member.salesforce})
            )
            yield Check(
                "owners-differ",
                "informs",
                f"Owners differ: {names}",
                "The master's owner stays unless you choose another.",
                "Choose the owner that stays.",
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


def _several(row: Row) -> bool:
    values = [value.salesforce for value in row.values if value.in_salesforce and not blank(value.salesforce)]
    return any(not same(values[0], other) for other in values[1:])


def _merges(contact: HubSpotContact) -> int:
    return len([entry for entry in (contact.values.get("hs_calculated_merged_vids") or "").split(";") if entry])


def _marketing(contact: HubSpotContact) -> bool:
    return (contact.values.get("hs_marketable_status") or "").lower() == "true"


ALL: tuple[Callable[[Case], Iterator[Check]], ...] = (
    gone,
    lead_and_contact,
    converted_master,
    master_not_linked,
    held_elsewhere,
    linked_outside,
    address_taken,
    moved_link,
    hidden_consent,
    unread,
    rights,
    bad_values,
    merge_limit,
    loser_activity,
    auto_delete,
    wrong_link,
    accounts_and_owners,
    marketing,
    opt_outs,
    addresses_left,
)
