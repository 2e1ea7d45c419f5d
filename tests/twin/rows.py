"""What the tests of the integration's rows share."""

from __future__ import annotations

from typing import Any

from mergetui.twin.cast import CastList
from mergetui.twin.state import Contact, Row
from mergetui.twin.world import World
from tests.twin.worlds import MINUTE, NOW, POLL, hs_contact, make_world, sf_contact

AFTER_POLL = NOW + POLL + MINUTE
"""Past the first poll (NOW + 14:30) and its writes, before the second."""
DAY = 86_400_000
EMPTY_LIST = CastList("91", "In", "DYNAMIC", ())


def live(world: World, contact_id: str) -> Contact:
    contact = world.state.contacts[contact_id]
    assert contact.archived_at is None
    return contact


def row_of(world: World, row_id: str) -> Row:
    row = world.state.row(row_id)
    assert row is not None
    return row


def values(world: World, row_id: str) -> Any:
    return row_of(world, row_id).values


def link_of(contact: Contact) -> str:
    return contact.get("salesforcecontactid") + contact.get("salesforceleadid")


def one(**settings: Any) -> tuple[World, str]:
    """One linked pair of everyday people: contact 11 and its row, both with a title."""
    row = sf_contact(1, "a@x.example", Title="CTO")
    return make_world(row, hs_contact(11, "a@x.example", row, jobtitle="CTO"), EMPTY_LIST, **settings), row.id
