"""Why two rows are believed to be one human, in words: for each piece of evidence a sentence and its weight."""

from __future__ import annotations

import numpy as np

from mergetui.matching import compare as c
from mergetui.matching import compare_names as n
from mergetui.matching.coding import Codes, Floats
from mergetui.matching.crowd import FEWEST, Crowd
from mergetui.matching.rules import Rules
from mergetui.matching.score import FIELDS, NEVER, prior, weighed
from mergetui.records.people import Evidence

_HALF = {
    n.SAME: "same {0}", n.CONTAINED: "{0} contained", n.NICK: "short or other form of the {0}",
    n.INITIAL: "{0} fits the initial", n.BEGINNING: "{0} shortened", n.SLIP: "{0} differs by a slip",
    n.SOUND: "{0} sounds the same", n.ALIKE: "{0} resembles", n.LIKE_INITIAL: "other {0}", n.OTHER: "other {0}",
    n.OTHER_INITIAL: "other initial of the {0}", n.SCRIPTS: "{0} in another script",
    n.INITIALS: "same initial of the {0}",
    n.FORM: "{0} in another form", n.HALF: "one of two {0}s agrees",
}  # fmt: skip
_MAIL = {
    c.SAME_MAIL: "same e-mail", c.SAME_ROLE: "same role mailbox", c.NEAR_DOMAIN: "same mailbox at a mistyped domain",
    c.SAME_LOCAL: "same mailbox name at another domain",
    c.SAME_LOCAL_NUMBERED: "same mailbox name and number at another domain",
    c.MAIL_SLIP: "e-mail differs by a slip", c.TURNED_LOCAL: "mailbox of the same letters in another order",
    c.NUMBERED: "mailboxes differ by a number", c.LETTERS_ALIKE: "mailbox of the same letters at another domain",
    c.ALIKE_THERE: "mailbox called alike at the same domain",
    c.ALIKE_ELSEWHERE: "mailbox called alike at another domain",
    c.SAME_EMPLOYER: "two mailboxes at one company", c.ROLE_AND_OWN: "a role mailbox beside a personal one",
    c.SAME_PROVIDER: "different e-mail at the same provider", c.OTHER_MAIL: "different e-mail",
}  # fmt: skip
_PHONE = {
    c.SAME_PHONE: "same phone", c.SAME_END: "phones end alike", c.PHONE_SLIP: "phone differs by a digit",
    c.SAME_MOBILE: "same mobile", c.SAME_AND_OTHER: "one phone is the same, the others differ",
    c.OTHER_PHONE: "different phone", c.OTHER_PHONES: "different phones",
}  # fmt: skip
_COMPANY = {
    c.SAME_COMPANY: "same company", c.SAME_DOMAIN: "same company by e-mail or web domain",
    c.ALIKE_COMPANY: "same company, written differently", c.SAME_HEAD: "companies begin alike",
    c.OTHER_COMPANY: "different company",
}  # fmt: skip
_PLACE = {
    c.SAME_STREET: "same street", c.ALIKE_STREET: "same street, written differently", c.SAME_POSTAL: "same postal code",
    c.SAME_CITY: "same city", c.OTHER_STREET: "other street in the same city", c.SAME_COUNTRY: "same country",
    c.OTHER_CITY: "different city", c.OTHER_COUNTRY: "different country",
}  # fmt: skip
_TITLE = {c.SAME_TITLE: "same job title", c.ALIKE_TITLE: "similar job title", c.OTHER_TITLE: "different job title"}
_GENDER = {1: "addressed alike", 2: "one is addressed as a man, the other as a woman"}
_SUFFIX = {1: "same suffix", 2: "only one has Jr, Sr or a number", 3: "Jr/Sr differ: two generations"}
_NAMED = ("the names agree", "half of the name agrees", "the names are unclear", "the names differ")


