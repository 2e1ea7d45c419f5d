from __future__ import annotations

import subprocess
import sys

from mergetui.crm.offset import ClockOffset
from mergetui.crm.pace import Pace
from mergetui.crm.times import http_date, instant, soql_datetime


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


async def test_no_window_ever_holds_more_than_allowed() -> None:
    time = Time()
    pace = Pace(90, 10.0, sleep=time.sleep, now=time)
    taken = []
    for _ in range(400):
        await pace.turn()
        taken.append(time.now)
    assert taken[89] == 0.0  # a burst passes at once
    assert all(later - earlier > 10.0 for earlier, later in zip(taken, taken[90:], strict=False))
    assert taken[-1] < 41


async def test_no_limit() -> None:
    await Pace(0, 1.0).turn()


def test_offset_narrows_with_every_answer_and_ignores_a_clock_that_ran_backwards() -> None:
    offset = ClockOffset()
    offset.learn(10_000, 4_200, 4_400)  # between 5.6 s and 6.799 s
    assert 5_600 <= offset.ms <= 6_799
    offset.learn(12_000, 5_400, 5_450)
    assert (offset.low, offset.high) == (6_550, 6_599 + 200)
    offset.learn(99_000, 5_400, 5_300)
    assert offset.high == 6_799


def test_instants() -> None:
    want = 1_793_610_900_000
    for text in ("2026-11-02T09:15:00.000+0000", "2026-11-02T09:15:00Z", "2026-11-02T10:15:00+01:00", str(want), want):
        assert instant(text) == want
    for nothing in (None, "", "soon", True, [], "2026-13-40"):
        assert instant(nothing) is None
    assert instant("2026-11-02") == 1_793_577_600_000
    assert soql_datetime(want + 7) == "2026-11-02T09:15:00.007Z"
    assert http_date("Mon, 02 Nov 2026 09:15:00 GMT") == want
    assert http_date("yesterday") is None and http_date(None) is None


def test_the_package_costs_nothing_before_the_first_paint() -> None:
    code = (
        "import sys, mergetui.crm, mergetui.crm.tokens, mergetui.crm.stores;"
        "print(sorted({'httpx', 'keyring', 'authlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
