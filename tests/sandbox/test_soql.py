"""SOQL: what parses, what is refused, and what rows come back."""

from __future__ import annotations

from typing import Any

import pytest

from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.soql import Both, Comparison, parse
from mergetui.twin.cast import CastRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.stamps import iso
from tests.twin.worlds import ACCOUNT, NOW, make_world, sf_contact

WORLD = make_world(
    sf_contact(1, "ann@x.example", LastName="Alpha", Title="CTO", AccountId=ACCOUNT, Score__c=3.0, DoNotCall=True),
    sf_contact(2, "bob@x.example", LastName="beta", Title=None, Score__c=10.0, Birthdate="1980-05-01"),
    sf_contact(3, None, LastName="O'Neil_100%", Title="cto", SystemModstamp=NOW),
    sf_contact(4, "dead@x.example", LastName="Zed", IsDeleted=True, MasterRecordId=salesforce_id("003", 1)),
    CastRow("Task", salesforce_id("00T", 1), {"WhoId": salesforce_id("003", 1), "Subject": "a"}),
    CastRow("Task", salesforce_id("00T", 2), {"WhoId": salesforce_id("003", 1), "Subject": "b"}),
    CastRow("Task", salesforce_id("00T", 3), {"WhoId": salesforce_id("003", 2), "Subject": "c"}),
)
NAMES = {salesforce_id("003", n): n for n in range(1, 5)}


def run(text: str, *, deleted: bool = False) -> list[dict[str, Any]]:
    executor = Executor(WORLD.state, deleted=deleted, is_sandbox=False, version="v68.0")
    tree = parse(text)
    if tree.group or any(item.function for item in tree.selected):
        return executor.aggregate(tree)
    columns = executor.columns(tree, executor.info(tree))
    return [executor.record(row, columns) for row in executor.rows(tree)]


def numbers(where: str, *, deleted: bool = False) -> list[int]:
    return [NAMES[row["Id"]] for row in run(f"SELECT Id FROM Contact WHERE {where}", deleted=deleted)]


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("LastName = 'ALPHA'", [1]),
        ("LastName != 'alpha'", [2, 3]),
        ("Email = null", [3]),
        ("Email != NULL", [1, 2]),
        ("Title != 'CTO'", [2]),
        ("LastName LIKE 'b%'", [2]),
        ("LastName LIKE 'O\\'Neil\\_1__\\%'", [3]),
        ("LastName LIKE '%\\%'", [3]),
        ("LastName LIKE 'A_pha' AND Title = 'CTO'", [1]),
        ("Score__c > 3", [2]),
        ("Score__c >= 3", [1, 2]),
        ("Score__c IN (3, 7)", [1]),
        ("DoNotCall = true", [1]),
        ("DoNotCall = false", [2, 3]),
        ("Birthdate < 1990-01-01", [2]),
        (f"SystemModstamp >= {iso(NOW - 1000)}", [3]),
        (f"SystemModstamp < {iso(NOW - 1000)} AND Email != null", [1, 2]),
        ("SystemModstamp = LAST_N_DAYS:1", [1, 2, 3]),
        ("Title IN ('cto', 'ceo')", [1, 3]),
        ("Title NOT IN ('cto')", [2]),
        ("NOT Title = 'cto'", [2]),
        ("(Title = 'cto' AND Email = null) OR LastName = 'beta'", [2, 3]),
        ("(NOT (Title = 'cto' OR Email = null))", [2]),
        ("Account.Name = 'acme'", [1]),
        ("Owner.Name = 'Ada Admin' AND Owner.IsActive = true", [1, 2, 3]),
        (f"Id = '{salesforce_id('003', 2)}'", [2]),
        (f"Id IN ('{salesforce_id('003', 2)[:15]}', '{salesforce_id('003', 4)}')", [2]),
        ("Id IN (SELECT WhoId FROM Task WHERE Subject = 'c')", [2]),
    ],
)
def test_conditions(where: str, found: list[int]) -> None:
    assert numbers(where) == found


