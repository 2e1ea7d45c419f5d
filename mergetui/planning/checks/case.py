"""What a check may look at, and small questions that several checks ask."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mergetui.planning.people import losers, the_master
from mergetui.planning.rules import Rules
from mergetui.planning.values import blank, same
from mergetui.records.crm import Value
from mergetui.records.plan import Choices
from mergetui.records.review import Dossier, Member, Row


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a check may look at."""

    dossier: Dossier
    choices: Choices
    rows: tuple[Row, ...]
    finals: Mapping[str, Value]
    rules: Rules

    @property
    def master(self) -> Member:
        return the_master(self.dossier, self.choices)

    @property
    def losers(self) -> tuple[Member, ...]:
        return losers(self.dossier, self.choices)

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)


def several(row: Row) -> bool:
    """Whether the members hold different values in Salesforce; blanks differ from nothing."""
    values = [value.salesforce for value in row.values if value.in_salesforce and not blank(value.salesforce)]
    return any(not same(values[0], other) for other in values[1:])
