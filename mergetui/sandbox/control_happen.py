"""``POST /happen``: a test, or a person rehearsing, plays the other people. Each ``what`` is one event of the twin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

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
    RecomputeList,
    RestoreContact,
    Resync,
    UndeleteRow,
    UpdateContact,
    UpdateRow,
)
from mergetui.twin.schema import find, long_id, object_of
from mergetui.twin.state import State

Members = Mapping[str, Any]
CONVERTED_STATUS = "Closed - Converted"


@dataclass(frozen=True, slots=True)
class Happening:
    """``needs`` and ``takes``: members → their kind: ``text``, ``texts``, ``flag``, ``texts by name`` (HubSpot values)
    or ``values by name`` (Salesforce values)."""

    what: str
    needs: Mapping[str, str]
    takes: Mapping[str, str]
    event: Callable[[State, Members], Event]


def event_of(state: State, given: Members) -> Event:
    """The event that a body describes. Raises ValueError with one clear sentence."""
    name = given.get("what")
    found = HAPPENINGS.get(name) if isinstance(name, str) else None
    if found is None:
        raise ValueError(f"'what' is one of {', '.join(HAPPENINGS)}")
    known = {**found.needs, **found.takes}
    for member, value in given.items():
        if member == "what":
            continue
        if member not in known:
            raise ValueError(f"{name} has no member {member[:40]!r}; it takes {', '.join(known) or 'none'}")
        _check(str(name), member, known[member], value)
    missing = [member for member in found.needs if member not in given]
    if missing:
        raise ValueError(f"{name} needs {' and '.join(missing)}")
    return found.event(state, given)


def _check(name: str, member: str, kind: str, value: Any) -> None:
    scalars = (str, int, float, bool, type(None))
    fine = {
        "text": lambda: isinstance(value, str) and bool(value),
        "texts": lambda: isinstance(value, list) and all(isinstance(one, str) for one in value),
        "flag": lambda: isinstance(value, bool),
        "texts by name": lambda: isinstance(value, dict) and all(isinstance(one, str) for one in value.values()),
        "values by name": lambda: isinstance(value, dict) and all(isinstance(one, scalars) for one in value.values()),
    }
    if not fine[kind]():
        raise ValueError(f"{member} of {name} is {_WORDS[kind]}")


_WORDS = {
    "text": "a text",
    "texts": "a list of texts",
    "flag": "true or false",
    "texts by name": "an object whose values are texts",
    "values by name": "an object whose values are texts, numbers, true, false or null",
}


def shown() -> list[dict[str, Any]]:
    """What can happen, for people: ``GET /happen``."""
    return [
        {"what": name, "means": found.what, "needs": dict(found.needs), "takes": dict(found.takes)}
        for name, found in HAPPENINGS.items()
    ]


# one function for each that is more than a constructor ----------------------------------------------------------


def _object(record_id: str) -> str:
    name = object_of(long_id(record_id))
    if name is None:
        raise ValueError(f"{record_id[:40]!r} is no id of a Salesforce record")
    return name


def _activity(kind: Any, _state: State, given: Members) -> Event:
    return Activity(given["contact"], kind, given.get("title", ""), given.get("values", {}))


def _create_row(_state: State, given: Members) -> Event:
    if find(given["object"]) is None:
        raise ValueError(f"no Salesforce object {given['object'][:40]!r}")
    return CreateRow(given["object"], given["values"], by=given.get("by", ""))


def _edit_row(_state: State, given: Members) -> Event:
    return UpdateRow(_object(given["id"]), long_id(given["id"]), given["values"], by=given.get("by", ""))


def _merge_rows(_state: State, given: Members) -> Event:
    return MergeRows(_object(given["master"]), given["master"], tuple(given["losers"]), given.get("values", {}))


def _convert(_state: State, given: Members) -> Event:
    return ConvertLead(
        long_id(given["lead"]),
        given.get("status", CONVERTED_STATUS),
        account_id=long_id(given.get("account", "")),
        contact_id=long_id(given.get("contact", "")),
        owner_id=long_id(given.get("owner", "")),
        make_opportunity=given.get("opportunity", False),
    )


def _membership(joins: bool, state: State, given: Members) -> Event:
    """HubSpot fills active lists itself; people fill the others."""
    listed = state.lists.get(given["list"])
    kind = RecomputeList if listed is not None and listed.processing == "DYNAMIC" else ChangeMembership
    contacts = tuple(given["contacts"])
    return kind(given["list"], add=contacts) if joins else kind(given["list"], remove=contacts)


def _sight(hidden: bool, state: State, given: Members) -> Event:
    key = long_id(given["id"])
    _object(key)
    others = tuple(one for one in state.settings.invisible_rows if one != key)
    return ChangeSettings({"invisible_rows": (*others, key) if hidden else others})


def _subscription(subscribed: bool, _state: State, given: Members) -> Event:
    return ChangeSubscription(given["address"], given["subscription"], subscribed)


_ONE_CONTACT = {"contact": "text"}
_ACTIVE = {"title": "text", "values": "texts by name"}
_LISTED = {"list": "text", "contacts": "texts"}

HAPPENINGS: Mapping[str, Happening] = {
    "open": Happening("a contact opens a marketing e-mail", _ONE_CONTACT, _ACTIVE, partial(_activity, "open")),
    "click": Happening("a contact clicks in one", _ONE_CONTACT, _ACTIVE, partial(_activity, "click")),
    "form": Happening("a contact fills in a form", _ONE_CONTACT, _ACTIVE, partial(_activity, "form")),
    "visit": Happening("a contact visits a page", _ONE_CONTACT, _ACTIVE, partial(_activity, "visit")),
    "create_salesforce": Happening(
        "somebody creates a record", {"object": "text", "values": "values by name"}, {"by": "text"}, _create_row
    ),
    "edit_salesforce": Happening(
        "somebody edits a record", {"id": "text", "values": "values by name"}, {"by": "text"}, _edit_row
    ),
    "delete_salesforce": Happening(
        "somebody deletes a record", {"id": "text"}, {}, lambda _, given: DeleteRow(_object(given["id"]), given["id"])
    ),
    "undelete_salesforce": Happening(
        "somebody brings a record back", {"id": "text"}, {}, lambda _, given: UndeleteRow(given["id"])
    ),
    "merge_salesforce": Happening(
        "somebody merges records", {"master": "text", "losers": "texts"}, {"values": "values by name"}, _merge_rows
    ),
    "convert": Happening(
        "somebody converts a lead",
        {"lead": "text"},
        {"contact": "text", "account": "text", "status": "text", "owner": "text", "opportunity": "flag"},
        _convert,
    ),
    "create_hubspot": Happening(
        "somebody creates a contact", {"values": "texts by name"}, {},
        lambda _, given: CreateContact(given["values"], source="CRM_UI"),
    ),
    "edit_hubspot": Happening(
        "somebody edits a contact", {"contact": "text", "values": "texts by name"}, {},
        lambda _, given: UpdateContact(given["contact"], given["values"], source="CRM_UI"),
    ),
    "merge_hubspot": Happening(
        "somebody merges two contacts", {"primary": "text", "secondary": "text"}, {},
        lambda _, given: MergeContacts(given["primary"], given["secondary"]),
    ),
    "archive": Happening(
        "somebody deletes a contact", _ONE_CONTACT, {}, lambda _, given: ArchiveContact(given["contact"])
    ),
    "restore": Happening(
        "somebody restores a contact", _ONE_CONTACT, {}, lambda _, given: RestoreContact(given["contact"])
    ),
    "subscribe": Happening(
        "somebody subscribes an address", {"address": "text", "subscription": "text"}, {}, partial(_subscription, True)
    ),
    "unsubscribe": Happening(
        "somebody unsubscribes an address", {"address": "text", "subscription": "text"}, {},
        partial(_subscription, False),
    ),
    "list_add": Happening("contacts join a list", _LISTED, {}, partial(_membership, True)),
    "list_remove": Happening("contacts leave a list", _LISTED, {}, partial(_membership, False)),
    "resync": Happening("somebody presses Resync", _ONE_CONTACT, {}, lambda _, given: Resync(given["contact"])),
    "poll": Happening("a poll begins; the answer does not wait for its end", {}, {}, lambda _, given: Poll()),
    "pause": Happening("somebody pauses the sync", {}, {}, lambda _, given: ChangeSettings({"paused": True})),
    "resume": Happening("the sync goes on", {}, {}, lambda _, given: ChangeSettings({"paused": False})),
    "suspend": Happening(
        "HubSpot suspends the sync", {"kind": "text"}, {},
        lambda _, given: ChangeSettings({"suspension": given["kind"]}),
    ),
    "clear_suspension": Happening(
        "somebody presses Clear suspension", {}, {}, lambda _, given: ChangeSettings({"suspension": "none"})
    ),
    "hide": Happening(
        "the integration user loses sight of a record", {"id": "text"}, {}, partial(_sight, True)
    ),
    "show": Happening("the integration user sees it again", {"id": "text"}, {}, partial(_sight, False)),
}  # fmt: skip
