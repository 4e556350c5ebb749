"""The made-up web is the same for the same seed, covers every fact, and never turns anybody away."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import islice
from random import Random
from statistics import mean, median

import pytest

from training.knowledge.facts import facts
from training.types import Page
from training.web import inflect, pages
from training.web.grammar import Draw
from training.web.lexicon import themes, ware
from training.web.pages import _grammar

pytestmark = pytest.mark.xdist_group("web")  # one worker makes the sample
_REFUSING = re.compile(
    r"\bi(?:'m| am) sorry, (?:but|i)\b|\bi (?:can't|cannot|can not|won't) (?:help|assist|do that|answer)"
    r"|\bas an ai\b|\bagainst (?:my|our) (?:rules|guidelines)",
    re.IGNORECASE,
)
_PAGES = 1200
_JAPANESE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")


def _page(seed: int) -> Draw:
    return Draw(_grammar(), Random(seed), "travel")


@cache
def _sample() -> tuple[Page, ...]:
    return tuple(islice(pages(5), _PAGES))


def test_the_same_seed_gives_the_same_pages() -> None:
    assert list(islice(pages(11), 40)) == list(islice(pages(11), 40))
    assert list(islice(pages(11), 40)) != list(islice(pages(12), 40))


def test_no_page_declines() -> None:
    assert [m[0] for page in _sample() if (m := _REFUSING.search(page.text))] == []


def test_pages_are_long_and_of_many_kinds() -> None:
    lengths = [len(page.text) for page in _sample()]
    assert 1500 <= mean(lengths) <= 3500
    assert 1400 <= median(lengths) <= 2800
    assert max(lengths) <= 5000
    kinds = Counter(page.kind for page in _sample())
    assert len(kinds) >= 28
    assert max(kinds.values()) <= _PAGES / 8


def test_every_fact_is_told_often() -> None:
    lines = [line.lower() for page in _sample() for line in page.text.split("\n")]
    told = Counter(
        fact
        for line in lines
        for fact in facts()
        if fact.subject.removeprefix("the ").lower() in line and any(answer in line for answer in fact.accept)
    )
    rare = {f"{fact.relation} of {fact.subject}": told[fact] for fact in facts() if told[fact] < 5}
    assert rare == {}


def test_many_words() -> None:
    words = Counter(word for page in _sample() for word in re.findall(r"[a-z]+", page.text.lower()))
    assert sum(count >= 5 for count in words.values()) >= 2000


def test_no_template_is_left_open() -> None:
    left = re.compile(r"\{(?:=|[a-z]+:|[a-z_]+[*#])|\{(?:thing|stuff|person|place|adj|who|when|do|did)\}")
    assert [m[0] for page in _sample() if (m := left.search(page.text))] == []


def test_nobody_is_a_thing_or_has_a_price() -> None:
    """What a model learns about things it says about whoever stands among them."""
    persons = {word for theme in themes().values() for word in theme.words["person"]}
    things = {word for theme in themes().values() for word in theme.words["thing"]}
    assert persons & things <= {"fan", "knight", "star"}, "each of these is a thing as well"
    wares = {ware(page, "thing") for page in (_page(seed) for seed in range(3)) for _ in range(2_000)}
    assert len(wares) > 80
    assert not wares & persons
    people = {inflect.plural(person) for person in persons} | {"people", "women", "men", "blacks", "whites"}
    told = re.compile(r"\b([\w-]+) (?:are sold in|from [A-Z]\w+ are cheaper)|\bI bought an? ([\w-]+)")
    sold = {word.lower() for page in _sample() for match in told.finditer(page.text) for word in match.groups() if word}
    assert len(sold) > 80
    assert not sold & (people | persons)


def test_colours_are_no_surnames_and_have_no_plural() -> None:
    surnames = set(_page(1).grammar.rules["last"])
    assert not surnames & {"Black", "White", "Brown", "Green", "Gray", "Grey"}
    plural = re.compile(r"\b(?:blacks|browns|yellows)\b", re.IGNORECASE)
    assert not [page.kind for page in _sample() if plural.search(page.text)]


def test_japanese_requests_stand_on_japanese_pages() -> None:
    begun = [page for page in islice(pages(6), 3_000) if _JAPANESE.match(page.text)]
    assert len(begun) > 60
    wrong = [page for page in begun if len(_JAPANESE.findall(page.text[:400])) < 60]
    assert len(wrong) < 0.05 * len(begun)


def test_pages_start_as_visitors_do() -> None:
    starts = [page.text.split("\n", 1)[0] for page in _sample()]
    assert sum(start.endswith("?") for start in starts) >= _PAGES * 0.1
    assert any(start.startswith("Once upon a time") for start in starts)
    assert any(start.startswith("Q:") for start in starts)
    assert any("$ ls" in start for start in starts)
    assert any(start.startswith("こんにちは") for start in starts)
    assert any(start.startswith("def ") for start in starts)
    assert any(start.startswith("{") for start in starts)
