"""Taking back saves leaves rows and every index as they were."""

from __future__ import annotations

from typing import Any

from mergetui.twin.cast import CastRow
from mergetui.twin.events import CreateRow, DeleteRow, UpdateRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.savepoint import Savepoint
from mergetui.twin.world import World
from tests.twin.worlds import ACCOUNT, NOW, make_world, sf_contact

FIRST, SECOND = salesforce_id("003", 1), salesforce_id("003", 2)


def digest(world: World) -> Any:
    state = world.state
    rows = {
        (name, key): (dict(row.values), row.deleted, row.master_id, dict(row.changed))
        for name, table in state.rows.items()
        for key, row in table.items()
    }
    children = {parent: sorted(held) for parent, held in state.children.items() if held}
    addresses = {address: sorted(held) for address, held in state.people_by_email.items() if held}
    waiting = (dict(state.row_changes), dict(state.row_deletions), dict(state.known_dead), dict(state.buried_with))
    return rows, children, addresses, waiting


def test_everything_is_as_it_was() -> None:
    world = make_world(
        sf_contact(1, "a@x.example", AccountId=ACCOUNT),
        sf_contact(2, "b@x.example"),
        CastRow("Task", salesforce_id("00T", 1), {"WhoId": SECOND, "Subject": "Call"}),
    )
    state = world.state
    before = digest(world)
    savepoint = Savepoint(state)
    savepoint.remember(FIRST)
    world.apply(UpdateRow("Contact", FIRST, {"Email": "new@x.example", "AccountId": None, "Title": "CTO"}), NOW)
    savepoint.remember(SECOND)
    world.apply(DeleteRow("Contact", SECOND), NOW)
    made = world.apply(CreateRow("Contact", {"LastName": "Born", "Email": "c@x.example", "AccountId": ACCOUNT}), NOW)
    savepoint.born(made)
    assert digest(world) != before and state.row(salesforce_id("00T", 1)).deleted  # type: ignore[union-attr]
    savepoint.roll_back()
    assert digest(world) == before
    assert state.row(made) is None
    world.apply(UpdateRow("Contact", FIRST, {"Title": "CEO"}), NOW)
    assert "Title" in state.row_changes[FIRST]
