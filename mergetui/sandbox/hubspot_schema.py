"""Properties, property groups and owners (facts/hubspot.md §8)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
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
    multi,
    page,
    text_of,
    unset,
)
from mergetui.sandbox.web import Call, Reply, Router, empty_reply, json_reply
from mergetui.twin.cast import CastOwner
from mergetui.twin.portal import Property
from mergetui.twin.portal_events import SaveGroup, SaveProperty
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso
from mergetui.twin.state import State

TYPES = ("bool", "date", "datetime", "enumeration", "number", "phone_number", "string")
FIELD_TYPES = (
    "booleancheckbox", "calculation_equation", "checkbox", "date", "file", "html", "number", "phonenumber", "radio",
    "select", "text", "textarea",
)  # fmt: skip


class Schema:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        add = router.add
        read, write = "hubspot.properties", "hubspot.property_write"
        for base in (f"/crm/properties/{DATED}/{{kind}}", "/crm/{v:v3}/properties/{kind}"):
            add("GET", f"{base}/groups", read, self._groups)
            add("POST", f"{base}/groups", write, self._make_group)
            add("GET", f"{base}/groups/{{group}}", read, self._group)
            add("PATCH", f"{base}/groups/{{group}}", write, self._rename_group)
            add("POST", f"{base}/batch/read", read, self._batch_read)
            add("POST", f"{base}/batch/create", write, self._batch_create)
            add("POST", f"{base}/batch/archive", write, self._batch_archive)
            add("GET", base, read, self._list)
            add("POST", base, write, self._create)
            add("GET", f"{base}/{{name}}", read, self._one)
            add("PATCH", f"{base}/{{name}}", write, self._update)
            add("DELETE", f"{base}/{{name}}", write, self._archive)
        for base in (f"/crm/owners/{DATED}", "/crm/{v:v3}/owners"):
            add("GET", base, "hubspot.owners", self._owners)
            add("GET", f"{base}/{{id}}", "hubspot.owners", self._owner)

    # properties -----------------------------------------------------------------------------------------------

    def _shown(self, spec: Property) -> dict[str, Any]:
        options = spec.options or ((("true", "True"), ("false", "False")) if spec.type == "bool" else ())
        shown = {
            "name": spec.name,
            "label": spec.label,
            "type": spec.type,
            "fieldType": spec.field_type,
            "groupName": spec.group,
            "description": spec.description,
            "options": [
                {"label": label, "value": value, "displayOrder": number, "hidden": False, "description": ""}
                for number, (value, label) in enumerate(options)
            ],
            "displayOrder": spec.display_order,
            "calculated": spec.calculated,
            "externalOptions": spec.owner,
            "hasUniqueValue": spec.unique,
            "hidden": spec.hidden,
            "formField": not spec.read_only,
            "hubspotDefined": not spec.own,
            "createdAt": LONG_AGO if spec.created_at is None else iso(spec.created_at),
            "updatedAt": LONG_AGO if spec.updated_at is None else iso(spec.updated_at),
            "archived": spec.archived_at is not None,
            "dataSensitivity": "non_sensitive",
            "modificationMetadata": {
                "archivable": spec.own,
                "readOnlyDefinition": not spec.own,
                "readOnlyOptions": False,
                "readOnlyValue": spec.read_only or spec.calculated,
            },
        }
        if spec.archived_at is not None:
            shown["archivedAt"] = iso(spec.archived_at)
        if spec.owner:
            shown["referencedObjectType"] = "OWNER"
        return shown

    def _list(self, call: Call) -> Reply:
        kind = kind_of(call.params["kind"])
        archived = call.flag("archived")
        specs = list(self._state.portal.archived_properties(kind) if archived else self._known(kind).values())
        sensitivity = call.first("dataSensitivity") or "non_sensitive"
        if sensitivity not in ("non_sensitive", "sensitive", "highly_sensitive"):
            raise invalid(f"dataSensitivity {sensitivity[:40]} is not known")
        if sensitivity != "non_sensitive":
            specs = []
        return json_reply({"results": [self._shown(spec) for spec in specs]})

    def _known(self, kind: str) -> Mapping[str, Property]:
        return self._state.portal.properties(kind)

    def _find(self, call: Call, kind: str, name: str) -> Property:
        if call.flag("archived"):
            for spec in self._state.portal.archived_properties(kind):
                if spec.name == name:
                    return spec
        elif name in self._known(kind):
            return self._known(kind)[name]
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"No property with the name {name} exists for {kind}.")

    def _one(self, call: Call) -> Reply:
        return json_reply(self._shown(self._find(call, kind_of(call.params["kind"]), call.params["name"])))

    def _batch_read(self, call: Call) -> Reply:
        kind = kind_of(call.params["kind"])
        archived = bool(call.members().get("archived"))
        known = {spec.name: spec for spec in self._state.portal.archived_properties(kind)} if archived else (
            self._known(kind)
        )  # fmt: skip
        names = [text_of(item.get("name"), "name") for item in inputs_of(call)]
        absent = [name for name in names if name not in known]
        error = {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some PROPERTY objects, they may be deleted or not exist.",
            "context": {"ids": absent},
        }
        results = [self._shown(known[name]) for name in names if name in known]
        return batch_reply(self._state, results, [error] if absent else [])

    def _create(self, call: Call) -> Reply:
        return json_reply(self._make(kind_of(call.params["kind"]), call.members()), 201)

    def _make(self, kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
        absent = [name for name in ("name", "label", "type", "fieldType", "groupName") if not body.get(name)]
        if absent:
            raise unset(*absent)
        name = text_of(body["name"], "name")
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,99}", name):
            raise invalid(f"Property name {name[:60]} must begin with a letter and hold only a-z, 0-9 and _")
        spec = Property(
            name=name, label="", type="", field_type="", group="", own=True, unique=bool(body.get("hasUniqueValue"))
        )
        made = self._changed(kind, spec, body)
        self._sandbox.apply(SaveProperty(kind, made, new=True))
        return self._shown(self._known(kind)[name])

    def _changed(self, kind: str, spec: Property, body: Mapping[str, Any]) -> Property:
        """A definition with the members of a body. Raises 400."""
        texts = {"label": "label", "type": "type", "fieldType": "field_type", "groupName": "group"}
        texts["description"] = "description"
        changes: dict[str, Any] = {
            ours: text_of(body[theirs], theirs) for theirs, ours in texts.items() if body.get(theirs) is not None
        }
        if isinstance(body.get("hidden"), bool):
            changes["hidden"] = body["hidden"]
        if isinstance(body.get("displayOrder"), int):
            changes["display_order"] = body["displayOrder"]
        if body.get("options") is not None:
            if not isinstance(body["options"], list):
                raise invalid("Invalid input JSON on line 1, column 1: options must be a list")
            changes["options"] = tuple(_option(option) for option in body["options"])
        made = replace(spec, **changes)
        if made.type not in TYPES:
            raise invalid(f"Invalid input JSON on line 1, column 1: type must be one of [{', '.join(TYPES)}]")
        if made.field_type not in FIELD_TYPES:
            raise invalid(
                f"Invalid input JSON on line 1, column 1: fieldType must be one of [{', '.join(FIELD_TYPES)}]"
            )
        if made.group not in self._state.portal.groups(kind):
            raise invalid(f"Property group {made.group[:60]} does not exist")
        return made

    def _update(self, call: Call) -> Reply:
        kind = kind_of(call.params["kind"])
        spec = self._find(call, kind, call.params["name"])
        if not spec.own:
            raise invalid(f"Property {spec.name} is defined by HubSpot and cannot be changed")
        self._sandbox.apply(SaveProperty(kind, self._changed(kind, spec, call.members())))
        return json_reply(self._shown(self._known(kind)[spec.name]))

    def _archive(self, call: Call) -> Reply:
        kind = kind_of(call.params["kind"])
        self._remove(kind, self._find(call, kind, call.params["name"]))
        return empty_reply()

    def _remove(self, kind: str, spec: Property) -> None:
        if not spec.own:
            raise invalid(f"Property {spec.name} is defined by HubSpot and cannot be archived")
        self._sandbox.apply(SaveProperty(kind, replace(spec, archived_at=self._state.now)))

    def _batch_create(self, call: Call) -> Reply:
        kind = kind_of(call.params["kind"])
        results, errors = multi(
            inputs_of(call), lambda item: self._make(kind, item), lambda item: {"name": [str(item.get("name"))]}
        )
        return batch_reply(self._state, results, errors, 201)

    def _batch_archive(self, call: Call) -> Reply:
        kind = kind_of(call.params["kind"])
        names = [text_of(item.get("name"), "name") for item in inputs_of(call)]
        for name in names:
            if name in self._known(kind):
                self._remove(kind, self._known(kind)[name])
        return empty_reply()

    # groups ---------------------------------------------------------------------------------------------------

    def _group_json(self, name: str, label: str, number: int) -> dict[str, Any]:
        return {"name": name, "label": label, "displayOrder": number, "archived": False}

    def _groups(self, call: Call) -> Reply:
        known = self._state.portal.groups(kind_of(call.params["kind"]))
        rows = [self._group_json(name, label, number) for number, (name, label) in enumerate(known.items())]
        return json_reply({"results": [] if call.flag("archived") else rows})

    def _group(self, call: Call, status: int = 200) -> Reply:
        known, name = self._state.portal.groups(kind_of(call.params["kind"])), call.params["group"]
        if name not in known:
            raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"No property group with the name {name} exists.")
        return json_reply(self._group_json(name, known[name], list(known).index(name)), status)

    def _make_group(self, call: Call) -> Reply:
        body = call.members()
        absent = [name for name in ("name", "label") if not body.get(name)]
        if absent:
            raise unset(*absent)
        kind, name = kind_of(call.params["kind"]), text_of(body["name"], "name")
        if name in self._state.portal.groups(kind):
            raise HubSpotRefusal(409, "CONFLICT", f"A property group named {name} already exists.")
        self._sandbox.apply(SaveGroup(kind, name, text_of(body["label"], "label")))
        call.params["group"] = name
        return self._group(call, 201)

    def _rename_group(self, call: Call) -> Reply:
        self._group(call)
        label = call.members().get("label")
        if label is not None:
            kind = kind_of(call.params["kind"])
            self._sandbox.apply(SaveGroup(kind, call.params["group"], text_of(label, "label")))
        return self._group(call)

    # owners ---------------------------------------------------------------------------------------------------

    def _owner_json(self, owner: CastOwner) -> dict[str, Any]:
        return {
            "id": owner.id,
            "email": owner.email,
            "type": "PERSON",
            "firstName": owner.first_name,
            "lastName": owner.last_name,
            "userId": None if owner.archived else owner.user_id,
            "userIdIncludingInactive": owner.user_id,
            "createdAt": LONG_AGO,
            "updatedAt": LONG_AGO,
            "archived": owner.archived,
            "teams": [],
        }

    def _owners(self, call: Call) -> Reply:
        """Those who are here, or with ``archived`` those who have left."""
        found = self._owners_of(call)
        if address := call.first("email"):
            found = [owner for owner in found if owner.email.lower() == address.lower()]
        shown, more = page([self._owner_json(owner) for owner in found], call.first("after"),
                           limit_of(call, 500, 100), call)  # fmt: skip
        return json_reply({"results": shown, **more})

    def _owners_of(self, call: Call) -> list[CastOwner]:
        return [owner for owner in self._state.owners if owner.archived == call.flag("archived")]

    def _owner(self, call: Call) -> Reply:
        by = call.first("idProperty") or "id"
        if by not in ("id", "userId"):
            raise invalid("idProperty must be one of [id, userId]")
        for owner in self._owners_of(call):
            if call.params["id"] == (str(owner.user_id) if by == "userId" else owner.id):
                return json_reply(self._owner_json(owner))
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"Could not find an owner with {by} {call.params['id'][:40]}.")


def _option(option: Any) -> tuple[str, str]:
    if not isinstance(option, Mapping) or option.get("value") is None or option.get("label") is None:
        raise unset("label", "value")
    return text_of(option["value"], "value"), text_of(option["label"], "label")
