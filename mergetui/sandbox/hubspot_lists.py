"""Lists ("segments") and who is on them (facts/hubspot.md §8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_shapes import (
    DATED,
    LONG_AGO,
    batch_reply,
    inputs_of,
    invalid,
    kind_of,
    limit_of,
    number_of,
    page,
    text_of,
    texts_of,
    unset,
)
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply
from mergetui.twin import hubspot, portal_work
from mergetui.twin.events import ChangeMembership
from mergetui.twin.portal import OBJECT_TYPES
from mergetui.twin.portal_events import CreateList, DeleteList, RenameList, RestoreList
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import ContactList, State

PROCESSING = ("MANUAL", "SNAPSHOT", "DYNAMIC")


class Lists:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        add = router.add
        read, write, members = "hubspot.lists", "hubspot.list_write", "hubspot.memberships"
        for base in (f"/crm/lists/{DATED}", "/crm/{v:v3}/lists"):
            add("POST", f"{base}/search", read, self._search)
            add("GET", base, read, self._several)
            add("POST", base, write, self._create)
            add("GET", f"{base}/idmapping", read, self._mapping)
            add("POST", f"{base}/idmapping", read, self._mappings)
            add("POST", f"{base}/records/memberships/batch/read", read, self._batch_of_records)
            add("GET", f"{base}/records/{{type}}/{{id}}/memberships", read, self._of_record)
            add("GET", f"{base}/object-type-id/{{type}}/name/{{name}}", read, self._by_name)
            one = f"{base}/{{id:[0-9]+}}"
            add("GET", one, read, self._one)
            add("DELETE", one, write, self._delete)
            add("PUT", f"{one}/restore", write, self._restore)
            add("PUT", f"{one}/update-list-name", write, self._rename)
            add("GET", f"{one}/memberships", read, self._members)
            add("GET", f"{one}/memberships/join-order", read, self._join_order)
            add("DELETE", f"{one}/memberships", members, self._empty)
            add("PUT", f"{one}/memberships/{{way:add|remove}}", members, self._change)
            add("PUT", f"{one}/memberships/add-and-remove", members, self._add_and_remove)
            add("PUT", f"{one}/memberships/add-from/{{source}}", members, self._add_from)

    # lists ----------------------------------------------------------------------------------------------------

    def _shown(self, found: ContactList, *, searched: bool = False) -> dict[str, Any]:
        changed = found.updated_at if found.updated_at is not None else found.created_at
        created = LONG_AGO if found.created_at is None else iso(found.created_at)
        size = len(found.members)
        shown: dict[str, Any] = {
            "listId": found.id,
            "name": found.name,
            "objectTypeId": "0-1",
            "processingType": found.processing,
            "processingStatus": "COMPLETE",
            "listVersion": 1,
            "size": size,
            "createdAt": created,
            "updatedAt": LONG_AGO if changed is None else iso(changed),
            "filtersUpdatedAt": created,
        }
        if searched:
            shown["additionalProperties"] = {"hs_list_size": str(size), "hs_list_reference_count": "0"}
        return shown

    def _find(self, call: Call) -> ContactList:
        return portal_work.find_list(self._state, call.params["id"])

    def _search(self, call: Call) -> Reply:
        body = call.members()
        absent = [name for name in ("listIds", "processingTypes") if not isinstance(body.get(name), list)]
        if absent and call.params["v"].startswith("20"):
            raise unset(*absent)  # the dated versions require both, the legacy one neither
        ids, kinds = set(texts_of(body, "listIds")), set(texts_of(body, "processingTypes"))
        query = str(body.get("query") or "").lower()
        found = [
            item
            for item in self._state.lists.values()
            if (not ids or item.id in ids)
            and (not kinds or item.processing in kinds)
            and (not query or query in item.name.lower())
            and body.get("objectTypeId") in (None, "", "0-1")
        ]
        start, count = number_of(body, "offset", 0), number_of(body, "count", 20)
        if count > 500:
            raise invalid("count may be at most 500")
        end = start + count
        return json_reply(
            {
                "lists": [self._shown(item, searched=True) for item in found[start:end]],
                "hasMore": end < len(found),
                "offset": min(end, len(found)),
                "total": len(found),
            }
        )

    def _several(self, call: Call) -> Reply:
        ids = call.many("listIds")
        found = [self._state.lists[key] for key in ids if key in self._state.lists]
        return json_reply({"lists": [self._shown(item) for item in found]})

    def _one(self, call: Call) -> Reply:
        return json_reply({"list": self._shown(self._find(call))})

    def _by_name(self, call: Call) -> Reply:
        for item in self._state.lists.values():
            if item.name == call.params["name"]:
                return json_reply({"list": self._shown(item)})
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"List does not exist with name {call.params['name'][:100]}.")

    def _create(self, call: Call) -> Reply:
        """Filters of DYNAMIC lists are taken and not evaluated: the twin's rules fill no list."""
        body = call.members()
        absent = [name for name in ("name", "objectTypeId", "processingType") if not body.get(name)]
        if absent:
            raise unset(*absent)
        if body["processingType"] not in PROCESSING:
            raise invalid(f"processingType must be one of [{', '.join(PROCESSING)}]")
        if OBJECT_TYPES[kind_of(text_of(body["objectTypeId"], "objectTypeId"))] != "0-1":
            raise invalid("Only lists of contacts exist in this account")
        made = self._sandbox.apply(CreateList(text_of(body["name"], "name"), body["processingType"]))
        return json_reply({"list": self._shown(made)})

    def _rename(self, call: Call) -> Reply:
        name = call.first("listName")
        changed = self._sandbox.apply(RenameList(self._find(call).id, name)) if name else self._find(call)
        return json_reply({"updatedList": self._shown(changed)})

    def _delete(self, call: Call) -> Reply:
        self._sandbox.apply(DeleteList(call.params["id"]))
        return empty_reply()

    def _restore(self, call: Call) -> Reply:
        self._sandbox.apply(RestoreList(call.params["id"]))
        return empty_reply()

    def _mapping(self, call: Call) -> Reply:
        """Legacy ids: in this account both are the same."""
        key = call.first("legacyListId")
        if key not in self._state.lists:
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"No list has the legacy id {key[:40]}.")
        return json_reply({"listId": key, "legacyListId": key})

    def _mappings(self, call: Call) -> Reply:
        given = call.json()
        if not isinstance(given, list):
            raise invalid("Invalid input JSON on line 1, column 1: the body must be a list of legacy ids")
        ids = [text_of(key, "legacyListId") for key in given]
        known = [key for key in ids if key in self._state.lists]
        return json_reply(
            {
                "missingLegacyListIds": [key for key in ids if key not in known],
                "legacyListIdsToIdsMapping": [{"listId": key, "legacyListId": key} for key in known],
            }
        )

    # members --------------------------------------------------------------------------------------------------

    def _rows(self, found: ContactList) -> list[tuple[str, int]]:
        """(contact id, joined at) of the live members."""
        people = self._state.contacts
        return [(key, at) for key, at in found.members.items() if key in people and people[key].archived_at is None]

    def _page(self, call: Call, rows: Sequence[tuple[str, int]]) -> Reply:
        shown, more = page(rows, call.first("after"), limit_of(call, 250, 100), call)
        members = [{"recordId": key, "membershipTimestamp": iso(at)} for key, at in shown]
        return json_reply({"results": members, "total": len(rows), **more})

    def _members(self, call: Call) -> Reply:
        found = self._find(call)
        order = ("members", found.id)
        return self._page(call, self._sandbox.fragments.keep(order, lambda: sorted(self._rows(found), key=_by_id)))

    def _join_order(self, call: Call) -> Reply:
        found = self._find(call)
        return self._page(call, sorted(self._rows(found), key=lambda row: (row[1], int(row[0]))))

    def _memberships(self, contact_id: str) -> list[dict[str, Any]]:
        contact = hubspot.held(self._state, contact_id, self._state.settings.old_id_in_lists)
        rows = []
        for key in contact.lists if contact is not None else ():
            joined = iso(self._state.lists[key].members.get(contact.id, self._state.began)) if contact else ""
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

    def _of_record(self, call: Call) -> Reply:
        rows = self._memberships(call.params["id"]) if kind_of(call.params["type"]) == "contacts" else []
        return json_reply({"results": rows, "total": len(rows)})

    def _batch_of_records(self, call: Call) -> Reply:
        results = []
        for item in inputs_of(call):
            if item.get("recordId") is None or item.get("objectTypeId") is None:
                raise unset("objectTypeId", "recordId")
            key, kind = text_of(item["recordId"], "recordId"), text_of(item["objectTypeId"], "objectTypeId")
            rows = self._memberships(key) if kind_of(kind) == "contacts" else []
            results.append({"recordId": key, "objectTypeId": kind, "recordListMemberships": rows})
        return batch_reply(self._state, results)

    # changing members -----------------------------------------------------------------------------------------

    def _apply(self, call: Call, add: Sequence[str], remove: Sequence[str]) -> Reply:
        event = ChangeMembership(call.params["id"], tuple(add), tuple(remove))
        added, removed, absent = self._sandbox.apply(event)
        # "recordsIdsAdded" is how HubSpot writes it.
        return json_reply({"recordsIdsAdded": added, "recordIdsRemoved": removed, "recordIdsMissing": absent})

    def _change(self, call: Call) -> Reply:
        given = call.json()
        if not isinstance(given, list):
            raise invalid("Invalid input JSON on line 1, column 1: the body must be a list of record ids")
        ids = [text_of(key, "record id") for key in given]
        return self._apply(call, *((ids, ()) if call.params["way"] == "add" else ((), ids)))

    def _add_and_remove(self, call: Call) -> Reply:
        body = call.members()
        return self._apply(call, texts_of(body, "recordIdsToAdd"), texts_of(body, "recordIdsToRemove"))

    def _add_from(self, call: Call) -> Reply:
        source = portal_work.find_list(self._state, call.params["source"])
        self._apply(call, list(source.members), ())
        return empty_reply()

    def _empty(self, call: Call) -> Reply:
        self._apply(call, (), [key for key, _ in self._rows(self._find(call))])
        return empty_reply()


def _by_id(row: tuple[str, int]) -> int:
    return int(row[0])
