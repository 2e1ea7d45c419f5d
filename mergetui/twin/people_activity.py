"""What a HubSpot contact has done: events, engagements, deals, tickets, and the properties that count them.

The properties of facts/hubspot.md §5 come from ``facts``, the events and objects from ``timeline``: both draw the same
from one seed, so they always agree, and the timeline is written only when somebody reads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mergetui.twin.cast import CastEvent, CastObject
from mergetui.twin.people_children import Opening
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_times import DAY, HOUR, iso
from mergetui.twin.people_words import words_of
from mergetui.twin.people_work import DEALS, EMAILS, FORMS, OPEN_STAGES, PAGES, SOURCES, TICKETS

SITE = "https://www.acme-travel.example"
_STAGES = {
    "Prospecting": "appointmentscheduled", "Qualification": "qualifiedtobuy",
    "Needs Analysis": "presentationscheduled", "Proposal/Price Quote": "presentationscheduled",
    "Negotiation/Review": "contractsent", "Closed Won": "closedwon", "Closed Lost": "closedlost",
}  # fmt: skip
SALES_KINDS = ("emails", "emails", "calls", "meetings", "notes", "tasks")


@dataclass(frozen=True, slots=True)
class Richness:
    """How much a contact has done: inclusive ranges of counts, within the last ``days``."""

    opens: tuple[int, int] = (0, 0)
    clicks: tuple[int, int] = (0, 0)
    forms: tuple[int, int] = (0, 0)
    visits: tuple[int, int] = (0, 0)
    sales: tuple[int, int] = (0, 0)
    """E-mails, calls, meetings, notes and tasks together."""
    deals: tuple[int, int] = (0, 0)
    """Beside the one that belongs to a Salesforce opportunity."""
    tickets: tuple[int, int] = (0, 0)
    lists: tuple[int, int] = (0, 0)
    days: int = 730
    open_deal: bool = False
    """The first deal is still open."""


NONE = Richness()
FEW = Richness(opens=(0, 6), clicks=(0, 1), forms=(0, 1), visits=(0, 3), sales=(0, 1), lists=(0, 1))
SOME = Richness(
    opens=(3, 20), clicks=(0, 5), forms=(0, 2), visits=(2, 9), sales=(1, 4), deals=(0, 1), tickets=(0, 1), lists=(0, 2)
)
RICH = Richness(
    opens=(25, 60), clicks=(3, 12), forms=(2, 4), visits=(8, 30), sales=(4, 9), deals=(1, 3), tickets=(0, 2),
    lists=(1, 3), days=360, open_deal=True,
)  # fmt: skip
LITTLE = Richness(opens=(0, 3), forms=(0, 1), visits=(0, 2))
WORTHLESS = Richness(opens=(0, 0), visits=(0, 1), days=1500)
"""Nothing that anybody would miss."""


@dataclass(frozen=True, slots=True)
class TimelineSketch:
    """All that is kept of a contact's timeline until it is read. ``first`` is the id of its first entry."""

    seed: int
    contact: str
    how: Richness
    created: int
    latest: int
    address: bool
    owner: str
    stem: str
    language: str
    first: int
    opening: Opening | None = None


@dataclass(frozen=True, slots=True)
class Sale:
    kind: str
    at: int
    incoming: bool
    number: int
    """Which of the kind's subjects, and how long it took: any number."""


@dataclass(frozen=True, slots=True)
class Deal:
    name: str
    stage: str
    amount: int
    created: int
    close: int
    opportunity: str = ""

    @property
    def is_open(self) -> bool:
        return not self.stage.startswith("closed")


