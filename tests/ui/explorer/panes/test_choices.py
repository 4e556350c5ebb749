"""What the next turn is sent with: every choice has a key, is seen when it isn't the default, and reaches the wire."""

import pytest
from textual.actions import parse
from textual.binding import Binding

from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Mode, PaneRequest
from alignscope.model.sampling import PRESETS
from alignscope.ui.screens.explorer.bindings import BINDINGS
from tests.standin import Flavour, Ollama, OpenAIStyle
from tests.ui.explorer.desk import explore


async def test_sampling_is_turned_in_the_panel_and_takes_effect_with_the_next_send(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f2")
        await desk.until_shown("Sampling", "temperature", "repeat_last_n")
        await desk.press("right", "right", "j", "space")
        assert desk.exploration.settings.sampling["temperature"] == 1.0
        assert "top_k" not in desk.exploration.settings.sampling
        await desk.press("escape")
        assert desk.explorer.prompt.has_focus
        await desk.until_shown("temperature 1.0", "top_k off")
        await desk.send("x")
        await desk.until_done()
        for path in ("/api/generate", "/api/chat"):
            options = ollama.seen(path)[0].body["options"]
            assert options["temperature"] == 1.0
            assert "top_k" not in options
        await desk.press("f2", "p", "escape")
        assert desk.exploration.turns[0].settings.sampling["temperature"] == 1.0, "what was sent stays with its turn"


async def test_a_value_out_of_range_is_refused_where_it_is_typed(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f2", "9", "enter")
        await desk.until_shown("9 is not")
        assert desk.exploration.settings.sampling == PRESETS["even"].sampling
        await desk.press("escape", "escape")


async def test_one_pane_can_be_set_apart_and_tied_again(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.press("escape", "2", "t", "u", "right")
        await desk.until_shown("instruct on its own sampling", "Sampling of instruct alone")
        await desk.press("escape")
        await desk.send("y")
        await desk.until_done(2)
        assert ollama.seen("/api/generate")[1].body["options"]["temperature"] == 0.8
        assert ollama.seen("/api/chat")[1].body["options"]["temperature"] == pytest.approx(0.9)
        await desk.press("escape", "2", "t", "u")
        assert desk.exploration.pane("instruct").sampling is None


async def test_context_is_carried_on_a_key_and_seen(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("one")
        await desk.until_done()
        await desk.press("ctrl+n")
        await desk.until_shown("context carried")
        await desk.send("two")
        await desk.until_done(2)
        messages = ollama.seen("/api/chat")[1].body["messages"]
        assert [message["role"] for message in messages] == ["user", "assistant", "user"]
        document = ollama.seen("/api/generate")[1].body["prompt"]
        assert document.startswith("one" + desk.exploration.turns[0].text("base"))
        assert document.endswith("two")


async def test_scaffolds_go_around_the_prompt_of_completion_panes_alone(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("ctrl+g")
        await desk.until_shown("scaffold qa")
        await desk.send("why")
        await desk.until_done()
        assert ollama.seen("/api/generate")[0].body["prompt"] == "Q: why\nA:"
        assert ollama.seen("/api/chat")[0].body["messages"][-1]["content"] == "why"


async def test_a_system_prompt_goes_to_chat_panes_and_can_be_taken_back(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f8")
        await desk.pilot.pause()
        await desk.type("be brief")
        await desk.press("enter")
        await desk.until_shown("system prompt")
        await desk.send("x")
        await desk.until_done()
        assert ollama.seen("/api/chat")[0].body["messages"][0] == {"role": "system", "content": "be brief"}
        assert "system" not in ollama.seen("/api/generate")[0].body
        await desk.press("f8")
        await desk.pilot.pause()
        await desk.press("ctrl+r")
        await desk.pilot.pause()
        assert desk.exploration.pane("instruct").system == ""


async def test_again_and_edit_bring_back_the_last_prompt(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f5")
        await desk.until_shown("Nothing has been sent yet")
        await desk.send("once")
        await desk.until_done()
        await desk.press("f5")
        await desk.until_done(2)
        assert [turn.prompt for turn in desk.exploration.turns] == ["once", "once"]
        await desk.press("escape", "e")
        assert desk.explorer.prompt.value == "once"


async def test_an_experiment_is_sent_or_put_into_the_editor(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f3")
        await desk.until_shown("Experiments")
        await desk.type("bare")
        await desk.press("tab")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        assert desk.explorer.prompt.value == "What is the capital of France?"
        await desk.press("f3")
        await desk.type("bare")
        await desk.press("enter")
        await desk.until_done()
        assert desk.exploration.turns[0].prompt == "What is the capital of France?"


async def test_an_experiment_brings_its_scaffold_and_sampling(ollama: Ollama) -> None:
    """What shows an experiment best is set with it, and seen in the line above the prompt."""
    from alignscope.files.experiments import experiments

    wanted = next(each for each in experiments() if each.samples > 1)
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f3")
        await desk.type(wanted.title)
        await desk.press("enter")
        await desk.until_shown("Look for")
        await desk.until_done()
        assert desk.exploration.turns[0].settings.samples == wanted.samples
        await desk.send("y")
        await desk.until_done(2)
        assert desk.exploration.turns[1].settings.samples == 1, "it was for that one turn"


async def test_log_probabilities_are_asked_for_on_a_key_and_their_cost_is_said(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "I")
        await desk.until_shown("logprobs", "each token's log-probability", "twice the room")
        await desk.press("I")
        await desk.until_shown("logprobs, 20 alternatives", "24 times the room")
        await desk.send("one")
        await desk.until_done()
        await desk.press("escape", "I")
        await desk.until_shown("asks for no log-probabilities")
        await desk.send("two")
        await desk.until_done(2)
        await desk.press("escape", "I")
        await desk.send("three")
        await desk.until_done(3)
        first = desk.exploration.turns[0].replies["instruct", 1]
    for path in ("/api/generate", "/api/chat"):
        asked = [(seen.body.get("logprobs"), seen.body.get("top_logprobs")) for seen in ollama.seen(path)]
        assert asked == [(True, 20), (None, None), (True, 0)]
    assert {len(first.token(index).alternatives) for index in range(len(first.texts))} == {20}


async def test_a_server_that_tells_no_log_probabilities_is_named_in_its_pane_once() -> None:
    panes = tuple(PaneRequest(mode, "m", mode=mode) for mode in (Mode.COMPLETION, Mode.CHAT))
    async with (
        OpenAIStyle(Flavour.LM_STUDIO, "m") as server,
        explore(Launch(host=server.url, panes=panes), size=(160, 60)) as desk,
    ):
        await desk.press("escape", "I")
        await desk.send("one")
        await desk.until_done()
        await desk.until(lambda: desk.screen.count("LM Studio tells no log-probabilities") == 2)
        await desk.send("two")
        await desk.until_done(2)
        assert [reply.message for reply in desk.exploration.turns[1].replies.values()] == ["", ""]


async def test_one_after_the_other(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("escape", "w")
        await desk.until_shown("one after the other")
        await desk.send("x")
        await desk.until_done()
    assert not ollama.seen("/api/generate")[0].overlaps(ollama.seen("/api/chat")[0])


async def test_help_and_palette_open_on_their_keys(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("f1")
        await desk.until_shown("What to try first", "Show or hide the sampling panel")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.explorer)
        await desk.press("ctrl+p")
        await desk.type("scaffold")
        await desk.until_shown("Scaffold")
        await desk.press("escape")


async def test_prompts_are_remembered_across_runs(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("remember me")
        await desk.until_done()
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.press("up")
        assert desk.explorer.prompt.value == "remember me"


async def test_models_that_push_each_other_out_of_memory_are_named() -> None:
    async with Ollama(max_loaded=1) as server, explore(Launch(host=server.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        await desk.until_shown("don't fit into the memory", "The key w")
        await desk.press("escape", "w")
        await desk.until_shown("one after the other")


async def test_a_context_that_loads_the_model_anew_is_announced(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        desk.exploration.set_sampling(desk.exploration.settings.sampling.on("num_ctx", 4096))
        await desk.press("f2", *["j"] * 11, "right")
        await desk.until_shown("is loaded anew")


async def test_every_key_is_in_the_palette_and_no_two_actions_share_one() -> None:
    keys = [key for binding in BINDINGS if isinstance(binding, Binding) for key in binding.key.split(",")]
    assert len(keys) == len(set(keys))
    for binding in BINDINGS:
        assert isinstance(binding, Binding)
        assert binding.tooltip
        assert binding.id


async def test_every_key_finds_its_action(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        for binding in desk.explorer.BINDINGS:
            assert isinstance(binding, Binding)
            where, name, _ = parse(binding.action)
            assert callable(getattr(desk.app if where else desk.explorer, f"action_{name}", None)), binding.action
