"""The one table of keys. Bindings, footer, ``?``, the palette and the README's table are all made from it.

What is not built is not in it. A screen of a place has a method ``do_<id>(arg)`` for each act of that place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from textual.binding import Binding, BindingType


@dataclass(frozen=True, slots=True)
class Act:
    id: str
    """The screen's method is ``do_<id>``."""
    keys: tuple[tuple[str, str], ...]
    """(Textual key names joined by commas, argument of the method)."""
    shown: str
    """The keys as a person reads them."""
    label: str
    """Two or three words for footer and palette."""
    why: str
    """One sentence for help, palette and README."""
    writes: bool = False
    """Vanishes with ``--read-only``."""
    rank: int = 0
    """Place in the footer: 1 is dropped last when it is narrow; 0 is never shown there."""
    brief: str = ""
    """The keys in the footer, where ``shown`` is too long."""
    palette: str | None = None
    """The argument the palette uses; None keeps the act out of it (cursor keys mean nothing there)."""


def _one(keys: str, arg: str = "") -> tuple[tuple[str, str], ...]:
    return ((keys, arg),)


_MOVE = (("j,down", "1"), ("k,up", "-1"))
_PAGES = (("pagedown", "1"), ("pageup", "-1"))
_ENDS = (("g,home", "first"), ("G,end", "last"))


def _rows(what: str) -> tuple[Act, ...]:
    return (
        Act("move", _MOVE, "j/k ↑/↓", what, f"Move to the next or previous {what}."),
        Act("page", _PAGES, "pgup/pgdn", "page", "Move by one page."),
        Act("ends", _ENDS, "g/G", "ends", "Go to the first or last one."),
    )


