"""What the next turn is sent with: sampling, samples, context, scaffold, system prompt, panes and their models."""

from typing import TYPE_CHECKING

import msgspec
from textual import work

from alignscope.model.pane import Mode
from alignscope.model.scaffold import SCAFFOLDS
from alignscope.model.turn import CARRY, FRESH, MAX_SAMPLES
from alignscope.ui.screens.explorer.base import ExplorerBase

if TYPE_CHECKING:
    from alignscope.ui.widgets.sampling.panel import SamplingPanel


class ChoiceActions(ExplorerBase):
    """Actions that change the next turn and nothing that was sent."""

    def action_samples(self, step: int) -> None:
        """More or fewer replies a pane."""
        samples = min(max(self.exploration.settings.samples + step, 1), MAX_SAMPLES)
        self.exploration.set(samples=samples)
        self.say(f"The next prompt gets {samples} {'reply' if samples == 1 else 'replies'} a pane.")
        self.show_settings()

    def action_context(self) -> None:
        """Fresh or carried."""
        carry = self.exploration.settings.context == FRESH
        self.exploration.set(context=CARRY if carry else FRESH)
        self.say(
            "From now on every pane gets its own document or conversation so far along with the prompt."
            if carry
            else "From now on every prompt stands alone."
        )
        self.show_settings()

    def action_scaffold(self) -> None:
        """The next scaffold."""
        names = list(SCAFFOLDS)
        scaffold = SCAFFOLDS[names[(names.index(self.exploration.settings.scaffold) + 1) % len(names)]]
        self.exploration.set(scaffold=scaffold.name)
        self.say(f"Completion panes: scaffold {scaffold.name}. {scaffold.help}")
        self.show_settings()

    def action_in_turn(self) -> None:
        """One pane after the other, or all at once."""
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
        from alignscope.ui.screens.dialogs.system import SystemScreen

        chats = [pane for pane in self.exploration.lineup if pane.mode is Mode.CHAT]
        if not chats:
            self.say("No pane is in chat mode, and a completion has no system prompt.")
            return
        system = await self.app.push_screen_wait(SystemScreen(chats[0].system))
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
        self.warn_of_reload(event.sampling, scope)

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
