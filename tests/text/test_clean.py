"""What reaches the screen of a model's text, how wide it is, and how it is broken into rows."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len, get_character_cell_size

from alignscope.text.clean import (
    Wrapper,
    cell_width,
    clean,
    clean_json,
    fit,
    glyphs,
    is_plain,
    offsets,
    render,
    visible,
)

SNIPPETS = (
    *"abz  .,\t—é“你好界。、」アー한\u0301\u0308\u200d\ufe0f🇩🇪🇫👍🏽👩👧❤1\u20e3\u1100\u1161\u11a8क्ष\u3000\u00a0\u200b",
    *("word ", "   ", "longerword", "x" * 17, "\t\t", "\u0301" * 40, " \u0301"),
    *("👨\u200d👩\u200d👧", "❤\ufe0f\u200d🔥", "🏳\ufe0f\u200d🌈"),
)
lines = st.lists(st.sampled_from(SNIPPETS), max_size=40).map("".join)
plain_lines = st.text(alphabet="ab — é", max_size=120)
anything = st.text(alphabet=st.characters(codec=None), max_size=60)
widths = st.integers(1, 24)


@given(anything, st.integers(0, 60))
def test_clean_looks_at_each_code_point_alone(text: str, cut: int) -> None:
    assert clean(text[:cut]) + clean(text[cut:]) == clean(text)
    assert len(clean(text)) == len(text)
    assert clean(clean(text)) == clean(text)


@given(anything)
def test_json_that_is_cleaned_is_clean_and_the_same(text: str) -> None:
    cleaned = clean_json(json.dumps(text, ensure_ascii=False))
    assert clean(cleaned) == cleaned
    assert json.loads(cleaned) == text


def test_nothing_that_acts_on_a_terminal_is_left() -> None:
    cleaned = clean("".join(map(chr, range(sys.maxunicode + 1))))
    left = {
        char
        for char in cleaned
        if char not in "\n\t"
        and (
            unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")
            or unicodedata.bidirectional(char) in ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")
        )
    }
    assert left == set()
    assert not {"\u200e", "\u200f", "\u061c", "\U000e0041"} & set(cleaned)


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("\x1b]52;c;aGk=\x07", "␛]52;c;aGk=␇"),
        ("\x9b31m", "\ufffd31m"),
        ("a\x7fb\x00", "a␡b␀"),
        ("admin\u202etxt.exe", "admin\ufffdtxt.exe"),
        ("one\u2028two\x85three", "one\ntwo\nthree"),
        ("dos\r\nunix\n\ttab", "dos␍\nunix\n\ttab"),
        ("half \ud83d surrogate", "half \ufffd surrogate"),
        ("[bold]not markup[/bold]", "[bold]not markup[/bold]"),
    ],
)
def test_what_acts_is_seen_instead(raw: str, shown: str) -> None:
    assert clean(raw) == shown


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("plain", 5),
        ("“curly” — naïve", 15),
        ("你好", 4),
        ("e\u0301", 1),
        ("👨\u200d👩\u200d👧", 2),
        ("❤\ufe0f", 2),
        ("❤\ufe0f\u200d🔥", 2),
        ("🇩🇪🇫🇷", 4),
        ("👍🏽", 2),
        ("1\ufe0f\u20e3", 2),
        ("\u1100\u1161\u11a8", 2),
        ("한글", 4),
        ("a\u200db", 2),  # a joiner between letters joins nothing
        ("\u0301", 1),  # a mark with nothing to sit on gets a dotted circle
        ("a🏽", 2),  # nor does a skin tone on a letter
        ("a\tb\tc", 9),
        ("abcd\te", 9),
    ],
)
def test_characters_take_the_room_they_take(text: str, cells: int) -> None:
    assert cell_width(text) == cells


def test_plain_characters_are_one_cell_wide_and_join_nothing() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        if not 0xD800 <= code < 0xE000 and is_plain(char):
            assert get_character_cell_size(char) == 1, hex(code)
            assert unicodedata.category(char)[0] not in "CM", hex(code)


@given(lines)
def test_a_row_is_as_wide_as_the_layout_believes(line: str) -> None:
    drawn, cells = render(line)
    assert cell_len(drawn) == cells
    assert len(offsets(line)) == len(drawn) + 1
    assert offsets(line) == sorted(offsets(line))


@given(lines)
def test_a_row_is_drawn_by_its_characters(line: str) -> None:
    found = list(glyphs(line))
    assert ("".join(drawn for *_, drawn, _ in found), sum(cells for *_, cells in found)) == render(line)
    assert "".join(line[start:end] for start, end, _, _ in found) == line
    assert all(cell_len(drawn) == cells for *_, drawn, cells in found)


def test_blanks_of_a_token_can_be_seen() -> None:
    assert visible(" a\tb\n\x1b\u2028") == "\u00b7a\u2192b\u23ce\u241b\u23ce"


@given(lines | plain_lines | anything.map(clean).map(lambda text: text.replace("\n", "")), widths)
def test_wrapping_loses_nothing_and_fits(line: str, width: int) -> None:
    rows = Wrapper(width).rows(line)
    assert "".join(rows) == line
    for row in rows:
        kept = row.rstrip(" \t")  # blanks may hang over the edge
        assert cell_width(kept) <= max(width, 2)
        assert len(row) <= 10 * width


@given(lines | plain_lines, widths, st.data())
def test_rows_that_have_ended_stay_when_a_line_grows(line: str, width: int, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(line)))
    wrapper = Wrapper(width)
    earlier = wrapper.rows(line[:cut])
    whole = wrapper.rows(line)
    assert whole[: len(earlier) - 1] == earlier[:-1]
    assert earlier[:-1] + wrapper.rows(earlier[-1] + line[cut:]) == whole


@given(plain_lines, widths)
@settings(max_examples=300)
def test_both_ways_of_wrapping_agree(line: str, width: int) -> None:
    # A character that isn't plain sends the line the slower way; at the end it can't change the rows before its own.
    slow = Wrapper(width).rows(line + "\u0301")
    assert slow[:-1] == Wrapper(width).rows(line)[: len(slow) - 1]


def test_rows_break_at_spaces_where_they_can() -> None:
    assert Wrapper(10).rows("the quick brown fox") == ["the quick ", "brown fox"]
    assert Wrapper(9).rows("the quick  brown") == ["the quick  ", "brown"]
    assert Wrapper(4).rows("abcdefghij") == ["abcd", "efgh", "ij"]
    assert Wrapper(6).rows("    abcdefgh") == ["    ab", "cdefgh"]
    assert Wrapper(10).rows("春眠不觉晓，处处") == ["春眠不觉", "晓，处处"]
    assert Wrapper(8).rows("see 春眠不觉") == ["see 春眠", "不觉"]
    assert Wrapper(5).rows("") == [""]


def test_marks_piled_on_one_character_do_not_make_an_endless_row() -> None:
    rows = Wrapper(10).rows("a" + "\u0301" * 10_000)
    assert max(map(len, rows)) <= 100


@given(lines, widths)
def test_fit_shortens_to_the_width(line: str, width: int) -> None:
    assert cell_len(fit(line, width)) <= width


def test_fit_tells_that_it_shortened() -> None:
    assert fit("mistral-nemo", 8) == "mistral…"
    assert fit("two\nlines", 20) == "two ⏎ lines"
    assert fit("\n\nfirst\n\n  last\n", 20) == "first ⏎ last"
    assert fit("anything", 0) == ""
