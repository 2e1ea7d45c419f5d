"""Small helpers to speak to the servers by hand."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

import httpx

V = "/services/data/v68.0"
CONTACTS = "/crm/objects/2026-09/contacts"


def query(client: httpx.Client, text: str, verb: str = "query") -> list[dict[str, Any]]:
    answer = client.get(f"{V}/{verb}", params={"q": text})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["records"]
    return found


def merge_body(token: str, kind: str, master: str, losers: list[str], **values: str) -> bytes:
    fields = "".join(f"<o:{name}>{escape(value)}</o:{name}>" for name, value in values.items())
    ids = "".join(f"<p:recordToMergeIds>{key}</p:recordToMergeIds>" for key in losers)
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" xmlns:p="urn:partner.soap.sforce.com" '
        'xmlns:o="urn:sobject.partner.soap.sforce.com"><s:Header><p:SessionHeader>'
        f"<p:sessionId>{token}</p:sessionId></p:SessionHeader></s:Header><s:Body><p:merge><p:request>"
        f"<p:masterRecord><o:type>{kind}</o:type><o:Id>{master}</o:Id>{fields}</p:masterRecord>{ids}"
        "</p:request></p:merge></s:Body></s:Envelope>"
    ).encode()


def soap(client: httpx.Client, body: bytes) -> httpx.Response:
    headers = {"Content-Type": "text/xml; charset=UTF-8", "SOAPAction": '""'}
    return client.post("/services/Soap/u/68.0", content=body, headers=headers)


def two_contacts(client: httpx.Client, tag: str) -> tuple[str, str]:
    """Two fresh Salesforce contacts of this test's own."""
    ids = []
    for number in (1, 2):
        body = {"LastName": f"{tag} {number}", "Email": f"{tag.lower()}{number}@probe.example"}
        answer = client.post(f"{V}/sobjects/Contact", json=body)
        assert answer.status_code == 201, answer.text
        ids.append(str(answer.json()["id"]))
    return ids[0], ids[1]


def two_hubspot_contacts(client: httpx.Client, tag: str) -> tuple[str, str]:
    ids = []
    for number in (1, 2):
        properties = {"lastname": f"{tag} {number}", "email": f"{tag.lower()}{number}@probe-hs.example"}
        answer = client.post(CONTACTS, json={"properties": properties})
        assert answer.status_code == 201, answer.text
        ids.append(str(answer.json()["id"]))
    return ids[0], ids[1]
