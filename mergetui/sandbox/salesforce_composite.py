"""``/composite`` with references between its parts, and ``/composite/batch``."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.salesforce_errors import error, version_of
from mergetui.sandbox.web import BadBody, Call, Reply, Route, Router, clean_path, json_reply
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.savepoint import Savepoint
from mergetui.twin.schema import long_id

MAX_PARTS, MAX_QUERIES = 25, 5
_REFERENCE = re.compile(r"@\{([^}]*)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z]\w*\Z", re.ASCII)
HALTED = "The transaction was rolled back since another operation in the same transaction failed."


class Unresolved(Exception):
    """A reference to what is not there; the text says which."""


class Composite:
    """``answer`` runs one part as if it had come alone."""

    def __init__(self, sandbox: Sandbox, router: Router, dialect: Any) -> None:
        self._sandbox = sandbox
        self._router = router
        self._dialect = dialect

    # one part -------------------------------------------------------------------------------------------------

    def _part(self, parent: Call, method: str, url: str, body: Any, headers: dict[str, str]) -> tuple[Call, Reply]:
        parts = urlsplit(url if url.startswith("/") else f"/services/data/{url}")
        call = Call(
            method=method.upper(),
            path=clean_path(parts.path),
            query=parse_qsl(parts.query, keep_blank_values=True),
            headers={**parent.headers, **headers, "content-type": "application/json"},
            body=b"" if body is None else json.dumps(body).encode(),
            token=parent.token,
        )
        route = self._router.find(call)
        if not isinstance(route, Route):
            return call, self._dialect.wrong_method(call) if route == "method" else self._dialect.not_found(call)
        if (
            route.open
            or call.path.startswith("/services/data") is False
            or re.search(r"/composite(/batch)?$", call.path)
        ):
            return call, self._dialect.not_found(call)
        try:
            return call, route.handler(call)
        except SalesforceRefusal as refusal:
            return call, self._dialect.refused(call, refusal)
        except BadBody as bad:
            return call, self._dialect.bad_body(call, str(bad))

    # composite ------------------------------------------------------------------------------------------------

    def composite(self, call: Call) -> Reply:
        version_of(call)
        body = call.members()
        items = _parts(body, "compositeRequest")
        names = [item.get("referenceId") for item in items]
        for name in names:
            if not isinstance(name, str) or not _NAME.match(name):
                raise SalesforceRefusal("INVALID_INPUT", f"Invalid or missing reference id: {str(name)[:40]}")
        if len(set(names)) != len(names):
            raise SalesforceRefusal("INVALID_INPUT", "Duplicate ReferenceId provided in the request")
        heavy = sum(bool(re.search(r"/(query|queryAll)\b|/composite/sobjects", str(item["url"]))) for item in items)
        if heavy > MAX_QUERIES:
            raise SalesforceRefusal(
                "LIMIT_EXCEEDED", f"Maximum number of query and collection subrequests is {MAX_QUERIES}"
            )
        all_or_none = body.get("allOrNone") is True
        self._sandbox.catch_up()
        savepoint = Savepoint(self._sandbox.world.state) if all_or_none else None
        found: list[dict[str, Any]] = []
        answers: dict[str, Any] = {}
        for item in items:
            answer = self._one(call, item, answers, savepoint)
            found.append(answer)
            if answer["httpStatusCode"] < 300:
                answers[answer["referenceId"]] = answer["body"]
            elif savepoint is not None:
                savepoint.roll_back()
                return json_reply({"compositeResponse": [_halted(item, answer) for item in items]})
        return json_reply({"compositeResponse": found})

    def _one(
        self, call: Call, item: dict[str, Any], answers: dict[str, Any], savepoint: Savepoint | None
    ) -> dict[str, Any]:
        name = item["referenceId"]
        try:
            url = _filled(str(item["url"]), answers)
            body = _filled(item.get("body"), answers)
        except Unresolved as missing:
            return _answer(name, error("PROCESSING_HALTED", str(missing)))
        method = str(item.get("method", ""))
        headers = item.get("httpHeaders")
        own = {str(key).lower(): str(value) for key, value in headers.items()} if isinstance(headers, dict) else {}
        if savepoint is not None and method.upper() in ("PATCH", "DELETE", "POST"):
            for given in re.findall(
                r"(?<![A-Za-z0-9])[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?(?![A-Za-z0-9])", f"{url} {body}"
            ):
                savepoint.remember(long_id(given))
        part, reply = self._part(call, method, url, body, own)
        answer = _answer(name, reply)
        if savepoint is not None and part.method == "POST" and reply.status < 300:
            made = answer["body"] if isinstance(answer["body"], list) else [answer["body"]]
            for one in made:
                if isinstance(one, dict) and one.get("success") is True and part.name.startswith("salesforce.create"):
                    savepoint.born(str(one["id"]))
        return answer

    # batch ----------------------------------------------------------------------------------------------------

    def batch(self, call: Call) -> Reply:
        version_of(call)
        body = call.members()
        items = _parts(body, "batchRequests")
        halt = body.get("haltOnError") is True
        found: list[dict[str, Any]] = []
        broken = False
        for item in items:
            if broken and halt:
                reply = error(
                    "BATCH_PROCESSING_HALTED", "Batch processing was halted by the rule specified in request", 412
                )
            else:
                url = str(item["url"])
                _, reply = self._part(call, str(item.get("method", "")), url, item.get("richInput"), {})
            broken = broken or reply.status >= 400
            found.append({"statusCode": reply.status, "result": json.loads(reply.body) if reply.body else None})
        return json_reply({"hasErrors": broken, "results": found})


def _parts(body: dict[str, Any], member: str) -> list[dict[str, Any]]:
    items = body.get(member)
    if not isinstance(items, list) or not items:
        raise SalesforceRefusal("JSON_PARSER_ERROR", f"{member} must be a list with at least one subrequest")
    if len(items) > MAX_PARTS:
        raise SalesforceRefusal("LIMIT_EXCEEDED", f"The maximum number of subrequests is {MAX_PARTS}")
    for item in items:
        if not isinstance(item, dict) or not isinstance(item.get("url"), str) or not item.get("method"):
            raise SalesforceRefusal("INVALID_INPUT", "Every subrequest needs a method and a url")
    return items


def _answer(name: str, reply: Reply) -> dict[str, Any]:
    location = reply.headers.get("Location")
    return {
        "body": json.loads(reply.body) if reply.body else None,
        "httpHeaders": {"Location": location} if location else {},
        "httpStatusCode": reply.status,
        "referenceId": name,
    }


def _halted(item: dict[str, Any], failed: dict[str, Any]) -> dict[str, Any]:
    if item["referenceId"] == failed["referenceId"]:
        return failed
    return _answer(item["referenceId"], error("PROCESSING_HALTED", HALTED))


def _filled(value: Any, answers: dict[str, Any]) -> Any:
    """``@{ref.field}`` and ``@{ref.records[0].Id}`` replaced, in texts, lists and objects."""
    if isinstance(value, str):
        whole = _REFERENCE.fullmatch(value)
        if whole:
            return _looked_up(whole[1], answers)
        return _REFERENCE.sub(lambda match: _text(_looked_up(match[1], answers)), value)
    if isinstance(value, list):
        return [_filled(one, answers) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, answers) for name, one in value.items()}
    return value


def _text(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _looked_up(path: str, answers: dict[str, Any]) -> Any:
    name, _, rest = path.partition(".")
    if "[" in name:
        name, _, index = path.partition("[")
        rest = "[" + index
    here = answers.get(name)
    for match in _STEP.finditer(rest):
        if match[2] is not None:
            here = here[int(match[2])] if isinstance(here, list) and int(match[2]) < len(here) else None
        else:
            here = here.get(match[1]) if isinstance(here, dict) else None
    if here is None or isinstance(here, (dict, list)):
        raise Unresolved(f"Invalid reference specified. No value for {path} found in {name}")
    return here
