"""HubSpot's own Python client, unpatched and checking what it gets (facts/client-conformance.md §5)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from hubspot import HubSpot
from urllib3.util.retry import Retry

from tests.support.sandbox import RunningSandbox


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        if name in os.environ:
            monkeypatch.delenv(name)


def client(sandbox: RunningSandbox, token: str | None = None, **options: Any) -> Any:
    chosen = {"client_side_validation": True, "host": sandbox.info["hubspot_url"], **options}
    return HubSpot(access_token=token or sandbox.info["hubspot_token"], **chosen)


def lenient(sandbox: RunningSandbox) -> Any:
    """For multi-status answers: their errors are modelled with members that HubSpot itself leaves out."""
    return client(sandbox, client_side_validation=False)


@pytest.fixture
def official(sandbox: RunningSandbox) -> Any:
    return client(sandbox)


@pytest.fixture
def pair(official: Any, request: pytest.FixtureRequest) -> tuple[str, str]:
    """Two fresh contacts of this test's own."""
    tag = request.node.name.removeprefix("test_")[:30]
    made = [create(official, email=f"{tag}{number}@client.example", lastname=f"{tag} {number}") for number in (1, 2)]
    return made[0].id, made[1].id


def create(official: Any, **properties: str) -> Any:
    return official.crm.contacts.basic_api.create({"properties": properties, "associations": []})


def refused(call: Any, *arguments: Any, **named: Any) -> Any:
    with pytest.raises(Exception) as caught:  # each API package has an ApiException of its own
        call(*arguments, **named)
    assert type(caught.value).__name__.endswith("Exception") and hasattr(caught.value, "status"), caught.value
    return caught.value


def test_get_all_pages_and_history(sandbox: RunningSandbox, official: Any) -> None:
    contacts = official.crm.contacts
    everyone = contacts.get_all(properties=["email", "salesforcecontactid"], archived=False)
    live = {one["id"] for one in sandbox.state()["contacts"] if not one["archived"]}
    assert {one.id for one in everyone} >= live - {"0"} and len({one.id for one in everyone}) == len(everyone)
    with_history = contacts.get_all(properties_with_history=["lastname", "email"])
    assert len(with_history) == len(everyone), "pages of 50 with history"
    entry = with_history[0].properties_with_history["lastname"][0]
    assert entry.source_type and entry.timestamp.tzinfo is not None
    page = contacts.basic_api.get_page(limit=7, after=everyone[7].id, properties=["email,phone", "jobtitle"])
    assert [one.id for one in page.results] == [one.id for one in everyone[7:14]]
    assert {"email", "phone", "jobtitle"} <= set(page.results[0].properties)
    assert refused(contacts.basic_api.get_page, limit=101).status == 400
    assert refused(contacts.basic_api.get_page, limit=51, properties_with_history=["email"]).status == 400


def test_one_contact(official: Any, pair: tuple[str, str]) -> None:
    basic = official.crm.contacts.basic_api
    read = basic.get_by_id("one_contact1@client.example", id_property="email", properties=["lastname", "phone"])
    assert (read.id, read.properties["lastname"], read.properties["phone"]) == (pair[0], "one_contact 1", None)
    changed = basic.update(pair[0], {"properties": {"jobtitle": "CTO", "lead_score": "7"}})
    assert changed.properties["jobtitle"] == "CTO" and changed.updated_at > read.updated_at
    history = basic.get_by_id(pair[0], properties_with_history=["jobtitle"]).properties_with_history["jobtitle"]
    assert [(one.value, one.source_type) for one in history] == [("CTO", "API")]
    assert basic.archive(pair[0]) is None and basic.archive(pair[0]) is None
    assert refused(basic.get_by_id, pair[0]).status == 404
    assert basic.get_by_id(pair[0], archived=True).archived_at is not None
    assert refused(create, official, email="one_contact2@client.example").status == 409
    assert refused(basic.update, pair[1], {"properties": {"hs_email_open": "1"}}).status == 400


