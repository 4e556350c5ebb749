"""A pane's footer."""

import time
from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Final

from textual.timer import Timer

from alignscope.model.reply import Reply
from alignscope.text.clean import cell_width, fit
from alignscope.text.wording import SILENT_SECONDS, counted, describe_footer
from alignscope.ui.typed import unskipped
from alignscope.ui.widgets.pane.bars import BETWEEN, RowBar
from alignscope.ui.widgets.transcript.line_widget import frames

_PERIOD: Final = 0.25
"""Seconds between two updates of a running reply's figures."""


class PaneFooter(RowBar):
    """State and figures of the replies, updated every second and after tokens, and the rows below the view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pane-footer--below"}
    DEFAULT_CSS = """
    PaneFooter {
        display: none;
        &.-filled { display: block; }
        & > .pane-footer--below { color: $text-muted; }
        &.-failed { color: $text-error; }
    }
    """

    def __init__(self, clock: Callable[[], float], undrawn: Callable[[int | None], int]) -> None:
        """
        Args:
            clock: returns seconds.
            undrawn: returns how many tokens of a sample, or with None of all, have come and aren't drawn yet.
        """
        super().__init__()
        self._undrawn = undrawn
        self._state = ""
        self._figures: tuple[str, ...] = ()
        self._below = 0
        self._clock = clock
        self._replies: Mapping[int, Reply] = {}
        self._sample: int | None = 1
        self._began = 0.0
        self._paused = False
        self._due = 0.0  # time.monotonic() of the next update; 0 for none
        self._second: Timer | None = None  # to the next change of the text about waiting or silence

    def begin(self, at: float | None = None) -> None:
        """Measure waiting time from now, or from another moment on the clock."""
        self._began = self._clock() if at is None else at

    def show(self, replies: Mapping[int, Reply], sample: int | None) -> None:
        """Show the progress of replies by sample; `sample` is the one in view, or None for all."""
        self._replies, self._sample = replies, sample
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
        self._state, self._figures = "", ()
        if replies := self._replies:
            sample = min(self._sample or 1, len(replies))
            reply = replies[sample]
            waited = self._clock() - self._began - reply.silent_since_ms / 1000 if reply.end is None else 0
            shown = self._sample and sample
            undrawn = self._undrawn(shown)
            self._state, self._figures = describe_footer(replies, shown, waited, held=self._paused, undrawn=undrawn)
            if reply.end is None and not self._paused and self.is_mounted:
                pause = max(1 - waited % 1, SILENT_SECONDS - waited if reply.texts else 0)
                self._second = unskipped(self.set_timer(pause + 0.01, self._refresh_figures))
        self.set_class(bool(self._state or self._figures), "-filled")
        self.set_class(any(reply.failed for reply in replies.values()), "-failed")
        self.redraw()

    def set_below(self, rows: int) -> None:
        """Show the number of rows below the view; while a reply is written, within `_PERIOD`."""
        appeared, self._below = bool(rows) is not bool(self._below), rows
        if appeared or all(reply.end is not None for reply in self._replies.values()):
            self.redraw()
        else:
            self.refresh_soon()

    def lay_out(self) -> Iterable[tuple[str, str]]:
        """Yield the state, figures as far as they fit, and at the right the number of rows below."""
        below = self._below_words()
        room = self.room - (cell_width(below) + len(BETWEEN) if below else 0)
        left = self._state
        for figure in self._figures:
            longer = left + BETWEEN + figure if left else figure
            if cell_width(longer) > room:
                break
            left = longer
        left = fit(left, room)
        yield left, ""
        if below:
            yield " " * (self.room - cell_width(left) - cell_width(below)) + below, "pane-footer--below"

    def _below_words(self) -> str:
        """Return what is said of the rows below the view: in full beside a figure, or shorter beside the state."""
        if not self._below:
            return ""
        state, figure = (BETWEEN.join((self._state, *self._figures[:count])) for count in (0, 1))
        for beside, words in (
            (figure, f"▼ {counted(self._below, 'line')} below"),
            (state, f"▼ {self._below:,} below"),
        ):
            if cell_width(beside) + len(BETWEEN) + cell_width(words) <= self.room:
                return words
        return f"▼ {self._below:,}"
