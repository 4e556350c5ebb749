"""Actions on the next turn: settings, sampling, system prompt, panes and their models."""

from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
from textual import work

from alignscope.backends.base import ServerError
from alignscope.backends.embedded.hub.known import hub_pairs
from alignscope.model.lineup.pairing import default_mode, judge, raw_twin
from alignscope.model.lineup.pane import MAX_PANES, Lineup, LineupError, Mode, Model, Pane
from alignscope.model.lineup.tones import Tone
from alignscope.model.sampling import Preset
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.turn import CARRY, FRESH, MAX_ALTERNATIVES, MAX_SAMPLES
from alignscope.run.discovery import Found, Outcome, find_lineup
from alignscope.run.servers import named
from alignscope.text.wording import format_bytes, logprobs_notice
from alignscope.ui.screens.explorer.panes import PaneActions
from alignscope.ui.widgets.pane.sums import Sums
from alignscope.ui.widgets.pane.view import PaneView

if TYPE_CHECKING:
    from alignscope.ui.widgets.sampling.panel import SamplingPanel

_REASONS: Final[Mapping[Outcome, str]] = defaultdict(
    lambda: "These are the models you named.",
    {Outcome.EMBEDDED: "These are the twins: two small models inside alignscope, a base model and its aligned self."},
)
"""Notices on a lineup whose discovery gives no reason of its own."""
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


