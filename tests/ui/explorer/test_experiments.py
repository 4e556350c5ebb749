"""Going through experiments by one key, and class mode."""

import pytest
from textual.events import Paste

from alignscope.files.experiments import Experiment, experiments
from alignscope.model.launch import Launch
from alignscope.sessions.format.file import read
from tests.standin import Ollama, Script
from tests.ui.explorer.desk import Desk, explore
from tests.ui.explorer.sessions.keeping import explore_playback
from tests.ui.explorer.test_pace import paced

NAMED = {each.id: each for each in experiments()}


async def walked_to(desk: Desk, id: str) -> Experiment:
    """Choose an experiment in the list."""
    await desk.press("f3")
    await desk.until_shown("Experiments   prompts")
    await desk.type(NAMED[id].title)
    await desk.press("enter")
    return NAMED[id]


def sent(desk: Desk) -> list[str]:
    """The prompts so far."""
    return [turn.prompt for turn in desk.exploration.turns]


async def test_one_key_sends_the_next_and_one_the_one_before(ollama: Ollama) -> None:
    prompts = [each.prompt for each in experiments()]
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "J")
        await desk.until_done(1)
        await desk.until_shown(f"{experiments()[0].title}, 1 of {len(prompts)}. Look for: ")
        assert "J Next" in desk.screen, "where letters are keys"
        await desk.press("J")
        await desk.until_done(2)
        await desk.press("J")
        await desk.until_done(3)
        await desk.press("i")
        await desk.until(lambda: "J Next" not in desk.screen)
        await desk.press("escape")
        await desk.press("K")
        await desk.until_done(4)
        assert sent(desk) == [prompts[0], prompts[1], prompts[2], prompts[1]]


