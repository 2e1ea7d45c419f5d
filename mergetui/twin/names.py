"""What a culture gives its people: names, towns, telephone numbers, companies. The data is in ``names_*``.

Data is written as words between spaces. ``_`` stands for a space inside a name, ``native:Roman`` gives a name in its
own script with its usual romanisation, ``Male/Female`` a name that changes with the person's gender.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

Name = tuple[str, str]
"""(as written, in Latin letters); both the same for names in Latin script."""


@dataclass(frozen=True, slots=True)
class Town:
    city: str
    state: str
    postal: str
    """Postal code; ``#`` is any digit."""


@dataclass(frozen=True, slots=True)
class Culture:
    code: str
    country: str
    language: str
    region: str
    weight: int
    male: tuple[Name, ...]
    female: tuple[Name, ...]
    surnames: tuple[tuple[Name, Name], ...]
    """(for men, for women)."""
    towns: tuple[Town, ...]
    streets: tuple[str, ...]
    """``#`` is the house number."""
    dial: str
    trunk: str
    """What is dialled before a national number; empty where nothing is."""
    land: tuple[str, ...]
    mobile: tuple[str, ...]
    """Number patterns without country code; ``#`` is any digit. Reserved for fiction where such ranges exist."""
    legal: tuple[str, ...]
    words: tuple[Name, ...]
    trades: tuple[Name, ...]
    double: bool
    """Two surnames, the father's and the mother's."""
    native: float
    """Share of people recorded in their own script."""

    @property
    def own_script(self) -> bool:
        return self.native > 0


def culture(
    code: str, country: str, language: str, region: str, *, male: str, female: str, surnames: str, towns: str,
    streets: str, dial: str, land: str, mobile: str, legal: str, words: str, trades: str, trunk: str = "0",
    weight: int = 2, double: bool = False, native: float = 0.0,
) -> Culture:  # fmt: skip
    """A Culture from compact text (see the module's docstring). Towns: ``City,State,Postal|…``; legal forms,
    streets and number patterns are parted by ``|``."""
    return Culture(
        code=code, country=country, language=language, region=region, weight=weight,
        male=_names(male), female=_names(female),
        surnames=tuple(_both(word) for word in surnames.split()),
        towns=tuple(Town(*part.split(",")) for part in towns.split("|")),
        streets=tuple(streets.split("|")), dial=dial, trunk=trunk,
        land=tuple(land.split("|")), mobile=tuple(mobile.split("|")), legal=tuple(legal.split("|")),
        words=_names(words), trades=_names(trades), double=double, native=native,
    )  # fmt: skip


def _names(text: str) -> tuple[Name, ...]:
    return tuple(_name(word) for word in text.split())


def _both(word: str) -> tuple[Name, Name]:
    his, _, hers = word.partition("/")
    return _name(his), _name(hers or his)


def _name(word: str) -> Name:
    written, _, roman = word.replace("_", " ").partition(":")
    return written, roman or written


_LETTERS = str.maketrans({
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "ß": "ss", "đ": "d", "Đ": "D", "ı": "i", "æ": "ae", "Æ": "Ae",
    "þ": "th", "Þ": "Th", "ð": "d", "œ": "oe", "ə": "e", "’": "'", "ʼ": "'", "ʻ": "'",
})  # fmt: skip


@lru_cache(maxsize=65536)
def without_marks(text: str) -> str:
    """Latin text without its accents: ``Łukasz Wójcik`` → ``Lukasz Wojcik``. Other scripts stay."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(char for char in plain if not unicodedata.combining(char))


@lru_cache(maxsize=65536)
def slug(text: str) -> str:
    """Letters and digits for an address or a domain, lower case: ``D'Souza & Co`` → ``dsouzaco``."""
    return "".join(char for char in without_marks(text).lower() if char.isascii() and char.isalnum())


NICKNAMES: dict[str, tuple[str, ...]] = {
    full: tuple(nicks.split())
    for full, nicks in (
        line.split("=")
        for line in """Robert=Bob Rob
William=Bill Will
Elizabeth=Liz Beth
Katherine=Kate Kathy
Michael=Mike
Thomas=Tom
James=Jim Jamie
Margaret=Maggie Peg
Jennifer=Jen
Christopher=Chris
Anthony=Tony
Patricia=Pat Trish
Edward=Ed Ted
Richard=Rick Dick
Charles=Charlie Chuck
Susan=Sue
Rebecca=Becky
Andrew=Andy Drew
Daniel=Dan Danny
Matthew=Matt
Joseph=Joe
Benjamin=Ben
Samuel=Sam
Alexander=Alex Sasha
Victoria=Vicky
Deborah=Debbie
Steven=Steve
Gregory=Greg
Nicholas=Nick
Jonathan=Jon
Kenneth=Ken
Timothy=Tim
Pádraig=Paddy
Seán=Shane
Siobhán=Shiv
Francisco=Paco
José=Pepe
Guadalupe=Lupe
María Teresa=Maite
Ignacio=Nacho
Eduardo=Edu
João=Joãozinho
Giuseppe=Beppe Pino
Francesca=Franca
Alessandro=Sandro
Jean-Pierre=JP
Frédéric=Fred
Véronique=Véro
Maximilian=Max
Katharina=Kathi
Johannes=Hannes
Friedrich=Fritz
Aleksandra=Ola
Małgorzata=Gosia
Katarzyna=Kasia
Tomasz=Tomek
Łukasz=Luki
Aleksandr=Sasha
Ekaterina=Katya
Dmitri=Dima
Mariia=Masha
Oleksandr=Sashko
Kateryna=Katia
László=Laci
Erzsébet=Bözsi
Konstantinos=Kostas
Dimitrios=Dimitris
Eleni=Lena
Georgios=Giorgos
Mehmet=Memo
Wilhelmina=Mina
Johan=Joop
Cornelis=Kees
Magnus=Mange
Kristoffer=Kris
Yosef=Yossi
Avraham=Avi
Subramaniam=Subbu
Venkatesh=Venky
Olumide=Olu
Oluwaseun=Seun
Chukwuemeka=Emeka
Muhammad=Mohd
Abigail=Abby""".splitlines()
    )
}
