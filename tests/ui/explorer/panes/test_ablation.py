"""The third pane of the ablation: a chat pane's model without its template, on one key."""

import msgspec
import pytest

from alignscope.model.launch import Launch
from alignscope.model.lineup.pairing import raw_twin
from alignscope.model.lineup.pane import LineupError, Mode, Pane
from tests.standin import Ollama
from tests.ui.explorer.desk import explore

BASE = Pane("base", "m:text", "http://h:1", Mode.COMPLETION)
CHAT = Pane("instruct", "m:latest", "http://h:1", Mode.CHAT, "Be brief.")


async def test_one_key_adds_the_pane_and_says_when_it_is_there(ollama: Ollama) -> None:
    async with explore(Launch(host=ollama.url)) as desk:
        assert "trained to answer" not in desk.screen, "nothing is known of the models of the first frame"
        await desk.until(desk.explorer.lineup_found.is_set)
        await desk.until_shown("only ever trained to")
        await desk.press("escape", "U")
        await desk.until_shown("instruct raw", "without its template")
        [chat, raw] = desk.exploration.lineup[1:]
        assert (raw.name, raw.model, raw.mode) == ("instruct raw", chat.model, Mode.COMPLETION)
        await desk.until_shown("trained to answer")
        await desk.press("U")
        await desk.until_shown("instruct raw is there already")
        assert len(desk.exploration.lineup) == 3
        await desk.send("Hello")
        await desk.until_done()
        assert [seen.model for seen in ollama.seen("/api/generate")].count(chat.model) == 1


def test_it_is_the_chat_pane_in_use_or_the_first() -> None:
    second = msgspec.structs.replace(CHAT, name="sft", model="m:sft")
    assert raw_twin((BASE, CHAT, second), "sft")[1] == Pane("sft raw", "m:sft", CHAT.server, Mode.COMPLETION)
    assert raw_twin((BASE, CHAT, second), "base")[1].name == "instruct raw"
    taken = msgspec.structs.replace(BASE, name="instruct raw")
    assert raw_twin((taken, CHAT), "")[1].name == "instruct raw 2"
    longest = msgspec.structs.replace(CHAT, name="n" * 40)
    assert len(raw_twin((BASE, longest), "")[1].name) <= 40


def test_it_is_refused_in_words() -> None:
    with pytest.raises(LineupError, match="No pane is in chat mode"):
        raw_twin((BASE,), "base")
    with pytest.raises(LineupError, match="twin is there already"):
        raw_twin((CHAT, Pane("twin", CHAT.model, CHAT.server, Mode.COMPLETION)), "")
    others = [msgspec.structs.replace(BASE, name=name) for name in "abc"]
    with pytest.raises(LineupError, match="room for 4 panes"):
        raw_twin((CHAT, *others), "")
