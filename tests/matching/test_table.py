"""Any table in, pairs out; what is wrong with a table is said in words."""

import csv
import io

import pytest

from mergetui import errors
from mergetui.matching.table import Columns, match_table, read_people, write_pairs, write_sets

TABLE = """\ufeffEmail,ID,ignored,last_name,first_name,phone
jane@acme.example,7,x,Ellerby,Jane,
JANE@acme.example,3,,"Ellerby, Jr",Jane,
,5,,,,
peter@acme.example,9,,Stone,Peter,+44 113 4960123
"""


def read(text: str, renamed: dict[str, str] | None = None) -> list[str]:
    return [row.key for row in read_people(io.StringIO(text), renamed)]


def test_any_order_any_subset() -> None:
    rows = list(read_people(io.StringIO(TABLE)))
    assert [row.key for row in rows] == ["7", "3", "5", "9"]
    assert (rows[1].last_name, rows[1].email, rows[3].phone) == ("Ellerby, Jr", "JANE@acme.example", "+44 113 4960123")


def test_pairs_and_sets_are_written() -> None:
    result = match_table(io.StringIO(TABLE))
    out = io.StringIO()
    write_pairs(result.pairs, csv.writer(out, lineterminator="\n"))
    lines = out.getvalue().splitlines()
    assert lines[0] == "id_a,id_b,score"
    assert lines[1].startswith("3,7,0.9") and len(lines) == 2
    out = io.StringIO()
    write_pairs(result.pairs, csv.writer(out), explain=True)
    assert "same e-mail +8.5" in out.getvalue()
    out = io.StringIO()
    write_sets(result.sets, csv.writer(out, lineterminator="\n"))
    assert [line.split(",")[1] for line in out.getvalue().splitlines()] == ["id", "3", "7"]


def test_columns_can_be_renamed() -> None:
    assert read("Key,E\na,b\n", {"id": "Key", "email": "E"}) == ["a"]
    for renamed in ({"id": "Nope"}, {"e-mail": "E"}):
        with pytest.raises(errors.Problem):
            read("Key,E\na,b\n", renamed)


def test_headers_as_people_write_them() -> None:
    told: list[Columns] = []
    text = "Contact ID,First Name,surname,E-Mail,Mobile Phone,Account Name,ZIP,Id,Notes\n1,Jane,Ray,a@x,7,Acme,8,9,\n"
    [row] = read_people(io.StringIO(text), on_columns=told.append)
    assert (row.key, row.first_name, row.last_name, row.email) == ("9", "Jane", "Ray", "a@x")
    assert (row.mobile, row.company, row.postal_code) == ("7", "Acme", "8")
    assert told[0].used["first_name"] == (1, "First Name") and told[0].ignored == ("Contact ID", "Notes")


def test_a_column_that_was_mapped_is_not_read_twice() -> None:
    [row] = read_people(io.StringIO("id,email,last_name\n1,Acme,Ray\n"), {"company": "email"})
    assert (row.company, row.email) == ("Acme", "")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_are_seen_in_the_header(mark: str) -> None:
    text = (
        mark.join(("id", '"last, name"', "first_name", "email")) + "\n" + mark.join(("1", "x", "Ray, Jr", "a")) + "\n"
    )
    [row] = read_people(io.StringIO(text))
    assert (row.key, row.first_name, row.email) == ("1", "Ray, Jr", "a")


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


def test_wrong_encoding_is_said() -> None:
    with pytest.raises(errors.Problem, match="UTF-8"):
        list(read_people(io.TextIOWrapper(io.BytesIO("id,name\n1,Jörg\n".encode("latin-1")), encoding="utf-8")))


def test_a_senseless_threshold() -> None:
    with pytest.raises(errors.Problem, match="threshold"):
        match_table(io.StringIO(TABLE), threshold=1.0)
