"""What must hold for any people whatsoever."""

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from mergetui.matching.group import LARGEST_SET, group, set_id
from mergetui.matching.match import match
from mergetui.matching.normal import Normaliser
from mergetui.matching.score import Scorer, logit, probability
from mergetui.records.people import CandidatePair, PersonFacts

names = st.sampled_from(
    ["", "Jane", "J", "Jan", "Ivan", "李", "[b]x[/b]", "Ana María", "O'Neil", "de la Cruz", "Jr", "Dr."]
)
texts = st.one_of(names, st.text(max_size=12))
emails = st.sampled_from(
    ["", "a@b.example", "a.b+c@gmail.example", "info@b.example", "@", "a@", "x@y", "j.doe2@acme.example"]
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
    email=emails,
    secondary_email=emails,
    phone=phones,
    mobile=st.one_of(phones, st.text(max_size=8)),
    company=texts,
    street=texts,
    city=names,
    country=names,
)


@settings(max_examples=150, deadline=None)
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
        assert math.isclose(sum(one.weight for one in pair.evidence), logit(pair.score), abs_tol=1e-3)
    members = [member for found in result.sets for member in found.members]
    assert len(members) == len(set(members))
    assert all(len(found.members) >= 2 and found.id == set_id(found.members) for found in result.sets)


@settings(max_examples=150, deadline=None)
@given(people, people)
def test_scores_are_symmetric(one: PersonFacts, other: PersonFacts) -> None:
    normaliser = Normaliser()
    a, b = normaliser.someone("a", [one]), normaliser.someone("b", [other])
    scorer = Scorer([a, b])
    assert scorer.reasons(a, b) == scorer.reasons(b, a)
    c, d = normaliser.someone("b", [one]), normaliser.someone("a", [other])
    assert Scorer([c, d]).log_odds(c, d) == scorer.log_odds(a, b)


@given(st.floats(-25, 25))
def test_logit_is_the_inverse(odds: float) -> None:
    assert math.isclose(logit(probability(odds)), odds, abs_tol=1e-4)


@given(st.dictionaries(st.tuples(st.integers(0, 20), st.integers(0, 20)), st.floats(-10, 10), max_size=60))
def test_no_set_holds_strangers(odds: dict[tuple[int, int], float]) -> None:
    judged = {(f"k{min(a, b)}", f"k{max(a, b)}"): value for (a, b), value in odds.items() if a != b}

    def log_odds(a: str, b: str) -> float:
        return judged.get((min(a, b), max(a, b)), -1.0)

    pairs = [CandidatePair(min(a, b), max(a, b), probability(v)) for (a, b), v in judged.items() if v > 0]
    for found in group(pairs, log_odds):
        assert 2 <= len(found.members) <= LARGEST_SET
        assert all(log_odds(a, b) >= -2.0 for a in found.members for b in found.members if a < b)
