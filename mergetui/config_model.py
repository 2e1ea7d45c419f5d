"""What may stand in a profile. Apart from ``config`` because pydantic costs a sixth of the first paint."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["deal", "ticket", "meeting", "call", "reply", "form", "sequence", "static list", "click"]


MatchColumn = Literal[
    "salutation", "first_name", "last_name", "email", "secondary_email", "phone", "mobile", "company", "title",
    "website", "street", "city", "state", "postal_code", "country",
]  # fmt: skip
MatchPiece = Literal[
    "name", "salutation", "suffix", "e-mail", "phone", "company", "address", "title", "together"
]  # fmt: skip


class ProtectFilter(BaseModel):
    """People whom nobody merges: ``[[acme.protect]]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str = Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")
    """A Salesforce API name, or a HubSpot property with ``crm = "hubspot"``."""
    crm: Literal["salesforce", "hubspot"] = "salesforce"
    value: str = ""
    """Empty: whatever is filled and not false."""
    why: str = Field("", max_length=60)


Rule = Literal["prefer_salesforce", "always_salesforce", "two_way", "none"]


class MappingLine(BaseModel):
    """One line of the integration's field mapping: ``[acme.mapping]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Rule = "two_way"
    lead: str = Field("", pattern=r"^[A-Za-z][A-Za-z0-9_]*$|^$")
    contact: str = Field("", pattern=r"^[A-Za-z][A-Za-z0-9_]*$|^$")


class Profile(BaseModel):
    """One pair of orgs. Unknown keys are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    salesforce_login_url: str = "https://login.salesforce.com"
    salesforce_client_id: str = ""
    hubspot_app_url: str = "https://app.hubspot.com"
    hubspot_api_url: str = "https://api.hubapi.com"
    hubspot_client_id: str = ""
    valuable_activity: tuple[Kind, ...] = (
        "deal", "ticket", "meeting", "call", "reply", "form", "sequence", "static list", "click",
    )  # fmt: skip
    valuable_days: int = Field(365, ge=1, le=3650)
    snapshot_days: int = Field(365, ge=0, le=3650)
    """So long personal data of plans that have ended is kept, with their snapshots; 0: until somebody forgets it."""
    mapping: dict[str, Rule | MappingLine] = Field(default_factory=dict)
    """HubSpot property → its rule, or its rule and fields: corrections of what mergetui found out."""
    protect: tuple[ProtectFilter, ...] = ()
    match_keys: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name of a key, such as ``customer number`` → the fields it stands in (Salesforce API names, HubSpot properties):
    equal = one person, different = never."""
    match_ignore: tuple[MatchColumn, ...] = ()
    """Columns that matching does not look at."""
    match_weights: dict[MatchPiece, float] = Field(default_factory=dict)
    """Piece of evidence → what its weight is multiplied with; 0 = it does not count."""
    sync_every_minutes: float = Field(15, ge=0.5, le=60)
    """The integration's period as this portal has it; never inferred."""
    touch_field: str = Field("", pattern=r"^[A-Za-z][A-Za-z0-9_]*$|^$")
    delete_on_sync_contacts: Literal["on", "unknown"] = "unknown"
    delete_on_sync_leads: Literal["on", "unknown"] = "unknown"
