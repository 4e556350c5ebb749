"""Servers that are closed at the end."""

from collections.abc import AsyncIterator

import pytest_asyncio

from alignscope.run.servers import Servers


@pytest_asyncio.fixture
async def servers() -> AsyncIterator[Servers]:
    """Connections, closed at the end."""
    async with Servers() as servers:
        yield servers
