"""The stand-ins as pytest fixtures, for every test."""

import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.standin import Ollama, OpenAIStyle


@pytest_asyncio.fixture
async def ollama() -> AsyncIterator[Ollama]:
    """An Ollama with a base and an instruct model, as fast as can be; both may be scripted."""
    async with Ollama() as server:
        yield server


@pytest_asyncio.fixture
async def llama_cpp() -> AsyncIterator[OpenAIStyle]:
    """A llama-server with one model called `stories`."""
    async with OpenAIStyle() as server:
        yield server


@pytest.fixture
def nobody() -> str:
    """A URL at which nothing listens."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{closed.getsockname()[1]}"
