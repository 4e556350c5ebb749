"""What the token view knows of a reply."""

import math

import pytest

from alignscope.measure.distribution.cut_list import NotATopListError
from alignscope.model.events import Alternative, Token
from alignscope.model.reply import Reply
from alignscope.ui.screens.tokens.reply_tokens import ReplyTokens
from alignscope.ui.screens.tokens.rows import PlacedRows
from alignscope.ui.screens.tokens.scales import ENTROPY, SCALES
from tests.ui.tokens.replies import PARIS, Drawn, tokens_of


def test_thinking_is_left_out_and_what_comes_later_is_taken_in() -> None:
    reply = Reply("base")
    tokens = ReplyTokens(reply)
    for event in (Token("base", 1, 0, "hm", True, -1.0), Token("base", 1, 1, "Yes", False, -0.1)):
        reply.apply(event)
    assert (tokens.take_in(), tokens.take_in(), tokens.texts) == ("Yes", "", ["Yes"])
    reply.apply(Token("base", 1, 2, ".", False, -2.0))
    assert (tokens.take_in(), list(tokens.starts)) == (".", [0, 3, 4])
    assert tokens.surprisal(1) == pytest.approx(2 / math.log(2)) and tokens.thought


def test_each_place_in_the_text_belongs_to_one_token() -> None:
    tokens = tokens_of(("ab", 0.5), ("", 0.5), ("c", 0.5))
    assert [tokens.at(place) for place in range(5)] == [0, 0, 2, 2, 2]


@pytest.mark.parametrize(
    ("scale", "steps"),
    [
        ("probability", [0, 1, 3, 4, 0]),
        ("share of the likeliest's", [0, 0, 2, 3, 0]),
        ("rank", [0, 0, 1, 1, 0]),
        ("surprisal in bits", [0, 0, 2, 3, 0]),
    ],
)
def test_the_steps_of_the_scales(scale: str, steps: list[int]) -> None:
    tokens = tokens_of(*PARIS)
    of = next(each for each in SCALES if each.name == scale)
    assert [of.step(tokens, number) for number in range(len(tokens))] == steps


@pytest.mark.parametrize(("choices", "step"), [(3, 2), (6, 3), (12, 4)])
def test_entropy_is_that_of_equal_choices(choices: int, step: int) -> None:
    tokens = tokens_of(("0", 1 / choices, {str(each): 1 / choices for each in range(1, choices)}))
    figures = tokens.figures(0)
    assert figures is not None and figures.entropy.lo == pytest.approx(math.log2(choices), abs=1e-2)
    assert ENTROPY.step(tokens, 0) == step


def test_a_token_outside_its_list_is_over_its_length() -> None:
    reply = Reply("base")
    reply.apply(Token("base", 1, 0, "odd", False, math.log(0.01), (Alternative("even", math.log(0.9)),)))
    tokens = ReplyTokens(reply)
    tokens.take_in()
    assert tokens.place(0) is None
    assert [scale.step(tokens, 0) for scale in SCALES][2] == 4


def test_alternatives_with_the_same_text_are_different_tokens() -> None:
    listed = tuple(Alternative("\ufffd", math.log(chance)) for chance in (0.5, 0.2, 0.1))
    reply = Reply("base")
    reply.apply(Token("base", 1, 0, "\ufffd", False, math.log(0.2), listed))
    tokens = ReplyTokens(reply)
    tokens.take_in()
    figures = tokens.figures(0)
    assert tokens.place(0) == 1 and figures is not None and (figures.rank.lo, figures.rank.hi) == (2, 2)


def test_a_character_of_several_tokens_is_found_by_the_last_part() -> None:
    listed = (Alternative("", math.log(0.6)), Alternative("", math.log(0.3)))
    reply = Reply("base")
    reply.apply(Token("base", 1, 0, "\u00e9", False, math.log(0.3), listed))
    tokens = ReplyTokens(reply)
    tokens.take_in()
    assert tokens.place(0) == 1 and tokens.fork(0)


def test_what_is_no_list_of_the_likeliest_is_found_out() -> None:
    tokens = tokens_of(("a", 0.9, {"b": 0.9}))
    assert tokens.figures(0) is None
    with pytest.raises(NotATopListError):
        tokens.list_at(0)


@pytest.mark.parametrize(
    ("drawn", "uncertain", "fork"),
    [
        (("a", 0.5, {"b": 0.29}), False, False),
        (("a", 0.49, {"b": 0.29}), True, False),
        (("a", 0.6, {"b": 0.31}), False, True),
        (("a", 0.1, {"b": 0.31}), True, True),
        (("a", 0.4), True, False),
    ],
)
def test_which_tokens_are_walked_to(drawn: Drawn, uncertain: bool, fork: bool) -> None:
    tokens = tokens_of(drawn)
    assert (tokens.uncertain(0), tokens.fork(0)) == (uncertain, fork)


def test_only_the_very_same_tokens_make_the_same_prefix() -> None:
    one, other = tokens_of(("a", 0.5), ("b", 0.5), ("c", 0.5)), tokens_of(("a", 0.5), ("b", 0.5), ("d", 0.5))
    joined = tokens_of(("ab", 0.5), ("c", 0.5))
    assert [one.same_before(other, token) for token in range(3)] == [True, True, True]
    assert not one.same_before(tokens_of(("a", 0.5)), 1), "it has no token there"
    assert [one.same_before(joined, token) for token in range(2)] == [True, False]


def test_rows_know_their_places_however_the_text_comes() -> None:
    text = "The cat\n\nsat on the\tmat, 寿司 and so on and on\n"
    whole, pieces = PlacedRows(), PlacedRows()
    whole.wrap(text, 12)
    pieces.wrap("", 12)
    for char in text:
        pieces.append(char)
    assert (pieces.rows, pieces.starts) == (whole.rows, whole.starts)
    for row, start in zip(whole.rows, whole.starts, strict=True):
        assert text[start : start + len(row)] == row
    assert [whole.breaks(row) for row in range(3)] == [True, True, False]
    assert [whole.at(place) for place in (0, 7, 8, 9)] == [0, 0, 1, 2]
