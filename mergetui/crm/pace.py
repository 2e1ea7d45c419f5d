"""Client-side pacing: never more than so many calls in any window."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable


class Pace:
    """At most ``calls`` in any ``window_s`` seconds; a short burst passes at once, a long pull is held to the rate.

    A window, not a bucket: a full bucket would let nearly twice the allowed calls into HubSpot's 10 seconds.
    ``calls`` 0 means no limit. ``now`` is any monotonic clock in seconds.
    """

    def __init__(
        self,
        calls: int,
        window_s: float,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        now: Callable[[], float] | None = None,
    ) -> None:
        self._calls = calls
        self._window_s = window_s
        self._sleep = sleep
        self._now = now
        self._taken: deque[float] = deque()

    async def turn(self) -> None:
        """Returns when one more call may go out, and counts it."""
        if self._calls <= 0:
            return
        now = self._now or asyncio.get_running_loop().time
        while True:
            moment = now()
            while self._taken and self._taken[0] <= moment - self._window_s:
                self._taken.popleft()
            if len(self._taken) < self._calls:
                self._taken.append(moment)
                return
            await self._sleep(self._taken[0] + self._window_s - moment + 0.001)
