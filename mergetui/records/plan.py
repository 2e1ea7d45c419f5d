"""Decisions and plans. A plan is a value: typed steps, digested, never changed once made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mergetui.records.crm import Value

Severity = Literal["blocks", "acknowledge", "informs"]

PlanState = Literal[
    "staged",
    "approved",
    "preparing",
    "merging",
    "linked",
    "settled",
    "waiting",
    "surprised",
    "failed",
    "unknown",
    "taken back",
]


@dataclass(frozen=True, slots=True)
class Choice:
    """Where one row's value comes from: a member's column, or text the reviewer typed."""

    member: str | None = None
    edited: str | None = None


@dataclass(frozen=True, slots=True)
class Choices:
    """All of a reviewer's decisions on one set. Rows not named keep the master's value."""

    master: str
    """Key of the member that survives."""
    rows: Mapping[str, Choice] = field(default_factory=dict)
    """Row key → choice. Row keys: ``sf:<API name>`` or ``hs:<property>``."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that could go wrong, looked at before the merge."""

    id: str
    severity: Severity
    what: str
    why: str
    todo: str


@dataclass(frozen=True, slots=True)
class TightenConsent:
    """Unsubscribe one address from one subscription, before anything is merged."""

    address: str
    subscription_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SalesforceMerge:
    object: Literal["Lead", "Contact"]
    master_id: str
    loser_id: str
    values: Mapping[str, Value]
    """Chosen values that differ from the master's; never the e-mail. Sent with the first loser only."""
    nulls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HubSpotMerge:
    """``primary_id`` is the contact linked to the Salesforce master; in a chain, the id returned before."""

    primary_id: str
    secondary_id: str


@dataclass(frozen=True, slots=True)
class Round:
    """One loser: its Salesforce merge, then its HubSpot merge. Either half may be missing."""

    loser_key: str
    salesforce: SalesforceMerge | None
    hubspot: HubSpotMerge | None


@dataclass(frozen=True, slots=True)
class WriteValues:
    """One PATCH of all chosen values onto the returned HubSpot id; a blank is the empty text."""

    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MakePrimaryEmail:
    """Make the chosen address primary in HubSpot, then in Salesforce."""

    address: str
    object: Literal["Lead", "Contact"] | None
    salesforce_id: str | None


@dataclass(frozen=True, slots=True)
class MakePrimaryCompany:
    """Mark one of the merged contact's companies as its primary one; HubSpot by itself keeps the primary contact's."""

    company_id: str


@dataclass(frozen=True, slots=True)
class Touch:
    """Change one mapped Salesforce field, so that the next pass takes the survivor with it."""

    object: Literal["Lead", "Contact"]
    salesforce_id: str
    field: str
    value: str


Step = TightenConsent | SalesforceMerge | HubSpotMerge | WriteValues | MakePrimaryCompany | MakePrimaryEmail | Touch


@dataclass(frozen=True, slots=True)
class Expected:
    """The end state that verification compares with."""

    object: Literal["Lead", "Contact"] | None
    salesforce_id: str | None
    salesforce_values: Mapping[str, Value]
    hubspot_values: Mapping[str, str]
    """Property → chosen value ("" = blank), of every row shown or written."""
    email: str
    addresses: tuple[str, ...]
    """Every address that must belong to the survivor afterwards, lower case."""
    dead_salesforce_ids: tuple[str, ...]
    old_hubspot_ids: tuple[str, ...]
    unsubscribed: tuple[tuple[str, str], ...] = ()
    """(address, subscription id) that must read UNSUBSCRIBED."""
    hubspot_addresses: tuple[str, ...] = ()
    """Addresses of the HubSpot contacts that become one: all must be on the survivor."""
    activity_ids: tuple[str, ...] = ()
    """``kind:id`` of every engagement, deal and ticket the survivor must hold."""
    static_lists: tuple[str, ...] = ()
    primary_company: str = ""
    """HubSpot company id that must be the survivor's primary one; empty when it had none, or nothing merges there."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the twin foresaw: kept with the plan, compared with both CRMs after settling. Not bound by the digest."""

    alone: tuple[str, ...]
    """What merging in Salesforce alone would lose, in sentences."""
    worst: tuple[str, ...]
    """Where an unknown setting makes a difference to this plan, in sentences."""
    state: Mapping[str, str]
    """Name → text: the end state with every unknown setting at its worst."""
    loose: tuple[str, ...] = ()
    """Names in ``state`` that depend on unknown settings: not compared."""


@dataclass(frozen=True, slots=True)
class Plan:
    """An immutable, digested list of typed steps for one duplicate set."""

    id: str
    set_id: str
    title: str
    """The people's names, for lists of plans."""
    digest: str
    """SHA-256 hex over everything the plan binds (design §4)."""
    master_key: str
    member_keys: tuple[str, ...]
    choices: Choices
    consent: tuple[TightenConsent, ...]
    rounds: tuple[Round, ...]
    write: WriteValues | None
    email: MakePrimaryEmail | None
    touch: Touch | None
    expected: Expected
    checks: tuple[Check, ...]
    losses: tuple[str, ...]
    """Sentences naming what disappears and cannot come back."""
    delete_risk: bool
    """A loser's HubSpot contact would be archived if a poll fell between the two merges."""
    salesforce_org_id: str
    hubspot_portal_id: str
    made_at: int
    bound: Mapping[str, str] = field(default_factory=dict)
    """What the digest covers, flat: name → text. Two plans are compared through it in words."""
    estimated_ms: int = 3000
    company: MakePrimaryCompany | None = None
    forecast: Forecast | None = None


@dataclass(frozen=True, slots=True)
class Approval:
    """A typed confirmation on record. Void after 24 h (local clock, UTC)."""

    plan_id: str
    digest: str
    acknowledged: tuple[str, ...]
    """Ids of the checks that were ticked."""
    typed: str
    at: int
    by: str
