"""The watch over scripted CRMs: what counts, what is asked, what is remembered."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import pytest

from mergetui import errors
from mergetui.merging.window import POLLS, OwnIds, PollWatch, declared_period_ms, remembered_polls
from mergetui.records.crm import SalesforceRecord
from mergetui.records.sync import ObservedPoll, RecentSync
from mergetui.store import Ledger
from mergetui.sync.window import began_after, fits

MIN = 60_000
QUARTER = 15 * MIN
NOW = 1_790_000_000_000


class Portal:
    """HubSpot and Salesforce at once: passes, and when their rows were changed."""

    def __init__(self) -> None:
        self.time = NOW
        self.passes: dict[str, RecentSync] = {}
        self.rows: dict[str, SalesforceRecord] = {}
        self.asked: list[tuple[str, int]] = []
        self.searches = 0
        self.broken = False

    def now(self) -> int:
        return self.time

    async def recent_syncs(self, limit: int = 1000, *, since: int | None = None) -> list[RecentSync]:
        self.searches += 1
        return sorted(self.passes.values(), key=lambda one: -one.synced_at)

    async def fates(self, name: str, ids: Sequence[str]) -> dict[str, SalesforceRecord]:
        if self.broken:
            raise errors.Unreachable("Salesforce", "Salesforce does not answer.")
        self.asked.append((name, len(ids)))
        return {one: self.rows[one] for one in ids if one in self.rows}

    def sync(self, *numbers: int, at: int, changed: int, kind: Any = "Contact") -> None:
        for step, number in enumerate(numbers):
            row = f"row{number}"
            self.passes[str(number)] = RecentSync(str(number), at + 100 * step, row, kind)
            self.rows[row] = SalesforceRecord(row, kind, {}, changed // 1000 * 1000)


@pytest.fixture
def portal() -> Portal:
    return Portal()


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.db")


def watch(portal: Any, ledger: Ledger, own: Collection[str] = (), period_ms: int = QUARTER) -> PollWatch:
    return PollWatch(portal, ledger, 0, salesforce=portal, own=lambda: own, period_ms=period_ms)


async def test_a_poll_is_seen_through_rows_changed_before_it(portal: Portal, ledger: Ledger) -> None:
    portal.sync(1, 2, at=NOW - 90_000, changed=NOW - 5 * MIN)
    portal.sync(3, at=NOW - 89_000, changed=NOW - 2 * MIN, kind="Lead")
    window = await watch(portal, ledger).look()
    assert window.last_poll == ObservedPoll(NOW - 90_000, NOW - 89_000, 3) == remembered_polls(ledger)[0]
    assert not window.known and "second one is needed" in window.evidence, "after a silence one burst is a guess"
    assert sorted(portal.asked) == [("Contact", 2), ("Lead", 1)], "one query for each object"
    ledger.set_setting(POLLS, [[NOW - 90_000 - QUARTER, NOW - 89_000 - QUARTER, 3]])
    assert fits(await watch(portal, ledger).look(), NOW, 3_000)[0]


async def test_passes_of_hubspot_edits_are_no_poll(portal: Portal, ledger: Ledger) -> None:
    """6 contacts edited in HubSpot, 80 s before the poll."""
    ledger.set_setting(POLLS, [[NOW - 29 * MIN, NOW - 29 * MIN, 3]])
    portal.sync(1, 2, 3, at=NOW - 14 * MIN, changed=NOW - 20 * MIN)
    portal.sync(10, 11, 12, at=NOW - 70_000, changed=NOW - 9 * 60 * MIN)
    portal.sync(13, 14, 15, at=NOW - 70_000, changed=NOW - 69_000)
    window = await watch(portal, ledger).look()
    assert window.last_poll == ObservedPoll(NOW - 14 * MIN, NOW - 14 * MIN + 200, 3)
    assert window.next_poll_from == NOW + MIN - 40_000
    assert not fits(window, NOW, 11_000)[0]


async def test_second_passes_neither_make_a_period_nor_a_poll(portal: Portal, ledger: Ledger) -> None:
    watching = watch(portal, ledger)
    portal.sync(1, 2, 3, at=NOW - 45_000, changed=NOW - 5 * MIN)
    await watching.look()
    portal.sync(1, 2, 3, at=NOW - 5_000, changed=NOW - 5 * MIN)
    window = await watching.look()
    assert watching.polls == (ObservedPoll(NOW - 45_000, NOW - 4_800, 3),)
    assert window.period_ms == QUARTER and not fits(window, NOW + 50_000, 1_000)[0]


async def test_what_an_event_pass_wrote_to_salesforce_is_no_cause_of_its_second_pass(
    portal: Portal, ledger: Ledger
) -> None:
    watching = watch(portal, ledger)
    portal.sync(1, 2, 3, at=NOW - 60_000, changed=NOW - 57_000)
    await watching.look()
    portal.sync(1, 2, 3, at=NOW - 30_000, changed=NOW - 57_000)
    await watching.look()
    assert watching.polls == ()


async def test_our_own_passes_settle_nothing(portal: Portal, ledger: Ledger) -> None:
    """Values written to the survivors' rows, then their event-driven passes."""
    committed = NOW - 3 * MIN
    portal.sync(1, 2, 3, 4, at=NOW - 90_000, changed=NOW - 2 * MIN)
    for own in ({"1", "2", "3"}, {"row1", "row2", "row4"}):
        watching = watch(portal, ledger, own)
        await watching.look()
        assert began_after(watching.polls, committed, quiet_before=True) is None
    assert not portal.asked
    fooled = watch(portal, ledger)
    await fooled.look()
    assert began_after(fooled.polls, committed, quiet_before=True) is not None, "the case is a real one"


