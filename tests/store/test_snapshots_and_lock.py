"""Snapshots are what their names say; one runner at a time."""

import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mergetui import errors
from mergetui.store import RunnerLock, Snapshots


def test_the_same_data_has_the_same_name(tmp_path: Path) -> None:
    store = Snapshots(tmp_path / "snapshots")
    name = store.write({"b": 1, "a": ["é", "\ud800", None]})
    content = (tmp_path / "snapshots" / f"{name}.json.gz").read_bytes()
    assert store.write({"a": ["é", "\ud800", None], "b": 1}) == name
    assert (tmp_path / "snapshots" / f"{name}.json.gz").read_bytes() == content
    assert store.read(name) == {"a": ["é", "\ud800", None], "b": 1}
    assert store.names() == [name]
    assert store.verify(name)
    assert [path.name for path in (tmp_path / "snapshots").iterdir()] == [f"{name}.json.gz"]


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    store = Snapshots(tmp_path)
    name = store.write({"a": 1})
    path = tmp_path / f"{name}.json.gz"
    for content in (gzip.compress(b'{"a":2}'), path.read_bytes()[:-9], b"", b"no gzip"):
        path.write_bytes(content)
        with pytest.raises(errors.Damaged):
            store.read(name)
        assert not store.verify(name)


@pytest.mark.parametrize("name", ["../ledger", "", "F" * 64, "0" * 63, "/etc/passwd"])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(errors.Damaged):
        Snapshots(tmp_path).read(name)


def test_a_missing_snapshot_says_so(tmp_path: Path) -> None:
    with pytest.raises(errors.Damaged, match="no snapshot"):
        Snapshots(tmp_path).read("0" * 64)
    assert Snapshots(tmp_path / "nothing").names() == []


def test_file_and_folder_are_synced_before_the_name_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    real_fsync, real_replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda fd: (order.append("fsync"), real_fsync(fd))[1])
    monkeypatch.setattr(Path, "replace", lambda self, to: (order.append("rename"), real_replace(self, to))[1])
    Snapshots(tmp_path).write({"a": 1})
    assert order == ["fsync", "rename", "fsync"]


def test_a_second_runner_is_told_who_runs(tmp_path: Path) -> None:
    first, second = RunnerLock(tmp_path / "runner.lock", clock=lambda: 42), RunnerLock(tmp_path / "runner.lock")
    assert second.holder() is None
    info = first.acquire()
    first.doing("Jane · J\ud800" + "x" * 5000)
    with pytest.raises(errors.Busy, match=f"process {os.getpid()} on {info.host}"):
        second.acquire()
    seen = second.holder()
    assert seen is not None
    assert (seen.pid, seen.host, seen.started_at) == (os.getpid(), info.host, 42)
    first.release()
    assert second.holder() is None
    with second:
        assert first.holder() is not None
    assert first.holder() is None


def test_a_killed_runner_leaves_no_lock(tmp_path: Path) -> None:
    path = tmp_path / "runner.lock"
    code = (
        "import sys,pathlib;from mergetui.store.lock import RunnerLock;"
        "RunnerLock(pathlib.Path(sys.argv[1])).acquire();print('held',flush=True);sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdin is not None
    assert child.stdout.readline() == b"held\n"
    lock = RunnerLock(path)
    holder = lock.holder()
    assert holder is not None and holder.pid == child.pid
    with pytest.raises(errors.Busy):
        lock.acquire()
    child.kill()
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert lock.holder() is None
    lock.acquire()
    lock.release()


def test_another_computers_unfinished_run_is_not_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "runner.lock"
    path.write_text('{"pid": 1, "host": "elsewhere", "started_at": 5}')
    with pytest.raises(errors.Busy, match="elsewhere"):
        RunnerLock(path).acquire()


def test_an_unreadable_lock_text_does_not_lock(tmp_path: Path) -> None:
    path = tmp_path / "runner.lock"
    path.write_text('{"pid": 1, "ho')
    RunnerLock(path).acquire()


def test_the_room_is_cheap_to_import() -> None:
    code = "import sys, mergetui.store; print(sorted({'pydantic','httpx','textual','asyncio'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code]) == b"[]\n"
