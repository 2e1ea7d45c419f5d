"""Why a plan stopped before its end. Each becomes a plan state with a sentence."""

from __future__ import annotations

from mergetui.records.plan import PlanState


class Halt(Exception):
    """``state`` is what the plan moves to; ``str()`` is what its row says."""

    state: PlanState = "failed"


class Failed(Halt):
    """Nothing irreversible happened, or all that happened is on record and complete."""

    state = "failed"


class Waits(Halt):
    """Nothing irreversible happened; the plan goes on by itself when it can, not before ``retry_s`` have passed."""

    state = "waiting"

    def __init__(self, why: str, retry_s: float = 0.0) -> None:
        super().__init__(why)
        self.retry_s = retry_s


class Surprised(Halt):
    """Something is not as planned after a commit: a person has to look. Pauses the queue."""

    state = "surprised"


class StillUnknown(Halt):
    """The outcome of a merge call is not known yet; reading goes on at the next start."""

    state = "unknown"
