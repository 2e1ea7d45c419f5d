"""Rows that every org has and no cast tells of: the organization, lead statuses, queues, profiles, duplicate rules.

The duplicate record sets are what the org's own duplicate rules have reported (facts/salesforce.md §8): contacts, or
leads, with one address, or with one name at one company. They see less than a careful matcher does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mergetui.records.crm import Value
from mergetui.twin.cast import CastRow
from mergetui.twin.duplicates import RULES, folded
from mergetui.twin.ids import salesforce_id
from mergetui.twin.schema import PEOPLE
from mergetui.twin.state import State

LEAD_STATUSES = ("Open - Not Contacted", "Working - Contacted", "Closed - Converted", "Closed - Not Converted")
CONVERTED = "Closed - Converted"
_DAY_MS = 86_400_000


def add_org_rows(state: State) -> None:
    """To be called once, when the world has just begun."""
    stamp = (state.began - 400 * _DAY_MS) // 1000 * 1000
    base: dict[str, Value] = {"CreatedDate": stamp, "LastModifiedDate": stamp, "SystemModstamp": stamp}
    base |= {"CreatedById": state.admin_id, "LastModifiedById": state.admin_id}

    def add(object_name: str, key: str, values: Mapping[str, Value]) -> None:
        if state.row(key) is None:
            state.load_row(CastRow(object_name, key, {**base, **values}))

    add("Organization", state.org_id, {
        "Name": state.org_name, "IsSandbox": False, "OrganizationType": "Enterprise Edition", "InstanceName": "EU99",
        "LanguageLocaleKey": "en_US", "TimeZoneSidKey": "Europe/Berlin",
    })  # fmt: skip
    for number, label in enumerate(LEAD_STATUSES):
        add("LeadStatus", salesforce_id("01J", number), {
            "MasterLabel": label, "ApiName": label, "SortOrder": number + 1, "IsDefault": number == 0,
            "IsConverted": label == CONVERTED,
        })  # fmt: skip
    add("User", state.admin_id, {
        "Username": "admin@sandbox.example", "LastName": "Admin", "Name": "Admin", "Email": "admin@sandbox.example",
        "IsActive": True,
    })  # fmt: skip
    add("Profile", salesforce_id("00e", 1), {"Name": "System Administrator", "UserType": "Standard"})
    add("Profile", salesforce_id("00e", 2), {"Name": "Standard User", "UserType": "Standard"})
    add("Group", salesforce_id("00G", 1), {
        "Name": "Inbound Leads", "DeveloperName": "Inbound_Leads", "Type": "Queue", "DoesSendEmailToMembers": False,
        "DoesIncludeBosses": False,
    })  # fmt: skip
    _add_duplicates(state, base)


def _add_duplicates(state: State, base: Mapping[str, Value]) -> None:
    rules: dict[str, str] = {}
    number = 0
    for object_name, own in RULES.items():
        for rule, other in own:
            number += 1
            key = salesforce_id("0Bm", number)
            if other == object_name:
                rules[object_name] = key
            state.load_row(
                CastRow("DuplicateRule", key, {
                    **base, "SobjectType": object_name, "DeveloperName": rule, "MasterLabel": rule.replace("_", " "),
                    "Language": "en_US", "IsActive": True,
                })
            )  # fmt: skip
    sets = items = 0
    for object_name in PEOPLE:
        for alike in _alike(state, object_name):
            sets += 1
            parent = salesforce_id("0GK", sets)
            state.load_row(
                CastRow("DuplicateRecordSet", parent, {
                    **base, "Name": f"DRS-{sets:06d}", "DuplicateRuleId": rules[object_name], "RecordCount": len(alike),
                })
            )  # fmt: skip
            for key in alike:
                items += 1
                values: dict[str, Value] = {**base, "Name": f"DRI-{items:06d}", "DuplicateRecordSetId": parent}
                state.load_row(CastRow("DuplicateRecordItem", salesforce_id("0GL", items), {**values, "RecordId": key}))


def _alike(state: State, object_name: str) -> Iterator[tuple[str, ...]]:
    """Ids of live rows of one object with the same address, or with the same name at the same company."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for row in state.rows[object_name].values():
        if row.deleted or row.values.get("IsConverted") is True:
            continue
        if address := row.values.get("Email"):
            groups.setdefault(("address", str(address).lower()), []).append(row.id)
        company = row.values.get("AccountId" if object_name == "Contact" else "Company")
        first, last = folded(row.values.get("FirstName")), folded(row.values.get("LastName"))
        if company and first and last:
            groups.setdefault(("name", first, last, str(company).lower()), []).append(row.id)
    told: set[tuple[str, ...]] = set()
    for ids in groups.values():
        alike = tuple(sorted(ids))
        if len(alike) > 1 and alike not in told:
            told.add(alike)
            yield alike
