"""The language that a text is in, told by its script and its commonest words."""

import re
from collections.abc import Mapping
from typing import Final

from alignscope.measure.wording.words import words_of

LEAST: Final = 3
"""Words of a language that tell it, at least, and signs of a script."""
_SCRIPTS: Final[Mapping[str, re.Pattern[str]]] = {
    "ja": re.compile("[\u3040-\u30ff]"),
    "ko": re.compile("[\uac00-\ud7af]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "el": re.compile("[\u0370-\u03ff]"),
    "ar": re.compile("[\u0600-\u06ff]"),
    "he": re.compile("[\u0590-\u05ff]"),
    "hi": re.compile("[\u0900-\u097f]"),
    "th": re.compile("[\u0e00-\u0e7f]"),
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff]"),
}
"""By signs that only they have; Chinese comes last, since Japanese has its characters too. Other languages of a script,
such as Ukrainian, are taken for the one that stands here."""
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f]")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_COMMON: Final[Mapping[str, frozenset[str]]] = {
    "en": _words(
        "the of and to is that it was for on are with as this be have not you by or from they what when can there"
    ),
    "de": _words(
        "der die das und ist nicht ein eine ich zu den mit sich auf für im dem auch es sie wir von werden wie wenn"
    ),
    "fr": _words(
        "le les des est et une dans que qui pas pour il elle nous vous sur avec ce sont au du je mais plus par"
    ),
    "es": _words("el los las que y es una por con para no se del al lo su como pero más está son muy hay yo"),
    "it": _words("il lo gli che di è una per con non del della sono si come ma più anche questo nel alla io ho"),
    "pt": _words("os as que é uma para com não do da em um por mais como mas foi seu sua ao está eu muito"),
}


def language_of(text: str) -> str | None:
    """Return the language of most of a text, as in HTML: `en`; None if it can't be told.

    A text of few words, code, or one in a language that isn't known here can't. It is a rule of thumb: a language of
    the same family may be taken for the one that is known.
    """
    latin = len(_LATIN.findall(text))
    counts = {name: len(pattern.findall(text)) for name, pattern in _SCRIPTS.items()}
    other = sum(counts.values())
    if other >= LEAST and 2 * other >= latin / 3:  # a sign of the others is worth about three letters
        if 10 * counts["ja"] >= counts["zh"] and counts["ja"]:
            return "ja"
        return max(counts, key=counts.__getitem__)
    words = words_of(text)
    known = sorted(((sum(word in common for word in words), name) for name, common in _COMMON.items()), reverse=True)
    (most, name), (next_most, _) = known[:2]
    return name if most >= LEAST and most > next_most else None


def keeps_language(language: str, reply: str) -> bool | None:
    """Return whether a reply is in a language; None if its own can't be told.

    Args:
        language: as in HTML; a region, as in `pt-BR`, doesn't matter.
    """
    own = language_of(reply)
    return None if own is None or not language else own == language.casefold().split("-")[0]
