"""What a profile says beyond the fitted weights, in the engine's numbers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mergetui.matching.coding import Codes, Wide


@dataclass(frozen=True, slots=True)
class Rules:
    keys: tuple[tuple[str, Codes], ...] = ()
    """Name and codes of custom keys, such as a customer number: equal = certain, different = never."""
    factors: dict[str, float] = field(default_factory=dict)
    """Piece of evidence → what its weight is multiplied with; 0 = it does not count."""
    same: Codes | None = None
    """Rows with the same number are one person: they are no pair."""
    blocked: Wide = field(default_factory=lambda: np.zeros(0, np.int64))
    """Pairs of persons (the smaller number of ``same`` shifted by 32 bits, then the other's) that are two humans."""


NO_RULES = Rules()
