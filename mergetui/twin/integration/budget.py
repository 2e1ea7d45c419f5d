"""Row 31: Salesforce calls the integration may make over a rolling 24 hours (facts/integration.md §1)."""

from __future__ import annotations

from mergetui.twin.state import State

DAY_MS = 86_400_000
_GRAIN_MS = 60_000
"""Calls are counted by the minute: a day of them stays small."""
UNALLOCATED_MOST = 5_000
"""Without an allocation there are no retries above so many calls in 24 h (KB 2017)."""


def used(state: State) -> int:
    """Calls of the last 24 hours."""
    calls = state.sync.calls
    while calls and calls[0][0] <= state.now - DAY_MS:
        state.sync.calls_used -= calls.popleft()[1]
    return state.sync.calls_used


def spend(state: State, calls: int) -> bool:
    """Whether there is budget for so many calls; if so they are made."""
    allotment = state.settings.api_allotment
    if allotment is not None and used(state) + calls > allotment:
        return False
    minute = state.now // _GRAIN_MS * _GRAIN_MS
    if state.sync.calls and state.sync.calls[-1][0] == minute:
        state.sync.calls[-1][1] += calls
    else:
        state.sync.calls.append([minute, calls])
    state.sync.calls_used += calls
    return True


def freed_at(state: State) -> int:
    """When the oldest calls stop counting."""
    oldest = state.sync.calls[0][0] if state.sync.calls else state.now
    return max(state.now + 1, oldest + DAY_MS + _GRAIN_MS)


def retries_allowed(state: State) -> bool:
    """No retries above 75 % of the allocation, or above 5,000 calls in 24 h where none is set."""
    allotment = state.settings.api_allotment
    if allotment is None:
        return used(state) <= UNALLOCATED_MOST
    return used(state) <= allotment * 3 // 4
