"""The merge scenarios of facts/integration.md part B as something to rehearse: what each is, and what is arranged.

The people of a scenario are in ``people_scenarios``; they also occur unasked in every cast. Switches and happenings are
only for the scenario that was asked for by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from mergetui.twin import integration
from mergetui.twin.cast import Human
from mergetui.twin.events import Event, MergeRows, Poll
from mergetui.twin.schema import long_id
from mergetui.twin.state import State

DELETES: Mapping[str, object] = {"del_lead": "delete", "del_contact": "delete"}
KEEPS: Mapping[str, object] = {"del_lead": "nothing", "del_contact": "nothing"}


@dataclass(frozen=True, slots=True)
class Happening:
    """What happens right after the Salesforce merge of the scenario's people has committed, once."""

    says: str
    do: Callable[[State, MergeRows], None]
    wait_ms: Callable[[State], int] = lambda state: 0
    """So much of the twin's time then passes before the merge is answered."""


@dataclass(frozen=True, slots=True)
class Scene:
    about: str
    """One line for people."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Switches, where nobody asked for others."""
    on_merge: Happening | None = None
    quiet_ms: int = 0
    """So long before the beginning the last poll was."""


def _poll(state: State, event: MergeRows) -> None:
    integration.poll(state, Poll())


def _hide(state: State, event: MergeRows) -> None:
    """The merged record's new owner keeps it out of the integration user's sight."""
    row = state.alive(long_id(event.master_id))
    others = [user.id for user in state.rows["User"].values() if user.values.get("IsActive")]
    if row is None:
        return
    special = (state.admin_id, state.integration_user_id, row.values.get("OwnerId"))
    owner = next((user for user in others if user not in special), state.admin_id)
    state.write_row(row, {"OwnerId": owner}, by=state.admin_id)
    state.log("salesforce", "update", object=row.object, id=row.id, fields=["OwnerId"])
    state.settings = replace(state.settings, invisible_rows=(*state.settings.invisible_rows, row.id))


_OPTIONAL = ("AssistantName", "OtherPhone", "HomePhone", "Department", "Birthdate", "Fax", "NumberOfEmployees")


def _forbid(state: State, event: MergeRows) -> None:
    """A validation rule that the merged record does not satisfy, whoever saves it."""
    row = state.alive(long_id(event.master_id))
    if row is not None:
        name = next((name for name in _OPTIONAL if not row.values.get(name)), "Fax")
        rule = f"{row.id}.{name}: {name} is required for synced people."
        state.settings = replace(state.settings, validation_rules=(*state.settings.validation_rules, rule))


_MIDWAY = Happening(
    "a poll begins as soon as the Salesforce merge has committed, and is done before the merge is answered",
    _poll,
    wait_ms=lambda state: integration.duration(state.settings) + 1_000,
)

SCENES: dict[str, Scene] = {
    "T01": Scene("two contacts share one e-mail; the one HubSpot contact is linked to the better one"),
    "T02": Scene("two contacts share one e-mail; the one HubSpot contact is linked to the poorer one"),
    "T03": Scene("different e-mails, both synced; deletions are not carried over to HubSpot", KEEPS),
    "T04": Scene("different e-mails, both synced; deletions are carried over, and the next poll is far", DELETES),
    "T05": Scene("as T04, and the loser's HubSpot history of the last year is valuable", DELETES),
    "T06": Scene("as T04, and nobody would miss the loser's HubSpot history", DELETES),
    "T07": Scene("one record is better in Salesforce, the other much richer in HubSpot", DELETES),
    "T08": Scene("only the better record is synced; the other one has no HubSpot contact"),
    "T09": Scene("only the poorer record is synced; the better one has no HubSpot contact"),
    "T10": Scene("twice in HubSpot, unknown in Salesforce"),
    "T11": Scene("twice in Salesforce, unknown in HubSpot"),
    "T12": Scene("two leads with different e-mails, both synced"),
    "T13": Scene("a lead and a contact with one e-mail; HubSpot is linked to the contact"),
    "T14": Scene("a lead and a contact with different e-mails, both synced"),
    "T15": Scene("four records of one human, most of them synced"),
    "T16": Scene("as T04, and a poll falls between the two merges: the loser's history goes", DELETES, _MIDWAY),
    "T17": Scene("as T03, and a poll falls between the two merges: nothing is lost", KEEPS, _MIDWAY),
    "T18": Scene("merged in Salesforce alone; the loser's HubSpot contact was deleted and can be restored", DELETES),
    "T19": Scene("the better record's e-mail bounces; the loser has the one that works"),
    "T20": Scene("a colleague has merged in HubSpot already; both Salesforce records live", DELETES),
    "T21": Scene("merged with the wrong HubSpot primary: the survivor is linked to a dead record", DELETES),
    "T22": Scene("many fields are filled differently on the two sides"),
    "T22b": Scene("the better record leaves fields blank that the other one has filled"),
    "T23": Scene("the loser's HubSpot contact has left the inclusion list", DELETES),
    "T24": Scene(
        "the merged record goes to an owner whose records HubSpot cannot see",
        on_merge=Happening("the merged record gets an owner whose records the integration user cannot see", _hide),
    ),
    "T25": Scene("two HubSpot contacts hold the id of one record; one of the links is stale"),
    "T26": Scene(
        "the sync is suspended, since three hours: nothing arrives before it is cleared",
        {**DELETES, "suspension": "api_limit"},
        quiet_ms=3 * 3_600_000,
    ),
    "T27": Scene(
        "a validation rule refuses what HubSpot pushes after the merge",
        on_merge=Happening("a validation rule refuses every further save of the merged record", _forbid),
    ),
    "T28": Scene("the firm is there twice too: two Accounts, two companies"),
    "T29": Scene("a converted lead's id is still on the contact of the same human, who is a lead again", DELETES),
}


class Rehearsal:
    """A scene that was asked for, in one world: its happening waits for the merge of ``human``'s records."""

    def __init__(self, name: str, human: Human) -> None:
        self.name = name
        self.scene = SCENES[name]
        self.human = human
        self._ids = {key for crm, _, key in human.records if crm == "salesforce"}
        self._done = False

    def arranged(self) -> list[str]:
        """What was arranged, in words."""
        told = [self.scene.about]
        told += [f"{name} = {value}" for name, value in self.scene.settings.items()]
        if self.scene.on_merge is not None:
            told.append(f"{self.scene.on_merge.says} (once)")
        return told

    def after(self, state: State, event: Event) -> int:
        """Look at an event that was played; returns how much time passes because of it, in ms."""
        happening = self.scene.on_merge
        if happening is None or self._done or not isinstance(event, MergeRows):
            return 0
        if not self._ids & {long_id(key) for key in (event.master_id, *event.loser_ids)}:
            return 0
        self._done = True
        state.log("scene", "happens", scenario=self.name, says=happening.says)
        happening.do(state, event)
        return happening.wait_ms(state)
