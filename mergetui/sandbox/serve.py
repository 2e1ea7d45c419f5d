"""Runs the two CRM servers and the control port, and says on stdout where they are."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Generator
from typing import Any

import uvicorn

from mergetui.errors import Busy, Usage
from mergetui.records.clock import Clock, local_now
from mergetui.sandbox.control import Control
from mergetui.sandbox.engine import HUBSPOT_CLIENT_ID, HUBSPOT_CLIENT_SECRET, SALESFORCE_CLIENT_ID, Sandbox
from mergetui.sandbox.front import Front
from mergetui.sandbox.hubspot_server import HubSpotServer
from mergetui.sandbox.options import SandboxOptions
from mergetui.sandbox.salesforce_rest import SalesforceServer
from mergetui.twin.cast import Cast
from mergetui.twin.stamps import iso

LINGER_MS = 600_000
"""How long a sandbox outlives its cockpit without any request."""


class _Server(uvicorn.Server):
    """Signals belong to ``run``: three servers share one loop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def _listen(port: int, what: str) -> socket.socket:
    # With the protocol named, asyncio turns Nagle's algorithm off: else every answer waits 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used ({error.strerror})"
        raise Busy(
            f"Port {port} for {what} {why}.",
            "The sandbox was not started.",
            "Choose another port, or 0 for a free one.",
        ) from error
    listener.listen(128)
    listener.setblocking(False)
    return listener


def server_config(app: Any) -> uvicorn.Config:
    """What all servers run under. Cutting a connection (``front``) works with every HTTP implementation here."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        access_log=False,
        log_config=None,
        log_level="warning",
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )


async def run(options: SandboxOptions, *, clock: Clock = local_now, cast: Cast | None = None) -> None:
    """Serve until SIGTERM or SIGINT; with ``options.linger`` also until stdin is closed and ten quiet minutes passed.

    Prints one JSON line on stdout when all ports answer. Raises Busy when a wanted port is taken.
    """
    sandbox = Sandbox(options, clock, cast)
    salesforce, hubspot, control = SalesforceServer(sandbox), HubSpotServer(sandbox), Control(sandbox)
    listeners = [
        _listen(options.salesforce_port, "Salesforce"),
        _listen(options.hubspot_port, "HubSpot"),
        _listen(0, "control"),
    ]
    urls = [f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners]
    salesforce.url, hubspot.url = urls[0], urls[1]
    fronts = [Front(sandbox, salesforce), Front(sandbox, hubspot)]
    try:
        sandbox.faults.check_aims()
    except ValueError as error:
        for listener in listeners:
            listener.close()
        raise Usage(f"--fault: {error}.", "The sandbox was not started.") from None
    servers = [_Server(server_config(app)) for app in (*fronts, control)]

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    _on_signals(loop, stop.set)
    tasks = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    if options.linger:
        tasks.append(asyncio.create_task(_linger(sandbox, stop, clock)))
    try:
        while not all(server.started for server in servers):  # noqa: ASYNC110  # uvicorn offers no event
            await asyncio.sleep(0.005)
        if sandbox.rehearsal is not None:
            told = "".join(f"\n  - {line}" for line in sandbox.rehearsal.arranged())
            sys.stderr.write(f"Scenario {sandbox.rehearsal.name}{told}\n")
        if sys.stderr.isatty() and not options.linger:
            sys.stderr.write(
                f"Salesforce {urls[0]}\nHubSpot    {urls[1]}\ncontrol    {urls[2]}\n"
                f"{options.people} people, polls every {options.sync_every_ms // 1000} s; ctrl+c ends it.\n"
            )
        print(json.dumps(describe(sandbox, urls)), flush=True)  # noqa: T201  # the one line others read
        await stop.wait()
    finally:
        sandbox.faults.clear()
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*tasks[:3], return_exceptions=True)
        for task in tasks[3:]:
            task.cancel()


def describe(sandbox: Sandbox, urls: list[str]) -> dict[str, Any]:
    """The members of the JSON line (design §5)."""
    state = sandbox.world.state
    return {
        "salesforce_url": urls[0],
        "hubspot_url": urls[1],
        "control_url": urls[2],
        "salesforce_token": sandbox.salesforce_grants.static,
        "hubspot_token": sandbox.hubspot_grants.static,
        "salesforce_client_id": SALESFORCE_CLIENT_ID,
        "hubspot_client_id": HUBSPOT_CLIENT_ID,
        "hubspot_client_secret": HUBSPOT_CLIENT_SECRET,
        "pid": os.getpid(),
        "seed": sandbox.options.seed,
        "org_id": state.org_id,
        "portal_id": state.portal_id,
        "started_at": iso(sandbox.started_at),
    }


def _on_signals(loop: asyncio.AbstractEventLoop, stop: Callable[[], None]) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


async def _linger(sandbox: Sandbox, stop: asyncio.Event, clock: Clock) -> None:
    """Wait for the end of stdin, then for ten minutes without any request."""
    await _end_of_stdin()
    sandbox.last_request_at = max(sandbox.last_request_at, clock())
    while (left := sandbox.last_request_at + LINGER_MS - clock()) > 0:  # noqa: ASYNC110  # a new deadline each time
        await asyncio.sleep(left / 1000)
    stop.set()


async def _end_of_stdin() -> None:
    """In a daemon thread of its own: a pipe, a terminal and Windows all work, and the process can end meanwhile."""
    import threading

    loop = asyncio.get_running_loop()
    ended = asyncio.Event()

    def watch() -> None:
        with contextlib.suppress(OSError, ValueError):
            while sys.stdin is not None and sys.stdin.buffer.read(1024):
                pass
        with contextlib.suppress(RuntimeError):  # the loop may be closed already
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=watch, daemon=True).start()
    await ended.wait()
