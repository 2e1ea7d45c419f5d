"""The traps of matching, as a table: who is one human and who only looks like it."""

import pytest

from mergetui.matching.match import match
from mergetui.records.people import PersonFacts

BASE = {"first_name": "Jane", "last_name": "Ellerby", "company": "Acme Travel Ltd", "city": "Leeds"}


def facts(key: str, **values: str) -> PersonFacts:
    return PersonFacts(key, "salesforce", "Contact", **{**BASE, **values})


SAME = {
    "same e-mail": ({"email": "jane@acme.example"}, {"email": "JANE+crm@acme.example"}),
    "nickname": ({"first_name": "Robert", "phone": "0113 4960123"}, {"first_name": "Bob", "phone": "+44 113 4960123"}),
    "extension and trunk zero": ({"phone": "+44 (0)113 4960123 ext. 12"}, {"phone": "0113 496 0123"}),
    "legal form and job": ({"title": "CTO"}, {"company": "ACME TRAVEL limited", "title": "C.T.O.", "phone": "none"}),
    "initial": ({"last_name": "E", "phone": "+441134960123"}, {"phone": "+441134960123"}),
    "mistyped domain": ({"email": "jellerby77@gmial.example"}, {"email": "jellerby77@gmail.example"}),
    "transliteration": (
        {"first_name": "Сергей", "last_name": "Иванов", "phone": "+7 495 5550101"},
        {"first_name": "Sergey", "last_name": "Ivanov", "phone": "8 495 555 01 01"},
    ),
    "two surnames": (
        {"last_name": "García Márquez", "phone": "+34 910 555 123"},
        {"last_name": "Garcia", "phone": "910555123"},
    ),
    "feminine ending": (
        {"last_name": "Nováková", "mobile": "+420 601 555 111"},
        {"last_name": "Novak", "phone": "+420601555111"},
    ),
    "swapped names": (
        {"first_name": "Ellerby", "last_name": "Jane", "phone": "+441134960123"},
        {"phone": "+441134960123"},
    ),
    "maiden name kept in the mailbox": (
        {"last_name": "Hathersage", "email": "jane.ellerby@acme.example", "phone": "+441134960123"},
        {"email": "j.ellerby@acme.example", "phone": "+441134960123"},
    ),
    "placeholder company": (
        {"company": "[not provided]", "mobile": "+447700900123"},
        {"company": "Stone Ltd", "mobile": "+447700900123"},
    ),
}

OTHERS = {
    "colleagues on a switchboard": (
        {"phone": "+441134960000", "email": "jane@acme.example"},
        {"first_name": "Peter", "last_name": "Stone", "phone": "+441134960000", "email": "peter@acme.example"},
    ),
    "first name and switchboard": ({"phone": "+441134960000"}, {"last_name": "Stone", "phone": "+441134960000"}),
    "family mailbox": (
        {"email": "ellerbys@web.example", "phone": "+441134960123", "company": ""},
        {"first_name": "Peter", "email": "ellerbys@web.example", "phone": "+441134960123", "company": ""},
    ),
    "father and son": (
        {"first_name": "John", "last_name": "Ellerby Sr", "phone": "+441134960123", "email": "john@acme.example"},
        {"first_name": "John", "last_name": "Ellerby Jr.", "phone": "+441134960123", "email": "john2@acme.example"},
    ),
    "namesakes": (
        {"phone": "+441134960123", "email": "jane@acme.example"},
        {"phone": "+12125550199", "email": "jane@stone.example", "company": "Stoneworks", "city": "Boston"},
    ),
    "role mailbox": (
        {"email": "info@acme.example", "phone": "+441134960123"},
        {"first_name": "Peter", "last_name": "Stone", "email": "info@acme.example", "phone": "+441134960777"},
    ),
    "employer domain": (
        {"email": "jane.ellerby@acme.example"},
        {"first_name": "Peter", "last_name": "Stone", "email": "peter.stone@acme.example"},
    ),
    "numbered mailboxes": (
        {"email": "j.ellerby@acme.example", "phone": "+441134960123"},
        {"email": "j.ellerby2@acme.example", "phone": "+441134960777"},
    ),
    "placeholders only": (
        {"first_name": "[not provided]", "last_name": "Unknown", "company": "n/a", "phone": "0000000000"},
        {"first_name": "[not provided]", "last_name": "Unknown", "company": "n/a", "phone": "0000000000"},
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_one_human(name: str) -> None:
    one, other = SAME[name]
    result = match([facts("sf:1", **one), facts("sf:2", **other)])
    assert [(pair.key_a, pair.key_b) for pair in result.pairs] == [("sf:1", "sf:2")]
    assert [found.members for found in result.sets] == [("sf:1", "sf:2")]


@pytest.mark.parametrize("name", OTHERS)
def test_two_humans(name: str) -> None:
    one, other = OTHERS[name]
    result = match([facts("sf:1", **one), facts("sf:2", **other)])
    assert result.pairs == ()
    assert result.sets == ()


def test_both_sides_of_a_link_are_one_person() -> None:
    linked = [facts("sf:1", email="jane@acme.example"), facts("sf:1", email="jane@home.example", company="")]
    other = facts("hs:9", email="jane@home.example", phone="+441134960123")
    result = match([*linked, other])
    assert [(pair.key_a, pair.key_b) for pair in result.pairs] == [("hs:9", "sf:1")]
    assert match(linked).pairs == ()


def test_strangers_are_not_chained() -> None:
    """A belongs to B by e-mail and B to C by phone, but A and C are two generations."""
    people = [
        facts("sf:1", first_name="John", last_name="Ellerby Sr", email="john@home.example", phone="+441134960123"),
        facts("sf:2", first_name="John", last_name="Ellerby", email="john@home.example", phone="+441134960123"),
        facts("sf:3", first_name="John", last_name="Ellerby Jr", phone="+441134960123", company="Other"),
    ]
    for found in match(people).sets:
        assert not {"sf:1", "sf:3"} <= set(found.members)


def test_large_groups_are_counted_not_silently_dropped() -> None:
    names = [f"{first}{'aeiou'[n % 5]}{last}" for n, first in enumerate("BDFGKLMNPR") for last in "bdfgklst"]
    people = [
        PersonFacts(
            f"sf:{n}", "salesforce", "Lead", first_name=name * 2, last_name=name[::-1] * 3, phone="+441134960000"
        )
        for n, name in enumerate(names)
    ]
    result = match(people)
    assert result.left_out == {"phone": 1}
    assert result.people == 80
    assert result.compared < match(people, largest_group=100).compared == 80 * 79 / 2
