"""Definite refusals of the twin's CRMs: nothing was changed. The sandbox turns them into the CRMs' own error shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

GUESSED: Mapping[str, str] = {
    "converted_master": "CANNOT_UPDATE_CONVERTED_LEAD",
    "too_many_losers": "LIMIT_EXCEEDED",
    "wrong_type": "INVALID_ID_FIELD",
    "same_record": "INVALID_MERGE_RECORD",
    "redundant_relation": "MERGE_FAILED",
    "cycle": "CIRCULAR_DEPENDENCY",
    "person_account": "INVALID_PERSON_ACCOUNT_OPERATION",
    "portal": "INSUFFICIENT_ACCESS_OR_READONLY",
    "cross_account": "INVALID_MERGE_RECORD",
    "contact_without_account": "REQUIRED_FIELD_MISSING",
    "contact_of_other_account": "FIELD_INTEGRITY_EXCEPTION",
    "queue_owner": "UNKNOWN_EXCEPTION",
    "person_account_contact": "INVALID_PERSON_ACCOUNT_OPERATION",
}
"""Salesforce refusals whose StatusCode nobody has confirmed (facts/salesforce.md §14, item 8), with our best guess.
``Settings.refusal_codes`` replaces any of them."""


class Refusal(Exception):
    """Base of both: ``str()`` is the CRM's message."""


class SalesforceRefusal(Refusal):
    """``code`` is the StatusCode / errorCode, ``status`` the HTTP status REST would answer."""

    def __init__(self, code: str, message: str, fields: Sequence[str] = (), *, status: int = 400) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = tuple(fields)
        self.status = status


class HubSpotRefusal(Refusal):
    """``category`` as in HubSpot's error body; ``errors`` its optional details."""

    def __init__(
        self,
        status: int,
        category: str,
        message: str,
        *,
        errors: Sequence[Mapping[str, object]] = (),
        context: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.category = category
        self.message = message
        self.errors = tuple(errors)
        self.context = dict(context or {})
