"""Servers and how they are spoken to: one module a dialect, one Backend a server.

The package itself is cheap to import; whatever needs httpx is imported by `connect`.
"""

import asyncio
import importlib

from alignscope.backends.base import (
    Backend,
    Chunk,
    Ending,
    Fault,
    Message,
    Pulling,
    Request,
    Sent,
    ServerError,
    ServerInfo,
)

__all__ = [
    "Backend",
    "Chunk",
    "Ending",
    "Fault",
    "Message",
    "Pulling",
    "Request",
    "Sent",
    "ServerError",
    "ServerInfo",
    "connect",
]


async def connect(url: str, *, key_variable: str = "") -> Backend:
    """The backend for a server, after asking it once which dialect it speaks.

    Args:
        url: a URL, or anything that OLLAMA_HOST may hold.
        key_variable: the environment variable whose value is sent as `Authorization: Bearer`, if it has one.

    Raises:
        ServerError: nobody answers there, or nobody that is known.
    """
    # httpx takes a tenth of a second to import, which a screen that is being drawn should not have to wait for.
    await asyncio.to_thread(importlib.import_module, "alignscope.backends.probe")
    from alignscope.backends import probe

    return await probe.connect(url, key_variable=key_variable)
