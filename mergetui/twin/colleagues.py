"""Other people at work: seeded Salesforce edits, so that every poll leaves ``salesforcelastsynctime`` values."""

from __future__ import annotations

from functools import cache, partial

from mergetui.twin.events import UpdateRow
from mergetui.twin.salesforce import update_row
from mergetui.twin.state import State

_TITLES = ("Head of Operations", "Project Lead", "Senior Consultant", "Team Lead", "Purchasing Manager", "Analyst")


@cache
def _phone(number: int) -> str:
    return f"+44 20 7946 0{number:03d}"


def choose(state: State) -> list[str]:
    """Salesforce ids of linked people that are in no duplicate pair and no scenario."""
    chosen = []
    for human in state.humans:
        rows = [key for crm, kind, key in human.records if crm == "salesforce" and kind in ("Lead", "Contact")]
        contacts = [key for crm, _, key in human.records if crm == "hubspot"]
        if human.scenario or len(rows) != 1 or len(contacts) != 1:
            continue
        row, contact = state.alive(rows[0]), state.contacts.get(contacts[0])
        if row is not None and contact is not None and state.links.get(row.id) and not row.values.get("IsConverted"):
            chosen.append(row.id)
    return chosen


def begin(state: State, people: list[str]) -> None:
    """Spread ``settings.colleagues`` edits over the time to the next poll, and go on like that."""
    start, end = state.now, max(state.next_poll, state.now + 1_000)
    for _ in range(state.settings.colleagues if people else 0):
        state.later(state.random.randint(start, end - 1), partial(_edit, people=people))
    state.later(end, partial(begin, people=people))


def _edit(state: State, people: list[str]) -> None:
    row = state.alive(people[state.random.randrange(len(people))])
    if row is None:
        return
    if state.random.random() < 0.5:
        values = {"Title": _TITLES[state.random.randrange(len(_TITLES))]}
    else:
        values = {"Phone": _phone(state.random.randrange(1000))}
    update_row(state, UpdateRow(row.object, row.id, values))
    state.events[-1]["who"] = "colleague"
