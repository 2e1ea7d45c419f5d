"""HubSpot contacts: list, read, batch read, search, create, change, archive, merge (facts/hubspot.md §2–§4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_search import Values, search
from mergetui.sandbox.hubspot_shapes import batch_reply, contact_json
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply
from mergetui.twin import hubspot, portal
from mergetui.twin.events import ArchiveContact, CreateContact, MergeContacts, UpdateContact
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.state import Contact, State

BASES = (r"/crm/objects/{v:20\d\d-\d\d}/{kind:contacts?|0-1}", r"/crm/{v:v3}/objects/{kind:contacts?|0-1}")
BATCH = 100
HISTORY_BATCH = 50
LONGEST_URL = 8_000


def missing() -> HubSpotRefusal:
    return HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")


class Contacts:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        for base in BASES:
            router.add("GET", base, "hubspot.contacts", self._list)
            router.add("POST", base, "hubspot.create", self._create)
            router.add("POST", f"{base}/merge", "hubspot.merge", self._merge)
            router.add("POST", f"{base}/search", "hubspot.search", self._search)
            router.add("POST", f"{base}/batch/read", "hubspot.batch_read", self._batch_read)
            router.add("POST", f"{base}/batch/update", "hubspot.update", self._batch_update)
            router.add("GET", f"{base}/{{id}}", "hubspot.contact", self._read)
            router.add("PATCH", f"{base}/{{id}}", "hubspot.update", self._update)
            router.add("DELETE", f"{base}/{{id}}", "hubspot.archive", self._archive)

    # finding --------------------------------------------------------------------------------------------------

    def _by_property(self, name: str, value: str) -> Contact | None:
        if name == "email":
            owner = self._state.addresses.get(value.lower())
            return self._state.contacts[owner] if owner else None
        if name in ("", "hs_object_id"):
            return None
        raise HubSpotRefusal(400, "VALIDATION_ERROR", f"Property {name} is not a unique identifier")

    def _of(self, call: Call) -> Contact:
        """The contact of a single read; here, and only here, old ids of merged contacts resolve."""
        name = call.first("idProperty")
        given = call.params["id"]
        archived = call.flag("archived")
        contact = self._by_property(name, given) if name else hubspot.contact_of(self._state, given)
        if contact is None or (contact.archived_at is not None) != archived:
            raise missing()
        if archived and contact.id != given:
            raise missing()
        return contact

    # reading --------------------------------------------------------------------------------------------------

    def _list(self, call: Call) -> Reply:
        if sum(len(name) + len(value) for name, value in call.query) > LONGEST_URL:
            return Reply(414, b"<html><body>414 Request-URI Too Large</body></html>", {"Content-Type": "text/html"})
        archived = call.flag("archived")
        limit = int(call.first("limit") or 10)
        if not 1 <= limit <= 100:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "limit must be between 1 and 100")
        history = call.many("propertiesWithHistory")
        if history and limit > HISTORY_BATCH:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "limit must be at most 50 when history is asked for")
        found = [c for c in self._state.contacts.values() if (c.archived_at is not None) == archived]
        found.sort(key=lambda contact: int(contact.id))
        after = call.first("after")
        if after.isdigit():  # today the cursor is the next record id (facts/hubspot.md §2)
            found = [contact for contact in found if int(contact.id) >= int(after)]
        shown = [
            contact_json(self._state, contact, call.many("properties"), history, call.many("associations"))
            for contact in found[:limit]
        ]
        body: dict[str, Any] = {"results": shown}
        if len(found) > limit:
            following = found[limit].id
            link = f"https://api.hubapi.com{call.path}?limit={limit}&after={following}"
            body["paging"] = {"next": {"after": following, "link": link}}
        return json_reply(body)

    def _read(self, call: Call) -> Reply:
        contact = self._of(call)
        return json_reply(
            contact_json(
                self._state,
                contact,
                call.many("properties"),
                call.many("propertiesWithHistory"),
                call.many("associations"),
            )
        )

    def _batch_read(self, call: Call) -> Reply:
        body = call.members()
        ids = _ids(body)
        history = [str(name) for name in body.get("propertiesWithHistory") or ()]
        if len(ids) > BATCH:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", f"The maximum number of inputs supported is {BATCH}")
        if history and len(ids) > HISTORY_BATCH:
            raise HubSpotRefusal(
                400,
                "VALIDATION_ERROR",
                "The maximum number of inputs supported in a batch request for property histories is 50. "
                f"Requested: {len(ids)}",
            )
        archived = call.flag("archived")
        names = [str(name) for name in body.get("properties") or ()]
        by = str(body.get("idProperty") or "")
        results, absent = [], []
        for given in dict.fromkeys(ids):
            contact = self._by_property(by, given) if by else self._state.contacts.get(given)
            if contact is None or (contact.archived_at is not None) != archived:
                absent.append(given)
                continue
            results.append(contact_json(self._state, contact, names, history))
        errors = []
        if absent:
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": "Could not get some CONTACT objects, they may be deleted or not exist. "
                    "Check that ids are valid.",
                    "context": {"ids": absent},
                }
            )
        return batch_reply(self._state, results, errors)

    def _search(self, call: Call) -> Reply:
        body = call.members()
        state = self._state

        def related(contact: Contact, kind: str) -> Sequence[str]:
            return contact.objects.get(portal.type_name(kind) or "", ())

        def values_of(contact: Contact) -> Values:
            return hubspot.shown(state, contact)

        items = (
            (
                contact,
                lambda contact=contact: values_of(contact),
                lambda kind, contact=contact: related(contact, kind),
                contact.created_at,
            )
            for contact in self._candidates(body)
            if contact.archived_at is None
        )
        page, total, after = search(body, items, checked=True)
        names = [str(name) for name in body.get("properties") or ()]
        shown: dict[str, Any] = {
            "total": total,
            "results": [contact_json(state, contact, names) for contact in page],
        }
        if after is not None:
            shown["paging"] = {"next": {"after": after}}
        return json_reply(shown)

    def _candidates(self, body: Mapping[str, Any]) -> Iterable[Contact]:
        """The contacts a search can find: fewer than all when every filter group asks for an indexed value."""
        state = self._state
        groups = body.get("filterGroups")
        if not isinstance(groups, list) or not groups:
            return state.contacts.values()
        found: dict[str, Contact] = {}
        for group in groups:
            ids = next((ids for rule in group.get("filters") or () if (ids := self._indexed(rule)) is not None), None)
            if ids is None:
                return state.contacts.values()
            found.update({key: state.contacts[key] for key in ids if key in state.contacts})
        return found.values()

    def _indexed(self, rule: Mapping[str, Any]) -> list[str] | None:
        """Ids of contacts that may satisfy an EQ or IN rule on an indexed property; None for other rules."""
        if rule.get("operator") not in ("EQ", "IN"):
            return None
        given = rule.get("values") if rule["operator"] == "IN" else [rule.get("value")]
        texts = [str(value) for value in given] if isinstance(given, list) else []
        state = self._state
        match rule.get("propertyName"):
            case "salesforcecontactid" | "salesforceleadid":
                wanted = {text.lower() for text in texts}  # text compares without case, ids too
                return [key for held, ids in state.links.items() if held.lower() in wanted for key in ids]
            case "email" | "hs_additional_emails":
                return [state.addresses[text.lower()] for text in texts if text.lower() in state.addresses]
            case "hs_object_id":
                return texts
        return None

    # writing --------------------------------------------------------------------------------------------------

    def _create(self, call: Call) -> Reply:
        values = _properties(call.members())
        contact = self._sandbox.apply(CreateContact(values))
        return json_reply(contact_json(self._state, contact, list(values)), 201)

    def _update(self, call: Call) -> Reply:
        values = _properties(call.members())
        given = call.params["id"]
        if name := call.first("idProperty"):
            found = self._by_property(name, given)
            if found is None:
                raise missing()
            given = found.id
        contact = self._sandbox.apply(UpdateContact(given, values))
        return json_reply(contact_json(self._state, contact, list(values)))

    def _batch_update(self, call: Call) -> Reply:
        inputs = call.members().get("inputs")
        if not isinstance(inputs, list) or len(inputs) > BATCH:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "inputs must be a list of at most 100 items")
        results, errors = [], []
        for item in inputs:
            try:
                contact = self._sandbox.apply(UpdateContact(str(item.get("id")), _properties(item)))
            except HubSpotRefusal as refusal:
                errors.append(
                    {
                        "status": "error",
                        "category": refusal.category,
                        "message": refusal.message,
                        "context": {"ids": [str(item.get("id"))]},
                    }
                )
                continue
            results.append(contact_json(self._state, contact, ()))
        return batch_reply(self._state, results, errors)

    def _archive(self, call: Call) -> Reply:
        if self._state.contacts.get(call.params["id"]) is not None:
            try:
                self._sandbox.apply(ArchiveContact(call.params["id"]))
            except HubSpotRefusal:
                pass  # already archived: DELETE is idempotent
        return empty_reply()

    def _merge(self, call: Call) -> Reply:
        body = call.members()
        primary, secondary = body.get("primaryObjectId"), body.get("objectIdToMerge")
        if not isinstance(primary, str) or not isinstance(secondary, str):
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "primaryObjectId and objectIdToMerge must be texts")
        contact = self._sandbox.apply(MergeContacts(primary, secondary))
        names = [*portal.properties()]
        shown = contact_json(self._state, contact, names)
        shown["properties"] = {name: value for name, value in shown["properties"].items() if value is not None}
        return json_reply(shown)


def _ids(body: Mapping[str, Any]) -> list[str]:
    inputs = body.get("inputs")
    if not isinstance(inputs, list):
        raise HubSpotRefusal(400, "VALIDATION_ERROR", "inputs must be a list")
    return [str(item.get("id")) for item in inputs if isinstance(item, Mapping)]


def _properties(body: Mapping[str, Any]) -> dict[str, str]:
    found = body.get("properties")
    if not isinstance(found, Mapping):
        raise HubSpotRefusal(400, "VALIDATION_ERROR", "properties must be an object")
    values = {}
    for name, value in found.items():
        if value is not None and not isinstance(value, (str, int, float)):
            raise HubSpotRefusal(400, "VALIDATION_ERROR", f"The value of {name} is not a text")
        text = "" if value is None else str(value)
        values[str(name)] = text.lower() if isinstance(value, bool) else text
    return values
