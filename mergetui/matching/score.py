"""How likely two people are one human: additive evidence in log-odds, each piece with a sentence.

Weights are natural logarithms, rounded to one decimal, so that what is shown is exactly what is summed. Frequencies
come from the people themselves: what many share says little.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio, token_sort_ratio

from mergetui.matching.normal import Email, Name, Phone, Someone, name_order, skeleton, stem
from mergetui.matching.words import nickname_groups
from mergetui.records.people import Evidence

_WORDS = re.compile(r"[._-]+")

_DISAGREEING = ("other first", "other surname", "other", "scripts", "unclear")

Reason = tuple[str, str, float]
"""Field, sentence, weight."""

_FEWEST = 300
"""Smaller tables are judged as if they had so many people: namesakes come from the world, not from the table."""


class Scorer:
    """Judges pairs among ``people``; symmetric, and independent of their order."""

    def __init__(self, people: Sequence[Someone]) -> None:
        self._size = max(len(people), _FEWEST)
        self.prior = round(math.log(0.3 / self._size), 1)
        self._firsts = _count(part for one in people for part in {_joined(name.first) for name in one.names} if part)
        self._first_words = _count(part for one in people for part in {w for name in one.names for w in name.first})
        self._lasts = _count(part for one in people for part in {_joined(name.last) for name in one.names} if part)
        self._last_words = _count(part for one in people for part in {w for name in one.names for w in name.last})
        self._emails = _holders((email.whole, one) for one in people for email in one.emails)
        self._locals = _count(local for one in people for local in {email.local for email in one.emails})
        self._phones = _holders((phone.digits[-8:], one) for one in people for phone in one.phones)
        self._companies = _count(company for one in people for company in one.companies)
        self._domains = _count(domain for one in people for domain in _employers(one))
        self._known_names: dict[tuple[Name, Name], tuple[float, list[Reason], str]] = {}

    def log_odds(self, a: Someone, b: Someone) -> float:
        return round(math.fsum(weight for _, _, weight in self.reasons(a, b)), 1)

    def evidence(self, a: Someone, b: Someone) -> tuple[Evidence, ...]:
        """Prior first, then by weight."""
        found = [Evidence(*reason) for reason in self.reasons(a, b)]
        return (found[0], *sorted(found[1:], key=lambda one: (-abs(one.weight), one.field, one.sentence)))

    def reasons(self, a: Someone, b: Someone) -> list[Reason]:
        """The evidence for and against, the prior first. Weights of zero are left out."""
        if b.key < a.key:
            a, b = b, a
        found: list[Reason] = [("prior", f"doubt to begin with, among {self._size:,} people", self.prior)]
        names, named = self._best_names(a, b)
        found += names
        shared_email = self._email(a, b, found)
        carries = not shared_email and named in _DISAGREEING and (_carries(a, b) or _carries(b, a))
        if carries:
            found.append(("e-mail", "the e-mail of one is called after the other, or both alike", 5.0))
        shared_phone = self._phone(a, b, found)
        same_company = self._company(a, b, found)
        same_place = _place(a, b, found, same_company)
        if a.titles and b.titles and _alike(a.titles, b.titles, 90):
            found.append(("title", "same job title", 0.7))
        if a.gender and b.gender and a.gender != b.gender:
            found.append(("salutation", "one is addressed as a man, the other as a woman", -1.5))
        against = [weight for _, _, weight in found[1:] if weight < 0]
        together = _together(named, shared_email, shared_phone, same_place, same_company, carries, len(against))
        found += [("together", text, weight) for text, weight in together]
        return [(field, text, weight) for field, text, value in found if (weight := round(value, 1))]

    # names -----------------------------------------------------------------------------------------------------
    def _best_names(self, a: Someone, b: Someone) -> tuple[list[Reason], str]:
        """The best agreement among all spellings, and its kind: ``same``, ``other first``, ``other surname``,
        ``other``, ``scripts``, ``unclear``."""
        made = [self._names(name_a, name_b) for name_a in a.names for name_b in b.names]
        if not made:
            return [], "unclear"
        _, reasons, kind = max(made)
        return reasons, kind

    def _names(self, a: Name, b: Name) -> tuple[float, list[Reason], str]:
        if name_order(b) < name_order(a):
            a, b = b, a
        known = self._known_names.get((a, b))
        if known is None:
            known = self._compare_names(a, b)
            if known[0] < 2 and a.first and b.first:
                turned = self._compare_names(Name(a.last, a.first, a.suffix, a.foreign), b)
                if turned[0] - 1.0 > known[0] and turned[2] == "same":
                    reasons = [*turned[1], ("name", "first name and surname are swapped", -1.0)]
                    known = (turned[0] - 1.0, reasons, turned[2])
            self._known_names[a, b] = known
        return known

    def _compare_names(self, a: Name, b: Name) -> tuple[float, list[Reason], str]:
        scripts = a.foreign != b.foreign
        first, first_text, first_kind = self._first(a.first, b.first, scripts)
        last, last_text, last_kind = self._last(a.last, b.last, scripts)
        reasons: list[Reason] = []
        if first_text:
            reasons.append(("first name", first_text, first))
        if last_text:
            reasons.append(("surname", last_text, last))
        total = first + last
        if a.suffix != b.suffix:
            weight = -14.0 if a.suffix and b.suffix else -1.5
            text = "Jr/Sr differ: two generations" if weight < -2 else "only one has Jr or Sr"
            reasons.append(("suffix", text, weight))
            total += weight
        if first_kind == "differs":
            kind = "other first" if last_kind == "agrees" else "other"
        elif last_kind == "differs":
            kind = "other surname"
        elif scripts and "agrees" not in (first_kind, last_kind):
            kind = "scripts"
        else:
            kind = "same" if first_kind == last_kind == "agrees" else "unclear"
        return total, reasons, kind

    def _first(self, a: tuple[str, ...], b: tuple[str, ...], scripts: bool) -> tuple[float, str, str]:
        if not a or not b:
            return 0.0, "", "missing"
        whole_a, whole_b = _joined(a), _joined(b)
        if whole_a == whole_b or sorted(a) == sorted(b):
            if len(whole_a) == 1:
                return 1.0, "same initial", "missing"
            return self._rare(self._firsts, whole_a, 0.8, 5.5), "same first name", "agrees"
        if len(whole_a) == 1 or len(whole_b) == 1:
            if whole_a[0] == whole_b[0]:
                return 0.8, "first name fits the initial", "missing"
            return -3.5, "other initial", "differs"
        common = {word for word in a if len(word) > 1} & set(b)
        if common:
            weight = max(self._rare(self._first_words, word, 0.5, 4.5) for word in common)
            return weight, "first name contained", "agrees"
        if nickname_groups(a[0]) & nickname_groups(b[0]):
            weight = min(self._rare(self._first_words, word, 0.3, 4.0) for word in (a[0], b[0]))
            return weight, "short form of the same first name", "agrees"
        shorter, longer = sorted((whole_a, whole_b), key=lambda word: (len(word), word))
        if shorter in (_initials(a), _initials(b)):
            return 1.0, "first name fits the initials", "missing"
        if longer.startswith(shorter):
            if len(shorter) >= 3:
                return 2.0, "first name shortened", "agrees"
            return 1.0, "first name fits its beginning", "missing"
        near = JaroWinkler.similarity(whole_a, whole_b)
        if near >= 0.92 or (len(shorter) >= 4 and OSA.distance(whole_a, whole_b) == 1):
            return 2.5, "first name differs by a slip", "agrees"
        bones = skeleton(whole_a)
        if len(bones) >= 3 and bones == skeleton(whole_b):
            return 2.0, "first name sounds the same", "agrees"
        if near >= 0.85:
            return -0.5, "first names resemble each other", "missing"
        if scripts:
            return -1.5, "first names in different scripts cannot be compared well", "missing"
        return -6.0, "other first name", "differs"

    def _last(self, a: tuple[str, ...], b: tuple[str, ...], scripts: bool) -> tuple[float, str, str]:
        if not a or not b:
            return 0.0, "", "missing"
        whole_a, whole_b = _joined(a), _joined(b)
        if whole_a == whole_b:
            if len(whole_a) == 1:
                return 0.8, "same initial of the surname", "missing"
            return self._rare(self._lasts, whole_a, 0.9, 7.0), "same surname", "agrees"
        if len(whole_a) == 1 or len(whole_b) == 1:
            if whole_a[0] == whole_b[0]:
                return 0.8, "surname fits the initial", "missing"
            return -3.0, "other initial of the surname", "differs"
        common = {word for word in a if len(word) > 1} & set(b)
        if common:
            weight = max(self._rare(self._last_words, word, 0.4, 5.0) for word in common)
            if not set(a) <= set(b) and not set(b) <= set(a):
                return weight - 4.0, "one of two surnames agrees", "missing"
            return weight, "surname contained", "agrees"
        if stem(whole_a) == stem(whole_b):
            weight = min(self._rare(self._lasts, word, 0.5, 5.0) for word in (whole_a, whole_b))
            return weight, "same surname in another form", "agrees"
        near = JaroWinkler.similarity(whole_a, whole_b)
        if near >= 0.93 or (min(len(whole_a), len(whole_b)) >= 5 and OSA.distance(whole_a, whole_b) == 1):
            return 3.5, "surname differs by a slip", "agrees"
        bones = skeleton(whole_a)
        if len(bones) >= 3 and bones == skeleton(whole_b):
            return 3.0, "surname sounds the same", "agrees"
        if near >= 0.86:
            return 0.3, "surnames resemble each other", "missing"
        if scripts:
            return -1.5, "surnames in different scripts cannot be compared well", "missing"
        return -4.0, "other surname", "differs"

    def _rare(self, counts: Counter[str], word: str, agreeing: float, most: float) -> float:
        """How much agreement on ``word`` says: ``agreeing`` is how often two records of one human agree so."""
        share = (counts[word] + 1) / (self._size + 200)
        return min(most, max(0.3, math.log(agreeing / share)))

    # other fields ----------------------------------------------------------------------------------------------
    def _email(self, a: Someone, b: Someone, found: list[Reason]) -> bool:
        """True when an address is shared that is not a role's."""
        if not a.emails or not b.emails:
            return False
        addresses = {email.whole: email for email in a.emails}
        shared = [addresses[email.whole] for email in b.emails if email.whole in addresses]
        if shared:
            best = min(shared, key=lambda email: (email.role, self._emails[email.whole], email.whole))
            holders = self._emails[best.whole]
            if best.role:
                found.append(("e-mail", "same role mailbox", 1.5))
                return False
            text = "same e-mail" if holders < 3 else f"same e-mail, shared by {holders} people"
            found.append(("e-mail", text, _thinned(8.5, holders)))
            return True
        weight, text = max(self._two_emails(x, y, a, b) for x in a.emails for y in b.emails)
        found.append(("e-mail", text, weight))
        return False

    def _two_emails(self, x: Email, y: Email, a: Someone, b: Someone) -> tuple[float, str]:
        if x.local == y.local and not x.role and len(x.local) >= 4:
            if _spells_name(x.local, a) or _spells_name(x.local, b):
                return 0.6, "same mailbox name, made of the name, at another domain"
            return _thinned(4.5, self._locals[x.local]), "same mailbox name at another domain"
        numbers = _digits(x.local) != _digits(y.local)
        if x.domain == y.domain and not x.free and numbers and _letters(x.local) == _letters(y.local):
            return -6.0, "numbered mailboxes at one company: it tells two people apart"
        if _spells_name(x.local, a) and _spells_name(y.local, b) and x.domain == y.domain and not x.free:
            return -0.8, "two mailboxes at one company"
        if (
            x.domain == y.domain
            and x.local[0] == y.local[0]
            and min(len(x.local), len(y.local)) >= 6
            and OSA.distance(x.local, y.local) == 1
            and not numbers
        ):
            return 4.0, "e-mail differs by a slip"
        if x.domain == y.domain and not x.free and not x.role and not y.role:
            return -0.8, "two mailboxes at one company"
        return -0.5, "different e-mail"

    def _phone(self, a: Someone, b: Someone, found: list[Reason]) -> bool:
        if not a.phones or not b.phones:
            return False
        holders = [self._phones[x.digits[-8:]] for x in a.phones for y in b.phones if _same_phone(x, y)]
        if not holders:
            several = len(a.phones) > 1 and len(b.phones) > 1
            found.append(("phone", "different phones" if several else "different phone", -2.5 if several else -0.5))
            return False
        fewest = min(holders)
        text = "same phone" if fewest < 3 else f"same phone, shared by {fewest} people"
        found.append(("phone", text, _thinned(6.0, fewest)))
        return True

    def _company(self, a: Someone, b: Someone, found: list[Reason]) -> bool:
        shared = set(a.companies) & set(b.companies)
        domains = _employers(a) & _employers(b)
        if shared:
            weight = max(self._rare(self._companies, name, 0.6, 3.5) for name in shared)
            found.append(("company", "same company", weight))
            return True
        if a.companies and b.companies and _alike(a.companies, b.companies, 92):
            counts = [self._rare(self._companies, name, 0.4, 3.0) for name in (*a.companies, *b.companies)]
            found.append(("company", "same company, written differently", min(counts)))
            return True
        if domains:
            weight = max(self._rare(self._domains, domain, 0.5, 3.0) for domain in domains)
            found.append(("company", "e-mail at the same company", weight))
            return True
        if a.companies and b.companies:
            found.append(("company", "different company", -0.8))
        return False


