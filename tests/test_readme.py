"""The README says what is so."""

from __future__ import annotations

import re
from pathlib import Path

from mergetui.cli import parser
from mergetui.ui.keys import readme_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_keys_are_those_of_the_table() -> None:
    told = README.split("<!-- keys -->")[1].split("<!-- /keys -->")[0]
    assert told.strip() == readme_table().strip(), "make the table anew with mergetui.ui.keys.readme_table()"


def test_every_picture_is_there() -> None:
    named = re.findall(r"\]\((screenshots/[^)]+)\)", README)
    assert named and all((ROOT / name).is_file() for name in named)


def test_every_command_is_named() -> None:
    actions = next(action for action in parser()._actions if action.dest == "command")
    assert actions.choices is not None
    assert not [name for name in actions.choices if not re.search(rf"\b{name}\b", README)]
