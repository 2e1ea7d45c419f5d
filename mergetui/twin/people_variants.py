"""The ways one human comes to be written down twice: nicknames, typos, other addresses, other telephone formats."""

from __future__ import annotations

from mergetui.twin.names import NICKNAMES, without_marks
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_look import Look, Phonebook, work_address
from mergetui.twin.people_work import SHORT_TITLES

STYLES = ("same", "nickname", "initial", "typo", "maiden", "script", "swapped", "plain", "loud", "short")
_STYLE_WEIGHTS = (14, 18, 14, 16, 5, 14, 5, 9, 5, 5)
_NEIGHBOURS = {"a": "s", "e": "r", "i": "o", "n": "m", "r": "t", "s": "a", "t": "r", "l": "k", "o": "p", "u": "i"}


def variant(
    rng: Dice, phones: Phonebook, look: Look, *, email: str = "private", style: str = "", clear: bool = False
) -> Look:
    """The same human as another record has them. ``email``: ``same``, ``private``, ``work`` (another spelling at the
    firm), ``tagged`` or ``none``. ``clear``: nothing that makes the two hard to recognise."""
    other = look.copy()
    style = style or rng.choices(STYLES, _STYLE_WEIGHTS)[0]
    if clear and style in ("maiden", "swapped", "short"):
        style = "nickname"
    _rename(rng, other, style)
    _readdress(rng, phones, look, other, email)
    telling = style in ("same", "nickname", "typo", "plain", "loud")
    other.phone = reformat(rng, look.phone, look.company.culture.dial, look.company.culture.trunk)
    other.mobile = reformat(rng, look.mobile, look.culture.dial, look.culture.trunk)
    if not clear:
        drop = rng.random()
        if drop < 0.3:
            other.phone = ""
        elif drop < 0.6:
            other.mobile = ""
        elif drop < 0.7 and telling:
            other.phone = phones.number(rng, look.company.culture, mobile=False)
            other.mobile = ""
        if not (other.phone or other.mobile) and not telling:
            other.phone = look.phone
    other.company_name = company_spelling(rng, look)
    if rng.random() < 0.45:
        other.title = other_title(rng, look.title)
    if rng.random() < 0.4:
        other.street = other.postal = other.state = ""
    return other


def _rename(rng: Dice, look: Look, style: str) -> None:
    first, last = look.first, look.last
    if style == "nickname":
        nicks = NICKNAMES.get(look.roman_first)
        look.first = rng.one(nicks) if nicks and first == look.roman_first else first
        if look.first == first:
            style = "typo" if first.isascii() else "plain"
    if style == "script":
        if (first, last) != (look.roman_first, look.roman_last):
            look.first, look.last = look.roman_first, look.roman_last
        else:
            own = _native(look)
            if own:
                look.first, look.last = own
            else:
                style = "plain"
    if style == "initial":
        look.first = first[0] + ("." if rng.random() < 0.6 else "")
    elif style == "short":
        look.last = last[0] if look.last.isascii() else last
    elif style == "typo":
        if rng.random() < 0.5 and len(first) > 4:
            look.first = typo(rng, first)
        else:
            look.last = typo(rng, last)
    elif style == "maiden":
        born = rng.one(look.culture.surnames)[0 if look.male else 1]
        native = first != look.roman_first
        maiden = born[0] if native else born[1]
        look.last = maiden if rng.random() < 0.5 else f"{last}-{maiden}"
    elif style == "swapped":
        look.first, look.last = last, first
    elif style == "plain":
        look.first, look.last = without_marks(first), without_marks(last)
    elif style == "loud":
        look.first, look.last = (first.upper(), last.upper()) if rng.random() < 0.5 else (first.lower(), last.lower())


def _native(look: Look) -> tuple[str, str] | None:
    """The name in its own script, when both halves are known in it."""
    if not look.culture.own_script:
        return None
    given = look.culture.male if look.male else look.culture.female
    first = next((native for native, roman in given if roman == look.roman_first), None)
    last = next(
        (
            pair[0 if look.male else 1][0]
            for pair in look.culture.surnames
            if pair[0 if look.male else 1][1] == look.roman_last
        ),
        None,
    )
    return (first, last) if first and last else None


def typo(rng: Dice, word: str) -> str:
    """One slip of the finger inside the word; words under four letters stay."""
    if len(word) < 4:
        return word
    place = rng.between(1, len(word) - 1)
    kind = rng.below(4)
    if kind == 0:
        return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    if kind == 1:
        return word[:place] + word[place + 1 :]
    if kind == 2:
        return word[:place] + word[place] + word[place:]
    return word[:place] + _NEIGHBOURS.get(word[place], word[place]) + word[place + 1 :]


def _readdress(rng: Dice, phones: Phonebook, look: Look, other: Look, email: str) -> None:
    if email == "same":
        return
    if email == "none":
        other.email = ""
    elif email == "private":
        other.email = look.private
    elif email == "tagged":
        local, _, domain = look.private.partition("@")
        other.email = phones.address(f"{local}+{rng.one(('news', 'travel', 'shop'))}@{domain}")
    else:
        other.email = phones.address(work_address(look, look.company.pattern + 1 + rng.below(3)))


def reformat(rng: Dice, number: str, dial: str, trunk: str) -> str:
    """The same telephone number as another hand writes it."""
    if not number:
        return ""
    prefix = f"+{dial} "
    if not number.startswith(prefix):
        return number
    national = number[len(prefix) :]
    kind = rng.below(6)
    if kind == 0:
        return "+" + "".join(char for char in number if char.isdigit())
    if kind == 1:
        return trunk + national if dial != "1" else f"({national[:3]}) {national[4:].replace(' ', '-')}"
    if kind == 2:
        return trunk + national.replace(" ", "") if dial != "1" else national.replace(" ", ".")
    if kind == 3:
        return f"00{dial} {national}" if dial != "1" else f"1-{national.replace(' ', '-')}"
    if kind == 4:
        return f"+{dial} (0){national}" if trunk == "0" else f"+{dial}-{national.replace(' ', '-')}"
    return number


def company_spelling(rng: Dice, look: Look) -> str:
    """Another spelling of the employer; sometimes nothing at all."""
    company = look.company
    kind = rng.below(8)
    if kind <= 1:
        return company.name
    if kind == 2:
        return company.stem
    if kind == 3:
        return f"{company.stem} {rng.one(company.culture.legal)}"
    if kind == 4:
        return company.name.upper()
    if kind == 5:
        return company.roman
    if kind == 6:
        return without_marks(company.name).replace("&", "and")
    return ""


def other_title(rng: Dice, title: str) -> str:
    if rng.random() < 0.25:
        return ""
    for long, short in SHORT_TITLES:
        if long in title:
            return title.replace(long, short)
    return rng.one((title.lower(), "Senior " + title, title))
