# ruff: noqa: E501
"""A desk without CRMs: believable people, choices that work, and a note of every intent it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace

from mergetui.errors import Problem, Unreachable, Usage
from mergetui.records.queue import Remark
from mergetui.records.views import (
    Cell,
    CheckView,
    ConfirmationView,
    ConnectionLine,
    FieldView,
    HeaderView,
    HealthView,
    HistoryRow,
    LinkRow,
    QueuePreview,
    QueueProgress,
    QueueRow,
    RecordLine,
    RecordView,
    ReviewColumn,
    ReviewRow,
    ReviewView,
    RuleView,
    RunRow,
    RunsView,
    StageCell,
    TimelineLine,
    TimelineView,
)
from mergetui.workflow.ports import Refusal, Staged

HOSTILE_VALUE = "+44 \x1b]52;c;aGk=\x07 [b]x[/]"
PEOPLE = (
    ("Jane Francis · Jane F", "Acme Travel Ltd", "C C", "both", "37 opens · 2 forms · 1 deal", "▲2"),
    ("Łukasz Wójcik ×3", "Orlen Sp. z o.o.", "L L C", "1 of 3", "4 forms · 1 meeting", "▲1"),
    ("山田 太郎 · Taro Yamada", "山田株式会社", "C H", "one-way", "—", "·"),
    ("Bob Stone · Robert Stone", "Stoneworks", "C C", "both", "2 opens", "·"),
    ("Ana Souza · Ana P. Souza", "[not provided]", "L L", "none", "—", "·"),
    ("محمد علی · Mohammad Ali", "Pars Steel", "C L", "both", "12 opens", "■1"),
    ("Zoë O'Brien-Nakamura · Zoe Nakamura", "Brien & Daughters Consulting", "C C", "both", "1 ticket", "▲1"),
    ("Priya Raghunathan · P. Raghunathan", "Deccan Logistics Pvt Ltd", "L C", "1 of 2", "3 visits", "·"),
)


def check(ident: str, severity: str, what: str, why: str = "", todo: str = "") -> CheckView:
    return CheckView(ident, severity, what, why, todo)  # type: ignore[arg-type]


VALUABLE = check(
    "valuable", "acknowledge", "The loser has valuable HubSpot activity: 37 opens, 2 forms, 1 deal",
    "Contact 90377 would take it along if only Salesforce were merged.", "It is merged in HubSpot too, and kept.",
)  # fmt: skip
DELETES = check(
    "auto-delete", "acknowledge", "Auto-delete is ON; the HubSpot merge must land before the next sync (≤ 08:12)",
    "A deleted Salesforce contact takes its HubSpot contact with it at the next sync.", "Confirm while the window fits.",
)  # fmt: skip
OWNER = check("owner", "informs", "Owner does not differ")


def field(key: str, label: str, group: str, texts: Sequence[str], notes: Sequence[str] = (), chosen: int = 0,
          selectable: bool = True, reason: str = "") -> ReviewRow:  # fmt: skip
    cells = tuple(
        Cell(text or "—", n == chosen, False, not text, notes[n] if n < len(notes) else "")
        for n, text in enumerate(texts)
    )
    return ReviewRow(key, label, group, cells, len(set(texts)) > 1, selectable, reason)


ROWS = (
    field("sf:Salutation", "Salutation", "identity", ("Ms.", "Ms.")),
    field("sf:FirstName", "First name", "identity", ("Jane", "Jane")),
    field("sf:LastName", "Last name", "identity", ("Francis", "F")),
    field("sf:Email", "E-mail", "contact", ("jane.francis@acme.com", "jane.f@gmail.com"), ("work", "private")),
    field("sf:Phone", "Phone", "contact", ("", "+44 20 7946 0018"), chosen=1),
    field("sf:MobilePhone", "Mobile", "contact", ("+44 7700 900123", "+44 7700 900123")),
    field("sf:Title", "Title", "contact", ("Sales", "Head of Sales"), chosen=1),
    field("sf:Description", "Description", "company", ("Met at the fair in Berlin, wants the spring catalogue and a call about "
          "the group tariff before the end of the quarter; see also the notes of M. Ruiz.", "Asked for prices.")),
    field("sf:AccountId", "Account", "company", ("Acme Travel Ltd", "Acme Travel Ltd")),
    field("hs:lead_score", "Lead score", "HubSpot only", ("82", "75"), chosen=0),
    field("hs:hs_calc", "Number of page views", "HubSpot only", ("14", "9"), selectable=False,
          reason="HubSpot calculates this value"),
    field("sf:HasOptedOutOfEmail", "Opted out of e-mail", "consent", ("no", "yes"), ("", "a yes always stays"), chosen=1),
    field("=activity", "Activity", "activity", ("41 opens 12 clicks 3 forms 14 visits", "37 opens 2 clicks 2 forms 9 visits")),
    field("=spark", "Last twelve months", "activity", ("▁▂▅▇▃▁▁▂▁▁▃█ 2 days ago", "▁▁▂▁▇▁▁▁▂▁▁▁ 3 weeks ago")),
    field("=related", "Salesforce", "related", ("4 tasks · 1 opp. role · 2 campaigns", "1 task · 1 campaign")),
)  # fmt: skip

VIEW = ReviewView(
    "set-0", "Jane Francis · Jane F", 0.98,
    (
        ReviewColumn("sf:a", "Contact 003…A1", "HubSpot 90211 · synced 6 min ago", "Jane Francis", True),
        ReviewColumn("sf:b", "Contact 003…B7", "HubSpot 90377 · synced 6 min ago", "Jane F", False),
    ),
    ROWS, (VALUABLE, DELETES, OWNER),
    ("HubSpot syncs with 003…A1 (+100)", "work address (+40)", "fuller by 6 fields (+12)"),
    ("1 Salesforce contact", "1 HubSpot contact (new id), both timelines, 5 forms", "lost: nothing known"),
    (("same phone", 4.1), ("surname contained in the other", 2.2), ("same company", 1.6), ("different e-mail", -0.7),
     ("how rare duplicates are", -3.3)),
    "2 steps · ~1.4 s · window ≤ 08:31 fits", False, False,
)  # fmt: skip


class FakeSession:
    """Choices on a view, with undo; ``stage`` answers what the desk was told to answer."""

    def __init__(self, desk: FakeDesk, view: ReviewView) -> None:
        self.desk = desk
        self.set_id = view.set_id
        self._view = view
        self._before: list[ReviewView] = []
        self._after: list[ReviewView] = []

    def view(self) -> ReviewView:
        self.desk.views += 1
        return replace(self._view, plan_line=self.desk.plan_line or self._view.plan_line)

    def row_view(self, row_key: str) -> ReviewRow | None:
        return next((row for row in self._view.rows if row.key == row_key), None)

    def _change(self, view: ReviewView) -> None:
        self._before.append(self._view)
        self._after.clear()
        self._view = view

    def _rows(self, rows: list[ReviewRow]) -> None:
        self._change(replace(self._view, rows=tuple(rows), can_undo=True))

    def choose(self, row_key: str, column: int) -> Refusal | None:
        self.desk.told.append(("choose", row_key, column))
        rows = []
        for row in self._view.rows:
            if row.key == row_key:
                cells = tuple(replace(cell, chosen=n == column, edited=False) for n, cell in enumerate(row.cells))
                row = replace(row, cells=cells)
            rows.append(row)
        self._rows(rows)
        return None

    def choose_all(self, column: int) -> Refusal | None:
        self.desk.told.append(("choose_all", column))
        self._rows([
            replace(row, cells=tuple(replace(cell, chosen=n == column) for n, cell in enumerate(row.cells)))
            for row in self._view.rows
        ])  # fmt: skip
        return None

    def fill_blanks(self, column: int) -> Refusal | None:
        self.desk.told.append(("fill_blanks", column))
        return None

    def edit(self, row_key: str, text: str) -> Refusal | None:
        self.desk.told.append(("edit", row_key, text))
        if text == "bad":
            return Refusal("that is not a phone number", row_key)
        rows = []
        for row in self._view.rows:
            if row.key == row_key:
                cells = tuple(
                    replace(cell, text=text, edited=True, blank=not text) if cell.chosen else cell for cell in row.cells
                )
                row = replace(row, cells=cells)
            rows.append(row)
        self._rows(rows)
        return None

    def set_master(self, column: int) -> Refusal | None:
        self.desk.told.append(("set_master", column))
        columns = tuple(replace(each, is_master=n == column) for n, each in enumerate(self._view.columns))
        self._change(replace(self._view, columns=columns))
        return None

    def rules_for(self, row_key: str) -> Sequence[RuleView]:
        return (
            RuleView("newest", "newest", "From the record changed last.", "Head of Sales"),
            RuleView(
                "longest",
                "longest",
                "The longest text.",
                "Head of Sales",
                saved=self.desk.rules.get(row_key) == "longest",
            ),
            RuleView("union", "all of them", "Every value.", "", "it is blank everywhere"),
        )

    def apply_rule(self, row_key: str, rule: str) -> Refusal | None:
        self.desk.told.append(("rule", row_key, rule))
        return Refusal("it is blank everywhere", row_key) if rule == "union" else self.choose(row_key, 1)

    def apply_everywhere(self, rule: str) -> Refusal | None:
        self.desk.told.append(("everywhere", rule))
        return self.choose_all(1)

    def save_rule(self, row_key: str, rule: str) -> str:
        self.desk.told.append(("save rule", row_key, rule))
        self.desk.rules[row_key] = rule
        return f"{row_key}: {rule} from now on"

    def options(self, row_key: str) -> Sequence[tuple[str, str]]:
        return (("Ms.", "Ms."), ("Dr.", "Doctor")) if row_key == "sf:Salutation" else ()

    def fields(self) -> Sequence[FieldView]:
        return [
            FieldView(row.key, row.label, row.group, row.key, row.key in self.desk.hidden)
            for row in self._view.rows
            if not row.key.startswith("=")
        ]

    def show_fields(self, hidden: Sequence[str], order: Sequence[str]) -> str:
        self.desk.told.append(("fields", tuple(hidden), tuple(order[:3])))
        self.desk.hidden = set(hidden)
        return f"{len(hidden)} hidden"

    def record(self, column: int) -> RecordView:
        name = self._view.columns[column].name
        note = "3 days ago by the sync" if self.desk.histories_read else ""
        return RecordView(
            f"{column + 1}  {name}", "Contact 003 · HubSpot contact 90211",
            (
                RecordLine("Salesforce Contact", "Title", "Sales", "Title"),
                RecordLine("Salesforce Contact", "Phone", HOSTILE_VALUE, "Phone"),
                RecordLine("HubSpot contact", "Job title", "CTO", "jobtitle", note, "CTO"),
                RecordLine("Salesforce: task (2)", "2026-03-09", "Call back", "", "Open"),
            ),
            reading=not self.desk.histories_read,
        )  # fmt: skip

    async def read_histories(self) -> None:
        if self.desk.gate is not None:
            await self.desk.gate.wait()
        self.desk.histories_read = True

    def timeline(self) -> TimelineView:
        return TimelineView(
            "Jane Francis · Jane F",
            (("Jane Francis", "▁▂▅▇▃▁▁▂▁▁▃█", "41 opens"), ("Jane F", "▁▁▂▁▇▁▁▁▂▁▁▁", "37 opens")),
            (
                TimelineLine(
                    "2026-03-09 14:05", "2 days ago", "HubSpot", "form", f"Spring catalogue {HOSTILE_VALUE}", 1
                ),
                TimelineLine("2026-03-01 09:00", "10 days ago", "Salesforce", "task", "Call back (Open)", 0),
                TimelineLine("", "", "HubSpot", "deal", "Spring tour (open)", 0),
            ),
        )

    def addresses(self, column: int) -> Sequence[tuple[str, str]]:
        return (("Salesforce", f"https://acme.my.salesforce.com/{column}"),)

    def address_of(self, record: str) -> str:
        return f"https://app.hubspot.com/{record}" if record else ""

    def undo(self) -> Refusal | None:
        if not self._before:
            return Refusal("there is nothing to undo")
        self._after.append(self._view)
        self._view = self._before.pop()
        return None

    def redo(self) -> Refusal | None:
        if not self._after:
            return Refusal("there is nothing to redo")
        self._before.append(self._view)
        self._view = self._after.pop()
        return None

    def stage(self) -> Staged | Refusal:
        self.desk.told.append(("stage", self.set_id))
        if isinstance(self.desk.stage_answer, Refusal):
            return self.desk.stage_answer
        if any(each.severity == "acknowledge" for each in self._view.checks):
            return Staged("plan-0", self.desk.confirmation(["plan-0"]), "")
        self.desk.status[self.set_id] = "staged"
        self.desk.staged.append(f"plan-{self.set_id}")
        return Staged("plan-1", None, f"staged {self._view.title}")


class FakeDesk:
    def __init__(self, sets: int = 40, read_only: bool = False) -> None:
        self.profile = "acme-prod"
        self.read_only = read_only
        self.told: list[tuple[object, ...]] = []
        self.status: dict[str, str] = {}
        self.remarks: dict[str, Remark] = {}
        self.ahead: list[tuple[str, ...]] = []
        self.rules: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.histories_read = False
        self.filters = {"undecided": "is:undecided", "stone": "stone"}
        self.staged: list[str] = ["plan-7", "plan-8"]
        self.stage_answer: Refusal | None = None
        self.reviews: dict[str, ReviewView] = {}
        self.review_problem: Problem | None = None
        self.confirm_problem: Problem | None = None
        self.gate: asyncio.Event | None = None
        self.rows = [self._queue_row(n) for n in range(sets)]
        self.confirm_view = ConfirmationView(
            ("plan-0",), "7f3a" + "0" * 58 + "c2", "This cannot be undone",
            (
                ("Salesforce", 'Contact 003…B7 "Jane F" is merged into 003…A1 "Jane Francis" and leaves for the recycle bin '
                 "(15 days). 1 task and 1 campaign membership move. 2 values change: Phone, Title."),
                ("HubSpot", "Contact 90377 is merged into 90211; the result has a new id. jane.f@gmail.com becomes an "
                 "additional address. Opt-out stays. HubSpot cannot split them again."),
                ("Snapshot", "written first; could bring back: 003…B7, its values, the task. Could not: the merged HubSpot "
                 "timeline, the campaign membership's dates."),
            ),
            ("the split between the two HubSpot timelines",), (VALUABLE, DELETES), "merge",
        )  # fmt: skip
        self.header_view = HeaderView(
            "acme-prod", "Acme (PRODUCTION)", "4471 acme.com (PRODUCTION)", "next sync ≤ 08:40, may be now",
            "delete on sync: contacts ON, leads ?", "API 82 %", "runner idle", read_only,
        )  # fmt: skip
        self.runs_view = runs_view()
        self.histories = [
            HistoryRow(f"plan-h{n}", f"2026-03-0{n + 1} 10:2{n}", "m.ruiz", title, state, "003…B7 → 003…A1",
                       "90211 + 90377 → 91544", "a41c…9e", ("10:21:03 intent: merge pair", "10:21:04 Salesforce: merged",
                       "10:21:05 HubSpot: merged, id 91544", "10:36:00 settled"))
            for n, (title, state) in enumerate((("Bob Stone ×2", "settled"), ("Eva Novak ×3", "surprised")))
        ]  # fmt: skip
        self.headers = 0
        self.left = ""
        self.plan_line = ""
        self.views = 0

    def _queue_row(self, n: int) -> QueueRow:
        who, company, objects, link, stake, checks = PEOPLE[n % len(PEOPLE)]
        return QueueRow(f"set-{n}", max(0.5, 0.98 - n / 100), who, company, objects, link, stake, checks)

    def start(self) -> str:
        return self.left

    def header(self) -> HeaderView:
        return self.header_view

    async def refresh_header(self) -> None:
        self.headers += 1

    def queue_ids(self, order: str = "stake", text: str = "") -> Sequence[str]:
        if text.startswith("risky:"):
            raise Usage("“risky” is no filter word.", "", "Did you mean risk:?")
        wanted = [row for row in self.rows if text.lower() in (row.who + row.company).lower()]
        if order == "certainty":
            wanted.reverse()
        return [row.set_id for row in wanted]

    def queue_rows(self, set_ids: Sequence[str]) -> list[QueueRow]:
        by_id = {row.set_id: row for row in self.rows}
        return [
            replace(
                by_id[each],
                status=self.status.get(each, ""),  # type: ignore[arg-type]
                tags=self.remark(each).tags,
                note=self.remark(each).note,
            )
            for each in set_ids
            if each in by_id
        ]

    def queue_preview(self, set_id: str) -> QueuePreview:
        return QueuePreview(
            ("Jane Francis (C 003…A1, linked ↔ 90211, owner M. Ruiz)", "Jane F (C 003…B7, linked ↔ 90377, owner M. Ruiz)"),
            "same phone +4.1 · surname contained +2.2 · same company +1.6 · different e-mail −0.7   → 0.98",
            "if only Salesforce were merged: contact 90377 with 37 opens, 2 forms, 1 deal would be deleted at the next sync",
        )  # fmt: skip

    def queue_progress(self) -> QueueProgress:
        decided = len(self.status)
        return QueueProgress(len(self.rows), decided, f"{len(self.rows):,} sets · {decided} decided")

    def queue_size(self) -> int:
        return len(self.rows)

    def remark(self, set_id: str) -> Remark:
        return self.remarks.get(set_id, Remark())

    def write_note(self, set_id: str, note: str) -> str:
        self.told.append(("note", set_id, note))
        self.remarks[set_id] = replace(self.remark(set_id), note=note)
        return "The note is kept."

    def write_tags(self, set_ids: Sequence[str], text: str) -> str:
        self.told.append(("tags", tuple(set_ids), text))
        for each in set_ids:
            self.remarks[each] = replace(self.remark(each), tags=tuple(text.split()))
        return f"{len(set_ids)} tagged"

    def saved_filters(self) -> dict[str, str]:
        return dict(self.filters)

    def save_filter(self, name: str, text: str) -> str:
        self.told.append(("save filter", name, text))
        self.filters.pop(name, None)
        if text:
            self.filters[name] = text
        return f"{name} kept" if text else f"{name} removed"

    def session_lines(self) -> tuple[str, ...]:
        return ("46 sets decided in 21 min of work: 30 staged, 16 later.",)

    async def refresh(self, told: Callable[[str], None]) -> str:
        told("HubSpot contacts: 100")
        if self.gate is not None:
            await self.gate.wait()
        return "12 duplicate sets found among 400 people."

    def _decide(self, set_ids: Sequence[str], word: str) -> str:
        self.told.append((word, tuple(set_ids)))
        for each in set_ids:
            self.status[each] = word
        return f"{len(set_ids)} put down as {word}"

    def not_duplicates(self, set_ids: Sequence[str]) -> str:
        return self._decide(set_ids, "not duplicates")

    def later(self, set_ids: Sequence[str]) -> str:
        return self._decide(set_ids, "later")

    def take_back_decision(self, set_ids: Sequence[str]) -> str:
        self.told.append(("take back", tuple(set_ids)))
        for each in set_ids:
            self.status.pop(each, None)
        return f"{len(set_ids)} taken back"

    def next_undecided(self, set_id: str, step: int) -> str | None:
        ids = [row.set_id for row in self.rows]
        at = ids.index(set_id) + step
        while 0 <= at < len(ids):
            if ids[at] not in self.status:
                return ids[at]
            at += step
        return None

    async def open_review(self, set_id: str) -> FakeSession:
        self.told.append(("open", set_id))
        if self.gate is not None:
            await self.gate.wait()
        if self.review_problem is not None:
            raise self.review_problem
        return FakeSession(self, self.reviews.get(set_id, replace(VIEW, set_id=set_id)))

    async def read_ahead(self, set_ids: Sequence[str]) -> None:
        self.ahead.append(tuple(set_ids))

    def confirmation(self, plan_ids: Sequence[str]) -> ConfirmationView:
        if len(plan_ids) > 1:
            return replace(
                self.confirm_view, plan_ids=tuple(plan_ids), word=f"merge {len(plan_ids)}", heading=f"{len(plan_ids)} merges",
                losses=tuple(f"{each}: the split between two timelines" for each in plan_ids), warnings=(),
            )  # fmt: skip
        return self.confirm_view

    def confirm(self, view: ConfirmationView, ticked: Sequence[str], typed: str) -> str:
        self.told.append(("confirm", view.plan_ids, tuple(ticked), typed))
        if self.confirm_problem is not None:
            raise self.confirm_problem
        return "approved; the runner begins"

    def staged_ids(self) -> Sequence[str]:
        return self.staged

    def runs(self) -> RunsView:
        return self.runs_view

    def run_detail(self, plan_id: str) -> tuple[str, ...]:
        return (f"{plan_id}", "10:21:03 intent: merge pair", "10:21:04 Salesforce: merged in 0.31 s")

    def take_back(self, plan_id: str) -> str:
        self.told.append(("take_back", plan_id))
        return "taken back"

    def pause(self) -> str:
        self.told.append(("pause",))
        return "the runner pauses after this pair"

    def retry(self, plan_id: str) -> str:
        self.told.append(("retry", plan_id))
        raise Unreachable("Salesforce", "Salesforce could not be reached.", "Nothing was sent.", "Try again with R.")

    def history(self, text: str = "") -> Sequence[HistoryRow]:
        return [row for row in self.histories if text.lower() in row.title.lower()]

    def health(self) -> HealthView:
        return HealthView(
            (("active", 812, "both sides agree and sync"), ("orphaned", 2, "points at a deleted Salesforce row"),
             ("none", 40, "HubSpot only")),
            "next sync ≤ 08:40 (3 polls seen)", ("120 min ago ··┃··┃··┃▕ now", "3 seen; the last: 6 min ago (12 contacts)"),
            ("delete contacts with Salesforce: unknown, counts as ON – nothing is known",),
            (
                LinkRow("hs:1", "orphaned", f"Eva Novak {HOSTILE_VALUE}", "eva@example.org", "003000000000001AAA", "90401",
                        "3 weeks ago"),
                LinkRow("hs:2", "stale", "Bob Stone", "bob@example.org", "003000000000002AAA", "90402", "never"),
            ),
        )  # fmt: skip

    def declare_deletes(self, contacts: str, leads: str) -> str:
        self.told.append(("declare", contacts, leads))
        return "delete contacts with Salesforce: off until 22:02"

    def connections(self) -> Sequence[ConnectionLine]:
        return (
            ConnectionLine("·", "Salesforce: signed in, pinned to Acme (00D…)"),
            ConnectionLine("▲", f"pulled 3 days ago {HOSTILE_VALUE}", "r in the queue pulls anew"),
        )

    async def close(self) -> str:
        self.told.append(("close",))
        return "3 plans are approved; mergetui resume goes on."


def stages(done: int, doing: str = "") -> tuple[StageCell, ...]:
    texts = ("✓ 0.4 s", "✓ 61 kB", "✓ 0.31 s", "✓ →91544", "✓", "✓ 09:41", "✓")
    cells = [StageCell(text, "done") for text in texts[:done]]
    if doing:
        cells.append(StageCell(doing, "doing"))
    return tuple(cells + [StageCell("·", "todo")] * (7 - len(cells)))


def runs_view(revision: int = 1) -> RunsView:
    return RunsView(
        {"staged": 12, "approved": 3, "merging": 1, "waiting": 5, "settled": 141, "surprised": 1},
        (
            RunRow("plan-0", "Jane Francis ×2", "merging", " ", stages(3, "… 0.2 s"), "00:01", ""),
            RunRow("plan-1", "Bob Stone ×2", "linked", " ", stages(6, "after next"), "03:10", "settles after the next poll"),
            RunRow("plan-2", "Eva Novak ×3", "surprised", "▲", stages(6), "12:40",
                   "e-mail differs: was to be eva@example.org, is e.novak@example.org"),
            RunRow("plan-3", "山田 太郎 ×2", "failed", "■", (*stages(2)[:2], StageCell("■ locked", "failed"), *stages(0)[3:]),
                   "01:00", "Salesforce refused: the row is locked"),
            RunRow("plan-4", "Ana Souza ×2", "settled", "✓", stages(7), "1:20:00", ""),
            RunRow("plan-5", "Carl Unknown ×2", "unknown", "?", stages(2, "? sent"), "00:40", "reading both CRMs"),
        ),
        "merging, pid 4711", revision,
    )  # fmt: skip
