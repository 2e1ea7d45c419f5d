"""How alike two texts are, for many pairs at once; the same whichever stands first."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from rapidfuzz.process import cpdist

from mergetui.matching.coding import Codes


def likeness(scorer: Any, texts: npt.NDArray[Any], x: Codes, y: Codes, least: float) -> npt.NDArray[np.float32]:
    """A scorer of rapidfuzz for each pair of places in ``texts``; below ``least`` (for distances: above) anything.

    Jaro's greedy matching depends on which text comes first, so that is decided by the texts.
    """
    left, right = texts[x], texts[y]
    turned = np.asarray(left > right, bool)
    low, high = np.where(turned, right, left), np.where(turned, left, right)
    return np.asarray(cpdist(low, high, scorer=scorer, score_cutoff=least, dtype=np.float32))


def shared_words(x: Codes, y: Codes) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
    """How many entries two rows have in common, and how many the smaller one has."""
    shared = np.zeros(len(x), np.int8)
    for column in range(x.shape[1]):
        mine = x[:, column]
        if not (mine >= 0).any():
            break
        hit = np.zeros(len(x), bool)
        for other in range(x.shape[1]):
            hit |= mine == y[:, other]
        shared += hit & (mine >= 0)
    smaller = np.minimum((x >= 0).sum(1), (y >= 0).sum(1)).astype(np.int8)
    return shared, smaller
