"""A pace to read at: how many tokens a second are drawn of replies that come faster.

What comes is kept with its own times; a pace only says when it is drawn. Nothing here reads a clock.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from alignscope.model.reply import Reply
from alignscope.model.turn import ReplyKey, Turn

AS_IT_COMES: Final = 0
"""The pace that holds nothing back."""
PACES: Final = (AS_IT_COMES, 10, 20, 40)
"""The paces that a key goes through, in tokens a second."""
READING: Final = 20
"""The pace of replays that would be too fast to be read."""
MAX_PACE: Final = 1000
"""Highest pace that may be set, in tokens a second."""
_FAST: Final = 100
"""Tokens a second that no eye follows: five lines of 80 characters."""
_FEW: Final = 10
"""A reply of fewer tokens is read at one look, however fast it came."""


def next_pace(rate: int) -> int:
    """Return the next of PACES, and after the highest as it comes."""
    return next((pace for pace in PACES if pace > rate), AS_IT_COMES)


class Drawn(NamedTuple):
    """The part of a reply that is drawn."""

    tokens: int = 0
    due_ms: float = -math.inf
    """When the last of these tokens was due."""


class PaceClock:
    """The one clock of a turn's replies: the n-th token of each is due at the n-th beat, or when it comes if later.

    So what stands at the same place in two replies is drawn at the same time, and a model that is slower than the pace
    is drawn as it comes. A reply that fell behind and has its tokens at last catches up at twice the pace.

    Times are milliseconds since the prompt was sent, as in `Reply.times`.
    """

    def __init__(self, rate: int) -> None:
        self._beat_ms = _beat_ms(rate)
        self._start_ms = math.inf

    def begin(self, ms: float) -> None:
        """Put the first beat at the first token of the reply that begins first."""
        self._start_ms = min(self._start_ms, ms)

    def go_on(self, rate: int, ms: float, tokens: int) -> None:
        """Go on at this pace from a moment at which so many tokens of the furthest reply are drawn."""
        self._beat_ms = _beat_ms(rate)
        if self._start_ms < math.inf:
            self._start_ms = ms - tokens * self._beat_ms

    def due_ms(self, token: int, came_ms: float, before_ms: float) -> float:
        """Return when a token is due, from its index, its arrival, and the time at which the one before was due."""
        return max(came_ms, self._start_ms + token * self._beat_ms, before_ms + self._beat_ms / 2)

    def advance(self, drawn: Drawn, times: Sequence[float], now_ms: float) -> Drawn:
        """Return how far a reply is to be drawn by now, from the arrivals of its tokens so far."""
        tokens, before = drawn
        while tokens < len(times):
            due = self.due_ms(tokens, times[tokens], before)
            if due > now_ms:
                break
            tokens, before = tokens + 1, due
        return Drawn(tokens, before)


def _beat_ms(rate: int) -> float:
    return 1000 / rate if rate else 0.0


def shares_clock(turn: Turn) -> bool:
    """Return whether all panes of a turn are on one clock: not if they were asked one after the other."""
    return not turn.settings.one_after_other


def paced_times(turn: Turn, rate: int) -> dict[ReplyKey, list[float]]:
    """Return when each token of a recorded turn is due at a pace, in milliseconds since the prompt was sent."""
    clocks = {pane: PaceClock(rate) for pane in {"", *(reply.pane for reply in turn.replies.values())}}
    clock_of = {reply.pane: clocks["" if shares_clock(turn) else reply.pane] for reply in turn.replies.values()}
    for reply in turn.replies.values():
        if reply.times:
            clock_of[reply.pane].begin(reply.times[0])
    return {key: list(_due(reply, clock_of[reply.pane])) for key, reply in turn.replies.items()}


def _due(reply: Reply, clock: PaceClock) -> Iterator[float]:
    due = -math.inf
    for index, ms in enumerate(reply.times):
        due = clock.due_ms(index, ms, due)
        yield due


def readable_pace(turns: Iterable[Turn]) -> int:
    """Return the pace to replay turns at: READING if a reply came faster than an eye follows, else as it came."""
    return READING if any(map(_too_fast, turns)) else AS_IT_COMES


def _too_fast(turn: Turn) -> bool:
    return any(
        len(reply.times) >= _FEW and reply.times[-1] - reply.times[0] < (len(reply.times) - 1) * 1000 / _FAST
        for reply in turn.replies.values()
    )