async def test_salesforce_is_asked_once_about_a_pass_and_never_about_single_ones(
    portal: Portal, ledger: Ledger
) -> None:
    watching = watch(portal, ledger)
    portal.sync(1, 2, 3, at=NOW - 90_000, changed=NOW - 5 * MIN)
    portal.sync(8, at=NOW - 10 * MIN, changed=NOW - 11 * MIN)
    portal.sync(9, at=NOW - 2_000, changed=NOW - 11 * MIN)
    for _ in range(3):
        await watching.look(fresh=True)
    assert portal.asked == [("Contact", 3)] and portal.searches == 3
    portal.sync(4, at=NOW - 85_000, changed=NOW - 5 * MIN)
    await watching.look()
    assert portal.asked[1:] == [("Contact", 1)]
    assert watching.polls[0].contacts == 4


async def test_a_row_edited_after_its_pass_was_judged_stays_a_witness(portal: Portal, ledger: Ledger) -> None:
    watching = watch(portal, ledger)
    portal.sync(1, 2, 3, at=NOW - 90_000, changed=NOW - 5 * MIN)
    await watching.look()
    portal.sync(1, at=NOW - 10_000, changed=NOW - 20_000)
    del portal.rows["row2"]
    await watching.look()
    assert watching.polls == (ObservedPoll(NOW - 90_000, NOW - 89_800, 3),)


async def test_a_failing_look_is_told_and_the_next_one_reads_again(portal: Portal, ledger: Ledger) -> None:
    watching = watch(portal, ledger)
    portal.sync(1, 2, 3, at=NOW - 90_000, changed=NOW - 5 * MIN)
    portal.broken = True
    with pytest.raises(errors.Problem):
        await watching.look()
    assert watching.polls == ()
    portal.broken = False
    await watching.look()
    assert len(watching.polls) == 1


async def test_two_processes_remember_together(portal: Portal, ledger: Ledger) -> None:
    first, second = watch(portal, ledger), watch(Portal(), ledger)
    portal.sync(1, 2, 3, at=NOW - 90_000, changed=NOW - 5 * MIN)
    await first.look()
    await second.look()
    assert second.polls == first.polls == remembered_polls(ledger)


async def test_polls_remembered_without_a_cause_are_not_used(portal: Portal, ledger: Ledger) -> None:
    ledger.set_setting("polls", [[NOW - 70_000, NOW - 69_000, 9]])
    assert POLLS != "polls"
    assert not (await watch(portal, ledger).look()).known


def test_the_period_is_the_profiles_or_the_demos(ledger: Ledger) -> None:
    assert declared_period_ms(ledger, 15) == QUARTER
    assert declared_period_ms(ledger, 0.5) == 30_000
    ledger.set_setting("period_ms", 120_000)
    assert declared_period_ms(ledger, 15) == 120_000


async def test_own_ids_are_those_of_open_and_of_freshly_settled_plans(tmp_path: Path) -> None:
    from tests.merging.test_procedure import Bench
    from tests.support.dossiers import sf_id
    from tests.support.fake_crms import two_people

    bench = Bench(tmp_path, two_people())
    times = [bench.deps().clock()]
    own = OwnIds(bench.ledger, lambda: times[0])
    assert own() == frozenset()
    plan = await bench.stage()
    members = {sf_id(1), sf_id(2), *plan.expected.old_hubspot_ids}
    assert own() == members and len(members) == 4
    bench.ledger.set_returned(plan.id, "50001")
    assert own() == members | {"50001"}
    bench.ledger.set_state(plan.id, "settled")
    assert own() == members | {"50001"}
    times[0] += 61 * MIN
    assert own() == frozenset()
    bench.ledger.set_state(plan.id, "taken back")
    assert own() == frozenset()
