"""Humans who are in the CRMs once: ordinary, odd, deceptively alike, or with hostile text."""

from __future__ import annotations

from mergetui.twin.ids import salesforce_id
from mergetui.twin.people_activity import FEW, LITTLE, NONE, RICH, SOME, Richness
from mergetui.twin.people_dice import Dice
from mergetui.twin.people_drafts import PREFIXES, Entry, Person, Values
from mergetui.twin.people_look import Look, at_home, private_address, work_address
from mergetui.twin.people_stage import Stage
from mergetui.twin.people_times import DAY, date, iso


def _how(rng: Dice) -> Richness:
    dice = rng.random()
    return NONE if dice < 0.25 else LITTLE if dice < 0.5 else FEW if dice < 0.8 else SOME if dice < 0.97 else RICH


def linked(stage: Stage, rng: Dice, object_name: Person) -> None:
    """One row, one contact, linked."""
    entry = Entry()
    look = stage.look(rng)
    dice = rng.random()
    if dice < 0.12:
        look.phone = look.company.phone
    elif dice < 0.3:
        look.phone = ""
    if rng.random() < 0.35:
        look.mobile = ""
    if rng.random() < 0.15:
        look.title = ""
    row = stage.person(rng, entry, object_name, look, full=0.3 + rng.random() * 0.6)
    stage.contact(rng, entry, look, row, how=_how(rng))
    stage.pollable.append(entry.contacts[0])
    stage.close(entry)


def salesforce_only(stage: Stage, rng: Dice) -> None:
    """One row that HubSpot does not know, often without an address."""
    entry, look = Entry(), stage.look(rng)
    if rng.random() < 0.6:
        look.email = ""
    stage.person(rng, entry, "Contact" if rng.random() < 0.6 else "Lead", look, full=0.4)
    stage.close(entry)


def hubspot_only(stage: Stage, rng: Dice) -> None:
    """One contact that Salesforce does not know: from a form, an import, or without an address."""
    entry, look = Entry(), stage.look(rng)
    dice = rng.random()
    if dice < 0.5:
        look.email = look.private
    elif dice > 0.93:
        look.email = ""
    if rng.random() < 0.5:
        look.phone = look.street = look.postal = look.city = ""
    if rng.random() < 0.1:
        look.last = ""
    stage.contact(rng, entry, look, None, how=_how(rng))
    stage.close(entry)


def odd(stage: Stage, rng: Dice) -> None:
    """One of the ordinary irregularities of a pair of orgs."""
    (_unlinked, _orphan, _mismatched, _converted, _out_of_list, _additional)[rng.below(6)](stage, rng)


def _unlinked(stage: Stage, rng: Dice) -> None:
    """The same address on both sides, not linked yet: outside the inclusion list."""
    entry, look = Entry(), stage.look(rng)
    stage.person(rng, entry, "Contact", look, full=0.5)
    stage.contact(rng, entry, look, None, how=FEW, included=False)
    stage.close(entry)


def _orphan(stage: Stage, rng: Dice) -> None:
    """The contact's Salesforce row was purged long ago; the dead id stays (facts/integration.md §4)."""
    entry, look = Entry(), stage.look(rng)
    dead = salesforce_id(PREFIXES["Contact"], 950_000_000 + len(stage.humans))
    synced = stage.next_sync(rng)
    stage.contact(
        rng, entry, look, None, how=FEW,
        values={"salesforcecontactid": dead, "salesforcelastsynctime": iso(synced)},
    )  # fmt: skip
    draft = entry.contacts[0]
    draft.synced = synced
    draft.created = min(draft.created, synced - 5 * DAY)
    stage.close(entry)


def _mismatched(stage: Stage, rng: Dice) -> None:
    """Linked, but the two sides hold different addresses."""
    entry, look = Entry(), stage.look(rng)
    row = stage.person(rng, entry, "Contact", look, full=0.5)
    stage.contact(rng, entry, look, row, how=SOME, values={"email": look.private})
    stage.close(entry)


def _converted(stage: Stage, rng: Dice) -> None:
    """A lead that became a contact; HubSpot holds both ids."""
    entry, look = Entry(), stage.look(rng)
    contact = stage.person(rng, entry, "Contact", look, full=0.6)
    created = contact.values["CreatedDate"]
    assert isinstance(created, int)
    values: Values = {
        "IsConverted": True, "Status": "Closed - Converted", "IsUnreadByOwner": False, "ConvertedContactId": contact.id,
        "ConvertedAccountId": contact.values["AccountId"], "ConvertedDate": date(created),
    }  # fmt: skip
    lead = stage.person(
        rng,
        entry,
        "Lead",
        look,
        full=0.3,
        values=values,
        synced=created + 800_000,
        created=created - 20 * DAY,
        children=0,
    )
    stage.contact(rng, entry, look, contact, how=SOME, values={"salesforceleadid": lead.id})
    stage.close(entry)


def _out_of_list(stage: Stage, rng: Dice) -> None:
    """Linked once, outside the inclusion list now."""
    entry, look = Entry(), stage.look(rng)
    row = stage.person(rng, entry, "Contact", look, full=0.5)
    stage.contact(rng, entry, look, row, how=LITTLE, included=False)
    stage.close(entry)


def _additional(stage: Stage, rng: Dice) -> None:
    """Linked; the HubSpot contact knows a second address."""
    entry, look = Entry(), stage.look(rng)
    row = stage.person(rng, entry, "Contact", look, full=0.6)
    stage.contact(rng, entry, look, row, how=SOME, values={"hs_additional_emails": look.private})
    stage.close(entry)


# not duplicates ------------------------------------------------------------------------------------------------


