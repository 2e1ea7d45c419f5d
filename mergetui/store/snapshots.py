"""Snapshot files: everything readable of every record in a plan, on the disk before the first step."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mergetui import errors
from mergetui.records.codec import to_json
from mergetui.store.files import disk_problem, private_folder, sync_file, sync_folder

_NAME = re.compile(r"[0-9a-f]{64}")


class Snapshots:
    """A folder of ``<sha256 of the canonical JSON bytes>.json.gz``. Files are never changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, data: Mapping[str, Any]) -> str:
        """Returns the name, after the file *and* its folder are on the disk. The same data gets the same name.

        Raises Problem when the disk is full or refuses.
        """
        # lone surrogates are valid in JSON answers but not in UTF-8; "surrogatepass" keeps them
        content = to_json(data).encode("utf-8", "surrogatepass")
        name = hashlib.sha256(content).hexdigest()
        private_folder(self.folder)
        target = self._path(name)
        draft = self.folder / f".{name}.{os.getpid()}.tmp"
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(gzip.compress(content, mtime=0))
                file.flush()
                sync_file(file.fileno())
            draft.replace(target)
            sync_folder(self.folder)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise disk_problem(error, target) from error
        return name

    def read(self, name: str) -> dict[str, Any]:
        """The data under this name. Raises Damaged when the file is missing or is not what its name says."""
        made = json.loads(self._content(name).decode("utf-8", "surrogatepass"))
        if not isinstance(made, dict):
            raise self._damaged(self._path(name))
        return made

    def _content(self, name: str) -> bytes:
        path = self._path(name)
        try:
            content = gzip.decompress(path.read_bytes())
        except FileNotFoundError as error:
            raise errors.Damaged(
                f"There is no snapshot {name[:12]} in {self.folder}.",
                "Nothing was restored.",
                "`mergetui snapshot list` shows those that exist; look for the file in a backup of that folder.",
            ) from error
        except (OSError, EOFError, zlib.error) as error:
            raise self._damaged(path) from error
        if hashlib.sha256(content).hexdigest() != name:
            raise self._damaged(path)
        return content

    def names(self) -> list[str]:
        """All names, sorted."""
        if not self.folder.is_dir():
            return []
        found = (path.name.removesuffix(".json.gz") for path in self.folder.glob("*.json.gz"))
        return sorted(name for name in found if _NAME.fullmatch(name))

    def verify(self, name: str) -> bool:
        """Whether the file exists and still holds what its name says."""
        try:
            self.read(name)
        except errors.Damaged:
            return False
        return True

    def raw(self, name: str) -> bytes:
        """The plain JSON bytes under this name, verified. Raises Damaged."""
        return self._content(name)

    def delete(self, name: str) -> bool:
        """Remove one for good; False when it was not there. Raises Problem when the disk refuses."""
        path = self._path(name)
        try:
            path.unlink()
            sync_folder(self.folder)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise disk_problem(error, path) from error
        return True

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise errors.Damaged(
                f"{name[:80]!r} is not the name of a snapshot.", "Nothing was read.", "Names are 64 hexadecimal digits."
            )
        return self.folder / f"{name}.json.gz"

    def _damaged(self, path: Path) -> errors.Damaged:
        return errors.Damaged(
            f"The snapshot {path} is damaged: its content does not match its name.",
            "It was not used.",
            "Restore the file from a backup.",
        )
