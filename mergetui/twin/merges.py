"""Salesforce's merge: what it checks, what it moves, what it leaves behind (facts/salesforce.md §5, §6).

The order is that of the real transaction: everything that can refuse, then the losers go and their children move, then
the master is updated. A refusal leaves the world exactly as it was.
"""

from __future__ import annotations

from dataclasses import dataclass

from mergetui.records.crm import Value
from mergetui.twin import org_rules, recycle
from mergetui.twin.events import MergeRows
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import checked, derive, object_info
from mergetui.twin.schema import PEOPLE, ObjectInfo, long_id, lookups_at, object_of
from mergetui.twin.state import Row, State

_ABOVE = {"Contact": "ReportsToId", "Account": "ParentId"}
"""The hierarchies in which a merge must not make a ring."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The answer of a successful merge."""

    id: str
    merged_ids: tuple[str, ...]
    related_ids: tuple[str, ...]
    """Re-parented children over all losers, as the API lists them."""


def merge_rows(state: State, event: MergeRows) -> Merged:
    """Row 18, Salesforce side: all or nothing."""
    info = object_info(event.object)
    master, losers = _parties(state, info, event)
    values = _values(state, info, event)
    gone = {loser.id for loser in losers}
    future = {**master.values, **values}
    for field in info.fields.values():
        kept = future.get(field.name)
        if field.type == "reference" and isinstance(kept, str) and kept in gone:
            raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted", [field.name])
    _no_ring(state, master, losers, future)
    for loser in losers:
        org_rules.triggers(state, info.name, loser.id, "delete")
    org_rules.triggers(state, info.name, master.id, "update")
    org_rules.validate(state, info, master.id, future)
    org_rules.look_for_duplicates(
        state, info.name, values, row=master, allowed=event.allow_duplicates, without=frozenset(gone)
    )

    born = _birth(state, (master, *losers))
    persons = [person for person in (_person_of(state, row) for row in (master, *losers)) if person is not None]
    related: list[str] = []
    for loser in losers:
        recycle.bury(state, loser, master.id)
        related += _reparent(state, loser, master)
    if len(persons) == len(losers) + 1:  # the persons of person accounts go the way of their accounts
        for person in persons[1:]:
            recycle.bury(state, person, persons[0].id)
            related += _reparent(state, person, persons[0])
    state.write_row(master, values, by=state.admin_id)
    master.values.update(born)  # noted by write_row
    derive(master)
    if master.object in PEOPLE:
        state.row_changes.setdefault(master.id, {})["*"] = None
    state.log(
        "salesforce", "merge", object=info.name, id=master.id, merged=[row.id for row in losers], related=len(related)
    )
    return Merged(master.id, tuple(row.id for row in losers), tuple(dict.fromkeys(related)))


# checks ---------------------------------------------------------------------------------------------------------


def _values(state: State, info: ObjectInfo, event: MergeRows) -> dict[str, Value]:
    values = checked(state, info, event.values, creating=False, truncate=event.truncate)
    nulls = checked(state, info, dict.fromkeys(event.nulls), creating=False)
    if twice := sorted(set(nulls) & set(values)):
        raise SalesforceRefusal("INVALID_FIELD", f"Duplicate field in values and fieldsToNull: {twice[0]}", twice)
    return {**values, **nulls}


def _parties(state: State, info: ObjectInfo, event: MergeRows) -> tuple[Row, list[Row]]:
    """The master and the losers. Raises what the merge says about records it will not join."""
    if info.name not in (*PEOPLE, "Account"):
        raise SalesforceRefusal("INVALID_TYPE", f"Cannot merge objects of type {info.name}")
    if not event.master_id:
        raise SalesforceRefusal("MISSING_ARGUMENT", "Id not specified in a merge call")
    if not event.loser_ids or len(event.loser_ids) > 2:
        raise org_rules.guessed(state, "too_many_losers", "merge request must have one or two records to merge")
    rows = [_party(state, info, given) for given in (event.master_id, *event.loser_ids)]
    if len({row.id for row in rows}) != len(rows):
        raise org_rules.guessed(state, "same_record", "cannot merge a record with itself")
    master, *losers = rows
    if master.values.get("IsConverted") is True:  # a converted lead may be a loser (help 005123891)
        raise org_rules.guessed(state, "converted_master", "cannot reference converted lead")
    org_rules.may_edit(state, master, state.admin_id)
    for loser in losers:
        org_rules.may_delete(state, loser, as_loser=True)
    for row in rows:
        org_rules.not_locked(state, row)
    _same_kind_of_person(state, rows)
    _portal_users(state, master, losers, event)
    _relations(state, master, losers)
    _owners_and_accounts(state, master, losers)
    return master, losers


