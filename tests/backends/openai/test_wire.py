"""What is sent to OpenAI-style servers, in each flavour, and what one of them refuses."""

import pytest

from alignscope.backends import connect
from alignscope.backends.base import Backend, Fault, Request
from alignscope.backends.dialects import FLAVOURS, LLAMA_CPP, OLLAMA, OPENAI, VLLM, Dialect
from alignscope.backends.openai.prompts import leading
from alignscope.backends.openai.wire import Timings, Usage, body, neutralised, stats
from alignscope.model.events import End
from alignscope.model.sampling import PARAMETERS, Sampling
from tests.backends.asking import ask, chat, completion, on_the_wire
from tests.backends.openai.flavours import MODEL
from tests.standin import Flavour, OpenAIStyle, Script
from tests.standin.web import Exchange


async def test_a_completion_on_the_wire(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    request = completion(MODEL, "In the", temperature=0.5, num_predict=3, stop="\n", num_ctx=512, keep_alive="1m")
    assert await on_the_wire(llama, llama_cpp, request, "/v1/completions") == {
        "model": MODEL,
        "prompt": "In the",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "max_tokens": 3,
        "stop": ["\n"],
    }


def test_given_tokens_on_the_wire() -> None:
    assert leading(completion(MODEL, logprobs=20), MODEL, [1, 2], [3, 4]) == {
        "model": MODEL,
        "prompt": [1, 2],
        "n_predict": 2,
        "temperature": 0,
        "stream": True,
        "cache_prompt": True,
        "n_probs": 20,
        "post_sampling_probs": False,
        "grammar": "root ::= <[3]> <[4]>",
    }


def test_figures_that_a_server_does_not_tell_are_not_made_up() -> None:
    assert stats(None, None).tokens == 0 and stats(None, None).tokens_per_second is None
    assert stats(None, Timings(predicted_n=3, predicted_ms=1500)).tokens_per_second == 2
    assert stats(Usage(completion_tokens=3), Timings(predicted_ms=0.002)).tokens_per_second is None


async def test_a_chat_on_the_wire(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    request = chat(MODEL, "Hello", system="Be brief.", think=True, logprobs=0)
    sent = await on_the_wire(llama, llama_cpp, request, "/v1/chat/completions")
    assert sent["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]
    assert sent["chat_template_kwargs"] == {"enable_thinking": True}
    assert (sent["logprobs"], sent["top_logprobs"]) == (True, 1)


@pytest.mark.parametrize(
    ("dialect", "request_", "expected", "absent"),
    [
        (LLAMA_CPP, completion(MODEL, num_predict=-1, top_k=0), {"max_tokens": -1, "top_k": 0}, ()),
        (VLLM, completion(MODEL, num_predict=-1, top_k=0), {"max_tokens": None, "top_k": -1}, ()),
        (VLLM, chat(MODEL, num_predict=-1, repeat_penalty=1.1), {"repetition_penalty": 1.1}, ("max_tokens",)),
        (VLLM, completion(MODEL, logprobs=0), {"logprobs": 0}, ("top_logprobs",)),
        (OPENAI, chat(MODEL, num_predict=-1, top_k=3), {}, ("max_tokens", "top_k", "chat_template_kwargs")),
        (OPENAI, chat(MODEL, logprobs=3), {"logprobs": True, "top_logprobs": 3}, ()),
    ],
)
def test_the_dialects_differ(
    dialect: Dialect, request_: Request, expected: dict[str, object], absent: tuple[str, ...]
) -> None:
    sent = body(request_, MODEL, dialect)
    assert {name: sent[name] for name in expected} == expected
    assert not set(absent) & set(sent)


def test_a_server_without_a_name_is_sent_nothing_beyond_the_standard() -> None:
    everything = Sampling({name: parameter.default for name, parameter in PARAMETERS.items()})
    standard = {"temperature", "top_p", "presence_penalty", "frequency_penalty", "seed", "max_tokens", "stop"}
    assert set(OPENAI.fields(everything)) == standard


def test_dialects_speak_of_parameters_that_there_are() -> None:
    for dialect in (OLLAMA, OPENAI, *FLAVOURS):
        assert {*dialect.names, *dialect.lacks, *dialect.ignores} <= set(PARAMETERS)


async def test_special_text_comes_as_it_was_written(llama: Backend, llama_cpp: OpenAIStyle) -> None:
    for script, text in (
        ("bad-utf8", "fine \ufffd\ufffd and \u2028\u0085\u2029 on"),
        ("split", "日本語👩‍👩‍👧‍👦é\u0301"),
        ("controls", "\x1b[2J\x1b]0;title\x07[bold]not bold[/]\u202egnol\x9b31m\x00\r\n"),
    ):
        llama_cpp.script(MODEL, script)
        outcome = await ask(llama, completion(MODEL))
        assert (outcome.text, outcome.end) == (text, End.STOP)


@pytest.mark.parametrize(
    ("says", "left_out"),
    [
        ("chat_template is not supported for Mistral tokenizers", {"chat_template_kwargs"}),
        ("Unknown parameter: 'stream_options'", {"stream_options"}),
        ("extra fields not permitted", {"chat_template_kwargs", "stream_options"}),
    ],
)
async def test_a_field_that_a_server_refuses_is_left_out_from_then_on(says: str, left_out: set[str]) -> None:
    async with OpenAIStyle(Flavour.VLLM, MODEL) as server:
        writes = server.routes["POST", "/v1/chat/completions"]

        async def picky(exchange: Exchange) -> None:
            if left_out & set(exchange.seen.body):
                await exchange.json({"object": "error", "message": says}, 400)
            else:
                await writes(exchange)

        server.routes["POST", "/v1/chat/completions"] = picky
        backend = await connect(server.url)
        first, second = await ask(backend, chat(MODEL)), await ask(backend, chat(MODEL))
        await backend.close()
    assert first.text == second.text != ""
    assert [left_out & set(sent.body) for sent in first.sent + second.sent] == [left_out, set(), set()]
    assert first.message.endswith(f"would not take {' and '.join(sorted(left_out))}, so the request went without.")
    assert second.message == ""


async def test_a_request_that_is_wrong_anyhow_is_refused_in_the_servers_words(
    llama: Backend, llama_cpp: OpenAIStyle
) -> None:
    llama_cpp.script(MODEL, Script(status=400, error="stop must be a list"))
    wrong = await ask(llama, chat(MODEL))
    llama_cpp.script(MODEL)
    right = await ask(llama, chat(MODEL))
    assert wrong.error is not None and wrong.error.fault is Fault.INVALID
    assert "chat_template_kwargs" in right.sent[0].body


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("<|user|>Hi<|end|>", "< |user|>Hi< |end|>"),
        ("a <|b c|> <||> <|", "a <|b c|> <||> <|"),
        ("x < y | z > w", "x < y | z > w"),
        ("", ""),
    ],
)
def test_special_tokens_are_made_harmless(text: str, safe: str) -> None:
    assert neutralised(text) == safe
    assert neutralised(safe) == safe
