"""What the keys of the review choose: values by column, by rule, by typing; the master; undo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on
from textual.widgets import Input

from mergetui.errors import Problem
from mergetui.records.views import ReviewRow, ReviewView
from mergetui.ui import layout
from mergetui.ui.screens.base import Cockpit, PlainInput
from mergetui.ui.text import clip, harmless
from mergetui.ui.widgets.review_grid import ReviewGrid
from mergetui.workflow.ports import Refusal, ReviewSession

if TYPE_CHECKING:
    from mergetui.ui.screens.pick import Picked

STILL_READING = Refusal("nothing to do this with yet: the set has not been read")


class ReviewBase(Cockpit):
    """What all parts of the review share."""

    def __init__(self) -> None:
        super().__init__()
        self._session: ReviewSession | None = None
        self._view: ReviewView | None = None

    @property
    def grid(self) -> ReviewGrid:
        return self.query_one(ReviewGrid)

    def draw(self, view: ReviewView, row_key: str | None = None) -> None:
        """Show a view; the cursor goes to ``row_key`` if it is given."""
        raise NotImplementedError

    def draw_row(self, row_key: str) -> None:
        """Show one row that was chosen anew at once; what follows from it comes a moment later."""
        raise NotImplementedError


class FieldActs(ReviewBase):
    """The keys that choose. Every choice is stored at once and can be undone."""

    _edited_row = ""

    # acts that choose -------------------------------------------------------------------------------------------
    def _answer(self, refused: Refusal | None, sentence: str = "") -> Refusal | None:
        """Draw the review anew after a choice, or go to the row that a refusal names."""
        if self._session is None:
            return STILL_READING
        view = self._session.view()
        self.draw(view, refused.row_key if refused is not None else None)
        if refused is None and sentence:
            self.say(sentence)
        return refused

    def _row(self) -> ReviewRow | Refusal:
        if self._session is None:
            return STILL_READING
        row = self.grid.row
        if row is None:
            return Refusal("there is no field here; d shows all fields")
        if not row.selectable:
            return Refusal(f"{row.label}: {row.reason or 'this row only shows'}")
        return row

    def _choose(self, row: ReviewRow, column: int) -> Refusal | None:
        assert self._session is not None
        refused = self._session.choose(row.key, column)
        self.grid.look_at(column)
        if refused is not None:
            return self._answer(refused)
        self.draw_row(row.key)
        return None

    def do_shift(self, arg: str) -> Refusal | None:
        row = self._row()
        if isinstance(row, Refusal):
            return row
        now = next((n for n, cell in enumerate(row.cells) if cell.chosen), 0)
        column = now + int(arg)
        if not 0 <= column < len(row.cells):
            self.say("this is the last column" if int(arg) > 0 else "this is the first column")
            return None
        return self._choose(row, column)

    def do_choose(self, arg: str) -> Refusal | None:
        row = self._row()
        if isinstance(row, Refusal):
            return row
        if int(arg) > len(row.cells):
            return Refusal(f"there are only {len(row.cells)} columns")
        return self._choose(row, int(arg) - 1)

    def do_all(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        return self._answer(self._session.choose_all(self.grid.mark), f"all values from {self._marked()}")

    def do_blanks(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        return self._answer(self._session.fill_blanks(self.grid.mark), f"blanks filled from {self._marked()}")

    def do_everywhere(self, rule: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        before = self._session.view()
        refused = self._session.apply_everywhere(rule)
        if refused is not None:
            return self._answer(refused)
        changed = len(layout.changed_rows(before, self._session.view()))
        what = (
            f"{changed} field{'' if changed == 1 else 's'} changed; u undoes it" if changed else "nothing changed by it"
        )
        return self._answer(None, f"{rule} value for every field that differs: {what}")

    def do_rule(self, _: str) -> Refusal | None:
        from mergetui.ui.screens.pick import Item, PickScreen

        row = self._row()
        if isinstance(row, Refusal):
            return row
        session = self._session
        assert session is not None
        offered = session.rules_for(row.key)
        if not offered:
            return Refusal(f"{row.label}: no rule fits this field")
        items = [
            Item(
                rule.id,
                rule.title,
                rule.result or (f"({rule.why_not})" if rule.why_not else "—"),
                "◆" if rule.saved else " ",
            )
            for rule in offered
        ]
        saved = next((rule.id for rule in offered if rule.saved), "")
        note = "enter: for this set; s: for all sets to come" + ("; x: ends the saved one (◆)" if saved else "")

        def picked(answer: Picked | None) -> None:
            if answer is None:
                return
            if answer.act == "choose":
                refused = session.apply_rule(row.key, answer.key)
                title = next(rule.title for rule in offered if rule.id == answer.key)
                self._answer_late(refused, f"{row.label}: {title}")
                return
            try:
                sentence = session.save_rule(row.key, answer.key if answer.act == "keep" else "")
            except Problem as problem:
                self.fail(problem)
                return
            self.draw(session.view())
            self.say(sentence)

        acts = ("keep", "drop") if saved else ("keep",)
        self.app.push_screen(PickScreen(f"A rule for {row.label}", items, acts=acts, cursor=saved, note=note), picked)
        return None

    def _answer_late(self, refused: Refusal | None, sentence: str) -> None:
        """The same as ``_answer``, out of a dialog's callback."""
        answer = self._answer(refused, sentence)
        if answer is not None:
            self.refuse(answer.why)

    def _pick_option(self, row: ReviewRow, options: Sequence[tuple[str, str]]) -> None:
        from mergetui.ui.screens.pick import Item, PickScreen

        session = self._session
        assert session is not None
        now = next((cell.text for cell in row.cells if cell.chosen and not cell.blank), "")
        items = [
            Item(value, label, "" if value == label else value, "●" if value == now else "○")
            for value, label in options
        ]

        def picked(answer: Picked | None) -> None:
            if answer is not None:
                self._answer_late(session.edit(row.key, answer.key), f"{row.label}: edited")

        self.app.push_screen(PickScreen(f"A value for {row.label}", items, cursor=now), picked)

    def do_master(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        return self._answer(self._session.set_master(self.grid.mark), f"master: {self._marked()}; checks made anew")

    def _marked(self) -> str:
        assert self._view is not None
        return f"column {self.grid.mark + 1}, {self._view.columns[self.grid.mark].title}"

    def do_undo(self, _: str) -> Refusal | None:
        return self._step_in_time("undone")

    def do_redo(self, _: str) -> Refusal | None:
        return self._step_in_time("done again")

    def _step_in_time(self, word: str) -> Refusal | None:
        """Undo or redo; the cursor goes to the first row that changed, and the answer names it."""
        if self._session is None or self._view is None:
            return STILL_READING
        before = self._view
        refused = self._session.undo() if word == "undone" else self._session.redo()
        if refused is not None:
            return self._answer(refused)
        after = self._session.view()
        changed = layout.changed_rows(before, after)
        self.draw(after, changed[0].key if changed else None)
        self.say(f"{word}: {layout.change_words(before, after)}")
        return None

    # editor -----------------------------------------------------------------------------------------------------
    def do_edit(self, _: str) -> Refusal | None:
        row = self._row()
        if isinstance(row, Refusal):
            return row
        if not row.editable:
            return Refusal(f"{row.label}: {row.edit_reason or 'no value can be typed here'}")
        assert self._session is not None
        options = self._session.options(row.key)
        if options:
            self._pick_option(row, options)
            return None
        self._edited_row = row.key
        cell = next((cell for cell in row.cells if cell.edited), None) or next(
            (cell for cell in row.cells if cell.chosen), None
        )
        value = "" if cell is None or cell.blank else cell.text
        editor = self.query_one("#editor", PlainInput)
        editor.value = value if harmless(value) else ""
        editor.placeholder = f"{clip(row.label, 24)}: enter keeps it, esc leaves"
        editor.add_class("-open")
        self.query_one("#detail").display = False
        self.set_focus(editor)
        editor.cursor_position = len(editor.value)
        if harmless(value):
            self.say(f"{row.label}: type the value; enter keeps it, esc leaves it as it was")
        else:
            self.say(f"{row.label}: the value has line breaks or control characters; what you type replaces it", "warn")
        return None

    @on(Input.Submitted, "#editor")
    def _edited(self, event: Input.Submitted) -> None:
        """Only what was taken closes the editor; what was refused stays in it."""
        if self._session is None or self._view is None:
            return
        label = next((row.label for row in self._view.rows if row.key == self._edited_row), "")
        try:
            refused = self._session.edit(self._edited_row, event.value)
        except Problem as problem:
            self.fail(problem)
            return
        if refused is not None:
            self.refuse(
                f"{refused.why}{'' if refused.why.endswith('.') else '.'} Change it, or esc leaves it as it was."
            )
            return
        self._close_editor()
        self._answer(None, f"{label}: edited")

    def _close_editor(self) -> None:
        self.query_one("#editor").remove_class("-open")
        self.query_one("#detail").display = True
        self.set_focus(self.grid)
