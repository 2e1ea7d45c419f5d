"""The one place where an httpx client is made."""

from __future__ import annotations

import httpx


def open_client(user_agent: str = "mergetui/0.1") -> httpx.AsyncClient:
    """No redirects (a re-sent POST is not the same POST), no proxy for this machine, connections kept 30 s.

    Idle connections are kept long enough for a warm HubSpot connection to outlast a Salesforce merge.
    """
    return httpx.AsyncClient(
        headers={"User-Agent": user_agent, "Accept": "application/json"},
        timeout=httpx.Timeout(60.0, connect=10.0),
        limits=httpx.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0),
        follow_redirects=False,
        mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
    )
