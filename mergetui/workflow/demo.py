"""`mergetui demo`: a sandbox of both CRMs as our own child, signed in to, pulled, matched, and opened."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import IO, Any

from mergetui import errors
from mergetui.config import DEMO
from mergetui.merging.window import PERIOD
from mergetui.sync.window import DEFAULT_PERIOD_MS
from mergetui.workflow.children import command, run_child
from mergetui.workflow.connect import confirm_pair, login, pair_words
from mergetui.workflow.office import Office
from mergetui.workflow.unfinished import UNDER_WAY

if sys.platform == "win32":
    import msvcrt

    _SLOTS = 64
    """Windows knows no shared locks: each user locks a byte of its own, and who is alone all of them."""

    def _lock(descriptor: int, *, alone: bool) -> bool:
        for at, size in [(0, _SLOTS)] if alone else [(slot, 1) for slot in range(_SLOTS)]:
            os.lseek(descriptor, at, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, size)
            except OSError:
                continue
            return True
        return False
else:
    import fcntl

    def _lock(descriptor: int, *, alone: bool) -> bool:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


Told = Callable[[str], None]


class Sandbox:
    """The sandbox behind the profile ``demo``: ours, or one that outlived an earlier cockpit."""

    def __init__(
        self, info: dict[str, Any], process: subprocess.Popen[str] | None, period_ms: int | None = None
    ) -> None:
        self.info = info
        self.period_ms = period_ms
        """What ``--sync-every`` said when we started it; None when it was found running."""
        self._process = process

    @property
    def attached(self) -> bool:
        """True when it was found running."""
        return self._process is None

    def end(self, file: Path) -> None:
        """An orderly quit takes the sandbox along."""
        with suppress(OSError):
            os.kill(int(self.info["pid"]), signal.SIGTERM)
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
        with suppress(OSError, ValueError):
            # a newer demo may have written its own line there meanwhile
            if json.loads(file.read_text()).get("pid") == self.info["pid"]:
                file.unlink()


class Users:
    """Who looks at the demo's sandbox: each cockpit holds a shared lock on ``sandbox.users``. The operating system
    frees it with its process, a ``kill -9`` included. The file is never deleted: that would race with the next user."""

    def __init__(self, office: Office) -> None:
        self._path = office.paths.state / "sandbox.users"
        self._descriptor: int | None = None

    def join(self) -> None:
        """Be counted, beside others. Waits for one who starts or ends the sandbox. Raises Busy after a minute."""
        self._take(lambda: self._try(alone=False))

    def join_alone_if_possible(self) -> bool:
        """Be counted; True when nobody else is, who is then kept out until ``join``. Raises Busy after a minute."""
        alone = False

        def take() -> bool:
            nonlocal alone
            alone = self._try(alone=True)
            return alone or self._try(alone=False)

        self._take(take)
        return alone

    def leave(self, end: Callable[[], None]) -> bool:
        """No longer be counted; ``end`` is called, and new users are kept out meanwhile, when nobody else is there.

        Of several that leave at once the last one finds nobody: each gives its own lock back first.
        """
        self._let_go()
        try:
            alone = self._try(alone=True)
            if alone:
                end()
            return alone
        finally:
            self._let_go()

    def _take(self, take: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not take():
            if time.monotonic() > until:
                raise errors.Busy(
                    "Another demo has been starting or ending for a minute.", "The demo was not opened.",
                    "Look for a mergetui that hangs, end it, and try again.",
                )  # fmt: skip
            time.sleep(0.05)

    def _try(self, *, alone: bool) -> bool:
        # POSIX changes a held lock in one step, so that nobody slips in between
        if self._descriptor is not None and sys.platform != "win32":
            return _lock(self._descriptor, alone=alone)
        self._let_go()
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        if _lock(descriptor, alone=alone):
            self._descriptor = descriptor
            return True
        os.close(descriptor)
        return False

    def _let_go(self) -> None:
        """Closing gives the lock back: no child inherits the descriptor."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def find(file: Path) -> Sandbox | None:
    """The sandbox that ``sandbox.json`` names, if it still lives and answers."""
    try:
        info = json.loads(file.read_text())
        os.kill(int(info["pid"]), 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return Sandbox(info, None) if _answers(str(info.get("salesforce_url", ""))) else None


def _answers(url: str) -> bool:
    import socket
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1.0):
            return True
    except OSError:
        return False


