"""The errors a person sees. Each says what happened, what was *not* done, and what to do next.

Raw bodies never get in here: they hold people's data and, at sign-in, tokens. Everything that leaves a room as
an exception on purpose is a ``Problem``; anything else is a bug.
"""

from __future__ import annotations


class Problem(Exception):
    """Base of all errors that are shown. ``str()`` is the whole text in one paragraph."""

    exit_code = 1

    def __init__(self, happened: str, not_done: str = "", todo: str = "") -> None:
        super().__init__(happened)
        self.happened = happened
        self.not_done = not_done
        self.todo = todo

    def __str__(self) -> str:
        return " ".join(part for part in (self.happened, self.not_done, self.todo) if part)


class Usage(Problem):
    """Wrong use of a command."""

    exit_code = 2


class NotSignedIn(Problem):
    """No usable token: never signed in, revoked, or refused refresh."""


class NoKeyring(Problem):
    """The operating system offers no keyring backend."""


class WrongOrg(Problem):
    """The token belongs to another org than the pinned one, or production is paired with a sandbox."""


class Busy(Problem):
    """Another process holds a lock."""


class Damaged(Problem):
    """A local file cannot be trusted."""


class CrmProblem(Problem):
    """An answer of a CRM that is not the wanted one. ``crm`` names it in words."""

    def __init__(
        self, crm: str, happened: str, not_done: str = "", todo: str = "", *, status: int = 0, code: str = ""
    ) -> None:
        super().__init__(happened, not_done, todo)
        self.crm = crm
        self.status = status
        self.code = code


class Unreachable(CrmProblem):
    """No connection could be made: the request certainly never arrived."""


class Refused(CrmProblem):
    """A definite refusal: the answer proves that nothing was committed."""


class Missing(Refused):
    """The row does not exist (any more) for this user."""


class Expired(Refused):
    """The token was refused and could not be refreshed."""


class Limited(Refused):
    """A rate limit. ``retry_after_s`` says when to come back; ``daily`` when only tomorrow helps."""

    def __init__(
        self, crm: str, happened: str, not_done: str = "", todo: str = "", *, retry_after_s: float = 0.0,
        daily: bool = False, status: int = 429, code: str = "",
    ) -> None:  # fmt: skip
        super().__init__(crm, happened, not_done, todo, status=status, code=code)
        self.retry_after_s = retry_after_s
        self.daily = daily


class Unknown(CrmProblem):
    """The request may or may not have been committed: a cut, a time-out, a 5xx after sending."""
