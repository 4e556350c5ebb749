"""The explorer's lineup: found on the servers, and changed by the person."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from alignscope.backends.base import Pulling, ServerError
from alignscope.model.lineup.pairing import default_mode, judge, pair_lineup, raw_twin
from alignscope.model.lineup.pane import EMBEDDED, MAX_PANES, Lineup, LineupError, Mode, Model, Pane, is_hub
from alignscope.model.lineup.tones import Tone, tones
from alignscope.run.catalog import Listing
from alignscope.run.servers import named
from alignscope.text.wording import format_bytes
from alignscope.ui.screens.base.actions import work
from alignscope.ui.screens.explorer.actions import ExplorerActions
from alignscope.ui.widgets.pane.sums import Sums
from alignscope.ui.widgets.pane.view import PaneView

if TYPE_CHECKING:
    from alignscope.run.discovery import Found
    from alignscope.ui.screens.explorer.screen import ExplorerScreen

_EMPTY: Final[Mapping[Mode, str]] = {
    Mode.COMPLETION: "What you type is continued here, as raw text. A base model was only ever trained to continue "
    "what it is given: it doesn't know that you are asking it anything.",
    Mode.CHAT: "What you type is answered here. An instruct model is a base model that was trained further, on "
    "conversations and on people's preferences, until it replies instead of going on.",
}
"""Text of a pane without turns."""
_EMPTY_RAW: Final = (
    "What you type is continued here, as raw text, by a model that was trained to answer: its template, which would "
    "tell it that somebody is speaking, is left out."
)
"""The same for a pane that is a chat pane's raw twin."""


