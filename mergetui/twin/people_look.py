"""How one human looks before any CRM has written them down: a ``Look``; and the firms they work for."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from mergetui.twin.names import Culture, slug
from mergetui.twin.names_asia import ASIA
from mergetui.twin.names_europe import EUROPE
from mergetui.twin.names_south import SOUTH
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_work import DEPARTMENTS, INDUSTRIES, LOCAL_TITLES

CULTURES: tuple[Culture, ...] = EUROPE + SOUTH + ASIA
_WEIGHTS = tuple(culture.weight for culture in CULTURES)
_BY_WEIGHT = tuple(culture for culture in CULTURES for _ in range(culture.weight))
WEBMAIL = ("gmail.example", "outlook.example", "yahoo.example", "icloud.example", "proton.example")
_LOCAL_WEBMAIL = {
    "de": "gmx.example", "fr": "orange.example", "zh-cn": "qq.example", "ko": "naver.example", "ja": "docomo.example",
    "pl": "wp.example", "cs": "seznam.example", "pt-br": "uol.example", "it": "libero.example", "nl": "ziggo.example",
}  # fmt: skip


@dataclass(slots=True)
class Company:
    name: str
    roman: str
    stem: str
    """The name without its legal form."""
    legal: str
    domain: str
    culture: Culture
    pattern: int
    """How this firm makes its addresses, see ``work_address``."""
    phone: str
    street: str
    city: str
    state: str
    postal: str
    industry: str
    employees: int
    account_id: str = ""
    hubspot_id: str = ""
    born: int = 0
    """When its account and its HubSpot company were made."""


@dataclass(slots=True)
class Look:
    """One human, or one record's view of one. Texts; empty = not known."""

    culture: Culture
    male: bool
    first: str
    last: str
    roman_first: str
    roman_last: str
    salutation: str
    company: Company
    company_name: str
    title: str
    department: str
    email: str
    private: str
    phone: str
    mobile: str
    street: str
    city: str
    state: str
    postal: str
    country: str
    birthdate: str

    def copy(self) -> Look:
        return copy.copy(self)


class Phonebook:
    """Hands out every telephone number, every address, and every name in one firm once."""

    def __init__(self) -> None:
        self._numbers: set[str] = set()
        self._addresses: set[str] = set()
        self._staff: set[str] = set()
        self._used_up: dict[tuple[str, bool], int] = {}

    def hire(self, domain: str, first: str, last: str) -> bool:
        """False when a firm has somebody of that name already: namesakes in one firm are too rare to come by chance."""
        known = len(self._staff)
        self._staff.add(f"{first} {last} {domain}")
        return len(self._staff) > known

    def number(self, rng: Dice, culture: Culture, mobile: bool) -> str:
        """``+44 20 7946 0018``; empty when the culture's fictional range seems used up."""
        ranges = culture.code, mobile
        misses = self._used_up.get(ranges, 0)
        for _ in range(8 if misses < 5 else 1):
            number = f"+{culture.dial} {digits(rng, rng.one(culture.mobile if mobile else culture.land))}"
            if number not in self._numbers:
                self._numbers.add(number)
                return number
        self._used_up[ranges] = misses + 1
        return ""

    def address(self, wanted: str) -> str:
        """The address, with a number when somebody else has it."""
        local, _, domain = wanted.lower().partition("@")
        address, count = f"{local}@{domain}", 1
        while address in self._addresses:
            count += 1
            address = f"{local}{count}@{domain}"
        self._addresses.add(address)
        return address


def digits(rng: Dice, pattern: str) -> str:
    """The pattern with every ``#`` replaced by a digit."""
    if "#" not in pattern:
        return pattern
    count = pattern.count("#")
    drawn = str(rng.below(10**count)).zfill(count)
    parts = pattern.split("#")
    return "".join(part + digit for part, digit in zip(parts, [*drawn, ""], strict=True))


def street_of(rng: Dice, culture: Culture) -> str:
    return rng.one(culture.streets).replace("#", str(rng.between(1, 190)), 1).replace("#", str(rng.between(1, 60)))


def found_companies(rng: Dice, count: int, phones: Phonebook) -> dict[str, list[Company]]:
    """At least one firm for every culture, about ``count`` in all, with distinct domains."""
    total = sum(_WEIGHTS)
    domains: set[str] = set()
    found: dict[str, list[Company]] = {}
    for culture in CULTURES:
        wanted = max(1, round(count * culture.weight / total))
        found[culture.code] = [_company(rng, culture, phones, domains) for _ in range(wanted)]
    return found


def _company(rng: Dice, culture: Culture, phones: Phonebook, domains: set[str]) -> Company:
    town = rng.one(culture.towns)
    for _ in range(6):
        native, roman, base = _company_name(rng, culture)
        domain = base + ".example"
        if domain not in domains:
            break
    number = 1
    while domain in domains:
        number += 1
        domain = f"{base}-{number}.example"
    if number > 1:
        native, roman = f"{native} {number}", f"{roman} {number}"
    domains.add(domain)
    legal = rng.one(culture.legal)
    joint = "" if culture.language in ("ja", "zh-cn", "zh-tw") and not legal.isascii() else " "
    return Company(
        name=f"{native}{joint}{legal}", roman=f"{roman} {legal if legal.isascii() else 'Ltd'}",
        stem=native, legal=legal,
        domain=domain, culture=culture, pattern=rng.below(5), phone=phones.number(rng, culture, mobile=False),
        street=street_of(rng, culture), city=town.city, state=town.state, postal=postal_of(rng, town.postal),
        industry=rng.one(INDUSTRIES), employees=rng.one((8, 25, 60, 140, 300, 750, 1800, 5200)),
    )  # fmt: skip


