"""Backends that are connected to the stand-ins."""

from collections.abc import AsyncIterator

import pytest_asyncio

from alignscope.backends import connect
from alignscope.backends.base import Backend
from tests.standin import Ollama, OpenAIStyle


@pytest_asyncio.fixture
async def backend(ollama: Ollama) -> AsyncIterator[Backend]:
    """The `ollama` fixture's server, connected."""
    connected = await connect(ollama.url)
    yield connected
    await connected.close()


@pytest_asyncio.fixture
async def llama(llama_cpp: OpenAIStyle) -> AsyncIterator[Backend]:
    """The `llama_cpp` fixture's server, connected."""
    connected = await connect(llama_cpp.url)
    yield connected
    await connected.close()
