"""Other people at work: seeded Salesforce edits, so that every poll leaves a visible burst, also a forced one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

from mergetui.records.crm import Value
from mergetui.twin.events import UpdateRow
from mergetui.twin.salesforce import update_row
from mergetui.twin.state import State

AT_EACH_POLL = 5
"""So many edited people wait for every poll, at least."""
BEFORE_MS = 2_000
"""Edits that had to be added happened this long before their poll, as their rows' stamps say."""
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
    wanted = state.lists.get(state.settings.inclusion_list or "")
    included = None if wanted is None else wanted.members
    for human in state.humans:
        rows = [key for crm, kind, key in human.records if crm == "salesforce" and kind in ("Lead", "Contact")]
        contacts = [key for crm, _, key in human.records if crm == "hubspot"]
        if human.scenario or len(rows) != 1 or len(contacts) != 1:
            continue
        row, contact = state.alive(rows[0]), state.contacts.get(contacts[0])
        if row is None or contact is None or row.values.get("IsConverted"):
            continue
        if state.links.get(row.id) and (included is None or contact.id in included):
            chosen.append(row.id)
    return chosen


def begin(state: State, people: list[str]) -> None:
    """Spread ``settings.colleagues`` edits over the time to the next poll, and go on like that."""
    start, end = state.now, max(state.next_poll, state.now + 1_000)
    for _ in range(state.settings.colleagues if people else 0):
        state.later(state.random.randint(start, end - 1), partial(_edit, people=people))
    state.later(end, partial(begin, people=people))


def catch_up(state: State) -> None:
    """Just before a poll reads: make up for edits that are missing since the last one, at people not edited yet."""
    if not state.settings.colleagues:
        return
    missing = AT_EACH_POLL - sum(1 for key in _edited(state) if state.row_changes.get(key))
    if missing <= 0:
        return
    people = choose(state)
    rest = [key for key in people if not state.row_changes.get(key)]
    for key in state.random.sample(rest, min(missing, len(rest))):
        _edit(state, [key])
        row = state.alive(key)
        if row is not None:
            stamp = (state.now - BEFORE_MS) // 1000 * 1000
            row.values["SystemModstamp"] = row.values["LastModifiedDate"] = stamp


def _edited(state: State) -> set[str]:
    """Rows that colleagues changed since the last poll."""
    found = set()
    for event in reversed(state.events):
        if event["what"] == "poll_started":
            break
        if event["who"] == "colleague":
            found.add(str(event["id"]))
    return found


def _edit(state: State, people: list[str]) -> None:
    row = state.alive(people[state.random.randrange(len(people))])
    if row is None:
        return
    if state.random.random() < 0.5:
        values = {"Title": _other(state, row.values.get("Title"), _TITLES)}
    else:
        values = {"Phone": _other(state, row.values.get("Phone"), _phones())}
    update_row(state, UpdateRow(row.object, row.id, values))
    state.events[-1]["who"] = "colleague"
