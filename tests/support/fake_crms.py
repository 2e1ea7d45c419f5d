"""Two CRMs in memory with the surface that ``merging`` uses, whose calls can be cut at any point.

Smaller than the sandbox and without HTTP: for crash tests at every call and every journal entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mergetui import errors
from mergetui.records.crm import (
    Activity,
    HubSpotContact,
    HubSpotExtras,
    HubSpotMergeAnswer,
    OrgIdentity,
    RowAccess,
    SalesforceMergeAnswer,
    SalesforceRecord,
)
from mergetui.records.plan import HubSpotMerge, SalesforceMerge
from mergetui.records.sync import RecentSync
from tests.support.dossiers import HUBSPOT_FIELDS, NOW, SALESFORCE_FIELDS, contact, record, sf_id


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


class World:
    """The truth of both CRMs, one clock for both."""

    def __init__(self) -> None:
        self.now = NOW
        self.rows: dict[str, SalesforceRecord] = {}
        self.contacts: dict[str, HubSpotContact] = {}
        self.aliases: dict[str, str] = {}
        self.archived: dict[str, HubSpotContact] = {}
        self.activities: dict[str, list[str]] = {}
        self.calls: list[str] = []
        self.polls: list[int] = [NOW - 90_000 - 900_000 * n for n in (2, 1, 0)]
        self.bystanders: dict[str, SalesforceRecord] = {}
        """Rows of people in no plan, whose syncs make the polls visible."""
        self.auto_delete = True
        self.api_left = 0.9
        self.in_approval: set[str] = set()
        self.primary: dict[str, str] = {}
        self.next_id = 50_000
        self.trap: Callable[[str, str], None] = lambda what, when: None
        """Called with (call, ``before`` | ``after``); may raise."""

    def call(self, what: str) -> None:
        self.now += 50
        self.calls.append(what)
        self.trap(what, "before")

    def live(self, contact_id: str) -> HubSpotContact | None:
        while contact_id in self.aliases:
            contact_id = self.aliases[contact_id]
        return self.contacts.get(contact_id)

    def poll(self) -> None:
        """The integration's poll: archives the contacts of deleted rows, syncs the others that are linked."""
        self.now += 1_000
        for held in list(self.contacts.values()):
            row = self.rows.get(held.values.get("salesforcecontactid") or "")
            if row is not None and row.deleted and self.auto_delete:
                self.archived[held.id] = replace(self.contacts.pop(held.id), archived=True)
            elif row is not None:
                self.contacts[held.id] = replace(
                    held, values={**held.values, "salesforcelastsynctime": str(self.now + 5)}, updated_at=self.now
                )
        self.polls.append(self.now)
        self.now += 60_000


def some_people(count: int = 2) -> World:
    world = World()
    for number, name in ((1, "Jane"), (2, "Jane F"), (3, "J. Francis"))[:count]:
        email = f"p{number}@acme.example"
        world.rows[sf_id(number)] = record(number, FirstName=name, Email=email, Phone=f"+{number}")
        made = contact(number, number, firstname=name, lastname=f"Person{number}", email=email, phone=f"+{number}")
        world.contacts[made.id] = made
        world.activities[made.id] = [f"d{number}", f"m{number}"]
    return world


def two_people() -> World:
    return some_people(2)


class FakeSalesforce:
    def __init__(self, world: World) -> None:
        self.world = world

    def now(self) -> int:
        return self.world.now

    async def identity(self) -> OrgIdentity:
        return OrgIdentity("salesforce", "00D000000000001AAA", "Acme", False)

    async def ready(self, *, min_life_s: float = 300) -> None: ...
    async def api_left(self) -> float | None:
        self.world.call("salesforce.api_left")
        return self.world.api_left

    async def records(self, name: str, ids: Sequence[str], fields: Any) -> dict[str, SalesforceRecord]:
        self.world.call("salesforce.records")
        return {one: self.world.rows[one] for one in ids if one in self.world.rows}

    async def fates(self, name: str, ids: Sequence[str]) -> dict[str, SalesforceRecord]:
        if not self.world.bystanders.keys().isdisjoint(ids):
            return {one: self.world.bystanders[one] for one in ids if one in self.world.bystanders}
        self.world.call("salesforce.fates")
        return {one: self.world.rows[one] for one in ids if one in self.world.rows}

    async def children(self, name: str, ids: Sequence[str]) -> list[Any]:
        return []

    async def access(self, ids: Sequence[str]) -> dict[str, RowAccess]:
        return {one: RowAccess(one, True, True, True) for one in ids}

    async def in_approval(self, ids: Sequence[str]) -> frozenset[str]:
        return frozenset(self.world.in_approval) & set(ids)

    async def deleted(self, name: str, fields: Any, *, since: int) -> list[SalesforceRecord]:
        return [row for row in self.world.rows.values() if row.deleted and row.modified_at >= since]

    async def names(self, name: str, ids: Sequence[str]) -> dict[str, str]:
        return {}

    async def merge(self, merge: SalesforceMerge) -> SalesforceMergeAnswer:
        self.world.call("salesforce.merge")
        loser = self.world.rows[merge.loser_id]
        if loser.deleted:
            return SalesforceMergeAnswer(False, code="ENTITY_IS_DELETED", message="entity is deleted")
        master = self.world.rows[merge.master_id]
        values = {**master.values, **merge.values, **dict.fromkeys(merge.nulls)}
        self.world.rows[master.id] = replace(master, values=values, modified_at=self.world.now)
        self.world.rows[loser.id] = replace(loser, deleted=True, master_id=master.id)
        self.world.trap("salesforce.merge", "after")
        return SalesforceMergeAnswer(True, master.id, (loser.id,))

    async def update(self, name: str, record_id: str, values: Mapping[str, Any]) -> None:
        self.world.call("salesforce.update")
        row = self.world.rows[record_id]
        self.world.rows[record_id] = replace(row, values={**row.values, **values}, modified_at=self.world.now)
        self.world.trap("salesforce.update", "after")


