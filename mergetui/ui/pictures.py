"""Pictures of the running app, as SVG: the same scene gives the same bytes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from mergetui.ui.app import MergetuiApp

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")
_TEXT = re.compile(
    r'<text(?P<before>[^>]*?)x="(?P<x>[\d.]+)"(?P<between>[^>]*?)textLength="(?P<length>[\d.]+)"(?P<after>[^>]*)>'
    r"(?P<content>[^<]*)</text>"
)
_SPACE = "&#160;"
_CELL = 12.2
"""Width of one cell in Rich's pictures."""
BEHIND = ("header", "leaving")
"""Groups of workers that never end, or that pictures need not wait for."""


async def svg(app: MergetuiApp, size: tuple[int, int], keys: Sequence[str]) -> str:
    """Run an app without a terminal, press keys one by one, each only when the app is calm, and draw the screen.
    ``wait:300`` among the keys waits 300 ms."""
    async with app.run_test(size=size) as pilot:
        await _calm(app)
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
            await _calm(app)
            await pilot.pause()
        return _plain(app.export_screenshot())


def _plain(picture: str) -> str:
    """Without web fonts, and with leading and trailing spaces taken out of texts: some viewers drop them, and then
    stretch what is left over their place."""
    return _TEXT.sub(_trim, _FONT_FACE.sub("", picture))


def _trim(found: re.Match[str]) -> str:
    x, length, content = float(found["x"]), float(found["length"]), found["content"]
    bare = content.removeprefix(_SPACE)
    while bare != content:
        x, length, content = x + _CELL, length - _CELL, bare
        bare = content.removeprefix(_SPACE)
    while content.endswith(_SPACE):
        length, content = length - _CELL, content.removesuffix(_SPACE)
    if not content:
        return ""
    return f'<text{found["before"]}x="{x:g}"{found["between"]}textLength="{length:g}"{found["after"]}>{content}</text>'


async def _calm(app: MergetuiApp) -> None:
    workers = [worker for worker in app.workers if worker.group not in BEHIND]
    if workers:
        await app.workers.wait_for_complete(workers)


def render(app_factory: Callable[[], MergetuiApp], size: tuple[int, int], keys: Sequence[str], path: Path) -> None:
    """Write a picture of the app after some keys. ``size`` is (columns, lines); no font is linked from the web."""
    path.write_text(asyncio.run(svg(app_factory(), size, keys)), encoding="utf-8")