def start(words: Sequence[str], file: Path) -> Sandbox:
    """Start a sandbox in a session of its own and wait for its line of JSON. Raises Problem when none comes."""
    log = file.with_name("sandbox.log")
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with log.open("wb") as out:
        process = subprocess.Popen(
            command("sandbox", "--linger", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=out,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    line = process.stdout.readline()
    try:
        info = json.loads(line)
    except ValueError:
        process.kill()
        process.wait()
        from mergetui.workflow.children import last_line

        why = last_line(log)
        raise errors.Problem(
            f"The sandbox did not start{f': {why}' if why else ''}.", "Nothing was opened.", f"Its log is {log}."
        ) from None
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as out_file:
        json.dump(info, out_file)
    return Sandbox(info, process, _sync_every(words))


def _sync_every(words: Sequence[str]) -> int:
    """The period in the sandbox's own words, in ms; the sandbox has checked them."""
    units = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
    said = [after for word, after in pairwise([*words, ""]) if word == "--sync-every"]
    said += [word.partition("=")[2] for word in words if word.startswith("--sync-every=")]
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)?", said[-1].strip()) if said else None
    return round(float(found[1]) * units[found[2] or "s"]) if found else DEFAULT_PERIOD_MS


async def prepare(sandbox: Sandbox, told: Told) -> None:
    """Sign in to both sides by OAuth, following the consent page itself. Raises errors.Problem."""
    from mergetui.crm.oauth import follow_consent, hubspot_app, salesforce_app

    info = sandbox.info
    office = Office(DEMO)
    try:
        if sandbox.period_ms is not None:
            office.ledger.set_setting(PERIOD, sandbox.period_ms)
        apps = (
            salesforce_app(info["salesforce_client_id"], login_url=info["salesforce_url"]),
            hubspot_app(
                info["hubspot_client_id"],
                info["hubspot_client_secret"],
                app_url=info["hubspot_url"],
                api_url=info["hubspot_url"],
            ),
        )
        for app in apps:
            org = await login(office, app, follow_consent)
            told(f"signed in to {org.name}")
        _, left, right = pair_words(office)
        confirm_pair(office, (left, right), how="one sandbox is both")
    finally:
        office.close()


def open_demo(words: Sequence[str], out: IO[str], users: Users) -> Sandbox:
    """Everything before the cockpit: returns the sandbox, with the profile ``demo`` filled, and counts us among its
    ``users``. Raises errors.Problem."""

    def told(text: str) -> None:
        out.write(text + "\n")
        out.flush()

    office = Office(DEMO)
    file = office.paths.sandbox_json
    alone = users.join_alone_if_possible()
    found = find(file)
    if found is not None:
        users.join()
        told("A sandbox of an earlier demo is still running; going on in it (its people and options stay as they are).")
        return found
    if not alone:
        raise errors.Busy(
            "A cockpit of an earlier demo is still open, though its sandbox has ended.", "No new demo was started.",
            "Leave it with q and start the demo again.",
        )  # fmt: skip
    holder = office.runner_lock().holder()
    if holder is not None:
        raise errors.Busy(
            f"A runner of an earlier demo is still at work (process {holder.pid}).", "No new demo was started.",
            "Wait a moment and start it again.",
        )  # fmt: skip
    # the old world is gone, and with it everything its records could still mean
    shutil.rmtree(office.paths.data, ignore_errors=True)
    office.paths.demo_tokens.unlink(missing_ok=True)
    told("starting a sandbox of Salesforce and HubSpot on this machine …")
    sandbox = start(words, file)
    try:
        asyncio.run(prepare(sandbox, told))
        for name in ("pull", "match"):
            code = run_child(["--profile", DEMO, name], out)
            if code:
                raise errors.Problem(f"`mergetui --profile {DEMO} {name}` failed.", "The demo was not opened.", "")
        users.join()
    except BaseException:
        sandbox.end(file)
        raise
    return sandbox


def leave_demo(sandbox: Sandbox, users: Users, last: str) -> str:
    """End the sandbox unless somebody still uses it; returns the line to print. ``last``: the cockpit's own one."""
    office = Office(DEMO)
    try:
        wait_for_runner(office)

        def end() -> None:
            sandbox.end(office.paths.sandbox_json)

        if office.runner_lock().holder() is not None:
            users.leave(lambda: None)
            return f"{last} The sandbox stays for the runner, which is still at work.".strip()
        if not users.leave(end):
            return f"{last} The sandbox stays: another cockpit is open on it.".strip()
        rows = office.ledger.rows(UNDER_WAY | {"approved", "waiting", "surprised"}) if last else []
        counts: dict[str, int] = {}
        for row in rows:
            counts[row.state] = counts.get(row.state, 0) + 1
        told = ", ".join(f"{count} {state}" for state, count in counts.items())
        it = "this is" if len(rows) == 1 else "these are"
        return f"Left: {told}. The sandbox ends with this demo, so {it} not carried to the end." if rows else ""
    finally:
        office.close()


def wait_for_runner(office: Office, seconds: float = 20.0) -> None:
    """The sandbox must outlive the pair that a runner is in."""
    end = time.monotonic() + seconds
    while office.runner_lock().holder() is not None and time.monotonic() < end:
        time.sleep(0.1)
