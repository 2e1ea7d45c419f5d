"""What an interrupted run left, told from the ledger alone: cheap enough for the cockpit's start."""

from __future__ import annotations

from mergetui.records.clock import local_now
from mergetui.records.journal import PlanRow
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


def waiting_words(office: Office, offset_ms: int = 0) -> str:
    """What a runner without a screen waits for, in one line; empty when it waits for nothing.

    ``offset_ms``: HubSpot's clock minus the local one, as the window is reckoned in HubSpot's.
    """
    rows = office.ledger.rows(UNDER_WAY | {"approved", "waiting"})
    if not rows:
        return ""
    paused = "pause" in office.ledger.wishes()
    told = []
    for states, one, more in (
        ({"linked"}, "waits for the sync", "wait for the sync"),
        ({"waiting"}, "waits for a safe moment", "wait for a safe moment"),
        ({"approved"}, *(("is paused", "are paused") if paused else ("waits for its turn", "wait for their turn"))),
        ({"unknown"}, "is being looked for in both CRMs", "are being looked for in both CRMs"),
        ({"preparing", "merging"}, "is under way", "are under way"),
    ):
        count = sum(row.state in states for row in rows)
        if count:
            told.append(f"{plans(count)} {one if count == 1 else more}")
    return f"{', '.join(told)} (next sync {_window(office, offset_ms)}); ctrl+c leaves {_it(rows)} safe"


def _window(office: Office, offset_ms: int) -> str:
    from mergetui.merging.window import declared_period_ms, remembered_polls
    from mergetui.sync.window import estimate, remaining_text

    now = local_now() + offset_ms
    period_ms = declared_period_ms(office.ledger, office.config.sync_every_minutes)
    return remaining_text(estimate(remembered_polls(office.ledger), now, period_ms=period_ms), now)


def stopped_words(office: Office) -> str:
    """What to say when a runner that should have finished everything returned before it; empty when it did not.

    A pause is no stop: its approved plans are meant to stay.
    """
    states = {"preparing", "merging", "linked"}
    if "pause" not in office.ledger.wishes():
        states |= {"approved", "waiting"}
    count = len(office.ledger.rows(states))
    if not count:
        return ""
    name = "" if office.profile == "default" else f" --profile {office.profile}"
    return f"stopped; {plans(count)} {'goes' if count == 1 else 'go'} on with `mergetui{name} resume`"


def plans(count: int) -> str:
    return "1 plan" if count == 1 else f"{count} plans"


def _it(rows: list[PlanRow]) -> str:
    return "it" if len(rows) == 1 else "them"
