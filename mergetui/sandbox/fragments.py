"""The written form of single records, kept as long as what it shows has not changed.

Lists, query pages and bulk results are put together from these. A record is written again only after a change of it,
or of another record that its text shows (``State.changes``); whole answers are kept only until anything changes at all
(``State.revision``).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Protocol, TypeVar

from mergetui.sandbox.web import Reply, encode
from mergetui.twin.changes import Changes, Reader

MOST_BYTES = 400_000_000
"""So much text of records is kept, over all shapes; beyond it the oldest of the shape unused for longest goes."""

MOST_SHAPES = 256

PAGE_BYTES = 128_000_000
"""So much of whole pages is kept."""


class Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T")
R = TypeVar("R", bound=Named)
R_contra = TypeVar("R_contra", bound=Named, contravariant=True)


class Writer(Protocol[R_contra]):
    """Writes records of one shape. Between two calls the world may change, during one it does not."""

    def write(self, records: Sequence[R_contra]) -> list[bytes]: ...

    def others(self, record: R_contra) -> Iterable[str]:
        """Ids of the other records whose values the text shows."""
        ...


class _Shape:
    """The texts of one shape by record id, and which of them show another record."""

    __slots__ = ("bytes", "reader", "showing", "texts")

    def __init__(self) -> None:
        self.texts: dict[str, bytes] = {}
        self.showing: dict[str, set[str]] = {}
        self.reader = Reader()
        self.bytes = 0

    def clear(self) -> None:
        self.texts.clear()
        self.showing.clear()
        self.bytes = 0

    def renew(self, changes: Changes) -> None:
        """Drop what is not true any more."""
        news = self.reader.news(changes)
        if news is None:
            return self.clear()
        for key in news:
            self._drop(key)
            if self.showing:
                for other in self.showing.pop(key, ()):
                    self._drop(other)

    def _drop(self, key: str) -> None:
        text = self.texts.pop(key, None)
        if text is not None:
            self.bytes -= len(text)

    def shrink(self, most: int) -> None:
        """Drop the oldest texts until no more than ``most`` bytes are left."""
        while self.bytes > most:
            for key in list(islice(self.texts, 1_000)):
                self._drop(key)
        if not self.texts:
            self.clear()


class Fragments:
    """``revision`` says which state of the world an answer is about, ``changes`` what has changed in it."""

    def __init__(
        self, revision: Callable[[], Hashable], changes: Callable[[], Changes], most_bytes: int = MOST_BYTES
    ) -> None:
        self._revision = revision
        self._changes = changes
        self._most_bytes = most_bytes
        self._seen: Hashable = None
        self._shapes: dict[Hashable, _Shape] = {}
        """The one used last comes last."""
        self._kept: dict[Hashable, Any] = {}
        self._pages: dict[Hashable, Reply] = {}
        self._page_bytes = 0
        self._joined: dict[Hashable, tuple[list[bytes], Any, Reply]] = {}
        self._joined_bytes = 0

    def _renew(self) -> None:
        if self._seen != (now := self._revision()):
            self._seen = now
            self._kept.clear()
            self._pages.clear()
            self._page_bytes = 0

    def each(self, shape: Hashable, records: Sequence[R], make: Callable[[], Writer[R]]) -> list[bytes]:
        """One text for each record, ids not repeated. ``shape`` is all that the text depends on beside the record, what
        its ``others`` say and the world's settings: the properties asked for, their order, the version in its path.
        ``make`` is asked for a writer when some text has not been kept."""
        kept = self._shapes.pop(shape, None) or _Shape()
        self._shapes[shape] = kept
        kept.renew(self._changes())
        known = kept.texts
        found: list[bytes | None] = [known.get(record.id) for record in records]
        if None not in found:
            return found  # type: ignore[return-value]
        missing = [record for record, text in zip(records, found, strict=True) if text is None]
        writer = make()
        texts = writer.write(missing)
        for record, text in zip(missing, texts, strict=True):
            key = record.id
            known[key] = text
            for other in writer.others(record):
                kept.showing.setdefault(other, set()).add(key)
        kept.bytes += sum(map(len, texts))
        if len(missing) < len(records):
            written = iter(texts)
            texts = [next(written) if text is None else text for text in found]
        self._shrink()
        return texts

    def _shrink(self) -> None:
        total = sum(shape.bytes for shape in self._shapes.values())
        for name in list(self._shapes):
            if total <= self._most_bytes and len(self._shapes) <= MOST_SHAPES:
                break
            shape = self._shapes[name]
            before = shape.bytes
            if total > self._most_bytes:
                shape.shrink(max(0, self._most_bytes - (total - before)))
                total += shape.bytes - before
            if not shape.texts or len(self._shapes) > MOST_SHAPES:
                total -= shape.bytes
                del self._shapes[name]

    @property
    def size(self) -> int:
        """How many bytes of text of records are kept."""
        return sum(shape.bytes for shape in self._shapes.values())

    def joined(
        self, place: Hashable, texts: list[bytes], make: Callable[[list[bytes]], Reply], beside: Any = None
    ) -> Reply:
        """An answer made of nothing but ``texts`` and ``beside``: as it was last made at this place, if of the same."""
        kept = self._joined.pop(place, None)
        if kept is None or kept[1] != beside or kept[0] != texts:
            if kept is not None:
                self._joined_bytes -= len(kept[2].body)
            kept = (list(texts), beside, make(texts))
            self._joined_bytes += len(kept[2].body)
        self._joined[place] = kept  # the one used last comes last
        while self._joined_bytes > PAGE_BYTES and len(self._joined) > 1:
            gone = self._joined.pop(next(iter(self._joined)))
            self._joined_bytes -= len(gone[2].body)
        found = kept[2]
        return Reply(found.status, found.body, dict(found.headers))

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
