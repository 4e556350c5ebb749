"""The library of experiments: what ships is valid and complete, and a wrong file is refused in plain words."""

import pytest

from alignscope.model.experiments import ExperimentsError, experiments, parse
from alignscope.model.sampling import Sampling

GOOD = "- {id: a, title: A title, prompt: 'Hello', why: Because., look_for: This., tags: [one]}\n"


def test_the_library_covers_what_it_promises() -> None:
    library = {experiment.id: experiment for experiment in experiments()}
    assert len(library) >= 24
    assert library["greeting"].prompt == "こんにちは"
    promised = {
        "greeting", "bare-question", "question-scaffold", "terminal", "scary-word", "refused", "few-shot-odd",
        "endless-list", "story", "code", "json", "false-premise", "sycophancy", "multiple-choice",
    }  # fmt: skip
    assert promised <= set(library)


def test_every_entry_can_be_sent_as_it_stands() -> None:
    for experiment in experiments():
        assert experiment.prompt == experiment.prompt.strip(), experiment.id
        assert experiment.why.endswith((".", "?")), experiment.id
        assert experiment.look_for.endswith((".", "?")), experiment.id
        assert experiment.tags, experiment.id
        assert experiment.group, experiment.id
        Sampling(experiment.sampling)


def test_titles_and_prompts_are_all_different() -> None:
    assert len({experiment.title for experiment in experiments()}) == len(experiments())
    assert len({experiment.prompt for experiment in experiments()}) == len(experiments())


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("capital", True), ("CAPITAL italy", True), ("few-shot", True), ("capital zebra", False)],
)
def test_matching_wants_every_word_anywhere(query: str, found: bool) -> None:
    (experiment,) = (one for one in experiments() if one.id == "question-scaffold")
    assert experiment.matches(query) is found


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("- {id: a, title: [", "x.yaml, line 2: not YAML"),
        ("just: a mapping", "a list of experiments is wanted"),
        (GOOD + "- {id: b}", "experiment 2 (b): Object missing required field `title`"),
        (GOOD + "- 7", "experiment 2: Expected `object`, got `int`"),
        (GOOD + GOOD, "experiment 2 (a): there is another experiment with this id"),
        (GOOD.replace("'Hello'", "'Hello '"), "the prompt ends in a space"),
        (GOOD.replace("tags: [one]", "tag: [one]"), "unknown field `tag`"),
        (GOOD.replace("tags: [one]", "sampling: {temprature: 1}"), "no sampling parameter is called temprature"),
        (GOOD.replace("tags: [one]", "sampling: {temperature: 9}"), "temperature is a number, from 0 to 5"),
        (GOOD.replace("tags: [one]", "samples: 99"), "Expected `int` <= 16"),
        (GOOD.replace("tags: [one]", "scaffold: letter"), "Invalid enum value 'letter'"),
        ("- !!python/object/apply:os.system ['true']", "not YAML"),
    ],
    ids=lambda text: text[-30:],
)
def test_a_wrong_file_is_refused_with_entry_and_field(source: str, message: str) -> None:
    with pytest.raises(ExperimentsError) as caught:
        parse(source + "\n", "x.yaml")
    assert message in str(caught.value)
