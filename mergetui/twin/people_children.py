"""Salesforce rows that point at a person and move with a merge (facts/salesforce.md §11).

A ``RowSketch`` is all that is kept of them until somebody reads one: from its seed ``children`` writes the same rows
whenever, and in whatever order, people are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass

from mergetui.records.crm import Value
from mergetui.twin.cast import CastRow
from mergetui.twin.ids import salesforce_id
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_times import DAY, HOUR, date
from mergetui.twin.people_words import words_of
from mergetui.twin.people_work import DEALS, OPPORTUNITY_STAGES, ROLES

PREFIXES = {
    "Task": "00T", "Event": "00U", "CampaignMember": "00v", "Opportunity": "006", "OpportunityContactRole": "00K",
    "Case": "500", "AccountContactRelation": "07k",
}  # fmt: skip
CHILD_KINDS = tuple(PREFIXES)
MEMBER_STATUSES = ("Sent", "Sent", "Responded")
PROBABILITY = {"Prospecting": 10.0, "Qualification": 10.0, "Needs Analysis": 20.0, "Proposal/Price Quote": 75.0,
               "Negotiation/Review": 90.0, "Closed Won": 100.0, "Closed Lost": 0.0}  # fmt: skip
FIRST_NUMBER = 1_000_000
_STEP, _ROUND = 37, 900_000_000
Values = dict[str, Value]


def scattered(number: int) -> int:
    """Where the id of the ``number``-th row of the cast lies: neighbours in time are no neighbours in id."""
    return number * _STEP % _ROUND + FIRST_NUMBER


def gathered(place: int) -> int:
    """The reverse of ``scattered``; -1 for a place that it never gives."""
    number, rest = divmod(place - FIRST_NUMBER, _STEP)
    return -1 if rest else number


@dataclass(frozen=True, slots=True)
class RowSketch:
    """``number`` is that of the first child; ``count`` how many there are; ``amount`` about how many to draw."""

    seed: int
    object: str
    person: str
    owner: str
    account: str
    """Empty for leads."""
    stem: str
    city: str
    language: str
    created: int
    modified: int
    latest: int
    amount: float
    all_campaigns: tuple[str, ...]
    number: int
    second: str = ""
    """Another account that the contact has to do with: both relations are rows then."""


@dataclass(frozen=True, slots=True)
class Opening:
    """The opportunity of a person, if any: what its Salesforce row and its HubSpot deal agree on."""

    id: str
    name: str
    stage: str
    amount: float
    created: int
    close: int
    role: str

    @property
    def is_open(self) -> bool:
        return not self.stage.startswith("Closed")


@dataclass(frozen=True, slots=True)
class Outline:
    """How many children of which kind."""

    tasks: int
    events: int
    campaigns: tuple[str, ...]
    opening: Opening | None
    cases: int
    relations: int = 0

    @property
    def kinds(self) -> frozenset[str]:
        counts = {
            "Task": self.tasks, "Event": self.events, "CampaignMember": len(self.campaigns), "Case": self.cases,
            "Opportunity": self.opening is not None, "OpportunityContactRole": self.opening is not None,
            "AccountContactRelation": self.relations,
        }  # fmt: skip
        return frozenset(name for name, count in counts.items() if count)

    @property
    def count(self) -> int:
        return self.tasks + self.events + len(self.campaigns) + (2 if self.opening else 0) + self.cases + self.relations


def outline(rng: Dice, sketch: RowSketch) -> Outline:
    """Seed the dice with the sketch and draw what there is; the dice then stand where ``children`` goes on."""
    rng.seed(sketch.seed)
    chance, amount = rng.random, sketch.amount
    tasks = int(chance() ** 2 * 4 * amount)
    events = 1 if chance() < 0.18 * amount else 0
    campaigns: tuple[str, ...] = ()
    if chance() < 0.4 * amount:
        campaigns = tuple(rng.sample(sketch.all_campaigns, 1 if chance() < 0.7 else 2))
    opening = None
    cases = 0
    if sketch.object == "Contact":
        if chance() < 0.12 * amount:
            opening = _opening(rng, sketch)
        cases = 1 if chance() < 0.06 * amount else 0
    return Outline(tasks, events, campaigns, opening, cases, 2 if sketch.second else 0)


def _opening(rng: Dice, sketch: RowSketch) -> Opening:
    begun = _moment(rng, sketch)
    is_open = rng.random() < 0.5
    if is_open:
        begun = max(begun, sketch.latest - rng.between(10, 150) * DAY)
        close = sketch.latest + rng.between(10, 120) * DAY
        stage = rng.one(OPPORTUNITY_STAGES)
    else:
        close = min(begun + rng.between(14, 120) * DAY, sketch.latest)
        stage = rng.one(("Closed Won", "Closed Won", "Closed Lost"))
    return Opening(
        id=salesforce_id(PREFIXES["Opportunity"], scattered(sketch.number)),
        name=f"{sketch.stem}: {rng.one(DEALS)}"[:120],
        stage=stage,
        amount=rng.between(2, 160) * 500.0,
        created=begun // 1000 * 1000,
        close=close,
        role=rng.one(ROLES),
    )


def _moment(rng: Dice, sketch: RowSketch) -> int:
    """A whole second between the person's birth in Salesforce and the world's beginning, rather late than early."""
    span = sketch.latest - sketch.created
    return sketch.created + int(span * (1 - rng.random() ** 2)) // 1000 * 1000


class _Writer:
    def __init__(self, sketch: RowSketch) -> None:
        self.sketch = sketch
        self.rows: list[CastRow] = []
        self.number = sketch.number

    def row(self, kind: str, values: Values, *, created: int, modified: int, owned: bool = True) -> str:
        row_id = salesforce_id(PREFIXES[kind], scattered(self.number))
        self.number += 1
        created = min(created, self.sketch.latest) // 1000 * 1000
        stamp = max(created, min(modified, self.sketch.latest)) // 1000 * 1000
        values["CreatedDate"] = created
        values["LastModifiedDate"] = values["SystemModstamp"] = stamp
        values["CreatedById"] = values["LastModifiedById"] = self.sketch.owner
        if owned:
            values["OwnerId"] = self.sketch.owner
        self.rows.append(CastRow(kind, row_id, values))
        return row_id


def children(rng: Dice, sketch: RowSketch) -> list[CastRow]:
    """The rows of a sketch, always the same ones."""
    found = outline(rng, sketch)
    writer = _Writer(sketch)
    words = words_of(sketch.language)
    account = sketch.account or None
    opening = found.opening
    if opening is not None:  # first: its id is that of the sketch's first number
        _write_opening(writer, opening)
    what = opening.id if opening else account
    for _ in range(found.cases):
        at = _moment(rng, sketch)
        closed = rng.random() < 0.7
        done = at + rng.between(1, 12) * DAY
        writer.row(
            "Case",
            {"CaseNumber": f"{writer.number - FIRST_NUMBER:08d}", "Subject": rng.one(words.cases),
             "Status": "Closed" if closed and done < sketch.latest else "Working",
             "Origin": rng.one(("Phone", "Email", "Web")), "Priority": "Medium",
             "IsClosed": closed and done < sketch.latest, "ContactId": sketch.person, "AccountId": account},
            created=at, modified=done,
        )  # fmt: skip
    for _ in range(found.tasks):
        _write_task(rng, writer, what, words.tasks, words.calls, words.emails)
    for _ in range(found.events):
        at = _moment(rng, sketch) // HOUR * HOUR
        begin = at + rng.between(2, 15) * DAY // HOUR * HOUR
        length = rng.one((30, 45, 60, 60, 90))
        writer.row(
            "Event",
            {"Subject": rng.one(words.meetings), "StartDateTime": begin, "EndDateTime": begin + length * 60_000,
             "DurationInMinutes": length, "ActivityDateTime": begin, "ActivityDate": date(begin),
             "IsAllDayEvent": False, "Location": rng.one((sketch.city, sketch.city, "Online")) or None,
             "WhoId": sketch.person, "WhatId": what, "AccountId": account},
            created=max(at, sketch.created), modified=at,
        )  # fmt: skip
    for campaign in found.campaigns:
        at = _moment(rng, sketch)
        status = rng.one(MEMBER_STATUSES)
        answered = min(at + rng.between(1, 20) * DAY, sketch.latest) if status == "Responded" else 0
        writer.row(
            "CampaignMember",
            {"CampaignId": campaign, f"{sketch.object}Id": sketch.person, "Status": status,
             "HasResponded": bool(answered), "FirstRespondedDate": date(answered) if answered else None},
            created=at, modified=answered or at, owned=False,
        )  # fmt: skip
    if sketch.second:
        role = rng.one(("Influencer", "Business User", "Evaluator", "Executive Sponsor"))
        for target, roles in ((sketch.account, None), (sketch.second, role)):
            writer.row(
                "AccountContactRelation",
                {"AccountId": target, "ContactId": sketch.person, "Roles": roles, "IsDirect": roles is None,
                 "IsActive": True},
                created=sketch.created, modified=sketch.created, owned=False,
            )  # fmt: skip
    return writer.rows


def _write_opening(writer: _Writer, opening: Opening) -> None:
    sketch = writer.sketch
    made = writer.row(
        "Opportunity",
        {"Name": opening.name, "AccountId": sketch.account, "StageName": opening.stage, "Amount": opening.amount,
         "CloseDate": date(opening.close), "IsClosed": not opening.is_open, "IsWon": opening.stage == "Closed Won",
         "Probability": PROBABILITY[opening.stage], "Type": "New Customer"},
        created=opening.created, modified=opening.created + 5 * DAY if opening.is_open else opening.close,
    )  # fmt: skip
    writer.row(
        "OpportunityContactRole",
        {"OpportunityId": made, "ContactId": sketch.person, "Role": opening.role, "IsPrimary": True},
        created=opening.created, modified=opening.created, owned=False,
    )  # fmt: skip


def _write_task(
    rng: Dice, writer: _Writer, what: str | None, tasks: tuple[str, ...], calls: tuple[str, ...],
    emails: tuple[str, ...],
) -> None:  # fmt: skip
    """A thing to do, a call that was logged, or an e-mail that was."""
    sketch = writer.sketch
    at = _moment(rng, sketch)
    kind = rng.one(("Task", "Task", "Call", "Email"))
    closed = kind != "Task" or rng.random() < 0.6
    done = min(at + rng.between(0, 5) * DAY, sketch.latest) if kind == "Task" else at
    values: Values = {
        "Subject": rng.one({"Task": tasks, "Call": calls, "Email": emails}[kind]), "Priority": "Normal",
        "Status": "Completed" if closed else "Not Started", "IsClosed": closed, "TaskSubtype": kind,
        "ActivityDate": date(done if closed else sketch.latest + rng.between(1, 30) * DAY), "WhoId": sketch.person,
        "WhatId": what, "AccountId": sketch.account or None,
    }  # fmt: skip
    if kind == "Email":
        values["Subject"] = f"Email: {values['Subject']}"
    if closed:
        values["CompletedDateTime"] = done // 1000 * 1000
    if kind == "Call":
        values["CallDurationInSeconds"] = rng.between(20, 1_800)
        values["CallType"] = rng.one(("Outbound", "Outbound", "Inbound"))
    writer.row("Task", values, created=at, modified=done)
