"""The client against the two real servers: each proves the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from mergetui.crm.grants import OAuthApp, revoke
from mergetui.crm.http import open_client
from mergetui.crm.hubspot import HubSpot
from mergetui.crm.oauth import follow_consent, hubspot_app, salesforce_app, sign_in
from mergetui.crm.salesforce import Salesforce
from mergetui.crm.stores import FileStore
from mergetui.crm.tokens import StaticTokens, StoredTokens
from mergetui.crm.transport import Transport
from mergetui.errors import Expired, Limited, NotSignedIn, Refused, Unknown
from mergetui.pulling import pull
from mergetui.records.crm import HubSpotContact
from mergetui.records.plan import HubSpotMerge, SalesforceMerge
from mergetui.store import Mirror
from tests.support.sandbox import RunningSandbox, start_sandbox

pytestmark = pytest.mark.xdist_group("crm-sandbox")  # the redirect ports of the sign-in are fixed


@pytest.fixture(scope="module")
def sandbox() -> Iterator[RunningSandbox]:
    with start_sandbox(people=60, seed=7) as running:
        yield running


class Pair:
    def __init__(self, sandbox: RunningSandbox) -> None:
        info = sandbox.info
        self.salesforce = Salesforce(
            Transport("salesforce", StaticTokens(info["salesforce_token"], info["salesforce_url"], "salesforce"))
        )
        self.hubspot = HubSpot(
            Transport("hubspot", StaticTokens(info["hubspot_token"], info["hubspot_url"], "hubspot"))
        )


@pytest.fixture
async def pair(sandbox: RunningSandbox) -> AsyncIterator[Pair]:
    made = Pair(sandbox)
    yield made
    await made.salesforce.aclose()
    await made.hubspot.aclose()
    sandbox.control("DELETE", "/faults")


def app(sandbox: RunningSandbox, crm: str) -> OAuthApp:
    info = sandbox.info
    if crm == "salesforce":
        return salesforce_app(info["salesforce_client_id"], login_url=info["salesforce_url"])
    return hubspot_app(
        info["hubspot_client_id"],
        info["hubspot_client_secret"],
        app_url=info["hubspot_url"],
        api_url=info["hubspot_url"],
    )


@pytest.mark.parametrize("crm", ["salesforce", "hubspot"])
async def test_sign_in_refresh_and_sign_out(sandbox: RunningSandbox, crm: Any, tmp_path: Path) -> None:
    stored = await sign_in(app(sandbox, crm), open_browser=follow_consent, timeout_s=10)
    store = FileStore(tmp_path / "tokens.json")
    store.write(stored)
    tokens = [StoredTokens(store, crm, "demo", tmp_path) for _ in range(2)]
    first = await tokens[0].token()
    assert first.base_url == sandbox.info[f"{crm}_url"]
    client: Any = (Salesforce if crm == "salesforce" else HubSpot)(Transport(crm, tokens[0]))
    identity = await client.identity()
    assert identity.id == str(sandbox.info["org_id" if crm == "salesforce" else "portal_id"])
    # two processes see the token end at once: one of them refreshes, the other takes what it stored
    renewed = await asyncio.gather(*(source.renew(first.access_token) for source in tokens))
    assert renewed[0] == renewed[1] != first
    assert await client.identity() == identity
    await client.aclose()
    kept = store.read(crm)
    assert kept is not None
    http = open_client()
    await revoke(kept, client=http)
    await http.aclose()
    with pytest.raises(Expired):
        await StoredTokens(store, crm, "demo", tmp_path).renew(kept.access_token)


async def test_a_refusal_on_the_consent_page(sandbox: RunningSandbox) -> None:
    with pytest.raises(NotSignedIn, match="Choose Allow"):
        await sign_in(
            app(sandbox, "hubspot"), open_browser=lambda url: follow_consent(url, decision="deny"), timeout_s=10
        )


async def test_a_pull_brings_everybody(sandbox: RunningSandbox, pair: Pair, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirror.db")
    report = await pull(pair.salesforce, pair.hubspot, mirror, full=True, progress=lambda *_: None)
    state = sandbox.control("GET", "/state")
    live = [one for one in state["contacts"] if not one.get("archived")]
    assert report.hubspot_contacts == len(live) > 30
    assert report.contacts > 20 and report.leads > 0 and report.linked > 20 and report.accounts > 0
    assert mirror.counts()
    assert len(mirror.persons()) > 30
    mirror.close()
    assert pair.hubspot.usage and pair.salesforce.usage
    assert await pair.salesforce.api_left() is not None


async def linked_pair(crms: Pair) -> tuple[HubSpotContact, HubSpotContact]:
    """Two live contacts linked to two Salesforce Contacts."""
    names = ["email", "salesforcecontactid"]
    found = [one async for page in crms.hubspot.pages(names) for one in page if one.values.get("salesforcecontactid")]
    ids = [str(one.values["salesforcecontactid"]) for one in found]
    live = {key for key, row in (await crms.salesforce.fates("Contact", ids)).items() if not row.deleted}
    both = [one for one in found if one.values["salesforcecontactid"] in live][:2]
    assert len(both) == 2
    return both[0], both[1]


async def test_a_merge_in_both(sandbox: RunningSandbox, pair: Pair) -> None:
    primary, secondary = await linked_pair(pair)
    master, loser = (str(one.values["salesforcecontactid"]) for one in (primary, secondary))
    before = await pair.hubspot.extras([primary.id, secondary.id])
    assert not any(extras.unread for extras in before.values())
    children = await pair.salesforce.children("Contact", [master, loser])
    assert (await pair.salesforce.access([master, loser]))[loser].delete
    await pair.salesforce.ready()
    await pair.hubspot.ready()
    since = sandbox.events()[-1]["n"]
    answer = await pair.salesforce.merge(SalesforceMerge("Contact", master, loser, {"Title": "O'<b>&\r\nx"}, ("Fax",)))
    merged = (await pair.hubspot.merge(HubSpotMerge(primary.id, secondary.id))).contact
    assert answer.success and answer.id == master and answer.merged_ids == (loser,)
    assert merged.id not in (primary.id, secondary.id)
    asked = [event["what"] for event in sandbox.events(since) if event["who"] == "request" and "status" not in event]
    assert asked == ["salesforce.merge", "hubspot.merge"]

    fates = await pair.salesforce.fates("Contact", [master, loser])
    assert fates[loser].master_id == master and not fates[master].deleted
    fields = await pair.salesforce.describe("Contact")
    assert (await pair.salesforce.records("Contact", [master], fields))[master].values["Title"] == "O'<b>&\r\nx"
    moved = {row.id for row in await pair.salesforce.children("Contact", [master])}
    assert {row.id for row in children if row.object in ("Task", "Event")} <= moved

    for old in (primary.id, secondary.id, merged.id):
        now = await pair.hubspot.contact(old)
        assert now is not None and now.id == merged.id
    both = await pair.hubspot.contacts([primary.id, secondary.id], ["email"])
    assert {one.id for one in both.values()} == {merged.id}
    after = (await pair.hubspot.extras([merged.id]))[merged.id]
    ids = {(item.kind, item.id) for item in after.activities}
    assert {(item.kind, item.id) for extras in before.values() for item in extras.activities} <= ids
    addresses = [one.values["email"] for one in (primary, secondary) if one.values["email"]]
    assert {one.id for one in (await pair.hubspot.by_address([str(one) for one in addresses])).values()} == {merged.id}
    assert {one.id for one in await pair.hubspot.holders([master, loser])} == {merged.id}

    again = await pair.salesforce.merge(SalesforceMerge("Contact", master, loser, {}))
    assert not again.success and again.code == "ENTITY_IS_DELETED"
    with pytest.raises(Refused):
        await pair.hubspot.merge(HubSpotMerge(primary.id, secondary.id))


async def test_values_and_consent_are_written(pair: Pair) -> None:
    one, _ = await linked_pair(pair)
    changed = await pair.hubspot.update(one.id, {"jobtitle": "Größe <i>"})
    assert changed.id == one.id and changed.updated_at >= one.updated_at
    found = await pair.hubspot.contact(one.id, ["jobtitle"])
    assert found is not None and found.values["jobtitle"] == "Größe <i>"
    await pair.hubspot.update(one.id, {"jobtitle": ""})
    found = await pair.hubspot.contact(one.id, ["jobtitle"])
    assert found is not None and not found.values["jobtitle"]
    with pytest.raises(Refused):
        await pair.hubspot.update(one.id, {"no_such_property": "x"})
    entries = (await pair.hubspot.extras([one.id]))[one.id].subscriptions
    open_one = next(entry for entry in entries if entry.status != "UNSUBSCRIBED")
    await pair.hubspot.unsubscribe(open_one.address, open_one.subscription_id)
    entries = (await pair.hubspot.extras([one.id]))[one.id].subscriptions
    assert {entry.subscription_id: entry.status for entry in entries}[open_one.subscription_id] == "UNSUBSCRIBED"


async def test_history_owners_and_recent_syncs(pair: Pair) -> None:
    one, _ = await linked_pair(pair)
    history = (await pair.hubspot.extras([one.id], history=["salesforcecontactid"]))[one.id].history
    assert history["salesforcecontactid"][0][1] == one.values["salesforcecontactid"]
    syncs = await pair.hubspot.recent_syncs()
    times = [sync.synced_at for sync in syncs]
    assert len(times) > 3 and times == sorted(times, reverse=True) and times[0] <= pair.hubspot.now() + 2000
    assert all(sync.salesforce_id and sync.object in ("Lead", "Contact") for sync in syncs)
    assert len({sync.contact_id for sync in syncs}) == len(syncs)
    assert await pair.hubspot.owners() and await pair.salesforce.users()
    assert await pair.hubspot.contact("1") is None and await pair.hubspot.archived(one.id) is None


@pytest.mark.parametrize(
    ("crm", "kind", "error"),
    [
        ("hubspot", "drop_before", Unknown),
        ("hubspot", "drop_after_commit", Unknown),
        ("hubspot", "status_after_commit", Unknown),
        ("hubspot", "rate_limit", Limited),
        ("hubspot", "lock_row", Refused),
        ("salesforce", "drop_before", Unknown),
        ("salesforce", "drop_after_commit", Unknown),
        ("salesforce", "rate_limit", Limited),
    ],
)
async def test_a_fault_in_a_merge_says_what_it_proves(
    sandbox: RunningSandbox, pair: Pair, crm: str, kind: str, error: type[Exception]
) -> None:
    one, two = await linked_pair(pair)
    sandbox.control("POST", "/faults", {"at": f"{crm}.merge", "kind": kind, "times": 1})
    with pytest.raises(error) as caught:
        if crm == "hubspot":
            await pair.hubspot.merge(HubSpotMerge(one.id, two.id))
        else:
            ids = [str(contact.values["salesforcecontactid"]) for contact in (one, two)]
            await pair.salesforce.merge(SalesforceMerge("Contact", ids[0], ids[1], {}))
    assert type(caught.value) is error


async def test_reads_get_through_faults(sandbox: RunningSandbox) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    info = sandbox.info
    tokens = StaticTokens(info["hubspot_token"], info["hubspot_url"], "hubspot")
    hubspot = HubSpot(Transport("hubspot", tokens, sleep=sleep))
    for kind in ("drop_before", "rate_limit", "status"):
        fault = {"at": "hubspot.properties", "kind": kind, "times": 1, "code": 503}
        sandbox.control("POST", "/faults", fault)
        assert await hubspot.properties()
    assert len(waits) == 3
    await hubspot.aclose()


async def test_the_crms_clock_is_followed(sandbox: RunningSandbox, pair: Pair) -> None:
    await pair.hubspot.properties()
    before = pair.hubspot.now()
    sandbox.control("POST", "/clock", {"advance_s": 3600})
    await pair.hubspot.properties()
    assert 3_598_000 < pair.hubspot.now() - before < 3_630_000
