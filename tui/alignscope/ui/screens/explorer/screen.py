"""The explorer's screen: its layout, what it shows of its state, and the parts that act on it."""

import asyncio
import traceback
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Final

from textual import events, on
from textual.app import ComposeResult
from textual.command import Provider
from textual.containers import Horizontal
from textual.getters import query_one
from textual.worker import Worker, WorkerError, WorkerState

from alignscope.files.locations import state_dir
from alignscope.model.launch import Launch
from alignscope.model.lineup.pane import Lineup, Mode, Pane
from alignscope.model.lineup.tones import tones
from alignscope.model.pace import AS_IT_COMES
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.text.wording import describe_pace, describe_settings
from alignscope.ui.screens.base.split import SplitScreen
from alignscope.ui.screens.explorer.bindings import BINDINGS
from alignscope.ui.screens.explorer.experiments.actions import ExperimentActions
from alignscope.ui.screens.explorer.lineup import LineupActions
from alignscope.ui.screens.explorer.next_turn import NextTurnActions
from alignscope.ui.screens.explorer.panes import PaneActions
from alignscope.ui.screens.explorer.remarks import RemarkActions
from alignscope.ui.screens.explorer.sending import SendingActions
from alignscope.ui.screens.explorer.session import SessionActions
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.pane.pacing import Pacing
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor, PromptLine
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine, SettingsLine
from alignscope.ui.widgets.transcript.line_widget import KeptRows
from alignscope.ui.widgets.transcript.transcript import Transcript

if TYPE_CHECKING:
    from alignscope.scoring.turn_scoring import TurnScoring
    from alignscope.sessions.recording.writer import Writer
    from alignscope.ui.screens.explorer.experiments.question import Question
    from alignscope.ui.widgets.sampling.panel import SamplingPanel

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


class _Stage(KeptRows, Horizontal):
    """The panes, and the sampling panel beside or below them."""

    BLANK = True  # covered by them


