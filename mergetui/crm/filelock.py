"""One lock file per profile and CRM, shared by all processes; the operating system frees it when a process dies."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from mergetui.errors import Busy

if sys.platform == "win32":
    import msvcrt

    def _try(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _try(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@asynccontextmanager
async def held(
    path: Path, *, wait_s: float = 45.0, sleep: Callable[[float], Awaitable[object]] = asyncio.sleep
) -> AsyncIterator[None]:
    """Hold the lock. Raises Busy when another process keeps it for ``wait_s`` seconds."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        waited = 0.0
        while not _try(handle):
            if waited >= wait_s:
                raise Busy(
                    "Another mergetui has been renewing the sign-in for too long.", "Nothing was sent.",
                    "Look for a mergetui that hangs, end it, and try again.",
                )  # fmt: skip
            await sleep(0.05)
            waited += 0.05
        yield
    finally:
        os.close(handle)


@contextmanager
def held_briefly(path: Path) -> Iterator[None]:
    """The same for a blocking caller and a moment's work: waits as long as it takes."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while not _try(handle):
            time.sleep(0.005)
        yield
    finally:
        os.close(handle)
