"""One runner per profile."""

from __future__ import annotations

import json
import os
import socket
import sys
import time
from pathlib import Path
from types import TracebackType

from mergetui import errors
from mergetui.records.clock import Clock, local_now
from mergetui.records.journal import RunnerInfo
from mergetui.store.files import disk_problem, private_folder

_SIZE = 1024
"""The file is rewritten in one write of this many bytes, so that a reader never sees half of it."""

_LOCKED_BYTE = 1 << 20
"""Windows locks byte ranges and then refuses to read them; this one lies behind the text."""


class RunnerLock:
    """A file held by the operating system's lock, which ends with its process, a ``kill -9`` included.

    The text in it (pid, host, start) is for people and for the one case that the lock cannot see: a folder shared
    between computers whose locks do not travel.
    """

    def __init__(self, path: Path, clock: Clock = local_now) -> None:
        self.path = path
        self._clock = clock
        self._descriptor: int | None = None
        self._info: RunnerInfo | None = None

    def acquire(self) -> RunnerInfo:
        """Take the lock or raise Busy naming pid and host of its holder."""
        if self._info is not None:
            return self._info
        private_folder(self.path.parent)
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise disk_problem(error, self.path) from error
        try:
            # holder() of another process borrows the lock for an instant: a few tries tell that from a real holder
            for attempt in range(5):
                if _lock(descriptor):
                    break
                if attempt < 4:
                    time.sleep(0.02)
            else:
                raise _busy(_parse(descriptor))
            left = _parse(descriptor)
            if left is not None and left.host != socket.gethostname():
                raise errors.Busy(
                    f"The computer {left.host} holds the lock of this profile (process {left.pid}).",
                    "Nothing was started.",
                    f"If mergetui no longer runs there, delete {self.path} and try again.",
                )
            info = RunnerInfo(os.getpid(), socket.gethostname(), self._clock())
            _write(descriptor, info)
        except OSError as error:
            os.close(descriptor)
            raise disk_problem(error, self.path) from error
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor, self._info = descriptor, info
        return info

    def doing(self, text: str) -> None:
        """Tell the others what the holder is at. Only while held."""
        if self._descriptor is None or self._info is None:
            return
        self._info = RunnerInfo(self._info.pid, self._info.host, self._info.started_at, text[:200])
        _write(self._descriptor, self._info)

    def release(self) -> None:
        """Give the lock back; the file stays, empty, because deleting it would race with the next holder."""
        if self._descriptor is None:
            return
        os.ftruncate(self._descriptor, 0)
        _unlock(self._descriptor)
        os.close(self._descriptor)
        self._descriptor = self._info = None

    def holder(self) -> RunnerInfo | None:
        """Who runs now, or None; needs no lock."""
        if self._info is not None:
            return self._info
        try:
            descriptor = os.open(self.path, os.O_RDWR)
        except OSError:
            return None
        try:
            info = _parse(descriptor)
            if info is None or info.host != socket.gethostname():
                return info
            if _lock(descriptor):
                _unlock(descriptor)
                return None
            return info
        finally:
            os.close(descriptor)

    def __enter__(self) -> RunnerLock:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _busy(info: RunnerInfo | None) -> errors.Busy:
    who = f"process {info.pid} on {info.host}" if info else "another process"
    return errors.Busy(
        f"Another mergetui runner works on this profile: {who}.",
        "A second one was not started.",
        "It carries out all approved plans; wait for it, or pause it in the cockpit.",
    )


def _parse(descriptor: int) -> RunnerInfo | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        found = json.loads(os.read(descriptor, _SIZE))
        return RunnerInfo(int(found["pid"]), str(found["host"]), int(found["started_at"]), str(found.get("doing", "")))
    except (ValueError, KeyError, TypeError):
        return None


def _write(descriptor: int, info: RunnerInfo) -> None:
    body = {"pid": info.pid, "host": info.host, "started_at": info.started_at, "doing": info.doing}
    text = json.dumps(body).encode()
    if len(text) > _SIZE:
        text = json.dumps({**body, "doing": ""}).encode()
    os.lseek(descriptor, 0, os.SEEK_SET)
    os.write(descriptor, text.ljust(_SIZE))


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
