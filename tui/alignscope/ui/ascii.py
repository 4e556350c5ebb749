"""For terminals that can't show every character: what is drawn, in characters that they can.

It works on finished rows, so that everything goes through it: our own signs, those of Textual's widgets, and what
models write. What is kept, copied and exported is not touched.
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
"""Values of TERM whose fonts have a few hundred characters at most."""
_INSTEAD: Final = {
    "∿": "~", "◆": "*", "▲": "^", "●": "o", "❯": ">", "✕": "x", "✗": "x", "✓": "+", "…": "~", "·": "-", "•": "*",
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
    """Draws with ASCII alone; a character that has no likeness there is a question mark as wide as itself."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same segments in characters that can be shown."""
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]


@lru_cache(4096)
def to_ascii(text: str) -> str:
    """A text in ASCII, of the same width."""
    if text.isascii():
        return text
    return "".join(char if char.isascii() else _INSTEAD.get(char) or _plain(char) for char in text)


def _plain(char: str) -> str:
    if "\u2500" <= char <= "\u257f":
        return "+"
    if "\u2580" <= char <= "\u259f":  # what is left of the blocks
        return "#"
    if (letter := normalize("NFD", char)[0]).isascii():  # an accent less, and still the same word
        return letter
    if "\u2400" <= char <= "\u2421":  # what stands for a control character
        return "?"
    return "?" * cell_width(char)


def needs_ascii(wanted: str = "auto", environment: Mapping[str, str] = os.environ, encoding: str | None = None) -> bool:
    """Whether to draw with ASCII alone.

    Args:
        wanted: `unicode` or `ascii` as the person says; `auto` goes by the terminal's name and the locale.
        encoding: of the stream that is drawn on, else standard error's, which is where Textual draws.
    """
    if wanted != "auto":
        return wanted == "ascii"
    if environment.get("TERM", "") in _POOR:
        return True
    if encoding is None:
        encoding = getattr(sys.__stderr__, "encoding", None) or locale.getpreferredencoding(False)
    if "utf" not in encoding.lower():
        return True
    # Python takes UTF-8 for the C locale and says so in LC_CTYPE; somebody who set that locale by hand meant it.
    said = environment.get("LC_ALL") or environment.get("LANG") or ""
    return said.partition(".")[0] in ("C", "POSIX") and "utf" not in said.lower()