def test_batches(sandbox: RunningSandbox, official: Any, pair: tuple[str, str]) -> None:
    batch = official.crm.contacts.batch_api
    found = batch.read({"inputs": [{"id": key} for key in pair], "properties": ["email"], "propertiesWithHistory": []})
    assert (found.status, [one.id for one in found.results]) == ("COMPLETE", list(pair))
    partly = lenient(sandbox).crm.contacts.batch_api.read(
        {"inputs": [{"id": pair[0]}, {"id": "1"}], "properties": [], "propertiesWithHistory": []}
    )
    assert (partly.num_errors, partly.errors[0].context) == (1, {"ids": ["1"]}) and len(partly.results) == 1
    made = batch.create(
        {"inputs": [{"properties": {"email": f"b{n}@client.example"}, "associations": []} for n in "12"]}
    )
    assert made.status == "COMPLETE" and made.completed_at >= made.started_at
    changed = batch.update({"inputs": [{"id": one.id, "properties": {"city": "Bonn"}} for one in made.results]})
    assert {one.properties["city"] for one in changed.results} == {"Bonn"}
    put = batch.upsert(
        {
            "inputs": [
                {"id": f"b{n}@client.example", "idProperty": "email", "properties": {"city": "Kiel"}} for n in "23"
            ]
        }
    )
    assert [one.new for one in put.results] == [False, True]
    assert batch.archive({"inputs": [{"id": one.id} for one in put.results]}) is None
    assert refused(official.crm.contacts.basic_api.get_by_id, put.results[1].id).status == 404


def test_search_and_merge(official: Any, pair: tuple[str, str]) -> None:
    contacts = official.crm.contacts
    rule = {"propertyName": "lastname", "operator": "CONTAINS_TOKEN", "value": "search_and_merge*"}
    body = {"filterGroups": [{"filters": [rule]}], "properties": ["email"], "limit": 1, "sorts": [], "after": "0"}
    first = contacts.search_api.do_search(body)
    assert (first.total, first.results[0].id, first.paging.next.after) == (2, pair[0], "1")
    assert contacts.search_api.do_search({**body, "after": "1"}).paging is None
    merged = contacts.basic_api.merge({"primaryObjectId": pair[0], "objectIdToMerge": pair[1]})
    assert merged.id not in pair and merged.properties["hs_additional_emails"] == "search_and_merge2@client.example"
    assert contacts.basic_api.get_by_id(pair[1]).id == merged.id
    assert refused(contacts.basic_api.merge, {"primaryObjectId": pair[0], "objectIdToMerge": pair[1]}).status == 400
    assert contacts.search_api.do_search(body).total == 1


def test_properties_and_groups(official: Any) -> None:
    core, groups = official.crm.properties.core_api, official.crm.properties.groups_api
    assert "salesforcelastsynctime" in {one.name for one in core.get_all("contacts", archived=False).results}
    made = groups.create("contacts", {"name": "probe", "label": "Probe"})
    assert (made.name, made.archived) == ("probe", False)
    spec = {"name": "probe_key", "label": "Key", "type": "string", "fieldType": "text", "groupName": "probe"}
    prop = core.create("contacts", {**spec, "hasUniqueValue": True})
    assert prop.modification_metadata.archivable and prop.has_unique_value
    assert core.update("contacts", "probe_key", {"label": "The key"}).label == "The key"
    mine = create(official, probe_key="K1", lastname="Keyed")
    assert official.crm.contacts.basic_api.get_by_id("K1", id_property="probe_key").id == mine.id
    assert refused(create, official, probe_key="k1").status == 409
    read = official.crm.properties.batch_api.read("contacts", {"archived": False, "inputs": [{"name": "probe_key"}]})
    assert read.results[0].label == "The key"
    assert refused(core.create, "contacts", spec).status == 409
    assert core.archive("contacts", "probe_key") is None
    assert refused(core.get_by_name, "contacts", "probe_key").status == 404
    assert "probe_key" in {one.name for one in core.get_all("contacts", archived=True).results}
    assert refused(core.archive, "contacts", "email").status == 400
    assert {"dealname", "amount"} <= {one.name for one in core.get_all("deals").results}


def test_owners(official: Any) -> None:
    api = official.crm.owners.owners_api
    first = api.get_page(limit=1)
    second = api.get_page(limit=1, after=first.paging.next.after)
    assert first.results[0].id != second.results[0].id and first.results[0].type == "PERSON"
    assert len(official.crm.owners.get_all()) >= 2
    owner = first.results[0]
    assert api.get_by_id(owner.user_id, id_property="userId", archived=False).id == owner.id
    assert [one.id for one in api.get_page(email=owner.email).results] == [owner.id]
    assert all(one.archived for one in api.get_page(archived=True).results)
    assert refused(api.get_by_id, 1).status == 404


