"""Fit the matcher's weights on invented people and write mergetui/matching/weights.py.

    python -m tests.benchmarks.matching_fit /tmp/people [--show]

Needs scikit-learn and faker (extra ``bench``). Several noise profiles and sizes together, each table with the same
voice; the profile ``unseen`` and all seeds above 100 take no part. Reproducible: same versions, same weights.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

import mergetui.matching.context as context_room
from mergetui.matching import score as score_room
from mergetui.matching.blocks import block
from mergetui.matching.compare import SAME_AND_OTHER, SAME_END, SAME_MAIL, SAME_PHONE, Term, compare, named_of
from mergetui.matching.compare_names import AGREES, DIFFERS, KINDS, MISSING, NEARLY, UNCLEAR
from mergetui.matching.context import _by_size, _thirds, components, linked
from tests.benchmarks.matching_people import table
from tests.benchmarks.matching_truth import crowd_of

TABLES = [
    (profile, size, seed)
    for size, seed in ((3_000, 50), (10_000, 1), (30_000, 11))
    for profile in ("office", "narrow", "sparse", "dirty", "forms", "enterprise", "rich")
] + [
    ("office", 100_000, 21), ("forms", 100_000, 21), ("enterprise", 100_000, 21), ("sparse", 100_000, 21),
    ("dirty", 200_000, 34), ("narrow", 200_000, 32),
]  # fmt: skip
MOST = 60_000
"""Pairs taken of one table."""
CONTEXT = '"""Prior; what a pair\'s own log-odds, its best third, a contradicting third, a common group add."""'
HEADER = '"""Fitted weights; made by ``python -m tests.benchmarks.matching_fit``: change that, not this."""\n'


def matrix(terms: list[Term], rows: np.ndarray) -> tuple[sparse.csr_matrix, list[tuple[str, int, int]]]:
    places, columns, values, names = [], [], [], []
    offset = 0
    for term in terms:
        index = term.index[rows].astype(np.int32) + offset
        times = np.ones(len(rows), np.float32) if term.times is None else term.times[rows].astype(np.float32)
        kept = np.flatnonzero(times)
        places.append(kept)
        columns.append(index[kept])
        values.append(times[kept])
        names.append((term.name, offset, term.size))
        offset += term.size
    shape = (len(rows), offset)
    flat = (np.concatenate(places), np.concatenate(columns))
    return sparse.csr_matrix((np.concatenate(values), flat), shape), names


def fit_terms(folder: Path) -> tuple[float, dict[str, tuple[float, ...]]]:
    parts, labels, voices = [], [], []
    names: list[tuple[str, int, int]] = []
    for number, (profile, size, seed) in enumerate(TABLES):
        one, truth = crowd_of(table(folder, profile, size, seed))
        pairs = block(one)
        rows = np.arange(len(pairs.first))
        if len(rows) > MOST:
            rows = np.sort(np.random.default_rng(number).choice(rows, MOST, replace=False))
        made, names = matrix(compare(one, pairs.first, pairs.second).terms, rows)
        parts.append(made)
        labels.append(truth[pairs.first[rows]] == truth[pairs.second[rows]])
        voices.append(np.full(len(rows), len(rows) ** -0.5))
        print(profile, size, made.shape, f"{labels[-1].mean():.3f}", file=sys.stderr)
    voice = np.concatenate(voices)
    model = LogisticRegression(C=1.0, max_iter=250, tol=1e-4)
    model.fit(sparse.vstack(parts).tocsr(), np.concatenate(labels), sample_weight=voice / voice.mean())
    weights = model.coef_[0]
    tables = {name: np.array(weights[at : at + size]) for name, at, size in names}
    prior = told_apart(float(model.intercept_[0]), tables)
    doubted(tables)
    return prior, {name: tuple(round(float(value), 3) + 0.0 for value in values) for name, values in tables.items()}


def doubted(tables: dict[str, np.ndarray]) -> None:
    """What invented people may lack, and everybody knows: father and son are two; a landline does not make one of
    two surnames, nor a mailbox of two first names. Changes ``tables`` after ``told_apart``."""
    tables["suffix"][3] = min(tables["suffix"][3], -12.0)
    phone, mail = (tables[f"{name} by name"].reshape(-1, KINDS) for name in ("phone", "mail"))
    for first in (AGREES, NEARLY):
        phone[[SAME_PHONE, SAME_AND_OTHER, SAME_END], 4 * first + DIFFERS] -= 2.0
    for last in (AGREES, NEARLY):
        mail[SAME_MAIL, 4 * DIFFERS + last] -= 0.7


