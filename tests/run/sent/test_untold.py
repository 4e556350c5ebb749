"""What is told of panes where not all can be asked: the model isn't in memory, or the server fails meanwhile."""

import pytest

from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.turn import TurnSettings
from alignscope.run.sent.asking import asked, prepared
from alignscope.run.sent.kept import RESTS
from alignscope.run.sent.pane import SentPane
from alignscope.run.sent.words import source
from alignscope.run.servers import Servers
from tests.backends.embedded.files import SFT
from tests.standin import Ollama, web

needs_engine = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
SETTINGS = TurnSettings(Sampling({"seed": 3}))


async def told(lineup: Lineup, servers: Servers, *, load: bool = False) -> tuple[SentPane, ...]:
    turn = await prepared(lineup, "Why?", SETTINGS, servers)
    return (await asked(turn, servers, sent=False, load=load)).panes


async def test_a_model_that_rests_is_not_loaded_to_render_a_chat(servers: Servers, ollama: Ollama) -> None:
    lineup = (
        Pane("base", "mistral:text", ollama.url, Mode.COMPLETION),
        Pane("instruct", "mistral:instruct", ollama.url, Mode.CHAT),
    )
    base, instruct = await told(lineup, servers)
    assert not ollama.seen("/api/chat") and not ollama.scheduler.loaded
    assert not base.resting and base.asked, "a completion is read as it is, and describing loads nothing"
    assert instruct.resting and (instruct.rendered, instruct.unrendered) == (None, RESTS)
    assert instruct.facts.quantization == "Q4_0" and instruct.facts.digest
    assert [each.name for each in instruct.abilities][-2:] == [
        "chats as templates render them", "going on with a begun reply in a chat",
    ]  # fmt: skip

    _, instruct = await told(lineup, servers, load=True)
    assert not instruct.resting and instruct.rendered and list(ollama.scheduler.loaded) == ["mistral:instruct"]
    _, instruct = await told(lineup, servers)
    assert not instruct.resting and instruct.rendered, "now it is in memory"


@needs_engine
async def test_a_file_that_nobody_has_opened_rests(servers: Servers) -> None:
    lineup = (Pane("instruct", str(SFT), EMBEDDED, Mode.CHAT), Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION))
    panes = await told(lineup, servers)
    assert all(pane.resting for pane in panes)
    assert panes[0].unrendered == RESTS and panes[0].facts.quantization == "Q8_0"
    assert panes[1].tokenizer is not None and "both files have the same" in panes[1].tokenizer.evidence


async def test_what_a_server_told_before_it_failed_is_kept(servers: Servers, ollama: Ollama) -> None:
    async def fails(exchange: web.Exchange) -> None:
        await exchange.json({"error": "the file is gone"}, 500)

    turn = await prepared((Pane("it", "mistral:instruct", ollama.url, Mode.CHAT),), "Why?", SETTINGS, servers)
    ollama.routes["POST", "/api/show"] = fails
    [pane] = (await asked(turn, servers, sent=False)).panes
    assert pane.asked and pane.rendered and "the file is gone" in pane.problem
    assert source(pane) == pane.problem
