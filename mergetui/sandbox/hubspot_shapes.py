"""How HubSpot's JSON looks: errors, records, pages, batches (facts/hubspot.md §2, client-conformance §5, §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin import associations, hubspot, object_history, portal
from mergetui.twin.object_properties import DEFAULTS
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, HubSpotObject, State, Version

VERSIONS = "2026-0[39]"
"""The dated versions there are (facts/hubspot.md §1)."""
DATED = f"{{v:{VERSIONS}}}"
LONG_AGO = "2019-01-01T00:00:00.000Z"
CONTACT_DEFAULTS = ("createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname")
ALWAYS = ("createdate", "hs_object_id", "lastmodifieddate")
ASSOCIATIONS_SHOWN = 500
"""So many associations of one type are shown inside a record; the rest is paged."""

CONNECTOR = "Salesforce Connector"
CONNECTOR_UNTIL = 1_704_067_200_000
"""The integration's history entries name it until 2024 (facts/integration.md §9)."""

CLOSED_TICKET = "4"
"""The last stage of HubSpot's own ticket pipeline."""

# errors ---------------------------------------------------------------------------------------------------------


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
    """An error body; without ``category`` as servers answer that have none (404 and 405 of a path)."""
    body: dict[str, Any] = {
        "status": "error",
        "message": message,
        "correlationId": correlation(f"{call.name}{call.path}{message}"),
    }
    if category:
        body["category"] = category
    if errors:
        body["errors"] = list(errors)
    if context:
        body["context"] = dict(context)
    return json_reply({**body, **members}, status)


def invalid(message: str) -> HubSpotRefusal:
    return HubSpotRefusal(400, "VALIDATION_ERROR", message)


def unset(*names: str) -> HubSpotRefusal:
    """A required member of a body is missing."""
    return invalid(f"Invalid input JSON on line 1, column 1: Some required fields were not set: [{', '.join(names)}]")


