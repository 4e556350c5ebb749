"""What servers have, and what they tell of their models."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass
from typing import Final

import msgspec

from alignscope.backends.base import Backend, ServerError, ServerInfo
from alignscope.backends.host import parse_host
from alignscope.model.pane import EMBEDDED, Lineup, Model
from alignscope.model.turn import PaneRecord
from alignscope.run.servers import Servers

_DESCRIBED: Final = 100
"""Models that a server is asked about one by one; those beyond are only listed."""
_DESCRIBE_SECONDS: Final = 5.0
_AT_ONCE: Final = 6


@dataclass(frozen=True, slots=True)
class Listing:
    """What one server has, or why that isn't known."""

    server: str
    """A URL, or `embedded`: what a pane on it is given as its server."""
    label: str
    """As a person says it, such as `Ollama 0.32.15`."""
    models: tuple[Model, ...] = ()
    error: str = ""
    """For the person; empty when all is well."""

    def find(self, name: str) -> Model | None:
        """Return the model of that name, which Ollama completes by `:latest`; None if there is none."""
        known = {model.name: model for model in self.models}
        return known.get(name) or known.get(f"{name}:latest")


class Catalog:
    """The listings of all servers in use, the last of each remembered."""

    def __init__(self, servers: Servers) -> None:
        self._servers = servers
        self._listings: dict[str, Listing] = {}

    async def listing(self, server: str) -> Listing:
        """Ask one server what it has."""
        name = server if server == EMBEDDED else parse_host(server)
        try:
            backend = await self._servers.get(server)
            listing = Listing(name, backend.info.label, tuple(await backend.models()))
        except ServerError as error:
            return Listing(name, name, error=str(error))
        self._listings[server] = listing
        return listing

    async def listings(self, servers: Iterable[str]) -> AsyncGenerator[Listing, None]:
        """Ask several servers at once, each once; yield each answer as it comes."""
        for answer in asyncio.as_completed([self.listing(server) for server in dict.fromkeys(servers)]):
            yield await answer

    async def models(self, lineup: Lineup) -> list[Model]:
        """Ask a lineup's servers what they have now, and which of it is in memory, as far as they answer."""
        return [model async for listing in self.listings(_servers_of(lineup)) for model in listing.models]

    async def learn(self, lineup: Lineup) -> None:
        """Ask the servers of those panes of which nothing is known yet."""
        unknown = [pane for pane in lineup if self._listed(pane.server).find(pane.model) is None]
        async for _ in self.listings(_servers_of(tuple(unknown))):
            pass

    def records(self, lineup: Lineup) -> tuple[PaneRecord, ...]:
        """Return a lineup's panes with what their servers have told so far."""
        return tuple(
            PaneRecord(pane, model.digest if (model := listing.find(pane.model)) else "", listing.label)
            for pane in lineup
            for listing in [self._listed(pane.server)]
        )

    async def describe(self, lineup: Lineup) -> tuple[list[ServerInfo], dict[str, Model]]:
        """Ask what servers tell of each pane's model.

        Returns:
            The servers, and by pane the model, as far as they answer.
        """
        infos, models = [], {}
        for pane in lineup:
            with contextlib.suppress(ServerError):
                backend = await self._servers.get(pane.server)
                infos.append(backend.info)
                models[pane.name] = await backend.describe(pane.model)
        return infos, models

    def _listed(self, server: str) -> Listing:
        return self._listings.get(server, _NOTHING)


_NOTHING: Final = Listing("", "")


def _servers_of(lineup: Lineup) -> list[str]:
    return list(dict.fromkeys(pane.server for pane in lineup))


async def described(backend: Backend) -> tuple[Model, ...]:
    """Return a server's models with what it tells of each. Raises ServerError if there is no listing.

    One that can't be described, or not in time, keeps what the listing told.
    """
    listed = await backend.models()
    if not backend.info.dialect.describes:
        return tuple(listed)
    told: dict[str, Model] = {}
    gate = asyncio.Semaphore(_AT_ONCE)

    async def describe(model: Model) -> None:
        async with gate:
            try:
                described = await backend.look(model.name)
            except ServerError:
                return
        told[model.name] = msgspec.structs.replace(described, loaded=model.loaded)

    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DESCRIBE_SECONDS):
            await asyncio.gather(*(describe(model) for model in listed[:_DESCRIBED] if not model.remote))
    return tuple(told.get(model.name, model) for model in listed)
