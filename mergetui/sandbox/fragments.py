"""The JSON of single records, kept as long as nothing in the world has changed.

Lists and query pages are put together from these: the same record with the same properties is written only once
between two changes. Any change makes all of them void (``State.revision``), so a kept fragment is never wrong; after a
change, what is read again is written again.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, TypeVar

from mergetui.sandbox.web import Reply, encode

MOST = 40_000
"""So many fragments are kept, over all shapes (about 100 MB of long ones)."""

PAGE_BYTES = 64_000_000
"""So much of whole pages is kept."""

T = TypeVar("T")


class Fragments:
    """``revision`` says which state of the world an answer is about."""

    def __init__(self, revision: Callable[[], Hashable], most: int = MOST) -> None:
        self._revision = revision
        self._most = most
        self._seen: Hashable = None
        self._shapes: dict[Hashable, dict[str, bytes]] = {}
        self._kept: dict[Hashable, Any] = {}
        self._count = 0
        self._pages: dict[Hashable, Reply] = {}
        self._page_bytes = 0

    def _renew(self) -> None:
        if self._seen != (now := self._revision()):
            self._seen = now
            self._shapes.clear()
            self._kept.clear()
            self._pages.clear()
            self._count = self._page_bytes = 0

    def each(
        self, shape: Hashable, records: Iterable[T], key: Callable[[T], str], make: Callable[[T], Any]
    ) -> list[bytes]:
        """One JSON text for each record. ``shape`` is all that the text depends on beside the record and the world:
        the properties asked for, their order, the version in its path; ``make`` builds what has not been kept."""
        self._renew()
        known = self._shapes.setdefault(shape, {})
        found = []
        made = 0
        for record in records:
            name = key(record)
            text = known.get(name)
            if text is None:
                text = known[name] = encode(make(record))
                made += 1
            found.append(text)
        self._count += made
        if self._count > self._most:
            self._shapes.clear()
            self._count = 0
        return found

    def page(self, name: Hashable, make: Callable[[], Reply]) -> Reply:
        """A whole answer that depends on nothing but ``name`` and the world; big ones are not kept for long."""
        self._renew()
        found = self._pages.get(name)
        if found is None:
            found = make()
            self._page_bytes += len(found.body)
            if self._page_bytes > PAGE_BYTES:
                self._pages.clear()
                self._page_bytes = len(found.body)
            self._pages[name] = found
        return Reply(found.status, found.body, dict(found.headers))

    def kept(self, name: Hashable) -> Any:
        """What ``keep`` holds under this name; None when it holds nothing."""
        self._renew()
        return self._kept.get(name)

    def keep(self, name: Hashable, make: Callable[[], T]) -> T:
        """Anything that holds until the world changes: the rows a query finds, a whole page."""
        self._renew()
        if name not in self._kept:
            if len(self._kept) >= 256:
                self._kept.clear()
            self._kept[name] = make()
        found: T = self._kept[name]
        return found


def joined_reply(name: str, records: Iterable[bytes], *, before: Mapping[str, Any] | None = None,
                 after: Mapping[str, Any] | None = None) -> Reply:  # fmt: skip
    """``{**before, name: [records], **after}`` from ready JSON texts, with the headers of ``json_reply``."""
    head = encode(dict(before))[1:-1] + b"," if before else b""
    tail = b"," + encode(dict(after))[1:-1] if after else b""
    texts = list(records) or [b""]
    texts[0] = b"".join((b"{", head, encode(name), b":[", texts[0]))
    texts[-1] = b"".join((texts[-1], b"]", tail, b"}"))
    body = b",".join(texts)
    return Reply(200, body, {"Content-Type": "application/json;charset=UTF-8"})
