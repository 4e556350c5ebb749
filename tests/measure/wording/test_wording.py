"""Words, repetition, diversity, openings and ends of replies."""

import itertools
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.wording.endings import Endings, endings, length, median_length
from alignscope.measure.wording.openings import openings
from alignscope.measure.wording.repetition import common_length, distinct, diversity, repetition
from alignscope.measure.wording.words import sequences, words_of
from alignscope.model.events import End, Finished, Token
from alignscope.model.reply import Reply

WORDS = st.lists(st.sampled_from(["a", "b", "c"]), max_size=30)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The cat. THE cat!", ["the", "cat", ".", "the", "cat", "!"]),
        ("it's\n\n 3 o'clock", ["it", "'", "s", "3", "o", "'", "clock"]),
        ("今日はcafé", ["今", "日", "は", "café"]),
        ("カタカナ 漢字", ["カ", "タ", "カ", "ナ", "漢", "字"]),
        (" \t\n", []),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


@given(st.text())
def test_words_lose_nothing_but_blanks(text: str) -> None:
    assert "".join(words_of(text)) == "".join(text.casefold().split())


def test_repetition() -> None:
    words = ["a", "b", "a", "b", "a", "b"]
    assert repetition(words, 2) == pytest.approx(3 / 5)  # ab ba ab ba ab
    assert repetition(words, 3) == pytest.approx(2 / 4)
    assert repetition(words, 4) == pytest.approx(1 / 3)
    assert diversity(words) == pytest.approx(2 / 5 * 1 / 2 * 2 / 3)
    assert repetition(words, 7) is diversity(words[:3]) is None
    assert diversity(["one", "two", "three", "four"]) == 1


@given(WORDS, st.integers(1, 4))
def test_repetition_is_of_runs_that_occurred_before(words: list[str], size: int) -> None:
    starts = range(len(words) - size + 1)
    again = [any(words[i : i + size] == words[j : j + size] for j in range(i)) for i in starts]
    assert repetition(words, size) == (pytest.approx(sum(again) / len(again)) if again else None)
    assert len(sequences(words, size)) == len(again)


def test_distinct_is_compared_at_one_length() -> None:
    short, long_one = [list("abcd")] * 2, [list("abcdabcd"), list("efghijkl")]
    cut = common_length(short, long_one)
    assert cut == 4
    assert distinct(short, 2, cut) == pytest.approx(3 / 6)
    assert distinct(long_one, 2, cut) == pytest.approx(6 / 6)
    assert distinct(long_one, 2, 8) == pytest.approx((4 + 7) / 14)
    assert distinct(short, 2, 5) is distinct(short, 5, 4) is distinct([], 2, 4) is None
    assert common_length() == common_length([]) == 0


@given(st.lists(WORDS, min_size=2, max_size=8), st.integers(1, 3))
def test_two_replies_that_open_alike(replies: list[list[str]], size: int) -> None:
    found = openings(replies, size)
    pairs = [one[:size] == other[:size] for one, other in itertools.combinations(replies, 2)]
    assert found is not None
    assert found.alike == pytest.approx(sum(pairs) / len(pairs))
    same = [list(reply[:size]) == list(found.commonest) for reply in replies]
    assert found.share == pytest.approx(sum(same) / len(replies))
    assert all(sum(reply[:size] == other[:size] for other in replies) <= sum(same) for reply in replies)


def test_the_chance_to_open_alike_does_not_depend_on_the_number_of_replies() -> None:
    chance = random.Random(5)
    for number in (2, 5, 30):
        drawn = [openings([[str(chance.randrange(20))] for _ in range(number)]) for _ in range(6000 // number)]
        alike = [each.alike for each in drawn if each is not None and each.alike is not None]
        assert sum(alike) / len(alike) == pytest.approx(1 / 20, abs=0.02)


def test_one_reply_opens_like_no_other() -> None:
    found = openings([["Sure", "!"]])
    assert found is not None
    assert (found.alike, found.commonest, found.share, found.replies) == (None, ("Sure", "!"), 1, 1)
    assert openings([]) is None


def ended(end: End | None, tokens: int) -> Reply:
    reply = Reply("base")
    for number in range(tokens):
        reply.apply(Token("base", 1, float(number), "x"))
    if end is not None:
        reply.apply(Finished("base", 1, 99.0, end))
    return reply


def test_ends_and_lengths() -> None:
    replies = [
        ended(End.STOP, 3),
        ended(End.STOP, 5),
        ended(End.LENGTH, 20),
        ended(End.LOOP, 10),
        ended(End.CANCELLED, 4),
        ended(End.ERROR, 0),
        ended(None, 2),
    ]
    found = endings(replies)
    assert found == Endings(2, 2, 3)
    assert found.replies == 7
    assert found.bounds == pytest.approx((2 / 7, 5 / 7))
    assert length(replies[0]) == (3, 3)
    assert length(replies[2]) == (20, math.inf)
    assert median_length(replies) == (4, math.inf)
    assert median_length(replies[:3]) == (5, 5)
    assert median_length([]) is endings([]).bounds is None
