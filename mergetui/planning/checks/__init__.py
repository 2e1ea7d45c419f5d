"""The checks: each looks at one thing that could go wrong and says what, why, and what to do.

Every check takes the ``Case`` and yields at most a few ``Check``s. Order of ``ALL`` is the order on screen. Results
(ids and severities) are bound by the plan's digest, so they depend on nothing that merely grows or ticks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mergetui.planning.checks import consent, conversion, hubspot, links, protection, records, values
from mergetui.planning.checks.case import Case
from mergetui.planning.checks.consent import OPT_OUT_SUBSCRIPTIONS, differing_subscriptions
from mergetui.records.plan import Check

__all__ = ["ALL", "OPT_OUT_SUBSCRIPTIONS", "Case", "differing_subscriptions", "run_checks"]

ALL: tuple[Callable[[Case], Iterator[Check]], ...] = (
    records.gone,
    protection.protected,
    conversion.lead_and_contact,
    conversion.target_without_account,
    conversion.converted_master,
    records.person_account,
    records.portal_users,
    records.approval_lock,
    links.master_not_linked,
    links.held_elsewhere,
    links.linked_outside,
    values.address_taken,
    links.moved_link,
    consent.hidden_consent,
    consent.unread,
    records.rights,
    records.redundant_relations,
    records.lookups_at_losers,
    values.bad_values,
    hubspot.merge_limit,
    hubspot.loser_activity,
    hubspot.auto_delete,
    links.wrong_link,
    conversion.conversion_counts,
    values.accounts_and_owners,
    records.record_types,
    hubspot.running_sequence,
    hubspot.marketing,
    consent.opt_outs,
    values.addresses_left,
)


def run_checks(case: Case) -> tuple[Check, ...]:
    """All findings: what blocks first, then what needs acknowledgement, then what informs."""
    order = {"blocks": 0, "acknowledge": 1, "informs": 2}
    found = [check for look in ALL for check in look(case)]
    return tuple(sorted(found, key=lambda check: order[check.severity]))
