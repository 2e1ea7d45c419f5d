"""How long until the queue stands on the screen, against importing Textual alone, in one run.

    python tests/benchmarks/first_paint.py [--runs 9]

Fills a demo store first (a sandbox of 400 people, ended before the measuring), then opens `mergetui --profile demo` in
a pseudo-terminal of 120×40, alternating with `python -c "import textual.app"`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.story import Story
from tests.support.terminal import Terminal


def paint(story: Story) -> float:
    began = time.perf_counter()
    with Terminal("--profile", "demo", env=story.env) as terminal:
        while b"0 decided" not in terminal.raw:  # on the wire; drawing it is the terminal's affair
            time.sleep(0.002)
        took = time.perf_counter() - began
        terminal.kill()
    return took


def textual() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "import textual.app"], check=True)
    return time.perf_counter() - began


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=9)
    runs = options.parse_args().runs
    with tempfile.TemporaryDirectory() as home:
        os.environ["MERGETUI_HOME"] = home
        story = Story(Path(home))
        asyncio.run(story.begin())
        story.clean_up()
        paint(story), textual()
        pairs = [(paint(story), textual()) for _ in range(runs)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"first paint {ours:.2f} s, importing textual.app {theirs:.2f} s, ratio {ratio:.2f} (medians of {runs})")


if __name__ == "__main__":
    main()
