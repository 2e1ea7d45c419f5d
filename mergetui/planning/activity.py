"""What a HubSpot contact's history is worth, in words and counts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from mergetui.planning.rules import Rules
from mergetui.planning.values import number
from mergetui.records.crm import HubSpotContact
from mergetui.records.review import Member

DAY_MS = 86_400_000
COUNTERS = (
    ("open", "hs_email_open"),
    ("click", "hs_email_click"),
    ("reply", "hs_email_replied"),
    ("form", "num_conversion_events"),
    ("visit", "hs_analytics_num_visits"),
    ("deal", "num_associated_deals"),
    ("sequence", "hs_sequences_enrolled_count"),
)
LAST = {
    "click": "hs_email_last_click_date",
    "reply": "hs_email_last_reply_date",
    "form": "recent_conversion_date",
    "sequence": "hs_latest_sequence_enrolled_date",
}
ORDER = (
    "deal", "ticket", "meeting", "call", "reply", "form", "sequence", "static list", "click", "open", "visit",
    "email", "note", "task",
)  # fmt: skip


def instant(written: str | None) -> int | None:
    """A HubSpot datetime (ISO or milliseconds) as an instant; None when absent or unreadable."""
    if not written:
        return None
    if written.isdigit():
        return int(written)
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return int(moment.timestamp() * 1000)


def counts(member: Member) -> dict[str, int]:
    """Kind → how many, from ids where there are ids and from HubSpot's counters otherwise."""
    found: Counter[str] = Counter()
    if member.extras is not None:
        found.update(activity.kind for activity in member.extras.activities)
        found["static list"] = sum(1 for entry in member.extras.lists if entry.static)
    for kind, count in counters(member.hubspot).items():
        found[kind] = max(found[kind], count)
    return {kind: found[kind] for kind in ORDER if found[kind]}


def counters(contact: HubSpotContact | None) -> dict[str, int]:
    """The part of ``counts`` that HubSpot's own counter properties tell, without a further read."""
    return {kind: number(contact, name) for kind, name in COUNTERS if number(contact, name)}


def words(found: dict[str, int]) -> str:
    """``37 opens · 2 forms · 1 deal``; a dash when there is nothing."""
    plural = {"reply": "replies", "static list": "static lists"}
    parts = [
        f"{found[kind]:,} {kind if found[kind] == 1 else plural.get(kind, kind + 's')}"
        for kind in ORDER
        if found.get(kind)
    ]
    return " · ".join(parts) or "—"


def valuable(member: Member, rules: Rules, now: int) -> dict[str, int]:
    """The part of a member's activity that needs an acknowledgement before it is put at risk.

    Recent (within ``rules.valuable_days`` of ``now``, HubSpot's clock) things of the valuable kinds; open deals and
    tickets, sequences under way and static lists whatever their age.
    """
    since = now - rules.valuable_days * DAY_MS
    found: Counter[str] = Counter()
    if member.extras is not None:
        for activity in member.extras.activities:
            if activity.kind in rules.valuable and (activity.open or activity.at is None or activity.at >= since):
                found[activity.kind] += 1
        if "static list" in rules.valuable:
            found["static list"] = sum(1 for entry in member.extras.lists if entry.static)
    if member.hubspot is not None:
        for kind, last_property in LAST.items():
            last = instant(member.hubspot.values.get(last_property))
            if kind in rules.valuable and not found[kind] and last is not None and last >= since:
                found[kind] = max(1, counters(member.hubspot).get(kind, 0))
        if "deal" in rules.valuable and not found["deal"]:
            found["deal"] = number(member.hubspot, "num_associated_deals")
    return {kind: found[kind] for kind in ORDER if found[kind]}


def stake_points(found: dict[str, int]) -> float:
    """How much is at stake, for ordering the queue: deals and tickets first, then people's own acts, then opens."""
    weight = {"deal": 50, "ticket": 30, "meeting": 20, "call": 15, "reply": 12, "form": 10, "sequence": 8, "click": 3}
    return sum(weight.get(kind, 1) * min(count, 20) for kind, count in found.items())


def last_seen(member: Member) -> int | None:
    moments = [activity.at for activity in (member.extras.activities if member.extras else ()) if activity.at]
    return max(moments) if moments else None
