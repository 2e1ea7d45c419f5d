"""Fills in ``ports.Desk``: what the cockpit sees of one profile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mergetui import errors
from mergetui.merging.window import PollWatch, declared_period_ms, remembered_polls
from mergetui.records.clock import local_now
from mergetui.records.sync import SyncWindow
from mergetui.records.views import (
    ConfirmationView,
    ConnectionLine,
    HeaderView,
    HealthView,
    HistoryRow,
    RunsView,
)
from mergetui.sync.window import DEFAULT_PERIOD_MS, estimate, remaining_text
from mergetui.workflow.children import RunnerProcess
from mergetui.workflow.desk_queue import QueueHalf
from mergetui.workflow.office import Office, runner_words
from mergetui.workflow.unfinished import has_work, open_plans

if TYPE_CHECKING:
    from mergetui.crm.hubspot import HubSpot
    from mergetui.crm.salesforce import Salesforce
    from mergetui.workflow.dossiers import Dossiers
    from mergetui.workflow.review import Review
    from mergetui.workflow.runs import Runs


class CockpitDesk(QueueHalf):
    """One profile, seen from its cockpit. CRM clients are made, and their libraries loaded, at the first read."""

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.profile = office.profile
        self._runner = RunnerProcess(office)
        self._clients: tuple[Salesforce, HubSpot] | None = None
        self._offset = 0
        self._period_ms = 0
        self._polls: PollWatch | None = None
        self._api = ""
        self._deletes = "delete on sync: contacts ?, leads ?"
        self._runs_seen: RunsView | None = None

    @cached_property
    def _runs(self) -> Runs:
        from mergetui.workflow.runs import Runs

        return Runs(self._office.ledger)

    def start(self) -> str:
        left = open_plans(self._office)
        if has_work(self._office):
            self._runner.wake()
        if not left:
            return ""
        if self.read_only:
            return f"{left[0]}. Not continued: mergetui runs read-only."
        more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
        return f"{left[0]}{more}. The runner reads both CRMs and goes on; see 2."

    # top line --------------------------------------------------------------------------------------------------
    def header(self) -> HeaderView:
        orgs: dict[str, dict[str, Any]] = self._office.ledger.setting("orgs") or {}
        window, now = self._window()
        return HeaderView(
            profile=self.profile,
            salesforce=_org_words(orgs.get("salesforce")),
            hubspot=_org_words(orgs.get("hubspot")),
            window=f"next sync {remaining_text(window, now)}",
            deletes=self._deletes,
            api=self._api,
            runner=self._runner_words(),
            read_only=self.read_only,
        )

    def _runner_words(self) -> str:
        stopped = self._runner.exit_words()
        if stopped:
            return f"runner stopped: {stopped}"
        return f"runner {runner_words(self._office.runner_lock().holder(), self._office.ledger)}"

    def _keep_running(self) -> None:
        """Another cockpit's runner may have left with it. One of ours that stopped by itself is not started again."""
        if not self.read_only and has_work(self._office) and not self._runner.exit_words():
            self._runner.wake()

    def _deletes_words(self) -> str:
        from mergetui.workflow.card import deletes_words

        return deletes_words(self._office)

    def _window(self) -> tuple[SyncWindow, int]:
        """The estimate from the polls on record; HubSpot's clock. The profile's own period counts from the first
        reading on: its file is not opened for the first paint."""
        ledger = self._office.ledger
        period_ms = self._period_ms or declared_period_ms(ledger, DEFAULT_PERIOD_MS / 60_000)
        now = local_now() + self._offset
        return estimate(remembered_polls(ledger), now, period_ms=period_ms), now

    async def refresh_header(self) -> None:
        # a tenth of a second of imports, in a thread so that keys are read meanwhile
        await asyncio.to_thread(import_module, "mergetui.merging.reading")
        await asyncio.to_thread(import_module, "mergetui.workflow.review")  # with the twin that plays its forecasts
        self._deletes = self._deletes_words()
        self._keep_running()
        salesforce, hubspot = self._crms()
        if self._polls is None:
            ledger = self._office.ledger
            self._period_ms = declared_period_ms(ledger, self._office.config.sync_every_minutes)
            self._polls = PollWatch(hubspot, ledger, salesforce=salesforce, period_ms=self._period_ms)
        await self._polls.look(fresh=True)
        self._offset = hubspot.now() - local_now()
        self._api = salesforce.usage or hubspot.usage

    async def refresh(self, told: Callable[[str], None]) -> str:
        from mergetui.workflow.children import follow_child

        said = ""
        for word in ("pull", "match"):
            said = await follow_child(["--profile", self.profile, word], told)
        return said

    # review ----------------------------------------------------------------------------------------------------
    @cached_property
    def _dossiers(self) -> Dossiers:
        from mergetui.workflow.dossiers import Dossiers

        return Dossiers(self._office, self._crms)

    async def open_review(self, set_id: str) -> Review:
        from mergetui.planning.master import propose
        from mergetui.workflow.connect import require_pair
        from mergetui.workflow.review import Review

        found = self._dossiers.found(set_id)
        self._no_plan([set_id])
        dossier = await self._dossiers.read(set_id)
        return Review(
            dossier,
            found,
            self._office.ledger,
            self._office.rules,
            master=propose(dossier, self._office.rules),
            users=self._dossiers.users,
            window=self._window,
            confirmation=lambda plan_id: self.confirmation([plan_id]),
            guard=lambda: require_pair(self._office),
            read_only=self.read_only,
            staged=self.staged_one,
            histories=self._dossiers.histories,
        )

    async def read_ahead(self, set_ids: Sequence[str]) -> None:
        await self._dossiers.read_ahead(set_ids)

    # confirmation ----------------------------------------------------------------------------------------------
    def confirmation(self, plan_ids: Sequence[str]) -> ConfirmationView:
        from mergetui.workflow.confirm import confirmation
        from mergetui.workflow.connect import require_pair

        self._writable()
        require_pair(self._office)
        if not plan_ids:
            raise errors.Problem("Nothing is staged.", "", "Stage sets with a in the review.")
        return confirmation([self._office.ledger.plan(plan_id) for plan_id in plan_ids], self._window()[0])

    def confirm(self, view: ConfirmationView, ticked: Sequence[str], typed: str) -> str:
        from mergetui.workflow.confirm import confirm

        self._writable()
        plans = confirm(view, ticked, typed, self._office.ledger, local_now)
        self._runner.wake()
        return f"{plans[0].title}: approved." if len(plans) == 1 else f"{len(plans)} merges approved."

    # approved & running, history -------------------------------------------------------------------------------
    def staged_ids(self) -> Sequence[str]:
        return [row.plan_id for row in self._office.ledger.rows({"staged"})]

    def runs(self) -> RunsView:
        # the seconds are part of it: the column “since” counts them
        revision = self._office.ledger.revision() * 10_000 + local_now() // 1000 % 10_000
        if self._runs_seen is None or self._runs_seen.revision != revision:
            holder = self._office.runner_lock().holder()
            self._runs_seen = self._runs.view(holder, local_now(), revision)
        return self._runs_seen

    def run_detail(self, plan_id: str) -> tuple[str, ...]:
        from mergetui.workflow.runs import detail_lines

        ledger = self._office.ledger
        plan, row = ledger.plan(plan_id), ledger.row(plan_id)
        return tuple(detail_lines(plan, row, ledger.approval(plan_id), ledger.entries(plan_id)))

    def take_back(self, plan_id: str) -> str:
        """Take back what has not started; close what failed or surprised, as it is. ``history`` keeps all of it."""
        from mergetui.merging.progress import read_progress

        self._writable()
        ledger = self._office.ledger
        row = ledger.row(plan_id)
        part = row.state == "waiting" and read_progress(ledger.plan(plan_id), ledger.entries(plan_id)).started
        if row.state in ("failed", "surprised") or part:
            ledger.set_state(plan_id, "taken back", f"closed as it is: {row.why}", expect={row.state})
            if ledger.wishes().get("pause") == plan_id:
                ledger.clear_wish("pause")
                self._runner.wake()
            return f"{row.title}: closed as it is; the history keeps what happened."
        if row.state not in ("staged", "approved", "waiting"):
            raise errors.Problem(
                f"{row.title} is {row.state}: what has started cannot be taken back.", "Nothing was changed.", ""
            )
        # the ledger decides: the runner may have taken the plan up this very moment
        if not ledger.set_state(
            plan_id, "taken back", "taken back before it started", expect={"staged", "approved", "waiting"}
        ):
            raise errors.Problem(f"{row.title} has just started.", "It was not taken back.", "")
        return f"{row.title}: taken back; nothing was merged."

    def pause(self) -> str:
        self._writable()
        ledger = self._office.ledger
        if "pause" in ledger.wishes():
            ledger.clear_wish("pause")
            self._runner.wake()
            return "The runner goes on."
        ledger.wish("pause", "asked for in the cockpit")
        return "The runner pauses after the pair it is in; plans that wait for sync are still watched."

    def retry(self, plan_id: str) -> str:
        from mergetui.merging.progress import read_progress
        from mergetui.merging.runner import newer_plan
        from mergetui.planning.plan import needs_tick

        self._writable()
        ledger = self._office.ledger
        row, plan, approval = ledger.row(plan_id), ledger.plan(plan_id), ledger.approval(plan_id)
        if row.state not in ("failed", "surprised", "unknown"):
            raise errors.Problem(f"{row.title} is {row.state}; only a failed or surprised plan is tried again.", "", "")
        if approval is None or any(check.id not in approval.acknowledged for check in needs_tick(plan.checks)):
            raise errors.Problem("This plan has no full confirmation.", "It was not tried again.", "Review it again.")
        newer = newer_plan(ledger, plan)
        if newer is not None and not read_progress(plan, ledger.entries(plan_id)).started:
            raise errors.Problem(
                f"A newer plan with these people exists and is {newer.state}.",
                "The old one was not tried again.",
                "Close the old one with c.",
            )
        ledger.wish(f"retry:{plan_id}")
        if ledger.wishes().get("pause") == plan_id:
            ledger.clear_wish("pause")
        self._runner.wake()
        paused = " The runner is paused; p lets it go on." if "pause" in ledger.wishes() else ""
        return f"{row.title}: trying again, after reading both CRMs.{paused}"

    def history(self, text: str = "") -> Sequence[HistoryRow]:
        from mergetui.workflow.runs import history_row

        ledger = self._office.ledger
        wanted = text.casefold()
        return [
            history_row(ledger.plan(row.plan_id), row, approval, ledger.entries(row.plan_id))
            for row in ledger.rows(limit=1000)
            if (approval := ledger.approval(row.plan_id)) is not None and wanted in row.title.casefold()
        ]

    # sync health, connections ----------------------------------------------------------------------------------
    def health(self) -> HealthView:
        from mergetui.workflow.health import health

        return health(self._office, *self._window())

    def declare_deletes(self, contacts: str, leads: str) -> str:
        from mergetui.workflow.card import Answers, declare

        lines = declare(self._office, Answers(contacts or None, leads or None))  # type: ignore[arg-type]
        self._deletes = self._deletes_words()
        return " · ".join(lines)

    def connections(self) -> tuple[ConnectionLine, ...]:
        from mergetui.workflow.health import connections

        return connections(self._office)

    # leaving ---------------------------------------------------------------------------------------------------
    async def close(self) -> str:
        self._runner.release()
        ended = await asyncio.to_thread(self._runner.wait, 8.0)
        if self._clients is not None:
            for client in self._clients:
                await client.aclose()
        return leaving_words(self._office, ended)

    # inside ----------------------------------------------------------------------------------------------------
    def _crms(self) -> tuple[Salesforce, HubSpot]:
        if self._clients is None:
            self._clients = (self._office.salesforce(), self._office.hubspot())
        return self._clients


def leaving_words(office: Office, ended: bool) -> str:
    """The last line in the terminal: what is left, and how to go on."""
    rows = office.ledger.rows({"approved", "waiting", "preparing", "merging", "linked", "unknown", "surprised"})
    if not rows:
        return ""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.state] = counts.get(row.state, 0) + 1
    told = ", ".join(f"{count} {state}" for state, count in counts.items())
    still = "" if ended else " The runner is still finishing a merge."
    name = "" if office.profile == "default" else f" --profile {office.profile}"
    return f"Left: {told}.{still} Go on with `mergetui{name} resume` or by opening mergetui again."


def _org_words(org: dict[str, Any] | None) -> str:
    if org is None:
        return "not signed in"
    return f"{org['name']} ({'PRODUCTION' if org['production'] else 'sandbox'})"
