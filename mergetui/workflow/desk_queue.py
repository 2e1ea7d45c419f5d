"""The queue's half of the desk: ids, rows, filters, decisions, remarks, the session's pace."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal

from mergetui import errors
from mergetui.records.clock import local_now
from mergetui.records.views import QueuePreview, QueueProgress, QueueRow
from mergetui.store.ledger import BUSY_STATES
from mergetui.workflow.office import Office

if TYPE_CHECKING:
    from mergetui.records.queue import QueueFilter, Remark
    from mergetui.workflow.pace import Pace

STATUS = {
    "staged": "staged", "approved": "approved", "waiting": "approved", "preparing": "running", "merging": "running",
    "linked": "running", "unknown": "running", "surprised": "running", "settled": "done",
}  # fmt: skip
"""Plan state → what the queue says."""
Verdict = Literal["not duplicates", "later"]
FILTERS = "queue filters"
"""Name of the setting that keeps the saved filters: name → text."""
GIVEN_FILTERS = {
    "undecided": "is:undecided",
    "easy": "is:undecided risk:low score>0.95",
    "much at stake": "is:undecided risk:high",
    "blocked": "is:undecided risk:blocked",
    "put aside": "is:later",
}
"""Saved filters that every profile begins with."""


class States:
    """Set id → status, kept in memory. Read anew when another process wrote; own writes are taken up as they are."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._seen: tuple[int, int] = (-1, -1)
        self._found: dict[str, str] = {}
        self.revision = 0
        """Grows whenever all statuses were read anew."""

    def all(self) -> dict[str, str]:
        ledger = self._office.ledger
        seen = ledger.revisions()
        if seen != self._seen:
            found: dict[str, str] = dict(ledger.decisions())
            found.update((set_id, STATUS[state]) for set_id, state in ledger.plan_states() if state in STATUS)
            self._seen, self._found = seen, found
            self.revision += 1
        return self._found

    def decided(self, write: Callable[[], None], set_ids: Sequence[str], verdict: str) -> None:
        """Run ``write``, which stores one verdict on sets without a plan (or takes it back: empty text), and know it
        without reading everything again."""
        ledger = self._office.ledger
        before = self.all()
        others, own = ledger.revisions()
        write()
        now = ledger.revisions()
        if (others, own) == self._seen and now[0] == others:
            for set_id in set_ids:
                if verdict:
                    before[set_id] = verdict
                else:
                    before.pop(set_id, None)
            self._seen = now


