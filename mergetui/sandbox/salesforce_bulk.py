"""Bulk API 2.0 query jobs: create, watch, abort, delete, and their results as CSV (facts/salesforce.md §4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.salesforce_errors import error, not_found, version_of
from mergetui.sandbox.salesforce_found import LiveQueries
from mergetui.sandbox.salesforce_query import Executor
from mergetui.sandbox.soql_tree import Query
from mergetui.sandbox.web import Call, Reply, empty_reply, json_reply
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import new_id
from mergetui.twin.schema import VIRTUAL, long_id
from mergetui.twin.stamps import salesforce_time
from mergetui.twin.state import Row

DELIMITERS = {"BACKQUOTE": "`", "CARET": "^", "COMMA": ",", "PIPE": "|", "SEMICOLON": ";", "TAB": "\t"}
ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
QUEUED_MS, RUNNING_MS = 50, 150
"""A job waits so long, then runs so long: in the twin's time."""
MAX_PAGE = 250_000
PAGES_AT_ONCE = 5
PAGED_FROM = 58
"""The first version with ``resultPages``."""
LIFE_MS = 7 * 86_400_000
DAILY_JOBS = 10_000
_SHELF = "bulk query jobs"


@dataclass(slots=True)
class Job:
    id: str
    number: int
    operation: str
    text: str
    query: Query
    object: str
    version: str
    delimiter: str
    ending: str
    created: int
    changed: int
    user: str
    aborted: bool = False
    rows: list[Row] = field(default_factory=list)
    header: bytes = b""
    lines: list[bytes] | None = None
    """Written when results are first asked for."""

    def state(self, now: int) -> str:
        if self.aborted:
            return "Aborted"
        age = now - self.created
        if age < QUEUED_MS:
            return "UploadComplete"
        return "InProgress" if age < QUEUED_MS + RUNNING_MS else "JobComplete"


