"""One request, one answer, and the route table that both servers and the control port share."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson


class BadBody(Exception):
    """The body is not what its content type says."""


@dataclass(slots=True)
class Call:
    """A request with its whole body. Header names are lower case."""

    method: str
    path: str
    """Without doubled slashes at the start and without one at the end; percent-encoding kept."""
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    params: dict[str, str] = field(default_factory=dict)
    """The named parts of the path, decoded."""
    name: str = ""
    """``salesforce.merge`` …: what faults aim at and the log shows."""
    token: str = ""

    def first(self, name: str, default: str = "") -> str:
        return next((value for key, value in self.query if key == name), default)

    def many(self, name: str) -> list[str]:
        """Repeated and comma-separated values, mixed (facts/client-conformance.md §5)."""
        found = [part.strip() for key, value in self.query if key == name for part in value.split(",")]
        return [part for part in found if part]

    def flag(self, name: str) -> bool:
        return self.first(name).lower() == "true"

    def json(self) -> Any:
        try:
            return json.loads(self.body or b"null")
        except ValueError as error:
            raise BadBody("The body is not JSON") from error

    def members(self) -> dict[str, Any]:
        """The JSON body, which must be an object."""
        found = self.json()
        if not isinstance(found, dict):
            raise BadBody("The body is not a JSON object")
        return found

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    @property
    def client(self) -> str:
        """The first word of User-Agent: who sent it."""
        return (self.headers.get("user-agent", "").split() or [""])[0][:60]


@dataclass(slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def encode(data: Any) -> bytes:
    """Compact JSON. orjson is seven times as fast; what it refuses (lone surrogates, huge numbers, keys that are not
    text) the standard library writes."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


def compact(text: bytes) -> bytes:
    """A copy for keeping: what orjson returns grew and shrank, and thousands of such leave the heap in rags, which
    costs more time than writing them."""
    return bytes(memoryview(text))


def json_reply(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    return Reply(status, encode(data), {"Content-Type": "application/json;charset=UTF-8", **(headers or {})})


def text_reply(text: str, status: int = 200, kind: str = "text/html") -> Reply:
    return Reply(status, text.encode("utf-8", "surrogatepass"), {"Content-Type": f"{kind}; charset=UTF-8"})


def empty_reply(status: int = 204) -> Reply:
    return Reply(status)


Handler = Callable[[Call], Reply]
Naming = str | Callable[[Call], str]


@dataclass(frozen=True, slots=True)
class Route:
    method: str
    pattern: re.Pattern[str]
    name: Naming
    handler: Handler
    open: bool = False
    """Needs no token."""
    private: bool = False
    """The path holds a token or an address: the log shows the call's name only."""


_REMEMBERED = 4_096
"""So many paths a router remembers."""


class Router:
    """Routes in order; the first whose pattern fits wins."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._found: dict[tuple[str, str], tuple[Route, dict[str, str]]] = {}
        """Answers of ``find`` by method and path: a client asks for the same few again and again."""

    def add(
        self,
        method: str,
        pattern: str,
        name: Naming,
        handler: Handler,
        *,
        open: bool = False,  # noqa: A002
        private: bool = False,
    ) -> None:
        """``{name}`` in a pattern is one path segment, ``{name:…}`` a regular expression."""
        parts = re.split(r"\{(\w+)(?::([^{}]+))?\}", pattern)
        text = parts[0]
        for name_, expression, after in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            text += f"(?P<{name_}>{expression or '[^/]+'}){after}"
        self.routes.append(Route(method, re.compile(text), name, handler, open, private))

    def names(self) -> set[str]:
        """The names of the routes that have one of their own."""
        return {route.name for route in self.routes if isinstance(route.name, str)}

    def find(self, call: Call) -> Route | str | None:
        """The route, None when no path fits, or ``method`` when only the method does not. Fills in the call's
        ``params`` and ``name``."""
        known = self._found.get((call.method, call.path))
        if known is not None:
            route, params = known
            return self._take(call, route, dict(params))
        wrong_method = False
        for route in self.routes:
            found = route.pattern.fullmatch(call.path)
            if not found:
                continue
            if route.method != (
                "GET" if call.method == "HEAD" else call.method
            ):  # RFC 9110: HEAD is GET without a body
                wrong_method = True
                continue
            params = {key: unquote(value or "") for key, value in found.groupdict().items()}
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            self._found[call.method, call.path] = route, params
            return self._take(call, route, dict(params))
        return "method" if wrong_method else None

    def _take(self, call: Call, route: Route, params: dict[str, str]) -> Route:
        call.params = params
        call.name = route.name if isinstance(route.name, str) else route.name(call)
        return route


def clean_path(raw: str) -> str:
    """Two slashes at the start and one at the end are tolerated without redirects (client-conformance §0)."""
    return "/" + raw.strip("/")


def parse_query(raw: bytes) -> list[tuple[str, str]]:
    return list(_parsed(raw)) if len(raw) < 16_000 else parse_qsl(raw.decode("latin-1"), keep_blank_values=True)


@lru_cache(maxsize=512)
def _parsed(raw: bytes) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(raw.decode("latin-1"), keep_blank_values=True))
