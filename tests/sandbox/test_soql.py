"""SOQL: what parses, what is refused, and what rows come back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.soql import Both, Comparison, parse
from mergetui.sandbox.soql_dates import literal_span
from mergetui.twin.cast import CastRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.stamps import iso
from tests.twin.worlds import ACCOUNT, NOW, make_world, sf_contact, sf_lead

WORLD = make_world(
    sf_contact(
        1,
        "ann@x.example",
        LastName="Alpha",
        Title="CTO",
        AccountId=ACCOUNT,
        Score__c=3.0,
        DoNotCall=True,
        Interests__c="Analytics;Security",
    ),
    sf_contact(2, "bob@x.example", LastName="beta", Title=None, Score__c=10.0, Birthdate="1980-05-01"),
    sf_contact(3, None, LastName="O'Neil_100%", Title="cto", SystemModstamp=NOW),
    sf_contact(4, "dead@x.example", LastName="Zed", IsDeleted=True, MasterRecordId=salesforce_id("003", 1)),
    CastRow("Task", salesforce_id("00T", 1), {"WhoId": salesforce_id("003", 1), "Subject": "a"}),
    CastRow("Task", salesforce_id("00T", 2), {"WhoId": salesforce_id("003", 1), "Subject": "b"}),
    CastRow("Task", salesforce_id("00T", 3), {"WhoId": salesforce_id("003", 2), "Subject": "c"}),
    CastRow("Opportunity", salesforce_id("006", 1), {"Name": "Big", "Amount": 5.0, "CloseDate": "2026-11-18"}),
    CastRow("Opportunity", salesforce_id("006", 2), {"Name": "Small", "Amount": 7.0, "CloseDate": "2026-12-01"}),
    CastRow(
        "OpportunityContactRole",
        salesforce_id("00K", 1),
        {"OpportunityId": salesforce_id("006", 1), "ContactId": salesforce_id("003", 1), "Role": "User"},
    ),
    sf_lead(1, "lea@x.example", LastName="Lead"),
)
NAMES = {salesforce_id("003", n): n for n in range(1, 5)}


def run(text: str, *, deleted: bool = False) -> list[dict[str, Any]]:
    executor = Executor(WORLD.state, deleted=deleted, is_sandbox=False, version="v68.0")
    tree = parse(text)
    if tree.grouped:
        return executor.aggregate(tree)
    shaper = executor.shaper(tree, executor.info(tree))
    return [shaper.record(row) for row in executor.rows(tree)]


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
        ("Id NOT IN (SELECT WhoId FROM Task WHERE Subject = 'c')", [1, 3]),
        ("Id IN (SELECT ContactId FROM OpportunityContactRole WHERE Opportunity.Name = 'Big')", [1]),
        ("Interests__c INCLUDES ('Security;Analytics', 'Reporting')", [1]),
        ("Interests__c EXCLUDES ('Security')", [2, 3]),
        ("Interests__c = null", [2, 3]),
        ("Account.Owner.Name = 'Ada Admin'", [1]),
        ("Contact.Title = 'CTO' AND contact.LastName LIKE 'a%'", [1]),
        ("SystemModstamp > 2026-11-18T12:06:39+01:00", [3]),
        ("SystemModstamp > 2026-11-18T12:06:40+0100", []),
        ("SystemModstamp >= TODAY", [3]),
        ("SystemModstamp < TODAY", [1, 2]),
        ("SystemModstamp = YESTERDAY", [1, 2]),
        ("SystemModstamp != THIS_WEEK", []),
        ("SystemModstamp > TOMORROW", []),
        ("CreatedDate < N_DAYS_AGO:30", [3]),
        ("CreatedDate = LAST_N_MONTHS:1 AND CreatedDate < THIS_MONTH", [2, 3]),
        ("Birthdate < LAST_N_YEARS:3", [2]),
        ("CALENDAR_YEAR(Birthdate) = 1980", [2]),
        ("Email IN ('', 'ann@x.example')", [1, 3]),
        ("LastName > 'b'", [2, 3]),
        ("LastName LIKE '\\u0041lpha'", [1]),
        ("UserRecordAccess.HasEditAccess = true AND Title = 'CTO' AND Email != null", [1]),
    ],
)
def test_conditions(where: str, found: list[int]) -> None:
    assert numbers(where) == found


def test_dates_without_time() -> None:
    def names(where: str) -> list[str]:
        return [row["Name"] for row in run(f"SELECT Name FROM Opportunity WHERE {where} ORDER BY CloseDate")]

    assert names("CloseDate = TODAY") == ["Big"]
    assert names("CloseDate > TODAY") == ["Small"]
    assert names("CloseDate = NEXT_MONTH") == ["Small"]
    assert names("CloseDate = THIS_QUARTER") == ["Big", "Small"]
    assert names("CloseDate IN (2026-11-18, 2020-01-01)") == ["Big"]
    assert names("CloseDate = NEXT_N_DAYS:13") == ["Small"] and names("CloseDate = NEXT_N_DAYS:12") == []


@pytest.mark.parametrize(
    ("word", "first", "after"),
    [
        ("TODAY", "2026-11-18", "2026-11-19"),
        ("LAST_WEEK", "2026-11-08", "2026-11-15"),
        ("THIS_WEEK", "2026-11-15", "2026-11-22"),
        ("NEXT_WEEK", "2026-11-22", "2026-11-29"),
        ("LAST_90_DAYS", "2026-08-20", "2026-11-19"),
        ("NEXT_90_DAYS", "2026-11-19", "2027-02-17"),
        ("LAST_N_DAYS:1", "2026-11-17", "2026-11-19"),
        ("NEXT_N_DAYS:1", "2026-11-19", "2026-11-20"),
        ("N_DAYS_AGO:2", "2026-11-16", "2026-11-17"),
        ("LAST_N_WEEKS:2", "2026-11-01", "2026-11-15"),
        ("N_WEEKS_AGO:1", "2026-11-08", "2026-11-15"),
        ("LAST_MONTH", "2026-10-01", "2026-11-01"),
        ("NEXT_N_MONTHS:2", "2026-12-01", "2027-02-01"),
        ("N_MONTHS_AGO:11", "2025-12-01", "2026-01-01"),
        ("THIS_QUARTER", "2026-10-01", "2027-01-01"),
        ("LAST_N_QUARTERS:4", "2025-10-01", "2026-10-01"),
        ("THIS_FISCAL_YEAR", "2026-01-01", "2027-01-01"),
        ("NEXT_N_FISCAL_QUARTERS:1", "2027-01-01", "2027-04-01"),
        ("N_YEARS_AGO:1", "2025-01-01", "2026-01-01"),
    ],
)
def test_date_words(word: str, first: str, after: str) -> None:
    span = literal_span(word, date(2026, 11, 18))
    assert span is not None and (span[0].isoformat(), span[1].isoformat()) == (first, after)


def test_words_that_are_no_dates() -> None:
    for word in ("SOON", "LAST_N_DAYS", "LAST_N_DAYS:x", "THIS_DAY", "LAST_N_DAYS:99999", "TODAY:1"):
        assert literal_span(word, date(2026, 11, 18)) is None, word


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


def test_grouping_with_having_and_functions() -> None:
    text = "SELECT WhoId w, COUNT_DISTINCT(Subject) FROM Task GROUP BY WhoId HAVING COUNT(Id) > 1"
    assert run(text) == [{"attributes": {"type": "AggregateResult"}, "w": salesforce_id("003", 1), "expr0": 2}]
    assert run(text.replace("> 1", "> 2")) == []
    [row] = run("SELECT SUM(Amount) total, AVG(Amount), MIN(CloseDate) FROM Opportunity")
    assert (row["total"], row["expr0"], row["expr1"]) == (12.0, 6.0, "2026-11-18")
    rows = run("SELECT CALENDAR_MONTH(CloseDate) m, COUNT(Id) FROM Opportunity GROUP BY CALENDAR_MONTH(CloseDate)")
    assert sorted((row["m"], row["expr0"]) for row in rows) == [(11, 1), (12, 1)]
    rows = run("SELECT Who.Type, COUNT(Id) n FROM Task GROUP BY Who.Type, IsClosed ORDER BY COUNT(Id) DESC LIMIT 1")
    assert [(row["Type"], row["n"]) for row in rows] == [("Contact", 3)]


def test_children_in_a_select_list() -> None:
    rows = run(
        "SELECT Id, (SELECT Subject FROM Tasks WHERE Subject != 'a' ORDER BY Subject DESC), (SELECT Id FROM Events) "
        "FROM Contact ORDER BY LastName LIMIT 2"
    )
    assert list(rows[0]) == ["attributes", "Id", "Tasks", "Events"]
    [first] = run("SELECT (SELECT Id FROM Tasks), Title, Account.Name, Id FROM Contact WHERE Score__c = 3")
    assert list(first) == ["attributes", "Tasks", "Title", "Account", "Id"]
    tasks = rows[0]["Tasks"]
    assert (tasks["totalSize"], tasks["done"], [task["Subject"] for task in tasks["records"]]) == (1, True, ["b"])
    assert tasks["records"][0]["attributes"]["type"] == "Task" and rows[0]["Events"] is None
    assert rows[1]["Tasks"]["records"][0]["Subject"] == "c"


def test_parents_of_several_levels_and_of_several_kinds() -> None:
    [row] = run("SELECT Account.Owner.Name, Account.Name, Owner.Email FROM Contact WHERE Account.Name != null")
    assert list(row) == ["attributes", "Account", "Owner"]
    assert row["Account"]["Owner"]["Name"] == "Ada Admin" and list(row["Account"]) == ["attributes", "Owner", "Name"]
    [task] = run("SELECT Who.Name, Who.Type, What.Name FROM Task WHERE Subject = 'a'")
    assert task["Who"]["attributes"]["type"] == "Name" and "/sobjects/Contact/003" in task["Who"]["attributes"]["url"]
    assert (task["Who"]["Type"], task["What"]) == ("Contact", None)
    [lead] = run("SELECT Owner.Name, Owner.IsActive FROM Lead")
    assert lead["Owner"]["IsActive"] is True


def test_all_fields_and_odd_clauses() -> None:
    [row] = run("SELECT FIELDS(STANDARD), Tier__c FROM Contact WHERE Score__c = 3")
    assert row["LastName"] == "Alpha" and "Tier__c" in row and "Score__c" not in row
    [row] = run("SELECT FIELDS(CUSTOM) FROM Contact WHERE LastName = 'Alpha' LIMIT 200")
    assert row["Score__c"] == 3.0 and "LastName" not in row
    assert len(run("SELECT Id FROM Contact USING SCOPE mine WITH SECURITY_ENFORCED FOR VIEW")) == 3
    assert len(run("SELECT c.Id FROM Contact c WHERE c.Title = 'CTO' FOR UPDATE")) == 2


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
        ("SELECT Id FROM Contact ALL ROWS", "MALFORMED_QUERY", "ALL ROWS not allowed"),
        ("SELECT Id FROM Contact OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE", "offset allowed is 2000"),
        ("SELECT Id x FROM Contact", "MALFORMED_QUERY", "only aggregate expressions"),
        ("SELECT Id, id FROM Contact", "INVALID_FIELD", "duplicate field selected: Id"),
        ("SELECT FIELDS(ALL) FROM Contact", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT FIELDS(ALL) FROM Contact LIMIT 201", "MALFORMED_QUERY", "LIMIT of at most 200"),
        ("SELECT COUNT(Id) FROM Contact LIMIT 5", "MALFORMED_QUERY", "cannot also use LIMIT"),
        ("SELECT COUNT(), Id FROM Contact", "MALFORMED_QUERY", "only element"),
        ("SELECT SUM(LastName) FROM Contact", "MALFORMED_QUERY", "does not support aggregate operator SUM"),
        ("SELECT Description d, COUNT(Id) FROM Contact GROUP BY Description", "MALFORMED_QUERY", "can not be grouped"),
        ("SELECT Id FROM Contact ORDER BY Description", "MALFORMED_QUERY", "can not be sorted"),
        ("SELECT Id FROM Contact WHERE Id = 'abc'", "INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: abc"),
        ("SELECT Id FROM Contact WHERE Score__c LIKE '1%'", "INVALID_QUERY_FILTER_OPERATOR", "double field"),
        ("SELECT Id FROM Contact WHERE DoNotCall > true", "INVALID_QUERY_FILTER_OPERATOR", "boolean field"),
        ("SELECT Id FROM Contact WHERE Title INCLUDES ('a')", "INVALID_QUERY_FILTER_OPERATOR", "string field"),
        ("SELECT Id FROM Contact WHERE Score__c > null", "INVALID_QUERY_FILTER_OPERATOR", "null"),
        ("SELECT Id FROM Contact WHERE Birthdate = 2020-02-30", "INVALID_FIELD", "type date"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > 2020-02-03", "INVALID_FIELD", "type dateTime"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > 2020-02-03T00:00:00", "MALFORMED_QUERY", "unexpected token"),
        ("SELECT Id FROM Contact WHERE SystemModstamp > SOON", "MALFORMED_QUERY", "unexpected token: 'SOON'"),
        ("SELECT Id FROM Contact WHERE Title = 'a' AND NOT Title = 'b'", "MALFORMED_QUERY", "unexpected token: 'NOT'"),
        ("SELECT Id FROM Contact WHERE Title = '\\x'", "MALFORMED_QUERY", "Illegal character escape"),
        ("SELECT Id FROM Contact WHERE Title = :x", "MALFORMED_QUERY", "unexpected token: ':'"),
        ("SELECT Id, (SELECT Id FROM Nopes) FROM Contact", "INVALID_TYPE", "relationship 'Nopes' in FROM part"),
        ("SELECT (SELECT Nope FROM Tasks) FROM Contact", "INVALID_FIELD", "on entity 'Task'"),
        ("SELECT Who.Nope FROM Task", "INVALID_FIELD", "on entity 'Name'"),
        ("SELECT Id FROM Name", "INVALID_TYPE", "'Name' is not supported"),
        ("SELECT Id FROM ScratchOrgInfo LIMIT 1", "INVALID_TYPE", "'ScratchOrgInfo' is not supported"),
        ("SELECT Id FROM Contact WHERE Title IN (SELECT Id FROM Task)", "MALFORMED_QUERY", "must be an Id"),
        ("SELECT Id FROM Contact WHERE Id IN (SELECT Subject FROM Task)", "MALFORMED_QUERY", "cannot be used"),
        ("SELECT Id FROM Contact WHERE Id IN (SELECT Id FROM Contact)", "MALFORMED_QUERY", "same object type"),
        (
            "SELECT Id FROM Contact WHERE Title = 'a' OR Id IN (SELECT WhoId FROM Task)",
            "MALFORMED_QUERY",
            "top level WHERE",
        ),
        ("SELECT Id FROM UserRecordAccess WHERE RecordId = 'a'", "MALFORMED_QUERY", "one UserId"),
        (f"SELECT Id FROM Contact WHERE Title = '{'x' * 100_000}'", "QUERY_TOO_COMPLICATED", "100000"),
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