class QueueHalf:
    """What the queue screen asks. Everything here answers from the two local files."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self.read_only = office.read_only
        self._order = ("stake", "")
        self._ids: Sequence[str] = ()
        self._statuses = States(office)
        self._pace_kept: Pace | None = None
        self._progress_seen: tuple[object, ...] = ()
        self._progress = QueueProgress(0, 0, "")

    # ids and rows ------------------------------------------------------------------------------------------------
    def queue_ids(self, order: str = "stake", text: str = "") -> Sequence[str]:
        """Raises Usage for a filter that is not understood."""
        states = self._statuses.all()
        if text.strip():
            from mergetui.workflow.filters import parse

            ids = self._chosen(order, parse(text, local_now()), states)
        else:
            ids = self._office.mirror.sets.ids(order)
            if "done" in states.values():
                ids = [set_id for set_id in ids if states.get(set_id) != "done"]
        self._order, self._ids = (order, text), ids
        return ids

    def _chosen(self, order: str, found: QueueFilter, states: dict[str, str]) -> list[str]:
        ids = self._office.mirror.sets.ids(order, found.conditions)
        wants_done = any(state in ("done", "decided") and not negated for state, negated in found.states)
        if not wants_done:
            ids = [set_id for set_id in ids if states.get(set_id) != "done"]
        remarks = self._office.ledger.remarks.all() if found.tags or found.states else {}
        for state, negated in found.states:
            if state in ("undecided", "decided"):
                want = (state == "decided") != negated
                ids = [set_id for set_id in ids if (set_id in states) == want]
            elif state in ("noted", "tagged"):
                held = {
                    set_id for set_id, remark in remarks.items() if (remark.note if state == "noted" else remark.tags)
                }
                ids = [set_id for set_id in ids if (set_id in held) != negated]
            else:
                ids = [set_id for set_id in ids if (states.get(set_id) == state) != negated]
        for tag, negated in found.tags:
            held = {set_id for set_id, remark in remarks.items() if tag in (each.casefold() for each in remark.tags)}
            ids = [set_id for set_id in ids if (set_id in held) != negated]
        return ids

    def queue_rows(self, set_ids: Sequence[str]) -> list[QueueRow]:
        from dataclasses import replace

        states = self._statuses.all()
        remarks = self._office.ledger.remarks.of(set_ids)
        rows = []
        for row in self._office.mirror.queue_rows(set_ids):
            status, remark = states.get(row.set_id, ""), remarks.get(row.set_id)
            if status or remark:
                row = replace(
                    row,
                    status=status,  # type: ignore[arg-type]
                    tags=remark.tags if remark else (),
                    note=remark.note if remark else "",
                )
            rows.append(row)
        return rows

    def queue_preview(self, set_id: str) -> QueuePreview:
        from mergetui.planning.activity import counters, words
        from mergetui.planning.rules import Rules
        from mergetui.workflow.queue_facts import at_risk, known, person_line, strongest_first

        mirror = self._office.mirror
        found = mirror.set(set_id)
        if found is None:
            return QueuePreview((), "", "")
        people = known(mirror, self._office.persons(found.members))
        lost = [
            f"contact {one.contact.id} with {words(counters(one.contact))}"
            for one in at_risk(people, Rules())
            if one.person.salesforce_id and one.contact is not None and counters(one.contact)
        ]
        why = " · ".join(f"{sentence} {weight:+.1f}" for sentence, weight in strongest_first(found.evidence))
        return QueuePreview(
            tuple(person_line(mirror, one) for one in people),
            f"{why}  → {math.floor(found.score * 1000) / 1000:.3f}",
            f"if only Salesforce were merged: {'; '.join(lost)} would be deleted at the next sync" if lost else "",
            remark_words(self.remark(set_id)),
        )

    def queue_size(self) -> int:
        """How many sets there are, shown or not."""
        return self._progress.sets

    def queue_progress(self) -> QueueProgress:
        states = self._statuses.all()
        mark = (self._statuses.revision, self._office.mirror.revision())
        if mark != self._progress_seen:
            sets = self._office.mirror.sets.count()
            decided = self._office.mirror.sets.present(states) if states else 0
            self._progress = QueueProgress(sets, decided, "")
            self._progress_seen = mark
        seen = self._progress
        pace = self._pace_kept.words(seen.sets - seen.decided) if self._pace_kept is not None else ""
        text = f"{seen.sets:,} sets · {seen.decided:,} decided" + (f" · {pace}" if pace else "")
        return QueueProgress(seen.sets, seen.decided, text)

    # decisions ---------------------------------------------------------------------------------------------------
    def not_duplicates(self, set_ids: Sequence[str]) -> str:
        return self._decide(set_ids, "not duplicates")

    def later(self, set_ids: Sequence[str]) -> str:
        return self._decide(set_ids, "later")

    def _decide(self, set_ids: Sequence[str], verdict: Verdict) -> str:
        self._writable()
        self._no_plan(set_ids)
        pairs = [(set_id, self._members(set_id)) for set_id in set_ids]
        ledger = self._office.ledger
        if self._has_plans(set_ids):
            ledger.decide_all(pairs, verdict)
        else:
            self._known(lambda: ledger.decide_all(pairs, verdict), set_ids, verdict)
        self._pace.made(verdict, len(pairs), local_now())
        return f"{_sets(len(set_ids))}: {verdict}. u takes it back."

    def _known(self, write: Callable[[], None], set_ids: Sequence[str], verdict: str) -> None:
        """Store a verdict, and count it without asking how many of all decisions are of present sets."""
        before = len(self._statuses.all())
        self._statuses.decided(write, set_ids, verdict)
        decided = self._progress.decided + len(self._statuses.all()) - before
        self._progress = QueueProgress(self._progress.sets, decided, "")

    def _members(self, set_id: str) -> tuple[str, ...]:
        found = self._office.mirror.set(set_id)
        return found.members if found else ()

    def _has_plans(self, set_ids: Sequence[str]) -> bool:
        wanted = set(set_ids)
        return any(set_id in wanted for set_id, _ in self._office.ledger.plan_states())

    def take_back_decision(self, set_ids: Sequence[str]) -> str:
        self._writable()
        ledger = self._office.ledger
        wanted = set(set_ids)
        staged = [row for row in ledger.rows({"staged"}) if row.set_id in wanted]
        for row in staged:
            ledger.set_state(row.plan_id, "taken back", "taken back in the queue", expect={"staged"})
        all_states = self._statuses.all()
        before = {
            set_id: all_states[set_id] for set_id in wanted if all_states.get(set_id) in ("later", "not duplicates")
        }
        before.update((row.set_id, "staged") for row in staged)
        taken = set(before)
        if not taken:
            return "There is nothing to take back here."
        if staged or self._has_plans(set_ids):
            ledger.undecide_all(sorted(taken))
        else:
            self._known(lambda: ledger.undecide_all(sorted(taken)), sorted(taken), "")
        now = local_now()
        for word in {before.get(set_id, "") for set_id in taken}:
            self._pace.made(word, -sum(before.get(set_id, "") == word for set_id in taken), now)
        return f"{_sets(len(taken))} undecided again."

    def next_undecided(self, set_id: str, step: int) -> str | None:
        """In the list as it was last shown: what was decided meanwhile keeps its place in it."""
        ids = self._ids or self.queue_ids(*self._order)
        states = self._statuses.all()
        try:
            at = ids.index(set_id)
        except ValueError:
            at = -1
        places = range(at + 1, len(ids)) if step > 0 else range(at - 1, -1, -1)
        return next((ids[place] for place in places if ids[place] not in states), None)

    def _no_plan(self, set_ids: Sequence[str]) -> None:
        wanted = set(set_ids)
        for row in self._office.ledger.rows(BUSY_STATES):
            if row.set_id in wanted:
                raise errors.Problem(
                    f"{row.title} is {row.state} already.", "Nothing was changed.", "Look at it under 2."
                )

    # remarks and saved filters -----------------------------------------------------------------------------------
    def remark(self, set_id: str) -> Remark:
        """The note and tags of a set; empty ones when nobody wrote any."""
        from mergetui.records.queue import Remark

        return self._office.ledger.remarks.of([set_id]).get(set_id, Remark())

    def write_note(self, set_id: str, note: str) -> str:
        """An empty note removes it. Returns the sentence to show."""
        from dataclasses import replace

        self._writable()
        self._put_remarks([(set_id, replace(self.remark(set_id), note=note.strip()))])
        return "The note is kept." if note.strip() else "The note is removed."

    def write_tags(self, set_ids: Sequence[str], text: str) -> str:
        """``vip -old``: words are added, those with a minus removed. Returns the sentence to show."""
        from mergetui.records.queue import Remark

        self._writable()
        words = [word.lstrip("#") for word in text.replace(",", " ").split()]
        gone = {word[1:].lstrip("#") for word in words if word.startswith("-")}
        new = [word for word in words if word and not word.startswith("-")]
        if not words:
            return "No tag was typed."
        before = self._office.ledger.remarks.of(set_ids)
        changed = []
        for set_id in set_ids:
            old = before.get(set_id, Remark())
            tags = tuple(dict.fromkeys(tag for tag in (*old.tags, *new) if tag not in gone))
            changed.append((set_id, Remark(old.note, tags)))
        self._put_remarks(changed)
        told = [f"tagged {', '.join('#' + tag for tag in new)}"] if new else []
        told += [f"without {', '.join('#' + tag for tag in sorted(gone))}"] if gone else []
        return f"{_sets(len(set_ids))} {' and '.join(told)}."

    def _put_remarks(self, remarks: Sequence[tuple[str, Remark]]) -> None:
        self._office.ledger.remarks.put([(set_id, self._members(set_id), remark) for set_id, remark in remarks])

    def saved_filters(self) -> dict[str, str]:
        """Name → text; the given ones until somebody saved his own."""
        kept = self._office.ledger.setting(FILTERS)
        return dict(kept) if kept is not None else dict(GIVEN_FILTERS)

    def save_filter(self, name: str, text: str) -> str:
        """An empty text removes it. Raises Usage when the text is not understood. Returns the sentence to show."""
        from mergetui.workflow.filters import parse

        self._writable()
        parse(text, local_now())
        kept = self.saved_filters()
        kept.pop(name, None)
        if text.strip():
            kept[name] = text.strip()
        self._office.ledger.set_setting(FILTERS, kept)
        return f"The filter “{name}” is {'saved' if text.strip() else 'removed'}."

    # the session -------------------------------------------------------------------------------------------------
    @property
    def _pace(self) -> Pace:
        if self._pace_kept is None:
            from mergetui.workflow.pace import Pace

            self._pace_kept = Pace(local_now())
        return self._pace_kept

    def staged_one(self) -> None:
        """A review of this session staged its set."""
        self._pace.made("staged", 1, local_now())

    def session_lines(self) -> tuple[str, ...]:
        """What was decided since the cockpit opened, and what is left."""
        progress = self.queue_progress()
        left = progress.sets - progress.decided
        return (*self._pace.summary(local_now()), f"{left:,} of {progress.sets:,} sets are undecided.")

    # inside ------------------------------------------------------------------------------------------------------
    def _writable(self) -> None:
        if self.read_only:
            raise errors.Problem("mergetui runs read-only.", "Nothing was changed.", "Leave out --read-only.")


def remark_words(remark: Remark) -> str:
    tags = " ".join(f"#{tag}" for tag in remark.tags)
    return "  ".join(part for part in (f"✎ {remark.note}" if remark.note else "", tags) if part)


def _sets(count: int) -> str:
    return f"{count:,} set" if count == 1 else f"{count:,} sets"
