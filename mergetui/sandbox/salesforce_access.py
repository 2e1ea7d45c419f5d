"""UserRecordAccess: what the signed-in user may do with one record (facts/salesforce.md §9)."""

from __future__ import annotations

from mergetui.sandbox.soql_tree import Comparison, Query, Text, conjuncts
from mergetui.twin.integration import Rights, rights
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.schema import long_id
from mergetui.twin.state import Row, State

MAX_RECORDS = 200


def access_row(state: State, record_id: str, user_id: str) -> Row:
    """One computed row: what sharing and the switches leave to this user (facts/integration.md row 11)."""
    row = state.alive(record_id)
    can = rights(state, user_id, row) if row is not None else Rights(read=False, edit=False, delete=False)
    alive, edit, delete = can.read, can.edit, can.delete
    level = "All" if delete else "Edit" if edit else "Read" if alive else "None"
    return Row(
        "UserRecordAccess",
        record_id,
        {
            "RecordId": record_id,
            "UserId": user_id,
            "HasReadAccess": alive,
            "HasEditAccess": edit,
            "HasDeleteAccess": delete,
            "HasTransferAccess": delete,
            "HasAllAccess": delete,
            "MaxAccessLevel": level,
        },
    )


def access_rows(state: State, query: Query) -> list[Row]:
    """The rows of ``FROM UserRecordAccess``. Raises MALFORMED_QUERY unless one user and 1 to 200 records are named."""
    given: dict[str, list[str]] = {"userid": [], "recordid": []}
    for part in conjuncts(query.where):
        name = part.path.rpartition(".")[2].lower() if isinstance(part, Comparison) else ""
        if isinstance(part, Comparison) and name in given and part.operator in ("=", "in"):
            given[name] += [long_id(term.value) for term in part.values if isinstance(term, Text)]
    users, records = dict.fromkeys(given["userid"]), dict.fromkeys(given["recordid"])
    if len(users) != 1 or not records:
        raise SalesforceRefusal(
            "MALFORMED_QUERY",
            "Can query UserRecordAccess only with a filter on one UserId and on RecordId: WHERE UserId = … AND "
            "RecordId = … or RecordId IN …",
        )
    if len(records) > MAX_RECORDS:
        raise SalesforceRefusal(
            "MALFORMED_QUERY", f"Can query UserRecordAccess for at most {MAX_RECORDS} RecordIds at a time"
        )
    allowed = {"recordid", "hasreadaccess", "haseditaccess", "hasdeleteaccess", "hastransferaccess", "hasallaccess",
               "maxaccesslevel", "id"}  # fmt: skip
    for item in query.selected:
        if item.path.rpartition(".")[2].lower() not in allowed:
            raise SalesforceRefusal(
                "MALFORMED_QUERY", "Can select only RecordId, a Has*Access field, and MaxAccessLevel to evaluate access"
            )
    (user,) = users
    return [access_row(state, key, user) for key in records]
