"""Sync health: links by state, the syncs that were seen, the switches that delete, and the links that want a look."""

from __future__ import annotations

import asyncio

from textual.app import ComposeResult

from mergetui.errors import Problem
from mergetui.records.views import HealthView, LinkRow
from mergetui.ui.keys import bindings
from mergetui.ui.screens.info import InfoScreen, plain_rows
from mergetui.ui.screens.lists import FilteredScreen
from mergetui.ui.text import clip, left, right, safe, wrap
from mergetui.ui.widgets.lines import LineList, Lines, Span
from mergetui.workflow.ports import Refusal

LOOK_EVERY_S = 15.0
TONES = {"active": "good", "orphaned": "bad", "mismatched": "warn", "stale": "warn", "one-way": "warn", "none": "muted"}
SIGNS = {"active": "✓", "orphaned": "■", "mismatched": "▲", "stale": "▲", "one-way": "▲", "none": "·"}
ADVICE = {
    "orphaned": "Change any field of the Salesforce row that has the same e-mail: the next sync joins them again. When"
    " that row is gone, merge the contact with the person's living one in HubSpot.",
    "mismatched": "Make the e-mails agree: in Salesforce, or by making the other address primary in HubSpot.",
    "stale": "Two HubSpot contacts mean one Salesforce row: find the set in the queue (1) and merge it.",
    "one-way": "Change any field of the Salesforce row, wait for a sync, and look whether it is active then.",
}
"""What to do about a state (facts/integration.md §2)."""


def health_rows(view: HealthView, width: int) -> list[list[Span]]:
    """Counts with their meaning, the polls, the switches."""
    rows: list[list[Span]] = []
    for state, count, meaning in view.links:
        tone = TONES.get(state, "plain") if count else "muted"
        rows.append([
            (f" {SIGNS.get(state, '?')} ", tone), (left(state, 12), tone), (right(f"{count:,}", 9) + "   ", "strong"),
            (clip(meaning, width - 28), "muted"),
        ])  # fmt: skip
    rows.append([])
    rows += [[(" " + clip(line, width - 2), "plain")] for line in (view.window, *view.polls)]
    rows += [[(" " + line, "warn" if "ON" in line else "plain")] for text in view.switches
             for line in wrap(text, width - 2, 2)]  # fmt: skip
    return rows


def _words(row: LinkRow) -> str:
    """What the filter looks in."""
    return f"{row.state} {row.name} {row.email} {row.salesforce} {row.hubspot}".casefold()


