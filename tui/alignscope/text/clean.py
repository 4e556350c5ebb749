"""Cleaning, measuring and wrapping of text from models, servers and files for a terminal.

Widths are those of `rich.cells`, which Textual lays the screen out by: other widths would shift every cell after a
difference. Where a code point's width depends on its neighbours, `render` writes what is safe in any terminal.
"""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, get_character_cell_size

TAB: Final = 4
"""Cells between tab stops, counted from the start of a row."""

_REPLACEMENT: Final = "\ufffd"
_JOINER: Final = "\u200d"
_EMOJI_STYLE: Final = "\ufe0f"
_SKINS: Final = frozenset(map(chr, range(0x1F3FB, 0x1F400)))
"""Skin tones join an emoji before them. Alone, they are two cells wide in terminals and none in Rich."""
_ZERO_BASE: Final = "\u25cc"
"""The dotted circle, which is drawn under a mark without a base."""


def _visible() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
    table[0x7F] = "\u2421"
    hidden = [
        range(0x80, 0xA0),  # C1 controls, which some terminals obey like escape sequences
        (0x061C, 0x200E, 0x200F),  # marks of direction
        range(0x202A, 0x202F),  # embeddings and overrides of direction
        range(0x2066, 0x2070),  # isolates of direction, and deprecated format characters
        range(0xFFF9, 0xFFFC),  # interlinear annotation
        range(0xD800, 0xE000),  # halves of surrogate pairs, which can't be encoded
        range(0xE0000, 0xE0080),  # tags: text that a person can't see and a model can read
    ]
    table.update(dict.fromkeys((code for codes in hidden for code in codes), _REPLACEMENT))
    table.update(dict.fromkeys((0x85, 0x2028, 0x2029), "\n"))
    table[0xAD] = "\u2010"  # a soft hyphen is one cell wide in one terminal and none in the next
    return table


_VISIBLE: Final = _visible()
_BLANKS: Final = {ord("\n"): "\u23ce", ord("\t"): "\u2192", ord(" "): "\u00b7"}
"""Signs for white space."""
_HALVES: Final = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Return the text with everything that a terminal could obey made visible.

    C0 controls become control pictures, C1 and bidirectional controls U+FFFD, and U+0085, U+2028 and U+2029 line
    breaks; newline and tab stay. Each code point is replaced by exactly one, so that chunks may be cleaned separately
    and indexes into the result are indexes into the text.
    """
    return text if text.isprintable() else text.translate(_VISIBLE)


def encodable(text: str) -> str:
    """Return the text with U+FFFD for each half of a surrogate pair, which UTF-8 can't hold."""
    return _HALVES.sub(_REPLACEMENT, text)


def clean_json(line: str) -> str:
    """Escape in a line of JSON what `clean` makes visible: the value stays the same."""
    return line if line.isprintable() else "".join(c if clean(c) == c else json.dumps(c)[1:-1] for c in line)


def clean_line(text: str) -> str:
    """Clean a text for one row, one character for each; line breaks become a symbol."""
    return clean(text).replace("\n", "\u23ce")


def visible(text: str) -> str:
    """Clean a token's text for one row, one character for each; line breaks, tabs and blanks become signs."""
    return clean(text).translate(_BLANKS)


# Ranges in which every character is printable and takes one cell whatever stands beside it.
_PLAIN_RANGES: Final = (
    " -~\u00a0-\u00a8\u00aa-\u00ac\u00af-\u02ff\u0370-\u0377\u037a-\u037f\u0391-\u03a1\u03a3-\u0482\u048a-\u052f"
    "\u1e00-\u1f15\u2010-\u2027\u2030-\u203b\u203d-\u2048\u204a-\u205e\u20a0-\u20bf\u2190-\u2193\u2200-\u22ff"
    "\u2400-\u2426\u2500-\u25a9\ufffd"
)
_NOT_PLAIN: Final = re.compile(f"[^{_PLAIN_RANGES}]")
_NO_ROW_START: Final = frozenset("、。，．：；！？）］｝」』】〉》〕…ー々゛゜っッゃャゅュょョ")
"""East Asian characters that must not begin a row."""


def is_plain(text: str) -> bool:
    """Return whether every character takes one cell and no two of them join."""
    return (text.isascii() and text.isprintable()) or _NOT_PLAIN.search(text) is None


def _is_emoji(char: str) -> bool:
    return _widens(char) or (char > "\u2300" and get_character_cell_size(char) == 2)


@lru_cache(maxsize=4096)
def _widens(char: str) -> bool:
    """Return whether a character takes one cell, and two with U+FE0F behind it."""
    return get_character_cell_size(char) == 1 and cell_len(char + _EMOJI_STYLE) == 2


