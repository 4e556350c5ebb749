"""Model servers: a `Backend` for each server, a `Dialect` for each kind of server.

The package itself is cheap to import; `connect` imports what it needs.
"""

import importlib
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alignscope.backends.base import Backend

# httpx has a command line of its own, and imports it wherever its libraries happen to be installed: 20 ms for nothing.
sys.modules["httpx._main"] = None  # type: ignore[assignment]


async def connect(url: str, *, key_variable: str = "") -> "Backend":
    """Ask a server once which dialect it speaks, and return its backend.

    Args:
        url: a URL, or anything that OLLAMA_HOST may hold.
        key_variable: the environment variable whose value is sent as `Authorization: Bearer`, if it has one.

    Raises:
        ServerError: the server is unreachable or of an unknown kind.
    """
    import asyncio

    # httpx takes a tenth of a second to import, which a screen that is being drawn should not have to wait for.
    await asyncio.to_thread(importlib.import_module, "alignscope.backends.probe")
    from alignscope.backends import probe

    return await probe.connect(url, key_variable=key_variable)
