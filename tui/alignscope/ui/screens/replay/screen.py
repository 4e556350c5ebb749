"""The screen of a replay: find text, go on live, run a turn again, export."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from alignscope.model.events import End
from alignscope.model.launch import Playback, Scroll
from alignscope.model.pace import readable_pace
from alignscope.model.session import Session
from alignscope.model.turn import Turn
from alignscope.sessions.playback.player import Player
from alignscope.ui.screens.base.split import SplitScreen
from alignscope.ui.screens.replay.bindings import BINDINGS
from alignscope.ui.screens.replay.panes import ReplayPanes
from alignscope.ui.screens.replay.transport import Transport
from alignscope.ui.widgets.keybar import KeyBar
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.status import NoticeLine
from alignscope.ui.widgets.text_field import LineField
from alignscope.ui.widgets.timeline import Timeline


class ReplayScreen(SplitScreen[Session | None]):
    """Returns a new session to go on with, a fork of what was shown; None if the person went back.

    Args:
        session: isn't changed. Long timelines are decoded beforehand.
        how: speed, pace, limit of pauses, and start.
        rerun: returns the screen that runs a turn again; None if no server can be asked.
        scroll: what panes keep in view of a long reply.
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

    timeline = query_one(Timeline)

    def __init__(
        self,
        session: Session,
        how: Playback | None = None,
        *,
        rerun: Callable[[Session, Turn], Screen[Any]] | None = None,
        scroll: Scroll = "hold",
    ) -> None:
        super().__init__()
        how = how or Playback()
        self.session = session
        self.scroll_mode = scroll
        self.player = Player(
            session.turns,
            speed=how.speed,
            pace=readable_pace(session.turns) if how.pace is None else how.pace,
            idle_limit_ms=how.idle_limit_ms,
            start_ms=how.start_ms,
        )
        self._panes = ReplayPanes(self.player, [record.pane for record in session.lineup], scroll)
        self.transport = Transport(self, self.player, self._panes)
        self._rerun = rerun

    def compose(self) -> ComposeResult:
        yield Split(self._panes.views, id="split")
        yield NoticeLine(id="notice")
        with Horizontal(id="find"):
            yield Static("/", markup=False)
            yield LineField(placeholder="Text in a prompt or a reply; enter goes to the next place")
        yield Timeline()
        yield KeyBar()

    def on_mount(self) -> None:
        self.transport.begin()
        self.transport.show_marks()
        warning = next(iter(self.session.warnings), "")
        if warning:
            self.show_notice(warning, "warning")
        elif not self.player.recording.turns:
            self.show_notice("There is nothing in this session to play.")
        # After the panes have their size.
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self.transport.moved()
        for view in self.split.views:
            view.mount_transcript()
        self.set_focus(self.split.views[0].transcript)

    def on_screen_suspend(self) -> None:
        self.transport.suspend()

    def on_screen_resume(self) -> None:
        if self.is_mounted:
            self.transport.resume()

    @on(Timeline.Sought)
    def _sought(self, event: Timeline.Sought) -> None:
        event.stop()
        self.transport.action_share(10 * event.share)

    # Finding

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave the keys to the field while text is typed."""
        if isinstance(self.focused, LineField):
            return action in ("leave", "help")
        return super().check_action(action, parameters)

    def action_find(self) -> None:
        """Show and focus the field for the text to find."""
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
            self.show_notice(f"‘{text}’ is in no prompt and no reply.")
            return
        self.player.playing = False
        self.transport.moved(end=True)
        self.show_notice("" if found else f"‘{text}’ was found from the start again.")

    def _leave_find(self) -> None:
        self.query_one("#find").remove_class("-shown")
        self.set_focus(self.here.transcript)

    def action_leave(self) -> None:
        """Leave the field, or the replay."""
        if isinstance(self.focused, LineField):
            self._leave_find()
        else:
            self.dismiss(None)

    # On from here

    def action_live(self) -> None:
        """Return a session with what is shown."""
        turn = self.player.turn
        if turn is None:
            self.show_notice("Nothing has been played yet that could be gone on from.")
            return
        last = self.player.frame()[-1]
        whole = all(reply.end for reply in last.replies.values()) and len(last.replies) == len(turn.replies)
        session = self.session.fork(turn.number, None if whole else round(self.player.moment_ms, 3))
        if not whole:
            # The next prompt continues from what was shown of the replies; the recording stays as it is.
            last.stop(End.CANCELLED)
            session.turns[-1] = replace(last, note="", verdict=None)
        self.dismiss(session)

    def action_rerun(self) -> None:
        """Open the screen that runs the turn again."""
        turn = self.player.turn
        if turn is None or self._rerun is None:
            self.show_notice("There is no turn here that could be run again.")
            return
        self.transport.stand_still()
        self.app.push_screen(self._rerun(self.session, turn))

    # How it is shown

    def show_scroll_mode(self) -> None:
        """Show what panes keep in view, on the timeline."""
        self.transport.show_position()

    @property
    def footer_labels(self) -> dict[str, str]:
        """Shorter labels, by action, so that the line of keys has room for all; some say what they do now."""
        pace = {} if self.player.pace else {"pace": ""}
        return {"turn(1)": "Turn", "rerun": "Compare", "play": "Pause" if self.player.playing else "Play", **pace}

    def action_copy(self) -> None:
        """Copy the reply as far as it is shown."""
        text = self.here.reply_text()
        if text:
            self.copy(text)

    # Other screens

    def action_tokens(self) -> None:
        """Stand still, and show the turn in view token by token."""
        if turns := self._stand_still():
            self.show_tokens(turns[-1])

    def action_sent(self) -> None:
        """Stand still, and show what was sent for the turn in view."""
        if turns := self._stand_still():
            self.show_sent(turns, turns[-1].number)

    def _stand_still(self) -> Sequence[Turn]:
        """Return the turns up to the one in view; none, after a notice, where nothing has been played."""
        turns = self.player.frame()
        if not turns:
            self.show_notice("Nothing has been played yet that could be looked at.")
            return ()
        self.transport.stand_still()
        return turns

    def action_export(self) -> None:
        """Write the session into a file."""
        from alignscope.ui.screens.library.export import export

        export(self, self.session, self.show_notice, pace=self.player.pace)
