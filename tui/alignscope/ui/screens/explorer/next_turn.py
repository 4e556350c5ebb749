"""Settings of the explorer's next turn: sampling, system prompt and others."""

from typing import TYPE_CHECKING, Any

import msgspec

from alignscope.model.lineup.pane import Mode
from alignscope.model.sampling import Preset, Sampling
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.turn import CARRY, FRESH, MAX_ALTERNATIVES, MAX_SAMPLES
from alignscope.text.wording import logprobs_notice
from alignscope.ui.screens.base.actions import work
from alignscope.ui.screens.explorer.actions import ExplorerActions

if TYPE_CHECKING:
    from alignscope.ui.widgets.sampling.panel import SamplingPanel


class NextTurnActions(ExplorerActions):
    """Actions that change what the next turn is sent with."""

    panel: "SamplingPanel | None" = None
    """The sampling panel; None before it was first shown."""

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
        self.show_notice(message + self.screen.experiments.give_way(changes))
        self.screen.show_settings()

    @work()
    async def action_system(self) -> None:
        """Edit the system prompt of the chat panes."""
        chats = [pane for pane in self.exploration.lineup if pane.mode is Mode.CHAT]
        if not chats:
            self.show_notice("No pane is in chat mode, and a completion has no system prompt.")
            return
        from alignscope.ui.screens.dialogs.system import SystemScreen

        system = await self.screen.app.push_screen_wait(SystemScreen(chats[0].system))
        if system is not None:
            for pane in chats:
                self.exploration.change(msgspec.structs.replace(pane, system=system))
            self.screen.lineup.show()
            self.show_notice("The chat panes have a system prompt now." if system else "No system prompt is sent.")

    # Sampling

    async def action_sampling(self) -> None:
        """Show and focus the panel, or hide it and focus the prompt."""
        panel = self.panel
        if panel is None:
            panel = await self._mount_panel()
        elif panel.display:
            self.close_panel()
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

        panel = self.panel = SamplingPanel(self.launch.presets, id="sampling")
        await self.screen.query_one("#stage").mount(panel)
        return panel

    @work()
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

    def close_panel(self) -> None:
        """Hide the sampling panel, and focus the prompt."""
        if self.panel is not None:
            self.panel.display = False
        self.prompt.focus()

    def set_sampling(self, sampling: Sampling) -> None:
        """Send the next prompt with a sampling, or only to the panel's pane if that has a sampling of its own."""
        scope = self.panel.scope if self.panel else ""
        self.exploration.set_sampling(sampling, scope)
        self.screen.show_settings()
        self.warn_of_reload()

    def unlink_sampling(self) -> None:
        """Give a pane a sampling of its own, or have it share the others' again."""
        panel = self.panel
        if panel is None:
            return
        name = panel.scope or self.here.pane.name
        alone = self.exploration.unlink(name)
        panel.scope = name if alone else ""
        self._fill_panel()
        self.screen.lineup.show()
        self.show_notice(f"{name} has a sampling of its own now." if alone else f"{name} shares the sampling again.")

    # What servers have

    @work("learn", exclusive=True)
    async def learn_models(self) -> None:
        """Get the models' own parameters and the servers' unsupported ones for the panel."""
        servers, models = await self.exploration.catalog.describe(self.exploration.lineup)
        if self.panel is not None:
            self.panel.set_lineup(servers, {name: dict(model.parameters) for name, model in models.items()})

    @work("warn", exclusive=True)
    async def warn_of_reload(self) -> None:
        """Warn if the next prompt makes a server reload a model."""
        if advice := await self.exploration.reload_advice():
            self.show_notice(advice, "warning")
