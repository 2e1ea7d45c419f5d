"""The dossier: everything freshly read about one duplicate set. Planning decides on it, the digest binds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mergetui.records.crm import (
    ChildRow,
    FieldInfo,
    HubSpotContact,
    HubSpotExtras,
    OrgIdentity,
    RowAccess,
    SalesforceRecord,
    Value,
)
from mergetui.records.people import LinkState
from mergetui.records.sync import SyncSettings


@dataclass(frozen=True, slots=True)
class Member:
    """One column of the review: a Salesforce record and the HubSpot contact linked to it, or one of them."""

    key: str
    salesforce: SalesforceRecord | None = None
    hubspot: HubSpotContact | None = None
    extras: HubSpotExtras | None = None
    children: tuple[ChildRow, ...] = ()
    access: RowAccess | None = None
    link: LinkState = "none"
    owner_name: str = ""
    account_name: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """A live HubSpot contact that holds a member's Salesforce id but is not that member's own contact."""

    hubspot_id: str
    property: str
    """``salesforcecontactid`` or ``salesforceleadid``."""
    salesforce_id: str


@dataclass(frozen=True, slots=True)
class AddressOwner:
    """The live HubSpot contact that carries an address, as primary or additional."""

    address: str
    hubspot_id: str


@dataclass(frozen=True, slots=True)
class Dossier:
    set_id: str
    members: tuple[Member, ...]
    salesforce_fields: tuple[FieldInfo, ...]
    """Fields of the members' Salesforce object(s) that the user may see."""
    hubspot_fields: tuple[FieldInfo, ...]
    holders: tuple[Holder, ...]
    settings: SyncSettings
    salesforce_org: OrgIdentity
    hubspot_org: OrgIdentity
    outside: tuple[Holder, ...] = ()
    """Links of members' contacts that point at a *live* Salesforce row outside the set."""
    address_owners: tuple[AddressOwner, ...] = ()
    """Live contacts outside the set that carry an address of a member."""
    missing_fields: tuple[str, ...] = ()
    """Opt-out fields that should exist and are hidden from us, as ``Contact.HasOptedOutOfEmail``."""
    in_approval: tuple[str, ...] = ()
    """Salesforce ids that wait for an approval, as far as the signed-in user may see it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call the records that ids stand for: record types, HubSpot companies."""
    not_kept: tuple[str, ...] = ()
    """What only a snapshot wants and could not read, with the CRM's code: ``quotes: MISSING_SCOPES``."""
    salesforce_read_at: int = 0
    """Salesforce's clock when the read began."""
    hubspot_read_at: int = 0
    """HubSpot's clock when the read began."""


@dataclass(frozen=True, slots=True)
class RowValue:
    """One member's side of a row: what each CRM holds, and whether the member exists there at all."""

    salesforce: Value = None
    hubspot: str | None = None
    in_salesforce: bool = False
    in_hubspot: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One field of the review. A mapped Salesforce field and HubSpot property are one row."""

    key: str
    """``sf:<API name>`` when a member has a Salesforce record, else ``hs:<property>``."""
    label: str
    group: str
    salesforce: FieldInfo | None
    hubspot: FieldInfo | None
    values: tuple[RowValue, ...]
    """In the order of ``Dossier.members``."""
    selectable: bool
    reason: str = ""
    """Why it cannot be chosen."""