def postal_of(rng: Dice, pattern: str) -> str:
    return digits(rng, pattern)


def _company_name(rng: Dice, culture: Culture) -> tuple[str, str, str]:
    """(as written, romanised, domain without ending)."""
    trade, trade_roman = rng.one(culture.trades)
    kind = rng.random()
    if kind < 0.5:
        word, word_roman = rng.one(culture.words)
    else:
        word, word_roman = rng.one(culture.surnames)[0]
    if kind > 0.92:
        other, other_roman = rng.one(culture.surnames)[0]
        native, roman = f"{word} & {other}", f"{word_roman} & {other_roman}"
    else:
        joint = "" if culture.language in ("ja", "zh-cn", "zh-tw") else " "
        native, roman = f"{word}{joint}{trade}", f"{word_roman} {trade_roman}"
    use_roman = not culture.own_script or rng.random() > culture.native + 0.2
    written = roman if use_roman else native
    return written, roman, "-".join(filter(None, (slug(part) for part in roman.replace("-", " ").split())))


def work_address(look: Look, pattern: int) -> str:
    """The address a firm gives; patterns 0–4: ``first.last`` ``flast`` ``first`` ``f.last`` ``last.first``."""
    first, last = slug(look.roman_first) or "info", slug(look.roman_last) or "office"
    local = (f"{first}.{last}", f"{first[0]}{last}", first, f"{first[0]}.{last}", f"{last}.{first}")[pattern % 5]
    return f"{local}@{look.company.domain}"


def private_address(rng: Dice, look: Look) -> str:
    first, last = slug(look.roman_first) or "me", slug(look.roman_last) or "home"
    year = f"{rng.between(60, 105) % 100:02d}"
    local = rng.one(
        (f"{first}.{last}{year}", f"{first}{last}{year}", f"{first[0]}.{last}{year}", f"{last}{first[0]}{year}")
    )
    local_mail = _LOCAL_WEBMAIL.get(look.culture.language)
    domain = local_mail if local_mail and rng.random() < 0.5 else rng.one(WEBMAIL)
    return f"{local}@{domain}"


_DOMESTIC_SALUTATIONS = (("Mr.",), ("Ms.", "Ms.", "Mrs."))


def invent(
    rng: Dice,
    phones: Phonebook,
    companies: dict[str, list[Company]],
    *,
    last: str = "",
    culture: Culture | None = None,
) -> Look:
    """A new human. ``last`` fixes the surname (Latin letters), ``culture`` the culture."""
    culture = culture or rng.one(_BY_WEIGHT)
    home = companies[culture.code]
    company = rng.one(home) if rng.random() < 0.88 else rng.one(companies[rng.one(CULTURES).code])
    for _ in range(6):
        male = rng.random() < 0.5
        first, roman_first = rng.one(culture.male if male else culture.female)
        written, roman_last = rng.one(culture.surnames)[0 if male else 1]
        if phones.hire(company.domain, roman_first, roman_last):
            break
    if culture.double:
        second = rng.one(culture.surnames)[0][0]
        written = roman_last = f"{written} {second}" if rng.random() < 0.7 else written
    if culture.own_script and rng.random() > culture.native:
        first, written = roman_first, roman_last
    if last:
        written = roman_last = last
        first = roman_first
    department, titles = rng.one(DEPARTMENTS)
    title = rng.one(titles)
    if rng.random() < 0.3 and culture.language in LOCAL_TITLES:
        title = rng.one(LOCAL_TITLES[culture.language])
    born = rng.between(1956, 2004)
    salutation = rng.one(_DOMESTIC_SALUTATIONS[0 if male else 1]) if rng.random() < 0.94 else rng.one(("Dr.", "Prof."))
    look = Look(
        culture=culture, male=male, first=first, last=written, roman_first=roman_first, roman_last=roman_last,
        salutation=salutation, company=company, company_name=company.name, title=title, department=department,
        email="", private="", phone=phones.number(rng, company.culture, mobile=False),
        mobile=phones.number(rng, culture, mobile=True), street=company.street, city=company.city, state=company.state,
        postal=company.postal, country=company.culture.country,
        birthdate=f"{born}-{rng.between(1, 13):02d}-{rng.between(1, 29):02d}",
    )  # fmt: skip
    look.email = phones.address(work_address(look, company.pattern))
    look.private = phones.address(private_address(rng, look))
    return look


def at_home(rng: Dice, look: Look, like: Look | None = None) -> None:
    """Move a look to a private address; to that of ``like`` when they live together."""
    if like is not None:
        look.street, look.city, look.state, look.postal, look.country = (
            like.street,
            like.city,
            like.state,
            like.postal,
            like.country,
        )
        return
    town = rng.one(look.culture.towns)
    look.street, look.city, look.state = street_of(rng, look.culture), town.city, town.state
    look.postal, look.country = postal_of(rng, town.postal), look.culture.country


def pick(rng: Dice, options: Sequence[str], share: float) -> str:
    """One of the options with probability ``share``, else nothing."""
    return rng.one(options) if rng.random() < share else ""
