"""Labelled CRM people for measuring the matcher: invented humans, written down several times by careless hands.

A profile says how careless. Name pools are the twin's cultures (narrow: many namesakes) and, where the package
``faker`` is installed, its locales (wide). Everything follows from (profile, size, seed).
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from mergetui.twin.names import NICKNAMES, Culture, slug, without_marks
from mergetui.twin.names_asia import ASIA
from mergetui.twin.names_europe import EUROPE
from mergetui.twin.names_south import SOUTH

COLUMNS = (
    "id", "source", "object", "salutation", "first_name", "last_name", "email", "secondary_email", "phone", "mobile",
    "company", "title", "website", "street", "city", "state", "postal_code", "country", "lead_source", "created_at",
    "updated_at",
)  # fmt: skip


@dataclass(frozen=True)
class Profile:
    """Rates are shares of records unless said otherwise."""

    name: str
    copies: tuple[float, ...] = (55, 30, 10, 4, 1)
    """Weights of one, two, … records per human."""
    wide: float = 0.5
    """Share of people named from faker's pools."""
    middle: float = 0.1
    missing: dict[str, float] = field(default_factory=dict)
    nickname: float = 0.12
    initial: float = 0.05
    name_typo: float = 0.06
    swapped: float = 0.02
    script: float = 0.2
    """Of people with a script of their own: written in the other one."""
    unaccented: float = 0.15
    loud: float = 0.08
    maiden: float = 0.02
    double: float = 0.3
    """Of double surnames: only one is written."""
    whole_name: float = 0.01
    titled: float = 0.02
    private: float = 0.35
    """The e-mail is a private one."""
    role: float = 0.03
    alias: float = 0.05
    mistyped: float = 0.04
    other_pattern: float = 0.1
    private_free: float = 0.6
    """Of private mailboxes: called after something else than the full name or carrying a number."""
    switchboard: float = 0.25
    extension: float = 0.1
    reformat: float = 0.6
    phone_slot: float = 0.2
    """Mobile in the phone field or the other way round."""
    phone_typo: float = 0.02
    other_phone: float = 0.1
    job_change: float = 0.15
    """Of humans."""
    company_variant: float = 0.4
    company_size: float = 12.0
    """People per company on average; sizes are skewed."""
    home: float = 0.15
    """The address is the private one."""
    street_variant: float = 0.4
    moved: float = 0.08
    families: float = 0.06
    """Of humans: live in one house with another of that surname."""
    family_mail: float = 0.25
    placeholder: float = 0.02
    suffix: float = 0.01
    title_variant: float = 0.4
    thin: float = 0.12
    """Only a name and an e-mail, and sometimes the company."""
    synced: float = 0.2
    """Copied from the human's record before, with what was entered since changed or missing."""
    traps: float = 0.08
    """Of humans: followed by somebody who is easily taken for them (see TRAPS)."""


TRAPS = (
    "namesake at the firm", "first name at the firm", "first name at the firm", "first name at the firm",
    "first name at the firm", "surname at the firm", "junior", "house", "house", "house",
)  # fmt: skip

MISSING = {
    "salutation": 0.6, "first_name": 0.03, "last_name": 0.01, "email": 0.12, "secondary_email": 0.9, "phone": 0.35,
    "mobile": 0.55, "company": 0.15, "title": 0.35, "website": 0.7, "street": 0.5, "city": 0.3, "state": 0.6,
    "postal_code": 0.5, "country": 0.25, "lead_source": 0.3,
}  # fmt: skip


def _m(**rates: float) -> dict[str, float]:
    return {**MISSING, **rates}


