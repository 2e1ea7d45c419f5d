"""The history a property had before the world began, made up when it is asked for and always the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from zlib import crc32

from mergetui.twin.portal import LINKS, STAGES
from mergetui.twin.stamps import parse_iso

if TYPE_CHECKING:
    from mergetui.twin.state import Contact

DATED_BY: Mapping[str, str] = {
    "hs_email_open": "hs_email_last_open_date",
    "hs_email_click": "hs_email_last_click_date",
    "hs_email_delivered": "hs_email_last_send_date",
    "hs_email_last_email_name": "hs_email_last_send_date",
    "num_conversion_events": "recent_conversion_date",
    "num_unique_conversion_events": "recent_conversion_date",
    "recent_conversion_event_name": "recent_conversion_date",
    "hs_analytics_num_visits": "hs_analytics_last_timestamp",
    "hs_analytics_num_page_views": "hs_analytics_last_timestamp",
    "hs_analytics_last_url": "hs_analytics_last_timestamp",
    "num_notes": "notes_last_updated",
    "num_contacted_notes": "notes_last_contacted",
    "hs_last_sales_activity_type": "hs_last_sales_activity_timestamp",
    "total_revenue": "recent_deal_close_date",
    "recent_deal_amount": "recent_deal_close_date",
}
"""A property that counts or names something → the one that says when that was last."""
_WAYS = {
    "customer": ("subscriber", "lead", "opportunity"),
    "opportunity": ("subscriber", "lead"),
    "salesqualifiedlead": ("lead", "marketingqualifiedlead"),
    "marketingqualifiedlead": ("subscriber", "lead"),
    "lead": ("subscriber",),
}
"""The stages that people usually passed on the way to theirs."""


def past(contact: Contact, name: str) -> list[tuple[str, int, str]]:
    """(value, instant, source), newest first; empty for a property that has no value."""
    value = contact.get(name)
    if not value:
        return []
    if name == "salesforcelastsynctime":
        return [(value, parse_iso(value) + 2_000, "SALESFORCE")]
    linked = any(contact.get(link) for link in LINKS)
    if name == "lifecyclestage":
        return _stages(contact, value)
    at = contact.created_at
    source = "SALESFORCE" if linked and name.startswith("salesforce") else "CRM_UI"
    if dated := contact.get(DATED_BY.get(name, name if name.endswith(("_date", "_timestamp")) else "")):
        at, source = max(at, parse_iso(dated)), "CALCULATED"
    return [(value, at, source)]


def _stages(contact: Contact, stage: str) -> list[tuple[str, int, str]]:
    """The stages one after the other since the contact was made; some began with the one they have."""
    way = (*_WAYS.get(stage, ()), stage) if stage in STAGES else (stage,)
    chance = crc32(contact.id.encode())
    way = way[chance % len(way) :] if chance % 3 == 0 else way
    end = max(contact.created_at, contact.updated_at)
    step = (end - contact.created_at) // (len(way) + chance % 4)
    steps = [(one, contact.created_at + step * number, "CRM_UI") for number, one in enumerate(way)]
    return steps[::-1]
