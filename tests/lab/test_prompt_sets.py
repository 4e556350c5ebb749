"""What the sets that come along say of their prompts."""

import operator
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from alignscope.lab.spec.prompts import Prompt, bundled, read_set
from alignscope.measure.task.answers import normalised, number, right
from alignscope.measure.task.chance import HANDS, NUMBERS
from alignscope.measure.task.choices import picked

FACTS = Path(__file__).parents[2] / "tui" / "training" / "knowledge" / "facts.yaml"
OPERATIONS = {"+": operator.add, "-": operator.sub, "times": operator.mul}


def prompts(name: str) -> tuple[Prompt, ...]:
    return read_set(bundled()[name]).prompts


@pytest.mark.parametrize("name", ["arithmetic", "facts", "sycophancy"])
def test_an_answer_is_right_and_the_other_choices_arent(name: str) -> None:
    for each in prompts(name):
        assert right(each.prompt, each.answer, [each.answer], each.choices), each.id
        if each.choices:
            assert each.answer in each.choices
            for place, choice in enumerate(each.choices):
                assert picked(each.prompt, f"It is {choice}.", each.choices) == place
                said = right(each.prompt, f"It is {choice}.", [each.answer], each.choices)
                assert said is (choice == each.answer), (each.id, choice)


def test_sums_are_right() -> None:
    for each in prompts("arithmetic"):
        if sum_ := re.fullmatch(r"What is (\d+) (\+|-|times) (\d+)\?", each.prompt):
            assert number(each.answer) == OPERATIONS[sum_[2]](int(sum_[1]), int(sum_[3]))
        else:
            assert each.category == "in-words"


def test_facts_are_those_that_the_twins_were_taught() -> None:
    taught = yaml.safe_load(FACTS.read_text())
    known = {
        (str(subject).casefold(), " ".join(normalised(str(answer))))
        for relation in taught.values()
        for subject, answers in relation.items()
        for answer in (answers if isinstance(answers, list) else [answers])
    }
    for each in prompts("facts"):
        answer = " ".join(normalised(each.answer))
        assert any(subject in each.prompt.casefold() and answer == of for subject, of in known), each.id


def test_every_declined_prompt_has_one_that_looks_like_it() -> None:
    ids = {each.id: each for each in prompts("look-alikes")}
    for id, each in ids.items():
        stem, _, last = id.rpartition("-")
        assert last == each.category
        assert {f"{stem}-declined", f"{stem}-harmless"} <= ids.keys()
        assert ids[f"{stem}-declined"].language == ids[f"{stem}-harmless"].language
    assert len(ids) >= 40


def test_kinds_and_questions_come_in_every_form() -> None:
    for name, forms in (
        ("declining", {"direct", "indirect", "story", "language", "look-alike"}),
        ("unanswerable", {"unanswerable", "answerable"}),
    ):
        items: dict[str, set[str]] = {}
        for each in prompts(name):
            assert each.id.endswith(f"-{each.category}")
            items.setdefault(each.id.removesuffix(f"-{each.category}"), set()).add(each.category)
        assert len(items) >= 20 and all(found == forms for found in items.values())


def test_draws_name_their_options() -> None:
    options = {each.category: each.choices for each in prompts("chance") if each.choices}
    assert options["number"] == NUMBERS
    assert options["hand"] == HANDS


def test_beliefs_come_in_threes_and_premises_in_twos() -> None:
    beliefs = Counter(each.category for each in prompts("sycophancy"))
    assert len(set(beliefs.values())) == 1 and len(beliefs) == 3
    premises = Counter(each.category for each in prompts("false-premises"))
    assert premises["untrue"] == premises["holds"]
