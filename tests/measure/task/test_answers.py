"""Right and wrong answers, and choices."""

import math

import pytest

from alignscope.measure.task.answers import normalised, number, right, said_number
from alignscope.measure.task.choices import Useless, picked, useless

CAPITAL = "What is the capital of France?"


@pytest.mark.parametrize(
    ("reply", "is_right"),
    [
        ("Paris", True),
        ("The capital of France is Paris.", True),
        ("A: Paris\nQ: And of Spain?\nA: Madrid", True),
        (f"{CAPITAL}\nParis", True),
        ("PARIS!", True),
        ("Sure! It is Paris.", True),
        ("No.", False),
        ("It isn't Paris.", False),
        ("It is not Paris but Lyon.", False),
        ("Lyon. Paris is larger.", False),
        ("Parisians live there.", False),
        ("Paris, Lyon or Nice", False),
        ("I don't know.", False),
        ("…", None),
        ("", None),
        ("\nQ: What is the capital of Spain?\nA: Madrid", None),
    ],
)
def test_words_in_the_first_sentence(reply: str, is_right: bool | None) -> None:
    assert right(CAPITAL, reply, ["Paris"], wrong=["Lyon", "Nice", "Paris"]) is is_right


@pytest.mark.parametrize(
    ("prompt", "reply", "answer", "is_right"),
    [
        ("What is 3 + 4?", "7", "7", True),
        ("What is 3 + 4?", "3 + 4 = 7.", "7", True),
        ("What is 3 + 4?", "Three and four make seven.", "7", True),
        ("What is 3 + 4?", "It is 8, not 7.", "7", False),
        ("What is 3 + 4?", "7 is what 3 and 4 make together", "7", True),
        ("What is 5 + 0?", "5 + 0 is 5.", "5", True),
        ("What is 20 + 1?", "Twenty-one", "21", True),
        ("What is 1000 + 500?", "1,500", "1500", True),
        ("What is 2 - 5?", "−3", "-3", True),
        ("What is 1 / 2?", "0.5", "0.50", True),
        ("How many legs has a spider?", "A spider has eight legs.", "eight", True),
        ("How many legs has a spider?", "A spider has 8 legs.", "eight", True),
        ("What is 3 + 4?", "A lot.", "7", False),
        ("What is 3 + 4?", "17", "7", False),
    ],
)
def test_numbers(prompt: str, reply: str, answer: str, is_right: bool) -> None:
    assert right(prompt, reply, [answer]) is is_right


def test_a_call_before_the_answer_is_none() -> None:
    assert right("Is snow black?", "No. It is white.", ["no"], ["yes"])
    assert right("Is snow white?", "No. Yes, it is.", ["yes"], ["no"]) is False
    assert picked("Is snow black?", "No. It is white.", ["yes", "no"]) == 1
    assert picked("Which?", "Well. The second one: Rome.", ["Paris", "Rome"]) == 1


def test_an_answer_may_have_several_forms() -> None:
    assert right("How many legs has a snake?", "It has no legs.", ["none", "no legs", "0"])
    assert right("How many legs has a snake?", "0", ["none", "no legs", "0"])
    assert normalised("The Eiffel-Tower!") == ["eiffel", "tower"]
    assert number("12.") == 12
    assert number("12 eggs") is None
    assert said_number("", "no number here") is None
    with pytest.raises(ValueError, match="an answer is needed"):
        right("x", "y", ["…"])


@pytest.mark.parametrize(
    ("reply", "place"),
    [
        ("C", 2),
        ("C.", 2),
        (" (C) seven", 2),
        ("The answer is C.", 2),
        ("Answer: C", 2),
        ("seven", 2),
        ("There are seven days.", 2),
        ("A week has seven days.", 2),
        ("six or seven", None),
        ("A. five\nB. six", 0),
        ("I don't know.", None),
        ("H", None),
        ("", None),
    ],
)
def test_a_choice_is_picked(reply: str, place: int | None) -> None:
    assert picked("How many days are in a week?", reply, ["five", "six", "seven", "eight"]) == place


def test_a_choice_within_another_isnt_picked_with_it() -> None:
    assert picked("Which?", "It is New York City.", ["York", "New York City"]) == 1


def test_likelihoods_that_say_nothing_are_refused() -> None:
    zero, some, other = 0.0, -4.0, -5.0
    assert useless([[zero, zero], [zero, zero]]) is Useless.ZERO
    assert useless([[some, some], [other, other]]) is Useless.TIED
    assert useless([[some, some], [some, other]]) is None
    assert useless([[some], []]) is Useless.EMPTY
    assert useless([[some, math.nan]]) is Useless.UNKNOWN
