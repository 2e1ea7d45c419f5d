"""The matcher alone on any table: rows of text in, pairs of ids out. Reads and writes only what it is given."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Protocol

from mergetui import errors
from mergetui.matching.coding import TEXTS, Table
from mergetui.matching.match import THRESHOLD, Found, Progress, find
from mergetui.matching.persons import set_id
from mergetui.matching.score import FIELDS

COLUMNS = ("id", "source", "object", *TEXTS, "lead_source", "created_at", "updated_at")
"""What is known; any subset in any order, other columns are ignored. Only ``id`` and TEXTS matter."""
_CHUNK = 2_000
"""Rows turned into columns at once."""
_LONGEST_FIELD = 1 << 27
_WRITTEN = 20_000
"""Pairs written at once."""

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

    def writerows(self, rows: Iterable[Iterable[Any]], /) -> None: ...


class Rows:
    """What a file holds: the id of each row, and its texts in coded columns."""

    def __init__(self) -> None:
        self.ids: list[str] = []
        self.table = Table()


def read_rows(
    lines: Iterable[str],
    renamed: Mapping[str, str] | None = None,
    on_columns: Callable[[Columns], None] | None = None,
    progress: Progress | None = None,
) -> Rows:
    """People out of the lines of a CSV file; empty = missing. Semicolons, tabs and bars separate as well.

    ``renamed``: our column → the file's (``--map email=E_MAIL``). ``on_columns`` is told once what the header means.
    Raises Problem for a missing id column, no column to compare, empty or double ids, and rows that are no CSV; only
    the line's number is named, never its content.
    """
    source = iter(lines)
    csv.field_size_limit(_LONGEST_FIELD)
    rows: Any = csv.reader(())
    try:
        first = next(source, "")
        rows = csv.reader(chain([first], source), strict=True, delimiter=separator(first))
        return _read(rows, dict(renamed or {}), on_columns, progress or (lambda _what, _done, _total: None))
    except csv.Error as error:
        raise _wrong(f"Line {max(rows.line_num, 1)} is not valid CSV ({error}).", "Check its quotes.") from error
    except UnicodeDecodeError as error:
        raise _wrong(
            "The file is not UTF-8 text; perhaps it is Latin-1 or Windows-1252.", "Save it again as CSV UTF-8."
        ) from error


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


def _read(rows: Any, renamed: dict[str, str], on_columns: Callable[[Columns], None] | None, tell: Progress) -> Rows:
    header = next(rows, None)
    if not header:
        raise _wrong("The file is empty.", f"Its first line must name columns, {', '.join(COLUMNS[:6])} …")
    columns = columns_of(header, renamed)
    if on_columns is not None:
        on_columns(columns)
    at = {name: place for name, (place, _) in columns.used.items() if name in TEXTS}
    id_at = columns.used["id"][0]
    made = Rows()
    seen: set[str] = set()
    width = len(header)
    line = rows.line_num
    while chunk := list(islice(rows, _CHUNK)):
        if set(map(len, chunk)) != {width}:
            chunk = _straight(chunk, width, line)
        by_column = list(zip(*chunk, strict=True)) or [()] * width
        ids = [text.strip() for text in by_column[id_at]]
        before = len(seen)
        seen.update(ids)
        if len(seen) != before + len(ids) or "" in seen:
            _id_problem(chunk, id_at, set(made.ids), line)
        made.ids += ids
        made.table.add({name: by_column[place] for name, place in at.items()}, len(ids))
        line = rows.line_num
        if len(made.ids) % (25 * _CHUNK) == 0:
            tell("reading people", len(made.ids), None)
    return made


def _straight(chunk: list[list[str]], width: int, line: int) -> list[list[str]]:
    """Rows of ``width`` values each: empty lines are left out, short ones filled up. ``line``: of the row before."""
    made = []
    for row, number in zip(chunk, _line_numbers(chunk, line), strict=True):
        if len(row) > width:
            raise _wrong(f"Line {number} has more values than there are columns.", "Check its quotes and commas.")
        if any(row):
            made.append(row + [""] * (width - len(row)))
    return made


def _line_numbers(chunk: list[list[str]], line: int) -> Iterator[int]:
    """The line on which each row ends."""
    for row in chunk:
        line += 1 + sum(text.count("\n") for text in row)
        yield line


def _id_problem(chunk: list[list[str]], id_at: int, seen: set[str], line: int) -> None:
    for row, number in zip(chunk, _line_numbers(chunk, line), strict=True):
        id_ = row[id_at].strip()
        if not id_:
            if any(row):
                raise _wrong(f"Line {number} has no id.", "Give every row one.")
        elif id_ in seen:
            raise _wrong(f"Line {number} repeats the id of an earlier row.", "Ids must be different.")
        seen.add(id_)


def match_table(
    lines: Iterable[str],
    *,
    renamed: Mapping[str, str] | None = None,
    threshold: float = THRESHOLD,
    progress: Progress | None = None,
    on_columns: Callable[[Columns], None] | None = None,
) -> Found:
    """``read_rows`` and ``find`` in one. Raises Problem also for a threshold outside 0–1."""
    if not 0 < threshold < 1:
        raise _wrong("The threshold must lie between 0 and 1.", f"The recommended one is {THRESHOLD}.")
    rows = read_rows(lines, renamed, on_columns, progress)
    return find(rows.ids, rows.table, threshold=threshold, progress=progress)


def write_pairs(found: Found, out: Writer, *, explain: bool = False) -> None:
    """``id_a,id_b,score``, with ``explain`` also what speaks for it and the weights of its pieces; the surest first."""
    if not explain:
        out.writerow(("id_a", "id_b", "score"))
        for at in range(0, len(found.first), _WRITTEN):
            part = slice(at, at + _WRITTEN)
            one = map(found.ids.__getitem__, found.first[part].tolist())
            two = map(found.ids.__getitem__, found.second[part].tolist())
            out.writerows(zip(one, two, map("{:.6f}".format, found.score[part].tolist()), strict=True))
        return
    names = ("prior", *FIELDS, "others")
    out.writerow(("id_a", "id_b", "score", "evidence", *(f"weight {name}" for name in names)))
    for at in range(0, len(found.first), _WRITTEN):
        for pair in found.candidates(at, _WRITTEN):
            weights = {one.field: one.weight for one in pair.evidence}
            text = " · ".join(f"{one.sentence} {one.weight:+.1f}" for one in pair.evidence)
            row = [f"{weights.get(name, 0):.1f}" for name in names]
            out.writerow([pair.key_a, pair.key_b, f"{pair.score:.6f}", text, *row])


def write_sets(found: Found, out: Writer) -> int:
    """``set,id``: one line per member; answers how many sets there are."""
    out.writerow(("set", "id"))
    sets = found.sets()
    for members, _ in sets:
        name = set_id(members)
        out.writerows((name, member) for member in members)
    return len(sets)


def _wrong(happened: str, todo: str) -> errors.Problem:
    return errors.Problem(happened, "Nothing was matched.", todo)
