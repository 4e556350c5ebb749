"""Catalog of the servers' models."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from typing import Final

import msgspec

from alignscope.backends.base import Backend, ServerError, ServerInfo
from alignscope.model.lineup.pane import Lineup, Model
from alignscope.model.turn import PaneRecord
from alignscope.run.servers import Servers, named

_DESCRIBED: Final = 100
"""Maximum of models of a server to describe."""
_DESCRIBE_SECONDS: Final = 5.0
_AT_ONCE: Final = 6


class Listing(msgspec.Struct, frozen=True):
    """Models of one server, or why they aren't known."""

    server: str
    """URL or `embedded`, as in a pane."""
    label: str
    """Name for the person, such as `Ollama 0.32.15`."""
    models: tuple[Model, ...] = ()
    error: str = ""
    """Message for the person, "" without an error."""

    def find(self, name: str) -> Model | None:
        """Return the model of a name, which may lack Ollama's `:latest`; None if there is none."""
        known = {model.name: model for model in self.models}
        return known.get(name) or known.get(f"{name}:latest")


class Catalog:
    """Latest listings of all servers in use."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._listings: dict[str, Listing] = {}

    async def listing(self, server: str) -> Listing:
        """Request one server's listing."""
        name = named(server)
        try:
            backend = await self._servers.get(server)
            listing = Listing(name, backend.info.label, tuple(await backend.models()))
        except ServerError as error:
            return Listing(name, name, error=str(error))
        self._listings[name] = listing
        return listing

    async def listings(self, servers: Iterable[str]) -> AsyncGenerator[Listing, None]:
        """Request the listings of several servers at once, and yield each as it comes.

        Of a server that is named twice, the later name counts, which may have a login that the first lacks.
        """
        asked = {named(server): server for server in servers}.values()
        requests = [asyncio.create_task(self.listing(server)) for server in asked]
        try:
            for answer in asyncio.as_completed(requests):
                yield await answer
        finally:
            # as_completed leaves them running, and with them connections that nobody closes.
            for request in requests:
                request.cancel()
            await asyncio.gather(*requests, return_exceptions=True)

    async def models(self, lineup: Lineup) -> list[Model]:
        """Request the models of a lineup's servers, and return those of the servers that answer."""
        return [model async for listing in self.listings(_servers_of(lineup)) for model in listing.models]

    async def learn(self, lineup: Lineup) -> None:
        """Request listings for those panes whose models aren't known yet."""
        unknown = [pane for pane in lineup if self._listed(pane.server).find(pane.model) is None]
        async for _ in self.listings(_servers_of(tuple(unknown))):
            pass

    def records(self, lineup: Lineup) -> tuple[PaneRecord, ...]:
        """Return a lineup's panes with the model digests and server labels known so far."""
        return tuple(
            PaneRecord(pane, model.digest if (model := listing.find(pane.model)) else "", listing.label)
            for pane in lineup
            for listing in [self._listed(pane.server)]
        )

    async def describe(self, lineup: Lineup) -> tuple[list[ServerInfo], dict[str, Model]]:
        """Request details of each pane's model; return the servers that answer, and the models by pane."""
        infos, models = [], {}
        for pane in lineup:
            with contextlib.suppress(ServerError):
                backend = await self._servers.get(pane.server)
                infos.append(backend.info)
                models[pane.name] = await backend.describe(pane.model)
        return infos, models

    def _listed(self, server: str) -> Listing:
        return self._listings.get(named(server), Listing("", ""))


def _servers_of(lineup: Lineup) -> list[str]:
    return list(dict.fromkeys(pane.server for pane in lineup))


async def described(backend: Backend) -> tuple[Model, ...]:
    """Return a server's models, described as far as that works in time. Raises ServerError without a listing."""
    listed = await backend.models()
    if not backend.info.dialect.describes:
        return tuple(listed)
    details: dict[str, Model] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def describe(model: Model) -> None:
        async with gate:
            with contextlib.suppress(ServerError):
                described = await backend.look(model.name)
                details[model.name] = msgspec.structs.replace(described, loaded=model.loaded)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DESCRIBE_SECONDS):
            await asyncio.gather(*(describe(model) for model in listed[:_DESCRIBED] if not model.remote))
    return tuple(details.get(model.name, model) for model in listed)
