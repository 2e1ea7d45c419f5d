"""Salesforce's SOAP endpoint: which operation, who may call it, faults (facts/salesforce.md §5, client-conformance §2,
§3)."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from mergetui.sandbox import soap_writing
from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.soap_calls import Calls
from mergetui.sandbox.soap_queries import Queries
from mergetui.sandbox.soap_reading import Handler, Request, parse, read
from mergetui.sandbox.soap_reading import options as options_of
from mergetui.sandbox.soap_saving import Saves
from mergetui.sandbox.soap_session import Session
from mergetui.sandbox.soap_writing import SoapFault, client_fault, merge_result
from mergetui.sandbox.soap_wsdl import wsdl
from mergetui.sandbox.tokens import is_jwt
from mergetui.sandbox.web import Call, Reply, Router
from mergetui.twin.refusals import SalesforceRefusal

OLDEST, NEWEST = 31, 68
JWT_FROM = 68
"""SOAP takes JWT access tokens only from this version on; before, they are illegal sessions for ever."""
LOGIN_BEFORE = 65
ENDPOINT = r"/services/Soap/u/{v:\d+(?:\.\d+)?}{org:(?:/\w+)?}"


class Soap:
    """``router``: the REST routes, which answer queries for both."""

    def __init__(self, sandbox: Sandbox, router: Router) -> None:
        self._sandbox = sandbox
        self._router = router
        calls, saves, queries, session = Calls(sandbox), Saves(sandbox), Queries(sandbox, router), Session(sandbox)
        self._handlers: dict[str, tuple[str, Handler]] = {
            "merge": ("merge", calls.merge),
            "undelete": ("undelete", calls.undelete),
            "convertLead": ("convert", calls.convert_lead),
            "findDuplicates": ("duplicates", calls.find_duplicates),
            "findDuplicatesByIds": ("duplicates", calls.find_duplicates_by_ids),
            "create": ("create", saves.create),
            "update": ("update", saves.update),
            "delete": ("delete", saves.delete),
            "emptyRecycleBin": ("purge", saves.empty_recycle_bin),
            "query": ("query", queries.query),
            "queryAll": ("query", queries.query_all),
            "queryMore": ("query", queries.query_more),
            "retrieve": ("rows", queries.retrieve),
            "getDeleted": ("deleted", queries.get_deleted),
            "getUpdated": ("updated", queries.get_updated),
            "getUserInfo": ("user", session.user_info),
            "getServerTimestamp": ("time", session.timestamp),
            "login": ("login", session.login),
            "logout": ("logout", session.logout),
        }
        """Operation → what the call is named for faults and the log, and who answers it."""

    def add_routes(self) -> None:
        add = self._router.add
        add("POST", ENDPOINT, self.name, self.handle, open=True)
        add("GET", ENDPOINT, "salesforce.wsdl", self.describe, open=True)
        add("GET", "/services/wsdl/partner", "salesforce.wsdl", self.describe, open=True)

    # reading --------------------------------------------------------------------------------------------------

    def is_soap(self, call: Call) -> bool:
        return call.path.startswith("/services/Soap/")

    def session_of(self, call: Call) -> str:
        try:
            return options_of(parse(call.body)).session
        except ET.ParseError:
            return ""

    def name(self, call: Call) -> str:
        """``salesforce.merge`` …: what faults aim at and the log shows."""
        request = self._request(call)
        known = self._handlers.get(request.operation) if request is not None else None
        return f"salesforce.{known[0] if known else 'soap'}"

    def names(self) -> set[str]:
        """All that ``name`` can answer."""
        return {f"salesforce.{known[0]}" for known in self._handlers.values()} | {"salesforce.soap"}

    def _request(self, call: Call) -> Request | None:
        try:
            return read(call.body)
        except ET.ParseError:
            return None

    # answering ------------------------------------------------------------------------------------------------

    def describe(self, call: Call) -> Reply:
        """The WSDL, at ``?wsdl`` of every endpoint. Its address is the one it was asked at."""
        if "v" in call.params and not any(name.lower() == "wsdl" for name, _ in call.query):
            return Reply(405, b"", {"Allow": "POST"})
        version = call.params.get("v") or f"{NEWEST}.0"
        host = call.headers.get("host", "localhost")
        return Reply(200, wsdl(f"http://{host}/services/Soap/u/{version}"), {"Content-Type": "text/xml;charset=UTF-8"})

    def handle(self, call: Call) -> Reply:
        if "soapaction" not in call.headers:
            return client_fault("SOAPAction HTTP header missing")
        try:
            request = read(call.body)
        except ET.ParseError:
            return client_fault("The content of elements must consist of well-formed character data or markup.")
        if request is None:
            return client_fault("No operation available for request")
        version = int(float(call.params.get("v") or NEWEST))
        if not OLDEST <= version <= NEWEST:
            return self.fault("UNSUPPORTED_API_VERSION", "Invalid Api version specified on URL")
        known = self._handlers.get(request.operation)
        if known is None or (request.operation == "login" and version >= LOGIN_BEFORE):
            return client_fault(f"No operation available for request {{{request.namespace}}}{request.operation}")
        if request.operation != "login" and not self._signed_in(call, version):
            return self.fault("INVALID_SESSION_ID", "Invalid Session ID found in SessionHeader: Illegal Session")
        try:
            inner = known[1](request)
        except SoapFault as fault:
            return self.fault(fault.code, fault.message)
        except SalesforceRefusal as refusal:
            return self.fault(refusal.code, refusal.message)
        return self._answer(request.operation, inner)

    def _signed_in(self, call: Call, version: int) -> bool:
        if is_jwt(call.token) and version < JWT_FROM:
            return False
        return self._sandbox.salesforce_grants.good(call.token, self._sandbox.now())

    def _answer(self, operation: str, inner: str) -> Reply:
        sandbox = self._sandbox
        return soap_writing.answer(operation, inner, sandbox.api_used["salesforce"] + 1, sandbox.salesforce_daily_limit)

    def fault(self, code: str, message: str) -> Reply:
        return soap_writing.fault(code, message)

    def result_error(self, call: Call, code: str, message: str) -> Reply:
        """A result that says nothing was done, one per request of the call."""
        request = self._request(call)
        if request is None or request.operation != "merge":
            return self.fault(code, message)
        found = soap_writing.errors(SalesforceRefusal(code, message))
        return self._answer("merge", "".join(merge_result(None, (), (), found) for _ in request.items()))
