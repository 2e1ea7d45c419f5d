"""When a call may be made again, and after how long."""

from __future__ import annotations

from mergetui import errors


def try_again(problem: errors.CrmProblem) -> bool:
    """A definite refusal that time heals: never connected, rate limit, locked record, expired token."""
    return isinstance(problem, (errors.Unreachable, errors.Limited)) or problem.status in (401, 423)


def without_digits(text: str) -> str:
    """A sentence without its counting-down numbers, to see whether its reason has changed."""
    return "".join(character for character in text if not character.isdigit())


def patience_s(problem: errors.Limited) -> float:
    """How long to stay away after a rate limit: as long as it says, longer when only tomorrow helps."""
    return max(problem.retry_after_s, 600.0 if problem.daily else 10.0)


def wait_s(problem: errors.CrmProblem | None, look_s: float) -> float:
    if isinstance(problem, errors.Limited) and problem.retry_after_s:
        return min(problem.retry_after_s, 60.0)
    return 2.0 if problem is not None and problem.status == 423 and look_s >= 1 else look_s
