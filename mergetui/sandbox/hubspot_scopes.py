"""Which scopes a HubSpot call needs (facts/hubspot.md §2, §5, §7, §8)."""

from __future__ import annotations

from mergetui.sandbox.web import Call
from mergetui.twin import portal

Needs = tuple[tuple[str, ...], ...]
"""Of every inner tuple the token needs at least one."""

_OBJECTS = ("contacts", "companies", "deals")
KNOWN = frozenset(
    {
        "oauth",
        *(f"crm.objects.{name}.{way}" for name in _OBJECTS for way in ("read", "write")),
        *(f"crm.schemas.{name}.{way}" for name in _OBJECTS for way in ("read", "write")),
        "crm.objects.owners.read",
        *(f"crm.objects.leads.{way}" for way in ("read", "write")),
        "crm.lists.read",
        "crm.lists.write",
        "crm.objects.contacts.sensitive.read.v2",
        "sales-email-read",
        "tickets",
        "timeline",
        "communication_preferences.read",
        "communication_preferences.write",
        "communication_preferences.read_write",
        "communication_preferences.statuses.batch.read",
        "behavioral_events.event_definitions.read_write",
        "analytics.behavioral_events.send",
        "business-intelligence",
        "content",
        "automation",
    }
)  # fmt: skip
"""What an app may ask for; anything else is a mismatch with its settings."""


def _object(kind: str | None, way: str) -> Needs:
    """Activities need those of contacts; e-mails ``sales-email-read`` beside them (the newer of two specifications)."""
    if kind in ("companies", "deals", "leads"):
        return ((f"crm.objects.{kind}.{way}",),)
    if kind == "tickets":
        return (("tickets",),)
    contacts = f"crm.objects.contacts.{way}"
    return ((contacts,), ("sales-email-read",)) if kind == "emails" and way == "read" else ((contacts,),)


def needs(call: Call) -> Needs:
    """The scopes of a found route, by the call's name and the object types in its path."""
    kind = portal.type_name(call.params.get("kind", "contacts"))
    match call.name.removeprefix("hubspot."):
        case "contacts" | "contact" | "batch_read" | "objects" | "search":
            return _object(kind, "read")
        case "create" | "update" | "upsert" | "archive" | "merge" | "gdpr_delete":
            return _object(kind, "write")
        case name if name.startswith("object_"):
            return _object(kind, "write")
        case "properties":
            parts = ("objects", "schemas") if kind in _OBJECTS else ()
            return (tuple(f"crm.{part}.{kind}.read" for part in parts) or ("tickets", "crm.objects.contacts.read"),)
        case "property_write":
            return ((f"crm.schemas.{kind}.write" if kind in _OBJECTS else "tickets",),)
        case "owners":
            return (("crm.objects.owners.read",),)
        case "lists":
            return (("crm.lists.read",),)
        case "list_write" | "memberships":
            return (("crm.lists.read",), ("crm.lists.write",))
        case "associations" | "associate" | "labels" as name:
            way = "read" if name == "associations" else "write"
            ends = (portal.type_name(call.params.get(end, "")) for end in ("from", "to"))
            each = (_object("contacts" if end == "emails" else end, way) for end in ends)
            return tuple(dict.fromkeys(group for groups in each for group in groups))
        case "subscriptions":
            return (("communication_preferences.read", "communication_preferences.read_write",
                     "communication_preferences.statuses.batch.read"),)  # fmt: skip
        case "unsubscribe":
            return (("communication_preferences.write", "communication_preferences.read_write"),)
        case "events":
            return (("crm.objects.contacts.read", "business-intelligence"),)  # the real list is not written anywhere
        case "account":
            return (("oauth",),)
    return ()
