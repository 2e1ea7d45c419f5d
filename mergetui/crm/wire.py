"""Requests, answers, and what an answer that is not the wanted one means. Pure: no network, no clock.

Bodies never get into an error's text as they are: only the CRM's own error code, and its message after ``tidy``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mergetui.crm.tokens import Token
from mergetui.errors import CrmProblem, Expired, Limited, Missing, Refused, Unknown
from mergetui.records.crm import Crm

NAMES: Mapping[Crm, str] = {"salesforce": "Salesforce", "hubspot": "HubSpot"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. Header names are lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    def data(self) -> Any:
        """The JSON body; None when there is none or it is not JSON."""
        try:
            return json.loads(self.content) if self.content else None
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class Request:
    """One call, before it is sent.

    ``what`` completes the sentence "Salesforce refused to …". ``idempotent`` says that repeating does no harm: only
    then is it retried. ``content`` may be made from the token, because SOAP carries it in the body.
    ``accept`` lists statuses that are handed back instead of raised; ``token_refused`` recognises an answer that
    means "this token is no longer good", a 401 unless said otherwise.
    """

    method: str
    path: str
    what: str
    params: Sequence[tuple[str, str]] = ()
    json: Any = None
    content: bytes | Callable[[Token], bytes] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    idempotent: bool = False
    timeout_s: float = 60.0
    urgent: bool = False
    """Goes out with the token at hand unless that is about to end: nothing is asked of the token endpoint first."""
    accept: frozenset[int] = frozenset()
    token_refused: Callable[[Answer], bool] | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """An error body in words that both CRMs share."""

    code: str = ""
    message: str = ""
    fields: tuple[str, ...] = ()
    policy: str = ""
    """HubSpot's ``policyName`` of a 429."""


_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_SECRET = re.compile(r"(?:Bearer\s+\S+|\b00D\w{12,15}![\w.]+|\bpat-[\w-]{8,}|\b[\w-]{20,}\.[\w-]{10,}\.[\w-]{10,})")
_ADDRESS = re.compile(r"[^\s@<>\"']+@[^\s@<>\"']+")


def tidy(message: object, limit: int = 300) -> str:
    """A CRM's error message made fit for a person: one short line without tokens, addresses, control or bidi marks."""
    text = _UNSAFE.sub(" ", str(message or "")[:2000])  # the patterns below are slow on long runs without a space
    text = _ADDRESS.sub("…@…", _SECRET.sub("…", text)).strip()
    return text if len(text) <= limit else text[: limit - 1] + "…"


def fault(answer: Answer) -> Fault:
    """The error body in any shape: Salesforce's array, OAuth's object, HubSpot's object, every member optional."""
    data = answer.data()
    if isinstance(data, list) and data and isinstance(data[0], dict):
        first = data[0]
        names = first.get("fields")
        return Fault(
            code=str(first.get("errorCode") or first.get("statusCode") or ""),
            message=tidy(first.get("message")),
            fields=tuple(str(name) for name in names) if isinstance(names, list) else (),
        )
    if not isinstance(data, dict):
        return Fault()
    if "error" in data and "category" not in data:
        return Fault(code=str(data["error"]), message=tidy(data.get("error_description")))
    code, names = str(data.get("category") or data.get("errorType") or ""), []
    message = tidy(data.get("message"))
    for detail in data.get("errors") or ():
        if not isinstance(detail, dict):
            continue
        if code in ("", "VALIDATION_ERROR"):
            code = str(detail.get("code") or code)
        context = detail.get("context")
        if isinstance(context, dict):
            names += [str(name) for name in _texts(context.get("propertyName"))]
            scopes = _texts(context.get("requiredGranularScopes")) or _texts(context.get("requiredScopes"))
            if scopes:
                message = f"{message} (missing scope: {tidy(' or '.join(scopes))})"
    return Fault(code=code, message=message, fields=tuple(names), policy=str(data.get("policyName") or ""))


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def retry_after_s(answer: Answer) -> float | None:
    """``Retry-After`` in seconds; None when missing or a date (neither CRM documents one)."""
    text = answer.headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def limit_of(crm: Crm, answer: Answer) -> Limited | None:
    """The rate limit that an answer speaks of, if it does (facts/hubspot.md §9, facts/salesforce.md §3)."""
    found = fault(answer)
    wait = retry_after_s(answer)
    name = NAMES[crm]
    if crm == "salesforce" and found.code == "REQUEST_LIMIT_EXCEEDED":
        # The same code stands for the daily limit and for too many long requests at once; only the text tells.
        daily = "concurrent" not in found.message.lower()
        wait = wait if wait is not None else (0.0 if daily else 5.0)
    elif answer.status == 477 and crm == "hubspot":
        return Limited(
            name, "HubSpot is moving this account to another data centre.", "Nothing was changed.",
            "Try again when HubSpot has finished; this can take up to a day.",
            retry_after_s=wait if wait is not None else 3600.0, status=477, code="MIGRATING",
        )  # fmt: skip
    elif answer.status in (420, 429):
        daily = found.policy == "DAILY" or "daily limit" in found.message.lower()
        if wait is None:
            secondly = found.policy == "SECONDLY" or "secondly limit" in found.message.lower()
            wait = 0.0 if daily else 1.0 if secondly else 10.0 if crm == "hubspot" else 2.0
    else:
        return None
    return Limited(
        name,
        f"{name}'s {'daily ' if daily else ''}limit of API calls is used up.",
        "The request was not carried out.",
        "Go on when the limit is reset (Salesforce: rolling 24 hours, HubSpot: midnight of the account's time zone)."
        if daily
        else f"Try again in {max(1, round(wait))} s.",
        retry_after_s=wait,
        daily=daily,
        status=answer.status,
        code=found.code or found.policy,
    )


