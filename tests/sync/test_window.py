"""Unknown is imminent, and a window is never more than what was seen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergetui.records.sync import ObservedPoll
from mergetui.sync.window import began_after, estimate, fits, observe_polls, remaining_text

MIN = 60_000
NOW = 1_790_000_000_000


def poll(at: int, contacts: int = 5, lasted: int = 3_000) -> ObservedPoll:
    return ObservedPoll(at, at + lasted, contacts)


def quarter_hours(last: int, count: int = 3, period: int = 15 * MIN) -> list[ObservedPoll]:
    return [poll(last - n * period) for n in range(count)]


def test_bursts_are_polls_and_single_passes_are_not() -> None:
    burst = [NOW, NOW + 900, NOW + 3_000]
    lonely = [NOW - 100_000, NOW - 200_000, NOW + 60_000, NOW + 60_500]
    assert observe_polls([*lonely, *burst]) == (ObservedPoll(NOW, NOW + 3_000, 3),)
    assert observe_polls([]) == ()
    assert observe_polls(burst[:2]) == ()


def test_a_second_pass_is_the_same_poll() -> None:
    again = [NOW + 20_000 + n for n in range(3)]
    assert observe_polls([NOW, NOW, NOW, *again]) == (ObservedPoll(NOW, NOW + 20_002, 6),)
    assert len(observe_polls([NOW, NOW, NOW, NOW + 40_000, NOW + 40_000, NOW + 40_000])) == 2


def test_three_polls_give_a_window() -> None:
    window = estimate(quarter_hours(NOW - 31_000), NOW)
    assert window.known
    assert window.period_ms == 15 * MIN
    assert window.next_poll_by == NOW - 31_000 + 15 * MIN
    assert window.evidence == "3 polls seen, every 15:00 min, the last 0:31 ago"
    assert remaining_text(window, NOW) == "≤ 14:29, may be now"


def test_nothing_seen_is_imminent() -> None:
    window = estimate([], NOW)
    assert not window.known
    assert remaining_text(window, NOW) == "unknown, may be now"
    good, why = fits(window, NOW, 1)
    assert not good and "no poll" in why


def test_the_period_is_the_shortest_spacing_within_bounds() -> None:
    assert estimate([poll(NOW - 30 * MIN), poll(NOW - 1)], NOW).period_ms == 15 * MIN
    assert estimate([poll(NOW - 4 * MIN), poll(NOW - 2 * MIN), poll(NOW)], NOW).period_ms == 2 * MIN
    assert estimate([poll(NOW - 10_000), poll(NOW)], NOW).period_ms == 30_000


def test_a_missing_poll_may_be_now_and_two_make_it_unknown() -> None:
    polls = quarter_hours(NOW)
    late = NOW + 16 * MIN
    window = estimate(polls, late)
    assert window.known and window.next_poll_by == NOW + 30 * MIN and window.next_poll_from == late
    assert not fits(window, late, 1)[0]
    assert not estimate(polls, NOW + 30 * MIN + 1).known


def test_quiet_then_time() -> None:
    window = estimate(quarter_hours(NOW), NOW)
    assert not fits(window, NOW + 62_999, 3_000)[0]
    assert fits(window, NOW + 63_000, 3_000)[0]
    assert fits(window, NOW + 14 * MIN, 29_000)[0]
    good, why = fits(window, NOW + 14 * MIN, 31_000)
    assert not good and "0:58 min; this plan wants 1:02" in why


def test_a_demo_needs_less_quiet() -> None:
    window = estimate(quarter_hours(NOW, period=2 * MIN), NOW)
    assert not fits(window, NOW + 42_000, 3_000)[0]
    assert fits(window, NOW + 43_000, 3_000)[0]
    slow = estimate(quarter_hours(NOW, period=3 * MIN), NOW)
    assert not fits(slow, NOW + 60_000, 3_000)[0]


def test_an_old_estimate_does_not_outlive_its_evidence() -> None:
    window = estimate(quarter_hours(NOW), NOW)
    assert remaining_text(window, NOW + 31 * MIN) == "unknown, may be now"
    assert remaining_text(window, NOW + 16 * MIN) == "≤ 14:00, may be now"
    assert not fits(window, NOW + 16 * MIN, 1)[0]


def test_which_poll_began_after() -> None:
    polls = [poll(NOW + 1_000), poll(NOW + 61_000), poll(NOW - 5)]
    assert began_after(polls, NOW, quiet_before=True) == polls[0]
    assert began_after(polls, NOW, quiet_before=False) == polls[1]
    assert began_after(polls, NOW + 1_000, quiet_before=True) == polls[1]
    assert began_after(polls, NOW + 61_000, quiet_before=True) is None


times = st.integers(NOW - 10**8, NOW + 10**7)


@given(st.lists(times, max_size=60), st.randoms())
def test_order_does_not_matter(instants: list[int], shuffler: object) -> None:
    mixed = list(instants)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    assert observe_polls(mixed) == observe_polls(instants)
    polls = observe_polls(instants)
    assert estimate(polls[::-1], NOW) == estimate(polls, NOW)
    assert sum(one.contacts for one in polls) <= len(instants)


@given(st.lists(times, max_size=20), st.integers(0, 10**8), st.integers(1, 10**6))
def test_a_window_is_never_negative_nor_longer_than_its_period(instants: list[int], later: int, need: int) -> None:
    polls = [poll(at) for at in instants]
    window = estimate(polls, NOW)
    assert 30_000 <= window.period_ms <= 15 * MIN
    if window.known:
        assert window.next_poll_by is not None and window.next_poll_from is not None
        assert NOW <= window.next_poll_from <= window.next_poll_by <= NOW + window.period_ms
    else:
        assert window.next_poll_by is window.next_poll_from is None
    good, why = fits(window, NOW + later, need)
    assert why
    if good:
        assert window.next_poll_from is not None and window.next_poll_from - NOW - later >= 2 * need
    assert remaining_text(window, NOW + later).endswith("may be now")
    assert "-" not in remaining_text(window, NOW + later)


@pytest.mark.parametrize("quiet", [True, False])
def test_a_poll_under_way_does_not_count(quiet: bool) -> None:
    assert began_after([ObservedPoll(NOW - 1, NOW + 90_000, 9)], NOW, quiet_before=quiet) is None
