"""The twin plays the plan and the next polls: what both CRMs hold then, and what Salesforce alone would lose.

Every unknown setting stands at its worst; where sources disagree which way is worse, other variants are played too and
what they change is said. Nothing here is a promise: after the merge both CRMs are read again and compared.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mergetui.planning.activity import counts, words
from mergetui.planning.forecast.stage import POLL_MS, is_instant, known_values, rules_of, settings_at_worst, world_of
from mergetui.planning.people import member_name, object_name, the_master
from mergetui.planning.values import addresses
from mergetui.records.crm import HubSpotContact, HubSpotExtras, SalesforceRecord, as_text
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Choices, Expected, Forecast, Plan, SalesforceMerge
from mergetui.records.review import Dossier, Member
from mergetui.twin.events import ChangeSubscription, Event, MergeContacts, MergeRows, UpdateContact, UpdateRow
from mergetui.twin.refusals import HubSpotRefusal, SalesforceRefusal
from mergetui.twin.settings import Settings
from mergetui.twin.state import Contact
from mergetui.twin.world import World

_SECOND = 1_000
_AFTER = 2 * POLL_MS + 120_000
"""Two polls and their writing: what the first one starts, the second has seen."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One way in which the integration or a CRM may be different from what is assumed."""

    words: str
    changes: Mapping[str, object]


VARIANTS = (
    Variant("HubSpot lets the newer value win a merge (as until 2023)", {"hs_merge": "newest_wins"}),
    Variant("HubSpot keeps cleared values in a merge", {"cleared_values": "kept"}),
    Variant("HubSpot takes the loser out of static lists", {"static_lists_after_merge": "dropped"}),
    Variant("HubSpot refuses a contact's own additional address", {"own_additional_as_primary": "conflict"}),
    Variant("the sync moves links to whoever holds the address", {"email_taken": "relink"}),
    Variant("the sync does not match additional addresses", {"match_secondary": False}),
    Variant("the sync reads changes before deletions", {"deletes_first": False}),
    Variant("a deletion does not reach a contact by an old id", {"delete_follows_alias": False}),
)


def forecast(dossier: Dossier, plan: Plan) -> Forecast:
    """What the plan leads to. Never raises for what the twin refuses: then the sentences say so."""
    base, problems = _play(dossier, plan, settings_at_worst(dossier))
    worst: list[str] = list(problems)
    loose: set[str] = set()
    for variant in (*VARIANTS, _preferring(dossier)):
        found, refused = _play(dossier, plan, settings_at_worst(dossier, **variant.changes))
        changed = sorted(name for name in base.keys() | found.keys() if base.get(name) != found.get(name))
        if changed and not problems:
            loose |= set(changed)
            worst.append(f"If {variant.words}: {_differs(changed, found)}.")
        worst += [f"If {variant.words}: {sentence}" for sentence in refused if sentence not in problems]
    return Forecast(alone(dossier, plan.choices), tuple(worst), base, tuple(sorted(loose)))


def alone(dossier: Dossier, choices: Choices) -> tuple[str, ...]:
    """What merging in Salesforce alone would do to HubSpot at the next sync, one sentence for each loss."""
    master = the_master(dossier, choices)
    lost = [member for member in dossier.members if member.key != master.key]
    merges = [
        (master.salesforce.id, member.salesforce.id)
        for member in lost
        if master.salesforce and member.salesforce and member.salesforce.object == master.salesforce.object
    ]
    if not merges:
        return ()
    now = dossier.hubspot_read_at
    world = world_of(dossier, settings_at_worst(dossier), now)
    born = set(world.state.contacts)
    kind = object_name(master)
    for number, (kept, dead) in enumerate(merges, start=1):
        refused = _try(world, MergeRows(kind, kept, (dead,)), now + number * _SECOND)
        if refused:
            return (f"Salesforce would refuse the merge: {refused}",)
    world.advance(now + _AFTER)
    said = [sentence for member in dossier.members if (sentence := _fate(world, dossier, member))]
    said += [
        f"A new, empty HubSpot contact would be born for {contact.address or 'the master'}."
        for key, contact in world.state.contacts.items()
        if key not in born and contact.archived_at is None
    ]
    return tuple(said) or ("Nothing in HubSpot.",)


