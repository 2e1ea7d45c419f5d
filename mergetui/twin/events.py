"""What can be done to a World: one frozen dataclass per event. ``World.apply(event, at)`` plays it.

Salesforce values are as its JSON has them, datetimes as instants. HubSpot values are text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mergetui.records.crm import Value
from mergetui.twin.portal_events import PortalEvent

# Salesforce ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateRow:
    object: str
    values: Mapping[str, Value]
    by: str = ""
    """User id; empty: the signed-in admin."""
    allow_duplicates: bool = False
    """DuplicateRuleHeader's allowSave."""
    truncate: bool = False
    """AllowFieldTruncationHeader: too long text is cut instead of refused."""


@dataclass(frozen=True, slots=True)
class UpdateRow:
    object: str
    id: str
    values: Mapping[str, Value]
    by: str = ""
    allow_duplicates: bool = False
    truncate: bool = False


@dataclass(frozen=True, slots=True)
class DeleteRow:
    object: str
    id: str


@dataclass(frozen=True, slots=True)
class UndeleteRow:
    id: str


@dataclass(frozen=True, slots=True)
class PurgeRow:
    """emptyRecycleBin: a deleted row is gone for good."""

    id: str


@dataclass(frozen=True, slots=True)
class MergeRows:
    """One MergeRequest. ``object`` is the type written in the request."""

    object: str
    master_id: str
    loser_ids: tuple[str, ...]
    values: Mapping[str, Value] = field(default_factory=dict)
    nulls: tuple[str, ...] = ()
    information: Mapping[str, str] = field(default_factory=dict)
    """additionalInformationMap; only ``PortalUserId`` means something."""
    allow_duplicates: bool = False
    truncate: bool = False


@dataclass(frozen=True, slots=True)
class ConvertLead:
    """One LeadConvert. Empty ids: make a new account, contact, opportunity; the lead's owner owns them.

    ``State.conversions`` remembers what it did until the integration's next poll.
    """

    lead_id: str
    status: str
    account_id: str = ""
    contact_id: str = ""
    opportunity_id: str = ""
    person_account_id: str = ""
    """relatedPersonAccountId."""
    owner_id: str = ""
    opportunity_name: str = ""
    make_opportunity: bool = True
    overwrite_source: bool = False
    notify: bool = False
    account_values: Mapping[str, Value] = field(default_factory=dict)
    """Of accountRecord: fields of a new account. The same for the two below."""
    contact_values: Mapping[str, Value] = field(default_factory=dict)
    opportunity_values: Mapping[str, Value] = field(default_factory=dict)
    allow_duplicates: bool = False
    bypass_account_dedupe: bool = False
    bypass_contact_dedupe: bool = False


# HubSpot ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateContact:
    values: Mapping[str, str]
    source: str = "API"


@dataclass(frozen=True, slots=True)
class UpdateContact:
    id: str
    values: Mapping[str, str]
    """``""`` clears."""
    source: str = "API"


@dataclass(frozen=True, slots=True)
class ArchiveContact:
    id: str


@dataclass(frozen=True, slots=True)
class RestoreContact:
    id: str


@dataclass(frozen=True, slots=True)
class MergeContacts:
    primary_id: str
    secondary_id: str


@dataclass(frozen=True, slots=True)
class ChangeSubscription:
    address: str
    subscription_id: str
    subscribed: bool = False


@dataclass(frozen=True, slots=True)
class ChangeMembership:
    list_id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecomputeList:
    """HubSpot finds that contacts fit an active list now, or no longer (row 30)."""

    list_id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Activity:
    """A contact opens an e-mail, clicks in it, fills in a form or visits a page."""

    contact_id: str
    kind: Literal["open", "click", "form", "visit"]
    title: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """What was filled in; ``""`` clears."""


# the integration ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Poll:
    """A poll begins now."""


@dataclass(frozen=True, slots=True)
class Resync:
    """The Resync button of one contact's Salesforce card."""

    contact_id: str


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Fields of ``Settings`` to replace. Raises ValueError on an unknown name."""

    values: Mapping[str, object]


Event = (
    CreateRow
    | UpdateRow
    | DeleteRow
    | UndeleteRow
    | PurgeRow
    | MergeRows
    | ConvertLead
    | CreateContact
    | UpdateContact
    | ArchiveContact
    | RestoreContact
    | MergeContacts
    | ChangeSubscription
    | ChangeMembership
    | RecomputeList
    | Activity
    | Poll
    | Resync
    | ChangeSettings
    | PortalEvent
)
