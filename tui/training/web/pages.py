"""The kinds of page with their weights, and the stream of pages."""

import random
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from training.types import Page
from training.web import code, lexicon, wishes
from training.web.facts import quiz
from training.web.facts.wordings import wordings
from training.web.grammar import Draw, Grammar, files

_KINDS = Path(__file__).with_name("kinds")
_MIDDLE = 1900  # characters; half of the pages are longer
_LONGEST = 5000  # characters; a page is cut here, in the middle of whatever it was saying

# kind: (weight, rule); kinds with facts and with code bring their own weights
_RULES = {
    "forum": (17, "p_forum"),
    "titled": (15, "p_titled"),
    "searches": (10, "p_searches"),
    "letter": (6, "p_letter"),
    "diary": (3, "p_diary"),
    "review": (8, "p_review"),
    "news": (8, "p_news"),
    "story": (9, "p_story"),
    "poem": (3, "p_poem"),
    "blog": (6, "p_blog"),
    "list": (8, "p_list"),
    "sign": (8, "p_sign"),
    "recipe": (4, "p_recipe"),
    "chat": (8, "p_chat"),
    "foreign": (11, "p_foreign"),
    "japanese": (9, "ja_page"),
    "data": (7, "p_data"),
}


@cache
def _grammar() -> Grammar:
    grammar = Grammar()
    lexicon.install(grammar)
    quiz.install(grammar)
    for path in files(_KINDS):
        grammar.load(path)
    return grammar


def _from_rule(rule: str) -> Callable[[Draw], str]:
    return lambda page: page(rule)


@cache
def _kinds() -> tuple[tuple[str, ...], tuple[int, ...], dict[str, Callable[[Draw], str]]]:
    table = {kind: (weight, _from_rule(rule)) for kind, (weight, rule) in _RULES.items()}
    table |= quiz.KINDS | code.KINDS
    return tuple(table), tuple(w for w, _ in table.values()), {kind: make for kind, (_, make) in table.items()}


def pages(seed: int) -> Iterator[Page]:
    """Pages without end, drawn from the seed."""
    rng = random.Random(seed)
    grammar = _grammar()
    wishes.install(grammar, seed)
    names, weights, makers = _kinds()
    themes = tuple(lexicon.themes())
    relations = tuple(wordings())
    while True:
        kind = rng.choices(names, weights)[0]
        page = Draw(grammar, rng, themes[int(rng.random() * len(themes))])
        if rng.random() < 0.35:
            page.memory["relation"] = relations[int(rng.random() * len(relations))]
        yield Page(kind, _page(page, kind, makers)[:_LONGEST].strip())


_ALONE = ("shell", "python prompt")  # nothing but more of the same goes on after these


def _page(page: Draw, kind: str, makers: dict[str, Callable[[Draw], str]]) -> str:
    """A page of the kind, and below it what pages run on into, until it is long enough."""
    wanted = _MIDDLE * 2.0 ** page.rng.gauss(0, 0.7)
    text = makers[kind](page)
    while len(text) < wanted:
        if kind in _ALONE:
            return text
        page.used.clear()
        style = page.rng.random()
        if style < 0.45:
            more = makers[kind](page)
        elif style < 0.75:
            more = page("p_tail")
        else:
            more = makers[page.pick(_NEXT)](page)
        text += "\n\n" + more
    return text


_NEXT = ("blog", "forum", "bare question", "encyclopedia", "list", "story", "review", "news", "answered", "questions")
