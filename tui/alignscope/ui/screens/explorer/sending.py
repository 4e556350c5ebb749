"""Prompts on their way to the explorer's panes, and replies on their way back."""

import math
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from alignscope.backends.base import Chunk
from alignscope.files.experiments import Experiment, find
from alignscope.files.history import History
from alignscope.files.locations import state_dir
from alignscope.model.events import End, Token
from alignscope.model.origin import Kind
from alignscope.model.turn import Turn
from alignscope.run.going_on import Beginning
from alignscope.ui.screens.base.actions import work
from alignscope.ui.screens.explorer.actions import ExplorerActions
from alignscope.ui.widgets.pane.view import PaneView

if TYPE_CHECKING:
    from alignscope.scoring.budget import BudgetRun
    from alignscope.ui.screens.explorer.screen import ExplorerScreen

_LATE_SECONDS: Final = 0.5
"""Time after the last reply in which the stop key does nothing: the person meant to stop, and was late."""


class SendingActions(ExplorerActions):
    """Actions that send prompts, go on from replies, and stop them."""

    def __init__(self, screen: "ExplorerScreen") -> None:
        super().__init__(screen)
        self._history = History(state_dir() / "prompts.jsonl")
        self._all_came = -math.inf
        """When the last reply of a turn ended by itself and was drawn, on the screen's clock."""
        self._on_drawn: Callable[[], None] | None = None
        """Shows what to look for, once the last turn's replies are drawn."""

    def load_history(self) -> None:
        """Give the editor the prompts of before."""
        self.prompt.past = self._history.load()

    @work("turns")
    async def send(self, prompt: str, experiment: Experiment | None = None, note: str = "") -> None:
        """Send a prompt to every pane. A running turn is stopped, and what came of it stays."""
        self.prompt.past = self._history.add(prompt)
        await self.screen.lineup_found.wait()
        turn = await self.exploration.begin(prompt, experiment, note)
        self.screen.refresh_bindings()
        self.screen.session.learn_records()
        for pane in turn.lineup:
            if view := self.split.view(pane.name):
                view.begin_turn(turn)
        self.screen.pacing.begin(turn)
        self.screen.experiments.show_experiment(turn, experiment)
        await self.play(turn)
        self._on_drawn = partial(self.screen.experiments.show_ended, turn, experiment)
        if not self.screen.pacing.undrawn:
            self._tell_drawn()

    async def play(self, turn: Turn, only: str | None = None, *, first: int = 1) -> None:
        """Ask the panes, the sample `first` before others, and show each event, until every reply has ended."""
        split = self.split
        async for event, reply in self.exploration.play(turn, only, first=first):
            if view := split.view(event.pane):
                view.update_reply(reply, event)
                self.screen.pacing.came(reply)
            if not isinstance(event, Token):
                for each in split.views:
                    each.sum_up()
        if not any(reply.end is End.CANCELLED for reply in turn.replies.values()):
            self._all_came = self.screen.clock()
        if all(reply.end is End.ERROR for reply in turn.replies.values()) and not self.prompt.text:
            self.prompt.put(turn.prompt)  # no pane got it, so it can be sent again
        self.screen.refresh_bindings()
        if advice := await self.exploration.memory_advice(turn):
            self.show_notice(f"{advice} The key {self.key('in-turn')} switches that.", "warning")

    def all_drawn(self) -> None:
        """Take note that what came is drawn at last, if the replies have ended."""
        if not self.exploration.running:
            self._all_came = self.screen.clock()
            self._tell_drawn()
            self.screen.refresh_bindings()

    def _tell_drawn(self) -> None:
        call, self._on_drawn = self._on_drawn, None
        if call is not None:
            call()

    @work("turns")
    async def retry(self, view: PaneView) -> None:
        """Ask one pane again in the last turn, while the others go on."""
        turns = self.exploration.turns
        name = view.pane.name
        if not turns or not turns[-1].has(name):
            self.show_notice("There is nothing to ask this pane again yet.")
            return
        turn = turns[-1]
        self.exploration.stop(name)
        await self.exploration.ended(turn, name)
        turn.forget(name)
        view.retry()
        self.screen.pacing.begin_again(name)
        await self.play(turn, name, first=view.shown_sample or 1)

    # Going on from a reply; called by the token view

    def go_on(self, turn: Turn, beginning: Beginning) -> None:
        """Let a pane go on from the beginning of a reply, in the background."""
        turn.count_further(beginning.pane.name, beginning.sample)  # or another could get the same number
        self._go_on(turn, beginning)

    @work("turns")
    async def _go_on(self, turn: Turn, beginning: Beginning) -> None:
        name = beginning.pane.name
        view = self.split.view(name)
        async for event, reply in self.exploration.go_on(turn, beginning, self._writing_of(turn, beginning)):
            if view is None or not view.turns or view.turns[-1] is not turn:
                continue
            if reply.sample not in view.replies:
                missing = None if view.running else End.CANCELLED
                view.set_turns([(each, name) for each in view.turns], keep=True, missing=missing, began=None)
            view.update_reply(reply, event)
        self.screen.refresh_bindings()

    def _writing_of(self, turn: Turn, beginning: Beginning) -> "BudgetRun | None":
        """Return what writes a reply that needs more than one request; None for one that doesn't."""
        if beginning.origin.kind is not Kind.BUDGET:
            return None
        from alignscope.scoring.budget import BudgetRun

        explored = self.exploration
        history = explored.history(turn, beginning.pane.name)
        return BudgetRun(turn, beginning, explored.servers, history=history, lacks=explored.lacks)

    async def peek(self, turn: Turn, beginning: Beginning) -> Chunk | None:
        """Return what a model finds likely behind the beginning of a reply; None where it ends there."""
        return await self.exploration.peek(turn, beginning)

    def stop_further(self) -> bool:
        """Stop the replies that go on from others. Return whether any was running."""
        return self.exploration.stop_further()

    def action_retry(self) -> None:
        """Ask the pane with the focus again."""
        self.retry(self.here)

    def action_stop(self) -> None:
        """Stop all replies, and show what came; if none is coming, go from the prompt to the panes or back."""
        if self.screen.stoppable:
            self.exploration.stop()
            self.screen.pacing.draw_all()
            self.screen.refresh_bindings()
        elif self.screen.experiments.leave_question() or self.screen.clock() - self._all_came < _LATE_SECONDS:
            return
        elif self.prompt.has_focus:
            self.screen.enter(self.here)
        else:
            self.prompt.focus()

    def action_again(self) -> None:
        """Send the last prompt again, with the present settings, and on top of them those of its experiment."""
        turn = self.screen.last_turn()
        if turn is not None:
            self.send(turn.prompt, find(turn.experiment))

    def action_edit(self) -> None:
        """Put the last prompt back into the editor, with its experiment."""
        if self.exploration.turns:
            turn = self.exploration.turns[-1]
            self.screen.experiments.edited = find(turn.experiment)
            self.prompt.put(turn.prompt)
        self.prompt.focus()
