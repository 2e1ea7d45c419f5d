"""The integration's hidden settings: declared by the admin, or inferred, each with its evidence and its strength.

No API tells them (facts/integration.md §6, §11). Design rule 4: unknown is dangerous, and evidence alone may turn a
switch on, never off. That a switch is off is only ever the admin's word, which ends after twelve hours or with the
first archive that contradicts it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from mergetui.records.crm import FieldInfo
from mergetui.records.sync import Declaration, DeleteSwitch, SyncSettings
from mergetui.sync.inference import HOUR_MS, OBJECTS, DeleteEvidence, infer_deletes
from mergetui.sync.mapping import RULES, Declared, Sighting, mapping

__all__ = ["HOUR_MS", "OBJECTS", "DeleteEvidence", "declaration_ends", "infer_deletes", "settings"]

DECLARED_MS = 12 * HOUR_MS
"""So long the admin's word that a switch is off holds: one working day, not the next."""


def settings(
    declared: Mapping[str, str],
    evidence: Iterable[DeleteEvidence] = (),
    fields: Iterable[FieldInfo] = (),
    *,
    declarations: Iterable[Declaration] = (),
    contradicted: Mapping[str, int] | None = None,
    now: int = 0,
    lines: Iterable[Declared] = (),
    sightings: Iterable[Sighting] = (),
) -> SyncSettings:
    """All hidden settings.

    ``declared`` holds answers without an end: ``delete:Contact`` and ``delete:Lead`` as ``on`` or ``off``, and
    ``rule:<property>`` as one of the four rules; anything else is ignored. ``declarations`` are the admin's words on
    the settings card, ``contradicted`` object → instant of an archive that a switch set to *Do nothing* cannot have
    caused, both judged at ``now`` (local clock). ``fields``, ``lines`` and ``sightings`` make the mapping table.
    """
    found = {entry.object: entry for entry in evidence}
    said = {entry.object: entry for entry in declarations}
    against = contradicted or {}
    switches = tuple(
        _switch(name, declared.get(f"delete:{name}", ""), said.get(name), found.get(name), against.get(name, 0), now)
        for name in OBJECTS
    )
    own = [
        Declared(name.removeprefix("rule:"), rule)
        for name, text in declared.items()
        if name.startswith("rule:")
        for rule in RULES
        if rule == text
    ]
    return SyncSettings(switches, mapping([*own, *lines], fields, sightings))


def declaration_ends(said: Declaration, evidence: DeleteEvidence | None, contradicted: int, now: int) -> str:
    """Why the admin's word that a switch is off no longer holds at ``now``; empty while it does.

    An archive that happened before the word was given says nothing: that may be why it was given.
    """
    archived = max(contradicted, evidence.last_at if evidence is not None else 0)
    if archived > said.at:
        return f"a HubSpot contact was archived at {_clock(archived)} all the same"
    if now - said.at > DECLARED_MS:
        return "that was more than 12 hours ago"
    if said.at - now > 60_000:
        return "that lies in the future: the clock was changed"
    return ""


def _switch(
    name: Literal["Lead", "Contact"],
    declared: str,
    said: Declaration | None,
    evidence: DeleteEvidence | None,
    contradicted: int,
    now: int,
) -> DeleteSwitch:
    if said is not None and said.value == "off":
        ended = declaration_ends(said, evidence, contradicted, now)
        words = f"{said.by or 'somebody'} said Do nothing at {_clock(said.at)}"
        if not ended:
            return DeleteSwitch(name, "off", words, "declared", said.at + DECLARED_MS)
        return DeleteSwitch(name, "unknown", f"{words}, but {ended}; counts as on", "weak")
    if said is not None and said.value == "on":
        return DeleteSwitch(name, "on", f"{said.by or 'somebody'} said so at {_clock(said.at)}", "declared")
    if evidence is not None and evidence.turns_on:
        text = evidence.sentence() + ("; declared off" if declared == "off" else "")
        return DeleteSwitch(name, "on", text, evidence.strength)
    if declared in ("on", "off"):
        return DeleteSwitch(name, "on" if declared == "on" else "off", "declared", "declared")
    if evidence is not None and (evidence.alive or evidence.archived):
        text = f"{evidence.sentence()}, which proves nothing; counts as on"
        return DeleteSwitch(name, "unknown", text, evidence.strength)
    return DeleteSwitch(name, "unknown", "nobody said and nothing shows it; counts as on", "none")


def _clock(instant: int) -> str:
    """UTC: this text is bound to nothing and read by people in many zones."""
    return datetime.fromtimestamp(instant / 1000, UTC).strftime("%Y-%m-%d %H:%M UTC")
