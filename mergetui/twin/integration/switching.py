"""Changing settings while the world runs, and what follows from it (row 32, and the end of a pause)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from mergetui.twin.integration import passes, polls
from mergetui.twin.integration.scope import halted
from mergetui.twin.settings_form import as_json, checked
from mergetui.twin.state import State

_RHYTHM = ("poll_ms", "poll_phase_ms", "poll_drift_ms")


def change_settings(state: State, values: Mapping[str, object]) -> None:
    """Replace settings; ending a pause or a suspension lets what waited run. Raises ValueError on a wrong one, and
    then changes nothing."""
    found = checked(state.settings, values)
    wanted = found.get("inclusion_list")
    if wanted is not None and wanted not in state.lists:
        raise ValueError(f"setting inclusion_list is the id of a list, or null, not {wanted[:40]!r}")
    stopped = bool(halted(state))
    state.settings = replace(state.settings, **found)
    if any(name in found for name in _RHYTHM):
        polls.rearrange(state)
    state.log("integration", "settings", changed={name: as_json(value) for name, value in found.items()})
    if (stopped and not halted(state)) or "api_allotment" in found:
        passes.release(state)
