"""Whether an event would be refused, without playing it: how a call that saves all or nothing looks first."""

from __future__ import annotations

from mergetui.twin import recycle, salesforce
from mergetui.twin.events import CreateRow, DeleteRow, PurgeRow, UndeleteRow, UpdateRow
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.state import State


def check(state: State, event: CreateRow | UpdateRow | DeleteRow | UndeleteRow | PurgeRow) -> SalesforceRefusal | None:
    """The refusal the event would get now; None when it would be played. Changes nothing.

    Events are looked at one by one: one that only another of the same call would spoil passes.
    """
    try:
        match event:
            case CreateRow():
                salesforce.prepared(state, event)
            case UpdateRow():
                salesforce.changed_values(state, event)
            case DeleteRow():
                recycle.doomed_rows(state, event)
            case UndeleteRow():
                recycle.row_to_bring_back(state, event)
            case PurgeRow():
                recycle.deleted_row(state, event.id)
    except SalesforceRefusal as refusal:
        return refusal
    return None
