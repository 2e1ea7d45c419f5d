"""Which record's value each field keeps."""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.planning.rows import CONSENT, effective
from mergetui.planning.values import blank, for_salesforce
from mergetui.records.crm import Value
from mergetui.records.crm import as_text as text
from mergetui.records.plan import Choice, Choices
from mergetui.records.review import Dossier, Row


def proposal(dossier: Dossier, rows: tuple[Row, ...], master: str) -> Choices:
    """The master's value in every row; blanks are filled from the record that was changed last; a yes to an opt-out
    always wins (design rule 7). Only rows that leave the master's column are named."""
    order = sorted(
        range(len(dossier.members)),
        key=lambda index: (dossier.members[index].key != master, -_changed(dossier, index), dossier.members[index].key),
    )
    chosen: dict[str, Choice] = {}
    for row in rows:
        if not row.selectable:
            continue
        fuller = _fuller_name(row, order)
        if fuller is not None:
            chosen[row.key] = Choice(member=dossier.members[fuller].key)
            continue
        for index in order:
            value = effective(row.values[index])
            wanted = is_yes(value) if is_consent(row) else not blank(value)
            if wanted:
                if index != order[0]:
                    chosen[row.key] = Choice(member=dossier.members[index].key)
                break
    return Choices(master=master, rows=chosen)


def _fuller_name(row: Row, order: list[int]) -> int | None:
    """The column whose first name spells out what the master's only abbreviates (``C`` → ``Chantelle``)."""
    if row.key not in ("sf:FirstName", "hs:firstname"):
        return None
    own = text(effective(row.values[order[0]])).strip().rstrip(".")
    if not 0 < len(own) <= 2:
        return None
    for index in order[1:]:
        other = text(effective(row.values[index])).strip()
        if len(other.rstrip(".")) > 2 and other.casefold().startswith(own[0].casefold()):
            return index
    return None


def is_consent(row: Row) -> bool:
    return row.salesforce is not None and row.salesforce.name in CONSENT


def is_yes(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.lower() == "true")


def chosen_index(dossier: Dossier, row: Row, choices: Choices) -> int | None:
    """The column whose value survives in this row; None when it was typed."""
    choice = choices.rows.get(row.key)
    if choice is not None and choice.edited is not None:
        return None
    key = choice.member if choice is not None and choice.member is not None else choices.master
    for index, member in enumerate(dossier.members):
        if member.key == key:
            return index
    return next(index for index, member in enumerate(dossier.members) if member.key == choices.master)


def final_value(dossier: Dossier, row: Row, choices: Choices) -> Value:
    """The surviving value, in Salesforce's type when the row has a Salesforce field, else HubSpot's text.

    A text that cannot become a value of the Salesforce field stays the text; a check then blocks the plan.
    """
    if is_consent(row) and any(is_yes(effective(value)) for value in row.values):
        return True
    index = chosen_index(dossier, row, choices)
    value = choices.rows[row.key].edited if index is None else effective(row.values[index])
    if row.salesforce is None:
        return text(value)
    try:
        return for_salesforce(value, row.salesforce)
    except ValueError:
        return text(value)


def finals(dossier: Dossier, rows: tuple[Row, ...], choices: Choices) -> Mapping[str, Value]:
    """Row key → surviving value, of all selectable rows."""
    return {row.key: final_value(dossier, row, choices) for row in rows if row.selectable}


def _changed(dossier: Dossier, index: int) -> int:
    member = dossier.members[index]
    if member.salesforce is not None:
        return member.salesforce.modified_at
    return member.hubspot.updated_at if member.hubspot is not None else 0
