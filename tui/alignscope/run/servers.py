"""Connections to the servers in use."""

import asyncio
import importlib
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Self

from alignscope.backends import connect
from alignscope.backends.base import Backend, Fault, ServerError
from alignscope.files.settings import HOST_VARIABLE
from alignscope.model.lineup.host import parse_host, public
from alignscope.model.lineup.pane import EMBEDDED


def named(server: str) -> str:
    """Return the URL of a server, or `embedded`, as panes and messages name it: without name and password."""
    return server if server == EMBEDDED else public(parse_host(server))


class Servers:
    """Backends of the servers in use. A server's dialect is requested until it has answered once."""

    def __init__(self, host: str = "", key_variables: Mapping[str, str] | None = None) -> None:
        """Open nothing yet.

        Args:
            host: the default server, by OLLAMA_HOST's rules; "" for that variable, or Ollama's own default.
            key_variables: environment variables with keys, by the URLs of the servers that get them.
        """
        self._logins: dict[str, str] = {}  # URLs with a name and a password, by those without
        self._key_variables = key_variables or {}
        self._backends: dict[str, Backend] = {}
        self._gates: dict[str, asyncio.Lock] = {}
        self._closed = False
        self.default_host = self.address(host or os.environ.get(HOST_VARIABLE, ""))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def open(self) -> tuple[Backend, ...]:
        """The backends that have answered so far."""
        return tuple(dict.fromkeys(self._backends.values()))

    def address(self, server: str) -> str:
        """Return the URL of a server, or `embedded`, as panes and messages name it.

        A name and a password in it are left out, and kept for the connection to that server. Raises ServerError for
        others than those with which it was connected.
        """
        bare = named(server)
        if server == EMBEDDED:
            return bare
        url = parse_host(server)
        if bare == url or self._logins.get(bare) == url:
            return bare
        if bare in self._backends:
            raise ServerError(
                f"{bare} is connected with another name and password, and one alignscope uses one for a server. Start"
                " a second one for these.",
                Fault.INVALID,
            )
        self._logins[bare] = url
        return bare

    async def get(self, server: str) -> Backend:
        """Return the backend of a URL, or of `embedded`.

        Raises ServerError for an unreachable or unknown server, and once `close` was called.
        """
        name = self.address(server)
        async with self._gates.setdefault(name, asyncio.Lock()):
            if name not in self._backends:
                self._check_open()
                backend = await (_embedded() if name == EMBEDDED else self._connect(name))
                if self._closed:  # meanwhile: nobody else would close it
                    await backend.close()
                    self._check_open()
                # Its models name the server by the URL without a password and in small letters, and are asked there.
                self._backends[name] = backend
                self._backends.setdefault(backend.info.url, backend)
            return self._backends[name]

    def _check_open(self) -> None:
        if self._closed:
            raise ServerError("alignscope has closed its connections.", Fault.UNREACHABLE)

    async def _connect(self, url: str) -> Backend:
        return await connect(self._logins.get(url, url), key_variable=self._key_variables.get(url, ""))

    async def close(self) -> None:
        """Close all connections, and end the embedded engine. A connection that is being made is closed as it comes."""
        self._closed = True
        backends = self.open
        self._backends.clear()
        await asyncio.gather(*(backend.close() for backend in backends))


async def _embedded() -> Backend:
    # The first import of httpx takes a tenth of a second, which a screen that is being drawn should not wait for.
    module = await asyncio.to_thread(importlib.import_module, "alignscope.backends.embedded.backend")
    backend: Backend = module.EmbeddedBackend()
    return backend