class Bulk:
    """Jobs live beside the cursors of queries until they are deleted, or for seven days; a reset forgets both."""

    def __init__(self, sandbox: Sandbox, live: LiveQueries) -> None:
        self._sandbox = sandbox
        self._live = live

    @property
    def _jobs(self) -> dict[str, Job]:
        now = self._sandbox.now()
        jobs: dict[str, Job] = self._sandbox.cursors.setdefault(_SHELF, {})
        for key in [key for key, job in jobs.items() if now - job.created > LIFE_MS]:
            del jobs[key]
        return jobs

    def left(self) -> int:
        """How many more jobs this day takes."""
        since = self._sandbox.now() - 86_400_000
        return max(0, DAILY_JOBS - sum(job.created > since for job in self._jobs.values()))

    # jobs -----------------------------------------------------------------------------------------------------

    def create(self, call: Call) -> Reply:
        version = version_of(call)
        body = call.members()
        known = {"operation", "query", "contentType", "columnDelimiter", "lineEnding"}
        if unknown := sorted(set(body) - known):
            raise SalesforceRefusal("JSON_PARSER_ERROR", f'Unrecognized field "{unknown[0]}"')
        operation = body.get("operation")
        if operation not in ("query", "queryAll"):
            raise SalesforceRefusal("INVALIDJOB", "Unable to find or unsupported operation")
        text = body.get("query")
        if not isinstance(text, str) or not text.strip():
            raise SalesforceRefusal("INVALIDJOB", "No query specified")
        delimiter = body.get("columnDelimiter", "COMMA")
        ending = body.get("lineEnding", "LF")
        if delimiter not in DELIMITERS or ending not in ENDINGS or body.get("contentType", "CSV") != "CSV":
            raise SalesforceRefusal("INVALIDJOB", "Unsupported contentType, columnDelimiter or lineEnding")
        if not self.left():
            raise SalesforceRefusal("LIMIT_EXCEEDED", "ApiBulkQueryV2Jobs Limit exceeded.")
        job = self._made(version, operation, text, delimiter, ending)
        self._jobs[job.id] = job
        return json_reply(self._shown(job, brief=True))

    def _made(self, version: str, operation: str, text: str, delimiter: str, ending: str) -> Job:
        query = self._live.query(text)
        executor = self._executor(version, operation)
        info = executor.info(query)
        _supported(query, info.name)
        if any(column.field.type == "address" for column in executor.columns(query, info)):
            raise SalesforceRefusal("API_ERROR", "Selecting compound data not supported in Bulk Query")
        now = self._sandbox.now()
        state = self._sandbox.world.state
        key = long_id("750" + new_id(state, info.name)[3:15])
        rows = self._live.find(query, version, deleted=operation == "queryAll").rows
        return Job(
            key, len(self._jobs), operation, text, query, info.name, version, delimiter, ending, now, now,
            state.admin_id, rows=rows,
        )  # fmt: skip

    def _executor(self, version: str, operation: str) -> Executor:
        return self._live.executor(version, deleted=operation == "queryAll")

    def _job(self, call: Call) -> Job:
        version_of(call)
        given = call.params["id"]
        found = self._jobs.get(given) or next((job for key, job in self._jobs.items() if key[:15] == given), None)
        if found is None:
            raise not_found()
        return found

    def info(self, call: Call) -> Reply:
        return json_reply(self._shown(self._job(call)))

    def list(self, call: Call) -> Reply:
        version = version_of(call)
        jobs = sorted(self._jobs.values(), key=lambda job: job.number)
        if (kind := call.first("jobType")) and kind != "V2Query":
            jobs = []
        if call.first("isPkChunkingEnabled"):
            jobs = []
        mode = call.first("concurrencyMode")
        if mode and mode.lower() != "parallel":
            jobs = []
        start = call.first("queryLocator")
        at = int(start) if start.isdigit() else 0
        page = jobs[at : at + 1_000]
        done = at + 1_000 >= len(jobs)
        more = None if done else f"/services/data/{version}/jobs/query?queryLocator={at + 1_000}"
        shown = [self._shown(job, brief=True) for job in page]
        return json_reply({"done": done, "records": shown, "nextRecordsUrl": more})

    def change(self, call: Call) -> Reply:
        job = self._job(call)
        if call.members().get("state") != "Aborted":
            raise SalesforceRefusal("INVALIDJOBSTATE", "The only state a query job can be set to is Aborted")
        now = self._sandbox.now()
        state = job.state(now)
        if state in ("JobComplete", "Aborted"):
            raise SalesforceRefusal("INVALIDJOBSTATE", f"Aborting already {_PAST[state]} Job not allowed")
        job.aborted, job.changed = True, now
        return json_reply(self._shown(job, brief=True))

    def delete(self, call: Call) -> Reply:
        job = self._job(call)
        if job.state(self._sandbox.now()) not in ("JobComplete", "Aborted"):
            raise SalesforceRefusal("INVALIDJOBSTATE", "Deleting a job that is not finished is not allowed")
        del self._jobs[job.id]
        return empty_reply()

    def _shown(self, job: Job, *, brief: bool = False) -> dict[str, Any]:
        now = self._sandbox.now()
        state = job.state(now)
        done = job.created + QUEUED_MS + RUNNING_MS
        changed = job.changed if state != "JobComplete" else max(job.changed, done)
        found: dict[str, Any] = {
            "id": job.id,
            "operation": job.operation,
            "object": job.object,
            "createdById": job.user,
            "createdDate": salesforce_time(job.created),
            "systemModstamp": salesforce_time(changed),
            "state": state,
            "concurrencyMode": "Parallel",
            "contentType": "CSV",
            "apiVersion": float(job.version[1:]),
        }
        if not brief:
            found |= {
                "jobType": "V2Query",
                "lineEnding": job.ending,
                "columnDelimiter": job.delimiter,
                "numberRecordsProcessed": len(job.rows) if state == "JobComplete" else 0,
                "retries": 0,
                "totalProcessingTime": RUNNING_MS if state == "JobComplete" else 0,
                "isPkChunkingSupported": job.query.limit is None and not job.query.order,
            }
        else:
            found |= {"lineEnding": job.ending, "columnDelimiter": job.delimiter}
        return found

    # results --------------------------------------------------------------------------------------------------

    def results(self, call: Call) -> Reply:
        job = self._job(call)
        if (refused := self._unfinished(call, job)) is not None:
            return refused
        self._write(job)
        assert job.lines is not None
        start = _locator(call.first("locator"), len(job.lines))
        size = self._page_size(call, len(job.lines))
        # Jobs of the same query have the same lines for what did not change between them.
        place = ("bulk", job.text, job.delimiter, job.ending, start, size)
        lines, end = job.lines[start : start + size], len(job.lines)
        return self._sandbox.fragments.joined(
            place, lines, lambda _: _results(job, start, size), beside=(job.header, end)
        )

    def pages(self, call: Call) -> Reply:
        """Addresses of up to five result pages, for downloads side by side (v58 and later)."""
        job = self._job(call)
        if int(call.params["v"].partition(".")[0]) < PAGED_FROM:
            raise not_found()
        if (refused := self._unfinished(call, job)) is not None:
            return refused
        size = self._page_size(call, len(job.rows))
        start = _locator(call.first("locator"), len(job.rows))
        base = f"/services/data/{job.version}/jobs/query/{job.id}"
        asked = f"maxRecords={size}&" if call.first("maxRecords") else ""
        starts = list(range(start, max(len(job.rows), 1), size))
        shown = [{"resultUrl": f"{base}/results?{asked}locator={_named(at)}"} for at in starts[:PAGES_AT_ONCE]]
        done = len(starts) <= PAGES_AT_ONCE
        more = None if done else f"{base}/resultPages?{asked}locator={_named(starts[PAGES_AT_ONCE])}"
        return json_reply({"resultPages": shown, "nextRecordsUrl": more, "done": done})

    def _unfinished(self, call: Call, job: Job) -> Reply | None:
        if version_of(call) != job.version:
            return error("VERSION_MISMATCH", f"Use the API version of the job: {job.version}", 409)
        if (state := job.state(self._sandbox.now())) != "JobComplete":
            return error("INVALIDJOBSTATE", f"Invalid job state: {state}. Results are there when it is JobComplete")
        return None

    def _page_size(self, call: Call, count: int) -> int:
        """Without ``maxRecords`` one page holds everything: jsforce cannot take more (client-conformance §3)."""
        given = call.first("maxRecords")
        if not given:
            return max(1, count)
        if not given.isdigit() or int(given) < 1:
            raise SalesforceRefusal("INVALID_INPUT", "maxRecords must be a positive integer")
        return min(int(given), MAX_PAGE)

    def _write(self, job: Job) -> None:
        """The CSV lines, once."""
        if job.lines is not None:
            return
        writer = self._live.csv(job.query, job.version, DELIMITERS[job.delimiter], ENDINGS[job.ending])
        job.header = writer.header
        if writer.steady:
            shape = ("csv", job.object, self._sandbox.is_sandbox, writer.shape)
            job.lines = self._sandbox.fragments.each(shape, job.rows, lambda: writer)
        else:
            job.lines = writer.write(job.rows)


