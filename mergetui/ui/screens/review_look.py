"""What the keys of the review show: evidence, checks, one field, a record, the timeline, the fields themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mergetui.records.views import Remedy
from mergetui.ui import beside
from mergetui.ui.browser import browse
from mergetui.ui.screens.info import InfoScreen
from mergetui.ui.screens.review_choose import STILL_READING, ReviewBase
from mergetui.ui.text import clip
from mergetui.workflow.ports import Refusal

if TYPE_CHECKING:
    from mergetui.ui.screens.fields import FieldsChosen


class LookActs(ReviewBase):
    """The keys that only show, and the remedies that checks name."""

    def do_later(self, _: str) -> Refusal | None:
        raise NotImplementedError

    def do_master(self, _: str) -> Refusal | None:
        raise NotImplementedError

    def do_why(self, _: str) -> Refusal | None:
        view = self._view
        if view is None:
            return STILL_READING
        heading = "Why these are believed to be one person"
        self.app.push_screen(InfoScreen(heading, lambda width: beside.evidence_rows(view, width)))
        return None

    def do_read(self, _: str) -> Refusal | None:
        view, row = self._view, self.grid.row
        if view is None or row is None:
            return STILL_READING
        self.app.push_screen(InfoScreen(row.label, lambda width: beside.field_rows(view, row, width)))
        return None

    def do_checks(self, _: str) -> Refusal | None:
        from mergetui.ui.screens.checks import ChecksScreen

        if self._view is None:
            return STILL_READING
        self.app.push_screen(ChecksScreen(self._view), self._remedy)
        return None

    def _remedy(self, remedy: Remedy | None) -> None:
        """Do what a check advises."""
        session, view = self._session, self._view
        if remedy is None or session is None or view is None:
            return
        refused: Refusal | None = None
        if remedy.act == "master":
            self.grid.mark = remedy.column
            refused = self.do_master("")
        elif remedy.act == "later":
            refused = self.do_later("")
        elif remedy.act == "timeline":
            self.grid.mark = remedy.column
            self._record("timeline")
        elif remedy.act == "open":
            address = session.address_of(remedy.record)
            self.say(*browse([("CRM", address)] if address else [], self.app.copy_to_clipboard))
        elif any(row.key == remedy.row_key for row in view.rows):
            self.draw(view, remedy.row_key)
            self.say("this is the field that the check means")
        else:
            refused = Refusal("that field is not shown: o shows which are hidden")
        if refused is not None:
            self.refuse(refused.why)

    def do_inspect(self, _: str) -> Refusal | None:
        return self._record("inspect")

    def do_timeline(self, _: str) -> Refusal | None:
        return self._record("timeline")

    def _record(self, mode: str) -> Refusal | None:
        from mergetui.ui.screens.record import RecordScreen

        if self._session is None or self._view is None:
            return STILL_READING
        columns = len(self._view.columns)
        shown = "timeline" if mode == "timeline" else "inspect"
        self.app.push_screen(RecordScreen(self._session, self.grid.mark, columns, shown))  # type: ignore[arg-type]
        return None

    def do_copy(self, _: str) -> Refusal | None:
        row = self.grid.row
        if row is None:
            return Refusal("there is no field here")
        cell = next((cell for cell in row.cells if cell.chosen), None)
        if cell is None and self.grid.mark < len(row.cells):
            cell = row.cells[self.grid.mark]
        if cell is None or cell.blank:
            return Refusal(f"{row.label}: there is nothing to copy")
        self.app.copy_to_clipboard(cell.text)
        self.say(f"copied {row.label}: {clip(cell.text, 60)}", "good")
        return None

    def do_browse(self, _: str) -> Refusal | None:
        if self._session is None:
            return STILL_READING
        self.say(*browse(self._session.addresses(self.grid.mark), self.app.copy_to_clipboard))
        return None

    def do_fields(self, _: str) -> Refusal | None:
        from mergetui.ui.screens.fields import FieldsScreen

        session = self._session
        if session is None:
            return STILL_READING

        def chosen(answer: FieldsChosen | None) -> None:
            if answer is not None:
                sentence = session.show_fields(answer.hidden, answer.order)
                self.draw(session.view())
                self.say(sentence)

        row = self.grid.row
        self.app.push_screen(FieldsScreen(session.fields(), row.key if row is not None else ""), chosen)
        return None
