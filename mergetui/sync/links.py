"""The state of links: what a HubSpot contact's ``salesforcecontactid`` / ``salesforceleadid`` is worth."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mergetui.records.crm import HubSpotContact, SalesforceRecord
from mergetui.records.people import Link, LinkState

CONTACT_LINK = "salesforcecontactid"
LEAD_LINK = "salesforceleadid"


def link_state(salesforce: SalesforceRecord | None, hubspot: HubSpotContact) -> LinkState:
    """The state of one contact's link, judged by the Salesforce record it is believed to belong to.

    * ``none``: the contact holds no Salesforce id;
    * ``orphaned``: it holds one, but the row is deleted, merged away or not to be found (facts row 17);
    * ``stale``: it holds the id of another row than this one: the link has jumped (facts §2, T25);
    * ``one-way``: the row is meant, but the integration does not bring its changes here: it never stamped the contact
      (``salesforcelastsynctime`` is empty), or the lead was converted and the link did not follow (facts row 24);
    * ``mismatched``: the row is live and synced, but its e-mail is none of the contact's addresses (facts row 12);
    * ``active``: none of these. A blank e-mail on either side disagrees with nothing.
    """
    contact_id, lead_id = _ids(hubspot)
    if not contact_id and not lead_id:
        return "none"
    if salesforce is None or salesforce.deleted:
        return "orphaned"
    if salesforce.id not in (contact_id, lead_id):
        return "one-way" if salesforce.object == "Contact" and not contact_id else "stale"
    if salesforce.values.get("IsConverted") or not hubspot.values.get("salesforcelastsynctime"):
        return "one-way"
    email = _email(salesforce)
    if email and hubspot.values.get("email") and email not in addresses(hubspot):
        return "mismatched"
    return "active"


def links(records: Mapping[str, SalesforceRecord], contacts: Iterable[HubSpotContact]) -> dict[str, Link]:
    """HubSpot id → link, of every live contact that holds a Salesforce id. ``records``: Salesforce id → row.

    The contact id counts before the lead id, and a converted lead stands for its contact. When several contacts mean
    one row, the row's own is the one that shares its e-mail, then the one synced last; the others are ``stale``.
    """
    found: dict[str, Link] = {}
    claims: dict[str, list[HubSpotContact]] = {}
    for contact in contacts:
        contact_id, lead_id = _ids(contact)
        if contact.archived or not (contact_id or lead_id):
            continue
        record = _target(contact_id, lead_id, records)
        if record is None:
            dead = Link(contact.id, contact_id or lead_id, "Contact" if contact_id else "Lead", "orphaned")
            found[contact.id] = dead
            continue
        found[contact.id] = Link(contact.id, record.id, record.object, link_state(record, contact))
        claims.setdefault(record.id, []).append(contact)
    for id_, claimants in claims.items():
        email = _email(records[id_])
        own = max(claimants, key=lambda contact: (email in addresses(contact), _synced(contact), contact.id))
        for contact in claimants:
            if contact is not own:
                found[contact.id] = Link(contact.id, id_, records[id_].object, "stale")
    return found


def addresses(contact: HubSpotContact) -> frozenset[str]:
    """The primary and all additional addresses, lower case."""
    texts = [contact.values.get("email") or "", *(contact.values.get("hs_additional_emails") or "").split(";")]
    return frozenset(text.strip().lower() for text in texts if text.strip())


def _ids(contact: HubSpotContact) -> tuple[str, str]:
    return contact.values.get(CONTACT_LINK) or "", contact.values.get(LEAD_LINK) or ""


def _target(contact_id: str, lead_id: str, records: Mapping[str, SalesforceRecord]) -> SalesforceRecord | None:
    record = records.get(contact_id)
    if record is not None and not record.deleted:
        return record
    lead = records.get(lead_id)
    if lead is None or lead.deleted:
        return None
    if not lead.values.get("IsConverted"):
        return lead
    successor = records.get(str(lead.values.get("ConvertedContactId") or ""))
    return successor if successor is not None and not successor.deleted else None


def _email(record: SalesforceRecord) -> str:
    return str(record.values.get("Email") or "").strip().lower()


def _synced(contact: HubSpotContact) -> str:
    """ISO texts and equally long texts of ms sort as instants; HubSpot gives one kind."""
    return contact.values.get("salesforcelastsynctime") or ""