def evidence(one: Crowd, rules: Rules, a: Codes, b: Codes, own: Floats, others: Floats) -> list[tuple[Evidence, ...]]:
    """Per pair the prior, then by weight. ``own``: the pairs' own log-odds; ``others``: what third rows add."""
    compared = c.compare(one, a, b)
    weights = weighed(compared, rules.factors)
    table = {name: values.tolist() for name, values in weights.items()}
    sentences = _sentences(one, compared)
    doubt = f"doubt to begin with, among {max(one.rows, FEWEST):,} records"
    found: list[tuple[Evidence, ...]] = []
    ruled = [(name, codes[a].tolist(), codes[b].tolist()) for name, codes in rules.keys]
    for place in range(len(a)):
        pieces = [
            Evidence(name, sentences[name][place], table[name][place]) for name in FIELDS if table[name][place] != 0
        ]
        for name, x, y in ruled:
            if x[place] >= 0 and y[place] >= 0:
                text = f"same {name}" if x[place] == y[place] else f"different {name}"
                pieces.append(Evidence(name, text, 0.0))
        if others[place] > 0:
            pieces.append(Evidence("others", "both agree with a third of the set", float(others[place])))
        elif others[place] < 0:
            pieces.append(Evidence("others", "a third speaks against it", float(others[place])))
        left = round(float(own[place] + others[place]) - prior() - sum(piece.weight for piece in pieces), 1)
        if left:
            text = "a pair that was ruled out" if own[place] <= NEVER else "a key that decides"
            pieces.append(Evidence("rule", text, left))
        pieces.sort(key=lambda piece: (-abs(piece.weight), piece.field, piece.sentence))
        found.append((Evidence("prior", doubt, prior()), *pieces))
    return found


def _sentences(one: Crowd, compared: c.Compared) -> dict[str, list[str]]:
    names = compared.names
    chance = np.exp(names.chance)
    kind = names.kind.tolist()
    named = c.named_of(names.kind).tolist()
    name = [
        _name(first, last, whole, expected)
        for first, last, whole, expected in zip(
            names.first.tolist(), names.last.tolist(), kind, chance.tolist(), strict=True
        )
    ]
    return {
        "name": name,
        "salutation": _told(_GENDER, compared.gender),
        "suffix": _told(_SUFFIX, compared.suffix),
        "e-mail": _shared(_told(_MAIL, compared.mail), compared, "mail people"),
        "phone": _shared(_told(_PHONE, compared.phone), compared, "phone people"),
        "company": _told(_COMPANY, compared.company),
        "address": _told(_PLACE, compared.place),
        "title": _told(_TITLE, compared.title),
        "together": [_together(value, index) for value, index in zip(named, _index(compared), strict=True)],
    }


def _told(words: dict[int, str], levels: n.Levels) -> list[str]:
    return [words.get(level, "missing on one side") for level in levels.tolist()]


def _index(compared: c.Compared) -> list[int]:
    return next(term.index.tolist() for term in compared.terms if term.name == "together")


def _shared(texts: list[str], compared: c.Compared, name: str) -> list[str]:
    """Says by how many differently named people a shared value is held."""
    people = next(term.times for term in compared.terms if term.name == name)
    assert people is not None
    return [
        f"{text}, shared by {round(float(np.exp(count)))} names" if count > 0.5 else text
        for text, count in zip(texts, people.tolist(), strict=True)
    ]


def _name(first: int, last: int, kind: int, expected: float) -> str:
    if kind >= n.SWAPPED:
        text = "first name and surname are swapped"
    else:
        halves = [_HALF[level].format(half) for level, half in ((first, "first name"), (last, "surname")) if level]
        text = ", ".join(halves) or "a name is missing"
    if kind in (n.BOTH_AGREE, n.SWAPPED) and expected >= 2:
        text += f"; about {expected:,.0f} would be called so by chance"
    return text


def _together(named: int, index: int) -> str:
    agree, differ = index % 25 // 5, index % 5
    if named == 0 and agree == 0:
        return f"{_NAMED[0]} and nothing else does: perhaps namesakes"
    if named == 3 and agree:
        return f"{_NAMED[3]} though {_count(agree, 'field agrees', 'fields agree')}: perhaps family or colleagues"
    return f"{_NAMED[named]}, {_count(agree, 'field agrees', 'fields agree')}, {_count(differ, 'differs', 'differ')}"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
