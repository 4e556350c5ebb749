"""The pace of panes: when they draw what has come to the last turn's replies."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from alignscope.model.pace import AS_IT_COMES, PaceClock, shares_clock
from alignscope.model.reply import Reply
from alignscope.model.turn import Turn
from alignscope.ui.widgets.split import Split
from alignscope.ui.widgets.transcript.line_widget import frames


@dataclass(eq=False)
class _Sent:
    """A request to some panes, and the clock of their replies."""

    at: float
    clock: PaceClock

    def ms(self, now: float) -> float:
        return (now - self.at) * 1000


class Pacing:
    """Draws the last turn's replies at a pace, those of all panes with the same frame; without a pace it draws nothing.

    Args:
        drawn: called when all that has come is drawn.
        clock: returns seconds.
    """

    def __init__(
        self,
        split: Split,
        rate: int,
        drawn: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rate = rate
        """Tokens a second, or AS_IT_COMES."""
        self._split = split
        self._drawn = drawn
        self.clock = clock
        self._sent: dict[str, _Sent] = {}
        """By the panes' names."""
        self._scheduled = False

    # The replies

    def begin(self, turn: Turn) -> None:
        """Pace the replies to a prompt that is sent now."""
        shared = self._send()
        self._sent = {pane.name: shared if shares_clock(turn) else self._send() for pane in turn.lineup}
        self._hold()

    def begin_again(self, pane: str) -> None:
        """Pace the replies of one pane that is asked again now."""
        self._sent[pane] = self._send()
        self._hold()

    def came(self, reply: Reply) -> None:
        """Take note that something has come to a reply."""
        if len(reply.times) == 1:
            self._sent[reply.pane].clock.begin(reply.times[0])
        if self.rate != AS_IT_COMES:
            self._schedule()

    @property
    def undrawn(self) -> int:
        """Number of tokens that have come and aren't drawn yet."""
        return sum(view.held.undrawn() for view in self._split.views)

    # What the person wants

    def set_rate(self, rate: int) -> None:
        """Set another pace, from here on."""
        self.rate = rate
        if rate == AS_IT_COMES:
            for view in self._split.views:
                view.held.release()
        else:
            self._hold()
            self._go_on()

    def draw_all(self) -> None:
        """Draw all that has come so far, and go on at the pace from there."""
        for view in self._split.views:
            view.held.draw_all()
        self._go_on()

    # Inside

    def _send(self) -> _Sent:
        return _Sent(self.clock(), PaceClock(self.rate))

    def _hold(self) -> None:
        if self.rate != AS_IT_COMES:
            for view in self._split.views:
                view.held.begin()

    def _go_on(self) -> None:
        """Let the clocks go on from what is drawn."""
        now = self.clock()
        for sent in {*self._sent.values()}:
            views = [view for view in self._split.views if self._sent.get(view.pane.name) is sent]
            sent.clock.go_on(self.rate, sent.ms(now), max((view.held.furthest for view in views), default=0))

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            frames(self._split.app).call_next(self._frame)

    def _frame(self) -> None:
        self._scheduled = False
        if not self._split.is_attached:
            return
        now = self.clock()
        for view in self._split.views:
            if sent := self._sent.get(view.pane.name):
                view.held.advance(sent.clock, sent.ms(now))
            else:  # another pane came into its place
                view.held.release()
        if self.undrawn:
            self._schedule()
        else:
            self._drawn()
