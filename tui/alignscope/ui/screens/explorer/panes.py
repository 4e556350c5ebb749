"""The explorer's panes on the screen: focus, split, scroll, samples, Markdown, copy; and what shows their state."""

import asyncio
import contextlib
import traceback
from typing import TYPE_CHECKING

from textual import on, work
from textual.containers import ScrollableContainer
from textual.getters import query_one
from textual.reactive import var
from textual.worker import Worker, WorkerState

from alignscope.files.locations import state_dir
from alignscope.model.launch import Launch
from alignscope.model.pane import Pane
from alignscope.model.tones import tones
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.text.wording import counted, settings_words
from alignscope.ui.screens.base import AppScreen
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine, SettingsLine
from alignscope.ui.widgets.transcript.transcript import Transcript

if TYPE_CHECKING:
    from alignscope.ui.widgets.sampling.panel import SamplingPanel

_DIVIDER_STEP = 0.05


class PaneActions(AppScreen[int]):
    """Actions on the pane that has the focus, and on how panes share the room."""

    split = query_one("#split", Split)
    prompt = query_one("#prompt", PromptEditor)
    notice = query_one("#notice", NoticeLine)
    settings = query_one("#settings", SettingsLine)

    linked: var[bool] = var(False)
    """Whether all panes scroll together."""

    exploration: Exploration
    launch: Launch
    servers: Servers
    lineup_found: asyncio.Event
    """Set when the lineup is known; prompts wait for it."""

    def view(self, name: str) -> PaneView | None:
        """Return the pane of that name, None if it has been removed."""
        return self.split.view(name)

    @property
    def here(self) -> PaneView:
        """The pane that has the focus, else the one that had it last, else the first."""
        views = self.split.views
        focused = next((view for view in views if view.has_focus_within), None)
        if focused is None:
            focused = next((view for view in views if view.has_class("-here")), views[0])
        for view in views:
            view.set_class(view is focused, "-here")
        return focused

    def enter(self, view: PaneView) -> None:
        """Go into a pane, where single letters are commands. One without a turn has nothing to focus."""
        for each in self.split.views:
            each.set_class(each is view, "-here")
        self.set_focus(view.transcript if view.turns and not view.markdown else None)

    def say(self, message: str, severity: str = "information") -> None:
        """Show one message above the prompt, until the next one."""
        self.notice.say(message, severity)

    def key(self, name: str) -> str:
        """Return the first key of one of the explorer's actions as a person knows it, such as `F4`."""
        return self.key_of(f"explorer.{name}")

    @property
    def panel(self) -> "SamplingPanel | None":
        """The sampling panel, once it has been shown."""
        from alignscope.ui.widgets.sampling.panel import SamplingPanel

        return next(iter(self.query(SamplingPanel)), None)

    def show_settings(self) -> None:
        """Bring the line above the prompt, the panes' headers and the panel up to date with the exploration."""
        exploration = self.exploration
        sampling, *changed = settings_words(exploration.settings, self.launch.presets)
        if any(pane.system for pane in exploration.lineup):
            changed.append("system prompt")
        if self.linked:
            changed.append("scrolling linked")
        changed += [f"{pane.name} on its own sampling" for pane in exploration.lineup if pane.sampling is not None]
        if exploration.recorder is not None and exploration.recorder.troubled:
            changed.append(f"not kept: {self.key('save-elsewhere')} keeps it elsewhere")
        self.settings.sampling_note = sampling
        self.settings.changed = tuple(changed)
        self.settings.title = exploration.session.title

    def show_lineup(self) -> None:
        """Bring every pane up to date with the lineup, in the tone it has among the others."""
        lineup = self.exploration.lineup
        for pane, tone in zip(lineup, tones(lineup), strict=True):
            view = self.view(pane.name)
            if view is not None:
                view.set_pane(pane)
                view.wear(tone)
        self.show_settings()

    def change(self, pane: Pane) -> None:
        """Change one pane of the lineup."""
        self.exploration.change(pane)
        self.show_lineup()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a mistake of ours in the background, log the traceback, and go on."""
        if event.worker.node is self and event.state is WorkerState.ERROR:
            log = state_dir() / "errors.log"
            with contextlib.suppress(OSError), log.open("a", encoding="utf-8", errors="replace") as file:
                traceback.print_exception(event.worker.error, file=file)
            self.say(f"Something in alignscope itself went wrong. What exactly is in {log}; please report it.", "error")

    # Actions

    def action_go(self, index: int) -> None:
        """Focus a pane by its index."""
        views = self.split.views
        if index < len(views):
            if self.split.zoomed:
                self.split.zoomed = views[index].pane.name
            self.enter(views[index])

    def action_step(self, by: int) -> None:
        """Focus the next pane, or the one before, and after the last the first."""
        views = self.split.views
        self.action_go((views.index(self.here) + by) % len(views))

    def action_scroll(self, how: str) -> None:
        """Scroll the pane: a line, half a page or a page `down` or `up`, or to its `home` or `end`."""
        target = self.focused if isinstance(self.focused, ScrollableContainer) else self.here.transcript
        if how.startswith("half"):
            rows = max(target.size.height // 2, 1)
            target.scroll_relative(y=rows if how == "half_down" else -rows, animate=False)
        else:
            getattr(target, f"scroll_{how}")(animate=False)

    def action_write(self) -> None:
        """Focus the prompt."""
        self.prompt.focus()

    def action_zoom(self) -> None:
        """Give the pane all the room, or give it back."""
        self.split.zoomed = "" if self.split.zoomed else self.here.pane.name

    def action_turn_split(self) -> None:
        """Put the panes side by side, or one above the other."""
        self.split.stacked = not self.split.stacked

    def action_divide(self, direction: int) -> None:
        """Move the divider behind the pane; behind the last one there is none, so the one before it."""
        index = self.split.views.index(self.here)
        self.split.move_divider(min(index, len(self.split.views) - 2), direction * _DIVIDER_STEP)

    def action_even_out(self) -> None:
        """Make all panes the same size."""
        self.split.even_out()

    def action_link(self) -> None:
        """Scroll all panes together, or each on its own."""
        self.linked = not self.linked
        self.show_settings()

    @on(Transcript.Scrolled)
    def _scroll_along(self, event: Transcript.Scrolled) -> None:
        event.stop()
        if self.linked:
            for view in self.split.views:
                if view.transcript is not event.transcript:
                    view.transcript.follow.move_to_share(event.share)

    def action_sample(self, step: int) -> None:
        """Show the next or the previous sample, in every pane, so that rows stay comparable."""
        samples = max(view.samples for view in self.split.views)
        if samples == 1:
            self.say(f"There is one sample a pane; {self.key('samples-more')} asks for more with the next send.")
            return
        shown = (self.here.shown_sample or 1) - 1
        for view in self.split.views:
            view.show_sample((shown + step) % samples + 1)

    def action_stack_samples(self) -> None:
        """Show all samples one below the other, or one at a time."""
        stacked = self.here.shown_sample is None
        for view in self.split.views:
            view.show_sample(1 if stacked else None)

    def action_markdown(self) -> None:
        """Show the reply as Markdown, or as it came."""
        refused = self.here.toggle_markdown()
        if refused:
            self.say(refused)

    def action_copy_reply(self) -> None:
        """Copy the pane's last reply."""
        view = self.here
        self._copy(view.reply_text(), f"{view.pane.name}'s reply")

    def action_copy_turn(self) -> None:
        """Copy the last prompt and all replies to it."""
        turns = self.exploration.turns
        if not turns:
            self.say("Nothing has been sent yet.")
            return
        turn = turns[-1]
        parts = [f"prompt:\n{turn.prompt}"]
        for (name, sample), reply in sorted(turn.replies.items(), key=lambda item: item[0][1]):
            heading = name if turn.settings.samples == 1 else f"{name}, sample {sample}"
            parts.append(f"{heading}:\n{reply.text}")
        self._copy("\n\n".join(parts), "the turn")

    def action_copy_text(self) -> None:
        """Copy the selection, by the same ways as everything else; Textual's own knows only the terminal's."""
        selection = self.get_selected_text()
        if selection:
            self._copy(selection, "the selection")

    @work(exit_on_error=False)
    async def _copy(self, text: str, what: str) -> None:
        from alignscope.ui.widgets.clipboard import CopyError, copy

        if not text:
            self.say("There is nothing to copy yet.")
            return
        try:
            how = await copy(self.app, text)
        except CopyError as error:
            self.say(str(error), "error")
        else:
            self.say(f"Copied {what} ({counted(len(text), 'character')}) {how}.")