PROFILES = {
    one.name: one
    for one in (
        Profile("office", missing=_m()),
        Profile("narrow", missing=_m(), wide=0.0, copies=(40, 35, 15, 7, 3), families=0.1, middle=0.04, traps=0.12),
        Profile(
            "sparse",
            thin=0.3, synced=0.05, missing=_m(email=0.3, phone=0.6, mobile=0.75, company=0.3, street=0.85, city=0.6, postal_code=0.8,
                       country=0.5, title=0.6, first_name=0.06),
            copies=(60, 30, 8, 2), wide=0.6,
        ),
        Profile(
            "dirty",
            synced=0.05, missing=_m(email=0.2), nickname=0.2, name_typo=0.16, swapped=0.05, mistyped=0.09, alias=0.12,
            phone_typo=0.05, company_variant=0.7, street_variant=0.7, placeholder=0.06, initial=0.08, maiden=0.05,
            job_change=0.25, loud=0.15, title_variant=0.7, traps=0.08, wide=0.4, copies=(45, 35, 14, 5, 1),
        ),
        Profile(
            "forms",
            thin=0.25, missing=_m(phone=0.6, mobile=0.5, company=0.55, street=0.75, title=0.7, website=0.95, city=0.5),
            private=0.75, role=0.01, switchboard=0.1, home=0.6, copies=(65, 25, 7, 3), wide=0.8, families=0.1,
            job_change=0.05,
        ),
        Profile(
            "enterprise",
            synced=0.4, missing=_m(email=0.08, phone=0.2, company=0.05, street=0.3, city=0.15, postal_code=0.3, title=0.2),
            private=0.12, switchboard=0.5, company_size=60.0, home=0.02, job_change=0.25, role=0.05, wide=0.3,
            other_pattern=0.2, traps=0.12, copies=(50, 35, 10, 5),
        ),
        Profile(
            "rich",
            thin=0.0, synced=0.1, missing=_m(email=0.04, phone=0.1, mobile=0.3, company=0.06, street=0.15, city=0.08, postal_code=0.15,
                       country=0.05, title=0.1, secondary_email=0.7, salutation=0.3),
            copies=(70, 24, 5, 1), wide=0.5, name_typo=0.1, nickname=0.15, mistyped=0.06, other_phone=0.2,
            moved=0.15, private=0.4, traps=0.1,
        ),
        # kept out of fitting: only the last word on the others' fit
        Profile(
            "unseen",
            thin=0.2, synced=0.15, missing=_m(email=0.18, phone=0.4, mobile=0.45, company=0.22, street=0.6, city=0.35, postal_code=0.45,
                       country=0.35, title=0.45, first_name=0.02, secondary_email=0.85),
            copies=(58, 27, 9, 4, 2), nickname=0.16, name_typo=0.09, swapped=0.03, private=0.45, switchboard=0.35,
            company_size=25.0, job_change=0.2, role=0.04, wide=0.25, families=0.08, traps=0.09, mistyped=0.05, alias=0.08,
        ),
    )
}  # fmt: skip

FAKER_LOCALES = ["en_US", "en_GB", "de_DE", "fr_FR", "es_ES", "es_MX", "it_IT", "nl_NL", "pt_BR", "pt_PT", "pl_PL", "cs_CZ", "sv_SE", "no_NO", "da_DK", "fi_FI", "hu_HU", "ro_RO", "ru_RU", "uk_UA", "el_GR", "tr_TR", "ar_AA", "fa_IR", "he_IL", "hi_IN", "ta_IN", "ja_JP", "zh_CN", "ko_KR", "vi_VN", "id_ID", "en_IN", "en_NG", "hr_HR", "bg_BG"]
_FAKER_CULTURES = {"en": "us", "zh": "cn", "ar": "ae", "el": "gr", "cs": "cz", "sv": "se", "ja": "jp", "ko": "kr"}


@dataclass(frozen=True)
class Pool:
    """Names of one culture: (written, Roman)."""

    culture: Culture
    male: tuple[tuple[str, str], ...]
    female: tuple[tuple[str, str], ...]
    surnames: tuple[tuple[tuple[str, str], tuple[str, str]], ...]
    skew: float
    """1 = all alike; higher: the first names of the lists are much more frequent."""


@lru_cache(1)
def narrow_pools() -> tuple[Pool, ...]:
    return tuple(Pool(c, c.male, c.female, c.surnames, 1.3) for c in (*EUROPE, *ASIA, *SOUTH))


