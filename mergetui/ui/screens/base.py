"""What all screens share: header, message line, keys, and one place where a refused or failed act becomes text."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events
from textual.app import ComposeResult
from textual.screen import ModalScreen, Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from mergetui.errors import Problem
from mergetui.ui import crash, keys
from mergetui.ui.text import strip_harmful
from mergetui.ui.widgets.bars import HeaderBar, KeyBar, MessageLine
from mergetui.workflow.ports import Desk, Refusal

if TYPE_CHECKING:
    from mergetui.ui.app import MergetuiApp

Answer = TypeVar("Answer")
HELD_WITHIN_S = 0.15
"""A key held down repeats faster than this; a person who decides is slower."""
SLOWER = Refusal("slower: one set at a time")


class PlainInput(Input):
    """An input that cannot hold what the terminal would obey: pasted control characters are dropped."""

    def validate_value(self, value: str) -> str:
        return strip_harmful(value)


class Dialog(ModalScreen[Answer], inherit_bindings=False):
    """Base of what opens over a screen. Nothing may cover it: toasts go when it comes."""

    def on_mount(self) -> None:
        self.app.clear_notifications()
        self.started()

    def started(self) -> None:
        """The widgets are there."""


def key_name(event: events.Key) -> str:
    """A key as a person calls it."""
    return event.character if event.is_printable and event.character not in (None, " ") else event.key


class Cockpit(Screen[None], inherit_bindings=False):
    """Base of the main screens and the review. ``PLACE`` names their part of the table of keys."""

    PLACE: ClassVar[str] = ""
    _pressed_at = 0.0
    _decided_at = -1.0
    _act = ""
    _act_before = ""

    @property
    def places(self) -> tuple[str, ...]:
        """The parts of the table of keys that hold here."""
        return (self.PLACE, "everywhere") if self.PLACE == "review" else (self.PLACE, "main", "everywhere")

    @property
    def cockpit(self) -> MergetuiApp:
        return cast("MergetuiApp", self.app)

    @property
    def desk(self) -> Desk:
        return self.cockpit.desk

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield from self.body()
        yield MessageLine()
        yield KeyBar(self.PLACE, self.desk.read_only)

    def body(self) -> ComposeResult:
        """The widgets between header and message line."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self.show_header()
        self.started()

    def started(self) -> None:
        """The widgets are there."""

    def returned(self) -> None:
        """The screen is in front again."""

    def on_screen_resume(self) -> None:
        self.show_header()
        self.query_one(MessageLine).say(*self.cockpit.last_message)
        self.returned()

    def show_header(self) -> None:
        if not self.query(HeaderBar):
            return
        try:
            self.query_one(HeaderBar).show_header(self.desk.header())
        except Problem as problem:
            self.say(problem, "bad")

    def ask(self, question: Callable[[], Answer], otherwise: Answer) -> Answer:
        """Ask the desk for something to show; what goes wrong is said on the message line."""
        try:
            return question()
        except Problem as problem:
            self.say(problem, "bad")
            return otherwise

    def confirmed(self) -> None:
        """The confirmation this screen asked for was given."""

    def go_to(self, plan_id: str) -> None:
        """Put the cursor on a plan, where there are plans."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A worker of this screen failed with something that is no ``Problem``: told, not swallowed."""
        event.stop()
        if event.state is WorkerState.ERROR:
            self.broken(crash.own_mistake(event.worker.error))

    def broken(self, problem: Problem) -> None:
        """Something behind this screen failed by our own mistake."""
        self.fail(problem)

    # acts -------------------------------------------------------------------------------------------------------
    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """``--read-only`` removes every act that writes."""
        return not (action == "act" and self.desk.read_only and keys.writes(self.PLACE, str(parameters[0])))

    async def action_act(self, act: str, arg: str) -> None:
        """Do one act of the table. Whatever it refuses or cannot do is said on the message line."""
        self._act_before, self._act = self._act, act
        self.say("")
        try:
            answer = getattr(self, f"do_{act}")(arg)
            if inspect.isawaitable(answer):
                answer = await cast("Awaitable[object]", answer)
        except Problem as problem:
            self.fail(problem)
            return
        if isinstance(answer, Refusal):
            self.refuse(answer.why)

    def on_key(self, event: events.Key) -> None:
        """A key that does nothing here says so."""
        self._pressed_at = event.time
        if isinstance(self.focused, Input):
            return
        act = keys.written_by(self.PLACE, event.key) if self.desk.read_only else None
        if act is not None:
            self.say(f"{act.label}: not with --read-only, nothing was changed", "warn")
        elif event.key not in keys.bound(*self.places):
            self.say(f"{key_name(event)} does nothing here (? shows the keys)", "warn")

    def held(self) -> bool:
        """Asked by a key that decides: whether it is held down, that is, it came too soon after itself.
        A held key goes on being unheard; two keys in turn are a person's, however fast."""
        soon = self._pressed_at - self._decided_at < HELD_WITHIN_S and self._act == self._act_before
        self._decided_at = self._pressed_at
        return soon

    # what is said -----------------------------------------------------------------------------------------------
    def say(self, answer: str | Problem, tone: str = "plain") -> None:
        """Answer the last key on the line above the footer."""
        self.cockpit.last_message = (answer, tone)
        if self.query(MessageLine):
            self.query_one(MessageLine).say(answer, tone)

    def refuse(self, why: str) -> None:
        """Say why a key did nothing."""
        self.say(why, "warn")

    def fail(self, problem: Problem) -> None:
        """Say what went wrong, what was not done and what to do."""
        self.say(problem, "bad")

    def go_back(self) -> None:
        """``esc``: one level back."""
        self.say("q quits")
