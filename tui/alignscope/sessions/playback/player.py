"""Player of a recording, with one clock for all panes.

The player reads no clock of the system: its owner calls `advance`, and draws the steps since the last call, or the
frame after a seek.
"""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final

from alignscope.model.pace import AS_IT_COMES
from alignscope.model.turn import Turn
from alignscope.sessions.playback.recording import Mark, Recording, Step

INSTANT: Final = math.inf
SPEEDS: Final = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, INSTANT)
"""The steps of `change_speed`; any speed from the first to the last but one may be set."""
_JUST_BEGUN_MS: Final = 1000.0
"""Real time after a turn's beginning during which going back, while it plays, means the previous turn."""


class Player:
    """A position in a recording. All times are milliseconds on the visible clock."""

    def __init__(
        self,
        turns: Sequence[Turn],
        *,
        speed: float = 1.0,
        pace: int = AS_IT_COMES,
        idle_limit_ms: float | None = None,
        start_ms: float = 0.0,
    ) -> None:
        """Begin at `start_ms`, on the clock with shortened pauses.

        Args:
            speed: from 0.25 to 16 times, or INSTANT.
            pace: tokens a second at single speed, of replies that were faster.
            idle_limit_ms: the longest pause in this view; None leaves pauses as they were.
        """
        self.recording = Recording(turns, pace)
        self.pace = pace
        self.speed = speed
        self.playing = True
        self.idle_limit_ms = idle_limit_ms
        self._times = self.recording.shortened(idle_limit_ms)
        self.ms = 0.0
        """What the clock shows."""
        self.count = 0
        """Number of events that have happened; several may happen at one moment."""
        self.seek(start_ms)

    # Position

    @property
    def length_ms(self) -> float:
        """Time of the last event."""
        return self._times[-1] if self._times else 0.0

    @property
    def ended(self) -> bool:
        """Whether everything has happened."""
        return self.count == len(self._times)

    @property
    def turn(self) -> Turn | None:
        """The current turn; None without turns."""
        index = self.recording.turn_at(self.count)
        return self.recording.turns[index] if index >= 0 else None

    @property
    def moment_ms(self) -> float:
        """Time since the current turn's prompt was sent, as recorded: at no pace, and with no pause shortened."""
        if not self.count:
            return 0.0
        return self.recording.recorded_ms(self.count - 1) + self._since_ms

    def frame(self) -> list[Turn]:
        """Return all turns in their present state, for drawing after a seek."""
        return self.recording.frame(self.count)

    def steps(self, since: int) -> Iterator[Step]:
        """Yield the events since `count` was `since`; none if the clock was set back."""
        return self.recording.steps(since, self.count)

    def marks(self) -> Iterator[tuple[float, Mark]]:
        """Return the beginnings of turns and the ends of replies, with their times."""
        return ((self._times[mark.index], mark) for mark in self.recording.marks())

    # Playing

    def advance(self, elapsed_ms: float) -> None:
        """Advance by real time. At the last event playing ends, and the last frame stays."""
        if not self.playing or elapsed_ms < 0:
            return
        self.seek(self.length_ms if self.speed == INSTANT else self.ms + elapsed_ms * self.speed)
        self.playing = not self.ended

    @property
    def due_ms(self) -> float | None:
        """Real time until the next event; None while paused."""
        if not self.playing or self.ended:
            return None
        return 0.0 if self.speed == INSTANT else max(0.0, (self._times[self.count] - self.ms) / self.speed)

    def toggle(self) -> bool:
        """Play or pause; at the end, play again from the start. Returns whether it plays now."""
        self.playing = not self.playing
        if self.playing and self.ended:
            self.seek(0)
            self.playing = not self.ended
        return self.playing

    def change_speed(self, direction: int) -> float:
        """Choose the next higher (1) or lower (-1) speed, and return it."""
        speeds = SPEEDS[::direction]
        self.speed = next((speed for speed in speeds if (speed - self.speed) * direction > 0), speeds[-1])
        return self.speed

    def set_pace(self, pace: int) -> None:
        """Choose a pace, and go to where all that has happened has happened at that pace too."""
        since = self._since_ms
        self.pace = pace
        self.recording, self.count = self.recording.at_pace(pace, self.count)
        self._change_times(since)

    def limit_idle(self, limit_ms: float | None) -> None:
        """Shorten pauses to a limit, without leaving the present event; None leaves pauses as they were."""
        since = self._since_ms
        self.idle_limit_ms = limit_ms
        self._change_times(since)

    @property
    def _since_ms(self) -> float:
        """Time since the last event."""
        return self.ms - self._times[self.count - 1] if self.count else 0.0

    def _change_times(self, since_ms: float) -> None:
        """Take over the recording's times, and stay between the last event and the next."""
        self._times = self.recording.shortened(self.idle_limit_ms)
        if self.count:
            ends = self._times[self.count] if not self.ended else self.length_ms
            self.ms = min(self._times[self.count - 1] + since_ms, ends)

    # Seeking

    def seek(self, ms: float) -> None:
        """Go to a time, or to the start or the end where that lies outside."""
        self.ms = min(max(0.0, ms), self.length_ms)
        self.count = bisect_right(self._times, self.ms)

    def seek_token(self, direction: int) -> None:
        """Go one token on (1) or back (-1), also among those of one moment.

        After the last token comes the end of everything, and before the first the beginning.
        """
        index = self.recording.token(self.count, direction)
        if direction > 0:
            self._put(len(self._times) if index is None else index + 1)
        elif index is None:
            self.seek(0)
        else:
            self._put(index)

    def seek_turn(self, direction: int) -> None:
        """Go to the next turn's beginning (1), or to this one's (-1) and from there to the previous one's."""
        current = self.recording.turn_at(self.count)
        if current < 0:
            return
        if direction > 0:
            if current + 1 < len(self.recording.turns):
                self.seek(self._times[self.recording.turn_start(current + 1)])
            else:
                self.seek(self.length_ms)
            return
        start = self._times[self.recording.turn_start(current)]
        moving = self.speed if self.playing and self.speed != INSTANT else 0.0
        if current and self.ms - start <= _JUST_BEGUN_MS * moving:
            start = self._times[self.recording.turn_start(current - 1)]
        self.seek(start)

    def find(self, text: str) -> bool | None:
        """Go to the end of the next occurrence of a text in a prompt or a reply, ignoring case.

        Returns True if it was ahead, False if the search wrapped around, None without an occurrence.
        """
        for ahead, since in ((True, self.count), (False, 0)):
            index = self.recording.find(text, since)
            if index is not None:
                self._put(index + 1)
                return ahead
        return None

    def _put(self, count: int) -> None:
        self.count = count
        self.ms = self._times[count - 1] if count else 0.0
