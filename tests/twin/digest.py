"""A world's whole state in one comparable text, and what must hold of every state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mergetui.twin.hubspot import contact_of
from mergetui.twin.portal import LINKS
from mergetui.twin.state import State
from mergetui.twin.world import World


def digest(state: State, *, stamps: bool = True) -> str:
    """Rows, contacts, links, lists, errors, timelines. ``stamps``: with the log and all that moves at every poll."""
    contacts: list[Any] = [
        (
            contact.id, sorted(contact.values.items()), contact.additional, contact.merged, contact.archived_at,
            sorted(contact.objects.items()), contact.events, contact.lists, contact.sync_error,
            contact.updated_at if stamps else 0,
        )
        for contact in state.contacts.values()
    ]  # fmt: skip
    rows = [
        (row.id, sorted(row.values.items(), key=lambda pair: pair[0]), row.deleted, row.master_id)
        for table in state.rows.values()
        for row in table.values()
    ]
    rest: list[Any] = [
        sorted(state.aliases.items()), sorted(state.addresses.items()),
        sorted((key, sorted(held)) for key, held in state.links.items() if held),
        [(found.id, sorted(found.members.items())) for found in state.lists.values()],
        sorted((key, sorted(held)) for key, held in state.unsubscribed.items()),
        [(one.id, one.kind, one.contact) for one in state.occurrences.values()],
        sorted(state.sync.frozen), sorted(state.row_deletions), sorted(state.row_changes), sorted(state.overdue),
    ]  # fmt: skip
    if stamps:
        rest += [list(state.events), state.now, sorted(state.pending_passes.items()), state.last_polls]
    return repr((contacts, rows, rest))


def sound(world: World, given_out: Iterable[str] = ()) -> None:
    """Ids resolve, alias chains end, addresses are unique, indexes are right, events are in order.

    ``given_out``: contact ids that must lead to a contact, live or archived.
    """
    state = world.state
    owners: dict[str, str] = {}
    links: dict[str, set[str]] = {}
    for contact in state.contacts.values():
        assert contact.id not in state.aliases
        if contact.archived_at is not None:
            continue
        for address in contact.addresses:
            assert owners.setdefault(address, contact.id) == contact.id, "addresses stay unique"
        for name in LINKS:
            if held := contact.get(name):
                links.setdefault(held, set()).add(contact.id)
    assert owners == state.addresses
    assert links == {key: set(held) for key, held in state.links.items() if held}
    for key in (*given_out, *state.aliases):
        assert contact_of(state, key) is not None, "every id resolves"
    for table in state.rows.values():
        for key, row in table.items():
            assert row.id == key
            assert row.master_id is None or state.row(row.master_id) is not None
    for item in state.occurrences.values():
        assert contact_of(state, item.contact) is not None
    assert [entry["n"] for entry in world.events] == list(range(1, len(world.events) + 1))
    stamps = [entry["at"] for entry in world.events]
    assert stamps == sorted(stamps)
    assert not state.queue or state.queue[0][0] >= state.now
