"""What is printed when the cockpit itself fails: no local variables, no exception text (both may hold people's data
or tokens), only the kind of error and the code's locations."""

from __future__ import annotations

import traceback
from pathlib import PurePath

from mergetui.errors import Problem

MOST_LOCATIONS = 12


def report(error: BaseException | None) -> str:
    """The text of a crash, for standard error."""
    lines = [
        "mergetui stopped because of a mistake in its own code.",
        "Nothing was lost: decisions, approved plans and the journal are safe in the ledger; a pair that was being "
        "merged is finished by the runner.",
        "Next: mergetui resume says what is left and goes on.",
        "",
    ]
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        lines.append(f"{type(error).__module__}.{type(error).__qualname__}")
        frames = list(traceback.walk_tb(error.__traceback__))
        lines += [f"  {_where(frame.f_code.co_filename)}:{line} {frame.f_code.co_name}" for frame, line in frames][
            -MOST_LOCATIONS:
        ]
        wrapped = getattr(error, "error", None)  # Textual's WorkerFailed carries what failed
        error = wrapped if isinstance(wrapped, BaseException) else error.__cause__ or error.__context__
    return "\n".join(lines) + "\n"


def own_mistake(error: BaseException | None) -> Problem:
    """A mistake in our own code that need not end the cockpit, as a problem for the message line: its kind and place,
    never its text."""
    frames = list(traceback.walk_tb(error.__traceback__)) if error is not None else []
    place = f" at {_where(frames[-1][0].f_code.co_filename)}:{frames[-1][1]}" if frames else ""
    return Problem(
        f"A mistake in mergetui's own code: {type(error).__name__}{place}.",
        "What you asked for was not done; nothing was sent to either CRM by the cockpit.",
        "Try again; if it comes back, report this line.",
    )


def _where(filename: str) -> str:
    """The path from the package on: the folders before it name people and machines."""
    parts = PurePath(filename).parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    if "mergetui" in parts:
        last = len(parts) - 1 - parts[::-1].index("mergetui")
        return "/".join(parts[last:])
    return parts[-1] if parts else "?"
