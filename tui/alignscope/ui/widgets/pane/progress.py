"""A pane's footer while replies run: waiting time and figures."""

import time
from collections.abc import Callable, Mapping
from typing import Final

from textual.timer import Timer

from alignscope.model.reply import Reply
from alignscope.ui.widgets.pane.bars import PaneFooter
from alignscope.ui.widgets.transcript.line_widget import frames

_PERIOD: Final = 0.25
"""Seconds between two updates of a running reply's figures."""


class ProgressFooter(PaneFooter):
    """Progress of a turn's replies, updated every second and after tokens."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._replies: Mapping[int, Reply] = {}
        self._shown: int | None = 1
        self._began = 0.0
        self._paused = False
        self._due = 0.0  # time.monotonic() of the next update; 0 for none
        self._second: Timer | None = None  # to the next second of waiting

    def begin(self, at: float | None = None) -> None:
        """Measure waiting time from now, or from another moment on the clock."""
        self._began = self._clock() if at is None else at

    def show(self, replies: Mapping[int, Reply], shown: int | None) -> None:
        """Show the progress of replies by sample; `shown` is the sample in view, or None for all."""
        self._replies, self._shown = replies, shown
        self._refresh_figures()

    def set_paused(self, paused: bool) -> None:
        """Set whether the clock is paused."""
        if paused is not self._paused:
            self._paused = paused
            self._refresh_figures()

    def refresh_soon(self) -> None:
        """Update the figures within `_PERIOD`, because tokens have come."""
        if not self._due and self.is_mounted:
            self._due = time.monotonic() + _PERIOD
            frames(self.app).call_next(self._frame)

    def _frame(self) -> None:
        if not self._due or not self.is_attached:
            return
        if time.monotonic() < self._due:
            frames(self.app).call_next(self._frame)
        else:
            self._refresh_figures()

    def _refresh_figures(self) -> None:
        self._due = 0.0
        if self._second is not None:
            self._second.stop()
            self._second = None
        replies = self._replies
        if not replies:
            self.set_state("", ())
            return
        shown = min(self._shown or 1, len(replies))
        waiting = replies[shown].end is None and not replies[shown].texts
        waited = self._clock() - self._began - replies[shown].phase_since_ms / 1000 if waiting else 0
        state, figures = footer_words(replies, self._shown and shown, waited, held=self._paused)
        self.set_state(state, figures, failed=any(reply.failed for reply in replies.values()))
        if waiting and self.is_mounted:
            self._second = self.set_timer(1.01 - waited % 1, self._refresh_figures)