def _fate(world: World, dossier: Dossier, member: Member) -> str:
    """What becomes of one member's HubSpot contact when only Salesforce is merged; empty when nothing does."""
    contact = world.state.contacts.get(member.hubspot.id) if member.hubspot is not None else None
    if contact is None:
        return ""
    name = f"HubSpot contact {contact.id} “{member_name(member)}”"
    if contact.archived_at is not None:
        switch = next(
            (one for one in dossier.settings.deletes if member.salesforce and one.object == member.salesforce.object),
            None,
        )
        doubt = "" if switch is not None and switch.value == "on" else " (whether the sync deletes is unknown)"
        held = words(counts(member))
        return f"{name}{f' with {held}' if held != '—' else ''} would be archived{doubt}."
    held_id = contact.get("salesforcecontactid") or contact.get("salesforceleadid")
    row = world.state.row(held_id) if held_id else None
    if row is not None and row.deleted:
        return f"{name} would stay behind with a dead link: still mailed, never synced again."
    return ""


def facts_of(
    expected: Expected,
    record: SalesforceRecord | None,
    contact: HubSpotContact | None,
    extras: HubSpotExtras | None,
) -> dict[str, str]:
    """The same facts as in ``Forecast.state``, read from both CRMs after the merge: for the comparison."""
    found: dict[str, str] = {}
    if record is not None:
        for name in expected.salesforce_values:
            found[f"Salesforce {name}"] = text(record.values.get(name)).strip()
        found["Salesforce e-mail"] = text(record.values.get("Email")).lower()
    if contact is not None:
        found |= _contact_facts(expected, contact.values, addresses(contact), contact.archived)
    if extras is not None:
        found["static lists"] = _listed(entry.list_id for entry in extras.lists if entry.static)
        found["timeline"] = str(len({(entry.kind, entry.id) for entry in extras.activities}))
    return found


# playing ---------------------------------------------------------------------------------------------------------
def _preferring(dossier: Dossier) -> Variant:
    return Variant(
        "the mapping prefers Salesforce where nobody declared its rule",
        {"rules": rules_of(dossier.settings.mapping, "prefer_salesforce")},
    )


def _play(dossier: Dossier, plan: Plan, settings: Settings) -> tuple[dict[str, str], list[str]]:
    """(facts after two polls, what was refused)."""
    now = dossier.hubspot_read_at
    world = world_of(dossier, settings, now)
    problems: list[str] = []
    at = now

    def do(event: Event, what: str) -> None:
        nonlocal at
        at += _SECOND
        refused = _try(world, event, at)
        if refused:
            problems.append(f"{what} would be refused ({refused}).")

    for entry in plan.consent:
        do(ChangeSubscription(entry.address, entry.subscription_id), "an unsubscription")
    survivor = plan.expected.old_hubspot_ids[0] if plan.expected.old_hubspot_ids else ""
    for round_ in plan.rounds:
        if round_.salesforce is not None:
            do(_merge_rows(round_.salesforce), "the merge in Salesforce")
        if round_.hubspot is not None:
            primary = _now_called(world, survivor or round_.hubspot.primary_id)
            do(MergeContacts(primary, round_.hubspot.secondary_id), "the merge in HubSpot")
        if problems:
            return {}, problems
    survivor = _now_called(world, survivor)
    if plan.write is not None and survivor:
        _write(world, survivor, plan.write.values, at := at + _SECOND)
    if plan.email is not None:
        if survivor:
            do(UpdateContact(survivor, {"email": plan.email.address}), "the chosen e-mail in HubSpot")
        if plan.email.object is not None and plan.email.salesforce_id is not None:
            values = {"Email": plan.email.address}
            do(UpdateRow(plan.email.object, plan.email.salesforce_id, values), "the chosen e-mail in Salesforce")
    world.advance(at + _AFTER)
    return _facts(world, plan.expected, survivor), problems


