"""The Salesforce records themselves: alive, allowed, not locked, not somebody's login."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.checks.case import Case, several
from mergetui.planning.people import member_name, short_id
from mergetui.planning.values import blank
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Check
from mergetui.records.review import Member


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


def person_account(case: Case) -> Iterator[Check]:
    """facts/salesforce.md §10: the contact of a person account is merged through its account, never as a contact."""
    for member in case.dossier.members:
        if member.salesforce is not None and member.salesforce.values.get("IsPersonAccount") is True:
            yield Check(
                f"person-account:{member.key}",
                "blocks",
                f"{member_name(member)} is a person account",
                "Its contact cannot be merged; Salesforce merges the two accounts, and only with another person's.",
                "Merge the person accounts in Salesforce, then pull and match again.",
            )


def portal_users(case: Case) -> Iterator[Check]:
    """facts/salesforce.md §5: at most one of the records may be somebody's login, and it has to be the master."""
    logins = [member for member in case.dossier.members if _portal_user(member)]
    if len(logins) > 1:
        yield Check(
            "portal-users",
            "blocks",
            f"{len(logins)} of these people log in to a portal: {', '.join(member_name(one) for one in logins)}",
            "Salesforce does not merge contacts that each have a portal user.",
            "Disable all but one of these portal users in Salesforce, then review again.",
        )
    elif logins and logins[0].key != case.master.key:
        yield Check(
            "portal-loser",
            "blocks",
            f"{member_name(logins[0])} logs in to a portal and would be merged away",
            "The login belongs to that contact; Salesforce would disable it or refuse the merge.",
            "Make the record with the login the master (m).",
        )
    accounts = {text(member.salesforce.values.get("AccountId")) for member in case.dossier.members if member.salesforce}
    if len(logins) == 1 and len(accounts) > 1:
        yield Check(
            "portal-account",
            "blocks",
            "A portal contact cannot be merged with a contact of another account",
            "Salesforce allows different accounts only for contacts without a portal user.",
            "Put both contacts under one account in Salesforce, then review again.",
        )


def _portal_user(member: Member) -> bool:
    return any(
        child.object == "User" and child.parent_field == "ContactId" and child.values.get("IsActive") is not False
        for child in member.children
    )


def redundant_relations(case: Case) -> Iterator[Check]:
    """facts/salesforce.md §5: two contacts that are related to one account, one of them indirectly, cannot be merged.

    A relation is the direct one when it names the contact's own account.
    """
    related: dict[str, list[tuple[Member, bool, str]]] = {}
    for member in case.dossier.members:
        for child in member.children:
            account = text(child.values.get("AccountId"))
            if child.object == "AccountContactRelation" and account and member.salesforce is not None:
                direct = member.salesforce.values.get("AccountId") == account
                related.setdefault(account, []).append((member, direct, child.title))
    for account, ends in sorted(related.items()):
        members = {member.key for member, _, _ in ends}
        if len(members) > 1 and not all(direct for _, direct, _ in ends):
            indirect = next(member for member, direct, _ in ends if not direct)
            yield Check(
                f"redundant-relation:{account}",
                "blocks",
                f"Two of these contacts are related to the account {ends[0][2] or short_id(account)}",
                "Salesforce refuses to merge contacts whose account relations would stand there twice.",
                f"Remove the indirect relation of {member_name(indirect)} to it in Salesforce, then review again.",
            )


def lookups_at_losers(case: Case) -> Iterator[Check]:
    """facts/salesforce.md §5: a lookup of the master that points at a loser fails the merge, and so does a ring of
    ReportsTo: the losers' people come to report to the master."""
    record = case.master.salesforce
    if record is None:
        return
    dying = {member.salesforce.id: member for member in case.losers if member.salesforce}
    finals = {
        info.name: case.finals.get(f"sf:{info.name}", record.values.get(info.name))
        for info in case.dossier.salesforce_fields
        if info.refers_to and info.object == record.object and info.name not in ("MasterRecordId", "Id")
    }
    labels = {info.name: info.label for info in case.dossier.salesforce_fields if info.object == record.object}
    for name, value in finals.items():
        if not blank(value) and text(value) in dying:
            yield Check(
                f"lookup-at-loser:{name}",
                "blocks",
                f"{labels[name]} of the master points at {member_name(dying[text(value)])}, who is merged away",
                "Salesforce refuses a merge that would leave it pointing at a deleted record.",
                f"Change {labels[name]} of the master in Salesforce, or choose another value, and review again.",
            )
    yield from _rings(case, text(finals.get("ReportsToId")), set(dying) | {record.id})


def _rings(case: Case, chosen: str, joined: set[str]) -> Iterator[Check]:
    """Whoever reports to one of them will report to the master, who then may not report to that person."""
    below = {
        child.id: child.title
        for member in case.dossier.members
        for child in member.children
        if child.object == "Contact" and child.parent_field == "ReportsToId"
    }
    # blank at the master: Salesforce tries the losers' own manager
    above = [chosen] if chosen else [
        text(member.salesforce.values.get("ReportsToId")) for member in case.losers if member.salesforce
    ]  # fmt: skip
    for manager in above:
        if manager and manager not in joined and manager in below:
            yield Check(
                f"reports-to-ring:{manager}",
                "blocks",
                f"The merged person would report to {below[manager] or short_id(manager)}, who reports to them",
                "Salesforce refuses a circle of “Reports To”.",
                "Correct “Reports To” of one of them in Salesforce, then review again.",
            )


def approval_lock(case: Case) -> Iterator[Check]:
    for member in case.dossier.members:
        if member.salesforce is not None and member.salesforce.id in case.dossier.in_approval:
            yield Check(
                f"approval:{member.key}",
                "blocks",
                f"{member_name(member)} waits for an approval in Salesforce",
                "A record in an approval process is locked; the merge would be refused, or end the approval.",
                "Let the approval be decided or recalled in Salesforce, then review again.",
            )


def record_types(case: Case) -> Iterator[Check]:
    row = case.row("sf:RecordTypeId")
    if row is not None and several(row):
        names = sorted({case.dossier.names.get(text(value.salesforce), text(value.salesforce)) for value in row.values})
        yield Check(
            "record-types-differ",
            "acknowledge",
            f"Record types differ: {' / '.join(name or 'none' for name in names)}",
            "Layouts, picklists and automations follow the record type that stays: the master's, unless you choose.",
            "Choose the record type that stays.",
        )
