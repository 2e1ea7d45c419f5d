"""Every switch of the twin's orgs and of the integration between them.

``switch`` says of each what it does and, where the sources disagree or are silent, the doubt; ``settings_form`` reads
this for checking values and for showing the switches to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from mergetui.records.sync import SyncRule

DAY_MS = 86_400_000


def switch(default: Any, what: str, doubt: str = "", *, low: int | None = None, high: int | None = None) -> Any:
    """A member of ``Settings``: its default, what it does, why nobody is sure, and the bounds of its numbers.

    Numbers without bounds may be 0 or more.
    """
    words = {"what": what, "doubt": doubt, "low": 0 if low is None else low, "high": high}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=words)
    return field(default=default, metadata=words)


@dataclass(frozen=True, slots=True)
class Settings:
    """Defaults are those of facts/integration.md part A; where nobody knows, the worst case.

    All ``*_ms`` are milliseconds of the twin's time.
    """

    seed: int = switch(0, "what all chance depends on; fixed when the world begins")

    # the integration: who and what --------------------------------------------------------------------------------
    inclusion_list: str | None = switch(None, "id of the list whose members sync; null: everybody does")
    joining_resumes: bool = switch(
        True,
        "a contact that a poll created outside the list syncs once it joins",
        "KB on leads and contacts 2023 and 2025: further updates will not sync; KB on inclusion lists: until it joins",
    )
    new_contacts_join: bool = switch(
        False, "contacts born later fit the inclusion list and join it at once", "depends on the list's own filter"
    )
    create_hs: bool = switch(True, "a Salesforce person nobody knows becomes a HubSpot contact")
    create_hs_of: Literal["both", "leads", "contacts"] = switch(
        "both", "which Salesforce people create_hs is about", "one setting today, two ticks in 2016"
    )
    create_sf: Literal["lead", "contact", "nothing"] = switch("lead", "what an unknown HubSpot contact becomes")
    rules: Mapping[str, SyncRule] = switch({}, "property → sync rule, where it differs from the default mapping")
    owner_sync: bool = switch(True, "the owner syncs both ways, matched by name and e-mail of an active user")
    account_sync: bool = switch(True, "companies are tied to accounts through the contacts that sync")
    lifecycle_from_opportunities: bool = switch(
        False, "an open opportunity makes its contacts opportunities, a won one customers; never backwards"
    )
    activity_triggers: tuple[str, ...] = switch(
        ("form", "open", "click", "meeting", "call", "note", "task", "email"),
        "activities whose sync is on: only these start a pass; a page view never does",
    )

    # the integration: deletions -----------------------------------------------------------------------------------
    del_lead: Literal["nothing", "delete"] = switch("nothing", "what becomes of the contact of a deleted lead")
    del_contact: Literal["nothing", "delete"] = switch("nothing", "what becomes of the contact of a deleted contact")
    del_account: Literal["nothing", "delete"] = switch(
        "nothing", "what becomes of the company of a deleted account", "companies have a like switch: not documented"
    )
    clear_id_on_delete: bool = switch(
        False,
        "a contact that stays loses its link to the deleted record",
        "contacts keep the dead id (two sources), companies lose it (one source)",
    )
    clear_account_id_on_delete: bool = switch(
        True, "a company that stays loses its link to the deleted account", "one source"
    )
    deleted_flag: Literal["never", "on_orphan"] = switch(
        "never", "when salesforcedeleted turns true", "no source says; an audit calls it unused"
    )
    merge_detect: Literal["plain_delete", "merged_error"] = switch(
        "plain_delete",
        "whether a merged-away record is told from a deleted one",
        "the connector of 2016 had the error 'Merged in Salesforce'; whether today's has it is unknown",
    )
    deletes_first: bool = switch(
        True, "one poll carries out deletions before updates", "the order is unknown; the worst case is the default"
    )
    delete_follows_alias: bool = switch(
        True,
        "a deletion aimed at a contact that was merged meanwhile archives the merged one",
        "nobody knows; the worst case is the default",
    )
    undelete_is_change: bool = switch(
        False,
        "an undeleted record syncs at the next poll, not only at its next change",
        "undeleting stamps the record, so that a poll by stamp would see it",
    )
    sync_after_restore: Literal["resumes", "until_resync"] = switch(
        "resumes", "whether a contact restored in HubSpot goes on syncing", "not documented"
    )
    restore_days: int = switch(90, "how long an archived contact can be restored", low=1, high=3650)

    # the integration: matching ------------------------------------------------------------------------------------
    match_order: Literal["random", "newest", "oldest"] = switch(
        "random",
        "which of several records with the address is linked first",
        "KB 2019–2026: no defined order; 2017: usually the oldest; practitioners: the one updated last",
    )
    match_secondary: bool = switch(True, "additional addresses of a contact match too", "not documented")
    link_jumps: bool = switch(
        True,
        "an edited record with the same address takes the link over",
        "KB since 2017: the last edited wins; KB 2016 and one guide: the first match is a permanent anchor",
    )
    orphan_rematch: Literal["error_until_resync", "relink"] = switch(
        "error_until_resync", "an edited record meets a contact whose own record is gone", "nobody knows"
    )
    email_taken: Literal["error", "relink"] = switch(
        "error",
        "a Salesforce address that another contact has",
        "a test of 2021 saw a relink, the KB since 2022 lists an error",
    )
    lead_id_after_conversion: Literal["kept", "cleared"] = switch(
        "kept", "salesforceleadid of a converted lead's contact", "schemas carry both ids; no source says"
    )

    # the integration: what it can reach ---------------------------------------------------------------------------
    invisible_rows: tuple[str, ...] = switch((), "ids of records the integration user cannot see")
    invisible_owners: tuple[str, ...] = switch(
        (), "user ids: the integration user cannot see what they own (selective sync by sharing)"
    )
    read_only_rows: tuple[str, ...] = switch(
        (), "ids of records the integration user can read and not edit; selective sync wants both"
    )

    # the integration: time ----------------------------------------------------------------------------------------
    poll_ms: int = switch(900_000, "from one poll to the next", low=1_000, high=DAY_MS)
    poll_phase_ms: int | None = switch(
        None,
        "polls begin this long after a multiple of poll_ms (UTC); null: as the visible ones do",
        "nobody documents a clock grid; what was observed speaks against one",
        high=DAY_MS,
    )
    poll_drift_ms: int = switch(
        0, "each poll may come up to this much late, and shifts the next", "the phase may drift", high=DAY_MS
    )
    poll_duration_ms: int = switch(
        40_000, "reads at once, then writes for so long", "seconds to minutes; the longest seen is 40 s", high=DAY_MS
    )
    event_delay_ms: tuple[int, int] = switch(
        (30_000, 300_000), "from a HubSpot change to its pass, at least and at most", high=DAY_MS
    )
    form_delay_ms: tuple[int, int] = switch(
        (30_000, 60_000), "the same for a form", "a documented minute; observed 5 to 45 s", high=DAY_MS
    )
    echo_passes: Literal["none", "second", "second_and_third"] = switch(
        "none",
        "a second pass 10 to 50 s after an event's first, a third 6 to 11 min after",
        "often observed in one portal; the cause is unknown",
    )
    retry_ms: int = switch(
        1_200_000, "from a failed pass to the next try", "20 min (KB 2017-01) or 30 min (KB 2017-11)", low=1_000
    )
    retries: int = switch(10, "so many tries, then one at midnight GMT every night", high=1_000)

    # the integration: stops ---------------------------------------------------------------------------------------
    paused: bool = switch(False, "nothing syncs; what waited runs when this ends")
    suspension: Literal["none", "api_limit", "api_disabled", "object_permissions", "unknown"] = switch(
        "none", "HubSpot has suspended the sync; set to none: Clear suspension"
    )
    api_allotment: int | None = switch(
        None, "Salesforce calls the integration may make in 24 h; null: no allocation set", low=1
    )
    calls_per_pass: int = switch(2, "calls of one record's pass", "no number was found", high=1_000)
    calls_per_poll: int = switch(6, "calls of a poll's reading", "no number was found", high=1_000)

    # HubSpot ------------------------------------------------------------------------------------------------------
    hs_merge: Literal["primary_wins", "newest_wins"] = switch(
        "primary_wins", "whose values a merged contact has", "primary, blanks filled; until 2023 the newest"
    )
    hs_merge_id: Literal["new", "primary"] = switch(
        "new", "the id of a merged contact", "a new one since January 2025; the primary's before"
    )
    static_lists_after_merge: Literal["combined", "dropped"] = switch(
        "combined", "the secondary's static lists after a merge", "sources of 2026 disagree"
    )
    own_additional_as_primary: Literal["swap", "conflict"] = switch(
        "swap", "a contact's own additional address is made its primary one", "not documented"
    )
    cleared_values: Literal["filled", "kept"] = switch(
        "filled", "a value the primary had cleared", "the secondary's value fills it, or the later clearing stays"
    )
    old_id_in_batch: bool = switch(
        False, "batch calls resolve ids of merged contacts as GET does", "not documented beyond GET"
    )
    old_id_in_update: bool = switch(False, "PATCH and DELETE resolve ids of merged contacts", "not documented")
    old_id_in_associations: bool = switch(False, "association calls resolve ids of merged contacts", "not documented")
    old_id_in_lists: bool = switch(False, "list calls resolve ids of merged contacts", "not documented")
    already_merged: Literal["refused", "answered"] = switch(
        "refused", "a merged pair is merged again", "400, or 200 with the contact as it is"
    )
    timeline_delay_ms: int = switch(
        0, "how long the secondary's activities take to appear", "up to 30 min (older KB)", high=DAY_MS
    )
    merge_lock_ms: int = switch(
        0, "how long a merged contact answers 423 to the next merge", "nobody says", high=DAY_MS
    )
    company_merge: Literal["refused", "allowed"] = switch(
        "refused", "companies merge while the integration is on", "one third-party source"
    )
    gdpr_delete: bool = switch(False, "gdpr-delete works; a rehearsal has no use for it")
    search_lag_ms: int = switch(0, "how long search does not see a change", high=DAY_MS)
    history_depth: int | None = switch(
        None, "versions of a property that a read shows; null: all", "45 and 20 are quoted, without a source", low=1
    )
    required_properties: tuple[str, ...] = switch(
        (), "contact properties that admins made required: saves that leave one empty are refused"
    )
    merge_wants_required: bool = switch(
        False, "a merge that leaves a required property empty is refused too", "not documented"
    )
    revoke_ends_access: bool = switch(
        True,
        "revoking a refresh token ends its access tokens",
        "nobody says; the old v1 call certainly does not, whatever this says",
    )
    redirect_any_port: bool = switch(
        False, "sign-ins may return to any port of localhost", "the path must be a registered one; not documented"
    )
    pkce_without_secret: bool = switch(
        False, "a code with a verifier needs no client secret", "no page says that an ordinary app may drop it"
    )
    web_events: bool = switch(
        True, "the account's plan lets event occurrences be read", "which plan does is not documented"
    )

    # Salesforce ---------------------------------------------------------------------------------------------------
    hidden_fields: tuple[str, ...] = switch(
        (), "Contact.HasOptedOutOfEmail …: fields that security hides from the signed-in user"
    )
    validation_rules: tuple[str, ...] = switch(
        (),
        "'Contact.Title: Give a title.' (or a record id for the object): a save that leaves the field empty is "
        "refused with that text",
    )
    failing_triggers: tuple[str, ...] = switch(
        (), "'Contact.update: text' (or a record id; create, update or delete): an Apex trigger refuses"
    )
    locked_rows: tuple[str, ...] = switch((), "ids of records that another transaction holds: UNABLE_TO_LOCK_ROW")
    approval_rows: tuple[str, ...] = switch((), "ids of records in an approval process: ENTITY_IS_LOCKED")
    no_edit_rows: tuple[str, ...] = switch((), "ids of records the signed-in user may not edit")
    no_delete_rows: tuple[str, ...] = switch((), "ids of records the signed-in user may not delete")
    portal_users: tuple[str, ...] = switch(
        (), "ids of contacts with an Experience Cloud user, besides those of users with a ContactId"
    )
    person_accounts: tuple[str, ...] = switch(
        (), "ids of accounts that are persons; a contact on such an account is its person's own"
    )
    duplicate_rule: Literal["off", "report", "alert", "block"] = switch(
        "report",
        "the native duplicate rules: none active, only reporting, or refusing saves; allowSave overrides alerts",
    )
    recycle_days: int = switch(15, "how long a deleted record can be undeleted", high=3650)
    undelete_keeps_master: bool = switch(
        False, "MasterRecordId stays after undelete", "null, or still the master: not documented"
    )
    unchanged_update_stamps: bool = switch(
        True, "a save that changes nothing stamps the record", "long observed, nowhere written"
    )
    reparenting_stamps: bool = switch(False, "a re-parented child gets a new SystemModstamp", "not documented")
    oldest_creation_kept: bool = switch(
        True, "a merge keeps the oldest creation date", "written for accounts, observed for leads and contacts"
    )
    same_campaign: Literal["masters", "losers"] = switch(
        "masters", "whose membership of one campaign survives a merge", "not documented"
    )
    same_opportunity: Literal["both", "masters"] = switch(
        "both", "two contact roles at one opportunity after a merge", "not documented"
    )
    duplicate_items: Literal["moved", "gone"] = switch("moved", "DuplicateRecordItem rows of a loser", "not documented")
    cross_account_merge: bool = switch(
        True, "contacts of two accounts can be merged", "Classic refuses, Lightning and so far the API do not"
    )
    inactive_owner_merge: bool = switch(True, "a master with an inactive owner can be merged", "not documented")
    losers_manager: Literal["tried", "ignored"] = switch(
        "tried", "a loser whose manager works below the master makes a circular hierarchy", "read so, never seen"
    )
    convert_carries_opt_out: bool = switch(
        False,
        "converting into an existing contact carries opt-outs over",
        "booleans are never empty, so presumably not",
    )
    unknown_names: Literal["fault", "error"] = switch(
        "fault", "SOAP: a field nobody knows ends the call, or fails one record", "both are on record"
    )
    refusal_codes: Mapping[str, str] = switch(
        {}, "other StatusCodes for refusals whose code is a guess: a key of refusals.GUESSED → the code"
    )

    jwt_tokens: bool = switch(False, "access tokens are JWTs, which SOAP takes only from v68.0 on")
    session_minutes: int = switch(0, "how long an unused access token lasts; 0: until it is ended", high=1440)
    expires_in_told: bool = switch(False, "token answers have expires_in", "not with opaque tokens, as far as seen")
    refresh_rotation: bool = switch(True, "each refresh gives a new refresh token, and re-using one ends the sign-in")
    app_installed: Literal["yes", "redirect", "page"] = switch(
        "yes", "the app is installed in the org; if not, how the browser learns it", "both forms are on record"
    )

    # other people -------------------------------------------------------------------------------------------------
    colleagues: int = switch(
        0, "Salesforce edits of linked, unduplicated people per poll interval: what makes polls observable", high=10_000
    )
    colleagues_hubspot: int = switch(0, "the same in HubSpot: each edit starts a pass", high=10_000)
