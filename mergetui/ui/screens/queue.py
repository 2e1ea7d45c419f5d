"""The queue: duplicate sets in order, with what is at stake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.timer import Timer

from mergetui.errors import Problem
from mergetui.records.views import QueuePreview, QueueProgress, QueueRow
from mergetui.ui.keys import bindings
from mergetui.ui.screens.base import SLOWER
from mergetui.ui.screens.lists import FilteredScreen
from mergetui.ui.text import clip, safe, wrap
from mergetui.ui.widgets.lines import Lines, Span
from mergetui.ui.widgets.queue_list import QueueList, queue_columns, queue_head
from mergetui.workflow.ports import ORDERS, Refusal, Staged

LARGE = 5_000
"""From so many sets on a typed filter is answered behind the screen, a moment after the last letter."""
FILTER_AFTER_S = 0.12
PREVIEW_AFTER_S = 0.03


def progress_row(progress: QueueProgress, order: str, marked: int, shown: int, text: str, width: int) -> list[Span]:
    """The line over the table: what is shown on the left, the order on the right."""
    right_side = f"by {order} ▾ "
    spans: list[Span] = [(" " + clip(progress.text, width - len(right_side) - 2), "plain")]
    if text:
        spans.append((f"  /{clip(text, max(12, width // 3))} shows {shown:,}", "accent"))
    if marked:
        spans.append((f"  {marked:,} marked", "mark"))
    used = sum(cell_len(each) for each, _ in spans)
    spans.append((" " * max(1, width - used - len(right_side)) + right_side, "muted"))
    return spans


def preview_rows(preview: QueuePreview, width: int, most: int) -> list[list[Span]]:
    """People side by side when they fit, then why, then the warning; at most ``most`` lines, the warning always."""
    people = [safe(person) for person in preview.people]
    joined = "   ".join(people)
    rows: list[list[Span]] = []
    if preview.remark:
        rows.append([(" " + clip(preview.remark, width - 2), "accent")])
    if len(joined) <= width - 2:
        rows.append([(" " + joined, "plain")])
    else:
        rows += [[(" " + clip(person, width - 2), "plain")] for person in people]
    warning: list[list[Span]] = []
    if preview.warning:
        warning = [[(" " + line, "warn")] for line in wrap(preview.warning, width - 2, 2)]
    rest = max(1, most - len(warning) - 1)
    if len(rows) > rest:
        rows = [*rows[: rest - 1], [(f" and {len(rows) - rest + 1} more", "muted")]] if rest > 1 else rows[:1]
    why = wrap(f"why: {preview.why}", width - 2, max(1, most - len(rows) - len(warning)))
    rows += [[(" " + line, "muted")] for line in why]
    return rows + warning


class QueueScreen(FilteredScreen):
    PLACE = "queue"
    BINDINGS = bindings("main", "queue")

    def __init__(self) -> None:
        super().__init__()
        self._order = ORDERS[0]
        self._revision = -1
        self._painted = False
        self._fresh = True
        self._made: list[tuple[str, tuple[str, ...]]] = []
        self._soon: Timer | None = None
        self._rests: Timer | None = None
        self._progress_text = ""

    def body(self) -> ComposeResult:
        yield Lines(ident="progress", classes="head")
        yield Lines(ident="columns", classes="head")
        yield QueueList(self._fetch)
        yield Lines(ident="preview", classes="foot")
        yield self.filter_field("risk:high score>0.9 company:acme is:undecided tag: … or a name")
        yield self.entry_field()

    def _fetch(self, set_ids: Sequence[str]) -> list[QueueRow]:
        if not self._painted:
            self._painted = True
            self.set_timer(0.01, self._show_preview)
        return self.ask(lambda: self.desk.queue_rows(set_ids), [])

    @property
    def sets(self) -> QueueList:
        return self.query_one(QueueList)

    def started(self) -> None:
        self.reload()
        self.set_focus(self.sets)
        self.set_interval(1, self._look)

    def returned(self) -> None:
        if self._fresh:
            # the screen comes to the front for the first time right after it has started
            self._fresh = False
        else:
            self.reload()
        self.set_focus(self.query_one("#entry") if self.is_asking else self.sets)

    def reload(self, keep: str | None = None) -> None:
        """Read the ids anew; the cursor stays on its set. A filter that is not understood leaves the list as it was."""
        try:
            ids = self.desk.queue_ids(self._order, self._text)
        except Problem as problem:
            self.say(problem, "warn")
            return
        self._show_ids(ids, keep)

    def _show_ids(self, ids: Sequence[str], keep: str | None = None) -> None:
        self.sets.empty = f"  {self._empty()}"
        if self.sets.marked:
            self.sets.marked.intersection_update(ids)
        self.sets.load(ids, keep or self.sets.current)
        self._show_progress()
        self._show_preview()

    def filter_changed(self) -> None:
        self.say("")
        if self._soon is not None:
            self._soon.stop()
        if self.desk.queue_size() < LARGE:
            self.reload()
        else:
            self._soon = self.set_timer(FILTER_AFTER_S, self._filter_behind)

    def _filter_behind(self) -> None:
        self.run_worker(self._filter(self._order, self._text), group="filter", exclusive=True, exit_on_error=False,
                        description="filter the queue")  # fmt: skip

    async def _filter(self, order: str, text: str) -> None:
        try:
            ids = await asyncio.to_thread(self.desk.queue_ids, order, text)
        except Problem as problem:
            self.say(problem, "warn")
            return
        if (order, text) == (self._order, self._text):
            self._show_ids(ids)

    def _look(self) -> None:
        """Once a second: have running plans changed what rows say?"""
        if not self.is_current:
            return
        try:
            revision = self.desk.runs().revision
        except Problem as problem:
            self.say(problem, "bad")
            return
        if revision != self._revision:
            self._revision = revision
            self.sets.forget()
            self._show_progress()
        elif self._progress_text:
            self._show_progress()

    def _show_progress(self) -> None:
        width = self.app.size.width
        marked = len(self.sets.marked)
        progress = self.ask(self.desk.queue_progress, QueueProgress(0, 0, ""))
        if self._progress_text:
            progress = QueueProgress(progress.sets, progress.decided, f"{self._progress_text} (esc stops)")
        row = progress_row(progress, self._order, marked, self.sets.count, self._text, width)
        self.query_one("#progress", Lines).show([row])
        columns = queue_columns(self.sets.scrollable_content_region.width or width)
        self.query_one("#columns", Lines).show([queue_head(columns)])

    def _empty(self) -> str:
        """Why there is no set under the cursor."""
        return "nothing matches; esc shows all" if self._text else "no duplicate sets; r pulls and matches"

    def _show_preview(self) -> None:
        current = self.sets.current
        height = 6 if self.app.size.height >= 30 else 5
        rows: list[list[Span]] = []
        if current is None:
            rows = [[(f" {self._empty()}", "muted")]]
        elif self._painted:  # until then only room is kept: the first paint does not wait for single records
            preview = self.ask(lambda: self.desk.queue_preview(current), QueuePreview((), "", ""))
            rows = preview_rows(preview, self.app.size.width, height)
        self.query_one("#preview", Lines).show(rows + [[]] * (height - len(rows)))

    def resized(self) -> None:
        self._show_progress()
        self._show_preview()

    def moved(self) -> None:
        """The cursor is painted first; what is under it comes when it rests."""
        if self._rests is not None:
            self._rests.stop()
        self._rests = self.set_timer(PREVIEW_AFTER_S, self._show_preview)

    @property
    def _busy(self) -> bool:
        """Whether marked sets are being staged."""
        return any(worker.group == "staging" and worker.node is self for worker in self.workers if worker.is_running)

    # acts -------------------------------------------------------------------------------------------------------
    def do_open(self, _: str) -> Refusal | None:
        if self._busy:
            return Refusal("still staging; esc stops it")
        current = self.sets.current
        if current is None:
            return Refusal(self._empty())
        from mergetui.ui.screens.review import ReviewScreen  # not needed for the first paint

        self.app.push_screen(ReviewScreen(current, self.place_of))
        return None

    def place_of(self, set_id: str) -> str:
        """``14 of 1,840`` for the review's title; also moves the cursor there, so that esc ends on that set."""
        try:
            index = self.sets.ids.index(set_id)
        except ValueError:
            return ""
        self.sets.cursor = index
        return f"{index + 1:,} of {self.sets.count:,}"

    def do_mark(self, _: str) -> Refusal | None:
        current = self.sets.current
        if current is None:
            return Refusal(self._empty())
        self.sets.marked ^= {current}
        self.sets.refresh_line(self.sets.cursor)
        self._show_progress()
        self.sets.step(1)
        return None

    def do_mark_all(self, _: str) -> Refusal | None:
        """Marks are of what is shown: a filter narrows them."""
        if not self.sets.count:
            return Refusal(self._empty())
        all_marked = len(self.sets.marked) == self.sets.count
        self.sets.marked = set() if all_marked else set(self.sets.ids)
        self.sets.refresh()
        self._show_progress()
        self.say("marks removed" if all_marked else f"{self.sets.count:,} marked")
        return None

    def do_order(self, _: str) -> None:
        self._order = ORDERS[(ORDERS.index(self._order) + 1) % len(ORDERS)]
        self.reload()
        self.say(f"ordered by {self._order}")

    def _chosen(self) -> list[str]:
        """The marked sets, or the one under the cursor."""
        if self.sets.marked:
            return [each for each in self.sets.ids if each in self.sets.marked]
        return [self.sets.current] if self.sets.current is not None else []

    def _decide(self, decide: Callable[[Sequence[str]], str], status: str) -> Refusal | None:
        """Decide the marked sets, or the one under the cursor, and move on from it."""
        if self.held():
            return SLOWER
        if not (chosen := self._chosen()):
            return Refusal(self._empty())
        sentence = decide(chosen)
        self._made.append((status, tuple(chosen)))
        on = self.sets.current in chosen
        self.sets.marked.clear()
        self._decided()
        if on:
            self.sets.step(1)
        self.say(sentence)
        return None

    def _decided(self) -> None:
        """Rows say something else now. Only a filter that asks for it makes them go or come."""
        if "is:" in self._text:
            self.reload()
        else:
            self.sets.forget()
            self._show_progress()

    def do_not_duplicates(self, _: str) -> Refusal | None:
        return self._decide(self.desk.not_duplicates, "not duplicates")

    def do_later(self, _: str) -> Refusal | None:
        return self._decide(self.desk.later, "later")

    def do_take_back(self, _: str) -> Refusal | None:
        """The last decision made here that still stands, also when the cursor has moved on; when there is none, the
        decision under the cursor."""
        made = self._last_made()
        chosen = made or self._chosen()
        if not chosen:
            return Refusal(self._empty())
        sentence = self.desk.take_back_decision(chosen)
        if made:
            self._made.pop()
        else:
            self.sets.marked.clear()
        self.reload(chosen[0])
        who = next((row.who for row in self.desk.queue_rows(chosen[:1])), "")
        more = f" and {len(chosen) - 1:,} more" if len(chosen) > 1 else ""
        self.say(f"{who}{more}: {sentence}" if who else sentence)
        return None

    def _last_made(self) -> list[str]:
        """The sets of the last decision made on this screen whose status is still the one it gave them."""
        while self._made:
            status, set_ids = self._made[-1]
            standing = {row.set_id for row in self.desk.queue_rows(set_ids) if row.status == status}
            if standing:
                return [each for each in set_ids if each in standing]
            self._made.pop()
        return []

    def do_stage(self, _: str) -> Refusal | None:
        if self._busy:
            return Refusal("still staging; esc stops it")
        if not self.sets.marked:
            return Refusal("nothing is marked: space marks a set; enter reviews one")
        wanted = [each for each in self.sets.ids if each in self.sets.marked]
        self.run_worker(self._stage(wanted), group="staging", exit_on_error=False, description="stage the marked sets")
        return None

    async def _stage(self, wanted: list[str]) -> None:
        """Read each set fresh and stage it when its checks are clean; the others stay marked."""
        staged: list[str] = []
        held: list[str] = []
        try:
            for number, set_id in enumerate(wanted, 1):
                self.say(f"reading both CRMs: set {number:,} of {len(wanted):,} … esc stops")
                session = await self.desk.open_review(set_id)
                if any(check.severity != "informs" for check in session.view().checks):
                    held.append("its checks need a person")
                    continue
                answer = session.stage()
                if isinstance(answer, Staged):
                    staged.append(set_id)
                    self.sets.marked.discard(set_id)
                else:
                    held.append(answer.why)
        except Problem as problem:
            self.fail(problem)
        else:
            why = f"; {len(held):,} left marked: {held[0]}" if held else ""
            self.say(f"staged {len(staged):,} of {len(wanted):,}{why}", "warn" if held else "good")
        finally:
            if staged:
                self._made.append(("staged", tuple(staged)))
            if self.is_attached:
                self.reload()

    # remarks, saved filters, refresh, session --------------------------------------------------------------------
    def do_tags(self, _: str) -> Refusal | None:
        chosen = self._chosen()
        if not chosen:
            return Refusal(self._empty())
        what = "tags of this set" if len(chosen) == 1 else f"tags of {len(chosen):,} sets"
        self.ask_line(
            f"{what} (-word takes one away)", "", lambda text: self._remarked(self.desk.write_tags(chosen, text))
        )
        return None

    def do_note(self, _: str) -> Refusal | None:
        current = self.sets.current
        if current is None:
            return Refusal(self._empty())
        before = self.desk.remark(current).note
        self.ask_line("note on this set", before, lambda text: self._remarked(self.desk.write_note(current, text)))
        return None

    def _remarked(self, sentence: str) -> str:
        self.sets.forget()
        self._show_preview()
        return sentence

    def do_filters(self, _: str) -> None:
        from mergetui.ui.screens.pick import Item, Picked, PickScreen

        saved = self.desk.saved_filters()
        items = [Item(name, name, text, "●" if text == self._text else " ") for name, text in saved.items()]
        note = f"now: {self._text}" if self._text else "no filter now: / types one"
        acts = () if self.desk.read_only else (("keep", "drop") if self._text else ("drop",))

        def picked(answer: Picked | None) -> None:
            if answer is None:
                return
            if answer.act == "keep":
                text = self._text
                self.ask_line("name of the filter", "", lambda name: self.desk.save_filter(name.strip() or text, text))
            elif answer.act == "drop":
                self.say(self.desk.save_filter(answer.key, ""))
            else:
                self.use_filter(saved[answer.key])

        self.app.push_screen(PickScreen("Saved filters", items, acts=acts, note=note), picked)

    @property
    def _refreshing(self) -> bool:
        return any(worker.group == "refresh" and worker.node is self for worker in self.workers if worker.is_running)

    def do_refresh(self, _: str) -> Refusal | None:
        if self._refreshing:
            return Refusal("pulling already; esc stops it")
        self._progress_text = "reading both CRMs …"
        self._show_progress()
        self.run_worker(self._refresh(), group="refresh", exit_on_error=False, description="pull and match")
        return None

    async def _refresh(self) -> None:
        def told(line: str) -> None:
            self._progress_text = line

        try:
            sentence = await self.desk.refresh(told)
        except Problem as problem:
            self.fail(problem)
        else:
            self.say(sentence, "good")
        finally:
            self._progress_text = ""
            if self.is_attached:
                self.reload()

    def do_session(self, _: str) -> None:
        from mergetui.ui.screens.info import InfoScreen, plain_rows

        self.app.push_screen(InfoScreen("This session", plain_rows(self.desk.session_lines())))

    # filter -----------------------------------------------------------------------------------------------------
    def go_back(self) -> None:
        if self.is_asking:
            self.close_entry()
            self.say("left as it was")
        elif self._refreshing:
            self.workers.cancel_group(self, "refresh")
            self.say("stopped; the queue stays as it was")
        elif self._busy:
            self.workers.cancel_group(self, "staging")
            self.say("stopped staging; what was staged stays staged")
        elif self.is_filtered:
            self.end_filter()
        elif self.sets.marked:
            self.sets.marked.clear()
            self.reload()
            self.say("marks removed")
        else:
            super().go_back()
