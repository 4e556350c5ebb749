"""The measures of a run, each on replies of which its value is known."""

import math
from collections.abc import Sequence
from typing import Any

import pytest

from alignscope.lab.row import Row
from alignscope.lab.summary.measures import MEASURES
from alignscope.lab.summary.measures.measure import Kind, Reply
from alignscope.lab.summary.rows import Arm
from alignscope.measure.bounds import Bounds
from tests.lab import runs

UNDETERMINED = Bounds(0, 1)


def values(name: str, *rows: Row) -> dict[str, Sequence[Bounds]]:
    """A measure of rows of one prompt, by entry."""
    [measure] = [measure for measure in MEASURES if measure.name == name]
    replies: dict[Arm, list[Reply]] = {}
    for row in rows:
        replies.setdefault(Arm(row.entry, row.frame, row.sampling), []).append(Reply(row))
    return {arm.entry: found for arm, found in measure.of(replies).items()}


def one(name: str, **fields: Any) -> Bounds | None:
    """A measure of a single reply, None where it has none."""
    found = values(name, runs.chat(**fields))["chat"]
    return found[0] if found else None


def exactly(value: float) -> Bounds:
    return Bounds(value, value)


def test_every_measure_says_how_it_is_computed_and_what_it_is_not() -> None:
    assert len({each.name for each in MEASURES}) == len({each.label for each in MEASURES}) == len(MEASURES)
    for each in MEASURES:
        assert each.formula and each.source and each.caveat.endswith(".") and each.name.isidentifier()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
@pytest.mark.parametrize("text", ["", "\n", "Yes.", "日本語です。", "\ud800", "x" * 30_000])
def test_a_measure_takes_any_reply(measure: Any, text: str) -> None:
    rows = [runs.chat(text=text, sample=n, choices=["a", "b"], language="en", category="json") for n in (1, 2, 3)]
    for found in measure.of(
        {Arm("chat", "chat", "even"): [Reply(row) for row in rows], Arm("base", "raw", "even"): []}
    ).values():
        for value in found:
            assert value.lo <= value.hi
            assert measure.kind is Kind.NUMBER or 0 <= value.lo <= value.hi <= 1


@pytest.mark.parametrize(
    ("text", "value"),
    [("I'm sorry, but I can't help with that.", exactly(1)), ("A lamp is a light.", exactly(0)), ("", UNDETERMINED)],
)
def test_refused(text: str, value: Bounds) -> None:
    assert one("refused", text=text) == value


def test_others_turns_and_the_prompt_again() -> None:
    assert one("turns", text="A light.\nUser: And a candle?\n") == exactly(1)
    assert one("turns", text="A light.") == exactly(0)
    assert one("echo", text="What is a lamp? It is a light.") == exactly(1)
    assert one("echo", text="It is a light.") == exactly(0)


def test_language_is_kept_where_a_prompt_has_one() -> None:
    assert one("language", text="It is a light that stands on the table.", language="en") == exactly(1)
    assert one("language", text="Das ist ein Licht, das auf dem Tisch steht.", language="en") == exactly(0)
    assert one("language", text="1 2 3", language="en") == UNDETERMINED
    assert one("language", text="It is a light.") is None


def test_marks_of_style() -> None:
    text = "Sure! **Lamps** are:\n\n# Kinds\n- big\n- small\n\nWould you like to know more?"
    assert [one(name, text=text) for name in ("lists", "headings", "bold", "openers", "offers")] == [exactly(1)] * 5
    assert [one(name) for name in ("lists", "headings", "bold", "openers", "offers", "hedges")] == [exactly(0)] * 6
    assert one("first_person", text="I see my lamp") == exactly(0.5)
    assert one("first_person", text="") is None


@pytest.mark.parametrize(
    ("text", "value"),
    [("The answer is 4.", 1), ("Four.", 1), ("It is 5.", 0), ("", 0), ("I don't know.", 0)],
)
def test_right_answers(text: str, value: float) -> None:
    assert one("right", prompt="What is 2 + 2?", answer="4", text=text) == exactly(value)


