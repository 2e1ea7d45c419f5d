"""Which pairs are worth a look: people who share at least one key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mergetui.matching.normal import Someone, skeleton, stem
from mergetui.matching.words import nickname_groups

LARGEST_GROUP = 60
"""Groups above this are left out, counted and reported: what more people share says little about two of them."""


@dataclass(frozen=True, slots=True)
class Blocks:
    pairs: tuple[tuple[int, int], ...]
    """Positions in the given order, the smaller first; sorted."""
    left_out: dict[str, int]
    """Kind of key → number of groups too large to be looked at."""


def block(people: Sequence[Someone], *, largest: int = LARGEST_GROUP) -> Blocks:
    groups: dict[tuple[str, str], list[int]] = {}
    for position, someone in enumerate(people):
        for key in set(keys(someone)):
            groups.setdefault(key, []).append(position)
    count = len(people)
    found: set[int] = set()
    left_out: dict[str, int] = {}
    for (kind, _), members in groups.items():
        size = len(members)
        if size < 2:
            continue
        if size > largest:
            left_out[kind] = left_out.get(kind, 0) + 1
            continue
        for index, first in enumerate(members):
            base = first * count
            for second in members[index + 1 :]:
                found.add(base + second)
    return Blocks(tuple(divmod(code, count) for code in sorted(found)), dict(sorted(left_out.items())))


def keys(someone: Someone) -> Iterator[tuple[str, str]]:
    """(kind, key) of one person; may repeat."""
    for email in someone.emails:
        yield "e-mail", email.whole
        if not email.role and len(email.local) >= 5:
            yield "mailbox name", email.local
    for phone in someone.phones:
        yield "phone", phone.digits[-8:]
    domains = {email.domain for email in someone.emails if not email.free}
    for name in someone.names:
        first, last = "".join(name.first), "".join(name.last)
        firsts = {name.first[0], *map(str, nickname_groups(name.first[0]))} if name.first else set()
        if first and last:
            yield "full name", " ".join(sorted((*name.first, *name.last)))
            yield "sound of the name", f"{skeleton(last)} {skeleton(first)}"
            yield "sound of the name", f"{skeleton(first)} {skeleton(last)}"
        for part in name.last:
            form = stem(part)
            for nick in firsts:
                yield "surname and first name", f"{form} {nick}"
            if first:
                yield "surname and initial", f"{skeleton(form)} {first[0]}"
            for company in someone.companies:
                yield "surname and company", f"{form[:5]} {company[:12]}"
            for domain in domains:
                yield "surname and domain", f"{form[:5]} {domain}"
            for postal_code in someone.postal_codes:
                yield "surname and postal code", f"{form[:4]} {postal_code}"
        for nick in firsts:
            for company in someone.companies:
                yield "first name and company", f"{nick} {company[:12]}"
            for domain in domains:
                yield "first name and domain", f"{nick} {domain}"
