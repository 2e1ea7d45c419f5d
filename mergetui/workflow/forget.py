"""`mergetui forget`: personal data goes, the journal of ids stays; and the retention of snapshots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mergetui import errors
from mergetui.planning.forgetting import FORGOTTEN, forgotten, forgotten_body, names_of
from mergetui.records.clock import local_now
from mergetui.records.journal import PlanRow
from mergetui.store.ledger import BUSY_STATES
from mergetui.workflow.office import Office

DAY_MS = 86_400_000
WORD = "forget"


@dataclass(frozen=True, slots=True)
class Finding:
    """All that is kept here about somebody."""

    plans: tuple[PlanRow, ...]
    busy: tuple[PlanRow, ...]
    """Plans under way: nothing can be forgotten before they end."""
    snapshots: tuple[str, ...]
    records: tuple[str, ...]
    """Ids of rows in the mirror."""
    choice_sets: tuple[str, ...]
    unreadable: tuple[str, ...] = ()
    """Snapshots that are damaged: nobody can tell whom they are about."""

    @property
    def empty(self) -> bool:
        return not (self.plans or self.busy or self.snapshots or self.records or self.choice_sets)


def find(office: Office, asked: str) -> Finding:
    """``asked``: an e-mail address, a Salesforce id (15 or 18 characters) or a HubSpot id. Raises Usage."""
    wanted = _names(asked)
    addresses = {one for one in wanted if "@" in one}
    mirror = office.mirror
    records = set(mirror.carrying(addresses)) if addresses else {one for one in wanted if _known(office, one)}
    # one person's rows in both CRMs belong together, whatever was asked for
    for one in sorted(records):
        person = mirror.person_of(one)
        if person is not None:
            records |= {id_ for id_ in (person.salesforce_id, person.hubspot_id) if id_}
    ids = wanted | records
    plans: list[PlanRow] = []
    busy: list[PlanRow] = []
    members = {f"{crm}:{one}" for one in ids for crm in ("sf", "hs")}
    for row in office.ledger.rows():
        if row.title == FORGOTTEN:
            continue
        if (names_of(office.ledger.plan(row.plan_id)) | {row.returned_hubspot_id or ""}) & ids:
            (busy if row.state in BUSY_STATES else plans).append(row)
    # the others of these plans were believed, or made, the same human
    theirs = {one for row in plans for one in names_of(office.ledger.plan(row.plan_id)) if _known(office, one)}
    records |= theirs
    members |= {f"{crm}:{one}" for one in theirs for crm in ("sf", "hs")}
    snapshots, unreadable = _snapshots(office, ids, {row.plan_id for row in plans})
    sets = {row.set_id for row in plans} | {
        set_id for set_id, keys in office.ledger.decided_members().items() if members & set(keys)
    }
    for set_id in office.ledger.choice_sets():
        found = mirror.set(set_id)
        if found is not None and members & set(found.members):
            sets.add(set_id)
    kept = tuple(sorted(sets & set(office.ledger.choice_sets())))
    return Finding(tuple(plans), tuple(busy), snapshots, tuple(sorted(records)), kept, unreadable)


def find_expired(office: Office) -> Finding:
    """What the profile's ``snapshot_days`` no longer allows to be kept: plans that have ended so long ago, with their
    snapshots. Nothing when it is 0."""
    days = office.config.snapshot_days
    if not days:
        return Finding((), (), (), (), ())
    before = local_now() - days * DAY_MS
    old = [
        row
        for row in office.ledger.rows()
        if row.since < before and row.state not in BUSY_STATES and row.title != FORGOTTEN
    ]
    names = {name for row in old for name in _names_in_journal(office, row.plan_id)} & set(office.snapshots.names())
    return Finding(tuple(old), (), tuple(sorted(names)), (), ())


def words(found: Finding, asked: str) -> list[str]:
    """What would be forgotten, before the word is typed. Names are shown: the person who asks has to check them."""
    lines = [f"About {asked}:"]
    for row in found.plans:
        lines.append(f"  plan {row.plan_id} ({row.title}, {row.state}): names, addresses and values; its ids stay")
    lines += [f"  snapshot {name[:12]}: the whole file" for name in found.snapshots]
    if found.records:
        lines.append(f"  {_some(len(found.records), 'row')} in the mirror: {', '.join(found.records)}")
    if found.choice_sets:
        lines.append(f"  the choices made for {_some(len(found.choice_sets), 'duplicate set')}")
    if found.unreadable:
        lines.append(f"  damaged snapshots that may be about anybody: {', '.join(n[:12] for n in found.unreadable)}")
    if found.snapshots:
        lines.append("After this nothing can be rebuilt from these snapshots.")
    lines.append("Both CRMs stay as they are; exported files and backups are yours to delete.")
    return lines


def forget(office: Office, found: Finding) -> str:
    """Do it. Raises Busy, before anything is touched, while a plan of these people is under way."""
    if office.read_only:
        raise errors.Usage("mergetui runs read-only.", "Nothing was forgotten.", "Leave out --read-only.")
    if found.busy:
        row = found.busy[0]
        raise errors.Busy(
            f"The plan {row.title} is {row.state}: its data is needed until it has ended.",
            "Nothing was forgotten.",
            "Let it end, or take it back or close it under “approved & running” (c), then forget again.",
        )
    ledger = office.ledger
    # files first: a plan that is forgotten no longer tells which snapshots were its own
    files = sum(office.snapshots.delete(name) for name in found.snapshots)
    for row in found.plans:
        bodies: dict[int, dict[str, Any]] = {entry.seq: forgotten_body(entry) for entry in ledger.entries(row.plan_id)}
        ledger.forget(forgotten(ledger.plan(row.plan_id)), bodies)
        ledger.append(row.plan_id, "note", "forget", {"text": "the people of this plan were forgotten"})
        # taking a staged plan back wrote one more entry, which names nobody
    sets = set(found.choice_sets)
    if found.records:
        sets |= set(office.mirror.forget(found.records))
    for set_id in sorted(sets):
        ledger.forget_set(set_id)
    clean = ledger.compact() and office.mirror.compact()
    told = (
        f"Forgotten: {_some(len(found.plans), 'plan')}, {_some(files, 'snapshot')},"
        f" {_some(len(found.records), 'mirrored row')}."
    )
    return told if clean else f"{told} Another mergetui is open; the last of it goes when that one is closed."


def _snapshots(office: Office, ids: set[str], plan_ids: set[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Every file that is about these plans or ids. All are opened: a file may have lost its plan."""
    found, unreadable = [], []
    for name in office.snapshots.names():
        try:
            data = office.snapshots.read(name)
        except errors.Damaged:
            unreadable.append(name)
            continue
        if data.get("plan", {}).get("id") in plan_ids or _about(data) & ids:
            found.append(name)
    return tuple(found), tuple(unreadable)


