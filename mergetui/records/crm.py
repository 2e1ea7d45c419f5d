"""What the two CRMs hold: rows, fields, users, answers of merges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Crm = Literal["salesforce", "hubspot"]
SalesforceObject = Literal["Lead", "Contact"]
Value = str | int | float | bool | None
"""One field's value as the CRM's JSON has it. HubSpot values are always text or None."""


def as_text(value: Value) -> str:
    """A value as HubSpot writes it: blanks are the empty text, booleans ``true``/``false``, 5.0 is ``5``."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One field (Salesforce) or property (HubSpot) that the signed-in user may see."""

    crm: Crm
    object: str
    """``Lead``, ``Contact`` or ``contact``."""
    name: str
    label: str
    type: str
    """The CRM's own type word (``string``, ``picklist``, ``enumeration`` …)."""
    length: int = 0
    writable: bool = False
    nillable: bool = True
    options: tuple[Option, ...] = ()
    restricted: bool = False
    group: str = ""
    refers_to: tuple[str, ...] = ()
    calculated: bool = False


@dataclass(frozen=True, slots=True)
class SalesforceRecord:
    """One Lead or Contact row, deleted rows included (read through queryAll)."""

    id: str
    object: SalesforceObject
    values: Mapping[str, Value]
    """API name → value, of every readable field; compound fields left out."""
    modified_at: int
    """SystemModstamp."""
    deleted: bool = False
    master_id: str | None = None
    """MasterRecordId: set when the row was merged away."""


@dataclass(frozen=True, slots=True)
class HubSpotContact:
    """One HubSpot contact. ``id`` is the id in the answer, which may differ from the id asked for (alias)."""

    id: str
    values: Mapping[str, str | None]
    created_at: int
    updated_at: int
    archived: bool = False
    archived_at: int | None = None


@dataclass(frozen=True, slots=True)
class OrgIdentity:
    """Which org or portal the signed-in token belongs to (design rule 10)."""

    crm: Crm
    id: str
    """Organization.Id (18) or portalId."""
    name: str
    production: bool
    kind: str = ""
    """The CRM's own word: ``Enterprise Edition``, ``STANDARD``, ``SANDBOX`` …"""
    user_id: str = ""
    ui_url: str = ""


@dataclass(frozen=True, slots=True)
class User:
    """A Salesforce user or a HubSpot owner."""

    crm: Crm
    id: str
    name: str
    email: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True)
class RowAccess:
    """UserRecordAccess of the signed-in user for one row."""

    id: str
    read: bool
    edit: bool
    delete: bool


@dataclass(frozen=True, slots=True)
class ChildRow:
    """A Salesforce row that points at a person and would move with a merge."""

    object: str
    id: str
    parent_field: str
    """The lookup that points at the person, such as ``WhoId``."""
    parent_id: str
    title: str = ""
    at: int | None = None
    detail: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    """The scalar fields that were read with it: other lookups, roles, states. What a re-made row needs."""


@dataclass(frozen=True, slots=True)
class ChildLookup:
    """One lookup that points at a person, as describe's childRelationships has it."""

    object: str
    field: str
    cascade: bool = False
    """A plain delete of the person would take the row along."""


@dataclass(frozen=True, slots=True)
class RelatedRows:
    """Rows behind lookups that were found by describe, and the lookups whose rows could not be read."""

    rows: tuple[ChildRow, ...] = ()
    unread: tuple[str, ...] = ()
    """``Object.Field: CODE``."""


ActivityKind = Literal[
    "email", "call", "meeting", "note", "task", "deal", "ticket", "form", "visit", "open", "click", "reply", "sequence"
]


@dataclass(frozen=True, slots=True)
class Activity:
    """One thing on a HubSpot contact's timeline that can be told by its id."""

    kind: ActivityKind
    id: str
    at: int | None = None
    title: str = ""
    open: bool = False
    """For deals and tickets: not yet closed."""


@dataclass(frozen=True, slots=True)
class ListMembership:
    list_id: str
    name: str
    static: bool
    added_at: int | None = None
    """When the contact joined last."""


@dataclass(frozen=True, slots=True)
class Association:
    """One association of a HubSpot contact."""

    type: str
    """The other record's object type as paths have it: ``companies``, ``deals`` …"""
    id: str
    kinds: tuple[str, ...] = ()
    """``HUBSPOT_DEFINED:279`` or ``USER_DEFINED:36 Decision maker``."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """One HubSpot e-mail subscription status, kept by address, not by contact."""

    address: str
    subscription_id: str
    name: str
    status: Literal["SUBSCRIBED", "UNSUBSCRIBED", "NOT_SPECIFIED"]


@dataclass(frozen=True, slots=True)
class HubSpotExtras:
    """What hangs on one HubSpot contact beside its properties."""

    contact_id: str
    activities: tuple[Activity, ...] = ()
    lists: tuple[ListMembership, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    companies: tuple[str, ...] = ()
    """Associated company ids, the primary one first."""
    history: Mapping[str, tuple[tuple[int, str, str], ...]] = field(default_factory=dict)
    """Property → newest first (instant, value, source type). Empty unless asked for."""
    unread: tuple[str, ...] = ()
    """What a missing scope or plan kept from being read, with HubSpot's code: ``subscriptions: MISSING_SCOPES``."""
    associations: tuple[Association, ...] = ()
    """All associations with their labels; those that no review looks at only when histories were asked for."""
    not_kept: tuple[str, ...] = ()
    """Like ``unread``, of what only snapshots want."""


@dataclass(frozen=True, slots=True)
class SalesforceMergeAnswer:
    """One MergeResult. ``success`` False is a definite refusal: nothing was committed."""

    success: bool
    id: str = ""
    merged_ids: tuple[str, ...] = ()
    related_ids: tuple[str, ...] = ()
    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubSpotMergeAnswer:
    """A 200 of the merge call. Only ``contact.id`` counts from here on."""

    contact: HubSpotContact