def _clusters(text: str, start: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, cells) of each character with all that combines or joins with it.

    A cluster depends only on the text to its left, so that a growing text keeps all its clusters but the last.
    A tab has -1 cells, since its width depends on the column.
    """
    size, length = get_character_cell_size, len(text)
    index = start
    while index < length:
        char = text[index]
        end = index + 1
        if char == "\t":
            yield index, end, -1
            index = end
            continue
        cells = size(char) or 1  # a mark with nothing under it is drawn on a dotted circle
        if end < length and (following := text[end]) > "\u02ff":
            if "\U0001f1e6" <= char <= "\U0001f1ff" and "\U0001f1e6" <= following <= "\U0001f1ff":
                end += 1  # two regional indicators: a flag
                cells = 2
            base = char
            while end < length and (following := text[end]) > "\u02ff":
                if following == _EMOJI_STYLE and cells == 1 and _widens(base):
                    cells = 2
                elif text[end - 1] == _JOINER and _is_emoji(following) and _is_emoji(base):
                    pass
                elif size(following) or (following in _SKINS and not _is_emoji(base)):
                    break
                end += 1
        yield index, end, cells
        index = end


def render(row: str) -> tuple[str, int]:
    """Return a row as it is drawn, and its cells: tabs become spaces, and lone marks get a base."""
    if is_plain(row):
        return row, len(row)
    parts: list[str] = []
    column = 0
    for start, end, cells in _clusters(row, 0):
        piece = row[start:end]
        if cells < 0:
            cells = TAB - column % TAB
            piece = " " * cells
        elif end - start > 1 or not get_character_cell_size(piece):
            piece = _render_cluster(piece)
        parts.append(piece)
        column += cells
    return "".join(parts), column


def _render_cluster(piece: str) -> str:
    """Return a cluster without joiners that join nothing: Rich would hide the character after one."""
    if piece[0] in _SKINS:
        return _REPLACEMENT
    if _JOINER in piece:
        emoji = _is_emoji(piece[0])
        parts = piece.split(_JOINER)
        joined = parts[0]
        for part in parts[1:]:
            joined += _JOINER + part if emoji and part and _is_emoji(part[0]) else part
        piece = joined
    return piece if piece and get_character_cell_size(piece[0]) else _ZERO_BASE + piece


def glyphs(row: str) -> Iterator[tuple[int, int, str, int]]:
    """Yield each character of a row with all that joins it: beginning and end in the row, drawing and cells."""
    if is_plain(row):
        yield from ((index, index + 1, char, 1) for index, char in enumerate(row))
        return
    column = 0
    for start, end, cells in _clusters(row, 0):
        if cells < 0:
            cells = TAB - column % TAB
            yield start, end, " " * cells, cells
        else:
            yield start, end, render(row[start:end])[0], cells
        column += cells


def offsets(row: str) -> list[int]:
    """Return, for every character of the drawn row and for its end, its index in the row."""
    if is_plain(row):
        return list(range(len(row) + 1))
    places: list[int] = []
    column = 0
    for start, end, cells in _clusters(row, 0):
        drawn, cells = (
            (" " * (TAB - column % TAB), TAB - column % TAB) if cells < 0 else (render(row[start:end])[0], cells)
        )
        places.extend(min(start + i, end - 1) for i in range(len(drawn)))
        column += cells
    places.append(len(row))
    return places


def cell_width(text: str) -> int:
    """Return the number of cells that a text without line breaks takes from the start of a row."""
    return render(text)[1]


_BREAKS: Final = re.compile(r" *\n\s*")


def fit(text: str, width: int) -> str:
    """Return the text as drawn on one row, with an ellipsis if it exceeds the width; line breaks become symbols."""
    drawn, cells = render(_BREAKS.sub(" \u23ce ", clean(text).strip("\n")))
    if cells <= width:
        return drawn
    if width < 1:
        return ""
    length, column = 0, 0
    for _, end, size in _clusters(drawn, 0):
        if column + size > width - 1:
            break
        length, column = end, column + size
    return drawn[:length] + "…"


class Wrapper:
    """Breaks logical lines into rows of at most `width` cells, greedily, at spaces if possible.

    The joined rows are the line: nothing is lost. The spaces after a row's last word hang over its edge (at most
    another `width` of them). A break depends only on the text to its left, so that a growing line keeps all its rows
    but the last: `rows(last row + new text)` gives the same rows as wrapping the whole line again.
    """

    def __init__(self, width: int) -> None:
        self.width = width = max(1, width)
        self._plain = re.compile(rf".{{1,{width}}}+\Z|.{{0,{width - 1}}}[^ ] {{1,{width}}}|.{{1,{width}}}", re.DOTALL)

    def rows(self, line: str) -> list[str]:
        """Return the rows of a logical line, or of its rest from the start of a row; at least one."""
        if len(line) <= self.width and line.isascii() and line.isprintable():
            return [line]
        if 2 * len(line) <= self.width and "\t" not in line:
            return [line]  # nothing but a tab takes more than two cells
        if is_plain(line):
            return self._plain.findall(line) or [""]
        rows = []
        start, length = 0, len(line)
        while start < length:
            end = self._row_end(line, start)
            rows.append(line[start:end])
            start = end
        return rows

    def _row_end(self, line: str, start: int) -> int:
        """Return where the row that begins at `start` ends, by the rules of the pattern for plain text."""
        width = self.width
        limit = start + 8 * width  # however many marks are piled on a character, a row stays short
        column = candidate = 0
        previous, was_wide = " ", False
        for index, end, cells in _clusters(line, start):
            char = line[index]
            blank = char in " \t"
            if cells < 0:
                cells = TAB - column % TAB
            if blank:
                if previous not in " \t":
                    candidate = index
            elif index > start and (cells == 2 or was_wide) and previous not in " \t" and char not in _NO_ROW_START:
                candidate = index
            if column + cells > width and index > start:
                return self._hang(line, candidate) if candidate else index
            if end > limit:
                return max(limit, index) if index > start else limit
            column += cells
            previous, was_wide = char, cells == 2 and not blank
        return len(line)

    def _hang(self, line: str, index: int) -> int:
        """Return the index behind at most `width` blanks."""
        last = min(len(line), index + self.width)
        while index < last and line[index] in " \t":
            index += 1
        return index