@dataclass(slots=True)
class Facts:
    """What the properties say; of many opens and visits only the first and the last are drawn here."""

    delivered: int = 0
    sent: tuple[int, int] = (0, 0)
    opens: tuple[int, int, int] = (0, 0, 0)
    """Count, first, last."""
    clicks: tuple[int, int, int] = (0, 0, 0)
    subject: str = ""
    forms: list[tuple[int, str]] = field(default_factory=list)
    visits: tuple[int, int, int] = (0, 0, 0)
    pages: tuple[int, int] = (0, 0)
    """First and last page of all visits, as places in ``PAGES``."""
    views: int = 0
    source: str = "OFFLINE"
    sales: list[Sale] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    tickets: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many events and objects there are."""
        numbers = self.opens[0] + self.clicks[0] + len(self.forms) + self.visits[0]
        return numbers + len(self.sales) + len(self.deals) + len(self.tickets)

    @property
    def kinds(self) -> frozenset[str]:
        """The types of the objects there are."""
        found = {sale.kind for sale in self.sales}
        if self.deals:
            found.add("deals")
        if self.tickets:
            found.add("tickets")
        return frozenset(found)


def facts(rng: Dice, sketch: TimelineSketch) -> Facts:
    """Seed the dice with the sketch and draw what the contact has done in sum; the dice then stand where ``timeline``
    goes on."""
    rng.seed(sketch.seed)
    how, latest = sketch.how, sketch.latest
    begin = max(latest - how.days * DAY, sketch.created)
    span = max(0, latest - begin)
    found = Facts()
    chance = rng.random
    if sketch.address:
        _marketing(rng, how, begin, span, found)
    _web(rng, how, begin, span, found)
    for _ in range(rng.within(how.sales)):
        at = begin + int(chance() * span)
        found.sales.append(Sale(rng.one(SALES_KINDS), at, chance() < 0.4, rng.below(100_000)))
    found.sales.sort(key=lambda sale: sale.at)
    _deals(rng, sketch, begin, span, found)
    found.tickets = [begin + int(chance() * span) for _ in range(rng.within(how.tickets))]
    return found


def _marketing(rng: Dice, how: Richness, begin: int, span: int, found: Facts) -> None:
    opens = rng.within(how.opens)
    clicks = min(rng.within(how.clicks), opens)
    found.delivered = opens + rng.within((0, 6)) if opens or rng.random() < 0.6 else 0
    if not found.delivered:
        return
    first, last = sorted((begin + int(span * rng.random()), begin + int(span * rng.random())))
    found.subject = rng.one(EMAILS)
    found.sent = (max(begin, first - 3 * HOUR), max(begin, last - HOUR))
    if opens:
        first = last if opens == 1 else first
        found.opens = (opens, first, last)
        found.sent = (max(begin, first - 3 * HOUR), max(begin, last - HOUR))
    if clicks:
        found.clicks = (clicks, min(last, first + 40_000) if clicks > 1 else last, last)


def _web(rng: Dice, how: Richness, begin: int, span: int, found: Facts) -> None:
    chance = rng.random
    if forms := rng.within(how.forms):
        found.forms = sorted((begin + int(chance() * span), rng.one(FORMS)) for _ in range(forms))
    if visits := rng.within(how.visits):
        first, last = sorted((begin + int(span * chance()), begin + int(span * chance())))
        found.visits = (visits, last if visits == 1 else first, last)
        page = rng.below(len(PAGES))
        found.pages = (page, page if visits == 1 else rng.below(len(PAGES)))
        found.views = visits + rng.within((0, visits * 2))
        found.source = rng.one(SOURCES)


def _deals(rng: Dice, sketch: TimelineSketch, begin: int, span: int, found: Facts) -> None:
    latest = sketch.latest
    if opening := sketch.opening:
        found.deals.append(
            Deal(opening.name, _STAGES[opening.stage], int(opening.amount), max(opening.created, sketch.created),
                 max(opening.close, sketch.created), opening.id)
        )  # fmt: skip
    for number in range(rng.within(sketch.how.deals)):
        at = begin + int(rng.random() * span)
        amount = rng.between(2, 160) * 500
        is_open = number == 0 if sketch.how.open_deal else rng.random() < 0.5
        if is_open:
            stage, close = rng.one(OPEN_STAGES), latest + rng.between(5, 120) * DAY
        else:
            stage = rng.one(("closedwon", "closedwon", "closedlost"))
            close = min(at + rng.between(3, 90) * DAY, latest)
        found.deals.append(Deal(f"{sketch.stem}: {rng.one(DEALS)}", stage, amount, at, close))


# the properties --------------------------------------------------------------------------------------------------


def properties_of(found: Facts) -> dict[str, str]:
    """The contact properties that count what it did."""
    values: dict[str, str] = {}
    if found.delivered:
        values["hs_email_delivered"] = str(found.delivered)
        values["hs_email_first_send_date"], values["hs_email_last_send_date"] = map(iso, found.sent)
        values["hs_email_last_email_name"] = found.subject
    for (count, first, last), name in ((found.opens, "open"), (found.clicks, "click")):
        if count:
            values[f"hs_email_{name}"] = str(count)
            values[f"hs_email_first_{name}_date"] = iso(first)
            values[f"hs_email_last_{name}_date"] = iso(last)
    if forms := found.forms:
        values["num_conversion_events"] = str(len(forms))
        values["num_unique_conversion_events"] = str(len({name for _, name in forms}))
        values["first_conversion_date"], values["first_conversion_event_name"] = iso(forms[0][0]), forms[0][1]
        values["recent_conversion_date"], values["recent_conversion_event_name"] = iso(forms[-1][0]), forms[-1][1]
    if found.visits[0]:
        values["hs_analytics_num_visits"] = str(found.visits[0])
        values["hs_analytics_num_page_views"] = str(found.views)
        values["hs_analytics_first_timestamp"], values["hs_analytics_last_timestamp"] = map(iso, found.visits[1:])
        values["hs_analytics_first_url"], values["hs_analytics_last_url"] = (SITE + PAGES[n][0] for n in found.pages)
    values["hs_analytics_source"] = found.source
    _count_sales(found, values)
    if found.deals:
        values["num_associated_deals"] = str(len(found.deals))
        won = [deal for deal in found.deals if deal.stage == "closedwon"]
        if won:
            newest = max(won, key=lambda deal: deal.close)
            values["total_revenue"] = str(sum(deal.amount for deal in won))
            values["recent_deal_close_date"], values["recent_deal_amount"] = iso(newest.close), str(newest.amount)
    return values


def _count_sales(found: Facts, values: dict[str, str]) -> None:
    if not found.sales:
        return
    values["num_notes"] = str(len(found.sales))
    values["notes_last_updated"] = iso(found.sales[-1].at)
    contacted = [sale for sale in found.sales if sale.kind in ("emails", "calls", "meetings")]
    if contacted:
        last = contacted[-1]
        values["num_contacted_notes"] = str(len(contacted))
        values["notes_last_contacted"] = values["hs_last_sales_activity_timestamp"] = iso(last.at)
        values["hs_last_sales_activity_type"] = {"emails": "EMAIL", "calls": "CALL", "meetings": "MEETING"}[last.kind]
    for sale in contacted:
        if sale.kind == "meetings":
            values["engagements_last_meeting_booked"] = values["hs_latest_meeting_activity"] = iso(sale.at)
        elif sale.kind == "emails":
            values["hs_sales_email_last_replied" if sale.incoming else "hs_sales_email_last_opened"] = iso(sale.at)


# the timeline ----------------------------------------------------------------------------------------------------


class _Writer:
    def __init__(self, sketch: TimelineSketch) -> None:
        self._contact, self._next = sketch.contact, sketch.first
        self.objects: list[CastObject] = []
        self.events: list[CastEvent] = []

    def _id(self) -> str:
        self._next += 1
        return str(self._next - 1)

    def event(self, kind: str, at: int, title: str) -> None:
        self.events.append(CastEvent(self._id(), kind, self._contact, at, title))

    def object(self, kind: str, values: dict[str, str]) -> None:
        self.objects.append(CastObject(kind, self._id(), values, (self._contact,)))


def timeline(rng: Dice, sketch: TimelineSketch) -> tuple[list[CastObject], list[CastEvent]]:
    """The objects and events of a sketch, always the same ones."""
    found = facts(rng, sketch)
    writer = _Writer(sketch)
    times = _between(rng, found.opens)
    for number, at in enumerate(times):
        writer.event("open", at, found.subject if number == len(times) - 1 else rng.one(EMAILS))
    for at in _between(rng, found.clicks):
        writer.event("click", at, rng.one(EMAILS))
    for at, name in found.forms:
        writer.event("form", at, name)
    times = _between(rng, found.visits)
    for number, at in enumerate(times):
        place = found.pages[0] if number == 0 else found.pages[1] if number == len(times) - 1 else rng.below(len(PAGES))
        writer.event("visit", at, PAGES[place][1])
    for sale in found.sales:
        writer.object(sale.kind, _sale_values(sketch, sale))
    for deal in found.deals:
        writer.object("deals", _deal_values(sketch, deal))
    for at in found.tickets:
        closed = rng.random() < 0.6
        writer.object(
            "tickets",
            {"subject": rng.one(TICKETS), "hs_pipeline": "0", "hs_is_closed": "true" if closed else "false",
             "hs_pipeline_stage": "4" if closed else rng.one("123"), "createdate": iso(at),
             "hs_ticket_priority": rng.one(("LOW", "MEDIUM", "HIGH")), "hubspot_owner_id": sketch.owner},
        )  # fmt: skip
    return writer.objects, writer.events


def _between(rng: Dice, counted: tuple[int, int, int]) -> list[int]:
    """So many instants, the first and the last one as given."""
    count, first, last = counted
    if count < 2:
        return [last] * count
    return [first, *sorted(first + int((last - first) * rng.random()) for _ in range(count - 2)), last]


def _sale_values(sketch: TimelineSketch, sale: Sale) -> dict[str, str]:
    words = words_of(sketch.language)
    at, number = iso(sale.at), sale.number
    made = {"hs_timestamp": at, "hs_createdate": at, "hubspot_owner_id": sketch.owner}

    def pick(choice: tuple[str, ...]) -> str:
        return choice[number % len(choice)]

    if sale.kind == "emails":
        made["hs_email_subject"] = pick(words.emails)
        made["hs_email_direction"] = "INCOMING_EMAIL" if sale.incoming else "EMAIL"
        made["hs_email_status"] = "SENT"
    elif sale.kind == "calls":
        made["hs_call_title"] = pick(words.calls)
        made["hs_call_duration"] = str((20 + number % 1_780) * 1000)
        made["hs_call_status"] = "COMPLETED"
        made["hs_call_direction"] = "INBOUND" if sale.incoming else "OUTBOUND"
    elif sale.kind == "meetings":
        length = (30, 45, 60, 90)[number % 4] * 60_000
        made["hs_meeting_title"] = pick(words.meetings)
        made["hs_meeting_body"] = pick(words.notes)
        made["hs_meeting_start_time"], made["hs_meeting_end_time"] = at, iso(sale.at + length)
        made["hs_meeting_outcome"] = "COMPLETED"
    elif sale.kind == "notes":
        made["hs_note_body"] = made["hs_body_preview"] = pick(words.notes)
    else:
        made["hs_task_subject"] = pick(words.tasks)
        made["hs_task_body"] = ""
        made["hs_task_status"] = ("COMPLETED", "COMPLETED", "NOT_STARTED")[number % 3]
    return made


def _deal_values(sketch: TimelineSketch, deal: Deal) -> dict[str, str]:
    made = {
        "dealname": deal.name, "dealstage": deal.stage, "pipeline": "default", "amount": str(deal.amount),
        "createdate": iso(deal.created), "closedate": iso(deal.close), "hubspot_owner_id": sketch.owner,
        "hs_is_closed": "false" if deal.is_open else "true",
        "hs_is_closed_won": "true" if deal.stage == "closedwon" else "false",
    }  # fmt: skip
    if deal.opportunity:
        made["hs_salesforceopportunityid"] = deal.opportunity
    return made
