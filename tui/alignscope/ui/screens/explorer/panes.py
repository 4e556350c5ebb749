"""Actions on the explorer's panes, and updates of the widgets that show its state."""

import asyncio
import contextlib
import traceback
from typing import TYPE_CHECKING

from textual import on
from textual.containers import ScrollableContainer
from textual.getters import query_one
from textual.reactive import var
from textual.worker import Worker, WorkerState

from alignscope.files.locations import state_dir
from alignscope.model.launch import Launch
from alignscope.model.lineup.tones import tones
from alignscope.model.origin import Kind
from alignscope.model.pace import AS_IT_COMES, next_pace
from alignscope.model.turn import Turn, TurnSettings
from alignscope.run.exploration import Exploration
from alignscope.run.going_on import Beginning
from alignscope.run.servers import Servers
from alignscope.text.wording import describe_pace, describe_settings
from alignscope.ui.screens.base.split import SplitScreen
from alignscope.ui.screens.explorer.models import Models
from alignscope.ui.screens.explorer.pacing import Pacing
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor
from alignscope.ui.widgets.status import SettingsLine
from alignscope.ui.widgets.transcript.transcript import Transcript

if TYPE_CHECKING:
    from alignscope.scoring.budget import BudgetRun
    from alignscope.scoring.turn_scoring import TurnScoring
    from alignscope.ui.widgets.sampling.panel import SamplingPanel

_DIVIDER_STEP = 0.05