def _together(
    named: str, email: bool, phone: bool, place: bool, company: bool, carries: bool, against: int
) -> list[tuple[str, float]]:
    """What pieces of evidence mean only together; ``against`` counts those that speak against."""
    if named in ("other first", "other"):
        found = []
        if email:
            found.append(("one mailbox, two first names: a shared mailbox", -6.0))
        if (phone or place) and not carries:
            found.append(("other first name, same phone or house: family or colleagues", -2.5))
        return found
    if named == "other surname" and phone and company and not email and not carries:
        return [("other surname, same company and phone: perhaps its switchboard", -3.0)]
    if named == "same" and not (email or phone or place or company) and against:
        return [("the name agrees and nothing else does: namesakes", -3.0)]
    return []


def probability(log_odds: float) -> float:
    if log_odds >= 0:
        return 1 / (1 + math.exp(-log_odds))
    odds = math.exp(log_odds)
    return odds / (1 + odds)


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def _place(a: Someone, b: Someone, found: list[Reason], same_company: bool) -> bool:
    """True for the same street address, unless it is only their company's."""
    if any(_same_street(x, y) for x in a.streets for y in b.streets):
        found.append(("address", "same street", 0.4 if same_company else 1.8))
        return not same_company
    if set(a.postal_codes) & set(b.postal_codes):
        found.append(("address", "same postal code", 0.4 if same_company else 1.2))
    elif set(a.cities) & set(b.cities):
        found.append(("address", "same city", 0.4))
    elif a.countries and b.countries and not set(a.countries) & set(b.countries):
        found.append(("address", "different country", -0.8))
    elif a.cities and b.cities:
        found.append(("address", "different city", -0.3))
    return False


