"""The text of a pane: prompts, replies and how they ended, growing at the bottom, drawn line by line.

Frames cost, not tokens. Text is gathered and drawn thirty times a second at most, only the rows that changed are
drawn, and the view moves by a quarter page, since moving it draws all of it.
"""

import time
from typing import ClassVar, Final

from textual.geometry import Region, Size
from textual.selection import Selection
from textual.strip import Strip

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.following import FollowingView
from alignscope.ui.widgets.transcript.layout import Block, Kind, Rows
from alignscope.ui.widgets.transcript.line_widget import Drawn, frames
from alignscope.ui.widgets.transcript.painter import Painter

_SLICE: Final = 16_384
"""Characters laid out between two looks at the clock."""
_BUDGET: Final = 0.012
"""Seconds of a frame that laying out may take; what is left waits for the next, so that keys are heard meanwhile."""
_PROMPT_SHOWN: Final = 600
"""Characters of a prompt that its separator shows."""


class Transcript(Drawn, FollowingView):
    """Everything that was said in one pane, following the end while the view is there."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"transcript--{kind}" for kind in Kind} | {
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

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.auto_links = False
        self._rows = Rows()
        self._settings: list[str] = []  # of each turn
        self._open: dict[int, Block] = {}  # by sample: the block that grows
        self._pending: list[tuple[int, bool, list[str]]] = []
        self._tail: tuple[int, bool] | None = None
        self._scheduled = False
        self._fitted = (0, 0)  # width of the rows and height of the view that they were last broken for
        self._painted = 0  # rows that the last drawing had
        self._painter = Painter(self, self._rows)

    # What is in it

    def begin_turn(self, number: int, prompt: str, settings: str = "", samples: int = 1) -> None:
        """Write the separator of a turn: its number, its settings if they are news, and the prompt."""
        self.flush()
        self._open.clear()
        news = settings if settings not in self._settings[-1:] else ""
        self._settings.append(settings)
        self._rows.samples = samples
        self._rows.add(Kind.SEPARATOR, clean(f"{number} \u2500 {news}" if news else str(number)).replace("\n", " "))
        shown = clean(prompt[:_PROMPT_SHOWN])
        if len(prompt) > _PROMPT_SHOWN:
            shown += f" … and {len(prompt) - _PROMPT_SHOWN:,} more characters"
        self._rows.add(Kind.PROMPT, shown)
        for sample in range(1, samples + 1):
            if samples > 1:
                self._rows.add(Kind.SAMPLE, f"sample {sample} of {samples}", sample)
            self._open[sample] = self._rows.add(Kind.REPLY, "", sample)
        self._following = True
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
        reply = self._open.pop(sample, None)
        if reply is None:
            return
        blocks = self._rows.blocks
        index = blocks.index(reply) + 1
        after = blocks[index] if index < len(blocks) else None
        if message:
            self._rows.add(Kind.ERROR, clean(message), sample, before=after)
        self._rows.add(Kind.END, clean(words), sample, before=after)
        self._changed(0)

    def reopen(self, sample: int = 1) -> None:
        """Empty a sample's reply in the last turn, with whatever was written below it, for another try."""
        self.flush()
        blocks = self._rows.blocks
        last = max((i for i, block in enumerate(blocks) if block.kind is Kind.PROMPT), default=None)
        if last is None:
            return
        replies = [block for block in blocks[last:] if block.sample == sample and block.kind is Kind.REPLY]
        for block in blocks[last + 1 :]:
            if block.sample == sample and block.kind is not Kind.SAMPLE and block is not replies[-1]:
                self._rows.remove(block)
        self._open[sample] = self._rows.empty(replies[-1])
        self._changed(0)

    def show_sample(self, sample: int | None) -> None:
        """Show only one sample's replies, or with None all of them, one below another."""
        self.flush()
        self._rows.show(sample)
        self._changed(0)

    @property
    def row_count(self) -> int:
        return self._rows.height

    @property
    def pending(self) -> bool:
        """Whether something came that is still to be laid out."""
        return bool(self._pending)

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
        frames(self.app).soon(self._frame)

    def _frame(self) -> None:
        self._scheduled = False
        if not self.is_attached:
            return
        height = self._rows.height
        self._lay_out(time.perf_counter() + _BUDGET)
        if self._pending:
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
            block = self._growing(sample, thinking)
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

    def _growing(self, sample: int, thinking: bool) -> Block:
        """The block that text of a sample goes to; thinking stands before the reply."""
        reply = self._open.get(sample)
        if reply is None:  # text for a turn that was never begun: shown all the same
            reply = self._open[sample] = self._rows.add(Kind.REPLY, "", sample)
        if not thinking:
            return reply
        blocks = self._rows.blocks
        index = blocks.index(reply)
        if index and blocks[index - 1].kind is Kind.THINKING and blocks[index - 1].sample == sample:
            return blocks[index - 1]
        self._rows.add(Kind.LABEL, "thinking", sample, before=reply)
        block = self._rows.add(Kind.THINKING, "", sample, before=reply)
        self._painter.forget()
        self.refresh()
        return block

    def _changed(self, first: int) -> None:
        # Forget how they looked, draw those in view, and follow the end.
        height = self._rows.height
        painted, self._painted = self._painted, height
        self._painter.forget(first)
        page = self.size.height
        if not page:
            return
        top = self.scroll_offset.y
        step = max(1, page // 4)
        if self._following and height > top + page:
            room = height + (-height) % step
            self._set_height(room)
            self._quietly_to(room - page)
            return
        if not self._following and height > self.virtual_size.height:
            self._set_height(height + (-height) % step)
        elif height <= page < self.virtual_size.height:
            self._set_height(height)
        start, stop = max(first, top), min(max(height, painted), top + page)
        if start < stop:
            self.refresh(Region(0, start - top, self.size.width, stop - start))
        self._tell(max(0, height - top - page))

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
        if self._pending:
            self._schedule()

    def _fit(self) -> None:
        """Break the rows for the new width, keeping the text at the top of the view, or the end, where it was."""
        width, page = self.scrollable_content_region.width, self.size.height
        if (width, page) == self._fitted or width < 1:
            return
        here, position = None, 0
        if width != self._rows.width:
            if not self._following and (here := self._rows.locate(self.scroll_offset.y)):
                position = here[0].position(here[1])
            self._rows.resize(width)
            if self.text_selection is not None:
                self.screen.clear_selection()
        self._fitted = width, page
        self._painter.resize()
        height = self._rows.height
        if self._following:
            self._set_height(height)
            self._quietly_to(max(0, height - page))
        elif here:
            self._set_height(height)
            self._quietly_to(self._rows.top(here[0]) + here[0].row_at(position))

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
