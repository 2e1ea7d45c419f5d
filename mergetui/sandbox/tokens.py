"""OAuth grants of one CRM: authorization codes, access and refresh tokens."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace

CODE_LIFE_MS = 600_000


@dataclass(frozen=True, slots=True)
class Code:
    redirect_uri: str
    challenge: str
    scopes: tuple[str, ...]
    ends: int


@dataclass(slots=True)
class Grant:
    """One sign-in. Rotation: only the newest refresh token is good. ``refresh`` empty: none was asked for."""

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
    """``secret`` empty: a public client, which must not send one. ``life_ms`` None: tokens end only when told to.

    ``idle``: each use of an access token puts off its end. ``most`` sign-ins live at a time; one more ends the oldest.
    """

    def __init__(
        self,
        client_id: str,
        secret: str,
        prefix: str,
        *,
        rotating: bool,
        life_ms: int | None,
        idle: bool = False,
        most: int | None = None,
    ) -> None:
        self.client_id = client_id
        self.secret = secret
        self.rotating = rotating
        self.life_ms = life_ms
        self.idle = idle
        self.most = most
        self.jwt_issuer = ""
        """Not empty: access tokens are JWTs of this issuer."""
        self._prefix = prefix
        self.static = prefix + secrets.token_hex(24)
        self._codes: dict[str, Code] = {}
        self._grants: list[Grant] = []
        self._revoked: list[Grant] = []

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

    def exchange(
        self, code: str, redirect_uri: str, verifier: str, now: int, *, refreshable: bool = True
    ) -> tuple[Grant, str]:
        """A code for tokens, once. Raises GrantRefused."""
        found = self._codes.pop(code, None)
        if found is None or found.ends < now:
            raise GrantRefused("invalid_grant", "expired authorization code")
        if found.redirect_uri != redirect_uri:
            raise GrantRefused("redirect_uri_mismatch", "redirect_uri must match configuration")
        if found.challenge and challenge_of(verifier) != found.challenge:
            raise GrantRefused("invalid_grant", "invalid code verifier")
        grant = Grant(found.scopes, self._new("5Aep") if refreshable else "")
        self._grants.append(grant)
        if self.most is not None:
            for oldest in self._grants[: -self.most]:
                self._end(oldest)
        return grant, self._issue(grant, now)

    def scopes_of(self, code: str) -> tuple[str, ...]:
        """What a live code was asked for; () for any other text."""
        found = self._codes.get(code)
        return found.scopes if found is not None else ()

    def refresh(self, token: str, now: int) -> tuple[Grant, str]:
        """A refresh token for an access token. Re-using a rotated one revokes the whole grant (H:005316711)."""
        for grant in self._grants:
            if token and token == grant.refresh:
                if self.rotating:
                    grant.old.add(token)
                    grant.refresh = self._new("5Aep")
                return grant, self._issue(grant, now)
            if token in grant.old:
                self._end(grant)
                break
        raise GrantRefused("invalid_grant", "expired access/refresh token")

    def _new(self, prefix: str) -> str:
        return prefix + secrets.token_hex(32)

    def _issue(self, grant: Grant, now: int) -> str:
        access = self._jwt(grant, now) if self.jwt_issuer else self._prefix + secrets.token_hex(24)
        grant.access[access] = None if self.life_ms is None else now + self.life_ms
        return access

    def _jwt(self, grant: Grant, now: int) -> str:
        """Three dot-separated parts; the signature is chance, because nobody here checks it."""
        claims = {
            "scp": " ".join(grant.scopes),
            "iss": self.jwt_issuer,
            "client_id": self.client_id,
            "iat": now // 1000,
            "exp": (now + (self.life_ms or 7_200_000)) // 1000,
            "jti": secrets.token_hex(8),
        }
        head = {"tnk": "core", "ver": "1.0", "kid": "CoreATJWT", "tty": "sfdc-core-token", "typ": "JWT", "alg": "RS256"}
        return ".".join([_packed(json.dumps(head)), _packed(json.dumps(claims)), secrets.token_urlsafe(64)])

    # access tokens --------------------------------------------------------------------------------------------

    def good(self, token: str, now: int) -> bool:
        """Whether an access token may be used now; with ``idle`` this is a use."""
        if token == self.static:
            return True
        grant = self.grant_of(token)
        if grant is None or token not in grant.access:
            return False
        ends = grant.access[token]
        if ends is not None and ends <= now:
            return False
        if ends is not None and self.idle and self.life_ms is not None:
            grant.access[token] = now + self.life_ms
        return True

    def ends(self, token: str) -> int | None:
        """The instant an access token ends; None when it does not end by itself, or is none."""
        grant = self.grant_of(token)
        return grant.access.get(token) if grant is not None else None

    def known(self, token: str) -> bool:
        """Was issued and not revoked, whether it has ended or not."""
        return token == self.static or self.grant_of(token) is not None

    def grant_of(self, token: str) -> Grant | None:
        """The grant of an access or a current refresh token."""
        if not token:
            return None
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
        self._end(grant)
        return True

    def revoke_refresh(self, token: str) -> bool:
        """Revoke a refresh token only: access tokens that were issued for it last until they end by themselves."""
        grant = self.grant_of(token)
        if grant is None or token != grant.refresh:
            return False
        self._end(grant)
        self._grants.append(replace(grant, refresh=""))
        return True

    def _end(self, grant: Grant) -> None:
        self._grants.remove(grant)
        self._revoked.append(grant)

    def restore(self, now: int) -> None:
        """Let every sign-in live again, as if nobody had revoked it, re-used a token or let one end."""
        self._grants += self._revoked
        self._revoked = []
        self._codes = {}
        for grant in self._grants:
            for token in grant.access:
                grant.access[token] = None if self.life_ms is None else now + self.life_ms

    def revoke_access(self, token: str) -> bool:
        """Revoke one access token only; False when it is none."""
        grant = self.grant_of(token)
        return grant is not None and grant.access.pop(token, self) is not self


def is_jwt(token: str) -> bool:
    """Three dot-separated parts, and not an opaque token that happens to have dots."""
    return token.count(".") == 2 and "!" not in token


def challenge_of(verifier: str) -> str:
    """S256. Verifiers longer than RFC 7636 allows are taken, as the real server does (client-conformance §3)."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
