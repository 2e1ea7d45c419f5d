"""A tiny pair of orgs for the twin's tests: built row by row, so that every test says what it is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mergetui.twin.cast import Cast, CastContact, CastEvent, CastList, CastObject, CastRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.settings import Settings
from mergetui.twin.world import World

NOW = 1_795_000_000_000
MINUTE = 60_000
POLL = 15 * MINUTE
ADMIN = salesforce_id("005", 1)
INTEGRATION = salesforce_id("005", 2)
ACCOUNT = salesforce_id("001", 1)
ACME = CastRow("Account", ACCOUNT, {"Name": "Acme", "OwnerId": ADMIN})


def sf_contact(number: int, email: str | None = None, **values: Any) -> CastRow:
    base = {"LastName": f"Person {number}", "Email": email, "OwnerId": ADMIN, "CreatedDate": NOW - number * 10**9}
    stamps = {"SystemModstamp": NOW - 10**8, "LastModifiedDate": NOW - 10**8}
    return CastRow("Contact", salesforce_id("003", number), {**base, **stamps, **values})


def sf_lead(number: int, email: str | None = None, **values: Any) -> CastRow:
    row = sf_contact(number, email, **{"Company": "Acme", "Status": "Open - Not Contacted", **values})
    return CastRow("Lead", salesforce_id("00Q", number), row.values)


def hs_contact(number: int, email: str, linked: CastRow | None = None, **values: str) -> CastContact:
    """``linked``: carries the link and the mapped name and e-mail of that row."""
    found = {"email": email}
    if linked is not None:
        name = "salesforcecontactid" if linked.object == "Contact" else "salesforceleadid"
        found |= {name: linked.id, "lastname": str(linked.values["LastName"])}
    return CastContact(str(number), {**found, **values}, NOW - 10**10, NOW - 10**8)


def make_cast(*parts: Any, **members: Any) -> Cast:
    kinds: dict[type, list[Any]] = {CastRow: [], CastContact: [], CastObject: [], CastEvent: [], CastList: []}
    for part in parts:
        kinds[type(part)].append(part)
    users = [
        CastRow("User", ADMIN, {"FirstName": "Ada", "LastName": "Admin", "Email": "ada@x.example", "IsActive": True}),
        CastRow("User", INTEGRATION, {"LastName": "HubSpot", "Email": "hs@x.example", "IsActive": True}),
        CastRow("User", salesforce_id("005", 3), {"LastName": "Gone", "Email": "g@x.example", "IsActive": False}),
    ]
    cast = Cast(
        org_id=salesforce_id("00D", 1),
        org_name="Acme",
        portal_id="4471",
        portal_domain="acme.example",
        rows=(*users, ACME, *kinds[CastRow]),
        contacts=tuple(kinds[CastContact]),
        objects=tuple(kinds[CastObject]),
        events=tuple(kinds[CastEvent]),
        lists=tuple(kinds[CastList]),
        owners=(),
        subscriptions={"1": "News", "2": "Offers"},
        unsubscribed={},
        humans=(),
        polls=(NOW - 30_000,),
        integration_user_id=INTEGRATION,
        admin_user_id=ADMIN,
    )
    return replace(cast, **members)


def make_world(*parts: Any, cast: dict[str, Any] | None = None, **settings: Any) -> World:
    """Event delay 30 s sharp unless given; the next poll is due at NOW + 14:30."""
    return World(make_cast(*parts, **(cast or {})), Settings(**{"event_delay_ms": (30_000, 30_000), **settings}), NOW)


def happened(world: World, what: str) -> list[dict[str, Any]]:
    return [event for event in world.events if event["what"] == what]


def pair(**settings: Any) -> tuple[World, str, str]:
    """Two linked contacts with different addresses; returns (world, master's id, loser's id). HubSpot: 11, 12."""
    master, loser = sf_contact(1, "a@x.example", Phone="1"), sf_contact(2, "b@x.example", Phone="2")
    world = make_world(
        master,
        loser,
        hs_contact(11, "a@x.example", master, phone="1"),
        hs_contact(12, "b@x.example", loser, phone="2"),
        **settings,
    )
    return world, master.id, loser.id
