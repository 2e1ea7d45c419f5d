"""Associations of any two records, their labels, in the v4 and dated form and in the v3 form (facts/hubspot.md §5)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_kinds import Record
from mergetui.sandbox.hubspot_shapes import (
    DATED,
    VERSIONS,
    batch_reply,
    failure,
    inputs_of,
    invalid,
    kind_of,
    limit_of,
    old_types,
    page,
    record_json,
    text_of,
    type_names,
    unset,
)
from mergetui.sandbox.hubspot_writes import association_type
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply
from mergetui.twin import associations, hubspot, portal
from mergetui.twin.portal_events import Associate, ChangeLabel, Dissociate, MakeLabel
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.state import State

PAGE = 500
MOST_READ = 1_000
MOST_WRITTEN = 2_000
V4 = f"{{v:v4|{VERSIONS}}}"


class Associations:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        add = router.add
        read, write = "hubspot.associations", "hubspot.associate"
        for base in (f"/crm/objects/{DATED}", "/crm/{v:v4}/objects"):
            record = f"{base}/{{from}}/{{id}}/associations"
            add("GET", f"{record}/{{to}}", read, self._of_record)
            add("PUT", f"{record}/default/{{to}}/{{to_id}}", write, self._put_default)
            add("PUT", f"{record}/{{to}}/{{to_id}}", write, self._put)
            add("DELETE", f"{record}/{{to}}/{{to_id}}", write, self._delete)
        old = "/crm/{v:v3}/objects/{from}/{id}/associations/{to}"
        add("GET", old, read, self._of_record_old)
        add("PUT", f"{old}/{{to_id}}/{{type}}", write, self._put_old)
        add("DELETE", f"{old}/{{to_id}}/{{type}}", write, self._delete)
        for base in (f"/crm/associations/{V4}/{{from}}/{{to}}", "/crm/{v:v4}/associations/{from}/{to}"):
            add("POST", f"{base}/batch/read", read, self._batch_read)
            add("POST", f"{base}/batch/create", write, self._batch_create)
            add("POST", f"{base}/batch/associate/default", write, self._batch_default)
            add("POST", f"{base}/batch/archive", write, self._batch_archive)
            add("POST", f"{base}/batch/labels/archive", write, self._batch_unlabel)
            add("GET", f"{base}/labels", read, self._labels)
            add("POST", f"{base}/labels", "hubspot.labels", self._make_label)
            add("PUT", f"{base}/labels", "hubspot.labels", self._rename_label)
            add("DELETE", f"{base}/labels/{{number:[0-9]+}}", "hubspot.labels", self._remove_label)
        old = "/crm/{v:v3}/associations/{from}/{to}"
        add("POST", f"{old}/batch/read", read, self._batch_read_old)
        add("POST", f"{old}/batch/create", write, self._batch_create_old)
        add("POST", f"{old}/batch/archive", write, self._batch_archive_old)
        add("GET", f"{old}/types", read, self._types_old)

    # helpers --------------------------------------------------------------------------------------------------

    def _ends(self, call: Call) -> tuple[str, str]:
        """Both object types. Raises 400 when nothing can link them."""
        first, second = kind_of(call.params["from"]), kind_of(call.params["to"])
        if (first, second) not in portal.associations():
            raise invalid(f"No association type exists from {first} to {second}.")
        return first, second

    def _record(self, kind_name: str, record_id: str) -> Record:
        found = associations.record(self._state, kind_name, record_id)
        if found is None:
            raise hubspot.missing()
        return found

    def _row(self, record: Record, first: str, second: str, to_id: str) -> dict[str, Any]:
        types = associations.types(self._state, record, second, to_id)
        shown = [self._type(first, second, wanted) for wanted in types]
        return {"toObjectId": to_id, "associationTypes": shown}

    def _type(self, first: str, second: str, wanted: tuple[str, int]) -> dict[str, Any]:
        label = associations.name_of(self._state, first, second, wanted)
        return {"category": wanted[0], "typeId": wanted[1], "label": label}

    def _link(self, first: str, second: str, ids: tuple[str, str], types: tuple[tuple[str, int], ...]) -> None:
        self._sandbox.apply(Associate(first, ids[0], second, ids[1], types))

    def _labels_of(self, first: str, second: str, ids: tuple[str, str]) -> dict[str, Any]:
        """The answer to a labelled association."""
        record = self._record(first, ids[0])
        types = associations.types(self._state, record, second, ids[1])
        names = [associations.name_of(self._state, first, second, wanted) for wanted in types]
        return {
            "fromObjectTypeId": portal.OBJECT_TYPES[first],
            "fromObjectId": ids[0],
            "toObjectTypeId": portal.OBJECT_TYPES[second],
            "toObjectId": ids[1],
            "labels": [name for name in names if name],
        }

    # of one record --------------------------------------------------------------------------------------------

    def _of_record(self, call: Call) -> Reply:
        first, second = self._ends(call)
        record = self._record(first, call.params["id"])
        ids = associations.related(self._state, record, second)
        shown, more = page(ids, call.first("after"), limit_of(call, PAGE, PAGE), call)
        return json_reply({"results": [self._row(record, first, second, key) for key in shown], **more})

    def _of_record_old(self, call: Call) -> Reply:
        first, second = self._ends(call)
        record = self._record(first, call.params["id"])
        ids = associations.related(self._state, record, second)
        shown, more = page(ids, call.first("after"), limit_of(call, PAGE, PAGE), call)
        rows = [{"id": key, "type": name} for key in shown for name in old_types(self._state, record, second, key)]
        return json_reply({"results": rows, **more})

    def _put(self, call: Call) -> Reply:
        first, second = self._ends(call)
        specs = call.json()
        if not isinstance(specs, list) or not specs:
            raise invalid("Invalid input JSON on line 1, column 1: the body must be a list of association types")
        ids = (call.params["id"], call.params["to_id"])
        self._link(first, second, ids, tuple(association_type(spec) for spec in specs))
        return json_reply(self._labels_of(first, second, ids), 201)

    def _put_default(self, call: Call) -> Reply:
        first, second = self._ends(call)
        ids = (call.params["id"], call.params["to_id"])
        self._link(first, second, ids, ())
        return batch_reply(self._state, self._defaults(first, second, ids))

    def _defaults(self, first: str, second: str, ids: tuple[str, str]) -> list[dict[str, Any]]:
        """Both directions of an association without a label."""
        there, back = portal.associations()[first, second].plain, portal.associations()[second, first].plain
        return [
            {
                "from": {"id": start},
                "to": {"id": end},
                "associationSpec": {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number},
            }
            for start, end, number in ((ids[0], ids[1], there), (ids[1], ids[0], back))
        ]

    def _put_old(self, call: Call) -> Reply:
        first, second = self._ends(call)
        ids = (call.params["id"], call.params["to_id"])
        self._link(first, second, ids, self._old_type(first, second, call.params["type"]))
        record = self._record(first, ids[0])
        return json_reply(record_json(self._state, record, (), (), (second,), call.path))

    def _old_type(self, first: str, second: str, name: str) -> tuple[tuple[str, int], ...]:
        """An old-style type name or number as a type. Raises 400."""
        link = portal.associations()[first, second]
        named, plain = type_names(first, second)
        if name in (plain, str(link.plain)):
            return ((associations.HUBSPOT, link.plain),)
        if name in (named, str(link.primary)):
            return ((associations.HUBSPOT, link.primary if link.primary is not None else link.plain),)
        raise invalid(f"Invalid association type {name[:60]} from {first} to {second}")

    def _delete(self, call: Call) -> Reply:
        first, second = self._ends(call)
        self._sandbox.apply(Dissociate(first, call.params["id"], second, call.params["to_id"]))
        return empty_reply()

    # batches --------------------------------------------------------------------------------------------------

    def _batch_read(self, call: Call) -> Reply:
        first, second = self._ends(call)
        results: list[Any] = []
        errors: list[dict[str, Any]] = []
        for item, key, record, ids in self._asked(call, first, second, errors):
            shown, more = page(ids, str(item.get("after") or ""), PAGE, call)
            rows = [self._row(record, first, second, one) for one in shown]
            results.append({"from": {"id": key}, "to": rows, **more})
        return batch_reply(self._state, results, errors)

    def _asked(
        self, call: Call, first: str, second: str, errors: list[dict[str, Any]]
    ) -> Iterator[tuple[Mapping[str, Any], str, Record, Sequence[str]]]:
        """(input, its id, the record, what is associated) of a batch. A record without any becomes an entry of
        ``errors`` (facts/hubspot.md §5)."""
        for item in inputs_of(call, MOST_READ):
            key = text_of(item.get("id"), "id")
            record = associations.record(self._state, first, key)
            ids = associations.related(self._state, record, second) if record is not None else ()
            if record is None or not ids:
                errors.append(self._none_found(first, second, key))
            else:
                yield item, key, record, ids

    def _none_found(self, first: str, second: str, key: str) -> dict[str, Any]:
        return {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
            "message": f"No {portal.singular(second)} is associated with {portal.singular(first)} {key}.",
            "context": {
                "fromObjectId": [key],
                "fromObjectType": [portal.singular(first)],
                "toObjectType": [portal.singular(second)],
            },
        }

    def _batch_read_old(self, call: Call) -> Reply:
        first, second = self._ends(call)
        results: list[Any] = []
        errors: list[dict[str, Any]] = []
        for _, key, record, ids in self._asked(call, first, second, errors):
            rows = [{"id": one, "type": name} for one in ids for name in old_types(self._state, record, second, one)]
            results.append({"from": {"id": key}, "to": rows})
        return batch_reply(self._state, results, errors)

    def _batch_create(self, call: Call) -> Reply:
        first, second = self._ends(call)
        results, errors = [], []
        for item in inputs_of(call, MOST_WRITTEN):
            ids = _pair(item)
            types = item.get("types")
            if not isinstance(types, list) or not types:
                raise unset("types")
            try:
                self._link(first, second, ids, tuple(association_type(spec) for spec in types))
            except HubSpotRefusal as refusal:
                errors.append(self._failed(refusal, ids))
                continue
            results.append(self._labels_of(first, second, ids))
        return batch_reply(self._state, results, errors, 201)

    def _failed(self, refusal: HubSpotRefusal, ids: tuple[str, str]) -> dict[str, Any]:
        return failure(refusal, {"fromObjectId": [ids[0]], "toObjectId": [ids[1]]})

    def _batch_default(self, call: Call) -> Reply:
        first, second = self._ends(call)
        results: list[Any] = []
        errors: list[dict[str, Any]] = []
        for item in inputs_of(call, MOST_WRITTEN):
            ids = _pair(item)
            try:
                self._link(first, second, ids, ())
            except HubSpotRefusal as refusal:
                errors.append(self._failed(refusal, ids))
                continue
            results += self._defaults(first, second, ids)
        return batch_reply(self._state, results, errors)

    def _batch_create_old(self, call: Call) -> Reply:
        first, second = self._ends(call)
        results, errors = [], []
        for item in inputs_of(call, MOST_WRITTEN):
            ids, name = _pair(item), str(item.get("type") or "")
            try:
                self._link(first, second, ids, self._old_type(first, second, name))
            except HubSpotRefusal as refusal:
                errors.append(self._failed(refusal, ids))
                continue
            results.append({"from": {"id": ids[0]}, "to": {"id": ids[1]}, "type": name})
        return batch_reply(self._state, results, errors, 201)

    def _batch_archive(self, call: Call) -> Reply:
        """``to`` is a list here."""
        first, second = self._ends(call)
        for item in inputs_of(call, MOST_WRITTEN):
            targets = item.get("to")
            if not isinstance(targets, list):
                raise unset("to")
            for target in targets:
                ids = _pair({"from": item.get("from"), "to": target})
                self._sandbox.apply(Dissociate(first, ids[0], second, ids[1]))
        return empty_reply()

    def _batch_archive_old(self, call: Call) -> Reply:
        first, second = self._ends(call)
        for item in inputs_of(call, MOST_WRITTEN):
            ids = _pair(item)
            self._sandbox.apply(Dissociate(first, ids[0], second, ids[1]))
        return empty_reply()

    def _batch_unlabel(self, call: Call) -> Reply:
        first, second = self._ends(call)
        for item in inputs_of(call, MOST_WRITTEN):
            types = item.get("types")
            if not isinstance(types, list) or not types:
                raise unset("types")
            ids = _pair(item)
            wanted = tuple(association_type(spec) for spec in types)
            self._sandbox.apply(Dissociate(first, ids[0], second, ids[1], wanted))
        return empty_reply()

    # labels ---------------------------------------------------------------------------------------------------

    def _labels(self, call: Call) -> Reply:
        first, second = self._ends(call)
        link = portal.associations()[first, second]
        numbers = [number for number in (link.plain, link.primary) if number is not None]
        types = [(associations.HUBSPOT, number) for number in numbers]
        types += [(associations.OWN, number) for number in self._state.portal.label_names.get((first, second), {})]
        return json_reply({"results": [self._type(first, second, wanted) for wanted in types]})

    def _make_label(self, call: Call) -> Reply:
        first, second = self._ends(call)
        body = call.members()
        absent = [name for name in ("label", "name") if not body.get(name)]
        if absent:
            raise unset(*absent)
        inverse = str(body.get("inverseLabel") or "")
        numbers = self._sandbox.apply(MakeLabel(first, second, text_of(body["label"], "label"), inverse))
        shown = [self._type(first, second, (associations.OWN, numbers[0]))]
        shown += [self._type(second, first, (associations.OWN, number)) for number in numbers[1:]]
        return json_reply({"results": shown})

    def _rename_label(self, call: Call) -> Reply:
        first, second = self._ends(call)
        body = call.members()
        number, label = body.get("associationTypeId"), body.get("label")
        if not label or isinstance(number, bool) or not isinstance(number, int):
            raise unset("associationTypeId", "label")
        self._sandbox.apply(ChangeLabel(first, second, number, text_of(label, "label")))
        return empty_reply()

    def _remove_label(self, call: Call) -> Reply:
        first, second = self._ends(call)
        self._sandbox.apply(ChangeLabel(first, second, int(call.params["number"][:12])))
        return empty_reply()

    def _types_old(self, call: Call) -> Reply:
        first, second = self._ends(call)
        link = portal.associations()[first, second]
        named, plain = type_names(first, second)
        rows = [{"id": str(link.plain), "name": plain}]
        if link.primary is not None:
            rows.append({"id": str(link.primary), "name": named})
        return json_reply({"results": rows})


def _pair(item: Mapping[str, Any]) -> tuple[str, str]:
    """The ids of ``from`` and ``to``. Raises 400."""
    found = []
    for name in ("from", "to"):
        end = item.get(name)
        if not isinstance(end, Mapping) or end.get("id") is None:
            raise unset(f"{name}.id")
        found.append(text_of(end["id"], "id"))
    return found[0], found[1]
