"""Any table in, pairs out; what is wrong with a table is said in words."""

import csv
import io
import random
from pathlib import Path

import pytest

from mergetui import errors
from mergetui.matching.table import Columns, Rows, match_table, read_rows, write_pairs, write_sets
from mergetui.workflow.tables import TableJob, match_file

TABLE = """\ufeffEmail,ID,ignored,last_name,first_name,phone
jane@acme.example,7,x,Ellerby,Jane,
JANE@acme.example,3,,"Ellerby, Jr",Jane,
,5,,,,
peter@acme.example,9,,Stone,Peter,+44 113 4960123
"""


def read(text: str, renamed: dict[str, str] | None = None) -> Rows:
    return read_rows(io.StringIO(text), renamed)


def column(rows: Rows, name: str) -> list[str]:
    texts, codes = rows.table.take(name)
    return [texts[code] for code in codes.tolist()]


def test_any_order_any_subset() -> None:
    rows = read(TABLE)
    assert rows.ids == ["7", "3", "5", "9"]
    assert column(rows, "last_name")[1] == "Ellerby, Jr"
    assert column(rows, "email")[1] == "JANE@acme.example"
    assert column(rows, "phone") == ["", "", "", "+44 113 4960123"]
    assert column(rows, "city") == ["", "", "", ""]


def test_pairs_and_sets_are_written() -> None:
    found = match_table(io.StringIO(TABLE))
    out = io.StringIO()
    write_pairs(found, csv.writer(out, lineterminator="\n"))
    lines = out.getvalue().splitlines()
    assert lines[0] == "id_a,id_b,score"
    assert lines[1].startswith("3,7,0.9") and len(lines) == 2
    out = io.StringIO()
    write_pairs(found, csv.writer(out), explain=True)
    [row] = csv.DictReader(io.StringIO(out.getvalue()))
    assert "same e-mail +" in row["evidence"]
    weights = sum(float(value) for name, value in row.items() if name.startswith("weight "))
    assert float(row["score"]) == pytest.approx(1 / (1 + 2.718281828459045**-weights), abs=1e-5)
    out = io.StringIO()
    assert write_sets(found, csv.writer(out, lineterminator="\n")) == 1
    assert [line.split(",")[1] for line in out.getvalue().splitlines()] == ["id", "3", "7"]


def test_columns_can_be_renamed() -> None:
    assert read("Key,E\na,b\n", {"id": "Key", "email": "E"}).ids == ["a"]
    for renamed in ({"id": "Nope"}, {"e-mail": "E"}):
        with pytest.raises(errors.Problem):
            read("Key,E\na,b\n", renamed)


def test_headers_as_people_write_them() -> None:
    told: list[Columns] = []
    text = "Contact ID,First Name,surname,E-Mail,Mobile Phone,Account Name,ZIP,Id,Notes\n1,Jane,Ray,a@x,7,Acme,8,9,\n"
    rows = read_rows(io.StringIO(text), on_columns=told.append)
    values = {"first_name": "Jane", "last_name": "Ray", "email": "a@x", "mobile": "7", "company": "Acme"}
    assert rows.ids == ["9"] and {name: column(rows, name) for name in values} == {k: [v] for k, v in values.items()}
    assert told[0].used["first_name"] == (1, "First Name") and told[0].ignored == ("Contact ID", "Notes")


def test_a_column_that_was_mapped_is_not_read_twice() -> None:
    rows = read("id,email,last_name\n1,Acme,Ray\n", {"company": "email"})
    assert (column(rows, "company"), column(rows, "email")) == (["Acme"], [""])


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_are_seen_in_the_header(mark: str) -> None:
    text = (
        mark.join(("id", '"last, name"', "first_name", "email")) + "\n" + mark.join(("1", "x", "Ray, Jr", "a")) + "\n"
    )
    rows = read(text)
    assert (rows.ids, column(rows, "first_name"), column(rows, "email")) == (["1"], ["Ray, Jr"], ["a"])


def test_empty_and_short_lines() -> None:
    rows = read("id,email,city\n1,a\n\n2,b,Leeds\n,,\n3\n")
    assert (rows.ids, column(rows, "city")) == (["1", "2", "3"], ["", "Leeds", ""])


def test_a_huge_field() -> None:
    rows = read(f'id,email,city\n1,a@b.example,"{"x" * 300_000}"\n2,a@b.example,y\n')
    assert rows.ids == ["1", "2"]


def test_nothing_to_compare_is_said() -> None:
    with pytest.raises(errors.Problem, match="no column to compare") as raised:
        read("id,source,Vorname\n1,hubspot,Jane\n")
    assert "Vorname" in str(raised.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        ("name,email\nJane,x\n", "no column called id"),
        ("id,email\n1,a\n2,b\n1,secret@x.example\n", "Line 4 repeats"),
        ('id,email\n1,"a\nb"\n2,b\n1,secret@x.example\n', "Line 5 repeats"),
        ("id,email\n,a\n", "Line 2 has no id"),
        ("id,email\n1,a,b\n", "Line 2 has more values"),
        ('id,email\n1,"a"b\n', "Line 2 is not valid CSV"),
        ('id,email\n1,"a\n', "not valid CSV"),
    ],
)
def test_what_is_wrong_is_said_without_the_data(text: str, words: str) -> None:
    with pytest.raises(errors.Problem, match=words) as raised:
        read(text)
    assert "secret" not in str(raised.value)


def test_a_senseless_threshold() -> None:
    with pytest.raises(errors.Problem, match="threshold"):
        match_table(io.StringIO(TABLE), threshold=1.0)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("id,name\n1,Jörg\n".encode("latin-1"), "Latin-1"),
        ("id,email\n1,a@b.example\n".encode("utf-16"), "UTF-16"),
        (("id,email\n" + "1,a@b.example\n" * 5).encode("utf-16-le"), "UTF-16"),
    ],
)
def test_a_wrong_encoding_is_said(tmp_path: Path, data: bytes, words: str) -> None:
    source = tmp_path / "people.csv"
    source.write_bytes(data)
    with pytest.raises(errors.Problem, match=words):
        match_file(TableJob(str(source), str(tmp_path / "out.csv")), lambda *_: None, lambda _: None)
    assert not (tmp_path / "out.csv").exists()


def test_the_order_of_lines_never_matters(tmp_path: Path) -> None:
    from tests.benchmarks.matching_people import write

    source = tmp_path / "people.csv"
    write(source, "narrow", 700, 9)
    lines = source.read_text(encoding="utf-8").split("\n")
    header, rows = lines[0], [line for line in lines[1:] if line]
    made = []
    for seed in range(3):
        random.Random(seed).shuffle(rows)
        source.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        job = TableJob(str(source), str(tmp_path / "o.csv"), str(tmp_path / "c.csv"), threshold=0.05, explain=True)
        match_file(job, lambda *_: None, lambda _: None)
        made.append(((tmp_path / "o.csv").read_text("utf-8"), (tmp_path / "c.csv").read_text("utf-8")))
    assert made[0] == made[1] == made[2]
    assert made[0][0].count("\n") > 100
