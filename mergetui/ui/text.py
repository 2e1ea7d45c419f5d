"""Text on its way to the terminal: made harmless, measured in cells, cut, padded and wrapped.

Everything that may come from a CRM (names, values, error texts) passes through ``safe`` exactly once, here or in a
function that calls it. Widths are terminal cells, not characters: CJK characters take two.
"""

from __future__ import annotations

import math
import re

from rich.cells import cell_len, set_cell_size

ELLIPSIS = "…"

# C0, DEL, C1; soft hyphen, Arabic letter mark, Mongolian vowel separator; zero-width space; LRM, RLM; line and
# paragraph separators, bidi embeddings; word joiner and invisible operators, bidi isolates, deprecated marks;
# surrogates; BOM; interlinear marks; shorthand, musical and hieroglyph controls; tag characters.
# U+200C and U+200D stay: Persian names and emoji are built with them.
_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def safe(value: object) -> str:
    """``value`` as text that a terminal shows and does not obey: control and bidi characters appear as ``<1B>``."""
    return _HARMFUL.sub(lambda found: f"<{ord(found[0]):02X}>", str(value))


def score_text(score: float) -> str:
    """A probability with three decimals, cut and not rounded: what is not certain never reads as certain."""
    return f"{min(math.floor(score * 1000 + 1e-9), 999) / 1000:.3f}"


def harmless(text: str) -> bool:
    """True when ``safe`` would change nothing."""
    return _HARMFUL.search(text) is None


def strip_harmful(text: str) -> str:
    """``text`` without the characters ``safe`` would spell out; for what people type or paste."""
    return _HARMFUL.sub("", text)


def clip(value: object, width: int) -> str:
    """Safe text of at most ``width`` cells, ending in … when something was cut."""
    if width <= 0:
        return ""
    raw = str(value)
    head = raw[: width * 4 + 16]  # a 32,000 character value costs no more than its visible part
    text = safe(head)
    if len(head) == len(raw) and cell_len(text) <= width:
        return text
    return cut(text, width - 1).rstrip() + ELLIPSIS


def cut(text: str, width: int) -> str:
    """The first ``width`` cells of safe text, never half a wide character."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width))


def left(value: object, width: int) -> str:
    """Safe text in exactly ``width`` cells, left-aligned."""
    text = clip(value, width)
    return text + " " * (width - cell_len(text))


def right(value: object, width: int) -> str:
    """Safe text in exactly ``width`` cells, right-aligned; for numbers."""
    text = clip(value, width)
    return " " * (width - cell_len(text)) + text


def wrap(value: object, width: int, most: int = 1000) -> list[str]:
    """Safe text in lines of at most ``width`` cells, broken at spaces where possible; at most ``most`` lines, the
    last one ending in … when more is left."""
    width = max(1, width)
    raw = str(value)
    shown = raw[: width * most * 4 + 16]
    words = safe(shown).split(" ")
    lines: list[str] = []
    line = ""
    for word in words:
        joined = f"{line} {word}" if line else word
        if cell_len(joined) <= width:
            line = joined
            continue
        if line:
            lines.append(line)
        while cell_len(word) > width:
            piece = cut(word, width).rstrip() or word[:1]
            lines.append(piece)
            word = word[len(piece) :]
            if len(lines) > most:
                break
        line = word
        if len(lines) > most:
            break
    if line or not lines:
        lines.append(line)
    if len(lines) > most or len(shown) < len(raw):
        lines = lines[:most]
        lines[-1] = cut(lines[-1], width - 1).rstrip() + ELLIPSIS
    return lines
