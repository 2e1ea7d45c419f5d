"""One review of two people with 150 differing fields: how long a choice and its repaint take.

    python tests/benchmarks/review_keys.py [--fields 150] [--keys 200]

CPU time of the one thread that does it, without a terminal: moving, choosing, and making the first view.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from mergetui.planning.rules import Rules
from mergetui.records.crm import FieldInfo
from mergetui.records.people import DuplicateSet, Evidence
from mergetui.store import Ledger
from mergetui.ui.app import MergetuiApp
from mergetui.ui.screens.review import ReviewScreen
from mergetui.workflow.confirm import confirmation
from mergetui.workflow.review import Review
from tests.support.dossiers import NOW, contact, dossier, member, record
from tests.ui.fake_desk import FakeDesk


def review(count: int, folder: Path) -> Review:
    names = [f"Field_{n}__c" for n in range(count)]
    fields = tuple(FieldInfo("salesforce", "Contact", name, f"Field {name}", "string", 255, True) for name in names)
    first = {name: f"the first value of {name}" for name in names}
    second = {name: f"another value of {name}" for name in names}
    found = dossier(
        member(
            1, record(1, FirstName="Jane", Email="jane@acme.example", **first), contact(1, 1, email="jane@acme.example")
        ),
        member(
            2, record(2, FirstName="J", Email="jf@gmail.example", **second), contact(2, 2, email="jf@gmail.example")
        ),
    )
    found = replace(found, salesforce_fields=(*found.salesforce_fields, *fields))
    ledger = Ledger(folder / "ledger.db")
    return Review(
        found, DuplicateSet("set1", ("a", "b"), 0.97, (Evidence("phone", "same phone", 9.5),)), ledger, Rules(),
        master=found.members[0].key, users={}, window=lambda: (None, NOW),
        confirmation=lambda plan_id: confirmation([ledger.plan(plan_id)], None),
    )  # fmt: skip


async def keys(app: MergetuiApp, pressed: Sequence[str], pause: float = 0.03) -> list[float]:
    """CPU milliseconds per key, with all that follows from it."""
    took = []
    for key in pressed:
        began = time.thread_time()
        app.simulate_key(key)
        await asyncio.sleep(pause)
        took.append((time.thread_time() - began) * 1000)
    return sorted(took)


def told(name: str, took: list[float]) -> None:
    print(f"{name:<24} median {took[len(took) // 2]:5.1f} ms   p95 {took[round(len(took) * 0.95) - 1]:5.1f} ms")


async def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--fields", type=int, default=150)
    options.add_argument("--keys", type=int, default=200)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        session = review(chosen.fields, Path(folder))
        began = time.thread_time()
        session.view()
        print(f"making the view {(time.thread_time() - began) * 1000:.1f} ms")
        desk = FakeDesk()

        async def opened(set_id: str) -> Review:
            return session

        desk.open_review = opened  # type: ignore[assignment, method-assign]
        app = MergetuiApp(desk)
        async with app.run_test(size=(120, 40)) as pilot:
            await pilot.pause(0.3)
            await pilot.press("enter")
            await pilot.pause(0.5)
            assert isinstance(app.screen, ReviewScreen) and app.screen.grid.count > chosen.fields, app.screen
            told("j: one field down", await keys(app, ["j"] * chosen.keys))
            told("l, h: another column", await keys(app, ["l", "h"] * (chosen.keys // 2), 0.02))
            told("tab: the mark", await keys(app, ["tab"] * 40))


if __name__ == "__main__":
    asyncio.run(main())
