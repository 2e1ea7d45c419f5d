"""The first pull: all people of both CRMs with every readable field, their owners and accounts, into the mirror."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from mergetui.crm.hubspot import HubSpot
from mergetui.crm.salesforce import Salesforce
from mergetui.records.crm import FieldInfo, HubSpotContact, SalesforceObject, SalesforceRecord, User

Progress = Callable[[str, int, int | None], None]
"""(what is being read, rows so far, rows in all if known)."""

OBJECTS: tuple[SalesforceObject, ...] = ("Lead", "Contact")
CONSENT_FIELDS: Mapping[SalesforceObject, tuple[str, ...]] = {
    "Lead": ("HasOptedOutOfEmail",),
    "Contact": ("HasOptedOutOfEmail",),
}
"""Opt-out fields whose absence from the describe answer means that they are hidden from us (design rule 7)."""


class MirrorSink(Protocol):
    """What a pull needs of ``store.mirror.Mirror``."""

    def begin_pull(self) -> None: ...
    def put_fields(self, infos: Sequence[FieldInfo], /) -> None: ...
    def put_users(self, users: Sequence[User], /) -> None: ...
    def put_accounts(self, names: Mapping[str, str], /) -> None: ...
    def put_salesforce(self, records: Sequence[SalesforceRecord], /) -> None: ...
    def put_hubspot(self, contacts: Sequence[HubSpotContact], /) -> None: ...
    def end_pull(self, report: Mapping[str, Any], /) -> None: ...


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull brought. The two instants are each CRM's own clock when its people began to be read."""

    leads: int
    contacts: int
    hubspot_contacts: int
    accounts: int
    users: int
    fields: int
    linked: int
    """HubSpot contacts that hold a Salesforce id."""
    salesforce_read_at: int
    hubspot_read_at: int
    hidden_consent_fields: tuple[str, ...] = ()


async def pull(
    salesforce: Salesforce, hubspot: HubSpot, mirror: MirrorSink, *, full: bool, progress: Progress
) -> PullReport:
    """Read everything and end the pull; on any error the mirror keeps what it had before.

    ``full`` False asks for the changes only; so far both read everything, which is right, only slower.
    Raises the CRMs' errors.
    """
    mirror.begin_pull()
    progress("fields", 0, None)
    infos = {name: await salesforce.describe(name) for name in OBJECTS}
    properties = await hubspot.properties()
    fields = [*(info for found in infos.values() for info in found), *properties]
    mirror.put_fields(fields)
    progress("fields", len(fields), len(fields))
    hidden = [
        f"{name}.{field}"
        for name, wanted in CONSENT_FIELDS.items()
        for field in wanted
        if field not in {info.name for info in infos[name]}
    ]

    progress("users and owners", 0, None)
    users = [*await salesforce.users(), *await hubspot.owners()]
    mirror.put_users(users)
    progress("users and owners", len(users), len(users))

    salesforce_read_at = salesforce.now()
    counts: dict[str, int] = {}
    accounts: dict[str, None] = {}
    for name in OBJECTS:
        total, counts[name] = await salesforce.count(name), 0
        what = f"Salesforce {name}s"
        progress(what, 0, total)
        async for records in salesforce.pages(name, infos[name]):
            mirror.put_salesforce(records)
            accounts |= {str(row.values["AccountId"]): None for row in records if row.values.get("AccountId")}
            counts[name] += len(records)
            progress(what, counts[name], max(total, counts[name]))

    progress("account names", 0, len(accounts))
    names = await salesforce.names("Account", list(accounts)) if accounts else {}
    mirror.put_accounts(names)
    progress("account names", len(names), len(names))

    hubspot_read_at = hubspot.now()
    people = linked = 0
    progress("HubSpot contacts", 0, None)
    async for contacts in hubspot.pages([info.name for info in properties]):
        mirror.put_hubspot(contacts)
        people += len(contacts)
        linked += sum(
            1 for one in contacts if one.values.get("salesforcecontactid") or one.values.get("salesforceleadid")
        )
        progress("HubSpot contacts", people, None)

    report = PullReport(
        leads=counts["Lead"],
        contacts=counts["Contact"],
        hubspot_contacts=people,
        accounts=len(names),
        users=len(users),
        fields=len(fields),
        linked=linked,
        salesforce_read_at=salesforce_read_at,
        hubspot_read_at=hubspot_read_at,
        hidden_consent_fields=tuple(hidden),
    )
    mirror.end_pull(asdict(report))
    return report