def _same_street(x: str, y: str) -> bool:
    return _digits(x) == _digits(y) and token_sort_ratio(x, y, score_cutoff=90) >= 90


def _thinned(weight: float, holders: int) -> float:
    """Two holders are the pair itself; each doubling beyond takes a part of the weight away."""
    return weight if holders <= 2 else max(0.5, weight - 2.0 * math.log2(holders - 1))


def _same_phone(x: Phone, y: Phone) -> bool:
    """The last nine digits agree, or the whole of a shorter national number."""
    if x.digits[-8:] != y.digits[-8:]:
        return False
    least = min(len(x.digits), len(y.digits), 9)
    return x.digits[-least:] == y.digits[-least:]


def _spells_name(local: str, someone: Someone) -> bool:
    """Whether a mailbox is called after its owner, in this or another romanisation."""
    words = _words(local)
    letters = _letters(local)
    for name in someone.names:
        for part in (*name.first, *name.last):
            if len(part) > 2 and part in letters:
                return True
            if len(part) > 3 and any(len(word) > 3 and JaroWinkler.similarity(part, word) >= 0.85 for word in words):
                return True
    return False


def _carries(owner: Someone, other: Someone) -> bool:
    """Whether a mailbox of ``owner`` is called after a name of ``other`` that its owner does not bear (any more), or
    is made of the same words as one of ``other``'s."""
    own = {part for name in owner.names for part in (*name.first, *name.last)}
    borne = {part for name in other.names if not name.foreign for part in (*name.first, *name.last)}
    wanted = {
        part for part in borne if len(part) > 3 and not any(part in mine or stem(part) == stem(mine) for mine in own)
    }
    for email in owner.emails:
        if email.role:
            continue
        if any(part in _letters(email.local) for part in wanted):
            return True
        words = _words(email.local)
        if any(not one.role and _called_alike(words, _words(one.local)) for one in other.emails):
            return True
    return False


