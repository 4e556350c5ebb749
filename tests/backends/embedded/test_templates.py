"""Chat templates of the usual families in a GGUF file: what llama.cpp makes of the request that goes to it."""

import struct
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from alignscope.backends.base import Message, Request, Sent
from alignscope.backends.embedded.backend import EmbeddedBackend
from alignscope.backends.embedded.engine import engine_problem
from alignscope.model.lineup.pairing import Nature, judge
from alignscope.model.lineup.pane import Mode
from alignscope.model.sampling import Sampling
from tests.backends.asking import chat
from tests.backends.embedded.files import with_pairs
from tests.waiting import HANGS

pytestmark = pytest.mark.skipif(bool(engine_problem()), reason="the engine has no build for this platform")

EACH = "{% for message in messages %}"
END = "{% endfor %}"
CHATML = (
    EACH + "<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n" + END
    + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)  # fmt: skip
QWEN3 = (
    CHATML.removesuffix("{% endif %}")
    + "{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif %}"
)
LLAMA3 = (
    EACH + "<|start_header_id|>{{ message.role }}<|end_header_id|>\n\n{{ message.content | trim }}<|eot_id|>" + END
    + "{% if add_generation_prompt %}<|start_header_id|>assistant<|end_header_id|>\n\n{% endif %}"
)  # fmt: skip
GEMMA = (
    "{% if messages[0]['role'] == 'system' %}{% set first = messages[0]['content'] + '\n\n' %}"
    "{% set rest = messages[1:] %}{% else %}{% set first = '' %}{% set rest = messages %}{% endif %}"
    "{% for message in rest %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate user/assistant') }}{% endif %}"
    "<start_of_turn>{{ 'model' if message['role'] == 'assistant' else message['role'] }}\n"
    "{{ first if loop.first else '' }}{{ message['content'] | trim }}<end_of_turn>\n" + END
    + "{% if add_generation_prompt %}<start_of_turn>model\n{% endif %}"
)  # fmt: skip
GEMMA2 = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" + GEMMA
MISTRAL = (
    "{% if messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}"
    "{% else %}{% set rest = messages %}{% endif %}{% for message in rest %}{% if message['role'] == 'user' %}[INST] "
    "{% if loop.last and system is defined %}{{ system + '\n\n' }}{% endif %}{{ message['content'] }}[/INST]"
    "{% else %} {{ message['content'] | trim }}</s>{% endif %}" + END
)  # fmt: skip
TALK = (Message("system", "Be brief."), Message("user", "Hi"), Message("assistant", "Hello!"), Message("user", "Bye"))


@pytest_asyncio.fixture
async def backend() -> AsyncIterator[EmbeddedBackend]:
    """An engine, closed at the end."""
    backend = EmbeddedBackend()
    yield backend
    await backend.close()


def with_template(folder: Path, template: str) -> str:
    """The path of the base twin with a chat template."""
    key, text = b"tokenizer.chat_template", template.encode()
    file = folder / "talk.gguf"
    # The weights behind the header stay where they are aligned to 32 bytes.
    blank = bytes(-(8 + len(key) + 12 + len(text) + 8 + len(b"blank") + 12) % 32)
    file.write_bytes(with_pairs((key, string(text)), (b"blank", string(blank))))
    return str(file)


def string(text: bytes) -> bytes:
    """A string as a header's value, with its type."""
    return struct.pack("<IQ", 8, len(text)) + text


async def prompt_for(backend: EmbeddedBackend, request: Request) -> str:
    """The text that llama.cpp makes of the request that we send, by the code that also makes its replies."""
    await backend.ready(request.model)
    sent = await anext(backend.stream(request))
    assert isinstance(sent, Sent)
    address = backend.route(request.model)[0]
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {backend.engine.key}"}, trust_env=False) as client:
        answer = await client.post(f"{address}/apply-template", json=sent.body, timeout=HANGS)
    return str(answer.raise_for_status().json()["prompt"])


@pytest.mark.parametrize(
    ("template", "prompt"),
    [
        (
            CHATML,
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello!"
            "<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n",
        ),
        (
            LLAMA3,
            "<|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>"
            "\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nHello!<|eot_id|><|start_header_id|>user"
            "<|end_header_id|>\n\nBye<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n",
        ),
        (
            GEMMA,
            "<start_of_turn>user\nBe brief.\n\nHi<end_of_turn>\n<start_of_turn>model\nHello!<end_of_turn>\n"
            "<start_of_turn>user\nBye<end_of_turn>\n<start_of_turn>model\n",
        ),
        (MISTRAL, "[INST] Hi[/INST] Hello!</s>[INST] Be brief.\n\nBye[/INST]"),
    ],
    ids=["chatml", "llama3", "gemma", "mistral"],
)
async def test_a_conversation_as_each_family_writes_it(
    backend: EmbeddedBackend, tmp_path: Path, template: str, prompt: str
) -> None:
    model = with_template(tmp_path, template)
    described = await backend.look(model)
    assert described.template == template and judge(described).nature is Nature.INSTRUCT
    request = Request(model=model, mode=Mode.CHAT, messages=TALK, sampling=Sampling())
    assert await prompt_for(backend, request) == prompt


@pytest.mark.parametrize(("think", "end"), [(False, "assistant\n<think>\n\n</think>\n\n"), (True, "assistant\n")])
async def test_a_model_that_can_think_is_told_whether_to(
    backend: EmbeddedBackend, tmp_path: Path, think: bool, end: str
) -> None:
    request = chat(with_template(tmp_path, QWEN3), "Hi", think=think)
    assert (await prompt_for(backend, request)).endswith(f"<|im_start|>user\nHi<|im_end|>\n<|im_start|>{end}")


async def test_what_a_template_refuses_as_a_system_prompt_goes_before_the_first_message(
    backend: EmbeddedBackend, tmp_path: Path
) -> None:
    request = chat(with_template(tmp_path, GEMMA2), "Hi", "Be brief.")
    expected = "<start_of_turn>user\nBe brief.\nHi<end_of_turn>\n<start_of_turn>model\n"
    assert await prompt_for(backend, request) == expected
