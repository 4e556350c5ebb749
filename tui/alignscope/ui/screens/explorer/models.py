"""Models for the explorer's panes: chosen from what the servers have, or pulled."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial
from typing import Any

from textual.app import App

from alignscope.backends.base import Pulling
from alignscope.backends.embedded.engine import engine_available
from alignscope.model.launch import Launch
from alignscope.model.lineup.pairing import pair_lineup
from alignscope.model.lineup.pane import EMBEDDED, Lineup, Model, Pane, is_hub
from alignscope.run.catalog import Listing
from alignscope.run.discovery import Found, from_hub
from alignscope.run.exploration import Exploration


class Models:
    """Asks the person for models, on screens of their own.

    Args:
        app: shows these screens.
        exploration: whose servers and lineup it is.
        launch: the servers in the settings, and the system prompt of a new lineup.
    """

    def __init__(self, app: App[Any], exploration: Exploration, launch: Launch) -> None:
        self._app = app
        self._exploration = exploration
        self._launch = launch

    def listings(self) -> AsyncGenerator[Listing, None]:
        """Yield the listing of every server in use and of the embedded engine, each as it comes."""
        exploration = self._exploration
        used = (*(pane.server for pane in exploration.lineup), exploration.servers.default_host)
        servers = (*used, *self._launch.servers.values(), EMBEDDED)
        return exploration.catalog.listings(filter(None, servers))

    async def pick(self, pane: Pane, lineup: Lineup) -> Pane | Found | None:
        """Return a pane as the person changed it, pairs to offer if they want one of a hub instead, None if neither.

        Args:
            lineup: all panes, this one among them.
        """
        from alignscope.ui.screens.models.picker import PickerScreen

        catalog = self._exploration.catalog
        pull = None if engine_available() else partial(self._pull, EMBEDDED)
        chosen = await self._app.push_screen_wait(PickerScreen(pane, self.listings, catalog.listing, lineup, pull))
        if chosen == "pairs":
            here = await catalog.listing(EMBEDDED)
            return from_hub(lineup, here.models)
        return chosen if isinstance(chosen, Pane) else None

    async def offer(self, found: Found) -> Lineup | None:
        """Offer pairs to pull, and return the lineup of the one that was pulled; None without one."""
        from alignscope.ui.screens.models.pull import Offer, PullScreen

        hub = found.server == EMBEDDED
        offers = [
            Offer(
                pair.title or f"{pair.base} and {pair.instruct}",
                pair.models,
                pair.size,
                " · ".join(filter(None, (pair.license, pair.note))),
            )
            for pair in found.pairs
        ]
        screen = PullScreen(
            found.why,
            offers,
            partial(self._pull, found.server),
            has=[model for model in found.models if is_hub(model.name) or not hub],
            embedded=not hub and not engine_available(),
            hub=hub,
        )
        chosen = await self._app.push_screen_wait(screen)
        if not isinstance(chosen, Offer):
            return None
        base, instruct = (Model(name=name, server=found.server) for name in chosen.models)
        return pair_lineup(base, instruct, system=self._launch.system)

    async def _pull(self, server: str, model: str) -> AsyncGenerator[Pulling, None]:
        backend = await self._exploration.servers.get(server)
        async with aclosing(backend.pull(model)) as steps:
            async for step in steps:
                yield step