EVERYWHERE = (
    Act("help", _one("question_mark"), "?", "help", "Show the keys of this screen.", rank=1, palette=""),
    Act("palette", _one("ctrl+p"), "ctrl+p", "palette", "Find any action by name."),
    Act("back", _one("escape"), "esc", "back", "Go back one level; first out of a filter or an editor."),
    Act("leave", _one("q"), "q", "quit", "Quit. The runner finishes the pair it is in.", palette=""),
    Act("leave_now", _one("ctrl+c,ctrl+q"), "ctrl+c, ctrl+q", "quit", "The same, also over a dialog."),
)
MAIN = (
    Act("go", (("1", "queue"),), "1", "queue", "Show the duplicate sets.", palette="queue"),
    Act("go", (("2", "runs"),), "2", "approved & running", "Show what is staged, approved and running.",
        palette="runs"),
    Act("go", (("3", "history"),), "3", "history", "Show what was merged, by whom, and how it ended.",
        palette="history"),
    Act("go", (("4", "health"),), "4", "sync health", "Show links by state, the syncs that were seen, what deletes.",
        palette="health"),
    Act("go", (("5", "connections"),), "5", "connections", "Show sign-ins, orgs and the age of what was pulled.",
        palette="connections"),
)  # fmt: skip
QUEUE = (
    *_rows("set"),
    Act("open", _one("enter"), "↵", "review", "Read the set fresh from both CRMs and review it.", rank=1, palette=""),
    Act("mark", _one("space"), "space", "mark", "Mark or unmark the set for an act on several.", rank=4, palette=""),
    Act("mark_all", _one("A"), "A", "mark all", "Mark all sets that are shown, or take all marks away.", palette=""),
    Act("filter", _one("slash"), "/", "filter",
        "Show only some sets: risk:high object:lead score>0.9 company:acme is:undecided owner: recordtype: source: "
        "created: email:same link: size> stake> tag: who: or any name, company or address; a minus turns a word round.",
        rank=3, palette=""),
    Act("filters", _one("F"), "F", "saved filters", "Choose, save or remove a saved filter.", rank=10, palette=""),
    Act("order", _one("o"), "o", "order", "Order by what is at stake, by certainty, or by size.", rank=6, palette=""),
    Act("not_duplicates", _one("x"), "x", "not duplicates", "Decide that these are different people.", writes=True,
        rank=5, palette=""),
    Act("later", _one("s"), "s", "later", "Put the set aside for later.", writes=True, rank=7, palette=""),
    Act("take_back", _one("u"), "u", "take that back",
        "Take back the last decision made here; when there is none, the decision on this set.", writes=True, rank=8,
        palette=""),
    Act("tags", _one("t"), "t", "tags", "Tag the marked sets, or this one; -word takes a tag away.", writes=True,
        rank=11, palette=""),
    Act("note", _one("e"), "e", "note", "Write a note on this set.", writes=True, rank=12, palette=""),
    Act("stage", _one("a"), "a", "stage marked", "Read the marked sets fresh and stage those whose checks are clean.",
        writes=True, rank=2, palette=""),
    Act("refresh", _one("r"), "r", "refresh", "Pull both CRMs and match again, behind the screen; esc stops it.",
        rank=9, palette=""),
    Act("session", _one("S"), "S", "session", "Show what was decided in this session, how fast, and what is left.",
        palette=""),
)  # fmt: skip
REVIEW = (
    Act("move", _MOVE, "j/k ↑/↓", "field", "Move to the next or previous field.", rank=2, brief="↑↓"),
    Act("page", _PAGES, "pgup/pgdn", "page", "Move by one page."),
    Act("ends", _ENDS, "g/G", "ends", "Go to the first or last field."),
    Act("shift", (("l,right", "1"), ("h,left", "-1")), "h/l ←/→", "value",
        "Move this field's ● one column; it stops at the edge.", writes=True, rank=3,
        brief="←→"),
    Act("choose", tuple((str(n), str(n)) for n in range(1, 10)), "1…9", "choose",
        "Choose that column's value for this field.", writes=True),
    Act("column", (("tab", "1"), ("shift+tab", "-1")), "tab/shift+tab", "column",
        "Move the column mark, to which f, b, m, i, t and O apply.", rank=6, brief="tab"),
    Act("all", _one("f"), "f", "all from it", "Take all values from the marked column.", writes=True, rank=12,
        palette=""),
    Act("blanks", _one("b"), "b", "blanks", "Fill blanks from the marked column.", writes=True, rank=13, palette=""),
    Act("everywhere", (("N", "newest"),), "N", "newest", "Take the newest value for every field that differs.",
        writes=True, palette="newest"),
    Act("everywhere", (("L", "longest"),), "L", "longest", "Take the longest value for every field that differs.",
        writes=True, palette="longest"),
    Act("rule", _one("r"), "r", "rule",
        "Choose this field's value by a rule (newest, longest, all of them …), for this set or saved for all.",
        writes=True, rank=11, palette=""),
    Act("master", _one("m"), "m", "master", "Make the marked column the master, the record that survives.",
        writes=True, rank=5, palette=""),
    Act("edit", _one("e"), "e", "edit", "Type a value for this field, or choose one of a picklist's.", writes=True,
        rank=10, palette=""),
    Act("read", _one("enter"), "↵", "in full", "Show this field in full, with the words that differ.", rank=9,
        palette=""),
    Act("differences", _one("d"), "d", "differences", "Show only the fields that differ, or all of them.", rank=7,
        palette=""),
    Act("fields", _one("o"), "o", "fields", "Choose which fields are shown, and in which order, in all reviews.",
        palette=""),
    Act("why", _one("w"), "w", "why", "Show the evidence: each reason with its weight, summing to the score.", rank=4,
        palette=""),
    Act("checks", _one("c"), "c", "checks",
        "Show all checks, the state after the sync and why this master, in full; enter does what a check advises.",
        rank=4, palette=""),
    Act("inspect", _one("i"), "i", "inspect",
        "Show every field of the marked record in both CRMs, who changed what when, and its related lists.", rank=8,
        palette=""),
    Act("timeline", _one("t"), "t", "timeline", "Show what happened with these people in both CRMs, newest first.",
        rank=8, palette=""),
    Act("copy", _one("y"), "y", "copy", "Copy this field's chosen value to the clipboard.", palette=""),
    Act("browse", _one("O"), "O", "open", "Open the marked record in the browser, Salesforce first.", palette=""),
    Act("undo", _one("u"), "u", "undo", "Undo the last choice.", writes=True, rank=14, palette=""),
    Act("redo", _one("ctrl+r"), "ctrl+r", "redo", "Redo what was undone.", writes=True, palette=""),
    Act("stage", _one("a"), "a", "stage",
        "Stage the merge; a set with an acknowledgement of its own goes to its confirmation.", writes=True, rank=1,
        palette=""),
    Act("not_duplicates", _one("x"), "x", "not duplicates", "Decide that these are different people, and go on.",
        writes=True, rank=15, palette=""),
    Act("later", _one("s"), "s", "later", "Put the set aside and go on.", writes=True, rank=16, palette=""),
    Act("next", (("n", "1"), ("p", "-1")), "n/p", "next", "Go to the next or previous undecided set.", rank=6,
        palette="1"),
)  # fmt: skip
CONFIRM = (
    Act("tick", _one("space"), "space", "tick", "Tick the warning in focus, once it is fully in view, and move on.",
        rank=1),
    Act("accept", _one("enter"), "word ↵", "confirm", "Type the word that is asked for and press enter.", rank=1),
    Act("move", (("tab,down", "1"), ("shift+tab,up", "-1")), "tab/shift+tab ↑/↓", "move",
        "Move between the warnings and the word; space takes a tick back.", rank=3, brief="tab ↑↓"),
    Act("scroll", (("pagedown", "1"), ("pageup", "-1")), "pgup/pgdn", "read", "Scroll the text.", rank=2),
    Act("refuse", _one("escape"), "esc", "leave", "Leave without a trace.", rank=1),
)  # fmt: skip
RUNS = (
    *_rows("plan"),
    Act("open", _one("enter"), "↵", "details", "Show every step of the plan in words.", rank=1, palette=""),
    Act("confirm", _one("C"), "C", "confirm staged", "Confirm the whole staged batch.", writes=True, rank=2,
        palette=""),
    Act("take_back", _one("c"), "c", "take back", "Take back a plan that has not started.", writes=True, rank=3,
        palette=""),
    Act("pause", _one("p"), "p", "pause", "Pause the runner after the pair it is in, or let it go on.", writes=True,
        rank=4, palette=""),
    Act("retry", _one("R"), "R", "retry", "Try a failed step again.", writes=True, rank=5, palette=""),
)  # fmt: skip
HISTORY = (
    *_rows("merge"),
    Act("open", _one("enter"), "↵", "details", "Show the journal of this merge in words.", rank=1, palette=""),
    Act("filter", _one("slash"), "/", "filter", "Show only merges whose text contains something.", rank=2, palette=""),
)
HEALTH = (
    *_rows("link"),
    Act("open", _one("enter"), "↵", "details", "Say what the state of this link means and what to do.", rank=1,
        palette=""),
    Act("filter", _one("slash"), "/", "filter", "Show only links whose name, address, id or state contains a text.",
        rank=2, palette=""),
    Act("declare", _one("D"), "D", "declare switches",
        "Say how HubSpot's two Deleting Contacts switches stand; it holds for 12 hours.", writes=True, rank=3,
        palette=""),
    Act("copy", _one("y"), "y", "copy", "Copy the HubSpot contact's id.", rank=4, palette=""),
)  # fmt: skip
CONNECTIONS = (
    *_rows("line"),
    Act("open", _one("enter"), "↵", "remedy", "Say what to do about this line.", rank=1, palette=""),
    Act("look", _one("r"), "r", "look again", "Look at sign-ins and orgs again.", rank=2, palette=""),
)  # fmt: skip
READING = (
    Act("scroll", (*_MOVE, ("pagedown", "page"), ("pageup", "-page"), *_ENDS), "j/k ↑/↓ g/G", "read",
        "Scroll the text.", rank=2),
    Act("close", _one("escape"), "esc", "close", "Close this.", rank=1),
)  # fmt: skip

