"""A twin's world with the people of one set in it, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

from mergetui.records.crm import HubSpotContact, SalesforceRecord, Value
from mergetui.records.crm import as_text as text
from mergetui.records.review import Dossier, Member
from mergetui.records.sync import MappingRule, SyncRule
from mergetui.twin.cast import Cast, CastContact, CastEvent, CastList, CastObject, CastRow
from mergetui.twin.mapping import MAPPED_PROPERTIES
from mergetui.twin.schema import objects
from mergetui.twin.settings import Settings
from mergetui.twin.stamps import parse_iso
from mergetui.twin.world import World

ADMIN, INTEGRATION = "005000000000001AAA", "005000000000002AAA"
_TYPES = {
    "email": "emails", "reply": "emails", "call": "calls", "meeting": "meetings", "note": "notes", "task": "tasks",
    "deal": "deals", "ticket": "tickets", "company": "companies",
}  # fmt: skip
"""Activity kind → the HubSpot object type behind it; the others are events."""
POLL_MS = 900_000
_NAMES = frozenset(field.name for field in fields(Settings))


def settings_at_worst(dossier: Dossier, **changed: object) -> Settings:
    """The integration as it is known; what is not known stands at its worst (design rule 4)."""
    off = {switch.object for switch in dossier.settings.deletes if switch.value == "off"}
    wanted: dict[str, object] = {
        "del_contact": "nothing" if "Contact" in off else "delete",
        "del_lead": "nothing" if "Lead" in off else "delete",
        "rules": rules_of(dossier.settings.mapping),
        "event_delay_ms": (30_000, 30_000),
        "poll_ms": POLL_MS,
        # owners, accounts and other people's edits are not part of this small world
        "owner_sync": False,
        "account_sync": False,
        "colleagues": 0,
        **changed,
    }
    return replace(Settings(), **{name: value for name, value in wanted.items() if name in _NAMES})  # type: ignore[arg-type]


def rules_of(mapping: Iterable[MappingRule], unknown: SyncRule = "two_way") -> dict[str, SyncRule]:
    """Property → rule, of what the twin knows; ``unknown`` for those that nobody declared."""
    return {
        rule.property: rule.rule if rule.evidence == "declared" or rule.rule != "two_way" else unknown
        for rule in mapping
        if rule.property in MAPPED_PROPERTIES
    }


def world_of(dossier: Dossier, settings: Settings, now: int) -> World:
    """The world right before the merge. ``now`` is the twin's time from here on."""
    rows: list[CastRow] = []
    contacts: list[CastContact] = []
    items: dict[tuple[str, str], CastObject] = {}
    events: list[CastEvent] = []
    lists: dict[str, CastList] = {}
    unsubscribed: dict[str, dict[str, None]] = {}
    names: dict[str, str] = {}
    for member in dossier.members:
        if member.salesforce is not None:
            rows += _rows(member, member.salesforce)
        if member.hubspot is None:
            continue
        contacts.append(_contact(member.hubspot))
        for kind, key, at, title in _activities(member):
            if kind in _TYPES:
                old = items.get((_TYPES[kind], key))
                held = (*(old.contacts if old else ()), member.hubspot.id)
                items[_TYPES[kind], key] = CastObject(_TYPES[kind], key, {}, held)
            else:
                events.append(CastEvent(key, kind, member.hubspot.id, at or now, title))
        for entry in member.extras.lists if member.extras else ():
            before = lists.get(entry.list_id)
            members = (*(before.members if before else ()), member.hubspot.id)
            lists[entry.list_id] = CastList(entry.list_id, entry.name, "MANUAL" if entry.static else "DYNAMIC", members)
        for subscription in member.extras.subscriptions if member.extras else ():
            names[subscription.subscription_id] = subscription.name
            if subscription.status == "UNSUBSCRIBED":
                unsubscribed.setdefault(subscription.address.lower(), {})[subscription.subscription_id] = None
    cast = Cast(
        org_id=dossier.salesforce_org.id,
        org_name=dossier.salesforce_org.name,
        portal_id=dossier.hubspot_org.id,
        portal_domain="forecast.example",
        rows=tuple({row.id: row for row in rows}.values()),
        contacts=tuple(contacts),
        objects=tuple(items.values()),
        events=tuple(events),
        lists=tuple(lists.values()),
        owners=(),
        subscriptions=names,
        unsubscribed={address: tuple(ids) for address, ids in unsubscribed.items()},
        humans=(),
        polls=(now,),
        integration_user_id=INTEGRATION,
        admin_user_id=ADMIN,
    )
    return World(cast, settings, now)


def known_values(object_name: str, values: Mapping[str, Value]) -> dict[str, Value]:
    """Those of the values whose field the twin knows as writable; fields of the org's own do not sync by default."""
    info = objects()[object_name]
    return {name: value for name, value in values.items() if info.field(name) is not None}


def is_instant(object_name: str, name: str) -> bool:
    field = objects()[object_name].field(name)
    return field is not None and field.type == "datetime"


def _rows(member: Member, record: SalesforceRecord) -> Iterable[CastRow]:
    info = objects()[record.object]
    values: dict[str, Value] = {}
    for name, value in record.values.items():
        field = info.field(name)
        values[name] = _instant(value) if field is not None and field.type == "datetime" else value
    for name in ("Id", "MasterRecordId", "IsDeleted"):
        values.pop(name, None)
    values["SystemModstamp"] = record.modified_at
    yield CastRow(record.object, record.id, values)
    account = text(record.values.get("AccountId"))
    if account and member.account_name:
        yield CastRow("Account", account, {"Name": member.account_name})


def _instant(value: Value) -> Value:
    try:
        return parse_iso(value) if isinstance(value, str) and value else value
    except ValueError:
        return None


def _contact(contact: HubSpotContact) -> CastContact:
    values = {name: value for name, value in contact.values.items() if value}
    return CastContact(contact.id, values, contact.created_at, contact.updated_at)


def _activities(member: Member) -> Iterable[tuple[str, str, int | None, str]]:
    """(kind, id, instant, title), companies among them, the primary one first."""
    if member.extras is not None:
        for entry in member.extras.activities:
            yield entry.kind, entry.id, entry.at, entry.title
        for company in member.extras.companies:
            yield "company", company, None, ""
