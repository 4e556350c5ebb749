"""Which token a log-probability and a list belong to, and a server that won't tell them."""

from typing import Any

import msgspec
import pytest

from alignscope.backends import connect
from alignscope.backends.base import Chunk
from alignscope.backends.chunks import TokenLogprob, chunks_of
from alignscope.backends.openai.wire import Logprobs
from alignscope.model.events import Alternative
from alignscope.model.sampling import PRESETS
from tests.backends.asking import ask, completion
from tests.standin import Flavour, Ollama, OpenAIStyle, Script
from tests.standin.replies.language import Language
from tests.standin.web import Exchange

BASE = "mistral:text"
TOPS = [{"token": "b", "logprob": -0.5}, {"token": "c", "logprob": -1.5}]


def entry(token: str, logprob: float | None, tops: list[dict[str, Any]] | None = None) -> TokenLogprob:
    return msgspec.convert({"token": token, "logprob": logprob, "top_logprobs": tops}, TokenLogprob)


@pytest.mark.parametrize(
    ("text", "entries", "chunks"),
    [
        ("ab", [("a", -1.0), ("b", -2.0)], [("a", -1.0), ("b", -2.0)]),
        ("ab", [("b", -2.0)], [("a", None), ("b", -2.0)]),
        ("é!", [("\ufffd", -1.0), ("\ufffd", -2.0), ("!", -3.0)], [("é", None), ("!", -3.0)]),
        ("é", [("\ufffd", -2.0)], [("é", None)]),
        ("ab", [("x", -1.0)], [("ab", None)]),
        ("ab", [("ab", -1.0), ("", -2.0)], [("ab", -1.0)]),
        ("ab", [], [("ab", None)]),
        ("", [("a", -1.0)], []),
    ],
)
def test_no_text_has_the_figure_of_another(
    text: str, entries: list[tuple[str, float]], chunks: list[tuple[str, float | None]]
) -> None:
    made = list(chunks_of(text, [entry(*each) for each in entries], completion("m", logprobs=0)))
    assert "".join(chunk.text for chunk in made) == text
    assert [(chunk.text, chunk.logprob) for chunk in made] == chunks


@pytest.mark.parametrize(
    ("token", "logprob", "kept"),
    [
        ("b", -0.5, True),
        ("a", -9.0, True),  # it was drawn from beyond the list
        ("a b", -0.5, False),  # as likely as the first, and not in the list: held back with the last token of it
        ("a c", -1.5, False),
    ],
)
def test_a_list_that_is_not_the_texts_is_not_kept(token: str, logprob: float, kept: bool) -> None:
    [chunk] = chunks_of(token, [entry(token, logprob, TOPS)], completion("m", logprobs=2, stop=("!",)))
    listed = (Alternative("b", -0.5), Alternative("c", -1.5))
    assert chunk == (Chunk(token, False, logprob, listed) if kept else Chunk(token))


def test_a_token_that_another_with_its_text_replaced_is_listed() -> None:
    """OpenAI's older lists are mappings by text."""
    older = Logprobs(tokens=["a"], token_logprobs=[-0.25], top_logprobs=[{"a": -3.0, "b": -2.0}])
    [chunk] = chunks_of("a", older.entries, completion("m", logprobs=3))
    assert chunk.alternatives == (Alternative("a", -0.25), Alternative("b", -2.0), Alternative("a", -3.0))
    older = Logprobs(tokens=["a"], token_logprobs=[-0.25], top_logprobs=[{"a": -0.25, "b": -2.0}])
    [chunk] = chunks_of("a", older.entries, completion("m", logprobs=3))
    assert chunk.alternatives == (Alternative("a", -0.25), Alternative("b", -2.0))


@pytest.mark.parametrize(
    ("token", "kept"), [("a\nb", False), ("\n\nb", False), ("ab", True), ("ab\n", True), ("\n", True)]
)
def test_a_text_with_what_may_become_a_stop_string_is_not_taken_for_one_token(token: str, kept: bool) -> None:
    """Where no list says otherwise: drawn from beyond it, or without one."""
    stopping = completion("m", logprobs=2, stop=("\n\n\n",))
    for tops in (None, TOPS):
        [chunk] = chunks_of(token, [entry(token, -9.0, tops)], stopping)
        assert (chunk.logprob is not None) is kept
    [chunk] = chunks_of(token, [entry(token, -0.5, [*TOPS, {"token": token, "logprob": -0.5}])], stopping)
    assert chunk.logprob == -0.5


@pytest.mark.parametrize("kind", ["ollama", "llama.cpp"])
async def test_what_a_stop_string_held_back_has_no_list(kind: str) -> None:
    language = Language("one")
    stop = language.tops("Once", 1)[0][0] + "!"  # which the first token may become
    server = Ollama() if kind == "ollama" else OpenAIStyle(Flavour.LLAMA_CPP, "mistral:text")
    async with server:
        server.script("mistral:text", Script(language=language))
        backend = await connect(server.url)
        sampling = PRESETS["greedy"].sampling.on("num_predict", 6).on("stop", (stop,))
        outcome = await ask(backend, completion("mistral:text", "Once", logprobs=5, **sampling))
        await backend.close()
    tokens = language.reply("Once", 6)
    assert [chunk.text for chunk in outcome.chunks] == [tokens[0] + tokens[1], *tokens[2:]]
    assert [len(chunk.alternatives) for chunk in outcome.chunks] == [0, 5, 5, 5, 5]
    assert [chunk.logprob is None for chunk in outcome.chunks] == [True, False, False, False, False]


async def test_more_alternatives_than_a_server_takes_cost_no_reply() -> None:
    """Fewer may be taken, so that each request asks anew."""
    says = "Requested sample logprobs of 20, which is greater than max allowed: 5"
    async with OpenAIStyle(Flavour.VLLM, BASE) as server:
        writes = server.routes["POST", "/v1/completions"]

        async def strict(exchange: Exchange) -> None:
            if int(exchange.seen.body.get("logprobs") or 0) > 5:
                await exchange.json({"object": "error", "message": says}, 400)
            else:
                await writes(exchange)

        server.routes["POST", "/v1/completions"] = strict
        backend = await connect(server.url)
        many, few = [await ask(backend, completion(BASE, logprobs=number)) for number in (20, 5)]
        scoring = await ask(backend, msgspec.structs.replace(completion(BASE, logprobs=20), rendered=True))
        await backend.close()
    assert many.text == few.text != ""
    assert says in many.message
    assert many.message.endswith("This reply came without log-probabilities.")
    assert [sent.body.get("logprobs") for sent in many.sent + few.sent] == [20, None, 5]
    assert "stream_options" in many.sent[1].body
    assert (len(few.chunks[0].alternatives), few.message) == (5, "")
    assert scoring.error is not None, "a reply without them is of no use there"
    assert says in scoring.message
