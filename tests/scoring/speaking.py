"""Two languages that agree on 78 % of their first choices, spoken by stand-ins of every kind of server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alignscope.backends import connect
from alignscope.backends.base import Backend
from alignscope.model.score import Frame
from alignscope.scoring.frame import Framed
from tests.standin import Flavour, Ollama, OpenAIStyle, Script
from tests.standin.replies.language import Language
from tests.standin.web import Server

BASE = Language("base", agrees=0.78)
TWIN = Language("twin", agrees=0.78)
BEFORE = Framed(Frame.CHAT, "<|user|>Why?<|end|><|assistant|>", own=True, rendered=True)
MODEL = "stories"
ECHOING = "echoing"
"""A server without a name that knows `echo`."""
OLD_LLAMA_CPP = "an old llamacpp"
"""One that knows no grammar of token numbers."""


@asynccontextmanager
async def speaking(kind: str, language: Language) -> AsyncIterator[tuple[Server, Backend, str]]:
    """A server on which one model speaks a language: the stand-in, its backend, and the model's name."""
    script = Script(language=language)
    server: Ollama | OpenAIStyle
    if kind == "ollama":
        server = Ollama(script=script)
    elif kind == ECHOING:
        server = OpenAIStyle(Flavour.PLAIN, script=script, echoes=True)
    elif kind == OLD_LLAMA_CPP:
        server = OpenAIStyle(Flavour.LLAMA_CPP, script=script, leads=False)
    else:
        server = OpenAIStyle(Flavour(kind), script=script)
    async with server:
        backend = await connect(server.url)
        try:
            yield server, backend, "mistral:text" if kind == "ollama" else MODEL
        finally:
            await backend.close()
