"""Official and well-known clients, written by nobody here, against the servers (facts/client-conformance.md)."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.crm.contacts import (
    BatchReadInputSimplePublicObjectId,
    PublicMergeInput,
    PublicObjectSearchRequest,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)

from tests.support.sandbox import RunningSandbox


@pytest.fixture
def official(sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        if name in os.environ:
            monkeypatch.delenv(name)
    return HubSpot(access_token=sandbox.info["hubspot_token"], host=sandbox.info["hubspot_url"])


def test_hubspot_api_client(official: Any) -> None:
    contacts = official.crm.contacts
    everyone = contacts.get_all(properties=["email", "salesforcecontactid"])
    assert len(everyone) > 40 and len({one.id for one in everyone}) == len(everyone)
    page = contacts.basic_api.get_page(limit=5, properties=["email"], archived=False)
    assert page.paging.next.after and page.results[0].created_at.tzinfo is not None
    made = [
        contacts.basic_api.create(
            simple_public_object_input_for_create=SimplePublicObjectInputForCreate(
                properties={"email": f"official{number}@probe.example"}, associations=[]
            )
        )
        for number in (1, 2)
    ]
    first = made[0].id
    read = contacts.basic_api.get_by_id(first, properties=["email"], properties_with_history=["email"], archived=False)
    assert read.properties["email"] == "official1@probe.example"
    assert read.properties_with_history["email"][0].source_type == "API"
    by_mail = contacts.basic_api.get_by_id("official2@probe.example", id_property="email")
    assert by_mail.id == made[1].id
    changed = contacts.basic_api.update(
        first, simple_public_object_input=SimplePublicObjectInput(properties={"jobtitle": "CTO"})
    )
    assert changed.properties["jobtitle"] == "CTO"
    batch = contacts.batch_api.read(
        BatchReadInputSimplePublicObjectId(
            inputs=[{"id": one.id} for one in made], properties=["email"], properties_with_history=[]
        )
    )
    assert batch.status == "COMPLETE" and len(batch.results) == 2
    filters = [{"propertyName": "email", "operator": "EQ", "value": "official1@probe.example"}]
    search = contacts.search_api.do_search(
        PublicObjectSearchRequest(filter_groups=[{"filters": filters}], properties=["email"], limit=10)
    )
    assert (search.total, search.results[0].id) == (1, first)
    merged = contacts.basic_api.merge(PublicMergeInput(primary_object_id=first, object_id_to_merge=made[1].id))
    assert merged.id not in (first, made[1].id)
    assert contacts.basic_api.get_by_id(first).id == merged.id
    assert contacts.basic_api.archive(merged.id) is None
    owners = official.crm.owners.owners_api.get_page(limit=3)
    assert owners.results[0].type == "PERSON"
    names = {one.name for one in official.crm.properties.core_api.get_all("contacts").results}
    assert "salesforcelastsynctime" in names
    with pytest.raises(Exception, match="404") as refused:
        contacts.basic_api.get_by_id("1")
    assert refused.value.status == 404  # type: ignore[attr-defined]
