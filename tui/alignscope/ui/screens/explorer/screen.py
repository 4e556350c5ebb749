"""The explorer itself: layout, and the way of a prompt."""

import asyncio
import math
from collections.abc import Callable
from time import monotonic
from typing import Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.containers import Horizontal

from alignscope.files.experiments import Experiment
from alignscope.files.history import History
from alignscope.files.locations import state_dir
from alignscope.model.events import End
from alignscope.model.launch import Launch
from alignscope.model.pane import Lineup, Mode, Pane
from alignscope.model.tones import tones
from alignscope.model.turn import Turn
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.ui import screens
from alignscope.ui.screens.explorer.bindings import BINDINGS
from alignscope.ui.screens.explorer.session import SessionActions
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor, PromptLine
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine, SettingsLine

_LATE_SECONDS: Final = 0.5
"""What a person needs to see that a reply has ended, and to keep from pressing the key that stops it."""
_UNKNOWN_YET: Lineup = (Pane("base", "", "", Mode.COMPLETION), Pane("instruct", "", "", Mode.CHAT))
"""What the first frame shows, before any server has been asked."""

_WIDE: Final = 100
"""Columns from which the sampling panel stands beside the panes."""


class ExplorerScreen(SessionActions):
    """One prompt to every pane of a lineup."""

    AUTO_FOCUS = "#prompt"
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
        & #stage.-narrow SamplingPanel { width: 1fr; height: 11; }
    }
    """

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self.launch = launch
        self.servers = Servers(launch.host, launch.key_variables)
        self.exploration = Exploration(self.servers)
        self.exploration.settings = launch.settings
        self.exploration.lineup = _UNKNOWN_YET
        if launch.panes:
            self.exploration.lineup = tuple(
                Pane(wanted.name, wanted.model, "", wanted.mode or Mode.CHAT) for wanted in launch.panes
            )
        self._history = History(state_dir() / "prompts.jsonl")
        self.opened = asyncio.Event()
        """Set once the prompt takes letters."""
        self.lineup_found = asyncio.Event()
        self.clock: Callable[[], float] = monotonic
        """Tells seconds."""
        self._all_came = -math.inf
        """When the last reply ended by itself."""
        self._experiment: Experiment | None = None
        """The source of the prompt in the editor; its settings go with the next send."""

    def compose(self) -> ComposeResult:
        with Horizontal(id="stage"):
            lineup = self.exploration.lineup
            views = [self.make_view(pane, tone) for pane, tone in zip(lineup, tones(lineup), strict=True)]
            yield Split(views, id="split")
        yield NoticeLine(id="notice")
        yield SettingsLine(id="settings")
        with PromptLine():
            yield PromptEditor(id="prompt")
        yield KeyBar()

    def on_mount(self) -> None:
        self.opened.set()
        self.show_settings()
        self.say("Looking for models …")
        # The first frame is on the screen before anything is read or any server is asked.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.prompt.past = self._history.load()
        self.begin_recording()
        if self.launch.playback is not None:
            self.play_named(self.launch.playback)
            return
        self.look_for_lineup()
        if self.launch.prompt:
            self.send(self.launch.prompt)

    def on_descendant_focus(self) -> None:
        """Mark the prompt's line while it has the focus; a pane marks itself."""
        self.query_one(PromptLine).set_class(self.prompt.has_focus, "-focused")

    def on_resize(self, event: events.Resize) -> None:
        """Put the sampling panel below the panes where there is no room beside them."""
        # No breakpoint of the screen's: that would style every widget once more when the width is first known.
        self.query_one("#stage").set_class(event.size.width < _WIDE, "-narrow")

    async def on_unmount(self) -> None:
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

    # The way of a prompt

    @on(PromptEditor.Submitted)
    def _submitted(self, event: PromptEditor.Submitted) -> None:
        event.stop()
        experiment, self._experiment = self._experiment, None
        self.send(event.value, experiment)

    @work(group="turns", exit_on_error=False)
    async def send(self, prompt: str, experiment: Experiment | None = None) -> None:
        """Send a prompt to every pane. A turn that is still running is stopped, and keeps what it has."""
        self.prompt.past = self._history.add(prompt)
        await self.lineup_found.wait()
        turn = await self.exploration.begin(prompt, experiment)
        self.refresh_bindings()
        self.learn_records()
        self.say(f"Look for: {experiment.look_for}" if experiment else "")
        for pane in turn.lineup:
            if view := self.view(pane.name):
                view.begin_turn(turn)
        await self.play(turn)

    async def play(self, turn: Turn, only: str | None = None) -> None:
        """Ask, and show each event where it belongs, until every reply has ended."""
        split = self.split
        async for event, reply in self.exploration.play(turn, only):
            if view := split.view(event.pane):
                view.changed(reply, event)
        if not any(reply.end is End.CANCELLED for reply in turn.replies.values()):
            self._all_came = self.clock()
        if all(reply.end is End.ERROR for reply in turn.replies.values()) and not self.prompt.text:
            self.prompt.put(turn.prompt)  # nobody got it, so nobody has to type it again
        self.refresh_bindings()
        if advice := await self.exploration.memory_advice(turn):
            self.say(f"{advice} The key {self.key('in-turn')} switches that.", "warning")

    @work(group="turns", exit_on_error=False)
    async def retry(self, view: PaneView) -> None:
        """Ask one pane again, for the last turn, while the others go on."""
        turns = self.exploration.turns
        name = view.pane.name
        if not turns or not turns[-1].has(name):
            self.say("There is nothing to ask this pane again yet.")
            return
        turn = turns[-1]
        self.exploration.stop(name)
        await self.exploration.ended(turn, name)
        view.retry()
        await self.play(turn, name)

    @on(PaneView.RetryRequested)
    def _retry_clicked(self, event: PaneView.RetryRequested) -> None:
        event.stop()
        self.retry(event.view)

    def action_retry(self) -> None:
        """Ask the pane with the focus again."""
        self.retry(self.here)

    @property
    def footer_words(self) -> dict[str, str]:
        """What keys do now, for the line of keys."""
        words = {} if self.exploration.running else {"stop": "Pane" if self.prompt.has_focus else "Prompt"}
        return words if self.exploration.turns else {**words, "again": "", "replay": ""}

    def action_stop(self) -> None:
        """Stop what is coming; when nothing is, go from the prompt to the panes or back.

        Just behind the end of the last reply it does nothing: the key was meant as a stop, and came too late.
        """
        if self.exploration.running:
            self.exploration.stop()
        elif self.clock() - self._all_came < _LATE_SECONDS:
            return
        elif self.prompt.has_focus:
            self.enter(self.here)
        else:
            self.prompt.focus()

    def action_again(self) -> None:
        """Send the last prompt once more, with the settings of now."""
        if self.exploration.turns:
            self.send(self.exploration.turns[-1].prompt)
        else:
            self.say("Nothing has been sent yet.")

    def action_edit(self) -> None:
        """Put the last prompt back into the editor."""
        if self.exploration.turns:
            self.prompt.put(self.exploration.turns[-1].prompt)
        self.prompt.focus()

    # Other screens

    @work(exit_on_error=False)
    async def action_experiments(self) -> None:
        """Choose an experiment, and send it or edit it first."""
        chosen = await self.app.push_screen_wait(screens.ExperimentsScreen())
        if chosen is None:
            return
        experiment, action = chosen
        if action == "send":
            self.send(experiment.prompt, experiment)
        else:
            self._experiment = experiment
            self.prompt.put(experiment.prompt)
            self.prompt.focus()

    def action_help(self) -> None:
        """Show keys and words."""
        self.app.push_screen(screens.HelpScreen(self))
