"""Writing records of any type: create, update, upsert, archive, merge (facts/hubspot.md §2, §4, §11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_kinds import Kind, Record, exists, kind
from mergetui.sandbox.hubspot_records import ANY, CONTACTS, bases
from mergetui.sandbox.hubspot_shapes import (
    batch_reply,
    inputs_of,
    invalid,
    kind_of,
    multi,
    properties_of,
    record_json,
    text_of,
    unset,
    values_of,
)
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply
from mergetui.twin import associations, hubspot, portal
from mergetui.twin.portal_events import Associate, ForgetContact
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.state import State

TRACE = "objectWriteTraceId"
"""With one on every input of a batch, items fail on their own; without, the first bad one refuses the whole batch."""


class Writes:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        for kinds in (CONTACTS, ANY):
            own = kinds == CONTACTS

            def named(name: str, own: bool = own) -> str:
                return f"hubspot.{name}" if own else f"hubspot.object_{name}"

            for base in bases(kinds):
                router.add("POST", base, named("create"), self._create)
                router.add("POST", f"{base}/merge", named("merge"), self._merge)
                router.add("POST", f"{base}/gdpr-delete", named("gdpr_delete"), self._forget)
                router.add("POST", f"{base}/batch/create", named("create"), self._batch_create)
                router.add("POST", f"{base}/batch/update", named("update"), self._batch_update)
                router.add("POST", f"{base}/batch/upsert", named("upsert"), self._batch_upsert)
                router.add("POST", f"{base}/batch/archive", named("archive"), self._batch_archive)
                router.add("PATCH", f"{base}/{{id}}", named("update"), self._update)
                router.add("DELETE", f"{base}/{{id}}", named("archive"), self._archive)

    def _kind(self, call: Call) -> Kind:
        return kind(self._sandbox, kind_of(call.params["kind"]))

    def _shown(self, record: Record, names: Sequence[str], item: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        shown = record_json(self._state, record, names)
        if item.get(TRACE) is not None:
            shown[TRACE] = str(item[TRACE])
        return {**shown, **more}

    # one at a time --------------------------------------------------------------------------------------------

    def _create(self, call: Call) -> Reply:
        return json_reply(self._make(self._kind(call), call.members()), 201)

    def _make(self, of: Kind, item: Mapping[str, Any]) -> dict[str, Any]:
        """Nothing is made when the associations are not good."""
        values = properties_of(item)
        wishes = self._wishes(of, item)
        of.check_create(values)
        for wish in wishes:
            if associations.record(self._state, wish.to_kind, wish.to_id) is None:
                raise invalid(f"Object {wish.to_id} of type {wish.to_kind} does not exist")
        record = of.create(values)
        for wish in wishes:
            self._sandbox.apply(Associate(of.name, record.id, wish.to_kind, wish.to_id, wish.types))
        return self._shown(record, list(values), item)

    def _wishes(self, of: Kind, item: Mapping[str, Any]) -> list[Associate]:
        """The associations of a create: the type ids tell what ``to`` is."""
        found = []
        given = item.get("associations") or []
        if not isinstance(given, list):
            raise invalid("Invalid input JSON on line 1, column 1: associations must be a list")
        for one in given:
            to = one.get("to") if isinstance(one, Mapping) else None
            types = one.get("types") if isinstance(one, Mapping) else None
            if not isinstance(to, Mapping) or to.get("id") is None or not isinstance(types, list) or not types:
                raise unset("to", "types")
            pairs = tuple(association_type(entry) for entry in types)
            target = self._target(of.name, pairs[0])
            found.append(Associate(of.name, "", target, text_of(to["id"], "id"), pairs))
        return found

    def _target(self, name: str, wanted: tuple[str, int]) -> str:
        category, number = wanted
        for (start, end), link in portal.associations().items():
            own = self._state.portal.label_names.get((start, end), {})
            if start == name and (
                number in own if category == associations.OWN else number in (link.plain, link.primary)
            ):
                return end
        raise invalid(f"The association type {category} {number} does not start at {name}")

    def _update(self, call: Call) -> Reply:
        of, body = self._kind(call), call.members()
        values, given = properties_of(body), call.params["id"]
        if name := call.first("idProperty"):
            found = of.by(name, given)
            if found is None:
                raise hubspot.missing()
            given = found.id
        return json_reply(self._shown(of.update(given, values), list(values), body))

    def _archive(self, call: Call) -> Reply:
        self._remove(self._kind(call), call.params["id"])
        return empty_reply()

    def _remove(self, of: Kind, record_id: str) -> None:
        try:
            of.archive(record_id)
        except HubSpotRefusal as refusal:
            if refusal.status != 404:
                raise
            # archiving what is archived or unknown is no error: DELETE is idempotent

    def _merge(self, call: Call) -> Reply:
        body = call.members()
        absent = [name for name in ("primaryObjectId", "objectIdToMerge") if body.get(name) is None]
        if absent:
            raise unset(*absent)
        ids = [text_of(body[name], name) for name in ("primaryObjectId", "objectIdToMerge")]
        record = self._kind(call).merge(ids[0], ids[1])
        shown = record_json(self._state, record, list(values_of(self._state, record)))
        shown["properties"] = {name: value for name, value in shown["properties"].items() if value is not None}
        return json_reply(shown)

    def _forget(self, call: Call) -> Reply:
        of, body = self._kind(call), call.members()
        if of.name != "contacts":
            raise invalid("Only contacts can be deleted for good")
        if body.get("objectId") is None:
            raise unset("objectId")
        given, name = text_of(body["objectId"], "objectId"), str(body.get("idProperty") or "")
        if name:
            found = of.by(name, given)
            if found is None:
                raise hubspot.missing()
            given = found.id
        self._sandbox.apply(ForgetContact(given))
        return empty_reply()

    # batches --------------------------------------------------------------------------------------------------

    def _each(
        self,
        items: Sequence[Mapping[str, Any]],
        check: Callable[[Mapping[str, Any]], None],
        work: Callable[[Mapping[str, Any]], Any],
        status: int,
    ) -> Reply:
        """All or nothing, or (with trace ids) each item on its own."""
        if items and all(item.get(TRACE) is not None for item in items):
            results, errors = multi(items, work, lambda item: {TRACE: [str(item[TRACE])]})
            return batch_reply(self._state, results, errors, status)
        for item in items:
            check(item)
        return batch_reply(self._state, [work(item) for item in items], (), status)

    def _batch_create(self, call: Call) -> Reply:
        of, items = self._kind(call), inputs_of(call)
        _unique(properties_of(item).get("email", "") for item in items)
        return self._each(
            items, lambda item: of.check_create(properties_of(item)), lambda item: self._make(of, item), 201
        )

    def _batch_update(self, call: Call) -> Reply:
        """Unknown ids are errors of their own; a bad value refuses the whole batch."""
        of, items = self._kind(call), inputs_of(call)
        found: list[tuple[Mapping[str, Any], Record | None]] = [(item, self._named(of, item)) for item in items]
        _unique(record.id for _, record in found if record is not None)
        traced = bool(items) and all(item.get(TRACE) is not None for item in items)
        if not traced:
            for item, record in found:
                if record is not None:
                    of.check_update(record, properties_of(item))

        def work(item: Mapping[str, Any]) -> dict[str, Any]:
            record = self._named(of, item)
            if record is None:
                raise hubspot.missing()
            values = properties_of(item)
            return self._shown(of.update(record.id, values), list(values), item)

        def context(item: Mapping[str, Any]) -> dict[str, list[str]]:
            return {TRACE: [str(item[TRACE])]} if traced else {"ids": [str(item.get("id"))]}

        results, errors = multi(items, work, context)
        return batch_reply(self._state, results, errors)

    def _named(self, of: Kind, item: Mapping[str, Any]) -> Record | None:
        """The live record that an input names by id or by a unique property."""
        if item.get("id") is None:
            raise unset("id")
        given, by = text_of(item["id"], "id"), str(item.get("idProperty") or "")
        record = of.by(by, given) if by else of.exact(given)
        return record if exists(record, archived=False) else None

    def _batch_upsert(self, call: Call) -> Reply:
        of, items = self._kind(call), inputs_of(call)

        def values_for(item: Mapping[str, Any], found: Record | None) -> dict[str, str]:
            values, by = properties_of(item), str(item.get("idProperty") or "")
            if found is None:
                if not by or by == "hs_object_id":
                    raise hubspot.missing()
                values.setdefault(by, text_of(item["id"], "id"))
            return values

        def check(item: Mapping[str, Any]) -> None:
            found = self._named(of, item)
            values = values_for(item, found)
            if found is None:
                of.check_create(values)
            else:
                of.check_update(found, values)

        def work(item: Mapping[str, Any]) -> dict[str, Any]:
            found = self._named(of, item)
            values = values_for(item, found)
            record = of.create(values) if found is None else of.update(found.id, values)
            return self._shown(record, list(values), item, new=found is None)

        _unique(str(item.get("id")) for item in items)
        return self._each(items, check, work, 200)

    def _batch_archive(self, call: Call) -> Reply:
        of = self._kind(call)
        ids = [text_of(item.get("id"), "id") for item in inputs_of(call)]
        for record_id in ids:
            self._remove(of, record_id)
        return empty_reply()


def association_type(entry: Any) -> tuple[str, int]:
    """(category, type id) of an association spec. Raises 400."""
    category = entry.get("associationCategory") if isinstance(entry, Mapping) else None
    number = entry.get("associationTypeId") if isinstance(entry, Mapping) else None
    if isinstance(number, str) and number.isdigit() and len(number) < 10:
        number = int(number)
    if category not in ("HUBSPOT_DEFINED", "USER_DEFINED", "INTEGRATOR_DEFINED") or not isinstance(number, int):
        raise unset("associationCategory", "associationTypeId")
    return category, number


def _unique(keys: Any) -> None:
    """Raises 400 when a batch names the same record twice."""
    seen: set[str] = set()
    for key in keys:
        if key and key.lower() in seen:
            raise invalid(f"Duplicate IDs found in batch input: [{key}].")
        seen.add(key.lower() if key else "")