def test_query_all_sees_the_dead() -> None:
    assert numbers("IsDeleted = true", deleted=True) == [4]
    assert numbers("MasterRecordId != null", deleted=True) == [4]
    assert numbers("IsDeleted = true") == []


def test_order_limit_offset_and_nulls() -> None:
    def order(tail: str) -> list[int]:
        return [NAMES[row["Id"]] for row in run(f"SELECT Id FROM Contact {tail}")]

    assert order("ORDER BY LastName") == [1, 2, 3]
    assert order("ORDER BY LastName DESC") == [3, 2, 1]
    assert order("ORDER BY Email ASC") == [3, 1, 2]
    assert order("ORDER BY Email NULLS LAST") == [1, 2, 3]
    assert order("ORDER BY Email DESC NULLS LAST, Id") == [2, 1, 3]
    assert order("ORDER BY SystemModstamp, Id LIMIT 1 OFFSET 1") == [2]


def test_rows_come_in_canonical_spelling_with_parents() -> None:
    [row] = run(
        "select id, account.name, owner.isactive, reportsto.name, systemmodstamp from contact c where score__c=3"
    )
    assert row["attributes"]["type"] == "Contact"
    assert row["Account"]["Name"] == "Acme" and row["Owner"]["IsActive"] is True and row["ReportsTo"] is None
    assert row["SystemModstamp"] == "2026-11-17T07:20:00.000+0000"


def test_counting_and_grouping() -> None:
    assert parse("SELECT COUNT() FROM Contact").bare_count
    rows = run("SELECT WhoId, COUNT(Id), COUNT(Subject) n FROM Task GROUP BY WhoId ORDER BY WhoId")
    assert [(row["expr0"], row["n"]) for row in rows] == [(2, 2), (1, 1)]
    [row] = run("SELECT COUNT(Id) c, MAX(SystemModstamp) m, MIN(Score__c) FROM Contact")
    assert (row["c"], row["m"], row["expr0"]) == (3, "2026-11-18T11:06:40.000+0000", 3.0)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("", "MALFORMED_QUERY", "empty"),
        ("SELECT Id FORM Contact", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact WHERE", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact WHERE Name = 'x' OR Name = 'y' AND Name = 'z'", "MALFORMED_QUERY", "AND"),
        ("SELECT Id FROM Contact WHERE Name = 'open", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact LIMIT x", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Nope FROM Contact", "INVALID_FIELD", "No such column 'Nope' on entity 'Contact'"),
        ("SELECT Nope.Name FROM Contact", "INVALID_FIELD", "Didn't understand relationship 'Nope'"),
        ("SELECT Id FROM Nope", "INVALID_TYPE", "sObject type 'Nope' is not supported"),
        ("SELECT Id FROM Contact WHERE Score__c = '3'", "INVALID_FIELD", "should not be enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE Title = 3", "INVALID_FIELD", "enclosed in quotes"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > 'x'", "INVALID_FIELD", "quotes"),
        ("SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD", "can not be filtered"),
        ("SELECT Title, COUNT(Id) FROM Contact", "MALFORMED_QUERY", "must be grouped"),
    ],
)
def test_refusals(text: str, code: str, words: str) -> None:
    with pytest.raises(SalesforceRefusal) as refused:
        run(text)
    assert refused.value.code == code
    assert words in refused.value.message


def test_the_caret_stands_under_the_field() -> None:
    with pytest.raises(SalesforceRefusal) as refused:
        run("SELECT Id, Nope FROM Contact")
    lines = refused.value.message.split("\n")
    assert lines[1][lines[2].index("^") :].startswith("Nope")
    assert "Row:1:Column:12" in lines[3]


def test_quotes_in_literals_stay_data() -> None:
    tree = parse(r"SELECT Id FROM Contact WHERE LastName = 'x\' OR Name != \'' AND Title = 'y'")
    assert isinstance(tree.where, Both) and len(tree.where.parts) == 2
    first = tree.where.parts[0]
    assert isinstance(first, Comparison) and first.values[0].value == "x' OR Name != '"
