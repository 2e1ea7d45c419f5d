"""The queue's typed filter: ``risk:high object:lead score>0.9 company:"acme ltd" is:undecided -tag:vip jane``.

Words are joined by *and*; a minus before one turns it round; a text without a word is looked for in names, companies
and addresses. Pure: text in, ``QueueFilter`` out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from mergetui import errors
from mergetui.records.queue import Column, Condition, QueueFilter, Test

STATES = ("undecided", "decided", "staged", "approved", "running", "done", "later", "not duplicates", "noted", "tagged")
CHOICES: Mapping[Column, Mapping[str, str]] = {
    "risk": {"high": "high", "low": "low", "blocked": "blocked"},
    "object": {"lead": "L", "contact": "C", "hubspot": "H"},
    "link": {"both": "both", "some": "some", "none": "none"},
    "email": {"same": "same", "different": "different", "missing": "missing"},
}
NUMBERS: tuple[Column, ...] = ("score", "size", "stake")
TEXTS: tuple[Column, ...] = ("company", "owner", "source", "recordtype", "who")
WORDS = ("risk", "object", "score", "company", "is", "owner", "recordtype", "source", "created", "email", "tag", "who",
         "link", "size", "stake")  # fmt: skip
"""In the order in which they are told."""
_STATE_WORDS = {state.replace(" ", "-"): state for state in STATES}
_TOKEN = re.compile(r'(?P<not>-?)(?:(?P<word>[^\W\d_]+)(?P<op>:|>=|<=|>|<|=))?(?P<value>"[^"]*"?|\S*)')
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_DAY_MS = 86_400_000
_UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}


@dataclass(frozen=True, slots=True)
class _Word:
    name: str
    op: str
    value: str
    negated: bool


def parse(text: str, now: int) -> QueueFilter:
    """``now`` (ms UTC) dates ``created:<30d``. Raises Usage naming the word that is not understood and what may stand
    there. A word whose value is still to be typed (``risk:``) sets no condition."""
    conditions: list[Condition] = []
    states: list[tuple[str, bool]] = []
    tags: list[tuple[str, bool]] = []
    for word in _words(text):
        if word.name == "is":
            states.append(
                (_choice("is", word.value, {state.replace(" ", "-"): state for state in STATES}), word.negated)
            )
        elif word.name == "tag":
            tags.append((word.value.lstrip("#").casefold(), word.negated))
        else:
            conditions.append(_MAKERS[word.name](word, now))
    return QueueFilter(tuple(conditions), tuple(states), tuple(tags))


def _words(text: str) -> list[_Word]:
    found = []
    for match in _TOKEN.finditer(text):
        if not match[0]:
            continue
        value = match["value"].strip('"')
        name = (match["word"] or "").lower()
        if not name:
            # a lone minus is the beginning of a word; "-" inside names ("O'Brien-Smith") never starts a token
            found += [_Word("words", ":", value, bool(match["not"]))] if value else []
            continue
        if name == "name":
            name = "who"
        if name not in _MAKERS and name not in ("is", "tag"):
            raise _unknown(name)
        if value:
            found.append(_Word(name, match["op"], value, bool(match["not"])))
    return found


def _unknown(name: str) -> errors.Usage:
    close = get_close_matches(name, WORDS, n=1)
    guess = f"Did you mean {close[0]}:? " if close else ""
    return errors.Usage(f"“{name[:30]}” is no filter word.", "", f"{guess}Words: {', '.join(WORDS)}.")


def _choice(name: str, value: str, choices: Mapping[str, str]) -> str:
    """A choice or the beginning of exactly one."""
    wanted = value.lower().replace("_", "-")
    if wanted in choices:
        return choices[wanted]
    begins = [full for full in choices if full.startswith(wanted)]
    if len(begins) == 1:
        return choices[begins[0]]
    raise errors.Usage(f"{name}:{value[:30]} is not understood.", "", f"{name}: takes {', '.join(choices)}.")


def _chosen(column: Column) -> Callable[[_Word, int], Condition]:
    def make(word: _Word, now: int) -> Condition:
        return Condition(column, "is", _choice(column, word.value, CHOICES[column]), negated=word.negated)

    return make


def _contains(column: Column) -> Callable[[_Word, int], Condition]:
    def make(word: _Word, now: int) -> Condition:
        return Condition(column, "has", word.value.casefold(), negated=word.negated)

    return make


def _number(column: Column) -> Callable[[_Word, int], Condition]:
    def make(word: _Word, now: int) -> Condition:
        op, value = _comparison(word)
        try:
            number = float(value.rstrip("%")) / (100 if value.endswith("%") else 1)
        except ValueError:
            raise errors.Usage(
                f"{word.name}{word.op}{word.value[:30]} is not understood.", "", f"Write a number: {column}>0.9."
            ) from None
        test: Test = op or ("between" if column == "score" else "is")
        # score:0.97 means what the column shows as 0.97…
        digits = len(value.partition(".")[2])
        return Condition(column, test, low=number, high=number + 10**-digits, negated=word.negated)

    return make


def _comparison(word: _Word) -> tuple[Test | None, str]:
    """``score>0.9`` and ``score:>0.9`` alike: (comparison or None for equal, the rest)."""
    written = (word.op if word.op not in (":", "=") else "") + word.value
    found = re.match(r"(>=|<=|>|<)?(.*)", written, re.DOTALL)
    assert found is not None
    sign = found[1]
    return (">=" if sign == ">=" else "<=" if sign == "<=" else ">" if sign == ">" else "<" if sign == "<" else None), (
        found[2].strip()
    )


def _created(word: _Word, now: int) -> Condition:
    """When the newest record of the set was made: ``created:2026-03``, ``created>2026-01-15``, ``created<30d`` (less
    than 30 days ago)."""
    op, value = _comparison(word)
    age = re.fullmatch(r"(\d{1,4})([dwmy])", value.lower())
    if age:
        edge = now - int(age[1]) * _UNITS[age[2]] * _DAY_MS
        older = op in (">", ">=")
        return Condition("created", "<" if older else ">=", low=edge, negated=word.negated)
    low, high = _span(value)
    if low is None or high is None:
        raise errors.Usage(
            f"created:{word.value[:30]} is not understood.",
            "",
            "Write created:2026-03, created>2026-01-15 or created<30d.",
        )
    if op in (">", ">="):
        return Condition("created", ">=", low=high if op == ">" else low, negated=word.negated)
    if op in ("<", "<="):
        return Condition("created", "<", low=low if op == "<" else high, negated=word.negated)
    return Condition("created", "between", low=low, high=high, negated=word.negated)


def _span(value: str) -> tuple[int | None, int | None]:
    """The instants of a year, month or day (UTC), the second one exclusive."""
    found = _DATE.fullmatch(value)
    if not found:
        return None, None
    year, month, day = int(found[1]), int(found[2] or 1), int(found[3] or 1)
    try:
        first = datetime(year, month, day, tzinfo=UTC)
        if found[3]:
            return _ms(first), _ms(first) + _DAY_MS
        after = datetime(year + (month == 12 or not found[2]), month % 12 + 1 if found[2] else 1, 1, tzinfo=UTC)
    except ValueError:
        return None, None
    return _ms(first), _ms(after)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


_MAKERS: Mapping[str, Callable[[_Word, int], Condition]] = {
    "words": _contains("words"),
    "created": _created,
    **{column: _contains(column) for column in TEXTS},
    **{column: _number(column) for column in NUMBERS},
    **{column: _chosen(column) for column in CHOICES},
}
