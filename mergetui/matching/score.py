"""How likely two rows are one human: fitted weights of terms, summed per piece of evidence, in log-odds.

What is shown is exactly what is summed: every piece of evidence is rounded to one decimal before it is added.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from mergetui.matching.coding import Codes, Floats
from mergetui.matching.compare import Compared, compare
from mergetui.matching.crowd import Crowd
from mergetui.matching.rules import NO_RULES, Rules
from mergetui.matching.weights import PRIOR, WEIGHTS

FIELDS = ("name", "salutation", "suffix", "e-mail", "phone", "company", "address", "title", "together")
"""The pieces of evidence, in the order in which they are summed."""
CHUNK = 100_000
"""Pairs compared at once: bounds the memory."""
THREADS = 2
CERTAIN = 30.0
"""Weight of an equal custom key."""
NEVER = -1000.0
"""Log-odds of what a rule forbids; no set may hold such a pair."""

_TABLES = {name: np.array(values) for name, values in WEIGHTS.items()}
_PRIOR = round(PRIOR, 1)


class Scorer:
    """Judges pairs of rows; symmetric, and independent of the order of rows."""

    def __init__(self, one: Crowd, rules: Rules = NO_RULES) -> None:
        self.crowd = one
        self.rules = rules

    def log_odds(self, a: Codes, b: Codes) -> Floats:
        starts = range(0, len(a), CHUNK)
        if len(starts) <= 2:
            parts = [self._log_odds(a[at : at + CHUNK], b[at : at + CHUNK]) for at in starts]
        else:  # numpy and rapidfuzz let others work meanwhile
            with ThreadPoolExecutor(THREADS) as pool:
                parts = list(pool.map(lambda at: self._log_odds(a[at : at + CHUNK], b[at : at + CHUNK]), starts))
        return np.concatenate(parts) if parts else np.zeros(0)

    def _log_odds(self, a: Codes, b: Codes) -> Floats:
        total = np.full(len(a), _PRIOR)
        for values in weighed(compare(self.crowd, a, b), self.rules.factors).values():
            total += values
        return np.round(self._ruled(a, b, total), 1)

    def _ruled(self, a: Codes, b: Codes, total: Floats) -> Floats:
        for _, codes in self.rules.keys:
            x, y = codes[a], codes[b]
            both = (x >= 0) & (y >= 0)
            total = np.where(both, np.where(x == y, total + CERTAIN, NEVER), total)
        if self.rules.same is not None:
            x, y = self.rules.same[a].astype(np.int64), self.rules.same[b].astype(np.int64)
            total = np.where(x == y, CERTAIN, total)
            if len(self.rules.blocked):
                pairs = np.minimum(x, y) << 32 | np.maximum(x, y)
                total = np.where(np.isin(pairs, self.rules.blocked), NEVER, total)
        return np.maximum(total, NEVER)


def weighed(compared: Compared, factors: dict[str, float]) -> dict[str, Floats]:
    """Piece of evidence → its weight for every pair, rounded to one decimal."""
    found: dict[str, Floats] = {}
    size = len(compared.mail)
    for term in compared.terms:
        table = _TABLES.get(term.name)
        if table is None:
            continue
        weight = table[term.index]
        if term.times is not None:
            weight *= term.times
        if term.field in found:
            found[term.field] += weight
        else:
            found[term.field] = weight
    made = {name: found.get(name, np.zeros(size)) for name in FIELDS}
    return {name: np.round(values * factors.get(name, 1.0), 1) for name, values in made.items()}


def probabilities(log_odds: Floats) -> Floats:
    return 1 / (1 + np.exp(-np.clip(log_odds, -700, 700)))


def logit(share: float) -> float:
    return math.log(share / (1 - share))


def prior() -> float:
    return _PRIOR


def total(weights: Sequence[float]) -> float:
    return round(math.fsum(weights), 1)
