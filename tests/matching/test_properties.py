"""What must hold for any people whatsoever."""

import io
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mergetui.matching.coding import TEXTS, Table
from mergetui.matching.context import JOINED, STRANGERS, components, linked
from mergetui.matching.crowd import crowd
from mergetui.matching.folding import LONGEST, folded, mail_sign, phone_sign, word_sign, words
from mergetui.matching.match import match
from mergetui.matching.persons import Custom, set_id
from mergetui.matching.score import Scorer, logit, probabilities
from mergetui.matching.table import match_table
from mergetui.records.people import PersonFacts

names = st.sampled_from(
    [
        "",
        "Jane",
        "J",
        "Jan",
        "Ivan",
        "李",
        "[b]x[/b]",
        "Ana María",
        "O'Neil",
        "de la Cruz",
        "Jr",
        "Dr.",
        "Jane Ray",
        "\0",
    ]
)
texts = st.one_of(names, st.text(max_size=12))
emails = st.sampled_from(
    [
        "",
        "a@b.example",
        "a.b+c@gmail.example",
        "info@b.example",
        "@",
        "a@",
        "x@y",
        "j.doe2@acme.example",
        "a@b.c; d@e.f",
    ]
)
phones = st.sampled_from(["", "+49 30 1234567", "030 1234567", "x", "(0)", "+1 212 555 0100 x7", "٠٣٠١٢٣٤٥٦٧٨"])
people = st.builds(
    PersonFacts,
    key=st.sampled_from([f"sf:{n}" for n in range(8)]),
    source=st.just("salesforce"),
    object=st.just("Lead"),
    salutation=st.sampled_from(["", "Mr.", "Frau"]),
    first_name=texts,
    last_name=texts,
    email=st.one_of(emails, st.text(max_size=12)),
    secondary_email=emails,
    phone=phones,
    mobile=st.one_of(phones, st.text(max_size=8)),
    company=texts,
    title=names,
    website=st.sampled_from(["", "https://www.acme.example/x", "x", "http://"]),
    street=texts,
    city=names,
    country=names,
)


@settings(max_examples=120, deadline=None)
@given(st.lists(people, max_size=10), st.randoms())
def test_order_never_matters_and_evidence_sums_to_the_score(rows: list[PersonFacts], shuffler: object) -> None:
    mixed = list(rows)
    shuffler.shuffle(mixed)  # type: ignore[attr-defined]
    result = match(rows, threshold=0.01)
    assert match(mixed, threshold=0.01) == result
    for pair in result.pairs:
        assert pair.key_a < pair.key_b
        assert 0 < pair.score <= 1
        assert pair.evidence[0].field == "prior"
        assert all(one.sentence for one in pair.evidence)
        assert math.isclose(probabilities(math.fsum(one.weight for one in pair.evidence)), pair.score, abs_tol=1e-9)
    members = [member for found in result.sets for member in found.members]
    assert len(members) == len(set(members))
    assert all(len(found.members) >= 2 and found.id == set_id(found.members) for found in result.sets)


def table(rows: list[PersonFacts]) -> Table:
    made = Table()
    made.add({name: [getattr(row, name) for row in rows] for name in TEXTS}, len(rows))
    return made


@settings(max_examples=120, deadline=None)
@given(st.lists(people, min_size=2, max_size=6))
def test_scores_are_symmetric(rows: list[PersonFacts]) -> None:
    first, second = (np.array(side, np.int32) for side in np.triu_indices(len(rows), 1))
    scorer = Scorer(crowd(table(rows)))
    forth = scorer.log_odds(first, second)
    assert (scorer.log_odds(second, first) == forth).all()
    # and the same when the rows stand the other way round in their table
    turned = Scorer(crowd(table(rows[::-1])))
    last = len(rows) - 1
    assert (turned.log_odds(np.int32(last) - first, np.int32(last) - second) == forth).all()


@given(st.floats(-25, 25))
def test_logit_is_the_inverse(odds: float) -> None:
    assert math.isclose(logit(probabilities(odds)), odds, abs_tol=1e-4)


@settings(max_examples=200, deadline=None)
@given(st.integers(2, 7), st.data())
def test_no_group_holds_strangers(size: int, data: st.DataObject) -> None:
    square = np.zeros((1, size, size))
    for x in range(size):
        for y in range(x):
            square[0, x, y] = square[0, y, x] = data.draw(st.floats(-12, 12))
    label = linked(square)[0].tolist()
    for x in range(size):
        for y in range(x):
            if label[x] == label[y]:
                assert square[0, x, y] >= STRANGERS
    for group in set(label):
        inside = [n for n in range(size) if label[n] == group]
        assert min(inside) == group
        if len(inside) == 2:
            assert square[0, inside[0], inside[1]] >= JOINED


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_components_are_what_hangs_together(edges: list[tuple[int, int]]) -> None:
    first = np.array([a for a, _ in edges], np.int32)
    second = np.array([b for _, b in edges], np.int32)
    label = components(31, first, second).tolist()
    expected = list(range(31))
    for _ in range(31):
        for a, b in edges:
            expected[a] = expected[b] = min(expected[a], expected[b])
    assert label == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(people, min_size=2, max_size=8, unique_by=lambda row: row.key))
def test_a_different_key_keeps_two_apart(rows: list[PersonFacts]) -> None:
    """Equal customer numbers are one human, different ones never, whatever else agrees."""
    alike = [PersonFacts(row.key, "salesforce", "Lead", first_name="Jane", last_name="Ellerby", email="j@b.example")
             for row in rows]  # fmt: skip
    number = {row.key: str(place % 3) if place % 4 else "" for place, row in enumerate(alike)}
    result = match([*alike], custom=Custom(keys={"customer number": number}))
    for found in result.sets:
        assert len({number[key] for key in found.members} - {""}) <= 1
    for pair in result.pairs:
        assert not (number[pair.key_a] and number[pair.key_b]) or number[pair.key_a] == number[pair.key_b]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(), max_size=6))
def test_folding_keeps_one_text_per_text(raw: list[str]) -> None:
    for sign in (word_sign, mail_sign, phone_sign):
        made = folded(raw, sign)
        assert len(made) == len(raw) and all(text.isascii() for text in made)
        assert [folded([text], sign)[0] for text in raw] == made
    assert all(text == " ".join(text.split()) for text in words(raw))


def test_hostile_texts() -> None:
    bad = [
        "\0",
        "x" * 32_000,
        "\u202eevil\u202c",
        "👩‍👩‍👧‍👦" * 40,
        "\ud800",
        "a\nb\r\nc",
        "=cmd|'/c calc'!A0",
        "\u2028",
        "ﷺ" * 400,
    ]
    rows = [
        PersonFacts(f"sf:{n}", "salesforce", "Lead", "", text, text, text + "@x.example", text, text, text, text)
        for n, text in enumerate(bad * 2)
    ]
    result = match([*rows])
    assert result.people == len(rows)
    assert all(len(text) <= 40 * LONGEST for text in folded(bad, word_sign))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=12))
def test_any_text_is_a_table_or_a_problem(cells: list[str]) -> None:
    from mergetui import errors

    try:
        match_table(io.StringIO("id,first_name,email\n" + ",".join(cells)))
    except errors.Problem:
        pass
