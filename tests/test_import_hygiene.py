"""Who loads what: rooms stay apart at run time too, and the first paint waits for no library it does not need."""

from __future__ import annotations

import ast
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import mergetui

ROOT = Path(mergetui.__file__).parent
MODULES = [
    found.name
    for found in pkgutil.walk_packages([str(ROOT)], "mergetui.")
    if not found.name.startswith("mergetui.ui") and not found.name.endswith("__main__")
]


def loaded_after(*imports: str) -> set[str]:
    code = f"import sys; {'; '.join(f'import {name}' for name in imports)}; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_nothing_outside_the_screen_loads_textual() -> None:
    # httpx loads rich by itself where its own command line is installed; Textual nobody else loads
    assert "textual" not in loaded_after(*MODULES)


@pytest.mark.parametrize("heavy", ["httpx", "keyring", "authlib", "pydantic", "starlette", "rapidfuzz"])
def test_the_cockpit_paints_before_heavy_libraries_load(heavy: str) -> None:
    assert heavy not in loaded_after("mergetui.ui.app", "mergetui.workflow.desk")


def test_help_needs_no_library_at_all() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "mergetui", "--help"], capture_output=True, text=True
    )
    third = ("textual", "httpx", "pydantic", "keyring", "starlette", "rapidfuzz", "platformdirs", "authlib")
    assert done.returncode == 0
    assert not [line for line in done.stderr.splitlines() if line.rpartition("|")[2].strip().split(".")[0] in third]


# the way to a merge call -------------------------------------------------------------------------------------------
def calls_of(name: str) -> dict[str, list[tuple[str, str]]]:
    """Module → (enclosing function, receiver) of every call of a method ``name``."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in ROOT.rglob("*.py"):
        tree = ast.parse(path.read_text())
        for function in ast.walk(tree):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                    where = path.relative_to(ROOT).as_posix()
                    found.setdefault(where, []).append((function.name, ast.unparse(node.func.value)))
    return found


def test_merge_calls_stand_in_the_procedure_alone() -> None:
    """Design §4: nothing irreversible happens outside the procedure. Twin and sandbox are the other side."""
    ours = {path: calls for path, calls in calls_of("merge").items() if not path.startswith(("twin/", "sandbox/"))}
    assert ours == {
        "merging/procedure.py": [
            ("_salesforce_half", "self.deps.salesforce"),
            ("_hubspot_call", "self.deps.hubspot"),
        ]
    }


def test_the_procedure_starts_only_with_a_clearance_and_only_preflight_makes_one() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Clearance"
    ]
    assert makers == ["merging/preflight.py"]
    assert set(calls_of("first_time")) == {"merging/runner.py"}
    assert set(calls_of("carry_on")) == {"merging/runner.py"}
    assert calls_of("_pair") == {"merging/procedure.py": [("_rounds", "self")]}


def test_the_ledger_alone_approves_and_only_a_typed_confirmation_asks_it_to() -> None:
    assert calls_of("approve") == {"workflow/confirm.py": [("confirm", "ledger")]}
