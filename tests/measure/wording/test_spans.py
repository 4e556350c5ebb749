"""Runs of words that replies have in common, and replies that a program reads."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignscope.measure.wording.parsing import LONGEST, Json, is_python, json_in
from alignscope.measure.wording.spans import Span, common_spans, covered

WORDS = st.lists(st.sampled_from("abc"), max_size=12)


def test_spans_are_the_longest_that_half_of_the_replies_have() -> None:
    texts = (
        "x once upon a time there was y",
        "once upon a time z",
        "w once upon a time there was",
        "nothing of the kind at all",
    )
    replies = [each.split() for each in texts]
    # The shorter one is in more replies, but it is a part of the longer.
    assert common_spans(replies) == [Span(("once", "upon", "a", "time", "there", "was"), 2)]
    spans = common_spans(replies, share=0.75)
    assert spans == [Span(("once", "upon", "a", "time"), 3)]
    assert covered(replies[1], spans) == pytest.approx(4 / 5)
    assert covered(replies[3], spans) == 0
    assert covered([], spans) is None


def test_two_replies_have_no_half() -> None:
    assert common_spans([list("abcdef")] * 2) == []


@given(st.lists(WORDS, min_size=3, max_size=5), st.integers(1, 4))
def test_spans_are_those_that_are_found_by_trying_all(replies: list[list[str]], least: int) -> None:
    def runs(reply: list[str]) -> set[tuple[str, ...]]:
        return {tuple(reply[i:j]) for i in range(len(reply)) for j in range(i + least, len(reply) + 1)}

    counts = {run: sum(run in runs(each) for each in replies) for reply in replies for run in runs(reply)}
    common = {run for run, number in counts.items() if number >= max(len(replies) / 2, 2)}
    maximal = {run for run in common if not any(run in (other[1:], other[:-1]) for other in common)}
    assert {(span.words, span.replies) for span in common_spans(replies, least)} == {
        (run, counts[run]) for run in maximal
    }


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (' {"a": [1, null]}\n', Json.WHOLE),
        ("[1, 2]", Json.WHOLE),
        ('Here it is:\n```json\n{"a": 1}\n```\nDone.', Json.FENCED),
        ('The object is {"a": {"b": 1}}, as you asked.', Json.WITHIN),
        ("The list is [1, 2] and {a}.", Json.NONE),
        ('{"a": 1', Json.NONE),
        ("42", Json.NONE),
        ('"text"', Json.NONE),
        ("[" * 5_000, Json.NONE),
        ("", None),
        ("[" * (LONGEST + 1), None),
    ],
)
def test_json(text: str, found: Json | None) -> None:
    assert json_in(text) is found


@given(st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(), st.lists, max_leaves=5))
def test_whatever_json_writes_is_found(value: object) -> None:
    assert json_in(json.dumps([value])) is Json.WHOLE


@pytest.mark.parametrize(
    ("text", "before", "parses"),
    [
        ("    return number % 2 == 0\n", "def is_even(number):\n", True),
        ("    return number % 2 == 0\n", "", False),
        ("Here you are:\n```python\ndef f():\n    return 1\n```\nIt returns 1.", "", True),
        ("```python\ndef f(:\n```", "", False),
        ("```json\n{}\n```", "x = 1\n", False),
        ("Paris", "", False),
        ("42", "", False),
        ("print('\\d')", "", True),
        ("~" * LONGEST, "", False),
        ("not " * 4_000 + "x", "", False),
        ("(" * 9_000, "", False),
        ("\0", "", False),
        ("  ", "def f():\n", None),
        ("x = 1\n" * LONGEST, "", None),
    ],
)
def test_python(text: str, before: str, parses: bool | None) -> None:
    assert is_python(text, before) is parses
