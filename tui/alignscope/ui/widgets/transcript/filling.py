"""A transcript that can be given any amount of text at once: what is in view is laid out first, the rest soon after."""

import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from alignscope.text.clean import clean
from alignscope.ui.widgets.transcript.layout import Block, Kind
from alignscope.ui.widgets.transcript.transcript import Transcript

_SLICE: Final = 8_192
"""Characters laid out between two looks at the clock."""
_BUDGET: Final = 0.012
"""Seconds of a frame that laying out what is above the view may take."""
_TAIL: Final = 4_096
"""Characters at a text's end that are laid out at once, at the least."""


@dataclass
class _Above:
    """Text that belongs before what a block shows already."""

    block: Block
    text: str
    done: int = 0
    rows: Block = field(init=False)
    """The part of the text that is laid out."""

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Begin again, for another width."""
        self.done, self.rows = 0, Block(self.block.kind, self.block.sample)


class FillingTranscript(Transcript):
    """A transcript whose turns can be replaced by others, however long, without the screen standing still."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._above: list[_Above] = []

    def keep(self, turns: int) -> None:
        """Forget all but so many turns from the start."""
        del self._settings[turns:]
        blocks = self._rows.blocks
        starts = [index for index, block in enumerate(blocks) if block.kind is Kind.SEPARATOR]
        if turns < len(starts):
            self._pending.clear()
            self._tail = None
            self._open.clear()
            self._take(blocks[starts[turns] :])
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
        reply = self._open[sample]
        if thinking:
            self._rows.add(Kind.LABEL, "thinking", sample, before=reply)
            block = self._rows.add(Kind.THINKING, "", sample, before=reply)
            self._put(block, thinking, hidden or bool(text))
        self._put(reply, text, hidden)
        if end:
            self.end_turn(end, message, sample)

    def settle(self) -> None:
        """Show what was filled in, following its end."""
        self._following = True
        self._lay_out_above()
        height, page = self._rows.height, self.size.height
        if page and self.scroll_offset.y + page > height:
            # The view was further down, in what is gone.
            self._set_height(height)
            self._quietly_to(max(0, height - page))
        self._changed(0)
        self._schedule()

    @property
    def pending(self) -> bool:
        """Whether something came that is still to be laid out."""
        return bool(self._above) or super().pending

    def on_resize(self) -> None:
        """Go on with what could not be laid out without a size."""
        if self._above:
            self._schedule()

    def _take(self, blocks: Collection[Block]) -> None:
        gone = set(map(id, blocks))
        self._above = [above for above in self._above if id(above.block) not in gone]
        self._rows.blocks = [block for block in self._rows.blocks if id(block) not in gone]
        self._rows.show(self._rows.sample)

    def _put(self, block: Block, text: str, hidden: bool) -> None:
        """Write a text into an empty block: its end at once, unless it is hidden, and the rest soon."""
        tail = 0 if hidden else max(_TAIL, 2 * self.size.width * self.size.height)
        cut = len(text) - tail
        if 0 < cut < tail:  # not worth a second look
            cut = 0
        if cut > 0:
            self._above.append(_Above(block, text[:cut]))
        if cut < len(text):
            self._rows.append(block, clean(text[max(0, cut) :]))

    def _frame(self) -> None:
        super()._frame()
        if self._above and self.is_attached:
            self._lay_out_above()
            self._schedule()

    def _lay_out_above(self) -> None:
        """Lay out text for as long as a frame allows, the nearest to the end first, and put it in its place."""
        deadline = time.perf_counter() + _BUDGET
        done: list[_Above] = []
        while self._above and time.perf_counter() < deadline:
            above = self._above[-1]
            wrapper = self._rows.wrapper(above.block.kind)
            if above.done and above.rows.width != wrapper.width:
                above.restart()
            above.rows.append(clean(above.text[above.done : above.done + _SLICE]), wrapper)
            above.done += _SLICE
            if above.done >= len(above.text):
                done.append(self._above.pop())
        if not done:
            return
        here = None if self._following else self._rows.locate(self.scroll_offset.y)
        grown = 0
        for above in done:
            block, before = above.block, len(above.block.rows)
            wrapper = self._rows.wrapper(block.kind)
            block.rewrap(wrapper)  # one that isn't shown may still have an earlier width
            above.rows.append(block.text, wrapper)
            block.rows, block.begins, block.width = above.rows.rows, above.rows.begins, wrapper.width
            if here and block is here[0]:
                grown = len(block.rows) - before
        self._rows.show(self._rows.sample)
        if here:
            self._set_height(self._rows.height)
            self._quietly_to(self._rows.top(here[0]) + here[1] + grown)
        self._changed(0)
