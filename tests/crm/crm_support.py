"""Small stand-ins: a scripted CRM behind httpx.MockTransport, and time that does not pass."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx

from mergetui.crm.tokens import StaticTokens, Token
from mergetui.crm.transport import Transport

BASE = "https://crm.example"


class Script:
    """Answers requests one after the other from a list; the last one repeats. Exceptions are raised."""

    def __init__(self, *answers: httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        return answer

    @property
    def bodies(self) -> list[Any]:
        return [json.loads(request.content) for request in self.requests]


class Routes:
    """Answers by method and path; what is not there is a 404 that fails loudly in the test's assertion."""

    def __init__(self, **handlers: Any) -> None:
        self.handlers: dict[tuple[str, str], Any] = {}
        self.requests: list[httpx.Request] = []

    def on(self, method: str, path: str, answer: Any) -> Routes:
        self.handlers[method, path] = answer
        return self

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.handlers.get((request.method, request.url.path))
        if answer is None:
            raise AssertionError(f"unexpected {request.method} {request.url.path}")
        if callable(answer):
            answer = answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]


class Sleeps(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


class ChangingTokens:
    """Hands out t1, t2 … and remembers what was refused."""

    def __init__(self) -> None:
        self.number = 1
        self.refused: list[str] = []

    async def token(self, *, min_life_s: float = 0) -> Token:
        return Token(f"t{self.number}", BASE)

    async def renew(self, refused: str) -> Token:
        self.refused.append(refused)
        self.number += 1
        return await self.token()


def transport(
    crm: Any, handler: Any, *, tokens: Any = None, clock: Callable[[], int] = lambda: 1_000_000
) -> tuple[Transport, Sleeps]:
    sleeps = Sleeps()
    client = httpx.AsyncClient(transport=httpx.MockTransport(handler))
    made = Transport(crm, tokens or StaticTokens("t1", BASE, crm), client=client, sleep=sleeps, clock=clock)
    return made, sleeps
