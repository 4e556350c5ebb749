"""Servers that are asked for log-probabilities and tell none, fewer, or zeros are found out, and named once."""

import pytest

from alignscope.backends.base import Chunk
from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.events import Alternative, End
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Mode, Pane
from alignscope.model.sampling import PRESETS
from alignscope.model.turn import TurnSettings
from alignscope.run.ask import Run
from alignscope.run.logprobs import Lack, Lacks, Tally
from alignscope.run.servers import Servers
from tests.backends.asking import completion
from tests.run.ask.test_sockets import fold
from tests.standin import Flavour, Ollama, OpenAIStyle, Script, Server, Told

EVEN = PRESETS["even"].sampling
BASE, TUNED = "mistral:text", "mistral:instruct"
WORDS = tuple(f" w{number}" for number in range(9))


def stand_in(kind: str, told: Told) -> Ollama | OpenAIStyle:
    script = Script(pieces=WORDS, told=told)
    if kind.startswith("Ollama"):
        return Ollama(version=kind.split()[1], script=script)
    return OpenAIStyle(Flavour(kind), BASE, TUNED, script=script)


def lineup(server: Server) -> Lineup:
    return Pane("base", BASE, server.url, Mode.COMPLETION), Pane("instruct", TUNED, server.url, Mode.CHAT)


@pytest.mark.parametrize("kind", ["Ollama 0.30.0", "llamacpp", "vllm"])
@pytest.mark.parametrize(
    ("told", "wanted", "words"),
    [
        (Told.ALL, 0, ""),
        (Told.ALL, 20, ""),
        (Told.NONE, 0, "was asked for log-probabilities of {model} in {mode} mode, and told none"),
        (Told.NONE, None, ""),
        (Told.THIRD, 0, "told log-probabilities for only 3 of 9 tokens of {model} in {mode} mode"),
        (Told.FIVE, 20, "told 5 alternatives to a token of {model} in {mode} mode where 20 were asked for"),
        (Told.FIVE, 5, ""),
        (Told.ZEROS, 20, "told zeros in place of log-probabilities for 6 of 9 tokens of {model} in {mode} mode"),
    ],
)
async def test_what_is_missing_is_said(kind: str, told: Told, wanted: int | None, words: str) -> None:
    async with stand_in(kind, told) as server, Servers() as servers:
        panes = lineup(server)
        replies = await fold(Run(panes, "Hi", TurnSettings(EVEN, logprobs=wanted), servers))
    for pane in panes:
        reply = replies[pane.name, 1]
        assert (reply.end, reply.text) == (End.STOP, "".join(WORDS)), "the reply itself is fine"
        assert words.format(model=pane.model, mode=pane.mode) in reply.message
        assert words or not reply.message


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("Ollama 0.12.3", "Ollama 0.12.3 tells no log-probabilities: 0.12.11 was the first that did."),
        ("lmstudio", "LM Studio tells no log-probabilities, neither in completions nor in chats."),
    ],
)
async def test_servers_that_are_known_to_tell_none_are_named(kind: str, words: str) -> None:
    async with stand_in(kind, Told.ALL) as server, Servers() as servers:
        server.script(TUNED, Script(pieces=("Yes",)))  # a single token is enough to know
        replies = await fold(Run(lineup(server), "Hi", TurnSettings(EVEN, logprobs=5), servers))
    assert {reply.message for reply in replies.values()} == {words}


async def test_it_is_said_once_a_model_and_mode() -> None:
    lacks = Lacks()
    async with stand_in("vllm", Told.NONE) as server, Servers() as servers:
        base, tuned = lineup(server)
        other = Pane("other", BASE, server.url, Mode.CHAT)
        messages = []
        for panes, samples in [((base,), 3), ((base,), 1), ((base, tuned, other), 1)]:
            settings = TurnSettings(EVEN, samples=samples, logprobs=0)
            replies = await fold(Run(panes, "Hi", settings, servers, lacks=lacks))
            messages.append(sorted(name for (name, _), reply in replies.items() if reply.message))
        server.default = Script(pieces=WORDS, told=Told.THIRD)
        [reply] = (await fold(Run((base,), "Hi", TurnSettings(EVEN, logprobs=0), servers, lacks=lacks))).values()
    assert messages == [["base"], [], ["instruct", "other"]]
    assert "only 3 of 9 tokens" in reply.message, "it is another thing that is missing now"


async def test_a_reply_that_failed_or_was_too_short_accuses_nobody() -> None:
    async with stand_in("vllm", Told.NONE) as server, Servers() as servers:
        panes = lineup(server)
        server.script(BASE, "cut")
        server.script(TUNED, Script(pieces=("Yes",), told=Told.NONE))
        replies = await fold(Run(panes, "Hi", TurnSettings(EVEN, logprobs=5), servers))
    assert replies["base", 1].end is End.CUT
    assert "log-prob" not in replies["base", 1].message + replies["instruct", 1].message


async def test_a_server_that_refused_to_be_asked_is_not_accused_of_telling_none() -> None:
    async with stand_in("vllm", Told.ALL) as server, Servers() as servers:
        server.script(BASE, Script(status=400, error="at most 5 logprobs are told"), Script(pieces=WORDS))
        [reply] = (await fold(Run(lineup(server)[:1], "Hi", TurnSettings(EVEN, logprobs=20), servers))).values()
    assert (reply.end, reply.text) == (End.STOP, "".join(WORDS))
    assert "at most 5 logprobs are told" in reply.message
    assert "told none" not in reply.message


async def test_figures_of_zero_may_be_those_of_sure_tokens_where_no_lists_were_asked_for() -> None:
    async with stand_in("vllm", Told.ZEROS) as server, Servers() as servers:
        [reply] = (await fold(Run(lineup(server)[:1], "Hi", TurnSettings(EVEN, logprobs=0), servers))).values()
    assert not reply.message


@pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")
async def test_a_list_of_the_whole_vocabulary_lacks_nothing() -> None:
    pane = Pane("base", "twin:text", EMBEDDED, Mode.COMPLETION)
    settings = TurnSettings(EVEN.on("num_predict", 3), logprobs=100_000)
    async with Servers() as servers:
        [reply] = (await fold(Run((pane,), "Hello", settings, servers))).values()
    assert len(reply.token(0).alternatives) == 4096
    assert not reply.message


def test_one_token_is_too_little_to_tell_and_two_are_enough() -> None:
    tally = Tally(completion("m", logprobs=0))
    tally.add(Chunk("hm", thinking=True))
    for lack in (None, Lack.ALL):
        tally.add(Chunk("a"))
        assert tally.lack is lack
    tally.add(Chunk("b", logprob=-0.5))
    assert tally.lack is Lack.TOKENS
    tally.add(Chunk("c", logprob=-0.5))
    assert tally.lack is None, "half of them are told"


def test_lists_are_too_short_when_most_of_them_are() -> None:
    tally = Tally(completion("m", logprobs=2))
    whole, short = (Alternative("a", -0.1), Alternative("b", -3.0)), (Alternative("a", -3.0),)
    for alternatives, lack in ((whole, None), (short, None), (short, Lack.ALTERNATIVES)):
        tally.add(Chunk("a", logprob=-0.1, alternatives=alternatives))
        assert tally.lack is lack
    assert tally.longest == 2