class PaneActions(SplitScreen[int]):
    """Actions on the pane with the focus, and on the split."""

    prompt = query_one("#prompt", PromptEditor)
    settings = query_one("#settings", SettingsLine)

    linked: var[bool] = var(False)
    """Whether all panes scroll together."""
    class_mode: var[bool] = var(False, init=False)
    """Whether an experiment is shown with a question before it is sent, and the panes have nearly all the room."""

    exploration: Exploration
    pacing: Pacing
    models: Models
    launch: Launch
    servers: Servers
    lineup_found: asyncio.Event
    """Set when the lineup is known; prompts wait for it."""

    @property
    def here(self) -> PaneView:
        """The pane with the focus, else the one that had it last, else the first."""
        views = self.split.views
        focused = next((view for view in views if view.has_focus_within), None)
        if focused is None:
            focused = next((view for view in views if view.has_class("-here")), views[0])
        for view in views:
            view.set_class(view is focused, "-here")
        return focused

    def enter(self, view: PaneView) -> None:
        """Focus a pane, where single letters are commands. One without a turn has nothing to focus."""
        for each in self.split.views:
            each.set_class(each is view, "-here")
        self.set_focus(view.transcript if view.turns and not view.markdown else None)

    def key(self, name: str) -> str:
        """Return the first key of one of the explorer's bindings, such as `F4`."""
        return self.key_of(f"explorer.{name}")

    @property
    def panel(self) -> "SamplingPanel | None":
        """The sampling panel; None before it was first shown."""
        from alignscope.ui.widgets.sampling.panel import SamplingPanel

        return next(iter(self.query(SamplingPanel)), None)

    @property
    def next_settings(self) -> TurnSettings:
        """Settings of the next prompt."""
        return self.exploration.settings

    @property
    def stoppable(self) -> bool:
        """Whether replies are coming, or are still drawn."""
        return self.exploration.running or self.pacing.undrawn > 0

    def show_settings(self) -> None:
        """Update the line above the prompt from the exploration."""
        exploration = self.exploration
        sampling, *changed = describe_settings(self.next_settings, self.launch.presets)
        if any(pane.system for pane in exploration.lineup):
            changed.append("system prompt")
        if self.pacing.rate != AS_IT_COMES:
            changed.append(describe_pace(self.pacing.rate))
        if self.linked:
            changed.append("scrolling linked")
        if self.scroll_mode != self.launch.scroll:
            changed.append("following the end" if self.scroll_mode == "follow" else "holding the beginning")
        changed += [f"{pane.name} on its own sampling" for pane in exploration.lineup if pane.sampling is not None]
        if exploration.recorder is not None and exploration.recorder.has_problem:
            changed.append(f"not kept: {self.key('save-elsewhere')} keeps it elsewhere")
        self.settings.sampling_note = sampling
        self.settings.changed = tuple(changed)
        self.settings.title = exploration.session.title

    def show_lineup(self) -> None:
        """Update every pane and its tone from the lineup."""
        lineup = self.exploration.lineup
        for pane, tone in zip(lineup, tones(lineup), strict=True):
            view = self.split.view(pane.name)
            if view is not None:
                view.set_pane(pane)
                view.set_tone(tone)
        self.show_settings()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a bug in a worker, log its traceback, and go on."""
        if event.worker.node is self and event.state is WorkerState.ERROR:
            log = state_dir() / "errors.log"
            with contextlib.suppress(OSError), log.open("a", encoding="utf-8", errors="replace") as file:
                traceback.print_exception(event.worker.error, file=file)
            self.show_notice(
                f"Something in alignscope itself went wrong. What exactly is in {log}; please report it.", "error"
            )

    # Actions

    def action_go(self, index: int) -> None:
        """Focus a pane by its index."""
        views = self.split.views
        if index < len(views):
            if self.split.zoomed:
                self.split.zoomed = views[index].pane.name
            self.enter(views[index])

    def action_step(self, by: int) -> None:
        """Focus the next pane or the one before, wrapping around."""
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

    def action_divide(self, direction: int) -> None:
        """Move the divider behind the pane; for the last pane, the one before it."""
        index = self.split.views.index(self.here)
        self.split.move_divider(min(index, len(self.split.views) - 2), direction * _DIVIDER_STEP)

    def action_even_out(self) -> None:
        """Make all panes the same size."""
        self.split.even_out()

    def show_scroll_mode(self) -> None:
        """Show what panes keep in view, in the line above the prompt."""
        self.show_settings()

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
        self.show_settings()

    def action_pace(self) -> None:
        """Draw at the next pace."""
        rate = next_pace(self.pacing.rate)
        self.pacing.set_rate(rate)
        self.show_settings()
        self.show_notice(
            f"Replies are drawn at {rate} tokens a second at most. {self.key('skip')} shows all that came."
            if rate
            else "Replies are drawn as they come."
        )
        self.refresh_bindings()

    def action_skip(self) -> None:
        """Draw all that has come."""
        if not self.pacing.undrawn:
            self.show_notice("All that came is shown already.")
        self.pacing.draw_all()
        self.refresh_bindings()

    @on(Transcript.Scrolled)
    def _scroll_along(self, event: Transcript.Scrolled) -> None:
        event.stop()
        if self.linked:
            for view in self.split.views:
                if view.transcript is not event.transcript:
                    view.transcript.scroll_anchor.align(event.at, event.place)

    def one_sample_notice(self) -> str:
        return f"There is one sample a pane; {self.key('samples-more')} asks for more with the next send."

    def action_markdown(self) -> None:
        """Show the reply as Markdown, or as it came."""
        if problem := self.here.toggle_markdown():
            self.show_notice(problem)

    def action_tokens(self) -> None:
        """Show the last turn token by token."""
        turn = self.last_turn()
        if turn is not None:
            self.show_tokens(turn)

    def action_sent(self) -> None:
        """Show what was sent for the turn in view, and what its servers say of it."""
        turn = self.last_turn()
        if turn is not None:
            anchor = self.here.transcript.scroll_anchor
            number = anchor.place[0] if anchor.at is None else turn.number
            self.show_sent(self.exploration.turns, number, self.servers, self.launch.presets)

    def scoring_of(self, turn: Turn) -> "TurnScoring":
        from alignscope.scoring.turn_scoring import TurnScoring

        explored, recorder = self.exploration, self.exploration.recorder
        before = explored.turns[: explored.turns.index(turn)]
        return TurnScoring(turn, explored.servers, before=before, keep=recorder.scored if recorder else None)

    def writing_of(self, turn: Turn, beginning: Beginning) -> "BudgetRun | None":
        """Return what writes a reply that needs more than one request; None for one that doesn't."""
        if beginning.origin.kind is not Kind.BUDGET:
            return None
        from alignscope.scoring.budget import BudgetRun

        explored = self.exploration
        history = explored.history(turn, beginning.pane.name)
        return BudgetRun(turn, beginning, explored.servers, history=history, lacks=explored.lacks)

    def last_turn(self) -> Turn | None:
        """Return the last turn; None if there is none, after a notice."""
        if not self.exploration.turns:
            self.show_notice("Nothing has been sent yet.")
            return None
        return self.exploration.turns[-1]

    def action_copy_reply(self) -> None:
        """Copy the pane's last reply."""
        view = self.here
        self._copy(view.reply_text(), f"{view.pane.name}'s reply")

    def action_copy_turn(self) -> None:
        """Copy the last prompt and all replies to it."""
        turn = self.last_turn()
        if turn is None:
            return
        parts = [f"prompt:\n{turn.prompt}"]
        for (name, sample), reply in sorted(turn.replies.items(), key=lambda item: item[0][1]):
            heading = name if turn.samples == 1 else f"{name}, sample {sample}"
            parts.append(f"{heading}:\n{reply.text}")
        self._copy("\n\n".join(parts), "the turn")

    def action_copy_text(self) -> None:
        """Copy the selection as everything else is copied; Textual's own action only asks the terminal."""
        selection = self.get_selected_text()
        if selection:
            self._copy(selection, "the selection")

    def _copy(self, text: str, what: str) -> None:
        if text:
            self.copy(text, what)
        else:
            self.show_notice("There is nothing to copy yet.")
