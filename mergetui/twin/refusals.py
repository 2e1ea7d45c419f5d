"""Definite refusals of the twin's CRMs: nothing was changed. The sandbox turns them into the CRMs' own error shapes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


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
