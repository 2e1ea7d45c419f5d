"""All people at once, as numbers: what blocking and comparing look at."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mergetui.matching.coding import Codes, Table, Wide, counts
from mergetui.matching.contact import Mails, Phones, mails, phones
from mergetui.matching.firm import (
    Texts,
    companies,
    countries,
    domain_labels,
    employers,
    sites,
    squeezed,
    streets,
    titles,
)
from mergetui.matching.folding import words
from mergetui.matching.names import Names, full_name, named_rows
from mergetui.matching.words import FEMALE, MALE

MAILS = 3
PHONES = 3
"""So many different addresses and numbers of one row are looked at."""
FEWEST = 3000
"""Smaller tables are judged as if they had so many people: namesakes come from the world, not from the table."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """One entry per row in every column; -1 = missing. Tables of distinct values stand beside them."""

    rows: int
    names: Names
    first: Codes
    last: Codes
    full: Wide
    suffix: Codes
    far: Codes
    gender: Codes
    """0 unknown, 1 man, 2 woman."""
    mails: Mails
    mail: list[Codes]
    phones: Phones
    phone: list[Codes]
    company_texts: Texts
    company: Codes
    employer: list[Codes]
    """Company, domains of the first two addresses and of the web site, in one numbering."""
    title_texts: Texts
    title: Codes
    street_texts: Texts
    street: Codes
    postal: Codes
    city: Codes
    state: Codes
    country: Codes
    held: dict[str, Wide] = field(default_factory=dict)
    """How often each distinct value stands in the rows, and by how many differently named people it is held."""


def crowd(table: Table) -> Crowd:
    """``table`` gives its columns away."""
    rows = table.rows
    mail_table, mail = mails([table.take("email"), table.take("secondary_email")], MAILS)
    named = named_rows(table.take("first_name"), table.take("last_name"), mail_table, mail[0])
    gender_texts, gender = table.take("salutation")
    genders = np.array([_gender(text) for text in words(gender_texts)], np.int32)[gender]
    phone_table, phone = phones(table.take("phone"), table.take("mobile"), PHONES)
    company_texts, company, squeezed_names = companies(*table.take("company"))
    site_texts, site = table.take("website")
    domains = np.append(mail_table.domain, np.int32(-1))
    labels = domain_labels(mail_table.domains.tolist())
    employer = employers(
        [squeezed_names, labels, labels, domain_labels(sites(site_texts))],
        [company, domains[mail[0]], domains[mail[1]], site],
    )
    title_texts, title = titles(*table.take("title"))
    street_texts, street = streets(*table.take("street"))
    made = Crowd(
        rows, named.names, named.first, named.last, full_name(named), named.suffix, named.far.astype(np.int32), genders,
        mail_table, mail, phone_table, phone, company_texts, company, employer, title_texts, title, street_texts,
        street, squeezed(*table.take("postal_code")), squeezed(*table.take("city")), squeezed(*table.take("state")),
        countries(*table.take("country")),
    )  # fmt: skip
    _count(made)
    return made


def _gender(text: str) -> int:
    for word in text.split():
        if word in MALE:
            return 1
        if word in FEMALE:
            return 2
    return 0


def _count(one: Crowd) -> None:
    held = one.held
    names = len(one.names.texts)
    whole = np.append(one.names.whole, np.int32(-1))
    sizes = int(one.names.whole.max(initial=-1)) + 1
    held["first"] = counts([whole[one.first]], sizes)[one.names.whole] if names else np.zeros(0, np.int64)
    held["last"] = counts([whole[one.last]], sizes)[one.names.whole] if names else np.zeros(0, np.int64)
    held["mail"] = counts(one.mail, len(one.mails.local))
    held["phone"] = counts(one.phone, len(one.phones.digits))
    locals_ = np.append(one.mails.local, np.int32(-1))
    per_local = counts([locals_[column] for column in one.mail], int(one.mails.local.max(initial=-1)) + 1)
    held["local"] = per_local[one.mails.local] if len(one.mails.local) else per_local
    keys = np.append(one.company_texts.key, np.int32(-1))
    per_key = counts([keys[one.company]], int(one.company_texts.key.max(initial=-1)) + 1)
    held["company"] = per_key[one.company_texts.key] if len(one.company_texts.key) else per_key
    held["title"] = counts([one.title], len(one.title_texts.texts))
    held["street"] = counts([one.street], len(one.street_texts.texts))
    for name in ("postal", "city", "country"):
        column: Codes = getattr(one, name)
        held[name] = counts([column], int(column.max(initial=-1)) + 1)
    initials = _initials(one)
    held["mail people"] = _people(one.mail, initials, len(one.mails.local))
    held["phone people"] = _people(one.phone, initials, len(one.phones.digits))
    _, inverse, namesakes = np.unique(one.full, return_inverse=True, return_counts=True)
    held["namesakes"] = namesakes[inverse]


def _initials(one: Crowd) -> Wide:
    """People told apart by the initials of their names, in whatever order: a human's own rows seldom differ there."""
    initial = np.append(one.names.initial, np.int32(0)).astype(np.int64) % 128
    a, b = initial[one.first], initial[one.last]
    return np.minimum(a, b) * 128 + np.maximum(a, b)


def _people(columns: list[Codes], initials: Wide, size: int) -> Wide:
    """By how many differently named people each value is held; at least 1."""
    both = [column[column >= 0].astype(np.int64) << 15 | initials[column >= 0] for column in columns]
    distinct = np.unique(np.concatenate(both))
    return np.maximum(np.bincount(distinct >> 15, minlength=size), 1)
