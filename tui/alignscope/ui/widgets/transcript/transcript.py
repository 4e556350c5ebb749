"""The text of a pane: prompts, replies and how they ended, growing at the bottom, drawn line by line.

Frames cost, not tokens. Text is gathered and drawn thirty times a second at most, only the rows that changed are
drawn, and the view moves by a quarter page, since moving it draws all of it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.filler import Filler
from alignscope.ui.widgets.transcript.follow import Follow
from alignscope.ui.widgets.transcript.layout import BlockKind, Rows
from alignscope.ui.widgets.transcript.line_widget import LineWidget, frames
from alignscope.ui.widgets.transcript.painter import Painter
from alignscope.ui.widgets.transcript.turns import Turns

_SLICE: Final = 16_384
"""Characters laid out between two looks at the clock."""
_BUDGET: Final = 0.012
"""Seconds of a frame that laying out may take; what is left waits for the next, so that keys are heard meanwhile."""
_TAIL: Final = 4_096
"""Characters at a text's end that are laid out at once, at the least."""


class Transcript(LineWidget, ScrollView):
    """Everything that was said in one pane, following the end while the view is there."""

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
        & > .transcript--label { color: $text-muted; text-style: italic; }
        & > .transcript--thinking { color: $text-muted; }
        & > .transcript--gutter { color: $text-disabled; }
        & > .transcript--edge { color: $text-disabled; }
        &.-base > .transcript--edge { color: $base-tone; }
        &.-instruct > .transcript--edge { color: $instruct-tone; }
        &.-third > .transcript--edge { color: $third-tone; }
        &.-fourth > .transcript--edge { color: $fourth-tone; }
        & > .transcript--end { color: $text-muted; }
        & > .transcript--error { color: $text-error; background: $error-muted; }
    }
    """

    @dataclass
    class FollowChanged(Message):
        """The view began or stopped following the end, or more rows came while it held still."""

        transcript: "Transcript"
        following: bool
        behind: int

    @dataclass
    class Scrolled(Message):
        """The person moved the view."""

        transcript: "Transcript"
        share: float
        """Where the view is: 0 at the top, 1 at the end."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.auto_links = False
        self._rows = Rows()
        self._turns = Turns(self._rows)
        self._filler = Filler(self._rows)
        self.follow = Follow(self)
        """Where the view is."""
        self._painter = Painter(self, self._rows)
        self._pending: list[tuple[int, bool, list[str]]] = []
        self._tail: tuple[int, bool] | None = None
        self._scheduled = False
        self._fitted = (0, 0)  # width of the rows and height of the view that they were last broken for
        self._painted = 0  # rows that the last drawing had

    # What is in it

    def begin_turn(self, number: int, prompt: str, settings: str = "", samples: int = 1) -> None:
        """Write the separator of a turn: its number, its settings if they are news, and the prompt."""
        self.flush()
        self._turns.begin(number, prompt, settings, samples)
        self.follow.active = True
        self._changed(0)

    def append(self, text: str, thinking: bool = False, sample: int = 1) -> None:
        """Add text that just came to a sample's reply, or to what it thinks before it. Drawn with the next frame."""
        key = (sample, thinking)
        if self._tail == key:
            self._pending[-1][2].append(text)
            return
        self._tail = key
        self._pending.append((sample, thinking, [text]))
        self._schedule()

    def end_turn(self, words: str, message: str = "", sample: int = 1) -> None:
        """Write below a sample's reply how it ended, and a message for the person if something went wrong."""
        self.flush()
        self._turns.end(words, message, sample)
        self._changed(0)

    def reopen(self, sample: int = 1) -> None:
        """Empty a sample's reply in the last turn, with whatever was written below it, for another try."""
        self.flush()
        self._turns.reopen(sample)
        self._changed(0)

    def show_sample(self, sample: int | None) -> None:
        """Show only one sample's replies, or with None all of them, one below another."""
        self.flush()
        self._rows.show(sample)
        self._changed(0)

    def truncate(self, turns: int) -> None:
        """Forget all but so many turns from the start."""
        self._pending.clear()
        self._tail = None
        self._filler.drop(self._turns.truncate(turns))
        self._changed(0)

    def fill(
        self, sample: int, text: str, thinking: str = "", *, end: str = "", message: str = "", hidden: bool = False
    ) -> None:
        """Write a sample's reply to the last turn, which has none yet. `settle` shows it.

        Args:
            end: the row below it, when it has ended.
            message: what went wrong.
            hidden: whether there will be more below, so that all of it may be laid out later.
        """
        tail = max(_TAIL, 2 * self.size.width * self.size.height)
        if thinking:
            self._filler.put(self._turns.thinking(sample), thinking, 0 if hidden or text else tail)
        self._filler.put(self._turns.reply(sample), text, 0 if hidden else tail)
        if end:
            self.end_turn(end, message, sample)

    def settle(self) -> None:
        """Show what was filled in, following its end."""
        self.follow.active = True
        self._fill_above()
        self._changed(0)
        self._schedule()

    @property
    def row_count(self) -> int:
        """Rows at the present width."""
        return self._rows.height

    @property
    def pending(self) -> bool:
        """Whether something came that is still to be laid out."""
        return bool(self._pending) or self._filler.pending

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text without the breaks that wrapping made, and without what only decorates it."""
        start = selection.start.transpose if selection.start else (0, 0)
        end = selection.end.transpose if selection.end else (self._rows.height, 0)
        return self._rows.selected(start, end), "\n"

    def selection_updated(self, selection: Selection | None) -> None:
        """Draw the selection."""
        self._painter.forget()
        self.refresh()

    # Laying out

    def flush(self) -> None:
        """Lay out and draw everything that came, however much."""
        self._lay_out(None)

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

    def _lay_out(self, deadline: float | None) -> None:
        if not self._pending:
            return
        pending, self._pending, self._tail = self._pending, [], None
        first: int | None = None
        while pending:
            sample, thinking, parts = pending.pop(0)
            text = "".join(parts)
            blocks = len(self._rows.blocks)
            block = self._turns.thinking(sample) if thinking else self._turns.reply(sample)
            if len(self._rows.blocks) > blocks:
                first = 0
            for start in range(0, len(text), _SLICE):
                if deadline is not None and start and time.perf_counter() > deadline:
                    pending.insert(0, (sample, thinking, [text[start:]]))
                    break
                changed = self._rows.append(block, clean(text[start : start + _SLICE]))
                if changed is not None:
                    first = changed if first is None else min(first, changed)
            if deadline is not None and time.perf_counter() > deadline:
                break
        self._pending = pending
        if first is not None:
            self._changed(first)

    def _fill_above(self) -> None:
        """Lay out text for as long as a frame allows, and put it above what is in view."""
        if not self._filler.pending:
            return
        with self._held():
            complete = self._filler.lay_out(_BUDGET)
        if complete:
            self._changed(0)

    def _changed(self, first: int) -> None:
        """Draw the rows from one on anew where they are in view, and follow the end."""
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
        """Leave the text at the top of the view where it is, unless the view follows the end."""
        here = None if self.follow.active else self._rows.locate(self.scroll_offset.y)
        rest = here[0].length - here[0].position(here[1]) if here else 0  # what stands before it may change
        yield
        if here:
            block, _ = here
            self.follow.hold(self._rows.top(block) + block.row_at(block.length - rest))

    # Its size

    def _size_updated(self, size: Size, virtual_size: Size, container_size: Size, layout: bool = True) -> bool:
        # Textual tells a widget of its new size by an event after it has drawn it; this is before.
        changed = super()._size_updated(size, virtual_size, container_size, layout)
        self._fit()
        return changed

    def on_resize(self) -> None:
        """Break the rows for the new size, and draw what could not be drawn before there was one."""
        self._fit()
        self._changed(0)
        if self.pending:
            self._schedule()

    def _fit(self) -> None:
        """Break the rows for the new width, keeping the text at the top of the view, or the end, where it was."""
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

    # Where it is

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end again when the view is moved there, and post where it is."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.follow.moved(new_value)

    # Keys move the view at once: an animation would be overtaken by the text that keeps coming.

    def action_scroll_up(self) -> None:
        self.scroll_up(animate=False)

    def action_scroll_down(self) -> None:
        self.scroll_down(animate=False)

    def action_page_up(self) -> None:
        self.scroll_page_up(animate=False)

    def action_page_down(self) -> None:
        self.scroll_page_down(animate=False)

    def action_scroll_home(self) -> None:
        self.scroll_home(animate=False)

    def action_scroll_end(self) -> None:
        """Go to the end, which may be further down than Textual has heard of, and stay there."""
        self.follow.move_to_share(1)
        self.post_message(self.Scrolled(self, 1.0))

    # Drawing

    def notify_style_update(self) -> None:
        """Forget colours when the theme changes."""
        super().notify_style_update()
        self._painter.restyle()

    def row(self, y: int) -> Strip:
        """One row of the view, with its place in the text: the mouse asks for it."""
        return self._painter.tagged(y + self.scroll_offset.y)

    def rows_of(self, start: int, stop: int) -> list[Strip]:
        """Rows of the view."""
        top = self.scroll_offset.y
        return self._painter.rows(top + start, top + stop)
