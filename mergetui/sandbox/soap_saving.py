"""SOAP's create, update, delete, emptyRecycleBin: up to 200 rows a call, partly or all or none."""

from __future__ import annotations

from collections.abc import Sequence

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.soap_reading import Options, Request, SObject, sobject, texts
from mergetui.sandbox.soap_writing import SoapFault, save_result
from mergetui.twin.events import CreateRow, DeleteRow, PurgeRow, UndeleteRow, UpdateRow
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import find, long_id, object_of
from mergetui.twin.transactions import check

MOST_ROWS = 200
Saving = CreateRow | UpdateRow | DeleteRow | UndeleteRow | PurgeRow


class Saves:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def create(self, request: Request) -> str:
        options = request.options
        events: list[Saving | SalesforceRefusal] = []
        for record in self._records(request):
            if record.id:
                events.append(
                    SalesforceRefusal("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", ("Id",))
                )
                continue
            events.append(CreateRow(record.type, values_of(record), "", options.allow_save, options.truncate))
        return save_all(self._sandbox, events, options)

    def update(self, request: Request) -> str:
        options = request.options
        events: list[Saving | SalesforceRefusal] = []
        for record in self._records(request):
            if not record.id:
                events.append(SalesforceRefusal("MISSING_ARGUMENT", "Id not specified in an update call"))
                continue
            if twice := sorted({name.lower() for name in record.values} & {name.lower() for name in record.nulls}):
                events.append(
                    SalesforceRefusal("INVALID_FIELD", f"Duplicate field in values and fieldsToNull: {twice[0]}", twice)
                )
                continue
            values = {**values_of(record), **dict.fromkeys(record.nulls)}
            events.append(UpdateRow(record.type, record.id, values, "", options.allow_save, options.truncate))
        return save_all(self._sandbox, events, options)

    def delete(self, request: Request) -> str:
        ids = texts(request.body, "ids")
        limited(len(ids))
        return save_all(self._sandbox, [_deletion(given) for given in ids], request.options)

    def empty_recycle_bin(self, request: Request) -> str:
        ids = texts(request.body, "ids")
        limited(len(ids))
        return save_all(self._sandbox, [PurgeRow(given) for given in ids], request.options)

    def _records(self, request: Request) -> list[SObject]:
        records = [sobject(item) for item in request.items()]
        limited(len(records))
        for record in records:
            check_names(self._sandbox, record)
        return records


def limited(count: int) -> None:
    if count > MOST_ROWS:
        raise SoapFault(
            "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_ROWS} records into this call"
        )


def values_of(record: SObject) -> dict[str, str]:
    return dict(record.values)


def check_names(sandbox: Sandbox, record: SObject) -> None:
    """A type nobody knows ends the whole call, before anything is done; so does a field, by one of two readings."""
    if not record.type:
        raise SoapFault("INVALID_TYPE", "Must send a concrete entity type.")
    info = find(record.type)
    if info is None:
        raise SoapFault(
            "INVALID_TYPE",
            f"sObject type '{record.type}' is not supported. If you are attempting to use a custom object, be sure to "
            "append the '__c' after the entity name. Please reference your WSDL or the describe call for the "
            "appropriate names.",
        )
    if sandbox.world.settings.unknown_names == "error" and not record.nested:
        return
    for name in (*record.values, *record.nulls, *record.nested):
        if info.field(name) is None or name in record.nested:
            raise SoapFault(
                "INVALID_FIELD",
                f"No such column '{name}' on entity '{info.name}'. If you are attempting to use a custom field, be "
                "sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call "
                "for the appropriate names.",
            )


def _deletion(given: str) -> DeleteRow | SalesforceRefusal:
    key = long_id(given)
    if len(key) != 18 or not key.isalnum():
        return SalesforceRefusal("MALFORMED_ID", f"malformed id {given[:40]}")
    kind = object_of(key)
    if kind is None:
        return SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return DeleteRow(kind, key)


def save_all(sandbox: Sandbox, events: Sequence[Saving | SalesforceRefusal], options: Options) -> str:
    """One result per event. All or none: looked at first, so that nothing has to be taken back."""
    refusals = [event if isinstance(event, SalesforceRefusal) else None for event in events]
    if options.all_or_none:
        sandbox.catch_up()
        refusals = [
            found if found is not None or isinstance(event, SalesforceRefusal) else check(sandbox.world.state, event)
            for found, event in zip(refusals, events, strict=True)
        ]
        if any(refusals):
            rolled_back = SalesforceRefusal(
                "ALL_OR_NONE_OPERATION_ROLLED_BACK",
                "Record rolled back because not all records were valid and the request was using AllOrNone header",
            )
            return "".join(save_result(None, _rows_end(found) or rolled_back) for found in refusals)
    return "".join(
        save_result(None, _rows_end(event)) if isinstance(event, SalesforceRefusal) else _saved(sandbox, event)
        for event in events
    )


def _saved(sandbox: Sandbox, event: Saving) -> str:
    try:
        made = sandbox.apply(event)
    except SalesforceRefusal as refusal:
        return save_result(None, _rows_end(refusal))
    return save_result(
        made if isinstance(made, str) else long_id(event.id) if not isinstance(event, CreateRow) else None
    )


def _rows_end(refusal: SalesforceRefusal | None) -> SalesforceRefusal | None:
    """REST's 404 of an id that never was is a cross reference error here."""
    if refusal is not None and refusal.code == "NOT_FOUND":
        return SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return refusal