class ExplorerScreen(SplitScreen[int]):
    """One prompt to every pane of a lineup."""

    AUTO_FOCUS = "#prompt.-first"
    COMMANDS = {_finder(name) for name in ("Experiment", "Preset", "Parameter", "Session", "Model", "Run")}
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

    prompt = query_one("#prompt", PromptEditor)
    settings = query_one("#settings", SettingsLine)

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
        self.opened = asyncio.Event()
        """Set once the prompt takes letters."""
        self.lineup_found = asyncio.Event()
        """Set once the lineup is known; prompts wait for it."""
        self.clock: Callable[[], float] = monotonic
        """Monotonic clock in seconds."""
        self.panes = PaneActions(self)
        self.next_turn = NextTurnActions(self)
        self.lineup = LineupActions(self)
        self.session = SessionActions(self)
        self.remarks = RemarkActions(self)
        self.experiments = ExperimentActions(self)
        self.sending = self.further = SendingActions(self)

    def compose(self) -> ComposeResult:
        with _Stage(id="stage"):
            panes = self.exploration.lineup
            views = [self.lineup.make_view(pane, tone) for pane, tone in zip(panes, tones(panes), strict=True)]
            split = Split(views, id="split")
            self.pacing = Pacing(split, self.launch.pace, self.sending.all_drawn)
            yield split
        yield NoticeLine("Looking for models …", id="notice", classes="-filled")
        yield SettingsLine(id="settings")
        with PromptLine(classes="-focused"):  # by AUTO_FOCUS
            yield PromptEditor(id="prompt").add_class("-first", update=False)
        yield KeyBar()

    def on_mount(self) -> None:
        self.opened.set()
        self.show_settings()
        # The first frame comes before anything is read and any server is asked.
        self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        self.sending.load_history()
        self.session.begin_recording()
        if self.launch.class_mode:
            self.experiments.set_class_mode(True)
            self.enter(self.here)
        if self.launch.playback is not None:
            self.session.play_named(self.launch.playback)
            return
        self.lineup.discover()
        if self.launch.prompt:
            self.sending.send(self.launch.prompt)

    def on_descendant_focus(self) -> None:
        """Mark the prompt's line while it has the focus; a pane marks itself."""
        self.query_one(PromptLine).set_class(self.prompt.has_focus, "-focused")
        self.experiments.show_writing()

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
        try:
            lost = await self.exploration.close()
            if lost:
                self.log.error(lost)
        finally:
            await self.servers.close()

    @on(PaneView.HeaderClicked)
    def _header_clicked(self, event: PaneView.HeaderClicked) -> None:
        typing = self.prompt.has_focus
        self.enter(event.view)
        if typing:
            self.prompt.focus()
        self.lineup.action_pick()

    @on(SettingsLine.Clicked)
    async def _settings_clicked(self) -> None:
        await self.next_turn.action_sampling()

    @on(PromptEditor.Changed, "#prompt")
    def _prompt_changed(self) -> None:
        self.experiments.prompt_changed()

    @on(PromptEditor.Submitted)
    def _submitted(self, event: PromptEditor.Submitted) -> None:
        event.stop()
        experiment, self.experiments.edited = self.experiments.edited, None
        self.sending.send(event.value, experiment)

    @on(Transcript.Scrolled)
    def _scrolled(self, event: Transcript.Scrolled) -> None:
        event.stop()
        self.panes.scroll_along(event)

    # Messages of widgets that are imported where they are shown for the first time

    def on_question_sent(self, event: "Question.Sent") -> None:
        event.stop()
        self.experiments.send_asked()

    def on_sampling_panel_changed(self, event: "SamplingPanel.Changed") -> None:
        event.stop()
        self.experiments.give_way_to(event.sampling)
        self.next_turn.set_sampling(event.sampling)

    def on_sampling_panel_unlink_requested(self, event: "SamplingPanel.UnlinkRequested") -> None:
        event.stop()
        self.next_turn.unlink_sampling()

    def on_sampling_panel_closed(self, event: "SamplingPanel.Closed") -> None:
        event.stop()
        self.next_turn.close_panel()

    # What is shown

    @property
    def here(self) -> PaneView:
        """The pane with the focus, else the one that had it last, else the first; none that is on its way out."""
        names = {pane.name for pane in self.exploration.lineup}
        views = [view for view in self.split.views if view.pane.name in names] or self.split.views
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
    def stoppable(self) -> bool:
        """Whether replies are coming, or are still drawn."""
        return self.exploration.running or self.pacing.undrawn > 0

    @property
    def footer_labels(self) -> dict[str, str]:
        """Labels in the line of keys, by action, that differ from the bindings' at this moment."""
        labels = {} if self.stoppable else {"stop": "Pane" if self.prompt.has_focus else "Prompt"}
        # A letter is a key only in the panes, and of use when there is one to go on from.
        labels["experiment(1)"] = "" if self.prompt.has_focus or self.experiments.last is None else "Next"
        return labels if self.exploration.turns else {**labels, "again": "", "replay": ""}

    def show_settings(self) -> None:
        """Update the line above the prompt from the exploration."""
        exploration = self.exploration
        sampling, *changed = describe_settings(self.experiments.next_settings, self.launch.presets)
        if any(pane.system for pane in exploration.lineup):
            changed.append("system prompt")
        if self.pacing.rate != AS_IT_COMES:
            changed.append(describe_pace(self.pacing.rate))
        if self.panes.linked:
            changed.append("scrolling linked")
        if self.scroll_mode != self.launch.scroll:
            changed.append("following the end" if self.scroll_mode == "follow" else "holding the beginning")
        changed += [f"{pane.name} on its own sampling" for pane in exploration.lineup if pane.sampling is not None]
        if exploration.recorder is not None and exploration.recorder.has_problem:
            changed.append(f"not kept: {self.key('save-elsewhere')} keeps it elsewhere")
        self.settings.sampling_note = sampling
        self.settings.changed = tuple(changed)
        self.settings.title = exploration.session.title

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Report a bug in a worker, log its traceback, and go on."""
        if event.worker.node is self and event.state is WorkerState.ERROR:
            log = state_dir() / "errors.log"
            with suppress(OSError), log.open("a", encoding="utf-8", errors="replace") as file:
                traceback.print_exception(event.worker.error, file=file)
            self.show_notice(
                f"Something in alignscope itself went wrong. What exactly is in {log}; please report it.", "error"
            )

    def show_scroll_mode(self) -> None:
        """Show what panes keep in view, in the line above the prompt."""
        self.show_settings()

    async def resume(self, session: Session, writer: "Writer | None" = None) -> None:
        """Continue a session: show its turns, and send the next prompt as its last one was."""
        await self.session.change(self.exploration.resume(session, writer))

    def last_turn(self) -> Turn | None:
        """Return the last turn; None if there is none, after a notice."""
        if not self.exploration.turns:
            self.show_notice("Nothing has been sent yet.")
            return None
        return self.exploration.turns[-1]

    def scoring_of(self, turn: Turn) -> "TurnScoring":
        from alignscope.scoring.turn_scoring import TurnScoring

        explored, recorder = self.exploration, self.exploration.recorder
        before = explored.turns[: explored.turns.index(turn)]
        return TurnScoring(turn, explored.servers, before=before, keep=recorder.scored if recorder else None)

    def action_copy_text(self) -> None:
        """Copy the selection as everything else is copied; Textual's own action only asks the terminal."""
        selection = self.get_selected_text()
        if selection:
            self.panes.copy(selection, "the selection")

    def action_stack_samples(self) -> None:
        self.experiments.opened_samples = False
        super().action_stack_samples()

    def one_sample_notice(self) -> str:
        return f"There is one sample a pane; {self.key('samples-more')} asks for more with the next send."