class LineupActions(ExplorerActions):
    """Actions that change which panes there are, and their models."""

    def __init__(self, screen: "ExplorerScreen") -> None:
        super().__init__(screen)
        self._sums = Sums()
        self._default_server = ""
        """Server that pane headers don't name."""

    def make_view(self, pane: Pane, tone: Tone = "base") -> PaneView:
        """Return a new widget for a pane. `show` sets its final tone."""
        launch = self.launch
        return PaneView(
            pane,
            tone=tone,
            default_server=self._default_server,
            # Reversed, so that the first of several names for a server stays.
            server_names={named(url): name for name, url in reversed([*launch.servers.items()])},
            presets=launch.presets,
            scroll=self.screen.scroll_mode,
            sums=self._sums,
            empty_text=self._empty_text,
            retry_hint=f"Press {self.key('retry')} in this pane to ask it again.",
        )

    def _empty_text(self, pane: Pane) -> str:
        chats = {(each.model, each.server) for each in self.exploration.lineup if each.mode is Mode.CHAT}
        raw = pane.mode is Mode.COMPLETION and bool(pane.model) and (pane.model, pane.server) in chats
        return _EMPTY_RAW if raw else _EMPTY[pane.mode]

    def show(self) -> None:
        """Update every pane and its tone from the lineup."""
        lineup = self.exploration.lineup
        for pane, tone in zip(lineup, tones(lineup), strict=True):
            view = self.split.view(pane.name)
            if view is not None:
                view.set_pane(pane)
                view.set_tone(tone)
                view.mount_transcript()
        self.screen.show_settings()

    # Finding one

    @work("lineup", exclusive=True)
    async def discover(self) -> None:
        """Find a lineup on the servers, and show it with the reason for it."""
        from alignscope.run.discovery import Outcome, find_lineup

        try:
            found = await find_lineup(self.screen.servers, self.launch)
        except ServerError as error:
            self.show_notice(f"{error} {self.key('pick')} chooses another model or server.", "error")
            self.screen.lineup_found.set()
            return
        await self.set(found.lineup)
        first = f"{self.key('experiment-next')} shows the first experiment."
        listed = f"{self.key('experiments')} shows prompts worth trying."
        next_key = first if self.screen.experiments.class_mode else listed
        if found.short:
            from alignscope.backends.embedded.hub.known import hub_pairs

            smallest = hub_pairs()[0]
            gets = f"gets {smallest.title} ({format_bytes(smallest.size)})"
            next_key = (
                f"{self.key('pick')} {gets if found.outcome is Outcome.EMBEDDED else 'chooses another'}, {next_key}"
            )
        self.show_notice(f"{found.reason} {next_key}")
        self.screen.lineup_found.set()
        if found.pairs:
            await self._offer(found)

    async def set(self, lineup: Lineup) -> None:
        """Replace the lineup; the next prompt goes to the new one."""
        self._default_server = lineup[0].server
        self.exploration.lineup = lineup
        views = self.split.views
        for view, pane in zip(views, lineup, strict=False):
            view.set_pane(pane, self._default_server)
        for view in views[len(lineup) :]:
            await self.split.remove_pane(view)
        for pane in lineup[len(views) :]:
            await self.split.add(self.make_view(pane))
        self.show()

    # Changing it

    @work()
    async def action_pick(self) -> None:
        """Choose the pane's model, server and mode."""
        if chosen := await self._pick(self.here.pane, self.exploration.lineup):
            self._put(chosen)

    def put_model(self, model: Model) -> None:
        """Put a model into the pane, asked as its kind is."""
        pane, mode = self.here.pane, default_mode(judge(model).nature)
        self._put(msgspec.structs.replace(pane, model=model.name, server=model.server, mode=mode))

    def _put(self, pane: Pane) -> None:
        self.exploration.stop(pane.name)
        self.exploration.change(pane)
        self.show()
        self.show_notice(f"{pane.name} is {pane.model} now, asked as a {pane.mode}, from the next prompt on.")

    @work()
    async def action_add_pane(self) -> None:
        """Choose a model for one more pane."""
        lineup = self.exploration.lineup
        if len(lineup) >= MAX_PANES:
            self.show_notice(f"There is room for {MAX_PANES} panes; {self.key('remove-pane')} takes one away.")
            return
        names = {pane.name for pane in lineup}
        name = next(name for name in ("third", "fourth", "base", "instruct") if name not in names)
        blank = Pane(name, "", lineup[0].server, Mode.CHAT)
        if chosen := await self._pick(blank, (*lineup, blank)):
            await self._add(chosen)

    async def _add(self, pane: Pane) -> None:
        self.exploration.add(pane)
        await self.split.add(self.make_view(pane))
        self.show()

    @work()
    async def action_raw_twin(self) -> None:
        """Add a pane with a chat pane's model, asked without its template."""
        try:
            chat, raw = raw_twin(self.exploration.lineup, self.here.pane.name)
        except LineupError as error:
            self.show_notice(f"{error} {self.key('remove-pane')} takes a pane away.")
            return
        await self._add(raw)
        self.show_notice(
            f"{raw.name} is {raw.model} without its template, from the next prompt on. Beside a base model it shows "
            f"what training changed, beside {chat.name} what the template adds."
        )

    async def action_remove_pane(self) -> None:
        """Remove the pane; what it wrote stays in the turns."""
        if len(self.exploration.lineup) == 1:
            self.show_notice("The last pane stays.")
            return
        view, typing = self.here, self.prompt.has_focus
        place = self.split.views.index(view)
        self.exploration.remove(view.pane.name)
        await self.split.remove_pane(view)
        self.show()
        if not typing:  # else the prompt gets the focus, and letters that are meant as keys
            self.screen.enter(self.split.views[min(place, len(self.split.views) - 1)])
        self.show_notice(f"{view.pane.name} has been taken away. {self.key('add-pane')} adds a pane.")

    # Models for them

    def listings(self) -> AsyncGenerator[Listing, None]:
        """Yield the listing of every server in use and of the embedded engine, each as it comes."""
        exploration = self.exploration
        used = (*(pane.server for pane in exploration.lineup), exploration.servers.default_host)
        servers = (*used, *self.launch.servers.values(), EMBEDDED)
        return exploration.catalog.listings(filter(None, servers))

    async def _pick(self, pane: Pane, lineup: Lineup) -> Pane | None:
        """Return a pane as the person changed it. Return None if they didn't, or wanted a pair of a hub instead.

        Args:
            lineup: all panes, this one among them.
        """
        from alignscope.backends.embedded.engine import engine_problem
        from alignscope.run.discovery import from_hub
        from alignscope.ui.screens.models.picker import PickerScreen

        catalog = self.exploration.catalog
        pull = None if engine_problem() else partial(self._pull, EMBEDDED)
        chosen = await self.screen.app.push_screen_wait(
            PickerScreen(pane, self.listings, catalog.listing, lineup, pull)
        )
        if chosen == "pairs":
            here = await catalog.listing(EMBEDDED)
            await self._offer(from_hub(lineup, here.models))
        return chosen if isinstance(chosen, Pane) else None

    async def _offer(self, found: "Found") -> None:
        """Offer pairs to pull; a pulled pair becomes the lineup."""
        from alignscope.backends.embedded.engine import engine_problem
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
            embedded=not hub and not engine_problem(),
            hub=hub,
        )
        chosen = await self.screen.app.push_screen_wait(screen)
        if isinstance(chosen, Offer):
            base, instruct = (Model(name=name, server=found.server) for name in chosen.models)
            await self.set(pair_lineup(base, instruct, system=self.launch.system))
            self.show_notice(f"{base.name} and its twin {instruct.name} are in the panes now.")

    async def _pull(self, server: str, model: str) -> AsyncGenerator[Pulling, None]:
        backend = await self.exploration.servers.get(server)
        async with aclosing(backend.pull(model)) as steps:
            async for step in steps:
                yield step
