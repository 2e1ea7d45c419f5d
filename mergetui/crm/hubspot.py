"""HubSpot as mergetui needs it, on the dated paths only (facts/hubspot.md §1). Answers with records."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mergetui.crm import hubspot_rows as rows
from mergetui.crm.hubspot_extras import BATCH, read_extras
from mergetui.crm.pace import Pace
from mergetui.crm.soql import id18
from mergetui.crm.times import instant
from mergetui.crm.transport import Request, Transport
from mergetui.errors import CrmProblem, Missing, Refused, Unknown
from mergetui.records.crm import (
    FieldInfo,
    HubSpotContact,
    HubSpotExtras,
    HubSpotMergeAnswer,
    OrgIdentity,
    SalesforceObject,
    User,
)
from mergetui.records.plan import HubSpotMerge
from mergetui.records.sync import RecentSync

API_VERSION = "2026-09"
HISTORY_BATCH = 50
"""HubSpot takes no more contacts at once when history is asked for (facts/hubspot.md §2)."""
LONGEST_URL = 6_000
IN_FLIGHT = 6
MERGE_TIMEOUT_S = 60.0
BURST_GAP_MS = 60_000
"""Passes further apart are of different bursts (facts/integration.md §1)."""
_LINKS: tuple[tuple[SalesforceObject, str], ...] = (("Contact", "salesforcecontactid"), ("Lead", "salesforceleadid"))


class HubSpot:
    """One portal as one signed-in app. ``read_only`` refuses every write.

    ``pace`` calls in 10 s (HubSpot's smallest limit is 100) and ``search_pace`` searches in 1 s are let out, 0 for no
    limit; merges never wait in it.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        version: str = API_VERSION,
        pace: int = 90,
        search_pace: int = 4,
        read_only: bool = False,
    ) -> None:
        self._transport = transport
        self._version = version
        self._read_only = read_only
        self._pace = Pace(pace, 10.0, sleep=transport.sleep)
        self._search_pace = Pace(search_pace, 1.0, sleep=transport.sleep)
        self._in_flight = asyncio.Semaphore(IN_FLIGHT)
        self._contacts = f"/crm/objects/{version}/contacts"

    def now(self) -> int:
        """HubSpot's own time, ms UTC."""
        return self._transport.now()

    @property
    def usage(self) -> str:
        return self._transport.usage

    async def aclose(self) -> None:
        await self._transport.aclose()

    # who and what ------------------------------------------------------------------------------------------------

    async def identity(self) -> OrgIdentity:
        """The portal of the token. Only ``STANDARD`` accounts are production (design rule 10)."""
        data = await self._ask("GET", f"/account-info/{self._version}/details", "read the account")
        portal = str(data.get("portalId") or "")
        if not portal:
            raise self._unreadable("read the account")
        domain = str(data.get("uiDomain") or "app.hubspot.com")
        kind = str(data.get("accountType") or "")
        return OrgIdentity(
            crm="hubspot",
            id=portal,
            name=f"portal {portal}",
            production=kind not in ("DEVELOPER_TEST", "SANDBOX", "APP_DEVELOPER"),
            kind=kind,
            ui_url=f"https://{domain}/contacts/{portal}",
        )

    async def properties(self) -> tuple[FieldInfo, ...]:
        """Every contact property that the app may see, without sensitive ones."""
        path = f"/crm/properties/{self._version}/contacts"
        data = await self._ask("GET", path, "list the contact properties", params=[("archived", "false")])
        return rows.property_infos(row for row in data.get("results") or () if isinstance(row, Mapping))

    async def owners(self) -> list[User]:
        """Owners, former ones last and not active."""
        found: list[User] = []
        for archived in ("false", "true"):
            after = ""
            while True:
                params = [("limit", "100"), ("archived", archived)] + ([("after", after)] if after else [])
                data = await self._ask("GET", f"/crm/owners/{self._version}", "list the owners", params=params)
                found += [rows.owner(row) for row in data.get("results") or () if row.get("id")]
                after = _next(data)
                if not after:
                    break
        return found

    # contacts ----------------------------------------------------------------------------------------------------

    async def pages(self, properties: Sequence[str]) -> AsyncIterator[list[HubSpotContact]]:
        """All live contacts, 100 a page. Many properties fit no URL: then ids are listed and contents read by POST."""
        names = _names(properties)
        wide = _too_long(names)
        after = ""
        while True:
            params = [("limit", "100"), ("archived", "false"), ("properties", ",".join(rows.ALWAYS if wide else names))]
            what = "list the contacts"
            data = await self._ask("GET", self._contacts, what, params=params + ([("after", after)] if after else []))
            page = self._parsed(data.get("results"), what)
            if wide and page:
                page = list((await self._batch([one.id for one in page], names)).values())
            yield page
            after = _next(data)
            if not after:
                return

    async def contact(self, contact_id: str, properties: Sequence[str] = ()) -> HubSpotContact | None:
        """The live contact that the id stands for now, old ids included; its ``id`` may differ from the one asked.

        None when HubSpot says that there is none (archived or unknown). A 404 that is not HubSpot's own raises.
        """
        names = _names(properties)
        row = await self._row(contact_id, rows.ALWAYS if _too_long(names) else names)
        if row is None or not _too_long(names):
            return row
        return (await self._batch([row.id], names)).get(row.id)

    async def contacts(self, ids: Sequence[str], properties: Sequence[str]) -> dict[str, HubSpotContact]:
        """Asked id → live contact. What a batch does with old ids is unconfirmed: those are resolved one by one."""
        asked = list(dict.fromkeys(ids))
        names = _names(properties)
        direct = await self._batch(asked, names)
        found = {one: direct[one] for one in asked if one in direct}
        others = [one for one in asked if one not in found]
        for one, row in zip(others, await asyncio.gather(*(self.contact(one, names) for one in others)), strict=True):
            if row is not None:
                found[one] = row
        return found

    async def archived(self, contact_id: str, properties: Sequence[str] = ()) -> HubSpotContact | None:
        """The contact in the recycling bin; None when it is live, unknown or merged away."""
        names = _names(properties)
        row = await self._row(contact_id, rows.ALWAYS if _too_long(names) else names, archived=True)
        return row if row is not None and row.archived else None

    async def archived_contacts(self, properties: Sequence[str], *, limit: int = 5_000) -> list[HubSpotContact]:
        """Contacts in the recycling bin (90 days), at most about ``limit`` of them, in HubSpot's order."""
        names = _names(properties)
        found: list[HubSpotContact] = []
        params = [("limit", "100"), ("archived", "true"), ("properties", ",".join(names))]
        after = ""
        while True:
            what = "list the archived contacts"
            data = await self._ask("GET", self._contacts, what, params=params + ([("after", after)] if after else []))
            found += self._parsed(data.get("results"), what)
            after = _next(data)
            if not after or len(found) >= limit:
                return found

    async def histories(
        self, ids: Sequence[str], properties: Sequence[str]
    ) -> dict[str, Mapping[str, tuple[tuple[int, str, str], ...]]]:
        """Contact id → property → versions, newest first (instant, value, source type); only contacts that live."""
        found: dict[str, Mapping[str, tuple[tuple[int, str, str], ...]]] = {}
        for at in range(0, len(ids), HISTORY_BATCH):
            for row in await self._batch_rows(ids[at : at + HISTORY_BATCH], ("email",), properties):
                found[str(row.get("id"))] = rows.history(row)
        return found

    async def extras(self, ids: Sequence[str], *, history: Sequence[str] = ()) -> dict[str, HubSpotExtras]:
        """Asked id → what hangs on the contact. Ids without a live contact are absent."""
        contacts = await self.contacts(ids, ())
        live = list(dict.fromkeys(contact.id for contact in contacts.values()))
        histories: dict[str, Mapping[str, Any]] = {}
        if history:
            for at in range(0, len(live), HISTORY_BATCH):
                for row in await self._batch_rows(live[at : at + HISTORY_BATCH], ("email",), history):
                    histories[str(row.get("id"))] = row
        return await read_extras(self._ask, self._version, contacts, histories, whole=bool(history))

    async def holders(self, salesforce_ids: Sequence[str]) -> list[HubSpotContact]:
        """Live contacts that hold one of the Salesforce ids in either link property.

        By search, which sees a change only after moments: never the proof of a merge.
        """
        wanted = {one.lower() for one in salesforce_ids if one} | {one[:15].lower() for one in salesforce_ids if one}
        found: dict[str, HubSpotContact] = {}
        for at in range(0, len(texts := sorted(wanted)), 40):
            chunk = texts[at : at + 40]
            groups = [
                {"filters": [{"propertyName": name, "operator": "IN", "values": chunk}]}
                for name in rows.LINK_PROPERTIES
            ]
            async for one in self._search(groups, "look for holders of a Salesforce id"):
                held = {(one.values.get(name) or "").lower() for name in rows.LINK_PROPERTIES}
                if held & wanted:
                    found[one.id] = one
        return list(found.values())

    async def by_address(self, addresses: Sequence[str]) -> dict[str, HubSpotContact]:
        """Address (lower case) → the live contact that carries it as primary or additional."""
        wanted = list(dict.fromkeys(address.strip().lower() for address in addresses if address.strip()))
        found: dict[str, HubSpotContact] = {}

        def take(contacts: Iterable[HubSpotContact]) -> None:
            for one in contacts:
                for address in rows.addresses(one):
                    if address in wanted and not one.archived:
                        found.setdefault(address, one)

        for at in range(0, len(wanted), BATCH):
            batch = await self._batch_rows(wanted[at : at + BATCH], rows.ALWAYS, id_property="email")
            take(self._parsed(batch, "read contacts by address"))
        for address in wanted:
            if address not in found:
                groups = [
                    {"filters": [{"propertyName": name, "operator": operator, "value": address}]}
                    for name, operator in (("email", "EQ"), ("hs_additional_emails", "CONTAINS_TOKEN"))
                ]
                take([one async for one in self._search(groups, "look for an address")])
        return found

    async def recent_syncs(self, limit: int = 1000, *, since: int | None = None) -> list[RecentSync]:
        """The newest passes of the portal, one for each contact, newest first (HubSpot's clock).

        Pages back until a gap of more than 60 s (with ``since``: until one that lies before that instant), or ``limit``
        passes. The passes beyond the last gap are left out then: nobody saw where their burst begins.
        """
        what = "look for the last sync"
        body: dict[str, Any] = {
            "filterGroups": [{"filters": [{"propertyName": "salesforcelastsynctime", "operator": "HAS_PROPERTY"}]}],
            "sorts": [{"propertyName": "salesforcelastsynctime", "direction": "DESCENDING"}],
            "properties": ["salesforcelastsynctime", "salesforcecontactid", "salesforceleadid"],
            "limit": max(1, min(limit, 200)),
        }
        found: dict[str, RecentSync] = {}
        read = 0
        while True:
            data = await self._ask("POST", f"{self._contacts}/search", what, json=body, search=True)
            page = self._parsed(data.get("results"), what)
            read += len(page)
            for one in page:
                if (sync := _recent_sync(one)) is not None:
                    found.setdefault(sync.contact_id, sync)
            passes = sorted(found.values(), key=lambda entry: entry.synced_at, reverse=True)
            body["after"] = _next(data)
            if not body["after"] or not page:
                return passes
            gap = next((at for at in range(len(passes) - 1, 0, -1) if _apart(passes[at - 1], passes[at])), 0)
            if read >= limit or (gap and (since is None or passes[gap].synced_at < since)):
                return passes[:gap]

    # readiness and writes ----------------------------------------------------------------------------------------

    async def ready(self, *, min_life_s: float = 300) -> None:
        """The token lives at least so long, proven by one small call, and a connection is open."""
        await self._transport.token(min_life_s=min_life_s)
        await self._ask("GET", f"/account-info/{self._version}/details", "answer")

    async def merge(self, merge: HubSpotMerge) -> HubSpotMergeAnswer:
        """Goes straight out, once. Refused (and kin) proves that nothing was merged, Unknown proves nothing.

        Only ``contact.id`` of the answer counts from here on (design rule 6).
        """
        what = "merge two contacts"
        self._may_write(what)
        request = Request(
            "POST",
            f"{self._contacts}/merge",
            what,
            json={"primaryObjectId": merge.primary_id, "objectIdToMerge": merge.secondary_id},
            timeout_s=MERGE_TIMEOUT_S,
            urgent=True,
        )
        return HubSpotMergeAnswer(self._written(await self._transport.call(request), what))

    async def update(self, contact_id: str, values: Mapping[str, str]) -> HubSpotContact:
        """Write properties; the empty text clears one. The answer is the contact after the write."""
        what = "update a contact"
        self._may_write(what)
        await self._pace.turn()
        request = Request("PATCH", self._path(contact_id), what, json={"properties": dict(values)})
        return self._written(await self._transport.call(request), what)

    async def make_primary_company(self, contact_id: str, company_id: str) -> None:
        """Mark an associated company as the contact's primary one (association type 1, facts/hubspot.md §5). May be
        repeated."""
        what = "mark a contact's primary company"
        self._may_write(what)
        await self._pace.turn()
        path = f"{self._path(contact_id)}/associations/companies/{quote(company_id, safe='', errors='replace')}"
        body = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}]
        await self._transport.call(Request("PUT", path, what, json=body))

    async def unsubscribe(self, address: str, subscription_id: str) -> None:
        """Opt one address out of one subscription. Consent is only ever tightened (design rule 7)."""
        what = "unsubscribe an address"
        self._may_write(what)
        await self._pace.turn()
        body = {
            "subscriptionId": int(subscription_id) if subscription_id.isdecimal() else subscription_id,
            "statusState": "UNSUBSCRIBED",
            "channel": "EMAIL",
        }
        path = f"/communication-preferences/{self._version}/statuses/{quote(address, safe='', errors='replace')}"
        await self._transport.call(Request("POST", path, what, json=body))

    # inside ------------------------------------------------------------------------------------------------------

    def _may_write(self, what: str) -> None:
        if self._read_only:
            raise Refused(
                "HubSpot", f"mergetui was started read-only and may not {what}.", "Nothing was sent.",
                "Start it without --read-only.", code="READ_ONLY",
            )  # fmt: skip

    def _path(self, contact_id: str) -> str:
        return f"{self._contacts}/{quote(contact_id, safe='', errors='replace')}"

    async def _ask(
        self,
        method: str,
        path: str,
        what: str,
        *,
        params: Sequence[tuple[str, str]] = (),
        json: Any = None,
        search: bool = False,
    ) -> Any:
        """One read (POST reads included): paced, repeated when it fails. Answers a JSON object."""
        request = Request(method, path, what, params=params, json=json, idempotent=True)
        async with self._in_flight:
            await self._pace.turn()
            if search:
                await self._search_pace.turn()
            data = (await self._transport.call(request)).data()
        if not isinstance(data, Mapping):
            raise self._unreadable(what)
        return data

    async def _row(self, contact_id: str, names: Sequence[str], *, archived: bool = False) -> HubSpotContact | None:
        params = [("properties", ",".join(names)), ("archived", "true" if archived else "false")]
        try:
            data = await self._ask("GET", self._path(contact_id), "read a contact", params=params)
        except Missing as absent:
            if absent.code == "OBJECT_NOT_FOUND":
                return None
            raise
        return self._parsed([data], "read a contact")[0]

    async def _batch(self, ids: Sequence[str], names: Sequence[str]) -> dict[str, HubSpotContact]:
        """Live contacts by their own id; what the batch does not know is absent."""
        found: dict[str, HubSpotContact] = {}
        for at in range(0, len(ids), BATCH):
            for one in self._parsed(await self._batch_rows(ids[at : at + BATCH], names), "read contacts"):
                if not one.archived:
                    found[one.id] = one
        return found

    async def _batch_rows(
        self, ids: Sequence[str], names: Sequence[str], history: Sequence[str] = (), *, id_property: str = ""
    ) -> list[Mapping[str, Any]]:
        body: dict[str, Any] = {
            "inputs": [{"id": one} for one in ids],
            "properties": list(names),
            "propertiesWithHistory": list(history),
        }
        if id_property:
            body["idProperty"] = id_property
        data = await self._ask(
            "POST", f"{self._contacts}/batch/read", "read contacts", params=[("archived", "false")], json=body
        )
        return [row for row in data.get("results") or () if isinstance(row, Mapping)]

    async def _search(self, groups: Sequence[Mapping[str, Any]], what: str) -> AsyncIterator[HubSpotContact]:
        after = ""
        while True:
            body: dict[str, Any] = {"filterGroups": list(groups), "properties": list(rows.ALWAYS), "limit": 200}
            if after:
                body["after"] = after
            data = await self._ask("POST", f"{self._contacts}/search", what, json=body, search=True)
            for one in self._parsed(data.get("results"), what):
                yield one
            after = _next(data)
            if not after:
                return

    def _parsed(self, found: object, what: str) -> list[HubSpotContact]:
        if not isinstance(found, list):
            raise self._unreadable(what)
        try:
            return [rows.contact(row) for row in found]
        except (ValueError, AttributeError):
            raise self._unreadable(what) from None

    def _written(self, answer: Any, what: str) -> HubSpotContact:
        """The contact in the answer of a write. An unreadable success proves nothing about ids: unknown."""
        try:
            return rows.contact(answer.data())
        except (ValueError, AttributeError):
            raise Unknown(
                "HubSpot", f"HubSpot answered something unreadable when asked to {what}.",
                "It is not known whether it was carried out.",
                "mergetui finds out by reading before anything else is tried.", status=answer.status,
                code="UNREADABLE",
            ) from None  # fmt: skip

    def _unreadable(self, what: str) -> CrmProblem:
        return CrmProblem(
            "HubSpot", f"HubSpot answered something unreadable when asked to {what}.", "Nothing was changed.",
            "Check the address (a proxy or a login page in between?) and try again.", code="UNREADABLE",
        )  # fmt: skip


def _recent_sync(contact: HubSpotContact) -> RecentSync | None:
    """None without a readable sync time. A contact's link counts before a lead's."""
    synced_at = instant(contact.values.get("salesforcelastsynctime"))
    if synced_at is None:
        return None
    for object_name, name in _LINKS:
        if (held := id18(contact.values.get(name) or "")) is not None:
            return RecentSync(contact.id, synced_at, held, object_name)
    return RecentSync(contact.id, synced_at, None, None)


def _apart(newer: RecentSync, older: RecentSync) -> bool:
    return newer.synced_at - older.synced_at > BURST_GAP_MS


def _names(properties: Sequence[str]) -> list[str]:
    return list(dict.fromkeys((*rows.ALWAYS, *properties)))


def _too_long(names: Sequence[str]) -> bool:
    return len(quote(",".join(names), safe="")) > LONGEST_URL


def _next(data: Mapping[str, Any]) -> str:
    return str(((data.get("paging") or {}).get("next") or {}).get("after") or "")
