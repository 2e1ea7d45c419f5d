"""A portal whose tail is long: search that lags, timelines and locks that take their time, calls that run out."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.story import Story, assert_nothing_was_lost, has, run_polls_until_settled


def state_of(story: Story) -> str:
    return story.row()[0]


@pytest.mark.parametrize(
    "settings",
    [
        {"search_lag_ms": 20_000, "timeline_delay_ms": 1_500_000},
        {"hs_merge_id": "primary", "static_lists_after_merge": "dropped", "web_events": False},
    ],
    ids=["everything late", "other answers"],
)
async def test_a_merge_settles_all_the_same(story: Story, settings: dict[str, Any]) -> None:
    await story.begin()
    story.control("POST", "/settings", settings)
    before = story.state()
    await story.approve()
    story.control("POST", "/clock", {"advance_s": 15})
    runner = story.runner()
    run_polls_until_settled(story, lambda: state_of(story))
    told, _ = runner.communicate(timeout=30)
    assert runner.returncode == 0, told
    assert state_of(story) == "settled"
    if "hs_merge_id" not in settings:
        story.control("POST", "/clock", {"advance_s": 1_800})
        assert_nothing_was_lost(story, before)


async def test_a_day_without_calls_left_is_told_and_nothing_is_merged(story: Story) -> None:
    await story.begin()
    await story.approve()
    story.control("POST", "/clock", {"advance_s": 15})
    story.control("POST", "/faults", {"at": "hubspot.*", "kind": "rate_limit", "policy": "DAILY", "times": None})
    for words in (("run",), ("pull",)):
        done = story.command("--profile", "demo", *words)
        assert done.returncode == 1
        told = done.stdout + done.stderr
        assert "daily limit" in told and "midnight of the account's time zone" in told
    assert state_of(story) == "approved" and not has(story, "merge", "salesforce")


async def test_calls_that_run_out_on_the_way_make_the_plan_wait(story: Story) -> None:
    await story.begin()
    await story.approve()
    story.control("POST", "/clock", {"advance_s": 15})
    fault = {"at": "hubspot.batch_read", "kind": "rate_limit", "policy": "DAILY", "times": None}
    story.control("POST", "/faults", fault)
    runner = story.runner()
    story.wait_until("the plan waits", lambda: state_of(story) == "waiting")
    assert "daily limit" in story.row()[1] and "Nothing was merged" in story.row()[1]
    assert not has(story, "merge", "salesforce")
    runner.terminate()
    runner.communicate(timeout=30)