class FakeHubSpot:
    def __init__(self, world: World) -> None:
        self.world = world

    def now(self) -> int:
        return self.world.now

    async def identity(self) -> OrgIdentity:
        return OrgIdentity("hubspot", "4471", "acme", False)

    async def ready(self, *, min_life_s: float = 300) -> None: ...

    async def contact(self, contact_id: str, properties: Sequence[str] = ()) -> HubSpotContact | None:
        self.world.call("hubspot.contact")
        return self.world.live(contact_id)

    async def contacts(self, ids: Sequence[str], properties: Sequence[str]) -> dict[str, HubSpotContact]:
        self.world.call("hubspot.contacts")
        return {one: found for one in ids if (found := self.world.live(one)) is not None}

    async def archived(self, contact_id: str, properties: Sequence[str] = ()) -> HubSpotContact | None:
        return self.world.archived.get(contact_id)

    async def extras(self, ids: Sequence[str], *, history: Sequence[str] = ()) -> dict[str, HubSpotExtras]:
        self.world.call("hubspot.extras")
        return {
            one: HubSpotExtras(
                one,
                tuple(Activity("deal", name) for name in self.world.activities.get(one, [])),
                companies=(self.world.primary[one],) if one in self.world.primary else ("70",),
            )
            for one in ids
        }

    async def holders(self, ids: Sequence[str]) -> list[HubSpotContact]:
        self.world.call("hubspot.holders")
        return [held for held in self.world.contacts.values() if held.values.get("salesforcecontactid") in set(ids)]

    async def by_address(self, addresses: Sequence[str]) -> dict[str, HubSpotContact]:
        self.world.call("hubspot.by_address")
        found = {}
        for held in self.world.contacts.values():
            own = {held.values.get("email"), *(held.values.get("hs_additional_emails") or "").split(";")}
            found.update({address: held for address in addresses if address in own})
        return found

    async def recent_syncs(self, limit: int = 1000, *, since: int | None = None) -> list[RecentSync]:
        """Every poll took three people along who were changed in Salesforce a minute before."""
        found = []
        for number, poll in enumerate(self.world.polls):
            for step in (0, 1, 2):
                key = 500 + 3 * number + step
                self.world.bystanders[sf_id(key)] = replace(record(key), modified_at=poll - 60_000)
                found.append(RecentSync(str(9000 + key), poll + 100 * step, sf_id(key), "Contact"))
        return sorted(found, key=lambda one: one.synced_at, reverse=True)

    async def unsubscribe(self, address: str, subscription_id: str) -> None:
        self.world.call("hubspot.unsubscribe")

    async def make_primary_company(self, contact_id: str, company_id: str) -> None:
        self.world.call("hubspot.make_primary_company")
        held = self.world.live(contact_id)
        assert held is not None
        self.world.primary[held.id] = company_id

    async def merge(self, merge: HubSpotMerge) -> HubSpotMergeAnswer:
        self.world.call("hubspot.merge")
        primary, secondary = self.world.live(merge.primary_id), self.world.live(merge.secondary_id)
        if primary is None or secondary is None:
            raise errors.Missing("HubSpot", "HubSpot knows no such contact.", status=404)
        if primary.id == secondary.id:
            raise errors.Refused("HubSpot", "These contacts are merged already.", status=400)
        self.world.next_id += 1
        made = str(self.world.next_id)
        extra = ";".join(filter(None, [primary.values.get("hs_additional_emails"), secondary.values.get("email")]))
        values = {**secondary.values, **primary.values, "hs_additional_emails": extra}
        self.world.contacts[made] = HubSpotContact(made, values, primary.created_at, self.world.now)
        for old in (primary.id, secondary.id):
            del self.world.contacts[old]
            self.world.aliases[old] = made
        self.world.activities[made] = self.world.activities.pop(primary.id) + self.world.activities.pop(secondary.id)
        self.world.trap("hubspot.merge", "after")
        return HubSpotMergeAnswer(self.world.contacts[made])

    async def update(self, contact_id: str, values: Mapping[str, str]) -> HubSpotContact:
        self.world.call("hubspot.update")
        held = self.world.live(contact_id)
        if held is None:
            raise errors.Missing("HubSpot", "HubSpot knows no such contact.", status=404)
        made = {**held.values, **values}
        if "email" in values:  # an additional address of its own becomes the primary one; the old one stays
            others = [held.values.get("email"), *(held.values.get("hs_additional_emails") or "").split(";")]
            made["hs_additional_emails"] = ";".join(one for one in others if one and one != values["email"])
        self.world.contacts[held.id] = replace(held, values=made, updated_at=self.world.now)
        self.world.trap("hubspot.update", "after")
        return self.world.contacts[held.id]


FIELDS = {"Lead": SALESFORCE_FIELDS, "Contact": SALESFORCE_FIELDS}
PROPERTIES = HUBSPOT_FIELDS
