"""`mergetui match --input people.csv --output pairs.csv`: the matcher alone on any table."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from mergetui import errors
from mergetui.matching.match import THRESHOLD
from mergetui.matching.table import Writer, match_table, write_pairs, write_sets
from mergetui.workflow.refresh import Told


@dataclass(frozen=True, slots=True)
class TableJob:
    input: str
    output: str
    clusters: str | None = None
    threshold: float | None = None
    explain: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)


def match_file(job: TableJob, told: Told) -> str:
    """Read, match, write; returns the sentence to print. The output appears only when it is complete.

    Raises Problem when a file cannot be read or written, or is not such a table.
    """
    try:
        with Path(job.input).open(encoding="utf-8-sig", newline="") as lines:
            found = match_table(
                lines,
                renamed=job.renamed,
                threshold=THRESHOLD if job.threshold is None else job.threshold,
                progress=lambda what, done, total: told(what, done, total),
            )
    except OSError as error:
        raise errors.Problem(
            f"{job.input} cannot be read ({error.strerror}).", "Nothing was matched.", "Check the name."
        ) from None
    _write(job.output, lambda out: write_pairs(found.pairs, out, explain=job.explain))
    if job.clusters:
        _write(job.clusters, lambda out: write_sets(found.sets, out))
    return f"{len(found.pairs):,} pairs in {len(found.sets):,} sets, written to {job.output}."


def _write(name: str, fill: Callable[[Writer], None]) -> None:
    target = Path(name)
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            fill(csv.writer(file))
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise errors.Problem(f"{name} cannot be written ({error.strerror}).", "It was not written.", "") from None
