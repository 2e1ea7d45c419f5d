"""Salesforce as mergetui needs it: reads over REST, the merge over SOAP. Answers with records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mergetui.crm import soap, soql
from mergetui.crm.salesforce_children import CHILD_KINDS, ChildKind, child_lookups, lookup_kind
from mergetui.crm.salesforce_rows import ALWAYS, field_infos, person_row
from mergetui.crm.times import soql_datetime
from mergetui.crm.transport import Answer, Request, Transport
from mergetui.crm.wire import tidy
from mergetui.errors import CrmProblem, Expired, Limited, Missing, Refused, Unknown
from mergetui.records.crm import (
    ChildLookup,
    ChildRow,
    FieldInfo,
    OrgIdentity,
    RelatedRows,
    RowAccess,
    SalesforceMergeAnswer,
    SalesforceObject,
    SalesforceRecord,
    User,
    Value,
)
from mergetui.records.plan import SalesforceMerge

NEWEST_VERSION = 68
OLDEST_VERSION = 58
LONGEST_URL = 12_000
"""Salesforce takes 16,384 bytes of URI and headers together."""
IDS_PER_QUERY = 150
"""A WHERE text may have 4,000 characters; an id takes 21."""
MERGE_TIMEOUT_S = 130.0
"""Triggers and flows of an org may run for a minute or two inside the merge."""

_FIELD_ABSENT = frozenset({"INVALID_TYPE", "INVALID_FIELD", "INVALID_TYPE_FOR_OPERATION", "INSUFFICIENT_ACCESS"})
"""Why a kind of child rows cannot be read in this org or by this user: then none of them is visible."""

_UNPROVEN_FAULTS = frozenset({"UNKNOWN_EXCEPTION", "SERVER_UNAVAILABLE", "REQUEST_RUNNING_TOO_LONG", ""})
"""Faults that speak of the server's state, not of the request: they do not prove that nothing was committed."""


