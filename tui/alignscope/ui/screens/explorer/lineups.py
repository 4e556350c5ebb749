"""Which models are in the panes: found at the start, chosen, added, pulled; and what their servers say of them."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import work

from alignscope.backends import Pulling, ServerError, ServerInfo
from alignscope.backends.embedded import engine_available
from alignscope.backends.host import parse_host
from alignscope.model.pairing import pair_lineup
from alignscope.model.pane import EMBEDDED, MAX_PANES, Lineup, Mode, Model, Pane
from alignscope.model.sampling import Sampling
from alignscope.model.turn import Turn
from alignscope.run.discovery import Found, Outcome, find_lineup
from alignscope.run.memory_advice import memory_notice, reload_notice
from alignscope.ui.screens.explorer.base import ExplorerBase
from alignscope.ui.widgets.pane.view import PaneView

if TYPE_CHECKING:
    from alignscope.ui.screens.models.picker import Listing

_WHY: Final[Mapping[Outcome, str]] = defaultdict(
    lambda: "These are the models you named.",
    {Outcome.EMBEDDED: "These are the twins: two small models inside alignscope, a base model and its aligned self."},
)
"""What the panes hold, where it needs no reason."""
_EMPTY: Final[Mapping[Mode, str]] = {
    Mode.COMPLETION: "What you type is continued here, as raw text. A base model was only ever trained to continue "
    "what it is given: it doesn't know that you are asking it anything.",
    Mode.CHAT: "What you type is answered here. An instruct model is a base model that was trained further, on "
    "conversations and on people's preferences, until it replies instead of going on.",
}
"""What a pane says of itself while there is nothing in it."""


class LineupActions(ExplorerBase):
    """Actions on the lineup."""

    default_server = ""
    """The server that needs no mention in a pane's header."""

    def make_view(self, pane: Pane) -> PaneView:
        """Make the widget of a pane. `show_lineup` gives it its tone."""
        return PaneView(
            pane,
            default_server=self.default_server,
            # Of several names for one server, the first.
            server_names={url: name for name, url in reversed([*self.launch.servers.items()])},
            empty_text=_EMPTY[pane.mode],
            retry_hint=f"Press {self.key('retry')} in this pane to ask it again.",
        )

    # Finding one

    @work(group="lineup", exclusive=True, exit_on_error=False)
    async def look_for_lineup(self) -> None:
        """Ask the servers for a lineup, and show it with the reason why it is this one."""
        try:
            found = await find_lineup(self.servers, self.launch)
        except ServerError as error:
            self.say(f"{error} {self.key('pick')} chooses another model or server.", "error")
            self.lineup_found.set()
            return
        await self.take_lineup(found.lineup)
        next_key = f"{self.key('experiments')} shows prompts worth trying."
        if found.short:
            next_key = f"{self.key('pick')} chooses another, {next_key}"
        self.say(f"{found.short or found.why or _WHY[found.outcome]} {next_key}")
        self.lineup_found.set()
        if found.pairs:
            await self.offer_pairs(found)

    async def take_lineup(self, lineup: Lineup) -> None:
        """Put another lineup in the place of the one before."""
        self.default_server = lineup[0].server
        self.exploration.lineup = lineup
        views = self.split.views
        for view, pane in zip(views, lineup, strict=False):
            view.set_pane(pane, self.default_server)
        for view in views[len(lineup) :]:
            await self.split.take(view)
        for pane in lineup[len(views) :]:
            await self.split.add(self.make_view(pane))
        self.show_lineup()

    # Changing it

    @work(exit_on_error=False)
    async def action_pick(self) -> None:
        """Choose the pane's model, server and mode."""
        from alignscope.ui.screens.models.picker import PickerScreen

        view = self.here
        lineup = self.exploration.lineup
        chosen = await self.app.push_screen_wait(PickerScreen(view.pane, self.listings, self.ask_server, lineup))
        if chosen is not None:
            self.exploration.stop(chosen.name)
            self.change(chosen)
            self.say(f"{chosen.name} is {chosen.model} now, asked as a {chosen.mode}, from the next prompt on.")

    @work(exit_on_error=False)
    async def action_add_pane(self) -> None:
        """Choose a model for one more pane."""
        from alignscope.ui.screens.models.picker import PickerScreen

        lineup = self.exploration.lineup
        if len(lineup) >= MAX_PANES:
            self.say(f"There is room for {MAX_PANES} panes; {self.key('remove-pane')} takes one away.")
            return
        names = {pane.name for pane in lineup}
        name = next(name for name in ("third", "fourth", "base", "instruct") if name not in names)
        blank = Pane(name, "", lineup[0].server, Mode.CHAT)
        chosen = await self.app.push_screen_wait(PickerScreen(blank, self.listings, self.ask_server, [*lineup, blank]))
        if chosen is not None:
            self.exploration.add(chosen)
            await self.split.add(self.make_view(chosen))
            self.show_lineup()

    async def action_remove_pane(self) -> None:
        """Take the pane away; what it wrote stays in the turns."""
        if len(self.exploration.lineup) == 1:
            self.say("The last pane stays.")
            return
        view = self.here
        self.exploration.remove(view.pane.name)
        await self.split.take(view)
        self.show_lineup()
        self.say(f"{view.pane.name} has been taken away. {self.key('add-pane')} adds a pane.")

    # Getting models

    async def offer_pairs(self, found: Found) -> None:
        """Show what can be pulled, and take a pair that was."""
        from alignscope.ui.screens.models.pull import Offer, PullScreen

        offers = [
            Offer(
                f"{pair.base} and {pair.instruct}",
                (pair.base, pair.instruct),
                round(sum(pair.size_gb) * 1e9),
                pair.note,
            )
            for pair in found.pairs
        ]
        screen = PullScreen(
            found.why, offers, partial(self._pull, found.server), has=found.models, embedded=not engine_available()
        )
        chosen = await self.app.push_screen_wait(screen)
        if isinstance(chosen, Offer):
            base, instruct = (Model(name=name, server=found.server) for name in chosen.models)
            await self.take_lineup(pair_lineup(base, instruct, system=self.launch.system))
            self.say(f"{base.name} and its twin {instruct.name} are in the panes now.")

    async def _pull(self, server: str, model: str) -> AsyncGenerator[Pulling, None]:
        backend = await self.servers.get(server)
        async with aclosing(backend.pull(model)) as steps:
            async for step in steps:
                yield step

    # What servers say

    async def listings(self) -> "AsyncGenerator[Listing, None]":
        """What every server in use has, and the embedded engine, each as it answers."""
        named = (*self.launch.servers.values(), EMBEDDED)
        names = dict.fromkeys([*(pane.server for pane in self.exploration.lineup), self.servers.default_host, *named])
        for answer in asyncio.as_completed([self.ask_server(name) for name in names if name]):
            yield await answer

    async def ask_server(self, server: str) -> "Listing":
        """What one server has, or why it doesn't say."""
        from alignscope.ui.screens.models.picker import Listing

        name = server if server == EMBEDDED else parse_host(server)
        try:
            backend = await self.servers.get(server)
            return Listing(name, backend.info.label, tuple(await backend.models()))
        except ServerError as error:
            return Listing(name, name, error=str(error))

    @work(group="learn", exclusive=True, exit_on_error=False)
    async def learn_models(self) -> None:
        """Ask what each pane's model would use by itself, and what its server doesn't know, for the panel to show."""
        infos: list[ServerInfo] = []
        values: dict[str, dict[str, str]] = {}
        for pane in self.exploration.lineup:
            try:
                backend = await self.servers.get(pane.server)
                infos.append(backend.info)
                values[pane.name] = dict((await backend.describe(pane.model)).parameters)
            except ServerError:
                continue  # the pane itself will say so when it is asked
        if self.panel is not None:
            self.panel.set_servers(infos)
            self.panel.set_model_values(values)

    @work(group="warn", exclusive=True, exit_on_error=False)
    async def warn_of_reload(self, sampling: Sampling, scope: str) -> None:
        """Say so when the next send will load a model anew, because it is loaded with another context."""
        lineup = self.exploration.lineup
        if "num_ctx" in sampling:
            notice = reload_notice(lineup, self.exploration.settings.sampling, await self._known_models(lineup))
            if notice:
                self.say(notice, "warning")

    async def after(self, turn: Turn) -> None:
        """What a turn's end gives reason to say: models that push each other out of memory."""
        if turn.settings.one_after_other or len({pane.model for pane in turn.lineup}) < 2:
            return
        notice = memory_notice(turn.lineup, await self._known_models(turn.lineup))
        if notice:
            self.say(f"{notice} The key {self.key('in-turn')} switches that.", "warning")

    async def _known_models(self, lineup: Lineup) -> list[Model]:
        """What the lineup's servers have, as far as they answer."""
        models: list[Model] = []
        for server in dict.fromkeys(pane.server for pane in lineup):
            with contextlib.suppress(ServerError):
                models += await (await self.servers.get(server)).models()
        return models
