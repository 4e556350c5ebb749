"""Words of a text, and sequences of them."""

import re
from collections.abc import Sequence
from typing import Final

_UNSPACED: Final = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
"""Chinese and Japanese are written without blanks, so that each of their characters counts as a word."""
_WORD: Final = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+|[^\w\s]")


def words_of(text: str) -> list[str]:
    """Return a text's words and signs in lower case; blanks and line breaks are none."""
    return _WORD.findall(text.casefold())


def sequences(words: Sequence[str], length: int) -> list[tuple[str, ...]]:
    """Return every run of so many words, in their order; none for a text with fewer."""
    return [tuple(words[start : start + length]) for start in range(len(words) - length + 1)]
