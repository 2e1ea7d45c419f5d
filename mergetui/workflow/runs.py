"""Plans as the screens *approved & running* and *history* show them: states and stages in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from mergetui.merging.progress import Progress, read_progress
from mergetui.planning.people import short_id
from mergetui.records.journal import JournalEntry, PlanRow, RunnerInfo
from mergetui.records.plan import Approval, Plan
from mergetui.records.views import HistoryRow, RunRow, RunsView, StageCell
from mergetui.store import Ledger
from mergetui.workflow.office import runner_words

SIGNS = {"surprised": "▲", "failed": "■", "unknown": "?", "settled": "✓", "waiting": "…"}
STATES = (
    "staged", "approved", "waiting", "preparing", "merging", "linked", "settled", "surprised", "failed", "unknown",
)  # fmt: skip
STEPS = {"pair": "the merge pair", "salesforce": "Salesforce merge", "hubspot": "HubSpot merge"}
Outcomes = Mapping[str, Mapping[str, Any]]
"""Step → body of its last outcome."""
TODO = StageCell("·", "todo")


RESTING = frozenset({"settled", "failed", "surprised", "staged", "approved"})
"""States in which a plan's row does not change until the state does."""


class Runs:
    """All plans as rows. Rows of plans that rest are kept, so that a long history costs nothing per look."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[str, tuple[tuple[str, int], RunRow]] = {}

    def view(self, runner: RunnerInfo | None, now: int, revision: int) -> RunsView:
        """``now`` is the local clock: stamps of the ledger are local too."""
        rows = [row for row in self._ledger.rows() if row.state != "taken back"]
        counts = Counter(row.state for row in rows)
        shown = tuple(replace(self._row(row), since=_since(now - row.since)) for row in rows[:500])
        return RunsView({state: counts[state] for state in STATES}, shown, runner_words(runner, self._ledger), revision)

    def _row(self, row: PlanRow) -> RunRow:
        mark = (row.state, row.since)
        kept = self._kept.get(row.plan_id)
        if kept is not None and kept[0] == mark:
            return kept[1]
        made = run_row(self._ledger.plan(row.plan_id), row, self._ledger.entries(row.plan_id))
        if row.state in RESTING:
            self._kept[row.plan_id] = (mark, made)
        return made


def run_row(plan: Plan, row: PlanRow, entries: Sequence[JournalEntry]) -> RunRow:
    progress = read_progress(plan, entries)
    return RunRow(
        plan_id=row.plan_id,
        title=row.title,
        state=row.state,
        sign=SIGNS.get(row.state, " "),
        stages=_stages(plan, row, progress, entries),
        since="",
        note=_note(row, progress),
    )


def _note(row: PlanRow, progress: Progress) -> str:
    halfway = any(entry.salesforce_done and not entry.hubspot_done for entry in progress.rounds)
    if halfway and row.state in ("merging", "unknown"):
        told = "Salesforce is merged and HubSpot is not yet: the next sync may archive the loser's contact"
        return f"{told}. {row.why}" if row.why else told
    if row.state == "merging" and progress.written:
        return "both merges are done; waiting for the sync"
    return row.why if row.state not in ("approved", "staged") else ""


def _stages(plan: Plan, row: PlanRow, progress: Progress, entries: Sequence[JournalEntry]) -> tuple[StageCell, ...]:
    outcomes = {entry.step: entry.body for entry in entries if entry.kind == "outcome"}
    busy = row.state in ("preparing", "merging", "unknown", "linked")
    stages = [
        _simple(outcomes, "preflight", busy and row.state == "preparing"),
        _simple(outcomes, "snapshot", False),
        _half(plan, progress, outcomes, "salesforce", busy),
        _half(plan, progress, outcomes, "hubspot", busy),
        _simple(outcomes, "values", busy and progress.merged),
        _simple(outcomes, "linked", busy and "values" in progress.done),
        _simple(outcomes, "settled", row.state == "linked"),
    ]
    if row.state == "linked":
        stages[6] = StageCell("after next sync", "doing")
    if row.state in ("failed", "surprised", "unknown"):
        for index, stage in enumerate(stages):
            if stage.state != "done":
                sign, state = ("■", "failed") if row.state == "failed" else ("▲", "warn")
                stages[index] = StageCell("?" if row.state == "unknown" else sign, state)  # type: ignore[arg-type]
                break
    return tuple(stages)


def _simple(outcomes: Outcomes, step: str, doing: bool) -> StageCell:
    body = outcomes.get(step)
    if body is not None:
        if not body.get("ok"):
            return StageCell("▲", "warn")
        return StageCell(f"✓ {_time(body['ms'])}" if "ms" in body else "✓", "done")
    return StageCell("…", "doing") if doing else TODO


def _half(plan: Plan, progress: Progress, outcomes: Outcomes, half: str, busy: bool) -> StageCell:
    wanted = [index for index, entry in enumerate(plan.rounds) if getattr(entry, half) is not None]
    if not wanted:
        return StageCell("—", "done")
    done = [index for index in wanted if getattr(progress.rounds[index], f"{half}_done")]
    if len(done) < len(wanted):
        begun = any(progress.rounds[index].intended for index in wanted)
        if half == "hubspot" and any(progress.rounds[index].salesforce_done for index in wanted if index not in done):
            return StageCell("▲ not yet", "warn")
        text = f"{len(done)}/{len(wanted)}" if done else "…"
        return StageCell(text, "doing") if begun and busy else TODO if not done else StageCell(text, "warn")
    if half == "hubspot":
        return StageCell(f"✓ →{progress.returned_id}", "done")
    body = outcomes.get(f"salesforce:{wanted[-1]}")
    took = f" {_time(body['ms'])}" if body is not None and "ms" in body else ""
    return StageCell(f"✓{took}", "done")


def _time(milliseconds: object) -> str:
    seconds = float(str(milliseconds)) / 1000
    return f"{max(seconds, 0):.1f} s" if seconds < 10 else f"{int(seconds // 60):02d}:{int(seconds % 60):02d}"


def _since(milliseconds: int) -> str:
    seconds = max(0, milliseconds // 1000)
    if seconds >= 86_400:
        return f"{seconds // 86_400} d"
    return (
        f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        if seconds >= 3600
        else (f"{seconds // 60:02d}:{seconds % 60:02d}")
    )


# history ---------------------------------------------------------------------------------------------------------
def history_row(plan: Plan, row: PlanRow, approval: Approval | None, entries: Sequence[JournalEntry]) -> HistoryRow:
    expected = plan.expected
    dead = [short_id(one) for one in expected.dead_salesforce_ids]
    hubspot = ""
    if expected.old_hubspot_ids:
        merged = " + ".join(expected.old_hubspot_ids)
        hubspot = f"{merged} → {row.returned_hubspot_id}" if row.returned_hubspot_id else merged
    return HistoryRow(
        plan_id=row.plan_id,
        when=local_time(row.since),
        who=approval.by if approval else "",
        title=row.title,
        state=row.state,
        salesforce=f"{', '.join(dead)} → {short_id(expected.salesforce_id or '')}" if dead else "—",
        hubspot=hubspot or "—",
        snapshot=(row.snapshot or "")[:12],
        detail=tuple(detail_lines(plan, row, approval, entries)),
    )


def detail_lines(plan: Plan, row: PlanRow, approval: Approval | None, entries: Sequence[JournalEntry]) -> Sequence[str]:
    """Every journal entry in words, then what was planned."""
    lines = [f"{plan.title}: {row.state}{f' – {row.why}' if row.why else ''}"]
    if approval is not None:
        lines.append(f"confirmed by {approval.by} at {local_time(approval.at)}, typed “{approval.typed}”")
    lines += [f"{local_time(entry.at)}  {entry_words(entry)}" for entry in entries]
    lines += [f"planned: {loss}" for loss in plan.losses]
    if row.snapshot:
        lines.append(f"snapshot {row.snapshot}")
    return lines


def entry_words(entry: JournalEntry) -> str:
    body = entry.body
    if entry.kind == "state":
        return f"→ {entry.step}: {body['why']}" if body.get("why") else f"→ {entry.step}"
    if entry.kind == "note":
        return str(body.get("text", ""))
    name, _, index = entry.step.partition(":")
    what = STEPS.get(name, name) + (f" {int(index) + 1}" if index and index != "0" else "")
    if entry.kind == "intent":
        return f"{what}: about to be sent"
    if entry.kind == "sent":
        return f"{what}: sent again"
    if not body.get("ok"):
        return f"{what}: not done ({body.get('why') or body.get('found') or '; '.join(body.get('surprises', []))})"
    told = [f"{body['ms']} ms"] if "ms" in body else []
    told += [f"new id {body['returned_id']}"] if "returned_id" in body else []
    told += [str(body["found"])] if body.get("found") else []
    told += [str(body["how"])] if body.get("how") else []
    told += list(body.get("reports", []))
    return f"{what}: done ({', '.join(told)})" if told else f"{what}: done"


def local_time(instant: int) -> str:
    """Local wall time to the second, for people."""
    return datetime.fromtimestamp(instant / 1000).astimezone().strftime("%Y-%m-%d %H:%M:%S")
