"""What HubSpot's objects beside contacts were before: their property histories (facts/hubspot.md §2)."""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.twin.stamps import iso, parse_iso
from mergetui.twin.state import HubSpotObject, State, Version


def created(state: State, item: HubSpotObject) -> str:
    """When an object was made, as text."""
    for name in ("hs_createdate", "createdate", "hs_timestamp"):
        if found := item.values.get(name):
            return found
    return iso(state.began)


def versions(state: State, item: HubSpotObject, name: str) -> list[Version]:
    """A property's history, newest first: of one that never changed, its value since the object was made."""
    if item.history is not None and name in item.history:
        return item.history[name]
    value = item.values.get(name)
    if not value:
        return []
    source = "SALESFORCE" if name.startswith(("salesforce", "hs_salesforce")) else "CRM_UI"
    return [Version(value, _instant(state, created(state, item)), source)]


def begin(state: State, item: HubSpotObject, source: str) -> None:
    """A new object: its values are of now, and the caller's."""
    item.history = {name: [Version(value, state.now, source)] for name, value in item.values.items()}


def write(state: State, item: HubSpotObject, changes: Mapping[str, str], source: str) -> list[str]:
    """Set properties of an object, empty ones away; returns the names that changed."""
    changed = [name for name, value in changes.items() if (item.values.get(name) or "") != value]
    if not changed:
        return []
    touch(state, item)
    history = item.history if item.history is not None else {}
    for name in changed:
        history[name] = [Version(changes[name], state.now, source), *versions(state, item, name)]
    item.history = history
    kept = {**item.values, **{name: changes[name] for name in changed}, "hs_lastmodifieddate": iso(state.now)}
    item.values = {name: value for name, value in kept.items() if value}
    return changed


def touch(state: State, item: HubSpotObject) -> None:
    """Something about an object changes now."""
    state.portal.search.note(state, item.type, item.id, item)
    item.changed_at = state.now


def join(state: State, first: HubSpotObject, second: HubSpotObject, merged: HubSpotObject) -> None:
    """Both histories; a value that the first did not have is new at the merge. At one instant the first's counts."""
    merged.history = {}
    for name in dict.fromkeys((*first.values, *second.values, *(first.history or ()), *(second.history or ()))):
        mine, other = versions(state, first, name), versions(state, second, name)
        stamps = {version.at for version in mine}
        both = sorted((*mine, *(v for v in other if v.at not in stamps)), key=lambda v: v.at, reverse=True)
        value = merged.values.get(name) or ""
        if (both and both[0].value != value) or value != (first.values.get(name) or ""):
            both.insert(0, Version(value, state.now, "MERGE_OBJECTS"))
        merged.history[name] = both


def _instant(state: State, text: str) -> int:
    try:
        return parse_iso(text)
    except ValueError:
        return state.began
