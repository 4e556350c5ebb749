"""The replay itself: panes, a timeline, finding, and the ways on from any point of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from alignscope.model.events import End
from alignscope.model.launch import Playback
from alignscope.model.session import Session
from alignscope.model.tones import MARKS
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import INSTANT, Player
from alignscope.text.clean import clean
from alignscope.text.wording import counted
from alignscope.ui import screens
from alignscope.ui.screens.replay.bindings import BINDINGS
from alignscope.ui.screens.replay.panes import ReplayPanes
from alignscope.ui.screens.replay.transport import Transport
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.pane.view import PaneView
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine
from alignscope.ui.widgets.text_field import LineField
from alignscope.ui.widgets.timeline import Timeline, TimeMark, clock


@dataclass(frozen=True, slots=True)
class Live:
    """The person goes on live from here."""

    session: Session
    """A new one, with all that was shown, that names the one it came from."""


class ReplayScreen(Transport[Live | None]):
    """Returns what to go on with, None when the person went back.

    Args:
        session: its timelines are decoded already where they are long; the screen reads them only.
        how: speed, pauses and start.
        rerun: makes the screen on which a turn is run again; None where nothing can be asked.
    """

    AUTO_FOCUS = ""
    BINDINGS = BINDINGS
    BINDING_GROUP_TITLE = "Replay"
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]
    DEFAULT_CSS = """
    ReplayScreen {
        layout: vertical;
        & KeyBar { margin-left: 1; }
        & #find { height: 1; background: $surface; display: none; }
        & #find.-shown { display: block; }
        & #find Static { width: 3; padding: 0 1; color: $accent; }
    }
    """

    split = query_one("#split", Split)
    timeline = query_one(Timeline)
    notice = query_one(NoticeLine)

    def __init__(
        self,
        session: Session,
        how: Playback | None = None,
        *,
        rerun: Callable[[Session, Turn], Screen[Any]] | None = None,
    ) -> None:
        how = how or Playback()
        super().__init__(Player(session.turns, speed=how.speed, idle_limit_ms=how.idle_limit_ms, start_ms=how.start_ms))
        self.session = session
        self._rerun = rerun
        self._panes = ReplayPanes(self.player, [record.pane for record in session.lineup])
        self._numbers = {id(turn): index for index, turn in enumerate(self.player.recording.turns, 1)}
        self._told: Turn | None = None
        self._was_playing = False

    def compose(self) -> ComposeResult:
        yield Split(self._panes.views, id="split")
        yield NoticeLine(id="notice")
        with Horizontal(id="find"):
            yield Static("/", markup=False)
            yield LineField(placeholder="Text in a prompt or a reply; enter goes to the next place")
        yield Timeline()
        yield KeyBar()

    def on_mount(self) -> None:
        self.show_marks()
        warning = next(iter(self.session.warnings), "")
        if warning:
            self.notice.say(warning, "warning")
        elif not self.player.recording.turns:
            self.notice.say("There is nothing in this session to play.")
        # The panes know their size by then.
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self.moved()
        if self._panes.views:
            self.set_focus(self._panes.views[0].transcript)

    # What is shown

    def show_all(self) -> None:
        self._panes.show()
        self.tell()

    def follow(self) -> None:
        self._panes.follow()
        self.tell()

    def tell(self) -> None:
        player = self.player
        turn = player.turn
        sign = "►" if player.playing else "■" if player.ended else "‖"
        words = [f"{sign} {clock(player.ms, player.length_ms)} / {clock(player.length_ms, player.length_ms)}"]
        if turn is not None:
            words.append(f"turn {self._numbers[id(turn)]} of {len(self._numbers)}")
        words.append("all at once" if player.speed == INSTANT else f"{player.speed:g}×")
        if player.idle_limit_ms is not None:
            words.append(f"pauses up to {player.idle_limit_ms / 1000:g} s")
        for view in self._panes.views:
            view.hold(not player.playing)
        if player.playing is not self._was_playing:
            self._was_playing = player.playing
            self.refresh_bindings()
        self.timeline.show(player.ms, "   ".join(words), clean(self.session.title or self.session.name))
        if turn is not self._told:
            self._told = turn
            self.notice.say(f"Note on this turn: {turn.note}" if turn and turn.note else "")

    def show_marks(self) -> None:
        marks = []
        for ms, mark in self.player.marks():
            if mark.reply is None:
                marks.append(TimeMark(ms, str(self._numbers[id(mark.turn)])))
            elif view := self._panes.view(mark.turn, mark.reply.pane):
                failed = mark.reply.failed
                marks.append(TimeMark(ms, "✕" if failed else MARKS[view.tone], "failed" if failed else view.tone))
        self.timeline.set_marks(self.player.length_ms, marks)

    @property
    def here(self) -> PaneView:
        """The pane with the focus, else the first."""
        views = self._panes.views
        return next((view for view in views if view.has_focus_within), views[0])

    # Finding

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While text is typed, the keys are its own."""
        if isinstance(self.focused, LineField):
            return action in ("leave", "help")
        return super().check_action(action, parameters)

    def action_find(self) -> None:
        """Ask what to find."""
        self.query_one("#find").add_class("-shown")
        field = self.query_one(LineField)
        field.focus()
        field.select_all()

    @on(LineField.Submitted)
    def _find(self, event: LineField.Submitted) -> None:
        event.stop()
        text = event.value
        self._leave_find()
        if not text:
            return
        found = self.player.find(text)
        if found is None:
            self.notice.say(f"‘{text}’ is in no prompt and no reply.")
            return
        self.player.playing = False
        self.moved()
        self.notice.say("" if found else f"‘{text}’ was found from the start again.")

    def _leave_find(self) -> None:
        self.query_one("#find").remove_class("-shown")
        self.set_focus(self.here.transcript)

    def action_leave(self) -> None:
        """Back to where the person came from."""
        if isinstance(self.focused, LineField):
            self._leave_find()
        else:
            self.dismiss(None)

    # On from here

    def action_live(self) -> None:
        """Go on live with what is shown."""
        turn = self.player.turn
        if turn is None:
            self.notice.say("Nothing has been played yet that could be gone on from.")
            return
        last = self.player.frame()[-1]
        whole = all(reply.end for reply in last.replies.values()) and len(last.replies) == len(turn.replies)
        session = self.session.fork(turn.number, None if whole else round(self.player.ms - self.player.turn_ms, 3))
        if not whole:
            # Replies go on from what was seen of them; the recording keeps its own.
            last.stop(End.CANCELLED)
            session.turns[-1] = replace(last, note="", verdict=None)
        self.dismiss(Live(session))

    def action_rerun(self) -> None:
        """Run the turn's prompt again."""
        turn = self.player.turn
        if turn is None or self._rerun is None:
            self.notice.say("There is no turn here that could be run again.")
            return
        self.player.playing = False
        self.tell()
        self.app.push_screen(self._rerun(self.session, turn))

    # How it is shown

    def action_zoom(self) -> None:
        """Give the pane all the room, or give it back."""
        self.split.zoomed = "" if self.split.zoomed else self.here.pane.name

    @property
    def footer_words(self) -> dict[str, str]:
        """Shorter words for the line of keys, which then has room for all of them, and what the first key does now."""
        return {"turn(1)": "Turn", "rerun": "Compare", "play": "Pause" if self.player.playing else "Play"}

    def action_turn_split(self) -> None:
        """Side by side, or one above the other."""
        self.split.stacked = not self.split.stacked

    def action_sample(self, step: int) -> None:
        """Show another sample, in every pane."""
        samples = max(view.samples for view in self._panes.views)
        if samples == 1:
            self.notice.say("There is one sample a pane.")
            return
        shown = (self.here.shown_sample or 1) - 1
        for view in self._panes.views:
            view.show_sample((shown + step) % samples + 1)

    def action_samples(self) -> None:
        """All samples one below the other, or one at a time."""
        stacked = self.here.shown_sample is None
        for view in self._panes.views:
            view.show_sample(1 if stacked else None)

    def action_copy(self) -> None:
        """Copy the reply as far as it is shown."""
        self.run_worker(self._copy(), exit_on_error=False)

    async def _copy(self) -> None:
        from alignscope.ui.widgets.clipboard import CopyError, copy

        text = self.here.reply_text()
        if not text:
            return
        try:
            self.notice.say(f"Copied {counted(len(text), 'character')} {await copy(self.app, text)}.")
        except CopyError as error:
            self.notice.say(str(error), "error")

    # Other screens

    def action_export(self) -> None:
        """Write the session into a file."""
        screens.export(self, self.session, self.notice.say)

    def action_help(self) -> None:
        """Keys and words."""
        self.app.push_screen(screens.HelpScreen(self))
