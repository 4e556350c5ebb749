"""Two languages that agree on 78 % of their first choices, spoken by stand-ins of every kind of server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from alignscope.backends import connect
from alignscope.backends.base import Backend
from alignscope.model.score import Frame
from alignscope.scoring.frame import Framed
from tests.standin import Flavour, Ollama, OpenAIStyle, Script
from tests.standin.language import Language
from tests.standin.web import Server

BASE = Language("base", agrees=0.78)
TWIN = Language("twin", agrees=0.78)
BEFORE = Framed(Frame.CHAT, "<|user|>Why?<|end|><|assistant|>", own=True, rendered=True)
MODEL = "stories"


@asynccontextmanager
async def speaking(kind: str, language: Language) -> AsyncIterator[tuple[Server, Backend, str]]:
    """A server on which one model speaks a language: the stand-in, its backend, and the model's name."""
    script = Script(language=language)
    server: Ollama | OpenAIStyle = (
        Ollama(script=script) if kind == "ollama" else OpenAIStyle(Flavour(kind), script=script)
    )
    async with server:
        backend = await connect(server.url)
        try:
            yield server, backend, "mistral:text" if kind == "ollama" else MODEL
        finally:
            await backend.close()
