"""A player's clock, and the keys and clicks that set it: play, seek, speed, pauses."""

import time
from typing import Final, TypeVar

from textual import on
from textual.timer import Timer

from alignscope.sessions.playback.player import Player
from alignscope.ui.screens.base import AppScreen
from alignscope.ui.widgets.timeline import Timeline

_FRAMES: Final = 30
_LONGEST_MS: Final = 500.0
"""Real time between two frames that is played; what is longer was the program being stopped."""
_PAUSES: Final = (None, 2000.0, 1000.0, 300.0)
"""Idle limits that the key goes through, in milliseconds."""

T = TypeVar("T")


class Transport(AppScreen[T]):
    """A screen that plays something. What is seen of it is the affair of the screen that is built on it."""

    def __init__(self, player: Player) -> None:
        super().__init__()
        self.player = player
        self._then = 0.0
        self._ticks: Timer

    # What it moves

    def show_all(self) -> None:
        """Show everything as it is at the player's place, wherever it was before."""
        raise NotImplementedError

    def follow(self) -> None:
        """Show what has come since the last look, while it plays."""
        raise NotImplementedError

    def tell(self) -> None:
        """Say where the player is and how fast it goes."""
        raise NotImplementedError

    def show_marks(self) -> None:
        """Put the marks where they are on the player's clock."""
        raise NotImplementedError

    # The clock

    def on_mount(self) -> None:
        """Be ready; the screen says by `moved` when it begins."""
        self._ticks = self.set_interval(1 / _FRAMES, self._tick, pause=True)

    def _tick(self) -> None:
        now = time.monotonic()
        elapsed, self._then = (now - self._then) * 1000, now
        self.player.advance(min(elapsed, _LONGEST_MS))
        self.follow()
        if not self.player.playing:
            self._ticks.pause()

    def _run_or_rest(self) -> None:
        self._then = time.monotonic()
        if self.player.playing:
            self._ticks.resume()
        else:
            self._ticks.pause()

    def on_screen_suspend(self) -> None:
        """Stand still while another screen lies over this one."""
        self._ticks.pause()

    def on_screen_resume(self) -> None:
        """Go on."""
        if self.is_mounted and self._then:
            self._run_or_rest()

    # Moving

    def moved(self) -> None:
        """The player was put somewhere, or began or ceased to play."""
        self.show_all()
        self._run_or_rest()

    def action_play(self) -> None:
        """Play or pause."""
        self.player.toggle()
        self.moved()

    def action_seek(self, seconds: float) -> None:
        """Go on or back by seconds."""
        self.player.seek(self.player.ms + seconds * 1000)
        self.moved()

    def action_tenth(self, direction: int) -> None:
        """Go on or back by a tenth."""
        self.player.seek(self.player.ms + self.player.length_ms * direction / 10)
        self.moved()

    def action_share(self, tenths: int) -> None:
        """Go to so many tenths."""
        self.player.seek(self.player.length_ms * tenths / 10)
        self.moved()

    def action_token(self, direction: int) -> None:
        """One token more or fewer."""
        self.player.playing = False
        self.player.seek_token(direction)
        self.moved()

    def action_turn(self, direction: int) -> None:
        """To a turn's beginning."""
        self.player.seek_turn(direction)
        self.moved()

    @on(Timeline.Sought)
    def _sought(self, event: Timeline.Sought) -> None:
        event.stop()
        self.player.seek(self.player.length_ms * event.share)
        self.moved()

    def action_speed(self, direction: int) -> None:
        """Faster or slower."""
        if direction > 0:
            self.player.faster()
        else:
            self.player.slower()
        self.tell()

    def action_idle(self) -> None:
        """The next limit for pauses."""
        now = self.player.idle_limit_ms
        later = [limit for limit in _PAUSES if limit is not None and (now is None or limit < now)]
        self.player.idle_limit_ms = later[0] if later else None
        self.show_marks()
        self.tell()