def _about(data: dict[str, Any]) -> set[str]:
    plan = data.get("plan", {})
    expected = plan.get("expected", {})
    found = {key.partition(":")[2] for key in plan.get("member_keys", ())}
    for name in ("addresses", "hubspot_addresses", "old_hubspot_ids", "dead_salesforce_ids"):
        found |= set(expected.get(name, ()))
    return found


def _names_in_journal(office: Office, plan_id: str) -> set[str]:
    row = office.ledger.row(plan_id)
    found = {
        str(entry.body.get("name", ""))
        for entry in office.ledger.entries(plan_id)
        if entry.kind == "outcome" and entry.step.startswith("snapshot")
    }
    return (found | {row.snapshot or ""}) - {""}


def _names(asked: str) -> set[str]:
    """The spellings of what was asked for."""
    text = asked.strip()
    if "@" in text:
        return {text.lower()}
    from mergetui.crm.soql import id18

    full = id18(text)
    if text.isascii() and text.isdigit():
        return {text, full or text}  # fifteen digits may be either CRM's id
    if full is None:
        raise errors.Usage(
            f"{text[:60]!r} is neither an e-mail address nor a record id.",
            "Nothing was forgotten.",
            "Give the address, the Salesforce id or the HubSpot id of the person.",
        )
    return {full}


def _known(office: Office, id_: str) -> bool:
    return office.mirror.salesforce(id_) is not None or office.mirror.hubspot(id_) is not None


def _some(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
