"""Actions on the explorer's panes: which has the focus, their sizes, scrolling, pace, and what they show."""

from typing import Final

from textual.containers import ScrollableContainer

from alignscope.model.pace import next_pace
from alignscope.ui.screens.explorer.actions import ExplorerActions
from alignscope.ui.widgets.transcript.transcript import Transcript

_DIVIDER_STEP: Final = 0.05


class PaneActions(ExplorerActions):
    """Actions on the pane with the focus, and on the split."""

    linked = False
    """Whether all panes scroll together."""

    def action_go(self, index: int) -> None:
        """Focus a pane by its index."""
        views = self.split.views
        if index < len(views):
            if self.split.zoomed:
                self.split.zoomed = views[index].pane.name
            self.screen.enter(views[index])

    def action_step(self, by: int) -> None:
        """Focus the next pane or the one before, wrapping around."""
        views = self.split.views
        self.action_go((views.index(self.here) + by) % len(views))

    def action_scroll(self, how: str) -> None:
        """Scroll the pane: a line, half a page or a page `down` or `up`, or to its `home` or `end`."""
        focused = self.screen.focused
        target = focused if isinstance(focused, ScrollableContainer) else self.here.transcript
        if how.startswith("half"):
            rows = max(target.size.height // 2, 1)
            target.scroll_relative(y=rows if how == "half_down" else -rows, animate=False)
        else:
            getattr(target, f"scroll_{how}")(animate=False)

    def action_divide(self, direction: int) -> None:
        """Move the divider behind the pane; for the last pane, the one before it."""
        index = self.split.views.index(self.here)
        self.split.move_divider(min(index, len(self.split.views) - 2), direction * _DIVIDER_STEP)

    def action_even_out(self) -> None:
        """Make all panes the same size."""
        self.split.even_out()

    def action_scroll_turn(self, direction: int) -> None:
        """Go to where the pane's turn begins or to the turn before (-1), or to the next turn (1), in every pane."""
        views = self.split.views
        here = self.here
        beside = (view.transcript.scroll_anchor.turn_beside(direction) for view in (here, *views))
        number = next((number for number in beside if number is not None), None)
        self._go_to_turn(number)

    def action_scroll_last_turn(self) -> None:
        """Go to where the last turn begins, in every pane."""
        turns = self.exploration.turns
        self._go_to_turn(turns[-1].number if turns else None)

    def _go_to_turn(self, number: int | None) -> None:
        if number is not None:
            for view in self.split.views:
                view.go_to_turn(number)

    def action_link(self) -> None:
        """Scroll all panes together, by turn and line, or each on its own."""
        self.linked = not self.linked
        self.screen.show_settings()

    def scroll_along(self, event: Transcript.Scrolled) -> None:
        """Scroll the other panes along with one, if they are linked."""
        if self.linked:
            for view in self.split.views:
                if view.transcript is not event.transcript:
                    view.transcript.scroll_anchor.align(event.at, event.place)

    def action_pace(self) -> None:
        """Draw at the next pace."""
        rate = next_pace(self.screen.pacing.rate)
        self.screen.pacing.set_rate(rate)
        self.screen.show_settings()
        self.show_notice(
            f"Replies are drawn at {rate} tokens a second at most. {self.key('skip')} shows all that came."
            if rate
            else "Replies are drawn as they come."
        )
        self.screen.refresh_bindings()

    def action_skip(self) -> None:
        """Draw all that has come."""
        if not self.screen.pacing.undrawn:
            self.show_notice("All that came is shown already.")
        self.screen.pacing.draw_all()
        self.screen.refresh_bindings()

    def action_markdown(self) -> None:
        """Show the reply as Markdown, or as it came."""
        if problem := self.here.toggle_markdown():
            self.show_notice(problem)

    def action_tokens(self) -> None:
        """Show the last turn token by token."""
        turn = self.screen.last_turn()
        if turn is not None:
            self.screen.show_tokens(turn)

    def action_sent(self) -> None:
        """Show what was sent for the turn in view, and what its servers say of it."""
        turn = self.screen.last_turn()
        if turn is not None:
            anchor = self.here.transcript.scroll_anchor
            number = anchor.place[0] if anchor.at is None else turn.number
            self.screen.show_sent(self.exploration.turns, number, self.screen.servers, self.launch.presets)

    def action_copy_reply(self) -> None:
        """Copy the pane's last reply."""
        self.copy(self.here.reply_text(), f"{self.here.pane.name}'s reply")

    def action_copy_turn(self) -> None:
        """Copy the last prompt and all replies to it."""
        turn = self.screen.last_turn()
        if turn is None:
            return
        parts = [f"prompt:\n{turn.prompt}"]
        for (name, sample), reply in sorted(turn.replies.items(), key=lambda item: item[0][1]):
            heading = name if turn.samples == 1 else f"{name}, sample {sample}"
            parts.append(f"{heading}:\n{reply.text}")
        self.copy("\n\n".join(parts), "the turn")

    def copy(self, text: str, what: str) -> None:
        """Copy a text, which the notice names as `what`, if there is any."""
        if text:
            self.screen.copy(text, what)
        else:
            self.show_notice("There is nothing to copy yet.")
