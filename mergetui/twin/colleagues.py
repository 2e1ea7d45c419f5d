"""Other people at work: seeded edits in both CRMs, so that every poll leaves a visible burst, also a forced one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from mergetui.records.crm import Value
from mergetui.twin.events import UpdateContact, UpdateRow
from mergetui.twin.hubspot import Trigger, update_contact
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.salesforce import update_row
from mergetui.twin.state import State

AT_EACH_POLL = 5
"""So many edited people wait for every poll, at least."""
BEFORE_MS = 2_000
"""Edits that had to be added happened this long before their poll, as their rows' stamps say."""
LOOKED_AT = 60
"""So many more people are looked at than are missing: some are no longer fit to be edited."""
_TITLES = ("Head of Operations", "Project Lead", "Senior Consultant", "Team Lead", "Purchasing Manager", "Analyst")


@cache
def _phones() -> tuple[str, ...]:
    return tuple(f"+44 20 7946 0{number:03d}" for number in range(1000))


def _other(state: State, now: Value, values: Sequence[str]) -> str:
    """One of the values that is not the present one: writing that again would be no change."""
    at = state.random.randrange(len(values))
    return values[at] if values[at] != now else values[at - 1]


def choose(state: State) -> list[str]:
    """Salesforce ids of linked people that the integration syncs and that are in no duplicate pair and no scenario."""
    chosen = []
    for human in state.humans:
        rows = [key for crm, kind, key in human.records if crm == "salesforce" and kind in ("Lead", "Contact")]
        contacts = [key for crm, _, key in human.records if crm == "hubspot"]
        if not human.scenario and len(rows) == 1 and len(contacts) == 1 and _calm(state, rows[0]):
            chosen.append(rows[0])
    return chosen


def _calm(state: State, key: str) -> bool:
    """A living row whose one contact is in the inclusion list."""
    row = state.alive(key)
    wanted = state.lists.get(state.settings.inclusion_list or "")
    if row is None or row.values.get("IsConverted") or row.id in state.settings.invisible_rows:
        return False
    holders = state.holders(key)
    return len(holders) == 1 and (wanted is None or holders[0].id in wanted.members)


def begin(state: State, trigger: Trigger) -> None:
    """Spread the edits of both CRMs over the time to the next poll, and go on like that.

    ``trigger`` is told of the HubSpot contacts that were edited.
    """
    settings = state.settings
    if state.sync.calm is None:
        state.sync.calm = choose(state)
    people = state.sync.calm
    start, end = state.now, max(state.next_poll, state.now + 1_000)
    for _ in range(settings.colleagues if people else 0):
        state.later(state.random.randint(start, end - 1), partial(_try, people=people))
    for _ in range(settings.colleagues_hubspot if people else 0):
        state.later(state.random.randint(start, end - 1), partial(_edit_in_hubspot, people=people, trigger=trigger))
    state.later(end, partial(begin, trigger=trigger))


def catch_up(state: State) -> None:
    """Just before a poll reads: make up for edits that are missing since the last one, at people not edited yet."""
    if not state.settings.colleagues:
        return
    missing = AT_EACH_POLL - sum(1 for key in _edited(state) if state.row_changes.get(key))
    if missing <= 0:
        return
    if state.sync.calm is None:
        state.sync.calm = choose(state)
    people = state.sync.calm
    looked_at = state.random.sample(people, min(len(people), missing + LOOKED_AT))
    for key in [key for key in looked_at if not state.row_changes.get(key) and _calm(state, key)][:missing]:
        row = state.alive(key)
        if _edit(state, [key]) and row is not None:
            stamp = (state.now - BEFORE_MS) // 1000 * 1000
            state.changes.note(row.id)
            row.values["SystemModstamp"] = row.values["LastModifiedDate"] = stamp


def _edited(state: State) -> set[str]:
    """Rows that colleagues changed since the last poll."""
    found = set()
    for event in reversed(state.events):
        if event["what"] == "poll_started":
            break
        if event["who"] == "colleague":
            found.add(str(event.get("id", "")))
    return found


def _try(state: State, people: list[str]) -> None:
    _edit(state, people)


def _edit(state: State, people: list[str]) -> bool:
    """Somebody types a title or a number into Salesforce, which may refuse it: then they give up, False."""
    row = state.alive(people[state.random.randrange(len(people))])
    if row is None:
        return False
    if state.random.random() < 0.5:
        values = {"Title": _other(state, row.values.get("Title"), _TITLES)}
    else:
        values = {"Phone": _other(state, row.values.get("Phone"), _phones())}
    try:
        update_row(state, UpdateRow(row.object, row.id, values))
    except SalesforceRefusal:
        return False
    state.events[-1]["who"] = "colleague"
    return True


def _edit_in_hubspot(state: State, people: list[str], trigger: Trigger) -> None:
    """Somebody types a title or a number into HubSpot; the pass that follows may put Salesforce's value back."""
    key = people[state.random.randrange(len(people))]
    if not _calm(state, key):
        return
    [contact] = state.holders(key)
    name, values = ("jobtitle", _TITLES) if state.random.random() < 0.5 else ("phone", _phones())
    changes = {name: _other(state, contact.get(name), values)}
    update_contact(state, UpdateContact(contact.id, changes, source="CRM_UI"), trigger)
    state.events[-1]["who"] = "colleague"
