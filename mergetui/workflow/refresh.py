"""Pull both CRMs into the mirror, then rebuild the duplicate sets from it. Run in processes of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mergetui import errors
from mergetui.workflow.office import Office
from mergetui.workflow.queue_facts import stake_row

if TYPE_CHECKING:
    from mergetui.crm.hubspot import HubSpot
    from mergetui.crm.salesforce import Salesforce

Told = Callable[[str, int, int | None], None]
"""(what, how many so far, of how many if known)."""


async def pull(office: Office, told: Told, *, full: bool) -> str:
    """Bring all people here; returns the sentence to print. Raises errors.Problem and leaves the mirror as it was."""
    from mergetui.merging.reading import check_orgs
    from mergetui.pulling.pull import pull as bring

    salesforce, hubspot = office.salesforce(), office.hubspot()
    try:
        org, portal = await salesforce.identity(), await hubspot.identity()
        check_orgs(org, portal, office.ledger.setting("pins"))
        report = await bring(salesforce, hubspot, office.mirror, full=full, progress=told)
        await _learn(office, salesforce, hubspot, told)
    finally:
        await salesforce.aclose()
        await hubspot.aclose()
    return (
        f"{report.leads:,} leads, {report.contacts:,} contacts and {report.hubspot_contacts:,} HubSpot contacts"
        f" are here ({report.linked:,} linked)."
    )


async def _learn(office: Office, salesforce: Salesforce, hubspot: HubSpot, told: Told) -> None:
    """What the pulled people show of the integration's settings. A pull without it is still a pull."""
    from mergetui.workflow.learning import learn

    try:
        await learn(office, salesforce, hubspot)
    except errors.CrmProblem as problem:
        told(f"The integration's settings were not looked at ({problem.happened})", 0, None)


def match(office: Office, told: Told) -> str:
    """Rebuild the duplicate sets; decisions live in the ledger and survive. Returns the sentence to print."""
    from mergetui.matching.match import match as find
    from mergetui.workflow.matching_rules import custom

    mirror = office.mirror
    facts = list(mirror.facts())
    rules, rejected = custom(office, facts)
    result = find(facts, progress=lambda what, done, total: told(what, done, total), custom=rules)
    known = {found.id for found in result.sets}
    sets = (*result.sets, *(found for found in rejected if found.id not in known))
    stakes = {found.id: stake_row(mirror, found, office.rules) for found in sets}
    mirror.replace_sets(sets, stakes)
    return f"{len(result.sets):,} duplicate sets found among {len(mirror.persons()):,} people."
