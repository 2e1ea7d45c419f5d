"""Make all pictures anew from the running app on a sandbox: ``python screenshots/make.py`` (about 20 s).

The people are those of ``mergetui demo --seed 7``; one pair is really merged on the way. Pictures are SVG.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import httpx

HERE = Path(__file__).parent
WIDE, NARROW = (120, 40), (80, 24)
OPTIONS = ("--people", "400", "--seed", "7", "--sync-every", "2m", "--event-delay", "2s..3s", "--auto-delete")


async def main() -> None:
    from mergetui.config import DEMO
    from mergetui.ui.app import MergetuiApp
    from mergetui.ui.pictures import svg
    from mergetui.workflow.children import run_child
    from mergetui.workflow.demo import prepare, start
    from mergetui.workflow.desk import CockpitDesk
    from mergetui.workflow.office import Office

    office = Office(DEMO)
    sandbox = await asyncio.to_thread(start, OPTIONS, office.paths.sandbox_json)

    def control(path: str, body: object) -> None:
        httpx.post(sandbox.info["control_url"] + path, json=body, timeout=30).raise_for_status()

    async def picture(name: str, size: tuple[int, int], *keys: str) -> None:
        desk = CockpitDesk(Office(DEMO))
        text = await svg(MergetuiApp(desk), size, keys)
        await desk.close()
        (HERE / f"{name}.svg").write_text(text, encoding="utf-8")
        print(f"{name}.svg")

    try:
        await prepare(sandbox, print)
        for command in ("pull", "match"):
            await asyncio.to_thread(run_child, ["--profile", DEMO, command], sys.stdout)
        # the window wants a poll that has been over for forty seconds
        control("/clock", {"advance_s": 15})
        await picture("queue", WIDE, "wait:1500")
        await picture("queue-80x24", NARROW, "wait:1500")
        await picture("review", WIDE, "wait:1500", "enter", "wait:500")
        await picture("review-80x24", NARROW, "wait:1500", "enter", "wait:500")
        await picture("evidence", WIDE, "wait:500", "enter", "wait:500", "w")
        await picture("filter", WIDE, "wait:500", "slash", *"is:undecided risk:high object:lead", "wait:500")
        await picture("checks", WIDE, "wait:500", "enter", "wait:800", "c")
        await picture("rules", WIDE, "wait:500", "enter", "wait:800", "j", "r")
        await picture("record", WIDE, "wait:500", "enter", "wait:800", "i", "wait:800")
        await picture("timeline", WIDE, "wait:500", "enter", "wait:800", "t", "wait:300")
        await picture("sync-health", WIDE, "wait:500", "4", "wait:800")
        await picture("confirmation", WIDE, "wait:500", "enter", "wait:500", "a", "wait:300", "space")
        confirm = ("wait:500", "enter", "wait:500", "a", "wait:300", "space", "space", *"merge", "enter", "wait:6000")
        await picture("running", WIDE, *confirm)
        control("/tick", {})
        control("/clock", {"advance_s": 30})
        code = await asyncio.to_thread(run_child, ["--profile", DEMO, "resume"], sys.stdout)
        assert code == 0
        await picture("settled", WIDE, "2", "wait:300")
        await picture("history", WIDE, "3", "wait:300", "enter")
    finally:
        sandbox.end(office.paths.sandbox_json)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["MERGETUI_HOME"] = home
        began = time.monotonic()
        asyncio.run(main())
        print(f"done in {time.monotonic() - began:.0f} s")
