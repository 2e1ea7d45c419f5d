"""SOQL text → query tree. The subset of facts/salesforce.md §13 and what clients send besides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal, TypeVar

from mergetui.sandbox.soql_tree import (
    AGGREGATES,
    SCALARS,
    Bare,
    Both,
    Child,
    Comparison,
    Condition,
    Not,
    Operator,
    Order,
    Query,
    Selected,
    Text,
    Value,
    comparisons,
    conjuncts,
)
from mergetui.twin.refusals import SalesforceRefusal

__all__ = ["Both", "Comparison", "Not", "Query", "Selected", "Text", "caret", "conjuncts", "malformed", "parse"]

T = TypeVar("T")

MAX_TEXT = 100_000
MAX_OFFSET = 2_000
MAX_CHILDREN = 20
MAX_JOINS = 2


@dataclass(frozen=True, slots=True)
class Token:
    kind: Literal["word", "text", "literal", "sign", "end"]
    value: str
    at: int
    like: str = ""


_TOKEN = re.compile(
    r"""\s+
    |(?P<text>'(?:[^'\\]|\\.)*')
    |(?P<literal>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)|\d{4}-\d\d-\d\d
        |[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
    |(?P<word>[A-Za-z_][\w.]*(?::\d+)?)
    |(?P<sign><=|>=|!=|<>|[=<>(),])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", '"': '"', "'": "'", "\\": "\\", "%": "%", "_": "_"}
_UPPER = {"N": "\n", "R": "\r", "T": "\t", "B": "\b", "F": "\f"}
_SIGNS: dict[str, Operator] = {"=": "=", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_CLAUSES = frozenset({"from", "using", "where", "with", "group", "having", "order", "limit", "offset", "for", "update"})
_SCOPES = frozenset({"delegated", "everything", "mine", "mine_and_my_groups", "my_territory", "my_team_territory",
                     "team", "scopingrule"})  # fmt: skip


def malformed(text: str, at: int, message: str) -> SalesforceRefusal:
    return SalesforceRefusal("MALFORMED_QUERY", f"{caret(text, at)}{message}")


def caret(text: str, at: int) -> str:
    """The caret lines that begin the messages of INVALID_FIELD and MALFORMED_QUERY."""
    begin = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[begin : end if end >= 0 else len(text)]
    column = at - begin
    start = max(0, column - 40)
    row = text.count("\n", 0, begin) + 1
    return f"\n{line[start : column + 40]}\n{' ' * (column - start)}^\nERROR at Row:{row}:Column:{column + 1}\n"


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match:
            raise malformed(text, at, f"unexpected token: '{text[at]}'")
        if value := match["text"]:
            inner = value[1:-1]
            found.append(Token("text", _unescape(text, inner, at), at, _unescape(text, inner, at, like=True)))
        elif match["literal"]:
            found.append(Token("literal", match["literal"], at))
        elif match["word"]:
            found.append(Token("word", match["word"], at))
        elif match["sign"]:
            found.append(Token("sign", match["sign"], at))
        at = match.end()
    found.append(Token("end", "<EOF>", len(text)))
    return found


def _unescape(text: str, inner: str, at: int, *, like: bool = False) -> str:
    """Reserved characters and the documented sequences; anything else after a backslash is refused."""

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return chr(int(match[1], 16))
        char = match[2]
        if like and char in "%_\\":
            return "\\" + char
        found = _ESCAPES.get(char, _UPPER.get(char))
        if found is None:
            raise malformed(text, at, f"Illegal character escape: '\\{char}'")
        return found

    return re.sub(r"\\(?:[uU]([0-9a-fA-F]{4})|(.))", one, inner, flags=re.DOTALL)


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

    def refuse(self, at: int, message: str) -> SalesforceRefusal:
        return malformed(self.text, at, message)

    def is_word(self, *words: str) -> bool:
        return self.token.kind == "word" and self.token.value.lower() in words

    def has_word(self, word: str) -> bool:
        if self.is_word(word):
            self.next()
            return True
        return False

    def take_word(self, word: str) -> None:
        if not self.has_word(word):
            raise self.error()

    def is_sign(self, sign: str) -> bool:
        return self.token.kind == "sign" and self.token.value == sign

    def take_sign(self, sign: str) -> None:
        if not self.has_sign(sign):
            raise self.error()

    def has_sign(self, sign: str) -> bool:
        if self.is_sign(sign):
            self.next()
            return True
        return False

    def name(self) -> Token:
        if self.token.kind != "word":
            raise self.error()
        return self.next()

    # the parts ------------------------------------------------------------------------------------------------

    def query(self, *, inner: bool = False) -> Query:
        self.take_word("select")
        found = self.select_list()
        self.take_word("from")
        thing = self.name()
        found = replace(found, object=thing.value, object_at=thing.at, alias=self.alias_of_object())
        if self.has_word("using"):
            self.take_word("scope")
            scope = self.name()
            if scope.value.lower() not in _SCOPES:
                raise self.error(scope)
            found = replace(found, scope=scope.value.lower())
        if self.has_word("where"):
            found = replace(found, where=self.condition())
        if self.has_word("with"):
            word = self.name()
            if word.value.lower() not in ("security_enforced", "user_mode", "system_mode"):
                raise self.error(word)
        if self.has_word("group"):
            self.take_word("by")
            found = replace(found, group=tuple(self.listed(self.expression)))
            if self.has_word("having"):
                found = replace(found, having=self.condition())
        if self.has_word("order"):
            self.take_word("by")
            found = replace(found, order=tuple(self.listed(self.ordering)))
        if self.has_word("limit"):
            found = replace(found, limit=self.number())
        if self.is_word("offset"):
            at = self.next().at
            found = replace(found, offset=self.number())
            if found.offset > MAX_OFFSET:
                raise SalesforceRefusal(
                    "NUMBER_OUTSIDE_VALID_RANGE", f"{caret(self.text, at)}Maximum SOQL offset allowed is {MAX_OFFSET}"
                )
        self.ending(inner=inner)
        self.check(found)
        return found

    def alias_of_object(self) -> str:
        self.has_word("as")
        if self.token.kind == "word" and self.token.value.lower() not in (*_CLAUSES, "all"):
            return self.next().value
        return ""

    def ending(self, *, inner: bool) -> None:
        """FOR VIEW, FOR REFERENCE, FOR UPDATE and UPDATE TRACKING change nothing here; ALL ROWS belongs to Apex."""
        while self.has_word("for"):
            self.listed(self.name)
        if self.has_word("update"):
            self.listed(self.name)
        if self.is_word("all"):
            at = self.next().at
            self.take_word("rows")
            raise self.refuse(at, "ALL ROWS not allowed in this context")
        if not inner and self.token.kind != "end":
            raise self.error()

    def number(self) -> int:
        token = self.next()
        if token.kind != "literal" or not token.value.isdigit():
            raise self.error(token)
        return int(token.value)

    def listed(self, one: Callable[[], T]) -> list[T]:
        found = [one()]
        while self.has_sign(","):
            found.append(one())
        return found

    def select_list(self) -> Query:
        found: list[Selected] = []
        children: list[Child] = []
        all_fields, bare = "", False
        while True:
            at = self.token.at
            if self.has_sign("("):
                children.append(Child(self.query(inner=True), at))
                self.take_sign(")")
            else:
                token = self.name()
                function = token.value.lower() if self.is_sign("(") else ""
                if function == "fields":
                    self.next()
                    word = self.name()
                    all_fields = word.value.upper()
                    if all_fields not in ("ALL", "STANDARD", "CUSTOM"):
                        raise self.error(word)
                    self.take_sign(")")
                elif function == "count" and self.tokens[self.place + 1].value == ")":
                    self.place += 2
                    bare = True
                else:
                    self.place -= 1
                    found.append(self.expression(alias=True))
            if not self.has_sign(","):
                break
        if bare and (found or children or all_fields):
            raise self.refuse(0, "COUNT() must be the only element in the SELECT list")
        return Query(self.text, "", tuple(found), all_fields=all_fields, bare_count=bare, children=tuple(children))

    def expression(self, *, alias: bool = False) -> Selected:
        """A path, or a path inside one or two functions (``DAY_ONLY(convertTimezone(CreatedDate))``)."""
        token = self.name()
        function = ""
        path = token
        if self.is_sign("("):
            function = token.value.lower()
            if function not in AGGREGATES | SCALARS:
                raise self.error(token)
            self.next()
            path = self.name()
            if path.value.lower() == "converttimezone" and self.has_sign("("):
                path = self.name()
                self.take_sign(")")
            self.take_sign(")")
        named = ""
        if alias and self.token.kind == "word" and self.token.value.lower() not in _CLAUSES:
            named = self.next().value
        return Selected(path.value, function, named, path.at)

    def ordering(self) -> Order:
        item = self.expression()
        descending = False
        if self.is_word("asc", "desc"):
            descending = self.next().value.lower() == "desc"
        nulls_last = False
        if self.has_word("nulls"):
            if not self.is_word("first", "last"):
                raise self.error()
            nulls_last = self.next().value.lower() == "last"
        return Order(item.path, descending, nulls_last, item.at, item.function)

    def condition(self) -> Condition:
        parts = [self.factor(first=True)]
        word = ""
        while self.is_word("and", "or"):
            found = self.token
            if word and found.value.lower() != word:
                raise self.error(found)  # mixing without parentheses is refused by the real parser too
            word = self.next().value.lower()
            parts.append(self.factor(first=False))
        if not word:
            return parts[0]
        return Both(tuple(parts), "and" if word == "and" else "or")

    def factor(self, *, first: bool) -> Condition:
        """``NOT`` after AND or OR needs parentheses around it: ``… AND (NOT Name = 'x')``."""
        if first and self.has_word("not"):
            return Not(self.factor(first=False))
        if self.is_word("not"):
            raise self.error()
        if self.has_sign("("):
            inner = self.condition()
            self.take_sign(")")
            return inner
        return self.comparison()

    def comparison(self) -> Comparison:
        item = self.expression()

        def made(operator: Operator, values: tuple[Value, ...], subquery: Query | None = None) -> Comparison:
            return Comparison(item.path, operator, values, subquery, item.at, item.function)

        if self.has_word("not"):
            self.take_word("in")
            return made("not in", *self.members())
        if self.has_word("in"):
            return made("in", *self.members())
        if self.has_word("like"):
            return made("like", (self.literal(),))
        if self.is_word("includes", "excludes"):
            word: Operator = "includes" if self.next().value.lower() == "includes" else "excludes"
            return made(word, *self.members(joins=False))
        sign = self.next()
        if sign.kind != "sign" or sign.value not in _SIGNS:
            raise self.error(sign)
        return made(_SIGNS[sign.value], (self.literal(),))

    def members(self, *, joins: bool = True) -> tuple[tuple[Value, ...], Query | None]:
        self.take_sign("(")
        if joins and self.is_word("select"):
            inner = self.query(inner=True)
            self.take_sign(")")
            return (), inner
        values = tuple(self.listed(self.literal))
        self.take_sign(")")
        return values, None

    def literal(self) -> Value:
        token = self.next()
        if token.kind == "text":
            if len(token.value) > 4_000:
                raise SalesforceRefusal("MALFORMED_QUERY", f"{caret(self.text, token.at)}string literal is too long")
            return Text(token.value, token.like)
        if token.kind in ("literal", "word"):
            return Bare(token.value, token.at)
        raise self.error(token)

    # what the grammar alone does not say ----------------------------------------------------------------------

    def check(self, query: Query) -> None:
        if len(query.children) > MAX_CHILDREN:
            raise self.refuse(0, f"maximum number of aggregate relationships ({MAX_CHILDREN}) exceeded")
        if query.all_fields in ("ALL", "CUSTOM") and (query.limit is None or query.limit > 200):
            raise self.refuse(query.object_at, "The SOQL FIELDS function must have a LIMIT of at most 200")
        if query.all_fields and query.group:
            raise self.refuse(query.object_at, "The SOQL FIELDS function is not supported in aggregate queries")
        if query.bare_count and query.group:
            raise self.refuse(query.object_at, "Grouped query cannot use COUNT(); use COUNT(fieldName)")
        if not query.grouped:
            aliased = next((item for item in query.selected if item.alias), None)
            if aliased is not None:
                raise self.refuse(aliased.at, "only aggregate expressions use field aliasing")
        elif not query.group and query.limit is not None:
            raise self.refuse(0, "Non-grouped query that uses overall aggregate functions cannot also use LIMIT")
        self.check_joins(query)

    def check_joins(self, query: Query) -> None:
        """Semi-joins stand at the top level, two at most, and select one id of another object."""
        top = [part for part in conjuncts(query.where) if isinstance(part, Comparison) and part.subquery]
        everything = [part for part in comparisons(query.where) if part.subquery]
        if len(everything) > len(top):
            raise self.refuse(
                everything[0].at,
                "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE "
                "expressions.",
            )
        if len(top) > MAX_JOINS:
            raise self.refuse(top[-1].at, f"Cannot have more than {MAX_JOINS} semi join sub-selects")
        for part in top:
            inner = part.subquery
            assert inner is not None
            if len(inner.selected) != 1 or inner.children or inner.all_fields or inner.grouped:
                raise self.refuse(part.at, "Semi join sub-selects must select exactly one field")
            if inner.object.lower() == query.object.lower() and part.path.lower() == "id":
                raise self.refuse(part.at, "The inner and outer selects should not be on the same object type")


@lru_cache(maxsize=256)
def parse(text: str) -> Query:
    """Raises SalesforceRefusal MALFORMED_QUERY."""
    if not text.strip():
        raise SalesforceRefusal("MALFORMED_QUERY", "SOQL statements cannot be empty or null")
    if len(text) > MAX_TEXT:
        raise SalesforceRefusal("QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
    return _Parser(text, _tokens(text)).query()
