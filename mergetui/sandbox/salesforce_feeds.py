"""``/sobjects/{O}/deleted`` and ``/updated``: what happened in a span of time (facts/salesforce.md §4)."""

from __future__ import annotations

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.salesforce_describe import writable
from mergetui.sandbox.salesforce_errors import object_of_path, version_of
from mergetui.sandbox.web import Call, Reply, json_reply
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.stamps import parse_iso, salesforce_time

MINUTE_MS, DAY_MS = 60_000, 86_400_000
DELETED_DAYS, UPDATED_DAYS = 15, 30
MAX_IDS = 600_000


class Feeds:
    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def deleted(self, call: Call) -> Reply:
        """Rows that are in the recycle bin now and went there in the span."""
        version_of(call)
        info = object_of_path(call)
        start, end = self._span(call, info.name, DELETED_DAYS)
        found = [
            (stamp, row.id)
            for row in self._sandbox.world.state.rows[info.name].values()
            if row.deleted and isinstance(stamp := row.values.get("SystemModstamp"), int) and start <= stamp < end
        ]
        _few_enough(len(found))
        now = self._sandbox.now()
        return json_reply(
            {
                "deletedRecords": [{"deletedDate": salesforce_time(stamp), "id": key} for stamp, key in sorted(found)],
                "earliestDateAvailable": salesforce_time(_minute(now - DELETED_DAYS * DAY_MS)),
                "latestDateCovered": salesforce_time(min(end, _minute(now))),
            }
        )

    def updated(self, call: Call) -> Reply:
        """Live rows that were created or changed in the span."""
        version_of(call)
        info = object_of_path(call)
        start, end = self._span(call, info.name, UPDATED_DAYS)
        found = [
            row.id
            for row in self._sandbox.world.state.rows[info.name].values()
            if not row.deleted and isinstance(stamp := row.values.get("SystemModstamp"), int) and start <= stamp < end
        ]
        _few_enough(len(found))
        latest = min(end, _minute(self._sandbox.now()))
        return json_reply({"ids": sorted(found), "latestDateCovered": salesforce_time(latest)})

    def _span(self, call: Call, object_name: str, days: int) -> tuple[int, int]:
        """Start and end in whole minutes; seconds are ignored. Raises INVALID_REPLICATION_DATE and others."""
        info = object_of_path(call)
        if not writable(info, "replicateable"):
            raise SalesforceRefusal("INVALID_TYPE", f"object type {object_name} is not replicable")
        bounds = []
        for name in ("start", "end"):
            given = call.first(name)
            if not given:
                raise SalesforceRefusal("MISSING_ARGUMENT", f"{name} parameter is required")
            try:
                bounds.append(_minute(parse_iso(given.replace(" ", "+"))))  # an unescaped + arrives as a space
            except ValueError:
                raise SalesforceRefusal("INVALID_ARGUMENT_TYPE", f"Invalid {name} date: {given[:40]}") from None
        start, end = bounds
        if end - start < MINUTE_MS:
            raise SalesforceRefusal(
                "INVALID_REPLICATION_DATE", "endDate must be at least one minute greater than startDate"
            )
        if start < _minute(self._sandbox.now()) - days * DAY_MS:
            raise SalesforceRefusal("INVALID_REPLICATION_DATE", f"startDate cannot be more than {days} days ago")
        return start, end


def _minute(at: int) -> int:
    return at // MINUTE_MS * MINUTE_MS


def _few_enough(count: int) -> None:
    if count > MAX_IDS:
        raise SalesforceRefusal("EXCEEDED_ID_LIMIT", f"The result has more than {MAX_IDS} ids; ask for a shorter span")
