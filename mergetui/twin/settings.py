"""Every switch of the twin's orgs and of the integration between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from mergetui.records.sync import SyncRule


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are those of facts/integration.md part A; a comment names the doubt where sources disagree.

    All ``*_ms`` are milliseconds of the twin's time.
    """

    seed: int = 0

    # the integration ------------------------------------------------------------------------------------------
    del_lead: Literal["nothing", "delete"] = "nothing"
    del_contact: Literal["nothing", "delete"] = "nothing"
    create_hs: bool = True
    create_sf: Literal["lead", "contact", "nothing"] = "lead"
    inclusion_list: str | None = None
    """List id; None: every contact is included."""
    rules: Mapping[str, SyncRule] = field(default_factory=dict)
    """Property → rule, where it differs from ``mapping.DEFAULT``."""
    poll_ms: int = 900_000
    poll_duration_ms: int = 40_000  # reads first, then writes for "seconds to minutes": the longest seen is 40 s
    email_taken: Literal["error", "relink"] = "error"  # 2021 test saw a relink, KB since 2022 lists an error
    match_secondary: bool = True  # not documented whether additional addresses match
    clear_id_on_delete: bool = False  # contacts keep the dead id (two sources), companies lose it (one)
    orphan_rematch: Literal["error_until_resync", "relink"] = "error_until_resync"  # row 8b: nobody knows
    delete_follows_alias: bool = True  # nobody knows; the worst case is the default
    deletes_first: bool = True  # row 20: order inside one poll unknown; the worst case is the default
    paused: bool = False
    event_delay_ms: tuple[int, int] = (30_000, 300_000)
    """How long after a HubSpot change its pass starts, at least and at most."""
    retry_ms: int = 1_200_000  # 20 min (2017-01) or 30 min (2017-11)
    retries: int = 10

    # HubSpot --------------------------------------------------------------------------------------------------
    hs_merge: Literal["primary_wins", "newest_wins"] = "primary_wins"  # newest until 2023
    static_lists_after_merge: Literal["combined", "dropped"] = "combined"  # sources of 2026 disagree
    own_additional_as_primary: Literal["swap", "conflict"] = "swap"  # not documented

    # Salesforce -----------------------------------------------------------------------------------------------
    hidden_fields: tuple[str, ...] = ()
    """``Contact.HasOptedOutOfEmail`` …: fields that field-level security hides from the signed-in user."""

    # other people ---------------------------------------------------------------------------------------------
    colleagues: int = 0
    """Edits of linked, unduplicated people per poll interval: what makes polls observable."""
