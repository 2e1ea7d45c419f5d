"""HubSpot JSON → records. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

from mergetui.crm.times import instant
from mergetui.records.crm import (
    Activity,
    ActivityKind,
    FieldInfo,
    HubSpotContact,
    Option,
    Subscription,
    User,
)

ALWAYS = (
    "email",
    "firstname",
    "lastname",
    "hs_additional_emails",
    "hs_object_id",
    "createdate",
    "lastmodifieddate",
    "salesforcecontactid",
    "salesforceleadid",
    "salesforcelastsynctime",
    "hs_merged_object_ids",
    "hs_calculated_merged_vids",
)
"""Read with every contact, whatever properties are asked for: links, addresses and merge traces."""

LINK_PROPERTIES = ("salesforcecontactid", "salesforceleadid")


def contact(row: Mapping[str, Any]) -> HubSpotContact:
    """Raises ValueError when the row is no contact."""
    if not row.get("id") or not isinstance(row.get("properties"), Mapping):
        raise ValueError("not a contact")
    return HubSpotContact(
        id=str(row["id"]),
        values={name: None if value is None else str(value) for name, value in row["properties"].items()},
        created_at=instant(row.get("createdAt")) or 0,
        updated_at=instant(row.get("updatedAt")) or 0,
        archived=row.get("archived") is True,
        archived_at=instant(row.get("archivedAt")),
    )


def history(row: Mapping[str, Any]) -> dict[str, tuple[tuple[int, str, str], ...]]:
    """Property → newest first (instant, value, source type)."""
    found = row.get("propertiesWithHistory")
    if not isinstance(found, Mapping):
        return {}
    return {
        name: tuple(
            sorted((_version(item) for item in items if isinstance(item, Mapping)), key=lambda item: -item[0])
        )
        for name, items in found.items()
        if isinstance(items, list)
    }  # fmt: skip


def _version(item: Mapping[str, Any]) -> tuple[int, str, str]:
    return instant(item.get("timestamp")) or 0, str(item.get("value") or ""), str(item.get("sourceType") or "")


def property_infos(rows: Iterable[Mapping[str, Any]]) -> tuple[FieldInfo, ...]:
    """Writable = neither read-only value nor calculated (facts/hubspot.md §8)."""
    return tuple(
        FieldInfo(
            crm="hubspot",
            object="contact",
            name=str(row["name"]),
            label=str(row.get("label") or row["name"]),
            type=str(row.get("type") or ""),
            length=65536 if row.get("type") == "string" else 0,
            writable=not (row.get("modificationMetadata") or {}).get("readOnlyValue") and not row.get("calculated"),
            options=tuple(
                Option(str(item.get("value")), str(item.get("label") or item.get("value")), not item.get("hidden"))
                for item in row.get("options") or ()
            ),
            restricted=row.get("type") == "enumeration" and not row.get("externalOptions"),
            group=str(row.get("groupName") or ""),
            refers_to=(str(row["referencedObjectType"]),) if row.get("referencedObjectType") else (),
            calculated=bool(row.get("calculated")),
        )
        for row in rows
        if row.get("name")
    )


def owner(row: Mapping[str, Any]) -> User:
    name = " ".join(str(row[part]) for part in ("firstName", "lastName") if row.get(part))
    email = str(row.get("email") or "")
    return User("hubspot", str(row["id"]), name or email, email, row.get("archived") is not True)


def addresses(found: HubSpotContact) -> tuple[str, ...]:
    """All addresses of a contact, lower case, the primary one first."""
    texts = [found.values.get("email") or "", *(found.values.get("hs_additional_emails") or "").split(";")]
    return tuple(dict.fromkeys(text.strip().lower() for text in texts if text.strip()))


@dataclass(frozen=True, slots=True)
class EngagementKind:
    """How to read one kind of object on a contact's timeline."""

    kind: ActivityKind
    type: str
    """Its name in paths."""
    title: str
    at: str
    extra: tuple[str, ...] = ()

    @property
    def properties(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.title, self.at, "hs_createdate", *self.extra)))

    def activity(self, object_id: str, row: Mapping[str, Any] | None) -> Activity:
        """``row`` None: the object exists but could not be read; deals and tickets then count as open."""
        values = (row or {}).get("properties") or {}
        kind = self.kind
        if kind == "email" and values.get("hs_email_direction") == "INCOMING_EMAIL":
            kind = "reply"
        closed = str(values.get("hs_is_closed") or "").lower() == "true" or bool(values.get("closed_date"))
        return Activity(
            kind=kind,
            id=object_id,
            at=instant(values.get(self.at)) or instant(values.get("hs_createdate")),
            title=str(values.get(self.title) or "") or _first_words(values.get("hs_note_body")),
            open=kind in ("deal", "ticket") and not closed,
        )


