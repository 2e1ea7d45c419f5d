from __future__ import annotations

import asyncio
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import httpx
import pytest

from mergetui.crm.filelock import held
from mergetui.crm.grants import StoredToken
from mergetui.crm.stores import FileStore, KeyringStore
from mergetui.crm.tokens import StoredTokens, tokens_from_environment
from mergetui.errors import Busy, Expired, NoKeyring, NotSignedIn, Refused, Unreachable, Usage
from tests.crm.crm_support import Script, Sleeps

NOW = 1_795_000_000_000


def stored(**changes: object) -> StoredToken:
    values: dict[str, object] = {
        "crm": "salesforce", "access_token": "a1", "refresh_token": "r1", "base_url": "https://org.example",
        "expires_at": None, "client_id": "app", "client_secret": None, "token_url": "https://org.example/token",
    }  # fmt: skip
    return StoredToken(**{**values, **changes})  # type: ignore[arg-type]


class RotatingServer:
    """Answers refreshes; the old refresh token dies at once, and using it again ends everything."""

    def __init__(self) -> None:
        self.number = 1
        self.calls = 0
        self.revoked = False

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        form = parse_qs(request.content.decode())
        assert "client_secret" not in form
        if self.revoked or form["refresh_token"] != [f"r{self.number}"]:
            self.revoked = True
            return httpx.Response(400, json={"error": "invalid_grant", "error_description": "expired"})
        self.number += 1
        return httpx.Response(
            200,
            json={
                "access_token": f"a{self.number}", "refresh_token": f"r{self.number}",
                "instance_url": "https://org.example",
            },
        )  # fmt: skip


def source(tmp_path: Path, server: object, crm: str = "salesforce") -> StoredTokens:
    client = httpx.AsyncClient(transport=httpx.MockTransport(server))  # type: ignore[arg-type]
    store = FileStore(tmp_path / "tokens.json")
    return StoredTokens(store, crm, "demo", tmp_path, client=client, clock=lambda: NOW)  # type: ignore[arg-type]


async def test_two_processes_with_one_refused_token_refresh_once(tmp_path: Path) -> None:
    FileStore(tmp_path / "tokens.json").write(stored())
    server = RotatingServer()
    one, two = source(tmp_path, server), source(tmp_path, server)
    assert (await one.token()).access_token == (await two.token()).access_token == "a1"
    renewed = await asyncio.gather(one.renew("a1"), two.renew("a1"), one.renew("a1"))
    assert {token.access_token for token in renewed} == {"a2"}
    assert server.calls == 1 and not server.revoked
    kept = FileStore(tmp_path / "tokens.json").read("salesforce")
    assert kept is not None and (kept.access_token, kept.refresh_token) == ("a2", "r2")


async def test_a_rotated_token_is_stored_before_it_is_used(tmp_path: Path) -> None:
    class Failing(FileStore):
        def write(self, token: StoredToken) -> None:
            raise OSError("disk full")

    FileStore(tmp_path / "tokens.json").write(stored())
    made = source(tmp_path, RotatingServer())
    made._store = Failing(tmp_path / "tokens.json")
    with pytest.raises(OSError, match="disk full"):
        await made.renew("a1")
    assert made._known is not None and made._known.access_token == "a1"


async def test_a_cancelled_caller_does_not_lose_a_rotated_token(tmp_path: Path) -> None:
    FileStore(tmp_path / "tokens.json").write(stored())
    server, asked, gate = RotatingServer(), asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        answer = server(request)
        asked.set()
        await gate.wait()
        return answer

    made = source(tmp_path, slow)
    task = asyncio.ensure_future(made.renew("a1"))
    await asked.wait()
    task.cancel()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with held(tmp_path / "demo-salesforce.token.lock"):
        kept = FileStore(tmp_path / "tokens.json").read("salesforce")
    assert kept is not None and kept.refresh_token == "r2"


async def test_a_token_about_to_end_is_refreshed_first(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "tokens.json")
    answer = httpx.Response(200, json={"access_token": "h2", "expires_in": 1800, "refresh_token": "r1"})
    script = Script(answer)
    hubspot = stored(crm="hubspot", access_token="h1", client_secret="s", expires_at=NOW + 200_000)
    store.write(hubspot)
    made = source(tmp_path, script, "hubspot")
    assert (await made.token()).access_token == "h1"
    fresh = await made.token(min_life_s=300)
    assert fresh.access_token == "h2" and fresh.expires_at == NOW + 1_800_000
    assert parse_qs(script.requests[0].content.decode())["client_secret"] == ["s"]
    assert "h1" not in str(script.requests[0].url)


async def test_a_refused_refresh_says_sign_in_again_and_shows_no_token(tmp_path: Path) -> None:
    FileStore(tmp_path / "tokens.json").write(stored(refresh_token="secret-r"))
    made = source(tmp_path, Script(httpx.Response(400, json={"error": "invalid_grant", "error_description": "x"})))
    with pytest.raises(Expired, match="mergetui login salesforce") as caught:
        await made.renew("a1")
    assert "secret-r" not in str(caught.value) and "secret-r" not in repr(made._known)


