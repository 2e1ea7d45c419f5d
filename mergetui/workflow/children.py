"""Processes of our own that a cockpit starts: the runner, pulls, the sandbox."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

from mergetui import errors
from mergetui.workflow.office import Office


def command(*words: str) -> list[str]:
    """This very interpreter and package, whatever PATH says."""
    return [sys.executable, "-m", "mergetui", *words]


class RunnerProcess:
    """A runner in its own session, so that a closed terminal does not take it along; tied to us by its input."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def wake(self) -> None:
        """Start one unless one runs already, ours or somebody's. Raises Problem when it cannot be started."""
        if self._office.read_only or self.alive or self._office.runner_lock().holder() is not None:
            return
        log = self._office.paths.runner_log
        try:
            log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with log.open("ab") as out:
                self._process = subprocess.Popen(
                    command("--profile", self._office.profile, "run", "--attached"),
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,
                )
        except OSError as error:
            raise errors.Problem(
                f"The runner could not be started ({type(error).__name__}).",
                "Approved plans stay approved; nothing was merged.",
                "Run `mergetui run` in another terminal.",
            ) from error

    def release(self) -> None:
        """Close its input: it finishes the pair it is in and leaves the rest approved."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def wait(self, seconds: float) -> bool:
        """True when it has ended within so many seconds."""
        if self._process is None:
            return True
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def exit_words(self) -> str:
        """The last line of the runner's log, if it ended by itself with an error."""
        if self._process is None or self._process.poll() in (None, 0):
            return ""
        return last_line(self._office.paths.runner_log)


def last_line(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - 2000))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
    except OSError:
        return ""
    return lines[-1] if lines else ""


def run_child(words: Sequence[str], out: IO[str]) -> int:
    """A command of ours in a process of its own, its progress passed on to ``out``; returns its exit code."""
    with subprocess.Popen(command(*words), stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            out.write(line)
            out.flush()
        return process.wait()


async def follow_child(words: Sequence[str], told: Callable[[str], None]) -> str:
    """A command of ours in a process of its own; each line of its progress goes to ``told``, the last one is returned.

    Cancelling ends the process. Raises Problem with its last words when it fails.
    """
    import asyncio

    process = await asyncio.create_subprocess_exec(
        *command(*words),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    last = ""
    try:
        async for line in process.stdout:
            last = line.decode("utf-8", "replace").strip()
            told(last)
        failed = (await process.stderr.read()).decode("utf-8", "replace").strip().splitlines()
        code = await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    if code:
        raise errors.Problem(
            failed[0] if failed else f"mergetui {words[-1]} ended with code {code}.", *(failed[1:3] if failed else ())
        )
    return last
