"""A robot user: a real process in a pseudo-terminal, keys in, screen text out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Mapping
from types import TracebackType

import pyte

A_MOMENT = 0.4

KEYS = {"enter": "\r", "esc": "\x1b", "tab": "\t", "space": " ", "up": "\x1b[A", "down": "\x1b[B", "ctrl+c": "\x03"}


class Terminal:
    """``mergetui …`` as a person starts it. The command and all its children see a terminal of this size."""

    def __init__(self, *words: str, env: Mapping[str, str], columns: int = 120, rows: int = 40) -> None:
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._lock = threading.Lock()
        self._pressed = ("", 0.0)
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "mergetui", *words],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": str(columns), "LINES": str(rows), **env},
            start_new_session=True,
            # the terminal becomes the controlling one, so that closing it hangs up as a closed window does
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self._master = master
        self.raw = bytearray()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._master], [], [], 0.2)
            if ready:
                try:
                    data = os.read(self._master, 65536)
                except OSError:
                    return
                if not data:
                    return
                self.raw += data
                with self._lock:
                    # pyte knows no private-marker modes with subparameters; they draw nothing anyway
                    self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", data))
            elif self.process.poll() is not None:
                return

    @property
    def text(self) -> str:
        with self._lock:
            return "\n".join(line.rstrip() for line in self._screen.display)

    def press(self, *keys: str) -> None:
        """As a person does: one key again only after a moment, for the cockpit takes a faster one for a held key."""
        for key in keys:
            last, at = self._pressed
            if key == last:
                time.sleep(max(0.0, at + A_MOMENT - time.monotonic()))
            os.write(self._master, KEYS.get(key, key).encode())
            self._pressed = (key, time.monotonic())
            time.sleep(0.05)

    def wait_for(self, wanted: str, seconds: float = 20.0) -> str:
        """Until this regular expression is on the screen; returns the screen."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            text = self.text
            if re.search(wanted, text):
                return text
            if self.process.poll() is not None and not self._reader.is_alive():
                break
            time.sleep(0.05)
        raise AssertionError(f"never saw {wanted!r}; the screen was:\n{self.text}")

    def wait_exit(self, seconds: float = 20.0) -> int:
        return self.process.wait(seconds)

    def kill(self) -> None:
        """kill -9 of the process alone, as a crash would be."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(5)

    def hang_up(self) -> None:
        """Close the terminal window."""
        os.close(self._master)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
