"""The library of experiments: what ships is valid and complete."""

import pytest

from alignscope.files.experiments import Experiment, experiments, search
from alignscope.model.sampling import PRESETS, Sampling
from alignscope.model.turn import CARRY, FRESH, TurnSettings
from alignscope.text.clean import cell_width


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
        assert experiment.preset in {"", *PRESETS}, experiment.id


def test_each_says_how_long_its_replies_are_and_lists_show_its_whole_title() -> None:
    for experiment in experiments():
        assert "num_predict" in experiment.sampling, experiment.id
        assert cell_width(experiment.title) <= 34, experiment.title
        assert experiment.samples > 1 or not experiment.stacked, experiment.id


def test_the_first_seven_are_the_greeting_the_truth_the_terminal_and_the_end_of_the_world() -> None:
    first = experiments()[:7]
    assert len({each.group for each in first}) == 1 and experiments()[7].group != first[0].group
    greeting, asked, scaffolded, terminal, file, japanese, english = first
    assert greeting.prompt == "こんにちは"
    assert asked.prompt == scaffolded.prompt and (asked.scaffold, scaffolded.scaffold) == ("bare", "qa")
    assert "stop" in scaffolded.sampling
    assert terminal.prompt.endswith("$ ls -la") and "$ cat Documents/" in file.prompt
    assert "世界" in japanese.prompt and "destroy the world" in english.prompt


def test_ids_titles_and_prompts_are_all_different() -> None:
    assert len({experiment.id for experiment in experiments()}) == len(experiments())
    assert len({experiment.title for experiment in experiments()}) == len(experiments())
    assert len({(experiment.prompt, experiment.scaffold) for experiment in experiments()}) == len(experiments())


def test_what_it_sets_comes_on_top_of_the_persons_settings_which_stay_as_they_are() -> None:
    own = Experiment(
        id="x", title="x", prompt="x", why="x", look_for="x",
        preset="pure", sampling={"num_predict": 20}, samples=4,
    )  # fmt: skip
    theirs = TurnSettings(
        Sampling({"temperature": 0.1, "num_predict": 9, "num_ctx": 2048, "seed": 7}),
        samples=6, context=CARRY, scaffold="dialogue", logprobs=3, one_after_other=True,
    )  # fmt: skip
    sent = own.applied_to(theirs)
    pure = {**PRESETS["pure"].sampling, "num_predict": 20, "num_ctx": 2048, "seed": 7}
    assert sent.sampling == pure, "the preset, then the experiment's own, and of the person's what neither names"
    assert (sent.samples, sent.logprobs, sent.one_after_other) == (6, 3, True)
    assert (sent.context, sent.scaffold) == (FRESH, "bare"), "in another document it would be another experiment"
    assert own.applied_to(TurnSettings()).samples == 4
    assert theirs.sampling["num_predict"] == 9 and theirs.context == CARRY


@pytest.mark.parametrize(
    ("query", "rank"),
    [
        ("", 0),
        ("question", 0),
        ("SAME question", 0),
        ("quest", 1),
        ("the ques", 1),
        ("few-shot", 2),
        ("capital", 2),
        ("CAPITAL question", 2),
        ("uestion", 2),
        ("capital zebra", None),
    ],
)
def test_a_query_wants_every_word_and_whole_words_of_the_title_best(query: str, rank: int | None) -> None:
    (experiment,) = (one for one in experiments() if one.id == "question-scaffold")
    assert experiment.rank(query) == rank


def test_a_search_puts_whole_words_of_titles_before_their_beginnings_and_those_before_the_rest() -> None:
    def named(title: str, tag: str = "x") -> Experiment:
        return Experiment(id="x", title=title, prompt="x", why="x", look_for="x", tags=(tag,))

    listed = [named("Other", "story"), named("Storybook"), named("A story"), named("None"), named("Story, again")]
    assert [each.title for each in search(listed, "story")] == ["A story", "Story, again", "Storybook", "Other"]
    assert search(listed, " ") == listed