class NextTurnActions(PaneActions):
    """Actions that change what the next turn is sent with."""

    def action_samples(self, step: int) -> None:
        """Ask for more or fewer replies a pane."""
        samples = min(max(self.exploration.settings.samples + step, 1), MAX_SAMPLES)
        self._set(f"The next prompt gets {samples} {'reply' if samples == 1 else 'replies'} a pane.", samples=samples)

    def action_context(self) -> None:
        """Send each prompt alone, or with all that came before."""
        carry = self.exploration.settings.context == FRESH
        self._set(
            "From now on every pane gets its own document or conversation so far along with the prompt."
            if carry
            else "From now on every prompt stands alone.",
            context=CARRY if carry else FRESH,
        )

    def action_scaffold(self) -> None:
        """Choose the next scaffold."""
        names = list(SCAFFOLDS)
        scaffold = SCAFFOLDS[names[(names.index(self.exploration.settings.scaffold) + 1) % len(names)]]
        self._set(f"Completion panes: scaffold {scaffold.name}. {scaffold.help}", scaffold=scaffold.name)

    def action_in_turn(self) -> None:
        """Ask one pane after the other, or all at once."""
        one_after_other = not self.exploration.settings.one_after_other
        self._set(
            "The panes will be asked one after the other, as suits a machine that can't hold all models at once."
            if one_after_other
            else "The panes will be asked all at once.",
            one_after_other=one_after_other,
        )

    def action_think(self) -> None:
        """Let models think, or don't."""
        think = not self.exploration.settings.think
        self._set(
            "Models that can think before they reply will; the thinking is shown dimmed."
            if think
            else "Models are asked to reply without thinking first.",
            think=think,
        )

    def action_logprobs(self) -> None:
        """Ask for each token's log-probability, then with alternatives too, then for none."""
        wanted = {None: 0, 0: MAX_ALTERNATIVES}.get(self.exploration.settings.logprobs)
        self._set(logprobs_notice(wanted), logprobs=wanted)

    def _set(self, message: str, **changes: Any) -> None:
        self.exploration.set(**changes)
        self.show_notice(message)
        self.show_settings()

    @work(exit_on_error=False)
    async def action_system(self) -> None:
        """Edit the system prompt of the chat panes."""
        chats = [pane for pane in self.exploration.lineup if pane.mode is Mode.CHAT]
        if not chats:
            self.show_notice("No pane is in chat mode, and a completion has no system prompt.")
            return
        from alignscope.ui.screens.dialogs.system import SystemScreen

        system = await self.app.push_screen_wait(SystemScreen(chats[0].system))
        if system is not None:
            for pane in chats:
                self.exploration.change(msgspec.structs.replace(pane, system=system))
            self.show_lineup()
            self.show_notice("The chat panes have a system prompt now." if system else "No system prompt is sent.")

    # Sampling

    async def action_sampling(self) -> None:
        """Show and focus the panel, or hide it and focus the prompt."""
        panel = self.panel
        if panel is None:
            panel = await self._mount_panel()
        elif panel.display:
            self._close_panel()
            return
        self._open_panel(panel)

    def _open_panel(self, panel: "SamplingPanel") -> None:
        panel.display = True
        here = self.here.pane.name
        panel.scope = here if self.exploration.pane(here).sampling is not None else ""
        self._fill_panel()
        panel.focus()
        self.learn_models()

    async def _mount_panel(self) -> "SamplingPanel":
        # The first frame doesn't need the panel.
        from alignscope.ui.widgets.sampling.panel import SamplingPanel

        panel = SamplingPanel(self.launch.presets, id="sampling")
        await self.query_one("#stage").mount(panel)
        return panel

    @work(exit_on_error=False)
    async def show_parameter(self, name: str) -> None:
        """Show the panel with a parameter selected."""
        panel = self.panel or await self._mount_panel()
        self._open_panel(panel)
        panel.select(name)

    def use_preset(self, preset: Preset) -> None:
        """Send the next prompt with a preset's sampling, which all panes share."""
        self._set(f"The next prompt is sent with the preset {preset.name}.", sampling=preset.sampling)
        self._fill_panel()
        self.warn_of_reload()

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
        self.show_notice(f"{name} has a sampling of its own now." if alone else f"{name} shares the sampling again.")

    def on_sampling_panel_closed(self, event: "SamplingPanel.Closed") -> None:
        event.stop()
        self._close_panel()

    # The lineup

    default_server = ""
    """Server that pane headers don't name."""
    sums: Sums
    """What the samples of turns come to."""

    def make_view(self, pane: Pane, tone: Tone = "base") -> PaneView:
        """Return a new widget for a pane. `show_lineup` sets its final tone."""
        return PaneView(
            pane,
            tone=tone,
            default_server=self.default_server,
            # Reversed, so that the first of several names for a server stays.
            server_names={named(url): name for name, url in reversed([*self.launch.servers.items()])},
            presets=self.launch.presets,
            scroll=self.scroll_mode,
            sums=self.sums,
            empty_text=self._empty_text,
            retry_hint=f"Press {self.key('retry')} in this pane to ask it again.",
        )

    def _empty_text(self, pane: Pane) -> str:
        chats = {(each.model, each.server) for each in self.exploration.lineup if each.mode is Mode.CHAT}
        raw = pane.mode is Mode.COMPLETION and bool(pane.model) and (pane.model, pane.server) in chats
        return _EMPTY_RAW if raw else _EMPTY[pane.mode]

    # Finding one

    @work(group="lineup", exclusive=True, exit_on_error=False)
    async def discover_lineup(self) -> None:
        """Find a lineup on the servers, and show it with the reason for it."""
        try:
            found = await find_lineup(self.servers, self.launch)
        except ServerError as error:
            self.show_notice(f"{error} {self.key('pick')} chooses another model or server.", "error")
            self.lineup_found.set()
            return
        await self.set_lineup(found.lineup)
        first = f"{self.key('experiment-next')} shows the first experiment."
        next_key = first if self.class_mode else f"{self.key('experiments')} shows prompts worth trying."
        if found.short:
            smallest = hub_pairs()[0]
            gets = f"gets {smallest.title} ({format_bytes(smallest.size)})"
            next_key = (
                f"{self.key('pick')} {gets if found.outcome is Outcome.EMBEDDED else 'chooses another'}, {next_key}"
            )
        self.show_notice(f"{found.short or found.why or _REASONS[found.outcome]} {next_key}")
        self.lineup_found.set()
        if found.pairs:
            await self._offer(found)

    async def _offer(self, found: Found) -> None:
        """Offer pairs to pull; a pulled pair becomes the lineup."""
        if pulled := await self.models.offer(found):
            await self.set_lineup(pulled)
            base, instruct = (pane.model for pane in pulled)
            self.show_notice(f"{base} and its twin {instruct} are in the panes now.")

    async def set_lineup(self, lineup: Lineup) -> None:
        """Replace the lineup; the next prompt goes to the new one."""
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
        chosen = await self.models.pick(self.here.pane, self.exploration.lineup)
        if isinstance(chosen, Pane):
            self._put(chosen)
        elif chosen is not None:
            await self._offer(chosen)

    def put_model(self, model: Model) -> None:
        """Put a model into the pane, asked as its kind is."""
        pane, mode = self.here.pane, default_mode(judge(model).nature)
        self._put(msgspec.structs.replace(pane, model=model.name, server=model.server, mode=mode))

    def _put(self, pane: Pane) -> None:
        self.exploration.stop(pane.name)
        self.exploration.change(pane)
        self.show_lineup()
        self.show_notice(f"{pane.name} is {pane.model} now, asked as a {pane.mode}, from the next prompt on.")

    @work(exit_on_error=False)
    async def action_add_pane(self) -> None:
        """Choose a model for one more pane."""
        lineup = self.exploration.lineup
        if len(lineup) >= MAX_PANES:
            self.show_notice(f"There is room for {MAX_PANES} panes; {self.key('remove-pane')} takes one away.")
            return
        names = {pane.name for pane in lineup}
        name = next(name for name in ("third", "fourth", "base", "instruct") if name not in names)
        blank = Pane(name, "", lineup[0].server, Mode.CHAT)
        chosen = await self.models.pick(blank, (*lineup, blank))
        if isinstance(chosen, Found):
            await self._offer(chosen)
        elif chosen is not None:
            self.exploration.add(chosen)
            await self.split.add(self.make_view(chosen))
            self.show_lineup()

    @work(exit_on_error=False)
    async def action_raw_twin(self) -> None:
        """Add a pane with a chat pane's model, asked without its template."""
        try:
            chat, raw = raw_twin(self.exploration.lineup, self.here.pane.name)
        except LineupError as error:
            self.show_notice(f"{error} {self.key('remove-pane')} takes a pane away.")
            return
        self.exploration.add(raw)
        await self.split.add(self.make_view(raw))
        self.show_lineup()
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
        self.show_lineup()
        if not typing:  # else the prompt gets the focus, and letters that are meant as keys
            self.enter(self.split.views[min(place, len(self.split.views) - 1)])
        self.show_notice(f"{view.pane.name} has been taken away. {self.key('add-pane')} adds a pane.")

    # What servers have

    @work(group="learn", exclusive=True, exit_on_error=False)
    async def learn_models(self) -> None:
        """Get the models' own parameters and the servers' unsupported ones for the panel."""
        servers, models = await self.exploration.catalog.describe(self.exploration.lineup)
        if self.panel is not None:
            self.panel.set_lineup(servers, {name: dict(model.parameters) for name, model in models.items()})

    @work(group="warn", exclusive=True, exit_on_error=False)
    async def warn_of_reload(self) -> None:
        """Warn if the next prompt makes a server reload a model."""
        if advice := await self.exploration.reload_advice():
            self.show_notice(advice, "warning")
