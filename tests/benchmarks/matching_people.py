"""Labelled CRM people for measuring the matcher: invented humans, written down several times by careless hands.

A profile says how careless. Name pools are the twin's cultures (narrow: many namesakes) and, where the package
``faker`` is installed, its locales (wide). Everything follows from (profile, size, seed).
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mergetui.twin.names import NICKNAMES, Culture, slug, without_marks
from tests.benchmarks.matching_pools import (
    FREE,
    KEYS,
    PLACEHOLDERS,
    SOURCES,
    TITLES,
    TRANSLATED,
    more_nicknames,
    narrow_pools,
    wide_pools,
)  # fmt: skip
from tests.benchmarks.matching_profiles import PROFILES, TRAPS, Profile

COLUMNS = (
    "id", "source", "object", "salutation", "first_name", "last_name", "email", "secondary_email", "phone", "mobile",
    "company", "title", "website", "street", "city", "state", "postal_code", "country", "lead_source", "created_at",
    "updated_at",
)  # fmt: skip


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
            nicks = NICKNAMES.get(h.first[1]) or more_nicknames().get(h.first[1].lower())
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
                f"+{dial} (0){national}" if trunk == "0" else f"+{dial}-{national.replace(' ', '-')}",
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
