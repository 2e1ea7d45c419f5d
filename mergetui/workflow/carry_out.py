"""The runner as a use case: take the lock, sign in, carry out approved plans, explain what is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from mergetui import errors
from mergetui.merging.deps import Deps
from mergetui.merging.reading import read_schema
from mergetui.merging.runner import Runner
from mergetui.merging.timing import Timing
from mergetui.merging.window import PollWatch, declared_period_ms
from mergetui.records.clock import Clock, local_now
from mergetui.records.journal import PlanRow
from mergetui.store import PairMark
from mergetui.workflow.card import reminder
from mergetui.workflow.learning import look_for_contradiction
from mergetui.workflow.office import Office
from mergetui.workflow.unfinished import plans, waiting_words

Told = Callable[[str], None]
SIGN_OF_LIFE_MS = 15_000


async def run(office: Office, told: Told, *, attached: bool, timing: Timing | None = None) -> int:
    """Carry out approved plans; returns the exit code (0 all done, 1 a plan needs a person).

    ``attached``: started by a cockpit; goes on until standard input closes, and finishes the pair it is in then.
    Raises Busy when another runner holds the lock, and the CRMs' errors when the start fails.
    """
    if office.read_only:
        raise errors.Usage("mergetui runs read-only.", "No plan was carried out.", "Leave out --read-only.")
    keep_no_longer(office, told, attached)
    with office.runner_lock() as lock:
        salesforce, hubspot = office.salesforce(), office.hubspot()
        try:
            schema = await read_schema(salesforce, hubspot)
            deps = Deps(
                salesforce=salesforce,
                hubspot=hubspot,
                ledger=office.ledger,
                snapshots=office.snapshots,
                schema=schema,
                rules=office.rules,
                settings=office.sync_settings,
                persons=office.persons,
                window=PollWatch(
                    hubspot,
                    office.ledger,
                    salesforce=salesforce,
                    period_ms=declared_period_ms(office.ledger, office.config.sync_every_minutes),
                ),
                mark=PairMark(office.paths.pair_mark),
                timing=timing or timing_of_environment(),
                contradiction=lambda: look_for_contradiction(office, salesforce, hubspot),
                doing=lock.doing,
            )
            stop_on_signals(deps.stopping)
            if attached:
                stop_on_end_of_input(deps.stopping)
            teller = asyncio.create_task(_tell_changes(office, told, attached, hubspot.now))
            try:
                await Runner(deps).run(until_done=not attached)
            finally:
                teller.cancel()
                with suppress(asyncio.CancelledError):
                    await teller
        finally:
            await salesforce.aclose()
            await hubspot.aclose()
    if not attached and (told_back := reminder(office)):
        told(told_back)
    left = office.ledger.rows({"surprised", "failed", "unknown"})
    waiting = office.ledger.rows({"approved", "waiting"})
    for row in left:
        told(plan_words(row, attached))
    if waiting and not attached and "pause" in office.ledger.wishes():
        told(f"paused: {plans(len(waiting))} left approved; p under 2 in the cockpit lets the runner go on")
    return 1 if left or (waiting and not attached) else 0


def keep_no_longer(office: Office, told: Told, attached: bool) -> None:
    """What the profile no longer allows to be kept is forgotten before new plans are carried out."""
    from mergetui.workflow.forget import find_expired, forget

    expired = find_expired(office)
    if not expired.empty:
        said = forget(office, expired)
        if not attached:
            told(f"Older than {office.config.snapshot_days} days. {said}")


def plan_words(row: PlanRow, attached: bool) -> str:
    """One line about a plan. What a cockpit's runner says goes into a log, and no person's data goes there."""
    if attached:
        return f"plan {row.plan_id}: {row.state}"
    return f"{row.title}: {row.state}{f' – {row.why}' if row.why else ''}"


async def _tell_changes(office: Office, told: Told, attached: bool, now: Clock) -> None:
    """One line for each change of a plan's state, as it happens; without a cockpit also a sign of life while plans
    wait. ``now`` is HubSpot's clock."""
    seen = {row.plan_id: (row.state, row.why) for row in office.ledger.rows()}
    revision = -1
    quiet_since = local_now()

    def tell_new() -> bool:
        fresh = [row for row in reversed(office.ledger.rows()) if seen.get(row.plan_id) != (row.state, row.why)]
        for row in fresh:
            seen[row.plan_id] = (row.state, row.why)
            told(plan_words(row, attached))
        return bool(fresh)

    while True:
        if office.ledger.revision() != revision:
            revision = office.ledger.revision()
            if tell_new():
                quiet_since = local_now()
        if not attached and local_now() - quiet_since > SIGN_OF_LIFE_MS:
            quiet_since = local_now()
            waiting = waiting_words(office, now() - local_now())
            if waiting:
                told(waiting)
        try:
            await asyncio.sleep(0.25)
        except asyncio.CancelledError:
            tell_new()
            raise


def timing_of_environment() -> Timing:
    """``MERGETUI_LOOK_S`` shortens the pauses between two looks (for tests and rehearsals); CRM times stay."""
    raw = os.environ.get("MERGETUI_LOOK_S", "")
    try:
        return Timing(look_s=min(5.0, max(0.02, float(raw)))) if raw else Timing()
    except ValueError:
        return Timing()


def stop_on_signals(stopping: asyncio.Event) -> None:
    """SIGTERM, SIGHUP and Ctrl-C ask the runner to end after the pair it is in."""
    loop = asyncio.get_running_loop()
    for name in ("SIGTERM", "SIGHUP", "SIGINT"):
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(NotImplementedError):
                loop.add_signal_handler(number, stopping.set)


def stop_on_end_of_input(stopping: asyncio.Event) -> None:
    """The cockpit holds the other end of standard input; it closes when the cockpit ends, however it ends."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        with suppress(OSError, ValueError):
            while sys.stdin.buffer.read(4096):
                pass
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(stopping.set)

    import threading

    threading.Thread(target=wait, name="end of input", daemon=True).start()
