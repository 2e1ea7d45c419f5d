"""OAuth grants of one CRM: authorization codes, access and refresh tokens."""

from __future__ import annotations

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

CODE_LIFE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Code:
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]
    ends: int


@dataclass(slots=True)
class Grant:
    """One sign-in. Rotation: only the newest refresh token is good."""

    scopes: tuple[str, ...]
    refresh: str
    old: set[str] = field(default_factory=set)
    access: dict[str, int | None] = field(default_factory=dict)
    """Access token → instant of its end; None: does not end by itself."""


class GrantRefused(Exception):
    """``error`` and ``description`` as the token endpoint answers them."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


class Grants:
    """``secret`` empty: a public client, which must not send one. ``life_ms`` None: tokens end only when told to."""

    def __init__(self, client_id: str, secret: str, prefix: str, *, rotating: bool, life_ms: int | None) -> None:
        self.client_id = client_id
        self.secret = secret
        self.rotating = rotating
        self.life_ms = life_ms
        self._prefix = prefix
        self.static = prefix + secrets.token_hex(24)
        self._codes: dict[str, Code] = {}
        self._grants: list[Grant] = []

    # authorization codes --------------------------------------------------------------------------------------

    def new_code(self, redirect_uri: str, challenge: str, scopes: tuple[str, ...], now: int) -> str:
        code = "aPrx" + secrets.token_urlsafe(32)
        self._codes[code] = Code(redirect_uri, challenge, scopes, now + CODE_LIFE_MS)
        return code

    def check_client(self, client_id: str, secret: str) -> None:
        """Raises GrantRefused. A public client that sends a secret is refused too (facts/salesforce.md §2)."""
        if client_id != self.client_id:
            raise GrantRefused("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(secret.encode(), self.secret.encode()):
            raise GrantRefused("invalid_client", "invalid client credentials")

    def exchange(self, code: str, redirect_uri: str, verifier: str, now: int) -> tuple[Grant, str]:
        """A code for tokens, once. Raises GrantRefused."""
        found = self._codes.pop(code, None)
        if found is None or found.ends < now:
            raise GrantRefused("invalid_grant", "expired authorization code")
        if found.redirect_uri != redirect_uri:
            raise GrantRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        if found.challenge and challenge_of(verifier) != found.challenge:
            raise GrantRefused("invalid_grant", "invalid code verifier")
        grant = Grant(found.scopes, self._new("5Aep"))
        self._grants.append(grant)
        return grant, self._issue(grant, now)

    def refresh(self, token: str, now: int) -> tuple[Grant, str]:
        """A refresh token for an access token. Re-using a rotated one revokes the whole grant (H:005316711)."""
        for grant in self._grants:
            if token == grant.refresh:
                if self.rotating:
                    grant.old.add(token)
                    grant.refresh = self._new("5Aep")
                return grant, self._issue(grant, now)
            if token in grant.old:
                self._grants.remove(grant)
                break
        raise GrantRefused("invalid_grant", "expired access/refresh token")

    def _new(self, prefix: str) -> str:
        return prefix + secrets.token_hex(32)

    def _issue(self, grant: Grant, now: int) -> str:
        access = self._prefix + secrets.token_hex(24)
        grant.access[access] = None if self.life_ms is None else now + self.life_ms
        return access

    # access tokens --------------------------------------------------------------------------------------------

    def good(self, token: str, now: int) -> bool:
        if token == self.static:
            return True
        grant = self.grant_of(token)
        if grant is None or token not in grant.access:
            return False
        ends = grant.access[token]
        return ends is None or ends > now

    def known(self, token: str) -> bool:
        """Was issued and not revoked, whether it has ended or not."""
        return token == self.static or self.grant_of(token) is not None

    def grant_of(self, token: str) -> Grant | None:
        """The grant of an access or a current refresh token."""
        for grant in self._grants:
            if token == grant.refresh or token in grant.access:
                return grant
        return None

    def expire(self, token: str, now: int) -> None:
        """End an issued access token now; the static one cannot be ended."""
        grant = self.grant_of(token)
        if grant is not None and token in grant.access:
            grant.access[token] = now

    def revoke(self, token: str) -> bool:
        """Revoke the grant of an access or refresh token."""
        grant = self.grant_of(token)
        if grant is None:
            return False
        self._grants.remove(grant)
        return True


def challenge_of(verifier: str) -> str:
    """S256. Verifiers longer than RFC 7636 allows are taken, as the real server does (client-conformance §3)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
