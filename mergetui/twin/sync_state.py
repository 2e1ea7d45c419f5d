"""What the integration keeps in mind beside links and queues: errors, retries, calls, who is shut out."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class SyncState:
    retry_due: dict[str, int] = field(default_factory=dict)
    """Contact id → instant of its one waiting retry."""
    row_errors: dict[str, str] = field(default_factory=dict)
    """Salesforce id → why the row cannot be brought to HubSpot."""
    frozen: dict[str, None] = field(default_factory=dict)
    """Contacts that do not sync before their next Resync (row 28) or for good (row 30)."""
    born_outside: dict[str, None] = field(default_factory=dict)
    """Contacts that a poll created outside the inclusion list (row 9)."""
    calls: deque[list[int]] = field(default_factory=deque)
    """[minute, Salesforce calls made in it], oldest first, of the last 24 hours."""
    calls_used: int = 0
    waking_at: int = 0
    """When the queue that waits for calls is looked at again; 0: nothing waits."""
    companies: dict[str, str] = field(default_factory=dict)
    """Account id → company that carries it; an index, verified on every use."""
    companies_seen: int = -1
    """How many companies there were when the index was made."""
    calm: list[str] | None = None
    """Salesforce ids of people that colleagues may edit; None: not looked for yet."""
