"""A pane's footer while replies run: how long they have been waited for, and their figures."""

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from alignscope.model.reply import Reply
from alignscope.text.wording import SILENT_SECONDS, footer_words
from alignscope.ui.widgets.pane.bars import PaneFooter
from alignscope.ui.widgets.transcript.line_widget import frames

if TYPE_CHECKING:
    from textual.timer import Timer

_PERIOD: Final = 0.25
"""Seconds between two looks at a running reply's figures."""


class ProgressFooter(PaneFooter):
    """Shows how the replies of a turn go, and looks again by itself every second and after tokens."""

    def __init__(self, clock: Callable[[], float]) -> None:
        """Args:
        clock: returns seconds; how long a reply has been waited for is measured by it.
        """
        super().__init__()
        self._clock = clock
        self._replies: Mapping[int, Reply] = {}
        self._shown: int | None = 1
        self._began = 0.0
        self._held = False
        self._due = 0.0  # when the figures are to be looked at again, by the system's clock; 0 for not
        self._second: Timer | None = None  # to when the words for waiting or silence change

    def begin(self, at: float | None = None) -> None:
        """Wait for replies, from now or from another moment on the clock."""
        self._began = self._clock() if at is None else at

    def show(self, replies: Mapping[int, Reply], shown: int | None) -> None:
        """Show how these replies go, by sample; `shown` is the one in view, None for all."""
        self._replies, self._shown = replies, shown
        self._look()

    def hold(self, held: bool) -> None:
        """Set whether the clock stands still."""
        if held is not self._held:
            self._held = held
            self._look()

    def look_soon(self) -> None:
        """Look at the figures before long, since tokens have come."""
        if not self._due and self.is_mounted:
            self._due = time.monotonic() + _PERIOD
            frames(self.app).soon(self._frame)

    def _frame(self) -> None:
        if not self._due or not self.is_attached:
            return
        if time.monotonic() < self._due:
            frames(self.app).soon(self._frame)
        else:
            self._look()

    def _look(self) -> None:
        self._due = 0.0
        if self._second is not None:
            self._second.stop()
            self._second = None
        replies = self._replies
        if not replies:
            self.set_state("", ())
            return
        reply = replies[min(self._shown or 1, len(replies))]
        waited = self._clock() - self._began - reply.silent_since_ms / 1000 if reply.end is None else 0
        state, figures = footer_words(replies, self._shown and reply.sample, waited, held=self._held)
        self.set_state(state, figures, failed=any(reply.failed for reply in replies.values()))
        if reply.end is None and not self._held and self.is_mounted:
            pause = max(1 - waited % 1, SILENT_SECONDS - waited if reply.texts else 0)
            self._second = self.set_timer(pause + 0.01, self._look)
