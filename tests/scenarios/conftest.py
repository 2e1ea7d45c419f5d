"""A story of its own for every test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.story import Story


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    monkeypatch.setenv("MERGETUI_HOME", str(tmp_path))
    monkeypatch.setenv("MERGETUI_LOOK_S", "0.2")
    made = Story(tmp_path)
    yield made
    made.clean_up()
