"""The text of a pane: prompts, replies and their ends, growing at the bottom, drawn line by line.

The cost is in frames, not in tokens: text is collected and drawn at most thirty times a second, only changed rows are
drawn, and the view moves by a quarter page, because moving it draws all of it.
"""

import math
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.filler import Filler
from alignscope.ui.widgets.transcript.follow import Follow
from alignscope.ui.widgets.transcript.layout import BlockKind, Rows
from alignscope.ui.widgets.transcript.line_widget import LineWidget, frames, tone_css
from alignscope.ui.widgets.transcript.painter import Painter
from alignscope.ui.widgets.transcript.turns import Turns

_SLICE: Final = 16_384
"""Characters laid out between two checks of the deadline."""
_BUDGET: Final = 0.012
"""Seconds of layout in one frame; the rest waits for the next frame, so that keys are handled in between."""
_TAIL: Final = 4_096
"""Least number of characters at a text's end that are laid out at once."""


class Transcript(LineWidget, ScrollView):
    """Turns of one pane, following the end while the view is there."""

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
        & > .transcript--error { color: $text-error; background: $error-muted; }
    }
    """ + tone_css("Transcript.-{tone} > .transcript--edge")

    @dataclass
    class BehindChanged(Message):
        """Another number of rows is below a view that doesn't follow the end."""

        behind: int

    @dataclass
    class Scrolled(Message):
        """The person moved the view."""

        transcript: "Transcript"
        share: float
        """Position of the view: 0 at the top, 1 at the end."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.auto_links = False
        self._rows = Rows()
        self._turns = Turns(self._rows)
        self._filler = Filler(self._rows)
        self.follow = Follow(self)
        """Position of the view."""
        self._painter = Painter(self, self._rows)
        self._pending: defaultdict[tuple[int, bool], list[str]] = defaultdict(list)  # by sample and thinking
        self._scheduled = False
        self._fitted = (0, 0)  # width of the rows and height of the view at the last wrapping
        self._painted = 0  # rows at the last drawing

    # Content

    def begin_turn(self, number: int, prompt: str, settings: str = "", samples: int = 1, remarks: str = "") -> None:
        """Add a turn: a separator with its number and changed settings, the prompt, and what is said of the turn."""
        self.flush()
        self._turns.begin(number, prompt, settings, samples, remarks)
        self.follow.active = True
        self._changed(0)

    def set_remarks(self, place: int, remarks: str) -> None:
        """Replace what is said of the turn at a place, from 0; the text in view stays where it is."""
        self.flush()
        with self._held():
            self._turns.remark(place, remarks)
        self._changed(0)

    def append(self, text: str, thinking: bool = False, sample: int = 1) -> None:
        """Add text to a sample's reply or its thinking. It is drawn in the next frame."""
        self._pending[sample, thinking].append(text)
        if not self._scheduled:
            self._schedule()

    def end_turn(self, summary: str, message: str = "", sample: int = 1) -> None:
        """Write a summary below a sample's reply, and the message of an error."""
        self.flush()
        self._turns.end(summary, message, sample)
        self._changed(0)

    def reopen(self, sample: int = 1) -> None:
        """Empty a sample's reply in the last turn for a retry, and remove what is below it."""
        self.flush()
        self._turns.reopen(sample)
        self._changed(0)

    def show_sample(self, sample: int | None) -> None:
        """Show one sample's replies, or with None all of them, stacked."""
        self.flush()
        self._rows.show(sample)
        self._changed(0)

    def truncate(self, turns: int) -> None:
        """Remove all but the first `turns` turns."""
        self._pending.clear()
        self._filler.drop(self._turns.truncate(turns))
        self._changed(0)

    def fill(
        self, sample: int, text: str, thinking: str = "", *, end: str = "", message: str = "", hidden: bool = False
    ) -> None:
        """Write a sample's empty reply in the last turn, and what is below it. `settle` shows it.

        A `hidden` reply will have more below it, so that all of it can be laid out later.
        """
        tail = max(_TAIL, 2 * self.size.width * self.size.height)
        if thinking:
            self._filler.put(self._turns.thinking(sample), thinking, 0 if hidden or text else tail)
        self._filler.put(self._turns.reply(sample), text, 0 if hidden else tail)
        if end:
            self.end_turn(end, message, sample)

    def settle(self) -> None:
        """Show filled replies, with the end in view."""
        self.follow.active = True
        self._fill_above()
        self._changed(0)
        self._schedule()

    @property
    def row_count(self) -> int:
        """Number of rows at the current width."""
        return self._rows.height

    @property
    def pending(self) -> bool:
        """Whether text hasn't been laid out yet."""
        return bool(self._pending) or self._filler.pending

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
        self._fill_above()
        if self.pending:
            self._schedule()
        elif self._rows.height - height > self.size.height:
            frames(self.app).skip()

    def _lay_out(self, deadline: float) -> None:
        """Lay out at least one slice, and more until the deadline."""
        changed: list[int] = []
        while self._pending:
            key, parts = next(iter(self._pending.items()))
            sample, thinking = key
            text = "".join(parts)
            blocks = len(self._rows.blocks)
            block = self._turns.thinking(sample) if thinking else self._turns.reply(sample)
            if len(self._rows.blocks) > blocks:
                changed.append(0)
            done = 0
            while done < len(text) and (not done or time.perf_counter() <= deadline):
                row = self._rows.append(block, clean(text[done : done + _SLICE]))
                if row is not None:
                    changed.append(row)
                done += _SLICE
            if done < len(text):
                self._pending[key] = [text[done:]]
                break
            del self._pending[key]
            if time.perf_counter() > deadline:
                break
        if changed:
            self._changed(min(changed))

    def _fill_above(self) -> None:
        """Lay out filled text for as long as a frame allows."""
        if not self._filler.pending:
            return
        with self._held():
            complete = self._filler.lay_out(_BUDGET)
        if complete:
            self._changed(0)

    def _changed(self, first: int) -> None:
        """Redraw the rows in view from `first` on, and follow the end."""
        height, page = self._rows.height, self.size.height
        painted, self._painted = self._painted, height
        self._painter.forget(first)
        if not page or self.follow.fit(height, max(1, page // 4) if self._turns.running else 1):
            return
        top = self.scroll_offset.y
        start, stop = max(first, top), min(max(height, painted), top + page)
        if start < stop:
            self.refresh(Region(0, start - top, self.size.width, stop - start))

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Keep the text at the top of the view in place, unless the view follows the end."""
        here = None if self.follow.active else self._rows.locate(self.scroll_offset.y)
        rest = here[0].length - here[0].position(here[1]) if here else 0  # the text before it may change
        yield
        if here:
            block, _ = here
            self.follow.hold(self._rows.top(block) + block.row_at(block.length - rest))

    # Size

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        # Textual's resize event comes after the widget was drawn; this is before.
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
        """Wrap the rows for the new width, with the text at the top of the view, or the end, in place."""
        width, page = self.scrollable_content_region.width, self.size.height
        if (width, page) == self._fitted or width < 1:
            return
        self._fitted = width, page
        self._painter.resize()
        with self._held():
            if width != self._rows.width:
                self._rows.resize(width)
                if self.text_selection is not None:
                    self.screen.clear_selection()
        if self.follow.active:
            self.follow.fit(self._rows.height, 1)

    # Scrolling

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end again when the view reaches it."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.follow.moved(new_value)

    def scroll_to(self, x: float | None = None, y: float | None = None, *, animate: bool = True, **rest: Any) -> None:
        """Move the view at once: text that comes in would overtake an animation."""
        super().scroll_to(x, y, animate=False, **rest)

    def action_scroll_end(self) -> None:
        """Go to the end, which may be below Textual's own limit, and follow it."""
        self.follow.move_to_share(1)
        self.post_message(self.Scrolled(self, 1.0))

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
