"""Settings through the control port: the twin's own and those of the two servers. All of one body, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mergetui.sandbox.engine import Sandbox
from mergetui.twin.events import ChangeSettings
from mergetui.twin.settings_form import as_json, shown


@dataclass(frozen=True, slots=True)
class ServerSwitch:
    """An attribute of ``Sandbox``. ``allowed``: the values, or the least and the most of a whole number."""

    what: str
    allowed: tuple[Any, ...] | range
    default: Any


SERVER_SETTINGS: Mapping[str, ServerSwitch] = {
    "is_sandbox": ServerSwitch("Organization.IsSandbox", (False, True), True),
    "account_type": ServerSwitch(
        "accountType of the portal", ("SANDBOX", "STANDARD", "DEVELOPER_TEST", "APP_DEVELOPER"), "SANDBOX"
    ),
    "latency_ms": ServerSwitch("added to every answer of both servers", range(0, 600_001), 0),
    "rate_limits": ServerSwitch("both servers enforce their rate limits", (False, True), True),
    "salesforce_daily_limit": ServerSwitch("Salesforce calls of a day", range(0, 10**9), 100_000),
    "hubspot_daily_limit": ServerSwitch("HubSpot calls of a day", range(0, 10**9), 1_000_000),
}


def switches(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Every switch with its value, default, allowed values, what it does and the doubt behind it."""
    found = shown(sandbox.world.settings)
    for name, switch in SERVER_SETTINGS.items():
        allowed = switch.allowed
        words = f"a whole number from 0 to {allowed.stop - 1}" if isinstance(allowed, range) else list(allowed)
        found.append(
            {
                "name": name,
                "value": getattr(sandbox, name),
                "default": switch.default,
                "allowed": words,
                "what": switch.what,
                "doubt": "",
                "changeable": True,
            }
        )
    return found


def values(sandbox: Sandbox) -> dict[str, Any]:
    """Name → value of every switch."""
    return {switch["name"]: as_json(switch["value"]) for switch in switches(sandbox)}


def change(sandbox: Sandbox, given: Mapping[str, Any]) -> None:
    """Raises ValueError with one clear sentence, and changes nothing, when anything in ``given`` is wrong."""
    own = {name: value for name, value in given.items() if name in SERVER_SETTINGS}
    twins = {name: value for name, value in given.items() if name not in SERVER_SETTINGS}
    for name, value in own.items():
        _check(name, SERVER_SETTINGS[name].allowed, value)
    if twins:
        sandbox.apply(ChangeSettings(twins))
    for name, value in own.items():
        setattr(sandbox, name, value)


def _check(name: str, allowed: tuple[Any, ...] | range, value: Any) -> None:
    if isinstance(allowed, range):
        if not isinstance(value, int) or isinstance(value, bool) or value not in allowed:
            raise ValueError(f"setting {name} is a whole number from 0 to {allowed.stop - 1}")
    elif not any(value is one or (isinstance(value, str) and value == one) for one in allowed):
        words = ", ".join(str(one).lower() if isinstance(one, bool) else one for one in allowed)
        raise ValueError(f"setting {name} is one of {words}")