@lru_cache(1)
def wide_pools() -> tuple[Pool, ...]:
    """From faker; the narrow ones where it is not installed."""
    try:
        from anyascii import anyascii
        from faker import Faker
    except ImportError:
        return narrow_pools()
    cultures = {c.code: c for c in (*EUROPE, *ASIA, *SOUTH)}
    by_country = {c.code: c for c in cultures.values()}

    def pair(text: str) -> tuple[str, str]:
        return text, text if text.isascii() or not any(ord(s) > 0x24F for s in text) else anyascii(text).title()

    made = []
    for locale in FAKER_LOCALES:
        faker = Faker(locale)
        provider = next(p for p in faker.get_providers() if "person" in type(p).__module__)

        def names(attribute: str, other: str, provider: object = provider) -> tuple[tuple[str, str], ...]:
            found = getattr(provider, attribute, None) or getattr(provider, other, ())
            return tuple(pair(str(name)) for name in list(found)[:1500])

        male = names("first_names_male", "first_names")
        female = names("first_names_female", "first_names")
        his, hers = names("last_names_male", "last_names"), names("last_names_female", "last_names")
        if min(len(male), len(female), len(his)) < 10:
            continue
        hers = hers if len(hers) == len(his) else his
        country = locale.split("_")[1].lower()
        culture = by_country.get(country) or by_country.get(_FAKER_CULTURES.get(locale[:2], ""), cultures["us"])
        order = random.Random(locale)
        both = list(zip(his, hers, strict=True))
        order.shuffle(both)
        made.append(Pool(culture, male, female, tuple(both), 2.0))
    return tuple(made)


@dataclass
class Company:
    name: str
    stem: str
    roman: str
    legal: str
    domain: str
    pattern: int
    switchboard: str
    street: str
    city: str
    state: str
    postal: str
    culture: Culture


@dataclass
class Job:
    company: Company
    title: str
    email: str
    direct: str


@dataclass
class Human:
    number: int
    culture: Culture
    male: bool
    first: tuple[str, str]
    last: tuple[str, str]
    maiden: tuple[str, str]
    middle: str
    suffix: str
    jobs: list[Job]
    private: list[str]
    mobile: str
    other_phone: str
    homes: list[tuple[str, str, str, str]]


FREE = ["gmail.com", "gmail.com", "gmail.com", "gmail.com", "hotmail.com", "outlook.com", "yahoo.com", "icloud.com", "gmx.de", "web.de", "orange.fr", "libero.it", "mail.ru", "wp.pl", "qq.com", "naver.com", "yahoo.co.uk", "live.com", "protonmail.com", "aol.com"]
TITLES = ["CEO;Chief Executive Officer", "CTO;Chief Technology Officer", "VP Sales;Vice President, Sales", "Head of Marketing;Marketing Lead", "Sales Manager;Sales Mgr", "Account Executive;AE", "Software Engineer;Developer", "Office Manager;Office Mgr.", "Managing Director;MD", "Buyer;Procurement Specialist", "HR Manager;Human Resources Manager", "Consultant;Senior Consultant", "Project Manager;PM", "Owner;Founder", "Finance Director;CFO", "Operations Manager;Ops Manager", "IT Manager;Head of IT", "Accountant;Senior Accountant", "Product Manager;Product Lead", "Assistant;Executive Assistant", "Engineer;Senior Engineer", "Analyst;Business Analyst", "Director;Dir.", "Partner;Managing Partner"]
TRANSLATED = {
    "street": ("St", "St."),
    "road": ("Rd", "Rd."),
    "avenue": ("Ave", "Av."),
    "straße": ("str.", "strasse"),
    "lane": ("Ln", "Ln."),
    "suite": ("Ste", "#"),
    "calle": ("C/", "C."),
    "rue": ("R.", "r."),
}
SOURCES = ("Web", "Trade Show", "Referral", "Purchased List", "Advertisement", "Partner", "Other")
PLACEHOLDERS = ("[not provided]", "n/a", "Unknown", "-", "test", "none", "xxx", "N/A", ".")
KEYS = {
    "a": "sqz",
    "e": "wrd",
    "i": "uok",
    "o": "ipl",
    "n": "bm",
    "r": "et",
    "s": "ad",
    "t": "ry",
    "l": "k",
    "m": "n",
    "c": "xv",
    "d": "sf",
}


def typo(rng: random.Random, word: str) -> str:
    if len(word) < 3:
        return word
    at = rng.randrange(0 if rng.random() < 0.1 else 1, len(word) - 1)
    kind = rng.randrange(5)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[: at + 1] + word[at:]
    if kind == 3:
        return word[:at] + rng.choice("aeiourstnl") + word[at:]
    return word[:at] + rng.choice(KEYS.get(word[at].lower(), "aeiorst")) + word[at + 1 :]


