"""The matcher alone on any table: rows of text in, pairs of ids out. Reads and writes only what it is given."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from mergetui import errors
from mergetui.matching.match import THRESHOLD, MatchResult, Progress, match
from mergetui.records.people import CandidatePair, DuplicateSet, PersonFacts

TEXTS = (
    "salutation", "first_name", "last_name", "email", "secondary_email", "phone", "mobile", "company", "title",
    "website", "street", "city", "state", "postal_code", "country", "lead_source",
)  # fmt: skip
COLUMNS = ("id", "source", "object", *TEXTS, "created_at", "updated_at")
"""What is read; any subset in any order, other columns are ignored."""


class Writer(Protocol):
    """As ``csv.writer`` makes it."""

    def writerow(self, row: Iterable[Any], /) -> Any: ...


def read_people(lines: Iterable[str], renamed: Mapping[str, str] | None = None) -> Iterator[PersonFacts]:
    """People out of the lines of a CSV file, one at a time; empty = missing.

    ``renamed``: our column → the file's (``--map email=E_MAIL``). Raises Problem for a missing id column, empty or
    double ids, and rows that are no CSV; only the line's number is named, never its content.
    """
    rows = csv.reader(lines, strict=True)
    try:
        yield from _read(rows, dict(renamed or {}))
    except csv.Error as error:
        raise _wrong(f"Line {rows.line_num} is not valid CSV ({error}).", "Check its quotes.") from error
    except UnicodeDecodeError as error:
        raise _wrong("The file is not UTF-8 text.", "Save it again as CSV UTF-8.") from error


def _read(rows: Any, renamed: dict[str, str]) -> Iterator[PersonFacts]:
    header = next(rows, None)
    if not header:
        raise _wrong("The file is empty.", f"Its first line must name columns, {', '.join(COLUMNS[:6])} …")
    names = [name.strip().lstrip("\ufeff") for name in header]
    unknown = sorted(set(renamed) - set(COLUMNS))
    if unknown:
        raise _wrong(f"There is no column called {unknown[0]!r} to map.", f"Known are {', '.join(COLUMNS)}.")
    at: dict[str, int] = {}
    lower = [name.lower() for name in names]
    for column in COLUMNS:
        if column in renamed:
            if renamed[column] not in names:
                raise _wrong(f"The file has no column {renamed[column]!r}.", f"It has: {', '.join(names)[:300]}.")
            at[column] = names.index(renamed[column])
        elif column in lower:
            at[column] = lower.index(column)
    if "id" not in at:
        raise _wrong(
            "The file has no column called id.", "Name the one that holds the record's id, as in `--map id=ContactId`."
        )
    seen: set[str] = set()
    for row in rows:
        if not any(row):
            continue
        if len(row) > len(names):
            raise _wrong(
                f"Line {rows.line_num} has more values than there are columns.", "Check its quotes and commas."
            )
        values = {column: row[place].strip() for column, place in at.items() if place < len(row)}
        id_ = values.get("id", "")
        if not id_:
            raise _wrong(f"Line {rows.line_num} has no id.", "Give every row one.")
        if id_ in seen:
            raise _wrong(f"Line {rows.line_num} repeats the id of an earlier row.", "Ids must be different.")
        seen.add(id_)
        texts = {column: values[column] for column in TEXTS if column in values}
        yield PersonFacts(
            id_,
            "hubspot" if values.get("source", "").lower() == "hubspot" else "salesforce",
            values.get("object", ""),
            **texts,
        )


def match_table(
    lines: Iterable[str],
    *,
    renamed: Mapping[str, str] | None = None,
    threshold: float = THRESHOLD,
    progress: Progress | None = None,
) -> MatchResult:
    """``read_people`` and ``match`` in one. Raises Problem also for a threshold outside 0–1."""
    if not 0 < threshold < 1:
        raise _wrong("The threshold must lie between 0 and 1.", f"The recommended one is {THRESHOLD}.")
    return match(read_people(lines, renamed), threshold=threshold, progress=progress)


def write_pairs(pairs: Iterable[CandidatePair], out: Writer, *, explain: bool = False) -> None:
    """``id_a,id_b,score``, with ``explain`` also the evidence, strongest first."""
    out.writerow(("id_a", "id_b", "score", "evidence") if explain else ("id_a", "id_b", "score"))
    for pair in pairs:
        row: list[Any] = [pair.key_a, pair.key_b, f"{pair.score:.6f}"]
        if explain:
            row.append(" · ".join(f"{one.sentence} {one.weight:+.1f}" for one in pair.evidence))
        out.writerow(row)


def write_sets(sets: Sequence[DuplicateSet], out: Writer) -> None:
    """``set,id``: one line per member."""
    out.writerow(("set", "id"))
    for found in sets:
        for member in found.members:
            out.writerow((found.id, member))


def _wrong(happened: str, todo: str) -> errors.Problem:
    return errors.Problem(happened, "Nothing was matched.", todo)
