"""HubSpot associations of any two records, and their labels (facts/hubspot.md §4, §5).

Between a contact and another type they are in ``Contact.objects`` and ``HubSpotObject.contacts``; all others, and every
label beside the plain and the primary one, are in ``PortalState``.
"""

from __future__ import annotations

from collections.abc import Sequence

from mergetui.twin import hubspot, portal
from mergetui.twin.portal_events import Associate, ChangeLabel, Dissociate, MakeLabel
from mergetui.twin.portal_state import Type
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.state import Contact, HubSpotObject, State

HUBSPOT = "HUBSPOT_DEFINED"
OWN = "USER_DEFINED"


def record(state: State, kind: str, record_id: str) -> Contact | HubSpotObject | None:
    """The live record; old ids of contacts as ``Settings.old_id_in_associations`` says."""
    if kind == "contacts":
        return hubspot.held(state, record_id, state.settings.old_id_in_associations)
    found = state.objects.get(kind, {}).get(state.portal.aliases.get((kind, record_id), record_id))
    return None if found is None or found.archived_at is not None else found


def _kind(item: Contact | HubSpotObject) -> str:
    return "contacts" if isinstance(item, Contact) else item.type


def related(state: State, item: Contact | HubSpotObject, to: str) -> Sequence[str]:
    """Ids of the live records of a type that are associated, in the order they were; the primary company first."""
    if isinstance(item, Contact) and to != "contacts":
        objects = state.objects.get(to, {})
        return [key for key in item.objects.get(to, ()) if key not in objects or objects[key].archived_at is None]
    if isinstance(item, HubSpotObject) and to == "contacts":
        known = state.contacts
        return [key for key in item.contacts if key in known and known[key].archived_at is None]
    ids = state.portal.relations.get((_kind(item), item.id), {}).get(to, ())
    return [key for key in ids if record(state, to, key) is not None]


def types(state: State, item: Contact | HubSpotObject, to: str, to_id: str) -> list[Type]:
    """The association types between two associated records: the plain one first, then primary, then labels."""
    kind = _kind(item)
    link = portal.associations()[kind, to]
    found: list[Type] = [(HUBSPOT, link.plain)]
    if link.primary is not None and _is_primary(state, item, to, to_id):
        found.append((HUBSPOT, link.primary))
    found += state.portal.labels.get(((kind, item.id), (to, to_id)), ())
    return found


def _is_primary(state: State, item: Contact | HubSpotObject, to: str, to_id: str) -> bool:
    """Of a pair with a company: the company is the first of the other record's companies."""
    if to == "companies":
        return next(iter(related(state, item, to)), "") == to_id
    if _kind(item) == "companies":
        other = record(state, to, to_id)
        return other is not None and next(iter(related(state, other, "companies")), "") == item.id
    return False


def name_of(state: State, kind: str, to: str, wanted: Type) -> str | None:
    """The label of a type; None for the plain one."""
    category, number = wanted
    if category == OWN:
        return state.portal.label_names.get((kind, to), {}).get(number)
    return "Primary" if portal.associations()[kind, to].primary == number else None


# events ---------------------------------------------------------------------------------------------------------


def check(state: State, event: Associate) -> tuple[Contact | HubSpotObject, Contact | HubSpotObject]:
    """Both ends. Raises 400 for types that do not exist between them and 404 for records that do not."""
    if (event.kind, event.to_kind) not in portal.associations():
        raise HubSpotRefusal(
            400, "VALIDATION_ERROR", f"No association type exists from {event.kind} to {event.to_kind}."
        )
    link = portal.associations()[event.kind, event.to_kind]
    own = state.portal.label_names.get((event.kind, event.to_kind), {})
    for category, number in event.types:
        good = number in own if category == OWN else number in (link.plain, link.primary)
        if not good:
            raise HubSpotRefusal(
                400, "VALIDATION_ERROR",
                f"{category} association type {number} does not exist from {event.kind} to {event.to_kind}.",
            )  # fmt: skip
    ends = record(state, event.kind, event.id), record(state, event.to_kind, event.to_id)
    if ends[0] is None or ends[1] is None:
        raise hubspot.missing()
    return ends[0], ends[1]


def associate(state: State, event: Associate) -> None:
    first, second = check(state, event)
    _join(state, first, second)
    _join(state, second, first)
    _noted(state, first, second)
    kind, to = event.kind, event.to_kind
    link = portal.associations()[kind, to]
    if link.primary is not None and (HUBSPOT, link.primary) in event.types:
        person, company = (first, second) if to == "companies" else (second, first)
        _make_primary(state, person, company.id)
    for wanted in event.types:
        if wanted[0] == OWN:
            _label(state, first, second, wanted)
    recount(state, first, second)
    state.log("hubspot", "associate", kind=kind, id=first.id, to_kind=to, to_id=second.id)


def _join(state: State, item: Contact | HubSpotObject, other: Contact | HubSpotObject) -> None:
    ids = _ids(state, item, _kind(other))
    if other.id not in ids:
        ids.append(other.id)


def _noted(state: State, *items: Contact | HubSpotObject) -> None:
    """A contact shows its first company."""
    for item in items:
        state.changes.note(item.id)


