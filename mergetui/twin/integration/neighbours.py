"""What stands around the people: companies and accounts, opportunities and the lifecycle (facts/integration.md §8)."""

from __future__ import annotations

from mergetui.twin import object_history
from mergetui.twin.portal import STAGES
from mergetui.twin.state import Contact, HubSpotObject, Row, State

ACCOUNT_ID = "salesforceaccountid"


def company_of(state: State, account_id: str) -> HubSpotObject | None:
    """The company tied to an account, by the account's id and never by domain."""
    companies = state.objects.get("companies", {})
    for fresh in (False, True):
        if fresh or state.sync.companies_seen != len(companies):
            state.sync.companies_seen = len(companies)
            state.sync.companies = {
                held: item.id
                for item in companies.values()
                if (held := item.values.get(ACCOUNT_ID)) and item.archived_at is None
            }
        found = companies.get(state.sync.companies.get(account_id, ""))
        if found is None:
            return None
        if found.values.get(ACCOUNT_ID) == account_id and found.archived_at is None:
            return found
    return None


def tie_company(state: State, row: Row, contact: Contact) -> None:
    """A synced contact brings its company to the account of its row: the company of that account is associated, or
    the contact's own company takes the account's id."""
    account_id = row.values.get("AccountId")
    if not state.settings.account_sync or not isinstance(account_id, str) or not account_id:
        return
    held = contact.companies
    company = company_of(state, account_id)
    if company is not None:
        if company.id not in held:
            contact.objects.setdefault("companies", []).append(company.id)
            state.changes.note(contact.id)
            company.contacts.append(contact.id)
            state.log("integration", "associate", contact=contact.id, company=company.id, salesforce=account_id)
        return
    own = state.objects.get("companies", {}).get(held[0]) if held else None
    if own is not None and not own.values.get(ACCOUNT_ID):
        object_history.write(state, own, {ACCOUNT_ID: account_id}, "SALESFORCE")
        state.sync.companies[account_id] = own.id
        state.log("integration", "link_company", company=own.id, salesforce=account_id)


def account_deleted(state: State, account_id: str) -> None:
    """An account was deleted or merged away: its company goes, or stays and loses the account's id (§4)."""
    settings = state.settings
    company = company_of(state, account_id)
    if not settings.account_sync or company is None:
        return
    if settings.del_account == "delete":
        object_history.touch(state, company)
        company.archived_at = state.now
        state.log("integration", "archive", company=company.id, salesforce=account_id)
        return
    if settings.clear_account_id_on_delete:
        object_history.write(state, company, {ACCOUNT_ID: ""}, "SALESFORCE")
    state.log("integration", "orphan", company=company.id, salesforce=account_id)


def lifecycle(state: State, row: Row, contact: Contact) -> dict[str, str]:
    """Automatic stages: a contact role on an open opportunity, on a won one; never backwards."""
    if not state.settings.lifecycle_from_opportunities or row.object != "Contact":
        return {}
    reached = ""
    for kind, key, name in state.children.get(row.id, {}):
        role = state.alive(key) if kind == "OpportunityContactRole" and name == "ContactId" else None
        deal = state.alive(str(role.values.get("OpportunityId") or "")) if role is not None else None
        if deal is None:
            continue
        if deal.values.get("IsWon") is True:
            reached = "customer"
        elif deal.values.get("IsClosed") is not True:
            reached = reached or "opportunity"
    before = contact.get("lifecyclestage")
    if not reached or reached not in STAGES:
        return {}
    if before in STAGES and STAGES.index(before) >= STAGES.index(reached):
        return {}
    return {"lifecyclestage": reached}
