"""Salesforce rows that point at a person and move with a merge (facts/salesforce.md §11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mergetui.twin.people_activity import DAY, HOUR, date
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_look import Look
from mergetui.twin.people_work import CASES, DEALS, OPPORTUNITY_STAGES, ROLES, TASKS

if TYPE_CHECKING:
    from mergetui.twin.people_stage import Stage, Written

MEMBER_STATUSES = ("Sent", "Sent", "Responded")


def hang_on(stage: Stage, rng: Dice, person: Written, look: Look, amount: float, created: int, modified: int) -> None:
    """Tasks, events, campaign memberships, opportunities and cases of one row. ``amount``: about how many."""
    owner = str(person.values["OwnerId"])
    lead = person.object == "Lead"
    span = modified - created
    for _ in range(int(rng.random() ** 2 * 4 * amount)):
        at = created + int(rng.random() * span) // 1000 * 1000
        closed = rng.random() < 0.7
        stage.row(
            "Task",
            {"Subject": rng.one(TASKS), "Status": "Completed" if closed else "Not Started", "Priority": "Normal",
             "IsClosed": closed, "ActivityDate": date(at + 3 * DAY), "WhoId": person.id,
             "WhatId": None if lead else look.company.account_id},
            created=at, modified=at, owner=owner,
        )  # fmt: skip
    if rng.random() < 0.18 * amount:
        at = created + int(rng.random() * span) // HOUR * HOUR
        at = max(at, created)
        stage.row(
            "Event",
            {"Subject": "Meeting", "StartDateTime": at + 2 * DAY, "EndDateTime": at + 2 * DAY + HOUR,
             "DurationInMinutes": 60, "ActivityDateTime": at + 2 * DAY, "ActivityDate": date(at + 2 * DAY),
             "IsAllDayEvent": False, "Location": look.city or None, "WhoId": person.id},
            created=at, modified=at, owner=owner,
        )  # fmt: skip
    if rng.random() < 0.4 * amount:
        person.campaigns = tuple(rng.sample(stage.campaigns, 1 if rng.random() < 0.7 else 2))
        for campaign in person.campaigns:
            at = created + int(rng.random() * span) // 1000 * 1000
            status = rng.one(MEMBER_STATUSES)
            responded = status == "Responded"
            stage.row(
                "CampaignMember",
                {"CampaignId": campaign, f"{person.object}Id": person.id, "Status": status,
                 "HasResponded": responded, "FirstRespondedDate": date(at) if responded else None},
                created=at, modified=at, by=owner,
            )  # fmt: skip
    if lead:
        return
    if rng.random() < 0.12 * amount:
        _opportunity(stage, rng, person, look, created, modified, owner)
    if rng.random() < 0.06 * amount:
        at = created + int(rng.random() * span) // 1000 * 1000
        closed = rng.random() < 0.7
        stage.row(
            "Case",
            {"CaseNumber": stage.case_number(), "Subject": rng.one(CASES),
             "Status": "Closed" if closed else "Working", "Origin": rng.one(("Phone", "Email", "Web")),
             "Priority": "Medium", "IsClosed": closed, "ContactId": person.id,
             "AccountId": look.company.account_id},
            created=at, modified=at, owner=owner,
        )  # fmt: skip


def _opportunity(stage: Stage, rng: Dice, person: Written, look: Look, created: int, modified: int, owner: str) -> None:
    is_open = rng.random() < 0.5
    step = rng.one(OPPORTUNITY_STAGES) if is_open else rng.one(("Closed Won", "Closed Won", "Closed Lost"))
    opportunity = stage.row(
        "Opportunity",
        {"Name": f"{look.company.stem}: {rng.one(DEALS)}"[:120], "AccountId": look.company.account_id,
         "StageName": step, "Amount": rng.between(2, 160) * 500.0,
         "CloseDate": date(stage.latest + 40 * DAY if is_open else modified), "IsClosed": not is_open,
         "IsWon": step == "Closed Won",
         "Probability": 40.0 if is_open else 100.0 if step == "Closed Won" else 0.0},
        created=created, modified=modified, owner=owner,
    )  # fmt: skip
    stage.row(
        "OpportunityContactRole",
        {"OpportunityId": opportunity, "ContactId": person.id, "Role": rng.one(ROLES), "IsPrimary": True},
        created=created, modified=created, by=owner,
    )  # fmt: skip