def failure(refusal: HubSpotRefusal, context: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """One entry of a multi-status ``errors``."""
    shown: dict[str, Any] = {"status": "error", "category": refusal.category, "message": refusal.message}
    if refusal.errors:
        shown["errors"] = list(refusal.errors)
    return {**shown, "context": {name: list(values) for name, values in context.items()}}


# what calls carry -----------------------------------------------------------------------------------------------


def kind_of(given: str) -> str:
    """The object type of a name or type id. Raises 400."""
    found = portal.type_name(given)
    if found is None:
        raise invalid(f"Unable to infer object type from: {given}")
    return found


def limit_of(call: Call, most: int, default: int) -> int:
    given = call.first("limit")
    if not given:
        return default
    if not given.isdigit() or not 1 <= int(given) <= most:
        raise invalid(f"limit must be between 1 and {most}, inclusive. Given: {given[:20]}")
    return int(given)


def inputs_of(call: Call, most: int = 100, member: str = "inputs") -> list[Mapping[str, Any]]:
    """The items of a batch. Raises 400."""
    items = call.members().get(member)
    if items is None:
        raise unset(member)
    if not isinstance(items, list) or not all(isinstance(item, Mapping) for item in items):
        raise invalid(f"Invalid input JSON on line 1, column 1: {member} must be a list of objects")
    if len(items) > most:
        raise invalid(f"The maximum number of inputs supported in a batch request is {most}. Requested: {len(items)}")
    return items


def text_of(value: Any, what: str) -> str:
    """A member that HubSpot reads as text: numbers and booleans are taken as they are written."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (str, int, float)):
        return str(value)
    raise invalid(f"Invalid input JSON on line 1, column 1: Cannot deserialize {what} as a String")


def texts_of(body: Mapping[str, Any], member: str) -> list[str]:
    found = body.get(member) or ()
    if not isinstance(found, (list, tuple)):
        raise invalid(f"Invalid input JSON on line 1, column 1: {member} must be a list")
    return [text_of(one, member) for one in found]


def number_of(body: Mapping[str, Any], member: str, default: int) -> int:
    found = body.get(member)
    if found is None:
        return default
    text = str(found)
    if isinstance(found, bool) or not text.isdigit() or len(text) > 9:
        raise invalid(f"Invalid input JSON on line 1, column 1: {member} must be a number")
    return int(text)


def properties_of(body: Mapping[str, Any]) -> dict[str, str]:
    """The ``properties`` to write, all as text; null clears."""
    found = body.get("properties")
    if found is None:
        raise unset("properties")
    if not isinstance(found, Mapping):
        raise invalid("Invalid input JSON on line 1, column 1: properties must be an object")
    return {str(name): "" if value is None else text_of(value, str(name)) for name, value in found.items()}


# records --------------------------------------------------------------------------------------------------------


def record_json(
    state: State,
    record: Contact | HubSpotObject,
    names: Sequence[str],
    history: Sequence[str] = (),
    related: Sequence[str] = (),
    path: str = "",
) -> dict[str, Any]:
    """A record with the asked properties; asked but unset ones are null, unknown ones are left out."""
    shown = contact_json(state, record, names) if isinstance(record, Contact) else object_json(state, record, names)
    if history:
        known = state.portal.properties(_kind(record))
        wanted = [name for name in dict.fromkeys(history) if name in known]
        values = values_of(state, record)
        shown["propertiesWithHistory"] = {name: _versions(state, record, name) for name in wanted}
        for name in wanted:
            shown["properties"].setdefault(name, values.get(name) or None)
    if found := _associations_json(state, record, related, path):
        shown["associations"] = found
    return shown


def _kind(record: Contact | HubSpotObject) -> str:
    return "contacts" if isinstance(record, Contact) else record.type


def values_of(state: State, record: Contact | HubSpotObject) -> Mapping[str, str]:
    """All properties of a record, the computed ones included."""
    return hubspot.shown(state, record) if isinstance(record, Contact) else _object_values(state, record)


def contact_json(state: State, contact: Contact, names: Sequence[str]) -> dict[str, Any]:
    values = hubspot.shown(state, contact)
    known = state.portal.properties("contacts")
    wanted = dict.fromkeys((*ALWAYS, *(names or CONTACT_DEFAULTS)))
    shown: dict[str, Any] = {
        "id": contact.id,
        "properties": {name: values.get(name) or None for name in wanted if name in known or name in values},
        "createdAt": iso(contact.created_at),
        "updatedAt": iso(contact.updated_at),
        "archived": contact.archived_at is not None,
        "url": f"https://app.hubspot.com/contacts/{state.portal_id}/record/0-1/{contact.id}",
    }
    if contact.archived_at is not None:
        shown["archivedAt"] = iso(contact.archived_at)
    return shown


def _object_values(state: State, item: HubSpotObject) -> dict[str, str]:
    own = "hs_createdate" if item.type not in DEFAULTS else "createdate"
    created = object_history.created(state, item)
    values = {own: created, "hs_object_id": item.id, "hs_lastmodifieddate": created, **item.values}
    if item.changed_at is not None:
        values["hs_lastmodifieddate"] = iso(item.changed_at)
    if stage := values.get("dealstage"):
        values["hs_is_closed"] = str(stage.startswith("closed")).lower()
        values["hs_is_closed_won"] = str(stage == "closedwon").lower()
    if item.type == "tickets" and (stage := values.get("hs_pipeline_stage")):
        values["hs_is_closed"] = str(stage == CLOSED_TICKET).lower()
    if item.type == "companies":
        values["num_associated_contacts"] = str(len(associations.related(state, item, "contacts")))
    return values


def object_json(state: State, item: HubSpotObject, names: Sequence[str]) -> dict[str, Any]:
    """An object of another type than contact."""
    values = _object_values(state, item)
    created = "hs_createdate" if item.type not in DEFAULTS else "createdate"
    always = (created, "hs_lastmodifieddate", "hs_object_id")
    known = state.portal.properties(item.type)
    wanted = dict.fromkeys((*always, *(names or DEFAULTS.get(item.type, ()))))
    shown: dict[str, Any] = {
        "id": item.id,
        "properties": {name: values.get(name) or None for name in wanted if name in known or name in values},
        "createdAt": values[created],
        "updatedAt": values["hs_lastmodifieddate"],
        "archived": item.archived_at is not None,
        "url": f"https://app.hubspot.com/contacts/{state.portal_id}/record/{portal.OBJECT_TYPES[item.type]}/{item.id}",
    }
    if item.archived_at is not None:
        shown["archivedAt"] = iso(item.archived_at)
    return shown


def _versions(state: State, record: Contact | HubSpotObject, name: str) -> list[dict[str, Any]]:
    """A property's history, newest first."""
    if isinstance(record, Contact):
        versions = state.versions(record, name)
        if not versions and (value := hubspot.shown(state, record).get(name)):
            versions = [Version(value, record.updated_at, "CALCULATED")]
    else:
        versions = object_history.versions(state, record, name)
        if not versions and (value := _object_values(state, record).get(name)):
            versions = [Version(value, record.changed_at or state.began, "CALCULATED")]
    return [
        {
            "value": version.value,
            "timestamp": iso(version.at),
            "sourceType": version.source,
            "sourceId": CONNECTOR if version.source == "SALESFORCE" and version.at < CONNECTOR_UNTIL else None,
            "sourceLabel": None,
            "updatedByUserId": None,
        }
        for version in versions[: state.settings.history_depth]
    ]


# associations ---------------------------------------------------------------------------------------------------


def type_names(kind: str, to: str) -> tuple[str, str]:
    """The old-style names of the primary (or only) and the plain association type of a pair: where both exist the
    plain one is called ``…_unlabeled``."""
    name = f"{portal.singular(kind)}_to_{portal.singular(to)}"
    return name, f"{name}_unlabeled" if portal.associations()[kind, to].primary is not None else name


def old_types(state: State, record: Contact | HubSpotObject, to: str, to_id: str) -> list[str]:
    """The old-style type names between two associated records."""
    kind = _kind(record)
    link = portal.associations()[kind, to]
    first, plain = type_names(kind, to)
    found = []
    for category, number in associations.types(state, record, to, to_id):
        if category != associations.HUBSPOT:
            found.append(str(associations.name_of(state, kind, to, (category, number)) or number))
        else:
            found.append(first if number == link.primary else plain)
    return found


def _associations_json(
    state: State, record: Contact | HubSpotObject, kinds: Iterable[str], path: str
) -> dict[str, Any]:
    """The ``associations`` member: only kinds that have any."""
    found: dict[str, Any] = {}
    for given in kinds:
        to = kind_of(given)
        if (_kind(record), to) not in portal.associations():
            continue
        ids = associations.related(state, record, to)
        if not ids:
            continue
        results = [
            {"id": key, "type": name} for key in ids[:ASSOCIATIONS_SHOWN] for name in old_types(state, record, to, key)
        ]
        found[to] = {"results": results}
        if len(ids) > ASSOCIATIONS_SHOWN:
            after = str(ASSOCIATIONS_SHOWN)
            link = f"https://api.hubapi.com{path}/{record.id}/associations/{to}?after={after}"
            found[to]["paging"] = {"next": {"after": after, "link": link}}
    return found


# pages and batches ----------------------------------------------------------------------------------------------


def start_of(after: str) -> int:
    """Where an offset cursor points. Raises 400."""
    if after and not (after.isdigit() and len(after) < 15):
        raise invalid(f"The paging cursor {after[:40]} is not valid")
    return int(after) if after else 0


def page(items: Sequence[Any], after: str, limit: int, call: Call) -> tuple[list[Any], dict[str, Any]]:
    """One page of a sequence by offset cursor, and ``{"paging": …}`` (empty on the last page)."""
    start = start_of(after)
    rest = items[start : start + limit]
    if start + limit >= len(items):
        return list(rest), {}
    return list(rest), paging(call, str(start + limit), limit)


def paging(call: Call, after: str, limit: int) -> dict[str, Any]:
    link = f"https://api.hubapi.com{call.path}?limit={limit}&after={after}"
    return {"paging": {"next": {"after": after, "link": link}}}


def batch_reply(
    state: State, results: Sequence[Any], errors: Sequence[Mapping[str, Any]] = (), status: int = 200
) -> Reply:
    """COMPLETE with ``status``, or 207 when some inputs failed."""
    stamp = iso(state.now)
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": stamp, "completedAt": stamp}
    if errors:
        body["numErrors"] = len(errors)
        body["errors"] = list(errors)
    return json_reply(body, 207 if errors else status)


def multi(
    items: Sequence[Mapping[str, Any]],
    work: Callable[[Mapping[str, Any]], Any],
    context: Callable[[Mapping[str, Any]], Mapping[str, Sequence[str]]],
) -> tuple[list[Any], list[dict[str, Any]]]:
    """Results and errors of a batch whose items fail on their own."""
    results, errors = [], []
    for item in items:
        try:
            results.append(work(item))
        except HubSpotRefusal as refusal:
            errors.append(failure(refusal, context(item)))
    return results, errors