_MISSING_CODES = frozenset({"NOT_FOUND", "ENTITY_IS_DELETED", "OBJECT_NOT_FOUND"})


def problem_of(crm: Crm, request: Request, answer: Answer) -> CrmProblem | None:
    """What the answer means as an error; None for a success or a status the request accepts.

    A 4xx is a definite refusal. A 5xx (and 408) of a write proves nothing: ``Unknown`` (design rule 2).
    """
    status = answer.status
    if 200 <= status < 300 or status in request.accept:
        return None
    limited = limit_of(crm, answer)
    if limited is not None:
        return limited
    name, found = NAMES[crm], fault(answer)
    said = f" It said: {found.message}{'' if found.message[-1] in '.!?…)' else '.'}" if found.message else ""
    code = found.code
    nothing = "Nothing was changed."
    if status >= 500 or status == 408:
        if request.idempotent:
            return CrmProblem(
                name, f"{name} failed to {request.what} (HTTP {status}).{said}", "Nothing was read or changed.",
                f"Try again in a few minutes; if it lasts, look at {name}'s status page.", status=status, code=code,
            )  # fmt: skip
        return Unknown(
            name, f"{name} broke off while asked to {request.what} (HTTP {status}).{said}",
            "It is not known whether it was carried out.",
            "mergetui finds out by reading before anything else is tried.", status=status, code=code,
        )  # fmt: skip
    if status == 401:
        return Expired(
            name, f"{name} no longer accepts the sign-in.{said}", f"It did not {request.what}.",
            f"Run: mergetui login {crm}", status=status, code=code,
        )  # fmt: skip
    if status == 404 and crm == "hubspot" and not code and isinstance(answer.data(), dict):
        code = "OBJECT_NOT_FOUND"  # HubSpot's own 404 may lack the category; a gateway's is HTML
    if status == 404 or (code in _MISSING_CODES and status in (400, 410)):
        return Missing(
            name, f"{name} has no such record when asked to {request.what}.{said}", nothing,
            "It may have been deleted or merged, or is hidden from this user. Refresh and look again.",
            status=status, code=code or "NOT_FOUND",
        )  # fmt: skip
    if status == 423:
        return Refused(
            name, f"{name} has locked the record for a moment and did not {request.what}.", nothing,
            "Try again in a few seconds.", status=status, code=code or "LOCKED",
        )  # fmt: skip
    if status == 414 and crm == "hubspot" and "250 identities" in found.message:
        return Refused(
            name, "The two HubSpot contacts together have been merged 250 times or more.", "They were not merged.",
            "HubSpot allows no further merge of them.", status=status, code="MERGE_LIMIT",
        )  # fmt: skip
    where = f" Fields: {', '.join(tidy(item, 80) for item in found.fields)}." if found.fields else ""
    if status == 403:
        todo = "Ask an administrator for the missing permission or scope, then sign in again."
    elif 300 <= status < 400:
        todo = f"The address of {name} looks wrong. Run: mergetui login {crm}"
    else:
        todo = "Correct what the message names, then try again."
    return Refused(
        name, f"{name} refused to {request.what} (HTTP {status}{', ' + tidy(code, 60) if code else ''}).{said}{where}",
        nothing, todo, status=status, code=code,
    )  # fmt: skip


def usage_of(crm: Crm, headers: Mapping[str, str]) -> float | None:
    """Share (0–1) of API calls left, from an answer's headers; None when they do not say.

    Salesforce: of the rolling 24 hours. HubSpot: of the day, else (OAuth apps) of the current 10 seconds.
    """
    if crm == "salesforce":
        match = re.search(r"(?<![\w-])api-usage=(\d+)/(\d+)", headers.get("sforce-limit-info", ""))
        if match and int(match[2]):
            return max(0.0, 1 - int(match[1]) / int(match[2]))
        return None
    for top, rest in (
        ("x-hubspot-ratelimit-daily", "x-hubspot-ratelimit-daily-remaining"),
        ("x-hubspot-ratelimit-max", "x-hubspot-ratelimit-remaining"),
    ):
        try:
            whole, left = int(headers[top]), int(headers[rest])
        except (KeyError, ValueError):
            continue
        if whole > 0:
            return min(1.0, max(0.0, left / whole))
    return None
