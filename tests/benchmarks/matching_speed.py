"""How long matching takes: CPU seconds (user and system, reading and starting included), wall, peak memory.

    python -m tests.benchmarks.matching_speed /tmp/people [--sizes 100000,1000000] [--runs 3] [--peers]

Runs alternate, so that a busy machine is busy for all; the least of the runs counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.matching_people import PROFILES, table


def measured(command: list[str]) -> tuple[float, float, int]:
    """(CPU seconds, wall seconds, peak memory in MB) of a process."""
    before = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - before
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {child.returncode}")
    usage: resource.struct_rusage = used
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss // 1024


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--profile", choices=list(PROFILES), default="office")
    options.add_argument("--sizes", default="100000,1000000")
    options.add_argument("--seed", type=int, default=101)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--peers", action="store_true")
    chosen = options.parse_args()
    for size in map(int, chosen.sizes.split(",")):
        path = table(chosen.folder, chosen.profile, size, chosen.seed)
        match = [sys.executable, "-m", "mergetui", "match", "--input", str(path), "--output", str(path) + ".speed"]
        commands = {"mergetui": match}
        if chosen.peers:
            for name in ("goldenmatch", "splink"):
                commands[name] = [sys.executable, "-m", "tests.benchmarks.matching_peers", name, str(path)]
        runs: dict[str, list[tuple[float, float, int]]] = {name: [] for name in commands}
        for _ in range(chosen.runs):
            for name, command in commands.items():
                runs[name].append(measured(command))
        for name, made in runs.items():
            cpu, wall, memory = (min(column) for column in zip(*made, strict=True))
            print(f"{name:12} {size:>9,} rows: {cpu:6.2f} CPU s, {wall:6.2f} s wall, {memory:,} MB", flush=True)


if __name__ == "__main__":
    main()
