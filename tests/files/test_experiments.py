"""The library of experiments: what ships is valid and complete."""

import pytest

from alignscope.files.experiments import experiments
from alignscope.model.sampling import Sampling


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


def test_ids_titles_and_prompts_are_all_different() -> None:
    assert len({experiment.id for experiment in experiments()}) == len(experiments())
    assert len({experiment.title for experiment in experiments()}) == len(experiments())
    assert len({experiment.prompt for experiment in experiments()}) == len(experiments())


@pytest.mark.parametrize(
    ("query", "found"),
    [("", True), ("capital", True), ("CAPITAL italy", True), ("few-shot", True), ("capital zebra", False)],
)
def test_matching_wants_every_word_anywhere(query: str, found: bool) -> None:
    (experiment,) = (one for one in experiments() if one.id == "question-scaffold")
    assert experiment.matches(query) is found