def told_apart(prior: float, tables: dict[str, np.ndarray]) -> float:
    """The same sums with other parts: what is missing weighs nothing, so that only what is there is told as evidence.

    Answers with the new prior; changes ``tables``.
    """
    kind = tables["kind"]
    for name in ("mail", "phone", "company", "place", "title", "called"):
        own, crossed = tables[name], tables[f"{name} by name"].reshape(-1, KINDS)
        kind += own[0] + crossed[0]
        own -= own[0]
        crossed -= crossed[0].copy()
    for name in ("gender", "suffix"):
        prior += tables[name][0]
        tables[name] -= tables[name][0]
    named = named_of(np.arange(KINDS))
    for name, into in (("together", "kind"), ("together rare", "rare"), ("together common", "common")):
        table = tables[name].reshape(-1, 25)
        tables[into] += table[named, 0]
        table -= table[:, :1].copy()
    nobody = tables["first"][MISSING] + tables["last"][MISSING] + kind[4 * UNCLEAR + UNCLEAR]
    tables["first"] -= tables["first"][MISSING]
    tables["last"] -= tables["last"][MISSING]
    kind -= kind[4 * UNCLEAR + UNCLEAR]
    return prior + float(nobody)


def fit_context(folder: Path) -> tuple[float, ...]:
    """How much thirds say, on top of a pair's own log-odds."""
    parts, labels, offsets = [], [], []
    for profile, size, seed in TABLES:
        if size == 3_000:
            continue
        path = table(folder, profile, size, seed)
        one, truth = crowd_of(path)
        ids = [f"{row:09d}" for row in range(one.rows)]
        pairs = block(one)
        scorer = score_room.Scorer(one)
        own = scorer.log_odds(pairs.first, pairs.second)
        holding = own >= 0
        label = components(one.rows, pairs.first[holding], pairs.second[holding])
        for count, members in _by_size(label, ids):
            if not 2 < count <= context_room.LARGEST:
                continue
            x, y = np.triu_indices(count, 1)
            a, b = members[:, x].ravel(), members[:, y].ravel()
            scored = scorer.log_odds(np.minimum(a, b), np.maximum(a, b))
            square = np.zeros((len(members), count, count))
            square[:, x, y] = scored.reshape(len(members), -1)
            square[:, y, x] = square[:, x, y]
            joined = linked(square)
            support, against = _thirds(square)
            values = np.clip(scored, -8, 8)
            same = (joined[:, x] == joined[:, y]).ravel()
            parts.append(np.stack([values, support[:, x, y].ravel(), against[:, x, y].ravel(), same], 1))
            labels.append(truth[a] == truth[b])
            offsets.append(values)
    features = np.concatenate(parts)
    model = LogisticRegression(C=10.0).fit(features, np.concatenate(labels))
    own_weight, support, against, same = (float(value) for value in model.coef_[0])
    # what is added to the pair's own log-odds
    return tuple(round(v, 3) for v in (float(model.intercept_[0]), own_weight - 1, support, against, same))


def write(prior: float, weights: dict[str, tuple[float, ...]], context: tuple[float, ...]) -> None:
    lines = [HEADER, "# fmt: off", "", f"PRIOR = {prior:.3f}", "", f"CONTEXT = {context!r}", CONTEXT, "",
             "WEIGHTS: dict[str, tuple[float, ...]] = {"]  # fmt: skip
    for name, values in weights.items():
        lines.append(f'    "{name}": (')
        text = [f"{value:g}," for value in values]
        line = "       "
        for value in text:
            if len(line) + len(value) > 117:
                lines.append(line)
                line = "       "
            line += f" {value}"
        lines += [line, "    ),"]
    Path("mergetui/matching/weights.py").write_text("\n".join([*lines, "}"]) + "\n")


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--context", action="store_true", help="only the context's weights")
    chosen = options.parse_args()
    if chosen.context:
        from mergetui.matching.weights import PRIOR, WEIGHTS

        prior, weights = PRIOR, dict(WEIGHTS)
    else:
        prior, weights = fit_terms(chosen.folder)
    score_room._PRIOR = round(prior, 1)
    score_room._TABLES = {name: np.array(values) for name, values in weights.items()}
    write(prior, weights, fit_context(chosen.folder))


if __name__ == "__main__":
    main()
