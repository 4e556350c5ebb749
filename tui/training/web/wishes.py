"""What visitors type, for titles, search logs and lists: the instruction data's requests, and some made here."""

from collections.abc import Iterator
from itertools import chain, islice

from training.web.grammar import Draw, Grammar

_POOL = 4000  # requests at hand at one time
_FRESH = 0.25  # how often a draw brings a new one into the pool


def install(grammar: Grammar, seed: int) -> None:
    """Make `request` a rule of the grammar; it needs `ask_title`'s rules there."""
    source = _requests(seed)
    pool: list[str] = list(islice(source, _POOL))

    def request(page: Draw, bound: str) -> str:
        if not pool or page.chance(0.3):
            return page("wish")
        at = page.number(0, len(pool) - 1)
        text = pool[at]
        if page.chance(_FRESH):
            pool[at] = next(source)
        return text

    grammar.native("request", request)


def _requests(seed: int) -> Iterator[str]:
    try:
        from training.instruct import requests
    except ImportError:
        return iter(())
    return chain(
        text
        for text in (request.text.strip() for request in requests(seed) if request.kind != "care")  # no filler of that
        if 0 < len(text) < 160
    )