def _ids(state: State, item: Contact | HubSpotObject, to: str) -> list[str]:
    """The stored list of a record's associations to a type, made when it is missing."""
    if isinstance(item, Contact) and to != "contacts":
        return item.objects.setdefault(to, [])
    if isinstance(item, HubSpotObject) and to == "contacts":
        return item.contacts
    return state.portal.relations.setdefault((_kind(item), item.id), {}).setdefault(to, [])


def _make_primary(state: State, item: Contact | HubSpotObject, company_id: str) -> None:
    ids = _ids(state, item, "companies")
    ids.remove(company_id)
    ids.insert(0, company_id)


def _label(state: State, first: Contact | HubSpotObject, second: Contact | HubSpotObject, wanted: Type) -> None:
    """Both directions of a label."""
    there, back = (_kind(first), first.id), (_kind(second), second.id)
    labels = state.portal.labels
    labels.setdefault((there, back), {})[wanted] = None
    labels.setdefault((back, there), {})[OWN, _inverse(state, there[0], back[0], wanted[1])] = None


def _inverse(state: State, kind: str, to: str, number: int) -> int:
    """The type id of a label's other direction: its neighbour when the label is a pair, else itself."""
    other = number + 1 if number % 2 else number - 1
    return other if other in state.portal.label_names.get((to, kind), {}) else number


def dissociate(state: State, event: Dissociate) -> None:
    """Nothing happens when the two are not associated."""
    first, second = record(state, event.kind, event.id), record(state, event.to_kind, event.to_id)
    if first is None or second is None:
        return
    _noted(state, first, second)
    there, back = (event.kind, first.id), (event.to_kind, second.id)
    plain = portal.associations().get((event.kind, event.to_kind))
    if event.types and plain is not None and (HUBSPOT, plain.plain) not in event.types:
        for wanted in event.types:
            state.portal.labels.get((there, back), {}).pop(wanted, None)
            inverse = _inverse(state, event.kind, event.to_kind, wanted[1])
            state.portal.labels.get((back, there), {}).pop((wanted[0], inverse), None)
        return
    for item, other in ((first, second), (second, first)):
        ids = _ids(state, item, _kind(other))
        if other.id in ids:
            ids.remove(other.id)
    state.portal.labels.pop((there, back), None)
    state.portal.labels.pop((back, there), None)
    recount(state, first, second)
    state.log("hubspot", "dissociate", kind=event.kind, id=first.id, to_kind=event.to_kind, to_id=second.id)


def recount(state: State, *items: Contact | HubSpotObject) -> None:
    """``num_associated_deals`` of contacts."""
    for item in items:
        if isinstance(item, Contact) and item.archived_at is None:
            count = str(len(related(state, item, "deals")) or "")
            if item.get("num_associated_deals") != count:
                state.set_values(item, {"num_associated_deals": count}, source="CALCULATED")


def make_label(state: State, event: MakeLabel) -> list[int]:
    """The type ids there and back. Numbers are invented: odd ones there, the next even one back."""
    if (event.kind, event.to_kind) not in portal.associations():
        raise HubSpotRefusal(400, "VALIDATION_ERROR", f"{event.kind} and {event.to_kind} cannot be associated.")
    number = 2 * state.portal.new_number() - 1
    names = state.portal.label_names
    if not event.inverse and event.kind != event.to_kind:
        names.setdefault((event.kind, event.to_kind), {})[number] = event.label
        names.setdefault((event.to_kind, event.kind), {})[number + 1] = event.label
        return [number, number + 1]
    names.setdefault((event.kind, event.to_kind), {})[number] = event.label
    if not event.inverse:
        return [number]
    names.setdefault((event.to_kind, event.kind), {})[number + 1] = event.inverse
    return [number, number + 1]


def change_label(state: State, event: ChangeLabel) -> None:
    names, pair = state.portal.label_names, (event.kind, event.to_kind)
    if event.number not in names.get(pair, {}):
        raise HubSpotRefusal(404, "OBJECT_NOT_FOUND", f"Association type {event.number} does not exist.")
    if event.label:
        names[pair][event.number] = event.label
        return
    inverse = _inverse(state, *pair, event.number)
    for number, ends in ((event.number, pair), (inverse, (pair[1], pair[0]))):
        names.get(ends, {}).pop(number, None)
    for held in state.portal.labels.values():
        held.pop((OWN, event.number), None)
        held.pop((OWN, inverse), None)


# merges and endings ---------------------------------------------------------------------------------------------


def move_labels(state: State, kind: str, old: tuple[str, ...], new: str) -> None:
    """Let what is kept beside the records follow a merge of ``old`` into ``new``."""
    kept = state.portal
    for old_id in old:
        for to, ids in kept.relations.pop((kind, old_id), {}).items():
            mine = kept.relations.setdefault((kind, new), {}).setdefault(to, [])
            mine += [key for key in ids if key not in mine and key not in old]
            for key in ids:
                back = kept.relations.get((to, key), {}).get(kind)
                if back is not None:
                    back[:] = list(dict.fromkeys(new if held == old_id else held for held in back))
    gone = {(kind, old_id) for old_id in old}
    for pair in [pair for pair in kept.labels if gone & set(pair)]:
        there, back_ = ((kind, new) if end in gone else end for end in pair)
        labels = kept.labels.pop(pair)
        kept.labels.setdefault((there, back_), {}).update(labels)
