from pathlib import Path

from mergetui.ui import keys
from mergetui.ui.app import MergetuiApp
from mergetui.ui.screens.base import Cockpit
from mergetui.ui.screens.connections import ConnectionsScreen
from mergetui.ui.screens.health import HealthScreen
from mergetui.ui.screens.history import HistoryScreen
from mergetui.ui.screens.queue import QueueScreen
from mergetui.ui.screens.review import ReviewScreen
from mergetui.ui.screens.runs import RunsScreen

SCREENS: dict[str, type[Cockpit]] = {
    "queue": QueueScreen,
    "review": ReviewScreen,
    "runs": RunsScreen,
    "history": HistoryScreen,
    "health": HealthScreen,
    "connections": ConnectionsScreen,
}


def pressed(place):
    return [key for act in keys.PLACES[place] for group, _ in act.keys for key in group.split(",")]


def test_no_key_means_two_things_in_one_place():
    for place in ("queue", "runs", "history", "health", "connections"):
        found = pressed(place) + pressed("main") + pressed("everywhere")
        assert len(found) == len(set(found)), place
    for place in ("review", "everywhere", "confirm", "reading", "picking", "checks", "fields", "record"):
        own = pressed(place) + (pressed("everywhere") if place == "review" else [])
        assert len(own) == len(set(own)), place


def test_every_act_is_built():
    for place, screen in SCREENS.items():
        for act in (*keys.PLACES[place], *(keys.PLACES["main"] if place != "review" else ())):
            assert hasattr(screen, f"do_{act.id}"), (place, act.id)


def test_read_only_offers_nothing_that_writes():
    for place in keys.PLACES:
        assert not any(act.writes for act in keys.offered(place, read_only=True))
    assert {act.id for act in keys.footer("runs", True)} == {"open"}
    assert keys.written_by("review", "right") is not None
    assert keys.written_by("review", "j") is None


def test_only_leaving_at_once_acts_over_dialogs():
    everywhere = keys.bindings("everywhere")
    assert {b.key for b in everywhere if b.priority} == {"ctrl+c,ctrl+q"}
    assert not any(b.priority for place in keys.PLACES if place != "everywhere" for b in keys.bindings(place))
    assert everywhere == MergetuiApp.BINDINGS


def test_readme_table_names_every_key():
    table = keys.readme_table()
    for place, acts in keys.PLACES.items():
        if place != "reading":
            assert all(f"| `{act.shown}` | {act.why} |" in table for act in acts)


def test_only_the_table_makes_bindings():
    root = Path(keys.__file__).parent
    makers = [path.name for path in root.rglob("*.py") if "Binding(" in path.read_text(encoding="utf-8")]
    assert makers == ["keys.py"]