class World:
    def __init__(self, profile: Profile, seed: int) -> None:
        self.p = profile
        self.rng = random.Random(f"{profile.name}/{seed}")
        self.companies: list[Company] = []
        self.domains: set[str] = set()
        self.numbers: set[str] = set()

    # things -------------------------------------------------------------------------------------------------------
    def phone(self, culture: Culture, mobile: bool) -> str:
        """Digits drawn freely: as many as real numbers have, not only those reserved for fiction."""
        rng = self.rng
        pattern = rng.choice(culture.mobile if mobile else culture.land)
        digits = sum(c.isdigit() or c == "#" for c in pattern)
        head = re.sub(r"\D", "", pattern)[: 3 if mobile else 2]
        body = "".join(str(rng.randrange(10)) for _ in range(max(digits - len(head), 5)))
        return f"+{culture.dial} {head} {body[:3]} {body[3:]}"

    def town(self, culture: Culture) -> tuple[str, str, str]:
        rng = self.rng
        town = rng.choice(culture.towns)
        postal = re.sub("#", lambda _: str(rng.randrange(10)), town.postal)
        return town.city, town.state, re.sub(r"\b[A-Z]\b(?=\w)", lambda m: m[0], postal)

    def street(self, culture: Culture) -> str:
        rng = self.rng
        stem = rng.choice(culture.streets)
        if rng.random() < 0.6:  # the twin's few streets would make half the world neighbours
            word = rng.choice(rng.choice(narrow_pools()).surnames)[0][1]
            words = stem.split(" ")
            at = max(range(len(words)), key=lambda n: len(words[n]) * words[n].isalpha())
            words[at] = word + ("straße" if "stra" in stem else "")
            stem = " ".join(words)
        return re.sub("#", lambda _: str(rng.randrange(1, 200)), stem)

    def company(self, culture: Culture) -> Company:
        rng = self.rng
        word, trade = rng.choice(culture.words), rng.choice(culture.trades)
        kind = rng.random()
        if kind < 0.45:
            other = rng.choice(culture.surnames)[0]
            stem, roman = f"{other[0]} {trade[0]}", f"{other[1]} {trade[1]}"
        elif kind < 0.65:
            one, two = rng.choice(culture.surnames)[0], rng.choice(culture.surnames)[0]
            stem, roman = f"{one[0]} & {two[0]}", f"{one[1]} & {two[1]}"
        else:
            city = rng.choice(culture.towns).city
            stem, roman = f"{word[0]} {trade[0]} {city}", f"{word[1]} {trade[1]} {city}"
        legal = rng.choice(culture.legal)
        base = slug(roman)[:18] or "firma"
        tld = rng.choice(("com", "com", "net", culture.code, f"co.{culture.code}"))
        domain = f"{base}.{tld}"
        while domain in self.domains:
            domain = f"{base}{rng.randrange(1000)}.{tld}"
        self.domains.add(domain)
        city, state, postal = self.town(culture)
        return Company(
            f"{stem} {legal}", stem, roman, legal, domain, rng.randrange(6), self.phone(culture, False),
            self.street(culture), city, state, postal, culture,
        )  # fmt: skip

    def direct(self, company: Company) -> str:
        """Colleagues' numbers mostly differ in their last digits only."""
        rng = self.rng
        if rng.random() < 0.3:
            return self.phone(company.culture, False)
        return company.switchboard[:-3] + f"{rng.randrange(1000):03d}"

    def employer(self, culture: Culture) -> Company:
        rng = self.rng
        if self.companies and rng.random() > 1 / self.p.company_size:
            for _ in range(12):  # earlier companies are larger
                company = self.companies[int(len(self.companies) * rng.random() ** 1.6)]
                if company.culture is culture or rng.random() < 0.1:
                    return company
        made = self.company(culture)
        self.companies.append(made)
        return made

    def local(self, first: str, last: str, pattern: int) -> str:
        f, n = slug(first) or "x", slug(last) or "y"
        return (f"{f}.{n}", f"{f[0]}{n}", f"{f}", f"{f[0]}.{n}", f"{n}.{f}", f"{f}_{n}", f"{f}{n}")[pattern % 7]

    def work_email(self, first: str, last: str, company: Company, pattern: int) -> str:
        local = base = self.local(first, last, pattern)
        n = 1
        while f"{local}@{company.domain}" in self.numbers:
            n += 1
            local = f"{base}{n}"
        self.numbers.add(f"{local}@{company.domain}")
        return f"{local}@{company.domain}"

    def private_email(self, first: str, last: str, culture: Culture) -> str:
        rng = self.rng
        local = self.local(first, last, rng.choice((0, 0, 1, 3, 4, 5, 6)))
        if rng.random() < self.p.private_free:
            local += rng.choice(
                (str(rng.randrange(40, 110) % 100).zfill(2), str(rng.randrange(1950, 2006)), str(rng.randrange(1000)))
            )
            if rng.random() < 0.15:
                local = (
                    rng.choice(("sunny", "biker", "love", "real", "the", "cool", "star", "travel", "tiger"))
                    + local[-6:]
                )
        domain = rng.choice(FREE)
        while f"{local}@{domain}" in self.numbers:
            local += str(rng.randrange(10))
        self.numbers.add(f"{local}@{domain}")
        return f"{local}@{domain}"

    # people -------------------------------------------------------------------------------------------------------
    def human(self, number: int, kin: Human | None = None, trap: str = "") -> Human:
        """``kin``: lives in his house; ``trap``: shares something else with him (see TRAPS)."""
        rng, p = self.rng, self.p
        pools = wide_pools() if rng.random() < p.wide else narrow_pools()
        if kin is None:
            pool = rng.choices(pools, [one.culture.weight for one in pools])[0]
        else:
            pool = next((one for one in pools if one.culture is kin.culture), narrow_pools()[0])
        culture = pool.culture if kin is None else kin.culture
        male = rng.random() < 0.5

        def pick(names: tuple[object, ...]) -> object:
            return names[int(len(names) * rng.random() ** pool.skew)]

        first = pick(pool.male if male else pool.female)
        last = pick(pool.surnames)[0 if male else 1]  # type: ignore[index]
        maiden = pick(pool.surnames)[0 if male else 1]  # type: ignore[index]
        if trap in ("namesake at the firm", "first name at the firm", "junior") and kin is not None:
            first, male = kin.first, kin.male
        if kin is not None and trap != "first name at the firm":
            last = kin.last
        elif culture.double and rng.random() < 0.7:
            other = pick(pool.surnames)[0]  # type: ignore[index]
            last = (f"{last[0]} {other[0]}", f"{last[1]} {other[1]}")
        middle = pick(pool.male if male else pool.female)[1] if rng.random() < p.middle else ""  # type: ignore[index]
        suffix = ""
        if trap == "junior" and kin is not None:
            suffix, kin.suffix = rng.choice(("Jr", "Jr.", "II")), rng.choice(("Sr", "Sr.", ""))
        elif rng.random() < p.suffix:
            suffix = rng.choice(("Jr.", "III", "II"))
        if (
            rng.random() > (culture.native * 1.2 if culture.own_script else 0.5)
            and not first[0].isascii()
            and any(ord(s) > 0x24F for s in first[0])
        ):
            native_first = False
        else:
            native_first = True
        if not native_first:
            first, last = (first[1], first[1] if len(first) == 2 else first[0]), (last[1], last[1])
            maiden = (maiden[1], maiden[1])
        jobs = []
        for _ in range(1 + (rng.random() < p.job_change)):
            company = self.employer(culture)
            if kin is not None and (trap.endswith("firm") or rng.random() < (0.6 if trap == "junior" else 0.15)):
                company = kin.jobs[-1].company
            email = self.work_email(first[1], last[1], company, company.pattern)
            jobs.append(Job(company, rng.choice(TITLES), email, self.direct(company)))
        private = [self.private_email(first[1], last[1], culture) for _ in range(1 + (rng.random() < 0.25))]
        homes = [(self.street(culture), *self.town(culture)) for _ in range(1 + (rng.random() < p.moved))]
        made = Human(
            number, culture, male, first, last, maiden, middle, suffix, jobs, private, self.phone(culture, True),
            self.phone(culture, rng.random() < 0.5), homes,
        )  # fmt: skip
        if kin is not None and trap.endswith("firm") and rng.random() < 0.5:
            for one in (made, kin):  # both are reached through the switchboard only
                one.jobs[-1].direct = one.jobs[-1].company.switchboard
        if kin is not None and not trap.endswith("firm"):
            made.homes = list(kin.homes)
            made.other_phone = kin.other_phone
            at_home = trap == "house" or rng.random() < 0.4
            if at_home:  # they give the number of the house wherever they are asked for one
                for one in (made, kin):
                    for job in one.jobs:
                        job.direct = kin.other_phone
            if rng.random() < (0.6 if trap == "house" else p.family_mail):
                if rng.random() < 0.4:
                    kin.private = [self.private_email("family", last[1], culture)]
                made.private = list(kin.private)
        return made

    # records ------------------------------------------------------------------------------------------------------
    def names(self, h: Human) -> tuple[str, str]:
        rng, p = self.rng, self.p
        form = 1 if rng.random() < p.script else 0
        first, last = h.first[form], h.last[form]
        if rng.random() < p.maiden and not h.male:
            last = rng.choice((h.maiden[form], f"{last}-{h.maiden[form]}"))
        elif " " in last and rng.random() < p.double:
            last = last.split(" ")[rng.random() < 0.2]
        roll = rng.random()
        if roll < p.nickname:
            nicks = NICKNAMES.get(h.first[1]) or _more_nicknames().get(h.first[1].lower())
            if nicks:
                first = rng.choice(nicks)
        elif roll < p.nickname + p.initial:
            first = first[0] + rng.choice((".", ""))
        elif h.middle and rng.random() < 0.6:
            first = f"{first} {h.middle}" if rng.random() < 0.6 else f"{first} {h.middle[0]}."
        if rng.random() < p.name_typo:
            if rng.random() < 0.5:
                first = typo(rng, first)
            else:
                last = typo(rng, last)
        if rng.random() < p.unaccented:
            first, last = without_marks(first), without_marks(last)
        if rng.random() < p.loud:
            first, last = rng.choice(
                ((first.upper(), last.upper()), (first.lower(), last.lower()), (first, last.upper()))
            )
        if h.suffix and rng.random() < 0.8:
            last = f"{last} {h.suffix}"
        if rng.random() < p.titled:
            first = rng.choice(("Dr. ", "Prof. ", "Mr ", "Dipl.-Ing. ")) + first
        if rng.random() < p.swapped:
            first, last = last, first
        if rng.random() < p.whole_name:
            first, last = rng.choice((("", f"{first} {last}"), (f"{first} {last}", "")))
        return first, last

    def email(self, h: Human, job: Job) -> tuple[str, str]:
        rng, p = self.rng, self.p
        work, private = job.email, rng.choice(h.private)
        if rng.random() < p.other_pattern:
            domain = work.partition("@")[2]
            work = f"{self.local(h.first[1], h.last[1], rng.randrange(7))}@{domain}"
        one, two = (private, work) if rng.random() < p.private else (work, private)
        if rng.random() < p.role:
            one = f"{rng.choice(('info', 'sales', 'office', 'contact', 'kontakt', 'admin'))}@{job.company.domain}"
        local, _, domain = one.partition("@")
        if rng.random() < p.alias:
            if domain == "gmail.com" and rng.random() < 0.5 and len(local) > 5:
                local = local.replace(".", "") if "." in local else f"{local[:3]}.{local[3:]}"
            else:
                local += "+" + rng.choice(("news", "crm", "shop", "work", "test1"))
        roll = rng.random()
        if roll < p.mistyped * 0.6:
            domain = _mistyped(rng, domain)
        elif roll < p.mistyped:
            local = typo(rng, local)
        one = f"{local}@{domain}"
        return (one.upper() if rng.random() < 0.02 else one.title() if rng.random() < 0.02 else one), two

    def written_phone(self, number: str, extension: bool) -> str:
        rng, p = self.rng, self.p
        dial, _, national = number[1:].partition(" ")
        if rng.random() < p.phone_typo:
            at = rng.randrange(4, len(national))
            national = national[:at] + str(rng.randrange(10)) + national[at + 1 :]
        digits = national.replace(" ", "")
        if rng.random() < p.reformat:
            trunk = "" if dial in ("1", "34", "39", "45", "47") else "8" if dial == "7" else "0"
            number = rng.choice((
                f"+{dial}{digits}", f"{trunk}{national}", f"{trunk}{digits}", f"00{dial} {national}",
                f"+{dial} ({trunk or digits[0]}){national}" if trunk == "0" else f"+{dial}-{national.replace(' ', '-')}",
                f"({digits[:3]}) {digits[3:6]}-{digits[6:]}" if dial == "1" else f"{trunk}{national.replace(' ', '-')}",
                f"{dial}{digits}",
            ))  # fmt: skip
        else:
            number = f"+{dial} {national}"
        if extension:
            number += rng.choice((" ext. ", " x", " ext ", "-")) + str(rng.randrange(10, 500))
        return number

    def written_company(self, c: Company) -> str:
        rng = self.rng
        if rng.random() > self.p.company_variant:
            return c.name
        kind = rng.randrange(9)
        if kind == 0:
            return c.stem
        if kind == 1:
            return f"{c.stem} {rng.choice(c.culture.legal)}"
        if kind == 2:
            return c.name.upper()
        if kind == 3:
            return c.roman
        if kind == 4:
            return without_marks(c.name).replace("&", "and")
        if kind == 5:
            return f"{c.stem} {rng.choice(('Group', 'Holding', 'International', c.culture.country, 'Europe'))}"
        if kind == 6:
            return typo(rng, c.name)
        if kind == 7:
            words = c.roman.split()
            return "".join(w[0] for w in words if w[0].isalpha()) if len(words) > 2 else words[0]
        return c.name.replace(" ", "  ").lower()

    def record(self, h: Human) -> dict[str, str]:
        rng, p = self.rng, self.p
        job = rng.choice(h.jobs)
        company = job.company
        row = dict.fromkeys(COLUMNS, "")
        source = "salesforce" if rng.random() < 0.6 else "hubspot"
        row["source"] = source
        row["object"] = "contact" if source == "hubspot" else rng.choice(("Lead", "Contact"))
        row["salutation"] = rng.choice(("Mr.", "Mr", "Herr")) if h.male else rng.choice(("Ms.", "Mrs.", "Frau"))
        row["first_name"], row["last_name"] = self.names(h)
        row["email"], row["secondary_email"] = self.email(h, job)
        board = rng.random() < p.switchboard
        land = company.switchboard if board else job.direct
        mobile = h.mobile
        if rng.random() < p.other_phone:
            land, board = h.other_phone, False
        if rng.random() < p.phone_slot:
            land, mobile = mobile, land
        row["phone"] = self.written_phone(land, board and rng.random() < p.extension)
        row["mobile"] = self.written_phone(mobile, False)
        row["company"] = self.written_company(company)
        row["title"] = rng.choice(job.title.split(";")) if rng.random() < p.title_variant else job.title.split(";")[0]
        row["website"] = rng.choice(("https://www.", "www.", "http://", "")) + company.domain
        if rng.random() < p.home:
            row["street"], row["city"], row["state"], row["postal_code"] = rng.choice(h.homes)
        else:
            row["street"], row["city"] = company.street, company.city
            row["state"], row["postal_code"] = company.state, company.postal
        if rng.random() < p.street_variant:
            words = row["street"].split(" ")
            row["street"] = " ".join(rng.choice(TRANSLATED.get(w.lower(), (w,))) for w in words)
            if rng.random() < 0.15:
                row["street"] = typo(rng, row["street"])
        row["country"] = rng.choice((h.culture.country, h.culture.country, h.culture.code.upper()))
        row["lead_source"] = rng.choice(SOURCES)
        created = 1_500_000_000 + rng.randrange(250_000_000)
        row["created_at"] = str(created * 1000)
        row["updated_at"] = str((created + rng.randrange(30_000_000)) * 1000)
        for column, rate in p.missing.items():
            if rng.random() < rate:
                row[column] = rng.choice(PLACEHOLDERS) if rng.random() < p.placeholder else ""
        if not (row["first_name"] or row["last_name"] or row["email"] or row["phone"] or row["mobile"]):
            row["email"] = job.email
        return row


