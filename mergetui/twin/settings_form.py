"""Settings as people and programs give and read them: checked by, and described from, what ``Settings`` itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, replace
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from mergetui.records.sync import SyncRule
from mergetui.twin.mapping import RULES_OF_EMAIL, mapped_properties
from mergetui.twin.settings import Settings

FIXED = ("seed",)
"""Members that cannot change once the world has begun."""


@cache
def _hints() -> Mapping[str, Any]:
    return get_type_hints(Settings)


@cache
def _members() -> Mapping[str, Field[Any]]:
    return {member.name: member for member in fields(Settings)}


def checked(before: Settings, values: Mapping[str, object]) -> dict[str, Any]:
    """The values in the types of ``Settings``. Raises ValueError with one clear sentence; nothing is changed then."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if name not in _members():
            raise ValueError(f"no such setting: {_short(name)}")
        if name in FIXED:
            raise ValueError(f"setting {name} is fixed when the world begins")
        found[name] = _read(name, _hints()[name], value)
    after = replace(before, **found)
    if (after.poll_phase_ms or 0) >= after.poll_ms:
        raise ValueError("setting poll_phase_ms must be less than poll_ms")
    return found


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read(name: str, hint: Any, value: object) -> Any:
    origin, parts = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if value is None:
            return None
        [inner] = [part for part in parts if part is not type(None)]
        return _read(name, inner, value)
    if origin is Literal:
        if value not in parts:
            raise ValueError(f"setting {name} is one of {', '.join(map(str, parts))}, not {_short(value)}")
        return value
    if hint is bool:
        if not isinstance(value, bool):
            raise ValueError(f"setting {name} is true or false, not {_short(value)}")
        return value
    if hint is int:
        return _number(name, value)
    if hint is str:
        if not isinstance(value, str):
            raise ValueError(f"setting {name} is a text, not {_short(value)}")
        return value
    if origin is tuple:
        return _tuple(name, parts, value)
    return _mapping(name, value)


def _number(name: str, value: object) -> int:
    words = _members()[name].metadata
    low, high = words.get("low", 0), words.get("high")
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"setting {name} is a whole number, not {_short(value)}")
    if value < low or (high is not None and value > high):
        bounds = f"{low} or more" if high is None else f"from {low} to {high}"
        raise ValueError(f"setting {name} is {bounds}, not {_short(value)}")
    return value


def _tuple(name: str, parts: tuple[Any, ...], value: object) -> tuple[Any, ...]:
    if parts == (int, int):
        if not isinstance(value, (list, tuple)) or len(value) != 2:
            raise ValueError(f"setting {name} is two numbers, the least and the most, not {_short(value)}")
        low, high = (_number(name, entry) for entry in value)
        if low > high:
            raise ValueError(f"setting {name}: the least, {low}, is more than the most, {high}")
        return (low, high)
    if not isinstance(value, (list, tuple)) or not all(isinstance(entry, str) for entry in value):
        raise ValueError(f"setting {name} is a list of texts, not {_short(value)}")
    return tuple(value)


def _mapping(name: str, value: object) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(part, str) for pair in value.items() for part in pair):
        raise ValueError(f"setting {name} maps texts to texts, not {_short(value)}")
    found = cast("dict[str, str]", dict(value))
    if name == "rules":
        for property_, rule in found.items():
            allowed = RULES_OF_EMAIL if property_ == "email" else get_args(SyncRule)
            if property_ not in mapped_properties():
                raise ValueError(f"setting rules: no mapped property {_short(property_)}")
            if rule not in allowed:
                raise ValueError(f"setting rules: {property_} is one of {', '.join(allowed)}, not {_short(rule)}")
    return found


# showing --------------------------------------------------------------------------------------------------------


def shown(settings: Settings) -> list[dict[str, Any]]:
    """Every switch, in order: name, its value now, the default, what is allowed, what it does, and the doubt."""
    return [
        {
            "name": name,
            "value": as_json(getattr(settings, name)),
            "default": as_json(_default(member)),
            "allowed": _allowed(name),
            "what": member.metadata.get("what", ""),
            "doubt": member.metadata.get("doubt", ""),
            "changeable": name not in FIXED,
        }
        for name, member in _members().items()
    ]


def _default(member: Field[Any]) -> Any:
    return member.default if member.default is not MISSING else {}


def as_json(value: Any) -> Any:
    """A member's value as JSON has it."""
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def _allowed(name: str) -> Any:
    """A list of the values, or words for what cannot be listed."""
    hint = _hints()[name]
    null = ""
    if get_origin(hint) in (Union, UnionType):
        [hint] = [part for part in get_args(hint) if part is not type(None)]
        null = ", or null"
    words = _members()[name].metadata
    low, high = words.get("low", 0), words.get("high")
    number = f"a whole number, {low} or more" if high is None else f"a whole number from {low} to {high}"
    if get_origin(hint) is Literal:
        return list(get_args(hint))
    if hint is bool:
        return [False, True]
    if hint is int:
        return number + null
    if hint is str:
        return "a text" + null
    if get_origin(hint) is tuple:
        return f"two of: {number}; the first not more" if get_args(hint) == (int, int) else "a list of texts"
    if name == "rules":
        return {
            "properties": sorted(mapped_properties()),
            "rules": list(get_args(SyncRule)),
            "rules_of_email": list(RULES_OF_EMAIL),
        }
    return "texts mapped to texts"
