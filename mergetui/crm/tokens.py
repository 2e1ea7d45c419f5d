"""Where access tokens come from: the environment, or a store with refresh under a lock shared by all processes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mergetui.crm.filelock import held
from mergetui.records.clock import Clock, local_now
from mergetui.records.crm import Crm

if TYPE_CHECKING:
    import httpx

    from mergetui.crm.grants import StoredToken
    from mergetui.crm.stores import TokenStore

REFRESH_EARLY_S = 120.0
"""HubSpot's tokens live 30 minutes; facts/hubspot.md §7 says to refresh about two minutes early."""


@dataclass(frozen=True, slots=True)
class Token:
    access_token: str = field(repr=False)
    base_url: str
    expires_at: int | None = None
    """Local clock; None when unknown."""


class TokenSource(Protocol):
    async def token(self, *, min_life_s: float = 0) -> Token:
        """A token that lives at least so long, as far as that is known. Raises NotSignedIn, Expired, Unreachable."""

    async def renew(self, refused: str) -> Token:
        """Called after a 401 with the access token that was refused. Raises Expired when there is no way on."""


class StaticTokens:
    """One bearer token that is given and cannot be refreshed (environment variables, service keys)."""

    def __init__(self, access_token: str, base_url: str, crm: Crm = "salesforce") -> None:
        self._token = Token(access_token, base_url.rstrip("/"))
        self._crm = crm

    async def token(self, *, min_life_s: float = 0) -> Token:
        return self._token

    async def renew(self, refused: str) -> Token:
        from mergetui.crm.wire import NAMES
        from mergetui.errors import Expired

        name = NAMES[self._crm]
        raise Expired(
            name, f"{name} no longer accepts the given token.", "The request was not carried out.",
            f"Put a new one into MERGETUI_{self._crm.upper()}_TOKEN, or run: mergetui login {self._crm}",
            status=401, code="INVALID_TOKEN",
        )  # fmt: skip


def tokens_from_environment(crm: Crm, environ: Mapping[str, str]) -> StaticTokens | None:
    """StaticTokens when MERGETUI_<CRM>_TOKEN is set (HubSpot's URL has a default); None when not."""
    from mergetui.crm.grants import checked_base_url
    from mergetui.errors import Usage

    prefix = f"MERGETUI_{crm.upper()}"
    access_token = environ.get(f"{prefix}_TOKEN", "").strip()
    if not access_token:
        return None
    if not (access_token.isascii() and access_token.isprintable()) or " " in access_token:
        raise Usage(f"{prefix}_TOKEN holds characters that no token has.", "", "Copy the token again, without spaces.")
    url = environ.get(f"{prefix}_URL", "https://api.hubapi.com" if crm == "hubspot" else "").strip()
    if not url:
        raise Usage(f"{prefix}_TOKEN is set but {prefix}_URL is not.", "", f"Set {prefix}_URL to the org's address.")
    return StaticTokens(access_token, checked_base_url(crm, url), crm)


class StoredTokens:
    """A stored sign-in, refreshed before it ends or after a 401, by one process at a time.

    After the lock is taken the stored token is read again: another process may have refreshed meanwhile, and with
    rotation using the old refresh token once more would end every token of this sign-in (facts/salesforce.md §2).
    A new token is stored before it is used.
    """

    def __init__(
        self,
        store: TokenStore,
        crm: Crm,
        profile: str,
        lock_dir: Path,
        *,
        client: httpx.AsyncClient | None = None,
        clock: Clock = local_now,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self._crm: Crm = crm
        self._lock = lock_dir / f"{profile}-{crm}.token.lock"
        self._client = client
        self._clock = clock
        self._sleep = sleep
        self._known: StoredToken | None = None

    async def token(self, *, min_life_s: float = 0) -> Token:
        stored = self._known or await self._read()
        if self._ends_within(stored, max(min_life_s, REFRESH_EARLY_S)):
            stored = await self._refreshed(lambda fresh: self._ends_within(fresh, max(min_life_s, REFRESH_EARLY_S)))
        return _as_token(stored)

    async def renew(self, refused: str) -> Token:
        return _as_token(await self._refreshed(lambda fresh: fresh.access_token == refused))

    def _ends_within(self, stored: StoredToken, seconds: float) -> bool:
        return stored.expires_at is not None and stored.expires_at - self._clock() < seconds * 1000

    async def _read(self) -> StoredToken:
        from mergetui.crm.grants import signed_out

        stored = await asyncio.to_thread(self._store.read, self._crm)
        if stored is None:
            raise signed_out(self._crm)
        self._known = stored
        return stored

    async def _refreshed(self, needed: Callable[[StoredToken], bool]) -> StoredToken:
        # Once the CRM has rotated the token, losing the new one loses the sign-in: a cancelled caller must not cut
        # the way from the answer to the store.
        return await asyncio.shield(asyncio.ensure_future(self._refresh_under_lock(needed)))

    async def _refresh_under_lock(self, needed: Callable[[StoredToken], bool]) -> StoredToken:
        from mergetui.crm.grants import refresh
        from mergetui.crm.http import open_client

        async with held(self._lock, sleep=self._sleep):
            stored = await self._read()
            if not needed(stored):
                return stored
            client: httpx.AsyncClient = self._client or open_client()
            try:
                fresh = await refresh(stored, client=client, clock=self._clock)
            finally:
                if client is not self._client:
                    await client.aclose()
            await asyncio.to_thread(self._store.write, fresh)
            self._known = fresh
            return fresh


def _as_token(stored: StoredToken) -> Token:
    return Token(stored.access_token, stored.base_url, stored.expires_at)
