"""What an admin keeps about fields for all reviews: saved survivorship rules, hidden fields, their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mergetui.records.views import ReviewRow
from mergetui.store import Ledger

RULES = "survivorship rules"
SHOWN = "review fields"


class FieldSettings:
    """Row key → rule; row keys that are hidden; row keys in the order they are wished. All in the ledger's settings."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    @property
    def rules(self) -> Mapping[str, str]:
        return self._ledger.setting(RULES) or {}

    def save_rule(self, row_key: str, rule: str) -> None:
        """An empty rule removes the saved one."""
        kept = dict(self.rules)
        kept.pop(row_key, None)
        if rule:
            kept[row_key] = rule
        self._ledger.set_setting(RULES, kept)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset((self._ledger.setting(SHOWN) or {}).get("hidden", ()))

    @property
    def order(self) -> tuple[str, ...]:
        return tuple((self._ledger.setting(SHOWN) or {}).get("order", ()))

    def save_shown(self, hidden: Sequence[str], order: Sequence[str]) -> None:
        self._ledger.set_setting(SHOWN, {"hidden": sorted(hidden), "order": list(order)})


def arrange(rows: Sequence[ReviewRow], hidden: frozenset[str], order: Sequence[str]) -> tuple[ReviewRow, ...]:
    """Rows in the wished order inside their groups; hidden ones are left out, except those whose value the reviewer
    typed or chose away from the master: a choice is never out of sight."""
    place = {key: number for number, key in enumerate(order)}
    groups = list(dict.fromkeys(row.group for row in rows))
    shown = [row for row in rows if row.key not in hidden or any(cell.edited for cell in row.cells)]
    return tuple(sorted(shown, key=lambda row: (groups.index(row.group), place.get(row.key, len(place)))))
