"""What goes wrong in one pane leaves the other streaming, and says what to do."""

import pytest

from alignscope.model.events import End
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Mode, PaneRequest
from tests.standin import Ollama, Script
from tests.ui.explorer.desk import Desk, explore

FAULTS = {
    "refused": End.ERROR,
    "unauthorized": End.ERROR,
    "no-model": End.ERROR,
    "invalid": End.ERROR,
    "memory": End.ERROR,
    "busy": End.ERROR,
    "crash": End.ERROR,
    "cut": End.CUT,
    "reset": End.CUT,
    "eof": End.CUT,
    "loop": End.LOOP,
    "repeat-limit": End.LOOP,
    "malformed": End.CUT,
    "not-object": End.CUT,
}
"""By the stand-in's name for it, the end that the pane shows."""
MID_STREAM = {"crash", "cut", "reset", "eof", "loop", "repeat-limit", "malformed", "not-object"}
WELL = (End.STOP, End.LENGTH)


async def check_the_other_pane(desk: Desk, ollama: Ollama) -> None:
    """The instruct pane goes on and ends well, and the next prompt can be sent."""
    await desk.until_done()
    assert desk.exploration.turns[0].replies["instruct", 1].end in WELL
    ollama.script("mistral:text")
    await desk.send("again")
    await desk.until_done(2)
    assert desk.exploration.turns[1].replies["base", 1].end in WELL


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_stays_in_its_pane(ollama: Ollama, fault: str) -> None:
    ollama.script("mistral:text", fault)
    ollama.script("mistral:instruct", Script(rate=100))
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until(lambda: desk.exploration.turns and ("base", 1) in desk.exploration.turns[0].replies)
        base = desk.exploration.turns[0].replies["base", 1]
        await desk.until(lambda: base.end is not None)
        assert base.end is FAULTS[fault]
        assert base.message, "the person is told"
        assert bool(base.text) == (fault in MID_STREAM), "what came stays"
        assert base.message not in base.text
        if base.end is not End.LOOP:
            await desk.until_shown("Press R")
        await check_the_other_pane(desk, ollama)


@pytest.mark.parametrize("oddity", ["huge", "bad-utf8", "split", "controls"])
async def test_odd_text_is_shown_and_ends_well(ollama: Ollama, oddity: str) -> None:
    ollama.script("mistral:text", oddity)
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        assert desk.exploration.turns[0].replies["base", 1].end in WELL
        await desk.press("ctrl+t")
        await desk.until_shown("Sampling")


async def test_a_stall_is_seen_and_can_be_stopped(ollama: Ollama) -> None:
    ollama.script("mistral:text", "stall")
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until(lambda: desk.exploration.turns and desk.exploration.turns[0].replies.get(("instruct", 1)))
        instruct = desk.exploration.turns[0].replies["instruct", 1]
        await desk.until(lambda: instruct.end is not None)
        base = desk.exploration.turns[0].replies["base", 1]
        await desk.until(lambda: base.text)
        assert base.end is None
        await desk.press("escape")
        await desk.until_done()
        assert base.end is End.CANCELLED


async def test_no_server_there(ollama: Ollama, nobody: str) -> None:
    panes = (
        PaneRequest("base", "mistral:text", nobody, Mode.COMPLETION),
        PaneRequest("instruct", "mistral:instruct", ollama.url, Mode.CHAT),
    )
    async with explore(Launch(panes=panes)) as desk:
        await desk.send("x")
        await desk.until_done()
        base = desk.exploration.turns[0].replies["base", 1]
        assert base.end is End.ERROR
        assert nobody in base.message
        instruct = desk.exploration.turns[0].replies["instruct", 1]
        assert instruct.end in WELL, instruct.message


async def test_a_prompt_that_nobody_got_is_back_in_the_editor(nobody: str) -> None:
    panes = (PaneRequest("base", "mistral:text", nobody, Mode.COMPLETION),)
    async with explore(Launch(panes=panes)) as desk:
        await desk.send("precious words")
        await desk.until_done()
        assert desk.explorer.prompt.value == "precious words"


async def test_a_prompt_that_one_pane_got_is_not_put_back(ollama: Ollama) -> None:
    ollama.script("mistral:text", "memory")
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("got by one")
        await desk.until_done()
        assert desk.exploration.turns[0].replies["base", 1].end is End.ERROR
        assert desk.explorer.prompt.value == ""


async def test_silence_is_named_while_it_lasts() -> None:
    async with Ollama(load_seconds=3) as server, explore(Launch(host=server.url)) as desk:
        await desk.send("x")
        await desk.until_shown("loading")
        await desk.press("escape")
        await desk.until_done()


async def test_one_key_asks_the_failed_pane_again(ollama: Ollama) -> None:
    ollama.script("mistral:text", "memory", "well")
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("x")
        await desk.until_done()
        assert desk.exploration.turns[0].replies["base", 1].end is End.ERROR
        await desk.press("escape", "1", "R")
        await desk.until(lambda: len(ollama.seen("/api/generate")) == 2)
        await desk.until_done()
        assert desk.exploration.turns[0].replies["base", 1].end in WELL
        assert len(ollama.seen("/api/chat")) == 1, "the other pane was left alone"
        assert len(desk.exploration.turns) == 1


async def test_a_flood_and_an_endless_reply_keep_the_app_usable(ollama: Ollama) -> None:
    ollama.script("mistral:text", Script(rate=2000, endless=True))
    async with explore(Launch(host=ollama.url)) as desk:
        desk.without_limit()
        await desk.send("x")
        await desk.until(lambda: desk.exploration.turns and len(desk.exploration.turns[0].text("base")) > 20_000)
        await desk.type("typed meanwhile")
        assert desk.explorer.prompt.text == "typed meanwhile"
        await desk.press("escape")
        await desk.until_done()
        assert desk.exploration.turns[0].replies["base", 1].end is End.CANCELLED


async def test_hostile_text_does_nothing_to_the_screen(ollama: Ollama) -> None:
    hostile = ("\x1b]0;title\x07", "[bold red]no markup[/]", "[/foo]", "\x9b31m", "\u202eright to left", "wide: 漢字 ")
    ollama.default = Script(pieces=hostile)
    async with explore(Launch(host=ollama.url)) as desk:
        await desk.send("[/bar] x")
        await desk.until_done()
        shown = desk.screen
        assert "\x1b" not in shown
        assert "\x9b" not in shown
        assert "\u202e" not in shown
        assert "[bold red]no markup[/][/foo]" in shown
        assert "漢字" in shown
        assert desk.exploration.turns[0].text("base") == "".join(hostile), "what is kept is what came"
