"""Switches: described by ``Settings`` itself, checked before they change anything."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from mergetui.twin.events import ChangeSettings
from mergetui.twin.settings import Settings
from mergetui.twin.settings_form import shown
from tests.twin.worlds import NOW, happened, make_world


def test_every_switch_is_shown_with_words_and_can_be_given_back() -> None:
    switches = shown(Settings())
    assert [switch["name"] for switch in switches] == [member.name for member in fields(Settings)]
    for switch in switches:
        assert switch["what"], switch["name"]
        assert switch["value"] == switch["default"]
        assert switch["allowed"]
    json.dumps(switches)
    world = make_world()
    world.apply(ChangeSettings({s["name"]: s["value"] for s in switches if s["changeable"]}), NOW)
    assert happened(world, "settings")


def test_every_listed_value_is_accepted() -> None:
    world = make_world()
    for switch in shown(Settings()):
        if isinstance(switch["allowed"], list):
            for value in switch["allowed"]:
                world.apply(ChangeSettings({switch["name"]: value}), NOW)


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        ({"nope": 1}, "no such setting"),
        ({"seed": 2}, "fixed"),
        ({"del_contact": "maybe"}, "nothing, delete"),
        ({"del_contact": ["delete"]}, "nothing, delete"),
        ({"paused": 1}, "true or false"),
        ({"poll_ms": "soon"}, "whole number"),
        ({"poll_ms": True}, "whole number"),
        ({"poll_ms": 0}, "from 1000 to 86400000"),
        ({"poll_ms": -1}, "from 1000"),
        ({"poll_ms": 1.5}, "whole number"),
        ({"poll_phase_ms": 900_000}, "less than poll_ms"),
        ({"retries": None}, "whole number"),
        ({"event_delay_ms": [2, 1]}, "more than the most"),
        ({"event_delay_ms": [1]}, "two numbers"),
        ({"event_delay_ms": 5}, "two numbers"),
        ({"inclusion_list": 5}, "a text"),
        ({"inclusion_list": "no such list"}, "the id of a list"),
        ({"invisible_rows": "003"}, "list of texts"),
        ({"invisible_rows": [1]}, "list of texts"),
        ({"rules": {"jobtitle": "prefer_hubspot"}}, "prefer_salesforce, always_salesforce, two_way, none"),
        ({"rules": {"email": "always_salesforce"}}, "prefer_salesforce, two_way"),
        ({"rules": {"persona_notes": "none"}}, "no mapped property"),
        ({"rules": []}, "texts to texts"),
        ({"api_allotment": 0}, "1 or more"),
    ],
)
def test_a_bad_value_is_refused_in_words_and_changes_nothing(bad: dict[str, Any], word: str) -> None:
    world = make_world()
    before = world.settings
    with pytest.raises(ValueError, match="setting") as caught:
        world.apply(ChangeSettings({"del_lead": "delete", **bad}), NOW)
    assert word in str(caught.value)
    assert world.settings is before
    assert not world.events
