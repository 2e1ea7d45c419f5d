"""``/composite/sobjects``: up to 200 rows in one call, partly or all or none, and reading many rows by id."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.salesforce_describe import writable
from mergetui.sandbox.salesforce_errors import object_of_path, save_error, version_of
from mergetui.sandbox.salesforce_records import Records, allow_save, check_types, field_values, type_of
from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin.events import CreateRow, DeleteRow, UpdateRow
from mergetui.twin.ids import is_salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.savepoint import Savepoint
from mergetui.twin.schema import long_id, object_of

MAX_SAVED, MAX_READ, MAX_URL_IDS, MAX_CHUNKS = 200, 2_000, 800, 10
ROLLED_BACK = SalesforceRefusal(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)
Saving = CreateRow | UpdateRow | DeleteRow


class Collections:
    def __init__(self, sandbox: Sandbox, records: Records) -> None:
        self._sandbox = sandbox
        self._records = records

    # saving ---------------------------------------------------------------------------------------------------

    def create(self, call: Call) -> Reply:
        def one(record: dict[str, Any]) -> Saving:
            info = type_of(record)
            _allowed(info.name, writable(info, "createable"))
            return CreateRow(info.name, check_types(info, field_values(record)), allow_duplicates=allow_save(call))

        return self._save_body(call, one)

    def update(self, call: Call) -> Reply:
        def one(record: dict[str, Any]) -> Saving:
            info = type_of(record)
            _allowed(info.name, writable(info, "updateable"))
            given = next((value for name, value in record.items() if name.lower() == "id"), None)
            if not given:
                raise SalesforceRefusal("MISSING_ARGUMENT", "Id not specified in an update call", ("Id",))
            key = _checked_id(str(given))
            if object_of(key) not in (info.name, None):
                raise SalesforceRefusal("INVALID_ID_FIELD", f"id {key} is not of type {info.name}", ("Id",))
            values = field_values({name: value for name, value in record.items() if name.lower() != "id"})
            return UpdateRow(info.name, key, check_types(info, values), allow_duplicates=allow_save(call))

        return self._save_body(call, one)

    def delete(self, call: Call) -> Reply:
        version = version_of(call)
        ids = call.many("ids")
        if not ids:
            raise SalesforceRefusal("MISSING_ARGUMENT", "The ids parameter is required")
        _few_enough(len(ids))

        def one(given: str) -> Saving:
            key = _checked_id(given)
            kind = object_of(key)
            if kind is None:
                raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
            return DeleteRow(kind, key)

        return json_reply(self._save(ids, one, version, all_or_none=call.flag("allOrNone")))

    def _save_body(self, call: Call, one: Callable[[dict[str, Any]], Saving]) -> Reply:
        version = version_of(call)
        body = call.members()
        records = body.get("records")
        if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
            raise SalesforceRefusal("JSON_PARSER_ERROR", "records must be a list of objects")
        _few_enough(len(records))
        kinds = [str((record.get("attributes") or {}).get("type", "")).lower() for record in records]
        chunks = sum(kind != before for kind, before in zip(kinds, [None, *kinds], strict=False))
        if chunks > MAX_CHUNKS:
            raise SalesforceRefusal(
                "INVALID_INPUT",
                f"Cannot have more than {MAX_CHUNKS} chunks in a single operation. Please rearrange the data to reduce "
                "chunking.",
            )
        return json_reply(self._save(records, one, version, all_or_none=body.get("allOrNone") is True))

    def _save(
        self, given: Sequence[Any], one: Callable[[Any], Saving], version: str, *, all_or_none: bool
    ) -> list[dict[str, Any]]:
        """One result per record, in order. All or none: the first refusal takes everything back."""
        self._sandbox.catch_up()
        savepoint = Savepoint(self._sandbox.world.state) if all_or_none else None
        results: list[str | SalesforceRefusal] = []
        for item in given:
            try:
                results.append(self._play(one(item), savepoint))
            except SalesforceRefusal as refusal:
                results.append(refusal)
        if savepoint is not None and any(isinstance(result, SalesforceRefusal) for result in results):
            savepoint.roll_back()
            results = [result if isinstance(result, SalesforceRefusal) else ROLLED_BACK for result in results]
        return [
            {"success": False, "errors": [save_error(result, version)]}
            if isinstance(result, SalesforceRefusal)
            else {"id": result, "success": True, "errors": []}
            for result in results
        ]

    def _play(self, event: Saving, savepoint: Savepoint | None) -> str:
        if isinstance(event, CreateRow):
            made = str(self._sandbox.apply(event))
            if savepoint is not None:
                savepoint.born(made)
            return made
        if self._sandbox.world.state.row(event.id) is None:
            raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        if savepoint is not None:
            savepoint.remember(event.id)
        self._sandbox.apply(event)
        return event.id

    # reading --------------------------------------------------------------------------------------------------

    def read(self, call: Call) -> Reply:
        """``POST {ids, fields}``: rows aligned to the ids, null for unknown, foreign or deleted ones."""
        body = call.members()
        ids, names = body.get("ids"), body.get("fields")
        if not isinstance(ids, list) or not isinstance(names, list):
            raise SalesforceRefusal("JSON_PARSER_ERROR", "ids and fields must be lists")
        return self._read(call, [str(key) for key in ids], [str(name) for name in names], MAX_READ)

    def read_by_url(self, call: Call) -> Reply:
        return self._read(call, call.many("ids"), call.many("fields"), MAX_URL_IDS)

    def _read(self, call: Call, ids: list[str], names: list[str], most: int) -> Reply:
        version, info = version_of(call), object_of_path(call)
        if not ids or not names:
            missing = "fields" if ids else "ids"
            raise SalesforceRefusal("MISSING_ARGUMENT", f"The {missing} parameter is required")
        if len(ids) > most:
            raise SalesforceRefusal(
                "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {most} records into this call"
            )
        shaper = self._records.executor(version).shaper(self._records.select(info, names), info)
        found: list[Any] = []
        for given in ids:
            row = self._sandbox.world.state.alive(long_id(given))
            found.append(shaper.record(row) if row is not None and row.object == info.name else None)
        return json_reply(found)


def _checked_id(given: str) -> str:
    key = long_id(given)
    if not is_salesforce_id(key):
        raise SalesforceRefusal("MALFORMED_ID", f"malformed id {given[:40]}")
    return key


def _few_enough(count: int) -> None:
    if count > MAX_SAVED:
        raise SalesforceRefusal(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MAX_SAVED} records into this call"
        )


def _allowed(name: str, allowed: bool) -> None:
    if not allowed:
        raise SalesforceRefusal("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type {name} cannot be saved")
