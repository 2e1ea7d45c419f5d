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
    cleared_values: Literal["filled", "kept"] = "filled"  # a later clearing of the primary beats a value, or is filled
    old_id_in_batch: bool = False  # whether batch calls resolve ids of merged contacts as GET does: not documented
    old_id_in_update: bool = False  # the same for PATCH and DELETE
    old_id_in_associations: bool = False
    old_id_in_lists: bool = False
    already_merged: Literal["refused", "answered"] = "refused"  # merging a merged pair again: 400, or 200 as it is now
    timeline_delay_ms: int = 0  # activities of the secondary may take up to 30 minutes to appear (older KB)
    merge_lock_ms: int = 0  # how long a merged contact answers 423 to the next merge: nobody says
    company_merge: Literal["refused", "allowed"] = "refused"  # with the integration on; one third-party source
    gdpr_delete: bool = False
    """Whether ``gdpr-delete`` works: a rehearsal has no use for it, so it is refused unless asked for."""
    search_lag_ms: int = 0
    """How long search does not see a change."""
    max_associations: int = 250_000
    """Of one record to one object type; how a merge behaves beyond it is unknown, so it is not refused."""

    # Salesforce -----------------------------------------------------------------------------------------------
    hidden_fields: tuple[str, ...] = ()
    """``Contact.HasOptedOutOfEmail`` …: fields that field-level security hides from the signed-in user."""
    validation_rules: tuple[str, ...] = ()
    """``Contact.Title: Give a title.`` (or a record id instead of the object): a save that leaves the field empty is
    refused with that text."""
    failing_triggers: tuple[str, ...] = ()
    """``Contact.update: text`` (or a record id; ``create``, ``update`` or ``delete``): an Apex trigger refuses."""
    locked_rows: tuple[str, ...] = ()
    """Ids of rows that another transaction holds: UNABLE_TO_LOCK_ROW."""
    approval_rows: tuple[str, ...] = ()
    """Ids of rows in an approval process: ENTITY_IS_LOCKED."""
    no_edit_rows: tuple[str, ...] = ()
    no_delete_rows: tuple[str, ...] = ()
    """Ids of rows that the signed-in user may not edit, or not delete."""
    portal_users: tuple[str, ...] = ()
    """Ids of contacts that have an Experience Cloud user, besides those of User rows with a ContactId."""
    person_accounts: tuple[str, ...] = ()
    """Ids of Accounts that are persons; a Contact on such an account is its person's own."""
    duplicate_rule: Literal["off", "report", "alert", "block"] = "report"
    """The native duplicate rules: none active, only reporting, or refusing saves (an alert yields to allowSave)."""
    recycle_days: int = 15
    undelete_keeps_master: bool = False  # MasterRecordId after undelete: null, or still the master
    unchanged_update_stamps: bool = True  # a save that changes nothing stamps the row: long observed, nowhere written
    reparenting_stamps: bool = False  # whether a re-parented child gets a new SystemModstamp
    oldest_creation_kept: bool = True  # written for accounts, observed for leads and contacts
    same_campaign: Literal["masters", "losers"] = "masters"  # whose membership of one campaign survives
    same_opportunity: Literal["both", "masters"] = "both"  # two contact roles at one opportunity
    duplicate_items: Literal["moved", "gone"] = "moved"  # DuplicateRecordItem rows of a loser
    losers_manager: Literal["tried", "ignored"] = "tried"  # may a loser's ReportsToId below the master be a cycle?
    convert_carries_opt_out: bool = False  # into an existing contact: booleans are never empty, so presumably not
    unknown_names: Literal["fault", "error"] = "fault"  # SOAP: a field nobody knows ends the call, or fails one row
    cross_account_merge: bool = True  # contacts of two accounts: Classic refuses, Lightning and so far the API do not
    inactive_owner_merge: bool = True  # whether a master with an inactive owner can be merged
    refusal_codes: Mapping[str, str] = field(default_factory=dict)
    """Other StatusCodes for refusals whose code is a guess: a key of ``refusals.GUESSED`` → the code."""

    # other people ---------------------------------------------------------------------------------------------
    colleagues: int = 0
    """Edits of linked, unduplicated people per poll interval: what makes polls observable."""
