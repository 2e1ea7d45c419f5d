"""Unknown is imminent, and a window is never more than what was seen."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mergetui.records.sync import ObservedPoll, RecentSync, SyncWindow
from mergetui.sync.window import (
    START_SPREAD_MS,
    began_after,
    caused_in_salesforce,
    estimate,
    fits,
    join_ms,
    merge_polls,
    observe_polls,
    remaining_text,
)

MIN = 60_000
QUARTER = 15 * MIN
NOW = 1_790_000_000_000


def poll(at: int, contacts: int = 5, lasted: int = 3_000) -> ObservedPoll:
    return ObservedPoll(at, at + lasted, contacts)


def quarter_hours(last: int, count: int = 3, period: int = QUARTER) -> list[ObservedPoll]:
    return [poll(last - n * period) for n in range(count)]


def passes(*instants: int) -> list[RecentSync]:
    """One contact each."""
    return [RecentSync(str(n), at, f"003{n:015d}", "Contact") for n, at in enumerate(instants)]


# bursts ----------------------------------------------------------------------------------------------------------


def test_bursts_are_polls_and_single_passes_are_not() -> None:
    burst = [NOW, NOW + 900, NOW + 3_000]
    lonely = [NOW - 100_000, NOW - 200_000, NOW + 63_000, NOW + 63_500]
    assert observe_polls(passes(*lonely, *burst)) == (ObservedPoll(NOW, NOW + 3_000, 3),)
    assert observe_polls([]) == ()
    assert observe_polls(passes(*burst[:2])) == ()


def test_a_second_pass_is_the_same_poll() -> None:
    """It comes 10–50 s after the first; taken for a poll of its own it made a period of 40 s."""
    again = [NOW + 40_000 + n for n in range(3)]
    assert observe_polls(passes(NOW, NOW, NOW, *again)) == (ObservedPoll(NOW, NOW + 40_002, 6),)
    seen = merge_polls([poll(NOW)], [poll(NOW + 40_000)])
    assert seen == (ObservedPoll(NOW, NOW + 43_000, 5),)
    assert estimate(seen, NOW + 2 * MIN, period_ms=QUARTER).period_ms == QUARTER


def test_three_passes_of_one_contact_are_no_burst() -> None:
    again = [RecentSync("1", NOW + n, "003", "Contact") for n in range(5)]
    assert observe_polls(again) == ()


def test_a_demo_joins_less_so_that_its_polls_stay_apart() -> None:
    assert (join_ms(QUARTER), join_ms(2 * MIN), join_ms(30_000)) == (MIN, 40_000, 10_000)
    polls = passes(*(NOW + at + n for at in (0, 30_000) for n in range(3)))
    assert len(observe_polls(polls, gap_ms=join_ms(30_000))) == 2


# causes ----------------------------------------------------------------------------------------------------------


def test_a_pass_counts_only_when_its_row_changed_before_it_and_not_long_ago() -> None:
    assert caused_in_salesforce(NOW, NOW - 5_000, QUARTER)
    assert caused_in_salesforce(NOW, NOW - 16 * MIN, QUARTER)
    assert not caused_in_salesforce(NOW, NOW - 16 * MIN - 1, QUARTER), "the poll before has taken that over"
    assert not caused_in_salesforce(NOW, NOW + 2_000, QUARTER), "a pass wrote it"
    assert not caused_in_salesforce(NOW + 700, NOW, QUARTER), "a stamp is rounded down"


def test_what_an_earlier_pass_wrote_is_no_cause_of_the_second() -> None:
    assert not caused_in_salesforce(NOW, NOW - 38_000, QUARTER, before=NOW - 40_000)
    assert caused_in_salesforce(NOW, NOW - 38_000, QUARTER, before=NOW - 10 * MIN)
    assert caused_in_salesforce(NOW, NOW - 5 * MIN, QUARTER, before=NOW - 40_000)


# the estimate ----------------------------------------------------------------------------------------------------


def test_three_polls_give_a_window() -> None:
    window = estimate(quarter_hours(NOW - 31_000), NOW, period_ms=QUARTER)
    assert window.known
    assert window.period_ms == QUARTER
    assert window.next_poll_by == NOW - 31_000 + QUARTER
    assert window.next_poll_from == NOW - 31_000 + QUARTER - START_SPREAD_MS
    assert window.evidence == "3 polls seen, every 15:00 min, the last 0:31 ago"
    assert remaining_text(window, NOW) == "≤ 14:29, may be now"


def test_nothing_seen_is_imminent() -> None:
    window = estimate([], NOW)
    assert not window.known
    assert remaining_text(window, NOW) == "unknown, may be now"
    good, why = fits(window, NOW, 1)
    assert not good and "no poll" in why


def test_the_period_is_the_declared_one() -> None:
    polls = [poll(NOW - 4 * MIN), poll(NOW - 2 * MIN), poll(NOW - 50_000)]
    window = estimate(polls, NOW, period_ms=QUARTER)
    assert window.period_ms == QUARTER
    assert not fits(window, NOW, 1)[0], "and with it the quiet time"


def test_a_shorter_spacing_that_came_twice_tightens() -> None:
    polls = quarter_hours(NOW - 2 * MIN, period=5 * MIN)
    window = estimate(polls, NOW, period_ms=QUARTER)
    assert window.next_poll_by == NOW + 3 * MIN
    assert window.next_poll_from == NOW + 3 * MIN - START_SPREAD_MS
    assert window.period_ms == QUARTER
    once = estimate(polls[:2], NOW, period_ms=QUARTER)
    assert once.next_poll_by == NOW + 13 * MIN


def test_a_further_burst_does_not_move_the_phase_later() -> None:
    """Passes that were taken for a poll 80 s before the real one opened a window for it."""
    polls = quarter_hours(NOW - 14 * MIN)
    fooled = [*polls, poll(NOW - 20_000)]
    window = estimate(fooled, NOW, period_ms=QUARTER)
    assert window.next_poll_from == NOW + MIN - START_SPREAD_MS
    later = estimate(fooled, NOW + 50_000, period_ms=QUARTER)
    assert not fits(later, NOW + 50_000, 1)[0]
    assert "may be now" in fits(later, NOW + 50_000, 1)[1]


def test_the_moment_before_an_announced_poll_is_not_a_whole_period_away() -> None:
    polls = [*quarter_hours(NOW), poll(NOW + 10 * MIN)]
    for late in (-START_SPREAD_MS, -1, 0, 19_000):
        now = NOW + QUARTER + late
        assert estimate(polls, now, period_ms=QUARTER).next_poll_from == now
    assert estimate(polls, NOW + QUARTER + 21_000, period_ms=QUARTER).next_poll_from == NOW + 25 * MIN - START_SPREAD_MS


def test_a_missing_poll_may_be_now_and_two_make_it_unknown() -> None:
    polls = quarter_hours(NOW)
    late = NOW + 16 * MIN
    window = estimate(polls, late, period_ms=QUARTER)
    assert window.known and window.next_poll_by == NOW + 30 * MIN and window.next_poll_from == late
    assert not fits(window, late, 1)[0]
    assert not estimate(polls, NOW + 30 * MIN + 1, period_ms=QUARTER).known


# fits ------------------------------------------------------------------------------------------------------------


def test_quiet_then_time() -> None:
    window = estimate(quarter_hours(NOW), NOW + 62_999, period_ms=QUARTER)
    assert not fits(window, NOW + 62_999, 3_000)[0]
    assert fits(window, NOW + 63_000, 3_000)[0]
    assert fits(window, NOW + 13 * MIN + 20_000, 30_000)[0]
    good, why = fits(window, NOW + 13 * MIN + 20_000, 31_000)
    assert not good and "1:00 min; this plan wants 1:02" in why


def test_a_declared_demo_needs_less_quiet() -> None:
    window = estimate(quarter_hours(NOW, period=2 * MIN), NOW + 42_000, period_ms=2 * MIN)
    assert not fits(window, NOW + 42_000, 3_000)[0]
    assert fits(window, NOW + 43_000, 3_000)[0]
    assert window.next_poll_from == NOW + 2 * MIN - 5_000
    slow = estimate(quarter_hours(NOW, period=3 * MIN), NOW + 60_000, period_ms=3 * MIN)
    assert not fits(slow, NOW + 60_000, 3_000)[0]


def test_an_old_estimate_does_not_outlive_its_evidence() -> None:
    window = estimate(quarter_hours(NOW), NOW, period_ms=QUARTER)
    assert remaining_text(window, NOW + 31 * MIN) == "unknown, may be now"
    assert remaining_text(window, NOW + 16 * MIN) == "≤ 14:00, may be now"
    assert not fits(window, NOW + 16 * MIN, 1)[0]


# settling --------------------------------------------------------------------------------------------------------


def test_which_poll_began_after() -> None:
    polls = [poll(NOW + 6_000), poll(NOW + 66_000), poll(NOW - 5)]
    assert began_after(polls, NOW, quiet_before=True) == polls[0]
    assert began_after(polls, NOW, quiet_before=False) == polls[1]
    assert began_after(polls, NOW + 6_000, quiet_before=True) == polls[1]
    assert began_after(polls, NOW + 66_000, quiet_before=True) is None


def test_a_poll_whose_first_pass_starts_just_after_may_have_begun_before() -> None:
    assert began_after([poll(NOW + 2_000)], NOW, quiet_before=True) is None
    assert began_after([poll(NOW + 59_000)], NOW, quiet_before=False) is None


@pytest.mark.parametrize("quiet", [True, False])
def test_a_poll_under_way_does_not_count(quiet: bool) -> None:
    assert began_after([ObservedPoll(NOW - 1, NOW + 90_000, 9)], NOW, quiet_before=quiet) is None


# whatever was seen -----------------------------------------------------------------------------------------------

times = st.integers(NOW - 10**8, NOW + 10**7)
recent = st.integers(NOW - 5_400_000, NOW)
periods = st.sampled_from([30_000, 2 * MIN, 5 * MIN, QUARTER, 60 * MIN])


@given(st.lists(times, max_size=60), st.randoms(), periods)
def test_order_does_not_matter(instants: list[int], shuffler: random.Random, period: int) -> None:
    mixed = passes(*instants)
    shuffler.shuffle(mixed)
    assert observe_polls(mixed) == observe_polls(passes(*instants))
    polls = observe_polls(mixed, gap_ms=10 * MIN)
    assert estimate(polls[::-1], NOW, period_ms=period) == estimate(polls, NOW, period_ms=period)
    assert sum(one.contacts for one in polls) <= len(instants)


@given(st.lists(recent, min_size=1, max_size=8), recent, periods)
def test_a_further_burst_never_makes_the_next_poll_later(instants: list[int], further: int, period: int) -> None:
    """Only the sight of a poll that is due lifts its “may be now”."""
    polls = [poll(at) for at in instants]
    before = estimate(polls, NOW, period_ms=period)
    after = estimate([*polls, poll(further)], NOW, period_ms=period)
    if before.next_poll_from is not None and "is due" not in before.evidence:
        assert after.next_poll_from is not None and after.next_poll_from <= before.next_poll_from
    if before.known and further <= max(instants):
        assert after.next_poll_from is not None and before.next_poll_from is not None
        assert after.next_poll_from <= before.next_poll_from, "an older one never"


@given(st.lists(times, max_size=20), st.integers(0, 10**8), st.integers(1, 10**6), periods)
def test_a_window_is_never_negative_nor_longer_than_its_period(
    instants: list[int], later: int, need: int, period: int
) -> None:
    polls = [poll(at) for at in instants]
    window = estimate(polls, NOW, period_ms=period)
    assert window.period_ms == period
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


@given(st.lists(recent, max_size=5), st.integers(0, 10**7), periods)
def test_unknown_never_fits(instants: list[int], later: int, period: int) -> None:
    window = estimate([poll(at) for at in instants], NOW, period_ms=period)
    unknown = SyncWindow(False, NOW, window.last_poll, period, None, None, window.evidence)
    assert not fits(unknown, NOW + later, 1)[0]
    if not window.known:
        assert not fits(window, NOW + later, 1)[0]


@given(st.integers(0, 40_000), st.integers(0, 40_000), st.integers(0, 14 * MIN), st.integers(1, 60_000))
def test_no_fitting_plan_meets_the_next_poll(first: int, second: int, later: int, need: int) -> None:
    """Polls every 15 min whose first pass starts 0–40 s late; the plan takes twice what was measured."""
    polls = [poll(NOW - QUARTER + first), poll(NOW + second)]
    now = NOW + second + later
    if fits(estimate(polls, now, period_ms=QUARTER), now, need)[0]:
        assert now + 2 * need <= NOW + QUARTER
