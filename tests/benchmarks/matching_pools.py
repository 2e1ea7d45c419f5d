"""Where invented people's names come from: the twin's cultures, and faker's locales where it is installed."""

# ruff: noqa: SIM905 - a split text is read and changed more easily than hundreds of quoted words

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from functools import lru_cache

from mergetui.twin.names import Culture
from mergetui.twin.names_asia import ASIA
from mergetui.twin.names_europe import EUROPE
from mergetui.twin.names_south import SOUTH

FAKER_LOCALES = (
    "en_US en_GB de_DE fr_FR es_ES es_MX it_IT nl_NL pt_BR pt_PT pl_PL cs_CZ sv_SE no_NO da_DK fi_FI "
    "hu_HU ro_RO ru_RU uk_UA el_GR tr_TR ar_AA fa_IR he_IL hi_IN ta_IN ja_JP zh_CN ko_KR vi_VN id_ID "
    "en_IN en_NG hr_HR bg_BG"
).split()
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


@lru_cache(1)
def more_nicknames() -> dict[str, tuple[str, ...]]:
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


FREE = (
    "gmail.com gmail.com gmail.com gmail.com hotmail.com outlook.com yahoo.com icloud.com gmx.de web.de "
    "orange.fr libero.it mail.ru wp.pl qq.com naver.com yahoo.co.uk live.com protonmail.com aol.com"
).split()
TITLES = (
    "CEO;Chief Executive Officer|CTO;Chief Technology Officer|VP Sales;Vice President, Sales|Head of "
    "Marketing;Marketing Lead|Sales Manager;Sales Mgr|Account Executive;AE|Software "
    "Engineer;Developer|Office Manager;Office Mgr.|Managing Director;MD|Buyer;Procurement Specialist|HR "
    "Manager;Human Resources Manager|Consultant;Senior Consultant|Project "
    "Manager;PM|Owner;Founder|Finance Director;CFO|Operations Manager;Ops Manager|IT Manager;Head of "
    "IT|Accountant;Senior Accountant|Product Manager;Product Lead|Assistant;Executive "
    "Assistant|Engineer;Senior Engineer|Analyst;Business Analyst|Director;Dir.|Partner;Managing Partner"
).split("|")
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
