"""When the integration polls next: an estimate out of the polls that left a trace in HubSpot.

All instants are in HubSpot's clock. Source: facts/integration.md §1 and §11.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from mergetui.records.sync import ObservedPoll, SyncWindow

DEFAULT_PERIOD_MS = 900_000
"""The documented 15 minutes; never more is assumed."""
SHORTEST_PERIOD_MS = 30_000
SHORT_PERIOD_MS = 180_000
"""Below this no real portal polls: a demo, whose quiet time shrinks with its period."""


def observe_polls(sync_times: Sequence[int], *, gap_ms: int = 5_000, min_contacts: int = 3) -> tuple[ObservedPoll, ...]:
    """The bursts among portal-wide ``salesforcelastsynctime`` values, oldest first.

    A burst is at least ``min_contacts`` values, each at most ``gap_ms`` after the one before: single values come from
    event-driven passes and say nothing about polls. Bursts that begin less than 30 s apart are one poll, because
    second passes follow the first by 10–50 s.
    """
    found: list[ObservedPoll] = []
    burst: list[int] = []
    for instant in sorted(sync_times):
        if burst and instant - burst[-1] > gap_ms:
            _close(found, burst, min_contacts)
            burst = []
        burst.append(instant)
    _close(found, burst, min_contacts)
    return tuple(found)


def _close(found: list[ObservedPoll], burst: list[int], min_contacts: int) -> None:
    if len(burst) < max(min_contacts, 1):
        return
    if found and burst[0] - found[-1].first_at < SHORTEST_PERIOD_MS:
        last = found[-1]
        found[-1] = ObservedPoll(last.first_at, burst[-1], last.contacts + len(burst))
    else:
        found.append(ObservedPoll(burst[0], burst[-1], len(burst)))


def estimate(polls: Sequence[ObservedPoll], now: int, *, default_period_ms: int = DEFAULT_PERIOD_MS) -> SyncWindow:
    """The window at ``now``.

    The period is the shortest spacing seen, at most ``default_period_ms`` and at least 30 s. A poll that should have
    come and was not seen may have changed nothing or may be late: the latest instant rolls forward by one period, but
    the earliest is then ``now``. After two periods without a sight the window is unknown.
    """
    seen = sorted((poll for poll in polls if poll.first_at <= now), key=lambda poll: poll.first_at)
    if not seen:
        text = "no poll of the integration was seen yet"
        return SyncWindow(False, now, None, default_period_ms, None, None, text)
    last = seen[-1]
    starts = [poll.first_at for poll in seen]
    spacings = [after - before for before, after in pairwise(starts) if after > before]
    period = min([default_period_ms, *spacings])
    period = max(SHORTEST_PERIOD_MS, period)
    age = now - last.first_at
    count = f"{len(seen)} poll{'s' if len(seen) > 1 else ''} seen"
    every = f", every {_clock(period)} min" if spacings else ""
    if age > 2 * period:
        text = f"{count}{every}, but none for {_clock(age)} min"
        return SyncWindow(False, now, last, period, None, None, text)
    text = f"{count}{every}, the last {_clock(age)} ago"
    by = last.first_at + period
    if by <= now:
        return SyncWindow(True, now, last, period, by + period, now, f"{text}; one is due and was not seen")
    return SyncWindow(True, now, last, period, by, max(now, by - _jitter(spacings, period)), text)


def _jitter(spacings: Sequence[int], period: int) -> int:
    """How much earlier than a whole period a poll may come: the largest deviation seen, at least 2 s."""
    off = [min(spacing % period, period - spacing % period) for spacing in spacings]
    return min(period // 4, max([2_000, *off]))


def fits(window: SyncWindow, now: int, need_ms: int, *, quiet_ms: int = 60_000) -> tuple[bool, str]:
    """Whether a plan that lasts ``need_ms`` and has delete risk may start; the text says why or why not.

    It needs a poll seen, over for ``quiet_ms`` (a third of the period in a demo), and twice its time before the
    earliest instant of the next one.
    """
    if window.period_ms < SHORT_PERIOD_MS:
        quiet_ms = min(quiet_ms, window.period_ms // 3)
    last = window.last_poll
    if not window.known or last is None or window.next_poll_from is None:
        return False, f"The next sync may be now: {window.evidence}."
    since = now - last.last_at
    if since < quiet_ms:
        return (
            False,
            f"A sync was seen {_clock(max(0, since))} min ago; it may go on until {_clock(quiet_ms)} min after.",
        )
    left = window.next_poll_from - now
    if left < 2 * need_ms:
        if left <= 0:
            return False, f"The next sync may be now: {window.evidence}."
        return False, f"The next sync may begin in {_clock(left)} min; this plan wants {_clock(2 * need_ms)} min."
    return True, f"{_clock(left)} min until the next sync, {_clock(2 * need_ms)} min wanted ({window.evidence})."


def remaining_text(window: SyncWindow, now: int) -> str:
    """``≤ 08:40, may be now``, or ``unknown, may be now``."""
    by, last = window.next_poll_by, window.last_poll
    if not window.known or by is None or last is None or now - last.first_at > 2 * window.period_ms:
        return "unknown, may be now"
    if by < now:
        by += window.period_ms
    return f"≤ {_clock(max(0, by - now), pad=True)}, may be now"


def began_after(polls: Sequence[ObservedPoll], instant: int, *, quiet_before: bool) -> ObservedPoll | None:
    """The first observed poll that certainly *began* after ``instant``; None when there is none yet.

    Without quiet before ``instant`` a poll under way then may still be writing, so a minute more is asked.
    """
    certain = instant if quiet_before else instant + 60_000
    later = [poll for poll in polls if poll.first_at > certain]
    return min(later, key=lambda poll: poll.first_at, default=None)


def _clock(milliseconds: int, *, pad: bool = False) -> str:
    """``m:ss``, rounded down; ``mm:ss`` when padded."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes:02d}:{seconds:02d}" if pad else f"{minutes}:{seconds:02d}"