def _party(state: State, info: ObjectInfo, given: str) -> Row:
    record_id = long_id(given)
    if len(record_id) != 18 or not record_id.isalnum():
        raise SalesforceRefusal("MALFORMED_ID", f"bad id {given[:40]}")
    kind = object_of(record_id)
    if kind is not None and kind != info.name:
        raise org_rules.guessed(state, "wrong_type", f"id {record_id} is not of type {info.name}", ("Id",))
    row = state.row(record_id)
    if row is None:
        raise SalesforceRefusal("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if row.deleted:
        raise SalesforceRefusal("ENTITY_IS_DELETED", "entity is deleted")
    return row


def is_person_account(state: State, row: Row) -> bool:
    """Whether an account is a person, or a contact the person of one."""
    if row.object == "Account":
        return row.id in state.settings.person_accounts or row.values.get("IsPersonAccount") is True
    return row.object == "Contact" and row.values.get("AccountId") in state.settings.person_accounts


def _person_of(state: State, row: Row) -> Row | None:
    """The contact that a person account is."""
    if row.object != "Account" or not is_person_account(state, row):
        return None
    for kind, key, name in state.children.get(row.id, {}):
        if (kind, name) == ("Contact", "AccountId") and (found := state.alive(key)) is not None:
            return found
    return None


def _same_kind_of_person(state: State, rows: list[Row]) -> None:
    persons = [is_person_account(state, row) for row in rows]
    if rows[0].object == "Contact" and any(persons):
        raise org_rules.guessed(state, "person_account", "cannot merge the contact of a person account")
    if rows[0].object == "Account" and len(set(persons)) > 1:
        raise org_rules.guessed(state, "person_account", "cannot merge a person account with a business account")


def portal_user(state: State, contact_id: str) -> str | None:
    """The id of a contact's portal user; "" when only the switch knows of one."""
    for kind, key, name in state.children.get(contact_id, {}):
        if (kind, name) == ("User", "ContactId") and state.rows["User"][key].values.get("IsActive") is not False:
            return key
    return "" if contact_id in state.settings.portal_users else None


def _portal_users(state: State, master: Row, losers: list[Row], event: MergeRows) -> None:
    """At most one loser may have a portal user, and then the request must say whose user stays (facts §5)."""
    if master.object != "Contact":
        return
    users = [portal_user(state, row.id) for row in (master, *losers)]
    of_losers = [user for user in users[1:] if user is not None]
    if not of_losers:
        return
    kept = long_id(event.information.get("PortalUserId", ""))
    known = {user for user in users if user}
    fitting = kept in known or (bool(kept) and "" in users and object_of(kept) == "User")
    if len(of_losers) > 1 or not fitting:
        raise org_rules.guessed(state, "portal", "cannot merge with entity that is not accessible")
    if any(row.values.get("AccountId") != master.values.get("AccountId") for row in losers):
        raise org_rules.guessed(state, "cross_account", "portal contacts of different accounts cannot be merged")


def _relations(state: State, master: Row, losers: list[Row]) -> None:
    """A relation that the merge would make redundant must be removed first (AccountContactRelation)."""
    if not state.rows.get("AccountContactRelation"):
        return
    other = {"Contact": "AccountId", "Account": "ContactId"}.get(master.object)
    if other is None:
        return
    mine = _related(state, master, other)
    for loser in losers:
        for key, direct in _related(state, loser, other).items():
            both_direct = direct and mine.get(key, False) and master.object == "Contact"
            if key in mine and not both_direct:
                raise org_rules.guessed(
                    state,
                    "redundant_relation",
                    "These records are related to the same account or contact. Remove the redundant relationship and "
                    "merge again.",
                )


def _related(state: State, row: Row, other: str) -> dict[str, bool]:
    """Id at the far end of a row's relations → whether that relation is the direct one."""
    own = {"AccountId": "ContactId", "ContactId": "AccountId"}[other]
    found: dict[str, bool] = {}
    for kind, key, name in state.children.get(row.id, {}):
        child = state.rows[kind].get(key)
        if kind != "AccountContactRelation" or name != own or child is None or child.deleted:
            continue
        contact = state.row(str(child.values.get("ContactId") or ""))
        far = str(child.values.get(other) or "")
        found[far] = contact is not None and contact.values.get("AccountId") == child.values.get("AccountId")
    return found


def _owners_and_accounts(state: State, master: Row, losers: list[Row]) -> None:
    settings = state.settings
    if not settings.cross_account_merge and master.object == "Contact":
        accounts = {row.values.get("AccountId") for row in (master, *losers)}
        if len(accounts) > 1:
            raise org_rules.guessed(state, "cross_account", "contacts of different accounts cannot be merged")
    owner = state.row(str(master.values.get("OwnerId") or ""))
    if not settings.inactive_owner_merge and owner is not None and owner.values.get("IsActive") is False:
        raise SalesforceRefusal(
            "INACTIVE_OWNER_OR_USER",
            f"Owner or user is inactive. operation performed with inactive user [{owner.id}]",
            ["OwnerId"],
        )


def _no_ring(state: State, master: Row, losers: list[Row], future: dict[str, Value]) -> None:
    """Losers' subordinates become the master's: following the way up must not come back to it."""
    name = _ABOVE.get(master.object)
    if name is None:
        return
    joined = {master.id, *(loser.id for loser in losers)}
    starts = [future.get(name)]
    if name == "ReportsToId" and state.settings.losers_manager == "tried":
        starts += [loser.values.get(name) for loser in losers if loser.values.get(name) not in joined]
    for start in starts:
        seen: set[str] = set()
        above = start
        while isinstance(above, str) and above not in seen:
            if above in joined:
                raise org_rules.guessed(state, "cycle", f"{name}: the merge would make a circular hierarchy", (name,))
            seen.add(above)
            row = state.row(above)
            above = row.values.get(name) if row is not None else None


# effects --------------------------------------------------------------------------------------------------------


def _birth(state: State, rows: tuple[Row, ...]) -> dict[str, Value]:
    """CreatedDate and CreatedById of the oldest."""
    known = [row for row in rows if isinstance(row.values.get("CreatedDate"), int)]
    if not known or (rows[0].object in PEOPLE and not state.settings.oldest_creation_kept):
        return {}
    oldest = min(known, key=lambda row: int(row.values["CreatedDate"] or 0))
    return {name: oldest.values.get(name) for name in ("CreatedDate", "CreatedById")}


def _reparent(state: State, loser: Row, master: Row) -> list[str]:
    """Move every child of the loser; returns the ids of those that moved.

    Contact roles of losers lose "primary"; what would stand twice follows ``same_campaign`` and its neighbours.
    """
    names = {(look.child, look.field) for look in lookups_at(loser.object)}
    moved: list[str] = []
    for kind, key, name in list(state.children.get(loser.id, {})):
        child = state.rows[kind].get(key)
        if child is None or child.deleted or (kind, name) not in names or child.id == master.id:
            continue
        if not _room_for(state, child, name, master, loser):
            continue
        state.children[loser.id].pop((kind, key, name), None)
        child.values[name] = master.id
        state.changes.note(key)
        state.children.setdefault(master.id, {})[(kind, key, name)] = None
        if kind == "OpportunityContactRole":
            child.values["IsPrimary"] = False
        if kind == "CampaignMember" and child.values.get("LeadOrContactId") == loser.id:
            child.values["LeadOrContactId"] = master.id
        if state.settings.reparenting_stamps:
            child.values["SystemModstamp"] = state.now // 1000 * 1000
        moved.append(key)
    return moved


_ONCE = {
    "CampaignMember": "CampaignId",
    "OpportunityContactRole": "OpportunityId",
    "AccountContactRelation": "AccountId",
}
"""Children of which a parent may have one per campaign, opportunity, account."""


def _room_for(state: State, child: Row, name: str, master: Row, loser: Row) -> bool:
    """Whether the child moves to the master; what makes room for another, or finds none, goes with the loser."""
    settings = state.settings
    if child.object == "DuplicateRecordItem" and settings.duplicate_items == "gone":
        recycle.bury(state, child, None, with_row=loser.id)
        return False
    once = _ONCE.get(child.object)
    if once is None or (child.object == "OpportunityContactRole" and settings.same_opportunity == "both"):
        return True
    twin = _twin_of(state, child, name, once, master)
    if twin is None:
        return True
    if child.object == "CampaignMember" and settings.same_campaign == "losers":
        recycle.bury(state, twin, None)
        return True
    recycle.bury(state, child, None, with_row=loser.id)
    return False


def _twin_of(state: State, child: Row, name: str, once: str, master: Row) -> Row | None:
    for kind, key, field in state.children.get(master.id, {}):
        if (kind, field) == (child.object, name):
            other = state.rows[kind].get(key)
            if other is not None and not other.deleted and other.values.get(once) == child.values.get(once):
                return other
    return None
