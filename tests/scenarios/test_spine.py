"""The whole way, told as a person would live it: keys in, screens, both CRMs and the journal out."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress

from tests.support.story import Story, assert_nothing_was_lost, has, run_polls_until_settled
from tests.support.terminal import Terminal


def decide_first_set(terminal: Terminal) -> None:
    """Queue → review → confirmation of the first set, every warning ticked, up to the typed word."""
    terminal.wait_for(r"53 sets|\d+ sets · 0 decided", 40)
    terminal.press("enter")
    terminal.wait_for(r"plan: \d merges", 20)
    terminal.press("a")
    terminal.wait_for("This cannot be undone")
    for _ in range(4):
        tick_everything(terminal)
        # a slow machine may still be drawing the last tick: letters of one burst with it are dropped, by design
        time.sleep(0.5)
        terminal.press(*["\x7f"] * 6, *"merge")
        with suppress(AssertionError):
            terminal.wait_for(r"│ +merge +│", 3)
            break
    terminal.press("enter")
    terminal.wait_for(r"approved \d", 10)


def tick_everything(terminal: Terminal) -> None:
    """Space on each warning in turn, each only after the one before is seen to be ticked."""
    while (left := terminal.text.count("[ ]")) > 0:
        terminal.press("space")
        began = time.monotonic()
        while terminal.text.count("[ ]") == left and time.monotonic() - began < 5:
            time.sleep(0.05)


def test_a_duplicate_is_merged_in_both_crms_from_the_first_key_to_settled(story: Story) -> None:
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        before = story.state()
        decide_first_set(terminal)
        run_polls_until_settled(story, lambda: story.history()[0]["state"])
        terminal.wait_for(r"settled 1")
        assert_nothing_was_lost(story, before)
        terminal.press("q")
        assert terminal.wait_exit() == 0


def test_a_crash_between_the_halves_is_finished_by_resume(story: Story) -> None:
    """Cockpit and runner are killed while the sandbox holds the HubSpot merge; nothing is lost, nothing done twice."""
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        before = story.state()
        story.control("POST", "/faults", {"at": "hubspot.merge", "kind": "hold", "times": 1})
        decide_first_set(terminal)
        story.wait_until("Salesforce is merged", lambda: has(story, "merge", "salesforce"), 30)
        time.sleep(0.5)
        status = story.command("status").stdout
        runner = int(status.split("runner: process ")[1].split()[0])
        terminal.kill()
        os.kill(runner, signal.SIGKILL)
    resume = story.runner("resume")
    run_polls_until_settled(story, lambda: story.history()[0]["state"])
    told, _ = resume.communicate(timeout=30)
    assert resume.returncode == 0, told
    assert "was merging when the last run ended" in told and "settled" in told
    assert_nothing_was_lost(story, before)


def test_a_crash_is_taken_up_by_the_next_start_of_the_cockpit(story: Story) -> None:
    """The sandbox outlives the killed cockpit; the next ``mergetui demo`` goes on in it, says so, and finishes."""
    with story.demo() as terminal:
        terminal.wait_for(r"\d+ sets · 0 decided", 40)
        before = story.state()
        story.control("POST", "/faults", {"at": "hubspot.merge", "kind": "hold", "times": 1})
        decide_first_set(terminal)
        story.wait_until("Salesforce is merged", lambda: has(story, "merge", "salesforce"), 30)
        time.sleep(0.5)
        runner = int(story.command("status").stdout.split("runner: process ")[1].split()[0])
        terminal.kill()
        os.kill(runner, signal.SIGKILL)
    with story.demo() as terminal:
        terminal.wait_for("was merging when the last run ended", 40)
        run_polls_until_settled(story, lambda: story.history()[0]["state"])
        terminal.press("2")
        terminal.wait_for(r"settled 1")
        assert_nothing_was_lost(story, before)
        terminal.press("q")
        assert terminal.wait_exit() == 0
