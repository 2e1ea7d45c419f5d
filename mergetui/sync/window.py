"""When the integration polls next: an estimate out of the polls that left a trace in HubSpot.

All instants are in HubSpot's clock. Source: facts/integration.md §1 and §11. The period is what the admin (or the demo)
declares; what was seen may only tighten it. Every burst of the last hour keeps its word: a further one never opens a
window that an earlier one closes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import combinations

from mergetui.records.sync import ObservedPoll, RecentSync, SyncWindow

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DEFAULT_PERIOD_MS = 15 * MINUTE_MS
"""The documented 15 minutes."""
SHORT_PERIOD_MS = 3 * MINUTE_MS
"""Below this no real portal polls: a demo was declared, whose quiet time shrinks with its period."""
JOINED_MS = MINUTE_MS
"""Passes less far apart are one burst: second passes follow the first by 10–50 s (facts/integration.md §1)."""
START_SPREAD_MS = 40_000
"""A pass starts 0–40 s after its poll (facts/integration.md §1): the poll began up to that much before the first pass
that was seen, and the next one is to be expected that much before a whole period."""
SHORT_START_SPREAD_MS = 5_000
"""The same in a demo: the twin starts its passes within 3 s of the poll."""
LATE_MS = 20_000
"""A poll may come that much after a whole period; a third of the quiet time, which covers it after every seen poll."""
SHORT_LATE_MS = 5_000
STAMP_MS = 1_000
"""Salesforce stamps are whole seconds, rounded down: what is stamped s may have happened until s + 1 s."""
SURELY_AFTER_MS = 5_000
"""A poll counts as begun after an instant when its first pass started that much later."""


def join_ms(period_ms: int) -> int:
    """Passes less than this apart are one burst."""
    return JOINED_MS if period_ms >= SHORT_PERIOD_MS else period_ms // 3


def reach_ms(period_ms: int) -> int:
    """How far back bursts count: an hour, or four periods."""
    return max(HOUR_MS, 4 * period_ms)


def caused_in_salesforce(synced_at: int, modified_at: int, period_ms: int, *, before: int | None = None) -> bool:
    """Whether a pass can have come from a poll: its row (SystemModstamp ``modified_at``) surely changed before the pass
    began, and not longer ago than a poll looks back (a period, and a minute for its writing).

    An event-driven pass that writes to Salesforce stamps the row as it runs, so at or after ``synced_at``. ``before``:
    the contact's earlier pass, if it was seen; a change within a minute of that is what that pass itself wrote.
    """
    if before is not None and before - STAMP_MS < modified_at <= before + MINUTE_MS:
        return False
    return modified_at + STAMP_MS <= synced_at and synced_at - modified_at <= period_ms + MINUTE_MS


def bursts(
    passes: Iterable[RecentSync], *, gap_ms: int = JOINED_MS, min_contacts: int = 3
) -> list[tuple[RecentSync, ...]]:
    """Passes less than ``gap_ms`` apart, of at least ``min_contacts`` different contacts; oldest first."""
    groups: list[list[RecentSync]] = []
    for one in sorted(passes, key=lambda entry: (entry.synced_at, entry.contact_id)):
        if groups and one.synced_at - groups[-1][-1].synced_at < gap_ms:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [tuple(group) for group in groups if _contacts(group) >= min_contacts]


def _contacts(group: Collection[RecentSync]) -> int:
    return len({entry.contact_id for entry in group})


def observe_polls(
    passes: Iterable[RecentSync], *, gap_ms: int = JOINED_MS, min_contacts: int = 3
) -> tuple[ObservedPoll, ...]:
    """The bursts among passes that have a cause in Salesforce (``caused_in_salesforce``), oldest first."""
    return tuple(
        ObservedPoll(group[0].synced_at, group[-1].synced_at, _contacts(group))
        for group in bursts(passes, gap_ms=gap_ms, min_contacts=min_contacts)
    )


def merge_polls(
    known: Iterable[ObservedPoll], seen: Iterable[ObservedPoll], *, gap_ms: int = JOINED_MS
) -> tuple[ObservedPoll, ...]:
    """Two sights of one burst are one: a contact's newer sync takes it out of the old burst, so the earlier beginning
    and the higher count are kept."""
    made: list[ObservedPoll] = []
    for poll in sorted((*known, *seen), key=lambda entry: (entry.first_at, entry.last_at)):
        if made and poll.first_at - made[-1].last_at < gap_ms:
            last = made[-1]
            made[-1] = ObservedPoll(last.first_at, max(last.last_at, poll.last_at), max(last.contacts, poll.contacts))
        else:
            made.append(poll)
    return tuple(made)


def estimate(polls: Iterable[ObservedPoll], now: int, *, period_ms: int = DEFAULT_PERIOD_MS) -> SyncWindow:
    """The window at ``now``, for a declared period.

    The next poll is expected from the earliest instant that any burst of the last hour announces, and by one period
    after the latest burst. A poll that should have come and was not seen may have changed nothing or may be late: it
    may be now, until one is seen. After two periods without a sight the window is unknown.
    """
    seen = sorted((poll for poll in polls if poll.first_at <= now), key=lambda poll: poll.first_at)
    if not seen:
        return SyncWindow(False, now, None, period_ms, None, None, "no poll of the integration was seen yet")
    last = seen[-1]
    age = now - last.first_at
    recent = [poll.first_at for poll in seen if now - poll.first_at <= reach_ms(period_ms)]
    periods = {period_ms, *_shorter_periods(recent, period_ms)}
    shortest = min(periods)
    count = f"{len(seen)} poll{'s' if len(seen) > 1 else ''} seen"
    every = f", every {_clock(shortest)} min" if len(seen) > 1 else ""
    if age > 2 * period_ms:
        text = f"{count}{every}, but none for {_clock(age)} min"
        return SyncWindow(False, now, last, period_ms, None, None, text)
    if len(seen) < 2 or last.first_at - seen[-2].first_at > 2 * period_ms:
        # after a silence the phase is anybody's guess until a second burst stands beside the first
        text = f"one poll seen {_clock(age)} min ago after a silence; a second one is needed"
        return SyncWindow(False, now, last, period_ms, None, None, text)
    text = f"{count}{every}, the last {_clock(age)} ago"
    if age >= shortest:
        by = now + shortest - age % shortest
        return SyncWindow(True, now, last, period_ms, by, now, f"{text}; one is due and was not seen")
    from_ = min(_announced(first, period, period_ms, now) for first in recent for period in periods)
    return SyncWindow(True, now, last, period_ms, last.first_at + shortest, from_, text)


def _announced(first_at: int, period: int, declared_ms: int, now: int) -> int:
    """The earliest instant at or after ``now`` at which a burst that began at ``first_at`` makes us expect a poll."""
    short = declared_ms < SHORT_PERIOD_MS
    spread, late = (SHORT_START_SPREAD_MS, SHORT_LATE_MS) if short else (START_SPREAD_MS, LATE_MS)
    number = max(1, -((first_at + late - now) // period))
    return max(now, first_at - spread + number * period)


def _shorter_periods(starts: Sequence[int], period_ms: int) -> set[int]:
    """Spacings that came twice, one after the other, and are clearly shorter than the declared period.

    Any three bursts may show one, whatever lies between: more bursts never take a period away.
    """
    if period_ms < SHORT_PERIOD_MS:
        return set()
    return {
        min(second - first, third - second)
        for first, second, third in combinations(starts, 3)
        if abs((second - first) - (third - second)) <= LATE_MS
        and MINUTE_MS <= min(second - first, third - second) < period_ms - START_SPREAD_MS
    }


def fits(window: SyncWindow, now: int, need_ms: int, *, quiet_ms: int = MINUTE_MS) -> tuple[bool, str]:
    """Whether a plan that lasts ``need_ms`` and has delete risk may start; the text says why or why not.

    It needs a poll seen, over for ``quiet_ms`` (a third of the period when one under 3 min is declared), and twice its
    time before the earliest instant of the next one.
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


def began_after(polls: Iterable[ObservedPoll], instant: int, *, quiet_before: bool) -> ObservedPoll | None:
    """The first observed poll that *began* after ``instant``; None when there is none yet.

    A poll's first pass starts a while after the poll itself, so some seconds are asked for. Without quiet before
    ``instant`` a poll under way then may still be writing: a minute.
    """
    certain = instant + (SURELY_AFTER_MS if quiet_before else MINUTE_MS)
    later = [poll for poll in polls if poll.first_at > certain]
    return min(later, key=lambda poll: poll.first_at, default=None)


def _clock(milliseconds: int, *, pad: bool = False) -> str:
    """``m:ss``, rounded down; ``mm:ss`` when padded."""
    minutes, seconds = divmod(milliseconds // 1000, 60)
    return f"{minutes:02d}:{seconds:02d}" if pad else f"{minutes}:{seconds:02d}"
