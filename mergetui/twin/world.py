"""The World: Salesforce, HubSpot and the integration between them, changed only by ``apply(event, at)``."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import partial
from typing import Any

from mergetui.twin import (
    colleagues,
    conversion,
    hubspot,
    hubspot_merge,
    integration,
    merges,
    portal_work,
    recycle,
    salesforce,
)
from mergetui.twin.cast import Cast, Human
from mergetui.twin.events import (
    Activity,
    ArchiveContact,
    ChangeMembership,
    ChangeSettings,
    ChangeSubscription,
    ConvertLead,
    CreateContact,
    CreateRow,
    DeleteRow,
    Event,
    MergeContacts,
    MergeRows,
    Poll,
    PurgeRow,
    RecomputeList,
    RestoreContact,
    Resync,
    UndeleteRow,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.portal_events import Associate
from mergetui.twin.settings import Settings
from mergetui.twin.state import State

_NOTED = (
    Activity, ArchiveContact, Associate, ChangeMembership, ConvertLead, CreateContact, CreateRow, DeleteRow,
    MergeContacts, MergeRows, Poll, PurgeRow, RecomputeList, RestoreContact, Resync, UndeleteRow, UpdateContact,
    UpdateRow,
)  # fmt: skip
"""Events of which every change of a row or contact is noted in ``State.changes``; after others all counts as
changed."""


class World:
    """Deterministic: the same cast, settings and events at the same instants give the same world.

    ``now`` and all ``at`` are instants; time never goes backwards (an earlier ``at`` counts as now). Refused events
    raise ``refusals.Refusal`` and change nothing.
    """

    def __init__(self, cast: Cast, settings: Settings | None = None, now: int = 0) -> None:
        self.state = State(cast, settings or Settings(), now)
        portal_work.begin(self.state)
        integration.begin(self.state)
        recycle.begin(self.state)
        self._colleagues = False
        self._call_colleagues()

    def _call_colleagues(self) -> None:
        settings = self.state.settings
        if (settings.colleagues or settings.colleagues_hubspot) and not self._colleagues:
            self._colleagues = True
            colleagues.begin(self.state, integration.trigger)

    @property
    def now(self) -> int:
        return self.state.now

    @property
    def settings(self) -> Settings:
        return self.state.settings

    @property
    def events(self) -> Sequence[dict[str, Any]]:
        """Everything that happened, numbered from 1: ``{"n", "at", "who", "what", …ids}``."""
        return self.state.events

    def truth(self) -> Sequence[Human]:
        """Which records are one human, as the cast says; ids of merged records are not rewritten."""
        return self.state.humans

    def next_due(self) -> int | None:
        """The instant of the next pending work; None when nothing is pending."""
        return self.state.queue[0][0] if self.state.queue else None

    def advance(self, to: int) -> None:
        """Let time pass: run everything due up to and including ``to``, in order."""
        state = self.state
        while state.queue and state.queue[0][0] <= to:
            at, _, work = heapq.heappop(state.queue)
            state.now = max(state.now, at)
            state.revision += 1
            work(state)
        state.now = max(state.now, to)

    def apply(self, event: Event, at: int) -> Any:
        """Advance to ``at`` and play one event. The answer's type depends on the event:

        CreateRow → new id · UpdateRow → changed fields · MergeRows → ``merges.Merged`` · UndeleteRow, PurgeRow → id ·
        ConvertLead → ``conversion.Converted`` · CreateContact, UpdateContact, RestoreContact, MergeContacts →
        ``state.Contact`` · ChangeMembership → (added, removed, missing) · the others → None.
        """
        self.advance(at)
        state = self.state
        state.revision += 1
        if not isinstance(event, _NOTED):
            state.changes.everything()
        match event:
            case CreateRow():
                return salesforce.create_row(state, event)
            case UpdateRow():
                return salesforce.update_row(state, event)
            case DeleteRow():
                return recycle.delete_row(state, event)
            case UndeleteRow():
                return recycle.undelete_row(state, event)
            case MergeRows():
                return merges.merge_rows(state, event)
            case PurgeRow():
                return recycle.purge_row(state, event)
            case ConvertLead():
                return conversion.convert_lead(state, event)
            case CreateContact():
                return hubspot.create_contact(state, event, integration.contact_born)
            case UpdateContact():
                return hubspot.update_contact(state, event, integration.trigger)
            case ArchiveContact():
                return hubspot.archive_contact(state, event)
            case RestoreContact():
                return integration.restore(state, event)
            case MergeContacts():
                return hubspot_merge.merge_contacts(state, event, partial(integration.trigger, reason="merge"))
            case ChangeSubscription():
                return hubspot.change_subscription(state, event)
            case ChangeMembership():
                return integration.change_membership(state, event)
            case RecomputeList():
                return integration.recompute_list(state, event)
            case Activity():
                return integration.activity(state, event)
            case Poll():
                return integration.poll(state, event)
            case Resync():
                return integration.resync(state, event)
            case ChangeSettings():
                integration.change_settings(state, dict(event.values))
                return self._call_colleagues()
            case Associate():
                return integration.associate(state, event)
            case _:
                return portal_work.play(state, event)