CHECKS = (
    Act("move", (*_MOVE, *_ENDS), "j/k ↑/↓ g/G", "check", "Move to the next or previous check.", rank=2, brief="↑↓"),
    Act("page", _PAGES, "pgup/pgdn", "page", "Move by one page."),
    Act("do", _one("enter"), "↵", "do it", "Do what the check advises, where a key can.", rank=1),
    Act("close", _one("escape"), "esc", "close", "Close this.", rank=1),
)  # fmt: skip
FIELDS = (
    Act("move", (*_MOVE, *_ENDS), "j/k ↑/↓ g/G", "field", "Move in the list.", rank=3, brief="↑↓"),
    Act("page", _PAGES, "pgup/pgdn", "page", "Move by one page."),
    Act("toggle", _one("space"), "space", "show or hide", "Show or hide the field.", rank=1),
    Act("raise", (("K,shift+up", "-1"), ("J,shift+down", "1")), "J/K", "move it",
        "Move the field down or up inside its group.", rank=2),
    Act("reset", _one("r"), "r", "as it was at first", "Show all fields in the CRMs' own order.", rank=4),
    Act("close", _one("escape"), "esc", "keep and close", "Keep this and close.", rank=1),
)  # fmt: skip
RECORD = (
    Act("move", (*_MOVE, *_ENDS), "j/k ↑/↓ g/G", "line", "Move in the list.", rank=4, brief="↑↓"),
    Act("page", _PAGES, "pgup/pgdn", "page", "Move by one page."),
    Act("person", (("tab", "1"), ("shift+tab", "-1")), "tab/shift+tab", "next record",
        "Show the next or previous record of the set.", rank=2, brief="tab"),
    Act("turn", (("i", "inspect"), ("t", "timeline")), "i/t", "record or timeline",
        "Show the record in full, or the timeline.", rank=2),
    Act("filter", _one("slash"), "/", "find", "Show only lines that contain a text.", rank=3),
    Act("copy", _one("y"), "y", "copy", "Copy the value of this line to the clipboard.", rank=2),
    Act("browse", _one("O"), "O", "open", "Open the record in the browser, Salesforce first.", rank=3),
    Act("close", _one("escape"), "esc", "close", "Close this; first out of the text to find.", rank=1),
)  # fmt: skip
PICKING = (
    Act("move", (*_MOVE, *_ENDS), "j/k ↑/↓ g/G", "choose", "Move in the list.", rank=3, brief="↑↓"),
    Act("choose", _one("enter"), "↵", "take it", "Take the one under the cursor.", rank=1),
    Act("keep", _one("s"), "s", "save", "Save: the present filter under a name, or a rule for all sets.", rank=2),
    Act("drop", _one("x"), "x", "remove", "Remove the saved one under the cursor.", rank=2),
    Act("close", _one("escape"), "esc", "close", "Close this.", rank=1),
)  # fmt: skip

