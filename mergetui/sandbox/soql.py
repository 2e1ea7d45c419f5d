"""SOQL text → query tree. The subset of facts/salesforce.md §13."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from mergetui.twin.refusals import SalesforceRefusal

AGGREGATES = frozenset({"count", "count_distinct", "min", "max", "sum", "avg"})


@dataclass(frozen=True, slots=True)
class Text:
    """A quoted literal, unescaped. ``like`` keeps the escapes of ``%`` and ``_``."""

    value: str
    like: str


@dataclass(frozen=True, slots=True)
class Bare:
    """An unquoted literal: number, date, datetime, true, false, null, date word."""

    value: str


Value = Text | Bare


@dataclass(frozen=True, slots=True)
class Selected:
    path: str
    function: str = ""
    alias: str = ""
    at: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    path: str
    operator: Literal["=", "!=", "<", "<=", ">", ">=", "in", "not in", "like"]
    values: tuple[Value, ...]
    subquery: Query | None = None
    at: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Both:
    parts: tuple[Condition, ...]
    word: Literal["and", "or"]


Condition = Comparison | Not | Both


@dataclass(frozen=True, slots=True)
class Order:
    path: str
    descending: bool
    nulls_last: bool
    at: int = 0


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    object: str
    selected: tuple[Selected, ...]
    where: Condition | None = None
    group: tuple[Selected, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0
    all_fields: str = ""
    """``ALL``, ``STANDARD`` or ``CUSTOM`` for ``FIELDS(…)``."""
    bare_count: bool = False
    """``SELECT COUNT()``."""


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["word", "text", "literal", "sign", "end"]
    value: str
    at: int
    like: str = ""


_TOKEN = re.compile(
    r"""\s+
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<literal>\d{4}-\d\d-\d\d(?:T\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+\- ]\d\d:?\d\d)?)?|[+-]?\d+(?:\.\d+)?)
    |(?P<word>[A-Za-z_][\w.]*(?::\d+)?)
    |(?P<sign><=|>=|!=|<>|[=<>(),])""",
    re.VERBOSE,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_SIGNS = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_END_OF_LIST = frozenset({"from", "where", "group", "order", "limit", "offset", "for"})


def malformed(text: str, at: int, message: str) -> SalesforceRefusal:
    return SalesforceRefusal("MALFORMED_QUERY", f"{caret(text, at)}{message}")


def caret(text: str, at: int) -> str:
    """The caret lines that begin the messages of INVALID_FIELD and MALFORMED_QUERY."""
    line = text.replace("\n", " ")
    start = max(0, at - 40)
    return f"\n{line[start : at + 40]}\n{' ' * (at - start)}^\nERROR at Row:1:Column:{at + 1}\n"


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise malformed(text, at, f"unexpected token: '{text[at]}'")
        if value := match["text"]:
            found.append(Token("text", _unescape(value[1:-1]), at, _unescape(value[1:-1], like=True)))
        elif match["literal"] and not (match["word"]):
            found.append(Token("literal", match["literal"], at))
        elif match["word"]:
            found.append(Token("word", match["word"], at))
        elif match["sign"]:
            found.append(Token("sign", match["sign"], at))
        at = match.end()
    found.append(Token("end", "<EOF>", len(text)))
    return found


def _unescape(text: str, *, like: bool = False) -> str:
    def one(match: re.Match[str]) -> str:
        char = match[1]
        if like and char in "%_\\":
            return "\\" + char
        return _ESCAPES.get(char, char)

    return re.sub(r"\\(.)", one, text, flags=re.DOTALL)


@dataclass(slots=True)
class _Parser:
    text: str
    tokens: list[Token] = field(default_factory=list)
    place: int = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.place]

    def next(self) -> Token:
        found = self.token
        if found.kind != "end":
            self.place += 1
        return found

    def error(self, token: Token | None = None) -> SalesforceRefusal:
        found = token or self.token
        return malformed(self.text, found.at, f"unexpected token: '{found.value}'")

    def is_word(self, *words: str) -> bool:
        return self.token.kind == "word" and self.token.value.lower() in words

    def take_word(self, word: str) -> None:
        if not self.is_word(word):
            raise self.error()
        self.next()

    def take_sign(self, sign: str) -> None:
        if self.token.kind != "sign" or self.token.value != sign:
            raise self.error()
        self.next()

    def has_sign(self, sign: str) -> bool:
        if self.token.kind == "sign" and self.token.value == sign:
            self.next()
            return True
        return False

    def name(self) -> Token:
        if self.token.kind != "word":
            raise self.error()
        return self.next()

    # the parts ------------------------------------------------------------------------------------------------

    def query(self) -> Query:
        start = self.token.at
        self.take_word("select")
        selected, all_fields, bare = self.select_list()
        self.take_word("from")
        thing = self.name().value
        if self.token.kind == "word" and self.token.value.lower() not in (*_END_OF_LIST, "using", "with", "having"):
            self.next()  # an alias of the object
        where = None
        if self.is_word("where"):
            self.next()
            where = self.condition()
        group: list[Selected] = []
        if self.is_word("group"):
            self.next()
            self.take_word("by")
            group.append(self.path())
            while self.has_sign(","):
                group.append(self.path())
        order: list[Order] = []
        if self.is_word("order"):
            self.next()
            self.take_word("by")
            order.append(self.ordering())
            while self.has_sign(","):
                order.append(self.ordering())
        limit, offset = None, 0
        while self.is_word("limit", "offset"):
            word = self.next().value.lower()
            number = self.next()
            if number.kind != "literal" or not number.value.isdigit():
                raise self.error(number)
            if word == "limit":
                limit = int(number.value)
            else:
                offset = int(number.value)
        text = self.text[start:]
        return Query(text, thing, tuple(selected), where, tuple(group), tuple(order), limit, offset, all_fields, bare)

    def select_list(self) -> tuple[list[Selected], str, bool]:
        found: list[Selected] = []
        all_fields, bare = "", False
        while True:
            token = self.name()
            if self.token.kind == "sign" and self.token.value == "(":
                self.next()
                function = token.value.lower()
                if function == "fields":
                    all_fields = self.name().value.upper()
                elif function == "count" and self.token.value == ")":
                    bare = True
                elif function in AGGREGATES:
                    inner = self.name()
                    self.take_sign(")")
                    found.append(Selected(inner.value, function, self.alias(), inner.at))
                    if not self.has_sign(","):
                        return found, all_fields, bare
                    continue
                else:
                    raise self.error(token)
                self.take_sign(")")
            else:
                found.append(Selected(token.value, "", self.alias(), token.at))
            if not self.has_sign(","):
                return found, all_fields, bare

    def alias(self) -> str:
        if self.token.kind == "word" and self.token.value.lower() not in _END_OF_LIST:
            return self.next().value
        return ""

    def path(self) -> Selected:
        token = self.name()
        return Selected(token.value, at=token.at)

    def ordering(self) -> Order:
        token = self.name()
        if self.has_sign("("):
            raise self.error(token)
        descending = False
        if self.is_word("asc", "desc"):
            descending = self.next().value.lower() == "desc"
        nulls_last = False
        if self.is_word("nulls"):
            self.next()
            if not self.is_word("first", "last"):
                raise self.error()
            nulls_last = self.next().value.lower() == "last"
        return Order(token.value, descending, nulls_last, token.at)

    def condition(self) -> Condition:
        parts = [self.factor()]
        word = ""
        while self.is_word("and", "or"):
            found = self.token
            if word and found.value.lower() != word:
                raise self.error(found)  # mixing without parentheses is refused by the real parser too
            word = self.next().value.lower()
            parts.append(self.factor())
        if not word:
            return parts[0]
        return Both(tuple(parts), "and" if word == "and" else "or")

    def factor(self) -> Condition:
        if self.is_word("not"):
            self.next()
            return Not(self.factor())
        if self.has_sign("("):
            inner = self.condition()
            self.take_sign(")")
            return inner
        return self.comparison()

    def comparison(self) -> Comparison:
        token = self.name()
        path, at = token.value, token.at
        if self.is_word("not"):
            self.next()
            self.take_word("in")
            return self.members(path, "not in", at)
        if self.is_word("in"):
            self.next()
            return self.members(path, "in", at)
        if self.is_word("like"):
            self.next()
            return Comparison(path, "like", (self.literal(),), at=at)
        sign = self.next()
        if sign.kind != "sign" or sign.value not in _SIGNS:
            raise self.error(sign)
        operator: Literal["=", "!=", "<", "<=", ">", ">="] = _SIGNS[sign.value]  # type: ignore[assignment]
        return Comparison(path, operator, (self.literal(),), at=at)

    def members(self, path: str, operator: Literal["in", "not in"], at: int) -> Comparison:
        self.take_sign("(")
        if self.is_word("select"):
            inner = self.query()
            self.take_sign(")")
            return Comparison(path, operator, (), inner, at)
        values = [self.literal()]
        while self.has_sign(","):
            values.append(self.literal())
        self.take_sign(")")
        return Comparison(path, operator, tuple(values), at=at)

    def literal(self) -> Value:
        token = self.next()
        if token.kind == "text":
            return Text(token.value, token.like)
        if token.kind == "literal":
            return Bare(token.value)
        if token.kind == "word":
            return Bare(token.value)
        raise self.error(token)


def parse(text: str) -> Query:
    """Raises SalesforceRefusal MALFORMED_QUERY."""
    if not text.strip():
        raise SalesforceRefusal("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    if len(text) > 100_000:
        raise SalesforceRefusal("QUERY_TOO_COMPLICATED", "SOQL statements may have 100,000 characters")
    parser = _Parser(text, _tokens(text))
    found = parser.query()
    if parser.is_word("for"):  # FOR VIEW, FOR REFERENCE, FOR UPDATE change nothing here
        parser.next()
        parser.name()
    if parser.token.kind != "end":
        raise parser.error()
    return found


def conjuncts(condition: Condition | None) -> Sequence[Condition]:
    """The conditions that all must hold."""
    if condition is None:
        return ()
    if isinstance(condition, Both) and condition.word == "and":
        return condition.parts
    return (condition,)
