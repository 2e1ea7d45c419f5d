"""The screens sync health and connections: what is known of links, polls, switches, sign-ins, as lines."""

from __future__ import annotations

from collections.abc import Sequence

from mergetui.merging.window import remembered_polls
from mergetui.records.clock import local_now
from mergetui.records.sync import ObservedPoll, SyncWindow
from mergetui.records.views import ConnectionLine, HealthView, LinkRow
from mergetui.sync.window import remaining_text
from mergetui.workflow.card import switch_lines
from mergetui.workflow.office import Office
from mergetui.workflow.review_view import ago

MEANS = {
    "active": "both sides agree and sync",
    "orphaned": "points at a deleted Salesforce row",
    "mismatched": "the two sides have different e-mails",
    "stale": "points at another row than the person's",
    "one-way": "never synced, or the lead was converted",
    "none": "HubSpot only: no Salesforce row",
}
MOST_ROWS = 2000
PLOT_WIDTH = 60
OLD_PULL_MS = 24 * 3_600_000


def health(office: Office, window: SyncWindow, now: int) -> HealthView:
    """``now`` is in HubSpot's clock."""
    links = office.mirror.links
    counts = links.counts()
    rows = tuple(
        LinkRow(
            one.key,
            one.state,
            " ".join(part for part in (one.first_name, one.last_name) if part) or one.email or one.hubspot_id,
            one.email,
            one.salesforce_id or "—",
            one.hubspot_id,
            ago(now - one.synced_at) if one.synced_at else "never",
        )
        for one in links.wanting(MOST_ROWS)
    )
    wanting = sum(count for state, count in counts.items() if state not in ("active", "none"))
    return HealthView(
        links=tuple((state, counts.get(state, 0), meaning) for state, meaning in MEANS.items()),
        window=f"next sync {remaining_text(window, now)} ({window.evidence})",
        polls=poll_lines(remembered_polls(office.ledger), window.period_ms, now),
        switches=tuple(switch_lines(office)),
        rows=rows,
        more=max(0, wanting - len(rows)),
    )


def poll_lines(polls: Sequence[ObservedPoll], period_ms: int, now: int) -> tuple[str, ...]:
    """The polls of the last eight periods on a line (``┃`` one poll, ``▕`` now), and when the last ones were."""
    if not polls:
        return ("no sync was seen yet",)
    span = 8 * period_ms
    cells = ["·"] * PLOT_WIDTH
    for poll in polls:
        place = PLOT_WIDTH - 1 - (now - poll.first_at) * PLOT_WIDTH // span
        if 0 <= place < PLOT_WIDTH:
            cells[place] = "┃"
    seen = sorted(polls, key=lambda poll: -poll.first_at)[:3]
    words = " · ".join(f"{ago(now - poll.first_at)} ({poll.contacts} contacts)" for poll in seen)
    minutes = span // 60_000
    return (f"{minutes} min ago {''.join(cells)}▕ now", f"{len(polls)} seen; the last: {words}")


def connections(office: Office) -> tuple[ConnectionLine, ...]:
    """Sign-ins, orgs, pairing, the mirror's age, what is under way; each with its remedy. May open the keyring."""
    from mergetui import errors
    from mergetui.workflow.connect import require_pair
    from mergetui.workflow.status import status

    lines, todo = status(office)
    found = [ConnectionLine("■" if "not signed in" in line else "·", line) for line in lines]
    try:
        require_pair(office)
        found.append(ConnectionLine("✓", "the two orgs are confirmed as a pair"))
    except errors.Problem as problem:
        found.append(ConnectionLine("▲", problem.happened, problem.todo))
    report = office.mirror.last_pull()
    if report is None:
        found.append(ConnectionLine("■", "nothing was pulled yet", "r in the queue pulls and matches"))
    else:
        age = local_now() - int(report.get("hubspot_read_at") or 0)
        hidden = tuple(report.get("hidden_consent_fields") or ())
        old = age > OLD_PULL_MS
        found.append(
            ConnectionLine("▲" if old else "✓", f"pulled {ago(age)}", "r in the queue pulls anew" if old else "")
        )
        if hidden:
            found.append(
                ConnectionLine("■", f"opt-out fields hidden from us: {', '.join(hidden)}", "give the user read access")
            )
    found += [ConnectionLine("▲", line) for line in todo]
    return tuple(found)