def switchboard(stage: Stage, rng: Dice) -> None:
    """Three colleagues who give their firm's number."""
    boss = stage.look(rng)
    number = boss.company.phone or boss.phone
    for look in (boss, stage.look(rng), stage.look(rng)):
        look.company, look.company_name, look.phone, look.mobile = boss.company, boss.company.name, number, ""
        look.street, look.city, look.state = boss.street, boss.city, boss.state
        look.postal, look.country = boss.postal, boss.country
        look.email = stage.phones.address(work_address(look, boss.company.pattern))
        _ordinary(stage, rng, look)


def family(stage: Stage, rng: Dice) -> None:
    """Two people who share a surname, a home and a mailbox; HubSpot holds one contact with it."""
    one = stage.look(rng)
    at_home(rng, one)
    two = stage.look(rng, culture=one.culture)
    while two.roman_first == one.roman_first:
        two = stage.look(rng, culture=one.culture)
    surname = next((pair for pair in one.culture.surnames if one.roman_last in (pair[0][1], pair[1][1])), None)
    two.last, two.roman_last = one.last, one.roman_last
    if surname and one.last == one.roman_last:
        two.last = two.roman_last = surname[0 if two.male else 1][1]
    at_home(rng, two, one)
    two.first = two.roman_first if one.last == one.roman_last else two.first
    mailbox = stage.phones.address(private_address(rng, one).replace(one.roman_first.lower(), "family"))
    one.email = two.email = mailbox
    two.phone = one.phone
    entry = Entry()
    row = stage.person(rng, entry, "Contact", one, full=0.6)
    stage.contact(rng, entry, one, row, how=SOME)
    stage.close(entry)
    entry = Entry()
    stage.person(rng, entry, "Contact", two, full=0.5)
    stage.close(entry)


def junior(stage: Stage, rng: Dice) -> None:
    """Father and son: one name, one firm, one address, another generation."""
    father = stage.look(rng)
    son = father.copy()
    father.birthdate, son.birthdate = "1951-03-14", "1983-09-02"
    father.last, son.last = f"{father.last} Sr.", f"{son.last} Jr."
    father.title, son.title = "Founder", "Managing Director"
    son.email = stage.phones.address(father.email.replace("@", ".jr@"))
    son.private = stage.phones.address(private_address(rng, son))
    son.mobile = stage.phones.number(rng, son.culture, mobile=True)
    for look in (father, son):
        entry = Entry()
        row = stage.person(rng, entry, "Contact", look, full=0.7, values={"Birthdate": look.birthdate})
        stage.contact(rng, entry, look, row, how=FEW)
        stage.close(entry)


def namesakes(stage: Stage, rng: Dice) -> None:
    """Two people who share only their name."""
    one = stage.look(rng)
    two = stage.look(rng)
    while two.company is one.company or two.city == one.city:
        two = stage.look(rng)
    two.first, two.last, two.roman_first, two.roman_last = one.first, one.last, one.roman_first, one.roman_last
    two.male, two.salutation = one.male, one.salutation
    two.email = stage.phones.address(work_address(two, two.company.pattern))
    for look in (one, two):
        _ordinary(stage, rng, look)


def _ordinary(stage: Stage, rng: Dice, look: Look) -> None:
    entry = Entry()
    row = stage.person(rng, entry, "Contact", look, full=0.6)
    stage.contact(rng, entry, look, row, how=_how(rng))
    stage.close(entry)


TRAPS = ((switchboard, 3), (family, 2), (junior, 2), (namesakes, 2))
"""(what writes them, how many humans)."""


# hostile text --------------------------------------------------------------------------------------------------

LONG = ("Lorem ipsum [/] dolor sit amet \x1b[31m ünïcödé 漢字. " * 900)[:32_000]
HOSTILE: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("[b]Bobby[/b]", "[/]Tables[@click=app.quit]x[/]", {"Title": "[link=https://evil.example]Head of [EMEA]"}),
    ("Esc\x1b[2J", "Ape\x1b]0;owned\x07\x1b]52;c;ZXZpbA==\x07", {"Title": "\x9b31mDirector\x07"}),
    ("\u202eevE", "\u2066Trojan\u2069\u200fSource\u202c", {"Department": "\u202dSales\u202c"}),
    ("Lotta", "Longwind", {"Description": LONG}),
    ("Formula", "Csvson", {"Title": "+SUM(1+1)*cmd|'/C calc'!A0"}),
    ("Robert'); DROP TABLE Contact;--", "O'Reilly-D\\'Arcy %_", {"Title": '"><script>alert(1)</script>&amp;]]>'}),
)
FORMULA_COMPANY = "=cmd|'/C calc'!A0"


def hostile(stage: Stage, rng: Dice, number: int) -> None:
    """A linked human whose text attacks terminals, markup, spreadsheets or queries. The first is there twice."""
    first, last, extra = HOSTILE[number]
    entry = Entry(scenario="T03" if number == 0 else "")
    look = stage.look(rng)
    local = f"{('tags', 'escape', 'bidi', 'longwind', 'formula', 'quotes')[number]}.person"
    look.first, look.last, look.roman_first, look.roman_last = first, last, "X", "Y"
    look.email = stage.phones.address(f"{local}@{look.company.domain}")
    look.title = extra.get("Title", look.title)
    values: Values = dict(extra)
    if number == 4:
        look.company_name = FORMULA_COMPANY
    object_name: Person = "Lead" if number == 4 else "Contact"
    row = stage.person(rng, entry, object_name, look, full=0.6, values=values)
    stage.contact(rng, entry, look, row, how=SOME)
    if number == 0:
        twin = look.copy()
        twin.first, twin.email = "Bobby", stage.phones.address("bobby.tags@gmail.example")
        row = stage.person(rng, entry, "Contact", twin, full=0.3)
        stage.contact(rng, entry, twin, row, how=SOME)
    stage.close(entry)