def _merge_rows(merge: SalesforceMerge) -> MergeRows:
    values = known_values(merge.object, merge.values)
    nulls = tuple(known_values(merge.object, dict.fromkeys(merge.nulls)))
    return MergeRows(merge.object, merge.master_id, (merge.loser_id,), values, nulls, allow_duplicates=True)


def _try(world: World, event: Event, at: int) -> str:
    """Play one event; the reason when it is refused. Values that this small world would not take (its picklists are
    not the org's) are left out of a merge."""
    try:
        world.apply(event, at)
        return ""
    except SalesforceRefusal as refusal:
        if isinstance(event, MergeRows) and (event.values or event.nulls):
            bare = MergeRows(event.object, event.master_id, event.loser_ids, allow_duplicates=True)
            refused = _try(world, bare, at)
            row = world.state.alive(event.master_id)
            if not refused and row is not None:
                world.state.write_row(row, {**event.values, **dict.fromkeys(event.nulls)}, by=world.state.admin_id)
            return refused
        return refusal.code
    except HubSpotRefusal as refusal:
        return refusal.category


def _write(world: World, survivor: str, values: Mapping[str, str], at: int) -> None:
    """One property at a time: what the twin does not know, the portal may."""
    for name, value in values.items():
        _try(world, UpdateContact(survivor, {name: value}), at)


def _now_called(world: World, contact_id: str) -> str:
    while contact_id in world.state.aliases:
        contact_id = world.state.aliases[contact_id]
    return contact_id


# facts and words -------------------------------------------------------------------------------------------------
def _facts(world: World, expected: Expected, survivor: str) -> dict[str, str]:
    found: dict[str, str] = {}
    row = world.state.alive(expected.salesforce_id) if expected.salesforce_id else None
    if row is not None and expected.object is not None:
        for name in known_values(expected.object, expected.salesforce_values):
            if is_instant(expected.object, name):
                continue  # both CRMs write instants in their own way
            found[f"Salesforce {name}"] = as_text(row.values.get(name)).strip()
        found["Salesforce e-mail"] = as_text(row.values.get("Email")).lower()
    contact: Contact | None = world.state.contacts.get(_now_called(world, survivor)) if survivor else None
    if contact is not None:
        found |= _contact_facts(expected, contact.values, contact.addresses, contact.archived_at is not None)
        static = [key for key in contact.lists if world.state.lists[key].processing != "DYNAMIC"]
        found["static lists"] = _listed(static)
        kinds = Counter(kind for kind in contact.objects for _ in contact.objects[kind])
        found["timeline"] = str(sum(kinds.values()) - kinds["companies"] + len(contact.events))
    return found


def _contact_facts(
    expected: Expected, values: Mapping[str, str | None], held: Sequence[str], archived: bool
) -> dict[str, str]:
    link = "salesforceleadid" if expected.object == "Lead" else "salesforcecontactid"
    found = {
        "HubSpot contact": "archived" if archived else "live",
        "HubSpot link": values.get(link) or "",
        "HubSpot e-mail": held[0] if held else "",
        "additional addresses": _listed(held[1:]),
    }
    for name in expected.hubspot_values:
        found[f"HubSpot {name}"] = (values.get(name) or "").strip()
    return found


def _listed(items: Iterable[str]) -> str:
    return " ".join(sorted(items))


def _differs(changed: Sequence[str], found: Mapping[str, str]) -> str:
    if found.get("HubSpot contact") == "archived" and "HubSpot contact" in changed:
        return "the surviving HubSpot contact would be archived"
    told = ", ".join(changed[:6]) + (f" and {len(changed) - 6} more" if len(changed) > 6 else "")
    return f"{told} may end differently"
