"""What visitors type, for titles, search logs and lists: the instruction data's requests, and some made here."""

import re
from collections.abc import Iterator
from itertools import chain, islice

from training.web.grammar import Draw, Grammar

_UNSAID = re.compile(
    r"\b(?:jew|muslim|immigrant|foreigner|minorit|racis|sexist|slur|hateful|rape|roofie|gay|disabled)"
    r"|\ba (?:race|religion)\b"
    r"|\b(?:sex|porn)\b|\b(?:child|children|kids?|baby|babies|girls?|boys?|toddlers?|pupils|slaves?|women|woman)\b",
    re.IGNORECASE,
)
"""Requests about groups of people, or what could be done to somebody weak. They are for tuning alone, where they are
declined: a model that only continues text would mix what is said about people with what is said about things."""
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
"""Requests in Japanese stand on Japanese pages alone: below them, a page in English would be learned."""
_POOL = 4000  # requests at hand at one time
_FRESH = 0.25  # how often a draw brings a new one into the pool


def install(grammar: Grammar, seed: int) -> None:
    """Make `request` a rule of the grammar; it needs `ask_title`'s rules there."""
    source = _requests(seed)
    pool: list[str] = list(islice(source, _POOL))
    japanese = [text for text in pool if _JAPANESE.search(text)]
    pool = [text for text in pool if not _JAPANESE.search(text)]

    def request(page: Draw, bound: str) -> str:
        if page.chance(0.3):
            return page("wish")
        at = page.number(0, len(pool) - 1)
        text = pool[at]
        if page.chance(_FRESH):
            fresh = next(source)
            if _JAPANESE.search(fresh):
                japanese[page.number(0, len(japanese) - 1)] = fresh
            else:
                pool[at] = fresh
        return text

    grammar.native("request", request)
    grammar.native("ja_request", lambda page, _: page.pick(japanese))


def _requests(seed: int) -> Iterator[str]:
    try:
        from training.instruct import requests
    except ImportError:
        return iter(())
    return chain(
        text
        for text in (request.text.strip() for request in requests(seed) if request.kind != "care")  # no filler of that
        if 0 < len(text) < 160 and not _UNSAID.search(text)
    )
