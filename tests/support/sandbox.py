"""A sandbox as a child process, for any test that needs real servers."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from types import TracebackType
from typing import Any

FLAGS = {
    "people": "--people",
    "seed": "--seed",
    "scenario": "--scenario",
    "sync_every": "--sync-every",
    "event_delay": "--event-delay",
    "latency": "--latency",
    "salesforce_port": "--salesforce-port",
    "hubspot_port": "--hubspot-port",
    "search_lag": "--search-lag",
}


class RunningSandbox:
    """``info`` is the JSON line of the process. Use as a context manager, or call ``close``."""

    def __init__(self, process: subprocess.Popen[str], info: dict[str, Any]) -> None:
        self.process = process
        self.info = info

    def __enter__(self) -> RunningSandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def control(self, method: str, path: str, json_body: Any = None, **json_member: Any) -> Any:
        """One call of the control port; ``control("POST", "/clock", json={"advance_s": 900})``. Answers JSON."""
        body = json_member.pop("json", json_body)
        assert not json_member, json_member
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.info["control_url"] + path, data=data, method=method)
        request.add_header("Content-Type", "application/json")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())

    def events(self, since: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", f"/events?since={since}")["events"]
        return found

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.control("GET", "/state")
        return found

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()


def start_sandbox(
    *,
    auto_delete: bool | None = None,
    linger: bool = False,
    rate_limits: bool = False,
    faults: list[str] | None = None,
    **options: Any,
) -> RunningSandbox:
    """Start ``python -m mergetui.sandbox`` and wait for its JSON line.

    ``options`` are the flags of ``FLAGS``; durations as the command line takes them (``"15m"``, ``"2s..8s"``).
    ``people`` is 60 when not given: enough for every scenario, quick to make. Rate limits and the lag of search are
    off unless asked for: tests make hundreds of calls a second and search for what they just made.
    """
    arguments = [sys.executable, "-m", "mergetui.sandbox"]
    for name, value in {"people": 60, "search_lag": "0ms", **options}.items():
        if value is not None:
            arguments += [FLAGS[name], str(value)]
    if auto_delete is not None:
        arguments.append("--auto-delete" if auto_delete else "--no-auto-delete")
    arguments.append("--rate-limits" if rate_limits else "--no-rate-limits")
    for fault in faults or ():
        arguments += ["--fault", fault]
    if linger:
        arguments.append("--linger")
    process = subprocess.Popen(
        arguments, stdin=subprocess.PIPE if linger else subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        process.wait()
        process.stdout.close()
        raise RuntimeError(f"the sandbox did not start (exit code {process.returncode})")
    return RunningSandbox(process, json.loads(line))
