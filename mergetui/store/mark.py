"""One bit that outlives a killed process without a disk wait: has the HubSpot merge call left?

Between Salesforce's answer and the HubSpot call no disk may be waited for, yet after a ``kill -9`` recovery must know
whether that call can have been sent. A write into the page cache costs microseconds and outlives the process; only a
power cut can lose it, and the boot id tells that case apart: then the answer is “perhaps”.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from mergetui.store.files import disk_problem, private_folder, sync_folder

_SIZE = 256
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class PairMark:
    """Armed, on the disk, with the intent of a pair; fired, in memory only, when its HubSpot call leaves."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None
        self._armed = ""
        self._boot = boot_id()

    def arm(self, plan_id: str, index: int) -> None:
        """Durable when it returns. Raises Problem when the disk refuses."""
        self._armed = f"{plan_id}:{index}"
        private_folder(self._path.parent)
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
                sync_folder(self._path.parent)
            self._write(0)
            os.fsync(self._descriptor)
        except OSError as error:
            raise disk_problem(error, self._path) from error

    def fire(self, at: int) -> None:
        """The call leaves now (``at`` in HubSpot's clock). Never raises: the call matters more."""
        try:
            self._write(at)
        except OSError:
            return

    def fired(self, plan_id: str, index: int) -> int | None:
        """When the HubSpot call of this pair left; None when it certainly did not; 0 when it may have (the computer
        was restarted, or the mark cannot be read)."""
        try:
            found = json.loads(self._path.read_bytes())
            same = found["pair"] == f"{plan_id}:{index}"
            at, boot = int(found["at"]), str(found["boot"])
        except (OSError, ValueError, KeyError, TypeError):
            return 0
        if not same:
            return 0
        if at:
            return at
        return None if boot and boot == boot_id() else 0

    def _write(self, at: int) -> None:
        if self._descriptor is None:
            return
        text = json.dumps({"pair": self._armed, "at": at, "boot": self._boot}).encode().ljust(_SIZE)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, text)


def boot_id() -> str:
    """Changes with every start of the computer; empty where the system does not tell."""
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""
