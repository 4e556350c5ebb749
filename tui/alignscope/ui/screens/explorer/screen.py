"""The explorer's screen: layout, and sending prompts."""

import asyncio
import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.command import Provider
from textual.containers import Horizontal
from textual.worker import WorkerError

from alignscope.backends.base import Chunk
from alignscope.files.experiments import Experiment, find
from alignscope.files.history import History
from alignscope.files.locations import state_dir
from alignscope.model.events import End, Token
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Lineup, Mode, Pane
from alignscope.model.lineup.tones import tones
from alignscope.model.turn import Turn
from alignscope.run.exploration import Exploration
from alignscope.run.going_on import Beginning
from alignscope.run.servers import Servers
from alignscope.ui.screens.explorer.bindings import BINDINGS
from alignscope.ui.screens.explorer.experiments.actions import ExperimentActions
from alignscope.ui.screens.explorer.models import Models
from alignscope.ui.screens.explorer.pacing import Pacing
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.pane.sums import Sums
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor, PromptLine
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine, SettingsLine

_LATE_SECONDS: Final = 0.5
"""Time after the last reply in which the stop key does nothing: the person meant to stop, and was late."""
_PLACEHOLDERS: Lineup = (Pane("base", "", "", Mode.COMPLETION), Pane("instruct", "", "", Mode.CHAT))
"""Lineup of the first frame, before any server was asked."""
_WIDE: Final = 100
"""Columns from which the sampling panel stands beside the panes."""


def _finder(kind: str) -> Callable[[], type[Provider]]:
    """Return what imports a finder of the palette when that is opened for the first time."""

    def found() -> type[Provider]:
        from alignscope.ui.screens.explorer import finders

        finder: type[Provider] = getattr(finders, f"{kind}Finder")
        return finder

    return found


