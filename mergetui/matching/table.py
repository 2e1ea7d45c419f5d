"""The matcher alone on any table: rows of text in, pairs of ids out. Reads and writes only what it is given."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Protocol

from mergetui import errors
from mergetui.matching.match import THRESHOLD, MatchResult, Progress, match
from mergetui.records.people import CandidatePair, DuplicateSet, PersonFacts

TEXTS = (
    "salutation", "first_name", "last_name", "email", "secondary_email", "phone", "mobile", "company", "title",
    "website", "street", "city", "state", "postal_code", "country", "lead_source",
)  # fmt: skip
COLUMNS = ("id", "source", "object", *TEXTS)
"""What is read; any subset in any order, other columns are ignored."""

SYNONYMS = {
    "recordid": "id", "contactid": "id", "leadid": "id", "crm": "source", "firstname": "first_name",
    "givenname": "first_name", "forename": "first_name", "surname": "last_name", "familyname": "last_name",
    "emailaddress": "email", "mail": "email", "secondemail": "secondary_email", "otheremail": "secondary_email",
    "phonenumber": "phone", "telephone": "phone", "mobilephone": "mobile", "cell": "mobile", "cellphone": "mobile",
    "mobilenumber": "mobile", "account": "company", "accountname": "company", "companyname": "company",
    "organization": "company", "jobtitle": "title", "websiteurl": "website", "streetaddress": "street",
    "mailingstreet": "street", "mailingcity": "city", "mailingstate": "state", "province": "state",
    "stateregion": "state", "zip": "postal_code", "zipcode": "postal_code", "postcode": "postal_code",
    "mailingpostalcode": "postal_code", "countryregion": "country", "mailingcountry": "country",
}  # fmt: skip
"""Other usual names, in the spelling of ``_plain``: those of both CRMs' own exports among them."""

SEPARATORS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Columns:
    """What a header line means. ``used``: our column → its place and the file's own name for it."""

    used: Mapping[str, tuple[int, str]]
    ignored: tuple[str, ...]


class Writer(Protocol):
    """As ``csv.writer`` makes it."""

    def writerow(self, row: Iterable[Any], /) -> Any: ...


def read_people(
    lines: Iterable[str],
    renamed: Mapping[str, str] | None = None,
    on_columns: Callable[[Columns], None] | None = None,
) -> Iterator[PersonFacts]:
    """People out of the lines of a CSV file, one at a time; empty = missing. Semicolons and tabs separate as well.

    ``renamed``: our column → the file's (``--map email=E_MAIL``). ``on_columns`` is told once what the header means.
    Raises Problem for a missing id column, no column to compare, empty or double ids, and rows that are no CSV; only
    the line's number is named, never its content.
    """
    number = 0

    def counted() -> Iterator[str]:
        nonlocal number
        for line in lines:
            number += 1
            yield line

    rest = counted()
    try:
        first = next(rest, "")
        rows = csv.reader(chain([first], rest), strict=True, delimiter=separator(first))
        yield from _read(rows, dict(renamed or {}), on_columns)
    except csv.Error as error:
        raise _wrong(f"Line {number} is not valid CSV ({error}).", "Check its quotes.") from error
    except UnicodeDecodeError as error:
        raise _wrong("The file is not UTF-8 text.", "Save it again as CSV UTF-8.") from error


def separator(header: str) -> str:
    """What stands between the names of a header line; a comma when nothing does."""
    bare = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=bare.count)


def columns_of(header: Sequence[str], renamed: Mapping[str, str]) -> Columns:
    """Names are compared without case, spaces, hyphens and underscores; the first of two that fit counts.

    Raises Problem when there is no id, or nothing beside it to compare.
    """
    names = [name.strip().lstrip("\ufeff") for name in header]
    unknown = sorted(set(renamed) - set(COLUMNS))
    if unknown:
        raise _wrong(f"There is no column called {unknown[0]!r} to map.", f"Known are {', '.join(COLUMNS)}.")
    used: dict[str, tuple[int, str]] = {}
    for column, name in renamed.items():
        if name not in names:
            raise _wrong(f"The file has no column {name!r}.", f"It has: {', '.join(names)[:300]}.")
        used[column] = (names.index(name), name)
    taken = {place for place, _ in used.values()}
    # a column's own name goes before its synonyms: "Id" is meant where "Contact ID" stands as well
    for meaning in ({_plain(column): column for column in COLUMNS}, SYNONYMS):
        for place, name in enumerate(names):
            column = meaning.get(_plain(name), "")
            if column and column not in used and place not in taken:
                used[column] = (place, name)
                taken.add(place)
    told = f"The file's columns are: {', '.join(names)[:300]}."
    if "id" not in used:
        raise _wrong(
            "The file has no column called id.",
            f"Name the one that holds the record's id, as in `--map id=ContactId`. {told}",
        )
    if not used.keys() & set(TEXTS):
        raise _wrong(
            "The file has no column to compare beside id.",
            f"Known are {', '.join(TEXTS)}; name others as in `--map email=E_MAIL`. {told}",
        )
    ordered = {column: used[column] for column in COLUMNS if column in used}
    return Columns(ordered, tuple(name for place, name in enumerate(names) if place not in taken))


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _read(rows: Any, renamed: dict[str, str], on_columns: Callable[[Columns], None] | None) -> Iterator[PersonFacts]:
    header = next(rows, None)
    if not header:
        raise _wrong("The file is empty.", f"Its first line must name columns, {', '.join(COLUMNS[:6])} …")
    columns = columns_of(header, renamed)
    if on_columns is not None:
        on_columns(columns)
    at = {column: place for column, (place, _) in columns.used.items()}
    seen: set[str] = set()
    for row in rows:
        if not any(row):
            continue
        if len(row) > len(header):
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
    on_columns: Callable[[Columns], None] | None = None,
) -> MatchResult:
    """``read_people`` and ``match`` in one. Raises Problem also for a threshold outside 0–1."""
    if not 0 < threshold < 1:
        raise _wrong("The threshold must lie between 0 and 1.", f"The recommended one is {THRESHOLD}.")
    return match(read_people(lines, renamed, on_columns), threshold=threshold, progress=progress)


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
