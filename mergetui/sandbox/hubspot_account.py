"""Account details and usage, and the web and marketing events of a contact (facts/hubspot.md §5, §7)."""

from __future__ import annotations

from mergetui.sandbox.engine import Sandbox
from mergetui.sandbox.hubspot_shapes import DATED, VERSIONS, invalid, limit_of, page
from mergetui.sandbox.limits import HubSpotLimits
from mergetui.sandbox.web import Call, Reply, Router, json_reply
from mergetui.twin import hubspot
from mergetui.twin.refusals import HubSpotRefusal
from mergetui.twin.stamps import iso, parse_iso
from mergetui.twin.state import Occurrence, State

UTC_OFFSET_MS = 3_600_000
"""Of the account's time zone; the twin knows no summer."""
EVENT_TYPES = {
    "open": "e_opened_marketing_email",
    "click": "e_clicked_marketing_email",
    "form": "e_submitted_form",
    "visit": "e_visited_page",
}
"""Event kind → ``eventType``; only ``e_visited_page`` is a confirmed name."""
_TITLES = {"open": "hs_email_subject", "click": "hs_email_subject", "form": "hs_form_name", "visit": "hs_page_title"}


class Account:
    def __init__(self, sandbox: Sandbox, limits: HubSpotLimits) -> None:
        self._sandbox = sandbox
        self._limits = limits

    @property
    def _state(self) -> State:
        return self._sandbox.world.state

    def add_routes(self, router: Router) -> None:
        for base in (f"/events/event-occurrences/{DATED}", "/events/{v:v3}/events"):
            router.add("GET", base, "hubspot.events", self._events)
            router.add("GET", f"{base}/event-types", "hubspot.events", self._event_types)
        account = f"/account-info/{{v:{VERSIONS}|v3}}"
        router.add("GET", f"{account}/details", "hubspot.account", self._details)
        router.add("GET", f"{account}/api-usage/daily", "hubspot.account", self._usage)
        router.add("GET", f"{account}/api-usage/daily/private-apps", "hubspot.account", self._usage)

    def _details(self, call: Call) -> Reply:
        return json_reply(
            {
                "portalId": int(self._state.portal_id),
                "accountType": self._sandbox.account_type,
                "timeZone": "Europe/Berlin",
                "companyCurrency": "EUR",
                "additionalCurrencies": [],
                "utcOffset": "+01:00",
                "utcOffsetMilliseconds": UTC_OFFSET_MS,
                "uiDomain": "app.hubspot.com",
                "dataHostingLocation": "eu1",
            }
        )

    def _usage(self, call: Call) -> Reply:
        """Counts private apps only: the calls made with the static token."""
        now, daily = self._sandbox.now(), self._limits.daily
        daily.renew(now)
        row = {
            "name": "private-apps-api-calls-daily",
            "usageLimit": self._sandbox.hubspot_daily_limit,
            "currentUsage": daily.used,
            "collectedAt": iso(now),
            "fetchStatus": "SUCCESS",
            "resetsAt": iso(daily.ends(now)),
        }
        return json_reply({"results": [row]})

    def _events(self, call: Call) -> Reply:
        """Newest first. What an account without the plan is told is a guess."""
        if not self._state.settings.web_events:
            raise HubSpotRefusal(403, "FORBIDDEN", "This account's subscription does not include event occurrences.")
        kind = call.first("eventType")
        found = [
            event for event in self._events_of(call) if not kind or EVENT_TYPES.get(event.kind, event.kind) == kind
        ]
        if since := call.first("occurredAfter"):
            limit = _instant(since)
            found = [event for event in found if event.at >= limit]
        if before := call.first("occurredBefore"):
            limit = _instant(before)
            found = [event for event in found if event.at < limit]
        found.sort(key=lambda event: (-event.at, event.id))
        shown, more = page(found, call.first("after"), limit_of(call, 1_000, 20), call)
        results = [
            {
                "id": event.id,
                "objectType": "CONTACT",
                "objectId": event.contact,
                "eventType": EVENT_TYPES.get(event.kind, event.kind),
                "occurredAt": iso(event.at),
                "properties": {_TITLES.get(event.kind, "hs_title"): event.title},
            }
            for event in shown
        ]
        return json_reply({"results": results, **more})

    def _events_of(self, call: Call) -> list[Occurrence]:
        if call.first("objectType").lower() not in ("contact", "contacts", "0-1"):
            raise invalid("objectType is required; this account has events of CONTACT only")
        old_ids = self._state.settings.old_id_in_associations
        contact = hubspot.held(self._state, call.first("objectId"), old_ids)
        if contact is None:
            return []
        return [self._state.occurrences[key] for key in contact.events]

    def _event_types(self, call: Call) -> Reply:
        return json_reply({"eventTypes": list(EVENT_TYPES.values())})


def _instant(text: str) -> int:
    try:
        return parse_iso(text)
    except ValueError:
        raise invalid(f"{text[:40]} is not a date and time") from None
