"""The text of a pane: prompts, replies and their ends, growing at the bottom, drawn line by line.

The cost is in frames, not in tokens: text is collected and drawn at most thirty times a second, only changed rows are
drawn, and a view that follows the end moves by a quarter page, because moving it draws all of it.
"""

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from alignscope.model.launch import Scroll
from alignscope.ui.widgets.transcript.filler import Filler
from alignscope.ui.widgets.transcript.incoming import Incoming
from alignscope.ui.widgets.transcript.layout import BlockKind, Rows
from alignscope.ui.widgets.transcript.line_widget import LineWidget, frames, tone_css
from alignscope.ui.widgets.transcript.painter import Painter
from alignscope.ui.widgets.transcript.scroll_anchor import ScrollAnchor
from alignscope.ui.widgets.transcript.turns import Turns

_BUDGET: Final = 0.012
"""Seconds of layout in one frame; the rest waits for the next frame, so that keys are handled in between."""
_PATIENCE: Final = 0.1
"""Seconds of layout at most before a line that was in view is in view again."""
_SHOWN: Final = 4_096
"""Least number of characters of a filled text that are laid out at once, from the side that is in view."""


class Transcript(LineWidget, ScrollView):
    """Turns of one pane, with the last one's beginning or the end in view until the person moves it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{kind}" for kind in BlockKind} | {
        "transcript--gutter",
        "transcript--edge",
    }
    ALLOW_SELECT = True
    DEFAULT_CSS = """
    Transcript {
        overflow-x: hidden;
        overflow-y: scroll;  /* a bar that comes and goes has the whole screen laid out anew */
        scrollbar-size-vertical: 1;
        background: $background;
        color: $foreground;
        & > .transcript--separator { color: $text-muted; }
        & > .transcript--sample { color: $text-muted; }
        & > .transcript--prompt { color: $text; text-style: bold; background: $surface; }
        & > .transcript--remark { color: $accent; text-style: italic; }
        & > .transcript--label { color: $text-muted; text-style: italic; }
        & > .transcript--thinking { color: $text-muted; }
        & > .transcript--gutter { color: $text-disabled; }
        & > .transcript--edge { color: $text-disabled; }
        & > .transcript--end { color: $text-muted; }
        & > .transcript--sum { color: $text-muted; }
        & > .transcript--error { color: $text-error; background: $error-muted; }
    }
    """ + tone_css("Transcript.-{tone} > .transcript--edge")

    @dataclass
    class BelowChanged(Message):
        """Another number of rows is below a view that doesn't follow the end."""

        below: int

    @dataclass
    class Scrolled(Message):
        """The person moved the view."""

        transcript: "Transcript"
        at: Scroll | None
        """Whether the last turn's beginning or the end is in view; None for another place."""
        place: tuple[int, int]
        """Number of the turn at the top of the view, and the line in the turn."""

    def __init__(self, *, scroll: Scroll = "hold", id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.auto_links = False
        self._rows = Rows()
        self._turns = Turns(self._rows)
        self._filler = Filler(self._rows)
        self.scroll_anchor = ScrollAnchor(self, self._turns, scroll)
        """Position of the view."""
        self._painter = Painter(self, self._rows)
        self._incoming = Incoming(self._rows, self._turns, self._filler)
        self._scheduled = False
        self._fitted = (0, 0)  # width of the rows and height of the view at the last wrapping
        self._painted = 0  # rows at the last drawing

    # Content

    def begin_turn(self, number: int, prompt: str, settings: str = "", samples: int = 1, remarks: str = "") -> None:
        """Add a turn: a separator with its number and changed settings, the prompt, and what is said of the turn."""
        self.flush()
        self._turns.begin(number, prompt, settings, samples, remarks)
        self.scroll_anchor.begin()
        self._changed(0)

    def set_remarks(self, place: int, remarks: str) -> None:
        """Replace what is said of the turn at a place, from 0; the text in view stays where it is."""
        self.flush()
        with self._held():
            self._turns.remark(place, remarks)
        self._changed(0)

    def append(self, text: str, thinking: bool = False, sample: int = 1) -> None:
        """Add text to a sample's reply or its thinking. It is drawn in the next frame."""
        self._incoming.add(text, thinking, sample)
        if not self._scheduled:
            self._schedule()

    def end_turn(self, summary: str, message: str = "", sample: int = 1) -> None:
        """Write a summary below a sample's reply, and the message of an error."""
        self.flush()
        with self._held():
            self._turns.end(summary, message, sample)
        self._changed(0)

    def sum_up(self, place: int, lines: Sequence[str]) -> None:
        """Write below the turn at a place, from 0, the first of these lines that fits; none to take it away."""
        if self._turns.sum_of(place) != (text := "\n".join(lines)):
            self.flush()
            with self._held():
                self._turns.sum_up(place, text)
            self._changed(0)

    def show_sample(self, sample: int | None) -> None:
        """Show one sample's replies, or with None all of them, stacked."""
        self.flush()
        place = self.scroll_anchor.place if self.scroll_anchor.at is None else None
        self._rows.show(sample)
        if place is not None:
            self.scroll_anchor.go(*place)
        self._changed(0)

    def truncate(self, turns: int) -> None:
        """Remove all but the first `turns` turns."""
        self._incoming.clear()
        self._filler.drop(self._turns.truncate(turns))
        self._changed(0)

    def fill(
        self, sample: int, text: str, thinking: str = "", *, end: str = "", message: str = "", hidden: bool = False
    ) -> None:
        """Write a sample's empty reply in the last turn, and what is below it. `settle` shows it.

        A `hidden` reply will have more below it, so that all of it can be laid out later.
        """
        shown = max(_SHOWN, 2 * self.size.width * self.size.height)
        holds = self.scroll_anchor.at != "follow" and not hidden
        put = self._filler.put_beginning if holds else self._filler.put_end
        if thinking:
            put(self._turns.thinking(sample), thinking, 0 if hidden or (text and not holds) else shown)
        put(self._turns.reply(sample), text, 0 if hidden else shown)
        if end:
            self.end_turn(end, message, sample)

    def settle(self, place: tuple[int, int] | None = None) -> None:
        """Show filled replies, with the turn's beginning or the end in view, or a turn and a line in it at the top."""
        if place is not None:
            deadline = time.perf_counter() + _PATIENCE
            missing = place[1] + self.size.height
            while self._filler.pending and self._turns.lines(place[0]) < missing and time.perf_counter() < deadline:
                self._filler.lay_out(_BUDGET)
            self.scroll_anchor.go(*place)
        self._lay_out_filled()
        self._changed(0)
        self._schedule()

    @property
    def row_count(self) -> int:
        """Number of rows at the current width."""
        return self._rows.height

    @property
    def pending(self) -> bool:
        """Whether text hasn't been laid out yet."""
        return self._incoming.pending or self._filler.pending

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return the selected text without wrapping and decoration."""
        start = selection.start.transpose if selection.start else (0, 0)
        end = selection.end.transpose if selection.end else (self._rows.height, 0)
        return self._rows.selected(start, end), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self._painter.forget()
        self.refresh()

    # Layout

    def flush(self) -> None:
        """Lay out and draw all text that was appended."""
        self._lay_out(math.inf)

    def _schedule(self) -> None:
        if self._scheduled or not self.is_mounted:
            return
        self._scheduled = True
        frames(self.app).call_next(self._frame)

    def _frame(self) -> None:
        self._scheduled = False
        if not self.is_attached:
            return
        height = self._rows.height
        self._lay_out(time.perf_counter() + _BUDGET)
        self._lay_out_filled()
        if self.pending:
            self._schedule()
        elif self._rows.height - height > self.size.height:
            frames(self.app).skip()

    def _lay_out(self, deadline: float) -> None:
        """Lay out at least one slice, and more until the deadline."""
        with self._held():
            changed = self._incoming.lay_out(deadline)
        if changed:
            self._changed(min(changed))

    def _lay_out_filled(self) -> None:
        """Lay out filled text for as long as a frame allows."""
        if not self._filler.pending:
            return
        with self._held(rewrapped=True):
            changed = self._filler.lay_out(_BUDGET)
        if changed:
            self._changed(0)

    def _changed(self, first: int) -> None:
        """Redraw the rows in view from `first` on, and move the view as its anchor says."""
        height, page = self._rows.height, self.size.height
        painted, self._painted = self._painted, height
        self._painter.forget(first)
        if not page or self.scroll_anchor.fit(height, max(1, page // 4) if self._turns.running else 1):
            return
        top = self.scroll_offset.y
        start, stop = max(first, top), min(max(height, painted), top + page)
        if start < stop:
            self.refresh(Region(0, start - top, self.size.width, stop - start))

    @contextmanager
    def _held(self, *, rewrapped: bool = False) -> Iterator[None]:
        """Keep the text at the top of the view in place where the person left the view.

        Args:
            rewrapped: whether that text may get into another row of its block.
        """
        here = self._rows.locate(self.scroll_offset.y) if self.scroll_anchor.at is None else None
        if here is None:
            yield
            return
        block, row = here
        before = block.position(row) if rewrapped else 0
        rest = block.length - before if rewrapped else 0
        yield
        if rewrapped:
            row = block.row_at(before if self._filler.grows_below(block) else block.length - rest)
        top = self._rows.top(block) + row
        if top != self.scroll_offset.y:
            self.scroll_anchor.move(top)

    # Size

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        # Textual's resize event comes after the widget was drawn; this is before.
        with self.scroll_anchor.unmoved():
            changed = super()._size_updated(size, virtual_size, container_size, layout)
        self._fit()
        return changed

    def on_resize(self) -> None:
        """Wrap the rows for the new size, and draw text that waited for the first size."""
        self._fit()
        self._changed(0)
        if self.pending:
            self._schedule()

    def _fit(self) -> None:
        """Wrap the rows for the new width, with what is in view in place."""
        width, page = self.scrollable_content_region.width, self.size.height
        if (width, page) == self._fitted or width < 1:
            return
        self._fitted = width, page
        self._painter.resize()
        with self._held(rewrapped=True):
            if width != self._rows.width:
                self._rows.resize(width)
                if self.text_selection is not None:
                    self.screen.clear_selection()
        if self.scroll_anchor.at is not None:
            self.scroll_anchor.settle()

    # Scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Tell the anchor that the view was moved."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.scroll_anchor.moved(new_value)

    def scroll_to(self, x: float | None = None, y: float | None = None, *, animate: bool = True, **rest: Any) -> None:
        """Move the view at once: text that comes in would overtake an animation."""
        super().scroll_to(x, y, animate=False, **rest)

    def scroll_end(self, **_: Any) -> None:
        """Go to the end and follow it, also where the view is there already."""
        self.scroll_anchor.follow()

    # Drawing

    def notify_style_update(self) -> None:
        """Draw again in other colours."""
        super().notify_style_update()
        self._painter.restyle()

    def row(self, y: int) -> Strip:
        """Draw a row of the view with text offsets, for the mouse."""
        return self._painter.tagged(y + self.scroll_offset.y)

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Draw the rows `start` to `stop - 1` of the view."""
        top = self.scroll_offset.y
        return self._painter.rows(top + start, top + stop)