def _first_words(body: object) -> str:
    """The beginning of an HTML body as plain text."""
    text = " ".join(html.unescape(re.sub(r"<[^<>]*>", " ", str(body or "")[:1000])).split())
    return text if len(text) <= 80 else text[:79] + "…"


ENGAGEMENTS = (
    EngagementKind("email", "emails", "hs_email_subject", "hs_timestamp", ("hs_email_direction",)),
    EngagementKind("call", "calls", "hs_call_title", "hs_timestamp"),
    EngagementKind("meeting", "meetings", "hs_meeting_title", "hs_timestamp"),
    EngagementKind("note", "notes", "hs_body_preview", "hs_timestamp", ("hs_note_body",)),
    EngagementKind("task", "tasks", "hs_task_subject", "hs_timestamp"),
    EngagementKind("deal", "deals", "dealname", "closedate", ("dealstage", "hs_is_closed")),
    EngagementKind("ticket", "tickets", "subject", "createdate", ("hs_pipeline_stage", "hs_is_closed", "closed_date")),
)

_EVENT_WORDS: tuple[tuple[str, ActivityKind], ...] = (
    ("repl", "reply"),
    ("click", "click"),
    ("open", "open"),
    ("form", "form"),
    ("visit", "visit"),
    ("page", "visit"),
)


def event(row: Mapping[str, Any]) -> Activity | None:
    """A web or marketing event as activity; None for kinds that say nothing about interest (delivered, bounced …)."""
    kind_text = str(row.get("eventType") or "").lower()
    kind = next((kind for word, kind in _EVENT_WORDS if word in kind_text), None)
    if kind is None or not row.get("id"):
        return None
    values = row.get("properties")
    values = values if isinstance(values, Mapping) else {}
    names = ("title", "hs_form_name", "hs_email_subject", "hs_page_title", "hs_title", "hs_url", "name")
    title = next((str(values[name]) for name in names if values.get(name)), "")
    return Activity(kind, str(row["id"]), instant(row.get("occurredAt")), title)


def subscriptions(address: str, data: Any) -> tuple[Subscription, ...]:
    """Statuses of one address, in the dated shape (``results``) or the older one (``subscriptionStatuses``)."""
    rows: Sequence[Any] = ()
    if isinstance(data, Mapping):
        rows = data.get("results") or data.get("subscriptionStatuses") or ()
    found = []
    for row in rows:
        if not isinstance(row, Mapping):
            continue
        status = str(row.get("status") or "").upper()
        if status not in ("SUBSCRIBED", "UNSUBSCRIBED"):
            status = "NOT_SPECIFIED"
        found.append(
            Subscription(
                address=address,
                subscription_id=str(row.get("subscriptionId") or row.get("id") or ""),
                name=str(row.get("subscriptionName") or row.get("name") or ""),
                status=cast(Literal["SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED"], status),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Target:
    """The other end of an association."""

    id: str
    kinds: tuple[str, ...]
    primary: bool
    """The contact's primary company."""


def targets(row: Mapping[str, Any]) -> list[Target]:
    """One association result's other ends."""
    found = []
    for item in row.get("to") or ():
        if isinstance(item, Mapping) and item.get("toObjectId") is not None:
            types = [kind for kind in item.get("associationTypes") or () if isinstance(kind, Mapping)]
            names = [f"{kind.get('category')}:{kind.get('typeId')} {kind.get('label') or ''}".strip() for kind in types]
            found.append(Target(str(item["toObjectId"]), tuple(names), any(kind.get("typeId") == 1 for kind in types)))
    return found
