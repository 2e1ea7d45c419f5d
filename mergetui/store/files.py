"""What the file system must promise: private folders, and writes that survive a power cut."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from mergetui import errors


def private_folder(path: Path) -> None:
    """Make the folder, readable by its owner only. Raises Problem when it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise disk_problem(error, path) from error


def sync_file(descriptor: int) -> None:
    """Returns once the bytes are on the disk itself; a plain fsync on macOS stops at the drive's cache."""
    if sys.platform == "darwin":
        import fcntl

        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
        except OSError:  # network folders know only the plain one
            pass
    os.fsync(descriptor)


def sync_folder(path: Path) -> None:
    """Make a new name in this folder durable. Windows has no such call and needs none."""
    if sys.platform == "win32":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        sync_file(descriptor)
    finally:
        os.close(descriptor)


def disk_problem(error: OSError, path: Path) -> errors.Problem:
    """The words for a refused write. Only the path is named, never content."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return errors.Problem(
            f"The disk is full: {path} could not be written.",
            "Nothing was stored, and no step that needs it was started.",
            "Free some space and try again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return errors.Problem(
            f"{path} may not be written by this user.",
            "Nothing was stored, and no step that needs it was started.",
            "Make the folder writable, or set MERGETUI_HOME to one that is.",
        )
    return errors.Problem(
        f"{path} could not be written ({error.strerror or type(error).__name__}).",
        "Nothing was stored, and no step that needs it was started.",
        "Check the disk and try again.",
    )
