"""The cockpit as a Textual app. It shows a ``Desk`` and sends a person's intents to it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual import events
from textual.app import App, SystemCommand
from textual.command import CommandPalette
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from mergetui.errors import Problem
from mergetui.records.views import ConfirmationView
from mergetui.ui import crash, keys
from mergetui.ui.screens.base import Cockpit
from mergetui.ui.screens.queue import QueueScreen
from mergetui.workflow.ports import Desk

if TYPE_CHECKING:
    from mergetui.ui.screens.confirm import Confirmed

# Screens that are not seen at the start are imported when they are: the first paint has half a second.

HEADER_EVERY_S = 1.0
REFRESH_EVERY_S = 5.0
HUNG_UP = 129
"""Exit code after the terminal was closed: 128 + SIGHUP, as shells have it."""
CLOSE_WITHIN_S = 10.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)
"""Each means: leave in order. Without handlers no cleanup would run."""


def _runs() -> Cockpit:
    from mergetui.ui.screens.runs import RunsScreen

    return RunsScreen()


def _history() -> Cockpit:
    from mergetui.ui.screens.history import HistoryScreen

    return HistoryScreen()


def _health() -> Cockpit:
    from mergetui.ui.screens.health import HealthScreen

    return HealthScreen()


def _connections() -> Cockpit:
    from mergetui.ui.screens.connections import ConnectionsScreen

    return ConnectionsScreen()


class MergetuiApp(App[str], inherit_bindings=False):
    """Returns the line to print after leaving."""

    TITLE = "mergetui"
    CSS_PATH = "style.tcss"
    ENABLE_COMMAND_PALETTE = False  # Textual would bind it with priority, over dialogs too; ours is in the key table
    MODES = {  # noqa: RUF012
        "queue": QueueScreen, "runs": _runs, "history": _history, "health": _health, "connections": _connections,
    }  # fmt: skip
    BINDINGS = keys.bindings("everywhere")
    ALLOW_SELECT = False

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.last_message: tuple[str | Problem, str] = ("", "plain")
        self._open = False
        self.use_command_palette = True
        self._leaving = False
        self._refreshing = False
        self._header_problem = ""

    # life -------------------------------------------------------------------------------------------------------
    def on_mount(self) -> None:
        # Not as DEFAULT_MODE: with eager tasks (Python 3.12) Textual 8.2 mounts the widgets of a default mode before
        # it has a screen, and an Input asks for the screen while it is mounted.
        self.switch_mode("queue")
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            try:
                loop.add_signal_handler(number, self._signalled)
            except (NotImplementedError, RuntimeError, ValueError):  # not the main thread, or no such signals here
                break
        else:
            hang_up = getattr(signal, "SIGHUP", None)
            if hang_up is not None:
                loop.add_signal_handler(hang_up, terminal_is_gone)
        self.set_interval(HEADER_EVERY_S, self._show_header)
        self.set_interval(REFRESH_EVERY_S, self._refresh_header)
        self.call_after_refresh(self._started)

    def _started(self) -> None:
        """After the first paint: listen, take up what an earlier run left, then load what the header needs."""
        self._open = True
        left: str | Problem
        try:
            left = self.desk.start()
        except Problem as problem:
            left = problem
        if left and isinstance(self.screen, Cockpit):
            self.screen.say(left, "warn")
        self._refresh_header()

    async def on_event(self, event: events.Event) -> None:
        """Keys pressed before anything is seen were meant for nothing here; only leaving works at once."""
        if isinstance(event, events.Key) and not self._open and event.key not in ("ctrl+c", "ctrl+q"):
            return
        await super().on_event(event)

    def on_unmount(self) -> None:
        loop = asyncio.get_running_loop()
        for number in SIGNALS:
            try:
                loop.remove_signal_handler(number)
            except (NotImplementedError, RuntimeError, ValueError):
                break

    def _signalled(self) -> None:
        self.leave()

    def leave(self) -> None:
        """Leave in order; asked a second time, leave at once."""
        if self._leaving:
            self.exit("Left without waiting. Approved plans are safe; mergetui resume goes on.")
            return
        self._leaving = True
        self.run_worker(self._leave(), group="leaving", exit_on_error=False, description="leave")

    async def _leave(self) -> None:
        try:
            async with asyncio.timeout(CLOSE_WITHIN_S):
                line = await self.desk.close()
        except Problem as problem:
            line = str(problem)
        except TimeoutError:
            line = "The runner did not answer in time. Approved plans are safe; mergetui resume goes on."
        self.exit(line)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of the app failed with something that is no ``Problem``: our own mistake, told without its text."""
        if event.state is WorkerState.ERROR:
            own = crash.own_mistake(event.worker.error)
            if event.worker.group == "leaving":
                self.exit(str(own))
            elif isinstance(self.screen, Cockpit):
                self.screen.say(str(own), "bad")

    def _handle_exception(self, error: Exception) -> None:
        """Also for exceptions that would draw themselves: nothing is printed but ``crash.report``."""
        self._return_code = 1
        if self._exception is None:
            self._exception = error
            self._exception_event.set()
        self._fatal_error()

    def _fatal_error(self) -> None:
        """Textual's own report prints local variables, tokens included."""
        self._exit_renderables.append(Text(crash.report(self._exception)))
        self._close_messages_no_wait()

    # header -----------------------------------------------------------------------------------------------------
    def _show_header(self) -> None:
        """On the screen in front, or under the dialog in front."""
        shown = next((screen for screen in reversed(self.screen_stack) if isinstance(screen, Cockpit)), None)
        if shown is not None:
            shown.show_header()

    def _refresh_header(self) -> None:
        if not self._refreshing and not self._leaving:
            self._refreshing = True
            self.run_worker(self._read_header(), group="header", exit_on_error=False, description="refresh the header")

    async def _read_header(self) -> None:
        try:
            await self.desk.refresh_header()
        except Problem as problem:
            if str(problem) != self._header_problem and isinstance(self.screen, Cockpit):
                self.screen.say(problem, "warn")
            self._header_problem = str(problem)
        else:
            self._header_problem = ""
        finally:
            self._refreshing = False
        self._show_header()

    # going about ------------------------------------------------------------------------------------------------
    def go(self, mode: str) -> None:
        """Show one of the main screens."""
        self.switch_mode(mode)

    def ask_confirmation(self, view: ConfirmationView, asker: Cockpit) -> None:
        """Show a confirmation over the screen that asked; when confirmed, approve and go to approved & running."""
        from mergetui.ui.screens.confirm import ConfirmScreen

        self.push_screen(ConfirmScreen(view, lambda: self.desk.header().window), partial(self._confirmed, view, asker))

    def _confirmed(self, view: ConfirmationView, asker: Cockpit, answer: Confirmed | None) -> None:
        if answer is None:
            asker.say("left without a trace: nothing was approved")
            return
        try:
            sentence = self.desk.confirm(view, answer.ticked, answer.typed)
        except Problem as problem:
            asker.fail(problem)
            return
        asker.say(sentence, "good")
        asker.confirmed()
        self.switch_mode("runs")
        if view.plan_ids:
            self.call_after_refresh(self._look_at, view.plan_ids[0])

    def _look_at(self, plan_id: str) -> None:
        if isinstance(self.screen, Cockpit):
            self.screen.go_to(plan_id)

    # acts of everywhere -----------------------------------------------------------------------------------------
    async def action_act(self, act: str, arg: str) -> None:
        screen = self.screen
        if isinstance(screen, Cockpit):
            screen.say("")
        if act in ("leave", "leave_now"):
            self.leave()
        elif act == "back" and isinstance(screen, Cockpit):
            screen.go_back()
        elif act == "palette" and isinstance(screen, Cockpit):
            self.clear_notifications()
            self.push_screen(CommandPalette())
        elif act == "help" and isinstance(screen, Cockpit):
            from mergetui.ui.screens.info import InfoScreen, help_rows

            places = (screen.PLACE, "confirm", "everywhere") if screen.PLACE == "review" else screen.places
            self.push_screen(InfoScreen("Keys", help_rows(places, self.desk.read_only)))

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette offers what the table offers on this screen, and the theme."""
        for name in screen.places if isinstance(screen, Cockpit) else ("main", "everywhere"):
            for act in keys.offered(name, self.desk.read_only):
                if act.palette is not None:
                    target = self if name == "everywhere" else screen
                    call = partial(self.run_action, f"act('{act.id}','{act.palette}')", target)
                    yield SystemCommand(f"{act.label} ({act.shown})", act.why, call)
        yield SystemCommand("theme", "Choose colours: light, dark, high contrast, ansi.", self.action_change_theme)


def terminal_is_gone() -> None:
    """The window was closed. Textual would wait for ever for its writer, which has nobody to write to; there is no
    screen to restore, and every decision is on the disk already. The runner sees our end of its input close."""
    os._exit(HUNG_UP)


def _writer_died(dead: threading.ExceptHookArgs) -> None:
    """A terminal that went away without a signal is noticed by the thread that writes to it."""
    if dead.thread is not None and dead.thread.name == "textual-output" and isinstance(dead.exc_value, OSError):
        terminal_is_gone()
    threading.__excepthook__(dead)


def forget_typed() -> None:
    """Throw away what was typed into the terminal before the cockpit opened: it was not meant for it."""
    try:
        import termios
    except ImportError:  # Windows
        return
    with suppress(termios.error, OSError, ValueError, AttributeError):  # the input is no terminal
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def run(open_desk: Callable[[], Desk]) -> str:
    """Run the cockpit until the person leaves; returns the line to print then. After a crash, whose report is already
    on standard error, raises ``SystemExit(1)``."""
    app = MergetuiApp(open_desk())
    threading.excepthook = _writer_died
    forget_typed()
    line = app.run()
    if app.return_code:
        raise SystemExit(app.return_code)
    return line or ""
