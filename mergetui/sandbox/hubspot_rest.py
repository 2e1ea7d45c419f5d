"""HubSpot beside contacts: schema, owners, lists, associations, objects, consent, events, account."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_search import search
from mergetui.sandbox.hubspot_shapes import association_types, batch_reply, object_json, page
from mergetui.sandbox.web import Call, Reply, Router, json_reply
from mergetui.twin import portal
from mergetui.twin.events import ChangeMembership, ChangeSubscription
from mergetui.twin.portal import Property
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso, parse_iso
from mergetui.twin.state import ContactList, HubSpotObject, State

D = r"{v:20\d\d-\d\d}"
LONG_AGO = "2019-01-01T00:00:00.000Z"
EVENT_TYPES = {
    "open": "e_opened_marketing_email",
    "click": "e_clicked_marketing_email",
    "form": "e_submitted_form",
    "visit": "e_visited_page",
}
"""Event kind → ``eventType``; only ``e_visited_page`` is a confirmed name."""
_TITLES = {"open": "hs_email_subject", "click": "hs_email_subject", "form": "hs_form_name", "visit": "hs_page_title"}


class Portal:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        add = router.add
        for base in (f"/crm/properties/{D}/{{kind}}", "/crm/{v:v3}/properties/{kind}"):
            add("GET", f"{base}/groups", "hubspot.properties", self._groups)
            add("GET", base, "hubspot.properties", self._properties)
            add("GET", f"{base}/{{name}}", "hubspot.properties", self._property)
        for base in (f"/crm/owners/{D}", "/crm/{v:v3}/owners"):
            add("GET", base, "hubspot.owners", self._owners)
            add("GET", f"{base}/{{id}}", "hubspot.owners", self._owner)
        for base in (f"/crm/lists/{D}", "/crm/{v:v3}/lists"):
            add("POST", f"{base}/search", "hubspot.lists", self._search_lists)
            add("GET", base, "hubspot.lists", self._lists)
            add("POST", f"{base}/records/memberships/batch/read", "hubspot.lists", self._batch_memberships)
            add("GET", f"{base}/records/{{type}}/{{id}}/memberships", "hubspot.lists", self._memberships_of_record)
            add("GET", f"{base}/object-type-id/{{type}}/name/{{name}}", "hubspot.lists", self._list_by_name)
            add("GET", f"{base}/{{id}}", "hubspot.lists", self._list)
            add("GET", f"{base}/{{id}}/memberships", "hubspot.lists", self._memberships)
            add("PUT", f"{base}/{{id}}/memberships/{{way:add|remove}}", "hubspot.memberships", self._change_memberships)
        for base in (f"/crm/objects/{D}", "/crm/{v:v[34]}/objects"):
            add("GET", f"{base}/{{from}}/{{id}}/associations/{{to}}", "hubspot.associations", self._associations)
            add("POST", f"{base}/{{kind}}/batch/read", "hubspot.objects", self._batch_objects)
            add("POST", f"{base}/{{kind}}/search", "hubspot.search", self._search_objects)
            add("GET", f"{base}/{{kind}}/{{id}}", "hubspot.objects", self._object)
            add("GET", f"{base}/{{kind}}", "hubspot.objects", self._objects)
        for base in (f"/crm/associations/{D}", "/crm/{v:v4}/associations"):
            add("POST", f"{base}/{{from}}/{{to}}/batch/read", "hubspot.associations", self._batch_associations)
            add("GET", f"{base}/{{from}}/{{to}}/labels", "hubspot.associations", self._labels)
        status = "/communication-preferences/{v:20\\d\\d-\\d\\d|v4}/statuses/{address}"
        add("GET", status, "hubspot.subscriptions", self._statuses, private=True)
        add("POST", status, "hubspot.unsubscribe", self._set_status, private=True)
        add("GET", f"{status}/unsubscribe-all", "hubspot.subscriptions", self._opted_out_of_all, private=True)
        definitions = "/communication-preferences/{v:20\\d\\d-\\d\\d|v4}/definitions"
        add("GET", definitions, "hubspot.subscriptions", self._definitions)
        for base in (f"/events/event-occurrences/{D}", "/events/{v:v3}/events"):
            add("GET", base, "hubspot.events", self._events)
            add("GET", f"{base}/event-types", "hubspot.events", self._event_types)
        add("GET", "/account-info/{v:20\\d\\d-\\d\\d|v3}/details", "hubspot.account", self._account)

    # schema and owners ----------------------------------------------------------------------------------------

    def _property_json(self, spec: Property) -> dict[str, Any]:
        options: list[dict[str, Any]] = [
            {"label": label, "value": value, "displayOrder": number, "hidden": False, "description": ""}
            for number, (value, label) in enumerate(spec.options)
        ]
        if spec.type == "bool":
            options = [
                {"label": word, "value": word.lower(), "displayOrder": number, "hidden": False, "description": ""}
                for number, word in enumerate(("True", "False"))
            ]
        shown = {
            "name": spec.name,
            "label": spec.label,
            "type": spec.type,
            "fieldType": spec.field_type,
            "groupName": spec.group,
            "description": "",
            "options": options,
            "displayOrder": -1,
            "calculated": spec.calculated,
            "externalOptions": spec.owner,
            "hasUniqueValue": spec.unique,
            "hidden": False,
            "formField": not spec.read_only,
            "hubspotDefined": not spec.own,
            "createdAt": LONG_AGO,
            "updatedAt": LONG_AGO,
            "archived": False,
            "dataSensitivity": "non_sensitive",
            "modificationMetadata": {
                "archivable": spec.own,
                "readOnlyDefinition": not spec.own,
                "readOnlyOptions": False,
                "readOnlyValue": spec.read_only or spec.calculated,
            },
        }
        if spec.owner:
            shown["referencedObjectType"] = "OWNER"
        return shown

    def _properties(self, call: Call) -> Reply:
        if portal.type_name(call.params["kind"]) != "contacts" or call.flag("archived"):
            return json_reply({"results": []})
        return json_reply({"results": [self._property_json(spec) for spec in portal.properties().values()]})

    def _property(self, call: Call) -> Reply:
        spec = portal.properties().get(call.params["name"])
        if spec is None or portal.type_name(call.params["kind"]) != "contacts":
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"No property with name {call.params['name']}")
        return json_reply(self._property_json(spec))

    def _groups(self, call: Call) -> Reply:
        groups = [
            {"name": name, "label": label, "displayOrder": number, "archived": False}
            for number, (name, label) in enumerate(portal.groups())
        ]
        return json_reply({"results": groups})

    def _owner_json(self, owner: Any) -> dict[str, Any]:
        return {
            "id": owner.id,
            "email": owner.email,
            "type": "PERSON",
            "firstName": owner.first_name,
            "lastName": owner.last_name,
            "userId": owner.user_id,
            "userIdIncludingInactive": owner.user_id,
            "createdAt": LONG_AGO,
            "updatedAt": LONG_AGO,
            "archived": False,
            "teams": [],
        }

    def _owners(self, call: Call) -> Reply:
        found = [] if call.flag("archived") else list(self._state.owners)
        if address := call.first("email"):
            found = [owner for owner in found if owner.email.lower() == address.lower()]
        shown, paging = page([self._owner_json(owner) for owner in found], call.first("after"), _limit(call, 500), call)
        return json_reply({"results": shown, **({"paging": paging} if paging else {})})

    def _owner(self, call: Call) -> Reply:
        by_user = call.first("idProperty") == "userId"
        for owner in self._state.owners:
            if call.params["id"] == (str(owner.user_id) if by_user else owner.id):
                return json_reply(self._owner_json(owner))
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Owner not found")

    # lists ----------------------------------------------------------------------------------------------------

    def _list_json(self, found: ContactList, *, search_result: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "listId": found.id,
            "name": found.name,
            "objectTypeId": "0-1",
            "processingType": found.processing,
            "processingStatus": "COMPLETE",
            "listVersion": 1,
            "size": len(found.members),
            "createdAt": LONG_AGO,
            "updatedAt": LONG_AGO,
            "filtersUpdatedAt": LONG_AGO,
        }
        if search_result:
            shown["additionalProperties"] = {"hs_list_size": str(len(found.members))}
        return shown

    def _find_list(self, list_id: str) -> ContactList:
        found = self._state.lists.get(list_id)
        if found is None:
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"List does not exist with ID {list_id}.")
        return found

    def _search_lists(self, call: Call) -> Reply:
        body = call.members()
        dated = call.params["v"].startswith("20")
        for name in ("listIds", "processingTypes"):
            if dated and not isinstance(body.get(name), list):
                raise HubSpotRefusal(400, "VALIDATION_ERROR", f"Some required fields were not set: [{name}]")
        ids = {str(key) for key in body.get("listIds") or ()}
        kinds = set(body.get("processingTypes") or ())
        query = str(body.get("query") or "").lower()
        found = [
            item
            for item in self._state.lists.values()
            if (not ids or item.id in ids)
            and (not kinds or item.processing in kinds)
            and (not query or query in item.name.lower())
        ]
        start, count = int(body.get("offset") or 0), min(500, int(body.get("count") or 20))
        end = start + count
        return json_reply(
            {
                "lists": [self._list_json(item, search_result=True) for item in found[start:end]],
                "hasMore": end < len(found),
                "offset": min(end, len(found)),
                "total": len(found),
            }
        )

    def _lists(self, call: Call) -> Reply:
        ids = call.many("listIds")
        found = [self._state.lists[key] for key in ids if key in self._state.lists]
        return json_reply({"lists": [self._list_json(item) for item in found]})

    def _list(self, call: Call) -> Reply:
        return json_reply({"list": self._list_json(self._find_list(call.params["id"]))})

    def _list_by_name(self, call: Call) -> Reply:
        for item in self._state.lists.values():
            if item.name == call.params["name"]:
                return json_reply({"list": self._list_json(item)})
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "List does not exist with that name.")

    def _memberships(self, call: Call) -> Reply:
        found = self._find_list(call.params["id"])
        members = [
            {"recordId": key, "membershipTimestamp": iso(at)}
            for key, at in sorted(found.members.items(), key=lambda item: int(item[0]))
            if key in self._state.contacts and self._state.contacts[key].archived_at is None
        ]
        shown, paging = page(members, call.first("after"), _limit(call, 250, 100), call)
        return json_reply({"results": shown, "total": len(members), **({"paging": paging} if paging else {})})

    def _membership_rows(self, contact_id: str) -> list[dict[str, Any]]:
        contact = self._state.contacts.get(contact_id)
        if contact is None or contact.archived_at is not None:
            return []
        rows = []
        for key in contact.lists:
            joined = iso(self._state.lists[key].members.get(contact.id, self._state.began))
            rows.append(
                {
                    "listId": key,
                    "listVersion": 1,
                    "firstAddedTimestamp": joined,
                    "lastAddedTimestamp": joined,
                    "isPublicList": False,
                }
            )
        return rows

    def _memberships_of_record(self, call: Call) -> Reply:
        rows = self._membership_rows(call.params["id"])
        return json_reply({"results": rows, "total": len(rows)})

    def _batch_memberships(self, call: Call) -> Reply:
        results = [
            {
                "recordId": str(item.get("recordId")),
                "objectTypeId": "0-1",
                "recordListMemberships": self._membership_rows(str(item.get("recordId"))),
            }
            for item in call.members().get("inputs") or ()
        ]
        return batch_reply(self._state, results, [])

    def _change_memberships(self, call: Call) -> Reply:
        ids = call.json()
        if not isinstance(ids, list):
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "The body must be a list of record ids")
        given = tuple(str(key) for key in ids)
        adding = call.params["way"] == "add"
        event = ChangeMembership(call.params["id"], given if adding else (), () if adding else given)
        added, removed, absent = self._sandbox.apply(event)
        return json_reply({"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": absent})

    # associations and objects ---------------------------------------------------------------------------------

    def _kind(self, given: str) -> str:
        found = portal.type_name(given)
        if found is None:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", f"Unable to infer object type from: {given}")
        return found

    def _targets(self, kind: str, record_id: str, to: str) -> list[dict[str, Any]] | None:
        """The associated records; None when the record does not exist. Old ids do not resolve here (unconfirmed)."""
        if kind == "contacts":
            contact = self._state.contacts.get(record_id)
            if contact is None or contact.archived_at is not None:
                return None
            return [
                {"toObjectId": key, "associationTypes": association_types(to, primary=number == 0)}
                for number, key in enumerate(contact.objects.get(to, ()))
            ]
        item = self._state.objects.get(kind, {}).get(record_id)
        if item is None:
            return None
        if to != "contacts":
            return []
        return [
            {"toObjectId": key, "associationTypes": association_types(kind, primary=False, reverse=True)}
            for key in item.contacts
            if key in self._state.contacts
        ]

    def _associations(self, call: Call) -> Reply:
        kind, to = self._kind(call.params["from"]), self._kind(call.params["to"])
        found = self._targets(kind, call.params["id"], to)
        if found is None:
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")
        shown, paging = page(found, call.first("after"), _limit(call, 500, 500), call)
        return json_reply({"results": shown, **({"paging": paging} if paging else {})})

    def _batch_associations(self, call: Call) -> Reply:
        kind, to = self._kind(call.params["from"]), self._kind(call.params["to"])
        inputs = call.members().get("inputs")
        if not isinstance(inputs, list) or len(inputs) > 1_000:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "inputs must be a list of at most 1000 items")
        results: list[Any] = []
        errors: list[dict[str, Any]] = []
        for item in inputs:
            key = str(item.get("id"))
            found = self._targets(kind, key, to)
            if not found:  # a record without any shows up as an error entry (facts/hubspot.md §5)
                errors.append(
                    {
                        "status": "error",
                        "category": "OBJECT_NOT_FOUND",
                        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
                        "message": f"No {to} is associated with {kind} {key}.",
                        "context": {"fromObjectId": [key], "fromObjectType": [kind], "toObjectType": [to]},
                    }
                )
                continue
            shown, paging = page(found, str(item.get("after") or ""), 500, call)
            row: dict[str, Any] = {"from": {"id": key}, "to": shown}
            if paging:
                row["paging"] = paging
            results.append(row)
        return batch_reply(self._state, results, errors)

    def _labels(self, call: Call) -> Reply:
        kind, to = self._kind(call.params["from"]), self._kind(call.params["to"])
        other = to if kind == "contacts" else kind
        return json_reply({"results": association_types(other, primary=True, reverse=kind != "contacts")})

    def _items(self, call: Call) -> Mapping[str, HubSpotObject]:
        kind = self._kind(call.params["kind"])
        if kind == "contacts":
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.")
        return self._state.objects.get(kind, {})

    def _object(self, call: Call) -> Reply:
        item = self._items(call).get(call.params["id"])
        if item is None or call.flag("archived"):
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", "Object not found.  objectId are usually numeric.")
        return json_reply(object_json(self._state, item, call.many("properties")))

    def _objects(self, call: Call) -> Reply:
        items = [] if call.flag("archived") else list(self._items(call).values())
        shown, paging = page(items, call.first("after"), _limit(call, 100), call)
        results = [object_json(self._state, item, call.many("properties")) for item in shown]
        return json_reply({"results": results, **({"paging": paging} if paging else {})})

    def _batch_objects(self, call: Call) -> Reply:
        body = call.members()
        items = self._items(call)
        inputs = body.get("inputs")
        if not isinstance(inputs, list) or len(inputs) > 100:
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "inputs must be a list of at most 100 items")
        names = [str(name) for name in body.get("properties") or ()]
        ids = [str(item.get("id")) for item in inputs]
        results = [object_json(self._state, items[key], names) for key in ids if key in items]
        absent = [key for key in ids if key not in items]
        errors: list[dict[str, Any]] = []
        if absent:
            errors.append(
                {
                    "status": "error",
                    "category": "OBJECT_NOT_FOUND",
                    "message": "Could not get some objects, they may be deleted or not exist.",
                    "context": {"ids": absent},
                }
            )
        return batch_reply(self._state, results, errors)

    def _search_objects(self, call: Call) -> Reply:
        body = call.members()

        def related(item: HubSpotObject, kind: str) -> list[str]:
            return item.contacts if portal.type_name(kind) == "contacts" else []

        entries = (
            (
                item,
                lambda item=item: item.values,
                lambda kind, item=item: related(item, kind),
                int(item.id) if item.id.isdigit() else 0,
            )
            for item in self._items(call).values()
        )
        found, total, after = search(body, entries, checked=False)
        names = [str(name) for name in body.get("properties") or ()]
        shown: dict[str, Any] = {
            "total": total,
            "results": [object_json(self._state, item, names) for item in found],
        }
        if after is not None:
            shown["paging"] = {"next": {"after": after}}
        return json_reply(shown)

    # consent --------------------------------------------------------------------------------------------------

    def _status_json(self, address: str, subscription_id: str) -> dict[str, Any]:
        opted = self._state.unsubscribed.get(address.lower(), {})
        return {
            "channel": "EMAIL",
            "subscriberIdString": address,
            "subscriptionId": int(subscription_id) if subscription_id.isdigit() else subscription_id,
            "subscriptionName": self._state.subscriptions[subscription_id],
            "status": "UNSUBSCRIBED" if subscription_id in opted else "NOT_SPECIFIED",
            "source": "SUBSCRIPTION_STATUS" if subscription_id in opted else "",
            "businessUnitId": 0,
            "legalBasis": None,
            "legalBasisExplanation": None,
            "timestamp": iso(self._state.now),
        }

    def _action(self, results: list[Any]) -> Reply:
        stamp = iso(self._state.now)
        return json_reply({"status": "COMPLETE", "results": results, "startedAt": stamp, "completedAt": stamp})

    def _statuses(self, call: Call) -> Reply:
        if call.first("channel").upper() != "EMAIL":
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "query param channel is required: EMAIL")
        address = call.params["address"]
        return self._action([self._status_json(address, key) for key in self._state.subscriptions])

    def _set_status(self, call: Call) -> Reply:
        body = call.members()
        if str(body.get("channel", "")).upper() != "EMAIL":
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "channel must be EMAIL")
        wanted = body.get("statusState")
        if wanted not in ("SUBSCRIBED", "UNSUBSCRIBED"):
            raise HubSpotRefusal(400, "VALIDATION_ERROR", "statusState must be SUBSCRIBED or UNSUBSCRIBED")
        key = str(body.get("subscriptionId", ""))
        self._sandbox.apply(ChangeSubscription(call.params["address"], key, subscribed=wanted == "SUBSCRIBED"))
        return json_reply(self._status_json(call.params["address"], key))

    def _opted_out_of_all(self, call: Call) -> Reply:
        address = call.params["address"]
        opted = self._state.unsubscribed.get(address.lower(), {})
        every = bool(self._state.subscriptions) and all(key in opted for key in self._state.subscriptions)
        row = {"subscriberIdString": address, "channel": "EMAIL", "wideStatusType": "PORTAL_WIDE"}
        return self._action([{**row, "status": "UNSUBSCRIBED"}] if every else [])

    def _definitions(self, call: Call) -> Reply:
        rows = [
            {"id": key, "name": name, "description": "", "isActive": True, "isDefault": False, "isInternal": False,
             "purpose": "Marketing", "communicationMethod": "Email", "createdAt": LONG_AGO, "updatedAt": LONG_AGO}
            for key, name in self._state.subscriptions.items()
        ]  # fmt: skip
        return self._action(rows)

    # events and account ---------------------------------------------------------------------------------------

    def _events(self, call: Call) -> Reply:
        state = self._state
        contact = state.contacts.get(call.first("objectId"))
        if call.first("objectType").lower() not in ("contact", "0-1", ""):
            contact = None
        found = [state.occurrences[key] for key in contact.events] if contact and contact.archived_at is None else []
        if kind := call.first("eventType"):
            found = [event for event in found if EVENT_TYPES.get(event.kind, event.kind) == kind]
        if since := call.first("occurredAfter"):
            limit = parse_iso(since)
            found = [event for event in found if event.at >= limit]
        if before := call.first("occurredBefore"):
            limit = parse_iso(before)
            found = [event for event in found if event.at < limit]
        found.sort(key=lambda event: (-event.at, event.id))
        shown, paging = page(found, call.first("after"), _limit(call, 1_000, 20), call)
        results = [
            {
                "id": event.id,
                "objectType": "CONTACT",
                "objectId": event.contact,
                "eventType": EVENT_TYPES.get(event.kind, event.kind),
                "occurredAt": iso(event.at),
                "properties": {_TITLES.get(event.kind, "hs_title"): event.title},
            }
            for event in shown
        ]
        return json_reply({"results": results, **({"paging": paging} if paging else {})})

    def _event_types(self, call: Call) -> Reply:
        return json_reply({"eventTypes": list(EVENT_TYPES.values())})

    def _account(self, call: Call) -> Reply:
        return json_reply(
            {
                "portalId": int(self._state.portal_id),
                "accountType": self._sandbox.account_type,
                "timeZone": "Europe/Berlin",
                "companyCurrency": "EUR",
                "additionalCurrencies": [],
                "utcOffset": "+01:00",
                "utcOffsetMilliseconds": 3_600_000,
                "uiDomain": "app.hubspot.com",
                "dataHostingLocation": "eu1",
            }
        )


def _limit(call: Call, most: int, default: int = 100) -> int:
    given = call.first("limit")
    if not given:
        return default
    if not given.isdigit() or not 1 <= int(given) <= most:
        raise HubSpotRefusal(400, "VALIDATION_ERROR", f"limit must be between 1 and {most}")
    return int(given)
