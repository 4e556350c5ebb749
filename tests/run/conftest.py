"""Servers without an Ollama of this machine's own."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from alignscope.run.servers import Servers


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, nobody: str) -> None:
    """Nothing answers at the default server's address."""
    monkeypatch.setenv("OLLAMA_HOST", nobody)


@pytest_asyncio.fixture
async def servers() -> AsyncIterator[Servers]:
    """Connections, closed at the end."""
    async with Servers() as servers:
        yield servers
