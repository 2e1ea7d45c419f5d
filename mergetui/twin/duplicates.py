"""Salesforce's own duplicate rules: same last name and e-mail, or a similar name at the same company.

The real matching is fuzzier and undisclosed; this one is simple and always gives the same answer (facts §8).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from mergetui.records.crm import Value
from mergetui.twin.refusals import SalesforceRefusal
from mergetui.twin.state import Row, State

RULES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "Contact": (
        ("Standard_Contact_Duplicate_Rule", "Contact"),
        ("Standard_Rule_for_Contacts_with_Duplicate_Leads", "Lead"),
    ),
    "Lead": (
        ("Standard_Lead_Duplicate_Rule", "Lead"),
        ("Standard_Rule_for_Leads_with_Duplicate_Contacts", "Contact"),
    ),
    "Account": (("Standard_Account_Duplicate_Rule", "Account"),),
}
"""Object → (duplicate rule, the object it looks at)."""

MATCHING: Mapping[str, str] = {
    "Contact": "Standard_Contact_Match_Rule_v1_1",
    "Lead": "Standard_Lead_Match_Rule_v1_0",
    "Account": "Standard_Account_Match_Rule_v1_0",
}
LOOKED_AT = ("FirstName", "LastName", "Email", "Company", "AccountId", "Name")
COMPARED: Mapping[str, tuple[str, ...]] = {
    "Contact": ("FirstName", "LastName", "Email", "Title", "Phone"),
    "Lead": ("FirstName", "LastName", "Email", "Title", "Phone"),
    "Account": ("Name", "Phone", "Website", "BillingCity"),
}

Difference = Literal["DIFFERENT", "NULL", "SAME", "SIMILAR"]


@dataclass(frozen=True, slots=True)
class Match:
    row: Row
    confidence: float
    """0 to 100."""
    differences: tuple[tuple[str, Difference], ...]


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one duplicate rule found."""

    rule: str
    object: str
    """The object of the record that was looked at."""
    matched_object: str
    matching_rule: str
    allow_save: bool
    matches: tuple[Match, ...]


class DuplicatesDetected(SalesforceRefusal):
    """A save that a duplicate rule refuses: the only error with a shape of its own (DuplicateError)."""

    def __init__(self, results: tuple[RuleResult, ...]) -> None:
        super().__init__("DUPLICATES_DETECTED", "Use one of these records?")
        self.results = results


def folded(value: Value) -> str:
    return re.sub(r"[\W_]+", "", str(value or "").casefold())


class Matcher:
    """Compares one record with all others. Built for one call: its name index is not kept up to date."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._names: dict[str, dict[str, list[Row]]] = {}

    def results(
        self, object_name: str, values: Mapping[str, Value], *, without: frozenset[str] = frozenset()
    ) -> list[RuleResult]:
        """One result per active rule of the object, also when it found nothing. ``without``: ids to leave out."""
        if self._state.settings.duplicate_rule == "off":
            return []
        return [
            RuleResult(
                rule,
                object_name,
                other,
                MATCHING[other],
                self._state.settings.duplicate_rule != "block",
                tuple(self._matches(object_name, values, other, without)),
            )
            for rule, other in RULES.get(object_name, ())
        ]

    def _matches(
        self, object_name: str, values: Mapping[str, Value], other: str, without: frozenset[str]
    ) -> list[Match]:
        found = []
        for row in self._alike(other, values):
            if row.id in without or row.deleted or row.values.get("IsConverted") is True:
                continue
            confidence = self._confidence(object_name, values, row)
            if confidence:
                names = COMPARED[object_name]
                found.append(Match(row, confidence, tuple((name, _difference(name, values, row)) for name in names)))
        return sorted(found, key=lambda match: (-match.confidence, match.row.id))

    def _alike(self, object_name: str, values: Mapping[str, Value]) -> list[Row]:
        """Rows whose (last) name is the same when folded."""
        name = "Name" if object_name == "Account" else "LastName"
        if object_name not in self._names:
            index: dict[str, list[Row]] = {}
            for row in self._state.rows[object_name].values():
                if not row.deleted:
                    index.setdefault(folded(row.values.get(name)), []).append(row)
            self._names[object_name] = index
        wanted = folded(values.get(name))
        return self._names[object_name].get(wanted, []) if wanted else []

    def _confidence(self, object_name: str, values: Mapping[str, Value], row: Row) -> float:
        if object_name == "Account":
            return 90.0
        address = str(values.get("Email") or "").lower()
        if address and address == str(row.values.get("Email") or "").lower():
            return 100.0
        if not _same_first_name(values, row.values):
            return 0.0
        company = self._company(object_name, values)
        return 85.0 if company and company == self._company(row.object, row.values) else 0.0

    def _company(self, object_name: str, values: Mapping[str, Value]) -> str:
        if object_name == "Lead":
            return folded(values.get("Company"))
        account = self._state.alive(str(values.get("AccountId") or ""))
        return folded(account.values.get("Name")) if account is not None else ""


def _same_first_name(values: Mapping[str, Value], others: Mapping[str, Value]) -> bool:
    mine, theirs = folded(values.get("FirstName")), folded(others.get("FirstName"))
    return bool(mine and theirs) and (mine.startswith(theirs) or theirs.startswith(mine))


def _difference(name: str, values: Mapping[str, Value], row: Row) -> Difference:
    mine, theirs = values.get(name), row.values.get(name)
    if not mine and not theirs:
        return "NULL"
    if mine == theirs:
        return "SAME"
    return "SIMILAR" if folded(mine) == folded(theirs) else "DIFFERENT"