PLACES: dict[str, tuple[Act, ...]] = {
    "everywhere": EVERYWHERE,
    "main": MAIN,
    "queue": QUEUE,
    "review": REVIEW,
    "confirm": CONFIRM,
    "runs": RUNS,
    "history": HISTORY,
    "health": HEALTH,
    "connections": CONNECTIONS,
    "checks": CHECKS,
    "fields": FIELDS,
    "record": RECORD,
    "picking": PICKING,
    "reading": READING,
}
SCREENS = ("queue", "review", "runs", "history", "health", "connections")
"""The places that are screens of their own, where ``?`` holds; the others are dialogs."""
TITLES = {
    "everywhere": "everywhere",
    "main": "main screens",
    "queue": "queue",
    "review": "review",
    "confirm": "confirmation",
    "runs": "approved & running",
    "history": "history",
    "health": "sync health",
    "connections": "connections",
    "checks": "checks",
    "fields": "fields to show",
    "record": "record and timeline",
    "picking": "lists to choose from",
    "reading": "texts",
}


def bindings(*places: str) -> list[BindingType]:
    """The bindings of some places: the only place that makes ``Binding`` objects. Only the keys that leave at once
    have priority: they act over a dialog too, and while typing."""
    return [
        Binding(keys, f"act('{act.id}','{arg}')", act.label, show=False, tooltip=act.why,
                id=f"{place}.{act.id}.{arg}", priority=act.id == "leave_now")
        for place in places for act in PLACES[place] for keys, arg in act.keys
    ]  # fmt: skip


def writes(place: str, act_id: str) -> bool:
    """Whether an act of a place (or of everywhere) changes anything."""
    return any(act.writes for act in PLACES.get(place, ()) if act.id == act_id)


def written_by(place: str, key: str) -> Act | None:
    """The writing act behind a key of a place, for the sentence shown when ``--read-only`` removed it."""
    for act in PLACES.get(place, ()):
        if act.writes and any(key in keys.split(",") for keys, _ in act.keys):
            return act
    return None


@cache
def bound(*places: str) -> frozenset[str]:
    """Textual's names of all keys that mean something in these places."""
    return frozenset(
        key for place in places for act in PLACES[place] for names, _ in act.keys for key in names.split(",")
    )


def offered(place: str, read_only: bool) -> list[Act]:
    """The acts of a place that can be used now."""
    return [act for act in PLACES[place] if not (read_only and act.writes)]


def footer(place: str, read_only: bool) -> list[Act]:
    """The acts for the bottom line, most useful first; help comes last on screens that have it."""
    ranked = [act for act in offered(place, read_only) if act.rank]
    ranked.sort(key=lambda act: act.rank)
    return ranked


def help_lines(places: Iterable[str], read_only: bool) -> list[tuple[str, str, str]]:
    """(place title, keys, sentence) for the help screen, in table order."""
    return [(TITLES[place], act.shown, act.why) for place in places for act in offered(place, read_only)]


def readme_table() -> str:
    """The README's table of keys, in Markdown."""
    lines = ["| where | key | what it does |", "|---|---|---|"]
    for place, acts in PLACES.items():
        if place == "reading":
            continue
        for number, act in enumerate(acts):
            where = TITLES[place] if number == 0 else ""
            lines.append(f"| {where} | `{act.shown}` | {act.why} |")
    return "\n".join(lines) + "\n"
