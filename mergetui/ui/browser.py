"""Opening an address in the person's browser, never in this terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence


def opener() -> list[str] | None:
    """The command that opens an address in a browser with a window of its own; None where there is none, as over
    ssh: a text browser would take the terminal."""
    if sys.platform == "darwin":
        return ["open"]
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        return ["xdg-open"]
    return None


def open_in_browser(address: str) -> bool:
    """False when nothing was opened. Only http and https: nothing else is an address of a CRM."""
    if not address.startswith(("https://", "http://")):
        return False
    if sys.platform == "win32":
        try:
            os.startfile(address)  # noqa: S606
        except OSError:
            return False
        return True
    command = opener()
    if command is None:
        return False
    try:
        subprocess.Popen(
            [*command, address], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
    except OSError:
        return False
    return True


def browse(addresses: Sequence[tuple[str, str]], copy: Callable[[str], None]) -> tuple[str, str]:
    """Open the first of (CRM, address), or copy it where no browser can show it; (sentence, tone) to say."""
    if not addresses:
        return "the address of this org is not known; sign in again", "warn"
    crm, address = addresses[0]
    if open_in_browser(address):
        return f"opened in {crm}: {address}", "good"
    copy(address)
    return f"no browser here; copied the {crm} address: {address}", "plain"