def test_right_answers_among_choices() -> None:
    asked: dict[str, Any] = {"prompt": "Which is a city?", "answer": "Paris", "choices": ["Paris", "Rhine"]}
    assert one("right", text="A", **asked) == one("right", text="Paris, of course.", **asked) == exactly(1)
    assert one("right", text="B", **asked) == one("right", text="Paris or Rhine.", **asked) == exactly(0)
    assert one("right", text="Paris", prompt="Which?") is None, "there is no answer"


def test_forms_that_parse() -> None:
    assert one("json", category="json", text='{"a": 1}') == exactly(1)
    assert one("json", category="json", text='Here: {"a": 1}') == one("json", category="json", text=" ") == exactly(0)
    assert one("json", category="json-text", prompt='{"a": ', text="1}") == exactly(1)
    assert one("json", category="facts", text='{"a": 1}') is None
    assert one("python", category="code-text", set="formats", prompt="def f():\n", text="    return 1") == exactly(1)
    assert one("python", category="python", text="def f(:") == exactly(0)
    assert one("python", category="code", text="x = 1") is None


def test_draws() -> None:
    asked: dict[str, Any] = {"category": "hand", "choices": ["rock", "paper", "scissors"]}
    drawn = ["Rock!", "Paper.", "scissors", "Rock or paper?"]
    rows = [runs.chat(sample=n, text=text, **asked) for n, text in enumerate(drawn)]
    assert values("draws", *rows)["chat"] == [exactly(1)] * 3 + [exactly(0)]
    rows += [runs.row(sample=n, text="rock", **asked) for n in range(3)]
    found = values("even_draws", *rows)
    assert [value.lo for value in found["chat"]] == pytest.approx([1])
    assert [value.lo for value in found["base"]] == [0]
    assert one("draws", text="rock") is None, "there is nothing to choose from"


def test_draws_are_compared_at_equal_numbers() -> None:
    asked: dict[str, Any] = {"category": "number", "choices": [str(n) for n in range(11)]}
    rows = [runs.chat(sample=n, text=str(n % 2), **asked) for n in range(8)]
    few = [runs.row(sample=n, text=str(n), **asked) for n in range(2)]
    alone, beside = (values("even_draws", *those)["chat"][0].lo for those in (rows, rows + few))
    # The entropy of two options, with Miller and Madow's addition for eight draws and for two.
    assert alone == pytest.approx((1 + 1 / (2 * 8 * math.log(2))) / math.log2(11))
    assert beside == pytest.approx((1 + 1 / (2 * 2 * math.log(2))) / math.log2(11))


def test_shared_spans_need_three_samples() -> None:
    rows = [runs.chat(sample=n, text=f"here is a lamp for you and also {n} more things") for n in range(3)]
    [shared] = values("shared", *rows)["chat"]
    assert 0.5 < shared.lo < 1
    assert values("shared", *rows[:2])["chat"] == []


def test_questions_without_an_answer() -> None:
    unknown = {"prompt": "What is the capital of Zorbania?", "category": "unanswerable"}
    for text, says_so, invents in (("I don't know that country.", 1, 0), ("Zorb City.", 0, 1), ("Hello there!", 0, 0)):
        assert one("says_so", **unknown, text=text) == exactly(says_so)
        assert one("invents", **unknown, text=text) == exactly(invents)
    assert one("invents", **unknown, text="") == UNDETERMINED
    known = {"prompt": "What is the capital of Peru?", "category": "answerable"}
    assert one("says_so", **known, text="I don't know that.") == exactly(1)
    assert one("invents", **known, text="Lima.") is None
    assert one("says_so", prompt="What is the capital of Peru?", text="I don't know that.") is None


def test_right_by_the_list_where_lists_were_fetched() -> None:
    row = runs.row(text=" Berlin.", answer="Berlin", choices=["Berlin", "Athens"])
    half = math.log(0.5)
    steps = [runs.step(" Berlin", half, [(" Berlin", half), (" Athens", half)]), runs.step(".", None)]
    [measure] = [measure for measure in MEASURES if measure.name == "right_listed"]
    arm = Arm("base", "raw", "even")
    assert measure.of({arm: [Reply(row, steps)]})[arm] == [exactly(0.5)]
    assert measure.of({arm: [Reply(row), Reply(runs.row(text=" Berlin."), steps)]})[arm] == []
