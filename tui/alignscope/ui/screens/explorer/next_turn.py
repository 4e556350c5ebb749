"""What the next turn is sent with: settings, sampling, system prompt, panes and their models."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from textual import work

from alignscope.backends import Pulling, ServerError
from alignscope.backends.embedded import engine_available
from alignscope.model.pairing import pair_lineup
from alignscope.model.pane import EMBEDDED, MAX_PANES, Lineup, Mode, Model, Pane
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.tones import Tone
from alignscope.model.turn import CARRY, FRESH, MAX_SAMPLES
from alignscope.run.catalog import Listing
from alignscope.run.discovery import Found, Outcome, find_lineup
from alignscope.ui import screens
from alignscope.ui.screens.explorer.panes import PaneActions
from alignscope.ui.widgets.pane.view import PaneView

if TYPE_CHECKING:
    from alignscope.ui.widgets.sampling.panel import SamplingPanel

_WHY: Final[Mapping[Outcome, str]] = defaultdict(
    lambda: "These are the models you named.",
    {Outcome.EMBEDDED: "These are the twins: two small models inside alignscope, a base model and its aligned self."},
)
"""What to say of a lineup that needs no reason."""
_EMPTY: Final[Mapping[Mode, str]] = {
    Mode.COMPLETION: "What you type is continued here, as raw text. A base model was only ever trained to continue "
    "what it is given: it doesn't know that you are asking it anything.",
    Mode.CHAT: "What you type is answered here. An instruct model is a base model that was trained further, on "
    "conversations and on people's preferences, until it replies instead of going on.",
}
"""What a pane says of itself while there is nothing in it."""


class NextTurnActions(PaneActions):
    """Actions that change the next turn and nothing that was sent."""

    def action_samples(self, step: int) -> None:
        """Ask for more or fewer replies a pane."""
        samples = min(max(self.exploration.settings.samples + step, 1), MAX_SAMPLES)
        self.exploration.set(samples=samples)
        self.say(f"The next prompt gets {samples} {'reply' if samples == 1 else 'replies'} a pane.")
        self.show_settings()

    def action_context(self) -> None:
        """Send each prompt alone, or with all that came before."""
        carry = self.exploration.settings.context == FRESH
        self.exploration.set(context=CARRY if carry else FRESH)
        self.say(
            "From now on every pane gets its own document or conversation so far along with the prompt."
            if carry
            else "From now on every prompt stands alone."
        )
        self.show_settings()

    def action_scaffold(self) -> None:
        """Choose the next scaffold."""
        names = list(SCAFFOLDS)
        scaffold = SCAFFOLDS[names[(names.index(self.exploration.settings.scaffold) + 1) % len(names)]]
        self.exploration.set(scaffold=scaffold.name)
        self.say(f"Completion panes: scaffold {scaffold.name}. {scaffold.help}")
        self.show_settings()

    def action_in_turn(self) -> None:
        """Ask one pane after the other, or all at once."""
        self.exploration.set(one_after_other=not self.exploration.settings.one_after_other)
        self.say(
            "The panes will be asked one after the other, as suits a machine that can't hold all models at once."
            if self.exploration.settings.one_after_other
            else "The panes will be asked all at once."
        )
        self.show_settings()

    def action_think(self) -> None:
        """Let models think, or don't."""
        self.exploration.set(think=not self.exploration.settings.think)
        self.say(
            "Models that can think before they reply will; the thinking is shown dimmed."
            if self.exploration.settings.think
            else "Models are asked to reply without thinking first."
        )
        self.show_settings()

    @work(exit_on_error=False)
    async def action_system(self) -> None:
        """Edit the system prompt of the chat panes."""
        chats = [pane for pane in self.exploration.lineup if pane.mode is Mode.CHAT]
        if not chats:
            self.say("No pane is in chat mode, and a completion has no system prompt.")
            return
        system = await self.app.push_screen_wait(screens.SystemScreen(chats[0].system))
        if system is not None:
            for pane in chats:
                self.exploration.change(msgspec.structs.replace(pane, system=system))
            self.show_lineup()
            self.say("The chat panes have a system prompt now." if system else "No system prompt is sent.")

    # Sampling

    async def action_sampling(self) -> None:
        """Show the panel and go into it, or put it away and go back to the prompt."""
        # Imported here because the panel is not in the first frame.
        from alignscope.ui.widgets.sampling.panel import SamplingPanel

        panel = self.panel
        if panel is None:
            panel = SamplingPanel(self.launch.presets, id="sampling")
            await self.query_one("#stage").mount(panel)
        elif panel.display:
            self._close_panel()
            return
        panel.display = True
        here = self.here.pane.name
        panel.scope = here if self.exploration.pane(here).sampling is not None else ""
        self._fill_panel()
        panel.focus()
        self.learn_models()

    def _fill_panel(self) -> None:
        panel = self.panel
        if panel is not None:
            exploration = self.exploration
            panel.sampling = exploration.sampling_of(panel.scope) if panel.scope else exploration.settings.sampling

    def _close_panel(self) -> None:
        if self.panel is not None:
            self.panel.display = False
        self.prompt.focus()

    def on_sampling_panel_changed(self, event: "SamplingPanel.Changed") -> None:
        event.stop()
        scope = self.panel.scope if self.panel else ""
        self.exploration.set_sampling(event.sampling, scope)
        self.show_settings()
        self.warn_of_reload()

    def on_sampling_panel_unlink_requested(self, event: "SamplingPanel.UnlinkRequested") -> None:
        event.stop()
        panel = self.panel
        if panel is None:
            return
        name = panel.scope or self.here.pane.name
        alone = self.exploration.unlink(name)
        panel.scope = name if alone else ""
        self._fill_panel()
        self.show_lineup()
        self.say(f"{name} has a sampling of its own now." if alone else f"{name} shares the sampling again.")

    def on_sampling_panel_closed(self, event: "SamplingPanel.Closed") -> None:
        event.stop()
        self._close_panel()

    # The lineup

    default_server = ""
    """The server that needs no mention in a pane's header."""

    def make_view(self, pane: Pane, tone: Tone = "base") -> PaneView:
        """Make the widget of a pane. `show_lineup` gives it another tone where that is due."""
        return PaneView(
            pane,
            tone=tone,
            default_server=self.default_server,
            # Of several names for one server, the first.
            server_names={url: name for name, url in reversed([*self.launch.servers.items()])},
            presets=self.launch.presets,
            empty_texts=_EMPTY,
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
        await self.set_lineup(found.lineup)
        next_key = f"{self.key('experiments')} shows prompts worth trying."
        if found.short:
            next_key = f"{self.key('pick')} chooses another, {next_key}"
        self.say(f"{found.short or found.why or _WHY[found.outcome]} {next_key}")
        self.lineup_found.set()
        if found.pairs:
            await self.offer_pairs(found)

    async def set_lineup(self, lineup: Lineup) -> None:
        """Show another lineup in the place of the one before; the next prompt goes to it."""
        self.default_server = lineup[0].server
        self.exploration.lineup = lineup
        views = self.split.views
        for view, pane in zip(views, lineup, strict=False):
            view.set_pane(pane, self.default_server)
        for view in views[len(lineup) :]:
            await self.split.remove_pane(view)
        for pane in lineup[len(views) :]:
            await self.split.add(self.make_view(pane))
        self.show_lineup()

    # Changing it

    @work(exit_on_error=False)
    async def action_pick(self) -> None:
        """Choose the pane's model, server and mode."""
        chosen = await self._choose(self.here.pane, self.exploration.lineup)
        if chosen is not None:
            self.exploration.stop(chosen.name)
            self.change(chosen)
            self.say(f"{chosen.name} is {chosen.model} now, asked as a {chosen.mode}, from the next prompt on.")

    @work(exit_on_error=False)
    async def action_add_pane(self) -> None:
        """Choose a model for one more pane."""
        lineup = self.exploration.lineup
        if len(lineup) >= MAX_PANES:
            self.say(f"There is room for {MAX_PANES} panes; {self.key('remove-pane')} takes one away.")
            return
        names = {pane.name for pane in lineup}
        name = next(name for name in ("third", "fourth", "base", "instruct") if name not in names)
        blank = Pane(name, "", lineup[0].server, Mode.CHAT)
        chosen = await self._choose(blank, (*lineup, blank))
        if chosen is not None:
            self.exploration.add(chosen)
            await self.split.add(self.make_view(chosen))
            self.show_lineup()

    async def _choose(self, pane: Pane, lineup: Lineup) -> Pane | None:
        catalog = self.exploration.catalog
        return await self.app.push_screen_wait(screens.PickerScreen(pane, self.listings, catalog.listing, lineup))

    async def action_remove_pane(self) -> None:
        """Remove the pane; what it wrote stays in the turns."""
        if len(self.exploration.lineup) == 1:
            self.say("The last pane stays.")
            return
        view = self.here
        self.exploration.remove(view.pane.name)
        await self.split.remove_pane(view)
        self.show_lineup()
        self.say(f"{view.pane.name} has been taken away. {self.key('add-pane')} adds a pane.")

    # Getting models

    async def offer_pairs(self, found: Found) -> None:
        """Show what can be pulled; a pair that was pulled becomes the lineup."""
        offers = [
            screens.Offer(
                f"{pair.base} and {pair.instruct}",
                (pair.base, pair.instruct),
                round(sum(pair.size_gb) * 1e9),
                pair.note,
            )
            for pair in found.pairs
        ]
        screen = screens.PullScreen(
            found.why, offers, partial(self._pull, found.server), has=found.models, embedded=not engine_available()
        )
        chosen = await self.app.push_screen_wait(screen)
        if isinstance(chosen, screens.Offer):
            base, instruct = (Model(name=name, server=found.server) for name in chosen.models)
            await self.set_lineup(pair_lineup(base, instruct, system=self.launch.system))
            self.say(f"{base.name} and its twin {instruct.name} are in the panes now.")

    async def _pull(self, server: str, model: str) -> AsyncGenerator[Pulling, None]:
        backend = await self.servers.get(server)
        async with aclosing(backend.pull(model)) as steps:
            async for step in steps:
                yield step

    # What servers have

    def listings(self) -> AsyncGenerator[Listing, None]:
        """Ask every server in use and the embedded engine what they have; yield each answer as it comes."""
        used = (*(pane.server for pane in self.exploration.lineup), self.servers.default_host)
        servers = (*used, *self.launch.servers.values(), EMBEDDED)
        return self.exploration.catalog.listings(filter(None, servers))

    @work(group="learn", exclusive=True, exit_on_error=False)
    async def learn_models(self) -> None:
        """Ask what each pane's model would use by itself, and what its server doesn't know, for the panel to show."""
        servers, models = await self.exploration.catalog.describe(self.exploration.lineup)
        if self.panel is not None:
            self.panel.set_servers(servers)
            self.panel.set_model_values({name: dict(model.parameters) for name, model in models.items()})

    @work(group="warn", exclusive=True, exit_on_error=False)
    async def warn_of_reload(self) -> None:
        """Say so when the next send will load a model anew."""
        if advice := await self.exploration.reload_advice():
            self.say(advice, "warning")
