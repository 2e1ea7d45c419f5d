"""Writes many contacts with the same properties: what ``hubspot_shapes.record_json`` writes, only faster."""

from __future__ import annotations

from collections.abc import Sequence

from mergetui.sandbox.hubspot_shapes import ALWAYS, CONTACT_DEFAULTS, record_json
from mergetui.sandbox.web import compact, encode
from mergetui.twin.hubspot import computed
from mergetui.twin.stamps import iso
from mergetui.twin.state import Contact, State

MANY = 60
"""With more properties than these it is quicker to leave some out than to look each one up."""


class ContactWriter:
    def __init__(self, state: State, names: Sequence[str], history: Sequence[str]) -> None:
        self._state = state
        self._names = names
        self._history = history
        self._wanted = tuple(dict.fromkeys((*ALWAYS, *(names or CONTACT_DEFAULTS))))
        known = state.portal.properties("contacts")
        # A name that the schema does not know is shown only where a contact holds it.
        self._plain = not history and all(name in known for name in self._wanted)

    def write(self, contacts: Sequence[Contact]) -> list[bytes]:
        state, wanted = self._state, self._wanted
        if not self._plain:
            return [encode(record_json(state, contact, self._names, self._history)) for contact in contacts]
        base = f"https://app.hubspot.com/contacts/{state.portal_id}/record/0-1/"
        blank: dict[str, str | None] = dict.fromkeys(wanted)
        names, most = blank.keys(), len(wanted) > MANY
        found = []
        for contact in contacts:
            stored = contact.values
            properties: dict[str, str | None]
            if most:
                properties = {**blank, **stored}
                for name in stored.keys() - names:
                    del properties[name]
            else:
                properties = dict(zip(wanted, map(stored.get, wanted), strict=True))
            made = computed(state, contact)
            for name in made.keys() & names:
                properties[name] = made[name]
            shown = {
                "id": contact.id,
                "properties": properties,
                "createdAt": iso(contact.created_at),
                "updatedAt": made["lastmodifieddate"],
                "archived": False,
                "url": base + contact.id,
            }
            if contact.archived_at is not None:
                shown |= {"archived": True, "archivedAt": iso(contact.archived_at)}
            text = encode(shown)
            if b':""' in text:
                shown["properties"] = {name: value or None for name, value in properties.items()}
                text = encode(shown)
            found.append(compact(text))
        return found

    def others(self, contact: Contact) -> tuple[str, ...]:
        return ()
