"""`mergetui match --input people.csv --output pairs.csv`: the matcher alone on any table."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from mergetui import errors
from mergetui.matching.match import THRESHOLD, Found
from mergetui.matching.table import Columns, Writer, match_table, write_pairs, write_sets

T = TypeVar("T")
Told = Callable[[str, int, int | None], None]
"""(what, how many so far, of how many if known)."""


@dataclass(frozen=True, slots=True)
class TableJob:
    input: str
    output: str
    clusters: str | None = None
    threshold: float | None = None
    explain: bool = False
    renamed: Mapping[str, str] = field(default_factory=dict)


def match_file(job: TableJob, told: Told, said: Callable[[str], None]) -> str:
    """Read, match, write; returns the sentence to print. The output appears only when it is complete.

    ``said`` gets the sentences about the columns. Raises Usage for two files of one name, Problem when a file cannot
    be read or written, or is not such a table.
    """
    files = [Path(name).absolute() for name in (job.input, job.output, job.clusters) if name]
    if len(set(files)) < len(files):
        raise errors.Usage(
            "One file is named twice.", "Nothing was matched.", "Give input and outputs different names."
        )
    collecting = gc.isenabled()
    gc.disable()  # millions of short-lived rows without a cycle among them: looking for some costs a third of the time
    try:
        found = _found(job, told, said)
        _write(job.output, lambda out: write_pairs(found, out, explain=job.explain))
        sets = 0
        if job.clusters:
            sets = _write(job.clusters, lambda out: write_sets(found, out))
    finally:
        if collecting:
            gc.enable()
    pairs = len(found.first)
    if found.left_out:
        groups = ", ".join(f"{count:,} by {kind}" for kind, count in found.left_out.items())
        said(f"groups too large to be looked at: {groups}")
    text = f"{pairs:,} pair{'' if pairs == 1 else 's'} among {len(found.ids):,} rows, written to {job.output}"
    return f"{text}; {sets:,} set{'' if sets == 1 else 's'}, to {job.clusters}." if job.clusters else f"{text}."


def _found(job: TableJob, told: Told, said: Callable[[str], None]) -> Found:
    try:
        _check_encoding(Path(job.input))
        with Path(job.input).open(encoding="utf-8-sig", newline="") as lines:
            return match_table(
                lines,
                renamed=job.renamed,
                threshold=THRESHOLD if job.threshold is None else job.threshold,
                progress=lambda what, done, total: told(what, done, total),
                on_columns=lambda columns: _say_columns(columns, said),
            )
    except OSError as error:
        raise errors.Problem(
            f"{job.input} cannot be read ({error.strerror}).", "Nothing was matched.", "Check the name."
        ) from None


def _check_encoding(path: Path) -> None:
    """Raises Problem for UTF-16, which spreadsheets write as "Unicode text"; OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(4096)
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or (head[:200].count(0) > 20):
        raise errors.Problem(
            "The file is UTF-16 text, not UTF-8.", "Nothing was matched.", 'Save it again as "CSV UTF-8".'
        )


def _say_columns(columns: Columns, said: Callable[[str], None]) -> None:
    used = (name if name == column else f"{name} (as {column})" for column, (_, name) in columns.used.items())
    said(f"columns used: {', '.join(used)}")
    if columns.ignored:
        said(f"columns ignored: {', '.join(name or '(no name)' for name in columns.ignored)[:1000]}")


def _write(name: str, fill: Callable[[Writer], T]) -> T:
    target = Path(name)
    draft = target.with_name(f".{target.name}.part")
    try:
        with draft.open("w", encoding="utf-8", newline="") as file:
            made = fill(csv.writer(file))
        draft.replace(target)
        return made
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise errors.Problem(f"{name} cannot be written ({error.strerror}).", "It was not written.", "") from None
