"""Find: normalise → block → score → group, with evidence. Pure functions."""