def _mistyped(rng: random.Random, domain: str) -> str:
    head, _, tail = domain.partition(".")
    kind = rng.randrange(3)
    if kind == 0 and tail.startswith("com"):
        return f"{head}.{rng.choice(('con', 'co', 'cm', 'comm', 'ocm'))}"
    return f"{typo(rng, head)}.{tail}"


@lru_cache(1)
def _more_nicknames() -> dict[str, tuple[str, ...]]:
    """Short forms beyond the twin's; spelled here anew so that the matcher's own list is not tested with itself."""
    text = """michael=mick,mikey;john=johnny,jack;christina=chris,tina;kimberly=kim;jessica=jess;jacob=jake;joshua=josh
david=dave;stephen=steve;philip=phil;ronald=ron;donald=don;lawrence=larry;frederick=fred;theresa=terry;pamela=pam
barbara=barb;cynthia=cindy;amanda=mandy;natalie=nat;stephanie=steph;melissa=mel;alexandra=alex;gabriel=gabe
zachary=zach;nathan=nate;vincent=vince;raymond=ray;eugene=gene;leonard=leo;antonio=tono;manuel=manolo;dolores=lola
concepcion=concha;wolfgang=wolf;ulrich=uli;juergen=jogi;sabine=bine;andreas=andi;matthias=matze;stefan=steff
piotr=piotrek;agnieszka=aga;joanna=asia;krzysztof=krzysiek;magdalena=magda;zofia=zosia;ivan=vanya;sergey=seryozha
vladimir=vova;tatiana=tanya;natalia=natasha;anastasia=nastya;giovanni=gianni;luigi=gigi;nicolas=nico;sebastien=seb
sebastian=basti;philippe=phil;valerie=val;isabelle=isa;rafael=rafa;santiago=santi;federico=fede;lorenzo=lollo"""
    return {
        full: tuple(nick.title() for nick in nicks.split(","))
        for full, _, nicks in (entry.partition("=") for entry in re.split(r"[;\n]", text))
    }


