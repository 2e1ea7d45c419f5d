"""Polls: what changed in Salesforce is read at the beginning and written to HubSpot over some time (facts §1)."""

from __future__ import annotations

from functools import partial

from mergetui.twin import colleagues
from mergetui.twin.events import Poll
from mergetui.twin.integration import budget, conversion, matching
from mergetui.twin.integration.deletions import row_deleted
from mergetui.twin.integration.matching import Reading
from mergetui.twin.integration.passes import retry_of
from mergetui.twin.integration.scope import halted, visible
from mergetui.twin.mapping import mapped_fields
from mergetui.twin.settings import Settings
from mergetui.twin.state import State


def begin(state: State) -> None:
    """Arrange the first tick of a new world."""
    if state.settings.poll_phase_ms is not None:
        state.next_poll = _after(state, state.now)
    _arrange(state, max(state.next_poll, state.now))


def rearrange(state: State) -> None:
    """The rhythm was changed: the next tick follows from the last poll."""
    _arrange(state, max(_after(state, state.last_polls[-1] if state.last_polls else state.began), state.now))


def _after(state: State, last: int) -> int:
    """When the poll after one at ``last`` begins: on the grid where there is one, else a period later; with drift."""
    settings = state.settings
    due = last + settings.poll_ms
    if settings.poll_phase_ms is not None:
        due = last + settings.poll_ms - (last - settings.poll_phase_ms) % settings.poll_ms
    if settings.poll_drift_ms:
        due += state.random.randint(0, settings.poll_drift_ms)
    return due


def _arrange(state: State, due: int) -> None:
    state.next_poll = due
    state.later(due, partial(_tick, due=due))


def _tick(state: State, due: int) -> None:
    """The regular tick; void when a poll was forced meanwhile, because that one arranged its own successor."""
    if state.next_poll == due:
        poll(state)


def poll(state: State, _event: Poll | None = None) -> None:
    """One tick: read everything that changed since the last one, queue the writes, arrange the next tick.

    Row 20: ``deletes_first`` decides whether deletions or updates are carried out first; the order is unknown.
    """
    settings = state.settings
    _arrange(state, _after(state, state.now))
    if why := halted(state):
        state.log("integration", "poll_skipped", reason=why)
        return
    colleagues.catch_up(state)
    if not budget.spend(state, settings.calls_per_poll):  # row 31: the changes wait for a poll with budget
        state.log("integration", "poll_skipped", reason="budget")
        return
    state.last_polls.append(state.now)
    state.log("integration", "poll_started", changes=len(state.row_changes), deletions=len(state.row_deletions))
    readings = read_changes(state)
    deletions = {key: tuple(contact.id for contact in state.holders(key)) for key in state.row_deletions}
    conversions = dict(state.conversions)
    state.row_changes.clear()
    state.row_deletions.clear()
    state.conversions.clear()

    length = duration(settings)
    early, late = length // 8, length - length // 80
    deletes_at = (early // 2, early) if settings.deletes_first else (late - early // 2, late)
    updates_at = (early + 1, late - early) if settings.deletes_first else (early, late - early)

    def moment(span: tuple[int, int]) -> int:
        return state.now + state.random.randint(*span)

    for key, seen in deletions.items():
        state.later(moment(deletes_at), partial(_delete, salesforce_id=key, seen=seen))
    for lead_id in conversions:
        state.later(moment(updates_at), partial(_convert, lead_id=lead_id, started=state.now))
    for reading in readings:
        state.later(moment(updates_at), partial(_update, reading=reading))
    state.later(state.now + length, lambda world: world.log("integration", "poll_ended"))


def read_changes(state: State) -> list[Reading]:
    """Rows 11 and 14: living, visible rows with a mapped change. A formula field, a field of another record or a
    campaign's membership alone starts nothing."""
    readings = []
    for key, changed in state.row_changes.items():
        row = state.alive(key)
        if row is None or row.values.get("IsConverted") is True or not visible(state, row):
            continue
        if starts_sync(state, row.object, changed):
            started = state.now + state.random.randint(0, min(3_000, state.settings.poll_duration_ms // 10))
            readings.append(Reading(row, dict(row.values), dict(changed), started))
    return readings


def starts_sync(state: State, object_name: str, changed: dict[str, None]) -> bool:
    """Row 22: an undeleted row alone starts nothing, unless ``undelete_is_change``."""
    if "*" in changed or "OwnerId" in changed or "AccountId" in changed:
        return True
    if "undeleted" in changed and state.settings.undelete_is_change:
        return True
    return any(name in mapped_fields(object_name) for name in changed)


def duration(settings: Settings) -> int:
    """How long a poll's writing takes: never into the next poll, and long enough to tell first from last."""
    half = settings.poll_ms // 2
    return max(min(2_000, half), min(settings.poll_duration_ms, half))


# carrying out what was read -------------------------------------------------------------------------------------


def _update(state: State, reading: Reading) -> None:
    row = reading.row
    if row.deleted or row.values.get("IsConverted") is True:
        return
    if halted(state) or not budget.spend(state, state.settings.calls_per_pass):
        state.row_changes.setdefault(row.id, {}).update(reading.changed)
        return
    matching.take_over(state, reading)


def _delete(state: State, salesforce_id: str, seen: tuple[str, ...]) -> None:
    if halted(state) or not budget.spend(state, state.settings.calls_per_pass):
        state.row_deletions[salesforce_id] = None
        return
    row_deleted(state, salesforce_id, seen)


def _convert(state: State, lead_id: str, started: int) -> None:
    """Rows 23 and 24."""
    if halted(state) or not budget.spend(state, state.settings.calls_per_pass):
        lead = state.row(lead_id)
        state.conversions[lead_id] = str(lead.values.get("ConvertedContactId") or "") if lead else ""
        return
    for contact in state.holders(lead_id):
        conversion.lead_converted(state, lead_id, started, retry_of(contact.id), contact)
