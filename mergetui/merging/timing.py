"""All waiting times of the runner in one place. CRM times are compared with CRM clocks, sleeps use the local one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timing:
    look_s: float = 2.0
    """Pause between two looks at a CRM or the ledger."""
    unknown_final_ms: int = 600_000
    """“Not merged” is final only this long after sending (design rule 2)."""
    settle_quiet_ms: int = 20_000
    """A poll that was seen must have been quiet this long before the end state is read."""
    give_up_ms: int = 35 * 60_000
    """Without an observed poll the end state is read after this long; *linked* is not awaited longer."""
    token_life_s: float = 300.0
    approval_ms: int = 24 * 3_600_000
    """A confirmation older than this is void."""
    lock_tries: int = 3
    """How often a merge that was definitely refused for a row lock is sent again, each time after a re-read."""
    longest_rest_s: float = 600.0
    """No plan is put off longer than this before it is looked at again."""