async def test_they_go_on_from_the_one_that_the_list_sent_and_the_list_opens_there(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        wanted = await walked_to(desk, "quiz")
        await desk.until_done(1)
        await desk.press("f3")
        await desk.until_shown(f"▎ {wanted.title}")
        await desk.press("escape", "escape", "J")
        await desk.until_done(2)
        place = experiments().index(wanted)
        assert sent(desk) == [wanted.prompt, experiments()[place + 1].prompt]


async def test_they_end_where_the_list_does(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await walked_to(desk, experiments()[-1].id)
        await desk.until_done(1)
        await desk.press("escape", "J")
        await desk.until_shown(f"That was the last of the {len(experiments())}.")
        await walked_to(desk, experiments()[0].id)
        await desk.until_done(2)
        await desk.press("K")
        await desk.until_shown(f"That was the first of the {len(experiments())}.")
        assert len(sent(desk)) == 2


async def test_a_session_goes_on_behind_its_last_experiment(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await walked_to(desk, "truth-scaffold")
        await desk.until_done(1)
        await desk.send("something else")
        await desk.until_done(2)
        path = desk.exploration.session.path
    assert path is not None
    session = read(path).session
    assert [turn.experiment for turn in session.turns] == ["truth-scaffold", ""]
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.explorer.resume(session)
        await desk.press("escape", "J")
        await desk.until_done(3)
        assert sent(desk)[2] == experiments()[experiments().index(NAMED["truth-scaffold"]) + 1].prompt


async def test_what_an_experiment_sets_is_for_its_turn_only(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("ctrl+n", "ctrl+g")
        before = desk.exploration.settings
        assert (before.context, before.scaffold) == ("carry", "qa")
        wanted = await walked_to(desk, "random-number")
        await desk.until_done(1)
        settings = desk.exploration.turns[0].settings
        assert (settings.samples, settings.context, settings.scaffold) == (8, "fresh", "bare")
        assert settings.sampling["num_predict"] == wanted.sampling["num_predict"]
        assert desk.exploration.settings == before
        await desk.until(lambda: desk.screen.count(" of 8 ┄") > 4)
        assert desk.pane("base").shown_sample is None, "short replies are shown below one another"
        await desk.send("mine")
        await desk.until_done(2)
        assert desk.exploration.turns[1].settings == before
        assert desk.pane("base").shown_sample == 1, "as it was before"


async def test_a_session_that_ends_with_an_experiment_goes_on_with_the_persons_own_settings(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("ctrl+n")
        await desk.send("mine")
        await desk.until_done(1)
        await walked_to(desk, "truth-scaffold")
        await desk.until_done(2)
        session = desk.exploration.session.copy()
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.explorer.resume(session)
        assert desk.exploration.settings == session.turns[0].settings
        session.turns = session.turns[1:]
        before = desk.exploration.settings
        await desk.explorer.resume(session)
        assert desk.exploration.settings == before, "where there are none, those that hold stay"


async def test_again_and_edit_bring_an_experiment_back_with_its_settings(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await walked_to(desk, "truth-scaffold")
        await desk.until_done(1)
        await desk.press("f5")
        await desk.until_done(2)
        await desk.press("escape", "e")
        await desk.until_shown("num_predict 80", "scaffold qa")
        await desk.press("enter")
        await desk.until_done(3)
        first, again, edited = desk.exploration.turns
        assert first.settings == again.settings == edited.settings != desk.exploration.settings


async def test_samples_that_the_person_stacked_stay_stacked(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await walked_to(desk, "identity")
        await desk.until_done(1)
        await desk.press("escape", "a", "a")
        assert desk.pane("base").shown_sample is None
        await desk.send("mine")
        await desk.until_done(2)
        assert desk.pane("base").shown_sample is None


async def test_settings_of_an_experiment_in_the_editor_are_shown_and_go_with_its_text(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        for _ in range(2):
            await desk.press("f3")
            await desk.until_shown("Experiments   prompts")
            await desk.type("counting")
            await desk.press("tab")
            await desk.until_shown("num_predict 120")
            await desk.press("ctrl+u")
            await desk.until(lambda: not desk.explorer.prompt.text)
            await desk.until(lambda: "num_predict 120" not in desk.screen)
        await desk.send("another prompt")
        await desk.until_done(1)
        assert desk.exploration.turns[0].settings == desk.exploration.settings


@pytest.mark.parametrize("keys", [["ctrl+g"], ["ctrl+n"], ["f2", *["down"] * 10, "right"]])
async def test_whoever_changes_what_an_experiment_set_gets_what_they_set(ollama: Ollama, keys: list[str]) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f3")
        await desk.until_shown("Experiments   prompts")
        await desk.type("counting")
        await desk.press("tab")
        await desk.until_shown("num_predict 120")
        await desk.press(*keys)
        await desk.until(lambda: "with your own settings now" in " ".join(desk.screen.split()))
        desk.explorer.prompt.focus()
        await desk.press("enter")
        await desk.until_done(1)
        [turn] = desk.exploration.turns
        assert turn.settings == desk.exploration.settings and not turn.experiment


async def test_a_parameter_that_an_experiment_leaves_alone_is_changed_beside_it(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f3")
        await desk.until_shown("Experiments   prompts")
        await desk.type("counting")
        await desk.press("tab", "f2", "right", "f2", "enter")
        await desk.until_done(1)
        sampling = desk.exploration.turns[0].settings.sampling
        assert sampling["temperature"] != 0.8 and sampling["num_predict"] == 120


async def test_class_mode_asks_first_and_tells_what_to_look_for_afterwards(ollama: Ollama) -> None:
    first = experiments()[0]
    async with explore(Launch(host=ollama.url), size=(80, 24)) as desk:
        room = desk.explorer.split.size.height
        await desk.press("escape", "C")
        await desk.until_shown("asks what to expect")
        assert desk.explorer.split.size.height > room
        await desk.press("J")
        await desk.until_shown(
            first.title, f"1 of {len(experiments())}", first.prompt, "What do you expect?", "num_predict"
        )
        assert "Look for" not in desk.screen and not sent(desk)
        await desk.press("i")
        await desk.type("A poem. Just that!")
        await desk.press("enter")
        await desk.until_done(1)
        await desk.until_shown("note: Expected: A poem. Just that!", "Look for: Who is greeted", "J shows the")
        assert "What do you expect?" not in desk.screen
        assert desk.screen.count("Expected") == 2, "once in each pane"
        await desk.press("J")
        await desk.until_shown("What do you expect?")
        assert "Look for" not in desk.screen
        await desk.press("J")
        await desk.until_done(2)
        await desk.until_shown("Look for: Whether the base model")
        assert sent(desk) == [first.prompt, experiments()[1].prompt]
        path = desk.exploration.session.path
    assert path is not None
    assert [turn.note for turn in read(path).session.turns] == ["Expected: A poem. Just that!", ""]


async def test_a_long_expectation_is_kept_whole_and_leaves_room_for_what_to_look_for(ollama: Ollama) -> None:
    expected = "a poem, or else " * 30
    async with explore(Launch(host=ollama.url, class_mode=True), size=(80, 24)) as desk:
        await desk.press("J", "i")
        desk.app.post_message(Paste(f"{expected}\x1b[31m\n\n"))
        await desk.until_shown("or else")
        await desk.press("enter")
        await desk.until_done(1)
        await desk.until_shown("Expected: a poem", "Look for: Who is greeted")
        assert "\x1b" not in desk.screen and "Expected" not in desk.screen.split("Look for")[1]
        assert desk.exploration.turns[0].note == f"Expected: {expected}\x1b[31m"


async def test_class_mode_sends_by_enter_and_escape_takes_the_question_away(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "C", "enter", "J")
        await desk.until_shown("What do you expect?")
        await desk.press("escape")
        await desk.until(lambda: "What do you expect?" not in desk.screen)
        await desk.press("enter", "J")
        await desk.until_shown("What do you expect?", experiments()[1].title)
        await desk.press("K")
        await desk.until_shown("What do you expect?", experiments()[0].title)
        await desk.press("enter")
        await desk.until_done(1)
        assert sent(desk) == [experiments()[0].prompt]


async def test_what_was_typed_for_a_question_comes_back_with_it(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "C", "J", "i")
        await desk.type("JK")
        await desk.press("escape", "escape")
        await desk.until(lambda: "What do you expect?" not in desk.screen)
        await walked_to(desk, "quiz")
        await desk.until_shown("What do you expect?", "Animal quiz")
        assert "JK" not in desk.screen
        await desk.press("C", "C")
        await walked_to(desk, experiments()[0].id)
        await desk.until_shown("What do you expect? JK")
        assert not sent(desk)


async def test_class_mode_waits_for_replies_that_are_still_coming(ollama: Ollama) -> None:
    ollama.default = Script(rate=5, endless=True)
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "J")
        await desk.until(lambda: desk.exploration.running)
        await desk.press("C", "J")
        await desk.until_shown("The replies are still coming")
        await desk.press("escape")
        await desk.until_done(1)
        await desk.press("J")
        await desk.until_shown("What do you expect?")


async def test_class_mode_waits_for_replies_that_are_still_drawn(ollama: Ollama) -> None:
    async with paced(ollama, class_mode=True) as desk:
        await desk.press("J", "J")
        await desk.until_done(1)
        await desk.until_drawn(5)
        assert "Look for" not in desk.screen, "it would tell what comes"
        await desk.press("J")
        await desk.until_shown("The replies are still coming; esc stops them.")
        assert "What do you expect?" not in desk.screen
        await desk.until_drawn(60)
        await desk.until_shown("Look for: Who is greeted", "J shows the next.")
        desk.now = 0.0
        await desk.press("J", "J")
        await desk.until_done(2)
        await desk.until_drawn(5)
        await desk.press("escape")
        await desk.until_shown("Look for: Whether the base model")
        await desk.press("J")
        await desk.until_shown("What do you expect?")


async def test_letters_are_keys_in_class_mode_whatever_was_opened_before(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, class_mode=True)) as desk:
        await desk.press("question_mark")
        await desk.until_shown("What to try first")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await desk.press("J")
        await desk.until_shown("What do you expect?")
        await desk.press("question_mark", "escape", "enter")
        await desk.until_done(1)
        assert sent(desk) == [experiments()[0].prompt]


async def test_class_mode_hides_the_prompt_until_somebody_writes(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url, class_mode=True)) as desk:
        await desk.until_shown("J shows the first experiment")
        assert "Type a prompt" not in desk.screen and "sampling" not in desk.screen
        await desk.press("i")
        await desk.until_shown("Type a prompt", "sampling")
        await desk.type("half")
        await desk.press("escape")
        await desk.until(lambda: not desk.explorer.prompt.has_focus)
        assert "half" in desk.screen, "what was typed is not hidden"
        await desk.press("i")
        await desk.type(" done")
        await desk.press("enter")
        await desk.until_done(1)
        assert sent(desk) == ["half done"]
        await desk.press("escape")
        await desk.until(lambda: "Type a prompt" not in desk.screen)
        await desk.press("C")
        await desk.until_shown("Type a prompt", "sampling")


async def test_class_mode_that_is_set_holds_behind_a_replay(ollama: Ollama) -> None:
    async with explore_playback(ollama, "greeting", class_mode=True) as desk:
        await desk.press("end", "l")
        await desk.until_shown("Live again")
        assert "sampling even" not in desk.screen
        await desk.pilot.pause()
        await desk.press("J")
        await desk.until_shown("What do you expect?", experiments()[1].title)


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
async def test_the_longest_question_leaves_its_line_in_view(ollama: Ollama, size: tuple[int, int]) -> None:
    longest = max(experiments(), key=lambda each: each.prompt.count("\n"))
    async with explore(Launch(host=ollama.url, class_mode=True), size=size) as desk:
        await walked_to(desk, longest.id)
        await desk.until_shown("What do you expect?", longest.prompt.splitlines()[0])
