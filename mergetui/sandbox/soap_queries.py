"""SOAP's query, queryAll, queryMore and retrieve. The REST handlers answer queries, so that both speak one SOQL.

A query's JSON rows become sObjects: type, Id, then the fields in the order of the query.
"""

from __future__ import annotations

import json
import re
from typing import Any

from mergetui.records.crm import Value
from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.soap_reading import Request, text, texts
from mergetui.sandbox.soap_writing import SoapFault, element, elements
from mergetui.sandbox.soap_wsdl import ADDRESS
from mergetui.sandbox.soql_paths import Resolver
from mergetui.sandbox.web import Call, Route, Router
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import visible
from mergetui.twin.schema import Field, ObjectInfo, find, long_id
from mergetui.twin.stamps import day, iso

MOST_RETRIEVED = 2_000
_NAME = re.compile(r"\w+", re.ASCII)


class Queries:
    def __init__(self, sandbox: Sandbox, router: Router) -> None:
        self._sandbox = sandbox
        self._router = router

    def query(self, request: Request) -> str:
        return self._ask(request, "query", text(request.body, "queryString"))

    def query_all(self, request: Request) -> str:
        return self._ask(request, "queryAll", text(request.body, "queryString"))

    def query_more(self, request: Request) -> str:
        locator = text(request.body, "queryLocator")
        if not re.fullmatch(r"[\w-]{1,80}", locator, re.ASCII):
            raise SalesforceRefusal("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._result(self._rest(f"query/{locator}", [], request))

    def _ask(self, request: Request, verb: str, soql: str) -> str:
        return self._result(self._rest(verb, [("q", soql)], request))

    def get_deleted(self, request: Request) -> str:
        """GetDeletedResult: deletedRecords*, earliestDateAvailable, latestDateCovered."""
        found = self._feed(request, "deleted")
        records = "".join(
            f"<deletedRecords>{element('deletedDate', _zulu(one['deletedDate']))}{element('id', one['id'])}"
            "</deletedRecords>"
            for one in found["deletedRecords"]
        )
        earliest = element("earliestDateAvailable", _zulu(found["earliestDateAvailable"]))
        return f"<result>{records}{earliest}{element('latestDateCovered', _zulu(found['latestDateCovered']))}</result>"

    def get_updated(self, request: Request) -> str:
        """GetUpdatedResult: ids*, latestDateCovered."""
        found = self._feed(request, "updated")
        latest = element("latestDateCovered", _zulu(found["latestDateCovered"]))
        return f"<result>{elements('ids', found['ids'])}{latest}</result>"

    def _feed(self, request: Request, what: str) -> dict[str, Any]:
        kind = text(request.body, "sObjectType")
        info = find(kind)
        if info is None:
            raise SoapFault("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        span = [("start", text(request.body, "startDate")), ("end", text(request.body, "endDate"))]
        return self._rest(f"sobjects/{info.name}/{what}", span, request)

    def _rest(self, path: str, query: list[tuple[str, str]], request: Request) -> dict[str, Any]:
        size = request.options.batch_size
        headers = {"sforce-query-options": f"batchSize={size}"} if size else {}
        call = Call("GET", f"/services/data/v59.0/{path}", query, headers, token=request.options.session)
        route = self._router.find(call)
        if not isinstance(route, Route):
            raise SoapFault("UNKNOWN_EXCEPTION", "queries are not available")
        reply = route.handler(call)
        found = json.loads(reply.body)
        if reply.status != 200:
            raise SoapFault(str(found[0]["errorCode"]), str(found[0]["message"]))
        answered: dict[str, Any] = found
        return answered

    def _result(self, found: dict[str, Any], name: str = "result") -> str:
        """QueryResult: done, queryLocator, records*, size."""
        locator = str(found["nextRecordsUrl"]).rpartition("/")[2] if found.get("nextRecordsUrl") else None
        records = "".join(self._record(one, "records") for one in found["records"])
        typed = "" if name == "result" else ' xsi:type="QueryResult"'
        return (
            f"<{name}{typed}>{element('done', bool(found['done']))}{element('queryLocator', locator)}{records}"
            f"{element('size', int(found['totalSize']))}</{name}>"
        )

    def _record(self, record: dict[str, Any], name: str) -> str:
        """A JSON record as an sObject; parents are nested sObjects, child rows nested query results."""
        kind = str((record.get("attributes") or {}).get("type") or "AggregateResult")
        info = find(kind)
        inner = element("sf:type", kind) + element("sf:Id", record.get("Id"))
        for key, value in record.items():
            if key in ("attributes", "Id") or not _NAME.fullmatch(key):
                continue
            inner += self._member(info, f"sf:{key}", key, value)
        return f'<{name} xsi:type="sf:sObject">{inner}</{name}>'

    def _member(self, info: ObjectInfo | None, tag: str, key: str, value: Any) -> str:
        if isinstance(value, dict) and "records" in value:
            return self._result(value, tag)
        if isinstance(value, dict) and "attributes" in value:
            return self._record(value, tag)
        if isinstance(value, dict):  # a compound address
            inner = "".join(element(name, value.get(name)) for name in ("latitude", "longitude", *ADDRESS))
            return f'<{tag} xsi:type="address">{inner}</{tag}>'
        field = info.field(key) if info is not None else None
        if field is not None and field.type == "datetime" and isinstance(value, str):
            value = value.replace("+0000", "Z")
        return element(tag, value)

    # retrieve -------------------------------------------------------------------------------------------------

    def retrieve(self, request: Request) -> str:
        """Aligned to the ids; nil for what is unknown, deleted or of another object."""
        kind = text(request.body, "sObjectType")
        info = find(kind)
        if info is None:
            raise SoapFault("INVALID_TYPE", f"sObject type '{kind}' is not supported.")
        state = self._sandbox.world.state
        fields = []
        for name in (part.strip() for part in text(request.body, "fieldList").split(",")):
            field = info.field(name)
            if field is None or not visible(state, info, field):
                raise SoapFault("INVALID_FIELD", f"No such column '{name}' on entity '{info.name}'.")
            fields.append(field)
        resolver = Resolver(state, is_sandbox=self._sandbox.is_sandbox)
        columns = {field.name: resolver.plain_column(field, info).get for field in fields}
        ids = [long_id(given) for given in texts(request.body, "ids")]
        if len(ids) > MOST_RETRIEVED:
            raise SoapFault("EXCEEDED_ID_LIMIT", f"cannot retrieve more than {MOST_RETRIEVED} records in one call")
        found = ""
        for key in ids:
            if len(key) != 18 or not key.isalnum():
                raise SoapFault("MALFORMED_ID", f"malformed id {key[:40]}")
            row = state.alive(key)
            if row is None or row.object != info.name:
                found += '<result xsi:nil="true"/>'
                continue
            inner = element("sf:type", info.name) + element("sf:Id", row.id)
            inner += "".join(
                element(f"sf:{field.name}", _shown(field, columns[field.name](row)))
                for field in fields
                if field.name != "Id"
            )
            found += f'<result xsi:type="sf:sObject">{inner}</result>'
        return found


def _zulu(stamp: Any) -> str:
    return str(stamp).replace("+0000", "Z")


def _shown(field: Field, value: Value) -> Value:
    """A value as XML Schema text; compound fields are nil, ask for their parts."""
    if field.type == "boolean":
        return bool(value)
    if isinstance(value, int) and field.type == "datetime":
        return iso(value)
    if isinstance(value, int) and field.type == "date":
        return day(value)
    return value
