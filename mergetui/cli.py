"""The commands, one thin function each. Imports stay inside them: ``--help`` and ``--version`` take ~30 ms."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mergetui import __version__
from mergetui.cli_keep import add_commands
from mergetui.errors import Problem, Usage

if TYPE_CHECKING:
    from mergetui.workflow.office import Office

Command = Callable[[argparse.Namespace], int]

EPILOG = """\
first steps:
  mergetui demo                 try everything on a sandbox of both CRMs, without any account or network
  mergetui login salesforce     sign in (then: mergetui login hubspot, mergetui pull, mergetui match)
  mergetui                      open the cockpit: find, review, confirm, watch

exit codes: 0 done, 1 something needs a person (said on stderr), 2 wrong usage
MERGETUI_HOME puts config, data and state into one folder; NO_COLOR is honoured.
"""

STOPPED = {
    "run": "Stopped. Nothing is lost: `mergetui resume` goes on with plans that had started.",
    "resume": "Stopped. Nothing is lost: `mergetui resume` goes on with plans that had started.",
    "sandbox": "Stopped.",
    "pull": "Stopped. The mirror stays as it was; `mergetui pull` begins anew.",
    "match": "Stopped. The duplicate sets stay as they were.",
}
"""What ctrl+c left, by command."""


def parser(argv: Sequence[str] = ("demo", "sandbox")) -> argparse.ArgumentParser:
    """All commands; the sandbox's options, a third of the time of ``--help``, only where ``argv`` names it."""
    top = argparse.ArgumentParser(
        prog="mergetui",
        description="Merge duplicate people in Salesforce and HubSpot together, safely, before the next sync.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"mergetui {__version__}")
    top.add_argument("--profile", default="default", metavar="NAME", help="which pair of orgs (default: default)")
    top.add_argument("--read-only", action="store_true", help="look only: no key and no command that writes")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", title="commands")

    def add(name: str, run: Command, text: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    demo = add("demo", _demo, "try it: a sandbox, signed in, pulled, matched, and the cockpit on it")
    sandbox = add("sandbox", _sandbox, "only the sandbox's servers, in the foreground")
    if "demo" in argv or "sandbox" in argv:
        _sandbox_options(demo)
        _sandbox_options(sandbox, servers=True)
    for name, action, text in (
        ("login", _login, "sign in by OAuth; the token goes into the OS keyring"),
        ("logout", _logout, "end a sign-in and forget its token"),
    ):
        add(name, action, text).add_argument("crm", choices=("salesforce", "hubspot"))
    add("pair", _pair, "confirm that the two orgs belong together, by typing both names")
    add("status", _status, "who is signed in, what is pulled, what is under way")
    pull = add("pull", _pull, "bring all people of both CRMs into the local mirror")
    pull.add_argument("--full", action="store_true", help="read everything anew")
    matcher = add("match", _match, "rebuild the duplicate sets from the mirror, or match any table")
    matcher.add_argument("--input", metavar="people.csv", help="match this table instead; nothing is stored")
    matcher.add_argument("--output", metavar="pairs.csv", help="where the pairs go (id_a,id_b,score)")
    matcher.add_argument("--clusters", metavar="sets.csv", help="also write the duplicate sets")
    matcher.add_argument("--explain", action="store_true", help="add the evidence to the pairs")
    matcher.add_argument("--threshold", type=float, metavar="P", help="the least score, 0 to 1")
    matcher.add_argument("--map", action="append", default=[], metavar="email=E_MAIL", help="rename an input column")
    runner = add("run", _run, "carry out approved plans without the screen; same checks, same journal")
    runner.add_argument("--attached", action="store_true", help=argparse.SUPPRESS)
    add("resume", _resume, "finish or explain what an interrupted run left")
    history = add("history", _history, "every confirmed plan, and the crosswalk of dead ids")
    history.add_argument("--json", action="store_true", help="all details as JSON")
    history.add_argument("--csv", action="store_true", help="dead id → living id, as CSV")
    add_commands(add)
    return top


def run(argv: Sequence[str]) -> int:
    """Parse ``argv`` (without the program's name) and run the command; returns the exit code."""
    try:
        options = parser(argv).parse_args(argv)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    command: Command = getattr(options, "run", _cockpit)
    _show_any_text()
    try:
        _profile_is_known(options)
        return command(options)
    except Problem as problem:
        _say(problem)
        return problem.exit_code
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{STOPPED.get(options.command, 'Stopped. Nothing was changed in either CRM.')}\n")
        return 1
    except EOFError:
        sys.stderr.write("\nNothing was typed. Nothing was changed.\n")
        return 1
    except BrokenPipeError:
        _forget_output()
        return 1
    except Exception as error:
        sys.stderr.write(f"{_mistake(error)}\n")
        return 1


def _show_any_text() -> None:
    """A terminal or pipe that cannot show a character gets its number instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _forget_output() -> None:
    """The reader of our output went away; Python's last flush at the end must not complain about it."""
    import os

    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, ValueError):
        return


def _mistake(error: BaseException) -> str:
    """The kind of error and its place in our package; never its text, which may hold people's data."""
    import traceback
    from pathlib import Path

    here = Path(__file__).parent
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    ours = [frame for frame in frames if here in Path(frame.f_code.co_filename).parents]
    last = (ours or frames)[-1]
    code, line = last.f_code, next(n for frame, n in traceback.walk_tb(error.__traceback__) if frame is last)
    path = Path(code.co_filename)
    where = path.relative_to(here.parent).as_posix() if here in path.parents else path.name
    return f"mergetui made a mistake and stopped ({type(error).__name__} at {where}:{line}); please report this line."


def _profile_is_known(options: argparse.Namespace) -> None:
    """A typing error in --profile makes no new profile; only a sign-in does, and a scheduler's first pull."""
    made = options.command in ("login", "demo", "sandbox") or (options.command == "match" and options.input)
    if made or options.profile in ("default", "demo"):
        return
    from mergetui.workflow.connect import require_profile

    require_profile(options.profile, new_with_tokens=options.command == "pull")


def _say(problem: Problem) -> None:
    for line in (problem.happened, problem.not_done, problem.todo):
        if line:
            sys.stderr.write(_printable(line) + "\n")


def _printable(text: str) -> str:
    """Text of a CRM on a terminal: control characters are shown, not sent."""
    return "".join(c if c.isprintable() or c == "\t" else f"<{ord(c):02X}>" for c in text)


def _told(text: str) -> None:
    print(_printable(text), flush=True)


def _office(options: argparse.Namespace) -> Office:
    from mergetui.workflow.office import Office

    return Office(options.profile, read_only=options.read_only)


# the cockpit -----------------------------------------------------------------------------------------------------
def _cockpit(options: argparse.Namespace) -> int:
    _needs_terminal("It was not opened.")
    if options.profile == "demo":
        from mergetui.workflow.demo import Users
        from mergetui.workflow.office import Office

        # counted for as long as this process lives: a demo that is left meanwhile does not end our sandbox
        Users(Office("demo")).join()
    _told_last(_show_cockpit(options.profile, read_only=options.read_only))
    return 0


def _needs_terminal(not_done: str) -> None:
    if not sys.stdout.isatty() or not sys.stdin.isatty():
        raise Usage("The cockpit needs a terminal.", not_done, "Use `mergetui --help` for commands without a screen.")


def _show_cockpit(profile: str, *, read_only: bool) -> str:
    """Open it and wait until it is left; returns the line to print then."""
    import gc

    # the collector would walk thousands of classes again and again while they are being made
    gc.disable()
    from mergetui.ui.app import run as show
    from mergetui.workflow.desk import CockpitDesk
    from mergetui.workflow.office import Office

    gc.freeze()
    gc.enable()
    return show(lambda: CockpitDesk(Office(profile, read_only=read_only)))


def _told_last(line: str) -> None:
    if line:
        _told(line)


def _demo(options: argparse.Namespace) -> int:
    _needs_terminal("No sandbox was started.")
    from mergetui.config import DEMO
    from mergetui.workflow.demo import Users, leave_demo, open_demo
    from mergetui.workflow.office import Office

    users = Users(Office(DEMO))
    sandbox = open_demo(_sandbox_words(options), sys.stderr, users)
    last = ""
    try:
        last = _show_cockpit(DEMO, read_only=options.read_only)
    finally:
        _told_last(leave_demo(sandbox, users, last))
    return 0


# sandbox ---------------------------------------------------------------------------------------------------------
def _sandbox_options(made: argparse.ArgumentParser, *, servers: bool = False) -> None:
    from mergetui.sandbox.options import add_arguments, add_server_arguments

    if servers:
        add_arguments(made)
        add_server_arguments(made)
    else:
        add_arguments(made, event_delay="2s..8s")


def _sandbox(options: argparse.Namespace) -> int:
    import asyncio

    from mergetui.sandbox.options import from_namespace
    from mergetui.sandbox.serve import run as serve

    asyncio.run(serve(from_namespace(options)))
    return 0


# signing in ------------------------------------------------------------------------------------------------------
def _login(options: argparse.Namespace) -> int:
    import asyncio
    import getpass
    import webbrowser

    from mergetui.workflow.connect import app_of, keyring_needed, login, ready_to_sign_in

    office = _office(options)
    with keyring_needed("You are not signed in."):
        ready_to_sign_in(office, options.crm)
    secret = ""
    if options.crm == "hubspot":
        secret = getpass.getpass("HubSpot client secret (kept in the OS keyring): ").strip()
        if not secret:
            raise Usage("No secret was typed.", "You are not signed in.", "The HubSpot app's page shows it.")
    app = app_of(office, options.crm, secret)

    def browser(address: str) -> None:
        print(f"Opening your browser. If it does not open, go to:\n{address}", flush=True)
        webbrowser.open(address)

    org = asyncio.run(login(office, app, browser))
    _told(f"Signed in to {org.name} ({org.id}, {'PRODUCTION' if org.production else 'sandbox'}).")
    if office.ledger.setting("pair") is None and len(office.ledger.setting("orgs") or {}) == 2:
        return _pair(options)
    return 0


def _pair(options: argparse.Namespace) -> int:
    from mergetui.workflow.connect import confirm_pair, pair_words

    office = _office(options)
    question, _, _ = pair_words(office)
    _told(question)
    typed = (input("Type the name of the Salesforce org: "), input("Type the name of the HubSpot portal: "))
    _told(confirm_pair(office, typed))
    return 0


def _logout(options: argparse.Namespace) -> int:
    import asyncio

    from mergetui.workflow.connect import keyring_needed, logout

    with keyring_needed("No sign-in was ended."):
        _told(asyncio.run(logout(_office(options), options.crm)))
    return 0


def _status(options: argparse.Namespace) -> int:
    from mergetui.workflow.status import status

    lines, todo = status(_office(options))
    for line in lines:
        _told(line)
    for line in todo:
        sys.stderr.write(_printable(line) + "\n")
    return 1 if todo else 0


# pulling and matching --------------------------------------------------------------------------------------------
def _progress(what: str, done: int, total: int | None) -> None:
    print(f"{what}: {done:,}{f' of {total:,}' if total else ''}", flush=True)


def _pull(options: argparse.Namespace) -> int:
    import asyncio

    from mergetui.workflow.connect import keyring_needed
    from mergetui.workflow.refresh import pull

    with keyring_needed("Nothing was pulled."):
        _told(asyncio.run(pull(_office(options), _progress, full=options.full)))
    return 0


def _match(options: argparse.Namespace) -> int:
    from mergetui.workflow.refresh import match

    if options.input or options.output:
        return _match_table(options)
    if options.clusters or options.explain or options.map or options.threshold is not None:
        raise Usage("--clusters, --explain, --map and --threshold go with --input.", "Nothing was matched.", "")
    _told(match(_office(options), _progress))
    return 0


def _match_table(options: argparse.Namespace) -> int:
    from mergetui.workflow.tables import TableJob, match_file

    if not (options.input and options.output):
        raise Usage("--input and --output go together.", "Nothing was matched.", "")
    if options.threshold is not None and not 0 < options.threshold < 1:
        raise Usage("--threshold is a probability between 0 and 1.", "Nothing was matched.", "")
    for entry in options.map:
        if not all(entry.partition("=")):
            raise Usage(f"--map {entry} does not rename a column.", "Nothing was matched.", "Write --map email=E_MAIL.")
    renamed = dict(entry.split("=", 1) for entry in options.map)

    def progress(what: str, done: int, total: int | None) -> None:
        sys.stderr.write(f"{what}: {done:,}{f' of {total:,}' if total else ''}\n")

    job = TableJob(options.input, options.output, options.clusters, options.threshold, options.explain, renamed)
    _told(match_file(job, progress, lambda text: print(_printable(text), file=sys.stderr)))
    return 0


# carrying out ----------------------------------------------------------------------------------------------------
def _run(options: argparse.Namespace) -> int:
    return _carry_out(_office(options), attached=options.attached)


def _resume(options: argparse.Namespace) -> int:
    from mergetui.workflow.unfinished import open_plans

    office = _office(options)
    left = open_plans(office)
    for line in left:
        _told(line)
    if not left:
        _told("No merge was interrupted.")
    return _carry_out(office, attached=False)


def _carry_out(office: Office, *, attached: bool) -> int:
    import asyncio

    from mergetui.workflow.carry_out import run as carry_out
    from mergetui.workflow.connect import keyring_needed
    from mergetui.workflow.unfinished import stopped_words

    with keyring_needed("No plan was carried out; approved plans stay approved."):
        code = asyncio.run(carry_out(office, _told, attached=attached))
    stopped = "" if attached else stopped_words(office)
    if stopped:
        sys.stderr.write(f"{stopped}\n")
        return 1
    return code


# looking back ----------------------------------------------------------------------------------------------------
def _history(options: argparse.Namespace) -> int:
    import csv
    import json

    from mergetui.workflow.history import crosswalk, history, lines

    office = _office(options)
    if options.json:
        print(json.dumps(history(office.ledger), indent=2, ensure_ascii=True))
    elif options.csv:
        writer = csv.writer(sys.stdout)
        writer.writerow(("crm", "dead_id", "current_id"))
        writer.writerows(crosswalk(office.ledger))
    else:
        for line in lines(office.ledger):
            _told(line)
    return 0


def _sandbox_words(options: argparse.Namespace) -> list[str]:
    """The sandbox options of ``demo`` as words for the child that runs the sandbox."""
    low, high = options.event_delay
    words = [
        *("--people", str(options.people), "--seed", str(options.seed)),
        *("--sync-every", f"{options.sync_every}ms", "--event-delay", f"{low}ms..{high}ms"),
        *("--latency", f"{options.latency}ms"),
    ]
    if options.auto_delete is not None:
        words.append("--auto-delete" if options.auto_delete else "--no-auto-delete")
    if options.scenario:
        words += ["--scenario", options.scenario]
    for fault in options.faults:
        words += ["--fault", fault]
    return words