class LinkList(LineList):
    def __init__(self) -> None:
        super().__init__(ident="links")
        self._links: list[LinkRow] = []

    def load(self, rows: list[LinkRow]) -> None:
        before = self.current.key if self.current is not None else None
        self._links = rows
        cursor = next((n for n, row in enumerate(rows) if row.key == before), None)
        self.set_count(len(rows), cursor)

    @property
    def current(self) -> LinkRow | None:
        return self._links[self.cursor] if self._links else None

    def spans(self, index: int, width: int) -> list[Span]:
        row = self._links[index]
        wide = width >= 100
        name = max(12, (width - (70 if wide else 42)) // (2 if wide else 1))
        spans: list[Span] = [
            ("▸" if index == self.cursor else " ", "mark"),
            (f"{SIGNS.get(row.state, '?')} ", TONES.get(row.state, "plain")),
            (left(row.state, 11) + " ", TONES.get(row.state, "plain")),
            (left(row.name, name) + " ", "plain"),
        ]
        if wide:
            spans.append((left(row.email, name) + " ", "muted"))
            spans.append((left(row.salesforce, 18) + "  ", "muted"))
        spans.append((left(row.hubspot, 13) + " ", "muted"))
        spans.append((left(row.synced, 13), "muted"))
        return spans


class HealthScreen(FilteredScreen):
    PLACE = "health"
    BINDINGS = bindings("main", "health")

    def __init__(self) -> None:
        super().__init__()
        self._view: HealthView | None = None

    def body(self) -> ComposeResult:
        yield Lines(ident="health-head", classes="head")
        yield LinkList()
        yield Lines(ident="note", classes="foot")
        yield self.filter_field("name, address, id or state")

    @property
    def links(self) -> LinkList:
        return self.query_one(LinkList)

    def started(self) -> None:
        self.links.empty = "  looking …"
        self.set_focus(self.links)
        self.set_interval(LOOK_EVERY_S, self._look)
        self._look()

    def returned(self) -> None:
        self._look()
        self.set_focus(self.links)

    def _look(self) -> None:
        """Counting every link takes long in a large portal: behind the screen."""
        own = [worker for worker in self.workers if worker.group == "health" and not worker.is_finished]
        if self.is_current and not own:
            self.run_worker(self._read(), group="health", exit_on_error=False, description="look at links")

    async def _read(self) -> None:
        try:
            view = await asyncio.to_thread(self.desk.health)
        except Problem as problem:
            self.fail(problem)
            return
        if self.is_attached:
            self._view = view
            self.reload()

    def reload(self) -> None:
        if self._view is None:
            return
        wanted = self._text.casefold()
        rows = [row for row in self._view.rows if wanted in _words(row)]
        self.links.empty = "  nothing matches; esc shows all" if wanted else "  no link wants a look"
        self.links.load(rows)
        self.draw_note()

    def draw_note(self) -> None:
        if self._view is None:
            return
        width = self.app.size.width
        rows = health_rows(self._view, width)
        if self.app.size.height < 30:  # the counts and the window; the rest is under enter
            rows = rows[: len(self._view.links) + 2]
        shown = f" {self.links.count:,} links want a look" + (f"   /{safe(self._text)}" if self._text else "")
        if self._view.more:
            shown += f"   and {self._view.more:,} more"
        self.query_one("#health-head", Lines).show([*rows, [], [(clip(shown, width), "title")]])
        row = self.links.current
        note = ADVICE.get(row.state, "") if row is not None else ""
        lines = wrap(f"→ {note}", width - 2, 2) if note else [""]
        self.query_one("#note", Lines).show([[(" " + line, "plain")] for line in lines])

    def do_open(self, _: str) -> Refusal | None:
        view, row = self._view, self.links.current
        if view is None:
            return Refusal("nothing was read yet")
        lines = [view.window, *view.polls, *view.switches]
        heading = "What is known of the sync"
        if row is not None:
            heading = f"{row.name}: {row.state}"
            told = [f"HubSpot contact {row.hubspot} holds {row.salesforce}; last synced {row.synced}."]
            meaning = next((text for state, _, text in view.links if state == row.state), "")
            lines = [*told, f"{row.state}: {meaning}.", "", f"→ {ADVICE.get(row.state, '')}", "", *lines]
        self.app.push_screen(InfoScreen(heading, plain_rows(tuple(lines))))
        return None

    def do_copy(self, _: str) -> Refusal | None:
        row = self.links.current
        if row is None:
            return Refusal("there is no link to copy from")
        self.app.copy_to_clipboard(row.hubspot)
        self.say(f"copied {row.hubspot}", "good")
        return None

    def do_declare(self, _: str) -> None:
        from mergetui.ui.screens.pick import Item, Picked, PickScreen

        items = [
            Item("off off", "both are off", "contacts and leads: Do nothing"),
            Item("off ", "contacts are off", "Do nothing; leads as known"),
            Item(" off", "leads are off", "Do nothing; contacts as known"),
            Item("on on", "both are on", "a deleted row takes its HubSpot contact along"),
            Item("unknown unknown", "not known", "take back what was declared; counts as on"),
        ]
        note = "HubSpot: Settings → Integrations → Salesforce → Contacts → Deleting Contacts. Look there first."

        def picked(answer: Picked | None) -> None:
            if answer is None:
                return
            contacts, _, leads = answer.key.partition(" ")
            try:
                self.say(self.desk.declare_deletes(contacts, leads))
            except Problem as problem:
                self.fail(problem)
            self._look()

        self.app.push_screen(PickScreen("How do the two switches stand?", items, note=note), picked)

    def go_back(self) -> None:
        if self.is_filtered:
            self.end_filter()
        else:
            self.cockpit.go("queue")
