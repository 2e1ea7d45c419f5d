"""What a profile may say about protected people, and what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from mergetui.errors import Usage
from mergetui.planning.rules import Protect
from mergetui.workflow.office import Office


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MERGETUI_HOME", str(tmp_path))
    return tmp_path


def test_filters_reach_the_checks(home: Path) -> None:
    (home / "profiles.toml").write_text(
        '[[default.protect]]\nfield = "Legal_Hold__c"\nwhy = "legal hold"\n'
        '[[default.protect]]\nfield = "vip"\ncrm = "hubspot"\nvalue = "true"\n'
    )
    assert Office("default").rules.protect == (
        Protect("salesforce", "Legal_Hold__c", "", "legal hold"),
        Protect("hubspot", "vip", "true", ""),
    )


@pytest.mark.parametrize(
    "line", ['field = "a b"', 'value = "x"', 'field = "A"\ncrm = "other"', 'field = "A"\nreason = "typo"', "field = 7"]
)
def test_a_filter_that_would_protect_nobody_is_refused(home: Path, line: str) -> None:
    (home / "profiles.toml").write_text(f"[[default.protect]]\n{line}\n")
    with pytest.raises(Usage, match="protect"):
        _ = Office("default").rules
