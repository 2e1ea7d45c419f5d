"""The crash report names the code and nothing else."""

import io

import pytest
from rich.console import Console

from mergetui.ui import crash
from mergetui.ui.app import MergetuiApp, run

from .fake_desk import FakeDesk

SENTINEL = "sentinel-token-00D-secret"


class Drawn(Exception):
    """An exception that draws itself, as Rich allows."""

    def __rich__(self):
        return f"drawn {SENTINEL}"


async def printed(error):
    """What a crash prints when ``error`` is raised near a secret, inside a worker and inside a key."""
    desk = FakeDesk()

    def fail(set_ids):
        token = SENTINEL
        raise error from ValueError(token)

    desk.later = fail
    app = MergetuiApp(desk)
    app.error_console = Console(file=io.StringIO(), width=200, markup=False, highlight=False)
    with pytest.raises(type(error)):
        async with app.run_test() as pilot:
            await pilot.pause()
            await pilot.press("s")
            await pilot.pause()
    assert app.return_code == 1
    for renderable in app._exit_renderables:
        app.error_console.print(renderable)
    return app.error_console.file.getvalue()


@pytest.mark.parametrize("error", [RuntimeError(f"near {SENTINEL}"), Drawn()])
async def test_no_local_and_no_message_is_printed(error):
    text = await printed(error)
    assert SENTINEL not in text
    assert type(error).__qualname__ in text
    assert "Nothing was lost" in text and "mergetui resume" in text
    assert "mergetui/ui/screens/queue.py:" in text or "ui/screens/queue.py:" in text


def test_report_shortens_paths_and_survives_cycles():
    try:
        raise KeyError(SENTINEL)
    except KeyError as error:
        error.__context__ = error
        text = crash.report(error)
    assert SENTINEL not in text and "builtins.KeyError" in text
    assert "/home" not in text and "/tmp" not in text
    assert "Nothing was lost" in crash.report(None)


def test_run_returns_the_last_line(monkeypatch):
    monkeypatch.setattr(MergetuiApp, "run", lambda self: "3 plans are approved")
    assert run(FakeDesk) == "3 plans are approved"


def test_run_ends_with_code_1_after_a_crash(monkeypatch):
    def crashed(self):
        self._return_code = 1

    monkeypatch.setattr(MergetuiApp, "run", crashed)
    with pytest.raises(SystemExit) as ended:
        run(FakeDesk)
    assert ended.value.code == 1
