"""What a key can do about a check: the act, its words, and on what. Pure."""

from __future__ import annotations

from mergetui.planning.checks.consent import OPT_OUT_SUBSCRIPTIONS
from mergetui.planning.values import link_ids
from mergetui.records.plan import Check
from mergetui.records.review import Dossier
from mergetui.records.views import Remedy

FIELD_OF = {
    "accounts-differ": "sf:AccountId",
    "owners-differ": "sf:OwnerId",
    "record-types-differ": "sf:RecordTypeId",
    OPT_OUT_SUBSCRIPTIONS: "=unsubscribed",
}
"""Check → row of the review that it is about."""


def remedy(check: Check, dossier: Dossier, master: str) -> Remedy | None:
    """The act that answers a check, if the cockpit has one."""
    kind, _, rest = check.id.partition(":")
    if kind in ("master-not-linked", "converted-master", "moved-link"):
        column = _linked_column(dossier, master)
        if column is not None:
            return Remedy("master", f"make column {column + 1} the master: HubSpot syncs with it", column=column)
    if kind in ("held", "outside", "held-by-master"):
        hubspot_id = rest.partition(":")[0]
        if hubspot_id:
            return Remedy("open", f"open HubSpot contact {hubspot_id} in the browser", record=f"hs:{hubspot_id}")
    if kind in ("value", "opt-out") or kind in FIELD_OF:
        return Remedy("field", "go to the field", row_key=FIELD_OF.get(check.id) or FIELD_OF.get(kind, rest))
    if kind in ("loser-activity", "sequence", "marketing", "link"):
        column = _column(dossier, rest)
        if column is not None:
            return Remedy("timeline", f"show the timeline of column {column + 1}", column=column)
    if kind in ("gone", "no-edit", "rights-unknown", "no-delete", "approval", "person-account"):
        column = _column(dossier, rest)
        if column is not None:
            return Remedy("open", f"open column {column + 1} in Salesforce", record=dossier.members[column].key)
    if kind == "auto-delete":
        return Remedy("later", "put the set aside: merge it right after the next sync")
    return None


def _column(dossier: Dossier, rest: str) -> int | None:
    """The column of the member whose key ends the id of a check (keys hold a colon themselves)."""
    return next(
        (n for n, member in enumerate(dossier.members) if rest == member.key or rest.endswith(member.key)), None
    )


def _linked_column(dossier: Dossier, master: str) -> int | None:
    """The first other member whose HubSpot contact holds that member's own row and can survive."""
    for number, member in enumerate(dossier.members):
        record = member.salesforce
        if member.key == master or record is None or record.values.get("IsConverted") is True:
            continue
        if member.hubspot is not None and record.id in link_ids(member.hubspot):
            return number
    return None
