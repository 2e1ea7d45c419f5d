"""What holds for Salesforce's half of the twin whatever is merged, deleted and brought back."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mergetui.twin.cast import CastRow
from mergetui.twin.events import DeleteRow, MergeRows, UndeleteRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.world import World
from tests.twin.worlds import NOW, make_world, sf_contact

PEOPLE = 5
quick = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
index = st.integers(0, PEOPLE - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("merge"), index, st.lists(index, min_size=1, max_size=3)),
        st.tuples(st.just("delete"), index, st.just([])),
        st.tuples(st.just("undelete"), index, st.just([])),
    ),
    max_size=8,
)
shape = st.fixed_dictionaries(
    {
        "opted": st.lists(st.booleans(), min_size=PEOPLE, max_size=PEOPLE),
        "managers": st.lists(st.one_of(st.none(), index), min_size=PEOPLE, max_size=PEOPLE),
        "tasks": st.lists(index, max_size=6),
        "members": st.lists(st.tuples(index, st.integers(0, 1)), max_size=6, unique=True),
    }
)


def key(number: int) -> str:
    return salesforce_id("003", number + 1)


def world_of(wish: dict[str, Any]) -> World:
    people = [
        sf_contact(
            n + 1, f"{n}@x.example", HasOptedOutOfEmail=wish["opted"][n],
            ReportsToId=key(manager) if (manager := wish["managers"][n]) is not None and manager < n else None,
        )
        for n in range(PEOPLE)
    ]  # fmt: skip
    tasks = [
        CastRow("Task", salesforce_id("00T", n), {"WhoId": key(who), "Subject": "x"})
        for n, who in enumerate(wish["tasks"])
    ]
    campaigns = [CastRow("Campaign", salesforce_id("701", n), {"Name": str(n)}) for n in (0, 1)]
    members = [
        CastRow("CampaignMember", salesforce_id("00v", n), {"CampaignId": campaigns[which].id, "ContactId": key(who)})
        for n, (who, which) in enumerate(wish["members"])
    ]
    return make_world(*people, *tasks, *campaigns, *members)


def play(world: World, step: tuple[str, int, list[int]], at: int) -> bool:
    what, one, others = step
    event: Any
    if what == "merge":
        event = MergeRows("Contact", key(one), tuple(key(other) for other in others))
    else:
        event = DeleteRow("Contact", key(one)) if what == "delete" else UndeleteRow(key(one))
    try:
        world.apply(event, at)
    except SalesforceRefusal:
        return False
    return True


def picture(world: World) -> Any:
    """All rows, their places in the indexes, and what the integration would see."""
    state = world.state
    rows = {
        (kind, row.id): (dict(row.values), row.deleted, row.master_id)
        for kind, table in state.rows.items()
        for row in table.values()
    }
    children = {parent: sorted(found) for parent, found in state.children.items() if found}
    return copy.deepcopy((rows, children, dict(state.row_changes), dict(state.row_deletions), dict(state.conversions)))


@quick
@given(shape, steps)
def test_refusals_change_nothing_and_ids_always_resolve(wish: dict[str, Any], found: list[Any]) -> None:
    world = world_of(wish)
    ids = {row.id for table in world.state.rows.values() for row in table.values()}
    for number, step in enumerate(found):
        before = picture(world)
        if not play(world, step, NOW + number):
            assert picture(world) == before
        assert all(world.state.row(one) is not None for one in ids)
        for parent, children in world.state.children.items():
            for kind, child, name in children:
                assert world.state.rows[kind][child].values[name] == parent


@quick
@given(shape, st.lists(st.tuples(st.just("merge"), index, st.lists(index, min_size=1, max_size=2)), max_size=4))
def test_a_merge_loses_no_child(wish: dict[str, Any], found: list[Any]) -> None:
    world = world_of(wish)
    state = world.state
    for number, step in enumerate(found):
        play(world, step, NOW + number)
    for task in state.rows["Task"].values():
        assert not task.deleted and state.alive(str(task.values["WhoId"])) is not None
    alive = [row.values for row in state.rows["CampaignMember"].values() if not row.deleted]
    assert {row["CampaignId"] for row in alive} == {
        row.values["CampaignId"] for row in state.rows["CampaignMember"].values()
    }
    assert all(state.alive(str(row["ContactId"])) is not None for row in alive)
    pairs = [(row["CampaignId"], row["ContactId"]) for row in alive]
    assert len(pairs) == len(set(pairs))


@quick
@given(shape, steps)
def test_opt_outs_never_loosen_and_masters_resolve(wish: dict[str, Any], found: list[Any]) -> None:
    world = world_of(wish)
    rows = world.state.rows["Contact"]
    for number, step in enumerate(found):
        play(world, step, NOW + number)
    for row, opted in zip(rows.values(), wish["opted"], strict=True):
        assert row.values["HasOptedOutOfEmail"] is opted
    for row in rows.values():
        seen = set()
        above = row
        while above.master_id is not None:
            assert above.id not in seen
            seen.add(above.id)
            above = rows[above.master_id]


@quick
@given(shape, index, index)
def test_undelete_after_a_merge_restores_the_row(wish: dict[str, Any], one: int, two: int) -> None:
    world = world_of(wish)
    before = dict(world.state.rows["Contact"][key(two)].values)
    if not play(world, ("merge", one, [two]), NOW):
        return
    assert play(world, ("undelete", two, []), NOW + 5_000)
    row = world.state.rows["Contact"][key(two)]
    stamps = {"SystemModstamp", "LastModifiedDate", "LastModifiedById"}
    assert not row.deleted and row.master_id is None
    assert {k: v for k, v in row.values.items() if k not in stamps} == {
        k: v for k, v in before.items() if k not in stamps
    }