class Salesforce:
    """One org as one signed-in user. ``read_only`` refuses every write."""

    def __init__(self, transport: Transport, *, version: int | None = None, read_only: bool = False) -> None:
        self._transport = transport
        self._version = version
        self._read_only = read_only
        self._user_id = ""
        self._asking = asyncio.Lock()

    def now(self) -> int:
        """Salesforce's own time, ms UTC."""
        return self._transport.now()

    @property
    def usage(self) -> str:
        return self._transport.usage

    async def aclose(self) -> None:
        await self._transport.aclose()

    # who and what ------------------------------------------------------------------------------------------------

    async def identity(self) -> OrgIdentity:
        """The org and user of the token. Production is what is no sandbox (design rule 10)."""
        rows = await self._query("SELECT Id, Name, IsSandbox, OrganizationType FROM Organization", "read the org")
        if len(rows) != 1:
            raise self._unreadable("read the org")
        row = rows[0]
        token = await self._transport.token()
        return OrgIdentity(
            crm="salesforce",
            id=soql.id18(str(row.get("Id"))) or "",
            name=str(row.get("Name") or ""),
            production=row.get("IsSandbox") is not True,
            kind=str(row.get("OrganizationType") or ""),
            user_id=await self._user(),
            ui_url=token.base_url,
        )

    async def describe(self, object_name: str) -> tuple[FieldInfo, ...]:
        """The fields that this user may see; fields hidden from the user are absent, consent fields included."""
        data = await self._get(f"/sobjects/{soql.name(object_name)}/describe", f"describe {object_name}")
        if not isinstance(data, Mapping):
            raise self._unreadable(f"describe {object_name}")
        return field_infos(object_name, data)

    async def lookups(self, object_name: SalesforceObject) -> tuple[ChildLookup, ...]:
        """Every lookup at this object that ``children`` does not read, custom objects' included."""
        data = await self._get(f"/sobjects/{soql.name(object_name)}/describe", f"describe {object_name}")
        return child_lookups(object_name, data) if isinstance(data, Mapping) else ()

    async def users(self) -> list[User]:
        rows = await self._query("SELECT Id, Name, Email, IsActive FROM User ORDER BY Id", "list the users")
        return [
            User(
                "salesforce",
                str(row["Id"]),
                str(row.get("Name") or ""),
                str(row.get("Email") or ""),
                row.get("IsActive") is not False,
            )
            for row in rows
        ]

    async def names(self, object_name: str, ids: Sequence[str]) -> dict[str, str]:
        """Id → Name of rows of any object that has one; ids that are unknown or hidden are absent."""
        found: dict[str, str] = {}
        for chunk in soql.chunks(soql.ids18(ids), IDS_PER_QUERY):
            text = soql.select(("Id", "Name"), object_name, soql.any_of("Id", chunk))
            for row in await self._query(text, f"read names of {object_name}"):
                found[str(row["Id"])] = str(row.get("Name") or "")
        return found

    async def access(self, ids: Sequence[str]) -> dict[str, RowAccess]:
        """What this user may do with each row (facts/salesforce.md §9)."""
        user = await self._user()
        found: dict[str, RowAccess] = {}
        for chunk in soql.chunks(soql.ids18(ids), IDS_PER_QUERY):
            where = f"UserId = {soql.literal(user)} AND {soql.any_of('RecordId', chunk)}"
            fields = ("RecordId", "HasReadAccess", "HasEditAccess", "HasDeleteAccess")
            for row in await self._query(soql.select(fields, "UserRecordAccess", where), "read the user's rights"):
                key = soql.id18(str(row.get("RecordId"))) or ""
                rights = (row.get(name) is True for name in fields[1:])
                found[key] = RowAccess(key, *rights)
        return found

    async def in_approval(self, ids: Sequence[str]) -> frozenset[str]:
        """Those of the rows that wait for an approval; empty when this user may not see approvals. A lock that nobody
        saw only makes the merge be refused, before anything has happened."""
        found: set[str] = set()
        try:
            for chunk in soql.chunks(soql.ids18(ids), IDS_PER_QUERY):
                where = f"{soql.any_of('TargetObjectId', chunk)} AND Status = 'Pending'"
                rows = await self._query(
                    soql.select(("TargetObjectId",), "ProcessInstance", where), "look for pending approvals"
                )
                found |= {soql.id18(str(row.get("TargetObjectId"))) or "" for row in rows}
        except (Expired, Limited):
            raise
        except Refused:
            return frozenset()
        return frozenset(found - {""})

    # people ------------------------------------------------------------------------------------------------------

    async def pages(
        self, object_name: SalesforceObject, fields: Sequence[FieldInfo], *, since: int | None = None
    ) -> AsyncIterator[list[SalesforceRecord]]:
        """All live rows, up to 2,000 a page, oldest change first; with ``since`` only those changed at or after it.

        Rows that changed while paging may come twice, never not at all.
        """
        names = _names(object_name, fields)
        where = f"SystemModstamp >= {soql_datetime(since)}" if since is not None else ""
        order = "SystemModstamp, Id" if since is not None else ""
        wide = len(quote(soql.select(names, object_name, where, order))) > LONGEST_URL
        text = soql.select(ALWAYS if wide else names, object_name, where, order)
        async for rows in self._query_pages(text, f"read all {object_name}s"):
            if wide:
                rows = await self._collection(object_name, [str(row["Id"]) for row in rows], names)
            yield [person_row(object_name, row) for row in rows]

    async def count(self, object_name: str) -> int:
        data = await self._get("/query", f"count {object_name}s", [("q", soql.count(object_name))])
        if not isinstance(data, Mapping) or not isinstance(data.get("totalSize"), int):
            raise self._unreadable(f"count {object_name}s")
        return int(data["totalSize"])

    async def records(
        self, object_name: SalesforceObject, ids: Sequence[str], fields: Sequence[FieldInfo]
    ) -> dict[str, SalesforceRecord]:
        """Rows by id, fresh, deleted and merged ones included; ids unknown or hidden are absent."""
        merged: dict[str, dict[str, Any]] = {}
        for group in _field_groups(_names(object_name, fields)):
            for chunk in soql.chunks(soql.ids18(ids), IDS_PER_QUERY):
                text = soql.select(group, object_name, soql.any_of("Id", chunk))
                async for rows in self._query_pages(text, f"read {object_name}s by id", deleted=True):
                    for row in rows:
                        merged.setdefault(str(row["Id"]), {}).update(row)
        return {key: person_row(object_name, row) for key, row in merged.items()}

    async def deleted(
        self, object_name: SalesforceObject, fields: Sequence[FieldInfo], *, since: int
    ) -> list[SalesforceRecord]:
        """Rows that were deleted or merged away at or after ``since`` and are still in the recycle bin."""
        where = f"IsDeleted = true AND SystemModstamp >= {soql_datetime(since)}"
        text = soql.select(_names(object_name, fields), object_name, where)
        what = f"list deleted {object_name}s"
        return [
            person_row(object_name, row) async for rows in self._query_pages(text, what, deleted=True) for row in rows
        ]

    async def fates(self, object_name: SalesforceObject, ids: Sequence[str]) -> dict[str, SalesforceRecord]:
        """What became of rows: deleted or not, and merged into which (``master_id``)."""
        return await self.records(object_name, ids, ())

    async def children(self, object_name: SalesforceObject, ids: Sequence[str]) -> list[ChildRow]:
        """Rows that point at these people and would move with a merge, as far as this user sees them."""
        wanted = soql.ids18(ids)
        read = await self._children_of(CHILD_KINDS[object_name], wanted)
        # one hidden field must not hide the rows: then only their lookups are asked for
        bare = [kind.bare() for kind, _, code in read if code == "INVALID_FIELD"]
        read = [entry for entry in read if entry[2] != "INVALID_FIELD"] + await self._children_of(bare, wanted)
        found: list[ChildRow] = []
        for kind, rows, code in read:
            if code and code not in _FIELD_ABSENT:
                raise Refused(
                    "Salesforce", f"Salesforce refused to list {kind.object} rows ({code}).",
                    "Nothing was changed.", "Ask an administrator for read access to them.", code=code,
                )  # fmt: skip
            found += rows
        return found

    async def related(self, ids: Sequence[str], lookups: Sequence[ChildLookup]) -> RelatedRows:
        """Ids of the rows behind these lookups: for snapshots, which tell what they could not read."""
        rows: list[ChildRow] = []
        unread: list[str] = []
        for kind, found, code in await self._children_of([lookup_kind(one) for one in lookups], soql.ids18(ids)):
            rows += found
            if code:
                unread.append(f"{kind.object}.{kind.parent}: {code}")
        return RelatedRows(tuple(rows), tuple(dict.fromkeys(unread)))

    async def _children_of(
        self, kinds: Sequence[ChildKind], ids: Sequence[str]
    ) -> list[tuple[ChildKind, list[ChildRow], str]]:
        """Every kind with its rows, or with the code of Salesforce's refusal."""
        groups = [kinds[start : start + 5] for start in range(0, len(kinds), 5)]  # no more queries fit a composite call
        calls = [self._five_kinds(group, chunk) for chunk in soql.chunks(ids, 50) for group in groups]
        return [one for found in await asyncio.gather(*calls) for one in found]

    async def _five_kinds(
        self, kinds: Sequence[ChildKind], ids: Sequence[str]
    ) -> list[tuple[ChildKind, list[ChildRow], str]]:
        base = await self._base()
        queries = []
        names = [kind.object for kind in kinds]
        for number, kind in enumerate(kinds):
            where = soql.any_of(kind.parent, ids) + (" AND IsDeleted = false" if kind.deleted_flag else "")
            verb = "queryAll" if kind.deleted_flag else "query"
            url = f"{base}/{verb}?q={quote(soql.select(kind.fields, kind.object, where), safe='')}"
            reference = kind.object if names.count(kind.object) == 1 else f"{kind.object}_{number}"
            queries.append({"method": "GET", "url": url, "referenceId": reference})
        what = "read related records"
        request = Request("POST", f"{base}/composite", what, json={"compositeRequest": queries}, idempotent=True)
        data = (await self._transport.call(request)).data()
        answers = data.get("compositeResponse") if isinstance(data, Mapping) else None
        if not isinstance(answers, list) or len(answers) != len(kinds):
            raise self._unreadable(what)
        found: list[tuple[ChildKind, list[ChildRow], str]] = []
        for kind, part in zip(kinds, answers, strict=True):
            body = part.get("body")
            if part.get("httpStatusCode") == 200 and isinstance(body, Mapping):
                rows = list(body.get("records") or ())
                if not body.get("done", True):
                    async for more in self._rest_of(body, what):
                        rows += more
                found.append((kind, [kind.row(row) for row in rows], ""))
                continue
            first = body[0] if isinstance(body, list) and body and isinstance(body[0], Mapping) else {}
            found.append((kind, [], tidy(str(first.get("errorCode") or ""), 60) or "no reason"))
        return found

    # readiness ---------------------------------------------------------------------------------------------------

    async def ready(self, *, min_life_s: float = 300) -> None:
        """The token is good for so long (as far as known), proven by one small call, and a connection is open.

        Raises Refused for a JWT token with a version below 68: SOAP would refuse it for ever (facts/salesforce.md §2).
        """
        token = await self._transport.token(min_life_s=min_life_s)
        await self._get("/", "answer")
        if token.access_token.count(".") == 2 and "!" not in token.access_token and await self._known_version() < 68:
            raise Refused(
                "Salesforce", "This app issues JWT tokens, which this org's merge call does not accept yet.",
                "Nothing was merged.", "Switch the External Client App to opaque tokens and sign in again.",
                code="JWT_TOKEN",
            )  # fmt: skip

    async def api_left(self) -> float | None:
        """Share (0–1) of the daily API calls that is left; None when it cannot be seen."""
        if self._transport.calls_left is None:
            try:
                data = await self._get("/limits/", "read the limits")
            except Limited:
                return 0.0
            except Refused:
                return None  # needs View Setup and Configuration
            daily = data.get("DailyApiRequests") if isinstance(data, Mapping) else None
            if self._transport.calls_left is None and isinstance(daily, Mapping) and daily.get("Max"):
                return max(0.0, min(1.0, float(daily.get("Remaining") or 0) / float(daily["Max"])))
        return self._transport.calls_left

    # writes ------------------------------------------------------------------------------------------------------

    async def merge(self, merge: SalesforceMerge) -> SalesforceMergeAnswer:
        """One MergeRequest. ``success`` False, Refused, Limited and Expired prove that nothing was merged;
        Unreachable that nothing was sent; Unknown proves nothing."""
        what = f"merge two {merge.object}s"
        self._may_write(what)
        soap.merge_request(merge, "")  # what cannot be sent is refused before any request leaves
        version = await self._known_version()
        answer = await self._transport.call(
            Request(
                "POST",
                f"/services/Soap/u/{version}.0",
                what,
                content=lambda token: soap.merge_request(merge, token.access_token),
                headers={"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""', "Accept": "text/xml"},
                timeout_s=MERGE_TIMEOUT_S,
                accept=frozenset({500}),
                token_refused=soap.session_refused,
            )
        )
        found = soap.merge_answer(answer)
        if isinstance(found, SalesforceMergeAnswer):
            return found
        raise self._fault(found, answer, what)

    async def update(self, object_name: SalesforceObject, record_id: str, values: Mapping[str, Value]) -> None:
        """Write fields of one row. Assignment rules stay out of it: REST would run them unless told not to."""
        what = f"update a {object_name}"
        self._may_write(what)
        key = soql.id18(record_id)
        if key is None:
            raise Missing(
                "Salesforce", f"Salesforce was asked to {what} by something that is no id.", "Nothing was sent.",
                "Refresh and look again.", code="MALFORMED_ID",
            )  # fmt: skip
        base = await self._base()
        await self._transport.call(
            Request(
                "PATCH",
                f"{base}/sobjects/{soql.name(object_name)}/{key}",
                what,
                json={soql.name(field): value for field, value in values.items()},
                headers={"Sforce-Auto-Assign": "FALSE", "Sforce-Duplicate-Rule-Header": "allowSave=true"},
            )
        )

    # inside ------------------------------------------------------------------------------------------------------

    def _may_write(self, what: str) -> None:
        if self._read_only:
            raise Refused(
                "Salesforce", f"mergetui was started read-only and may not {what}.", "Nothing was sent.",
                "Start it without --read-only.", code="READ_ONLY",
            )  # fmt: skip

    def _unreadable(self, what: str) -> CrmProblem:
        return CrmProblem(
            "Salesforce", f"Salesforce answered something unreadable when asked to {what}.", "Nothing was changed.",
            "Check the address (a proxy or a login page in between?) and try again.", code="UNREADABLE",
        )  # fmt: skip

    def _fault(self, found: soap.SoapFault | None, answer: Answer, what: str) -> CrmProblem:
        code = found.code if found else ""
        said = f" It said: {found.message}" if found and found.message else ""
        if code == "INVALID_SESSION_ID":
            return Expired(
                "Salesforce", f"Salesforce refused the sign-in.{said}", "Nothing was merged.",
                "Run: mergetui login salesforce", status=answer.status, code=code,
            )  # fmt: skip
        if code == "REQUEST_LIMIT_EXCEEDED":
            daily = "concurrent" not in (found.message if found else "").lower()
            return Limited(
                "Salesforce", "Salesforce's limit of API calls is used up.", "Nothing was merged.",
                "Go on when calls are free again (rolling 24 hours).", retry_after_s=0.0 if daily else 5.0,
                daily=daily, status=answer.status, code=code,
            )  # fmt: skip
        if code in _UNPROVEN_FAULTS:
            return Unknown(
                "Salesforce",
                f"Salesforce gave no clear answer when asked to {what} (HTTP {answer.status}"
                f"{', ' + code if code else ''}).{said}",
                "It is not known whether they were merged.",
                "mergetui finds out by reading before anything else is tried.", status=answer.status, code=code,
            )  # fmt: skip
        return Refused(
            "Salesforce", f"Salesforce refused to {what} ({tidy(code, 60)}).{said}", "Nothing was merged.",
            "Correct what the message names, then try again.", status=answer.status, code=code,
        )  # fmt: skip

    async def _known_version(self) -> int:
        if self._version is None:
            async with self._asking:
                if self._version is None:
                    request = Request("GET", "/services/data/", "list its API versions", idempotent=True)
                    data = (await self._transport.call(request)).data()
                    listed = [_major(row) for row in data if isinstance(row, Mapping)] if isinstance(data, list) else []
                    if not listed or max(listed) < OLDEST_VERSION:
                        raise self._unreadable("list its API versions")
                    self._version = min(NEWEST_VERSION, max(listed))
        return self._version

    async def _base(self) -> str:
        return f"/services/data/v{await self._known_version()}.0"

    async def _user(self) -> str:
        """The signed-in user's id: last part of the identity address."""
        if not self._user_id:
            data = await self._get("/", "name the signed-in user")
            address = data.get("identity") if isinstance(data, Mapping) else None
            if isinstance(address, str):
                self._user_id = soql.id18(address.rstrip("/").rpartition("/")[2]) or ""
            if not self._user_id:
                request = Request("GET", "/services/oauth2/userinfo", "name the signed-in user", idempotent=True)
                data = (await self._transport.call(request)).data()
                text = data.get("user_id") if isinstance(data, Mapping) else None
                self._user_id = soql.id18(str(text)) or ""
            if not self._user_id:
                raise self._unreadable("name the signed-in user")
        return self._user_id

    async def _get(self, path: str, what: str, params: Sequence[tuple[str, str]] = ()) -> Any:
        request = Request("GET", await self._base() + path, what, params=params, idempotent=True)
        return (await self._transport.call(request)).data()

    async def _query(self, text: str, what: str, *, deleted: bool = False) -> list[Mapping[str, Any]]:
        return [row async for rows in self._query_pages(text, what, deleted=deleted) for row in rows]

    async def _query_pages(
        self, text: str, what: str, *, deleted: bool = False
    ) -> AsyncIterator[list[Mapping[str, Any]]]:
        verb = "queryAll" if deleted else "query"
        data = await self._get(f"/{verb}", what, [("q", text)])
        if not isinstance(data, Mapping) or not isinstance(data.get("records"), list):
            raise self._unreadable(what)
        yield data["records"]
        async for rows in self._rest_of(data, what):
            yield rows

    async def _rest_of(self, data: Mapping[str, Any], what: str) -> AsyncIterator[list[Mapping[str, Any]]]:
        """The pages after this one; ``nextRecordsUrl`` is a path on the same server."""
        while not data.get("done", True):
            path = data.get("nextRecordsUrl")
            if not isinstance(path, str) or not path.startswith("/services/data/"):
                raise self._unreadable(what)
            data = (await self._transport.call(Request("GET", path, what, idempotent=True))).data()
            if not isinstance(data, Mapping) or not isinstance(data.get("records"), list):
                raise self._unreadable(what)
            yield data["records"]

    async def _collection(self, object_name: str, ids: Sequence[str], fields: Sequence[str]) -> list[Mapping[str, Any]]:
        """Many fields of up to 2,000 live rows by POST, for field lists that fit no URL."""
        rows: list[Mapping[str, Any]] = []
        what = f"read {object_name}s"
        for chunk in soql.chunks(ids, 500):
            path = f"{await self._base()}/composite/sobjects/{soql.name(object_name)}"
            body = {"ids": list(chunk), "fields": list(fields)}
            data = (await self._transport.call(Request("POST", path, what, json=body, idempotent=True))).data()
            if not isinstance(data, list):
                raise self._unreadable(what)
            rows += [row for row in data if isinstance(row, Mapping)]
        return rows


def _names(object_name: str, fields: Sequence[FieldInfo]) -> list[str]:
    return list(dict.fromkeys((*ALWAYS, *(field.name for field in fields if field.object == object_name))))


def _field_groups(names: Sequence[str]) -> list[list[str]]:
    """The names in groups that leave room for the ids in one URL; each group has ``Id``."""
    room = LONGEST_URL - 27 * IDS_PER_QUERY - 200
    groups: list[list[str]] = [["Id"]]
    used = 5
    for name in names:
        if name == "Id":
            continue
        if used + len(name) + 3 > room:
            groups.append(["Id"])
            used = 5
        groups[-1].append(name)
        used += len(name) + 3
    return groups


def _major(row: Mapping[str, Any]) -> int:
    try:
        return int(float(str(row.get("version"))))
    except ValueError:
        return 0