def test_lists(official: Any, pair: tuple[str, str]) -> None:
    lists, members = official.crm.lists.lists_api, official.crm.lists.memberships_api
    made = lists.create({"name": "Client's own", "objectTypeId": "0-1", "processingType": "MANUAL"}).list
    key = made.list_id
    added = members.add(key, [*pair, "1"])
    assert (added.records_ids_added, added.record_ids_removed, added.record_ids_missing) == ([*pair], [], ["1"])
    page = members.get_page(key, limit=1)
    assert [one.record_id for one in page.results] == [pair[0]] and page.paging.next.after
    assert members.get_page(key, limit=1, after=page.paging.next.after).results[0].record_id == pair[1]
    assert len(members.get_page_ordered_by_added_to_list_date(key).results) == 2
    mine = members.get_lists("0-1", pair[0]).results
    assert key in [one.list_id for one in mine]
    assert lists.get_by_name("Client's own", "0-1").list.size == 2
    assert lists.get_by_id(key).list.processing_status == "COMPLETE"
    assert [one.list_id for one in lists.get_all(list_ids=[key]).lists] == [key]
    search = lists.do_search({"query": "client's", "listIds": [], "processingTypes": [], "additionalProperties": []})
    assert (search.total, search.has_more, search.lists[0].list_id) == (1, False, key)
    moved = members.add_and_remove(key, {"recordIdsToAdd": [], "recordIdsToRemove": [pair[0]]})
    assert moved.record_ids_removed == [pair[0]]
    assert members.remove_all(key) is None and members.get_page(key).results == []
    assert lists.update_name(key, list_name="Renamed").updated_list.name == "Renamed"
    assert lists.remove(key) is None and refused(lists.get_by_id, key).status == 404
    assert lists.restore(key) is None and lists.get_by_id(key).list.name == "Renamed"


