"""A picture of the screen as SVG, in which every character lies in the cells that it has in a terminal.

Rich stretches or squeezes each text to as many cells as it has characters, so that wide ones lie over each other; and
it lets through the two characters that no XML may hold.
"""

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import Any, Final

from rich.cells import cell_len, get_character_cell_size
from textual.app import App

_TEXT: Final = re.compile(
    r'(<text class="[^"]*" x=")([\d.]+)(" y="[\d.]+" textLength=")([\d.]+)("[^>]*>)([^<]+)</text>'
)
_NOT_IN_XML: Final = re.compile(r"[\ufffe\uffff]")


def screen_svg(app: App[Any], title: str, *, simplify: bool = False) -> str:
    """Return what the screen shows now.

    Args:
        title: stands above it; already safe to draw.
        simplify: make one text of neighbours that look the same, for a smaller file.
    """
    svg = app.export_screenshot(title=title, simplify=simplify)
    return _TEXT.sub(_placed, _NOT_IN_XML.sub("\ufffd", svg))


def _placed(match: re.Match[str]) -> str:
    """Return a text as pieces, each of characters of one width and as long as a terminal draws it."""
    head, x, middle, length, end, escaped = match.groups()
    text = unescape(escaped)
    if cell_len(text) == len(text):
        return match[0]
    cell = float(length) / len(text)
    return "".join(
        f"{head}{float(x) + column * cell:.8g}{middle}{cell_len(piece) * cell:.8g}{end}{_escaped(piece)}</text>"
        for column, piece in _pieces(text)
        if piece.strip("\xa0\n")
    )


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield where each piece begins, in cells, and the piece; marks stay with what they are drawn on."""
    start = column = width = 0
    for index, char in enumerate(text):
        size = get_character_cell_size(char)
        if size in (0, width):
            continue
        if index > start:
            yield column, text[start:index]
            column += cell_len(text[start:index])
        start, width = index, size
    yield column, text[start:]


def _escaped(text: str) -> str:
    return escape(text).replace("\xa0", "&#160;")
