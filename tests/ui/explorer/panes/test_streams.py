"""One prompt, two live streams."""

import asyncio

from alignscope.model.events import End
from alignscope.model.launch import Launch
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import TurnSettings
from alignscope.ui.app import AlignscopeApp
from tests.standin import Ollama, Script
from tests.standin.web import Exchange
from tests.ui.explorer.desk import Desk, explore

SLOW = Script(rate=40)


def at(server: Ollama, **more: object) -> Launch:
    return Launch(host=server.url, **more)  # type: ignore[arg-type]


async def test_a_prompt_goes_to_both_and_both_reply(ollama: Ollama) -> None:
    async with explore(at(ollama)) as desk:
        await desk.send("Once upon a time")
        await desk.until_done()
        generate, chat = ollama.seen("/api/generate")[0], ollama.seen("/api/chat")[0]
        assert generate.body["raw"] is True
        assert generate.body["prompt"] == "Once upon a time"
        assert chat.body["messages"] == [{"role": "user", "content": "Once upon a time"}]
        for name in ("base", "instruct"):
            assert desk.exploration.turns[0].text(name)
            assert desk.pane(name).reply_text() == desk.exploration.turns[0].text(name)
        await desk.until_shown("Once upon a time", "tok")


async def test_both_streams_are_open_at_the_same_time(ollama: Ollama) -> None:
    ollama.default = SLOW
    async with explore(at(ollama)) as desk:
        await desk.send("x")
        await ollama.until(lambda: len(ollama.open_now("/api/generate")) + len(ollama.open_now("/api/chat")) == 2)
        await desk.until(lambda: all(len(desk.exploration.turns[0].text(name)) > 5 for name in ("base", "instruct")))
        await desk.press("escape")
        await desk.until_done()
    assert ollama.seen("/api/generate")[0].overlaps(ollama.seen("/api/chat")[0])


async def test_an_escape_right_behind_the_end_was_meant_as_a_stop(ollama: Ollama) -> None:
    async with explore(at(ollama)) as desk:
        desk.explorer.clock = lambda: now
        now = 100.0
        await desk.send("x")
        await desk.until_done()
        now = 100.4
        await desk.press("escape")
        assert desk.explorer.prompt.has_focus
        now = 100.5
        await desk.press("escape")
        assert not desk.explorer.prompt.has_focus


async def test_after_a_stop_the_next_escape_goes_to_the_panes_at_once(ollama: Ollama) -> None:
    ollama.default = SLOW
    async with explore(at(ollama)) as desk:
        desk.explorer.clock = lambda: 100.0
        await desk.send("x")
        await desk.until(lambda: desk.exploration.running)
        await desk.press("escape")
        await desk.until_done()
        await desk.press("escape")
        assert not desk.explorer.prompt.has_focus


async def test_the_prompt_of_the_command_line_is_sent_at_once(ollama: Ollama) -> None:
    async with explore(at(ollama, prompt="from the shell")) as desk:
        await desk.until_done()
        assert desk.exploration.turns[0].prompt == "from the shell"


async def test_requests_carry_exactly_the_parameters_that_are_on(ollama: Ollama) -> None:
    sampling = PRESETS["model"].sampling.on("temperature", 0.5).on("seed", 7).on("keep_alive", "1m")
    async with explore(at(ollama, settings=TurnSettings(sampling))) as desk:
        await desk.send("x")
        await desk.until_done()
    for path in ("/api/generate", "/api/chat"):
        body = ollama.seen(path)[0].body
        assert body["options"] == {"temperature": 0.5, "seed": 7}
        assert body["keep_alive"] == "1m"
        assert body["think"] is False


async def test_escape_closes_the_sockets_and_keeps_what_came(ollama: Ollama) -> None:
    ollama.default = Script(rate=40, endless=True)
    async with explore(at(ollama)) as desk:
        desk.without_limit()
        await desk.send("x")
        await desk.until(lambda: all(len(desk.exploration.turns[0].text(name)) > 5 for name in ("base", "instruct")))
        await desk.press("escape")
        await desk.until_done()
        await ollama.until(lambda: not ollama.open_now("/api/generate") and not ollama.open_now("/api/chat"))
        for reply in desk.exploration.turns[0].replies.values():
            assert reply.end is End.CANCELLED
            assert reply.text
        await desk.until_shown("stopped")


