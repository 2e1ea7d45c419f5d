"""The ASGI face of one CRM server: logs, applies faults, checks tokens, answers. What differs is in ``Dialect``."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Protocol

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.faults import Fault
from mergetui.sandbox.web import (
    BadBody,
    Call,
    Reply,
    Route,
    Router,
    clean_path,
    empty_reply,
    json_reply,
    parse_query,
    text_reply,
)
from mergetui.twin.refusals import Refusal
from mergetui.twin.stamps import http_date

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


_SAVING = frozenset(
    f"salesforce.{name}"
    for name in (
        "composite", "convert", "create", "create_many", "delete", "delete_many", "merge", "undelete", "update",
        "update_many",
    )
)  # fmt: skip
"""Calls that save Salesforce rows."""


class Dialect(Protocol):
    """How one CRM words what is not the answer of a handler."""

    crm: str
    router: Router

    def names(self) -> set[str]:
        """The calls that faults can aim at."""
        ...

    def token_of(self, call: Call) -> str: ...
    def good(self, call: Call) -> bool: ...
    def unauthorized(self, call: Call) -> Reply: ...
    def expire(self, call: Call) -> None: ...
    def gate(self, call: Call, route: Route) -> Reply | None:
        """The refusal of a call whose token is good: scopes, rate limits. None: it may pass, and is counted."""
        ...

    def limited(self, call: Call, fault: Fault) -> Reply: ...
    def locked(self, call: Call) -> Reply: ...
    def refused(self, call: Call, refusal: Refusal) -> Reply: ...
    def bad_body(self, call: Call, text: str) -> Reply: ...
    def not_found(self, call: Call) -> Reply: ...
    def wrong_method(self, call: Call) -> Reply: ...
    def broken(self, call: Call) -> Reply: ...
    def finish(self, call: Call, reply: Reply) -> None:
        """Add the headers every answer has."""


class Front:
    """One server. Every call is logged when it arrives and when it is answered."""

    def __init__(self, sandbox: Sandbox, dialect: Dialect) -> None:
        self._sandbox = sandbox
        self._dialect = dialect
        sandbox.faults.names |= {*dialect.names(), f"{dialect.crm}.other"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        call = await read_call(scope, receive)
        sandbox, dialect = self._sandbox, self._dialect
        sandbox.requests += 1
        number, life = sandbox.requests, sandbox.lives
        sandbox.last_request_at = sandbox.real()
        call.name = f"{dialect.crm}.other"
        call.token = dialect.token_of(call)
        route = dialect.router.find(call)
        path = call.path if not isinstance(route, Route) or not route.private else "(private)"
        about = {"method": call.method, "path": path, "client": call.client, "request": number}
        sandbox.catch_up()
        sandbox.world.state.log("request", call.name, **about)
        if sandbox.latency_ms:
            await asyncio.sleep(sandbox.latency_ms / 1000)
        reply, heard = await self._answer(call, route, receive, life)
        if sandbox.lives != life:  # its world was reset meanwhile
            await _drop(send, receive)
            return
        sandbox.catch_up()
        status = reply.status if reply is not None else 0
        sandbox.world.state.log("response", call.name, **about, status=status, heard=heard)
        if reply is None or not heard:
            await _drop(send, receive)
            return
        dialect.finish(call, reply)
        await send_reply(reply, send, sandbox.now(), head=call.method == "HEAD")

    async def _answer(
        self, call: Call, route: Route | str | None, receive: Receive, life: int
    ) -> tuple[Reply | None, bool]:
        """(reply, was it heard). No reply: the connection is cut. A reply that is not heard was still carried out.
        What waited until its world had ended is not carried out in the next one."""
        dialect = self._dialect
        heard = True
        for fault in self._sandbox.faults.take(call.name) if self._sandbox.lives == life else ():
            match fault.kind:
                case "delay":
                    await asyncio.sleep(fault.ms / 1000)
                case "hold":
                    heard = await _hold(fault, receive) and heard
            if self._sandbox.lives != life:
                break
            match fault.kind:
                case "status":
                    return self._status(fault), heard
                case "rate_limit":
                    return dialect.limited(call, fault), heard
                case "lock_row":
                    return self._locked(call, route), heard
                case "expire_token":
                    dialect.expire(call)
                    return dialect.unauthorized(call), heard
                case "drop_before":
                    return None, False
                case "drop_after_commit":
                    return self._run(call, route), False
                case "status_after_commit":
                    self._run(call, route)
                    return self._status(fault), heard
                case "commit_later":
                    self._sandbox.later(round(fault.s * 1000), lambda: self._commit(call, route))
                    return None, False
        if self._sandbox.lives != life:
            return None, False
        return self._run(call, route), heard

    def _commit(self, call: Call, route: Route | str | None) -> None:
        reply = self._run(call, route, catch_up=False)
        self._sandbox.world.state.log("response", call.name, method=call.method, status=reply.status, heard=False)

    def _locked(self, call: Call, route: Route | str | None) -> Reply:
        """Where rows are saved the refusal stands where it belongs: at each record, subrequest or result."""
        if call.name in _SAVING:
            with self._sandbox.rows_locked() as refused:
                reply = self._run(call, route)
            if refused:
                return reply
        return self._dialect.locked(call)

    def _run(self, call: Call, route: Route | str | None, *, catch_up: bool = True) -> Reply:
        dialect = self._dialect
        if catch_up:
            self._sandbox.catch_up()
        if not isinstance(route, Route):
            return dialect.wrong_method(call) if route == "method" else dialect.not_found(call)
        if not route.open and not dialect.good(call):
            return dialect.unauthorized(call)
        if (closed := dialect.gate(call, route)) is not None:
            return closed
        if call.method not in ("GET", "HEAD") and not call.path.endswith(("/search", "/batch/read")):
            self._sandbox.world.state.revision += 1
        try:
            return route.handler(call)
        except Refusal as refusal:
            return dialect.refused(call, refusal)
        except BadBody as error:
            return dialect.bad_body(call, str(error))
        except Exception:  # a defect of the sandbox: the client sees a server error, the developer the traceback
            traceback.print_exc(file=sys.stderr)
            return dialect.broken(call)

    def _status(self, fault: Fault) -> Reply:
        if fault.code in (204, 304):  # have no body
            return empty_reply(fault.code)
        if isinstance(fault.body, str):
            return text_reply(fault.body, fault.code, "text/plain" if "<" not in fault.body else "text/html")
        return json_reply(fault.body if fault.body is not None else {}, fault.code)


async def send_reply(reply: Reply, send: Send, now: int, *, head: bool = False) -> None:
    """Send an answer whose ``Date`` is the twin's time."""
    headers = {"Date": http_date(now), "Content-Length": str(len(reply.body)), **reply.headers}
    if reply.status in (204, 304):
        del headers["Content-Length"]
    await send(
        {
            "type": "http.response.start",
            "status": reply.status,
            "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": b"" if head else reply.body})


async def read_call(scope: Scope, receive: Receive) -> Call:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    raw = scope.get("raw_path") or scope["path"].encode()
    return Call(
        method=scope["method"],
        path=clean_path(raw.decode("latin-1").split("?")[0]),
        query=parse_query(scope.get("query_string", b"")),
        headers={name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )


async def _hold(fault: Fault, receive: Receive) -> bool:
    """Wait until released, or until the caller goes away; returns whether the caller is still there."""
    fault.held += 1
    released = asyncio.ensure_future(fault.released.wait())
    gone = asyncio.ensure_future(_gone(receive))
    try:
        await asyncio.wait({released, gone}, return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        fault.held -= 1
        for waiting in (released, gone):
            waiting.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drop(send: Send, receive: Receive) -> None:
    """Close the connection without an answer. ASGI has no word for it: uvicorn's cycle holds the transport."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if transport is None:
        raise RuntimeError("this server cannot cut connections")
    transport.close()
    await _gone(receive)
