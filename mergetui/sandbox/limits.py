"""Rate limits on the twin's time: so many calls in any window, and so many a day (facts/hubspot.md §9)."""

from __future__ import annotations

from collections import deque

DAY_MS = 86_400_000


class Window:
    """At most ``calls`` in any ``ms``. Instants never need to rise: a clock that went back begins anew."""

    def __init__(self, calls: int, ms: int) -> None:
        self.calls = calls
        self.ms = ms
        self._taken: deque[int] = deque()

    def _renew(self, now: int) -> None:
        if self._taken and self._taken[-1] > now:
            self._taken.clear()
        while self._taken and self._taken[0] <= now - self.ms:
            self._taken.popleft()

    def take(self, now: int) -> bool:
        """Count a call; False (and nothing counted) when the window is full."""
        self._renew(now)
        if len(self._taken) >= self.calls:
            return False
        self._taken.append(now)
        return True

    def left(self, now: int) -> int:
        self._renew(now)
        return self.calls - len(self._taken)


class Daily:
    """Calls since midnight at a fixed offset from UTC."""

    def __init__(self, offset_ms: int) -> None:
        self._offset = offset_ms
        self._day = -1
        self.used = 0

    def renew(self, now: int) -> None:
        day = (now + self._offset) // DAY_MS
        if day != self._day:
            self._day, self.used = day, 0

    def take(self, now: int, most: int) -> bool:
        self.renew(now)
        if self.used >= most:
            return False
        self.used += 1
        return True

    def ends(self, now: int) -> int:
        """The instant of the next midnight."""
        return ((now + self._offset) // DAY_MS + 1) * DAY_MS - self._offset


class HubSpotLimits:
    """A private app (the static token) has 190 calls in 10 s and a share of the account's daily ones; an OAuth app has
    110 in 10 s and no daily limit. Search: 5 a second for the whole account, outside the burst windows."""

    INTERVAL_MS = 10_000

    def __init__(self, offset_ms: int) -> None:
        self.private = Window(190, self.INTERVAL_MS)
        self.oauth = Window(110, self.INTERVAL_MS)
        self.search = Window(5, 1_000)
        self.daily = Daily(offset_ms)

    def refuse(self, now: int, *, private: bool, searching: bool, daily_most: int) -> str | None:
        """The ``policyName`` that a call breaks; None: it is counted and may pass."""
        self.daily.renew(now)
        if private and self.daily.used >= daily_most:
            return "DAILY"
        window = self.search if searching else self.private if private else self.oauth
        if not window.take(now):
            return "SECONDLY" if searching else "TEN_SECONDLY_ROLLING"
        if private:
            self.daily.take(now, daily_most)
        return None

    def headers(self, now: int, *, private: bool, daily_most: int) -> dict[str, str]:
        """What answers carry; the daily pair is not sent to OAuth apps, and searches carry none of it."""
        window = self.private if private else self.oauth
        found = {
            "X-HubSpot-RateLimit-Max": str(window.calls),
            "X-HubSpot-RateLimit-Remaining": str(window.left(now)),
            "X-HubSpot-RateLimit-Interval-Milliseconds": str(window.ms),
        }
        if private:
            self.daily.renew(now)
            found["X-HubSpot-RateLimit-Daily"] = str(daily_most)
            found["X-HubSpot-RateLimit-Daily-Remaining"] = str(max(0, daily_most - self.daily.used))
        return found