async def test_sending_again_stops_the_old_turn_and_loses_nothing(ollama: Ollama) -> None:
    ollama.default = Script(rate=5, endless=True)  # so slowly that it can't have ended by itself
    async with explore(at(ollama)) as desk:
        await desk.send("first")
        await desk.until(lambda: all(len(desk.exploration.turns[0].text(name)) > 5 for name in ("base", "instruct")))
        ollama.default = Script()
        await desk.send("second")
        await desk.until_done(2)
        first, second = desk.exploration.turns
        assert {reply.end for reply in first.replies.values()} == {End.CANCELLED}
        assert all(first.text(name) for name in ("base", "instruct"))
        assert {reply.end for reply in second.replies.values()} <= {End.STOP, End.LENGTH}


async def test_quitting_in_mid_stream_leaves_nothing_running(ollama: Ollama) -> None:
    ollama.default = Script(rate=40, endless=True)
    async with explore(at(ollama)) as desk:
        desk.without_limit()
        await desk.send("x")
        await desk.until(lambda: desk.exploration.turns and desk.exploration.turns[0].text("base"))
        await desk.press("ctrl+q")
    await ollama.until(lambda: not ollama.open_now("/api/generate") and not ollama.open_now("/api/chat"))
    running = [task for task in asyncio.all_tasks() if "alignscope" in repr(task.get_coro())]
    assert running == []


async def test_a_prompt_sent_before_the_servers_answered_waits_for_them(ollama: Ollama) -> None:
    answering = asyncio.Event()
    answer = ollama.routes["GET", "/api/tags"]

    async def late(exchange: Exchange) -> None:
        await answering.wait()
        await answer(exchange)

    ollama.routes["GET", "/api/tags"] = late
    app = AlignscopeApp(at(ollama))
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot)
        await desk.send("early")
        assert not desk.exploration.turns
        answering.set()
        await desk.until_done()
        assert desk.exploration.turns[0].prompt == "early"


async def test_samples_are_shown_one_at_a_time_or_stacked(ollama: Ollama) -> None:
    async with explore(at(ollama, settings=TurnSettings(samples=3))) as desk:
        await desk.send("x")
        await desk.until_done()
        assert len(ollama.seen("/api/chat")) == 3
        await desk.until_shown("1 of 3")
        await desk.press("escape", "n")
        await desk.until_shown("2 of 3")
        await desk.press("N", "N")
        await desk.until_shown("3 of 3")
        await desk.press("a")
        assert desk.pane("base").shown_sample is None


async def test_a_line_sums_samples_up_once_all_of_the_turn_have_ended(ollama: Ollama) -> None:
    ollama.script("mistral:text", *(Script(pieces=(f"{word} on", " and on")) for word in ("a", "b", "c", "d")))
    sure = Script(pieces=("Sure,", " here", " it is."))
    ollama.script("mistral:instruct", sure, sure, Script(pieces=("Sure,", " here"), endless=True, rate=40), sure)
    async with explore(at(ollama, settings=TurnSettings(samples=3))) as desk:
        desk.without_limit()
        await desk.send("x")
        await desk.until(lambda: not desk.pane("base").running)
        await desk.until(lambda: len(desk.exploration.turns[0].replies[("instruct", 3)].texts) > 2)
        assert "3/3 ended" not in desk.screen, "a pane is still writing"
        await desk.press("escape")
        await desk.until_done()
        await desk.until_shown("3/3 ended · no two open alike · median 3 · 56% distinct", "2/3 ended · 1 undetermined")
        await desk.press("escape", "a")
        await desk.until_shown("3/3 ended", "2/3 ended")


async def test_no_turn_is_without_a_reply_whichever_sample_is_shown(ollama: Ollama) -> None:
    ollama.script("mistral:text", *(Script(pieces=(word,)) for word in ("alone", "red", "green", "blue", "later")))
    async with explore(at(ollama, settings=TurnSettings())) as desk:
        await desk.send("one")
        await desk.until_done()
        await desk.press("escape", "plus", "plus")
        await desk.send("three")
        await desk.until_done(2)
        await desk.press("escape", "n", "n")
        await desk.until_shown("3 of 3", "alone", desk.exploration.turns[1].text("base", 3))
        assert desk.exploration.turns[1].text("base", 1) not in desk.screen
        await desk.press("minus", "minus")
        await desk.send("last")
        await desk.until_done(3)
        await desk.until_shown("alone", desk.exploration.turns[1].text("base", 1), "later")
        assert desk.exploration.turns[1].text("base", 3) not in desk.screen, "a new send shows first samples"
        await desk.press("escape", "n")
        await desk.until_shown("alone", desk.exploration.turns[1].text("base", 2), "later")
        await desk.press("y")
        await desk.until_shown("Copied base's reply (5 characters)")
