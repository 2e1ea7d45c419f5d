"""Which of a record's values matching looks at, and instants out of the CRMs' texts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mergetui.records.crm import HubSpotContact, SalesforceRecord, Value

COLUMNS = (
    "salutation",
    "first_name",
    "last_name",
    "email",
    "secondary_email",
    "phone",
    "mobile",
    "company",
    "title",
    "website",
    "street",
    "city",
    "state",
    "postal_code",
    "country",
    "lead_source",
)
"""The text columns of ``PersonFacts``, in its order."""

_CONTACT = (
    ("Salutation",),
    ("FirstName",),
    ("LastName",),
    ("Email",),
    (),
    ("Phone", "HomePhone", "OtherPhone"),
    ("MobilePhone",),
    (),
    ("Title",),
    (),
    ("MailingStreet", "OtherStreet"),
    ("MailingCity", "OtherCity"),
    ("MailingState", "OtherState"),
    ("MailingPostalCode", "OtherPostalCode"),
    ("MailingCountry", "OtherCountry"),
    ("LeadSource",),
)
_LEAD = (
    ("Salutation",),
    ("FirstName",),
    ("LastName",),
    ("Email",),
    (),
    ("Phone",),
    ("MobilePhone",),
    ("Company",),
    ("Title",),
    ("Website",),
    ("Street",),
    ("City",),
    ("State",),
    ("PostalCode",),
    ("Country",),
    ("LeadSource",),
)
_HUBSPOT = (
    ("salutation",),
    ("firstname",),
    ("lastname",),
    ("email",),
    ("hs_additional_emails",),
    ("phone",),
    ("mobilephone",),
    ("company",),
    ("jobtitle",),
    ("website",),
    ("address",),
    ("city",),
    ("state",),
    ("zip",),
    ("country",),
    ("leadsource", "hs_analytics_source"),
)


def salesforce_facts(record: SalesforceRecord) -> tuple[str, ...]:
    """The texts of ``COLUMNS``. A Contact's company is its Account's name, which is not in the row: left empty."""
    return _texts(record.values, _CONTACT if record.object == "Contact" else _LEAD)


def hubspot_facts(contact: HubSpotContact) -> tuple[str, ...]:
    return _texts(contact.values, _HUBSPOT)


def _texts(
    values: Mapping[str, Value] | Mapping[str, str | None], names: tuple[tuple[str, ...], ...]
) -> tuple[str, ...]:
    found = []
    for choices in names:
        text = ""
        for name in choices:
            value = values.get(name)
            if value not in (None, ""):
                text = str(value).encode("utf-8", "replace").decode("utf-8")
                break
        found.append(text)
    return tuple(found)


def instant(value: object) -> int:
    """ms UTC out of an instant, a text of digits or an ISO text (``…+0000`` and ``…Z`` alike); 0 when it is none."""
    if isinstance(value, bool) or value is None:
        return 0
    if isinstance(value, (int, float)):
        return int(value)
    text = str(value).strip()
    if text.isascii() and text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)
