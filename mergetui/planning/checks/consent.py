"""Opt-outs: what hides them, what tightens them."""

from __future__ import annotations

from collections.abc import Iterator

from mergetui.planning.checks.case import Case
from mergetui.planning.rows import effective
from mergetui.planning.survivorship import is_consent, is_yes
from mergetui.records.plan import Check
from mergetui.records.review import Dossier

OPT_OUT_SUBSCRIPTIONS = "opt-out:subscriptions"


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