def people(profile: str, size: int, seed: int) -> Iterator[tuple[dict[str, str], int]]:
    """``size`` records in mixed order with the number of their human."""
    world = World(PROFILES[profile], seed)
    rng, copies = world.rng, PROFILES[profile].copies
    made: list[tuple[dict[str, str], int]] = []
    number = 0
    kin: Human | None = None
    trap = ""
    while len(made) < size:
        human = world.human(number, kin, trap)
        # written down only when whoever follows has changed what they share
        trap = rng.choice(TRAPS) if rng.random() < world.p.traps else ""
        if kin is not None:
            made += _written(world, kin, copies)
        number += 1
        if trap or rng.random() < world.p.families:
            kin = human
        else:
            kin = None
            made += _written(world, human, copies)
    made = made[:size]
    rng.shuffle(made)
    for place, (row, _) in enumerate(made):
        row["id"] = f"r{place:07d}"
    yield from made


def _written(world: World, human: Human, copies: tuple[float, ...]) -> list[tuple[dict[str, str], int]]:
    rng, p = world.rng, world.p
    made: list[dict[str, str]] = []
    for _ in range(1 + rng.choices(range(len(copies)), copies)[0]):
        row = world.record(human)
        if made and rng.random() < p.synced:
            before = rng.choice(made)
            for column, text in before.items():
                if column not in ("source", "object", "created_at", "updated_at") and rng.random() > 0.12:
                    row[column] = text
        elif rng.random() < p.thin and row["email"]:
            kept = {"source", "object", "first_name", "last_name", "email", "created_at", "updated_at"}
            kept |= {"company"} if rng.random() < 0.5 else set()
            row = {column: text if column in kept else "" for column, text in row.items()}
        made.append(row)
    return [(row, human.number) for row in made]


def write(path: Path, profile: str, size: int, seed: int) -> None:
    """``path`` gets the table, ``path`` + ``.truth`` the human's number per row."""
    with path.open("w", newline="", encoding="utf-8") as out, Path(f"{path}.truth").open("w") as truth:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        for row, number in people(profile, size, seed):
            writer.writerow(row)
            truth.write(f"{number}\n")


def table(folder: Path, profile: str, size: int, seed: int) -> Path:
    """The table's path; made when it is not there yet."""
    path = folder / f"{profile}-{size}-{seed}.csv"
    if not Path(f"{path}.truth").exists():
        folder.mkdir(parents=True, exist_ok=True)
        write(path, profile, size, seed)
    return path
