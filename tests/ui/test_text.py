import unicodedata

import pytest
from rich.cells import cell_len

from mergetui.ui.text import clip, harmless, left, right, safe, strip_harmful, wrap

HOSTILE = "\x1b]52;c;aGk=\x07[b]x[/b] \u202eevil\u202c \x9b31m [@click=app.quit]y[/] Acme [EMEA]\u2066"


def test_every_control_and_bidi_character_is_spelled_out():
    bidi = {0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    leaks = [
        code
        for code in range(0x110000)
        if (unicodedata.category(chr(code)) in ("Cc", "Cs", "Zl", "Zp") or code in bidi) and harmless(chr(code))
    ]
    assert leaks == []


def test_names_keep_their_joiners_and_scripts():
    for name in ("علی‌رضا", "👩‍💻", "Zoë", "山田 太郎", "नेहा", "Łukasz", "🏳️‍🌈"):
        assert safe(name) == name


def test_control_characters_become_readable():
    assert safe("a\x1b[31mb\n") == "a<1B>[31mb<0A>"
    assert safe("\u202ex") == "<202E>x"
    assert strip_harmful("a\x1b\u202eb") == "ab"


@pytest.mark.parametrize("text", ["Jane", "山田太郎株式会社", "x" * 32000, "é" * 50, "👩‍💻 dev", HOSTILE, "", "a\nb"])
@pytest.mark.parametrize("width", [0, 1, 2, 7, 20])
def test_columns_are_exactly_as_wide_as_asked(text, width):
    assert cell_len(left(text, width)) == width
    assert cell_len(right(text, width)) == width
    assert cell_len(clip(text, width)) <= width


def test_clip_says_that_it_cut():
    assert clip("abcdef", 4) == "abc…"
    assert clip("abcd", 4) == "abcd"
    assert clip("山田太郎", 4) == "山…"


def test_wrap_breaks_at_spaces_and_cuts_the_last_line():
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("abcdefghij", 4) == ["abcd", "efgh", "ij"]
    assert wrap("one two three four", 7, 2) == ["one two", "three…"]
    assert wrap("", 7) == [""]
    assert all(cell_len(line) <= 9 for line in wrap("山田太郎株式会社の人 and more", 9))
    assert len(wrap("word " * 8000, 30, 3)) == 3