class ExplorerScreen(ExperimentActions):
    """One prompt to every pane of a lineup."""

    AUTO_FOCUS = "#prompt.-first"
    COMMANDS = {_finder(name) for name in ("Experiment", "Preset", "Parameter", "Session", "Model")}
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Explorer"
    DEFAULT_CSS = """
    ExplorerScreen {
        layout: vertical;
        & #stage { height: 1fr; layout: horizontal; }
        & KeyBar { margin-left: 1; }
        & PaneHeader:hover { color: $foreground; pointer: pointer; }
        & #prompt { width: 1fr; }
        & SamplingPanel { width: 38; height: 1fr; }
        & #stage.-narrow { layout: vertical; }
        &.-covered > * { visibility: hidden; }
        & #stage.-narrow SamplingPanel { width: 1fr; height: 11; }
        &.-class NoticeLine { color: $text; }
        &.-class SettingsLine, &.-class KeyBar { display: none; }
        &.-class PromptLine { height: 0; }  /* shown by the focus, which what isn't displayed can't take */
        &.-class.-writing SettingsLine { display: block; }
        &.-class.-writing PromptLine { height: auto; }
    }
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self.launch = launch
        self.set_class(launch.playback is not None, "-covered")
        self.scroll_mode = launch.scroll
        self.servers = Servers(launch.host, launch.key_variables)
        self.exploration = Exploration(self.servers)
        self.exploration.settings = launch.settings
        named = tuple(Pane(pane.name, pane.model, "", pane.mode or Mode.CHAT) for pane in launch.panes)
        self.exploration.lineup = named or _PLACEHOLDERS
        self.sums = Sums()
        self._history = History(state_dir() / "prompts.jsonl")
        self.opened = asyncio.Event()
        """Set once the prompt takes letters."""
        self.lineup_found = asyncio.Event()
        self.clock: Callable[[], float] = monotonic
        """Monotonic clock in seconds."""
        self._all_came = -math.inf
        """When the last reply of a turn ended by itself and was drawn, on `clock`."""
        self.further = self
        self._on_drawn: Callable[[], None] | None = None
        """Shows what to look for, once the last turn's replies are drawn."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="stage"):
            lineup = self.exploration.lineup
            views = [self.make_view(pane, tone) for pane, tone in zip(lineup, tones(lineup), strict=True)]
            split = Split(views, id="split")
            self.pacing = Pacing(split, self.launch.pace, self._all_drawn)
            yield split
        yield NoticeLine(id="notice")
        yield SettingsLine(id="settings")
        with PromptLine():
            prompt = PromptEditor(id="prompt")
            prompt.add_class("-first")
            yield prompt
        yield KeyBar()

    def on_mount(self) -> None:
        self.models = Models(self.app, self.exploration, self.launch)
        self.opened.set()
        self.show_settings()
        self.show_notice("Looking for models …")
        # The first frame comes before anything is read and any server is asked.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.prompt.past = self._history.load()
        self.begin_recording()
        if self.launch.class_mode:
            self.class_mode = True
            self.enter(self.here)
        if self.launch.playback is not None:
            self.play_named(self.launch.playback)
            return
        self.discover_lineup()
        if self.launch.prompt:
            self.send(self.launch.prompt)

    def on_descendant_focus(self) -> None:
        """Mark the prompt's line while it has the focus; a pane marks itself."""
        self.query_one(PromptLine).set_class(self.prompt.has_focus, "-focused")
        self.show_writing()

    def on_descendant_blur(self) -> None:
        """Take the mark from the prompt's line, also when nothing else gets the focus."""
        self.on_descendant_focus()

    def on_resize(self, event: events.Resize) -> None:
        """Put the sampling panel below the panes where there is no room beside them."""
        # A breakpoint of the screen would style every widget again when the width is first known.
        self.query_one("#stage").set_class(event.size.width < _WIDE, "-narrow")

    async def on_unmount(self) -> None:
        # What is still being asked would open connections while they are closed, and nobody would close those.
        self.workers.cancel_all()
        for worker in list(self.workers):
            with suppress(WorkerError):
                await worker.wait()
        lost = await self.exploration.close()
        if lost:
            self.log.error(lost)
        await self.servers.close()

    @on(PaneView.HeaderClicked)
    def _header_clicked(self, event: PaneView.HeaderClicked) -> None:
        typing = self.prompt.has_focus
        self.enter(event.view)
        if typing:
            self.prompt.focus()
        self.action_pick()

    @on(SettingsLine.Clicked)
    async def _settings_clicked(self) -> None:
        await self.action_sampling()

    # Prompts

    @on(PromptEditor.Submitted)
    def _submitted(self, event: PromptEditor.Submitted) -> None:
        event.stop()
        experiment, self.edited = self.edited, None
        self.send(event.value, experiment)

    @work(group="turns", exit_on_error=False)
    async def send(self, prompt: str, experiment: Experiment | None = None, note: str = "") -> None:
        """Send a prompt to every pane. A running turn is stopped, and what came of it stays."""
        self.prompt.past = self._history.add(prompt)
        await self.lineup_found.wait()
        turn = await self.exploration.begin(prompt, experiment, note)
        self.refresh_bindings()
        self.learn_records()
        for pane in turn.lineup:
            if view := self.split.view(pane.name):
                view.begin_turn(turn)
        self.pacing.begin(turn)
        self.show_experiment(turn, experiment)
        await self.play(turn)
        self._on_drawn = partial(self.show_ended, turn, experiment)
        if not self.pacing.undrawn:
            self._tell_drawn()

    async def play(self, turn: Turn, only: str | None = None, *, first: int = 1) -> None:
        """Ask the panes, the sample `first` before others, and show each event, until every reply has ended."""
        split = self.split
        async for event, reply in self.exploration.play(turn, only, first=first):
            if view := split.view(event.pane):
                view.update_reply(reply, event)
                self.pacing.came(reply)
            if not isinstance(event, Token):
                for each in split.views:
                    each.sum_up()
        if not any(reply.end is End.CANCELLED for reply in turn.replies.values()):
            self._all_came = self.clock()
        if all(reply.end is End.ERROR for reply in turn.replies.values()) and not self.prompt.text:
            self.prompt.put(turn.prompt)  # no pane got it, so it can be sent again
        self.refresh_bindings()
        if advice := await self.exploration.memory_advice(turn):
            self.show_notice(f"{advice} The key {self.key('in-turn')} switches that.", "warning")

    def _all_drawn(self) -> None:
        """Take note that what came is drawn at last, if the replies have ended."""
        if not self.exploration.running:
            self._all_came = self.clock()
            self._tell_drawn()
            self.refresh_bindings()

    def _tell_drawn(self) -> None:
        call, self._on_drawn = self._on_drawn, None
        if call is not None:
            call()

    @work(group="turns", exit_on_error=False)
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
        self.pacing.begin_again(name)
        await self.play(turn, name, first=view.shown_sample or 1)

    # Going on from a reply; called by the token view

    def go_on(self, turn: Turn, beginning: Beginning) -> None:
        """Let a pane go on from the beginning of a reply, in the background."""
        turn.count_further(beginning.pane.name, beginning.sample)  # or another could get the same number
        self._go_on(turn, beginning)

    @work(group="turns", exit_on_error=False)
    async def _go_on(self, turn: Turn, beginning: Beginning) -> None:
        name = beginning.pane.name
        view = self.split.view(name)
        async for event, reply in self.exploration.go_on(turn, beginning, self.writing_of(turn, beginning)):
            if view is None or not view.turns or view.turns[-1] is not turn:
                continue
            if reply.sample not in view.replies:
                missing = None if view.running else End.CANCELLED
                view.set_turns([(each, name) for each in view.turns], keep=True, missing=missing, began=None)
            view.update_reply(reply, event)
        self.refresh_bindings()

    async def peek(self, turn: Turn, beginning: Beginning) -> Chunk | None:
        """Return what a model finds likely behind the beginning of a reply; None where it ends there."""
        return await self.exploration.peek(turn, beginning)

    def stop_further(self) -> bool:
        """Stop the replies that go on from others. Return whether any was running."""
        return self.exploration.stop_further()

    def action_retry(self) -> None:
        """Ask the pane with the focus again."""
        self.retry(self.here)

    @property
    def footer_words(self) -> dict[str, str]:
        """Labels in the line of keys, by action, that differ from the bindings' at this moment."""
        labels = {} if self.stoppable else {"stop": "Pane" if self.prompt.has_focus else "Prompt"}
        # A letter is a key only in the panes, and of use when there is one to go on from.
        labels["experiment(1)"] = "" if self.prompt.has_focus or self.last_experiment is None else "Next"
        return labels if self.exploration.turns else {**labels, "again": "", "replay": ""}

    def action_stop(self) -> None:
        """Stop all replies, and show what came; if none is coming, go from the prompt to the panes or back."""
        if self.stoppable:
            self.exploration.stop()
            self.pacing.draw_all()
            self.refresh_bindings()
        elif self.leave_question() or self.clock() - self._all_came < _LATE_SECONDS:
            return
        elif self.prompt.has_focus:
            self.enter(self.here)
        else:
            self.prompt.focus()

    def action_again(self) -> None:
        """Send the last prompt again, with the present settings, and on top of them those of its experiment."""
        turn = self.last_turn()
        if turn is not None:
            self.send(turn.prompt, find(turn.experiment))

    def action_edit(self) -> None:
        """Put the last prompt back into the editor, with its experiment."""
        if self.exploration.turns:
            turn = self.exploration.turns[-1]
            self.edited = find(turn.experiment)
            self.prompt.put(turn.prompt)
        self.prompt.focus()
