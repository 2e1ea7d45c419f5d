"""What an interrupted run left, told from the ledger alone: cheap enough for the cockpit's start."""

from __future__ import annotations

from mergetui.workflow.office import Office

UNDER_WAY = frozenset({"preparing", "merging", "unknown", "linked"})


def open_plans(office: Office) -> list[str]:
    """One sentence for each plan that an interrupted run left under way."""
    return [
        f"{row.title}: was {row.state} when the last run ended{f' ({row.why})' if row.why else ''}"
        for row in office.ledger.rows(UNDER_WAY)
    ]


def has_work(office: Office) -> bool:
    """Whether a runner would find something to do, to finish or to wait for."""
    return bool(office.ledger.rows(UNDER_WAY | {"approved", "waiting"}))
