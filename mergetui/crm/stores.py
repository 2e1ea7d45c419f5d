"""Where a sign-in is kept: the operating system's keyring, or (demo profile only) a 0600 file."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from mergetui.crm.filelock import held_briefly
from mergetui.errors import NoKeyring
from mergetui.records import codec
from mergetui.records.crm import Crm

if TYPE_CHECKING:
    from mergetui.crm.grants import StoredToken

SERVICE = "mergetui"
PART = 1000
"""Characters per keyring entry: Windows allows 2,560 bytes of UTF-16 for one."""


class TokenStore(Protocol):
    """Blocking; called from a thread."""

    def read(self, crm: Crm) -> StoredToken | None: ...
    def write(self, token: StoredToken) -> None: ...
    def delete(self, crm: Crm) -> None: ...


class KeyringStore:
    """The operating system's keyring. ``backend`` is keyring's module-level API unless a test gives another one."""

    def __init__(self, profile: str, backend: Any = None) -> None:
        self._profile = profile
        self._backend = backend

    def read(self, crm: Crm) -> StoredToken | None:
        head = self._get(self._name(crm))
        if head is None:
            return None
        text = head
        parts = _parts(head)
        if parts:
            pieces = [self._get(self._name(crm, parts[0], index)) for index in range(parts[1])]
            if any(piece is None for piece in pieces):
                return None
            text = "".join(piece or "" for piece in pieces)
        return _loaded(text)

    def write(self, token: StoredToken) -> None:
        text = codec.to_json(token)
        old = _parts(self._get(self._name(token.crm)) or "")
        if len(text) <= PART:
            self._set(self._name(token.crm), text)
        else:
            # The head is written last: a crash in between leaves the former token whole.
            mark = secrets.token_hex(4)
            pieces = [text[at : at + PART] for at in range(0, len(text), PART)]
            for index, piece in enumerate(pieces):
                self._set(self._name(token.crm, mark, index), piece)
            self._set(self._name(token.crm), json.dumps({"mark": mark, "parts": len(pieces)}))
        self._forget_parts(token.crm, old)

    def delete(self, crm: Crm) -> None:
        old = _parts(self._get(self._name(crm)) or "")
        self._drop(self._name(crm))
        self._forget_parts(crm, old)

    def _name(self, crm: Crm, mark: str = "", index: int = 0) -> str:
        return f"{self._profile}/{crm}" + (f"/{mark}/{index}" if mark else "")

    def _forget_parts(self, crm: Crm, parts: tuple[str, int] | None) -> None:
        if parts:
            for index in range(parts[1]):
                self._drop(self._name(crm, parts[0], index))

    def _keyring(self) -> Any:
        if self._backend is None:
            import keyring

            if not _is_safe(keyring.get_keyring()):
                raise no_keyring()
            self._backend = keyring
        return self._backend

    def _get(self, name: str) -> str | None:
        value: str | None = self._ask("get_password", name)
        return value

    def _set(self, name: str, text: str) -> None:
        self._ask("set_password", name, text)

    def _drop(self, name: str) -> None:
        from keyring.errors import PasswordDeleteError

        with contextlib.suppress(PasswordDeleteError):
            self._ask("delete_password", name)

    def _ask(self, method: str, *arguments: str) -> Any:
        from keyring.errors import InitError, KeyringLocked, NoKeyringError, PasswordSetError

        try:
            return getattr(self._keyring(), method)(SERVICE, *arguments)
        except (NoKeyringError, InitError) as error:
            raise no_keyring() from error
        except (KeyringLocked, PasswordSetError) as error:
            raise NoKeyring(
                f"The keyring did not open ({type(error).__name__}).", "No token was read or stored.",
                "Unlock the keyring (log in to the desktop, or open its password manager) and try again.",
            ) from error  # fmt: skip


class FileStore:
    """Only for the demo profile, whose tokens open nothing but the sandbox on this machine. One file for both CRMs."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, crm: Crm) -> StoredToken | None:
        found = self._all().get(crm)
        return None if found is None else _loaded(json.dumps(found))

    def write(self, token: StoredToken) -> None:
        self._change(token.crm, codec.plain(token))

    def delete(self, crm: Crm) -> None:
        self._change(crm, None)

    def _all(self) -> dict[str, Any]:
        try:
            data = json.loads(self._path.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return data if isinstance(data, dict) else {}

    def _change(self, crm: Crm, value: Any) -> None:
        # Refresh locks are per CRM, so two processes may change the file at once.
        with held_briefly(self._path.with_name(f"{self._path.name}.lock")):
            kept = {name: entry for name, entry in self._all().items() if name != crm}
            if value is not None:
                kept[crm] = value
            fresh = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(kept, file)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)


def no_keyring() -> NoKeyring:
    return NoKeyring(
        "This system offers no keyring, and mergetui keeps tokens nowhere else.",
        "Nothing was stored.",
        "Linux: install and start gnome-keyring or KWallet (package `gnome-keyring`, a D-Bus session is needed). "
        "For schedulers and servers set MERGETUI_SALESFORCE_TOKEN, MERGETUI_SALESFORCE_URL and "
        "MERGETUI_HUBSPOT_TOKEN instead. `mergetui demo` needs none of this.",
    )


def _is_safe(backend: Any) -> bool:
    """Only backends of the keyring package itself count; others (keyrings.alt) keep tokens in plain files."""
    kind = type(backend)
    module = kind.__module__
    if not module.startswith("keyring.backends.") or module.endswith((".fail", ".null")):
        return False
    if module.endswith(".chainer"):
        return bool(backend.backends) and _is_safe(backend.backends[0])
    return True


def _parts(head: str) -> tuple[str, int] | None:
    try:
        data = json.loads(head)
        return str(data["mark"]), int(data["parts"])
    except (ValueError, KeyError, TypeError):
        return None


def _loaded(text: str) -> StoredToken | None:
    """None for an entry of another version or a damaged one: signing in again replaces it."""
    from mergetui.crm.grants import StoredToken

    try:
        return codec.from_json(StoredToken, text)
    except ValueError:
        return None
