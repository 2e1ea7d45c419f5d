"""One member in full, and what happened with all of them: a dossier as lines. Pure; instants become UTC text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from mergetui.planning.activity import LAST, counters, instant, words
from mergetui.planning.people import member_name, short_id
from mergetui.planning.values import blank, same
from mergetui.records.crm import HubSpotExtras
from mergetui.records.crm import as_text as text
from mergetui.records.review import Dossier, Member
from mergetui.records.views import RecordLine, RecordView, TimelineLine, TimelineView
from mergetui.workflow.review_view import ago, display

History = Mapping[str, tuple[tuple[int, str, str], ...]]
MONTHS = 12
MONTH_MS = 2_629_800_000
BARS = "▁▂▃▄▅▆▇█"
OBJECT_WORDS = {
    "OpportunityContactRole": "opportunity role", "CampaignMember": "campaign", "AccountContactRelation": "account",
}  # fmt: skip
SOURCES = {
    "SALESFORCE": "the sync", "CRM_UI": "a person in HubSpot", "FORM": "a form", "IMPORT": "an import", "API": "an API",
    "INTEGRATION": "an integration", "CONTACTS": "HubSpot", "ANALYTICS": "HubSpot's tracking", "EMAIL": "an e-mail",
}  # fmt: skip
"""HubSpot's source types, as people call them."""


def record_view(
    dossier: Dossier, column: int, names: Mapping[str, str], extras: HubSpotExtras | None, *, reading: bool
) -> RecordView:
    """``names``: ids → names of owners and accounts. ``extras``: the member's with histories, once they are read."""
    member = dossier.members[column]
    now = dossier.hubspot_read_at
    lines = [*_salesforce(dossier, member, names), *_hubspot(dossier, member, names, extras, now)]
    lines += _related(member, now)
    ids = [f"{member.salesforce.object} {member.salesforce.id}"] if member.salesforce else []
    ids += [f"HubSpot contact {member.hubspot.id}"] if member.hubspot else []
    if member.link != "none":
        ids.append(f"link {member.link}")
    return RecordView(f"{column + 1}  {member_name(member)}", " · ".join(ids), tuple(lines), reading)


def _salesforce(dossier: Dossier, member: Member, names: Mapping[str, str]) -> list[RecordLine]:
    record = member.salesforce
    if record is None:
        return []
    labels = {info.name: info.label for info in dossier.salesforce_fields if info.object == record.object}
    section = f"Salesforce {record.object}"
    lines = [RecordLine(section, "changed", stamp(record.modified_at), "SystemModstamp")]
    for name in sorted(record.values, key=lambda name: (labels.get(name) or name).casefold()):
        value = record.values[name]
        if not blank(value):
            lines.append(RecordLine(section, labels.get(name, name), display(value, names), name, value=text(value)))
    return lines


def _hubspot(
    dossier: Dossier, member: Member, names: Mapping[str, str], extras: HubSpotExtras | None, now: int
) -> list[RecordLine]:
    contact = member.hubspot
    if contact is None:
        return []
    labels = {info.name: info.label for info in dossier.hubspot_fields}
    history: History = extras.history if extras is not None else {}
    partner = {}
    if member.salesforce is not None:
        partner = {rule.property: rule.field for rule in dossier.settings.mapping
                   if rule.object == member.salesforce.object}  # fmt: skip
    section = "HubSpot contact"
    lines = []
    for name in sorted(contact.values, key=lambda name: (labels.get(name) or name).casefold()):
        value = contact.values[name]
        changes = history.get(name, ())
        if blank(value) and not changes:
            continue
        note = changes_words(changes, now)
        field = partner.get(name)
        if field and member.salesforce is not None:
            theirs = member.salesforce.values.get(field)
            if not same(theirs, value) and not isinstance(theirs, bool):
                note = f"≠ Salesforce: {text(theirs) or '—'}" + (f" · {note}" if note else "")
        lines.append(RecordLine(section, labels.get(name, name), display(value, names) or "—", name, note, text(value)))
        for at, old, source in changes[1:6]:
            told = f"{stamp(at)} by {SOURCES.get(source, source.lower())}"
            lines.append(RecordLine(section, "   before", old or "—", "", told, old))
    return lines


def changes_words(changes: Sequence[tuple[int, str, str]], now: int) -> str:
    """``3 days ago by the sync, 4 values before``."""
    if not changes:
        return ""
    at, _, source = changes[0]
    more = f", {len(changes) - 1} before" if len(changes) > 1 else ""
    return f"{ago(now - at)} by {SOURCES.get(source, source.lower())}{more}"


