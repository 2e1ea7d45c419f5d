"""What hangs on HubSpot contacts beside their properties: timeline, lists, subscriptions, companies."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from mergetui.crm import hubspot_rows as rows
from mergetui.crm.times import instant
from mergetui.errors import Missing, Refused
from mergetui.records.crm import Activity, Association, HubSpotContact, HubSpotExtras, ListMembership, Subscription

T = TypeVar("T")
Ask = Callable[..., Awaitable[Any]]
"""``HubSpot._ask(method, path, what, *, params=(), json=None, …)``: one paced, repeatable read; answers JSON."""

BATCH = 100
_NO_PERMISSION = "missing permission"
ONLY_KEPT = ("communications", "postal_mail", "leads", "quotes", "contacts")
"""Associations that no review looks at: read for snapshots only."""


async def read_extras(
    ask: Ask,
    version: str,
    contacts: Mapping[str, HubSpotContact],
    histories: Mapping[str, Mapping[str, Any]],
    *,
    whole: bool = False,
) -> dict[str, HubSpotExtras]:
    """Asked id → extras of the contact it stands for. What a missing scope or plan hides is named in ``unread``.

    ``whole`` adds what only snapshots want: associations of the kinds ``ONLY_KEPT``.
    """
    ids = list(dict.fromkeys(contact.id for contact in contacts.values()))
    if not ids:
        return {}
    kinds = rows.ENGAGEMENTS
    emails = list(dict.fromkeys(address for contact in contacts.values() for address in rows.addresses(contact)))
    # Small reads side by side; the pace and HubSpot's own limit keep them civil.
    timelines, companies, events, lists, consent, others = await asyncio.gather(
        asyncio.gather(*(_tolerant(kind.type, _timeline(ask, version, kind, ids)) for kind in kinds)),
        _tolerant("companies", _associated(ask, version, "companies", ids)),
        asyncio.gather(*(_tolerant("events", _events(ask, version, one)) for one in ids)),
        _tolerant("lists", _lists(ask, version, ids)),
        asyncio.gather(*(_tolerant("subscriptions", _subscriptions(ask, version, one)) for one in emails)),
        asyncio.gather(*(_tolerant(kind, _associated(ask, version, kind, ids)) for kind in ONLY_KEPT if whole)),
    )
    ends = {
        **{kind.type: found[1] for kind, (found, _) in zip(kinds, timelines, strict=True) if found},
        "companies": companies[0] or {},
        **{kind: found or {} for kind, (found, _) in zip(ONLY_KEPT, others, strict=False)},
    }
    consents = dict(zip(emails, consent, strict=True))
    found: dict[str, HubSpotExtras] = {}
    for asked, contact in contacts.items():
        one = ids.index(contact.id)
        own = [consents[address] for address in rows.addresses(contact)]
        parts = [*timelines, companies, events[one], lists, *own]
        activities: list[Activity] = [item for part, _ in timelines if part for item in part[0].get(contact.id, ())]
        activities += events[one][0] or ()
        linked = (companies[0] or {}).get(contact.id, [])
        found[asked] = HubSpotExtras(
            contact_id=contact.id,
            activities=tuple(sorted(activities, key=lambda item: (-(item.at or 0), item.kind, item.id))),
            lists=tuple((lists[0] or {}).get(contact.id, ())),
            subscriptions=tuple(item for part, _ in own for item in part or ()),
            companies=tuple(target.id for target in sorted(linked, key=lambda target: not target.primary)),
            history=rows.history(histories.get(contact.id, {})),
            unread=tuple(dict.fromkeys(reason for _, reason in parts if reason)),
            associations=tuple(
                Association(kind, target.id, target.kinds)
                for kind, linked_to in ends.items()
                for target in linked_to.get(contact.id, ())
            ),
            not_kept=tuple(dict.fromkeys(reason for _, reason in others if reason)),
        )
    return found


async def _tolerant(name: str, reading: Awaitable[T]) -> tuple[T | None, str]:
    """(what was read, "") or (None, why not) when permission or plan forbid it; other errors pass."""
    try:
        return await reading, ""
    except Refused as refusal:
        if refusal.status in (403, 404) or (refusal.status == 400 and name in ONLY_KEPT):
            return None, f"{name}: {refusal.code or _NO_PERMISSION}"
        raise


async def _associated(ask: Ask, version: str, kind: str, ids: Sequence[str]) -> dict[str, list[rows.Target]]:
    """Contact id → targets. A contact without any comes back as an error entry: none."""
    found: dict[str, list[rows.Target]] = {one: [] for one in ids}
    inputs: list[dict[str, str]] = [{"id": one} for one in ids]
    while inputs:
        batch, inputs = inputs[:BATCH], inputs[BATCH:]
        path = f"/crm/associations/{version}/contacts/{kind}/batch/read"
        data = await ask("POST", path, f"read a contact's {kind}", json={"inputs": batch})
        for row in data.get("results") or ():
            one = str((row.get("from") or {}).get("id") or "")
            found.setdefault(one, []).extend(rows.targets(row))
            after = ((row.get("paging") or {}).get("next") or {}).get("after")
            if after:
                inputs.append({"id": one, "after": str(after)})
    return found


async def _timeline(
    ask: Ask, version: str, kind: rows.EngagementKind, ids: Sequence[str]
) -> tuple[dict[str, list[Activity]], dict[str, list[rows.Target]]]:
    """Contact id → activities, and the associations they hang on."""
    linked = await _associated(ask, version, kind.type, ids)
    wanted = list(dict.fromkeys(target.id for targets in linked.values() for target in targets))
    read: dict[str, Mapping[str, Any]] = {}
    for at in range(0, len(wanted), BATCH):
        body = {
            "inputs": [{"id": one} for one in wanted[at : at + BATCH]],
            "properties": list(kind.properties),
            "propertiesWithHistory": [],
        }
        data = await ask("POST", f"/crm/objects/{version}/{kind.type}/batch/read", f"read {kind.type}", json=body)
        read |= {str(row.get("id")): row for row in data.get("results") or ()}
    activities = {
        one: [kind.activity(target, read.get(target)) for target in dict.fromkeys(end.id for end in targets)]
        for one, targets in linked.items()
    }
    return activities, linked


async def _events(ask: Ask, version: str, contact_id: str) -> list[Activity]:
    """Opens, clicks, forms and visits. Which plan allows this is unconfirmed: the caller tolerates 403 and 404."""
    found: list[Activity] = []
    after = ""
    while True:
        params = [("objectType", "contact"), ("objectId", contact_id), ("limit", "100")]
        data = await ask(
            "GET", f"/events/event-occurrences/{version}", "list a contact's events",
            params=[*params, ("after", after)] if after else params,
        )  # fmt: skip
        found += [item for item in map(rows.event, data.get("results") or ()) if item]
        after = str(((data.get("paging") or {}).get("next") or {}).get("after") or "")
        if not after:
            return found


async def _lists(ask: Ask, version: str, ids: Sequence[str]) -> dict[str, list[ListMembership]]:
    paths = [f"/crm/lists/{version}/records/0-1/{one}/memberships" for one in ids]
    answers = await asyncio.gather(*(ask("GET", path, "list a contact's lists") for path in paths))
    held = {
        one: {
            str(row["listId"]): instant(row.get("lastAddedTimestamp") or row.get("firstAddedTimestamp"))
            for row in data.get("results") or ()
            if row.get("listId") is not None
        }
        for one, data in zip(ids, answers, strict=True)
    }
    names = await _list_names(ask, version, dict.fromkeys(item for items in held.values() for item in items))
    # A list whose kind is unknown counts as static: losing it would be noticed, keeping it costs nothing.
    return {
        one: [ListMembership(item, *names.get(item, (f"list {item}", True)), at) for item, at in items.items()]
        for one, items in held.items()
    }


async def _list_names(ask: Ask, version: str, wanted: Iterable[str]) -> dict[str, tuple[str, bool]]:
    found: dict[str, tuple[str, bool]] = {}
    ids = list(wanted)
    for at in range(0, len(ids), BATCH):
        body = {
            "listIds": ids[at : at + BATCH], "processingTypes": ["MANUAL", "SNAPSHOT", "DYNAMIC"],
            "additionalProperties": [], "offset": 0, "count": BATCH, "query": "", "objectTypeId": "0-1",
        }  # fmt: skip
        data = await ask("POST", f"/crm/lists/{version}/search", "read the lists' names", json=body)
        for row in data.get("lists") or ():
            found[str(row.get("listId"))] = (str(row.get("name") or ""), row.get("processingType") != "DYNAMIC")
    return found


async def _subscriptions(ask: Ask, version: str, address: str) -> tuple[Subscription, ...]:
    path = f"/communication-preferences/{version}/statuses/{quote(address, safe='', errors='replace')}"
    try:
        data = await ask("GET", path, "read an address's subscriptions", params=[("channel", "EMAIL")])
    except Missing as absent:
        if absent.code == "OBJECT_NOT_FOUND":
            return ()  # an address HubSpot has never written to
        raise
    return rows.subscriptions(address, data)
