"""One per CRM: sends requests, repeats reads, turns failures into errors, keeps the CRM's clock and the limits."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable, Callable

import httpx

from mergetui.crm.http import open_client
from mergetui.crm.offset import ClockOffset
from mergetui.crm.times import http_date
from mergetui.crm.tokens import Token, TokenSource
from mergetui.crm.wire import NAMES, Answer, Request, limit_of, problem_of, retry_after_s, usage_of
from mergetui.errors import CrmProblem, Expired, Problem, Unknown, Unreachable
from mergetui.records.clock import Clock, local_now
from mergetui.records.crm import Crm

__all__ = ["Answer", "Request", "Transport"]

TRIES = 4
LONGEST_WAIT_S = 60.0
"""A CRM that asks for more patience than this gets a ``Limited`` error instead of a silent wait."""

URGENT_LIFE_MS = 15_000

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,  # a header that may not be sent
)


class Transport:
    """Carries requests to one CRM. ``call`` is the only way out; everything else is what its answers told.

    Writes (``idempotent`` False) are never repeated, except once after a refused token, which proves that nothing
    was committed. What happened to them is said by the error's class: Unreachable = never arrived, Refused (and
    Missing, Limited, Expired) = certainly not carried out, Unknown = may have been (design rule 2).
    """

    def __init__(
        self,
        crm: Crm,
        tokens: TokenSource,
        *,
        user_agent: str = "mergetui/0.1",
        client: httpx.AsyncClient | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Clock = local_now,
    ) -> None:
        self.crm: Crm = crm
        self.name = NAMES[crm]
        self.usage = ""
        """``API 82 %``: the share of calls that is left; empty while unknown."""
        self.calls_left: float | None = None
        self.sleep = sleep
        self._tokens = tokens
        self._user_agent = user_agent
        self._client = client
        self._clock = clock
        self._offset = ClockOffset()
        self._kept: Token | None = None

    def now(self) -> int:
        """The CRM's own time (ms UTC): the local clock plus the measured offset; local before any answer."""
        return self._clock() + self._offset.ms

    async def token(self, *, min_life_s: float = 0) -> Token:
        self._kept = await self._tokens.token(min_life_s=min_life_s)
        return self._kept

    async def call(self, request: Request) -> Answer:
        """Send and return the answer, 2xx or a status that ``request.accept`` names. Raises as the class says."""
        token = await self._token_for(request)
        renewed = False
        for attempt in range(1, TRIES + 1):
            try:
                answer = await self._send(request, token)
                if self._token_refused(request, answer):
                    if renewed:
                        raise self._expired(request)
                    renewed = True
                    token = await self._renewed(request, token)
                    answer = await self._send(request, token)
                    if self._token_refused(request, answer):
                        raise self._expired(request)
                problem = problem_of(self.crm, request, answer)
                if problem is None:
                    return answer
                wait = self._patience(request, answer, attempt)
            except (httpx.TransportError, httpx.DecodingError, httpx.InvalidURL) as error:
                problem = self._failure(request, error)
                wait = _backoff(attempt) if request.idempotent and attempt < TRIES else None
            if wait is None:
                raise problem
            await self.sleep(wait)
        raise AssertionError("the last try always returns or raises")

    async def aclose(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def _token_for(self, request: Request) -> Token:
        kept = self._kept
        if request.urgent and kept and (kept.expires_at is None or kept.expires_at - self._clock() > URGENT_LIFE_MS):
            return kept
        self._kept = await self._tokens.token()
        return self._kept

    async def _renewed(self, request: Request, token: Token) -> Token:
        """A new token after a refusal. For a write every failure here is a definite refusal, whatever its kind."""
        try:
            self._kept = await self._tokens.renew(token.access_token)
        except CrmProblem:
            raise
        except Problem as problem:
            if request.idempotent:
                raise
            raise Expired(self.name, problem.happened, problem.not_done, problem.todo, status=401) from problem
        return self._kept

    async def _send(self, request: Request, token: Token) -> Answer:
        if self._client is None:
            self._client = open_client(self._user_agent)
        content, headers = request.content, dict(request.headers)
        if callable(content):
            content = content(token)
        elif request.json is not None:
            # ASCII only: a lone surrogate in a CRM's text would not survive httpx's own encoder.
            content = json.dumps(request.json).encode("ascii")
            headers["Content-Type"] = "application/json"
        sent_at = self._clock()
        reply = await self._client.request(
            request.method,
            token.base_url + request.path,
            params=list(request.params) or None,
            content=content,
            headers={"Authorization": f"Bearer {token.access_token}", **headers},
            timeout=httpx.Timeout(request.timeout_s, connect=min(10.0, request.timeout_s)),
        )
        received = {key.lower(): value for key, value in reply.headers.items()}
        date = http_date(received.get("date"))
        if date is not None:
            self._offset.learn(date, sent_at, self._clock())
        left = usage_of(self.crm, received)
        if left is not None:
            self.calls_left = left
            self.usage = f"API {left * 100:.0f} %"
        return Answer(reply.status_code, received, reply.content)

    def _token_refused(self, request: Request, answer: Answer) -> bool:
        return request.token_refused(answer) if request.token_refused else answer.status == 401

    def _expired(self, request: Request) -> Expired:
        return Expired(
            self.name, f"{self.name} refused a fresh sign-in as well.", f"It did not {request.what}.",
            f"Run: mergetui login {self.crm}", status=401, code="INVALID_SESSION",
        )  # fmt: skip

    def _patience(self, request: Request, answer: Answer, attempt: int) -> float | None:
        """Seconds to wait before the next try; None when there is none."""
        if not request.idempotent or attempt >= TRIES:
            return None
        limited = limit_of(self.crm, answer)
        if limited is not None:
            wait = max(limited.retry_after_s, _backoff(attempt))
            return None if limited.daily or wait > LONGEST_WAIT_S else wait
        if answer.status == 423:
            return 2.0 * attempt
        if answer.status >= 500 or answer.status == 408:
            wait = max(retry_after_s(answer) or 0.0, _backoff(attempt))
            return None if wait > LONGEST_WAIT_S else wait
        return None

    def _failure(self, request: Request, error: Exception) -> CrmProblem:
        """What a failed exchange means. The text of httpx's error may hold the URL with people's data: left out."""
        kind = type(error).__name__
        if isinstance(error, (*_NOT_SENT, httpx.InvalidURL)):
            return Unreachable(
                self.name, f"{self.name} could not be reached to {request.what} ({kind}).",
                "The request was never sent.", "Check the network (proxy, VPN) and the address, then try again.",
                code=kind,
            )  # fmt: skip
        if request.idempotent:
            return Unreachable(
                self.name, f"The connection to {self.name} broke while asked to {request.what} ({kind}).",
                "Nothing was changed.", "Check the network, then try again.", code=kind,
            )  # fmt: skip
        return Unknown(
            self.name, f"The connection to {self.name} broke after it was asked to {request.what} ({kind}).",
            "It is not known whether it was carried out.",
            "mergetui finds out by reading before anything else is tried.", code=kind,
        )  # fmt: skip


def _backoff(attempt: int) -> float:
    """0.5, 1, 2 … seconds, up to a quarter more so that several clients do not return together."""
    return float(0.5 * 2 ** (attempt - 1) * random.uniform(1.0, 1.25))
