"""Rows that every org has and no cast tells of: the organization, lead statuses, queues, profiles, duplicate rules.

The duplicate record sets are what the org's own duplicate rules have reported (facts/salesforce.md §8): contacts, or
leads, that share an address. They see less than a careful matcher does.
"""

from __future__ import annotations

from collections.abc import Mapping

from mergetui.records.crm import Value
from mergetui.twin.cast import CastRow
from mergetui.twin.duplicates import RULES
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
    for address in sorted(state.people_by_email):
        holders = state.people_by_email[address]
        if len(holders) < 2:
            continue
        for object_name in PEOPLE:
            alike = sorted(key for key in holders if key in state.rows[object_name])
            if len(alike) < 2:
                continue
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