async def test_no_network_at_refresh_is_not_a_lost_sign_in(tmp_path: Path) -> None:
    FileStore(tmp_path / "tokens.json").write(stored())
    with pytest.raises(Unreachable):
        await source(tmp_path, Script(httpx.ConnectError("no"))).renew("a1")
    with pytest.raises(Unreachable):
        await source(tmp_path, Script(httpx.Response(503))).renew("a1")


async def test_never_signed_in(tmp_path: Path) -> None:
    with pytest.raises(NotSignedIn, match="mergetui login salesforce"):
        await source(tmp_path, Script(httpx.Response(500))).token()


async def test_a_lock_held_elsewhere_is_busy_in_the_end(tmp_path: Path) -> None:
    sleeps = Sleeps()
    async with held(tmp_path / "x.lock"):
        with pytest.raises(Busy):
            async with held(tmp_path / "x.lock", sleep=sleeps):
                raise AssertionError("both hold the lock")
    assert sum(sleeps) >= 45
    async with held(tmp_path / "x.lock"):
        pass


def test_the_demo_file_is_private(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "state" / "tokens.json")
    store.write(stored())
    store.write(stored(crm="hubspot"))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()}
    assert modes == {"tokens.json": 0o600, "tokens.json.lock": 0o600}
    store.delete("salesforce")
    assert store.read("salesforce") is None and store.read("hubspot") == stored(crm="hubspot")
    (tmp_path / "state" / "tokens.json").write_bytes(b"\xff{")
    assert store.read("hubspot") is None


def test_both_crms_may_be_written_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(20):
            list(
                pool.map(
                    lambda crm, n=number: FileStore(tmp_path / "t.json").write(
                        stored(crm=crm, access_token=f"{crm}{n}")
                    ),
                    ("salesforce", "hubspot"),
                )
            )
            kept = [FileStore(tmp_path / "t.json").read(crm) for crm in ("salesforce", "hubspot")]
            assert [one and one.access_token for one in kept] == [f"salesforce{number}", f"hubspot{number}"]


class Ring(dict[str, str]):
    """keyring's module API over a dict, with Windows' size limit."""

    def get_password(self, service: str, name: str) -> str | None:
        return self.get(name)

    def set_password(self, service: str, name: str, text: str) -> None:
        assert len(text.encode("utf-16-le")) <= 2560
        self[name] = text

    def delete_password(self, service: str, name: str) -> None:
        del self[name]


def test_long_tokens_are_split_and_old_parts_forgotten() -> None:
    ring = Ring()
    store = KeyringStore("acme", ring)
    long = stored(access_token="x" * 4000)
    store.write(long)
    store.write(stored(access_token="y" * 3000))
    store.write(stored(crm="hubspot"))
    assert KeyringStore("acme", ring).read("salesforce") == stored(access_token="y" * 3000)
    assert KeyringStore("other", ring).read("salesforce") is None
    store.write(stored())
    assert store.read("salesforce") == stored() and len(ring) == 2
    store.delete("salesforce")
    assert list(ring) == ["acme/hubspot"]


def test_a_crash_between_the_parts_leaves_the_former_token() -> None:
    ring = Ring()
    KeyringStore("acme", ring).write(stored(access_token="old" * 900))

    class Dying(Ring):
        def set_password(self, service: str, name: str, text: str) -> None:
            if name == "acme/salesforce":
                raise KeyboardInterrupt
            super().set_password(service, name, text)

    dying = Dying(ring)
    with pytest.raises(KeyboardInterrupt):
        KeyringStore("acme", dying).write(stored(access_token="new" * 900))
    assert KeyringStore("acme", Ring(dying)).read("salesforce") == stored(access_token="old" * 900)


def test_no_keyring_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring, "get_keyring", lambda: Keyring())
    with pytest.raises(NoKeyring, match="gnome-keyring"):
        KeyringStore("acme").read("salesforce")


def test_a_damaged_entry_counts_as_signed_out() -> None:
    ring = Ring({"acme/salesforce": "garbage", "acme/hubspot": json.dumps({"mark": "m", "parts": 2})})
    assert KeyringStore("acme", ring).read("salesforce") is None
    assert KeyringStore("acme", ring).read("hubspot") is None


async def test_tokens_from_the_environment() -> None:
    assert tokens_from_environment("salesforce", {}) is None
    made = tokens_from_environment("hubspot", {"MERGETUI_HUBSPOT_TOKEN": "pat-x"})
    assert made is not None and (await made.token()).base_url == "https://api.hubapi.com"
    for bad in ("tökén", "two words", "a\nb"):
        with pytest.raises(Usage):
            tokens_from_environment("hubspot", {"MERGETUI_HUBSPOT_TOKEN": bad})
    with pytest.raises(Refused, match="https"):
        tokens_from_environment(
            "salesforce",
            {"MERGETUI_SALESFORCE_TOKEN": "t", "MERGETUI_SALESFORCE_URL": "http://evil.example"},
        )
    local = tokens_from_environment(
        "salesforce", {"MERGETUI_SALESFORCE_TOKEN": "t", "MERGETUI_SALESFORCE_URL": "http://127.0.0.1:8000/"}
    )
    assert local is not None and (await local.token()).base_url == "http://127.0.0.1:8000"