def test_associations_and_activities(sandbox: RunningSandbox, official: Any, pair: tuple[str, str]) -> None:
    one, two = pair
    basic, batch = official.crm.associations.v4.basic_api, official.crm.associations.v4.batch_api
    company = official.crm.companies.basic_api.create({"properties": {"name": "Client Ltd"}, "associations": []})
    put = basic.create_default("contact", one, "company", company.id)
    assert {spec.association_spec.association_type_id for spec in put.results} == {279, 280}
    labelled = basic.create(
        "contacts", two, "0-2", company.id,
        [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}],
    )  # fmt: skip
    assert (labelled.to_object_type_id, labelled.labels) == ("0-2", ["Primary"])
    page = basic.get_page("contacts", one, "companies", limit=1)
    assert [(t.category, t.type_id, t.label) for t in page.results[0].association_types] == [
        ("HUBSPOT_DEFINED", 279, None),
        ("HUBSPOT_DEFINED", 1, "Primary"),
    ]
    back = batch.get_page("companies", "contacts", {"inputs": [{"id": company.id}]})
    assert [to.to_object_id for to in back.results[0].to] == [one, two]
    none = lenient(sandbox).crm.associations.v4.batch_api.get_page("contacts", "deals", {"inputs": [{"id": one}]})
    assert none.num_errors == 1 and none.results == []
    note = official.crm.objects.notes.basic_api.create(
        {
            "properties": {"hs_timestamp": "2026-11-01T10:00:00Z", "hs_note_body": "<p>called</p>"},
            "associations": [
                {"to": {"id": one}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 202}]}
            ],
        }
    )
    read = official.crm.objects.notes.basic_api.get_by_id(note.id, associations=["contacts"])
    assert [(to.id, to.type) for to in read.associations["contacts"].results] == [(one, "note_to_contact")]
    batch.create("contacts", "companies", {"inputs": [
        {"from": {"id": one}, "to": {"id": company.id},
         "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]}]})  # fmt: skip
    assert basic.archive("contacts", one, "companies", company.id) is None
    assert basic.get_page("contacts", one, "companies").results == []
    assert (
        batch.archive("contacts", "companies", {"inputs": [{"from": {"id": two}, "to": [{"id": company.id}]}]}) is None
    )
    for kind in ("emails", "calls", "meetings", "tasks"):
        api = getattr(official.crm.objects, kind)
        assert api.basic_api.get_page(limit=2).results[0].properties["hs_object_id"]
        assert api.search_api.do_search({"limit": 1, "filterGroups": []}).total > 1
    deals = official.crm.deals.get_all(properties=["amount"], associations=["contacts"])
    assert any(deal.associations for deal in deals)
    assert official.crm.tickets.basic_api.get_page(limit=1).results[0].properties["subject"]
    assert (
        refused(official.crm.companies.basic_api.merge, {"primaryObjectId": "1", "objectIdToMerge": "2"}).status == 400
    )


def test_labels_of_ones_own(official: Any, pair: tuple[str, str]) -> None:
    schema = official.crm.associations.v4.schema.definitions_api
    made = schema.create("contacts", "deals", {"label": "Decides", "name": "decides", "inverseLabel": "Decided by"})
    number = made.results[0].type_id
    assert {one.label for one in schema.get_all("contacts", "deals").results} == {None, "Decides"}
    deal = official.crm.deals.basic_api.create({"properties": {"dealname": "Own"}, "associations": []})
    spec = [{"associationCategory": "USER_DEFINED", "associationTypeId": number}]
    basic = official.crm.associations.v4.basic_api
    assert basic.create("contacts", pair[0], "deals", deal.id, spec).labels == ["Decides"]
    back = basic.get_page("deals", deal.id, "contacts").results[0].association_types
    assert [one.label for one in back] == [None, "Decided by"]
    assert schema.remove("contacts", "deals", number) is None
    assert [one.label for one in basic.get_page("contacts", pair[0], "deals").results[0].association_types] == [None]


def test_consent_in_the_old_form(official: Any) -> None:
    status = official.communication_preferences.status_api
    before = status.get_email_status("old@client.example")
    key = before.subscription_statuses[0].id
    changed = status.unsubscribe({"emailAddress": "old@client.example", "subscriptionId": key})
    assert changed.status == "NOT_SUBSCRIBED"
    assert official.communication_preferences.definition_api.get_page().subscription_definitions


def test_oauth_tokens(sandbox: RunningSandbox, official: Any) -> None:
    info, url = sandbox.info, sandbox.info["hubspot_url"]
    redirect = "http://localhost:17172/callback"
    asked = {
        "client_id": info["hubspot_client_id"],
        "redirect_uri": redirect,
        "scope": "oauth crm.objects.contacts.read",
    }
    back = httpx.post(f"{url}/oauth/authorize", data={**asked, "decision": "allow"}, trust_env=False)
    code = httpx.URL(back.headers["location"]).params["code"]
    app = {"client_id": info["hubspot_client_id"], "client_secret": info["hubspot_client_secret"]}
    tokens = official.oauth.tokens_api
    first = tokens.create(grant_type="authorization_code", code=code, redirect_uri=redirect, **app)
    assert (first.expires_in, first.token_type) == (1800, "bearer")
    again = tokens.create(grant_type="refresh_token", refresh_token=first.refresh_token, **app)
    about = official.oauth.access_tokens_api.get(again.access_token)
    assert (about.token_type, str(about.hub_id), about.scopes) == ("access", info["portal_id"], asked["scope"].split())
    assert official.oauth.refresh_tokens_api.get(first.refresh_token).token_type == "refresh"
    limited = client(sandbox, again.access_token)
    assert limited.crm.contacts.basic_api.get_page(limit=1).results
    lacking = refused(limited.crm.owners.owners_api.get_page)
    assert lacking.status == 403 and '"requiredGranularScopes":["crm.objects.owners.read"]' in lacking.body
    assert official.oauth.refresh_tokens_api.archive(first.refresh_token) is None
    assert limited.crm.contacts.basic_api.get_page(limit=1).results, "v1 leaves access tokens alone"
    assert refused(official.oauth.refresh_tokens_api.get, first.refresh_token).status == 404
    gone = refused(tokens.create, grant_type="refresh_token", refresh_token=first.refresh_token, **app)
    assert gone.status == 400 and "BAD_REFRESH_TOKEN" in gone.body


@pytest.fixture
def limited(sandbox: RunningSandbox) -> Iterator[RunningSandbox]:
    sandbox.control("POST", "/settings", {"rate_limits": True})
    yield sandbox
    sandbox.control("POST", "/settings", {"rate_limits": False})


def test_retries_as_its_readme_shows(limited: RunningSandbox) -> None:
    patient = client(limited, retry=Retry(total=3, backoff_factor=0.01, status_forcelist=(500, 502, 504)))
    limited.control("POST", "/faults", {"at": "hubspot.contacts", "kind": "status", "code": 502, "times": 2})
    assert patient.crm.contacts.basic_api.get_page(limit=1).results
    waiting = client(limited, retry=Retry(total=2, backoff_factor=0.01, status_forcelist=(429,), allowed_methods=None))
    limited.control("POST", "/faults", {"at": "hubspot.search", "kind": "rate_limit", "times": 1})
    assert waiting.crm.contacts.search_api.do_search({"limit": 1, "filterGroups": []}).total
    limited.control("POST", "/clock", {"advance_s": 10})
    plain = client(limited)
    for _ in range(5):
        plain.crm.contacts.search_api.do_search({"limit": 1, "filterGroups": []})
    # The clock runs on: within one second the sixth search is refused, unless this machine is very slow.
    answers = [_search(limited) for _ in range(20)]
    over = next(answer for answer in answers if answer.status_code == 429)
    assert over.json()["message"] == "You have reached your secondly limit." and over.json()["policyName"] == "SECONDLY"


def _search(sandbox: RunningSandbox) -> httpx.Response:
    return httpx.post(
        f"{sandbox.info['hubspot_url']}/crm/v3/objects/contacts/search", json={"limit": 1}, trust_env=False,
        headers={"Authorization": f"Bearer {sandbox.info['hubspot_token']}"},
    )  # fmt: skip
