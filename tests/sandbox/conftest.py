"""One sandbox per test module, and plain HTTP clients signed in to it."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.sandbox import RunningSandbox, start_sandbox


@pytest.fixture(scope="module")
def running() -> Iterator[RunningSandbox]:
    with start_sandbox(seed=3) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: RunningSandbox) -> Iterator[RunningSandbox]:
    """The module's sandbox; faults and settings that matter are put back after each test."""
    yield running
    running.control("DELETE", "/faults")


@pytest.fixture
def salesforce(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.info['salesforce_token']}", "User-Agent": "probe/1 x"}
    with httpx.Client(base_url=sandbox.info["salesforce_url"], headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def hubspot(sandbox: RunningSandbox) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {sandbox.info['hubspot_token']}", "User-Agent": "probe/1 x"}
    with httpx.Client(base_url=sandbox.info["hubspot_url"], headers=headers, trust_env=False) as client:
        yield client
