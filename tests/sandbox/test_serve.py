"""The process: its JSON line, ports, orderly end, lingering."""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess
import sys
import time

import pytest

from mergetui.sandbox.options import SandboxOptions, add_arguments, add_server_arguments, duration, from_namespace, span
from tests.support.sandbox import start_sandbox

MEMBERS = {
    "salesforce_url", "hubspot_url", "control_url", "salesforce_token", "hubspot_token", "salesforce_client_id",
    "hubspot_client_id", "hubspot_client_secret", "pid", "seed", "org_id", "portal_id", "started_at",
}  # fmt: skip


def test_the_line_and_the_orderly_end() -> None:
    begun = time.perf_counter()
    with start_sandbox(seed=9, people=400) as sandbox:
        assert time.perf_counter() - begun < 5
        assert set(sandbox.info) == MEMBERS and sandbox.info["seed"] == 9
        assert sandbox.info["pid"] == sandbox.process.pid
        sandbox.process.send_signal(signal.SIGTERM)
        assert sandbox.process.wait(timeout=5) == 0


def test_a_taken_port_is_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [sys.executable, "-m", "mergetui.sandbox", "--people", "20", "--salesforce-port", port]
        found = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert found.returncode == 1 and found.stdout == "" and f"Port {port} for Salesforce is taken" in found.stderr


def test_lingering_outlives_stdin_and_still_ends_on_a_signal() -> None:
    with start_sandbox(people=20, linger=True) as sandbox:
        assert sandbox.process.stdin is not None
        sandbox.process.stdin.close()
        assert sandbox.control("GET", "/state")["clock"]
        assert sandbox.process.poll() is None
        sandbox.process.send_signal(signal.SIGINT)
        assert sandbox.process.wait(timeout=5) == 0


def test_flags() -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser, event_delay="2s..8s")
    add_server_arguments(parser)
    assert from_namespace(parser.parse_args([])) == SandboxOptions(event_delay_ms=(2_000, 8_000))
    found = from_namespace(
        parser.parse_args(["--sync-every", "5m", "--event-delay", "1s", "--no-auto-delete", "--latency", "80ms"])
    )
    assert (found.sync_every_ms, found.event_delay_ms, found.auto_delete, found.latency_ms) == (
        300_000, (1_000, 1_000), False, 80,
    )  # fmt: skip


def test_durations() -> None:
    assert [duration(text) for text in ("80ms", "30s", "15m", "1h", "2.5")] == [80, 30_000, 900_000, 3_600_000, 2_500]
    assert span("30s..300s") == (30_000, 300_000)
    for bad in ("soon", "-1s", ""):
        with pytest.raises(argparse.ArgumentTypeError):
            duration(bad)
    with pytest.raises(argparse.ArgumentTypeError):
        span("9s..1s")
