"""What can be done with panes on the screen: zoom, split, scroll, samples, Markdown, copy."""

from textual import on, work
from textual.containers import ScrollableContainer

from alignscope.ui.screens.explorer.base import ExplorerBase
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.transcript.transcript import Transcript

_DIVIDER_STEP = 0.05


class PaneActions(ExplorerBase):
    """Actions on the pane that has the focus, and on how panes share the room."""

    def action_go(self, index: int) -> None:
        """Focus a pane by its place."""
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
        """Side by side, or one above the other."""
        self.split.stacked = not self.split.stacked

    def action_divide(self, direction: int) -> None:
        """Move the divider behind the pane; behind the last one there is none, so the one before it."""
        index = self.split.views.index(self.here)
        self.split.move_divider(min(index, len(self.split.views) - 2), direction * _DIVIDER_STEP)

    def action_even_out(self) -> None:
        """All panes the same size."""
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
                    view.transcript.scroll_to_share(event.share)

    def action_sample(self, step: int) -> None:
        """Show the next or the previous sample, in every pane that has it, so that rows stay comparable."""
        turns = self.exploration.turns
        samples = turns[-1].settings.samples if turns else 1
        if samples == 1:
            self.say(f"There is one sample a pane; {self.key('samples-more')} asks for more with the next send.")
            return
        shown = (self.here.shown_sample or 1) - 1
        for view in self.split.views:
            view.show_sample((shown + step) % samples + 1)

    def action_stack_samples(self) -> None:
        """All samples one below the other, or one at a time."""
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
        from alignscope.ui.widgets.clipboard import copy

        if not text:
            self.say("There is nothing to copy yet.")
            return
        how = await copy(self.app, text)
        self.say(f"Copied {what} ({len(text):,} characters) {how}.")

    @on(PaneView.RetryRequested)
    def _retry_clicked(self, event: PaneView.RetryRequested) -> None:
        event.stop()
        self.retry(event.view)

    def action_retry(self) -> None:
        """Ask the pane with the focus again."""
        self.retry(self.here)
