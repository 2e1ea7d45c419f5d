"""How HubSpot's JSON looks: records, errors, pages (facts/hubspot.md §2, client-conformance §5, §6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin import hubspot, portal
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, HubSpotObject, State

DEFAULT_PROPERTIES = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
SINGULAR = {name: "company" if name == "companies" else name.removesuffix("s") for name in portal.OBJECT_TYPES}


def correlation(text: str) -> str:
    return str(uuid5(NAMESPACE_URL, text))


def error(
    call: Call,
    status: int,
    category: str,
    message: str,
    *,
    errors: Sequence[Mapping[str, Any]] = (),
    context: Mapping[str, Any] | None = None,
    **members: Any,
) -> Reply:
    body: dict[str, Any] = {
        "status": "error",
        "message": message,
        "correlationId": correlation(f"{call.name}{call.path}{message}"),
        "category": category,
    }
    if errors:
        body["errors"] = list(errors)
    if context:
        body["context"] = dict(context)
    return json_reply({**body, **members}, status)


def contact_json(
    state: State, contact: Contact, names: Sequence[str], history: Sequence[str] = (), associations: Sequence[str] = ()
) -> dict[str, Any]:
    """A contact with the asked properties; asked but unset ones are null, unknown ones are left out."""
    values = hubspot.shown(state, contact)
    wanted = dict.fromkeys((*ALWAYS, *(names or DEFAULT_PROPERTIES)))
    known = portal.properties()
    shown: dict[str, Any] = {
        "id": contact.id,
        "properties": {
            name: values.get(name) or None
            for name in wanted
            if name in known or name in values or name.startswith("hs_email_optout_")
        },
        "createdAt": iso(contact.created_at),
        "updatedAt": iso(contact.updated_at),
        "archived": contact.archived_at is not None,
        "url": f"https://app.hubspot.com/contacts/{state.portal_id}/record/0-1/{contact.id}",
    }
    if contact.archived_at is not None:
        shown["archivedAt"] = iso(contact.archived_at)
    if history:
        shown["propertiesWithHistory"] = {
            name: [
                {
                    "value": version.value,
                    "timestamp": iso(version.at),
                    "sourceType": version.source,
                    "sourceId": None,
                    "sourceLabel": None,
                    "updatedByUserId": None,
                }
                for version in state.versions(contact, name)
            ]
            for name in history
            if name in known
        }
        for name in history:
            if name in known:
                shown["properties"].setdefault(name, values.get(name) or None)
    found = associations_json(contact, associations)
    if found:
        shown["associations"] = found
    return shown


def associations_json(contact: Contact, kinds: Iterable[str]) -> dict[str, Any]:
    """The ``associations`` member: only kinds that have any, the primary company twice as the real API does."""
    found: dict[str, Any] = {}
    for given in kinds:
        name = portal.type_name(given)
        ids = contact.objects.get(name or "", [])
        if name is None or not ids:
            continue
        kind = f"contact_to_{SINGULAR[name]}"
        results = [{"id": key, "type": kind} for key in ids]
        if name == "companies":
            results.append({"id": ids[0], "type": "contact_to_company_primary"})
        found[name] = {"results": results}
    return found


def association_types(kind: str, *, primary: bool, reverse: bool = False) -> list[dict[str, Any]]:
    """The ``associationTypes`` of one pair."""
    link = portal.associations()[(kind, "contacts") if reverse else ("contacts", kind)]
    found = [{"category": "HUBSPOT_DEFINED", "typeId": link.plain, "label": None}]
    if primary and link.primary is not None:
        found.append({"category": "HUBSPOT_DEFINED", "typeId": link.primary, "label": "Primary"})
    return found


def object_json(state: State, item: HubSpotObject, names: Sequence[str]) -> dict[str, Any]:
    """An object of another type than contact. Properties are not checked against a schema."""
    at = item.values.get("hs_timestamp") or item.values.get("createdate") or iso(state.began)
    created = item.values.get("hs_createdate") or item.values.get("createdate") or at
    base = {"hs_createdate": created, "hs_object_id": item.id, "hs_lastmodifieddate": created}
    if item.type in ("companies", "deals", "tickets"):
        base = {"createdate": created, "hs_object_id": item.id, "hs_lastmodifieddate": created}
    values = {**base, **item.values}
    wanted = dict.fromkeys((*base, *names))
    return {
        "id": item.id,
        "properties": {name: values.get(name) or None for name in wanted},
        "createdAt": created,
        "updatedAt": values["hs_lastmodifieddate"],
        "archived": False,
        "url": f"https://app.hubspot.com/contacts/{state.portal_id}/record/{portal.OBJECT_TYPES[item.type]}/{item.id}",
    }


def page(items: Sequence[Any], after: str, limit: int, call: Call) -> tuple[list[Any], dict[str, Any] | None]:
    """One page of a sequence by offset cursor, and its ``paging`` member (None on the last page)."""
    start = int(after) if after.isdigit() else 0
    rest = items[start : start + limit]
    if start + limit >= len(items):
        return list(rest), None
    following = str(start + limit)
    link = f"https://api.hubapi.com{call.path}?after={following}"
    return list(rest), {"next": {"after": following, "link": link}}


def batch_reply(state: State, results: list[Any], errors: list[dict[str, Any]]) -> Reply:
    """COMPLETE with 200, or 207 when some inputs failed."""
    stamp = iso(state.now)
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": stamp, "completedAt": stamp}
    if errors:
        body["numErrors"] = len(errors)
        body["errors"] = errors
    return json_reply(body, 207 if errors else 200)
