"""Playback in a replay: the player's clock, and keys and clicks for play, seek, speed and pauses."""

import time
from typing import TYPE_CHECKING, Final

from textual.timer import Timer

from alignscope.model.lineup.tones import MARKS
from alignscope.model.pace import next_pace
from alignscope.sessions.playback.player import INSTANT, Player
from alignscope.text.clean import clean
from alignscope.text.wording import describe_pace
from alignscope.ui.screens.base.actions import Actions
from alignscope.ui.screens.replay.panes import ReplayPanes
from alignscope.ui.widgets.timeline import TimeMark, clock

if TYPE_CHECKING:
    from alignscope.ui.screens.replay.screen import ReplayScreen

_FRAMES: Final = 30
"""Frames per second."""
_LONGEST_MS: Final = 500.0
"""Real time that a frame advances the player by at most, since the program may have been suspended."""
_IDLE_LIMITS_MS: Final = (2000.0, 1000.0, 300.0)
"""Limits of pauses that the key steps through, after none."""


class Transport(Actions):
    """Actions that move a replay's player, and what its panes and its timeline show then."""

    screen: "ReplayScreen"

    def __init__(self, screen: "ReplayScreen", player: Player, panes: ReplayPanes) -> None:
        super().__init__(screen)
        self.player = player
        self._panes = panes
        self._numbers = {id(turn): index for index, turn in enumerate(player.recording.turns, 1)}
        self._was_playing = False
        self._drawn_at = 0.0
        """Seconds on the monotonic clock of the last frame; 0 before the first."""
        self._timer: Timer

    # The clock

    def begin(self) -> None:
        """Create the timer of frames; the first `moved` starts it."""
        self._timer = self.screen.set_interval(1 / _FRAMES, self._tick, pause=True)

    def _tick(self) -> None:
        now = time.monotonic()
        elapsed, self._drawn_at = (now - self._drawn_at) * 1000, now
        self.player.advance(min(elapsed, _LONGEST_MS))
        self.follow()
        if not self.player.playing:
            self._timer.pause()

    def _set_timer(self) -> None:
        self._drawn_at = time.monotonic()
        if self.player.playing:
            self._timer.resume()
        else:
            self._timer.pause()

    def suspend(self) -> None:
        """Pause the timer while another screen covers this one."""
        self._timer.pause()

    def resume(self) -> None:
        """Resume the timer as the player plays."""
        if self._drawn_at:
            self._set_timer()

    # What is shown

    def follow(self) -> None:
        """Show what has happened since the last frame."""
        self._panes.follow()
        self.show_position()

    def show_position(self) -> None:
        """Show the player's position, speed and turn on the timeline."""
        player, session = self.player, self.screen.session
        turn = player.turn
        mark = "►" if player.playing else "■" if player.ended else "║"
        parts = [f"{mark} {clock(player.ms, player.length_ms)} / {clock(player.length_ms, player.length_ms)}"]
        if turn is not None:
            parts.append(f"turn {self._numbers[id(turn)]} of {len(self._numbers)}")
        parts.append("all at once" if player.speed == INSTANT else f"{player.speed:g}×")
        if player.pace:
            parts.append(describe_pace(player.pace))
        if player.idle_limit_ms is not None:
            parts.append(f"pauses up to {player.idle_limit_ms / 1000:g} s")
        if self.screen.scroll_mode == "follow":
            parts.append("following the end")
        for view in self._panes.views:
            view.set_paused(not player.playing)
        if player.playing is not self._was_playing:
            self._was_playing = player.playing
            self.screen.refresh_bindings()
        self.screen.timeline.set_position(player.ms, "   ".join(parts), clean(session.title or session.name))

    def show_marks(self) -> None:
        """Put the beginnings of turns and the ends of replies on the timeline."""
        marks = []
        for ms, mark in self.player.marks():
            if mark.reply is None:
                marks.append(TimeMark(ms, str(self._numbers[id(mark.turn)])))
            elif view := self._panes.view(mark.turn, mark.reply.pane):
                failed = mark.reply.failed
                marks.append(TimeMark(ms, "×" if failed else MARKS[view.tone], "failed" if failed else view.tone))
        self.screen.timeline.set_marks(self.player.length_ms, marks)

    # Moving

    def moved(self, *, end: bool = False) -> None:
        """Show the player's new position, and start or pause the timer as it plays or not.

        Args:
            end: whether to have what came last in view.
        """
        self._panes.show(end=end)
        self.show_position()
        self._set_timer()

    def action_play(self) -> None:
        """Play or pause."""
        self.player.toggle()
        self.moved()

    def action_seek(self, seconds: float) -> None:
        """Seek by seconds."""
        self.player.seek(self.player.ms + seconds * 1000)
        self.moved()

    def action_tenth(self, direction: int) -> None:
        """Seek by a tenth of the whole, in direction 1 or -1."""
        self.player.seek(self.player.ms + self.player.length_ms * direction / 10)
        self.moved()

    def action_share(self, tenths: float) -> None:
        """Seek to tenths of the whole."""
        self.player.seek(self.player.length_ms * tenths / 10)
        self.moved()

    def stand_still(self) -> None:
        """Pause."""
        self.player.playing = False
        self.show_position()

    def action_token(self, direction: int) -> None:
        """Pause, and step one token on or back."""
        self.player.playing = False
        self.player.seek_token(direction)
        self.moved(end=True)

    def action_turn(self, direction: int) -> None:
        """Seek to the beginning of the next turn, or of this one or the one before."""
        self.player.seek_turn(direction)
        self.moved()

    def action_speed(self, direction: int) -> None:
        """Play faster or slower."""
        self.player.change_speed(direction)
        self.show_position()

    def action_pace(self) -> None:
        """Play at the next pace, and after the highest as recorded."""
        self.player.set_pace(next_pace(self.player.pace))
        self.show_marks()
        self.moved()
        self.screen.refresh_bindings()

    def action_idle(self) -> None:
        """Set the next limit of pauses."""
        now = self.player.idle_limit_ms
        lower = (limit for limit in _IDLE_LIMITS_MS if now is None or limit < now)
        self.player.limit_idle(next(lower, None))
        self.show_marks()
        self.show_position()