def _related(member: Member, now: int) -> list[RecordLine]:
    """Related lists with their counts, then their rows."""
    lines: list[RecordLine] = []
    found: dict[str, list[tuple[str, str, str]]] = {}
    for child in member.children:
        kind = OBJECT_WORDS.get(child.object, child.object.lower())
        found.setdefault(f"Salesforce: {kind}", []).append((child.title or child.id, _day(child.at), child.detail))
    extras = member.extras
    if extras is not None:
        for activity in extras.activities:
            open_ = "open" if activity.open else ""
            found.setdefault(f"HubSpot: {activity.kind}", []).append(
                (activity.title or activity.id, _day(activity.at), open_)
            )
        for entry in extras.lists:
            kind = "static list" if entry.static else "active list"
            found.setdefault(f"HubSpot: {kind}", []).append((entry.name, _day(entry.added_at), ""))
        for one in extras.subscriptions:
            found.setdefault("HubSpot: subscription", []).append(
                (one.name, "", f"{one.status.lower()} ({one.address})")
            )
        for unread in extras.unread:
            found.setdefault("not readable", []).append((unread, "", ""))
    for title, rows in found.items():
        section = f"{title} ({len(rows)})"
        lines += [RecordLine(section, day or "no date", name, "", detail) for name, day, detail in rows]
    return lines


# timeline ------------------------------------------------------------------------------------------------------------
def timeline_view(dossier: Dossier) -> TimelineView:
    """What both CRMs know to have happened, newest first; what has no date comes last."""
    now = dossier.hubspot_read_at
    events: list[tuple[int | None, TimelineLine]] = []
    moments: list[list[int]] = []
    for column, member in enumerate(dossier.members):
        own = _events(member, column, now)
        events += own
        moments.append([at for at, _ in own if at is not None])
    events.sort(key=lambda entry: (entry[0] is None, -(entry[0] or 0)))
    persons = tuple(
        (member_name(member), sparkline(moments[column], now), words(counters(member.hubspot)))
        for column, member in enumerate(dossier.members)
    )
    title = " · ".join(dict.fromkeys(member_name(member) for member in dossier.members))
    return TimelineView(title, persons, tuple(line for _, line in events))


def _events(member: Member, column: int, now: int) -> list[tuple[int | None, TimelineLine]]:
    found: list[tuple[int | None, TimelineLine]] = []

    def add(at: int | None, crm: Literal["Salesforce", "HubSpot"], kind: str, title: str) -> None:
        found.append(
            (at, TimelineLine(_minute(at), ago(now - at) if at and at <= now else "", crm, kind, title, column))
        )

    if member.salesforce is not None:
        values = member.salesforce.values
        made = instant(text(values.get("CreatedDate")) or None)
        if made is not None:
            add(made, "Salesforce", "created", f"{member.salesforce.object} {short_id(member.salesforce.id)}")
        for child in member.children:
            title = f"{child.title or child.id}{f' ({child.detail})' if child.detail else ''}"
            add(child.at, "Salesforce", OBJECT_WORDS.get(child.object, child.object.lower()), title)
    contact = member.hubspot
    if contact is not None:
        add(contact.created_at, "HubSpot", "created", f"contact {contact.id}")
        told = {activity.kind for activity in member.extras.activities} if member.extras is not None else set()
        for kind, name in LAST.items():
            at = instant(contact.values.get(name))
            if at is not None and kind not in told:
                add(
                    at,
                    "HubSpot",
                    f"last {kind}",
                    contact.values.get("recent_conversion_event_name") or "" if kind == "form" else "",
                )
        at = instant(contact.values.get("hs_email_last_open_date"))
        if at is not None and "open" not in told:
            add(at, "HubSpot", "last open", contact.values.get("hs_email_last_email_name") or "")
    if member.extras is not None:
        for activity in member.extras.activities:
            add(
                activity.at,
                "HubSpot",
                activity.kind,
                f"{activity.title or activity.id}{' (open)' if activity.open else ''}",
            )
        for entry in member.extras.lists:
            if entry.added_at is not None:
                add(entry.added_at, "HubSpot", "list", f"joined {entry.name}")
    return found


def sparkline(moments: Sequence[int], now: int) -> str:
    """Things per month in the last twelve months, the present one last; each bar is of the person's own highest."""
    months = Counter(MONTHS - 1 - (now - at) // MONTH_MS for at in moments if 0 <= now - at < MONTHS * MONTH_MS)
    highest = max(months.values(), default=0)
    if not highest:
        return BARS[0] * MONTHS
    return "".join(BARS[-(-months[month] * (len(BARS) - 1) // highest)] for month in range(MONTHS))


def stamp(at: int) -> str:
    """``2026-03-09 14:05 UTC``."""
    return f"{_minute(at)} UTC"


def _minute(at: int | None) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%d %H:%M") if at is not None else ""


def _day(at: int | None) -> str:
    return _minute(at)[:10]


def addresses_of(dossier: Dossier, column: int) -> tuple[tuple[str, str], ...]:
    """(``Salesforce``/``HubSpot``, https address) of a member's records, Salesforce first."""
    member = dossier.members[column]
    found: list[tuple[str, str]] = []
    if member.salesforce is not None and dossier.salesforce_org.ui_url:
        base = dossier.salesforce_org.ui_url.rstrip("/")
        found.append(("Salesforce", f"{base}/lightning/r/{member.salesforce.object}/{member.salesforce.id}/view"))
    if member.hubspot is not None and dossier.hubspot_org.ui_url:
        found.append(("HubSpot", hubspot_address(dossier, member.hubspot.id)))
    return tuple(found)


def hubspot_address(dossier: Dossier, contact_id: str) -> str:
    return f"{dossier.hubspot_org.ui_url.rstrip('/')}/record/0-1/{contact_id}"