def _called_alike(one: list[str], other: list[str]) -> bool:
    """``golab.tomasz`` and ``tomasz.golab``; ``t.kuo`` and ``tsunghan.kuo``; but not two single words."""
    if "".join(sorted("".join(one))) == "".join(sorted("".join(other))) and len("".join(one)) >= 6:
        return True
    if len(one) != 2 or len(other) != 2:
        return False
    common = [word for word in one if word in other and len(word) > 2]
    if not common:
        return False
    left = one[1 - one.index(common[0])]
    right = other[1 - other.index(common[0])]
    return left[0] == right[0] and 1 in (len(left), len(right))


def _words(local: str) -> list[str]:
    return [letters for word in _WORDS.split(local) if (letters := _letters(word))]


def _initials(words: tuple[str, ...]) -> str:
    return "".join(word[0] for word in words) if len(words) > 1 else ""


@lru_cache(1 << 15)
def _letters(text: str) -> str:
    return "".join(sign for sign in text if sign.isalpha())


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _employers(someone: Someone) -> set[str]:
    return {email.domain for email in someone.emails if not email.free}


def _alike(one: Sequence[str], other: Sequence[str], least: int) -> bool:
    return any(token_set_ratio(x, y, score_cutoff=least) >= least for x in one for y in other)


def _joined(words: tuple[str, ...]) -> str:
    return "".join(words)


def _holders(held: Iterable[tuple[str, Someone]]) -> dict[str, int]:
    """How many differently named people hold a value, told apart by their initials: a human's own duplicates hold it
    under one name."""
    found: dict[str, set[str]] = {}
    for value, one in held:
        known = [name for name in one.names if not name.foreign]
        initials = {"".join(sorted(part[0][0] for part in (name.first, name.last) if part)) for name in known}
        found.setdefault(value, set()).update(initials)
    return {value: len(initials) for value, initials in found.items()}


def _count(values: Iterable[str]) -> Counter[str]:
    return Counter(values)
