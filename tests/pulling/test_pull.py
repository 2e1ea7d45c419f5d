from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from mergetui.errors import Unreachable
from mergetui.pulling import pull
from mergetui.records.crm import FieldInfo, HubSpotContact, SalesforceRecord, User


def field(object_: str, name: str) -> FieldInfo:
    return FieldInfo("hubspot" if object_ == "contact" else "salesforce", object_, name, name, "string")


class Salesforce:
    def __init__(self, rows: dict[str, list[list[SalesforceRecord]]]) -> None:
        self.rows = rows
        self.named: list[str] = []

    def now(self) -> int:
        return 111

    async def describe(self, name: str) -> tuple[FieldInfo, ...]:
        return (field(name, "LastName"),) + ((field(name, "HasOptedOutOfEmail"),) if name == "Lead" else ())

    async def users(self) -> list[User]:
        return [User("salesforce", "005", "Ana")]

    async def count(self, name: str) -> int:
        return sum(map(len, self.rows[name]))

    async def pages(self, name: str, fields: Any) -> AsyncIterator[list[SalesforceRecord]]:
        for page in self.rows[name]:
            yield page

    async def names(self, name: str, ids: list[str]) -> dict[str, str]:
        self.named = ids
        return {one: f"Acme {one}" for one in ids}


class HubSpot:
    def __init__(self, pages: list[list[HubSpotContact]], fail: bool = False) -> None:
        self._pages = pages
        self.fail = fail
        self.asked: list[str] = []

    def now(self) -> int:
        return 222

    async def properties(self) -> tuple[FieldInfo, ...]:
        return (field("contact", "email"), field("contact", "salesforcecontactid"))

    async def owners(self) -> list[User]:
        return [User("hubspot", "7", "Ben")]

    async def pages(self, names: list[str]) -> AsyncIterator[list[HubSpotContact]]:
        self.asked = names
        for page in self._pages:
            yield page
        if self.fail:
            raise Unreachable("HubSpot", "gone")


class Mirror:
    def __init__(self) -> None:
        self.calls: list[tuple[str, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *values: self.calls.append((name, values[0] if values else None))

    def of(self, name: str) -> list[Any]:
        return [value for call, value in self.calls if call == name]


def row(id_: str, kind: Any = "Contact", account: str | None = None) -> SalesforceRecord:
    return SalesforceRecord(id_, kind, {"AccountId": account}, 1)


def contact(id_: str, **values: str | None) -> HubSpotContact:
    return HubSpotContact(id_, values, 1, 1)


async def test_everything_arrives_in_batches_between_begin_and_end() -> None:
    salesforce = Salesforce({
        "Lead": [[row("L1", "Lead")]], "Contact": [[row("C1", account="A1"), row("C2", account="A1")], [row("C3")]],
    })  # fmt: skip
    hubspot = HubSpot([[contact("1", salesforcecontactid="C1")], [contact("2", salesforceleadid="L1"), contact("3")]])
    mirror, seen = Mirror(), []
    report = await pull(salesforce, hubspot, mirror, full=True, progress=lambda *said: seen.append(said))  # type: ignore[arg-type]
    assert [name for name, _ in mirror.calls] == [
        "begin_pull", "put_fields", "put_users", "put_salesforce", "put_salesforce", "put_salesforce", "put_accounts",
        "put_hubspot", "put_hubspot", "end_pull",
    ]  # fmt: skip
    assert (report.leads, report.contacts, report.hubspot_contacts, report.linked) == (1, 3, 3, 2)
    assert (report.salesforce_read_at, report.hubspot_read_at) == (111, 222)
    assert report.hidden_consent_fields == ("Contact.HasOptedOutOfEmail",)
    assert mirror.of("put_accounts") == [{"A1": "Acme A1"}] and salesforce.named == ["A1"]
    assert hubspot.asked == ["email", "salesforcecontactid"]
    assert {user.crm for user in mirror.of("put_users")[0]} == {"salesforce", "hubspot"}
    assert mirror.of("end_pull")[0]["hubspot_contacts"] == 3
    assert ("Salesforce Contacts", 3, 3) in seen and seen[-1] == ("HubSpot contacts", 3, None)


async def test_a_pull_that_breaks_is_never_ended() -> None:
    mirror = Mirror()
    hubspot = HubSpot([[contact("1")]], fail=True)
    with pytest.raises(Unreachable):
        await pull(Salesforce({"Lead": [], "Contact": []}), hubspot, mirror, full=True, progress=lambda *_: None)  # type: ignore[arg-type]
    assert mirror.of("end_pull") == [] and len(mirror.of("put_hubspot")) == 1