_PAST = {"JobComplete": "Completed", "Aborted": "Aborted"}


def _supported(query: Query, object_name: str) -> None:
    """What Bulk API 2.0 refuses although REST answers it. The codes are unconfirmed; two of the texts were seen."""
    if object_name in VIRTUAL:
        raise SalesforceRefusal("INVALIDENTITY", f"Entity '{object_name}' is not supported by the Bulk API.")
    if query.children:
        raise SalesforceRefusal(
            "API_ERROR", "Aggregate Relationships not supported in Bulk V2 Query with CSV content type"
        )
    if query.grouped or query.bare_count:
        raise SalesforceRefusal("API_ERROR", "Aggregate functions and GROUP BY are not supported in Bulk V2 Query")
    if query.offset:
        raise SalesforceRefusal("API_ERROR", "OFFSET clause is not supported in Bulk V2 Query")


def _named(at: int) -> str:
    return f"MTc{at:x}"


def _locator(given: str, count: int) -> int:
    """Where a page begins. Raises INVALID_QUERY_LOCATOR."""
    if not given:
        return 0
    try:
        found = int(given.removeprefix("MTc"), 16) if given.startswith("MTc") else -1
    except ValueError:
        found = -1
    if not 0 <= found <= count:
        raise SalesforceRefusal("INVALID_QUERY_LOCATOR", "invalid query locator")
    return found


def _results(job: Job, start: int, size: int) -> Reply:
    lines = job.lines or []
    page = lines[start : start + size]
    end = start + len(page)
    headers = {
        "Content-Type": "text/csv",
        "Sforce-NumberOfRecords": str(len(page)),
        "Sforce-Locator": _named(end) if end < len(lines) else "null",
    }
    return Reply(200, job.header + b"".join(page), headers)
