"""ASCII in place of other characters, for terminals that can't show them.

It works on finished rows, and so on everything that is drawn. Saved, copied and exported text stays as it is.
"""

import locale
import os
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Final
from unicodedata import normalize

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from alignscope.text.clean import cell_width

_POOR: Final = ("linux", "vt100", "vt102", "vt220", "cons25", "dumb")
"""Values of TERM with fonts of a few hundred characters."""
_INSTEAD: Final = {
    "≈": "~", "◆": "*", "▲": "^", "●": "o", "❯": ">", "✕": "x", "✗": "x", "✓": "+", "…": "~", "·": "-", "•": "*",
    "–": "-", "—": "-", "−": "-", "→": ">", "←": "<", "↑": "^", "↓": "v", "⏎": "<", "␣": "_",
    "‘": "'", "’": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "›": ">", "‹": "<",
    "×": "x", "°": "o", "≡": "=",
    "│": "|", "┃": "|", "┆": "|", "┊": "|", "║": "|", "▏": "|", "▎": "|", "▍": "|", "▌": "|", "▋": "|", "▊": "|",
    "▉": "#", "▐": "|", "▕": "|", "▖": ".", "▗": ".", "▘": "'", "▝": "'",
    "─": "-", "━": "-", "┄": "-", "┈": "-", "═": "=", "▁": "_", "▔": "-", "▂": "_", "▃": "_",
    "█": "#", "▓": "#", "▒": "+", "░": ".", "▀": '"', "▄": "_", "▅": "#", "▆": "#", "▇": "#", "■": "#", "□": "o",
    "○": "o", "◉": "o", "◌": "o", "▶": ">", "►": ">", "◀": "<", "▼": "v", "⟦": "[", "⟧": "]",
}  # fmt: skip


class AsciiFilter(LineFilter):
    """Draws in ASCII, with question marks for characters that have no similar one."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the segments in ASCII."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """Return a text in ASCII, of the same width."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _INSTEAD.get(char) or _similar(char) for char in text)


def _similar(char: str) -> str:
    if "\u2500" <= char <= "\u257f":
        return "+"
    if "\u2580" <= char <= "\u259f":  # other block elements
        return "#"
    if (letter := normalize("NFD", char)[0]).isascii():  # without its accent
        return letter
    if "\u2400" <= char <= "\u2421":  # pictures of control characters
        return "?"
    return "?" * cell_width(char)


def needs_ascii(wanted: str = "auto", environment: Mapping[str, str] = os.environ, encoding: str | None = None) -> bool:
    """Return whether to draw in ASCII.

    Args:
        wanted: `unicode`, `ascii`, or `auto` to decide by the terminal's name and the locale.
        encoding: encoding of the terminal's stream; None for that of standard error, where Textual draws.
    """
    if wanted != "auto":
        return wanted == "ascii"
    if environment.get("TERM", "") in _POOR:
        return True
    if encoding is None:
        encoding = getattr(sys.__stderr__, "encoding", None) or locale.getpreferredencoding(False)
    if "utf" not in encoding.lower():
        return True
    # Python uses UTF-8 in the C locale and sets LC_CTYPE to it, but a C locale set by hand asks for ASCII.
    name = environment.get("LC_ALL") or environment.get("LANG") or ""
    return name.partition(".")[0] in ("C", "POSIX") and "utf" not in name.lower()
