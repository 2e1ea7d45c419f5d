"""Commands about what is kept here and what was declared: snapshot, forget, settings. One thin function each."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from mergetui.errors import Problem, Usage

if TYPE_CHECKING:
    from mergetui.workflow.office import Office

Add = Callable[[str, Callable[[argparse.Namespace], int], str], argparse.ArgumentParser]


def add_commands(add: Add) -> None:
    snapshot = add("snapshot", _snapshot, "the snapshots taken before merges")
    snapshot.add_argument("action", choices=("list", "show", "export", "verify"))
    snapshot.add_argument("name", nargs="?", help="a name, or its first characters")
    snapshot.add_argument("--output", metavar="FILE", help="of export: a file, a folder for several, - for stdout")
    forget = add("forget", _forget, "take a person's data out of everything kept here; the journal of ids stays")
    forget.add_argument("who", nargs="?", help="an e-mail address, a Salesforce id or a HubSpot id")
    forget.add_argument("--expired", action="store_true", help="what the profile's snapshot_days no longer allows")
    forget.add_argument("--yes", action="store_true", help="do not ask for the word: for scripts")

    card = add("settings", _settings, "what is known of HubSpot's Salesforce integration, and your word on it")
    card.add_argument("action", nargs="?", choices=("show", "declare"), default="show")
    for name in ("contacts", "leads"):
        card.add_argument(
            f"--{name}", choices=("on", "off", "unknown"),
            help=f"of declare: whether HubSpot deletes {name} with Salesforce; off is “Do nothing”, good for 12 hours",
        )  # fmt: skip
    card.add_argument("--by", default="", metavar="NAME", help="of declare: who looked at the settings page")


def _office(options: argparse.Namespace) -> Office:
    from mergetui.workflow.office import Office

    return Office(options.profile, read_only=options.read_only)


def _print(lines: list[str]) -> None:
    for line in lines:
        print("".join(c if c.isprintable() or c == "\t" else f"<{ord(c):02X}>" for c in line), flush=True)


def _snapshot(options: argparse.Namespace) -> int:
    from mergetui.workflow.snapshots import Asked, run_action

    if options.output and options.action != "export":
        raise Usage("--output goes with export.", "Nothing was done.", "")
    code, lines = run_action(_office(options), Asked(options.action, options.name, options.output))
    if options.output == "-":
        print(*lines)
    else:
        _print(lines)
    return code


def _forget(options: argparse.Namespace) -> int:
    from mergetui.workflow.forget import WORD, find, find_expired, forget, words

    if bool(options.who) == options.expired:
        raise Usage("Say whom to forget, or --expired.", "Nothing was forgotten.", "mergetui forget jane@acme.example")
    office = _office(options)
    found = find_expired(office) if options.expired else find(office, options.who)
    about = f"plans older than {office.config.snapshot_days} days" if options.expired else options.who.strip()
    if found.empty:
        if found.unreadable:
            raise Problem(
                f"Nothing readable is kept here about {about}, but {len(found.unreadable)} snapshots are damaged.",
                "Nothing was forgotten.",
                "`mergetui snapshot verify` names them; delete those files by hand.",
            )
        print(f"Nothing is kept here about {about}.")
        return 0
    _print(words(found, about))
    if not options.yes and not found.busy:
        if not sys.stdin.isatty():
            raise Usage("Nobody is there to type the word.", "Nothing was forgotten.", "Add --yes in scripts.")
        if input(f"Type {WORD} to do it: ").strip() != WORD:
            raise Problem("The word was not typed.", "Nothing was forgotten.", "")
    _print([forget(office, found)])
    return 0


def _settings(options: argparse.Namespace) -> int:
    from mergetui.workflow.card import Answers, card, declare

    answers = Answers(options.contacts, options.leads, options.by)
    if options.action == "show":
        if answers != Answers():
            raise Usage("--contacts, --leads and --by go with declare.", "Nothing was declared.", "")
        _print(card(_office(options)))
    else:
        _print(declare(_office(options), answers))
    return 0
