"""What a HubSpot contact has done: events, engagements, deals, tickets, and the properties that count them.

The properties of facts/hubspot.md §5 are derived from the events and objects made here, so they always agree.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from mergetui.twin.cast import CastEvent, CastObject
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_work import (
    CALLS,
    DEALS,
    EMAILS,
    FORMS,
    MEETINGS,
    NOTES,
    OPEN_STAGES,
    PAGES,
    SALES_EMAILS,
    SOURCES,
    TASKS,
    TICKETS,
)
from mergetui.twin.stamps import day

DAY = 86_400_000
HOUR = 3_600_000


@lru_cache(maxsize=8192)
def _day(days: int) -> str:
    return day(days * DAY)


_TWO = tuple(f"{number:02d}" for number in range(60))
_THREE = tuple(f"{number:03d}" for number in range(1000))


@lru_cache(maxsize=1440)
def _minute(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def iso(at: int) -> str:
    """As ``stamps.iso``; several times as fast, for hundreds of thousands of them."""
    days, rest = divmod(at, DAY)
    seconds, ms = divmod(rest, 1000)
    return f"{_day(days)}T{_minute(seconds // 60)}:{_TWO[seconds % 60]}.{_THREE[ms]}Z"


def date(at: int) -> str:
    return _day(at // DAY)


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
    tickets: tuple[int, int] = (0, 0)
    lists: tuple[int, int] = (0, 0)
    days: int = 730


NONE = Richness()
FEW = Richness(opens=(0, 6), clicks=(0, 1), forms=(0, 1), visits=(0, 3), sales=(0, 1), lists=(0, 1))
SOME = Richness(
    opens=(3, 20), clicks=(0, 5), forms=(0, 2), visits=(2, 9), sales=(1, 4), deals=(0, 1), tickets=(0, 1), lists=(0, 2)
)
RICH = Richness(
    opens=(25, 60), clicks=(3, 12), forms=(2, 4), visits=(8, 30), sales=(4, 9), deals=(1, 3), tickets=(0, 2),
    lists=(1, 3), days=360,
)  # fmt: skip
LITTLE = Richness(opens=(0, 3), forms=(0, 1), visits=(0, 2))


class Chronicle:
    """Collects events and objects; ``new_id`` hands out HubSpot ids."""

    def __init__(self, new_id: Callable[[], str], latest: int) -> None:
        self.events: list[CastEvent] = []
        self.objects: list[CastObject] = []
        self._new_id = new_id
        self.latest = latest
        """No activity is younger than this instant."""

    def live(
        self, rng: Dice, contact: str, how: Richness, *, created: int, address: bool, owner: str, name: str
    ) -> dict[str, str]:
        """Let a contact live; returns the properties that count what it did. ``address``: it has an e-mail address."""
        begin = max(self.latest - how.days * DAY, created)
        values: dict[str, str] = {}
        if address:
            self._marketing(rng, contact, how, begin, values)
        self._web(rng, contact, how, begin, values)
        self._sales(rng, contact, how, begin, owner, values)
        self._deals(rng, contact, how, begin, owner, name, values)
        for _ in range(rng.within(how.tickets)):
            at = self._moment(rng, begin)
            closed = rng.random() < 0.6
            self._object(
                "tickets", contact,
                {"subject": rng.one(TICKETS), "hs_pipeline": "0", "hs_is_closed": "true" if closed else "false",
                 "hs_pipeline_stage": "4" if closed else rng.one("123"), "createdate": iso(at),
                 "hs_ticket_priority": rng.one(("LOW", "MEDIUM", "HIGH")), "hubspot_owner_id": owner},
            )  # fmt: skip
        return values

    def _moment(self, rng: Dice, begin: int) -> int:
        return begin + int(rng.random() * (self.latest - begin))

    def _event(self, kind: str, contact: str, at: int, title: str) -> None:
        self.events.append(CastEvent(self._new_id(), kind, contact, at, title))

    def _object(self, kind: str, contact: str, values: dict[str, str]) -> None:
        self.objects.append(CastObject(kind, self._new_id(), values, (contact,)))

    def _marketing(self, rng: Dice, contact: str, how: Richness, begin: int, values: dict[str, str]) -> None:
        opens = rng.within(how.opens)
        clicks = min(rng.within(how.clicks), opens)
        delivered = opens + rng.within((0, 6)) if opens or rng.random() < 0.6 else 0
        if not delivered:
            return
        sent = sorted(self._moment(rng, begin) for _ in range(2))
        values["hs_email_delivered"] = str(delivered)
        subject = EMAILS[0]
        if opens:
            times = sorted([self._moment(rng, begin) for _ in range(opens)])
            for at in times:
                subject = rng.one(EMAILS)
                self._event("open", contact, at, subject)
            clicked = sorted(rng.sample(times, clicks)) if clicks else []
            for at in clicked:
                self._event("click", contact, at + 40_000, rng.one(EMAILS))
            sent = [max(begin, times[0] - 3 * HOUR), max(begin, times[-1] - HOUR)]
            values["hs_email_open"] = str(opens)
            values["hs_email_first_open_date"] = iso(times[0])
            values["hs_email_last_open_date"] = iso(times[-1])
            if clicked:
                values["hs_email_click"] = str(clicks)
                values["hs_email_first_click_date"] = iso(clicked[0] + 40_000)
                values["hs_email_last_click_date"] = iso(clicked[-1] + 40_000)
        values["hs_email_first_send_date"] = iso(sent[0])
        values["hs_email_last_send_date"] = iso(sent[-1])
        values["hs_email_last_email_name"] = subject

    def _web(self, rng: Dice, contact: str, how: Richness, begin: int, values: dict[str, str]) -> None:
        forms = rng.within(how.forms)
        if forms:
            times = sorted(self._moment(rng, begin) for _ in range(forms))
            names = [rng.one(FORMS) for _ in times]
            for at, name in zip(times, names, strict=True):
                self._event("form", contact, at, name)
            values["num_conversion_events"] = str(forms)
            values["num_unique_conversion_events"] = str(len(set(names)))
            values["first_conversion_date"], values["first_conversion_event_name"] = iso(times[0]), names[0]
            values["recent_conversion_date"], values["recent_conversion_event_name"] = iso(times[-1]), names[-1]
        visits = rng.within(how.visits)
        if visits:
            times = sorted([self._moment(rng, begin) for _ in range(visits)])
            first = last = ""
            for at in times:
                path, title = rng.one(PAGES)
                self._event("visit", contact, at, title)
                first, last = first or path, path
            values["hs_analytics_num_visits"] = str(visits)
            values["hs_analytics_num_page_views"] = str(visits + rng.within((0, visits * 2)))
            values["hs_analytics_first_timestamp"] = iso(times[0])
            values["hs_analytics_last_timestamp"] = iso(times[-1])
            values["hs_analytics_first_url"] = "https://www.acme-travel.example" + first
            values["hs_analytics_last_url"] = "https://www.acme-travel.example" + last
            values["hs_analytics_source"] = rng.one(SOURCES)
        else:
            values["hs_analytics_source"] = "OFFLINE"

    def _sales(self, rng: Dice, contact: str, how: Richness, begin: int, owner: str, values: dict[str, str]) -> None:
        count = rng.within(how.sales)
        if not count:
            return
        contacted, last_contacted, last_note, last_kind = 0, 0, 0, ""
        meeting = opened = 0
        for _ in range(count):
            at = self._moment(rng, begin)
            kind = rng.one(("emails", "emails", "calls", "meetings", "notes", "tasks"))
            made: dict[str, str] = {"hs_timestamp": iso(at), "hs_createdate": iso(at), "hubspot_owner_id": owner}
            if kind == "emails":
                incoming = rng.random() < 0.4
                made["hs_email_subject"] = rng.one(SALES_EMAILS)
                made["hs_email_direction"] = "INCOMING_EMAIL" if incoming else "EMAIL"
                made["hs_email_status"] = "SENT"
                opened = max(opened, at)
            elif kind == "calls":
                made["hs_call_title"] = rng.one(CALLS)
                made["hs_call_duration"] = str(rng.between(20, 1800) * 1000)
                made["hs_call_status"] = "COMPLETED"
            elif kind == "meetings":
                made["hs_meeting_title"] = rng.one(MEETINGS)
                made["hs_meeting_start_time"], made["hs_meeting_end_time"] = iso(at), iso(at + HOUR)
                made["hs_meeting_outcome"] = "COMPLETED"
                meeting = max(meeting, at)
            elif kind == "notes":
                made["hs_note_body"] = rng.one(NOTES)
            else:
                made["hs_task_subject"] = rng.one(TASKS)
                made["hs_task_status"] = rng.one(("COMPLETED", "COMPLETED", "NOT_STARTED"))
            self._object(kind, contact, made)
            if kind in ("emails", "calls", "meetings"):
                contacted += 1
                if at > last_contacted:
                    last_contacted, last_kind = at, kind
            last_note = max(last_note, at)
        values["num_notes"] = str(count)
        values["notes_last_updated"] = iso(last_note)
        if contacted:
            values["num_contacted_notes"] = str(contacted)
            values["notes_last_contacted"] = values["hs_last_sales_activity_timestamp"] = iso(last_contacted)
            values["hs_last_sales_activity_type"] = {"emails": "EMAIL", "calls": "CALL", "meetings": "MEETING"}[
                last_kind
            ]
        if meeting:
            values["engagements_last_meeting_booked"] = values["hs_latest_meeting_activity"] = iso(meeting)
        if opened:
            values["hs_sales_email_last_opened"] = iso(opened)

    def _deals(
        self, rng: Dice, contact: str, how: Richness, begin: int, owner: str, name: str, values: dict[str, str]
    ) -> None:
        count = rng.within(how.deals)
        won, last = 0, (0, "")
        for number in range(count):
            at = self._moment(rng, begin)
            amount = rng.between(2, 160) * 500
            is_open = number == 0 if how is RICH else rng.random() < 0.5
            stage = rng.one(OPEN_STAGES) if is_open else rng.one(("closedwon", "closedwon", "closedlost"))
            close = (
                self.latest + rng.between(5, 120) * DAY if is_open else min(at + rng.between(3, 90) * DAY, self.latest)
            )
            self._object(
                "deals", contact,
                {"dealname": f"{name}: {rng.one(DEALS)}", "dealstage": stage, "pipeline": "default",
                 "amount": str(amount), "createdate": iso(at), "closedate": iso(close), "hubspot_owner_id": owner,
                 "hs_is_closed": "false" if is_open else "true",
                 "hs_is_closed_won": "true" if stage == "closedwon" else "false"},
            )  # fmt: skip
            if stage == "closedwon":
                won += amount
                if close > last[0]:
                    last = close, str(amount)
        if count:
            values["num_associated_deals"] = str(count)
        if won:
            values["total_revenue"] = str(won)
            values["recent_deal_close_date"], values["recent_deal_amount"] = iso(last[0]), last[1]
