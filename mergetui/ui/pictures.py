"""Pictures of the running app, as SVG: the same scene gives the same bytes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from mergetui.ui.app import MergetuiApp

_FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}\s*")
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
        return _FONT_FACE.sub("", app.export_screenshot())


async def _calm(app: MergetuiApp) -> None:
    workers = [worker for worker in app.workers if worker.group not in BEHIND]
    if workers:
        await app.workers.wait_for_complete(workers)


def render(app_factory: Callable[[], MergetuiApp], size: tuple[int, int], keys: Sequence[str], path: Path) -> None:
    """Write a picture of the app after some keys. ``size`` is (columns, lines); no font is linked from the web."""
    path.write_text(asyncio.run(svg(app_factory(), size, keys)), encoding="utf-8")
