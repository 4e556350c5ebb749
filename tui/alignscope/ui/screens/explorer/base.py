"""What the explorer's parts have in common: the state they act on, and the few ways to show a change of it."""

import asyncio
import contextlib
import traceback
from typing import TYPE_CHECKING

from textual.getters import query_one
from textual.reactive import var
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from alignscope.files.locations import state_dir
from alignscope.model.launch import Launch
from alignscope.model.pane import Pane
from alignscope.model.sampling import Sampling
from alignscope.model.tones import tones
from alignscope.run.exploration import Exploration
from alignscope.run.servers import Servers
from alignscope.text.wording import settings_words
from alignscope.ui.screens.words import key_of
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.prompt import PromptEditor
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine, SettingsLine

if TYPE_CHECKING:
    from alignscope.ui.widgets.sampling.panel import SamplingPanel


class ExplorerBase(Screen[int]):
    """The explorer without its actions."""

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
    """Set once it is known what the panes hold; prompts wait for it."""

    def view(self, name: str) -> PaneView | None:
        """The pane of that name, None when it has been taken away."""
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
        """The first key of one of the explorer's actions, as it is shown to a person: `F4`."""
        return key_of(self, f"explorer.{name}")

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
        self.settings.title = exploration.recorder.session.title if exploration.recorder is not None else ""

    def show_lineup(self) -> None:
        """Tell every pane what it is now, and which tone it has among the others."""
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
        """A mistake of ours in the background: say so, keep the trace for a report, and go on."""
        if event.worker.node is self and event.state is WorkerState.ERROR:
            log = state_dir() / "errors.log"
            with contextlib.suppress(OSError), log.open("a", encoding="utf-8", errors="replace") as file:
                traceback.print_exception(event.worker.error, file=file)
            self.say(f"Something in alignscope itself went wrong. What exactly is in {log}; please report it.", "error")

    # What one part asks of another

    def retry(self, view: PaneView) -> object:
        """Ask one pane again."""
        raise NotImplementedError

    def learn_models(self) -> object:
        """Ask the servers for what the panel shows of models and servers."""
        raise NotImplementedError

    def warn_of_reload(self, sampling: Sampling, scope: str) -> object:
        """Say so when the next send will load a model anew."""
        raise NotImplementedError
